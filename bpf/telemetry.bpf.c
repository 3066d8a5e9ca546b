// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps, for each tenant on each card, what it moved, what became of its jobs, how
 * long they took and what it holds; and a log of what an operator should know of.
 * Hangs on the driver's tracepoints (docs/tracing.md), so it sees what happens while
 * it is loaded.
 */
#include "event.bpf.h"
#include "telemetry_log.bpf.h"
#include "telemetry_rows.bpf.h"

#define MAX_THINGS	262144	/* buffers, contexts or queues at a time */

/* A buffer that is counted: whose, and where. */
struct held {
	struct gantry_usage_key key;
	u64 bytes;
	u32 on_device;
};

/* Buffers by their address, contexts and queues by their numbers: those made since. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_THINGS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct held);
} buffers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_THINGS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, char);
} contexts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_THINGS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, char);
} queues SEC(".maps");

/* ---- contexts and queues --------------------------------------------------------------- */

enum thing {
	CONTEXT,
	QUEUE,
};

static __always_inline void *map_of(enum thing thing)
{
	return thing == CONTEXT ? (void *)&contexts : (void *)&queues;
}

static __always_inline void count_thing(struct gantry_usage *u, enum thing thing, int change)
{
	__sync_fetch_and_add(thing == CONTEXT ? &u->contexts : &u->queues, change);
}

/* The maps have those that were made since, so that none is taken off that was not added. */
static __always_inline int thing_came(enum thing thing, const char *card, u64 tenant, u64 number)
{
	struct gantry_usage *u = usage_of(card, tenant);
	char there = 1;

	if (!u)
		return 0;
	if (bpf_map_update_elem(map_of(thing), &number, &there, BPF_NOEXIST))
		count_missed();
	else
		count_thing(u, thing, 1);
	return 0;
}

static __always_inline int thing_went(enum thing thing, const char *card, u64 tenant, u64 number)
{
	struct gantry_usage *u = usage_of(card, tenant);

	if (!u || bpf_map_delete_elem(map_of(thing), &number))
		return 0;
	count_thing(u, thing, -1);
	check_gone(u);
	return 0;
}

SEC("tp_btf/gantry_context_open")
int BPF_PROG(context_open, const char *card, u64 tenant, u64 context)
{
	return thing_came(CONTEXT, card, tenant, context);
}

SEC("tp_btf/gantry_context_close")
int BPF_PROG(context_close, const char *card, u64 tenant, u64 context)
{
	return thing_went(CONTEXT, card, tenant, context);
}

SEC("tp_btf/gantry_queue_create")
int BPF_PROG(queue_create, const char *card, u64 tenant, u64 context, u64 queue)
{
	return thing_came(QUEUE, card, tenant, queue);
}

SEC("tp_btf/gantry_queue_destroy")
int BPF_PROG(queue_destroy, const char *card, u64 tenant, u64 context, u64 queue)
{
	return thing_went(QUEUE, card, tenant, queue);
}

/* ---- buffers --------------------------------------------------------------------------- */

static void count_held(struct gantry_usage *u, const struct held *held, long long sign)
{
	if (held->on_device)
		__sync_fetch_and_add(&u->device_bytes, sign * held->bytes);
	else
		__sync_fetch_and_add(&u->host_bytes, sign * held->bytes);
}

SEC("tp_btf/gantry_buffer_create")
int BPF_PROG(buffer_create, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	struct held held = { .bytes = bytes, .on_device = (int)region >= 0 };
	u64 address = (u64)buffer;
	struct gantry_usage *u;

	make_key(&held.key, card, tenant);
	u = find_usage(&held.key);
	if (!u)
		return 0;
	if (bpf_map_update_elem(&buffers, &address, &held, BPF_NOEXIST))
		count_missed();
	else
		count_held(u, &held, 1);
	return 0;
}

SEC("tp_btf/gantry_buffer_destroy")
int BPF_PROG(buffer_destroy, const char *card, u64 tenant, struct gantry_bo *buffer)
{
	u64 address = (u64)buffer;
	struct held *held = bpf_map_lookup_elem(&buffers, &address);
	struct gantry_usage *u;

	if (!held)
		return 0;
	u = find_usage(&held->key);
	if (u) {
		count_held(u, held, -1);
		check_gone(u);
	}
	bpf_map_delete_elem(&buffers, &address);
	return 0;
}

SEC("tp_btf/gantry_buffer_export")
int BPF_PROG(buffer_export, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_BUFFER_EXPORT, .tenant = tenant,
				      .region = region, .bytes = bytes };
	struct gantry_usage *u = usage_of(card, tenant);

	if (u)
		__sync_fetch_and_add(&u->exports, 1);
	log_event(&event, card);
	return 0;
}

/* ---- jobs ------------------------------------------------------------------------------ */

static u32 bucket_of(u64 ns)
{
	u32 bucket = 0, step;

	for (step = 32; step; step /= 2) {
		if (ns >> step) {
			ns >>= step;
			bucket += step;
		}
	}
	return bucket < GANTRY_TIME_BUCKETS ? bucket : GANTRY_TIME_BUCKETS - 1;
}

static void count_time(struct gantry_times *times, u64 ns)
{
	u32 bucket = bucket_of(ns);

	__sync_fetch_and_add(&times->sum_ns, ns);
	/* For the verifier. */
	if (bucket < GANTRY_TIME_BUCKETS)
		__sync_fetch_and_add(&times->count[bucket], 1);
}

SEC("tp_btf/gantry_job_submit")
int BPF_PROG(job_submit, const char *card, u64 tenant)
{
	struct gantry_usage *u = usage_of(card, tenant);

	if (u)
		__sync_fetch_and_add(&u->jobs_submitted, 1);
	return 0;
}

static void count_error(struct gantry_usage *u, int error)
{
	switch (error) {
	case -ETIME:
		__sync_fetch_and_add(&u->jobs_timed_out, 1);
		break;
	case -ECANCELED:
	case -ESRCH:
		__sync_fetch_and_add(&u->jobs_dropped, 1);
		break;
	case -ENODEV:
		__sync_fetch_and_add(&u->jobs_lost, 1);
		break;
	default:
		__sync_fetch_and_add(&u->jobs_failed, 1);
	}
}

/* Those that another one's end, or nobody's wish, took along would only fill the log. */
static bool notable(int error)
{
	return error != -ECANCELED && error != -ESRCH;
}

static void count_done(struct gantry_usage *u, const struct gantry_job_stats *stats)
{
	u32 i;

	__sync_fetch_and_add(&u->jobs_completed, 1);
	count_time(&u->queued, stats->queued_ns);
	count_time(&u->running, stats->running_ns);
#pragma unroll
	for (i = 0; i < GANTRY_WAYS; i++) {
		u64 bytes = stats->bytes[i];

		if (!bytes)
			continue;
		__sync_fetch_and_add(&u->bytes[i], bytes);
		__sync_fetch_and_add(&u->operations[i], stats->operations[i]);
	}
}

SEC("tp_btf/gantry_job_end")
int BPF_PROG(job_end, const char *card, u64 tenant, u64 context, u64 queue, u64 seqno, int error,
	     const struct gantry_job_stats *stats)
{
	struct gantry_usage *u = usage_of(card, tenant);

	/* For the verifier, a tracepoint's pointer may be anything. */
	if (!u || !stats)
		return 0;
	if (!error) {
		count_done(u, stats);
		return 0;
	}
	count_error(u, error);
	if (notable(error)) {
		struct gantry_event event = { .kind = GANTRY_EVENT_JOB_END, .tenant = tenant,
					      .context = context, .queue = queue, .seqno = seqno,
					      .error = error, .queued_ns = stats->queued_ns,
					      .running_ns = stats->running_ns };

		log_event(&event, card);
	}
	return 0;
}

/* ---- the card -------------------------------------------------------------------------- */

SEC("tp_btf/gantry_scrub")
int BPF_PROG(scrub, const char *card, u32 region, u64 bytes, int error)
{
	struct gantry_card_usage *c = card_usage_of(card);

	if (c && error)
		__sync_fetch_and_add(&c->scrub_failed_bytes, bytes);
	else if (c)
		__sync_fetch_and_add(&c->scrubbed_bytes, bytes);
	if (error) {
		struct gantry_event event = { .kind = GANTRY_EVENT_SCRUB, .region = region,
					      .bytes = bytes, .error = error };

		log_event(&event, card);
	}
	return 0;
}

SEC("tp_btf/gantry_ring_reset")
int BPF_PROG(ring_reset, const char *card, u32 ring, int error)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_RING_RESET, .ring = ring,
				      .error = error };
	struct gantry_card_usage *c = card_usage_of(card);

	if (c)
		__sync_fetch_and_add(&c->ring_resets, 1);
	log_event(&event, card);
	return 0;
}

SEC("tp_btf/gantry_device_reset")
int BPF_PROG(device_reset, const char *card, int error)
{
	struct gantry_card_usage *c = card_usage_of(card);

	if (c && error)
		__sync_fetch_and_add(&c->device_resets_failed, 1);
	else if (c)
		__sync_fetch_and_add(&c->device_resets, 1);
	log_card(GANTRY_EVENT_DEVICE_RESET, card, error);
	return 0;
}

SEC("tp_btf/gantry_device_bind")
int BPF_PROG(device_bind, const char *card)
{
	log_card(GANTRY_EVENT_DEVICE_BIND, card, 0);
	return 0;
}

SEC("tp_btf/gantry_device_unbind")
int BPF_PROG(device_unbind, const char *card)
{
	log_card(GANTRY_EVENT_DEVICE_UNBIND, card, 0);
	return 0;
}

/* ---- policies -------------------------------------------------------------------------- */

static int log_policy(enum gantry_event_kind kind, const char *card, const char *policy,
		      const char *reason)
{
	struct gantry_event event = { .kind = kind };

	take_policy(&event, policy, reason);
	log_event(&event, card);
	return 0;
}

SEC("tp_btf/gantry_policy_attach")
int BPF_PROG(policy_attach, const char *card, const char *policy)
{
	return log_policy(GANTRY_EVENT_POLICY_ATTACH, card, policy, NULL);
}

SEC("tp_btf/gantry_policy_detach")
int BPF_PROG(policy_detach, const char *card, const char *policy)
{
	return log_policy(GANTRY_EVENT_POLICY_DETACH, card, policy, NULL);
}

SEC("tp_btf/gantry_policy_eject")
int BPF_PROG(policy_eject, const char *card, const char *policy, const char *reason)
{
	return log_policy(GANTRY_EVENT_POLICY_EJECT, card, policy, reason);
}

/* ---- tenants that go ------------------------------------------------------------------- */

struct kernfs_node {
	u64 id;
} __attribute__((preserve_access_index));

struct cgroup_root {
	int hierarchy_id;
} __attribute__((preserve_access_index));

struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
} __attribute__((preserve_access_index));

struct removed {
	struct gantry_usage_key key;
	const char *path;
};

static long mark_gone(struct bpf_map *map, const char *card, struct gantry_card_usage *unused,
		      struct removed *removed)
{
	struct gantry_usage *u;

	__builtin_memcpy(removed->key.card, card, sizeof(removed->key.card));
	u = bpf_map_lookup_elem(&usage, &removed->key);
	if (!u)
		return 0;
	bpf_probe_read_kernel_str(u->path, sizeof(u->path), removed->path);
	may_free_usage = true;
	may_free_logs = true;
	return 0;
}

/* Its row on each card; most cgroups have none. */
SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(cgroup_rmdir, struct cgroup *cgroup, const char *path)
{
	struct removed removed = { .path = path };

	/* Version 2 is hierarchy 0; those of version 1 number their folders as well. */
	if (!cgroup || cgroup->root->hierarchy_id)
		return 0;
	removed.key.tenant = cgroup->kn->id;
	bpf_for_each_map_elem(&cards, mark_gone, &removed, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
