// SPDX-License-Identifier: GPL-2.0-only
/* Faults of the chip: each does what its name says, and goes when it should. */
#include "testbed.h"

#include "fault.h"

#define E	129
#define OTHER	130
#define MARKER	0x8000u		/* where completions land in host memory */
#define M2S_CAUSE	(UDMA_IOFIC_SECONDARY(UDMA_IOFIC_ERR_M2S) + UDMA_IOFIC_CAUSE)

static void arm(struct bed *bed, unsigned int fault, uint32_t where, uint32_t after,
		uint32_t times, uint32_t value)
{
	const struct vfu_fault setting = {
		.where = where, .after = after, .times = times, .value = value,
	};

	vfu_fault_arm(trn2_card_faults(bed->card), fault, &setting);
}

static unsigned int fired(struct bed *bed, unsigned int fault)
{
	struct vfu_fault now;

	vfu_fault_get(trn2_card_faults(bed->card), fault, &now);
	return now.fired;
}

static void wait_fired(struct bed *bed, unsigned int fault, unsigned int count)
{
	bed_settle(bed);
	assert_int_equal(fired(bed, fault), count);
}

/* Firmware has a thread of its own, and takes its time. */
static void wait_fired_in_firmware(struct bed *bed, unsigned int fault, unsigned int count)
{
	struct timespec since = { 0 };

	while (fired(bed, fault) < count && !timed_out(&since))
		;
	assert_int_equal(fired(bed, fault), count);
}

static struct bed_queue start(struct bed *bed, unsigned int e)
{
	bed_engine_init(bed, e);
	return bed_queue_host(bed, e, 0);
}

/* 5000 bytes and the word that tells they are there, as drivers do it */
static void job(struct bed_queue *q, uint32_t seed)
{
	struct bed *bed = q->bed;

	fill(host_at(bed, 0), 5000, seed);
	copy(q, host_addr(0), hbm_addr(0, 0), 5000);
	memcpy(host_at(bed, MARKER + 64 * seed), &seed, 4);
	copy(q, host_addr(MARKER + 64 * seed), host_addr(MARKER), 4);
}

static uint32_t marker(struct bed *bed)
{
	return *(volatile uint32_t *)host_at(bed, MARKER);
}

static void expect_job(struct bed_queue *q, uint32_t seed)
{
	q_wait(q, DST);
	assert_int_equal(marker(q->bed), seed);
	assert_filled(hbm_at(q->bed, 0, 0), 5000, seed);
}

static void expect_works(struct bed_queue *q, uint32_t seed)
{
	job(q, seed);
	expect_job(q, seed);
}

static bool active(struct bed_queue *q)
{
	return q_read(q, SRC, UDMA_Q_STATUS) & UDMA_Q_STATUS_ACTIVE;
}

static void disable(struct bed_queue *q)
{
	q_write(q, SRC, UDMA_Q_CFG, UDMA_Q_CFG_RESET);
	q_write(q, DST, UDMA_Q_CFG, UDMA_Q_CFG_RESET);
}

static void device_reset(struct bed *bed)
{
	apb_write(bed, TRN2_APB_RESET_QEMU, 0);
	apb_wait(bed, TRN2_APB_RESET_QEMU, UINT32_MAX, 0);
}

static void a_hang_lasts_until_the_queue_is_reset(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed, E), other = start(bed, OTHER);

	arm(bed, TRN2_FAULT_HANG, VFU_FAULT_ANYWHERE, 1, 1, 0);
	job(&q, 1);
	wait_fired(bed, TRN2_FAULT_HANG, 1);
	/* The first packet arrived, the second never will, and nobody tells. */
	assert_filled(hbm_at(bed, 0, 0), 5000, 1);
	assert_int_equal(marker(bed), 0);
	assert_true(active(&q));
	assert_int_equal(eng_read(bed, E, M2S_CAUSE), 0);
	ring(&q, SRC, 0);
	bed_settle(bed);
	assert_int_equal(marker(bed), 0);
	expect_works(&other, 2);
	disable(&q);
	assert_false(active(&q));
	q = bed_queue_host(bed, E, 0);
	expect_works(&q, 3);
}

static void a_fault_keeps_to_its_engine(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed, E), other = start(bed, OTHER);

	arm(bed, TRN2_FAULT_HANG, E, 0, 1, 0);
	expect_works(&other, 1);
	assert_int_equal(fired(bed, TRN2_FAULT_HANG), 0);
	job(&q, 2);
	wait_fired(bed, TRN2_FAULT_HANG, 1);
	assert_int_equal(marker(bed), 1);
}

static void a_hang_can_outlive_its_queue_but_not_the_card(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed, E);

	arm(bed, TRN2_FAULT_HANG_FOR_GOOD, E, 0, 1, 0);
	job(&q, 1);
	wait_fired(bed, TRN2_FAULT_HANG_FOR_GOOD, 1);
	disable(&q);
	assert_false(active(&q));
	q = bed_queue_host(bed, E, 0);
	job(&q, 2);
	bed_settle(bed);
	assert_int_equal(marker(bed), 0);
	device_reset(bed);
	q = start(bed, E);
	expect_works(&q, 3);
}

static void a_hang_can_keep_its_queue_from_stopping(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed, E);

	arm(bed, TRN2_FAULT_HANG_FOR_GOOD, E, 0, 1, 1);
	job(&q, 1);
	wait_fired(bed, TRN2_FAULT_HANG_FOR_GOOD, 1);
	disable(&q);
	assert_true(active(&q));
	device_reset(bed);
	disable(&q);
	assert_false(active(&q));
	q = start(bed, E);
	expect_works(&q, 2);
}

static void an_engine_reports_the_error_it_was_told_to(void **state)
{
	static const uint32_t asked[] = { 0, UDMA_ERR_M2S_DATA_AXI_RESP };
	static const uint32_t told[] = {
		UDMA_ERR_M2S_PREF_AXI_RESP, UDMA_ERR_M2S_DATA_AXI_RESP,
	};
	struct bed *bed = *state;

	for (unsigned int i = 0; i < 2; i++) {
		struct bed_queue q = start(bed, E);

		memset(host_at(bed, MARKER), 0, 4);
		arm(bed, TRN2_FAULT_DESCRIPTOR, E, 1, 1, asked[i]);
		job(&q, 1);
		wait_fired(bed, TRN2_FAULT_DESCRIPTOR, 1);
		apb_wait(bed, engine_apb(E) + M2S_CAUSE, UINT32_MAX, told[i]);
		assert_int_equal(marker(bed), 0);
		assert_false(active(&q));
		device_reset(bed);
		q = start(bed, E);
		expect_works(&q, 2);
	}
}

static void a_lost_completion_loses_nothing_else(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed, E);

	arm(bed, TRN2_FAULT_LOST, E, 1, 1, 0);
	expect_works(&q, 1);
	job(&q, 2);
	q_wait(&q, DST);
	assert_int_equal(fired(bed, TRN2_FAULT_LOST), 1);
	assert_filled(hbm_at(bed, 0, 0), 5000, 2);
	assert_int_equal(marker(bed), 1);
	expect_works(&q, 3);
}

static void a_late_completion_comes_when_it_is_released(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed, E), other = start(bed, OTHER);

	arm(bed, TRN2_FAULT_LATE, E, 0, 1, 0);
	job(&q, 1);
	job(&q, 2);
	wait_fired(bed, TRN2_FAULT_LATE, 1);
	assert_int_equal(marker(bed), 0);
	expect_works(&other, 3);
	vfu_fault_release(trn2_card_faults(bed->card), TRN2_FAULT_LATE);
	q_wait(&q, DST);
	assert_int_equal(marker(bed), 2);
	assert_int_equal(fired(bed, TRN2_FAULT_LATE), 1);
	expect_works(&q, 4);
}

static void a_queue_that_is_reset_writes_no_late_completion(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed, E);

	arm(bed, TRN2_FAULT_LATE, E, 0, 1, 0);
	job(&q, 1);
	wait_fired(bed, TRN2_FAULT_LATE, 1);
	q = bed_queue_host(bed, E, 0);
	vfu_fault_disarm(trn2_card_faults(bed->card), TRN2_FAULT_LATE);
	bed_settle(bed);
	assert_int_equal(marker(bed), 0);
	expect_works(&q, 2);
}

static void one_bit_is_flipped_and_no_other(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed, E);

	arm(bed, TRN2_FAULT_FLIP, E, 0, 1, 8 * 1234 + 5);
	job(&q, 1);
	q_wait(&q, DST);
	assert_int_equal(fired(bed, TRN2_FAULT_FLIP), 1);
	assert_int_equal(marker(bed), 1);
	assert_int_equal(hbm_at(bed, 0, 0)[1234], host_at(bed, 0)[1234] ^ 1 << 5);
	hbm_at(bed, 0, 0)[1234] ^= 1 << 5;
	assert_filled(hbm_at(bed, 0, 0), 5000, 1);
	expect_works(&q, 2);
}

static void a_reset_fails_as_often_as_asked_for(void **state)
{
	struct bed *bed = *state;
	bool silicon = !strcmp(bed->layout, "silicon");
	struct bed_queue q = start(bed, E);

	arm(bed, TRN2_FAULT_RESET, VFU_FAULT_ANYWHERE, 0, 1, 0);
	for (unsigned int i = 0; i < 2; i++) {
		if (silicon) {
			misc_write(bed, TRN2_MR_RESET, TRN2_RESET_DEVICE);
			misc_write(bed, TRN2_MR_DOORBELL, 1);
			apb_wait(bed, TRN2_APB_MISC_RAM + TRN2_MR_RESET, UINT32_MAX, 0);
			apb_wait(bed, TRN2_APB_MISC_RAM + TRN2_MR_STATUS,
				 TRN2_STATUS_IN_RESET, i ? 0 : TRN2_STATUS_IN_RESET);
		} else {
			apb_write(bed, TRN2_APB_RESET_QEMU, 0);
			apb_wait(bed, TRN2_APB_RESET_QEMU, UINT32_MAX, i ? 0 : UINT32_MAX);
		}
		wait_fired_in_firmware(bed, TRN2_FAULT_RESET, 1);
		assert_int_equal(q_read(&q, SRC, UDMA_Q_LEN), i ? 0 : q.len);
	}
	q = start(bed, E);
	expect_works(&q, 1);
}

static void firmware_does_not_answer(void **state)
{
	struct bed *bed = *state;

	arm(bed, TRN2_FAULT_MAILBOX, VFU_FAULT_ANYWHERE, 0, VFU_FAULT_ALWAYS, 0);
	misc_write(bed, TRN2_MR_DOORBELL, 1);
	wait_fired_in_firmware(bed, TRN2_FAULT_MAILBOX, 1);
}

static void a_stack_counts_uncorrected_errors(void **state)
{
	struct bed *bed = *state;

	arm(bed, TRN2_FAULT_ECC, 2, 0, 1, 3);
	assert_int_equal(fired(bed, TRN2_FAULT_ECC), 1);
	assert_int_equal(misc_read(bed, TRN2_MR_HBM_ECC(2)), 3);
	arm(bed, TRN2_FAULT_ECC, 2, 0, 1, 0);
	assert_int_equal(misc_read(bed, TRN2_MR_HBM_ECC(2)), 4);
	arm(bed, TRN2_FAULT_ECC, VFU_FAULT_ANYWHERE, 0, 1, UINT32_MAX);
	assert_int_equal(misc_read(bed, TRN2_MR_HBM_ECC(0)), TRN2_ECC_UNCORRECTED);
	assert_int_equal(misc_read(bed, TRN2_MR_HBM_ECC(1)), 0);
}

#define one_worker(f) cmocka_unit_test_setup_teardown(f, bed_setup_one_worker, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		one_worker(a_hang_lasts_until_the_queue_is_reset),
		one_worker(a_fault_keeps_to_its_engine),
		one_worker(a_hang_can_outlive_its_queue_but_not_the_card),
		one_worker(a_hang_can_keep_its_queue_from_stopping),
		one_worker(an_engine_reports_the_error_it_was_told_to),
		one_worker(a_lost_completion_loses_nothing_else),
		one_worker(a_late_completion_comes_when_it_is_released),
		one_worker(a_queue_that_is_reset_writes_no_late_completion),
		one_worker(one_bit_is_flipped_and_no_other),
		one_worker(a_reset_fails_as_often_as_asked_for),
		cmocka_unit_test_setup_teardown(a_reset_fails_as_often_as_asked_for,
						bed_setup_silicon, bed_teardown),
		one_worker(firmware_does_not_answer),
		one_worker(a_stack_counts_uncorrected_errors),
	};

	return cmocka_run_group_tests_name("trainium2 faults", tests, NULL, NULL);
}
