// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fences: timeline syncobjs and the points on them.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <xf86drm.h>

#include "mock.h"

#define HANDLE 6

static struct gantry_fence *make_fence(struct gantry_device *dev)
{
	struct drm_syncobj_create asked = { 0 }, made = { .handle = HANDLE };
	struct gantry_fence *fence = NULL;

	mock_ioctl(DRM_IOCTL_SYNCOBJ_CREATE, &asked, &made, 0);
	assert_int_equal(gantry_fence_create(dev, &fence), 0);
	return fence;
}

static void expect_destroy(uint32_t handle)
{
	struct drm_syncobj_destroy destroy = { .handle = handle };

	mock_ioctl(DRM_IOCTL_SYNCOBJ_DESTROY, &destroy, NULL, 0);
}

static void end(struct gantry_device *dev, struct gantry_fence *fence)
{
	expect_destroy(HANDLE);
	gantry_fence_destroy(fence);
	gantry_device_close(dev);
}

static void create_that_cannot_be_kept_is_undone(void **state)
{
	struct gantry_device *dev = mock_device();
	struct drm_syncobj_create made = { .handle = HANDLE };
	struct gantry_fence *fence;

	(void)state;
	mock_ioctl(DRM_IOCTL_SYNCOBJ_CREATE, NULL, &made, 0);
	expect_destroy(HANDLE);
	mock_fail_allocation(1);
	assert_int_equal(gantry_fence_create(dev, &fence), -ENOMEM);
	mock_ioctl(DRM_IOCTL_SYNCOBJ_CREATE, NULL, NULL, ENODEV);
	assert_int_equal(gantry_fence_create(dev, &fence), -ENODEV);
	assert_int_equal(gantry_fence_create(dev, NULL), -EINVAL);
	assert_int_equal(gantry_fence_create(NULL, &fence), -EINVAL);
	gantry_device_close(dev);
}

static void check_signal(void *arg, void *data)
{
	struct drm_syncobj_timeline_array *array = arg;

	(void)data;
	assert_int_equal(array->count_handles, 1);
	assert_int_equal(*(uint32_t *)(uintptr_t)array->handles, HANDLE);
	assert_int_equal(*(uint64_t *)(uintptr_t)array->points, 12);
	assert_int_equal(array->flags, 0);
}

static void signal_names_the_point(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_fence *fence = make_fence(dev);

	(void)state;
	mock_ioctl_call(DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, check_signal, NULL, 0);
	errno = EDOM;
	assert_int_equal(gantry_fence_signal(fence, 12), 0);
	assert_int_equal(errno, EDOM);
	assert_int_equal(gantry_fence_signal(fence, 0), -EINVAL);
	assert_int_equal(gantry_fence_signal(NULL, 1), -EINVAL);
	end(dev, fence);
}

struct expected_wait {
	int64_t earliest, latest;
};

static void check_wait(void *arg, void *data)
{
	const struct expected_wait *expected = data;
	struct drm_syncobj_timeline_wait *wait = arg;

	assert_int_equal(wait->count_handles, 1);
	assert_int_equal(*(uint32_t *)(uintptr_t)wait->handles, HANDLE);
	assert_int_equal(*(uint64_t *)(uintptr_t)wait->points, 3);
	assert_int_equal(wait->flags, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT);
	assert_true(wait->timeout_nsec >= expected->earliest);
	assert_true(wait->timeout_nsec <= expected->latest);
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void wait_turns_a_timeout_into_a_deadline(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_fence *fence = make_fence(dev);
	struct expected_wait soon = { now() + 1000000000, now() + 60000000000LL };
	struct expected_wait look = { 0, 0 }, forever = { INT64_MAX, INT64_MAX };

	(void)state;
	mock_ioctl_call(DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, check_wait, &soon, 0);
	assert_int_equal(gantry_fence_wait(fence, 3, 1000000000), 0);
	mock_ioctl_call(DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, check_wait, &look, ETIME);
	assert_int_equal(gantry_fence_wait(fence, 3, 0), -ETIMEDOUT);
	mock_ioctl_call(DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, check_wait, &forever, 0);
	assert_int_equal(gantry_fence_wait(fence, 3, -1), 0);
	mock_ioctl_call(DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, check_wait, &forever, ENODEV);
	assert_int_equal(gantry_fence_wait(fence, 3, INT64_MAX), -ENODEV);
	assert_int_equal(gantry_fence_wait(fence, 0, 0), -EINVAL);
	assert_int_equal(gantry_fence_wait(NULL, 1, 0), -EINVAL);
	end(dev, fence);
}

static void answer_query(void *arg, void *data)
{
	struct drm_syncobj_timeline_array *array = arg;

	assert_int_equal(array->count_handles, 1);
	assert_int_equal(*(uint32_t *)(uintptr_t)array->handles, HANDLE);
	*(uint64_t *)(uintptr_t)array->points = *(uint64_t *)data;
}

static void query_tells_the_last_point(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_fence *fence = make_fence(dev);
	uint64_t last = 41, point = 7;

	(void)state;
	mock_ioctl_call(DRM_IOCTL_SYNCOBJ_QUERY, answer_query, &last, 0);
	assert_int_equal(gantry_fence_query(fence, &point), 0);
	assert_int_equal(point, 41);
	mock_ioctl(DRM_IOCTL_SYNCOBJ_QUERY, NULL, NULL, ENODEV);
	assert_int_equal(gantry_fence_query(fence, &point), -ENODEV);
	assert_int_equal(point, 41);
	assert_int_equal(gantry_fence_query(fence, NULL), -EINVAL);
	end(dev, fence);
}

static void whole_timeline_is_exported_and_imported(void **state)
{
	struct drm_syncobj_handle exported = { .fd = 55 }, imported = { .handle = 8 };
	struct gantry_device *dev = mock_device();
	struct gantry_fence *fence = make_fence(dev), *other;

	(void)state;
	mock_ioctl(DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, NULL, &exported, 0);
	assert_int_equal(gantry_fence_export(fence), 55);
	mock_ioctl(DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, NULL, &imported, 0);
	assert_int_equal(gantry_fence_import(dev, 55, &other), 0);
	expect_destroy(8);
	gantry_fence_destroy(other);
	mock_ioctl(DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, NULL, NULL, EINVAL);
	assert_int_equal(gantry_fence_import(dev, 0, &other), -EINVAL);
	assert_int_equal(gantry_fence_import(dev, 0, NULL), -EINVAL);
	assert_int_equal(gantry_fence_export(NULL), -EINVAL);
	end(dev, fence);
}

static void expect_carrier(void)
{
	struct drm_syncobj_create made = { .handle = 70 };

	mock_ioctl(DRM_IOCTL_SYNCOBJ_CREATE, NULL, &made, 0);
}

static void sync_file_is_exported_through_a_carrier(void **state)
{
	struct drm_syncobj_transfer transfer = {
		.src_handle = HANDLE, .dst_handle = 70, .src_point = 5, .dst_point = 0,
	};
	struct drm_syncobj_handle exported = {
		.handle = 70, .flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
		.fd = 33,
	};
	struct gantry_device *dev = mock_device();
	struct gantry_fence *fence = make_fence(dev);

	(void)state;
	expect_carrier();
	mock_ioctl(DRM_IOCTL_SYNCOBJ_TRANSFER, &transfer, NULL, 0);
	mock_ioctl(DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, NULL, &exported, 0);
	expect_destroy(70);
	errno = EDOM;
	assert_int_equal(gantry_fence_export_sync_file(fence, 5), 33);
	assert_int_equal(errno, EDOM);

	expect_carrier();
	mock_ioctl(DRM_IOCTL_SYNCOBJ_TRANSFER, &transfer, NULL, EINVAL);
	expect_destroy(70);
	assert_int_equal(gantry_fence_export_sync_file(fence, 5), -EINVAL);
	assert_int_equal(gantry_fence_export_sync_file(fence, 0), -EINVAL);
	end(dev, fence);
}

static void sync_file_is_imported_through_a_carrier(void **state)
{
	struct drm_syncobj_transfer transfer = {
		.src_handle = 70, .dst_handle = HANDLE, .src_point = 0, .dst_point = 5,
	};
	struct drm_syncobj_handle imported = {
		.handle = 70, .flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
		.fd = 34,
	};
	struct gantry_device *dev = mock_device();
	struct gantry_fence *fence = make_fence(dev);

	(void)state;
	expect_carrier();
	mock_ioctl(DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &imported, NULL, 0);
	mock_ioctl(DRM_IOCTL_SYNCOBJ_TRANSFER, &transfer, NULL, 0);
	expect_destroy(70);
	assert_int_equal(gantry_fence_import_sync_file(fence, 5, 34), 0);

	expect_carrier();
	mock_ioctl(DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &imported, NULL, EINVAL);
	expect_destroy(70);
	assert_int_equal(gantry_fence_import_sync_file(fence, 5, 34), -EINVAL);
	assert_int_equal(gantry_fence_import_sync_file(fence, 0, 34), -EINVAL);
	end(dev, fence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kernel_test(create_that_cannot_be_kept_is_undone),
		kernel_test(signal_names_the_point),
		kernel_test(wait_turns_a_timeout_into_a_deadline),
		kernel_test(query_tells_the_last_point),
		kernel_test(whole_timeline_is_exported_and_imported),
		kernel_test(sync_file_is_exported_through_a_carrier),
		kernel_test(sync_file_is_imported_through_a_carrier),
	};

	return cmocka_run_group_tests_name("fence", tests, NULL, NULL);
}
