// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <drm/drm_file.h>
#include <drm/drm_utils.h>

#include "gantry_bo.h"
#include "gantry_device.h"
#include "gantry_queue.h"
#include "gantry_ring.h"

static struct gantry_ring *gantry_queue_ring(struct gantry_device *gdev)
{
	return &gdev->rings[(u32)atomic_inc_return(&gdev->next_ring) % gdev->backend->ring_count];
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

static struct gantry_queue *gantry_queue_new(struct gantry_file *file,
					     enum drm_sched_priority priority)
{
	struct gantry_ring *ring = gantry_queue_ring(file->gdev);
	struct drm_gpu_scheduler *sched = &ring->sched;
	struct gantry_queue *queue;
	int ret;

	queue = kzalloc(sizeof(*queue), GFP_KERNEL_ACCOUNT);
	if (!queue)
		return ERR_PTR(-ENOMEM);
	kref_init(&queue->ref);
	queue->file = file;
	gantry_stream_init(&queue->stream, ring);
	mutex_init(&queue->submit_lock);
	init_waitqueue_head(&queue->wait);
	queue->fence_context = dma_fence_context_alloc(1);

	ret = gantry_queue_init_status(queue);
	if (ret)
		goto err_free;
	ret = drm_sched_entity_init(&queue->entity, priority, &sched, 1, NULL);
	if (ret)
		goto err_status;
	return queue;

err_status:
	gantry_queue_fini_status(queue);
err_free:
	mutex_destroy(&queue->submit_lock);
	kfree(queue);
	return ERR_PTR(ret);
}

static void gantry_queue_release(struct kref *ref)
{
	struct gantry_queue *queue = container_of(ref, struct gantry_queue, ref);

	dma_fence_put(queue->last_fence);
	gantry_queue_fini_status(queue);
	mutex_destroy(&queue->submit_lock);
	kfree(queue);
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

/* Takes the lock, so that whoever ended the last job has let go of the queue. */
static bool gantry_queue_idle(struct gantry_queue *queue)
{
	bool idle;

	spin_lock_irq(&queue->wait.lock);
	idle = !queue->pending;
	spin_unlock_irq(&queue->wait.lock);
	return idle;
}

/*
 * Nobody finds the queue any more. Let what it holds end, then let go of it;
 * an ioctl that found it before keeps only its memory.
 */
static void gantry_queue_close(struct gantry_queue *queue)
{
	mutex_lock(&queue->submit_lock);
	spin_lock_irq(&queue->wait.lock);
	if (!queue->error)
		queue->error = -ECANCELED;
	spin_unlock_irq(&queue->wait.lock);
	mutex_unlock(&queue->submit_lock);

	drm_sched_entity_destroy(&queue->entity);
	wait_event(queue->wait, gantry_queue_idle(queue));
	gantry_queue_put(queue);
}

/**
 * gantry_queue_begin_job - count a job in
 * @queue: which; its submit_lock is held
 *
 * Return: 0, -EIO the queue is broken or closing, -EBUSY it is full.
 */
int gantry_queue_begin_job(struct gantry_queue *queue)
{
	int ret = 0;

	lockdep_assert_held(&queue->submit_lock);
	spin_lock_irq(&queue->wait.lock);
	if (queue->error)
		ret = -EIO;
	else if (queue->pending == GANTRY_MAX_JOBS)
		ret = -EBUSY;
	else
		queue->pending++;
	spin_unlock_irq(&queue->wait.lock);
	return ret;
}

static void gantry_queue_complete(struct gantry_queue *queue, u64 seqno)
{
	lockdep_assert_held(&queue->wait.lock);
	if (seqno <= queue->completed)
		return;
	queue->completed = seqno;
	/* Pairs with the acquire of whoever maps the page: data first. */
	smp_store_release(&queue->status->completed, seqno);
}

/**
 * gantry_queue_end_job - count a job out and tell whoever looks
 * @queue: which; may be gone on return
 * @seqno: of the job
 * @error: 0 or what it failed with
 *
 * Any context.
 */
void gantry_queue_end_job(struct gantry_queue *queue, u64 seqno, int error)
{
	struct drm_gantry_queue_status *status = queue->status;
	unsigned long flags;

	spin_lock_irqsave(&queue->wait.lock, flags);
	if (error && (!queue->error_seqno || seqno < queue->error_seqno)) {
		queue->error_seqno = seqno;
		queue->error = error;
		WRITE_ONCE(status->error_seqno, seqno);
		WRITE_ONCE(status->error, error);
	}
	queue->pending--;
	queue->last_ended = max(queue->last_ended, seqno);
	/* Jobs dropped at close end before the ones that the card still runs. */
	if (!queue->pending)
		gantry_queue_complete(queue, queue->last_ended);
	else if (error != -ESRCH)
		gantry_queue_complete(queue, seqno);
	wake_up_locked(&queue->wait);
	spin_unlock_irqrestore(&queue->wait.lock, flags);
}

/* A context: &drm_driver.open */
int gantry_file_open(struct drm_device *drm, struct drm_file *filp)
{
	struct gantry_file *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);

	if (!file)
		return -ENOMEM;
	file->gdev = to_gantry_device(drm);
	xa_init_flags(&file->queues, XA_FLAGS_ALLOC1);
	init_waitqueue_head(&file->wait);
	filp->driver_priv = file;
	return 0;
}

/* Takes the lock, so that whoever freed the last job has let go of the context. */
static bool gantry_file_idle(struct gantry_file *file)
{
	bool idle;

	spin_lock_irq(&file->wait.lock);
	idle = !file->jobs;
	spin_unlock_irq(&file->wait.lock);
	return idle;
}

/* &drm_driver.postclose: nothing of a closed context reaches the card any more */
void gantry_file_close(struct drm_device *drm, struct drm_file *filp)
{
	struct gantry_file *file = filp->driver_priv;
	struct gantry_queue *queue;
	unsigned long number;

	xa_for_each(&file->queues, number, queue)
		gantry_stream_cancel(&queue->stream, -ECANCELED);
	xa_for_each(&file->queues, number, queue)
		gantry_queue_close(queue);
	xa_destroy(&file->queues);

	wait_event(file->wait, gantry_file_idle(file));
	kfree(file);
}

static int gantry_queue_priority(u32 uapi, enum drm_sched_priority *priority)
{
	switch (uapi) {
	case DRM_GANTRY_PRIORITY_NORMAL:
		*priority = DRM_SCHED_PRIORITY_NORMAL;
		return 0;
	case DRM_GANTRY_PRIORITY_LOW:
		*priority = DRM_SCHED_PRIORITY_LOW;
		return 0;
	default:
		return -EINVAL;
	}
}

/* DRM_IOCTL_GANTRY_QUEUE_CREATE */
int gantry_queue_create_ioctl(struct drm_device *drm, void *data, struct drm_file *filp)
{
	struct drm_gantry_queue_create *args = data;
	struct gantry_file *file = filp->driver_priv;
	enum drm_sched_priority priority;
	struct drm_gem_object *status;
	struct gantry_queue *queue;
	u32 number, handle;
	int ret;

	if (args->flags)
		return -EINVAL;
	ret = gantry_queue_priority(args->priority, &priority);
	if (ret)
		return ret;
	queue = gantry_queue_new(file, priority);
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

static int gantry_queue_sleep(struct gantry_queue *queue, u64 seqno, s64 timeout_ns)
{
	long left = drm_timeout_abs_to_jiffies(timeout_ns);
	long ret;

	/* The card announces nothing: look now rather than at the next tick. */
	if (!gantry_queue_reached(queue, seqno))
		gantry_ring_service(queue->stream.home);
	ret = wait_event_interruptible_timeout(queue->wait, gantry_queue_reached(queue, seqno),
					       left);
	if (ret < 0)
		return ret;
	return ret || gantry_queue_reached(queue, seqno) ? 0 : -ETIME;
}

/* Why job @seqno failed; jobs after the one that broke the queue were cancelled. */
static int gantry_queue_job_status(struct gantry_queue *queue, u64 seqno)
{
	lockdep_assert_held(&queue->wait.lock);
	if (!queue->error_seqno || seqno < queue->error_seqno)
		return 0;
	return seqno == queue->error_seqno ? queue->error : -ECANCELED;
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
