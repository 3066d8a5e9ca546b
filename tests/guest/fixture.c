// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

/* Far longer than any scrub of these tests; no event tells its end. */
#define SCRUB_TIMEOUT	(60 * SECOND)

/* A test that hangs is the one after the last that was told of. */
__attribute__((constructor)) static void print_lines(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

int64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

void expect_documented(const char *call, int error)
{
	/* what any call may return */
	static const int common[] = { ECHILD, EINVAL, ENODEV, ENOMEM };
	char name[64];

	if (strncmp(call, "gantry_", 7))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(call, "("), call);
	for (size_t i = 0; i < ARRAY_LENGTH(common); i++)
		if (error == common[i])
			return;
	if (gantry_explain(name, error) == gantry_strerror(error))
		fail_msg("%s(3) does not list -%s", name, strerrorname_np(error));
}

/* ---- cards ---------------------------------------------------------------- */

static struct gantry_card_list *list_now(void)
{
	struct gantry_card_list *list;

	assert_done(gantry_card_list_create(&list));
	return list;
}

/*
 * Which cards the machine has, asked once: they stay what they are, also while one
 * is unplugged, and a list of them costs a tenth of a second in a guest.
 */
static char addresses[64][16];
static unsigned int address_count;

static void find_cards(void)
{
	struct gantry_card_list *list = list_now();
	unsigned int i, count = gantry_card_list_count(list);

	assert_true(count <= ARRAY_LENGTH(addresses));
	for (i = 0; i < count; i++) {
		struct gantry_card card = { .size = sizeof(card) };

		assert_done(gantry_card_list_get(list, i, &card));
		memcpy(addresses[i], card.pci_address, sizeof(addresses[i]));
	}
	address_count = count;
	gantry_card_list_destroy(list);
}

unsigned int card_count(void)
{
	if (!address_count)
		find_cards();
	return address_count;
}

const char *card_address(unsigned int index)
{
	assert_true(index < card_count());
	return addresses[index];
}

struct gantry_card card_now(unsigned int index)
{
	struct gantry_card_list *list = list_now();
	struct gantry_card card = { .size = sizeof(card) };

	assert_done(gantry_card_list_find(list, card_address(index), &card));
	gantry_card_list_destroy(list);
	return card;
}

int sysfs_write(const char *value, const char *format, ...)
{
	char path[256] = "/sys/";
	size_t prefix = strlen(path);
	va_list args;
	int fd, ret;

	va_start(args, format);
	vsnprintf(path + prefix, sizeof(path) - prefix, format, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, value, strlen(value)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

bool sysfs_exists(const char *format, ...)
{
	char path[256] = "/sys/";
	size_t prefix = strlen(path);
	va_list args;

	va_start(args, format);
	vsnprintf(path + prefix, sizeof(path) - prefix, format, args);
	va_end(args);
	return !access(path, F_OK);
}

bool card_has_driver(unsigned int index, const char *name)
{
	char path[64], link[256];
	ssize_t length;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", card_address(index));
	length = readlink(path, link, sizeof(link) - 1);
	if (length < 0)
		return false;
	link[length] = '\0';
	return !strcmp(strrchr(link, '/') + 1, name);
}

void card_bind(unsigned int index)
{
	const char *address = card_address(index);

	assert_done(sysfs_write("gantry", "bus/pci/devices/%s/driver_override", address));
	if (!card_has_driver(index, "gantry"))
		assert_done(sysfs_write(address, "bus/pci/drivers/gantry/bind"));
	assert_true(card_has_driver(index, "gantry"));
}

void card_unbind(unsigned int index)
{
	const char *address = card_address(index);

	assert_done(sysfs_write("\n", "bus/pci/devices/%s/driver_override", address));
	if (card_has_driver(index, "gantry"))
		assert_done(sysfs_write(address, "bus/pci/drivers/gantry/unbind"));
	assert_false(sysfs_exists("bus/pci/devices/%s/driver", address));
}

/* The node of a bound card, found without the library. */
static const char *card_node(unsigned int index)
{
	static char path[64];
	char pattern[64];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "/sys/bus/pci/devices/%s/accel/accel*",
		 card_address(index));
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	snprintf(path, sizeof(path), "/dev/accel%s", strrchr(found.gl_pathv[0], '/'));
	globfree(&found);
	return path;
}

int module_load(const char *parameters)
{
	const char *path = getenv("GANTRY_MODULE");
	int fd, ret;

	assert_non_null(path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ret = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	close(fd);
	return ret;
}

int module_unload(void)
{
	return syscall(SYS_delete_module, "gantry", O_NONBLOCK) ? -errno : 0;
}

/* By its node: an address makes the library list all cards. */
struct gantry_device *card_open(unsigned int index)
{
	struct gantry_device *dev;

	assert_done(gantry_device_open(card_node(index), &dev));
	return dev;
}

uint32_t region_count(int fd)
{
	return device_now(fd).region_count;
}

uint32_t region_at(int fd, uint32_t index)
{
	uint32_t count;

	/* Host memory, or any, is no number of a region. */
	if (index >= GANTRY_REGION_ANY)
		return index;
	count = region_count(fd);
	return index < count ? index : count - 1;
}

const char *region_name(int fd, uint32_t index)
{
	static char name[sizeof(((struct drm_gantry_region_info *)0)->name)];

	memcpy(name, region_now(fd, region_at(fd, index)).name, sizeof(name));
	return name;
}

static void card_expect_all_free(unsigned int index)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t end = time_now() + SCRUB_TIMEOUT;
	struct drm_gantry_region_info region;
	int fd = open(card_node(index), O_RDWR | O_CLOEXEC);
	uint32_t i, count;

	assert_true(fd >= 0);
	count = region_count(fd);
	for (i = 0; i < count; i++) {
		while (region = region_now(fd, i), region.free != region.size && time_now() < end)
			nanosleep(&pause, NULL);
		if (region.free == region.size)
			continue;
		close(fd);
		fail_msg("%s %s: %llu of %llu bytes are free, %llu being scrubbed",
			 card_address(index), (char *)region.name, region.free, region.size,
			 region.scrubbing);
	}
	close(fd);
}

void cards_expect_all_free(void)
{
	unsigned int i;

	for (i = 0; i < card_count(); i++)
		if (card_has_driver(i, "gantry"))
			card_expect_all_free(i);
}

/* ---- a test's own card ------------------------------------------------------ */

int cards_setup(void **state)
{
	unsigned int i;

	(void)state;
	assert_int_not_equal(card_count(), 0);
	for (i = 0; i < card_count(); i++)
		card_bind(i);
	return 0;
}

int cards_teardown(void **state)
{
	(void)state;
	cards_expect_all_free();
	return 0;
}

int bench_setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->dev = card_open(0);
	bench->fd = gantry_device_fd(bench->dev);
	assert_done(gantry_queue_create(bench->dev, NULL, &bench->queue));
	*state = bench;
	return 0;
}

int bench_teardown(void **state)
{
	/* What a test that failed left behind is not the next one's fault. */
	static bool lost;
	struct bench *bench = *state;

	gantry_queue_destroy(bench->queue);
	gantry_device_close(bench->dev);
	free(bench);
	if (!lost) {
		lost = true;
		cards_expect_all_free();
		lost = false;
	}
	return 0;
}

/* ---- buffers and work ------------------------------------------------------- */

struct gantry_fence *fence_make(struct gantry_device *dev)
{
	struct gantry_fence *fence;

	assert_done(gantry_fence_create(dev, &fence));
	return fence;
}

struct gantry_buffer *buffer_make(struct gantry_device *dev, uint64_t length, uint32_t region)
{
	struct gantry_buffer *buf;

	region = region_at(gantry_device_fd(dev), region);
	assert_done(gantry_buffer_create(dev, length, region, &buf));
	return buf;
}

void *buffer_map(struct gantry_buffer *buf)
{
	void *map;

	assert_done(gantry_buffer_map(buf, &map));
	return map;
}

uint32_t buffer_handle(const struct gantry_buffer *buf)
{
	struct gantry_buffer_info info = { .size = sizeof(info) };

	assert_done(gantry_buffer_get_info(buf, &info));
	return info.handle;
}

uint64_t queue_submit(struct gantry_queue *queue)
{
	uint64_t seqno;

	assert_done(gantry_queue_submit(queue, &seqno));
	return seqno;
}

void queue_run(struct gantry_queue *queue)
{
	assert_done(gantry_queue_wait(queue, queue_submit(queue), 60 * SECOND));
}

void copy_now(struct gantry_queue *queue, struct gantry_buffer *dst, uint64_t dst_offset,
	      struct gantry_buffer *src, uint64_t src_offset, uint64_t length)
{
	assert_done(gantry_queue_prep_copy(queue, dst, dst_offset, src, src_offset, length, 0));
	queue_run(queue);
}

/* Multiplication scatters the place over all bits; the top ones look random. */
static uint8_t data_byte(size_t place, uint32_t seed)
{
	return ((uint32_t)place * 2654435761u + seed * 40503u) >> 24;
}

void data_write(void *to, size_t length, uint32_t seed)
{
	uint8_t *bytes = to;
	size_t i;

	for (i = 0; i < length; i++)
		bytes[i] = data_byte(i, seed);
}

void data_expect(const void *at, size_t length, uint32_t seed)
{
	const uint8_t *bytes = at;
	size_t i;

	for (i = 0; i < length; i++)
		if (bytes[i] != data_byte(i, seed))
			fail_msg("byte %zu of %zu is 0x%02x and should be 0x%02x", i, length,
				 bytes[i], data_byte(i, seed));
}

void bytes_expect(const void *at, size_t length, uint8_t value)
{
	const uint8_t *bytes = at;
	size_t i;

	/* If each byte is like the next, all are like the first. */
	if (!length || (bytes[0] == value && !memcmp(bytes, bytes + 1, length - 1)))
		return;
	for (i = 0; bytes[i] == value; i++)
		;
	fail_msg("byte %zu of %zu is 0x%02x and should be 0x%02x", i, length, bytes[i], value);
}

static void query_now(int fd, uint32_t type, uint32_t index, void *to, uint32_t size)
{
	struct drm_gantry_dev_query query = {
		.type = type,
		.index = index,
		.size = size,
		.pointer = (uintptr_t)to,
	};

	assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_DEV_QUERY, &query));
}

struct drm_gantry_device_info device_now(int fd)
{
	struct drm_gantry_device_info info;

	query_now(fd, DRM_GANTRY_QUERY_DEVICE, 0, &info, sizeof(info));
	return info;
}

struct drm_gantry_region_info region_now(int fd, uint32_t index)
{
	struct drm_gantry_region_info info;

	query_now(fd, DRM_GANTRY_QUERY_REGION, index, &info, sizeof(info));
	return info;
}

struct drm_gantry_counters_info counters_now(int fd)
{
	struct drm_gantry_counters_info info;

	query_now(fd, DRM_GANTRY_QUERY_COUNTERS, 0, &info, sizeof(info));
	return info;
}

/* ---- the kernel, without the library ------------------------------------------ */

int raw_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

uint32_t raw_queue(int fd)
{
	struct drm_gantry_queue_create create = { 0 };

	assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create));
	return create.queue;
}

uint32_t raw_buffer(int fd, uint64_t size, uint32_t region)
{
	struct drm_gantry_bo_create create = { .size = size, .region = region_at(fd, region) };

	assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_CREATE, &create));
	return create.handle;
}

void raw_close(int fd, uint32_t handle)
{
	struct drm_gem_close close = { .handle = handle };

	assert_done(raw_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close));
}

int raw_copy(int fd, uint32_t queue, uint32_t dst, uint32_t src, uint64_t length,
	     uint64_t *seqno)
{
	struct drm_gantry_op op = {
		.opcode = DRM_GANTRY_OP_COPY,
		.dst_handle = dst,
		.src_handle = src,
		.length = length,
	};
	struct drm_gantry_queue_submit submit = {
		.queue = queue,
		.op_count = 1,
		.ops = (uintptr_t)&op,
	};
	int ret = raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit);

	if (!ret)
		*seqno = submit.seqno;
	return ret;
}

int raw_wait(int fd, uint32_t queue, uint64_t seqno)
{
	struct drm_gantry_queue_wait wait = {
		.queue = queue,
		.seqno = seqno,
		.timeout_ns = time_now() + 60 * SECOND,
	};
	int ret = raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &wait);

	return ret ? ret : wait.status;
}
