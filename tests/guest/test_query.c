// SPDX-License-Identifier: GPL-2.0-only
/* What the card tells about itself, and that both sides of a query may grow. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

static int query(int fd, uint32_t type, uint32_t index, void *to, uint32_t size)
{
	struct drm_gantry_dev_query args = {
		.type = type,
		.index = index,
		.size = size,
		.pointer = (uintptr_t)to,
	};

	return raw_ioctl(fd, DRM_IOCTL_GANTRY_DEV_QUERY, &args);
}

static unsigned long sysfs_number(const char *attribute)
{
	char path[128], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", card_address(0), attribute);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	return strtoul(text, NULL, 0);
}

static void the_device_is_the_one_that_pci_knows(void **state)
{
	struct bench *b = *state;
	struct drm_gantry_device_info info;
	char address[32];

	assert_done(query(b->fd, DRM_GANTRY_QUERY_DEVICE, 0, &info, sizeof(info)));
	assert_int_equal(info.vendor_id, sysfs_number("vendor"));
	assert_int_equal(info.device_id, sysfs_number("device"));
	assert_int_equal(info.revision, sysfs_number("revision"));
	snprintf(address, sizeof(address), "%04x:%02x:%02x.%x", info.pci_domain, info.pci_bus,
		 info.pci_devfn >> 3, info.pci_devfn & 7);
	assert_string_equal(address, card_address(0));
	assert_string_equal((char *)info.name, card_now(0).chip);
	assert_int_not_equal(info.serial, 0);
	assert_int_not_equal(info.region_count, 0);
	assert_int_equal(info.page_size, 4096);
	assert_true(info.ring_count && info.max_queues && info.max_ops && info.max_syncs &&
		    info.max_jobs && info.job_timeout_ms);
}

static void regions_have_names_and_sizes(void **state)
{
	struct bench *b = *state;
	uint32_t i, count = region_count(b->fd);
	struct drm_gantry_region_info info;
	char name[16];

	for (i = 0; i < count; i++) {
		assert_done(query(b->fd, DRM_GANTRY_QUERY_REGION, i, &info, sizeof(info)));
		snprintf(name, sizeof(name), "hbm%u", i);
		assert_string_equal((char *)info.name, name);
		assert_true(info.size >= 16 * MIB);
		assert_int_equal(info.free + info.scrubbing, info.size);
		assert_true(info.dirty <= info.free);
	}
	assert_refused(query(b->fd, DRM_GANTRY_QUERY_REGION, count, &info, sizeof(info)), ENOENT);
	assert_refused(query(b->fd, DRM_GANTRY_QUERY_REGION, UINT32_MAX, &info, sizeof(info)),
		       ENOENT);
}

static void sensors_have_names_and_plausible_values(void **state)
{
	struct bench *b = *state;
	struct drm_gantry_device_info device;
	struct drm_gantry_sensor_info info;
	uint32_t i;

	assert_done(query(b->fd, DRM_GANTRY_QUERY_DEVICE, 0, &device, sizeof(device)));
	for (i = 0; i < device.sensor_count; i++) {
		memset(&info, 0xff, sizeof(info));
		assert_done(query(b->fd, DRM_GANTRY_QUERY_SENSOR, i, &info, sizeof(info)));
		assert_in_range(info.kind, DRM_GANTRY_SENSOR_TEMPERATURE,
				DRM_GANTRY_SENSOR_UTILIZATION);
		assert_int_equal(info.pad, 0);
		assert_int_not_equal(info.name[0], 0);
		assert_non_null(memchr(info.name, 0, sizeof(info.name)));
		assert_true(info.value >= 0);
		if (info.kind == DRM_GANTRY_SENSOR_ERRORS)
			assert_int_equal(info.value, 0);
		if (info.kind == DRM_GANTRY_SENSOR_UTILIZATION)
			assert_true(info.value <= 1000);
	}
	assert_refused(query(b->fd, DRM_GANTRY_QUERY_SENSOR, i, &info, sizeof(info)), ENOENT);
}

static void neighbors_can_be_asked(void **state)
{
	struct bench *b = *state;
	struct drm_gantry_device_info device;
	struct drm_gantry_neighbor_info info;
	uint32_t i;

	assert_done(query(b->fd, DRM_GANTRY_QUERY_DEVICE, 0, &device, sizeof(device)));
	for (i = 0; i < device.neighbor_count; i++) {
		memset(&info, 0xff, sizeof(info));
		assert_done(query(b->fd, DRM_GANTRY_QUERY_NEIGHBOR, i, &info, sizeof(info)));
		assert_int_equal(info.port, i);
		assert_int_equal(info.pad, 0);
	}
	assert_refused(query(b->fd, DRM_GANTRY_QUERY_NEIGHBOR, i, &info, sizeof(info)), ENOENT);
}

static void counters_count_each_job_and_each_byte(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *src = buffer_make(b->dev, 128 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(b->dev, 128 * KIB, 0);
	struct drm_gantry_counters_info before = counters_now(b->fd), after;

	copy_now(b->queue, dst, 1, src, 2, 70001);
	assert_done(gantry_queue_prep_fill(b->queue, dst, 0, 4096, 9, 0));
	assert_done(gantry_queue_prep_copy(b->queue, dst, 8192, src, 0, 10, 0));
	queue_run(b->queue);
	after = counters_now(b->fd);
	assert_int_equal(after.jobs_completed - before.jobs_completed, 2);
	assert_int_equal(after.bytes_copied - before.bytes_copied, 70011);
	assert_int_equal(after.bytes_filled - before.bytes_filled, 4096);
	assert_int_equal(after.bytes_scrubbed, before.bytes_scrubbed);
	assert_int_equal(after.jobs_failed, before.jobs_failed);
	assert_int_equal(after.jobs_timed_out, before.jobs_timed_out);
	assert_int_equal(after.ring_resets, before.ring_resets);
	assert_int_equal(after.device_resets, before.device_resets);
	assert_int_equal(after.bytes_scrub_failed, before.bytes_scrub_failed);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

static void a_shorter_structure_gets_the_part_it_knows(void **state)
{
	struct bench *b = *state;
	struct drm_gantry_device_info whole;
	uint8_t part[sizeof(whole)];

	assert_done(query(b->fd, DRM_GANTRY_QUERY_DEVICE, 0, &whole, sizeof(whole)));
	memset(part, 0xee, sizeof(part));
	assert_done(query(b->fd, DRM_GANTRY_QUERY_DEVICE, 0, part, 10));
	assert_memory_equal(part, &whole, 10);
	bytes_expect(part + 10, sizeof(part) - 10, 0xee);
}

static void a_longer_structure_is_zero_at_its_end(void **state)
{
	struct bench *b = *state;
	struct drm_gantry_device_info whole;
	uint8_t more[sizeof(whole) + 64];

	assert_done(query(b->fd, DRM_GANTRY_QUERY_DEVICE, 0, &whole, sizeof(whole)));
	memset(more, 0xee, sizeof(more));
	assert_done(query(b->fd, DRM_GANTRY_QUERY_DEVICE, 0, more, sizeof(whole) + 32));
	assert_memory_equal(more, &whole, sizeof(whole));
	bytes_expect(more + sizeof(whole), 32, 0);
	bytes_expect(more + sizeof(whole) + 32, 32, 0xee);
}

static void no_pointer_asks_for_the_size(void **state)
{
	static const struct { uint32_t type, size; } sizes[] = {
		{ DRM_GANTRY_QUERY_DEVICE, sizeof(struct drm_gantry_device_info) },
		{ DRM_GANTRY_QUERY_REGION, sizeof(struct drm_gantry_region_info) },
		{ DRM_GANTRY_QUERY_SENSOR, sizeof(struct drm_gantry_sensor_info) },
		{ DRM_GANTRY_QUERY_NEIGHBOR, sizeof(struct drm_gantry_neighbor_info) },
		{ DRM_GANTRY_QUERY_COUNTERS, sizeof(struct drm_gantry_counters_info) },
		{ DRM_GANTRY_QUERY_FAULT, sizeof(struct drm_gantry_fault_info) },
	};
	struct bench *b = *state;
	unsigned int i;

	/* Also where the card has none of the kind. */
	for (i = 0; i < ARRAY_LENGTH(sizes); i++) {
		struct drm_gantry_dev_query args = { .type = sizes[i].type };

		assert_done(raw_ioctl(b->fd, DRM_IOCTL_GANTRY_DEV_QUERY, &args));
		assert_int_equal(args.size, sizes[i].size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(the_device_is_the_one_that_pci_knows),
		bench_test(regions_have_names_and_sizes),
		bench_test(sensors_have_names_and_plausible_values),
		bench_test(neighbors_can_be_asked),
		bench_test(counters_count_each_job_and_each_byte),
		bench_test(a_shorter_structure_gets_the_part_it_knows),
		bench_test(a_longer_structure_is_zero_at_its_end),
		bench_test(no_pointer_asks_for_the_size),
	};

	return cmocka_run_group_tests_name("query", tests, cards_setup, cards_teardown);
}
