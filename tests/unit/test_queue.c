// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues: what a batch holds, what submit hands over, and how a wait decides.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>
#include <xf86drm.h>

#include "mock.h"

#define QUEUE	3
#define STATUS	11
#define OFFSET	0x7000

static struct drm_gantry_queue_status status;

static void expect_create(uint32_t priority)
{
	struct drm_gantry_queue_create asked = { .priority = priority }, made = {
		.priority = priority,
		.queue = QUEUE,
		.status_handle = STATUS,
		.status_mmap_offset = OFFSET,
	};

	mock_ioctl(DRM_IOCTL_GANTRY_QUEUE_CREATE, &asked, &made, 0);
}

static void expect_destroy(void)
{
	struct drm_gantry_queue_destroy destroy = { .queue = QUEUE };

	mock_ioctl(DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy, NULL, 0);
	mock_expect_close(STATUS);
}

static struct gantry_queue *make_queue(struct gantry_device *dev,
				       const struct gantry_queue_options *options)
{
	struct gantry_queue *queue = NULL;

	expect_create(options ? options->priority : 0);
	mock_mmap(OFFSET, sysconf(_SC_PAGESIZE), PROT_READ, &status, sizeof(status), 0);
	assert_int_equal(gantry_queue_create(dev, options, &queue), 0);
	return queue;
}

static void end(struct gantry_device *dev, struct gantry_queue *queue)
{
	expect_destroy();
	gantry_queue_destroy(queue);
	gantry_device_close(dev);
}

/* What the kernel writes while the program looks. */
static void set_status(uint64_t completed, uint64_t error_seqno, int error)
{
	struct drm_gantry_queue_status *page = mock_map_writable();

	page->error_seqno = error_seqno;
	page->error = error;
	__atomic_store_n(&page->completed, completed, __ATOMIC_RELEASE);
}

/* ---- making --------------------------------------------------------------- */

static void options_are_checked(void **state)
{
	struct gantry_queue_options options = { .size = sizeof(options), .priority = 2 };
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = (void *)1;

	(void)state;
	assert_int_equal(gantry_queue_create(dev, &options, &queue), -EINVAL);
	options.priority = 0;
	options.max_ops = mock_limits.max_ops + 1;
	assert_int_equal(gantry_queue_create(dev, &options, &queue), -EINVAL);
	options.max_ops = 0;
	options.max_syncs = mock_limits.max_syncs + 1;
	assert_int_equal(gantry_queue_create(dev, &options, &queue), -EINVAL);
	options.max_syncs = 0;
	options.size = sizeof(options.size);
	assert_int_equal(gantry_queue_create(dev, &options, &queue), -EINVAL);
	assert_int_equal(gantry_queue_create(dev, NULL, NULL), -EINVAL);
	assert_int_equal(gantry_queue_create(NULL, NULL, &queue), -EINVAL);
	assert_ptr_equal(queue, (void *)1);
	gantry_device_close(dev);
}

static void unknown_options_are_refused_unless_zero(void **state)
{
	struct {
		struct gantry_queue_options options;
		uint64_t later[8];
	} newer = { .options.size = sizeof(newer), .later[7] = 1 };
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue;

	(void)state;
	assert_int_equal(gantry_queue_create(dev, &newer.options, &queue), -E2BIG);
	newer.later[7] = 0;
	newer.options.priority = GANTRY_PRIORITY_LOW;
	end(dev, make_queue(dev, &newer.options));
}

static void create_that_fails_leaves_nothing(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue;

	(void)state;
	for (int nth = 1; nth <= 4; nth++) {
		mock_fail_allocation(nth);
		assert_int_equal(gantry_queue_create(dev, NULL, &queue), -ENOMEM);
	}
	mock_ioctl(DRM_IOCTL_GANTRY_QUEUE_CREATE, NULL, NULL, ENOSPC);
	assert_int_equal(gantry_queue_create(dev, NULL, &queue), -ENOSPC);
	expect_create(0);
	mock_mmap(OFFSET, sysconf(_SC_PAGESIZE), PROT_READ, NULL, 0, ENOMEM);
	expect_destroy();
	assert_int_equal(gantry_queue_create(dev, NULL, &queue), -ENOMEM);
	gantry_device_close(dev);
}

/* ---- preparing and submitting ---------------------------------------------- */

struct batch {
	struct drm_gantry_op ops[4];
	struct drm_gantry_sync waits[2], signals[2];
	uint32_t op_count, wait_count, signal_count;
	uint64_t seqno;
};

static void check_submit(void *arg, void *data)
{
	struct drm_gantry_queue_submit *submit = arg;
	const struct batch *expected = data;

	assert_int_equal(submit->queue, QUEUE);
	assert_int_equal(submit->flags, 0);
	assert_int_equal(submit->pad, 0);
	assert_int_equal(submit->op_count, expected->op_count);
	assert_int_equal(submit->wait_count, expected->wait_count);
	assert_int_equal(submit->signal_count, expected->signal_count);
	assert_memory_equal((void *)(uintptr_t)submit->ops, expected->ops,
			    expected->op_count * sizeof(expected->ops[0]));
	assert_memory_equal((void *)(uintptr_t)submit->waits, expected->waits,
			    expected->wait_count * sizeof(expected->waits[0]));
	assert_memory_equal((void *)(uintptr_t)submit->signals, expected->signals,
			    expected->signal_count * sizeof(expected->signals[0]));
	if (expected->seqno)
		submit->seqno = expected->seqno;
}

static struct gantry_fence *make_fence(struct gantry_device *dev, uint32_t handle)
{
	struct drm_syncobj_create made = { .handle = handle };
	struct gantry_fence *fence = NULL;

	mock_ioctl(DRM_IOCTL_SYNCOBJ_CREATE, NULL, &made, 0);
	assert_int_equal(gantry_fence_create(dev, &fence), 0);
	return fence;
}

static void destroy_fence(struct gantry_fence *fence, uint32_t handle)
{
	struct drm_syncobj_destroy destroy = { .handle = handle };

	mock_ioctl(DRM_IOCTL_SYNCOBJ_DESTROY, &destroy, NULL, 0);
	gantry_fence_destroy(fence);
}

static void submit_hands_over_the_exact_batch(void **state)
{
	static struct batch expected = {
		.ops = {
			{ .opcode = DRM_GANTRY_OP_COPY, .dst_handle = 21, .src_handle = 22,
			  .dst_offset = 1, .src_offset = 2, .length = 3 },
			{ .opcode = DRM_GANTRY_OP_FILL, .flags = DRM_GANTRY_OP_BARRIER,
			  .pattern = 0xdeadbeef, .dst_handle = 22, .dst_offset = 8,
			  .length = 4088 },
		},
		.waits = { { .handle = 31, .point = 5 } },
		.signals = { { .handle = 31, .point = 6 }, { .handle = 32, .point = 1 } },
		.op_count = 2, .wait_count = 1, .signal_count = 2, .seqno = 17,
	};
	static struct batch next = {
		.ops = { { .opcode = DRM_GANTRY_OP_COPY, .dst_handle = 21, .src_handle = 22,
			   .length = 4096 } },
		.op_count = 1, .seqno = 18,
	};
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, NULL);
	struct gantry_buffer *a = mock_buffer(dev, 21, 4096, 0), *b = mock_buffer(dev, 22, 4096, 0);
	struct gantry_fence *f = make_fence(dev, 31), *g = make_fence(dev, 32);
	uint64_t seqno = 0;

	(void)state;
	assert_int_equal(gantry_queue_prep_copy(queue, a, 1, b, 2, 3, 0), 0);
	assert_int_equal(gantry_queue_prep_fill(queue, b, 8, 4088, 0xdeadbeef,
						GANTRY_OP_BARRIER), 0);
	assert_int_equal(gantry_queue_prep_wait(queue, f, 5), 0);
	assert_int_equal(gantry_queue_prep_signal(queue, f, 6), 0);
	assert_int_equal(gantry_queue_prep_signal(queue, g, 1), 0);
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_SUBMIT, check_submit, &expected, 0);
	errno = EDOM;
	assert_int_equal(gantry_queue_submit(queue, &seqno), 0);
	assert_int_equal(errno, EDOM);
	assert_int_equal(seqno, 17);
	/* nothing of the first batch is in the second */
	assert_int_equal(gantry_queue_prep_copy(queue, a, 0, b, 0, 4096, 0), 0);
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_SUBMIT, check_submit, &next, 0);
	assert_int_equal(gantry_queue_submit(queue, NULL), 0);
	destroy_fence(f, 31);
	destroy_fence(g, 32);
	mock_buffer_destroy(a, 21);
	mock_buffer_destroy(b, 22);
	end(dev, queue);
}

static void refused_batch_stays_and_can_be_submitted_again(void **state)
{
	static const int errors[] = { EBUSY, EINVAL, ENOENT, EIO, ENODEV, ENOMEM };
	static struct batch expected = {
		.ops = { { .opcode = DRM_GANTRY_OP_FILL, .dst_handle = 21, .length = 4 } },
		.op_count = 1,
	};
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, NULL);
	struct gantry_buffer *a = mock_buffer(dev, 21, 4096, 0);
	uint64_t seqno = 99;

	(void)state;
	assert_int_equal(gantry_queue_prep_fill(queue, a, 0, 4, 0, 0), 0);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_SUBMIT, check_submit, &expected,
				errors[i]);
		assert_int_equal(gantry_queue_submit(queue, &seqno), -errors[i]);
		assert_int_equal(seqno, 99);
	}
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_SUBMIT, check_submit, &expected, 0);
	assert_int_equal(gantry_queue_submit(queue, NULL), 0);
	mock_buffer_destroy(a, 21);
	end(dev, queue);
}

static void empty_and_discarded_batches_are_not_submitted(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, NULL);
	struct gantry_buffer *a = mock_buffer(dev, 21, 4096, 0);

	(void)state;
	assert_int_equal(gantry_queue_submit(queue, NULL), -EINVAL);
	assert_int_equal(gantry_queue_prep_fill(queue, a, 0, 4, 0, 0), 0);
	assert_int_equal(gantry_queue_discard(queue), 0);
	assert_int_equal(gantry_queue_submit(queue, NULL), -EINVAL);
	assert_int_equal(gantry_queue_submit(NULL, NULL), -EINVAL);
	assert_int_equal(gantry_queue_discard(NULL), -EINVAL);
	mock_buffer_destroy(a, 21);
	end(dev, queue);
}

static void ranges_are_checked_before_they_are_kept(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, NULL);
	struct gantry_buffer *a = mock_buffer(dev, 21, 4096, 0), *b = mock_buffer(dev, 22, 8192, 0);

	(void)state;
	/* empty */
	assert_int_equal(gantry_queue_prep_copy(queue, a, 0, b, 0, 0, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_fill(queue, a, 0, 0, 0, 0), -EINVAL);
	/* past either end, by one */
	assert_int_equal(gantry_queue_prep_copy(queue, a, 1, b, 0, 4096, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_copy(queue, b, 0, a, 1, 4096, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_copy(queue, a, 4096, b, 0, 1, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_fill(queue, a, 4, 4096, 0, 0), -EINVAL);
	/* overflow */
	assert_int_equal(gantry_queue_prep_copy(queue, a, UINT64_MAX, b, 0, 1, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_copy(queue, a, 1, b, 0, UINT64_MAX, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_fill(queue, a, UINT64_MAX - 3, 4, 0, 0), -EINVAL);
	/* overlap in one buffer; neighbors are fine */
	assert_int_equal(gantry_queue_prep_copy(queue, b, 0, b, 4095, 4096, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_copy(queue, b, 4095, b, 0, 4096, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_copy(queue, b, 0, b, 4096, 4096, 0), 0);
	assert_int_equal(gantry_queue_prep_copy(queue, b, 4096, b, 0, 4096, 0), 0);
	/* alignment of fills */
	assert_int_equal(gantry_queue_prep_fill(queue, a, 2, 4, 0, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_fill(queue, a, 0, 6, 0, 0), -EINVAL);
	/* flags and NULL */
	assert_int_equal(gantry_queue_prep_copy(queue, a, 0, b, 0, 1, 2), -EINVAL);
	assert_int_equal(gantry_queue_prep_fill(queue, a, 0, 4, 0, 0x80000000), -EINVAL);
	assert_int_equal(gantry_queue_prep_copy(NULL, a, 0, b, 0, 1, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_copy(queue, NULL, 0, b, 0, 1, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_copy(queue, a, 0, NULL, 0, 1, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_fill(queue, NULL, 0, 4, 0, 0), -EINVAL);
	mock_buffer_destroy(a, 21);
	mock_buffer_destroy(b, 22);
	end(dev, queue);
}

static void read_only_is_no_destination(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, NULL);
	struct gantry_buffer *ro = mock_buffer(dev, 21, 4096, DRM_GANTRY_BO_READ_ONLY);
	struct gantry_buffer *b = mock_buffer(dev, 22, 4096, 0);

	(void)state;
	assert_int_equal(gantry_queue_prep_copy(queue, ro, 0, b, 0, 1, 0), -EACCES);
	assert_int_equal(gantry_queue_prep_fill(queue, ro, 0, 4, 0, 0), -EACCES);
	assert_int_equal(gantry_queue_prep_copy(queue, b, 0, ro, 0, 1, 0), 0);
	mock_buffer_destroy(ro, 21);
	mock_buffer_destroy(b, 22);
	end(dev, queue);
}

static void objects_of_another_device_are_refused(void **state)
{
	struct gantry_device *dev = mock_device(), *other = mock_device();
	struct gantry_queue *queue = make_queue(dev, NULL);
	struct gantry_buffer *a = mock_buffer(dev, 21, 4096, 0);
	struct gantry_buffer *foreign = mock_buffer(other, 21, 4096, 0);
	struct gantry_fence *fence = make_fence(other, 31);

	(void)state;
	assert_int_equal(gantry_queue_prep_copy(queue, foreign, 0, a, 0, 1, 0), -EXDEV);
	assert_int_equal(gantry_queue_prep_copy(queue, a, 0, foreign, 0, 1, 0), -EXDEV);
	assert_int_equal(gantry_queue_prep_fill(queue, foreign, 0, 4, 0, 0), -EXDEV);
	assert_int_equal(gantry_queue_prep_wait(queue, fence, 1), -EXDEV);
	assert_int_equal(gantry_queue_prep_signal(queue, fence, 1), -EXDEV);
	destroy_fence(fence, 31);
	mock_buffer_destroy(a, 21);
	mock_buffer_destroy(foreign, 21);
	gantry_device_close(other);
	end(dev, queue);
}

static void batch_holds_as_much_as_was_asked_for(void **state)
{
	struct gantry_queue_options options = {
		.size = sizeof(options), .max_ops = 2, .max_syncs = 1,
	};
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, &options);
	struct gantry_buffer *a = mock_buffer(dev, 21, 4096, 0);
	struct gantry_fence *f = make_fence(dev, 31);

	(void)state;
	assert_int_equal(gantry_queue_prep_fill(queue, a, 0, 4, 0, 0), 0);
	assert_int_equal(gantry_queue_prep_copy(queue, a, 0, a, 8, 4, 0), 0);
	assert_int_equal(gantry_queue_prep_copy(queue, a, 0, a, 8, 4, 0), -ENOBUFS);
	assert_int_equal(gantry_queue_prep_fill(queue, a, 0, 4, 0, 0), -ENOBUFS);
	assert_int_equal(gantry_queue_prep_wait(queue, f, 1), 0);
	assert_int_equal(gantry_queue_prep_wait(queue, f, 2), -ENOBUFS);
	assert_int_equal(gantry_queue_prep_signal(queue, f, 1), 0);
	assert_int_equal(gantry_queue_prep_signal(queue, f, 2), -ENOBUFS);
	assert_int_equal(gantry_queue_prep_wait(queue, f, 0), -EINVAL);
	assert_int_equal(gantry_queue_prep_wait(queue, NULL, 1), -EINVAL);
	assert_int_equal(gantry_queue_prep_signal(NULL, f, 1), -EINVAL);
	assert_int_equal(gantry_queue_discard(queue), 0);
	assert_int_equal(gantry_queue_prep_wait(queue, f, 1), 0);
	destroy_fence(f, 31);
	mock_buffer_destroy(a, 21);
	end(dev, queue);
}

/* ---- waiting ---------------------------------------------------------------- */

static void wait_for_what_has_ended_makes_no_call(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, NULL);
	uint64_t seqno = 77;

	(void)state;
	assert_int_equal(gantry_queue_completed(queue), 0);
	set_status(5, 0, 0);
	assert_int_equal(gantry_queue_completed(queue), 5);
	assert_int_equal(gantry_queue_wait(queue, 1, -1), 0);
	assert_int_equal(gantry_queue_wait(queue, 5, 0), 0);
	assert_int_equal(gantry_queue_error(queue, &seqno), 0);
	assert_int_equal(seqno, 77);
	end(dev, queue);
}

static void broken_queue_tells_each_job_its_own_end(void **state)
{
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, NULL);
	uint64_t seqno = 0;

	(void)state;
	set_status(9, 7, -ETIME);
	assert_int_equal(gantry_queue_wait(queue, 6, -1), 0);
	assert_int_equal(gantry_queue_wait(queue, 7, -1), -ETIME);
	assert_int_equal(gantry_queue_wait(queue, 8, -1), -ECANCELED);
	assert_int_equal(gantry_queue_error(queue, &seqno), -ETIME);
	assert_int_equal(seqno, 7);
	assert_int_equal(gantry_queue_error(queue, NULL), -ETIME);
	set_status(9, 7, -ENODEV);
	assert_int_equal(gantry_queue_wait(queue, 8, -1), -ENODEV);
	end(dev, queue);
}

static void check_wait(void *arg, void *data)
{
	const struct drm_gantry_queue_wait *answer = data;
	struct drm_gantry_queue_wait *wait = arg;

	assert_int_equal(wait->queue, QUEUE);
	assert_int_equal(wait->seqno, 4);
	assert_int_equal(wait->pad, 0);
	assert_int_equal(wait->pad2, 0);
	assert_true(wait->timeout_ns == answer->timeout_ns);
	wait->status = answer->status;
	wait->completed = answer->completed;
}

static void wait_sleeps_in_the_kernel(void **state)
{
	struct gantry_queue_options options = { .size = sizeof(options), .spin = 1 };
	struct drm_gantry_queue_wait forever = { .timeout_ns = INT64_MAX, .completed = 4 };
	struct drm_gantry_queue_wait look = { .timeout_ns = 0 };
	struct drm_gantry_queue_wait failed = { .timeout_ns = INT64_MAX, .status = -EIO };
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, &options);

	(void)state;
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_WAIT, check_wait, &forever, 0);
	errno = EDOM;
	assert_int_equal(gantry_queue_wait(queue, 4, -1), 0);
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_WAIT, check_wait, &look, ETIME);
	assert_int_equal(gantry_queue_wait(queue, 4, 0), -ETIMEDOUT);
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_WAIT, check_wait, &failed, 0);
	assert_int_equal(gantry_queue_wait(queue, 4, -1), -EIO);
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_WAIT, check_wait, &look, EINVAL);
	assert_int_equal(gantry_queue_wait(queue, 4, 0), -EINVAL);
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_WAIT, check_wait, &look, ENODEV);
	assert_int_equal(gantry_queue_wait(queue, 4, 0), -ENODEV);
	assert_int_equal(errno, EDOM);
	assert_int_equal(gantry_queue_wait(queue, 0, 0), -EINVAL);
	assert_int_equal(gantry_queue_wait(NULL, 1, 0), -EINVAL);
	assert_int_equal(gantry_queue_completed(NULL), 0);
	assert_int_equal(gantry_queue_error(NULL, NULL), -EINVAL);
	end(dev, queue);
}

/* A wait is interrupted: libdrm calls again, with the same deadline. */
static void signal_does_not_end_or_lengthen_a_wait(void **state)
{
	struct gantry_queue_options options = {
		.size = sizeof(options), .spin = GANTRY_SPIN_NONE,
	};
	struct drm_gantry_queue_wait forever = { .timeout_ns = INT64_MAX, .completed = 4 };
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, &options);

	(void)state;
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_WAIT, check_wait, &forever, EINTR);
	mock_ioctl_call(DRM_IOCTL_GANTRY_QUEUE_WAIT, check_wait, &forever, 0);
	assert_int_equal(gantry_queue_wait(queue, 4, -1), 0);
	end(dev, queue);
}

static void complete_job(int number)
{
	(void)number;
	set_status(4, 0, 0);
}

/*
 * The job completes after the program has burnt some processor time in the
 * wait: that is, while it spins. An ioctl is not expected, so one would fail.
 */
static void spin_sees_completion_without_a_call(void **state)
{
	struct gantry_queue_options options = {
		.size = sizeof(options), .spin = GANTRY_SPIN_NONE - 1,	/* 4 s */
	};
	struct itimerval burnt = { .it_value.tv_usec = 20000 };
	struct gantry_device *dev = mock_device();
	struct gantry_queue *queue = make_queue(dev, &options);

	(void)state;
	signal(SIGVTALRM, complete_job);
	setitimer(ITIMER_VIRTUAL, &burnt, NULL);
	assert_int_equal(gantry_queue_wait(queue, 4, -1), 0);
	signal(SIGVTALRM, SIG_DFL);
	end(dev, queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kernel_test(options_are_checked),
		kernel_test(unknown_options_are_refused_unless_zero),
		kernel_test(create_that_fails_leaves_nothing),
		kernel_test(submit_hands_over_the_exact_batch),
		kernel_test(refused_batch_stays_and_can_be_submitted_again),
		kernel_test(empty_and_discarded_batches_are_not_submitted),
		kernel_test(ranges_are_checked_before_they_are_kept),
		kernel_test(read_only_is_no_destination),
		kernel_test(objects_of_another_device_are_refused),
		kernel_test(batch_holds_as_much_as_was_asked_for),
		kernel_test(wait_for_what_has_ended_makes_no_call),
		kernel_test(broken_queue_tells_each_job_its_own_end),
		kernel_test(wait_sleeps_in_the_kernel),
		kernel_test(signal_does_not_end_or_lengthen_a_wait),
		kernel_test(spin_sees_completion_without_a_call),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
