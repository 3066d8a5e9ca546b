// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quotas: what each cgroup may have of a card's memory, queues and time. Limits are of a
 * cgroup with all below it, so what a tenant wants must fit into those of all its
 * ancestors, the root's too. Beyond a limit memory and queues are refused with -EDQUOT;
 * jobs with -EBUSY, or -EDQUOT if they never could fit. Bandwidth holds jobs back.
 */
#include "gantry_policy.bpf.h"
#include "policy_quota.h"

#define MAX_CGROUPS	16384
#define SECOND		1000000000ULL

/* What was saved up by moving nothing is forgotten after so long. */
#define BURST		(SECOND / 10)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_CGROUPS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct gantry_quota_limits);
} limits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_CGROUPS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct gantry_quota_usage);
} usage SEC(".maps");

/* What somebody wants to hold more of. */
struct demand {
	u64 memory;
	u64 queues;
};

/* A job that somebody wants to submit. */
struct load {
	u64 bytes;
	u64 now;
	u64 wait;	/* out: so long */
};

static const struct gantry_quota_usage nothing;

static struct gantry_quota_usage *find_usage(u64 id)
{
	struct gantry_quota_usage *found = bpf_map_lookup_elem(&usage, &id);

	if (found)
		return found;
	bpf_map_update_elem(&usage, &id, &nothing, BPF_NOEXIST);
	return bpf_map_lookup_elem(&usage, &id);
}

/* How long @bytes take. What is not static the verifier looks at once, not for each caller. */
__noinline u64 time_of(u64 bytes, u64 bandwidth)
{
	u32 i;

	/* So that nothing overflows; precise to a millionth. */
	for (i = 0; i < 32 && bandwidth >> 33; i++) {
		bandwidth >>= 1;
		bytes >>= 1;
	}
	if (!bandwidth)
		return 0;
	return bytes / bandwidth * SECOND + bytes % bandwidth * SECOND / bandwidth;
}

static bool exceeds(u64 used, u64 more, u64 limit)
{
	return more && (more > limit || used > limit - more);
}

/* ---- memory and queues ----------------------------------------------------------------- */

/* 0 with @demand added, or why not; of one cgroup. */
__noinline int take(u64 id, const struct demand *demand)
{
	struct gantry_quota_limits *limit = bpf_map_lookup_elem(&limits, &id);
	struct gantry_quota_usage *used = find_usage(id);
	u64 memory, queues;
	int ret = 0;

	if (!demand)
		return 0;
	/* So many cgroups that they cannot all be counted: rather none than one without. */
	if (!used)
		return -ENOSPC;
	memory = limit ? limit->memory : GANTRY_NO_LIMIT;
	queues = limit ? limit->queues : GANTRY_NO_LIMIT;
	bpf_spin_lock(&used->lock);
	if (exceeds(used->memory, demand->memory, memory) ||
	    exceeds(used->queues, demand->queues, queues))
		ret = -EDQUOT;
	if (!ret) {
		used->memory += demand->memory;
		used->queues += demand->queues;
	}
	bpf_spin_unlock(&used->lock);
	return ret;
}

/* Undo take(). */
__noinline int give_back(u64 id, const struct demand *demand)
{
	struct gantry_quota_usage *used = bpf_map_lookup_elem(&usage, &id);

	if (!used || !demand)
		return 0;
	bpf_spin_lock(&used->lock);
	used->memory -= demand->memory;
	used->queues -= demand->queues;
	bpf_spin_unlock(&used->lock);
	return 0;
}

static int take_all(const struct gantry_tenant *tenant, const struct demand *demand)
{
	u64 ids[GANTRY_TENANT_LEVELS] = {};
	u32 count, i, taken;
	int ret = 0;

	count = gantry_tenant_ancestors(tenant, ids);
	for (taken = 0; taken < GANTRY_TENANT_LEVELS && taken < count; taken++) {
		ret = take(ids[taken], demand);
		if (ret)
			break;
	}
	for (i = 0; ret && i < GANTRY_TENANT_LEVELS && i < taken; i++)
		give_back(ids[i], demand);
	return ret;
}

static void give_all_back(const struct gantry_tenant *tenant, const struct demand *demand)
{
	u64 ids[GANTRY_TENANT_LEVELS] = {};
	u32 count = gantry_tenant_ancestors(tenant, ids), i;

	for (i = 0; i < GANTRY_TENANT_LEVELS && i < count; i++)
		give_back(ids[i], demand);
}

/* ---- jobs ------------------------------------------------------------------------------ */

/*
 * Jobs are what comes often, so each instruction here counts: docs/performance.md. Bytes
 * in flight are atomic, so that the end of a job needs no lock.
 */

/* 0 with @load admitted, or why not; of one cgroup. */
__noinline int admit(u64 id, struct load *load)
{
	struct gantry_quota_limits *limit = bpf_map_lookup_elem(&limits, &id);
	struct gantry_quota_usage *used = find_usage(id);
	u64 cost = 0, late = 0;
	int ret = 0;

	if (!load)
		return 0;
	if (!used)
		return -ENOSPC;
	if (!limit) {
		__sync_fetch_and_add(&used->inflight, load->bytes);
		return 0;
	}
	if (load->bytes > limit->inflight)
		return -EDQUOT;
	if (limit->bandwidth != GANTRY_NO_LIMIT)
		cost = time_of(load->bytes, limit->bandwidth);
	bpf_spin_lock(&used->lock);
	if (used->until > load->now)
		late = used->until - load->now;
	if (exceeds(used->inflight, load->bytes, limit->inflight) ||
	    (cost && late > BURST + GANTRY_POLICY_MAX_DELAY_NS)) {
		ret = -EBUSY;
	} else {
		__sync_fetch_and_add(&used->inflight, load->bytes);
		if (cost)
			used->until = load->now + late + cost;
	}
	bpf_spin_unlock(&used->lock);
	if (!ret && cost && late > BURST + load->wait)
		load->wait = late - BURST;
	return ret;
}

/* It has ended, or came to nothing. */
__noinline int finish(u64 id, u64 bytes)
{
	struct gantry_quota_usage *used = bpf_map_lookup_elem(&usage, &id);

	if (used)
		__sync_fetch_and_add(&used->inflight, -bytes);
	return 0;
}

/* It came to nothing: give its time back, too. */
__noinline int withdraw(u64 id, u64 bytes)
{
	struct gantry_quota_limits *limit = bpf_map_lookup_elem(&limits, &id);
	struct gantry_quota_usage *used = bpf_map_lookup_elem(&usage, &id);
	u64 cost;

	finish(id, bytes);
	if (!used || !limit || limit->bandwidth == GANTRY_NO_LIMIT)
		return 0;
	cost = time_of(bytes, limit->bandwidth);
	bpf_spin_lock(&used->lock);
	used->until -= used->until > cost ? cost : used->until;
	bpf_spin_unlock(&used->lock);
	return 0;
}

static int admit_all(const struct gantry_tenant *tenant, struct load *load)
{
	u64 ids[GANTRY_TENANT_LEVELS] = {};
	u32 count, i, admitted;
	int ret = 0;

	count = gantry_tenant_ancestors(tenant, ids);
	for (admitted = 0; admitted < GANTRY_TENANT_LEVELS && admitted < count; admitted++) {
		ret = admit(ids[admitted], load);
		if (ret)
			break;
	}
	for (i = 0; ret && i < GANTRY_TENANT_LEVELS && i < admitted; i++)
		withdraw(ids[i], load->bytes);
	return ret;
}

/* ---- hooks ----------------------------------------------------------------------------- */

SEC("struct_ops/buffer_create")
int BPF_PROG(buffer_create, struct gantry_policy_buffer *buffer)
{
	struct demand demand = { .memory = buffer->bytes };

	if (buffer->region == GANTRY_REGION_HOST)
		return 0;
	return take_all(buffer->tenant, &demand);
}

SEC("struct_ops/buffer_destroy")
void BPF_PROG(buffer_destroy, struct gantry_policy_buffer *buffer)
{
	struct demand demand = { .memory = buffer->bytes };

	if (buffer->region != GANTRY_REGION_HOST)
		give_all_back(buffer->tenant, &demand);
}

SEC("struct_ops/buffer_export")
int BPF_PROG(buffer_export, struct gantry_policy_buffer *buffer)
{
	u64 ids[GANTRY_TENANT_LEVELS] = {};
	u32 count = gantry_tenant_ancestors(buffer->tenant, ids), i;

	for (i = 0; i < GANTRY_TENANT_LEVELS && i < count; i++) {
		struct gantry_quota_limits *limit = bpf_map_lookup_elem(&limits, &ids[i]);

		if (limit && !limit->exports)
			return -EACCES;
	}
	return 0;
}

SEC("struct_ops/queue_create")
int BPF_PROG(queue_create, struct gantry_policy_queue *queue)
{
	struct demand demand = { .queues = 1 };

	return take_all(queue->tenant, &demand);
}

SEC("struct_ops/queue_destroy")
void BPF_PROG(queue_destroy, struct gantry_policy_queue *queue)
{
	struct demand demand = { .queues = 1 };

	give_all_back(queue->tenant, &demand);
}

SEC("struct_ops/submit")
int BPF_PROG(submit, struct gantry_policy_job *job)
{
	struct load load = { .bytes = job->bytes, .now = bpf_ktime_get_ns() };
	int ret = admit_all(job->tenant, &load);

	if (!ret)
		job->delay_ns = load.wait;
	return ret;
}

SEC("struct_ops/complete")
void BPF_PROG(complete, struct gantry_policy_job *job)
{
	u64 ids[GANTRY_TENANT_LEVELS] = {}, bytes = job->bytes, seqno = job->seqno;
	u32 count = gantry_tenant_ancestors(job->tenant, ids), i;

	for (i = 0; i < GANTRY_TENANT_LEVELS && i < count; i++) {
		/* One without a number was not taken after all. */
		if (seqno)
			finish(ids[i], bytes);
		else
			withdraw(ids[i], bytes);
	}
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = {
	.order = 100,
	.buffer_create = (void *)buffer_create,
	.buffer_destroy = (void *)buffer_destroy,
	.buffer_export = (void *)buffer_export,
	.queue_create = (void *)queue_create,
	.queue_destroy = (void *)queue_destroy,
	.submit = (void *)submit,
	.complete = (void *)complete,
};

char LICENSE[] SEC("license") = "GPL";
