// SPDX-License-Identifier: GPL-2.0-only
/* The register space: where things are, what they start as, what they refuse. */
#include "testbed.h"

#include <time.h>

static void every_engine_and_queue_is_where_published(void **state)
{
	struct bed *bed = *state;

	for (unsigned int e = 0; e < TRN2_ENGINES; e++)
		for (unsigned int q = 0; q < UDMA_QUEUES; q++) {
			eng_write(bed, e, UDMA_M2S_Q(q) + UDMA_Q_BASE_HI, e << 8 | q);
			eng_write(bed, e, UDMA_S2M_Q(q) + UDMA_Q_BASE_HI, ~(e << 8 | q));
		}
	for (unsigned int e = 0; e < TRN2_ENGINES; e++)
		for (unsigned int q = 0; q < UDMA_QUEUES; q++) {
			assert_int_equal(eng_read(bed, e, UDMA_M2S_Q(q) + UDMA_Q_BASE_HI),
					 e << 8 | q);
			assert_int_equal(eng_read(bed, e, UDMA_S2M_Q(q) + UDMA_Q_BASE_HI),
					 ~(e << 8 | q));
		}
}

static void a_queue_starts_disabled_and_empty(void **state)
{
	struct bed *bed = *state;
	uint32_t at = UDMA_M2S_Q(3);

	assert_int_equal(eng_read(bed, 131, at + UDMA_Q_CFG), UDMA_Q_CFG_RESET);
	assert_int_equal(eng_read(bed, 131, at + UDMA_Q_STATUS), 0);
	assert_int_equal(eng_read(bed, 131, at + UDMA_Q_HEAD), 1u << 30);
	assert_int_equal(eng_read(bed, 131, at + UDMA_Q_TAIL), 1u << 30);
	assert_int_equal(eng_read(bed, 131, at + UDMA_Q_COMP_HEAD), 1u << 30);
	assert_int_equal(eng_read(bed, 131, at + UDMA_M2S_Q_RLIMIT_MASK), 7);
	assert_int_equal(eng_read(bed, 131, UDMA_GEN_SPARE_ONES0), UINT32_MAX);
	assert_int_equal(eng_read(bed, 131, UDMA_M2S_STATE), 0);
}

static void wired_bits_and_read_only_registers_keep_their_value(void **state)
{
	struct bed *bed = *state;
	static const uint32_t fixed[] = {
		UDMA_Q_STATUS, UDMA_Q_HEAD, UDMA_Q_TAIL, UDMA_Q_CURRENT,
		UDMA_Q_COMP_HEAD,
	};

	eng_write(bed, 0, UDMA_S2M_Q(0) + UDMA_Q_BASE_LO, UINT32_MAX);
	eng_write(bed, 0, UDMA_S2M_Q(0) + UDMA_Q_LEN, UINT32_MAX);
	assert_int_equal(eng_read(bed, 0, UDMA_S2M_Q(0) + UDMA_Q_BASE_LO), 0xffffffc0);
	assert_int_equal(eng_read(bed, 0, UDMA_S2M_Q(0) + UDMA_Q_LEN), 0x00fffffc);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		uint32_t before = eng_read(bed, 0, UDMA_M2S_Q(0) + fixed[i]);

		eng_write(bed, 0, UDMA_M2S_Q(0) + fixed[i], 0x12345678);
		assert_int_equal(eng_read(bed, 0, UDMA_M2S_Q(0) + fixed[i]), before);
	}
	eng_write(bed, 0, UDMA_M2S_STATE, UINT32_MAX);
	assert_int_equal(eng_read(bed, 0, UDMA_M2S_STATE), 0);
	assert_int_equal(eng_read(bed, 0, UDMA_M2S_Q(0) + UDMA_Q_TAIL_INC), 0);
}

/* Full marks the ring, and what is beyond the counter does not wrap it */
static void a_doorbell_moves_the_tail_and_counts_what_is_used(void **state)
{
	struct bed *bed = *state;
	uint32_t at = UDMA_M2S_Q(0);

	eng_write(bed, 7, at + UDMA_Q_LEN, 64);
	eng_write(bed, 7, at + UDMA_Q_TAIL_INC, 63);
	assert_int_equal(eng_read(bed, 7, at + UDMA_Q_TAIL), 1u << 30 | 63);
	assert_int_equal(eng_read(bed, 7, at + UDMA_Q_STATUS), 63);
	eng_write(bed, 7, at + UDMA_Q_TAIL_INC, 1);
	assert_int_equal(eng_read(bed, 7, at + UDMA_Q_TAIL), 2u << 30);
	assert_int_equal(eng_read(bed, 7, at + UDMA_Q_STATUS),
			 UDMA_Q_STATUS_FULL | 64);
	for (int i = 0; i < 5; i++)
		eng_write(bed, 7, at + UDMA_Q_TAIL_INC, UINT32_MAX);
	assert_int_equal(eng_read(bed, 7, at + UDMA_Q_STATUS),
			 UDMA_Q_STATUS_FULL | UDMA_Q_STATUS_USED);
	eng_write(bed, 7, at + UDMA_M2S_Q_SW_CTRL, UDMA_Q_SW_CTRL_RST_Q);
	assert_int_equal(eng_read(bed, 7, at + UDMA_Q_TAIL), 1u << 30);
	assert_int_equal(eng_read(bed, 7, at + UDMA_Q_STATUS), 0);
}

static void narrow_and_crooked_accesses_to_registers_get_no_answer(void **state)
{
	struct bed *bed = *state;
	uint64_t at = TRN2_APB_MISC_RAM + TRN2_MR_METRIC;
	uint8_t buf[8] = { 0 };

	apb_write(bed, at, 0x44332211);
	apb_write(bed, at + 4, 0x88776655);
	trn2_bar_read(bed->card, bed->apb_bar, at, buf, 1);
	assert_int_equal(buf[0], 0xff);
	trn2_bar_read(bed->card, bed->apb_bar, at, buf, 2);
	assert_int_equal(buf[1], 0xff);
	trn2_bar_read(bed->card, bed->apb_bar, at + 2, buf, 4);
	assert_int_equal(buf[0] & buf[1] & buf[2] & buf[3], 0xff);
	trn2_bar_write(bed->card, bed->apb_bar, at, "x", 1);
	trn2_bar_write(bed->card, bed->apb_bar, at + 1, "xxxx", 4);
	trn2_bar_read(bed->card, bed->apb_bar, at, buf, 8);
	assert_memory_equal(buf, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
}

static void offsets_between_the_windows_read_as_ones(void **state)
{
	struct bed *bed = *state;
	static const uint64_t holes[] = {
		0x20000000, 0x3ffffffc, 0x60000000, 0x7ffffffc, 0xc0000000,
		0xcffffffc, 0xf5000000, 0xfffffffc,
	};

	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		apb_write(bed, holes[i], 0);
		assert_int_equal(apb_read(bed, holes[i]), UINT32_MAX);
	}
	assert_int_equal(apb_read(bed, 0x1ffffffc), 0);
	assert_int_equal(apb_read(bed, 0xf4fffffc), 0);
}

static void on_chip_memory_takes_any_access(void **state)
{
	struct bed *bed = *state;
	uint64_t end = TRN2_APB_CORE(7) + TRN2_CORE_SBUF_SIZE;
	uint8_t buf[64] = { 0 };

	fill(buf, sizeof(buf), 1);
	trn2_bar_write(bed->card, bed->apb_bar, end - 61, buf, 61);
	memset(buf, 0, sizeof(buf));
	for (unsigned int i = 0; i < 61; i++)
		trn2_bar_read(bed->card, bed->apb_bar, end - 61 + i, buf + i, 1);
	assert_filled(buf, 61, 1);
}

static void misc_ram_says_what_the_card_is(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(misc_read(bed, TRN2_MR_DEVICE_INDEX), 5);
	assert_int_equal(misc_read(bed, TRN2_MR_SERIAL_LO), 0x55667788);
	assert_int_equal(misc_read(bed, TRN2_MR_SERIAL_HI), 0x11223344);
	assert_true(misc_read(bed, TRN2_MR_API_VERSION) >= TRN2_POWER_API_VERSION);
	assert_int_equal(misc_read(bed, TRN2_MR_STATUS), 0);
	assert_int_equal(misc_read(bed, TRN2_MR_HBM_REPAIR), TRN2_HBM_REPAIR_NONE);
	for (unsigned int i = 0; i < TRN2_HBM_STACKS; i++)
		assert_int_equal(misc_read(bed, TRN2_MR_HBM_ECC(i)), 0);
	misc_write(bed, TRN2_MR_SERIAL_LO, 0);
	misc_write(bed, TRN2_MR_HBM_ECC(0), 1);
	misc_write(bed, TRN2_MR_STATUS, UINT32_MAX);
	assert_int_equal(misc_read(bed, TRN2_MR_SERIAL_LO), 0x55667788);
	assert_int_equal(misc_read(bed, TRN2_MR_HBM_ECC(0)), 0);
	assert_int_equal(misc_read(bed, TRN2_MR_STATUS), 0);
	misc_write(bed, TRN2_MR_POD_STATUS, 0x02010303);
	assert_int_equal(misc_read(bed, TRN2_MR_POD_STATUS), 0x02010303);
}

/* The published driver wants 60 samples a minute, each with a new number */
static void the_power_sensor_counts_samples(void **state)
{
	struct bed *bed = *state;
	uint32_t first = misc_read(bed, TRN2_MR_POWER(0));
	struct timespec begin, now;
	uint32_t second;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		second = misc_read(bed, TRN2_MR_POWER(0));
		clock_gettime(CLOCK_MONOTONIC, &now);
		assert_true(now.tv_sec - begin.tv_sec < 2);
	} while (second >> TRN2_POWER_SAMPLE_SHIFT == first >> TRN2_POWER_SAMPLE_SHIFT);
	assert_true((second & TRN2_POWER_UTIL) <= TRN2_POWER_UTIL_MAX);
}

static void a_semaphore_has_four_faces(void **state)
{
	struct bed *bed = *state;
	uint64_t at = TRN2_APB_CORE(6);

	apb_write(bed, at + TRN2_CORE_SEM_SET + 4 * 255, 40);
	apb_write(bed, at + TRN2_CORE_SEM_ADD + 4 * 255, 5);
	apb_write(bed, at + TRN2_CORE_SEM_SUB + 4 * 255, 3);
	apb_write(bed, at + TRN2_CORE_SEM_READ + 4 * 255, 7);
	assert_int_equal(apb_read(bed, at + TRN2_CORE_SEM_READ + 4 * 255), 42);
	assert_int_equal(apb_read(bed, at + TRN2_CORE_SEM_READ + 4 * 254), 0);
	apb_write(bed, at + TRN2_CORE_EVENT + 4 * 255, 1);
	assert_int_equal(apb_read(bed, at + TRN2_CORE_EVENT + 4 * 255), 1);
}

static void causes_are_cleared_by_zeroes_and_masks_by_zeroes(void **state)
{
	struct bed *bed = *state;
	uint32_t at = UDMA_IOFIC_PRIMARY(2);

	assert_int_equal(eng_read(bed, 64, at + UDMA_IOFIC_MASK), UINT32_MAX);
	eng_write(bed, 64, at + UDMA_IOFIC_CAUSE_SET, 0xf0);
	eng_write(bed, 64, at + UDMA_IOFIC_CAUSE, ~0x30u);
	assert_int_equal(eng_read(bed, 64, at + UDMA_IOFIC_CAUSE), 0xc0);
	eng_write(bed, 64, at + UDMA_IOFIC_MASK_CLEAR, ~0x40u);
	assert_int_equal(eng_read(bed, 64, at + UDMA_IOFIC_MASK), ~0x40u);
	eng_write(bed, 64, at + UDMA_IOFIC_CONTROL, UDMA_IOFIC_CLEAR_ON_READ);
	assert_int_equal(eng_read(bed, 64, at + UDMA_IOFIC_CAUSE), 0xc0);
	assert_int_equal(eng_read(bed, 64, at + UDMA_IOFIC_CAUSE), 0);
}

static void the_upper_interrupt_controller_takes_masks(void **state)
{
	struct bed *bed = *state;
	uint64_t at = 0xbc400000 + 31 * 0x20000 + 0x40 * 3;

	apb_write(bed, at + UDMA_IOFIC_MASK, 4);
	assert_int_equal(apb_read(bed, at + UDMA_IOFIC_MASK), 4);
}

static void the_memory_bar_is_the_stacks_side_by_side(void **state)
{
	struct bed *bed = *state;
	bool silicon = !strcmp(bed->layout, "silicon");
	uint64_t distance = silicon ? 64ULL << 30 : BED_HBM / 4;
	uint8_t buf[8];

	for (unsigned int s = 0; s < TRN2_HBM_STACKS; s++) {
		trn2_bar_write(bed->card, 4, s * distance + 4093, "stacked", 7);
		assert_memory_equal(hbm_at(bed, s, 4093), "stacked", 7);
	}
	trn2_bar_read(bed->card, 4, 3 * distance + 4093, buf, 7);
	assert_memory_equal(buf, "stacked", 7);
	if (!silicon)
		return;
	trn2_bar_write(bed->card, 4, BED_HBM / 4, "beyond", 6);
	trn2_bar_read(bed->card, 4, BED_HBM / 4 - 2, buf, 8);
	assert_memory_equal(buf, "\0\0\xff\xff\xff\xff\xff\xff", 8);
}

static void pci_shows_the_layout(void **state)
{
	struct bed *bed = *state;
	bool silicon = !strcmp(bed->layout, "silicon");
	struct vfu_options pci;

	trn2_card_describe(bed->card, &pci);
	assert_int_equal(pci.vendor, 0x1d0f);
	assert_int_equal(pci.device, 0x7364);
	assert_int_equal(pci.revision == 255, !silicon);
	assert_int_equal(pci.bars[silicon ? 0 : 2].size, 4ULL << 30);
	assert_int_equal(pci.bars[4].size, silicon ? 256ULL << 30 : BED_HBM);
	assert_non_null(pci.bars[4].memory);
}

static void sizes_that_no_card_has_are_refused(void **state)
{
	struct trn2_options o = { .layout = trn2_layout_find("rev255") };

	(void)state;
	o.hbm_size = 0;
	assert_non_null(trn2_options_check(&o));
	o.hbm_size = 12 << 20;
	assert_non_null(trn2_options_check(&o));
	o.layout = trn2_layout_find("silicon");
	assert_null(trn2_options_check(&o));
	o.hbm_size = 512ULL << 30;
	assert_non_null(trn2_options_check(&o));
	o.hbm_size = 4ULL << 30;
	o.index = 32;
	assert_non_null(trn2_options_check(&o));
	assert_null(trn2_layout_find("paper"));
}

#define BOTH(test) \
	cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown), \
	{ #test " (silicon)", test, bed_setup_silicon, bed_teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(every_engine_and_queue_is_where_published),
		BOTH(a_queue_starts_disabled_and_empty),
		BOTH(wired_bits_and_read_only_registers_keep_their_value),
		BOTH(a_doorbell_moves_the_tail_and_counts_what_is_used),
		BOTH(narrow_and_crooked_accesses_to_registers_get_no_answer),
		BOTH(offsets_between_the_windows_read_as_ones),
		BOTH(on_chip_memory_takes_any_access),
		BOTH(misc_ram_says_what_the_card_is),
		BOTH(the_power_sensor_counts_samples),
		BOTH(a_semaphore_has_four_faces),
		BOTH(causes_are_cleared_by_zeroes_and_masks_by_zeroes),
		BOTH(the_upper_interrupt_controller_takes_masks),
		BOTH(the_memory_bar_is_the_stacks_side_by_side),
		BOTH(pci_shows_the_layout),
		cmocka_unit_test(sizes_that_no_card_has_are_refused),
	};

	return cmocka_run_group_tests_name("trainium2 registers", tests, NULL, NULL);
}
