// SPDX-License-Identifier: GPL-2.0-only
/* The knobs by which other tests let a card fail: from here to the engine and back. */
#include "fault.h"
#include "fixture.h"

#define LENGTH	(16 * KIB)
#define PIECE	(4 * MIB)
#define MOST	(1024 * MIB)	/* of memory that is soon read */

static int fault_teardown(void **state)
{
	fault_disarm_all(0);
	return bench_teardown(state);
}

static void expect_known(const char *const names[])
{
	unsigned int i;

	for (i = 0; names[i]; i++)
		if (!fault_known(0, names[i]))
			fail_msg("there is no fault %s", names[i]);
}

static void every_fault_of_the_manual_can_be_asked_for(void **state)
{
	static const char *const all[] = {
		"off-bus", "killed", "dma-refused", "hang", "hang-until-card-reset",
		"descriptor-error", "completion-lost", "completion-late", "bit-flip",
		"reset-fails", NULL
	};
	static const char *const trainium2[] = { "mailbox-silent", "ecc-uncorrected", NULL };
	static const char *const a100[] = { "page-fault", "poison", "semaphore-never", NULL };
	const struct gantry_card card = card_now(0);

	(void)state;
	assert_true(fault_possible(0));
	expect_known(all);
	expect_known(!strcmp(card.chip, "a100") ? a100 : trainium2);
}

static void a_fault_of_one_card_is_none_of_the_other(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, LENGTH, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, LENGTH, 0);
	unsigned int card;

	for (card = 1; card < card_count(); card++)
		fault_arm_next(card, "bit-flip");
	data_write(buffer_map(host), LENGTH, 3);
	copy_now(b->queue, hbm, 0, host, 0, LENGTH);
	data_expect(buffer_map(hbm), LENGTH, 3);
	for (card = 1; card < card_count(); card++) {
		assert_int_equal(fault_fired(card, "bit-flip"), 0);
		fault_disarm(card, "bit-flip");
	}
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
}

static void skip_without(const char *fault)
{
	if (fault_known(0, fault))
		return;
	print_message("# the card has no fault %s\n", fault);
	skip();
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
	uint64_t before, other;

	skip_without(fault.name);
	before = sensor_now(b->dev, "hbm1_ecc_uncorrected");
	other = sensor_now(b->dev, "hbm2_ecc_uncorrected");
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

/* One job reads all of @from, piece by piece. */
static uint64_t submit_read(struct gantry_queue *queue, struct gantry_buffer *to,
			    struct gantry_buffer *from, uint64_t size)
{
	uint64_t at;

	for (at = 0; at < size; at += PIECE)
		assert_done(gantry_queue_prep_copy(queue, to, 0, from, at,
						   size - at < PIECE ? size - at : PIECE, 0));
	return queue_submit(queue);
}

/* A buffer that holds all memory has every address, so it is done on a small card. */
static void memory_that_cannot_be_read_ends_the_job_that_reads_it(void **state)
{
	const unsigned int card = card_count() - 1;
	struct gantry_device *dev = card_open(card);
	const uint64_t size = region_now(gantry_device_fd(dev), 0).size;
	const struct fault fault = { .name = "poison", .where = size / 2 / 4096 };
	struct gantry_buffer *host, *hbm;
	struct gantry_queue *queue;
	uint64_t seqno;

	(void)state;
	if (!fault_known(card, fault.name) || size > MOST) {
		gantry_device_close(dev);
		print_message("# the last card has no fault %s, or much memory\n", fault.name);
		skip();
	}
	assert_done(gantry_queue_create(dev, NULL, &queue));
	host = buffer_make(dev, PIECE, GANTRY_REGION_HOST);
	hbm = buffer_make(dev, size, 0);
	fault_arm(card, &fault);
	/* Writing it is fine. */
	assert_done(gantry_queue_prep_fill(queue, hbm, 0, size, 0x5a5a5a5a, 0));
	queue_run(queue);
	assert_int_equal(fault_fired(card, fault.name), 0);
	seqno = submit_read(queue, host, hbm, size);
	assert_refused(gantry_queue_wait(queue, seqno, 60 * SECOND), EIO);
	assert_int_equal(fault_fired(card, fault.name), 1);
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
	gantry_device_close(dev);
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
		fault_test(memory_that_cannot_be_read_ends_the_job_that_reads_it),
	};

	return cmocka_run_group_tests_name("fault", tests, cards_setup, cards_teardown);
}
