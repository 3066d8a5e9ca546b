/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF struct_ops type gantry_policy_ops and what its hooks are given: an interface,
 * described in docs/policy.md. Members are only added. What authors of policies include
 * is bpf/gantry_policy.bpf.h.
 */
#ifndef GANTRY_POLICY_OPS_H
#define GANTRY_POLICY_OPS_H

#include <linux/types.h>

#include "gantry_stats.h"
#include "gantry_tenant.h"

#define GANTRY_POLICY_NAME	16
#define GANTRY_POLICY_CARD	16

/* A policy may hold a job back for so long after its submission. */
#define GANTRY_POLICY_MAX_DELAY_NS	NSEC_PER_SEC

/* Weights of shares, as cgroups have them. */
#define GANTRY_POLICY_MAX_WEIGHT	10000

/* One call of a hook may use so much of a processor's time, but for so many calls. */
#define GANTRY_POLICY_MAX_CALL_NS	(NSEC_PER_SEC / 4)
#define GANTRY_POLICY_MAX_SLOW_CALLS	3

/**
 * struct gantry_policy_context - a process opens a card
 * @tenant: whose it is
 * @id: DRM's number of the context, as drm-client-id in fdinfo
 * @status: in context_close: 0 it was closed, or why it was not opened after all
 */
struct gantry_policy_context {
	const struct gantry_tenant *tenant;
	u64 id;
	int status;
};

/**
 * struct gantry_policy_buffer - a buffer
 * @tenant: whose it is
 * @context: which makes or exports it; 0 in buffer_destroy
 * @bytes: its size
 * @region: index of a region of device memory, %DRM_GANTRY_REGION_ANY of them, or
 *	%DRM_GANTRY_REGION_HOST: as user space asked for it; in buffer_export where it is,
 *	which is never ANY, and HOST for what was imported
 * @status: in buffer_destroy: 0 it was freed, or why it was not made after all
 */
struct gantry_policy_buffer {
	const struct gantry_tenant *tenant;
	u64 context;
	u64 bytes;
	u32 region;
	int status;
};

/**
 * struct gantry_policy_queue - a queue
 * @tenant: whose it is
 * @context: whose it is
 * @id: its number, as tracepoints have it
 * @priority: %DRM_GANTRY_PRIORITY_*; queue_create may change it
 * @status: in queue_destroy: 0 it was closed, or why it was not made after all
 */
struct gantry_policy_queue {
	const struct gantry_tenant *tenant;
	u64 context;
	u64 id;
	u32 priority;
	int status;
};

/**
 * struct gantry_policy_job - a submission
 * @tenant: whose it is
 * @stats: what it does; in complete also how long it took
 * @context: whose it is
 * @queue: which it goes into, as tracepoints have it
 * @seqno: its number in that queue; 0 in submit
 * @bytes: it moves
 * @delay_ns: how long after its submission it may start; 0 in submit, which may set it;
 *	in complete what was decided
 * @status: in complete: what the card made of it, 0 it was done, or why it was not taken
 *	after all. Its fence may have -ECANCELED instead, if an earlier job broke the queue
 * @weight: of @account while it wants the card together with others, 1 to 10000; 0: the
 *	job takes part in no sharing. 0 in submit, unless an earlier policy set it, which
 *	may set it; in complete what was decided
 * @account: whose share the job takes its turn in, any number; @tenant's in submit, which
 *	may set it
 */
struct gantry_policy_job {
	const struct gantry_tenant *tenant;
	const struct gantry_job_stats *stats;
	u64 context;
	u64 queue;
	u64 seqno;
	u64 bytes;
	u64 delay_ns;
	int status;
	u32 weight;
	u64 account;
};

/**
 * struct gantry_policy_ops - a policy
 * @card: PCI address of the card that it is for
 * @name: of the policy, unique on the card: letters, digits, - and _
 * @order: policies with a lower one are asked first, of equal ones the older
 * @context_open: may the context be opened?
 * @context_close: it was closed, or not opened after all
 * @buffer_create: may the buffer be made?
 * @buffer_destroy: it was freed, or not made after all
 * @buffer_export: may the buffer leave its context as a dma-buf? Each time anew
 * @queue_create: may the queue be made, and with which priority?
 * @queue_destroy: it was freed, or not made after all
 * @submit: may the job be submitted, and how long is it to wait?
 * @complete: it ended, or was not taken after all
 *
 * All hooks are optional. Those that return something admit with 0 and refuse with an
 * error; what a policy admitted it is told the end of, once, while it is attached.
 */
struct gantry_policy_ops {
	char card[GANTRY_POLICY_CARD];
	char name[GANTRY_POLICY_NAME];
	u32 order;
	int (*context_open)(struct gantry_policy_context *context);
	void (*context_close)(struct gantry_policy_context *context);
	int (*buffer_create)(struct gantry_policy_buffer *buffer);
	void (*buffer_destroy)(struct gantry_policy_buffer *buffer);
	int (*buffer_export)(struct gantry_policy_buffer *buffer);
	int (*queue_create)(struct gantry_policy_queue *queue);
	void (*queue_destroy)(struct gantry_policy_queue *queue);
	int (*submit)(struct gantry_policy_job *job);
	void (*complete)(struct gantry_policy_job *job);
};

#endif
