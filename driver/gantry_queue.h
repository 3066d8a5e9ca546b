/* SPDX-License-Identifier: GPL-2.0-only */
/* Contexts (open files) and their queues. */
#ifndef GANTRY_QUEUE_H
#define GANTRY_QUEUE_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <drm/gpu_scheduler.h>

#include "gantry_transfer.h"

struct gantry_bo;
struct gantry_device;
struct drm_file;

#define GANTRY_MAX_QUEUES	256
#define GANTRY_MAX_JOBS		1024	/* a queue holds at most */

/**
 * struct gantry_file - a context
 * @gdev: the card
 * @queues: by number
 * @wait: woken when @jobs reaches zero; its lock guards @jobs
 * @jobs: jobs that have not been freed
 * @busy_ns: time that jobs of this context were with the card
 * @bytes: bytes they moved
 */
struct gantry_file {
	struct gantry_device *gdev;
	struct xarray queues;
	wait_queue_head_t wait;
	u32 jobs;
	atomic64_t busy_ns;
	atomic64_t bytes;
};

/**
 * struct gantry_queue - what user space submits to
 * @ref: one for the context, one for each ioctl under way
 * @file: whose
 * @entity: jobs that wait for their turn
 * @stream: keeps its jobs in order on their ring
 * @status_bo: page that user space may look at
 * @status: the same, for the kernel to write
 * @submit_lock: jobs get their numbers in the order they are pushed
 * @seqno: of the last job; guarded by @submit_lock
 * @fence_context: of the hardware fences
 * @last_fence: hardware fence of the last job that ran; scheduler only
 * @last_spread: that job was spread over rings; scheduler only
 * @wait: woken when a job ends; its lock guards what follows
 * @pending: jobs that have not ended
 * @last_ended: highest number of a job that ended
 * @completed: all jobs up to this number have ended
 * @error: what broke the queue, or 0
 * @error_seqno: number of the job that did
 */
struct gantry_queue {
	struct kref ref;
	struct gantry_file *file;
	struct drm_sched_entity entity;
	struct gantry_stream stream;
	struct gantry_bo *status_bo;
	struct drm_gantry_queue_status *status;
	struct mutex submit_lock; /* order of seqno and push */
	u64 seqno;
	u64 fence_context;
	struct dma_fence *last_fence;
	bool last_spread;
	wait_queue_head_t wait;
	u32 pending;
	u64 last_ended;
	u64 completed;
	int error;
	u64 error_seqno;
};

int gantry_file_open(struct drm_device *drm, struct drm_file *filp);
void gantry_file_close(struct drm_device *drm, struct drm_file *filp);

struct gantry_queue *gantry_queue_get(struct gantry_file *file, u32 number);
void gantry_queue_put(struct gantry_queue *queue);
int gantry_queue_begin_job(struct gantry_queue *queue);
void gantry_queue_end_job(struct gantry_queue *queue, u64 seqno, int error);

int gantry_queue_create_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);
int gantry_queue_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);
int gantry_queue_wait_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);

#endif
