// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening cards, what they tell, and structures of another age.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mock.h"

static void open_asks_whose_node_it_is(void **state)
{
	struct gantry_device *dev = (void *)1;

	(void)state;
	mock_driver_name("ivpu");
	mock_open("/dev/accel/accel0", 0);
	errno = EDOM;
	assert_int_equal(gantry_device_open("/dev/accel/accel0", &dev), -EOPNOTSUPP);
	assert_ptr_equal(dev, (void *)1);
	mock_driver_name(NULL);
	mock_open("/dev/accel/accel0", 0);
	assert_int_equal(gantry_device_open("/dev/accel/accel0", &dev), -EOPNOTSUPP);
	assert_int_equal(errno, EDOM);
}

static void open_passes_on_why_it_failed(void **state)
{
	struct gantry_device *dev;

	(void)state;
	mock_open("/dev/accel/accel7", EACCES);
	assert_int_equal(gantry_device_open("/dev/accel/accel7", &dev), -EACCES);
	mock_open("/dev/accel/accel0", 0);
	mock_query(DRM_GANTRY_QUERY_DEVICE, 0, NULL, sizeof(struct drm_gantry_device_info),
		   ENODEV);
	assert_int_equal(gantry_device_open("/dev/accel/accel0", &dev), -ENODEV);
	assert_int_equal(gantry_device_open("/dev/accel/accel0", NULL), -EINVAL);
}

static void open_survives_lack_of_memory(void **state)
{
	struct gantry_device *dev;

	(void)state;
	mock_open("/dev/accel/accel0", 0);
	mock_fail_allocation(1);
	assert_int_equal(gantry_device_open("/dev/accel/accel0", &dev), -ENOMEM);
}

static void open_fd_takes_a_duplicate(void **state)
{
	int fd = memfd_create("node", 0);
	struct gantry_device *dev;

	(void)state;
	mock_query(DRM_GANTRY_QUERY_DEVICE, 0, &mock_limits, sizeof(mock_limits), 0);
	assert_int_equal(gantry_device_open_fd(fd, &dev), 0);
	assert_int_not_equal(gantry_device_fd(dev), fd);
	assert_int_equal(fcntl(gantry_device_fd(dev), F_GETFD), FD_CLOEXEC);
	close(fd);
	assert_true(fcntl(gantry_device_fd(dev), F_GETFD) >= 0);
	gantry_device_close(dev);
	assert_int_equal(gantry_device_open_fd(-1, &dev), -EBADF);
	assert_int_equal(gantry_device_open_fd(0, NULL), -EINVAL);
}

static void null_is_refused_or_ignored(void **state)
{
	struct gantry_device_info info = { .size = sizeof(info) };

	(void)state;
	gantry_device_close(NULL);
	gantry_buffer_destroy(NULL);
	gantry_queue_destroy(NULL);
	gantry_fence_destroy(NULL);
	gantry_card_list_destroy(NULL);
	assert_int_equal(gantry_device_fd(NULL), -EINVAL);
	assert_int_equal(gantry_device_get_info(NULL, &info), -EINVAL);
	assert_int_equal(gantry_device_get_region(NULL, 0, NULL), -EINVAL);
}

static void info_is_translated(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_device_info info = { .size = sizeof(info) };

	(void)state;
	assert_int_equal(gantry_device_get_info(dev, &info), 0);
	assert_string_equal(info.pci_address, "0000:81:1d.5");
	assert_string_equal(info.chip, "trainium2");
	assert_int_equal(info.serial, 0x1122334455667788);
	assert_int_equal(info.vendor_id, 0x1d0f);
	assert_int_equal(info.device_id, 0x7364);
	assert_int_equal(info.revision, 255);
	assert_int_equal(info.region_count, 4);
	assert_int_equal(info.sensor_count, 2);
	assert_int_equal(info.neighbor_count, 1);
	assert_int_equal(info.ring_count, 32);
	assert_int_equal(info.max_queues, 16);
	assert_int_equal(info.max_ops, 1024);
	assert_int_equal(info.max_syncs, 64);
	assert_int_equal(info.max_jobs, 256);
	assert_int_equal(info.page_size, 4096);
	assert_int_equal(info.job_timeout_ms, 5000);
	gantry_device_close(dev);
}

static void name_without_end_is_cut(void **state)
{
	struct gantry_device_info info = { .size = sizeof(info) };
	struct gantry_device *dev;

	(void)state;
	memset(mock_limits.name, 'x', sizeof(mock_limits.name));
	dev = mock_device();
	assert_int_equal(gantry_device_get_info(dev, &info), 0);
	assert_int_equal(strlen(info.chip), sizeof(info.chip) - 1);
	gantry_device_close(dev);
}

static void region_is_translated(void **state)
{
	struct drm_gantry_region_info kernel = {
		.size = 1 << 30,
		.free = 1 << 29,
		.scrubbing = 4096,
		.dirty = 8192,
		.name = "hbm2",
	};
	struct gantry_region_info info = { .size = sizeof(info) };
	struct gantry_device *dev = mock_device();

	(void)state;
	mock_query(DRM_GANTRY_QUERY_REGION, 2, &kernel, sizeof(kernel), 0);
	assert_int_equal(gantry_device_get_region(dev, 2, &info), 0);
	assert_int_equal(info.total, 1 << 30);
	assert_int_equal(info.free, 1 << 29);
	assert_int_equal(info.scrubbing, 4096);
	assert_int_equal(info.dirty, 8192);
	assert_string_equal(info.name, "hbm2");
	mock_query(DRM_GANTRY_QUERY_REGION, 4, NULL, sizeof(kernel), ENOENT);
	assert_int_equal(gantry_device_get_region(dev, 4, &info), -ENOENT);
	gantry_device_close(dev);
}

static void sensor_is_translated(void **state)
{
	struct drm_gantry_sensor_info kernel = {
		.kind = DRM_GANTRY_SENSOR_TEMPERATURE,
		.value = -40500,
		.name = "hbm0",
	};
	struct gantry_sensor_info info = { .size = sizeof(info) };
	struct gantry_device *dev = mock_device();

	(void)state;
	mock_query(DRM_GANTRY_QUERY_SENSOR, 1, &kernel, sizeof(kernel), 0);
	assert_int_equal(gantry_device_get_sensor(dev, 1, &info), 0);
	assert_int_equal(info.kind, GANTRY_SENSOR_TEMPERATURE);
	assert_true(info.value == -40500);
	assert_string_equal(info.name, "hbm0");
	mock_query(DRM_GANTRY_QUERY_SENSOR, 0, NULL, sizeof(kernel), EIO);
	assert_int_equal(gantry_device_get_sensor(dev, 0, &info), -EIO);
	gantry_device_close(dev);
}

static void neighbor_is_translated(void **state)
{
	struct drm_gantry_neighbor_info kernel = { .port = 3, .serial = 99 };
	struct gantry_neighbor_info info = { .size = sizeof(info) };
	struct gantry_device *dev = mock_device();

	(void)state;
	mock_query(DRM_GANTRY_QUERY_NEIGHBOR, 0, &kernel, sizeof(kernel), 0);
	assert_int_equal(gantry_device_get_neighbor(dev, 0, &info), 0);
	assert_int_equal(info.port, 3);
	assert_int_equal(info.serial, 99);
	mock_query(DRM_GANTRY_QUERY_NEIGHBOR, 0, NULL, sizeof(kernel), EOPNOTSUPP);
	assert_int_equal(gantry_device_get_neighbor(dev, 0, &info), -EOPNOTSUPP);
	gantry_device_close(dev);
}

static void counters_are_translated(void **state)
{
	struct drm_gantry_counters_info kernel = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
	struct gantry_counters_info info = { .size = sizeof(info) };
	struct gantry_device *dev = mock_device();

	(void)state;
	mock_query(DRM_GANTRY_QUERY_COUNTERS, 0, &kernel, sizeof(kernel), 0);
	assert_int_equal(gantry_device_get_counters(dev, &info), 0);
	assert_int_equal(info.jobs_completed, 1);
	assert_int_equal(info.jobs_failed, 2);
	assert_int_equal(info.jobs_timed_out, 3);
	assert_int_equal(info.late_completions, 4);
	assert_int_equal(info.ring_resets, 5);
	assert_int_equal(info.device_resets, 6);
	assert_int_equal(info.bytes_copied, 7);
	assert_int_equal(info.bytes_filled, 8);
	assert_int_equal(info.bytes_scrubbed, 9);
	assert_int_equal(info.bytes_scrub_failed, 10);
	assert_int_equal(info.device_resets_failed, 11);
	gantry_device_close(dev);
}

static void a_fault_is_translated(void **state)
{
	struct drm_gantry_fault_info kernel = {
		.kind = DRM_GANTRY_FAULT_PAGE,
		.access = DRM_GANTRY_ACCESS_WRITE,
		.address = 0x12000000000,
		.seqno = 7,
		.queue = 3,
		.engine = 5,
	};
	struct gantry_fault_info info = { .size = sizeof(info) };
	struct gantry_device *dev = mock_device();

	(void)state;
	mock_query(DRM_GANTRY_QUERY_FAULT, 0, &kernel, sizeof(kernel), 0);
	assert_int_equal(gantry_device_get_fault(dev, &info), 0);
	assert_int_equal(info.kind, GANTRY_FAULT_PAGE);
	assert_int_equal(info.access, GANTRY_ACCESS_WRITE);
	assert_int_equal(info.address, 0x12000000000);
	assert_int_equal(info.seqno, 7);
	assert_int_equal(info.queue, 3);
	assert_int_equal(info.engine, 5);
	mock_query(DRM_GANTRY_QUERY_FAULT, 0, NULL, sizeof(kernel), ENODEV);
	assert_int_equal(gantry_device_get_fault(dev, &info), -ENODEV);
	gantry_device_close(dev);
}

static void structure_of_a_newer_program_is_zero_filled(void **state)
{
	struct {
		struct gantry_device_info info;
		uint64_t later[2];
	} bigger = { .info.size = sizeof(bigger), .later = { ~0ULL, ~0ULL } };
	struct gantry_device *dev = mock_device();

	(void)state;
	assert_int_equal(gantry_device_get_info(dev, &bigger.info), 0);
	assert_int_equal(bigger.info.size, sizeof(bigger));
	assert_int_equal(bigger.info.max_ops, 1024);
	assert_int_equal(bigger.later[0], 0);
	assert_int_equal(bigger.later[1], 0);
	gantry_device_close(dev);
}

static void structure_without_size_is_refused(void **state)
{
	struct gantry_device_info info = { 0 }, before = info;
	struct gantry_device *dev = mock_device();

	(void)state;
	assert_int_equal(gantry_device_get_info(dev, &info), -EINVAL);
	info.size = before.size = sizeof(info) - 1;
	assert_int_equal(gantry_device_get_info(dev, &info), -EINVAL);
	assert_memory_equal(&info, &before, sizeof(info));
	assert_int_equal(gantry_device_get_info(dev, NULL), -EINVAL);
	gantry_device_close(dev);
}

static void objects_outlive_the_device(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_buffer *buf = mock_buffer(dev, 5, 4096, 0);

	(void)state;
	gantry_device_close(dev);
	mock_buffer_destroy(buf, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kernel_test(open_asks_whose_node_it_is),
		kernel_test(open_passes_on_why_it_failed),
		kernel_test(open_survives_lack_of_memory),
		kernel_test(open_fd_takes_a_duplicate),
		kernel_test(null_is_refused_or_ignored),
		kernel_test(info_is_translated),
		kernel_test(name_without_end_is_cut),
		kernel_test(region_is_translated),
		kernel_test(sensor_is_translated),
		kernel_test(neighbor_is_translated),
		kernel_test(counters_are_translated),
		kernel_test(a_fault_is_translated),
		kernel_test(structure_of_a_newer_program_is_zero_filled),
		kernel_test(structure_without_size_is_refused),
		kernel_test(objects_outlive_the_device),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
