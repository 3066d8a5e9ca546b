// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine goes to sleep and comes back, and an operator resets the card's
 * PCI function. Sleep is the kernel's own test of it: every device is suspended
 * and resumed, the processors are not.
 */
#include "fault.h"
#include "fixture.h"
#include "gate.h"
#include "recovery.h"

#include <sched.h>

#define LATE	"completion-late"

static int sleep_once(void)
{
	assert_done(sysfs_write("0", "module/suspend/parameters/pm_test_delay"));
	assert_done(sysfs_write("devices", "power/pm_test"));
	return sysfs_write("freeze", "power/state");
}

static void reset_function(void)
{
	assert_done(sysfs_write("1", "bus/pci/devices/%s/reset", card_address(0)));
}

/* Two queues, host memory, and a job that was submitted before the machine slept. */
static void what_a_context_has_outlasts_sleep(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *src = buffer_make(b->dev, 8 * MIB, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(b->dev, 8 * MIB, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm;
	struct gantry_fence *fence;
	struct gate gate = gate_make();
	uint64_t seqno;

	data_write(buffer_map(src), 8 * MIB, 5);
	assert_done(gantry_fence_create(b->dev, &fence));
	gate_hold(&gate, fence, 1);
	assert_done(gantry_queue_prep_copy(b->queue, dst, 0, src, 0, 8 * MIB, 0));
	assert_done(gantry_queue_prep_wait(b->queue, fence, 1));
	seqno = queue_submit(b->queue);

	assert_done(sleep_once());
	card_state_expect(0, "ready");
	gate_open(&gate);
	assert_done(gantry_queue_wait(b->queue, seqno, 60 * SECOND));
	data_expect(buffer_map(dst), 8 * MIB, 5);

	/* Device memory works as before it. */
	hbm = buffer_make(b->dev, MIB, 0);
	memset(buffer_map(dst), 0, MIB);
	copy_now(b->queue, hbm, 0, src, 0, MIB);
	copy_now(b->queue, dst, 0, hbm, 0, MIB);
	data_expect(buffer_map(dst), MIB, 5);

	gate_destroy(&gate);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

/* It would be lost with the power. */
static void nobody_sleeps_over_device_memory_in_use(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, MIB, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, MIB, 3);

	data_write(buffer_map(host), MIB, 9);
	copy_now(b->queue, hbm, 0, host, 0, MIB);
	assert_refused(sleep_once(), EBUSY);
	card_state_expect(0, "ready");
	memset(buffer_map(host), 0, MIB);
	copy_now(b->queue, host, 0, hbm, 0, MIB);
	data_expect(buffer_map(host), MIB, 9);

	gantry_buffer_destroy(hbm);
	assert_done(sleep_once());
	gantry_buffer_destroy(host);
}

static void a_card_sleeps_again_and_again(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *src = buffer_make(b->dev, MIB, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(b->dev, MIB, GANTRY_REGION_HOST);
	uint64_t seqno;
	uint32_t i;

	for (i = 1; i <= 20; i++) {
		data_write(buffer_map(src), MIB, i);
		assert_done(gantry_queue_prep_copy(b->queue, dst, 0, src, 0, MIB, 0));
		/* Under way, or not, when the card is stopped: it arrives. */
		seqno = queue_submit(b->queue);
		assert_done(sleep_once());
		assert_done(gantry_queue_wait(b->queue, seqno, 60 * SECOND));
		data_expect(buffer_map(dst), MIB, i);
	}
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

static void a_reset_of_the_function_leaves_a_card_that_works(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, MIB, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, MIB, 1);
	struct drm_gantry_counters_info before = counters_now(b->fd);

	reset_function();
	card_state_expect(0, "ready");
	data_write(buffer_map(host), MIB, 2);
	copy_now(b->queue, hbm, 0, host, 0, MIB);
	memset(buffer_map(host), 0, MIB);
	copy_now(b->queue, host, 0, hbm, 0, MIB);
	data_expect(buffer_map(host), MIB, 2);
	assert_int_equal(counters_now(b->fd).device_resets - before.device_resets, 1);

	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
}

/* What was known to be zero before is zeroed again before anybody gets it. */
static void no_free_memory_counts_as_zero_after_a_reset(void **state)
{
	struct bench *b = *state;
	uint32_t region = region_at(b->fd, 2);
	struct gantry_buffer *held[64], *freed[64];
	unsigned int i;

	/* Islands of zero, so that the allocator has many of them to remember. */
	for (i = 0; i < ARRAY_LENGTH(held); i++) {
		held[i] = buffer_make(b->dev, 64 * KIB, 2);
		freed[i] = buffer_make(b->dev, 64 * KIB, 2);
	}
	/* In no order that its trees would like. */
	for (i = 0; i < ARRAY_LENGTH(freed); i++)
		gantry_buffer_destroy(freed[i * 37 % ARRAY_LENGTH(freed)]);
	while (region_now(b->fd, region).scrubbing)
		sched_yield();
	assert_true(region_now(b->fd, region).dirty < region_now(b->fd, region).free);
	reset_function();
	assert_int_equal(region_now(b->fd, region).dirty, region_now(b->fd, region).free);
	for (i = 0; i < ARRAY_LENGTH(held); i++)
		gantry_buffer_destroy(held[i]);
}

/*
 * It ends with an error that says why; nobody waits for ever. In every other round
 * the reset comes when it comes, and the job may have ended well before.
 */
static void work_under_way_ends_with_a_reset_of_the_function(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, 64 * MIB, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, 64 * MIB, 1);
	uint32_t i;

	for (i = 0; i < 20; i++) {
		bool held = i % 2;
		struct gantry_queue *queue;
		uint64_t seqno;
		int ended;

		if (held)
			fault_arm_next(0, LATE);
		assert_done(gantry_queue_create(b->dev, NULL, &queue));
		assert_done(gantry_queue_prep_copy(queue, hbm, 0, host, 0, 64 * MIB, 0));
		seqno = queue_submit(queue);
		if (held)
			fault_wait(0, LATE, 1);
		reset_function();
		ended = gantry_queue_wait(queue, seqno, 60 * SECOND);
		if (held || ended)
			assert_refused(ended, EIO);
		fault_disarm(0, LATE);
		gantry_queue_destroy(queue);
	}
	copy_now(b->queue, hbm, 0, host, 0, MIB);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(what_a_context_has_outlasts_sleep),
		bench_test(nobody_sleeps_over_device_memory_in_use),
		bench_test(a_card_sleeps_again_and_again),
		bench_test(a_reset_of_the_function_leaves_a_card_that_works),
		bench_test(no_free_memory_counts_as_zero_after_a_reset),
		bench_test(work_under_way_ends_with_a_reset_of_the_function),
	};

	return cmocka_run_group_tests_name("power", tests, cards_setup, cards_teardown);
}
