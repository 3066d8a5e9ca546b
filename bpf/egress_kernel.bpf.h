/* SPDX-License-Identifier: GPL-2.0-only */
/* What the guard's programs know of the kernel. */
#ifndef GANTRY_EGRESS_KERNEL_BPF_H
#define GANTRY_EGRESS_KERNEL_BPF_H

#include "egress.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#define ACCEL_MAJOR		261	/* of the nodes in /dev/accel */
#define MINOR_BITS		20
#define TUN_DEVICE		(10u << MINOR_BITS | 200)
#define CAP_NET_ADMIN		12
#define CAP_OPT_NOAUDIT		2
#define DMA_BUF_MAGIC		0x444d4142	/* of the file system that dma-bufs are in */
#define S_IFMT			0170000
#define S_IFCHR			0020000
#define S_IFSOCK		0140000

#define SOCK_STREAM		1
#define SOCK_DGRAM		2
#define SOCK_RAW		3
#define IPPROTO_ICMP		1
#define IPPROTO_TCP		6
#define IPPROTO_UDP		17
#define IPPROTO_ICMPV6		58
#define IPPROTO_UDPLITE		136
#define IPPROTO_MPTCP		262
#define NETLINK_USERSOCK	2

#define IPPROTO_IP		0
#define IPPROTO_IPV6		41
/* Options of sockets: from joining a group to choosing whom to hear in it */
#define IP_ADD_MEMBERSHIP	35
#define MCAST_JOIN_GROUP	42
#define MCAST_MSFILTER		48
#define IPV6_JOIN_GROUP		20
#define IPV6_LEAVE_GROUP	21
#define IPV6_JOIN_ANYCAST	27
#define IPV6_LEAVE_ANYCAST	28

/* Of the kernel; libbpf finds out where the members really are. */
struct kernfs_node {
	u64 id;
} __attribute__((preserve_access_index));

struct cgroup {
	struct kernfs_node *kn;
	int level;
	struct cgroup *ancestors[];
} __attribute__((preserve_access_index));

struct css_set {
	struct cgroup *dfl_cgrp;
} __attribute__((preserve_access_index));

struct task_struct {
	struct css_set *cgroups;
} __attribute__((preserve_access_index));

struct super_block {
	unsigned long s_magic;
} __attribute__((preserve_access_index));

struct inode {
	u16 i_mode;
	struct super_block *i_sb;
	u32 i_rdev;
} __attribute__((preserve_access_index));

struct file {
	struct inode *f_inode;
	void *private_data;
} __attribute__((preserve_access_index));

struct in6_addr {
	u32 words[4];
};

struct sock_common {
	u16 skc_family;
	u16 skc_dport;
	u32 skc_daddr;
	struct in6_addr skc_v6_daddr;
} __attribute__((preserve_access_index));

struct sock_cgroup_data {
	struct cgroup *cgroup;
} __attribute__((preserve_access_index));

struct sock {
	struct sock_common __sk_common;
	u16 sk_type;
	u16 sk_protocol;
	struct sock_cgroup_data sk_cgrp_data;
} __attribute__((preserve_access_index));

struct socket {
	struct file *file;
	struct sock *sk;
} __attribute__((preserve_access_index));

struct msghdr {
	void *msg_name;
	int msg_namelen;
} __attribute__((preserve_access_index));

#endif
