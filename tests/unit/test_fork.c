// SPDX-License-Identifier: GPL-2.0-only
/*
 * A forked child has the parent's pointers but must not touch its context.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#include "mock.h"

struct objects {
	struct gantry_device *dev;
	struct gantry_buffer *buf;
	struct gantry_queue *queue;
	struct gantry_fence *fence;
	char *map;
};

static void make_objects(struct objects *o)
{
	struct drm_gantry_queue_create queue = {
		.queue = 1, .status_handle = 2, .status_mmap_offset = 0x9000,
	};
	struct drm_syncobj_create fence = { .handle = 3 };

	o->dev = mock_device();
	o->buf = mock_buffer(o->dev, 4, 4096, 0);
	mock_mmap(0x40000000, 4096, PROT_READ | PROT_WRITE, NULL, 0, 0);
	assert_int_equal(gantry_buffer_map(o->buf, (void **)&o->map), 0);
	mock_ioctl(DRM_IOCTL_GANTRY_QUEUE_CREATE, NULL, &queue, 0);
	mock_mmap(0x9000, sysconf(_SC_PAGESIZE), PROT_READ, NULL, 0, 0);
	assert_int_equal(gantry_queue_create(o->dev, NULL, &o->queue), 0);
	mock_ioctl(DRM_IOCTL_SYNCOBJ_CREATE, NULL, &fence, 0);
	assert_int_equal(gantry_fence_create(o->dev, &o->fence), 0);
}

static void destroy_objects(struct objects *o)
{
	gantry_device_close(o->dev);
	gantry_queue_destroy(o->queue);
	gantry_fence_destroy(o->fence);
	gantry_buffer_destroy(o->buf);
}

/* Return: 0, or the line of the first call that did not refuse. */
static int try_everything(struct objects *o)
{
	struct gantry_region_info region = { .size = sizeof(region) };
	struct gantry_buffer_info info = { .size = sizeof(info) };
	struct gantry_device_info card = { .size = sizeof(card) };
	struct gantry_buffer *buf;
	struct gantry_queue *queue;
	struct gantry_fence *fence;
	uint64_t number;
	void *map;

#define REFUSED(call) do { if ((call) != -ECHILD) return __LINE__; } while (0)
	REFUSED(gantry_device_fd(o->dev));
	REFUSED(gantry_device_get_info(o->dev, &card));
	REFUSED(gantry_device_get_region(o->dev, 0, &region));
	REFUSED(gantry_buffer_create(o->dev, 1, 0, &buf));
	REFUSED(gantry_buffer_import(o->dev, 0, &buf));
	REFUSED(gantry_buffer_import_memfd(o->dev, 0, 0, 4096, &buf));
	REFUSED(gantry_buffer_export(o->buf));
	REFUSED(gantry_buffer_map(o->buf, &map));
	REFUSED(gantry_buffer_unmap(o->buf));
	REFUSED(gantry_buffer_get_info(o->buf, &info));
	REFUSED(gantry_fence_create(o->dev, &fence));
	REFUSED(gantry_fence_import(o->dev, 0, &fence));
	REFUSED(gantry_fence_signal(o->fence, 1));
	REFUSED(gantry_fence_wait(o->fence, 1, 0));
	REFUSED(gantry_fence_query(o->fence, &number));
	REFUSED(gantry_fence_export(o->fence));
	REFUSED(gantry_fence_export_sync_file(o->fence, 1));
	REFUSED(gantry_fence_import_sync_file(o->fence, 1, 0));
	REFUSED(gantry_queue_create(o->dev, NULL, &queue));
	REFUSED(gantry_queue_prep_copy(o->queue, o->buf, 0, o->buf, 8, 8, 0));
	REFUSED(gantry_queue_prep_fill(o->queue, o->buf, 0, 8, 0, 0));
	REFUSED(gantry_queue_prep_wait(o->queue, o->fence, 1));
	REFUSED(gantry_queue_prep_signal(o->queue, o->fence, 1));
	REFUSED(gantry_queue_submit(o->queue, NULL));
	REFUSED(gantry_queue_discard(o->queue));
	REFUSED(gantry_queue_wait(o->queue, 1, 0));
	REFUSED(gantry_queue_error(o->queue, NULL));
#undef REFUSED
	if (gantry_queue_completed(o->queue))
		return __LINE__;
	destroy_objects(o);
	return 0;
}

static void child_is_refused_everything_but_destroying(void **state)
{
	struct drm_gantry_queue_destroy queue = { .queue = 1 };
	struct drm_syncobj_destroy fence = { .handle = 3 };
	struct objects o;
	int pipe_fd[2], line = -1;
	pid_t child;

	(void)state;
	make_objects(&o);
	assert_int_equal(pipe(pipe_fd), 0);
	fflush(NULL);
	child = fork();
	if (!child) {
		/* an ioctl would be an unexpected one, and this never written */
		line = try_everything(&o);
		if (write(pipe_fd[1], &line, sizeof(line)) != sizeof(line))
			_exit(1);
		_exit(0);
	}
	close(pipe_fd[1]);
	assert_int_equal(read(pipe_fd[0], &line, sizeof(line)), sizeof(line));
	close(pipe_fd[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(line, 0);

	/* the parent's are all there: each is closed now, once */
	o.map[0] = 1;
	mock_ioctl(DRM_IOCTL_GANTRY_QUEUE_DESTROY, &queue, NULL, 0);
	mock_expect_close(2);
	mock_ioctl(DRM_IOCTL_SYNCOBJ_DESTROY, &fence, NULL, 0);
	mock_expect_close(4);
	destroy_objects(&o);
}

/* The page is probed through a system call, which does not raise SIGSEGV. */
static void child_has_no_mapping(void **state)
{
	struct objects o;
	int pipe_fd[2], answer = -1;
	pid_t child;

	(void)state;
	make_objects(&o);
	assert_int_equal(pipe(pipe_fd), 0);
	child = fork();
	if (!child) {
		answer = msync(o.map, 4096, MS_ASYNC) ? errno : 0;
		if (write(pipe_fd[1], &answer, sizeof(answer)) != sizeof(answer))
			_exit(1);
		_exit(0);
	}
	close(pipe_fd[1]);
	assert_int_equal(read(pipe_fd[0], &answer, sizeof(answer)), sizeof(answer));
	close(pipe_fd[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(answer, ENOMEM);
	mock_ioctl(DRM_IOCTL_GANTRY_QUEUE_DESTROY, NULL, NULL, 0);
	mock_expect_close(2);
	mock_ioctl(DRM_IOCTL_SYNCOBJ_DESTROY, NULL, NULL, 0);
	mock_expect_close(4);
	destroy_objects(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kernel_test(child_is_refused_everything_but_destroying),
		kernel_test(child_has_no_mapping),
	};

	return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
