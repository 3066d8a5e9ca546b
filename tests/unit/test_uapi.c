// SPDX-License-Identifier: GPL-2.0-only
/*
 * The layout of the uAPI, spelled out: a field that moves, or padding that the
 * compiler put in, does not compile here. The same numbers hold for 32 bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gantry_accel.h"

#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)
#define AT(type, field, at) _Static_assert(offsetof(struct type, field) == (at), #type "." #field)
/* A field begins where the one before it ends: nothing implicit between. */
#define FOLLOWS(type, field, before) \
	_Static_assert(offsetof(struct type, field) == offsetof(struct type, before) + \
		       sizeof(((struct type *)0)->before), #type "." #field " after " #before)
#define ENDS(type, field) \
	_Static_assert(offsetof(struct type, field) + sizeof(((struct type *)0)->field) == \
		       sizeof(struct type), #type " ends with " #field)
#define REQUEST(name, number) \
	_Static_assert(_IOC_NR(DRM_IOCTL_GANTRY_##name) == DRM_COMMAND_BASE + (number), #name)

SIZE(drm_gantry_dev_query, 24);
AT(drm_gantry_dev_query, type, 0);
AT(drm_gantry_dev_query, index, 4);
AT(drm_gantry_dev_query, size, 8);
AT(drm_gantry_dev_query, pad, 12);
AT(drm_gantry_dev_query, pointer, 16);

SIZE(drm_gantry_device_info, 96);
AT(drm_gantry_device_info, vendor_id, 0);
AT(drm_gantry_device_info, device_id, 2);
AT(drm_gantry_device_info, revision, 4);
AT(drm_gantry_device_info, pad, 6);
AT(drm_gantry_device_info, pci_domain, 8);
AT(drm_gantry_device_info, pci_bus, 12);
AT(drm_gantry_device_info, pci_devfn, 14);
AT(drm_gantry_device_info, name, 16);
AT(drm_gantry_device_info, serial, 48);
AT(drm_gantry_device_info, region_count, 56);
FOLLOWS(drm_gantry_device_info, sensor_count, region_count);
FOLLOWS(drm_gantry_device_info, neighbor_count, sensor_count);
FOLLOWS(drm_gantry_device_info, ring_count, neighbor_count);
FOLLOWS(drm_gantry_device_info, max_queues, ring_count);
FOLLOWS(drm_gantry_device_info, max_ops, max_queues);
FOLLOWS(drm_gantry_device_info, max_syncs, max_ops);
FOLLOWS(drm_gantry_device_info, max_jobs, max_syncs);
FOLLOWS(drm_gantry_device_info, page_size, max_jobs);
FOLLOWS(drm_gantry_device_info, job_timeout_ms, page_size);
ENDS(drm_gantry_device_info, job_timeout_ms);

SIZE(drm_gantry_region_info, 48);
AT(drm_gantry_region_info, size, 0);
AT(drm_gantry_region_info, free, 8);
AT(drm_gantry_region_info, scrubbing, 16);
AT(drm_gantry_region_info, dirty, 24);
AT(drm_gantry_region_info, name, 32);
ENDS(drm_gantry_region_info, name);

SIZE(drm_gantry_sensor_info, 48);
AT(drm_gantry_sensor_info, kind, 0);
AT(drm_gantry_sensor_info, pad, 4);
AT(drm_gantry_sensor_info, value, 8);
AT(drm_gantry_sensor_info, name, 16);
ENDS(drm_gantry_sensor_info, name);

SIZE(drm_gantry_neighbor_info, 16);
AT(drm_gantry_neighbor_info, port, 0);
AT(drm_gantry_neighbor_info, pad, 4);
AT(drm_gantry_neighbor_info, serial, 8);

SIZE(drm_gantry_counters_info, 88);
AT(drm_gantry_counters_info, jobs_completed, 0);
FOLLOWS(drm_gantry_counters_info, jobs_failed, jobs_completed);
FOLLOWS(drm_gantry_counters_info, jobs_timed_out, jobs_failed);
FOLLOWS(drm_gantry_counters_info, late_completions, jobs_timed_out);
FOLLOWS(drm_gantry_counters_info, ring_resets, late_completions);
FOLLOWS(drm_gantry_counters_info, device_resets, ring_resets);
FOLLOWS(drm_gantry_counters_info, bytes_copied, device_resets);
FOLLOWS(drm_gantry_counters_info, bytes_filled, bytes_copied);
FOLLOWS(drm_gantry_counters_info, bytes_scrubbed, bytes_filled);
FOLLOWS(drm_gantry_counters_info, bytes_scrub_failed, bytes_scrubbed);
FOLLOWS(drm_gantry_counters_info, device_resets_failed, bytes_scrub_failed);

SIZE(drm_gantry_fault_info, 32);
AT(drm_gantry_fault_info, kind, 0);
AT(drm_gantry_fault_info, access, 4);
AT(drm_gantry_fault_info, address, 8);
AT(drm_gantry_fault_info, seqno, 16);
AT(drm_gantry_fault_info, queue, 24);
AT(drm_gantry_fault_info, engine, 28);

SIZE(drm_gantry_bo_create, 32);
AT(drm_gantry_bo_create, size, 0);
AT(drm_gantry_bo_create, region, 8);
AT(drm_gantry_bo_create, flags, 12);
AT(drm_gantry_bo_create, handle, 16);
AT(drm_gantry_bo_create, pad, 20);
AT(drm_gantry_bo_create, mmap_offset, 24);

SIZE(drm_gantry_bo_info, 32);
AT(drm_gantry_bo_info, handle, 0);
AT(drm_gantry_bo_info, region, 4);
AT(drm_gantry_bo_info, flags, 8);
AT(drm_gantry_bo_info, pad, 12);
AT(drm_gantry_bo_info, size, 16);
AT(drm_gantry_bo_info, mmap_offset, 24);

SIZE(drm_gantry_queue_status, 24);
AT(drm_gantry_queue_status, completed, 0);
AT(drm_gantry_queue_status, error_seqno, 8);
AT(drm_gantry_queue_status, error, 16);
AT(drm_gantry_queue_status, pad, 20);

SIZE(drm_gantry_queue_create, 24);
AT(drm_gantry_queue_create, flags, 0);
AT(drm_gantry_queue_create, priority, 4);
AT(drm_gantry_queue_create, queue, 8);
AT(drm_gantry_queue_create, status_handle, 12);
AT(drm_gantry_queue_create, status_mmap_offset, 16);

SIZE(drm_gantry_queue_destroy, 8);
AT(drm_gantry_queue_destroy, queue, 0);
AT(drm_gantry_queue_destroy, pad, 4);

SIZE(drm_gantry_op, 40);
AT(drm_gantry_op, opcode, 0);
AT(drm_gantry_op, flags, 2);
AT(drm_gantry_op, pattern, 4);
AT(drm_gantry_op, dst_handle, 8);
AT(drm_gantry_op, src_handle, 12);
AT(drm_gantry_op, dst_offset, 16);
AT(drm_gantry_op, src_offset, 24);
AT(drm_gantry_op, length, 32);

SIZE(drm_gantry_sync, 16);
AT(drm_gantry_sync, handle, 0);
AT(drm_gantry_sync, flags, 4);
AT(drm_gantry_sync, point, 8);

SIZE(drm_gantry_queue_submit, 56);
AT(drm_gantry_queue_submit, queue, 0);
AT(drm_gantry_queue_submit, flags, 4);
AT(drm_gantry_queue_submit, op_count, 8);
AT(drm_gantry_queue_submit, wait_count, 12);
AT(drm_gantry_queue_submit, signal_count, 16);
AT(drm_gantry_queue_submit, pad, 20);
AT(drm_gantry_queue_submit, ops, 24);
AT(drm_gantry_queue_submit, waits, 32);
AT(drm_gantry_queue_submit, signals, 40);
AT(drm_gantry_queue_submit, seqno, 48);

SIZE(drm_gantry_queue_wait, 40);
AT(drm_gantry_queue_wait, queue, 0);
AT(drm_gantry_queue_wait, pad, 4);
AT(drm_gantry_queue_wait, seqno, 8);
AT(drm_gantry_queue_wait, timeout_ns, 16);
AT(drm_gantry_queue_wait, completed, 24);
AT(drm_gantry_queue_wait, status, 32);
AT(drm_gantry_queue_wait, pad2, 36);

REQUEST(DEV_QUERY, 0);
REQUEST(BO_CREATE, 1);
REQUEST(BO_INFO, 2);
REQUEST(QUEUE_CREATE, 3);
REQUEST(QUEUE_DESTROY, 4);
REQUEST(QUEUE_SUBMIT, 5);
REQUEST(QUEUE_WAIT, 6);

/* The whole number of each request, as programs that exist were compiled with. */
static void requests_have_the_numbers_that_programs_were_built_with(void **state)
{
	(void)state;
	assert_int_equal(DRM_IOCTL_GANTRY_DEV_QUERY, 0xc0186440);
	assert_int_equal(DRM_IOCTL_GANTRY_BO_CREATE, 0xc0206441);
	assert_int_equal(DRM_IOCTL_GANTRY_BO_INFO, 0xc0206442);
	assert_int_equal(DRM_IOCTL_GANTRY_QUEUE_CREATE, 0xc0186443);
	assert_int_equal(DRM_IOCTL_GANTRY_QUEUE_DESTROY, 0x40086444);
	assert_int_equal(DRM_IOCTL_GANTRY_QUEUE_SUBMIT, 0xc0386445);
	assert_int_equal(DRM_IOCTL_GANTRY_QUEUE_WAIT, 0xc0286446);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_have_the_numbers_that_programs_were_built_with),
	};

	return cmocka_run_group_tests_name("uapi", tests, NULL, NULL);
}
