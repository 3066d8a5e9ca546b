// SPDX-License-Identifier: GPL-2.0-only
/* Queues: order, fairness, the status page, waiting, closing with work pending. */
#include "fixture.h"
#include "gate.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

static struct gantry_queue *queue_make(struct gantry_device *dev, uint32_t priority)
{
	struct gantry_queue_options options = { .size = sizeof(options), .priority = priority };
	struct gantry_queue *queue;

	assert_done(gantry_queue_create(dev, &options, &queue));
	return queue;
}

static struct gantry_device_info limits_of(struct gantry_device *dev)
{
	struct gantry_device_info info = { .size = sizeof(info) };

	assert_done(gantry_device_get_info(dev, &info));
	return info;
}

/* Small and large jobs in turn: a large one is spread, and must not be overtaken. */
static void jobs_of_a_queue_keep_their_order(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *big = buffer_make(b->dev, 3 * MIB, 0);
	struct gantry_buffer *out = buffer_make(b->dev, 32 * 8 * KIB, GANTRY_REGION_HOST);
	uint8_t *map = buffer_map(out);
	uint64_t seqno = 0;
	uint32_t i;

	for (i = 0; i < 32; i++) {
		uint64_t length = i % 3 ? 3 * MIB : 64 * KIB;

		assert_done(gantry_queue_prep_fill(b->queue, big, 3 * MIB - length, length,
						   i * 0x01010101, 0));
		assert_int_equal(queue_submit(b->queue), ++seqno);
		assert_done(gantry_queue_prep_copy(b->queue, out, i * 8 * KIB, big,
						   3 * MIB - 8 * KIB, 8 * KIB, 0));
		assert_int_equal(queue_submit(b->queue), ++seqno);
	}
	assert_done(gantry_queue_wait(b->queue, seqno, 60 * SECOND));
	for (i = 0; i < 32; i++)
		bytes_expect(map + i * 8 * KIB, 8 * KIB, i);
	gantry_buffer_destroy(out);
	gantry_buffer_destroy(big);
}

#define MANY	40

static void many_queues_run_side_by_side(void **state)
{
	struct bench *b = *state;
	struct gantry_queue *queues[MANY];
	struct gantry_buffer *src = buffer_make(b->dev, MANY * 16 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, MANY * 16 * KIB, 1);
	struct gantry_buffer *dst = buffer_make(b->dev, MANY * 16 * KIB, GANTRY_REGION_HOST);
	uint64_t last[MANY], part = 16 * KIB;
	unsigned int i;

	data_write(buffer_map(src), MANY * part, 42);
	for (i = 0; i < MANY; i++)
		queues[i] = queue_make(b->dev, i % 2 ? GANTRY_PRIORITY_LOW :
						       GANTRY_PRIORITY_NORMAL);
	for (i = 0; i < MANY; i++) {
		assert_done(gantry_queue_prep_copy(queues[i], hbm, i * part, src, i * part, part,
						   0));
		queue_submit(queues[i]);
	}
	for (i = 0; i < MANY; i++) {
		assert_done(gantry_queue_prep_copy(queues[i], dst, i * part, hbm, i * part, part,
						   0));
		last[i] = queue_submit(queues[i]);
	}
	for (i = MANY; i--;) {
		assert_done(gantry_queue_wait(queues[i], last[i], 60 * SECOND));
		gantry_queue_destroy(queues[i]);
	}
	data_expect(buffer_map(dst), MANY * part, 42);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(src);
}

/* A large job on every ring, then a small one of another queue: does it end before the last? */
static bool small_job_passes(struct bench *b, struct gantry_buffer *big,
			     struct gantry_buffer *small, uint32_t rings)
{
	struct gantry_queue *queues[64];
	uint64_t done = 0;
	uint32_t i, j;

	assert_in_range(rings, 1, ARRAY_LENGTH(queues));
	for (i = 0; i < rings; i++) {
		queues[i] = queue_make(b->dev, GANTRY_PRIORITY_NORMAL);
		/* Ordered operations stay on one ring. */
		for (j = 0; j < 4; j++)
			assert_done(gantry_queue_prep_fill(queues[i], big, 0, 32 * MIB, 1 + j,
							   GANTRY_OP_BARRIER));
		queue_submit(queues[i]);
	}
	assert_done(gantry_queue_prep_fill(b->queue, small, 0, 4 * KIB, 1, 0));
	queue_run(b->queue);
	for (i = 0; i < rings; i++)
		done += gantry_queue_completed(queues[i]);
	for (i = 0; i < rings; i++) {
		assert_done(gantry_queue_wait(queues[i], 1, 60 * SECOND));
		gantry_queue_destroy(queues[i]);
	}
	return done < rings;
}

/*
 * On a busy machine this program may be told so late that all have ended; if small
 * jobs had to wait, no try would ever succeed.
 */
static void a_small_job_passes_a_large_one_of_another_queue(void **state)
{
	struct bench *b = *state;
	uint32_t rings = limits_of(b->dev).ring_count;
	struct gantry_buffer *big = buffer_make(b->dev, 32 * MIB, 0);
	struct gantry_buffer *small = buffer_make(b->dev, 4 * KIB, 1);
	bool passed = false;
	int tries;

	for (tries = 0; tries < 10 && !passed; tries++)
		passed = small_job_passes(b, big, small, rings);
	assert_true(passed);
	gantry_buffer_destroy(small);
	gantry_buffer_destroy(big);
}

static void the_status_page_counts_jobs_and_cannot_be_written(void **state)
{
	struct bench *b = *state;
	struct drm_gantry_queue_create create = { 0 };
	struct drm_gantry_bo_info info = { 0 };
	const volatile struct drm_gantry_queue_status *status;
	uint32_t buf = raw_buffer(b->fd, 8 * KIB, 0), from = raw_buffer(b->fd, 8 * KIB, 1);
	uint64_t seqno, i;

	assert_done(raw_ioctl(b->fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create));
	info.handle = create.status_handle;
	assert_done(raw_ioctl(b->fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
	assert_int_equal(info.flags, DRM_GANTRY_BO_READ_ONLY);
	assert_int_equal(info.size, 4096);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd,
			      create.status_mmap_offset), MAP_FAILED);
	assert_int_equal(errno, EACCES);
	status = mmap(NULL, 4096, PROT_READ, MAP_SHARED, b->fd, create.status_mmap_offset);
	assert_ptr_not_equal(status, MAP_FAILED);
	assert_int_equal(mprotect((void *)status, 4096, PROT_READ | PROT_WRITE), -1);

	assert_int_equal(status->completed, 0);
	for (i = 1; i <= 5; i++) {
		assert_done(raw_copy(b->fd, create.queue, buf, from, 4096, &seqno));
		assert_int_equal(seqno, i);
		assert_done(raw_wait(b->fd, create.queue, seqno));
		assert_int_equal(status->completed, i);
	}
	assert_int_equal(status->error, 0);
	assert_int_equal(status->error_seqno, 0);
	/* Nor does the card write it. */
	assert_refused(raw_copy(b->fd, create.queue, create.status_handle, buf, 8, &seqno), EACCES);
	assert_int_equal(status->completed, 5);
	munmap((void *)status, 4096);
}

/* A job that waits for @gate. */
static void submit_gated(struct bench *b, struct gate *gate, struct gantry_fence *fence,
			 struct gantry_buffer *buf)
{
	gate_hold(gate, fence, 1);
	assert_done(gantry_queue_prep_wait(b->queue, fence, 1));
	assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 4 * KIB, 0x77777777, 0));
	queue_submit(b->queue);
}

static void a_wait_ends_at_its_time(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 4 * KIB, 0);
	struct gantry_fence *fence;
	struct gate gate = gate_make();
	int64_t start;

	assert_done(gantry_fence_create(b->dev, &fence));
	submit_gated(b, &gate, fence, buf);
	/* No time only looks. */
	assert_refused(gantry_queue_wait(b->queue, 1, 0), ETIMEDOUT);
	start = time_now();
	assert_refused(gantry_queue_wait(b->queue, 1, SECOND / 50), ETIMEDOUT);
	assert_true(time_now() - start >= SECOND / 50);
	assert_int_equal(gantry_queue_completed(b->queue), 0);
	bytes_expect(buffer_map(buf), 4 * KIB, 0);
	gate_open(&gate);
	assert_done(gantry_queue_wait(b->queue, 1, 60 * SECOND));
	assert_done(gantry_queue_wait(b->queue, 1, 0));
	bytes_expect(buffer_map(buf), 4 * KIB, 0x77);
	gate_destroy(&gate);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(buf);
}

static void a_job_keeps_its_buffers(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, 8 * MIB, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, 8 * MIB, 2);
	struct gantry_buffer *out = buffer_make(b->dev, 8 * MIB, GANTRY_REGION_HOST);

	memset(buffer_map(host), 0x3c, 8 * MIB);
	assert_done(gantry_queue_prep_copy(b->queue, hbm, 0, host, 0, 8 * MIB, 0));
	queue_submit(b->queue);
	gantry_buffer_destroy(host);
	assert_done(gantry_queue_prep_copy(b->queue, out, 0, hbm, 0, 8 * MIB, 0));
	queue_submit(b->queue);
	gantry_buffer_destroy(hbm);
	assert_done(gantry_queue_wait(b->queue, 2, 60 * SECOND));
	bytes_expect(buffer_map(out), 8 * MIB, 0x3c);
	gantry_buffer_destroy(out);
}

static void a_full_queue_says_so_and_takes_more_later(void **state)
{
	struct bench *b = *state;
	uint32_t most = limits_of(b->dev).max_jobs, i;
	struct gantry_buffer *buf = buffer_make(b->dev, 4 * KIB, 0);
	struct gantry_fence *fence;
	struct gate gate = gate_make();
	uint64_t seqno;

	assert_done(gantry_fence_create(b->dev, &fence));
	submit_gated(b, &gate, fence, buf);
	for (i = 1; i < most; i++) {
		assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 4, i, 0));
		assert_done(gantry_queue_submit(b->queue, &seqno));
	}
	assert_int_equal(seqno, most);
	assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 4, most, 0));
	assert_refused(gantry_queue_submit(b->queue, &seqno), EBUSY);
	gate_open(&gate);
	assert_done(gantry_queue_wait(b->queue, most, 60 * SECOND));
	/* The batch that was refused is still there. */
	queue_run(b->queue);
	assert_memory_equal(buffer_map(buf), &most, 4);
	assert_int_equal(gantry_queue_completed(b->queue), most + 1);
	gate_destroy(&gate);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(buf);
}

static void a_context_has_as_many_queues_as_it_was_told(void **state)
{
	struct gantry_device *dev = card_open(0);
	struct bench *b = *state;
	uint32_t most = limits_of(b->dev).max_queues, first = 0, i;
	int fd = gantry_device_fd(dev);
	struct drm_gantry_queue_create create = { 0 };
	struct drm_gantry_queue_destroy destroy = { 0 };

	for (i = 0; i < most; i++) {
		create = (struct drm_gantry_queue_create){ 0 };
		assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create));
		assert_int_not_equal(create.queue, 0);
		first = first ? first : create.queue;
	}
	create = (struct drm_gantry_queue_create){ 0 };
	assert_refused(raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create), ENOSPC);
	assert_int_equal(create.queue, 0);
	assert_int_equal(create.status_handle, 0);
	/* Another context has its own. */
	raw_queue(b->fd);
	destroy.queue = first;
	assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy));
	raw_queue(fd);
	gantry_device_close(dev);
}

static void a_queue_closes_with_work_pending(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *big = buffer_make(b->dev, 32 * MIB, 3);
	unsigned int round, i;

	for (round = 0; round < 3; round++) {
		struct gantry_queue *queue = queue_make(b->dev, GANTRY_PRIORITY_NORMAL);

		for (i = 0; i < 20; i++) {
			assert_done(gantry_queue_prep_fill(queue, big, 0, 32 * MIB, i,
							   i % 2 ? GANTRY_OP_BARRIER : 0));
			queue_submit(queue);
		}
		gantry_queue_destroy(queue);
	}
	gantry_buffer_destroy(big);
}

static void a_context_closes_with_work_pending(void **state)
{
	struct bench *b = *state;
	unsigned int round, i;

	(void)b;
	for (round = 0; round < 3; round++) {
		struct gantry_device *dev = card_open(0);
		struct gantry_queue *queue = queue_make(dev, GANTRY_PRIORITY_NORMAL);
		struct gantry_buffer *big = buffer_make(dev, 32 * MIB, 3);

		for (i = 0; i < 20; i++) {
			assert_done(gantry_queue_prep_fill(queue, big, 0, 32 * MIB, i, 0));
			queue_submit(queue);
		}
		gantry_buffer_destroy(big);
		gantry_device_close(dev);
		gantry_queue_destroy(queue);
	}
}

struct waiter {
	struct gantry_queue *queue;
	uint64_t seqno;
	int result;
};

static void *wait_in_thread(void *arg)
{
	struct waiter *waiter = arg;

	waiter->result = gantry_queue_wait(waiter->queue, waiter->seqno, 60 * SECOND);
	return NULL;
}

static void threads_wait_for_different_jobs_of_a_queue(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *big = buffer_make(b->dev, 13 * MIB, 0);
	struct waiter waiters[8];
	pthread_t threads[8];
	unsigned int i;

	for (i = 0; i < 8; i++) {
		assert_done(gantry_queue_prep_fill(b->queue, big, 0, 13 * MIB, i, 0));
		waiters[i] = (struct waiter){ b->queue, queue_submit(b->queue), -1 };
		assert_int_equal(pthread_create(&threads[i], NULL, wait_in_thread, &waiters[i]), 0);
	}
	for (i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(waiters[i].result, 0);
	}
	gantry_buffer_destroy(big);
}

/* Each way to close twice with each region. */
#define ROUNDS	16
#define JOBS	100

/* Jobs are dropped, run and freed all at once, each exactly once. */
static void closing_in_mid_work_again_and_again_leaves_nothing(void **state)
{
	struct gantry_card card = card_now(0);
	unsigned int round, job;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		int fd = open(card.node, O_RDWR | O_CLOEXEC);
		struct drm_gantry_queue_destroy destroy = { .queue = 0 };
		uint32_t src, dst;
		uint64_t seqno;

		assert_true(fd >= 0);
		src = raw_buffer(fd, 64 * KIB, DRM_GANTRY_REGION_HOST);
		dst = raw_buffer(fd, 64 * KIB, round % 4);
		destroy.queue = raw_queue(fd);
		for (job = 0; job < JOBS; job++)
			assert_done(raw_copy(fd, destroy.queue, dst, src, 64 * KIB, &seqno));
		/* In turn: the queue alone first, or everything with the file. */
		if (round / 4 % 2)
			assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy));
		close(fd);
	}
	cards_expect_all_free();
}

/**
 * struct crowd - a context with many queues
 * @src: a page for each of them
 * @dst: likewise
 * @map: of @dst
 * @seqno: of the job of each
 */
struct crowd {
	struct gantry_device *dev;
	struct gantry_buffer *src, *dst;
	uint8_t *map;
	int fd;
	unsigned int count;
	uint32_t queues[256];
	uint64_t seqno[256];
};

/* As many as the context or the card takes; returns how it was told that there are no more. */
static int crowd_gather(struct crowd *crowd, unsigned int most)
{
	struct drm_gantry_queue_create create = { 0 };
	int ret;

	crowd->dev = card_open(0);
	crowd->fd = gantry_device_fd(crowd->dev);
	crowd->src = buffer_make(crowd->dev, most * 4 * KIB, GANTRY_REGION_HOST);
	crowd->dst = buffer_make(crowd->dev, most * 4 * KIB, 0);
	crowd->map = buffer_map(crowd->dst);
	data_write(buffer_map(crowd->src), most * 4 * KIB, 9);
	for (;;) {
		ret = raw_ioctl(crowd->fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create);
		if (ret)
			return ret;
		assert_in_range(crowd->count, 0, most - 1);
		crowd->queues[crowd->count++] = create.queue;
	}
}

static void crowd_submit(struct crowd *crowd)
{
	unsigned int i;

	for (i = 0; i < crowd->count; i++) {
		struct drm_gantry_op op = {
			.opcode = DRM_GANTRY_OP_COPY,
			.dst_handle = buffer_handle(crowd->dst),
			.src_handle = buffer_handle(crowd->src),
			.dst_offset = i * 4 * KIB,
			.src_offset = i * 4 * KIB,
			.length = 4 * KIB,
		};
		struct drm_gantry_queue_submit submit = {
			.queue = crowd->queues[i],
			.op_count = 1,
			.ops = (uintptr_t)&op,
		};

		assert_done(raw_ioctl(crowd->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit));
		crowd->seqno[i] = submit.seqno;
	}
}

static void crowd_disperse(struct crowd *crowd)
{
	unsigned int i;

	for (i = 0; i < crowd->count; i++)
		assert_done(raw_wait(crowd->fd, crowd->queues[i], crowd->seqno[i]));
	data_expect(crowd->map, crowd->count * 4 * KIB, 9);
	gantry_buffer_destroy(crowd->dst);
	gantry_buffer_destroy(crowd->src);
	gantry_device_close(crowd->dev);
}

/* A chip on which each queue takes a channel may have fewer of them than are asked for here. */
static void hundreds_of_queues_work_at_once_and_one_too_many_is_refused(void **state)
{
	static struct crowd crowds[3];
	struct bench *b = *state;
	unsigned int most = limits_of(b->dev).max_queues, total = 0, i;

	assert_true(most <= ARRAY_LENGTH(crowds[0].queues));
	memset(crowds, 0, sizeof(crowds));
	for (i = 0; i < ARRAY_LENGTH(crowds); i++) {
		assert_refused(crowd_gather(&crowds[i], most), ENOSPC);
		total += crowds[i].count;
	}
	assert_true(total > 400);
	for (i = 0; i < ARRAY_LENGTH(crowds); i++)
		crowd_submit(&crowds[i]);
	for (i = 0; i < ARRAY_LENGTH(crowds); i++)
		crowd_disperse(&crowds[i]);
}

static void a_queue_makes_room_for_another_when_it_is_closed(void **state)
{
	static struct crowd crowds[3];
	struct bench *b = *state;
	unsigned int most = limits_of(b->dev).max_queues, i, round;

	memset(crowds, 0, sizeof(crowds));
	for (i = 0; i < ARRAY_LENGTH(crowds); i++)
		assert_refused(crowd_gather(&crowds[i], most), ENOSPC);
	for (round = 0; round < 20; round++) {
		struct drm_gantry_queue_destroy destroy = { .queue = crowds[0].queues[round] };

		assert_done(raw_ioctl(crowds[0].fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy));
		crowds[0].queues[round] = raw_queue(crowds[0].fd);
	}
	for (i = 0; i < ARRAY_LENGTH(crowds); i++)
		crowd_submit(&crowds[i]);
	for (i = 0; i < ARRAY_LENGTH(crowds); i++)
		crowd_disperse(&crowds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(jobs_of_a_queue_keep_their_order),
		bench_test(many_queues_run_side_by_side),
		bench_test(a_small_job_passes_a_large_one_of_another_queue),
		bench_test(the_status_page_counts_jobs_and_cannot_be_written),
		bench_test(a_wait_ends_at_its_time),
		bench_test(a_job_keeps_its_buffers),
		bench_test(a_full_queue_says_so_and_takes_more_later),
		bench_test(a_context_has_as_many_queues_as_it_was_told),
		bench_test(hundreds_of_queues_work_at_once_and_one_too_many_is_refused),
		bench_test(a_queue_makes_room_for_another_when_it_is_closed),
		bench_test(a_queue_closes_with_work_pending),
		bench_test(a_context_closes_with_work_pending),
		bench_test(threads_wait_for_different_jobs_of_a_queue),
		cmocka_unit_test(closing_in_mid_work_again_and_again_leaves_nothing),
	};

	return cmocka_run_group_tests_name("queue", tests, cards_setup, cards_teardown);
}
