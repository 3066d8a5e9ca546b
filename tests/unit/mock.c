// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel, as the library sees it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xf86drm.h>

#include "mock.h"

#define MAX_CALLS	64
#define MAX_ARGUMENT	256
#define MAX_MAPS	8

void *__real_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *at, size_t length);

struct call {
	unsigned long request;
	void (*check)(void *arg, void *data);
	void *data;
	bool has_in, has_out;
	uint8_t in[MAX_ARGUMENT], out[MAX_ARGUMENT];
	int error, result;
	/* of a query */
	struct drm_gantry_dev_query query;
};

struct map {
	uint64_t offset;
	size_t length;
	int protection, error;
	uint8_t content[64];
	size_t content_length;
};

static struct call calls[MAX_CALLS];
static unsigned int calls_made, calls_expected;
static struct map maps[MAX_MAPS];
static unsigned int maps_made, maps_expected, maps_alive;
static void *last_map_writable;
static size_t last_map_length;
static const char *open_path;
static int open_error;
static const char *driver_name;
static int allocations_left;
static unsigned int descriptors_before;

struct drm_gantry_device_info mock_limits;

static const struct drm_gantry_device_info default_limits = {
	.vendor_id = 0x1d0f,
	.device_id = 0x7364,
	.revision = 255,
	.pci_bus = 0x81,
	.pci_devfn = 0x1d << 3 | 5,
	.name = "trainium2",
	.serial = 0x1122334455667788,
	.region_count = 4,
	.sensor_count = 2,
	.neighbor_count = 1,
	.ring_count = 32,
	.max_queues = 16,
	.max_ops = 1024,
	.max_syncs = 64,
	.max_jobs = 256,
	.page_size = 4096,
	.job_timeout_ms = 5000,
};

static unsigned int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

int mock_setup(void **state)
{
	(void)state;
	memset(calls, 0, sizeof(calls));
	calls_made = calls_expected = 0;
	maps_made = maps_expected = maps_alive = 0;
	last_map_writable = NULL;
	open_path = NULL;
	driver_name = "gantry";
	allocations_left = 0;
	mock_limits = default_limits;
	descriptors_before = count_descriptors();
	return 0;
}

int mock_teardown(void **state)
{
	(void)state;
	if (last_map_writable)
		__real_munmap(last_map_writable, last_map_length);
	assert_int_equal(calls_made, calls_expected);
	assert_int_equal(maps_made, maps_expected);
	assert_int_equal(maps_alive, 0);
	assert_null(open_path);
	assert_int_equal(count_descriptors(), descriptors_before);
	return 0;
}

/* ---- what is expected ---------------------------------------------------- */

static struct call *add_call(unsigned long request)
{
	struct call *call;

	assert_true(calls_expected < MAX_CALLS);
	assert_true(_IOC_SIZE(request) <= MAX_ARGUMENT);
	call = &calls[calls_expected++];
	call->request = request;
	return call;
}

void mock_ioctl(unsigned long request, const void *in, const void *out, int error)
{
	struct call *call = add_call(request);

	call->error = error;
	call->has_in = in;
	call->has_out = out;
	if (in)
		memcpy(call->in, in, _IOC_SIZE(request));
	if (out)
		memcpy(call->out, out, _IOC_SIZE(request));
}

void mock_ioctl_result(unsigned long request, const void *in, int result)
{
	mock_ioctl(request, in, NULL, 0);
	calls[calls_expected - 1].result = result;
}

void mock_ioctl_call(unsigned long request, void (*check)(void *arg, void *data),
		     void *data, int error)
{
	struct call *call = add_call(request);

	call->check = check;
	call->data = data;
	call->error = error;
}

static void answer_query(void *arg, void *data)
{
	const struct drm_gantry_dev_query *expected = data;
	struct drm_gantry_dev_query *query = arg;

	assert_int_equal(query->type, expected->type);
	assert_int_equal(query->index, expected->index);
	assert_int_equal(query->size, expected->size);
	assert_int_equal(query->pad, 0);
	assert_int_not_equal(query->pointer, 0);
	if (expected->pointer)
		memcpy((void *)(uintptr_t)query->pointer,
		       (const void *)(uintptr_t)expected->pointer, expected->size);
}

void mock_query(uint32_t type, uint32_t index, const void *answer, uint32_t size, int error)
{
	struct call *call = add_call(DRM_IOCTL_GANTRY_DEV_QUERY);

	call->query = (struct drm_gantry_dev_query) {
		.type = type,
		.index = index,
		.size = size,
		.pointer = error ? 0 : (uintptr_t)answer,
	};
	call->check = answer_query;
	call->data = &call->query;
	call->error = error;
}

void mock_mmap(uint64_t offset, size_t length, int protection, const void *content,
	       size_t content_length, int error)
{
	struct map *map;

	assert_true(maps_expected < MAX_MAPS);
	assert_true(content_length <= sizeof(map->content));
	map = &maps[maps_expected++];
	*map = (struct map) {
		.offset = offset,
		.length = length,
		.protection = protection,
		.error = error,
		.content_length = content_length,
	};
	if (content_length)
		memcpy(map->content, content, content_length);
}

void *mock_map_writable(void)
{
	return last_map_writable;
}

void mock_open(const char *path, int error)
{
	open_path = path;
	open_error = error;
}

void mock_driver_name(const char *name)
{
	driver_name = name;
}

void mock_fail_allocation(int nth)
{
	allocations_left = nth;
}

/* ---- the calls themselves ------------------------------------------------ */

static void answer_text(char *to, __kernel_size_t *room, const char *text)
{
	if (to && *room)
		memcpy(to, text, *room < strlen(text) ? *room : strlen(text));
	*room = strlen(text);
}

static int answer_version(struct drm_version *version)
{
	if (!driver_name) {
		errno = EINVAL;
		return -1;
	}
	answer_text(version->name, &version->name_len, driver_name);
	answer_text(version->date, &version->date_len, "0");
	answer_text(version->desc, &version->desc_len, "a driver");
	return 0;
}

/* Takes the place of the C library's, for libdrm too. */
int ioctl(int fd, unsigned long request, ...)
{
	struct call *call;
	va_list list;
	void *arg;

	va_start(list, request);
	arg = va_arg(list, void *);
	va_end(list);
	if (_IOC_TYPE(request) != DRM_IOCTL_BASE && _IOC_TYPE(request) != 'u')
		return syscall(SYS_ioctl, fd, request, arg);
	if (request == DRM_IOCTL_VERSION)
		return answer_version(arg);
	if (calls_made == calls_expected)
		fail_msg("ioctl %#lx (nr %#lx) was not expected", request,
			 (unsigned long)_IOC_NR(request));
	call = &calls[calls_made++];
	assert_int_equal(request, call->request);
	if (call->has_in)
		assert_memory_equal(arg, call->in, _IOC_SIZE(request));
	if (call->check)
		call->check(arg, call->data);
	if (call->error) {
		errno = call->error;
		return -1;
	}
	if (call->has_out)
		memcpy(arg, call->out, _IOC_SIZE(request));
	errno = EXDEV;	/* what a call that succeeds may leave behind */
	return call->result;
}

/*
 * Pages of a memfd, so that the test keeps a view of its own, as the kernel
 * does of a status page.
 */
static void *make_pages(const struct map *map)
{
	int fd = memfd_create("mapping", MFD_CLOEXEC);
	void *theirs;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, map->length), 0);
	if (last_map_writable)
		__real_munmap(last_map_writable, last_map_length);
	last_map_length = map->length;
	last_map_writable = mmap(NULL, map->length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(last_map_writable, MAP_FAILED);
	memcpy(last_map_writable, map->content, map->content_length);
	theirs = mmap(NULL, map->length, map->protection, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(theirs, MAP_FAILED);
	close(fd);
	return theirs;
}

void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
	const struct map *map;

	if (flags & MAP_ANONYMOUS) {
		maps_alive++;
		return __real_mmap64(at, length, protection, flags, fd, offset);
	}
	assert_true(maps_made < maps_expected);
	map = &maps[maps_made++];
	assert_int_equal(offset, map->offset);
	assert_int_equal(length, map->length);
	assert_int_equal(protection, map->protection);
	assert_int_equal(flags, MAP_SHARED);
	if (map->error) {
		errno = map->error;
		return MAP_FAILED;
	}
	maps_alive++;
	return make_pages(map);
}

int __wrap_munmap(void *at, size_t length);
int __wrap_munmap(void *at, size_t length)
{
	maps_alive--;
	return __real_munmap(at, length);
}

int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
	assert_non_null(open_path);
	assert_string_equal(path, open_path);
	assert_int_equal(flags & (O_ACCMODE | O_CLOEXEC), O_RDWR | O_CLOEXEC);
	open_path = NULL;
	if (open_error) {
		errno = open_error;
		return -1;
	}
	return memfd_create("device", MFD_CLOEXEC);
}

static bool allocation_fails(void)
{
	return allocations_left > 0 && --allocations_left == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return allocation_fails() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	return allocation_fails() ? NULL : __real_realloc(old, size);
}

/* ---- whole objects -------------------------------------------------------- */

void mock_expect_open(void)
{
	mock_open("/dev/accel/accel0", 0);
	mock_query(DRM_GANTRY_QUERY_DEVICE, 0, &mock_limits, sizeof(mock_limits), 0);
}

struct gantry_device *mock_device(void)
{
	struct gantry_device *dev = NULL;

	mock_expect_open();
	assert_int_equal(gantry_device_open("/dev/accel/accel0", &dev), 0);
	return dev;
}

struct gantry_buffer *mock_buffer(struct gantry_device *dev, uint32_t handle,
				  uint64_t length, uint32_t flags)
{
	struct drm_gantry_bo_create create = { .size = length, .region = 1 }, created = create;
	struct drm_gantry_bo_info asked = { .handle = handle }, info = {
		.handle = handle,
		.region = 1,
		.flags = flags,
		.size = length,
		.mmap_offset = flags & DRM_GANTRY_BO_IMPORTED ? 0 : handle * 0x10000000ULL,
	};
	struct gantry_buffer *buf = NULL;

	created.handle = handle;
	created.mmap_offset = info.mmap_offset;
	mock_ioctl(DRM_IOCTL_GANTRY_BO_CREATE, &create, &created, 0);
	mock_ioctl(DRM_IOCTL_GANTRY_BO_INFO, &asked, &info, 0);
	assert_int_equal(gantry_buffer_create(dev, length, 1, &buf), 0);
	return buf;
}

void mock_expect_close(uint32_t handle)
{
	struct drm_gem_close close = { .handle = handle };

	mock_ioctl(DRM_IOCTL_GEM_CLOSE, &close, NULL, 0);
}

void mock_buffer_destroy(struct gantry_buffer *buf, uint32_t handle)
{
	mock_expect_close(handle);
	gantry_buffer_destroy(buf);
}
