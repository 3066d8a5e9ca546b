/* SPDX-License-Identifier: GPL-2.0-only */
/* What a submission is made of, between gantry_submit.c and gantry_job.c. */
#ifndef GANTRY_SUBMIT_H
#define GANTRY_SUBMIT_H

#include <drm/gpu_scheduler.h>

#include "gantry_transfer.h"

struct dma_fence_chain;
struct drm_gem_object;
struct drm_syncobj;
struct gantry_file;
struct gantry_queue;

/**
 * struct gantry_fence - the end of a job, as the hardware and as the scheduler tell it
 * @base: signals when the card is done
 * @lock: for @base
 * @ended: on the scheduler's fence, which also signals for a job that never ran
 * @queue: where to count the job out; stays until @ended was called
 * @seqno: number of the job in its queue
 * @bytes: it moves
 * @fills: of these, by fills
 * @started: when the card was given it, or 0
 */
struct gantry_fence {
	struct dma_fence base;
	spinlock_t lock; /* base */
	struct dma_fence_cb ended;
	struct gantry_queue *queue;
	u64 seqno;
	u64 bytes;
	u64 fills;
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
 * @xfer: what the card does
 * @file: whose
 * @queue: where to
 * @fence: its end
 * @signals: syncobjs to signal
 * @signal_count: of @signals
 * @ops: checked operations
 * @objs: buffers they use, each referenced
 * @obj_count: of @objs; may name a buffer more than once
 */
struct gantry_job {
	struct drm_sched_job base;
	struct gantry_transfer xfer;
	struct gantry_file *file;
	struct gantry_queue *queue;
	struct gantry_fence *fence;
	struct gantry_signal *signals;
	u32 signal_count;
	struct gantry_op *ops;
	struct drm_gem_object **objs;
	u32 obj_count;
};

/* gantry_job.c */
struct gantry_job *gantry_job_new(struct gantry_queue *queue, u32 op_count);
void gantry_job_free(struct gantry_job *job);
int gantry_job_push(struct gantry_job *job, u64 *seqno);

#endif
