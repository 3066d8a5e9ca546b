// SPDX-License-Identifier: GPL-2.0-only
/* A policy that does what a test tells it to, and tells what it was asked. */
#include "gantry_policy.bpf.h"
#include "probe.h"

/* More than a quarter of a second, which a call may use. */
#define SLOW_NS	300000000ULL

struct probe_orders orders;
struct probe_record record;

static void note(u32 hook, const struct gantry_tenant *tenant, u64 bytes, int status)
{
	struct probe_call *call = &record.calls[hook];

	call->at = bpf_ktime_get_ns();
	call->tenant = tenant->id;
	call->root = tenant->ancestors[0];
	call->levels = tenant->count;
	call->bytes = bytes;
	call->status = status;
	__sync_fetch_and_add(&call->count, 1);
}

/* Longer than a call may take. */
static long dawdle(u64 index, u64 *until)
{
	return bpf_ktime_get_ns() > *until;
}

static long dawdle_on(u64 index, u64 *until)
{
	bpf_loop(1 << 20, dawdle, until, 0);
	return bpf_ktime_get_ns() > *until;
}

static long held(u64 index, u32 *hook)
{
	return *(volatile u32 *)&orders.hold != *hook + 1;
}

static long held_on(u64 index, u32 *hook)
{
	bpf_loop(1 << 20, held, hook, 0);
	return held(index, hook);
}

/* After it has noted that it was called. */
static void hold(u32 hook)
{
	bpf_loop(1 << 20, held_on, &hook, 0);
}

SEC("struct_ops.s/context_open")
int BPF_PROG(context_open, struct gantry_policy_context *context)
{
	note(PROBE_CONTEXT_OPEN, context->tenant, 0, 0);
	return orders.answers[PROBE_CONTEXT_OPEN];
}

SEC("struct_ops.s/context_close")
void BPF_PROG(context_close, struct gantry_policy_context *context)
{
	note(PROBE_CONTEXT_CLOSE, context->tenant, 0, context->status);
}

SEC("struct_ops.s/buffer_create")
int BPF_PROG(buffer_create, struct gantry_policy_buffer *buffer)
{
	note(PROBE_BUFFER_CREATE, buffer->tenant, buffer->bytes, 0);
	return orders.answers[PROBE_BUFFER_CREATE];
}

SEC("struct_ops/buffer_destroy")
void BPF_PROG(buffer_destroy, struct gantry_policy_buffer *buffer)
{
	note(PROBE_BUFFER_DESTROY, buffer->tenant, buffer->bytes, buffer->status);
}

SEC("struct_ops.s/buffer_export")
int BPF_PROG(buffer_export, struct gantry_policy_buffer *buffer)
{
	note(PROBE_BUFFER_EXPORT, buffer->tenant, buffer->bytes, 0);
	hold(PROBE_BUFFER_EXPORT);
	return orders.answers[PROBE_BUFFER_EXPORT];
}

SEC("struct_ops.s/queue_create")
int BPF_PROG(queue_create, struct gantry_policy_queue *queue)
{
	note(PROBE_QUEUE_CREATE, queue->tenant, 0, 0);
	hold(PROBE_QUEUE_CREATE);
	if (orders.set_priority)
		queue->priority = orders.priority;
	if (orders.queue_limit && record.queues >= orders.queue_limit)
		return -EDQUOT;
	if (!orders.answers[PROBE_QUEUE_CREATE])
		__sync_fetch_and_add(&record.queues, 1);
	return orders.answers[PROBE_QUEUE_CREATE];
}

SEC("struct_ops.s/queue_destroy")
void BPF_PROG(queue_destroy, struct gantry_policy_queue *queue)
{
	record.priority = queue->priority;
	__sync_fetch_and_sub(&record.queues, 1);
	note(PROBE_QUEUE_DESTROY, queue->tenant, 0, queue->status);
}

SEC("struct_ops/submit")
int BPF_PROG(submit, struct gantry_policy_job *job)
{
	u64 until = bpf_ktime_get_ns() + SLOW_NS;

	note(PROBE_SUBMIT, job->tenant, job->bytes, 0);
	if (orders.slow)
		bpf_loop(1 << 20, dawdle_on, &until, 0);
	job->delay_ns = orders.delay_ns;
	if (orders.weight) {
		job->weight = orders.weight;
		job->account = orders.weight;
	}
	return orders.answers[PROBE_SUBMIT];
}

SEC("struct_ops/complete")
void BPF_PROG(complete, struct gantry_policy_job *job)
{
	record.h2d = job->stats->bytes[0];
	record.delay_ns = job->delay_ns;
	record.queued_ns = job->stats->queued_ns;
	record.weight = job->weight;
	record.account = job->account;
	/* Nobody is to see that. */
	job->delay_ns = 1;
	note(PROBE_COMPLETE, job->tenant, job->bytes, job->status);
}

SEC(".struct_ops.link")
struct gantry_policy_ops probe = {
	.context_open = (void *)context_open,
	.context_close = (void *)context_close,
	.buffer_create = (void *)buffer_create,
	.buffer_destroy = (void *)buffer_destroy,
	.buffer_export = (void *)buffer_export,
	.queue_create = (void *)queue_create,
	.queue_destroy = (void *)queue_destroy,
	.submit = (void *)submit,
	.complete = (void *)complete,
};

char LICENSE[] SEC("license") = "GPL";
