/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: what happens to contexts, buffers, queues, jobs and cards. Names and
 * fields are an interface, described in docs/tracing.md; fields are only added. An
 * argument that is a structure is for BPF, and may grow as well.
 *
 * Common fields: card is its PCI address; tenant the cgroup (version 2) of whoever
 * made the object; context DRM's client id, as drm-client-id in fdinfo.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM gantry

#if !defined(GANTRY_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define GANTRY_TRACE_H

#include <linux/tracepoint.h>

#include "gantry_stats.h"

struct gantry_bo;

DECLARE_EVENT_CLASS(gantry_context,
	TP_PROTO(const char *card, u64 tenant, u64 context),
	TP_ARGS(card, tenant, context),
	TP_STRUCT__entry(
		__string(card, card)
		__field(u64, tenant)
		__field(u64, context)
	),
	TP_fast_assign(
		__assign_str(card);
		__entry->tenant = tenant;
		__entry->context = context;
	),
	TP_printk("card=%s tenant=%llu context=%llu", __get_str(card), __entry->tenant,
		  __entry->context)
);

/* A process opened the node: process context */
DEFINE_EVENT(gantry_context, gantry_context_open,
	TP_PROTO(const char *card, u64 tenant, u64 context),
	TP_ARGS(card, tenant, context)
);

/* The last descriptor was closed, and all that had ended is freed: process context */
DEFINE_EVENT(gantry_context, gantry_context_close,
	TP_PROTO(const char *card, u64 tenant, u64 context),
	TP_ARGS(card, tenant, context)
);

DECLARE_EVENT_CLASS(gantry_buffer,
	TP_PROTO(const char *card, u64 tenant, struct gantry_bo *buffer, u32 region, u64 bytes),
	TP_ARGS(card, tenant, buffer, region, bytes),
	TP_STRUCT__entry(
		__string(card, card)
		__field(u64, tenant)
		__field(struct gantry_bo *, buffer)
		__field(u32, region)
		__field(u64, bytes)
	),
	TP_fast_assign(
		__assign_str(card);
		__entry->tenant = tenant;
		__entry->buffer = buffer;
		__entry->region = region;
		__entry->bytes = bytes;
	),
	TP_printk("card=%s tenant=%llu buffer=%p region=%d bytes=%llu", __get_str(card),
		  __entry->tenant, __entry->buffer, (int)__entry->region, __entry->bytes)
);

/* A new buffer; region is -1 in host memory: process context */
DEFINE_EVENT(gantry_buffer, gantry_buffer_create,
	TP_PROTO(const char *card, u64 tenant, struct gantry_bo *buffer, u32 region, u64 bytes),
	TP_ARGS(card, tenant, buffer, region, bytes)
);

/* A dma-buf of somebody else became a buffer, whose region is -2: process context */
DEFINE_EVENT(gantry_buffer, gantry_buffer_import,
	TP_PROTO(const char *card, u64 tenant, struct gantry_bo *buffer, u32 region, u64 bytes),
	TP_ARGS(card, tenant, buffer, region, bytes)
);

/* A buffer became a dma-buf; a second export of the same makes no new one: process context */
DEFINE_EVENT(gantry_buffer, gantry_buffer_export,
	TP_PROTO(const char *card, u64 tenant, struct gantry_bo *buffer, u32 region, u64 bytes),
	TP_ARGS(card, tenant, buffer, region, bytes)
);

/* Nobody holds the buffer any more; device memory is zeroed next: any context that sleeps */
DEFINE_EVENT(gantry_buffer, gantry_buffer_destroy,
	TP_PROTO(const char *card, u64 tenant, struct gantry_bo *buffer, u32 region, u64 bytes),
	TP_ARGS(card, tenant, buffer, region, bytes)
);

DECLARE_EVENT_CLASS(gantry_queue,
	TP_PROTO(const char *card, u64 tenant, u64 context, u64 queue, u32 ring, u32 priority),
	TP_ARGS(card, tenant, context, queue, ring, priority),
	TP_STRUCT__entry(
		__string(card, card)
		__field(u64, tenant)
		__field(u64, context)
		__field(u64, queue)
		__field(u32, ring)
		__field(u32, priority)
	),
	TP_fast_assign(
		__assign_str(card);
		__entry->tenant = tenant;
		__entry->context = context;
		__entry->queue = queue;
		__entry->ring = ring;
		__entry->priority = priority;
	),
	TP_printk("card=%s tenant=%llu context=%llu queue=%llu ring=%u priority=%u",
		  __get_str(card), __entry->tenant, __entry->context, __entry->queue,
		  __entry->ring, __entry->priority)
);

/* A queue that jobs can be submitted to; its number is unique on the machine: process context */
DEFINE_EVENT(gantry_queue, gantry_queue_create,
	TP_PROTO(const char *card, u64 tenant, u64 context, u64 queue, u32 ring, u32 priority),
	TP_ARGS(card, tenant, context, queue, ring, priority)
);

/* The queue was closed and its last job is gone: a worker */
DEFINE_EVENT(gantry_queue, gantry_queue_destroy,
	TP_PROTO(const char *card, u64 tenant, u64 context, u64 queue, u32 ring, u32 priority),
	TP_ARGS(card, tenant, context, queue, ring, priority)
);

/* A submission was accepted; stats has what it is to do: process context */
TRACE_EVENT(gantry_job_submit,
	TP_PROTO(const char *card, u64 tenant, u64 context, u64 queue, u64 seqno,
		 const struct gantry_job_stats *stats),
	TP_ARGS(card, tenant, context, queue, seqno, stats),
	TP_STRUCT__entry(
		__string(card, card)
		__field(u64, tenant)
		__field(u64, context)
		__field(u64, queue)
		__field(u64, seqno)
		__field(u64, operations)
		__field(u64, bytes)
	),
	TP_fast_assign(
		__assign_str(card);
		__entry->tenant = tenant;
		__entry->context = context;
		__entry->queue = queue;
		__entry->seqno = seqno;
		__entry->operations = gantry_job_operations(stats);
		__entry->bytes = gantry_job_bytes(stats);
	),
	TP_printk("card=%s tenant=%llu context=%llu queue=%llu seqno=%llu operations=%llu bytes=%llu",
		  __get_str(card), __entry->tenant, __entry->context, __entry->queue,
		  __entry->seqno, __entry->operations, __entry->bytes)
);

DECLARE_EVENT_CLASS(gantry_job,
	TP_PROTO(const char *card, u64 tenant, u64 context, u64 queue, u64 seqno),
	TP_ARGS(card, tenant, context, queue, seqno),
	TP_STRUCT__entry(
		__string(card, card)
		__field(u64, tenant)
		__field(u64, context)
		__field(u64, queue)
		__field(u64, seqno)
	),
	TP_fast_assign(
		__assign_str(card);
		__entry->tenant = tenant;
		__entry->context = context;
		__entry->queue = queue;
		__entry->seqno = seqno;
	),
	TP_printk("card=%s tenant=%llu context=%llu queue=%llu seqno=%llu", __get_str(card),
		  __entry->tenant, __entry->context, __entry->queue, __entry->seqno)
);

/* What the job waited for has come, and its ring has it: a worker */
DEFINE_EVENT(gantry_job, gantry_job_schedule,
	TP_PROTO(const char *card, u64 tenant, u64 context, u64 queue, u64 seqno),
	TP_ARGS(card, tenant, context, queue, seqno)
);

/* The card was given its first piece: any context, with a lock held */
DEFINE_EVENT(gantry_job, gantry_job_start,
	TP_PROTO(const char *card, u64 tenant, u64 context, u64 queue, u64 seqno),
	TP_ARGS(card, tenant, context, queue, seqno)
);

/*
 * The job has ended: error is 0, or as the fence has it (-ETIME: it stood still).
 * Times are in nanoseconds, from the submission to the start and from there to the
 * end; a job that never started has 0 for the second. Any context.
 */
TRACE_EVENT(gantry_job_end,
	TP_PROTO(const char *card, u64 tenant, u64 context, u64 queue, u64 seqno, int error,
		 const struct gantry_job_stats *stats),
	TP_ARGS(card, tenant, context, queue, seqno, error, stats),
	TP_STRUCT__entry(
		__string(card, card)
		__field(u64, tenant)
		__field(u64, context)
		__field(u64, queue)
		__field(u64, seqno)
		__field(int, error)
		__field(u64, bytes)
		__field(u64, queued_ns)
		__field(u64, running_ns)
	),
	TP_fast_assign(
		__assign_str(card);
		__entry->tenant = tenant;
		__entry->context = context;
		__entry->queue = queue;
		__entry->seqno = seqno;
		__entry->error = error;
		__entry->bytes = gantry_job_bytes(stats);
		__entry->queued_ns = stats->queued_ns;
		__entry->running_ns = stats->running_ns;
	),
	TP_printk("card=%s tenant=%llu context=%llu queue=%llu seqno=%llu error=%d bytes=%llu queued_ns=%llu running_ns=%llu",
		  __get_str(card), __entry->tenant, __entry->context, __entry->queue,
		  __entry->seqno, __entry->error, __entry->bytes, __entry->queued_ns,
		  __entry->running_ns)
);

/* Device memory was zeroed, or could not be: any context */
TRACE_EVENT(gantry_scrub,
	TP_PROTO(const char *card, u32 region, u64 bytes, int error),
	TP_ARGS(card, region, bytes, error),
	TP_STRUCT__entry(
		__string(card, card)
		__field(u32, region)
		__field(u64, bytes)
		__field(int, error)
	),
	TP_fast_assign(
		__assign_str(card);
		__entry->region = region;
		__entry->bytes = bytes;
		__entry->error = error;
	),
	TP_printk("card=%s region=%u bytes=%llu error=%d", __get_str(card), __entry->region,
		  __entry->bytes, __entry->error)
);

/* A ring stood still or reported an error, and is reset; why, as a fence would say: a worker */
TRACE_EVENT(gantry_ring_reset,
	TP_PROTO(const char *card, u32 ring, int error),
	TP_ARGS(card, ring, error),
	TP_STRUCT__entry(
		__string(card, card)
		__field(u32, ring)
		__field(int, error)
	),
	TP_fast_assign(
		__assign_str(card);
		__entry->ring = ring;
		__entry->error = error;
	),
	TP_printk("card=%s ring=%u error=%d", __get_str(card), __entry->ring, __entry->error)
);

/* The card has a policy, which is asked in the place that order gives it: process context */
TRACE_EVENT(gantry_policy_attach,
	TP_PROTO(const char *card, const char *policy, u32 order),
	TP_ARGS(card, policy, order),
	TP_STRUCT__entry(
		__string(card, card)
		__string(policy, policy)
		__field(u32, order)
	),
	TP_fast_assign(
		__assign_str(card);
		__assign_str(policy);
		__entry->order = order;
	),
	TP_printk("card=%s policy=%s order=%u", __get_str(card), __get_str(policy),
		  __entry->order)
);

/* It has it no more, ejected or not; nobody is in it any more: process context */
TRACE_EVENT(gantry_policy_detach,
	TP_PROTO(const char *card, const char *policy),
	TP_ARGS(card, policy),
	TP_STRUCT__entry(
		__string(card, card)
		__string(policy, policy)
	),
	TP_fast_assign(
		__assign_str(card);
		__assign_str(policy);
	),
	TP_printk("card=%s policy=%s", __get_str(card), __get_str(policy))
);

/*
 * A policy did what no policy may, and is asked no more; reason as in the state of its
 * folder in sysfs: any context
 */
TRACE_EVENT(gantry_policy_eject,
	TP_PROTO(const char *card, const char *policy, const char *reason),
	TP_ARGS(card, policy, reason),
	TP_STRUCT__entry(
		__string(card, card)
		__string(policy, policy)
		__string(reason, reason)
	),
	TP_fast_assign(
		__assign_str(card);
		__assign_str(policy);
		__assign_str(reason);
	),
	TP_printk("card=%s policy=%s reason=%s", __get_str(card), __get_str(policy),
		  __get_str(reason))
);

/* The card was reset, or could not be: error is that of the last attempt: process context */
TRACE_EVENT(gantry_device_reset,
	TP_PROTO(const char *card, int error),
	TP_ARGS(card, error),
	TP_STRUCT__entry(
		__string(card, card)
		__field(int, error)
	),
	TP_fast_assign(
		__assign_str(card);
		__entry->error = error;
	),
	TP_printk("card=%s error=%d", __get_str(card), __entry->error)
);

DECLARE_EVENT_CLASS(gantry_device,
	TP_PROTO(const char *card),
	TP_ARGS(card),
	TP_STRUCT__entry(
		__string(card, card)
	),
	TP_fast_assign(
		__assign_str(card);
	),
	TP_printk("card=%s", __get_str(card))
);

/* The card has its node, contexts can be opened: process context */
DEFINE_EVENT(gantry_device, gantry_device_bind,
	TP_PROTO(const char *card),
	TP_ARGS(card)
);

/* It is being taken away or was pulled out; no context opens any more: process context */
DEFINE_EVENT(gantry_device, gantry_device_unbind,
	TP_PROTO(const char *card),
	TP_ARGS(card)
);

#endif

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE gantry_trace
#include <trace/define_trace.h>
