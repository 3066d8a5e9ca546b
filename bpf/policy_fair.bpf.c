// SPDX-License-Identifier: GPL-2.0-only
/*
 * Weighted fair shares: while several want the card each gets of it in proportion to its
 * weight. A cgroup that was given a weight has a share together with all below it that was
 * given none; every other tenant has one of its own, of the weight that the root was given.
 */
#include "gantry_policy.bpf.h"
#include "policy_fair.h"

#define MAX_CGROUPS	16384
#define MAX_ACCOUNTS	4096

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_CGROUPS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct gantry_fair_weight);
} weights SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_ACCOUNTS);
	__type(key, u64);
	__type(value, struct gantry_fair_usage);
} usage SEC(".maps");

SEC("struct_ops/submit")
int BPF_PROG(submit, struct gantry_policy_job *job)
{
	u64 ids[GANTRY_TENANT_LEVELS], account = job->tenant->id, weight = GANTRY_FAIR_WEIGHT;
	u32 count = gantry_tenant_ancestors(job->tenant, ids), i;

	/* The one that is nearest has its way. */
	for (i = 0; i < GANTRY_TENANT_LEVELS && i < count; i++) {
		struct gantry_fair_weight *given = bpf_map_lookup_elem(&weights, &ids[i]);

		if (!given)
			continue;
		weight = given->weight;
		if (i)
			account = ids[i];
	}
	job->account = account;
	job->weight = weight;
	return 0;
}

SEC("struct_ops/complete")
void BPF_PROG(complete, struct gantry_policy_job *job)
{
	const struct gantry_fair_usage nothing = {};
	struct gantry_fair_usage *used;
	u64 account = job->account;

	if (job->status)
		return;
	used = bpf_map_lookup_elem(&usage, &account);
	if (!used) {
		bpf_map_update_elem(&usage, &account, &nothing, BPF_NOEXIST);
		used = bpf_map_lookup_elem(&usage, &account);
	}
	if (!used)
		return;
	__sync_fetch_and_add(&used->jobs, 1);
	__sync_fetch_and_add(&used->bytes, job->bytes);
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = {
	.order = 200,
	.submit = (void *)submit,
	.complete = (void *)complete,
};

char LICENSE[] SEC("license") = "GPL";
