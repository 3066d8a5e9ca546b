// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hands what happens to 'gantryctl trace', filtered here, so that what nobody asked for
 * costs little. The programs live as long as that command does.
 */
#include "event.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);	/* the loader says how many */
} ring SEC(".maps");

/* The filter; what is 0 or empty lets everything pass. */
const volatile unsigned long long only_tenant;
const volatile unsigned long long only_queue;
const volatile char only_card[GANTRY_CARD_NAME];

/* Events that there was no room for. */
unsigned long long lost;

/* Hand it on, if somebody wants it; for the programs to return. */
static int tell(const char *card, struct gantry_event *event)
{
	u32 i;

	if ((only_tenant && event->tenant != only_tenant) ||
	    (only_queue && event->queue != only_queue))
		return 0;
	bpf_probe_read_kernel_str(event->card, sizeof(event->card), card);
	if (only_card[0])
		for (i = 0; i < GANTRY_CARD_NAME; i++)
			if (event->card[i] != only_card[i])
				return 0;
	event->time_ns = bpf_ktime_get_ns();
	if (bpf_ringbuf_output(&ring, event, sizeof(*event), 0))
		__sync_fetch_and_add(&lost, 1);
	return 0;
}

static u32 process(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

/* ---- contexts, buffers, queues --------------------------------------------------------- */

SEC("tp_btf/gantry_context_open")
int BPF_PROG(context_open, const char *card, u64 tenant, u64 context)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_CONTEXT_OPEN, .tenant = tenant,
				      .context = context, .process = process() };

	return tell(card, &event);
}

SEC("tp_btf/gantry_context_close")
int BPF_PROG(context_close, const char *card, u64 tenant, u64 context)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_CONTEXT_CLOSE, .tenant = tenant,
				      .context = context };

	return tell(card, &event);
}

/* @process: 0 where it is not for certain that one's call is behind it. */
static int tell_of_buffer(enum gantry_event_kind kind, const char *card, u64 tenant, u32 region,
			  u64 bytes, u32 process)
{
	struct gantry_event event = { .kind = kind, .tenant = tenant, .region = region,
				      .bytes = bytes, .process = process };

	return tell(card, &event);
}

SEC("tp_btf/gantry_buffer_create")
int BPF_PROG(buffer_create, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	return tell_of_buffer(GANTRY_EVENT_BUFFER_CREATE, card, tenant, region, bytes, process());
}

SEC("tp_btf/gantry_buffer_import")
int BPF_PROG(buffer_import, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	return tell_of_buffer(GANTRY_EVENT_BUFFER_IMPORT, card, tenant, region, bytes, process());
}

SEC("tp_btf/gantry_buffer_export")
int BPF_PROG(buffer_export, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	return tell_of_buffer(GANTRY_EVENT_BUFFER_EXPORT, card, tenant, region, bytes, process());
}

SEC("tp_btf/gantry_buffer_destroy")
int BPF_PROG(buffer_destroy, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	return tell_of_buffer(GANTRY_EVENT_BUFFER_DESTROY, card, tenant, region, bytes, 0);
}

SEC("tp_btf/gantry_queue_create")
int BPF_PROG(queue_create, const char *card, u64 tenant, u64 context, u64 queue, u32 ring_number,
	     u32 priority)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_QUEUE_CREATE, .tenant = tenant,
				      .context = context, .queue = queue, .ring = ring_number,
				      .priority = priority, .process = process() };

	return tell(card, &event);
}

SEC("tp_btf/gantry_queue_destroy")
int BPF_PROG(queue_destroy, const char *card, u64 tenant, u64 context, u64 queue, u32 ring_number,
	     u32 priority)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_QUEUE_DESTROY, .tenant = tenant,
				      .context = context, .queue = queue, .ring = ring_number,
				      .priority = priority };

	return tell(card, &event);
}

/* ---- jobs ------------------------------------------------------------------------------ */

static void take_work(struct gantry_event *event, const struct gantry_job_stats *stats)
{
	u32 i;

#pragma unroll
	for (i = 0; i < GANTRY_WAYS; i++) {
		event->bytes += stats->bytes[i];
		event->operations += stats->operations[i];
	}
}

SEC("tp_btf/gantry_job_submit")
int BPF_PROG(job_submit, const char *card, u64 tenant, u64 context, u64 queue, u64 seqno,
	     const struct gantry_job_stats *stats)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_JOB_SUBMIT, .tenant = tenant,
				      .context = context, .queue = queue, .seqno = seqno,
				      .process = process() };

	/* For the verifier, a tracepoint's pointer may be anything. */
	if (stats)
		take_work(&event, stats);
	return tell(card, &event);
}

SEC("tp_btf/gantry_job_schedule")
int BPF_PROG(job_schedule, const char *card, u64 tenant, u64 context, u64 queue, u64 seqno)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_JOB_SCHEDULE, .tenant = tenant,
				      .context = context, .queue = queue, .seqno = seqno };

	return tell(card, &event);
}

SEC("tp_btf/gantry_job_start")
int BPF_PROG(job_start, const char *card, u64 tenant, u64 context, u64 queue, u64 seqno)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_JOB_START, .tenant = tenant,
				      .context = context, .queue = queue, .seqno = seqno };

	return tell(card, &event);
}

SEC("tp_btf/gantry_job_end")
int BPF_PROG(job_end, const char *card, u64 tenant, u64 context, u64 queue, u64 seqno, int error,
	     const struct gantry_job_stats *stats)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_JOB_END, .tenant = tenant,
				      .context = context, .queue = queue, .seqno = seqno,
				      .error = error };

	if (stats) {
		take_work(&event, stats);
		event.queued_ns = stats->queued_ns;
		event.running_ns = stats->running_ns;
	}
	return tell(card, &event);
}

/* ---- cards ----------------------------------------------------------------------------- */

SEC("tp_btf/gantry_scrub")
int BPF_PROG(scrub, const char *card, u32 region, u64 bytes, int error)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_SCRUB, .region = region,
				      .bytes = bytes, .error = error };

	return tell(card, &event);
}

SEC("tp_btf/gantry_ring_reset")
int BPF_PROG(ring_reset, const char *card, u32 ring_number, int error)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_RING_RESET, .ring = ring_number,
				      .error = error };

	return tell(card, &event);
}

SEC("tp_btf/gantry_device_reset")
int BPF_PROG(device_reset, const char *card, int error)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_DEVICE_RESET, .error = error };

	return tell(card, &event);
}

SEC("tp_btf/gantry_device_bind")
int BPF_PROG(device_bind, const char *card)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_DEVICE_BIND };

	return tell(card, &event);
}

SEC("tp_btf/gantry_device_unbind")
int BPF_PROG(device_unbind, const char *card)
{
	struct gantry_event event = { .kind = GANTRY_EVENT_DEVICE_UNBIND };

	return tell(card, &event);
}

/* ---- policies -------------------------------------------------------------------------- */

static int tell_of_policy(enum gantry_event_kind kind, const char *card, const char *policy,
			  const char *reason)
{
	struct gantry_event event = { .kind = kind };

	take_policy(&event, policy, reason);
	return tell(card, &event);
}

SEC("tp_btf/gantry_policy_attach")
int BPF_PROG(policy_attach, const char *card, const char *policy)
{
	return tell_of_policy(GANTRY_EVENT_POLICY_ATTACH, card, policy, NULL);
}

SEC("tp_btf/gantry_policy_detach")
int BPF_PROG(policy_detach, const char *card, const char *policy)
{
	return tell_of_policy(GANTRY_EVENT_POLICY_DETACH, card, policy, NULL);
}

SEC("tp_btf/gantry_policy_eject")
int BPF_PROG(policy_eject, const char *card, const char *policy, const char *reason)
{
	return tell_of_policy(GANTRY_EVENT_POLICY_EJECT, card, policy, reason);
}

char LICENSE[] SEC("license") = "GPL";
