/* SPDX-License-Identifier: GPL-2.0-only */
/* Contexts (open files) and their queues. */
#ifndef GANTRY_QUEUE_H
#define GANTRY_QUEUE_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <drm/gpu_scheduler.h>

#include "gantry_accel.h"
#include "gantry_policy.h"
#include "gantry_transfer.h"

struct gantry_bo;
struct gantry_space;
struct gantry_fault;
struct gantry_fence;
struct gantry_device;
struct gantry_share;
struct drm_file;

#define GANTRY_MAX_QUEUES	256
#define GANTRY_MAX_JOBS		1024	/* a queue holds at most */

/**
 * struct gantry_file - a context
 * @ref: one for the open file, one for each of its queues
 * @gdev: the card; holds a reference on its DRM device
 * @space: in which its buffers are mapped, or NULL: the chip has none
 * @tenant: whose it is, referenced
 * @context: DRM's number for it
 * @stamp: policies that know of it
 * @queues: by number
 * @lock: guards @live and @live_count
 * @live: queues, closed ones too while they have jobs
 * @live_count: of @live
 * @ended: jobs and queues that have ended, as user space sees it
 * @freed: of these, those that are freed, too
 * @settled: woken when one more is
 * @ended_by_fault: one of its jobs took a page fault: it takes no work any more
 * @fault_lock: guards @fault
 * @fault: its last one
 * @busy_ns: time that jobs of this context were with the card
 * @bytes: bytes they moved
 */
struct gantry_file {
	struct kref ref;
	struct gantry_device *gdev;
	struct gantry_space *space;
	struct gantry_tenant *tenant;
	u64 context;
	gantry_stamp stamp;
	struct xarray queues;
	struct mutex lock; /* live, live_count */
	struct list_head live;
	u32 live_count;
	atomic64_t ended;
	atomic64_t freed;
	wait_queue_head_t settled;
	bool ended_by_fault;
	spinlock_t fault_lock; /* fault */
	struct drm_gantry_fault_info fault;
	atomic64_t busy_ns;
	atomic64_t bytes;
};

/**
 * struct gantry_queue - what user space submits to
 * @ref: one for the context, one for each job and each ioctl under way
 * @file: whose
 * @number: among its queues, as user space names it
 * @node: in &gantry_file.live
 * @sched: its own: drm_sched lets jobs go only in the order in which they
 *	started, so queues that shared one would wait for each other
 * @entity: jobs that wait for what they depend on
 * @stream: keeps its jobs in order on their ring
 * @status_bo: page that user space may look at
 * @status: the same, for the kernel to write
 * @submit_lock: jobs get their numbers in the order they are pushed
 * @fence_context: of its fences
 * @stamp: policies that know of it
 * @share: of the last job pushed, referenced, or NULL; under @submit_lock
 * @last_fence: of the last job that ran; scheduler only
 * @last_spread: that job was spread over rings; scheduler only
 * @free_work: frees the queue
 * @wait: woken when a job ends; its lock guards what follows
 * @closed: takes no more jobs
 * @seqno: of the last job pushed
 * @completed: all jobs up to this number have ended
 * @ended: jobs after @completed that have ended, by number: their fences wait
 *	for those before them
 * @failed: lowest number of a job that failed, or 0
 * @error: what that job failed with
 */
struct gantry_queue {
	struct kref ref;
	struct gantry_file *file;
	u32 number;
	struct list_head node;
	struct drm_gpu_scheduler sched;
	struct drm_sched_entity entity;
	struct gantry_stream stream;
	struct gantry_bo *status_bo;
	struct drm_gantry_queue_status *status;
	struct mutex submit_lock; /* order of seqno and push */
	u64 fence_context;
	gantry_stamp stamp;
	struct gantry_share *share;
	struct dma_fence *last_fence;
	bool last_spread;
	struct work_struct free_work;
	wait_queue_head_t wait;
	bool closed;
	u64 seqno;
	u64 completed;
	struct gantry_fence *ended[GANTRY_MAX_JOBS];
	u64 failed;
	int error;
};

int gantry_file_open(struct drm_device *drm, struct drm_file *filp);
void gantry_file_close(struct drm_device *drm, struct drm_file *filp);
void gantry_file_freeing(struct gantry_file *file);
void gantry_file_freed(struct gantry_file *file);
void gantry_file_settle(struct gantry_file *file);
void gantry_file_fault(struct gantry_file *file, struct drm_gantry_fault_info *info);
void gantry_files_wake(struct gantry_device *gdev);

struct gantry_queue *gantry_queue_get(struct gantry_file *file, u32 number);
void gantry_queue_put(struct gantry_queue *queue);
void gantry_queue_blame(struct gantry_queue *queue, u64 seqno, const struct gantry_fault *fault);
int gantry_queue_begin_job(struct gantry_queue *queue, u64 *seqno);
void gantry_queue_end_job(struct gantry_queue *queue, struct gantry_fence *fence);

/* gantry_job.c */
void gantry_fences_signal(struct gantry_fence *fence);

int gantry_queue_create_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);
int gantry_queue_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);
int gantry_queue_wait_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);

#endif
