// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps, for each tenant on each card, what it moved, what became of its jobs, how
 * long they took and what it holds. Hangs on the driver's tracepoints (docs/tracing.md),
 * so it sees what happens while it is loaded.
 */
#include <linux/bpf.h>
#include <linux/errno.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "telemetry.h"

typedef unsigned int u32;
typedef unsigned long long u64;

#define MAX_USERS	16384	/* tenants times cards */
#define MAX_CARDS	256
#define MAX_THINGS	262144	/* buffers, contexts or queues at a time */

struct gantry_bo;	/* only its address is of interest */

/* Of the driver; libbpf finds out where its members really are. */
struct gantry_job_stats {
	u64 bytes[GANTRY_WAYS];
	u32 operations[GANTRY_WAYS];
	u64 queued_ns;
	u64 running_ns;
} __attribute__((preserve_access_index));

/* A buffer that is counted: whose, and where. */
struct held {
	struct gantry_usage_key key;
	u64 bytes;
	u32 on_device;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_USERS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct gantry_usage_key);
	__type(value, struct gantry_usage);
} usage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_CARDS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, char[GANTRY_CARD_NAME]);
	__type(value, struct gantry_card_usage);
} cards SEC(".maps");

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
	__type(value, u64);
} contexts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_THINGS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, u64);
} queues SEC(".maps");

static const struct gantry_usage no_usage;
static const struct gantry_card_usage no_card_usage;

static void make_key(struct gantry_usage_key *key, const char *card, u64 tenant)
{
	__builtin_memset(key, 0, sizeof(*key));
	key->tenant = tenant;
	bpf_probe_read_kernel_str(key->card, sizeof(key->card), card);
}

/* NULL when the map is full: then this is not counted. */
static struct gantry_usage *find_usage(const struct gantry_usage_key *key)
{
	struct gantry_usage *found = bpf_map_lookup_elem(&usage, key);

	if (found)
		return found;
	bpf_map_update_elem(&usage, key, &no_usage, BPF_NOEXIST);
	return bpf_map_lookup_elem(&usage, key);
}

static struct gantry_usage *usage_of(const char *card, u64 tenant)
{
	struct gantry_usage_key key;

	make_key(&key, card, tenant);
	return find_usage(&key);
}

static struct gantry_card_usage *card_usage_of(const char *card)
{
	char key[GANTRY_CARD_NAME] = {};
	struct gantry_card_usage *found;

	bpf_probe_read_kernel_str(key, sizeof(key), card);
	found = bpf_map_lookup_elem(&cards, key);
	if (found)
		return found;
	bpf_map_update_elem(&cards, key, &no_card_usage, BPF_NOEXIST);
	return bpf_map_lookup_elem(&cards, key);
}

/* ---- contexts and queues ---------------------------------------------------------- */

SEC("tp_btf/gantry_context_open")
int BPF_PROG(context_open, const char *card, u64 tenant, u64 context)
{
	struct gantry_usage *u = usage_of(card, tenant);

	if (u && !bpf_map_update_elem(&contexts, &context, &tenant, BPF_NOEXIST))
		__sync_fetch_and_add(&u->contexts, 1);
	return 0;
}

SEC("tp_btf/gantry_context_close")
int BPF_PROG(context_close, const char *card, u64 tenant, u64 context)
{
	struct gantry_usage *u = usage_of(card, tenant);

	if (u && !bpf_map_delete_elem(&contexts, &context))
		__sync_fetch_and_add(&u->contexts, -1);
	return 0;
}

SEC("tp_btf/gantry_queue_create")
int BPF_PROG(queue_create, const char *card, u64 tenant, u64 context, u64 queue)
{
	struct gantry_usage *u = usage_of(card, tenant);

	if (u && !bpf_map_update_elem(&queues, &queue, &tenant, BPF_NOEXIST))
		__sync_fetch_and_add(&u->queues, 1);
	return 0;
}

SEC("tp_btf/gantry_queue_destroy")
int BPF_PROG(queue_destroy, const char *card, u64 tenant, u64 context, u64 queue)
{
	struct gantry_usage *u = usage_of(card, tenant);

	if (u && !bpf_map_delete_elem(&queues, &queue))
		__sync_fetch_and_add(&u->queues, -1);
	return 0;
}

/* ---- buffers ------------------------------------------------------------------------ */

static void count_held(struct gantry_usage *u, const struct held *held, long long sign)
{
	if (held->on_device)
		__sync_fetch_and_add(&u->device_bytes, sign * held->bytes);
	else
		__sync_fetch_and_add(&u->host_bytes, sign * held->bytes);
}

SEC("tp_btf/gantry_buffer_create")
int BPF_PROG(buffer_create, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region, u64 bytes)
{
	struct held held = { .bytes = bytes, .on_device = (int)region >= 0 };
	u64 address = (u64)buffer;
	struct gantry_usage *u;

	make_key(&held.key, card, tenant);
	u = find_usage(&held.key);
	if (u && !bpf_map_update_elem(&buffers, &address, &held, BPF_NOEXIST))
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
	if (u)
		count_held(u, held, -1);
	bpf_map_delete_elem(&buffers, &address);
	return 0;
}

SEC("tp_btf/gantry_buffer_export")
int BPF_PROG(buffer_export, const char *card, u64 tenant)
{
	struct gantry_usage *u = usage_of(card, tenant);

	if (u)
		__sync_fetch_and_add(&u->exports, 1);
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

SEC("tp_btf/gantry_job_end")
int BPF_PROG(job_end, const char *card, u64 tenant, u64 context, u64 queue, u64 seqno, int error,
	     const struct gantry_job_stats *stats)
{
	struct gantry_usage *u = usage_of(card, tenant);
	u32 i;

	/* For the verifier, a tracepoint's pointer may be anything. */
	if (!u || !stats)
		return 0;
	if (error) {
		count_error(u, error);
		return 0;
	}
	__sync_fetch_and_add(&u->jobs_completed, 1);
	count_time(&u->queued, BPF_CORE_READ(stats, queued_ns));
	count_time(&u->running, BPF_CORE_READ(stats, running_ns));
	for (i = 0; i < GANTRY_WAYS; i++) {
		u64 bytes = BPF_CORE_READ(stats, bytes[i]);

		if (!bytes)
			continue;
		__sync_fetch_and_add(&u->bytes[i], bytes);
		__sync_fetch_and_add(&u->operations[i], BPF_CORE_READ(stats, operations[i]));
	}
	return 0;
}

/* ---- the card ---------------------------------------------------------------------------- */

SEC("tp_btf/gantry_scrub")
int BPF_PROG(scrub, const char *card, u32 region, u64 bytes, int error)
{
	struct gantry_card_usage *c = card_usage_of(card);

	if (c && error)
		__sync_fetch_and_add(&c->scrub_failed_bytes, bytes);
	else if (c)
		__sync_fetch_and_add(&c->scrubbed_bytes, bytes);
	return 0;
}

SEC("tp_btf/gantry_ring_reset")
int BPF_PROG(ring_reset, const char *card)
{
	struct gantry_card_usage *c = card_usage_of(card);

	if (c)
		__sync_fetch_and_add(&c->ring_resets, 1);
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
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
