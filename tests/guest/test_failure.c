// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card that cannot go on. While its bus mastering is off it can neither fetch a
 * descriptor nor tell that it is done; it takes that for a bus error and stops, until
 * the ring is reset: a failure that needs no fault in the model, and that the card
 * reports. One that just stands there does.
 */
#include "fault.h"
#include "fixture.h"
#include "gate.h"

#include <fcntl.h>
#include <linux/sync_file.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <xf86drm.h>

#define PCI_COMMAND		4
#define PCI_COMMAND_MASTER	0x4

/* Longer than the driver's patience, twice: a ring reset, then a card reset. */
#define PATIENCE		(60 * SECOND)

static void bus_mastering(const char *address, bool on)
{
	char path[128];
	uint16_t command;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", address);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &command, 2, PCI_COMMAND), 2);
	command = on ? command | PCI_COMMAND_MASTER : command & ~PCI_COMMAND_MASTER;
	assert_int_equal(pwrite(fd, &command, 2, PCI_COMMAND), 2);
	close(fd);
}

static struct gantry_queue *queue_make(struct gantry_device *dev)
{
	struct gantry_queue *queue;

	assert_done(gantry_queue_create(dev, NULL, &queue));
	return queue;
}

static struct gantry_fault_info fault_now(struct gantry_device *dev)
{
	struct gantry_fault_info info = { .size = sizeof(info) };

	assert_done(gantry_device_get_fault(dev, &info));
	return info;
}

/* Of a context: no address is known of it on a chip that has no page tables. */
static void expect_fault(struct gantry_device *dev, uint32_t kind, uint64_t seqno)
{
	struct gantry_fault_info info = fault_now(dev);

	assert_int_equal(info.kind, kind);
	assert_int_equal(info.seqno, seqno);
	assert_in_range(info.engine, 0, device_now(gantry_device_fd(dev)).ring_count - 1);
	if (fault_known(0, "page-fault"))
		return;
	assert_int_equal(info.address, 0);
	assert_int_equal(info.access, GANTRY_ACCESS_UNKNOWN);
}

/* Two queues that share a ring: rings are given out in turn. */
static void queues_on_one_ring(struct gantry_device *dev, struct gantry_queue *pair[2])
{
	struct gantry_device_info info = { .size = sizeof(info) };
	struct gantry_queue *between[64];
	unsigned int i;

	assert_done(gantry_device_get_info(dev, &info));
	assert_true(info.ring_count <= ARRAY_LENGTH(between));
	pair[0] = queue_make(dev);
	for (i = 1; i < info.ring_count; i++)
		between[i] = queue_make(dev);
	pair[1] = queue_make(dev);
	for (i = 1; i < info.ring_count; i++)
		gantry_queue_destroy(between[i]);
}

static void a_job_that_the_card_cannot_do_breaks_its_queue(void **state)
{
	struct bench *b = *state;
	struct gantry_device *other = card_open(0);
	struct gantry_fence *fence = fence_make(b->dev);
	struct gate gate = gate_make();
	struct gantry_buffer *src = buffer_make(b->dev, 64 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(b->dev, 64 * KIB, 0);
	struct gantry_queue *queue = queue_make(b->dev), *fresh;
	struct drm_gantry_counters_info before = counters_now(b->fd), after;
	uint64_t failed, behind, broke_at = 0;

	bus_mastering(card_address(0), false);
	/* However late the second one is, the first has not failed before. */
	gate_hold(&gate, fence, 1);
	assert_done(gantry_queue_prep_wait(queue, fence, 1));
	assert_done(gantry_queue_prep_copy(queue, dst, 0, src, 0, 64 * KIB, 0));
	failed = queue_submit(queue);
	assert_done(gantry_queue_prep_copy(queue, src, 0, dst, 0, 4 * KIB, 0));
	behind = queue_submit(queue);
	gate_open(&gate);

	assert_refused(gantry_queue_wait(queue, failed, PATIENCE), EIO);
	assert_refused(gantry_queue_wait(queue, behind, PATIENCE), ECANCELED);
	bus_mastering(card_address(0), true);
	assert_refused(gantry_queue_error(queue, &broke_at), EIO);
	assert_int_equal(broke_at, failed);
	expect_fault(b->dev, GANTRY_FAULT_ERROR, failed);

	/* The queue is broken, the card is not. */
	assert_done(gantry_queue_prep_copy(queue, dst, 0, src, 0, 4 * KIB, 0));
	assert_refused(gantry_queue_submit(queue, NULL), EIO);
	gantry_queue_destroy(queue);
	fresh = queue_make(b->dev);
	data_write(buffer_map(src), 64 * KIB, 7);
	copy_now(fresh, dst, 0, src, 0, 64 * KIB);
	memset(buffer_map(src), 0, 64 * KIB);
	copy_now(fresh, src, 0, dst, 0, 64 * KIB);
	data_expect(buffer_map(src), 64 * KIB, 7);

	after = counters_now(b->fd);
	assert_int_equal(after.jobs_timed_out, before.jobs_timed_out);
	assert_int_equal(after.jobs_failed - before.jobs_failed, 2);
	assert_int_equal(after.ring_resets - before.ring_resets, 1);
	assert_int_equal(after.device_resets, before.device_resets);
	assert_int_equal(fault_now(other).kind, GANTRY_FAULT_NONE);

	gantry_device_close(other);
	gantry_queue_destroy(fresh);
	gate_destroy(&gate);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

static int sync_file_status(int fd)
{
	struct sync_file_info info = { .num_fences = 0 };

	assert_int_equal(ioctl(fd, SYNC_IOC_FILE_INFO, &info), 0);
	return info.status;
}

/* A binary syncobj: the links of a timeline signal, but do not carry errors. */
static void a_fence_carries_the_error_of_its_job(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *src = buffer_make(b->dev, 4 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(b->dev, 4 * KIB, 0);
	struct drm_gantry_op op = {
		.opcode = DRM_GANTRY_OP_COPY,
		.dst_handle = buffer_handle(dst),
		.src_handle = buffer_handle(src),
		.length = 4 * KIB,
	};
	struct drm_gantry_sync signal = { .point = 0 };
	struct drm_gantry_queue_submit submit = {
		.queue = raw_queue(b->fd),
		.op_count = 1,
		.ops = (uintptr_t)&op,
		.signal_count = 1,
		.signals = (uintptr_t)&signal,
	};
	struct drm_gantry_queue_destroy destroy = { .queue = submit.queue };
	int sync_file;

	assert_int_equal(drmSyncobjCreate(b->fd, 0, &signal.handle), 0);
	bus_mastering(card_address(0), false);
	assert_done(raw_ioctl(b->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit));
	assert_int_equal(drmSyncobjExportSyncFile(b->fd, signal.handle, &sync_file), 0);
	assert_int_equal(raw_wait(b->fd, submit.queue, submit.seqno), -EIO);
	bus_mastering(card_address(0), true);
	assert_int_equal(sync_file_status(sync_file), -EIO);

	close(sync_file);
	drmSyncobjDestroy(b->fd, signal.handle);
	assert_done(raw_ioctl(b->fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy));
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

/*
 * A job in each of two queues that share a ring, or an engine: both fail with @error
 * while the card is harmed.
 */
static void two_jobs_fail_on_one_ring(struct bench *b, void (*harm)(bool on), int error)
{
	struct gantry_buffer *src = buffer_make(b->dev, 64 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(b->dev, 64 * KIB, 2);
	struct gantry_fence *fence = fence_make(b->dev);
	struct gate gate = gate_make();
	struct gantry_queue *pair[2];
	uint64_t seqno[2];
	int i;

	queues_on_one_ring(b->dev, pair);
	harm(true);
	/* However late the second one is, the first has not failed before. */
	gate_hold(&gate, fence, 1);
	for (i = 0; i < 2; i++) {
		assert_done(gantry_queue_prep_wait(pair[i], fence, 1));
		assert_done(gantry_queue_prep_copy(pair[i], dst, i * 4 * KIB, src, 0, 4 * KIB, 0));
		seqno[i] = queue_submit(pair[i]);
	}
	gate_open(&gate);
	for (i = 0; i < 2; i++)
		assert_refused(gantry_queue_wait(pair[i], seqno[i], PATIENCE), error);
	harm(false);
	for (i = 0; i < 2; i++)
		gantry_queue_destroy(pair[i]);
	gate_destroy(&gate);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

static void the_card_expect_working(struct bench *b)
{
	struct gantry_buffer *src = buffer_make(b->dev, 64 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(b->dev, 64 * KIB, 2);
	struct gantry_queue *fresh = queue_make(b->dev);

	data_write(buffer_map(src), 64 * KIB, 11);
	copy_now(fresh, dst, 0, src, 0, 64 * KIB);
	data_expect(buffer_map(dst), 64 * KIB, 11);
	gantry_queue_destroy(fresh);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

static void cut_off(bool on)
{
	bus_mastering(card_address(0), !on);
}

/* Else whoever submits nothing else has the card reset for everybody. */
static void jobs_that_fail_one_after_the_other_do_not_reset_the_card(void **state)
{
	struct bench *b = *state;
	struct drm_gantry_counters_info before = counters_now(b->fd), after;

	two_jobs_fail_on_one_ring(b, cut_off, EIO);
	after = counters_now(b->fd);
	assert_int_equal(after.ring_resets - before.ring_resets, 2);
	assert_int_equal(after.device_resets, before.device_resets);
	assert_int_equal(after.jobs_failed - before.jobs_failed, 2);
	the_card_expect_working(b);
}

static void set_job_timeout(const char *ms)
{
	assert_done(sysfs_write(ms, "module/gantry/parameters/job_timeout_ms"));
}

static void hang(bool on)
{
	set_job_timeout(on ? "500" : "5000");
	if (on)
		fault_arm_next(0, "hang-until-card-reset");
}

/* Nothing helps while it lasts: the ring is reset, then the card, then it is well again. */
static void a_card_that_no_ring_reset_helps_is_reset_as_a_whole(void **state)
{
	struct bench *b = *state;
	struct drm_gantry_counters_info before = counters_now(b->fd), after;

	two_jobs_fail_on_one_ring(b, hang, ETIME);
	expect_fault(b->dev, GANTRY_FAULT_HANG, 1);
	after = counters_now(b->fd);
	assert_int_equal(after.ring_resets - before.ring_resets, 1);
	assert_int_equal(after.device_resets - before.device_resets, 1);
	assert_int_equal(after.jobs_timed_out - before.jobs_timed_out, 2);
	the_card_expect_working(b);
}

static int failure_teardown(void **state)
{
	fault_disarm_all(0);
	set_job_timeout("5000");
	bus_mastering(card_address(0), true);
	return bench_teardown(state);
}

#define failure_test(f) cmocka_unit_test_setup_teardown(f, bench_setup, failure_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		failure_test(a_job_that_the_card_cannot_do_breaks_its_queue),
		failure_test(a_fence_carries_the_error_of_its_job),
		failure_test(jobs_that_fail_one_after_the_other_do_not_reset_the_card),
		failure_test(a_card_that_no_ring_reset_helps_is_reset_as_a_whole),
	};

	return cmocka_run_group_tests_name("failure", tests, cards_setup, cards_teardown);
}
