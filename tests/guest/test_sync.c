// SPDX-License-Identifier: GPL-2.0-only
/* Order between queues, contexts and drivers: syncobjs and sync_files. */
#include "fixture.h"
#include "gate.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/sync_file.h>
#include <xf86drm.h>

#define BIG	(8 * MIB)
/* Takes a ring so long that nothing else can hide a job that begins too early. */
#define LONG	(24 * MIB)

static struct gantry_queue *queue_make(struct gantry_device *dev)
{
	struct gantry_queue *queue;

	assert_done(gantry_queue_create(dev, NULL, &queue));
	return queue;
}

/* Takes some time on one ring: barriers keep it there. */
static void prep_slow_fill(struct gantry_queue *queue, struct gantry_buffer *big, uint32_t value)
{
	assert_done(gantry_queue_prep_fill(queue, big, 0, BIG, ~value, GANTRY_OP_BARRIER));
	assert_done(gantry_queue_prep_fill(queue, big, 0, BIG, value, GANTRY_OP_BARRIER));
}

static void a_timeline_orders_two_queues(void **state)
{
	struct bench *b = *state;
	struct gantry_queue *second = queue_make(b->dev);
	struct gantry_fence *fence = fence_make(b->dev);
	struct gantry_buffer *big = buffer_make(b->dev, BIG, 0);
	struct gantry_buffer *out = buffer_make(b->dev, 4096, GANTRY_REGION_HOST);
	uint64_t point = 0;
	uint32_t i;

	for (i = 1; i <= 6; i++) {
		if (point)
			assert_done(gantry_queue_prep_wait(b->queue, fence, point));
		prep_slow_fill(b->queue, big, i * 0x01010101);
		assert_done(gantry_queue_prep_signal(b->queue, fence, ++point));
		queue_submit(b->queue);

		assert_done(gantry_queue_prep_wait(second, fence, point));
		assert_done(gantry_queue_prep_copy(second, out, 0, big, BIG - 4096, 4096, 0));
		assert_done(gantry_queue_prep_signal(second, fence, ++point));
		queue_submit(second);
		assert_done(gantry_fence_wait(fence, point, 60 * SECOND));
		bytes_expect(buffer_map(out), 4096, i);
	}
	gantry_fence_destroy(fence);
	gantry_queue_destroy(second);
	gantry_buffer_destroy(out);
	gantry_buffer_destroy(big);
}

static int submit_with_syncs(int fd, uint32_t queue, struct drm_gantry_op *op, uint32_t ops,
			     uint32_t wait, uint32_t signal, uint64_t *seqno)
{
	struct drm_gantry_sync in = { .handle = wait }, out = { .handle = signal };
	struct drm_gantry_queue_submit submit = {
		.queue = queue,
		.op_count = ops,
		.wait_count = wait ? 1 : 0,
		.signal_count = signal ? 1 : 0,
		.ops = (uintptr_t)op,
		.waits = (uintptr_t)&in,
		.signals = (uintptr_t)&out,
	};
	int ret = raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit);

	*seqno = submit.seqno;
	return ret;
}

/*
 * More queues than rings, so that some pair shares a ring; there the order of
 * the ring alone would not do, because it serves queues in turn.
 */
static void a_binary_syncobj_orders_queues_that_share_a_ring(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *big = buffer_make(b->dev, LONG, 0);
	struct gantry_buffer *out = buffer_make(b->dev, 4096, GANTRY_REGION_HOST);
	uint32_t first = raw_queue(b->fd), i, sync;
	uint8_t *map = buffer_map(out);

	assert_int_equal(drmSyncobjCreate(b->fd, 0, &sync), 0);
	for (i = 1; i <= 12; i++) {
		uint32_t second = raw_queue(b->fd);
		struct drm_gantry_op fills[2] = {
			{
				.opcode = DRM_GANTRY_OP_FILL,
				.flags = DRM_GANTRY_OP_BARRIER,
				.pattern = 0xffffffff,
				.dst_handle = buffer_handle(big),
				.length = LONG,
			}, {
				.opcode = DRM_GANTRY_OP_FILL,
				.flags = DRM_GANTRY_OP_BARRIER,
				.pattern = i * 0x01010101,
				.dst_handle = buffer_handle(big),
				.length = LONG,
			},
		};
		struct drm_gantry_op copy = {
			.opcode = DRM_GANTRY_OP_COPY,
			.dst_handle = buffer_handle(out),
			.src_handle = buffer_handle(big),
			.src_offset = LONG - 4096,
			.length = 4096,
		};
		uint64_t seqno;

		assert_done(submit_with_syncs(b->fd, first, fills, 2, 0, sync, &seqno));
		assert_done(submit_with_syncs(b->fd, second, &copy, 1, sync, 0, &seqno));
		assert_done(raw_wait(b->fd, second, seqno));
		bytes_expect(map, 4096, i);
	}
	drmSyncobjDestroy(b->fd, sync);
	gantry_buffer_destroy(out);
	gantry_buffer_destroy(big);
}

static void a_wait_before_its_signal_is_refused(void **state)
{
	struct bench *b = *state;
	struct gantry_fence *fence = fence_make(b->dev);
	struct gantry_buffer *buf = buffer_make(b->dev, 4096, 0);
	uint8_t *map = buffer_map(buf);
	struct drm_gantry_counters_info before = counters_now(b->fd), after;
	struct drm_gantry_op fill = {
		.opcode = DRM_GANTRY_OP_FILL,
		.pattern = 1,
		.dst_handle = buffer_handle(buf),
		.length = 4096,
	};
	uint32_t queue = raw_queue(b->fd), sync;
	uint64_t seqno;

	assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 4096, 0x11111111, 0));
	assert_done(gantry_queue_prep_wait(b->queue, fence, 1));
	assert_refused(gantry_queue_submit(b->queue, NULL), EINVAL);
	bytes_expect(map, 4096, 0);
	/* The batch stayed: once the point is there it can go. */
	assert_done(gantry_fence_signal(fence, 1));
	queue_run(b->queue);
	bytes_expect(map, 4096, 0x11);

	/* A binary syncobj that nothing was given to yet. */
	assert_int_equal(drmSyncobjCreate(b->fd, 0, &sync), 0);
	assert_refused(submit_with_syncs(b->fd, queue, &fill, 1, sync, 0, &seqno), EINVAL);
	after = counters_now(b->fd);
	assert_int_equal(after.jobs_completed, before.jobs_completed + 1);
	assert_int_equal(after.jobs_failed, before.jobs_failed);
	drmSyncobjDestroy(b->fd, sync);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(buf);
}

static void one_job_signals_many_points(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 1 * MIB, 0);
	struct gantry_fence *fences[8];
	uint64_t point;
	unsigned int i;

	assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 1 * MIB, 1, 0));
	for (i = 0; i < 8; i++) {
		fences[i] = fence_make(b->dev);
		assert_done(gantry_queue_prep_signal(b->queue, fences[i], 10 + i));
	}
	queue_submit(b->queue);
	for (i = 0; i < 8; i++) {
		assert_done(gantry_fence_wait(fences[i], 10 + i, 60 * SECOND));
		assert_done(gantry_fence_query(fences[i], &point));
		assert_int_equal(point, 10 + i);
		gantry_fence_destroy(fences[i]);
	}
	gantry_buffer_destroy(buf);
}

static void a_fence_orders_two_contexts(void **state)
{
	struct bench *b = *state;
	struct gantry_device *other = card_open(0);
	struct gantry_queue *queue = queue_make(other);
	struct gantry_fence *fence = fence_make(b->dev), *theirs;
	struct gantry_buffer *big = buffer_make(b->dev, BIG, 1), *shared, *out;
	int fd;

	fd = gantry_fence_export(fence);
	assert_done(fd);
	assert_done(gantry_fence_import(other, fd, &theirs));
	close(fd);
	fd = gantry_buffer_export(big);
	assert_done(fd);
	assert_done(gantry_buffer_import(other, fd, &shared));
	close(fd);
	out = buffer_make(other, 4096, GANTRY_REGION_HOST);

	prep_slow_fill(b->queue, big, 0x42424242);
	assert_done(gantry_queue_prep_signal(b->queue, fence, 1));
	queue_submit(b->queue);
	assert_done(gantry_queue_prep_wait(queue, theirs, 1));
	assert_done(gantry_queue_prep_copy(queue, out, 0, shared, BIG - 4096, 4096, 0));
	queue_run(queue);
	bytes_expect(buffer_map(out), 4096, 0x42);

	gantry_buffer_destroy(out);
	gantry_buffer_destroy(shared);
	gantry_buffer_destroy(big);
	gantry_fence_destroy(theirs);
	gantry_fence_destroy(fence);
	gantry_queue_destroy(queue);
	gantry_device_close(other);
}

static int sync_file_status(int fd)
{
	struct sync_file_info info = { 0 };

	assert_int_equal(ioctl(fd, SYNC_IOC_FILE_INFO, &info), 0);
	return info.status;
}

static int sync_file_wait(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 60000);
}

static void a_sync_file_tells_the_end_of_a_job(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 4096, 0);
	struct gantry_fence *fence = fence_make(b->dev), *again = fence_make(b->dev);
	struct gate gate = gate_make();
	int fd;

	gate_hold(&gate, fence, 1);
	assert_done(gantry_queue_prep_wait(b->queue, fence, 1));
	assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 4096, 1, 0));
	assert_done(gantry_queue_prep_signal(b->queue, fence, 2));
	queue_submit(b->queue);
	fd = gantry_fence_export_sync_file(fence, 2);
	assert_done(fd);
	assert_int_equal(sync_file_status(fd), 0);
	gate_open(&gate);
	assert_int_equal(sync_file_wait(fd), 1);
	assert_int_equal(sync_file_status(fd), 1);
	assert_done(gantry_queue_wait(b->queue, 1, 60 * SECOND));
	/* And back in, as a point of another timeline. */
	assert_done(gantry_fence_import_sync_file(again, 3, fd));
	assert_done(gantry_fence_wait(again, 3, 0));
	close(fd);
	gate_destroy(&gate);
	gantry_fence_destroy(again);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(buf);
}

/* Binary: a timeline keeps no error. */
static void a_job_that_was_dropped_says_so_in_its_sync_file(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 4096, 0);
	struct drm_gantry_op fill = {
		.opcode = DRM_GANTRY_OP_FILL,
		.pattern = 1,
		.dst_handle = buffer_handle(buf),
		.length = 4096,
	};
	struct drm_gantry_queue_destroy destroy = { .queue = raw_queue(b->fd) };
	struct gate gate = gate_make();
	uint32_t in, out;
	uint64_t seqno;
	int fd;

	assert_int_equal(drmSyncobjCreate(b->fd, 0, &in), 0);
	assert_int_equal(drmSyncobjCreate(b->fd, 0, &out), 0);
	assert_int_equal(drmSyncobjImportSyncFile(b->fd, in, gate.sync_file), 0);
	assert_done(submit_with_syncs(b->fd, destroy.queue, &fill, 1, in, out, &seqno));
	assert_int_equal(drmSyncobjExportSyncFile(b->fd, out, &fd), 0);
	assert_int_equal(sync_file_status(fd), 0);
	/* The gate is shut: a call that waited for the job would never return. */
	assert_done(raw_ioctl(b->fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy));
	/* What the job waited for comes first, so that no fence overtakes another. */
	gate_open(&gate);
	assert_int_equal(sync_file_wait(fd), 1);
	assert_int_equal(sync_file_status(fd), -ESRCH);
	bytes_expect(buffer_map(buf), 4096, 0);
	close(fd);
	gate_destroy(&gate);
	drmSyncobjDestroy(b->fd, in);
	drmSyncobjDestroy(b->fd, out);
	gantry_buffer_destroy(buf);
}

static void queues_do_not_wait_for_each_others_fences(void **state)
{
	struct bench *b = *state;
	struct gantry_queue *queue = queue_make(b->dev);
	struct gantry_buffer *buf = buffer_make(b->dev, 8192, 0);
	struct gantry_fence *fence = fence_make(b->dev);
	struct gate gate = gate_make();

	gate_hold(&gate, fence, 1);
	assert_done(gantry_queue_prep_wait(queue, fence, 1));
	assert_done(gantry_queue_prep_fill(queue, buf, 0, 4096, 1, 0));
	queue_submit(queue);
	assert_done(gantry_queue_prep_fill(b->queue, buf, 4096, 4096, 0x02020202, 0));
	queue_run(b->queue);
	bytes_expect((uint8_t *)buffer_map(buf) + 4096, 4096, 2);
	bytes_expect(buffer_map(buf), 4096, 0);
	gate_open(&gate);
	assert_done(gantry_queue_wait(queue, 1, 60 * SECOND));
	gate_destroy(&gate);
	gantry_queue_destroy(queue);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(a_timeline_orders_two_queues),
		bench_test(a_binary_syncobj_orders_queues_that_share_a_ring),
		bench_test(a_wait_before_its_signal_is_refused),
		bench_test(one_job_signals_many_points),
		bench_test(a_fence_orders_two_contexts),
		bench_test(a_sync_file_tells_the_end_of_a_job),
		bench_test(a_job_that_was_dropped_says_so_in_its_sync_file),
		bench_test(queues_do_not_wait_for_each_others_fences),
	};

	return cmocka_run_group_tests_name("sync", tests, cards_setup, cards_teardown);
}
