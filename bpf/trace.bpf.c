// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hands what happens to 'gantryctl trace', filtered here, so that what nobody asked for
 * costs little. The programs live as long as that command does.
 */
#include "gantry.bpf.h"
#include "event.h"

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

/* The event, or NULL when it is not wanted or there is no room. */
static struct gantry_event *begin(enum gantry_event_kind kind, const char *card, u64 tenant,
				  u64 queue)
{
	char name[GANTRY_CARD_NAME] = {};
	struct gantry_event *event;
	u32 i;

	if ((only_tenant && tenant != only_tenant) || (only_queue && queue != only_queue))
		return NULL;
	bpf_probe_read_kernel_str(name, sizeof(name), card);
	if (only_card[0])
		for (i = 0; i < GANTRY_CARD_NAME; i++)
			if (name[i] != only_card[i])
				return NULL;
	event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&lost, 1);
		return NULL;
	}
	__builtin_memset(event, 0, sizeof(*event));
	__builtin_memcpy(event->card, name, sizeof(name));
	event->time_ns = bpf_ktime_get_ns();
	event->kind = kind;
	event->tenant = tenant;
	event->queue = queue;
	return event;
}

static u32 process(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

/* ---- contexts, buffers, queues --------------------------------------------------------- */

static int context_event(enum gantry_event_kind kind, const char *card, u64 tenant, u64 context)
{
	struct gantry_event *event = begin(kind, card, tenant, 0);

	if (!event)
		return 0;
	event->context = context;
	if (kind == GANTRY_EVENT_CONTEXT_OPEN)
		event->process = process();
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/gantry_context_open")
int BPF_PROG(context_open, const char *card, u64 tenant, u64 context)
{
	return context_event(GANTRY_EVENT_CONTEXT_OPEN, card, tenant, context);
}

SEC("tp_btf/gantry_context_close")
int BPF_PROG(context_close, const char *card, u64 tenant, u64 context)
{
	return context_event(GANTRY_EVENT_CONTEXT_CLOSE, card, tenant, context);
}

static int buffer_event(enum gantry_event_kind kind, const char *card, u64 tenant, u32 region,
			u64 bytes)
{
	struct gantry_event *event = begin(kind, card, tenant, 0);

	if (!event)
		return 0;
	event->region = region;
	event->bytes = bytes;
	if (kind != GANTRY_EVENT_BUFFER_DESTROY)
		event->process = process();
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/gantry_buffer_create")
int BPF_PROG(buffer_create, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	return buffer_event(GANTRY_EVENT_BUFFER_CREATE, card, tenant, region, bytes);
}

SEC("tp_btf/gantry_buffer_import")
int BPF_PROG(buffer_import, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	return buffer_event(GANTRY_EVENT_BUFFER_IMPORT, card, tenant, region, bytes);
}

SEC("tp_btf/gantry_buffer_export")
int BPF_PROG(buffer_export, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	return buffer_event(GANTRY_EVENT_BUFFER_EXPORT, card, tenant, region, bytes);
}

SEC("tp_btf/gantry_buffer_destroy")
int BPF_PROG(buffer_destroy, const char *card, u64 tenant, struct gantry_bo *buffer, u32 region,
	     u64 bytes)
{
	return buffer_event(GANTRY_EVENT_BUFFER_DESTROY, card, tenant, region, bytes);
}

static int queue_event(enum gantry_event_kind kind, const char *card, u64 tenant, u64 context,
		       u64 queue, u32 ring_number, u32 priority)
{
	struct gantry_event *event = begin(kind, card, tenant, queue);

	if (!event)
		return 0;
	event->context = context;
	event->ring = ring_number;
	event->priority = priority;
	if (kind == GANTRY_EVENT_QUEUE_CREATE)
		event->process = process();
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/gantry_queue_create")
int BPF_PROG(queue_create, const char *card, u64 tenant, u64 context, u64 queue, u32 ring_number,
	     u32 priority)
{
	return queue_event(GANTRY_EVENT_QUEUE_CREATE, card, tenant, context, queue, ring_number,
			   priority);
}

SEC("tp_btf/gantry_queue_destroy")
int BPF_PROG(queue_destroy, const char *card, u64 tenant, u64 context, u64 queue, u32 ring_number,
	     u32 priority)
{
	return queue_event(GANTRY_EVENT_QUEUE_DESTROY, card, tenant, context, queue, ring_number,
			   priority);
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
	struct gantry_event *event = begin(GANTRY_EVENT_JOB_SUBMIT, card, tenant, queue);

	if (!event)
		return 0;
	event->context = context;
	event->seqno = seqno;
	event->process = process();
	/* For the verifier, a tracepoint's pointer may be anything. */
	if (stats)
		take_work(event, stats);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

static int job_event(enum gantry_event_kind kind, const char *card, u64 tenant, u64 context,
		     u64 queue, u64 seqno)
{
	struct gantry_event *event = begin(kind, card, tenant, queue);

	if (!event)
		return 0;
	event->context = context;
	event->seqno = seqno;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/gantry_job_schedule")
int BPF_PROG(job_schedule, const char *card, u64 tenant, u64 context, u64 queue, u64 seqno)
{
	return job_event(GANTRY_EVENT_JOB_SCHEDULE, card, tenant, context, queue, seqno);
}

SEC("tp_btf/gantry_job_start")
int BPF_PROG(job_start, const char *card, u64 tenant, u64 context, u64 queue, u64 seqno)
{
	return job_event(GANTRY_EVENT_JOB_START, card, tenant, context, queue, seqno);
}

SEC("tp_btf/gantry_job_end")
int BPF_PROG(job_end, const char *card, u64 tenant, u64 context, u64 queue, u64 seqno, int error,
	     const struct gantry_job_stats *stats)
{
	struct gantry_event *event = begin(GANTRY_EVENT_JOB_END, card, tenant, queue);

	if (!event)
		return 0;
	event->context = context;
	event->seqno = seqno;
	event->error = error;
	if (stats) {
		take_work(event, stats);
		event->queued_ns = stats->queued_ns;
		event->running_ns = stats->running_ns;
	}
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* ---- cards ----------------------------------------------------------------------------- */

SEC("tp_btf/gantry_scrub")
int BPF_PROG(scrub, const char *card, u32 region, u64 bytes, int error)
{
	struct gantry_event *event = begin(GANTRY_EVENT_SCRUB, card, 0, 0);

	if (!event)
		return 0;
	event->region = region;
	event->bytes = bytes;
	event->error = error;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/gantry_ring_reset")
int BPF_PROG(ring_reset, const char *card, u32 ring_number, int error)
{
	struct gantry_event *event = begin(GANTRY_EVENT_RING_RESET, card, 0, 0);

	if (!event)
		return 0;
	event->ring = ring_number;
	event->error = error;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

static int device_event(enum gantry_event_kind kind, const char *card, int error)
{
	struct gantry_event *event = begin(kind, card, 0, 0);

	if (!event)
		return 0;
	event->error = error;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/gantry_device_reset")
int BPF_PROG(device_reset, const char *card, int error)
{
	return device_event(GANTRY_EVENT_DEVICE_RESET, card, error);
}

SEC("tp_btf/gantry_device_bind")
int BPF_PROG(device_bind, const char *card)
{
	return device_event(GANTRY_EVENT_DEVICE_BIND, card, 0);
}

SEC("tp_btf/gantry_device_unbind")
int BPF_PROG(device_unbind, const char *card)
{
	return device_event(GANTRY_EVENT_DEVICE_UNBIND, card, 0);
}

char LICENSE[] SEC("license") = "GPL";
