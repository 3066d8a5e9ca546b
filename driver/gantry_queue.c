// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>

#include "gantry_bo.h"
#include "gantry_device.h"
#include "gantry_job.h"
#include "gantry_queue.h"
#include "gantry_ring.h"
#include "gantry_share.h"
#include "gantry_space.h"
#include "gantry_submit.h"
#include "gantry_tenant.h"
#include "gantry_trace.h"

/* Jobs of a queue that its ring may hold; more would only lie in its backlog. */
#define GANTRY_QUEUE_CREDITS	64

static void gantry_file_release(struct kref *ref)
{
	struct gantry_file *file = container_of(ref, struct gantry_file, ref);

	gantry_space_destroy(file->space);
	xa_destroy(&file->queues);
	mutex_destroy(&file->lock);
	gantry_tenant_put(file->tenant);
	drm_dev_put(&file->gdev->drm);
	kfree(file);
}

/* A job or queue will count as ended before it is freed. Any context. */
void gantry_file_freeing(struct gantry_file *file)
{
	atomic64_inc(&file->ended);
}

/* What gantry_file_freeing() counted is freed; the context must still be there. */
void gantry_file_freed(struct gantry_file *file)
{
	/* A queue that went with its last job is in @ended by now. */
	(void)atomic64_inc_return_release(&file->freed);
	if (wq_has_sleeper(&file->settled))
		wake_up_all(&file->settled);
}

/**
 * gantry_file_settle - wait until what has ended in a context is freed
 * @file: which
 *
 * Waits for memory to be given back, never for the card, nor for what ends later.
 */
void gantry_file_settle(struct gantry_file *file)
{
	s64 ended = atomic64_read(&file->ended);

	wait_event(file->settled, atomic64_read_acquire(&file->freed) >= ended);
}

static int gantry_file_count_queue(struct gantry_file *file, struct gantry_queue *queue)
{
	int ret = 0;

	mutex_lock(&file->lock);
	if (file->live_count == GANTRY_MAX_QUEUES) {
		ret = -ENOSPC;
	} else {
		file->live_count++;
		list_add(&queue->node, &file->live);
		kref_get(&file->ref);
	}
	mutex_unlock(&file->lock);
	return ret;
}

static void gantry_file_uncount_queue(struct gantry_file *file, struct gantry_queue *queue)
{
	mutex_lock(&file->lock);
	list_del(&queue->node);
	file->live_count--;
	mutex_unlock(&file->lock);
}

static int gantry_queue_init_status(struct gantry_queue *queue)
{
	struct gantry_bo *bo = gantry_bo_create(queue->file->gdev, PAGE_SIZE,
						DRM_GANTRY_REGION_HOST);

	if (IS_ERR(bo))
		return PTR_ERR(bo);
	bo->read_only = true;
	queue->status_bo = bo;
	queue->status = vmap(bo->pages, 1, VM_MAP, PAGE_KERNEL);
	if (!queue->status) {
		drm_gem_object_put(&bo->base);
		return -ENOMEM;
	}
	return 0;
}

static void gantry_queue_fini_status(struct gantry_queue *queue)
{
	vunmap(queue->status);
	drm_gem_object_put(&queue->status_bo->base);
}

static int gantry_queue_init_sched(struct gantry_queue *queue)
{
	struct gantry_device *gdev = queue->file->gdev;
	struct drm_gpu_scheduler *sched = &queue->sched;
	int ret;

	ret = gantry_sched_init(sched, &gantry_job_sched_ops, gdev->sched_wq,
				GANTRY_QUEUE_CREDITS, gdev->drm.dev);
	if (ret)
		return ret;
	/* The scheduler has one entity; whose turn it is, the ring decides. */
	ret = drm_sched_entity_init(&queue->entity, DRM_SCHED_PRIORITY_KERNEL, &sched, 1, NULL);
	if (ret)
		drm_sched_fini(sched);
	return ret;
}

/* The last job is gone. Not from the scheduler's own work: it would wait for itself. */
static void gantry_queue_free_work(struct work_struct *work)
{
	struct gantry_queue *queue = container_of(work, struct gantry_queue, free_work);
	struct gantry_file *file = queue->file;

	trace_gantry_queue_destroy(dev_name(file->gdev->drm.dev), file->tenant->id, file->context,
				   queue->fence_context, queue->stream.home->index,
				   queue->stream.priority);
	gantry_policy_destroy_queue(queue, 0);
	gantry_file_uncount_queue(file, queue);
	gantry_ring_put(queue->stream.home);
	/*
	 * Whoever signaled the last fence may still be in the scheduler, or hold the
	 * fence; who freed the last job counts it yet.
	 */
	synchronize_rcu();
	/* Its two works queue each other: what is queued while one is cancelled goes too. */
	drm_sched_wqueue_stop(&queue->sched);
	drm_sched_fini(&queue->sched);
	dma_fence_put(queue->last_fence);
	gantry_share_put(queue->share);
	gantry_queue_fini_status(queue);
	mutex_destroy(&queue->submit_lock);
	kfree(queue);
	gantry_file_freed(file);
	kref_put(&file->ref, gantry_file_release);
}

static struct gantry_queue *gantry_queue_new(struct gantry_file *file, u32 priority)
{
	struct gantry_queue *queue = kzalloc(sizeof(*queue), GFP_KERNEL_ACCOUNT);
	struct gantry_ring *ring;
	int ret;

	if (!queue)
		return ERR_PTR(-ENOMEM);
	kref_init(&queue->ref);
	queue->file = file;
	mutex_init(&queue->submit_lock);
	init_waitqueue_head(&queue->wait);
	INIT_WORK(&queue->free_work, gantry_queue_free_work);
	queue->fence_context = dma_fence_context_alloc(1);

	ret = gantry_policy_create_queue(queue, &priority);
	if (ret)
		goto err_free;
	queue->stream.priority = priority;
	ret = gantry_queue_init_status(queue);
	if (ret)
		goto err_policy;
	ring = gantry_ring_get(file->gdev, file->space, priority);
	ret = PTR_ERR_OR_ZERO(ring);
	if (ret)
		goto err_status;
	gantry_stream_init(&queue->stream, ring, priority, &file->ended_by_fault);
	ret = gantry_queue_init_sched(queue);
	if (ret)
		goto err_ring;
	ret = gantry_file_count_queue(file, queue);
	if (ret)
		goto err_sched;
	return queue;

err_sched:
	drm_sched_entity_fini(&queue->entity);
	drm_sched_fini(&queue->sched);
err_ring:
	gantry_ring_put(ring);
err_status:
	gantry_queue_fini_status(queue);
err_policy:
	gantry_policy_destroy_queue(queue, ret);
err_free:
	mutex_destroy(&queue->submit_lock);
	kfree(queue);
	return ERR_PTR(ret);
}

static void gantry_queue_release(struct kref *ref)
{
	struct gantry_queue *queue = container_of(ref, struct gantry_queue, ref);

	gantry_file_freeing(queue->file);
	queue_work(gantry_free_wq, &queue->free_work);
}

void gantry_queue_put(struct gantry_queue *queue)
{
	kref_put(&queue->ref, gantry_queue_release);
}

/**
 * gantry_queue_get - find a queue of a context
 * @file: the context
 * @number: as user space names it
 *
 * Return: the queue with a reference for the caller, or NULL.
 */
struct gantry_queue *gantry_queue_get(struct gantry_file *file, u32 number)
{
	struct gantry_queue *queue;

	xa_lock(&file->queues);
	queue = xa_load(&file->queues, number);
	if (queue)
		kref_get(&queue->ref);
	xa_unlock(&file->queues);
	return queue;
}

/*
 * Nobody finds the queue any more. Drop the jobs that have not begun; those that
 * have hold the queue until they end.
 */
static void gantry_queue_close(struct gantry_queue *queue)
{
	mutex_lock(&queue->submit_lock);
	spin_lock_irq(&queue->wait.lock);
	queue->closed = true;
	spin_unlock_irq(&queue->wait.lock);
	mutex_unlock(&queue->submit_lock);

	/* drm_sched takes up again an entity that is killed while it takes a job from it. */
	drm_sched_wqueue_stop(&queue->sched);
	drm_sched_entity_fini(&queue->entity);
	drm_sched_wqueue_start(&queue->sched);
	gantry_queue_put(queue);
}

/**
 * gantry_queue_blame - note that the card failed at a job, and why
 * @queue: the job's
 * @seqno: its number
 * @fault: what the card says
 *
 * Any context. Jobs that the card has of other queues end by themselves.
 */
void gantry_queue_blame(struct gantry_queue *queue, u64 seqno, const struct gantry_fault *fault)
{
	const struct gantry_ring *home = queue->stream.home;
	struct gantry_file *file = queue->file;
	unsigned long flags;

	spin_lock_irqsave(&file->fault_lock, flags);
	if (!file->ended_by_fault)
		file->fault = (struct drm_gantry_fault_info){
			.kind = fault->kind,
			.access = fault->access,
			.address = fault->address,
			.seqno = seqno,
			.queue = queue->number,
			.engine = home->index % home->gdev->engine_count,
		};
	if (fault->kind == DRM_GANTRY_FAULT_PAGE)
		WRITE_ONCE(file->ended_by_fault, true);
	spin_unlock_irqrestore(&file->fault_lock, flags);
}

/* Answer %DRM_GANTRY_QUERY_FAULT. */
void gantry_file_fault(struct gantry_file *file, struct drm_gantry_fault_info *info)
{
	spin_lock_irq(&file->fault_lock);
	*info = file->fault;
	spin_unlock_irq(&file->fault_lock);
}

/*
 * Another queue's job ended the context: who looks at this one's page is to see it, too.
 * If it has jobs, their end tells.
 */
static void gantry_queue_tell_ended(struct gantry_queue *queue)
{
	struct drm_gantry_queue_status *status = queue->status;

	lockdep_assert_held(&queue->wait.lock);
	if (!status->error && queue->completed == queue->seqno)
		WRITE_ONCE(status->error, -ECANCELED);
}

/**
 * gantry_queue_begin_job - number a job
 * @queue: which; its submit_lock is held
 * @seqno: out: the number
 *
 * Return: 0, -EIO the queue is broken or closing, -EBUSY it is full.
 */
int gantry_queue_begin_job(struct gantry_queue *queue, u64 *seqno)
{
	int ret = 0;

	lockdep_assert_held(&queue->submit_lock);
	spin_lock_irq(&queue->wait.lock);
	if (READ_ONCE(queue->file->ended_by_fault))
		gantry_queue_tell_ended(queue);
	if (queue->closed || queue->failed || READ_ONCE(queue->stream.error) ||
	    READ_ONCE(queue->file->ended_by_fault))
		ret = -EIO;
	else if (queue->seqno - queue->completed == GANTRY_MAX_JOBS)
		ret = -EBUSY;
	else
		*seqno = ++queue->seqno;
	spin_unlock_irq(&queue->wait.lock);
	return ret;
}

/* Move @completed over all jobs that ended without a gap; returns their fences. */
static struct gantry_fence *gantry_queue_advance(struct gantry_queue *queue)
{
	struct drm_gantry_queue_status *status = queue->status;
	struct gantry_fence *first = NULL, **end = &first, *fence;
	u64 completed = queue->completed;

	lockdep_assert_held(&queue->wait.lock);
	while ((fence = queue->ended[(completed + 1) % GANTRY_MAX_JOBS])) {
		queue->ended[++completed % GANTRY_MAX_JOBS] = NULL;
		/* Before user space knows: it may close the context at once. */
		if (!fence->freed)
			gantry_file_freeing(queue->file);
		/* What broke the queue is why, whatever became of those behind. */
		if (queue->failed && completed > queue->failed)
			fence->error = -ECANCELED;
		*end = fence;
		end = &fence->next;
	}
	*end = NULL;
	if (!first)
		return NULL;
	queue->completed = completed;
	if (queue->failed && queue->failed <= completed && !status->error) {
		/* No job of an open queue is cancelled but by another queue's page fault. */
		if (queue->error != -ECANCELED)
			WRITE_ONCE(status->error_seqno, queue->failed);
		WRITE_ONCE(status->error, queue->error);
	}
	/* Pairs with the acquire of whoever maps the page: data first. */
	smp_store_release(&status->completed, completed);
	wake_up_locked(&queue->wait);
	return first;
}

/**
 * gantry_queue_end_job - count a job out and tell whoever looks
 * @queue: which; may be gone on return
 * @fence: of the job, with a reference for us; signals now or with an earlier one
 *
 * Any context. Jobs may end in any order; all others see them end in theirs.
 */
void gantry_queue_end_job(struct gantry_queue *queue, struct gantry_fence *fence)
{
	struct gantry_fence *due;
	unsigned long flags;

	spin_lock_irqsave(&queue->wait.lock, flags);
	if (fence->error && (!queue->failed || fence->seqno < queue->failed)) {
		queue->failed = fence->seqno;
		queue->error = fence->error;
	}
	queue->ended[fence->seqno % GANTRY_MAX_JOBS] = fence;
	due = gantry_queue_advance(queue);
	spin_unlock_irqrestore(&queue->wait.lock, flags);
	gantry_fences_signal(due);
}

/* A context: &drm_driver.open */
int gantry_file_open(struct drm_device *drm, struct drm_file *filp)
{
	struct gantry_file *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	int ret = -ENOMEM;

	if (!file)
		return -ENOMEM;
	file->gdev = to_gantry_device(drm);
	file->context = filp->client_id;
	file->tenant = gantry_tenant_new();
	if (!file->tenant)
		goto err_free;
	ret = gantry_policy_open_context(file);
	if (ret)
		goto err_tenant;
	file->space = gantry_space_create(file->gdev);
	ret = PTR_ERR_OR_ZERO(file->space);
	if (ret)
		goto err_policy;
	kref_init(&file->ref);
	drm_dev_get(drm);
	xa_init_flags(&file->queues, XA_FLAGS_ALLOC1);
	mutex_init(&file->lock);
	INIT_LIST_HEAD(&file->live);
	init_waitqueue_head(&file->settled);
	spin_lock_init(&file->fault_lock);
	filp->driver_priv = file;
	trace_gantry_context_open(dev_name(drm->dev), file->tenant->id, file->context);
	return 0;

err_policy:
	gantry_policy_close_context(file, ret);
err_tenant:
	gantry_tenant_put(file->tenant);
err_free:
	kfree(file);
	return ret;
}

/*
 * &drm_driver.postclose: the card is given nothing more of a closed context.
 * What it has already ends by itself; nobody waits for it. What has ended is
 * freed before this returns, so that an idle module can be unloaded.
 */
void gantry_file_close(struct drm_device *drm, struct drm_file *filp)
{
	struct gantry_file *file = filp->driver_priv;
	struct gantry_queue *queue;
	unsigned long number;
	s64 freed;

	mutex_lock(&file->lock);
	list_for_each_entry(queue, &file->live, node)
		gantry_stream_cancel(&queue->stream, -ECANCELED);
	mutex_unlock(&file->lock);

	xa_for_each(&file->queues, number, queue) {
		xa_erase(&file->queues, number);
		gantry_queue_close(queue);
	}
	/* The last job of a queue takes the queue with it. */
	do {
		gantry_file_settle(file);
		freed = atomic64_read_acquire(&file->freed);
	} while (freed != atomic64_read(&file->ended));
	trace_gantry_context_close(dev_name(drm->dev), file->tenant->id, file->context);
	gantry_policy_close_context(file, 0);
	kref_put(&file->ref, gantry_file_release);
}

/**
 * gantry_files_wake - let everybody who waits see that the card has gone
 * @gdev: unplugged
 */
void gantry_files_wake(struct gantry_device *gdev)
{
	struct drm_file *filp;

	mutex_lock(&gdev->drm.filelist_mutex);
	list_for_each_entry(filp, &gdev->drm.filelist, lhead) {
		struct gantry_file *file = filp->driver_priv;
		struct gantry_queue *queue;

		/* Closed ones too: somebody may be waiting for one of their jobs. */
		mutex_lock(&file->lock);
		list_for_each_entry(queue, &file->live, node)
			wake_up_all(&queue->wait);
		mutex_unlock(&file->lock);
	}
	mutex_unlock(&gdev->drm.filelist_mutex);
}

/* DRM_IOCTL_GANTRY_QUEUE_CREATE */
int gantry_queue_create_ioctl(struct drm_device *drm, void *data, struct drm_file *filp)
{
	struct drm_gantry_queue_create *args = data;
	struct gantry_file *file = filp->driver_priv;
	struct drm_gem_object *status;
	struct gantry_queue *queue;
	u32 number, handle;
	int ret;

	if (args->flags || args->priority >= GANTRY_PRIORITIES)
		return -EINVAL;
	if (READ_ONCE(file->ended_by_fault))
		return -EIO;
	queue = gantry_queue_new(file, args->priority);
	if (queue == ERR_PTR(-ENOSPC) || queue == ERR_PTR(-EDQUOT)) {
		/* Closed queues count until they are freed; some may be about to be. */
		gantry_file_settle(file);
		queue = gantry_queue_new(file, args->priority);
	}
	if (IS_ERR(queue))
		return PTR_ERR(queue);

	/* Nobody may find the queue before all that can fail is done. */
	status = &queue->status_bo->base;
	ret = xa_alloc(&file->queues, &number, NULL, XA_LIMIT(1, GANTRY_MAX_QUEUES),
		       GFP_KERNEL_ACCOUNT);
	if (ret == -EBUSY)
		ret = -ENOSPC;
	if (ret)
		goto err_close;
	ret = drm_gem_handle_create(filp, status, &handle);
	if (ret)
		goto err_erase;

	args->status_handle = handle;
	args->status_mmap_offset = drm_vma_node_offset_addr(&status->vma_node);
	args->queue = number;
	queue->number = number;
	trace_gantry_queue_create(dev_name(drm->dev), file->tenant->id, file->context,
				  queue->fence_context, queue->stream.home->index,
				  queue->stream.priority);
	xa_store(&file->queues, number, queue, GFP_KERNEL_ACCOUNT);
	return 0;

err_erase:
	xa_erase(&file->queues, number);
err_close:
	gantry_queue_close(queue);
	return ret;
}

/* DRM_IOCTL_GANTRY_QUEUE_DESTROY */
int gantry_queue_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *filp)
{
	struct drm_gantry_queue_destroy *args = data;
	struct gantry_file *file = filp->driver_priv;
	struct gantry_queue *queue;

	if (args->pad)
		return -EINVAL;
	/* A number that is reserved for a queue in the making reads as none. */
	xa_lock(&file->queues);
	queue = xa_load(&file->queues, args->queue);
	if (queue)
		__xa_erase(&file->queues, args->queue);
	xa_unlock(&file->queues);
	if (!queue)
		return -ENOENT;
	gantry_queue_close(queue);
	return 0;
}

static bool gantry_queue_reached(struct gantry_queue *queue, u64 seqno)
{
	bool reached;

	spin_lock_irq(&queue->wait.lock);
	reached = queue->completed >= seqno;
	spin_unlock_irq(&queue->wait.lock);
	return reached;
}

/* A job may wait for somebody else's fence longer than its card is there. */
static bool gantry_queue_awake(struct gantry_queue *queue, u64 seqno)
{
	return gantry_queue_reached(queue, seqno) ||
	       drm_dev_is_unplugged(&queue->file->gdev->drm);
}

/* Until an absolute time, 0 if it has gone by. */
static ktime_t gantry_time_left(s64 timeout_ns)
{
	if (timeout_ns == KTIME_MAX)
		return KTIME_MAX;
	if (timeout_ns <= 0)
		return 0;
	return max(ktime_sub(ns_to_ktime(timeout_ns), ktime_get()), 0);
}

static int gantry_queue_sleep(struct gantry_queue *queue, u64 seqno, s64 timeout_ns)
{
	ktime_t left;
	int ret;

	/* The card announces nothing: look now rather than at the next tick. */
	if (!gantry_queue_reached(queue, seqno))
		gantry_ring_service(queue->stream.home);
	left = gantry_time_left(timeout_ns);
	/* In nanoseconds: jiffies may come in a burst, and end a wait before its time. */
	if (!gantry_queue_awake(queue, seqno) && left) {
		ret = wait_event_interruptible_hrtimeout(queue->wait,
							 gantry_queue_awake(queue, seqno), left);
		if (ret == -ERESTARTSYS)
			return ret;
	}
	if (gantry_queue_reached(queue, seqno))
		return 0;
	return drm_dev_is_unplugged(&queue->file->gdev->drm) ? -ENODEV : -ETIME;
}

/* Why job @seqno failed; the jobs after the one that broke the queue were cancelled. */
static int gantry_queue_job_status(struct gantry_queue *queue, u64 seqno)
{
	lockdep_assert_held(&queue->wait.lock);
	if (!queue->failed || seqno < queue->failed)
		return 0;
	return seqno == queue->failed ? queue->error : -ECANCELED;
}

/* DRM_IOCTL_GANTRY_QUEUE_WAIT */
int gantry_queue_wait_ioctl(struct drm_device *drm, void *data, struct drm_file *filp)
{
	struct drm_gantry_queue_wait *args = data;
	struct gantry_queue *queue;
	int ret = -EINVAL;

	if (args->pad || args->pad2)
		return -EINVAL;
	queue = gantry_queue_get(filp->driver_priv, args->queue);
	if (!queue)
		return -ENOENT;
	if (args->seqno && args->seqno <= READ_ONCE(queue->seqno))
		ret = gantry_queue_sleep(queue, args->seqno, args->timeout_ns);
	if (!ret) {
		spin_lock_irq(&queue->wait.lock);
		args->completed = queue->completed;
		args->status = gantry_queue_job_status(queue, args->seqno);
		spin_unlock_irq(&queue->wait.lock);
	}
	gantry_queue_put(queue);
	return ret;
}
