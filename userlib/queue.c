// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Queues: a batch is prepared in memory, submitted with one call, and its end
 * is read from a page that the kernel writes.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "internal.h"

#define DEFAULT_OPS	256
#define DEFAULT_SYNCS	16
#define DEFAULT_SPIN	10000

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static size_t status_length(void)
{
	return sysconf(_SC_PAGESIZE);
}

/* ---- making and ending -------------------------------------------------- */

static int read_options(struct gantry_queue *queue, struct gantry_queue_options *options,
			const struct gantry_queue_options *user)
{
	const struct gantry_device_info *limits = &queue->dev->info;
	int ret;

	ret = gtr_struct_in(options, sizeof(*options), user,
			    GTR_SIZE_WITH(struct gantry_queue_options, spin));
	if (ret)
		return ret;
	if (options->priority > GANTRY_PRIORITY_LOW || options->max_ops > limits->max_ops ||
	    options->max_syncs > limits->max_syncs)
		return -EINVAL;
	queue->op_room = options->max_ops ? options->max_ops :
		smaller(DEFAULT_OPS, limits->max_ops);
	queue->sync_room = options->max_syncs ? options->max_syncs :
		smaller(DEFAULT_SYNCS, limits->max_syncs);
	queue->spin = options->spin == GANTRY_SPIN_NONE ? 0 :
		options->spin ? options->spin : DEFAULT_SPIN;
	return 0;
}

static int allocate_batch(struct gantry_queue *queue)
{
	/* calloc: fields that a later kernel may read stay zero */
	queue->ops = calloc(queue->op_room, sizeof(*queue->ops));
	queue->waits = calloc(queue->sync_room, sizeof(*queue->waits));
	queue->signals = calloc(queue->sync_room, sizeof(*queue->signals));
	if ((queue->op_room && !queue->ops) ||
	    (queue->sync_room && (!queue->waits || !queue->signals)))
		return -ENOMEM;
	return 0;
}

static void free_batch(struct gantry_queue *queue)
{
	free(queue->ops);
	free(queue->waits);
	free(queue->signals);
}

static void kernel_queue_destroy(struct gantry_queue *queue)
{
	struct drm_gantry_queue_destroy destroy = { .queue = queue->number };
	int fd = queue->dev->fd;

	(void)GTR_CALL(drmIoctl(fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy));
	(void)GTR_CALL(drmCloseBufferHandle(fd, queue->status_handle));
}

static int kernel_queue_create(struct gantry_queue *queue, uint32_t priority)
{
	struct drm_gantry_queue_create create = { .priority = priority };
	int fd = queue->dev->fd;
	void *page;
	int ret;

	ret = GTR_CALL(drmIoctl(fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create));
	if (ret)
		return ret;
	queue->number = create.queue;
	queue->status_handle = create.status_handle;
	ret = gtr_map(fd, create.status_mmap_offset, status_length(), PROT_READ, &page);
	if (ret) {
		kernel_queue_destroy(queue);
		return ret;
	}
	queue->status = page;
	return 0;
}

int gantry_queue_create(struct gantry_device *dev, const struct gantry_queue_options *user,
			struct gantry_queue **out)
{
	struct gantry_queue_options options;
	struct gantry_queue *queue;
	int ret;

	ret = gtr_create_check(dev, out);
	if (ret)
		return ret;
	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	queue->dev = dev;
	ret = read_options(queue, &options, user);
	if (ret)
		goto free_queue;
	ret = allocate_batch(queue);
	if (ret)
		goto free_batch;
	ret = kernel_queue_create(queue, options.priority);
	if (ret)
		goto free_batch;
	gtr_device_get(dev);
	*out = queue;
	return 0;

free_batch:
	free_batch(queue);
free_queue:
	free(queue);
	return ret;
}

void gantry_queue_destroy(struct gantry_queue *queue)
{
	struct gantry_device *dev;

	if (!queue)
		return;
	dev = queue->dev;
	if (gtr_device_is_own(dev)) {
		(void)GTR_CALL(munmap((void *)queue->status, status_length()));
		kernel_queue_destroy(queue);
	}
	free_batch(queue);
	free(queue);
	gtr_device_put(dev);
}

/* ---- preparing ---------------------------------------------------------- */

/* Both ranges are known to fit, so nothing here overflows. */
static bool ranges_overlap(uint64_t a, uint64_t b, uint64_t length)
{
	return a < b + length && b < a + length;
}

static int check_destination(const struct gantry_queue *queue, const struct gantry_buffer *dst,
			     uint64_t offset, uint64_t length, uint32_t flags)
{
	if (!queue || !dst)
		return -EINVAL;
	if (!gtr_device_is_own(queue->dev))
		return -ECHILD;
	if (dst->dev != queue->dev)
		return -EXDEV;
	if ((flags & ~GANTRY_OP_BARRIER) || !gtr_range_fits(dst, offset, length))
		return -EINVAL;
	if (dst->flags & GANTRY_BUFFER_READ_ONLY)
		return -EACCES;
	return 0;
}

int gantry_queue_prep_copy(struct gantry_queue *queue, struct gantry_buffer *dst,
			   uint64_t dst_offset, struct gantry_buffer *src,
			   uint64_t src_offset, uint64_t length, uint32_t flags)
{
	int ret;

	ret = check_destination(queue, dst, dst_offset, length, flags);
	if (ret)
		return ret;
	if (!src)
		return -EINVAL;
	if (src->dev != queue->dev)
		return -EXDEV;
	if (!gtr_range_fits(src, src_offset, length))
		return -EINVAL;
	if (src->handle == dst->handle && ranges_overlap(src_offset, dst_offset, length))
		return -EINVAL;
	if (queue->op_count == queue->op_room)
		return -ENOBUFS;
	queue->ops[queue->op_count++] = (struct drm_gantry_op) {
		.opcode = DRM_GANTRY_OP_COPY,
		.flags = flags,
		.dst_handle = dst->handle->number,
		.src_handle = src->handle->number,
		.dst_offset = dst_offset,
		.src_offset = src_offset,
		.length = length,
	};
	return 0;
}

int gantry_queue_prep_fill(struct gantry_queue *queue, struct gantry_buffer *dst,
			   uint64_t offset, uint64_t length, uint32_t pattern,
			   uint32_t flags)
{
	int ret;

	ret = check_destination(queue, dst, offset, length, flags);
	if (ret)
		return ret;
	if (offset % 4 || length % 4)
		return -EINVAL;
	if (queue->op_count == queue->op_room)
		return -ENOBUFS;
	queue->ops[queue->op_count++] = (struct drm_gantry_op) {
		.opcode = DRM_GANTRY_OP_FILL,
		.flags = flags,
		.pattern = pattern,
		.dst_handle = dst->handle->number,
		.dst_offset = offset,
		.length = length,
	};
	return 0;
}

static int append_sync(struct gantry_queue *queue, const struct gantry_fence *fence,
		       uint64_t point, struct drm_gantry_sync *syncs, uint32_t *count)
{
	if (!fence || !point)
		return -EINVAL;
	if (!gtr_device_is_own(queue->dev))
		return -ECHILD;
	if (fence->dev != queue->dev)
		return -EXDEV;
	if (*count == queue->sync_room)
		return -ENOBUFS;
	syncs[(*count)++] = (struct drm_gantry_sync) {
		.handle = fence->handle,
		.point = point,
	};
	return 0;
}

int gantry_queue_prep_wait(struct gantry_queue *queue, struct gantry_fence *fence,
			   uint64_t point)
{
	if (!queue)
		return -EINVAL;
	return append_sync(queue, fence, point, queue->waits, &queue->wait_count);
}

int gantry_queue_prep_signal(struct gantry_queue *queue, struct gantry_fence *fence,
			     uint64_t point)
{
	if (!queue)
		return -EINVAL;
	return append_sync(queue, fence, point, queue->signals, &queue->signal_count);
}

static void empty_batch(struct gantry_queue *queue)
{
	queue->op_count = 0;
	queue->wait_count = 0;
	queue->signal_count = 0;
}

int gantry_queue_discard(struct gantry_queue *queue)
{
	int ret = gtr_device_check(queue ? queue->dev : NULL);

	if (!ret)
		empty_batch(queue);
	return ret;
}

/* ---- submitting and waiting --------------------------------------------- */

int gantry_queue_submit(struct gantry_queue *queue, uint64_t *seqno)
{
	struct drm_gantry_queue_submit submit;
	int ret;

	ret = gtr_device_check(queue ? queue->dev : NULL);
	if (ret)
		return ret;
	if (!queue->op_count)
		return -EINVAL;
	submit = (struct drm_gantry_queue_submit) {
		.queue = queue->number,
		.op_count = queue->op_count,
		.wait_count = queue->wait_count,
		.signal_count = queue->signal_count,
		.ops = (uintptr_t)queue->ops,
		.waits = (uintptr_t)queue->waits,
		.signals = (uintptr_t)queue->signals,
	};
	ret = GTR_CALL(drmIoctl(queue->dev->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit));
	if (ret)
		return ret;
	empty_batch(queue);
	if (seqno)
		*seqno = submit.seqno;
	return 0;
}

/* Acquire: what the jobs wrote is read after this, not before. */
static uint64_t read_completed(const struct gantry_queue *queue)
{
	return __atomic_load_n(&queue->status->completed, __ATOMIC_ACQUIRE);
}

static int read_error(const struct gantry_queue *queue, uint64_t *seqno)
{
	int error = __atomic_load_n(&queue->status->error, __ATOMIC_ACQUIRE);

	if (error)
		*seqno = __atomic_load_n(&queue->status->error_seqno, __ATOMIC_RELAXED);
	return error;
}

/* How a job that has ended did. */
static int job_result(const struct gantry_queue *queue, uint64_t seqno)
{
	uint64_t broken;
	int error;

	error = read_error(queue, &broken);
	if (!error || seqno < broken)
		return 0;
	return seqno == broken || error == -ENODEV ? error : -ECANCELED;
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield" ::: "memory");
#endif
}

/* Most copies end sooner than a sleep and a wake-up take. */
static bool spin_until(const struct gantry_queue *queue, uint64_t seqno)
{
	int64_t end = gtr_now() + queue->spin;

	do {
		for (int i = 0; i < 32; i++) {
			if (read_completed(queue) >= seqno)
				return true;
			relax();
		}
	} while (gtr_now() < end);
	return false;
}

static int sleep_until(const struct gantry_queue *queue, uint64_t seqno, int64_t deadline)
{
	struct drm_gantry_queue_wait wait = {
		.queue = queue->number,
		.seqno = seqno,
		.timeout_ns = deadline,
	};
	int ret;

	ret = GTR_CALL(drmIoctl(queue->dev->fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &wait));
	if (ret)
		return ret == -ETIME ? -ETIMEDOUT : ret;
	return wait.status;
}

int gantry_queue_wait(struct gantry_queue *queue, uint64_t seqno, int64_t timeout)
{
	int64_t deadline;
	int ret;

	ret = gtr_device_check(queue ? queue->dev : NULL);
	if (ret)
		return ret;
	if (!seqno)
		return -EINVAL;
	if (read_completed(queue) >= seqno)
		return job_result(queue, seqno);
	deadline = gtr_deadline(timeout);
	if (timeout && queue->spin && spin_until(queue, seqno))
		return job_result(queue, seqno);
	return sleep_until(queue, seqno, deadline);
}

uint64_t gantry_queue_completed(const struct gantry_queue *queue)
{
	return gtr_device_check(queue ? queue->dev : NULL) ? 0 : read_completed(queue);
}

int gantry_queue_error(const struct gantry_queue *queue, uint64_t *seqno)
{
	uint64_t broken;
	int ret;

	ret = gtr_device_check(queue ? queue->dev : NULL);
	if (ret)
		return ret;
	ret = read_error(queue, &broken);
	if (ret && seqno)
		*seqno = broken;
	return ret;
}
