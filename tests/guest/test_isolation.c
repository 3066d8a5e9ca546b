// SPDX-License-Identifier: GPL-2.0-only
/* One context names what belongs to another: refused, and nothing happens to it. */
#include "fixture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <xf86drm.h>

/*
 * The victim owns objects whose numbers are high; the intruder has few, so the
 * numbers mean nothing in its context.
 */
#define HIGH	40

struct pair {
	struct bench *victim;
	struct gantry_device *intruder;
	int fd;			/* of the intruder */
	uint32_t queue;		/* the intruder's own */
	uint32_t own;		/* a buffer of it */
	uint32_t secret;	/* the victim's buffer */
	uint64_t secret_offset;
	uint8_t *map;
};

static struct pair pair_make(struct bench *b)
{
	struct pair pair = { .victim = b, .intruder = card_open(0) };
	struct drm_gantry_bo_info info = { 0 };

	pair.fd = gantry_device_fd(pair.intruder);
	pair.queue = raw_queue(pair.fd);
	pair.own = raw_buffer(pair.fd, 64 * KIB, GANTRY_REGION_HOST);
	while (pair.secret < HIGH)
		pair.secret = raw_buffer(b->fd, 64 * KIB, 0);
	info.handle = pair.secret;
	assert_done(raw_ioctl(b->fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
	pair.secret_offset = info.mmap_offset;
	pair.map = mmap(NULL, 64 * KIB, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd,
			info.mmap_offset);
	assert_ptr_not_equal(pair.map, MAP_FAILED);
	data_write(pair.map, 64 * KIB, 1);
	return pair;
}

static void pair_destroy(struct pair *pair)
{
	/* Whatever was tried, the victim's bytes are what they were. */
	data_expect(pair->map, 64 * KIB, 1);
	munmap(pair->map, 64 * KIB);
	gantry_device_close(pair->intruder);
}

static void a_foreign_buffer_cannot_be_read_or_written(void **state)
{
	struct pair pair = pair_make(*state);
	struct drm_gantry_op fill = {
		.opcode = DRM_GANTRY_OP_FILL,
		.dst_handle = pair.secret,
		.length = 4096,
	};
	struct drm_gantry_queue_submit submit = {
		.queue = pair.queue,
		.op_count = 1,
		.ops = (uintptr_t)&fill,
	};
	uint64_t seqno;

	assert_refused(raw_copy(pair.fd, pair.queue, pair.own, pair.secret, 4096, &seqno), ENOENT);
	assert_refused(raw_copy(pair.fd, pair.queue, pair.secret, pair.own, 4096, &seqno), ENOENT);
	assert_refused(raw_ioctl(pair.fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit), ENOENT);
	pair_destroy(&pair);
}

static void a_foreign_buffer_cannot_be_asked_mapped_exported_or_closed(void **state)
{
	struct pair pair = pair_make(*state);
	struct drm_gantry_bo_info info = { .handle = pair.secret };
	struct drm_gem_close close_args = { .handle = pair.secret };
	struct drm_gem_flink flink = { .handle = pair.secret };
	int fd;

	assert_refused(raw_ioctl(pair.fd, DRM_IOCTL_GANTRY_BO_INFO, &info), ENOENT);
	assert_int_equal(info.size, 0);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ, MAP_SHARED, pair.fd, pair.secret_offset),
			 MAP_FAILED);
	assert_int_equal(errno, EACCES);
	assert_int_equal(drmPrimeHandleToFD(pair.fd, pair.secret, DRM_CLOEXEC, &fd), -1);
	assert_int_equal(errno, ENOENT);
	assert_refused(raw_ioctl(pair.fd, DRM_IOCTL_GEM_CLOSE, &close_args), EINVAL);
	/* Names that anybody can guess are not for accelerators. */
	assert_true(raw_ioctl(pair.fd, DRM_IOCTL_GEM_FLINK, &flink) < 0);
	assert_true(raw_ioctl(pair.victim->fd, DRM_IOCTL_GEM_FLINK, &flink) < 0);
	pair_destroy(&pair);
}

static void a_foreign_queue_cannot_be_used(void **state)
{
	struct pair pair = pair_make(*state);
	struct drm_gantry_queue_wait wait = { .seqno = 1 };
	struct drm_gantry_queue_destroy destroy = { 0 };
	uint64_t jobs = counters_now(pair.fd).jobs_completed, seqno;
	uint32_t own2 = raw_buffer(pair.fd, 4096, 0);
	uint32_t a = raw_buffer(pair.victim->fd, 4096, 0), b = raw_buffer(pair.victim->fd, 4096, 0);
	uint32_t queue = 0;

	while (queue < HIGH)
		queue = raw_queue(pair.victim->fd);
	assert_done(raw_copy(pair.victim->fd, queue, a, b, 4096, &seqno));
	assert_done(raw_wait(pair.victim->fd, queue, seqno));
	assert_refused(raw_copy(pair.fd, queue, pair.own, own2, 4096, &seqno), ENOENT);
	wait.queue = queue;
	assert_refused(raw_ioctl(pair.fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &wait), ENOENT);
	destroy.queue = queue;
	assert_refused(raw_ioctl(pair.fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy), ENOENT);
	/* It still serves its owner. */
	assert_done(raw_copy(pair.victim->fd, queue, b, a, 4096, &seqno));
	assert_done(raw_wait(pair.victim->fd, queue, seqno));
	assert_int_equal(counters_now(pair.fd).jobs_completed, jobs + 2);
	pair_destroy(&pair);
}

static void a_foreign_syncobj_cannot_be_waited_for_or_signaled(void **state)
{
	struct pair pair = pair_make(*state);
	struct drm_gantry_sync sync = { .point = 1 };
	struct drm_gantry_op fill = {
		.opcode = DRM_GANTRY_OP_FILL,
		.dst_handle = pair.own,
		.length = 4096,
	};
	struct drm_gantry_queue_submit submit = {
		.queue = pair.queue,
		.op_count = 1,
		.ops = (uintptr_t)&fill,
	};
	uint64_t point = 1;

	while (sync.handle < HIGH)
		assert_int_equal(drmSyncobjCreate(pair.victim->fd, 0, &sync.handle), 0);
	assert_int_equal(drmSyncobjTimelineSignal(pair.victim->fd, &sync.handle, &point, 1), 0);
	submit.waits = (uintptr_t)&sync;
	submit.wait_count = 1;
	assert_refused(raw_ioctl(pair.fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit), ENOENT);
	submit.wait_count = 0;
	submit.signals = (uintptr_t)&sync;
	submit.signal_count = 1;
	sync.point = 2;
	assert_refused(raw_ioctl(pair.fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit), ENOENT);
	assert_int_equal(drmSyncobjQuery(pair.victim->fd, &sync.handle, &point, 1), 0);
	assert_int_equal(point, 1);
	pair_destroy(&pair);
}

/* The same small number in two contexts means two things. */
static void equal_numbers_mean_different_things(void **state)
{
	struct gantry_device *devs[2] = { card_open(0), card_open(0) };
	uint32_t queues[2], from[2], to[2];
	struct drm_gantry_bo_info info;
	uint8_t *maps[2][2];
	uint64_t seqno;
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		int fd = gantry_device_fd(devs[i]);

		queues[i] = raw_queue(fd);
		from[i] = raw_buffer(fd, 4096, GANTRY_REGION_HOST);
		to[i] = raw_buffer(fd, 4096, 0);
		info = (struct drm_gantry_bo_info){ .handle = from[i] };
		assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
		maps[i][0] = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				  info.mmap_offset);
		info = (struct drm_gantry_bo_info){ .handle = to[i] };
		assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
		maps[i][1] = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				  info.mmap_offset);
		memset(maps[i][0], 1 + i, 4096);
	}
	assert_int_equal(queues[0], queues[1]);
	assert_int_equal(from[0], from[1]);
	assert_int_equal(to[0], to[1]);
	for (i = 0; i < 2; i++) {
		int fd = gantry_device_fd(devs[i]);

		assert_done(raw_copy(fd, queues[i], to[i], from[i], 4096, &seqno));
		assert_int_equal(seqno, 1);
		assert_done(raw_wait(fd, queues[i], seqno));
		bytes_expect(maps[i][1], 4096, 1 + i);
		if (!i)
			bytes_expect(maps[1][1], 4096, 0);
	}
	for (i = 0; i < 2; i++) {
		munmap(maps[i][0], 4096);
		munmap(maps[i][1], 4096);
		gantry_device_close(devs[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(a_foreign_buffer_cannot_be_read_or_written),
		bench_test(a_foreign_buffer_cannot_be_asked_mapped_exported_or_closed),
		bench_test(a_foreign_queue_cannot_be_used),
		bench_test(a_foreign_syncobj_cannot_be_waited_for_or_signaled),
		bench_test(equal_numbers_mean_different_things),
	};

	return cmocka_run_group_tests_name("isolation", tests, cards_setup, cards_teardown);
}
