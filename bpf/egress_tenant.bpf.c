// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guarded exit of one tenant: programs on its cgroup, which see the sockets that
 * were made in it, whoever uses them, and every packet that leaves them. What depends
 * on who calls is in egress_guard.bpf.c; these here are the last door.
 */
#include "egress.bpf.h"

#define IPV4_SIZE	20
#define IPV6_SIZE	40
#define HOP_BY_HOP	0
#define ROUTING		43
#define FRAGMENT	44
#define AUTHENTICATION	51
#define DESTINATION	60
/* Of headers before a routing header; what has more is not let out. */
#define MAX_HEADERS	4

enum { REFUSE, LET };

/* Number of the cgroup that they are attached to. */
const volatile unsigned long long tenant_id;

/* The tenant, if it is held to its networks now. */
static struct gantry_egress_tenant *guarded_tenant(void)
{
	u64 id = tenant_id;
	struct gantry_egress_tenant *tenant = bpf_map_lookup_elem(&tenants, &id);

	return tenant && tenant->guarded ? tenant : NULL;
}

static int judge(const struct destination *to, u32 hook)
{
	struct gantry_egress_tenant *tenant = guarded_tenant();

	if (!tenant || is_allowed(tenant_id, to))
		return LET;
	count_denial(tenant_id, tenant, hook, to);
	return REFUSE;
}

/* ---- calls --------------------------------------------------------------------------- */

static __always_inline void user_ipv4(struct destination *to, const struct bpf_sock_addr *call)
{
	set_ipv4(to, call->user_ip4, bpf_ntohs(call->user_port));
}

static __always_inline void user_ipv6(struct destination *to, const struct bpf_sock_addr *call)
{
	u32 words[4] = { call->user_ip6[0], call->user_ip6[1], call->user_ip6[2],
			 call->user_ip6[3] };

	set_ipv6(to, words, bpf_ntohs(call->user_port));
}

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr *call)
{
	struct destination to;

	user_ipv4(&to, call);
	return judge(&to, GANTRY_EGRESS_CONNECT);
}

SEC("cgroup/connect6")
int connect6(struct bpf_sock_addr *call)
{
	struct destination to;

	user_ipv6(&to, call);
	return judge(&to, GANTRY_EGRESS_CONNECT);
}

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr *call)
{
	struct destination to;

	user_ipv4(&to, call);
	return judge(&to, GANTRY_EGRESS_SEND);
}

SEC("cgroup/sendmsg6")
int sendmsg6(struct bpf_sock_addr *call)
{
	struct destination to;

	user_ipv6(&to, call);
	return judge(&to, GANTRY_EGRESS_SEND);
}

/* On an address of a network that it may not reach a tenant does not serve, either. */
static int judge_bind(const struct destination *to)
{
	if (!to->words[0] && !to->words[1] && !to->words[2] && !to->words[3])
		return LET;
	return judge(to, GANTRY_EGRESS_BIND);
}

SEC("cgroup/bind4")
int bind4(struct bpf_sock_addr *call)
{
	struct destination to;

	user_ipv4(&to, call);
	return judge_bind(&to);
}

SEC("cgroup/bind6")
int bind6(struct bpf_sock_addr *call)
{
	struct destination to;

	user_ipv6(&to, call);
	return judge_bind(&to);
}

/* ---- packets ----------------------------------------------------------------------------- */

/* Options could name another destination (source routing), so there are to be none. */
static bool read_ipv4(struct __sk_buff *packet, struct destination *to)
{
	u8 header[IPV4_SIZE];
	u32 address;

	if (bpf_skb_load_bytes(packet, 0, header, sizeof(header)))
		return false;
	__builtin_memcpy(&address, header + 16, sizeof(address));
	set_ipv4(to, address, 0);
	return header[0] == 0x45;
}

/*
 * A routing header would name another destination. The kernel makes its fragments after
 * this; one that comes here is of a raw socket, and what lies behind it is anybody's guess.
 */
static bool has_routing_header(struct __sk_buff *packet, u8 next)
{
	u32 offset = IPV6_SIZE, i;
	u8 header[2];

	for (i = 0; i < MAX_HEADERS; i++) {
		if (next != HOP_BY_HOP && next != DESTINATION && next != AUTHENTICATION)
			return next == ROUTING || next == FRAGMENT;
		if (bpf_skb_load_bytes(packet, offset, header, sizeof(header)))
			return true;
		offset += next == AUTHENTICATION ? 4 * (header[1] + 2) : 8 * (header[1] + 1);
		next = header[0];
	}
	return true;
}

static bool read_ipv6(struct __sk_buff *packet, struct destination *to)
{
	u8 header[IPV6_SIZE];
	u32 words[4];

	if (bpf_skb_load_bytes(packet, 0, header, sizeof(header)))
		return false;
	__builtin_memcpy(words, header + 24, sizeof(words));
	set_ipv6(to, words, 0);
	return !has_routing_header(packet, header[6]);
}

/* Every packet of a socket of the tenant; fragments come from here, too. */
SEC("cgroup_skb/egress")
int egress(struct __sk_buff *packet)
{
	struct gantry_egress_tenant *tenant = guarded_tenant();
	struct destination to = {};
	bool plain = false;

	if (!tenant)
		return LET;
	if (packet->protocol == bpf_htons(0x0800))
		plain = read_ipv4(packet, &to);
	else if (packet->protocol == bpf_htons(0x86dd))
		plain = read_ipv6(packet, &to);
	if (plain && is_allowed(tenant_id, &to))
		return LET;
	count_denial(tenant_id, tenant, GANTRY_EGRESS_PACKET, &to);
	return REFUSE;
}

char LICENSE[] SEC("license") = "GPL";
