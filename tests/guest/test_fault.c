// SPDX-License-Identifier: GPL-2.0-only
/* The knobs by which other tests let a card fail: from here to the engine and back. */
#include "fault.h"
#include "fixture.h"

#define LENGTH	(16 * KIB)

static int fault_teardown(void **state)
{
	fault_disarm_all(0);
	return bench_teardown(state);
}

static void every_fault_of_the_manual_can_be_asked_for(void **state)
{
	static const char *const names[] = {
		"off-bus", "killed", "dma-refused", "hang", "hang-until-card-reset",
		"descriptor-error", "completion-lost", "completion-late", "bit-flip",
		"reset-fails", "mailbox-silent", "ecc-uncorrected",
	};
	unsigned int i;

	(void)state;
	assert_true(fault_possible(0));
	for (i = 0; i < ARRAY_LENGTH(names); i++) {
		fault_disarm(0, names[i]);
		assert_int_equal(fault_fired(0, names[i]), 0);
	}
}

static void a_fault_of_one_card_is_none_of_the_other(void **state)
{
	unsigned int card;

	(void)state;
	for (card = 1; card < card_count(); card++) {
		fault_arm_next(card, "ecc-uncorrected");
		assert_int_equal(fault_fired(card, "ecc-uncorrected"), 1);
	}
	assert_int_equal(fault_fired(0, "ecc-uncorrected"), 0);
}

/* By its name; sensors have no numbers that last. */
static uint64_t sensor_now(struct gantry_device *dev, const char *name)
{
	struct gantry_sensor_info info = { .size = sizeof(info) };
	unsigned int i;

	for (i = 0; !gantry_device_get_sensor(dev, i, &info); i++)
		if (!strcmp(info.name, name))
			return info.value;
	fail_msg("no sensor %s", name);
	return 0;
}

static void errors_of_the_memory_show_in_its_sensor(void **state)
{
	const struct fault fault = { .name = "ecc-uncorrected", .where = 1, .value = 7 };
	struct bench *b = *state;
	uint64_t before = sensor_now(b->dev, "hbm1_ecc_uncorrected");
	uint64_t other = sensor_now(b->dev, "hbm2_ecc_uncorrected");

	fault_arm(0, &fault);
	assert_int_equal(sensor_now(b->dev, "hbm1_ecc_uncorrected"), before + 7);
	assert_int_equal(sensor_now(b->dev, "hbm2_ecc_uncorrected"), other);
}

static void a_job_ends_when_its_late_completion_comes(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, LENGTH, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, LENGTH, 0);
	struct drm_gantry_counters_info before = counters_now(b->fd), after;
	uint64_t seqno;

	data_write(buffer_map(host), LENGTH, 1);
	fault_arm_next(0, "completion-late");
	assert_done(gantry_queue_prep_copy(b->queue, hbm, 0, host, 0, LENGTH, 0));
	seqno = queue_submit(b->queue);
	fault_wait(0, "completion-late", 1);
	/* The data is there, the word of it is not. */
	data_expect(buffer_map(hbm), LENGTH, 1);
	assert_refused(gantry_queue_wait(b->queue, seqno, 0), ETIMEDOUT);
	fault_release(0, "completion-late");
	assert_done(gantry_queue_wait(b->queue, seqno, 60 * SECOND));
	after = counters_now(b->fd);
	assert_int_equal(after.ring_resets, before.ring_resets);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
}

/* No driver can see this: it is why programs that must know check their data. */
static void a_bit_that_flips_on_the_way_is_the_only_one(void **state)
{
	const struct fault fault = {
		.name = "bit-flip", .where = VFU_FAULT_ANYWHERE, .value = 8 * 999 + 3,
	};
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, LENGTH, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, LENGTH, 0);
	uint8_t *map = buffer_map(hbm);

	data_write(buffer_map(host), LENGTH, 2);
	fault_arm(0, &fault);
	copy_now(b->queue, hbm, 0, host, 0, LENGTH);
	assert_int_equal(fault_fired(0, "bit-flip"), 1);
	assert_int_equal(map[999], ((uint8_t *)buffer_map(host))[999] ^ 1 << 3);
	map[999] ^= 1 << 3;
	data_expect(map, LENGTH, 2);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
}

#define fault_test(f) cmocka_unit_test_setup_teardown(f, bench_setup, fault_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fault_test(every_fault_of_the_manual_can_be_asked_for),
		fault_test(a_fault_of_one_card_is_none_of_the_other),
		fault_test(errors_of_the_memory_show_in_its_sensor),
		fault_test(a_job_ends_when_its_late_completion_comes),
		fault_test(a_bit_that_flips_on_the_way_is_the_only_one),
	};

	return cmocka_run_group_tests_name("fault", tests, cards_setup, cards_teardown);
}
