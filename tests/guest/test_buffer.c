// SPDX-License-Identifier: GPL-2.0-only
/* Buffers: where they are, that they are zero, how they are mapped, when there is no room. */
#include "fixture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static const uint32_t regions[] = { 0, 1, 2, 3, GANTRY_REGION_HOST };

static struct gantry_buffer_info info_of(const struct gantry_buffer *buf)
{
	struct gantry_buffer_info info = { .size = sizeof(info) };

	assert_done(gantry_buffer_get_info(buf, &info));
	return info;
}

static struct drm_gantry_bo_info kernel_info(int fd, uint32_t handle)
{
	struct drm_gantry_bo_info info = { .handle = handle };

	assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
	return info;
}

static struct gantry_region_info region_of(struct gantry_device *dev, uint32_t index)
{
	struct gantry_region_info info = { .size = sizeof(info) };

	assert_done(gantry_device_get_region(dev, region_at(gantry_device_fd(dev), index),
					     &info));
	return info;
}

static void a_buffer_is_where_it_was_asked_for(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(regions); i++) {
		struct gantry_buffer *buf = buffer_make(b->dev, 100 * KIB, regions[i]);
		struct drm_gantry_bo_info info = kernel_info(b->fd, buffer_handle(buf));

		assert_int_equal(info.region, region_at(b->fd, regions[i]));
		assert_int_equal(info.flags, 0);
		assert_int_equal(info.size, 100 * KIB);
		assert_int_not_equal(info.mmap_offset, 0);
		if (regions[i] != GANTRY_REGION_HOST) {
			struct gantry_region_info region = region_of(b->dev, regions[i]);

			assert_int_equal(region.total - region.free, 100 * KIB);
		}
		gantry_buffer_destroy(buf);
		/* The next may be for the same region. */
		cards_expect_all_free();
	}
}

static void any_region_is_the_one_with_most_room(void **state)
{
	struct bench *b = *state;
	uint32_t count = region_count(b->fd);
	struct gantry_buffer *bufs[16];
	unsigned int i, j;

	assert_in_range(count, 1, ARRAY_LENGTH(bufs));
	for (i = 0; i < count; i++) {
		bufs[i] = buffer_make(b->dev, 1 * MIB, GANTRY_REGION_ANY);
		for (j = 0; j < i; j++)
			assert_int_not_equal(info_of(bufs[i]).region, info_of(bufs[j]).region);
	}
	for (i = 0; i < count; i++)
		gantry_buffer_destroy(bufs[i]);
}

static void sizes_are_rounded_up_to_pages(void **state)
{
	static const struct { uint64_t asked, got; } sizes[] = {
		{ 1, 4096 }, { 4095, 4096 }, { 4096, 4096 }, { 4097, 8192 },
		{ MIB - 1, MIB }, { 3 * MIB + 5, 3 * MIB + 4096 },
	};
	struct bench *b = *state;
	unsigned int i, r;

	for (r = 0; r < ARRAY_LENGTH(regions); r++) {
		for (i = 0; i < ARRAY_LENGTH(sizes); i++) {
			struct gantry_buffer *buf = buffer_make(b->dev, sizes[i].asked, regions[r]);

			assert_int_equal(info_of(buf).length, sizes[i].got);
			gantry_buffer_destroy(buf);
		}
	}
}

static void a_mapping_holds_what_was_written(void **state)
{
	struct bench *b = *state;
	unsigned int r;

	for (r = 0; r < ARRAY_LENGTH(regions); r++) {
		struct gantry_buffer *buf = buffer_make(b->dev, 2 * MIB, regions[r]);
		uint8_t *map = buffer_map(buf);

		data_write(map, 300 * KIB, r);
		data_write(map + 2 * MIB - 5000, 5000, r + 10);
		/* A second mapping shows that the memory has it, not the first one's pages. */
		assert_done(gantry_buffer_unmap(buf));
		map = buffer_map(buf);
		data_expect(map, 300 * KIB, r);
		data_expect(map + 2 * MIB - 5000, 5000, r + 10);
		gantry_buffer_destroy(buf);
	}
}

static void two_buffers_share_no_byte(void **state)
{
	struct bench *b = *state;
	unsigned int r;

	for (r = 0; r < ARRAY_LENGTH(regions); r++) {
		struct gantry_buffer *first = buffer_make(b->dev, 128 * KIB, regions[r]);
		struct gantry_buffer *second = buffer_make(b->dev, 128 * KIB, regions[r]);

		data_write(buffer_map(first), 128 * KIB, 1);
		bytes_expect(buffer_map(second), 128 * KIB, 0);
		data_write(buffer_map(second), 128 * KIB, 2);
		data_expect(buffer_map(first), 128 * KIB, 1);
		gantry_buffer_destroy(second);
		gantry_buffer_destroy(first);
	}
}

#define DIRTY_SIZE	(2 * MIB)
#define DIRTY_COUNT	4

static void dirty_and_free(struct gantry_device *dev, uint32_t region)
{
	struct gantry_buffer *bufs[DIRTY_COUNT];
	unsigned int i;

	for (i = 0; i < DIRTY_COUNT; i++) {
		bufs[i] = buffer_make(dev, DIRTY_SIZE, region);
		memset(buffer_map(bufs[i]), 0xa5, DIRTY_SIZE);
	}
	for (i = 0; i < DIRTY_COUNT; i++)
		gantry_buffer_destroy(bufs[i]);
}

/* Larger than what was dirtied, and at once, so that it is the same memory. */
static void expect_clean(struct gantry_device *dev, uint32_t region)
{
	struct gantry_buffer *bufs[DIRTY_COUNT + 2];
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(bufs); i++) {
		bufs[i] = buffer_make(dev, DIRTY_SIZE, region);
		bytes_expect(buffer_map(bufs[i]), DIRTY_SIZE, 0);
	}
	for (i = 0; i < ARRAY_LENGTH(bufs); i++)
		gantry_buffer_destroy(bufs[i]);
}

static void freed_memory_comes_back_as_zeros(void **state)
{
	struct bench *b = *state;
	unsigned int r;

	for (r = 0; r < ARRAY_LENGTH(regions); r++) {
		dirty_and_free(b->dev, regions[r]);
		expect_clean(b->dev, regions[r]);
	}
}

static void another_context_gets_zeros_too(void **state)
{
	struct gantry_device *other = card_open(0);
	struct bench *b = *state;

	dirty_and_free(b->dev, 1);
	expect_clean(other, 1);
	gantry_device_close(other);
}

static void memory_of_a_context_that_ended_comes_back_as_zeros(void **state)
{
	struct gantry_card card = card_now(0);
	struct bench *b = *state;
	int fd = open(card.node, O_RDWR | O_CLOEXEC);
	uint8_t *map;

	assert_true(fd >= 0);
	map = mmap(NULL, DIRTY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   kernel_info(fd, raw_buffer(fd, DIRTY_SIZE, 1)).mmap_offset);
	assert_ptr_not_equal(map, MAP_FAILED);
	memset(map, 0xa5, DIRTY_SIZE);
	munmap(map, DIRTY_SIZE);
	close(fd);
	expect_clean(b->dev, 1);
}

static void freed_memory_is_scrubbed_and_counted(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 4 * MIB, 2);
	uint64_t before = counters_now(b->fd).bytes_scrubbed;
	uint64_t dirty = region_of(b->dev, 2).dirty;

	gantry_buffer_destroy(buf);
	cards_expect_all_free();
	assert_int_equal(counters_now(b->fd).bytes_scrubbed - before, 4 * MIB);
	assert_int_equal(counters_now(b->fd).bytes_scrub_failed, 0);
	/* It came back clean. */
	assert_int_equal(region_of(b->dev, 2).dirty, dirty);
}

static void a_buffer_lives_as_long_as_its_mapping(void **state)
{
	struct bench *b = *state;
	unsigned int r;

	for (r = 0; r < ARRAY_LENGTH(regions); r++) {
		uint32_t handle = raw_buffer(b->fd, 64 * KIB, regions[r]);
		uint8_t *map = mmap(NULL, 64 * KIB, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd,
				    kernel_info(b->fd, handle).mmap_offset);

		assert_ptr_not_equal(map, MAP_FAILED);
		raw_close(b->fd, handle);
		data_write(map, 64 * KIB, r);
		data_expect(map, 64 * KIB, r);
		munmap(map, 64 * KIB);
	}
}

static int try_map(int fd, uint64_t length, int protection, int flags, uint64_t offset)
{
	void *map = mmap(NULL, length, protection, flags, fd, offset);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, length);
	return 0;
}

static void a_mapping_cannot_leave_its_buffer(void **state)
{
	struct bench *b = *state;
	unsigned int r;

	for (r = 0; r < ARRAY_LENGTH(regions); r++) {
		uint32_t handle = raw_buffer(b->fd, 64 * KIB, regions[r]);
		uint64_t offset = kernel_info(b->fd, handle).mmap_offset;

		assert_done(try_map(b->fd, 64 * KIB, PROT_READ, MAP_SHARED, offset));
		assert_refused(try_map(b->fd, 68 * KIB, PROT_READ, MAP_SHARED, offset), EINVAL);
		assert_refused(try_map(b->fd, 4 * KIB, PROT_READ, MAP_SHARED, offset + 64 * KIB),
			       EINVAL);
		raw_close(b->fd, handle);
		assert_refused(try_map(b->fd, 64 * KIB, PROT_READ, MAP_SHARED, offset), EINVAL);
	}
	assert_refused(try_map(b->fd, 4 * KIB, PROT_READ, MAP_SHARED, 0), EINVAL);
}

static void a_private_mapping_is_refused(void **state)
{
	struct bench *b = *state;
	unsigned int r;

	for (r = 0; r < ARRAY_LENGTH(regions); r++) {
		uint32_t handle = raw_buffer(b->fd, 4 * KIB, regions[r]);
		uint64_t offset = kernel_info(b->fd, handle).mmap_offset;

		assert_refused(try_map(b->fd, 4 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE, offset),
			       EINVAL);
		raw_close(b->fd, handle);
	}
}

static void the_front_of_a_buffer_can_be_mapped_alone(void **state)
{
	struct bench *b = *state;
	unsigned int r;

	for (r = 0; r < ARRAY_LENGTH(regions); r++) {
		struct gantry_buffer *buf = buffer_make(b->dev, 1 * MIB, regions[r]);
		uint64_t offset = kernel_info(b->fd, buffer_handle(buf)).mmap_offset;
		uint8_t *part = mmap(NULL, 8 * KIB, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd,
				     offset);
		uint8_t *whole = buffer_map(buf);

		assert_ptr_not_equal(part, MAP_FAILED);
		data_write(part, 8 * KIB, r);
		data_expect(whole, 8 * KIB, r);
		bytes_expect(whole + 8 * KIB, 1 * MIB - 8 * KIB, 0);
		munmap(part, 8 * KIB);
		/* DRM finds a buffer by its first page only. */
		assert_refused(try_map(b->fd, 4 * KIB, PROT_READ, MAP_SHARED, offset + 4 * KIB),
			       EINVAL);
		gantry_buffer_destroy(buf);
	}
}

static void a_wish_larger_than_the_region_is_refused(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf;
	struct gantry_region_info before = region_of(b->dev, 0), after;

	assert_refused(gantry_buffer_create(b->dev, before.total + 1, 0, &buf), ENOSPC);
	assert_refused(gantry_buffer_create(b->dev, 1ULL << 50, 0, &buf), ENOSPC);
	assert_refused(gantry_buffer_create(b->dev, 1ULL << 50, GANTRY_REGION_ANY, &buf), ENOSPC);
	assert_refused(gantry_buffer_create(b->dev, 1ULL << 50, GANTRY_REGION_HOST, &buf), ENOMEM);
	assert_refused(gantry_buffer_create(b->dev, UINT64_MAX, 0, &buf), EINVAL);
	assert_refused(gantry_buffer_create(b->dev, UINT64_MAX, GANTRY_REGION_HOST, &buf), EINVAL);
	after = region_of(b->dev, 0);
	assert_int_equal(after.free, before.free);
	assert_int_equal(after.dirty, before.dirty);
}

/* Takes a whole stack, so it is for cards whose stacks are small. */
static void a_full_region_says_so_and_works_on(void **state)
{
	struct bench *b = *state;
	struct gantry_region_info region = region_of(b->dev, 3);
	uint64_t chunk = region.total / 8 & ~(4 * KIB - 1);
	struct gantry_buffer *bufs[16], *more;
	unsigned int i, count = 0;
	int ret;

	if (region.total > 1024 * MIB)
		skip();
	while (!(ret = gantry_buffer_create(b->dev, chunk, region_at(b->fd, 3), &bufs[count])))
		assert_true(++count < ARRAY_LENGTH(bufs));
	assert_int_equal(ret, -ENOSPC);
	assert_int_equal(count, 8);

	/* Room that is being zeroed is worth waiting for. */
	memset(buffer_map(bufs[0]), 0x5a, DIRTY_SIZE);
	memset(buffer_map(bufs[0]) + chunk - DIRTY_SIZE, 0x5a, DIRTY_SIZE);
	gantry_buffer_destroy(bufs[0]);
	more = buffer_make(b->dev, chunk, 3);
	bytes_expect(buffer_map(more), DIRTY_SIZE, 0);
	bytes_expect(buffer_map(more) + chunk - DIRTY_SIZE, DIRTY_SIZE, 0);
	gantry_buffer_destroy(more);
	for (i = 1; i < count; i++)
		gantry_buffer_destroy(bufs[i]);
}

static void many_small_buffers_come_and_go(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *bufs[256];
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(bufs); i++)
		bufs[i] = buffer_make(b->dev, 4 * KIB * (1 + i % 5), regions[i % 5]);
	for (i = 0; i < ARRAY_LENGTH(bufs); i += 2)
		gantry_buffer_destroy(bufs[i]);
	for (i = 0; i < ARRAY_LENGTH(bufs); i += 2)
		bufs[i] = buffer_make(b->dev, 12 * KIB, GANTRY_REGION_ANY);
	for (i = 0; i < ARRAY_LENGTH(bufs); i++)
		gantry_buffer_destroy(bufs[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(a_buffer_is_where_it_was_asked_for),
		bench_test(any_region_is_the_one_with_most_room),
		bench_test(sizes_are_rounded_up_to_pages),
		bench_test(a_mapping_holds_what_was_written),
		bench_test(two_buffers_share_no_byte),
		bench_test(freed_memory_comes_back_as_zeros),
		bench_test(another_context_gets_zeros_too),
		bench_test(memory_of_a_context_that_ended_comes_back_as_zeros),
		bench_test(freed_memory_is_scrubbed_and_counted),
		bench_test(a_buffer_lives_as_long_as_its_mapping),
		bench_test(a_mapping_cannot_leave_its_buffer),
		bench_test(a_private_mapping_is_refused),
		bench_test(the_front_of_a_buffer_can_be_mapped_alone),
		bench_test(a_wish_larger_than_the_region_is_refused),
		bench_test(a_full_region_says_so_and_works_on),
		bench_test(many_small_buffers_come_and_go),
	};

	return cmocka_run_group_tests_name("buffer", tests, cards_setup, cards_teardown);
}
