/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a call would send to. */
#ifndef GANTRY_EGRESS_ADDRESS_BPF_H
#define GANTRY_EGRESS_ADDRESS_BPF_H

#include "egress_kernel.bpf.h"

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

#endif
