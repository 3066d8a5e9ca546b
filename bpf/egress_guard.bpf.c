// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guarded exit, as far as it depends on who calls: programs of the BPF security
 * module, for all tenants of the machine. They see when a tenant opens an accelerator,
 * and sockets that it was left with, that were connected before, that somebody passes
 * to it, and those that lead to somebody else on the machine.
 */
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

/* As user space knows them. */
struct address_ipv4 {
	u16 family;
	u16 port;
	u32 address;
};

struct address_ipv6 {
	u16 family;
	u16 port;
	u32 flow;
	u32 address[4];
};

/* ---- tenants of whoever calls ---------------------------------------------------------- */

/*
 * The caller's cgroup at this level below the root, and the tenant that it is, or NULL.
 * *id is 0 when there is no such level.
 */
static struct gantry_egress_tenant *tenant_at(u32 level, u64 *id)
{
	*id = bpf_get_current_ancestor_cgroup_id(level);
	return *id ? bpf_map_lookup_elem(&tenants, id) : NULL;
}

static int judge(const struct destination *to, u32 hook)
{
	struct gantry_egress_tenant *tenant;
	u32 level;
	u64 id;

	for (level = 1; level <= GANTRY_TENANT_DEPTH; level++) {
		tenant = tenant_at(level, &id);
		if (!id)
			break;
		if (!tenant || !tenant->guarded || is_allowed(id, to))
			continue;
		count_denial(id, tenant, hook, to);
		return -EPERM;
	}
	return 0;
}

/*
 * What tenants may not do at all, but for those with one of the flags @unless. Also
 * those that are not guarded yet, if @early. It is counted as @hook, if that is one.
 */
static __always_inline int refuse_to_tenants(u32 hook, u32 unless, bool early)
{
	struct gantry_egress_tenant *tenant;
	u32 level;
	u64 id;

	for (level = 1; level <= GANTRY_TENANT_DEPTH; level++) {
		tenant = tenant_at(level, &id);
		if (!id)
			break;
		if (!tenant || !(early || tenant->guarded) || tenant->flags & unless)
			continue;
		if (hook < GANTRY_EGRESS_HOOKS)
			count_denial(id, tenant, hook, NULL);
		return -EPERM;
	}
	return 0;
}

/* ---- an accelerator is opened ------------------------------------------------------------ */

static bool is_accelerator(struct file *file)
{
	struct inode *inode = file->f_inode;

	return (inode->i_mode & S_IFMT) == S_IFCHR && inode->i_rdev >> MINOR_BITS == ACCEL_MAJOR;
}

/* What was read from it may be sent long after it was closed: so this is for good. */
static void guard_caller(void)
{
	struct gantry_egress_tenant *tenant;
	u32 level;
	u64 id;

	for (level = 1; level <= GANTRY_TENANT_DEPTH; level++) {
		tenant = tenant_at(level, &id);
		if (!id)
			break;
		if (tenant)
			tenant->guarded = 1;
	}
}

/*
 * What is written to it goes out of no socket. A device that was set up for its user
 * before takes no capability to open.
 */
static int judge_device(struct file *file)
{
	struct inode *inode = file->f_inode;

	if ((inode->i_mode & S_IFMT) != S_IFCHR || inode->i_rdev != TUN_DEVICE)
		return 0;
	return refuse_to_tenants(GANTRY_EGRESS_CONFIGURE, GANTRY_EGRESS_ADMIN, true);
}

SEC("lsm/file_open")
int BPF_PROG(file_open, struct file *file)
{
	if (is_accelerator(file))
		guard_caller();
	return judge_device(file);
}

/*
 * Tunnels, rewriting of packets and forwarding make packets without a socket, and whoever
 * owns a network namespace could set them up there before the accelerator is opened.
 */
SEC("lsm/capable")
int BPF_PROG(capable, const void *cred, void *user_namespace, int capability,
	     unsigned int options)
{
	u32 hook = GANTRY_EGRESS_CONFIGURE;

	if (capability != CAP_NET_ADMIN)
		return 0;
	/* The kernel asks many a time just to know. */
	if (options & CAP_OPT_NOAUDIT)
		hook = GANTRY_EGRESS_HOOKS;
	return refuse_to_tenants(hook, GANTRY_EGRESS_ADMIN, true);
}

/* ---- addresses --------------------------------------------------------------------------- */

/* Not one that is known: the kernel refuses it. */
static bool read_address(struct destination *to, u32 family, const void *address)
{
	struct address_ipv4 ipv4;
	struct address_ipv6 ipv6;

	switch (family) {
	case AF_INET:
		if (bpf_probe_read_kernel(&ipv4, sizeof(ipv4), address))
			return false;
		set_ipv4(to, ipv4.address, bpf_ntohs(ipv4.port));
		return true;
	case AF_INET6:
		if (bpf_probe_read_kernel(&ipv6, sizeof(ipv6), address))
			return false;
		set_ipv6(to, ipv6.address, bpf_ntohs(ipv6.port));
		return true;
	}
	return false;
}

/* Whom the socket is connected to; false: nobody. */
static bool read_peer(struct destination *to, struct sock *sk, u32 family)
{
	u32 port = bpf_ntohs(sk->__sk_common.skc_dport);
	struct in6_addr address;

	if (family == AF_INET) {
		set_ipv4(to, sk->__sk_common.skc_daddr, port);
		return to->words[0];
	}
	BPF_CORE_READ_INTO(&address, sk, __sk_common.skc_v6_daddr);
	set_ipv6(to, address.words, port);
	return to->words[0] || to->words[1] || to->words[2] || to->words[3];
}

/*
 * The address that comes with the message. Sockets of IPv4 take AF_UNSPEC for AF_INET,
 * raw ones of IPv6 for AF_INET6, others for no address.
 */
static bool read_name(struct destination *to, struct sock *sk, u32 family, struct msghdr *msg)
{
	u16 named = AF_UNSPEC;

	if (!msg->msg_name || !msg->msg_namelen ||
	    bpf_probe_read_kernel(&named, sizeof(named), msg->msg_name))
		return false;
	if (named == AF_UNSPEC && (family == AF_INET || sk->sk_type == SOCK_RAW))
		named = family;
	return read_address(to, named, msg->msg_name);
}

/* A stream goes to its peer, whatever address the message has, unless it opens it. */
static bool read_destination(struct destination *to, struct sock *sk, u32 family,
			     struct msghdr *msg)
{
	if (sk->sk_type == SOCK_STREAM)
		return read_peer(to, sk, family) || read_name(to, sk, family, msg);
	return read_name(to, sk, family, msg) || read_peer(to, sk, family);
}

/* ---- from one cgroup to another ------------------------------------------------------------ */

static struct cgroup *socket_cgroup(struct sock *sk)
{
	return BPF_CORE_READ(sk, sk_cgrp_data.cgroup);
}

/* The number of the cgroup that is so far below the root above this one, or 0. */
static u64 ancestor_id(struct cgroup *cgroup, u32 level)
{
	if (!cgroup || level > BPF_CORE_READ(cgroup, level))
		return 0;
	return BPF_CORE_READ(cgroup, ancestors[level], kn, id);
}

/*
 * May whoever calls have to do with what belongs to the other cgroup: is that in the
 * same tenants? Also of tenants that are not guarded yet, if @early.
 */
static __always_inline int judge_other(struct cgroup *other, u32 hook, u32 unless, bool early)
{
	struct gantry_egress_tenant *tenant;
	u32 level;
	u64 id;

	for (level = 1; level <= GANTRY_TENANT_DEPTH; level++) {
		tenant = tenant_at(level, &id);
		if (!id)
			break;
		if (!tenant || !(early || tenant->guarded) || tenant->flags & unless ||
		    ancestor_id(other, level) == id)
			continue;
		count_denial(id, tenant, hook, NULL);
		return -EPERM;
	}
	return 0;
}

/* ... and the other way round, is whoever calls in the other one's tenants? */
static __always_inline int judge_for_other(struct cgroup *other, bool early)
{
	struct gantry_egress_tenant *tenant;
	u32 level;
	u64 id;

	for (level = 1; level <= GANTRY_TENANT_DEPTH; level++) {
		id = ancestor_id(other, level);
		if (!id)
			break;
		tenant = bpf_map_lookup_elem(&tenants, &id);
		if (!tenant || !(early || tenant->guarded) ||
		    tenant->flags & GANTRY_EGRESS_OTHERS ||
		    bpf_get_current_ancestor_cgroup_id(level) == id)
			continue;
		count_denial(id, tenant, GANTRY_EGRESS_UNIX, NULL);
		return -EPERM;
	}
	return 0;
}

static int judge_unix(struct cgroup *other)
{
	int ret = judge_other(other, GANTRY_EGRESS_UNIX, GANTRY_EGRESS_OTHERS, false);

	return ret ? ret : judge_for_other(other, false);
}

/* ---- sockets ------------------------------------------------------------------------------- */

static bool is_known_protocol(u32 type, u32 protocol)
{
	switch (type) {
	case SOCK_STREAM:
		return !protocol || protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
	case SOCK_DGRAM:
		return !protocol || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
		       protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
	}
	return type == SOCK_RAW;
}

/* Kinds of sockets whose packets pass the tenant's programs, or that stay on the machine. */
static bool is_known_kind(u32 family, u32 type, u32 protocol)
{
	switch (family) {
	case AF_INET:
	case AF_INET6:
		return is_known_protocol(type, protocol);
	case AF_NETLINK:
		/* From process to process */
		return protocol != NETLINK_USERSOCK;
	}
	return family == AF_UNIX;
}

/* Some kinds can send with no further call: none of them is made before, either. */
SEC("lsm/socket_create")
int BPF_PROG(socket_create, int family, int type, int protocol, int kern)
{
	if (kern || is_known_kind(family, type, protocol))
		return 0;
	return refuse_to_tenants(GANTRY_EGRESS_SOCKET, 0, true);
}

/* ... and leaving it: the kernel reports all to the network, from no socket of theirs. */
static bool is_multicast_membership(int level, int name)
{
	switch (level) {
	case IPPROTO_IP:
		return name >= IP_ADD_MEMBERSHIP && name <= MCAST_MSFILTER;
	case IPPROTO_IPV6:
		return name == IPV6_JOIN_GROUP || name == IPV6_LEAVE_GROUP ||
		       name == IPV6_JOIN_ANYCAST || name == IPV6_LEAVE_ANYCAST ||
		       (name >= MCAST_JOIN_GROUP && name <= MCAST_MSFILTER);
	}
	return false;
}

/*
 * Groups have addresses of the tenant's choosing. Those that were joined before the
 * accelerator could be left one by one afterwards, by closing sockets.
 */
SEC("lsm/socket_setsockopt")
int BPF_PROG(socket_setsockopt, struct socket *sock, int level, int name)
{
	if (!is_multicast_membership(level, name))
		return 0;
	return refuse_to_tenants(GANTRY_EGRESS_BIND, 0, true);
}

SEC("lsm/socket_connect")
int BPF_PROG(socket_connect, struct socket *sock, void *address)
{
	struct sock *sk = sock->sk;
	struct destination to;
	u32 family;
	u16 named;

	/* For the verifier. */
	if (!sk)
		return 0;
	family = sk->__sk_common.skc_family;
	if (!is_known_kind(family, sk->sk_type, sk->sk_protocol))
		return refuse_to_tenants(GANTRY_EGRESS_SOCKET, 0, false);
	if (family != AF_INET && family != AF_INET6)
		return 0;
	if (bpf_probe_read_kernel(&named, sizeof(named), address) ||
	    !read_address(&to, named, address))
		return 0;
	return judge(&to, GANTRY_EGRESS_CONNECT);
}

/*
 * On both ends of a UNIX connection that leads out of a tenant: how many levels of
 * cgroups they have in common. It may be older than the tenant's accelerator.
 */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, int);
	__type(value, u32);
} common_levels SEC(".maps");

/* Connections that were not seen are from before, or from outside: its launcher's gift. */
static int judge_connection(struct sock *sk)
{
	u32 *common = bpf_sk_storage_get(&common_levels, sk, NULL, 0);
	struct gantry_egress_tenant *tenant;
	u32 level;
	u64 id;

	if (!common)
		return 0;
	for (level = *common + 1; level <= GANTRY_TENANT_DEPTH; level++) {
		tenant = tenant_at(level, &id);
		if (!id)
			break;
		if (!tenant || !tenant->guarded || tenant->flags & GANTRY_EGRESS_OTHERS)
			continue;
		count_denial(id, tenant, GANTRY_EGRESS_UNIX, NULL);
		return -EPERM;
	}
	return 0;
}

SEC("lsm/socket_sendmsg")
int BPF_PROG(socket_sendmsg, struct socket *sock, struct msghdr *msg)
{
	struct sock *sk = sock->sk;
	struct destination to;
	u32 family;

	/* The kernel's own, for whatever the caller is made to wait for. */
	if (!sk || !sock->file)
		return 0;
	family = sk->__sk_common.skc_family;
	if (!is_known_kind(family, sk->sk_type, sk->sk_protocol))
		return refuse_to_tenants(GANTRY_EGRESS_SOCKET, 0, false);
	if (family == AF_UNIX)
		return judge_connection(sk);
	if (family == AF_NETLINK || !read_destination(&to, sk, family, msg))
		return 0;
	return judge(&to, GANTRY_EGRESS_SEND);
}

/*
 * Levels of cgroups that whoever calls and the other one have in common. *any: there is
 * a tenant among the others.
 */
static u32 compare_cgroups(struct cgroup *other, bool *any)
{
	u32 level, common = 0;
	u64 mine, its;

	*any = false;
	for (level = 1; level <= GANTRY_TENANT_DEPTH; level++) {
		mine = bpf_get_current_ancestor_cgroup_id(level);
		its = ancestor_id(other, level);
		if (!mine && !its)
			break;
		if (mine == its)
			common = level;
		else if (bpf_map_lookup_elem(&tenants, &mine) ||
			 bpf_map_lookup_elem(&tenants, &its))
			*any = true;
	}
	return common;
}

static bool remember_connection(struct sock *sk, u32 common)
{
	return bpf_sk_storage_get(&common_levels, sk, &common, BPF_SK_STORAGE_GET_F_CREATE);
}

SEC("lsm/unix_stream_connect")
int BPF_PROG(unix_stream_connect, struct sock *sk, struct sock *other, struct sock *accepted)
{
	struct cgroup *cgroup = socket_cgroup(other);
	int ret = judge_unix(cgroup);
	u32 common;
	bool any;

	if (ret)
		return ret;
	common = compare_cgroups(cgroup, &any);
	/* The memory counts as the socket's, whose user may have used it up. */
	if (any && !(remember_connection(sk, common) && remember_connection(accepted, common)))
		return -ENOMEM;
	return 0;
}

SEC("lsm/unix_may_send")
int BPF_PROG(unix_may_send, struct socket *sock, struct socket *other)
{
	struct sock *sk = other->sk;

	return sk ? judge_unix(socket_cgroup(sk)) : 0;
}

/* ---- descriptors ------------------------------------------------------------------------------ */

/*
 * A socket is made where its user is, or it is not taken; and UNIX sockets of a tenant,
 * whose other end it has, do not leave it. Before the accelerator, too: a connection that
 * was not seen to begin would stay open afterwards.
 */
static int judge_received_socket(struct file *file)
{
	struct socket *sock = file->private_data;
	struct cgroup *maker;
	struct sock *sk;
	int ret;

	/* Opened by its name only (O_PATH). */
	if (!sock)
		return 0;
	sk = BPF_CORE_READ(sock, sk);
	maker = socket_cgroup(sk);
	if (BPF_CORE_READ(sk, __sk_common.skc_family) != AF_UNIX)
		return judge_other(maker, GANTRY_EGRESS_RECEIVE, 0, true);
	ret = judge_other(maker, GANTRY_EGRESS_RECEIVE, GANTRY_EGRESS_OTHERS, true);
	return ret ? ret : judge_for_other(maker, true);
}

/* Memory of an accelerator comes as one; of which device it is cannot be told. */
static bool is_dma_buffer(struct file *file)
{
	return file->f_inode->i_sb->s_magic == DMA_BUF_MAGIC;
}

SEC("lsm/file_receive")
int BPF_PROG(file_receive, struct file *file)
{
	if (is_accelerator(file) || is_dma_buffer(file))
		guard_caller();
	if ((file->f_inode->i_mode & S_IFMT) == S_IFSOCK)
		return judge_received_socket(file);
	return judge_device(file);
}

char LICENSE[] SEC("license") = "GPL";
