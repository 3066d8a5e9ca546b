// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xf86drm.h>

#include "fake_kernel.h"
#include "gantry_accel.h"

#define HANDLES		65536
#define QUEUES		64
#define BUFFER_SIZE	4096
/* An mmap offset says what it is for. */
#define OFFSET_BUFFER	(1ULL << 40)
#define OFFSET_STATUS	(2ULL << 40)

struct queue {
	atomic_ullong submitted;
	struct drm_gantry_queue_status *status;
};

struct fake_kernel fake_kernel;
static atomic_bool is_open[HANDLES];
static atomic_uint last_handle, last_queue, imported;
static atomic_ullong points[HANDLES];
static struct queue queues[QUEUES];

void fake_kernel_reset(void)
{
	memset(&fake_kernel, 0, sizeof(fake_kernel));
	memset(queues, 0, sizeof(queues));
	memset((void *)is_open, 0, sizeof(is_open));
	memset((void *)points, 0, sizeof(points));
	last_handle = last_queue = imported = 0;
}

static uint32_t handle_open(void)
{
	uint32_t handle = atomic_fetch_add(&last_handle, 1) + 1;

	if (handle >= HANDLES)
		abort();
	atomic_store(&is_open[handle], true);
	atomic_fetch_add(&fake_kernel.handles, 1);
	return handle;
}

static int handle_close(uint32_t handle)
{
	if (!atomic_exchange(&is_open[handle], false)) {
		atomic_fetch_add(&fake_kernel.mistakes, 1);
		return -EINVAL;
	}
	atomic_fetch_sub(&fake_kernel.handles, 1);
	return 0;
}

static int handle_check(uint32_t handle)
{
	if (atomic_load(&is_open[handle]))
		return 0;
	atomic_fetch_add(&fake_kernel.mistakes, 1);
	return -ENOENT;
}

/* There is one dma-buf: the same handle for as long as it is open. */
static int import(struct drm_prime_handle *prime)
{
	unsigned int handle = atomic_load(&imported);
	char byte;

	if (fake_kernel.hold &&
	    (write(fake_kernel.entered, "", 1) != 1 || read(fake_kernel.released, &byte, 1) != 1))
		abort();
	if (!handle || !atomic_load(&is_open[handle])) {
		handle = handle_open();
		atomic_store(&imported, handle);
	}
	prime->handle = handle;
	return 0;
}

static void answer_text(char *to, __kernel_size_t *room, const char *text)
{
	if (to && *room)
		memcpy(to, text, *room < strlen(text) ? *room : strlen(text));
	*room = strlen(text);
}

static int version(struct drm_version *v)
{
	answer_text(v->name, &v->name_len, "gantry");
	answer_text(v->date, &v->date_len, "0");
	answer_text(v->desc, &v->desc_len, "a fake");
	return 0;
}

static int query(struct drm_gantry_dev_query *q)
{
	struct drm_gantry_device_info info = {
		.name = "trainium2", .max_queues = QUEUES, .max_ops = 1024, .max_syncs = 64,
		.max_jobs = 64, .page_size = BUFFER_SIZE, .region_count = 4,
	};

	memcpy((void *)(uintptr_t)q->pointer, &info, sizeof(info));
	return 0;
}

static int queue_create(struct drm_gantry_queue_create *create)
{
	uint32_t number = atomic_fetch_add(&last_queue, 1) + 1;

	if (number >= QUEUES)
		return -ENOSPC;
	atomic_fetch_add(&fake_kernel.queues, 1);
	create->queue = number;
	create->status_handle = handle_open();
	create->status_mmap_offset = OFFSET_STATUS | (uint64_t)number << 12;
	return 0;
}

static int queue_submit(struct drm_gantry_queue_submit *submit)
{
	struct queue *queue = &queues[submit->queue];
	const struct drm_gantry_op *ops = (const void *)(uintptr_t)submit->ops;

	for (uint32_t i = 0; i < submit->op_count; i++)
		if (handle_check(ops[i].dst_handle))
			return -ENOENT;
	submit->seqno = atomic_fetch_add_explicit(&queue->submitted, 1, memory_order_relaxed) + 1;
	atomic_fetch_add(&fake_kernel.jobs, 1);
	__atomic_store_n(&queue->status->completed, submit->seqno, __ATOMIC_RELEASE);
	return 0;
}

static int queue_wait(struct drm_gantry_queue_wait *wait)
{
	wait->status = 0;
	return wait->seqno <= atomic_load(&queues[wait->queue].submitted) ? 0 : -ETIME;
}

static int timeline_signal(struct drm_syncobj_timeline_array *array)
{
	uint32_t handle = *(uint32_t *)(uintptr_t)array->handles;

	atomic_store(&points[handle], *(uint64_t *)(uintptr_t)array->points);
	return handle_check(handle);
}

static int timeline_query(struct drm_syncobj_timeline_array *array)
{
	uint32_t handle = *(uint32_t *)(uintptr_t)array->handles;

	*(uint64_t *)(uintptr_t)array->points = atomic_load(&points[handle]);
	return handle_check(handle);
}

static int answer(unsigned long request, void *arg)
{
	struct drm_gantry_bo_create *create = arg;
	struct drm_gantry_bo_info *info = arg;

	switch (request) {
	case DRM_IOCTL_VERSION:
		return version(arg);
	case DRM_IOCTL_GANTRY_DEV_QUERY:
		return query(arg);
	case DRM_IOCTL_GANTRY_BO_CREATE:
		create->handle = handle_open();
		return 0;
	case DRM_IOCTL_GANTRY_BO_INFO:
		info->size = BUFFER_SIZE;
		info->mmap_offset = OFFSET_BUFFER;
		return handle_check(info->handle);
	case DRM_IOCTL_GANTRY_QUEUE_CREATE:
		return queue_create(arg);
	case DRM_IOCTL_GANTRY_QUEUE_DESTROY:
		atomic_fetch_sub(&fake_kernel.queues, 1);
		return 0;
	case DRM_IOCTL_GANTRY_QUEUE_SUBMIT:
		return queue_submit(arg);
	case DRM_IOCTL_GANTRY_QUEUE_WAIT:
		return queue_wait(arg);
	case DRM_IOCTL_GEM_CLOSE:
		return handle_close(((struct drm_gem_close *)arg)->handle);
	case DRM_IOCTL_PRIME_FD_TO_HANDLE:
		return import(arg);
	case DRM_IOCTL_SYNCOBJ_CREATE:
		((struct drm_syncobj_create *)arg)->handle = handle_open();
		return 0;
	case DRM_IOCTL_SYNCOBJ_DESTROY:
		return handle_close(((struct drm_syncobj_destroy *)arg)->handle);
	case DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL:
		return timeline_signal(arg);
	case DRM_IOCTL_SYNCOBJ_QUERY:
		return timeline_query(arg);
	default:
		fprintf(stderr, "ioctl %#lx: the fake kernel has no answer\n", request);
		abort();
	}
}

/* Takes the place of the C library's, for libdrm too. */
int ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	void *arg;
	int ret;

	va_start(list, request);
	arg = va_arg(list, void *);
	va_end(list);
	if (_IOC_TYPE(request) != DRM_IOCTL_BASE)
		return syscall(SYS_ioctl, fd, request, arg);
	ret = answer(request, arg);
	if (!ret)
		return 0;
	errno = -ret;
	return -1;
}

void *__real_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
	bool is_status = offset & OFFSET_STATUS;
	void *map;

	if (flags & MAP_ANONYMOUS)
		return __real_mmap64(at, length, protection, flags, fd, offset);
	/* the kernel's own view of a status page is the user's */
	map = __real_mmap64(at, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (map != MAP_FAILED && is_status)
		queues[(offset & ~OFFSET_STATUS) >> 12].status = map;
	else
		atomic_fetch_add(&fake_kernel.mappings, 1);
	return map;
}

int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
	(void)flags;
	return strcmp(path, FAKE_NODE) ? -1 : memfd_create("device", MFD_CLOEXEC);
}
