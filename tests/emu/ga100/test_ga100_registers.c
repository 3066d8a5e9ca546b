// SPDX-License-Identifier: GPL-2.0-only
/* The card's registers, one part after the other. */
#include "testbed.h"
#include "topology.h"

static void registers_that_do_not_exist_say_so(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(bed_reg(bed, 0xfffffc), GA100_PRI_ERROR_DECODE);
	assert_int_equal(bed_reg(bed, GA100_PRIV + 0xffc), GA100_PRI_ERROR_DECODE);
	bed_set_reg(bed, 0xfffffc, 1);
	assert_int_equal(bed_reg(bed, 0xfffffc), GA100_PRI_ERROR_DECODE);
}

static void chip_names_itself(void **state)
{
	struct bed *bed = *state;
	uint32_t boot = bed_reg(bed, GA100_PMC_BOOT_0);

	assert_int_equal(GA100_PMC_CHIP(boot), GA100_PMC_CHIP_GA100);
	assert_int_equal(boot & 0xff, GA100_PCI_REVISION);
	assert_int_equal(bed_reg(bed, GA100_PMC_BOOT_42) >> 20, GA100_PMC_CHIP_GA100);
}

static void engines_start_in_reset(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(bed_reg(bed, GA100_PMC_DEVICE_ENABLE), 0);
	assert_false(ga100_pmc_enabled(bed->card, GA100_CE_RESET(0)));
	bed_set_reg(bed, GA100_PMC_DEVICE_ENABLE, 1u << GA100_CE_RESET(0));
	assert_true(ga100_pmc_enabled(bed->card, GA100_CE_RESET(0)));
	assert_false(ga100_pmc_enabled(bed->card, GA100_CE_RESET(1)));
}

static void topology_lists_every_copy_engine(void **state)
{
	struct bed *bed = *state;
	uint32_t rows = GA100_PTOP_CFG_ROWS(bed_reg(bed, GA100_PTOP_CFG));

	assert_int_equal(rows, 3 * GA100_CES);
	for (unsigned int i = 0; i < GA100_CES; i++) {
		uint32_t row[3];

		for (unsigned int k = 0; k < 3; k++) {
			row[k] = bed_reg(bed, GA100_PTOP_INFO(3 * i + k));
			assert_int_equal(row[k] >> 31, k != 2);
		}
		assert_int_equal(GA100_PTOP_0_TYPE(row[0]), GA100_PTOP_TYPE_COPY);
		assert_int_equal(GA100_PTOP_0_INSTANCE(row[0]), GA100_CE_INSTANCE(i));
		assert_int_equal(GA100_PTOP_0_FAULT(row[0]), 15 + GA100_CE_INSTANCE(i));
		assert_int_equal(GA100_PTOP_1_RESET(row[1]), GA100_CE_RESET(i));
		assert_int_equal(GA100_PTOP_2_RUNLIST(row[2]), GA100_RUNLIST_BASE(i));
	}
	assert_int_equal(bed_reg(bed, GA100_PTOP_INFO(rows)), GA100_PRI_ERROR_DECODE);
}

static void interrupt_needs_leaf_and_subtree(void **state)
{
	struct bed *bed = *state;

	ga100_intr_raise(bed->card, 70);
	assert_int_equal(bed_reg(bed, GA100_INTR_LEAF(2)), 1u << 6);
	assert_int_equal(bed_reg(bed, GA100_INTR_TOP), 0);
	bed_set_reg(bed, GA100_INTR_LEAF_EN_SET(2), 1u << 6);
	assert_int_equal(bed_reg(bed, GA100_INTR_TOP), 2);
	assert_int_equal(bed->interrupts, 0);
	bed_set_reg(bed, GA100_INTR_TOP_EN_SET, 0xd);
	assert_int_equal(bed->interrupts, 0);
	bed_set_reg(bed, GA100_INTR_TOP_EN_SET, 2);
	assert_int_equal(bed->interrupts, 1);
	assert_int_equal(bed_reg(bed, GA100_INTR_TOP_EN_CLEAR), 0xf);
}

static void interrupt_comes_again_when_the_subtree_is_enabled_again(void **state)
{
	struct bed *bed = *state;

	bed_set_reg(bed, GA100_INTR_TOP_EN_SET, ~0u);
	bed_set_reg(bed, GA100_INTR_LEAF_EN_SET(0), ~0u);
	bed_set_reg(bed, GA100_INTR_LEAF_TRIGGER, 3);
	bed_set_reg(bed, GA100_INTR_LEAF_TRIGGER, 4);
	assert_int_equal(bed->interrupts, 1);
	bed_set_reg(bed, GA100_INTR_TOP_EN_CLEAR, ~0u);
	bed_set_reg(bed, GA100_INTR_LEAF(0), 1u << 3);
	bed_set_reg(bed, GA100_INTR_TOP_EN_SET, ~0u);
	assert_int_equal(bed->interrupts, 2);
	bed_set_reg(bed, GA100_INTR_TOP_EN_CLEAR, ~0u);
	bed_set_reg(bed, GA100_INTR_LEAF(0), 1u << 4);
	bed_set_reg(bed, GA100_INTR_TOP_EN_SET, ~0u);
	assert_int_equal(bed->interrupts, 2);
}

static void disabled_leaf_is_silent(void **state)
{
	struct bed *bed = *state;

	bed_set_reg(bed, GA100_INTR_TOP_EN_SET, ~0u);
	bed_set_reg(bed, GA100_INTR_LEAF_EN_SET(7), ~0u);
	bed_set_reg(bed, GA100_INTR_LEAF_EN_CLEAR(7), 1);
	assert_int_equal(bed_reg(bed, GA100_INTR_LEAF_EN_SET(7)), ~1u);
	ga100_intr_raise(bed->card, 7 * 32);
	assert_int_equal(bed->interrupts, 0);
	ga100_intr_raise(bed->card, 7 * 32 + 1);
	assert_int_equal(bed->interrupts, 1);
	ga100_intr_raise(bed->card, GA100_INTR_VECTORS);
	assert_int_equal(bed->interrupts, 1);
}

static void clock_runs_from_where_it_is_set(void **state)
{
	struct bed *bed = *state;
	uint32_t before;

	bed_set_reg(bed, GA100_PTIMER_TIME_1, 5);
	bed_set_reg(bed, GA100_PTIMER_TIME_0, 0xf0000000);
	before = bed_reg(bed, GA100_PTIMER_TIME_0);
	assert_int_equal(before & ~GA100_PTIMER_TIME_0_MASK, 0);
	assert_true(before >= 0xf0000000 || bed_reg(bed, GA100_PTIMER_TIME_1) == 6);
	assert_in_range(ga100_time(bed->card), 5ULL << 32 | 0xf0000000, 7ULL << 32);
}

/* Entry @index of a fault buffer at the start of host memory */
static const uint32_t *entry(struct bed *bed, unsigned int index)
{
	return (const uint32_t *)(bed->host + index * GA100_FAULT_ENTRY_SIZE);
}

static void enable_buffer(struct bed *bed, unsigned int buffer, uint32_t entries)
{
	bed_set_reg(bed, GA100_FAULT_BUFFER_HI(buffer), BED_HOST >> 32);
	bed_set_reg(bed, GA100_FAULT_BUFFER_LO(buffer), GA100_FAULT_BUFFER_LO_PHYSICAL |
		    GA100_APERTURE_SYS_COHERENT << 1);
	bed_set_reg(bed, GA100_FAULT_BUFFER_SIZE(buffer),
		    entries | GA100_FAULT_BUFFER_ENABLE | GA100_FAULT_BUFFER_OVERFLOW_INTR);
	bed_set_reg(bed, GA100_INTR_TOP_EN_SET, ~0u);
	for (unsigned int i = 0; i < GA100_INTR_LEAVES; i++)
		bed_set_reg(bed, GA100_INTR_LEAF_EN_SET(i), ~0u);
}

static bool pending(struct bed *bed, unsigned int vector)
{
	bool is = bed_reg(bed, GA100_INTR_LEAF(vector / 32)) >> vector % 32 & 1;

	bed_set_reg(bed, GA100_INTR_LEAF(vector / 32), 1u << vector % 32);
	return is;
}

static struct ga100_mmu_fault some_fault(bool replayable)
{
	return (struct ga100_mmu_fault){
		.inst = { .aperture = GA100_SYS_NONCOHERENT, .offset = 0x1234567000 },
		.va = 0x1abcdef012345,
		.type = GA100_FAULT_RO,
		.access = GA100_ACCESS_WRITE,
		.engine = GA100_MMU_ENGINE_CE(3),
		.client = GA100_MMU_CLIENT_CE(3),
		.replayable = replayable,
	};
}

static void fault_entry_says_all_of_it(void **state)
{
	struct bed *bed = *state;
	struct ga100_mmu_fault fault = some_fault(false);
	const uint32_t *word = entry(bed, 0);

	enable_buffer(bed, GA100_FAULT_BUFFER_NONREPLAY, 8);
	ga100_mmu_fault_report(bed->card, &fault);
	assert_int_equal(word[0], 0x34567000 | 3 << 8);
	assert_int_equal(word[1], 0x12);
	assert_int_equal(word[2], 0xef012000);
	assert_int_equal(word[3], 0x1abcd);
	assert_int_equal(word[6], 18);
	assert_int_equal(word[7], 0x80000000 | 1 << 20 | 1 << 16 | 0x23 << 8 | 6);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_PUT(0)), 1);
	assert_int_equal(bed_reg(bed, GA100_FAULT_STATUS), GA100_FAULT_STATUS_PENDING << 1);
	assert_true(pending(bed, GA100_VECTOR_NONREPLAY_NOTIFY));
	assert_int_equal(bed->interrupts, 1);
}

static void replayable_faults_have_their_own_buffer(void **state)
{
	struct bed *bed = *state;
	struct ga100_mmu_fault fault = some_fault(true);

	enable_buffer(bed, GA100_FAULT_BUFFER_REPLAY, 8);
	ga100_mmu_fault_report(bed->card, &fault);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_PUT(1)), 1);
	assert_true(entry(bed, 0)[7] & GA100_FAULT_INFO_REPLAYABLE);
	assert_true(pending(bed, GA100_VECTOR_REPLAYABLE_NOTIFY));
}

static void unread_fault_interrupts_again(void **state)
{
	struct bed *bed = *state;
	struct ga100_mmu_fault fault = some_fault(false);

	enable_buffer(bed, 0, 8);
	ga100_mmu_fault_report(bed->card, &fault);
	ga100_mmu_fault_report(bed->card, &fault);
	assert_true(pending(bed, GA100_VECTOR_NONREPLAY_NOTIFY));
	bed_set_reg(bed, GA100_FAULT_BUFFER_GET(0), 1);
	assert_true(pending(bed, GA100_VECTOR_NONREPLAY_NOTIFY));
	bed_set_reg(bed, GA100_FAULT_BUFFER_GET(0), 2);
	assert_false(pending(bed, GA100_VECTOR_NONREPLAY_NOTIFY));
}

static void full_buffer_drops_until_overflow_is_cleared(void **state)
{
	struct bed *bed = *state;
	struct ga100_mmu_fault fault = some_fault(false);

	enable_buffer(bed, 0, 4);
	for (int i = 0; i < 4; i++)
		ga100_mmu_fault_report(bed->card, &fault);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_PUT(0)), 3 | GA100_FAULT_BUFFER_OVERFLOW);
	assert_true(pending(bed, GA100_VECTOR_NONREPLAY_ERROR));
	bed_set_reg(bed, GA100_FAULT_BUFFER_GET(0), 3);
	ga100_mmu_fault_report(bed->card, &fault);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_PUT(0)), 3 | GA100_FAULT_BUFFER_OVERFLOW);
	bed_set_reg(bed, GA100_FAULT_BUFFER_GET(0), 3 | GA100_FAULT_BUFFER_OVERFLOW);
	ga100_mmu_fault_report(bed->card, &fault);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_PUT(0)), 0);
}

static void impossible_get_is_an_error(void **state)
{
	struct bed *bed = *state;

	enable_buffer(bed, 0, 4);
	bed_set_reg(bed, GA100_FAULT_BUFFER_GET(0), 4);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_GET(0)), GA100_FAULT_BUFFER_CORRUPTED);
	assert_int_equal(bed_reg(bed, GA100_FAULT_STATUS), GA100_FAULT_STATUS_CORRUPTED << 1);
	bed_set_reg(bed, GA100_FAULT_BUFFER_GET(0), GA100_FAULT_BUFFER_CORRUPTED);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_GET(0)), 0);
}

static void default_buffer_size_is_not_nothing(void **state)
{
	struct bed *bed = *state;

	for (unsigned int i = 0; i < GA100_FAULT_BUFFERS; i++) {
		bed_set_reg(bed, GA100_FAULT_BUFFER_SIZE(i), GA100_FAULT_BUFFER_SET_DEFAULT);
		assert_int_not_equal(bed_reg(bed, GA100_FAULT_BUFFER_SIZE(i)) &
				     GA100_FAULT_BUFFER_PTR, 0);
	}
}

static void fault_without_a_buffer_is_held_in_registers(void **state)
{
	struct bed *bed = *state;
	struct ga100_mmu_fault fault = some_fault(false);

	ga100_mmu_fault_report(bed->card, &fault);
	ga100_mmu_fault_report(bed->card, &fault);
	assert_int_equal(bed_reg(bed, GA100_FAULT_ADDR_LO), 0xef012000);
	assert_int_equal(bed_reg(bed, GA100_FAULT_ADDR_HI), 0x1abcd);
	assert_int_equal(bed_reg(bed, GA100_FAULT_INST_LO), 0x34567000 | 3 << 10 | 18);
	assert_int_equal(bed_reg(bed, GA100_FAULT_INST_HI), 0x12);
	assert_int_equal(GA100_FAULT_INFO_TYPE(bed_reg(bed, GA100_FAULT_INFO)), GA100_FAULT_RO);
	assert_int_equal(bed_reg(bed, GA100_FAULT_STATUS),
			 GA100_FAULT_STATUS_VALID | GA100_FAULT_STATUS_DROPPED_OTHER << 1);
	assert_true(pending(bed, GA100_VECTOR_INFO_FAULT));
	bed_set_reg(bed, GA100_FAULT_STATUS, ~0u);
	assert_int_equal(bed_reg(bed, GA100_FAULT_STATUS), 0);
}

static void window_read(struct bed *bed, unsigned int bar, uint64_t off, uint32_t *value)
{
	*value = 0;
	assert_int_equal(ga100_bar_read(bed->card, bar, off, value, sizeof(*value)), 0);
}

static void windows_show_video_memory_until_they_are_bound(void **state)
{
	static const unsigned int bars[] = { GA100_BAR_VRAM, GA100_BAR_INST };
	struct bed *bed = *state;
	uint32_t value = 0xcafe0001;

	for (unsigned int i = 0; i < 2; i++) {
		ga100_bar_write(bed->card, bars[i], 0x12344, &value, 4);
		assert_memory_equal(bed->card->vram.at + 0x12344, &value, 4);
		value++;
	}
	window_read(bed, GA100_BAR_VRAM, 0x12344, &value);
	assert_int_equal(value, 0xcafe0002);
}

static void bound_windows_go_through_page_tables(void **state)
{
	struct bed *bed = *state;
	uint32_t value = 0xcafe0001;

	bed_space(bed);
	bed_map(bed, 0x3000, bed_vram(0x70000), 12, 0);
	bed_map(bed, 0x4000, bed_host(0x1000), 12, GA100_PTE_PRIVILEGE);
	bed_set_reg(bed, GA100_BAR1_BLOCK, BED_INST >> 12 | GA100_BAR_BLOCK_VIRTUAL);
	bed_set_reg(bed, GA100_BAR2_BLOCK, BED_INST >> 12 | GA100_BAR_BLOCK_VIRTUAL);
	assert_int_equal(bed_reg(bed, GA100_BIND_STATUS), 0);
	ga100_bar_write(bed->card, GA100_BAR_VRAM, 0x3ffe, &value, 4);
	assert_memory_equal(bed->card->vram.at + 0x70ffe, "\x01\x00", 2);
	assert_memory_equal(bed->host + 0x1000, "\xfe\xca", 2);
	window_read(bed, GA100_BAR_INST, 0x3ffe, &value);
	assert_int_equal(value, 0xcafe0001);
	assert_int_equal(bed->lines, 0);
}

static void window_on_nothing_faults_and_reads_ones(void **state)
{
	struct bed *bed = *state;
	uint32_t value;

	bed_space(bed);
	bed_set_reg(bed, GA100_BAR1_BLOCK, BED_INST >> 12 | GA100_BAR_BLOCK_VIRTUAL);
	window_read(bed, GA100_BAR_VRAM, 0x5004, &value);
	assert_int_equal(value, ~0u);
	assert_int_equal(bed_reg(bed, GA100_FAULT_ADDR_LO), 0x5000);
	assert_int_equal(bed_reg(bed, GA100_FAULT_INST_LO), (uint32_t)BED_INST |
			 GA100_MMU_ENGINE_BAR1);
	window_read(bed, GA100_BAR_INST, BED_VRAM, &value);
	assert_int_equal(value, ~0u);
	assert_true(bed_reg(bed, GA100_FAULT_STATUS) & GA100_FAULT_STATUS_DROPPED_BAR2);
}

static void mapped_bar1_cannot_be_translated_and_says_so(void **state)
{
	struct ga100_options options = { .vram_size = BED_VRAM };
	struct bed *bed = bed_make(&options);

	(void)state;
	bed_space(bed);
	bed_set_reg(bed, GA100_BAR1_BLOCK, BED_INST >> 12 | GA100_BAR_BLOCK_VIRTUAL);
	assert_int_equal(bed->lines, 1);
	bed_free(bed);
}

static void fault_buffer_can_be_behind_bar2(void **state)
{
	struct bed *bed = *state;
	struct ga100_mmu_fault fault = some_fault(false);

	bed_space(bed);
	bed_map(bed, 0x8000, bed_host(0), 12, 0);
	bed_set_reg(bed, GA100_BAR2_BLOCK, BED_INST >> 12 | GA100_BAR_BLOCK_VIRTUAL);
	enable_buffer(bed, 0, 8);
	bed_set_reg(bed, GA100_FAULT_BUFFER_HI(0), 0);
	bed_set_reg(bed, GA100_FAULT_BUFFER_LO(0), 0x8000);
	ga100_mmu_fault_report(bed->card, &fault);
	assert_int_equal(entry(bed, 0)[3], 0x1abcd);
	bed_map(bed, 0x8000, bed_host(BED_HOST_SIZE + BED_MESSAGE_SIZE), 12, 0);
	ga100_mmu_fault_report(bed->card, &fault);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_PUT(0)), 1);
	assert_true(pending(bed, GA100_VECTOR_NONREPLAY_ERROR));
}

static void reset_forgets_all_but_video_memory(void **state)
{
	struct bed *bed = *state;
	struct ga100_mmu_fault fault = some_fault(false);

	bed->card->vram.at[77] = 7;
	enable_buffer(bed, 0, 8);
	ga100_mmu_fault_report(bed->card, &fault);
	bed_set_reg(bed, GA100_MAILBOX(3), 5);
	bed_set_reg(bed, GA100_BAR1_BLOCK, GA100_BAR_BLOCK_VIRTUAL);
	ga100_reset(bed->card);
	assert_int_equal(bed_reg(bed, GA100_INTR_LEAF(4)), 0);
	assert_int_equal(bed_reg(bed, GA100_INTR_TOP_EN_SET), 0);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_SIZE(0)), 0);
	assert_int_equal(bed_reg(bed, GA100_FAULT_BUFFER_PUT(0)), 0);
	assert_int_equal(bed_reg(bed, GA100_MAILBOX(3)), 0);
	assert_int_equal(bed_reg(bed, GA100_BAR1_BLOCK), 0);
	assert_int_equal(bed->card->vram.at[77], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(registers_that_do_not_exist_say_so),
		BED_TEST(chip_names_itself),
		BED_TEST(engines_start_in_reset),
		BED_TEST(topology_lists_every_copy_engine),
		BED_TEST(interrupt_needs_leaf_and_subtree),
		BED_TEST(interrupt_comes_again_when_the_subtree_is_enabled_again),
		BED_TEST(disabled_leaf_is_silent),
		BED_TEST(clock_runs_from_where_it_is_set),
		BED_TEST(fault_entry_says_all_of_it),
		BED_TEST(replayable_faults_have_their_own_buffer),
		BED_TEST(unread_fault_interrupts_again),
		BED_TEST(full_buffer_drops_until_overflow_is_cleared),
		BED_TEST(impossible_get_is_an_error),
		BED_TEST(default_buffer_size_is_not_nothing),
		BED_TEST(fault_without_a_buffer_is_held_in_registers),
		BED_TEST(windows_show_video_memory_until_they_are_bound),
		BED_TEST(bound_windows_go_through_page_tables),
		BED_TEST(window_on_nothing_faults_and_reads_ones),
		BED_TEST(mapped_bar1_cannot_be_translated_and_says_so),
		BED_TEST(fault_buffer_can_be_behind_bar2),
		BED_TEST(reset_forgets_all_but_video_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
