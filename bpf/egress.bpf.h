/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs of the guarded exit share: their maps, and the verdict on an
 * address. The maps are pinned: there is one of each on a machine.
 */
#ifndef GANTRY_EGRESS_BPF_H
#define GANTRY_EGRESS_BPF_H

#include <linux/bpf.h>
#include <linux/errno.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

#include "egress.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define AF_UNSPEC	0
#define AF_UNIX		1
#define AF_INET		2
#define AF_INET6	10
#define AF_NETLINK	16

#define MAX_TENANTS	4096
#define MAX_NETWORKS	262144

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_TENANTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, u64);
	__type(value, struct gantry_egress_tenant);
} tenants SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, MAX_NETWORKS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct gantry_egress_key);
	__type(value, u8);
} networks SEC(".maps");

/* Apart from the counts, because an update of an element replaces it as a whole. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_TENANTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, u64);
	__type(value, struct gantry_egress_denial);
} last_denials SEC(".maps");

/* An address in network order, as in struct gantry_egress_key. */
struct destination {
	u32 family;
	u32 port;
	union {
		u32 words[4];
		u8 bytes[16];
	};
};

static __always_inline void set_ipv4(struct destination *to, u32 address, u32 port)
{
	__builtin_memset(to, 0, sizeof(*to));
	to->family = AF_INET;
	to->port = port;
	to->words[0] = address;
}

/* ::ffff:a.b.c.d is a.b.c.d on the wire, too. */
static __always_inline void set_ipv6(struct destination *to, const u32 *words, u32 port)
{
	if (!words[0] && !words[1] && words[2] == bpf_htonl(0xffff)) {
		set_ipv4(to, words[3], port);
		return;
	}
	to->family = AF_INET6;
	to->port = port;
	to->words[0] = words[0];
	to->words[1] = words[1];
	to->words[2] = words[2];
	to->words[3] = words[3];
}

static bool is_allowed(u64 tenant, const struct destination *to)
{
	struct gantry_egress_key key = {
		.prefix = GANTRY_EGRESS_KEY_BITS + (to->family == AF_INET ? 32 : 128),
		.family = to->family,
		.tenant = tenant,
	};

	__builtin_memcpy(key.address, to->bytes, sizeof(key.address));
	return bpf_map_lookup_elem(&networks, &key);
}

/* @to is NULL when what was refused has no address. */
static __always_inline void count_denial(u64 id, struct gantry_egress_tenant *tenant, u32 hook,
					 const struct destination *to)
{
	struct gantry_egress_denial denial = {
		.time_ns = bpf_ktime_get_boot_ns(),
		.hook = hook,
	};

	/* For the verifier. */
	if (hook < GANTRY_EGRESS_HOOKS)
		__sync_fetch_and_add(&tenant->denied[hook], 1);
	if (to) {
		denial.family = to->family;
		denial.port = to->port;
		__builtin_memcpy(denial.address, to->bytes, sizeof(denial.address));
	}
	bpf_map_update_elem(&last_denials, &id, &denial, BPF_ANY);
}

#endif /* GANTRY_EGRESS_BPF_H */
