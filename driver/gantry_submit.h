/* SPDX-License-Identifier: GPL-2.0-only */
/* What a submission is made of, between gantry_submit.c and gantry_job.c. */
#ifndef GANTRY_SUBMIT_H
#define GANTRY_SUBMIT_H

#include <linux/kref.h>
#include <linux/workqueue.h>
#include <drm/gpu_scheduler.h>

#include "gantry_policy.h"
#include "gantry_stats.h"
#include "gantry_transfer.h"

struct dma_fence_chain;
struct drm_syncobj;
struct gantry_delay;
struct gantry_mapping;
struct gantry_queue;
struct gantry_share;

/**
 * struct gantry_fence - the end of a job: what the scheduler waits for and what
 *	syncobjs and buffers are given
 * @base: signals when the job ended, also when the card never got it; first,
 *	for dma_fence_free()
 * @lock: for @base
 * @queue: where to count the job out; only until that was done
 * @ended: it was
 * @freed: its job is freed already, or about to be
 * @error: what the job ended with
 * @next: of those that signal together
 * @seqno: number of the job in its queue
 * @stamp: policies that know of it
 * @delay_ns: how long they hold it back
 * @weight: that they give it, see &struct gantry_verdict
 * @account: whose share they charge it to
 * @stats: what it does, and in the end how long it took
 * @submitted: when
 * @started: when the card was given the first of it; 0: not yet
 *
 * The scheduler's own fence is not given to anybody: it points to the
 * scheduler, and who holds a fence may outlive that.
 */
struct gantry_fence {
	struct dma_fence base;
	spinlock_t lock; /* base */
	struct gantry_queue *queue;
	bool ended;
	bool freed;
	int error;
	struct gantry_fence *next;
	u64 seqno;
	gantry_stamp stamp;
	u64 delay_ns;
	u32 weight;
	u64 account;
	struct gantry_job_stats stats;
	ktime_t submitted;
	ktime_t started;
};

/**
 * struct gantry_signal - a syncobj to signal
 * @syncobj: referenced
 * @chain: link for the timeline, NULL for a binary one
 * @point: on the timeline
 */
struct gantry_signal {
	struct drm_syncobj *syncobj;
	struct dma_fence_chain *chain;
	u64 point;
};

/**
 * struct gantry_job - a submission
 * @base: the scheduler's part
 * @ref: one for who submits it, one for the scheduler
 * @free_work: frees it where sleeping holds up no other job
 * @xfer: what the card does
 * @queue: where to, referenced
 * @fence: its end
 * @delay: one of its dependencies, which begins when it is pushed, or NULL
 * @share: whose turn it takes, referenced, or NULL
 * @signals: syncobjs to signal
 * @signal_count: of @signals
 * @ops: checked operations
 * @op_count: of @ops
 * @mappings: of buffers they use, each referenced
 * @mapping_count: of @mappings; may name a buffer more than once
 * @mapping_room: @mappings has room for
 * @peers: some are memory of other cards
 * @outages: of those cards in all, when the card was given the job
 */
struct gantry_job {
	struct drm_sched_job base;
	struct kref ref;
	struct work_struct free_work;
	struct gantry_transfer xfer;
	struct gantry_queue *queue;
	struct gantry_fence *fence;
	struct gantry_delay *delay;
	struct gantry_share *share;
	struct gantry_signal *signals;
	u32 signal_count;
	struct gantry_op *ops;
	u32 op_count;
	struct gantry_mapping **mappings;
	u32 mapping_count;
	u32 mapping_room;
	bool peers;
	u32 outages;
};

/* gantry_job.c */
struct gantry_job *gantry_job_new(struct gantry_queue *queue, u32 op_count, u64 client_id);
void gantry_job_free(struct gantry_job *job);
void gantry_job_put(struct gantry_job *job);
int gantry_job_push(struct gantry_job *job, u64 *seqno);

#endif
