// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-fence-chain.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <drm/drm_syncobj.h>

#include "gantry_bo.h"
#include "gantry_delay.h"
#include "gantry_device.h"
#include "gantry_job.h"
#include "gantry_queue.h"
#include "gantry_ring.h"
#include "gantry_share.h"
#include "gantry_space.h"
#include "gantry_submit.h"
#include "gantry_trace.h"

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
 * stays until the last one is gone, and its exit waits for whoever is in here.
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

static struct gantry_fence *gantry_fence_new(struct gantry_queue *queue)
{
	struct gantry_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);

	if (!fence)
		return NULL;
	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &gantry_fence_ops, &fence->lock, queue->fence_context, 0);
	fence->queue = queue;
	return fence;
}

static void gantry_fence_measure(struct gantry_fence *fence)
{
	struct gantry_job_stats *stats = &fence->stats;
	ktime_t now = ktime_get();
	ktime_t started = fence->started ?: now;

	stats->queued_ns = ktime_to_ns(ktime_sub(started, fence->submitted));
	stats->running_ns = ktime_to_ns(ktime_sub(now, started));
}

/*
 * BPF skips a program that it runs on this processor already: the timer that ends other
 * jobs has to wait until whoever counts this one is done.
 */
static void gantry_fence_trace_end(struct gantry_fence *fence, int error)
{
	struct gantry_file *file = fence->queue->file;
	unsigned long flags;

	if (!trace_gantry_job_end_enabled())
		return;
	local_irq_save(flags);
	trace_gantry_job_end(dev_name(file->gdev->drm.dev), file->tenant->id, file->context,
			     fence->base.context, fence->seqno, error, &fence->stats);
	local_irq_restore(flags);
}

static void gantry_fence_account(struct gantry_fence *fence, int error)
{
	struct gantry_job_stats *stats = &fence->stats;
	struct gantry_file *file = fence->queue->file;
	struct gantry_counters *counters = &file->gdev->counters;
	u64 bytes = gantry_job_bytes(stats);

	gantry_fence_measure(fence);
	gantry_fence_trace_end(fence, error);
	if (error) {
		atomic64_inc(&counters->jobs_failed);
		return;
	}
	atomic64_inc(&counters->jobs_completed);
	atomic64_add(stats->bytes[GANTRY_FILL], &counters->bytes_filled);
	atomic64_add(bytes - stats->bytes[GANTRY_FILL], &counters->bytes_copied);
	atomic64_add(bytes, &file->bytes);
	atomic64_add(stats->running_ns, &file->busy_ns);
}

/* The job has ended. It signals when those before it have ended too. Any context. */
static void gantry_fence_end(struct gantry_fence *fence, int error)
{
	gantry_fence_account(fence, error);
	gantry_policy_complete(fence, error);
	fence->ended = true;
	fence->error = error;
	dma_fence_get(&fence->base);
	gantry_queue_end_job(fence->queue, fence);
}

/**
 * gantry_fences_signal - signal fences that gantry_queue_end_job() found due
 * @fence: the first; loses the reference that gantry_fence_end() took
 */
void gantry_fences_signal(struct gantry_fence *fence)
{
	/* Whoever frees the queue waits until nobody is in here with a fence of it. */
	rcu_read_lock();
	while (fence) {
		struct gantry_fence *next = fence->next;

		if (fence->error)
			dma_fence_set_error(&fence->base, fence->error);
		dma_fence_signal(&fence->base);
		dma_fence_put(&fence->base);
		fence = next;
	}
	rcu_read_unlock();
}

/* The card is given the first of a transfer; the ring's lock is held. */
static void gantry_job_started(struct gantry_transfer *xfer)
{
	struct gantry_job *job = container_of(xfer, struct gantry_job, xfer);
	struct gantry_file *file = job->queue->file;

	/* Work that a reset took back is given anew. */
	if (job->fence->started)
		return;
	job->fence->started = ktime_get();
	trace_gantry_job_start(dev_name(file->gdev->drm.dev), file->tenant->id, file->context,
			       job->queue->fence_context, job->fence->seqno);
}

/*
 * Outages of the other cards whose memory the job uses. Returns false while there is
 * one: the bytes that are moved now may be anything.
 */
static bool gantry_job_count_outages(const struct gantry_job *job, u32 *count)
{
	bool reliable = true;
	u32 i, outages;

	*count = 0;
	for (i = 0; job->peers && i < job->mapping_count; i++) {
		const struct gantry_device *peer = job->mappings[i]->bo->peer;

		if (!peer)
			continue;
		outages = atomic_read(&peer->outages);
		*count += outages;
		reliable &= !(outages & 1) && !atomic_read(&peer->gone);
	}
	return reliable;
}

/* Was another card reset or lost while the job used its memory? */
static bool gantry_job_disturbed(const struct gantry_job *job)
{
	u32 outages;

	return !gantry_job_count_outages(job, &outages) || outages != job->outages;
}

/* It read memory that may have been anything, or would: nothing behind it is to be done. */
static void gantry_job_give_up(struct gantry_job *job)
{
	gantry_transfer_fail(&job->xfer, -EIO);
	cmpxchg(&job->queue->stream.error, 0, -ECANCELED);
}

/* The card failed at it; the ring's lock is held. */
static void gantry_job_blamed(struct gantry_transfer *xfer, const struct gantry_fault *fault)
{
	struct gantry_job *job = container_of(xfer, struct gantry_job, xfer);

	gantry_queue_blame(job->queue, job->fence->seqno, fault);
}

/* No ring knows the transfer any more. Any context. */
static void gantry_job_finish(struct gantry_transfer *xfer)
{
	struct gantry_job *job = container_of(xfer, struct gantry_job, xfer);

	if (!xfer->error && gantry_job_disturbed(job))
		gantry_job_give_up(job);
	/* The scheduler may free the job as soon as the fence has signaled. */
	gantry_fence_end(job->fence, xfer->error);
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

/* A broken queue's job goes this way too: the ring ends it in its turn. */
static struct dma_fence *gantry_job_run(struct drm_sched_job *base)
{
	struct gantry_job *job = to_gantry_job(base);
	struct gantry_queue *queue = job->queue;
	struct dma_fence *fence = dma_fence_get(&job->fence->base);

	dma_fence_put(queue->last_fence);
	queue->last_fence = dma_fence_get(fence);
	queue->last_spread = job->xfer.part_count > 1;
	/* Who takes the memory back waits for this job, which the card need not see. */
	if (!gantry_job_count_outages(job, &job->outages))
		gantry_job_give_up(job);
	trace_gantry_job_schedule(dev_name(queue->file->gdev->drm.dev), queue->file->tenant->id,
				  queue->file->context, queue->fence_context, job->fence->seqno);
	gantry_transfer_start(&job->xfer, queue->stream.home);
	return fence;
}

static void gantry_job_free_sched(struct drm_sched_job *base)
{
	struct gantry_job *job = to_gantry_job(base);

	/* The card never had it, so nobody else says that it has ended. */
	if (!job->fence->ended) {
		gantry_file_freeing(job->queue->file);
		job->fence->freed = true;
		gantry_fence_end(job->fence, base->s_fence->finished.error ?: -ECANCELED);
	}
	gantry_job_put(job);
}

const struct drm_sched_backend_ops gantry_job_sched_ops = {
	.prepare_job = gantry_job_prepare,
	.run_job = gantry_job_run,
	.free_job = gantry_job_free_sched,
};

/**
 * gantry_job_free - free a job that was never pushed, or nobody knows any more
 * @job: from gantry_job_new()
 *
 * May sleep.
 */
void gantry_job_free(struct gantry_job *job)
{
	struct gantry_queue *queue = job->queue;
	u32 i;

	if (job->base.s_fence)
		drm_sched_job_cleanup(&job->base);
	for (i = 0; i < job->signal_count; i++) {
		dma_fence_chain_free(job->signals[i].chain);
		drm_syncobj_put(job->signals[i].syncobj);
	}
	kfree(job->signals);
	gantry_share_put(job->share);
	for (i = 0; i < job->mapping_count; i++)
		gantry_mapping_put(job->mappings[i]);
	kvfree(job->mappings);
	kvfree(job->ops);
	if (job->fence)
		dma_fence_put(&job->fence->base);
	kfree(job);
	gantry_queue_put(queue);
}

/* A job that was pushed, and so counted as ended. */
static void gantry_job_free_ended(struct gantry_job *job)
{
	struct gantry_queue *queue = job->queue;

	kref_get(&queue->ref);
	gantry_job_free(job);
	/* The queue, and with it the context, is not freed before this is over. */
	rcu_read_lock();
	gantry_queue_put(queue);
	gantry_file_freed(queue->file);
	rcu_read_unlock();
}

static void gantry_job_free_work(struct work_struct *work)
{
	gantry_job_free_ended(container_of(work, struct gantry_job, free_work));
}

/* Let go of mappings that somebody else holds, too; returns whether that was all. */
static bool gantry_job_drop_shared(struct gantry_job *job)
{
	while (job->mapping_count &&
	       gantry_mapping_put_not_last(job->mappings[job->mapping_count - 1]))
		job->mapping_count--;
	return !job->mapping_count;
}

/*
 * Whoever unmaps or frees a buffer may have to wait for locks, which nobody may who
 * runs jobs. Mostly a job's buffers live on, and it can go at once.
 */
static void gantry_job_release(struct kref *ref)
{
	struct gantry_job *job = container_of(ref, struct gantry_job, ref);

	if (gantry_job_drop_shared(job))
		gantry_job_free_ended(job);
	else
		queue_work(gantry_free_wq, &job->free_work);
}

void gantry_job_put(struct gantry_job *job)
{
	kref_put(&job->ref, gantry_job_release);
}

/**
 * gantry_job_new - an empty job
 * @queue: where it will go
 * @op_count: operations it will have room for
 * @client_id: whose it is, for DRM's tracing
 *
 * Return: the job with one reference, or an error. gantry_job_free() if it is
 * not pushed, else gantry_job_put().
 */
struct gantry_job *gantry_job_new(struct gantry_queue *queue, u32 op_count, u64 client_id)
{
	struct gantry_job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);
	int ret = -ENOMEM;

	if (!job)
		return ERR_PTR(-ENOMEM);
	kref_init(&job->ref);
	INIT_WORK(&job->free_work, gantry_job_free_work);
	kref_get(&queue->ref);
	job->queue = queue;
	job->ops = kvmalloc_array(op_count, sizeof(*job->ops), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	job->fence = gantry_fence_new(queue);
	if (job->ops && job->fence)
		ret = drm_sched_job_init(&job->base, &queue->entity, 1, queue, client_id);
	if (!ret)
		return job;
	gantry_job_free(job);
	return ERR_PTR(ret);
}

static void gantry_job_signal_syncobjs(struct gantry_job *job)
{
	struct dma_fence *fence = &job->fence->base;
	u32 i;

	for (i = 0; i < job->signal_count; i++) {
		struct gantry_signal *signal = &job->signals[i];

		if (!signal->chain) {
			drm_syncobj_replace_fence(signal->syncobj, fence);
			continue;
		}
		drm_syncobj_add_point(signal->syncobj, signal->chain, fence, signal->point);
		signal->chain = NULL;
	}
}

static void gantry_job_add_resv(struct gantry_job *job)
{
	u32 i;

	for (i = 0; i < job->mapping_count; i++)
		dma_resv_add_fence(job->mappings[i]->bo->base.resv, &job->fence->base,
				   DMA_RESV_USAGE_BOOKKEEP);
}

/**
 * gantry_job_push - put a complete job into its queue
 * @job: buffers are locked, with room for a fence; the scheduler gets a
 *	reference of its own on success
 * @seqno: out: number of the job
 *
 * Return: 0, or why the queue takes none: see gantry_queue_begin_job().
 */
int gantry_job_push(struct gantry_job *job, u64 *seqno)
{
	struct gantry_queue *queue = job->queue;
	struct gantry_fence *fence = job->fence;
	int ret;

	mutex_lock(&queue->submit_lock);
	ret = gantry_queue_begin_job(queue, &fence->seqno);
	if (ret)
		goto unlock;
	*seqno = fence->seqno;
	fence->base.seqno = fence->seqno;
	gantry_transfer_init(&job->xfer, gantry_ring_spread(queue->stream.home), job->ops,
			     job->op_count, &queue->stream,
			     fence->seqno != READ_ONCE(queue->completed) + 1);
	job->xfer.share = job->share;
	job->xfer.started = gantry_job_started;
	job->xfer.blamed = gantry_job_blamed;
	job->xfer.finish = gantry_job_finish;
	fence->submitted = ktime_get();
	trace_gantry_job_submit(dev_name(queue->file->gdev->drm.dev), queue->file->tenant->id,
				queue->file->context, queue->fence_context, fence->seqno,
				&fence->stats);

	/* Its account keeps its place as long as there is a queue for it. */
	gantry_share_put(queue->share);
	queue->share = gantry_share_get(job->share);
	if (job->delay)
		gantry_delay_start(job->delay);
	drm_sched_job_arm(&job->base);
	gantry_job_add_resv(job);
	gantry_job_signal_syncobjs(job);
	kref_get(&job->ref);
	drm_sched_entity_push_job(&job->base);
unlock:
	mutex_unlock(&queue->submit_lock);
	return ret;
}
