/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel, as the library sees it: each test says which calls have to come,
 * with exactly which bytes, and what they answer. Everything is checked at the
 * system call, so libdrm is part of what is tested.
 *
 * A call that was not expected, an expected one that did not come, and a
 * descriptor or mapping left over fail the test.
 */
#ifndef UNIT_MOCK_H
#define UNIT_MOCK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gantry.h"
#include "gantry_accel.h"

/** Set-up and tear-down of every test. */
int mock_setup(void **state);
int mock_teardown(void **state);

/**
 * mock_ioctl() - expect one
 * @in: the argument's bytes, all compared; NULL: not looked at
 * @out: the argument's bytes afterwards; NULL: as they were
 * @error: 0, or the errno it fails with; nothing is written then
 */
void mock_ioctl(unsigned long request, const void *in, const void *out, int error);

/** mock_ioctl_result() - as above, succeeding with a number other than 0 */
void mock_ioctl_result(unsigned long request, const void *in, int result);

/**
 * mock_ioctl_call() - expect one whose argument points elsewhere
 * @check: looks at the argument and writes the answer
 */
void mock_ioctl_call(unsigned long request, void (*check)(void *arg, void *data),
		     void *data, int error);

/** mock_query() - expect DEV_QUERY, answered with @size bytes of @answer */
void mock_query(uint32_t type, uint32_t index, const void *answer, uint32_t size, int error);

/** mock_mmap() - expect a mapping; @error or pages filled with @content */
void mock_mmap(uint64_t offset, size_t length, int protection, const void *content,
	       size_t content_length, int error);

/** mock_map_writable() - the kernel's own view of the last mapping */
void *mock_map_writable(void);

/** mock_open() - the next open of this path gives a descriptor, or an error */
void mock_open(const char *path, int error);

/** mock_driver_name() - what DRM_IOCTL_VERSION says; NULL: it fails */
void mock_driver_name(const char *name);

/** mock_fail_allocation() - the nth allocation of the library from now fails */
void mock_fail_allocation(int nth);

/** mock_limits - what the card says of itself when mock_device() opens it */
extern struct drm_gantry_device_info mock_limits;

/** mock_device() - an open device, and the expectations that opening one has */
struct gantry_device *mock_device(void);
void mock_expect_open(void);

/** mock_buffer() - a buffer of that device with this handle */
struct gantry_buffer *mock_buffer(struct gantry_device *dev, uint32_t handle,
				  uint64_t length, uint32_t flags);
/** mock_buffer_destroy() - expects its handle to be closed */
void mock_buffer_destroy(struct gantry_buffer *buf, uint32_t handle);

/** mock_expect_close() - expect GEM_CLOSE of this handle */
void mock_expect_close(uint32_t handle);

#define kernel_test(function) \
	cmocka_unit_test_setup_teardown(function, mock_setup, mock_teardown)

#endif /* UNIT_MOCK_H */
