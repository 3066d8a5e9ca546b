// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every ioctl with everything wrong that a program can get wrong: the errno that
 * uapi/gantry_accel.h tells, and nothing changed by it.
 */
#include "fixture.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <xf86drm.h>

/* A handle, a queue number that this context never had. */
#define NO_HANDLE	0x7fffffffu
#define NO_QUEUE	200u

#define SIZE		(64 * KIB)

struct victim {
	struct bench *bench;
	int fd;
	uint32_t queue;
	uint32_t dst, src, status;
	uint8_t *dst_map, *src_map;
	uint32_t sync;
	/* What must not change. */
	struct drm_gantry_counters_info counters;
	uint64_t free[4];
};

static uint8_t *map_of(int fd, uint32_t handle)
{
	struct drm_gantry_bo_info info = { .handle = handle };
	uint8_t *map;

	assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
	map = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, info.mmap_offset);
	assert_ptr_not_equal(map, MAP_FAILED);
	return map;
}

static struct victim victim_make(void **state)
{
	struct victim v = { .bench = *state };
	struct drm_gantry_queue_create create = { 0 };
	uint64_t point = 1;
	uint32_t i;

	v.fd = v.bench->fd;
	assert_done(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create));
	v.queue = create.queue;
	v.status = create.status_handle;
	v.dst = raw_buffer(v.fd, SIZE, 0);
	v.src = raw_buffer(v.fd, SIZE, GANTRY_REGION_HOST);
	v.dst_map = map_of(v.fd, v.dst);
	v.src_map = map_of(v.fd, v.src);
	data_write(v.dst_map, SIZE, 1);
	data_write(v.src_map, SIZE, 2);
	assert_int_equal(drmSyncobjCreate(v.fd, 0, &v.sync), 0);
	assert_int_equal(drmSyncobjTimelineSignal(v.fd, &v.sync, &point, 1), 0);
	for (i = 0; i < 4; i++)
		v.free[i] = region_now(v.fd, region_at(v.fd, i)).free;
	v.counters = counters_now(v.fd);
	return v;
}

/* Nothing happened; and the same queue and buffers still work. */
static void victim_expect_untouched(struct victim *v)
{
	struct drm_gantry_counters_info now = counters_now(v->fd);
	uint64_t seqno, point;
	uint32_t i;

	assert_memory_equal(&now, &v->counters, sizeof(now));
	for (i = 0; i < 4; i++)
		assert_int_equal(region_now(v->fd, region_at(v->fd, i)).free, v->free[i]);
	data_expect(v->dst_map, SIZE, 1);
	data_expect(v->src_map, SIZE, 2);
	assert_int_equal(drmSyncobjQuery(v->fd, &v->sync, &point, 1), 0);
	assert_int_equal(point, 1);

	assert_done(raw_copy(v->fd, v->queue, v->dst, v->src, SIZE, &seqno));
	/* Refused submissions took no number. */
	assert_int_equal(seqno, 1);
	assert_done(raw_wait(v->fd, v->queue, seqno));
	data_expect(v->dst_map, SIZE, 2);
	munmap(v->dst_map, SIZE);
	munmap(v->src_map, SIZE);
	raw_close(v->fd, v->dst);
	raw_close(v->fd, v->src);
	drmSyncobjDestroy(v->fd, v->sync);
}

/* ---- device query --------------------------------------------------------- */

static void a_bad_query_is_refused(void **state)
{
	struct victim v = victim_make(state);
	struct drm_gantry_device_info info;
	const struct {
		struct drm_gantry_dev_query args;
		int error;
	} bad[] = {
		{ { .type = DRM_GANTRY_QUERY_FAULT + 1 }, EINVAL },
		{ { .type = UINT32_MAX }, EINVAL },
		{ { .pad = 1 }, EINVAL },
		{ { .index = 1 }, ENOENT },
		{ { .type = DRM_GANTRY_QUERY_REGION, .index = 4 }, ENOENT },
		{ { .type = DRM_GANTRY_QUERY_COUNTERS, .index = UINT32_MAX }, ENOENT },
		{ { .type = DRM_GANTRY_QUERY_FAULT, .index = 1 }, ENOENT },
		{ { .size = 64, .pointer = 0x1000 }, EFAULT },
		{ { .size = 64, .pointer = UINT64_MAX - 8 }, EFAULT },
		{ { .size = UINT32_MAX, .pointer = (uintptr_t)&info }, EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct drm_gantry_dev_query args = bad[i].args;

		assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_DEV_QUERY, &args), bad[i].error);
		assert_memory_equal(&args, &bad[i].args, sizeof(args));
	}
	victim_expect_untouched(&v);
}

/* ---- buffers ---------------------------------------------------------------- */

static void a_bad_buffer_is_refused(void **state)
{
	struct victim v = victim_make(state);
	static const struct {
		struct drm_gantry_bo_create args;
		int error;
	} bad[] = {
		{ { .size = 0 }, EINVAL },
		{ { .size = UINT64_MAX }, EINVAL },
		{ { .size = UINT64_MAX - 4094 }, EINVAL },
		{ { .size = 1ULL << 63 }, EINVAL },
		{ { .size = 4096, .flags = 1 }, EINVAL },
		{ { .size = 4096, .flags = 1u << 31 }, EINVAL },
		{ { .size = 4096, .pad = 1 }, EINVAL },
		{ { .size = 4096, .region = 8 }, EINVAL },
		{ { .size = 4096, .region = 0xfffffffd }, EINVAL },
		{ { .size = 1ULL << 48 }, ENOSPC },
		{ { .size = 1ULL << 48, .region = DRM_GANTRY_REGION_ANY }, ENOSPC },
		{ { .size = 1ULL << 48, .region = DRM_GANTRY_REGION_HOST }, ENOMEM },
		{ { .size = 1ULL << 40, .region = DRM_GANTRY_REGION_HOST }, ENOMEM },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct drm_gantry_bo_create args = bad[i].args;
		int ret = raw_ioctl(v.fd, DRM_IOCTL_GANTRY_BO_CREATE, &args);

		if (ret != -bad[i].error)
			fail_msg("case %u: %d", i, ret);
		assert_memory_equal(&args, &bad[i].args, sizeof(args));
	}
	victim_expect_untouched(&v);
}

static void a_question_about_no_buffer_is_refused(void **state)
{
	struct victim v = victim_make(state);
	const struct {
		struct drm_gantry_bo_info args;
		int error;
	} bad[] = {
		{ { .handle = 0 }, ENOENT },
		{ { .handle = NO_HANDLE }, ENOENT },
		{ { .handle = v.dst, .flags = 1 }, EINVAL },
		{ { .handle = v.dst, .pad = 1 }, EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct drm_gantry_bo_info args = bad[i].args;

		assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_BO_INFO, &args), bad[i].error);
		assert_memory_equal(&args, &bad[i].args, sizeof(args));
	}
	victim_expect_untouched(&v);
}

/* ---- queues ----------------------------------------------------------------- */

static void a_bad_queue_is_refused(void **state)
{
	struct victim v = victim_make(state);
	static const struct drm_gantry_queue_create bad_create[] = {
		{ .flags = 1 }, { .priority = 2 }, { .priority = UINT32_MAX },
	};
	static const struct {
		struct drm_gantry_queue_destroy args;
		int error;
	} bad_destroy[] = {
		{ { .queue = 0 }, ENOENT },
		{ { .queue = NO_QUEUE }, ENOENT },
		{ { .queue = UINT32_MAX }, ENOENT },
		{ { .queue = 1, .pad = 1 }, EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(bad_create); i++) {
		struct drm_gantry_queue_create args = bad_create[i];

		assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &args), EINVAL);
		assert_memory_equal(&args, &bad_create[i], sizeof(args));
	}
	for (i = 0; i < ARRAY_LENGTH(bad_destroy); i++) {
		struct drm_gantry_queue_destroy args = bad_destroy[i].args;

		assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &args),
			       bad_destroy[i].error);
	}
	victim_expect_untouched(&v);
}

static void a_bad_wait_is_refused(void **state)
{
	struct victim v = victim_make(state);
	const struct {
		struct drm_gantry_queue_wait args;
		int error;
	} bad[] = {
		{ { .queue = 0, .seqno = 1 }, ENOENT },
		{ { .queue = NO_QUEUE, .seqno = 1 }, ENOENT },
		{ { .queue = v.queue, .seqno = 0 }, EINVAL },
		{ { .queue = v.queue, .seqno = 1 }, EINVAL },
		{ { .queue = v.queue, .seqno = UINT64_MAX, .timeout_ns = INT64_MAX }, EINVAL },
		{ { .queue = v.queue, .pad = 1 }, EINVAL },
		{ { .queue = v.queue, .pad2 = 1 }, EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct drm_gantry_queue_wait args = bad[i].args;

		assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &args), bad[i].error);
		assert_memory_equal(&args, &bad[i].args, sizeof(args));
	}
	victim_expect_untouched(&v);
}

/* ---- submissions -------------------------------------------------------------- */

static struct drm_gantry_op good_copy(const struct victim *v)
{
	return (struct drm_gantry_op){
		.opcode = DRM_GANTRY_OP_COPY,
		.dst_handle = v->dst,
		.src_handle = v->src,
		.length = 4096,
	};
}

static struct drm_gantry_op good_fill(const struct victim *v)
{
	return (struct drm_gantry_op){
		.opcode = DRM_GANTRY_OP_FILL,
		.pattern = 0xffffffff,
		.dst_handle = v->dst,
		.length = 4096,
	};
}

static struct drm_gantry_queue_submit good_submit(const struct victim *v,
						  const struct drm_gantry_op *ops, uint32_t count)
{
	return (struct drm_gantry_queue_submit){
		.queue = v->queue,
		.op_count = count,
		.ops = (uintptr_t)ops,
	};
}

static void refused_submit(const struct victim *v, struct drm_gantry_queue_submit submit,
			   int error, const char *what)
{
	struct drm_gantry_queue_submit before = submit;
	int ret = raw_ioctl(v->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit);

	if (ret != -error)
		fail_msg("%s: %d instead of %d", what, ret, -error);
	assert_memory_equal(&submit, &before, sizeof(submit));
}

/* Alone, and as the last of a batch whose others are good. */
static void refused_op(const struct victim *v, struct drm_gantry_op op, int error,
		       const char *what)
{
	struct drm_gantry_op batch[3] = { good_copy(v), good_fill(v), op };

	refused_submit(v, good_submit(v, &op, 1), error, what);
	refused_submit(v, good_submit(v, batch, 3), error, what);
}

#define BAD(good, field, value, error) do {				\
		struct drm_gantry_op bad_ = good(&v);			\
									\
		bad_.field = (value);					\
		refused_op(&v, bad_, error, #good " " #field " " #value); \
	} while (0)

static void a_bad_operation_is_refused(void **state)
{
	struct victim v = victim_make(state);
	struct drm_gantry_op op;

	BAD(good_copy, opcode, 0, EINVAL);
	BAD(good_copy, opcode, 3, EINVAL);
	BAD(good_copy, opcode, 0xffff, EINVAL);
	BAD(good_copy, flags, 2, EINVAL);
	BAD(good_copy, flags, 0x8000, EINVAL);
	BAD(good_copy, pattern, 1, EINVAL);
	BAD(good_copy, dst_handle, 0, ENOENT);
	BAD(good_copy, dst_handle, NO_HANDLE, ENOENT);
	BAD(good_copy, dst_handle, v.status, EACCES);
	BAD(good_copy, src_handle, 0, ENOENT);
	BAD(good_copy, src_handle, NO_HANDLE, ENOENT);
	BAD(good_copy, length, 0, EINVAL);
	BAD(good_copy, length, SIZE + 1, EINVAL);
	BAD(good_copy, length, UINT64_MAX, EINVAL);
	BAD(good_copy, length, 1ULL << 63, EINVAL);
	BAD(good_copy, dst_offset, SIZE, EINVAL);
	BAD(good_copy, dst_offset, SIZE - 4095, EINVAL);
	BAD(good_copy, dst_offset, UINT64_MAX, EINVAL);
	BAD(good_copy, dst_offset, UINT64_MAX - 4095, EINVAL);
	BAD(good_copy, src_offset, SIZE, EINVAL);
	BAD(good_copy, src_offset, SIZE - 4095, EINVAL);
	BAD(good_copy, src_offset, UINT64_MAX, EINVAL);
	BAD(good_copy, src_offset, UINT64_MAX - 4094, EINVAL);
	/* A copy onto itself: whole, or by one byte. */
	BAD(good_copy, src_handle, v.dst, EINVAL);
	op = good_copy(&v);
	op.src_handle = v.dst;
	op.src_offset = 4095;
	refused_op(&v, op, EINVAL, "overlap by one byte");

	BAD(good_fill, flags, 4, EINVAL);
	BAD(good_fill, src_handle, v.src, EINVAL);
	BAD(good_fill, src_offset, 4, EINVAL);
	BAD(good_fill, dst_handle, NO_HANDLE, ENOENT);
	BAD(good_fill, dst_handle, v.status, EACCES);
	BAD(good_fill, dst_offset, 1, EINVAL);
	BAD(good_fill, dst_offset, 2, EINVAL);
	BAD(good_fill, dst_offset, SIZE, EINVAL);
	BAD(good_fill, dst_offset, UINT64_MAX - 3, EINVAL);
	BAD(good_fill, length, 0, EINVAL);
	BAD(good_fill, length, 3, EINVAL);
	BAD(good_fill, length, 4097, EINVAL);
	BAD(good_fill, length, SIZE + 4, EINVAL);
	BAD(good_fill, length, UINT64_MAX - 3, EINVAL);
	victim_expect_untouched(&v);
}

#define BAD_SUBMIT(field, value, error) do {				\
		struct drm_gantry_queue_submit bad_ = good_submit(&v, &op, 1); \
									\
		bad_.field = (value);					\
		refused_submit(&v, bad_, error, #field " " #value);	\
	} while (0)

static void a_bad_submission_is_refused(void **state)
{
	struct victim v = victim_make(state);
	struct drm_gantry_op op = good_copy(&v);

	BAD_SUBMIT(queue, 0, ENOENT);
	BAD_SUBMIT(queue, NO_QUEUE, ENOENT);
	BAD_SUBMIT(queue, UINT32_MAX, ENOENT);
	BAD_SUBMIT(flags, 1, EINVAL);
	BAD_SUBMIT(pad, 1, EINVAL);
	BAD_SUBMIT(op_count, 0, EINVAL);
	BAD_SUBMIT(op_count, 4097, EINVAL);
	BAD_SUBMIT(op_count, UINT32_MAX, EINVAL);
	BAD_SUBMIT(wait_count, 65, EINVAL);
	BAD_SUBMIT(wait_count, UINT32_MAX, EINVAL);
	BAD_SUBMIT(signal_count, 65, EINVAL);
	BAD_SUBMIT(signal_count, UINT32_MAX, EINVAL);
	BAD_SUBMIT(ops, 0, EFAULT);
	BAD_SUBMIT(ops, 0x1000, EFAULT);
	BAD_SUBMIT(ops, UINT64_MAX, EFAULT);
	BAD_SUBMIT(ops, 0xffffffff81000000, EFAULT);
	BAD_SUBMIT(wait_count, 1, EFAULT);
	BAD_SUBMIT(signal_count, 1, EFAULT);
	victim_expect_untouched(&v);
}

static void a_bad_sync_is_refused(void **state)
{
	struct victim v = victim_make(state);
	struct drm_gantry_op op = good_copy(&v);
	struct drm_gantry_sync good = { .handle = v.sync, .point = 1 };
	const struct {
		struct drm_gantry_sync sync;
		int wait_error, signal_error;
	} bad[] = {
		{ { .handle = 0, .point = 1 }, ENOENT, ENOENT },
		{ { .handle = NO_HANDLE, .point = 1 }, ENOENT, ENOENT },
		{ { .handle = v.sync, .point = 1, .flags = 1 }, EINVAL, EINVAL },
		{ { .handle = v.sync, .point = 2 }, EINVAL, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct drm_gantry_sync syncs[2] = { good, bad[i].sync };
		struct drm_gantry_queue_submit submit = good_submit(&v, &op, 1);

		submit.waits = (uintptr_t)syncs;
		submit.wait_count = 2;
		refused_submit(&v, submit, bad[i].wait_error, "wait");
		if (!bad[i].signal_error)
			continue;
		syncs[0].point = 2;
		submit.waits = 0;
		submit.wait_count = 0;
		submit.signals = (uintptr_t)syncs;
		submit.signal_count = 2;
		refused_submit(&v, submit, bad[i].signal_error, "signal");
	}
	victim_expect_untouched(&v);
}

static void a_closed_queue_is_refused(void **state)
{
	struct victim v = victim_make(state);
	struct drm_gantry_queue_destroy destroy = { .queue = raw_queue(v.fd) };
	struct drm_gantry_queue_wait wait = { .queue = destroy.queue, .seqno = 1 };
	uint64_t seqno;

	assert_done(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy));
	assert_refused(raw_copy(v.fd, destroy.queue, v.dst, v.src, 4096, &seqno), ENOENT);
	assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &wait), ENOENT);
	assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy), ENOENT);
	victim_expect_untouched(&v);
}

static void a_closed_buffer_is_refused(void **state)
{
	struct victim v = victim_make(state);
	uint32_t gone = raw_buffer(v.fd, SIZE, GANTRY_REGION_HOST);
	struct drm_gantry_bo_info info = { .handle = gone };
	uint64_t seqno;

	raw_close(v.fd, gone);
	assert_refused(raw_copy(v.fd, v.queue, gone, v.src, 4096, &seqno), ENOENT);
	assert_refused(raw_copy(v.fd, v.queue, v.dst, gone, 4096, &seqno), ENOENT);
	assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_BO_INFO, &info), ENOENT);
	victim_expect_untouched(&v);
}

/* ---- the caller's memory ------------------------------------------------------- */

static const struct {
	unsigned long request;
	size_t size;
} requests[] = {
	{ DRM_IOCTL_GANTRY_DEV_QUERY, sizeof(struct drm_gantry_dev_query) },
	{ DRM_IOCTL_GANTRY_BO_CREATE, sizeof(struct drm_gantry_bo_create) },
	{ DRM_IOCTL_GANTRY_BO_INFO, sizeof(struct drm_gantry_bo_info) },
	{ DRM_IOCTL_GANTRY_QUEUE_CREATE, sizeof(struct drm_gantry_queue_create) },
	{ DRM_IOCTL_GANTRY_QUEUE_DESTROY, sizeof(struct drm_gantry_queue_destroy) },
	{ DRM_IOCTL_GANTRY_QUEUE_SUBMIT, sizeof(struct drm_gantry_queue_submit) },
	{ DRM_IOCTL_GANTRY_QUEUE_WAIT, sizeof(struct drm_gantry_queue_wait) },
};

static void arguments_in_no_memory_are_refused(void **state)
{
	struct victim v = victim_make(state);
	uint8_t *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	assert_ptr_not_equal(two, MAP_FAILED);
	assert_int_equal(munmap(two + 4096, 4096), 0);
	for (i = 0; i < ARRAY_LENGTH(requests); i++) {
		assert_refused(raw_ioctl(v.fd, requests[i].request, NULL), EFAULT);
		assert_refused(raw_ioctl(v.fd, requests[i].request, (void *)0x1000), EFAULT);
		/* Its last byte is missing. */
		assert_refused(raw_ioctl(v.fd, requests[i].request,
					 two + 4096 - requests[i].size + 1), EFAULT);
	}
	munmap(two, 4096);
	victim_expect_untouched(&v);
}

/* An answer that cannot be written must not leave an object that nobody can name. */
static void answers_into_read_only_memory_are_refused(void **state)
{
	struct victim v = victim_make(state);
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct drm_gantry_op op = good_copy(&v);
	struct drm_gantry_queue_submit submit = good_submit(&v, &op, 1);
	struct drm_gantry_bo_create create = { .size = 4096 };
	struct drm_gantry_dev_query query = { .size = 128, .pointer = (uintptr_t)page };
	unsigned int i;

	assert_ptr_not_equal(page, MAP_FAILED);
	assert_int_equal(mprotect(page, 4096, PROT_READ), 0);
	/* The answer to a query. */
	assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_DEV_QUERY, &query), EFAULT);
	/* All zeros: a queue. */
	for (i = 0; i < 300; i++)
		assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, page), EFAULT);
	assert_int_equal(mprotect(page, 4096, PROT_READ | PROT_WRITE), 0);
	memcpy(page, &create, sizeof(create));
	assert_int_equal(mprotect(page, 4096, PROT_READ), 0);
	assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_BO_CREATE, page), EFAULT);
	assert_int_equal(mprotect(page, 4096, PROT_READ | PROT_WRITE), 0);
	memcpy(page, &submit, sizeof(submit));
	assert_int_equal(mprotect(page, 4096, PROT_READ), 0);
	assert_refused(raw_ioctl(v.fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, page), EFAULT);
	/* No queue was used up. */
	raw_queue(v.fd);
	munmap(page, 4096);
	victim_expect_untouched(&v);
}

static void operations_that_end_in_no_memory_are_refused(void **state)
{
	struct victim v = victim_make(state);
	uint8_t *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct drm_gantry_op *ops;
	struct drm_gantry_sync *syncs;
	struct drm_gantry_queue_submit submit;

	assert_ptr_not_equal(two, MAP_FAILED);
	assert_int_equal(munmap(two + 4096, 4096), 0);
	ops = (void *)(two + 4096 - sizeof(*ops));
	*ops = good_copy(&v);
	refused_submit(&v, good_submit(&v, ops, 2), EFAULT, "operations");

	submit = good_submit(&v, ops, 1);
	syncs = (void *)(two + 4096 - sizeof(*ops) - sizeof(*syncs));
	*syncs = (struct drm_gantry_sync){ .handle = v.sync, .point = 1 };
	submit.signals = (uintptr_t)(two + 4096);
	submit.signal_count = 1;
	submit.waits = (uintptr_t)syncs;
	submit.wait_count = 1;
	refused_submit(&v, submit, EFAULT, "signals");
	munmap(two, 4096);
	victim_expect_untouched(&v);
}

static void an_unknown_ioctl_is_refused(void **state)
{
	struct victim v = victim_make(state);
	uint8_t args[256] = { 0 };
	unsigned int nr;

	for (nr = DRM_GANTRY_QUEUE_WAIT + 1; nr < 0x60; nr++)
		assert_refused(raw_ioctl(v.fd, DRM_IOWR(DRM_COMMAND_BASE + nr, uint64_t), args),
			       EINVAL);
	victim_expect_untouched(&v);
}

/* An ioctl grows at its end: today's kernel reads an older, shorter one as zeros. */
static void a_shorter_structure_reads_as_zeros_at_its_end(void **state)
{
	struct victim v = victim_make(state);
	/* Of queue_wait only the first two fields: job 0, which is none. */
	struct { uint32_t queue, pad; } shorter = { .queue = v.queue };

	assert_refused(raw_ioctl(v.fd, DRM_IOWR(DRM_COMMAND_BASE + DRM_GANTRY_QUEUE_WAIT,
						shorter), &shorter), EINVAL);
	shorter.queue = NO_QUEUE;
	assert_refused(raw_ioctl(v.fd, DRM_IOWR(DRM_COMMAND_BASE + DRM_GANTRY_QUEUE_WAIT,
						shorter), &shorter), ENOENT);
	victim_expect_untouched(&v);
}

/* Random arguments: whatever the answer, the card, the queue and the bytes survive. */
static void random_arguments_do_no_harm(void **state)
{
	struct victim v = victim_make(state);
	uint64_t args[16];
	unsigned int i, j;

	srandom(4711);
	for (i = 0; i < 20000; i++) {
		unsigned int which = random() % ARRAY_LENGTH(requests);

		for (j = 0; j < ARRAY_LENGTH(args); j++)
			args[j] = (uint64_t)random() << 33 ^ (uint64_t)random() << 11 ^ random();
		(void)raw_ioctl(v.fd, requests[which].request, args);
	}
	victim_expect_untouched(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(a_bad_query_is_refused),
		bench_test(a_bad_buffer_is_refused),
		bench_test(a_question_about_no_buffer_is_refused),
		bench_test(a_bad_queue_is_refused),
		bench_test(a_bad_wait_is_refused),
		bench_test(a_bad_operation_is_refused),
		bench_test(a_bad_submission_is_refused),
		bench_test(a_bad_sync_is_refused),
		bench_test(a_closed_queue_is_refused),
		bench_test(a_closed_buffer_is_refused),
		bench_test(arguments_in_no_memory_are_refused),
		bench_test(answers_into_read_only_memory_are_refused),
		bench_test(operations_that_end_in_no_memory_are_refused),
		bench_test(an_unknown_ioctl_is_refused),
		bench_test(a_shorter_structure_reads_as_zeros_at_its_end),
		bench_test(random_arguments_do_no_harm),
	};

	return cmocka_run_group_tests_name("bad_input", tests, cards_setup, cards_teardown);
}
