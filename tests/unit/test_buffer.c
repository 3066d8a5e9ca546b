// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers: made, mapped, exported, imported, and closed exactly once.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "mock.h"

static void create_asks_for_what_it_was_told(void **state)
{
	struct drm_gantry_bo_create create = { .size = 5000, .region = GANTRY_REGION_ANY };
	struct drm_gantry_bo_create created = create;
	struct drm_gantry_bo_info asked = { .handle = 7 }, answer = {
		.handle = 7, .region = 3, .size = 8192, .mmap_offset = 0x1000,
	};
	struct gantry_buffer_info info = { .size = sizeof(info) };
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf;

	(void)state;
	created.size = 8192;
	created.handle = 7;
	created.mmap_offset = 0x1000;
	mock_ioctl(DRM_IOCTL_GANTRY_BO_CREATE, &create, &created, 0);
	mock_ioctl(DRM_IOCTL_GANTRY_BO_INFO, &asked, &answer, 0);
	errno = EDOM;
	assert_int_equal(gantry_buffer_create(dev, 5000, GANTRY_REGION_ANY, &buf), 0);
	assert_int_equal(gantry_buffer_get_info(buf, &info), 0);
	assert_int_equal(errno, EDOM);
	assert_int_equal(info.length, 8192);
	assert_int_equal(info.region, 3);
	assert_int_equal(info.handle, 7);
	assert_int_equal(info.flags, 0);
	mock_buffer_destroy(buf, 7);
	gantry_device_close(dev);
}

static void create_passes_errors_on(void **state)
{
	static const int errors[] = { EINVAL, ENOSPC, ENOMEM, EIO, ENODEV };
	struct drm_gantry_bo_create create = { .size = 1, .region = 9 };
	struct gantry_buffer *buf = (void *)1;
	struct gantry_device *dev = mock_device();

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		mock_ioctl(DRM_IOCTL_GANTRY_BO_CREATE, &create, NULL, errors[i]);
		assert_int_equal(gantry_buffer_create(dev, 1, 9, &buf), -errors[i]);
	}
	assert_int_equal(gantry_buffer_create(dev, 0, 0, &buf), -EINVAL);
	assert_int_equal(gantry_buffer_create(dev, 1, 0, NULL), -EINVAL);
	assert_int_equal(gantry_buffer_create(NULL, 1, 0, &buf), -EINVAL);
	assert_ptr_equal(buf, (void *)1);
	gantry_device_close(dev);
}

static void create_that_cannot_be_kept_is_undone(void **state)
{
	struct drm_gantry_bo_create created = { .size = 4096, .handle = 5 };
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf;

	(void)state;
	for (int nth = 1; nth <= 2; nth++) {
		mock_ioctl(DRM_IOCTL_GANTRY_BO_CREATE, NULL, &created, 0);
		mock_expect_close(5);
		mock_fail_allocation(nth);
		assert_int_equal(gantry_buffer_create(dev, 4096, 0, &buf), -ENOMEM);
	}
	mock_ioctl(DRM_IOCTL_GANTRY_BO_CREATE, NULL, &created, 0);
	mock_ioctl(DRM_IOCTL_GANTRY_BO_INFO, NULL, NULL, ENODEV);
	mock_expect_close(5);
	assert_int_equal(gantry_buffer_create(dev, 4096, 0, &buf), -ENODEV);
	gantry_device_close(dev);
}

static void map_is_made_once_and_taken_away(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf = mock_buffer(dev, 2, 8192, 0);
	void *first, *second;

	(void)state;
	mock_mmap(0x20000000, 8192, PROT_READ | PROT_WRITE, "data", 4, 0);
	assert_int_equal(gantry_buffer_map(buf, &first), 0);
	assert_int_equal(gantry_buffer_map(buf, &second), 0);
	assert_ptr_equal(first, second);
	assert_memory_equal(first, "data", 4);
	assert_int_equal(gantry_buffer_unmap(buf), 0);
	assert_int_equal(gantry_buffer_unmap(buf), 0);
	mock_mmap(0x20000000, 8192, PROT_READ | PROT_WRITE, NULL, 0, 0);
	assert_int_equal(gantry_buffer_map(buf, &first), 0);
	mock_buffer_destroy(buf, 2);	/* ends the mapping too */
	gantry_device_close(dev);
}

static void map_that_fails_leaves_nothing(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf = mock_buffer(dev, 2, 4096, 0);
	void *map = (void *)1;

	(void)state;
	mock_mmap(0x20000000, 4096, PROT_READ | PROT_WRITE, NULL, 0, ENOMEM);
	assert_int_equal(gantry_buffer_map(buf, &map), -ENOMEM);
	assert_ptr_equal(map, (void *)1);
	assert_int_equal(gantry_buffer_map(buf, NULL), -EINVAL);
	assert_int_equal(gantry_buffer_map(NULL, &map), -EINVAL);
	assert_int_equal(gantry_buffer_unmap(NULL), -EINVAL);
	mock_buffer_destroy(buf, 2);
	gantry_device_close(dev);
}

static void read_only_is_mapped_read_only(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf = mock_buffer(dev, 2, 4096, DRM_GANTRY_BO_READ_ONLY);
	struct gantry_buffer_info info = { .size = sizeof(info) };
	void *map;

	(void)state;
	mock_mmap(0x20000000, 4096, PROT_READ, NULL, 0, 0);
	assert_int_equal(gantry_buffer_map(buf, &map), 0);
	assert_int_equal(gantry_buffer_get_info(buf, &info), 0);
	assert_int_equal(info.flags, GANTRY_BUFFER_READ_ONLY);
	mock_buffer_destroy(buf, 2);
	gantry_device_close(dev);
}

static void check_export(void *arg, void *data)
{
	struct drm_prime_handle *prime = arg;

	(void)data;
	assert_int_equal(prime->handle, 2);
	assert_int_equal(prime->flags, DRM_CLOEXEC | DRM_RDWR);
	prime->fd = 78;
}

static void export_is_close_on_exec_and_writable(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf = mock_buffer(dev, 2, 4096, 0);

	(void)state;
	mock_ioctl_call(DRM_IOCTL_PRIME_HANDLE_TO_FD, check_export, NULL, 0);
	assert_int_equal(gantry_buffer_export(buf), 78);
	mock_ioctl(DRM_IOCTL_PRIME_HANDLE_TO_FD, NULL, NULL, EMFILE);
	assert_int_equal(gantry_buffer_export(buf), -EMFILE);
	assert_int_equal(gantry_buffer_export(NULL), -EINVAL);
	mock_buffer_destroy(buf, 2);
	gantry_device_close(dev);
}

static void check_import(void *arg, void *data)
{
	struct drm_prime_handle *prime = arg;

	assert_int_equal(prime->fd, 42);
	prime->handle = *(uint32_t *)data;
}

static struct gantry_buffer *import_as(struct gantry_device *dev, uint32_t *handle)
{
	struct drm_gantry_bo_info asked = { .handle = *handle }, answer = {
		.handle = *handle,
		.region = DRM_GANTRY_REGION_HOST,
		.flags = DRM_GANTRY_BO_IMPORTED,
		.size = 4096,
	};
	struct gantry_buffer *buf;

	mock_ioctl_call(DRM_IOCTL_PRIME_FD_TO_HANDLE, check_import, handle, 0);
	mock_ioctl(DRM_IOCTL_GANTRY_BO_INFO, &asked, &answer, 0);
	assert_int_equal(gantry_buffer_import(dev, 42, &buf), 0);
	return buf;
}

static void handle_of_two_imports_is_closed_once(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *own = mock_buffer(dev, 3, 4096, 0), *a, *b, *c;
	uint32_t same = 9, own_handle = 3;

	(void)state;
	a = import_as(dev, &same);
	b = import_as(dev, &same);
	c = import_as(dev, &own_handle);	/* what this context had exported */
	gantry_buffer_destroy(a);
	mock_buffer_destroy(b, 9);
	gantry_buffer_destroy(own);
	mock_buffer_destroy(c, 3);
	a = import_as(dev, &same);		/* the number is free again */
	mock_buffer_destroy(a, 9);
	gantry_device_close(dev);
}

static void import_out_of_memory_keeps_a_handle_in_use(void **state)
{
	struct gantry_device *dev = mock_device();
	uint32_t same = 9;
	struct gantry_buffer *a = import_as(dev, &same), *b;

	(void)state;
	mock_ioctl_call(DRM_IOCTL_PRIME_FD_TO_HANDLE, check_import, &same, 0);
	mock_fail_allocation(1);
	assert_int_equal(gantry_buffer_import(dev, 42, &b), -ENOMEM);
	mock_buffer_destroy(a, 9);
	mock_ioctl_call(DRM_IOCTL_PRIME_FD_TO_HANDLE, check_import, &same, 0);
	mock_expect_close(9);
	mock_fail_allocation(1);
	assert_int_equal(gantry_buffer_import(dev, 42, &b), -ENOMEM);
	gantry_device_close(dev);
}

static void imported_is_mapped_by_its_owner(void **state)
{
	struct gantry_device *dev = mock_device();
	uint32_t handle = 9;
	struct gantry_buffer *buf = import_as(dev, &handle);
	struct gantry_buffer_info info = { .size = sizeof(info) };
	void *map;

	(void)state;
	assert_int_equal(gantry_buffer_map(buf, &map), -EOPNOTSUPP);
	assert_int_equal(gantry_buffer_get_info(buf, &info), 0);
	assert_int_equal(info.flags, GANTRY_BUFFER_IMPORTED);
	assert_int_equal(info.region, GANTRY_REGION_HOST);
	mock_buffer_destroy(buf, 9);
	gantry_device_close(dev);
}

static void import_passes_errors_on(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf;

	(void)state;
	mock_ioctl(DRM_IOCTL_PRIME_FD_TO_HANDLE, NULL, NULL, EBADF);
	assert_int_equal(gantry_buffer_import(dev, -1, &buf), -EBADF);
	mock_ioctl(DRM_IOCTL_PRIME_FD_TO_HANDLE, NULL, NULL, EINVAL);
	assert_int_equal(gantry_buffer_import(dev, 0, &buf), -EINVAL);
	assert_int_equal(gantry_buffer_import(dev, 0, NULL), -EINVAL);
	assert_int_equal(gantry_buffer_import(NULL, 0, &buf), -EINVAL);
	gantry_device_close(dev);
}

/* ---- memfd ---------------------------------------------------------------- */

static int make_memfd(unsigned int seals)
{
	int fd = memfd_create("tensor", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void memfd_goes_through_udmabuf(void **state)
{
	int memfd = make_memfd(F_SEAL_SHRINK), dmabuf = memfd_create("dmabuf", 0);
	struct udmabuf_create create = {
		.memfd = memfd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.offset = 8192,
		.size = 65536,
	};
	struct drm_gantry_bo_info info = {
		.handle = 4, .size = 65536, .flags = DRM_GANTRY_BO_IMPORTED,
	};
	struct drm_prime_handle adopted = { .handle = 4 };
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf;

	(void)state;
	mock_open("/dev/udmabuf", 0);
	mock_ioctl_result(UDMABUF_CREATE, &create, dmabuf);
	mock_ioctl(DRM_IOCTL_PRIME_FD_TO_HANDLE, NULL, &adopted, 0);
	mock_ioctl(DRM_IOCTL_GANTRY_BO_INFO, NULL, &info, 0);
	errno = EDOM;
	assert_int_equal(gantry_buffer_import_memfd(dev, memfd, 8192, 65536, &buf), 0);
	assert_int_equal(errno, EDOM);
	mock_buffer_destroy(buf, 4);
	gantry_device_close(dev);
	assert_int_equal(fcntl(dmabuf, F_GETFD), -1);	/* the library closed it */
	close(memfd);
}

static void memfd_that_may_shrink_is_refused(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf;
	int fd;

	(void)state;
	fd = make_memfd(0);
	assert_int_equal(gantry_buffer_import_memfd(dev, fd, 0, 4096, &buf), -EPERM);
	close(fd);
	fd = make_memfd(F_SEAL_SHRINK | F_SEAL_WRITE);
	assert_int_equal(gantry_buffer_import_memfd(dev, fd, 0, 4096, &buf), -EPERM);
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	assert_int_equal(gantry_buffer_import_memfd(dev, fd, 0, 4096, &buf), -EINVAL);
	close(fd);
	assert_int_equal(gantry_buffer_import_memfd(dev, -1, 0, 4096, &buf), -EBADF);
	gantry_device_close(dev);
}

static void memfd_range_is_checked_first(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf;

	(void)state;
	assert_int_equal(gantry_buffer_import_memfd(dev, -1, 0, 0, &buf), -EINVAL);
	assert_int_equal(gantry_buffer_import_memfd(dev, -1, 1, 4096, &buf), -EINVAL);
	assert_int_equal(gantry_buffer_import_memfd(dev, -1, 0, 4097, &buf), -EINVAL);
	assert_int_equal(gantry_buffer_import_memfd(dev, -1, UINT64_MAX - 4095, 8192, &buf),
			 -EINVAL);
	assert_int_equal(gantry_buffer_import_memfd(dev, -1, 0, 4096, NULL), -EINVAL);
	gantry_device_close(dev);
}

static void memfd_without_udmabuf_says_so(void **state)
{
	struct gantry_device *dev = mock_device();
	int fd = make_memfd(F_SEAL_SHRINK);
	struct gantry_buffer *buf;

	(void)state;
	mock_open("/dev/udmabuf", ENOENT);
	assert_int_equal(gantry_buffer_import_memfd(dev, fd, 0, 4096, &buf), -EOPNOTSUPP);
	mock_open("/dev/udmabuf", EACCES);
	assert_int_equal(gantry_buffer_import_memfd(dev, fd, 0, 4096, &buf), -EACCES);
	mock_open("/dev/udmabuf", 0);
	mock_ioctl(UDMABUF_CREATE, NULL, NULL, EINVAL);
	assert_int_equal(gantry_buffer_import_memfd(dev, fd, 0, 4096, &buf), -EINVAL);
	close(fd);
	gantry_device_close(dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kernel_test(create_asks_for_what_it_was_told),
		kernel_test(create_passes_errors_on),
		kernel_test(create_that_cannot_be_kept_is_undone),
		kernel_test(map_is_made_once_and_taken_away),
		kernel_test(map_that_fails_leaves_nothing),
		kernel_test(read_only_is_mapped_read_only),
		kernel_test(export_is_close_on_exec_and_writable),
		kernel_test(handle_of_two_imports_is_closed_once),
		kernel_test(import_out_of_memory_keeps_a_handle_in_use),
		kernel_test(imported_is_mapped_by_its_owner),
		kernel_test(import_passes_errors_on),
		kernel_test(memfd_goes_through_udmabuf),
		kernel_test(memfd_that_may_shrink_is_refused),
		kernel_test(memfd_range_is_checked_first),
		kernel_test(memfd_without_udmabuf_says_so),
	};

	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
