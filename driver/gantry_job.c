// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-fence-chain.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <drm/drm_syncobj.h>

#include "gantry_bo.h"
#include "gantry_device.h"
#include "gantry_job.h"
#include "gantry_queue.h"
#include "gantry_ring.h"
#include "gantry_submit.h"

static struct gantry_job *to_gantry_job(struct drm_sched_job *base)
{
	return container_of(base, struct gantry_job, base);
}

static const char *gantry_fence_driver_name(struct dma_fence *fence)
{
	return "gantry";
}

static const char *gantry_fence_timeline_name(struct dma_fence *fence)
{
	return "queue";
}

/*
 * A sync_file may hold a fence longer than anybody holds the card: the module
 * stays until the last one is gone.
 */
static void gantry_fence_release(struct dma_fence *fence)
{
	dma_fence_free(fence);
	module_put(THIS_MODULE);
}

static const struct dma_fence_ops gantry_fence_ops = {
	.get_driver_name = gantry_fence_driver_name,
	.get_timeline_name = gantry_fence_timeline_name,
	.release = gantry_fence_release,
};

static void gantry_job_account(struct gantry_fence *fence, int error)
{
	struct gantry_file *file = fence->queue->file;
	struct gantry_counters *counters = &file->gdev->counters;

	if (error) {
		atomic64_inc(&counters->jobs_failed);
		return;
	}
	atomic64_inc(&counters->jobs_completed);
	atomic64_add(fence->fills, &counters->bytes_filled);
	atomic64_add(fence->bytes - fence->fills, &counters->bytes_copied);
	atomic64_add(fence->bytes, &file->bytes);
	atomic64_add(ktime_to_ns(ktime_sub(ktime_get(), fence->started)), &file->busy_ns);
}

/* The job has ended: done, failed or dropped. Any context. */
static void gantry_job_ended(struct dma_fence *finished, struct dma_fence_cb *cb)
{
	struct gantry_fence *fence = container_of(cb, struct gantry_fence, ended);

	gantry_job_account(fence, finished->error);
	gantry_queue_end_job(fence->queue, fence->seqno, finished->error);
	dma_fence_put(&fence->base);
}

/* No ring knows the transfer any more. Any context. */
static void gantry_job_finish(struct gantry_transfer *xfer)
{
	struct gantry_job *job = container_of(xfer, struct gantry_job, xfer);
	struct dma_fence *fence = dma_fence_get(&job->fence->base);

	/* The scheduler may free the job as soon as the fence has signaled. */
	if (xfer->error)
		dma_fence_set_error(fence, xfer->error);
	dma_fence_signal(fence);
	dma_fence_put(fence);
}

/*
 * A job that is spread over rings and its neighbours cannot rely on one ring's
 * order: they wait for each other's end.
 */
static struct dma_fence *gantry_job_prepare(struct drm_sched_job *base,
					    struct drm_sched_entity *entity)
{
	struct gantry_job *job = to_gantry_job(base);
	struct gantry_queue *queue = job->queue;

	if (job->xfer.part_count == 1 && !queue->last_spread)
		return NULL;
	if (!queue->last_fence || dma_fence_is_signaled(queue->last_fence))
		return NULL;
	return dma_fence_get(queue->last_fence);
}

static struct dma_fence *gantry_job_run(struct drm_sched_job *base)
{
	struct gantry_job *job = to_gantry_job(base);
	struct gantry_queue *queue = job->queue;
	struct dma_fence *fence = &job->fence->base;
	int error = READ_ONCE(queue->stream.error);

	if (error)
		return ERR_PTR(error);
	dma_fence_put(queue->last_fence);
	queue->last_fence = dma_fence_get(fence);
	queue->last_spread = job->xfer.part_count > 1;
	job->fence->started = ktime_get();

	dma_fence_get(fence);
	gantry_transfer_start(&job->xfer, queue->file->gdev, queue->stream.home->index);
	return fence;
}

static void gantry_job_free_sched(struct drm_sched_job *base)
{
	struct gantry_job *job = to_gantry_job(base);
	struct gantry_file *file = job->file;

	drm_sched_job_cleanup(base);
	gantry_job_free(job);

	spin_lock_irq(&file->wait.lock);
	if (!--file->jobs)
		wake_up_locked(&file->wait);
	spin_unlock_irq(&file->wait.lock);
}

const struct drm_sched_backend_ops gantry_job_sched_ops = {
	.prepare_job = gantry_job_prepare,
	.run_job = gantry_job_run,
	.free_job = gantry_job_free_sched,
};

/**
 * gantry_job_new - an empty job
 * @queue: where it will go
 * @op_count: operations it will have room for
 *
 * Return: the job or NULL. gantry_job_free() until it was pushed.
 */
struct gantry_job *gantry_job_new(struct gantry_queue *queue, u32 op_count)
{
	struct gantry_job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);

	if (!job)
		return NULL;
	job->queue = queue;
	job->file = queue->file;
	job->ops = kvmalloc_array(op_count, sizeof(*job->ops), GFP_KERNEL_ACCOUNT);
	job->objs = kvmalloc_array(op_count, 2 * sizeof(*job->objs), GFP_KERNEL_ACCOUNT);
	job->fence = kzalloc(sizeof(*job->fence), GFP_KERNEL_ACCOUNT);
	if (!job->ops || !job->objs || !job->fence) {
		kfree(job->fence);
		job->fence = NULL;
		gantry_job_free(job);
		return NULL;
	}
	__module_get(THIS_MODULE);
	spin_lock_init(&job->fence->lock);
	dma_fence_init(&job->fence->base, &gantry_fence_ops, &job->fence->lock,
		       queue->fence_context, 0);
	job->fence->queue = queue;
	return job;
}

/* Free all that a job holds, but not its place in the scheduler. */
void gantry_job_free(struct gantry_job *job)
{
	u32 i;

	for (i = 0; i < job->signal_count; i++) {
		dma_fence_chain_free(job->signals[i].chain);
		drm_syncobj_put(job->signals[i].syncobj);
	}
	kfree(job->signals);
	for (i = 0; i < job->obj_count; i++)
		drm_gem_object_put(job->objs[i]);
	kvfree(job->objs);
	kvfree(job->ops);
	if (job->fence)
		dma_fence_put(&job->fence->base);
	kfree(job);
}

static void gantry_job_signal_syncobjs(struct gantry_job *job, struct dma_fence *finished)
{
	u32 i;

	for (i = 0; i < job->signal_count; i++) {
		struct gantry_signal *signal = &job->signals[i];

		if (!signal->chain) {
			drm_syncobj_replace_fence(signal->syncobj, finished);
			continue;
		}
		drm_syncobj_add_point(signal->syncobj, signal->chain, finished, signal->point);
		signal->chain = NULL;
	}
}

static void gantry_job_add_resv(struct gantry_job *job, struct dma_fence *finished)
{
	u32 i;

	for (i = 0; i < job->obj_count; i++)
		dma_resv_add_fence(job->objs[i]->resv, finished, DMA_RESV_USAGE_BOOKKEEP);
}

/**
 * gantry_job_push - put a complete job into its queue
 * @job: on success the scheduler's; buffers are locked, with room for a fence
 * @seqno: out: number of the job
 *
 * Return: 0, or why the queue takes none: see gantry_queue_begin_job().
 */
int gantry_job_push(struct gantry_job *job, u64 *seqno)
{
	struct gantry_queue *queue = job->queue;
	struct gantry_fence *fence = job->fence;
	struct gantry_file *file = job->file;
	struct dma_fence *finished;
	int ret;

	mutex_lock(&queue->submit_lock);
	ret = gantry_queue_begin_job(queue);
	if (ret)
		goto unlock;

	spin_lock_irq(&file->wait.lock);
	file->jobs++;
	spin_unlock_irq(&file->wait.lock);

	fence->seqno = ++queue->seqno;
	fence->base.seqno = fence->seqno;
	*seqno = fence->seqno;
	gantry_transfer_init(&job->xfer, file->gdev, job->ops, job->xfer.op_count, &queue->stream);
	job->xfer.finish = gantry_job_finish;

	drm_sched_job_arm(&job->base);
	finished = &job->base.s_fence->finished;
	dma_fence_get(&fence->base);
	dma_fence_add_callback(finished, &fence->ended, gantry_job_ended);
	gantry_job_add_resv(job, finished);
	gantry_job_signal_syncobjs(job, finished);
	drm_sched_entity_push_job(&job->base);
unlock:
	mutex_unlock(&queue->submit_lock);
	return ret;
}
