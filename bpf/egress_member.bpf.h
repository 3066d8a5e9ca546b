/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which tenants a cgroup is in, and what they say to a call.
 *
 * Every send and connect of the machine asks, and nearly all who call are in no tenant.
 * So what was found out of a cgroup is remembered with it.
 */
#ifndef GANTRY_EGRESS_MEMBER_BPF_H
#define GANTRY_EGRESS_MEMBER_BPF_H

#include "egress_kernel.bpf.h"

/* A cgroup and the levels below the root at which it is in a tenant (bit 0: the first). */
struct member {
	struct cgroup *cgroup;
	u32 levels;
};

/*
 * How often gantryctl began or ended to add a tenant: odd while it does. Killed in
 * between it stays odd, and nothing is remembered.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, u32);
	__type(value, u32);
} changes SEC(".maps");

/* Levels in the low half; in the high one the count of changes that they are from. */
struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u64);
} known_levels SEC(".maps");

/* The number of the cgroup that is so far below the root above this one, or 0. */
static u64 ancestor_id(struct cgroup *cgroup, u32 level)
{
	if (!cgroup || level > BPF_CORE_READ(cgroup, level))
		return 0;
	return BPF_CORE_READ(cgroup, ancestors[level], kn, id);
}

static u32 find_levels(struct cgroup *cgroup)
{
	u32 levels = 0, level;
	u64 id;

	bpf_for(level, 1, GANTRY_TENANT_DEPTH + 1) {
		id = ancestor_id(cgroup, level);
		if (!id)
			break;
		if (bpf_map_lookup_elem(&tenants, &id))
			levels |= 1u << (level - 1);
	}
	return levels;
}

static u32 find_and_remember_levels(struct cgroup *cgroup, u32 *count)
{
	/* A tenant that the new count tells of is found below. */
	u64 now = __sync_fetch_and_or(count, 0), known, *storage;
	u32 levels = find_levels(cgroup);

	known = now << 32 | levels;
	if (now & 1)
		return levels;
	storage = bpf_cgrp_storage_get(&known_levels, cgroup, &known,
				       BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (storage)
		*storage = known;
	return levels;
}

static u32 levels_of(struct cgroup *cgroup)
{
	u32 zero = 0, *count = bpf_map_lookup_elem(&changes, &zero);
	u64 *storage, known;

	/* For the verifier. */
	if (!count)
		return 0;
	storage = bpf_cgrp_storage_get(&known_levels, cgroup, NULL, 0);
	if (storage) {
		known = *(volatile u64 *)storage;
		if (known >> 32 == *(volatile u32 *)count)
			return known;
	}
	return find_and_remember_levels(cgroup, count);
}

static __always_inline struct member member_of(struct cgroup *cgroup)
{
	return (struct member){ cgroup, levels_of(cgroup) };
}

/* Whoever calls */
static __always_inline struct member caller_member(void)
{
	return member_of(bpf_get_current_task_btf()->cgroups->dfl_cgrp);
}

/* The number of the outermost tenant, which is taken off the levels of @member. */
static __always_inline u64 take_tenant(struct member *member, u32 *level)
{
	u32 levels = member->levels;

	*level = __builtin_popcount(levels ^ (levels - 1));
	member->levels = levels & (levels - 1);
	return ancestor_id(member->cgroup, *level);
}

/* What was read from an accelerator may be sent long after: so this is for good. */
static void guard(struct member member)
{
	struct gantry_egress_tenant *tenant;
	u32 level;
	u64 id;
	int i;

	bpf_for(i, 0, GANTRY_TENANT_DEPTH) {
		if (!member.levels)
			break;
		id = take_tenant(&member, &level);
		tenant = bpf_map_lookup_elem(&tenants, &id);
		if (tenant)
			tenant->guarded = 1;
	}
}

/* What is not static the verifier looks at once, not for each caller. */
__noinline int tenant_judge(u64 id, const struct destination *to, u32 hook)
{
	struct gantry_egress_tenant *tenant = bpf_map_lookup_elem(&tenants, &id);

	/* Deleted meanwhile; @to is there, but the verifier does not know. */
	if (!tenant || !tenant->guarded || !to || is_allowed(id, to))
		return 0;
	count_denial(id, tenant, hook, to);
	return -EPERM;
}

/* 0: it may have to do with this address. */
static int judge(struct member member, const struct destination *to, u32 hook)
{
	u32 level;
	int i, ret;
	u64 id;

	bpf_for(i, 0, GANTRY_TENANT_DEPTH) {
		if (!member.levels)
			break;
		id = take_tenant(&member, &level);
		ret = tenant_judge(id, to, hook);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * struct rule - what tenants may not do at all
 * @hook: it is counted as this, if that is one
 * @exempt: flags of tenants that may
 * @early: those that are not guarded yet may not, either
 */
struct rule {
	u32 hook;
	u32 exempt;
	bool early;
};

__noinline int tenant_refuse(u64 id, u32 hook, u32 exempt, bool early)
{
	struct gantry_egress_tenant *tenant = bpf_map_lookup_elem(&tenants, &id);

	if (!tenant || !(early || tenant->guarded) || tenant->flags & exempt)
		return 0;
	if (hook < GANTRY_EGRESS_HOOKS)
		count_denial(id, tenant, hook, NULL);
	return -EPERM;
}

/* ... unless the @other cgroup, if there is one, is in the same tenant. */
static int refuse_but_within(struct member member, struct cgroup *other,
			     const struct rule *rule)
{
	u32 level;
	int i, ret;
	u64 id;

	bpf_for(i, 0, GANTRY_TENANT_DEPTH) {
		if (!member.levels)
			break;
		id = take_tenant(&member, &level);
		if (ancestor_id(other, level) == id)
			continue;
		ret = tenant_refuse(id, rule->hook, rule->exempt, rule->early);
		if (ret)
			return ret;
	}
	return 0;
}

static int refuse(struct member member, const struct rule *rule)
{
	return refuse_but_within(member, NULL, rule);
}

#endif
