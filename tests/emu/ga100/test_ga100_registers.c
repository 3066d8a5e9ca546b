// SPDX-License-Identifier: GPL-2.0-only
/* The card's registers, one part after the other. */
#include "rom.h"
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

static void unanswered_access_is_remembered_and_interrupts(void **state)
{
	struct bed *bed = *state;

	bed_set_reg(bed, GA100_PBUS_INTR_EN, GA100_PBUS_INTR_PRI_FECSERR);
	bed_set_reg(bed, 0xfffff0, 0x1234);
	bed_reg(bed, 0xfffff4);
	assert_int_equal(bed_reg(bed, GA100_PTIMER_PRI_SAVE_0), 0x80fffff3);
	assert_int_equal(bed_reg(bed, GA100_PTIMER_PRI_SAVE_1), 0x1234);
	assert_int_equal(bed_reg(bed, GA100_PTIMER_PRI_ERRCODE), GA100_PRI_ERROR_DECODE);
	assert_int_equal(bed_reg(bed, GA100_INTR_LEAF(4)), 1u << (GA100_VECTOR_PBUS - 128));
	bed_set_reg(bed, GA100_PTIMER_PRI_SAVE_0, 0);
	bed_set_reg(bed, GA100_PBUS_INTR, GA100_PBUS_INTR_PRI_FECSERR);
	assert_int_equal(bed_reg(bed, GA100_PBUS_INTR), 0);
	bed_reg(bed, 0xfffff4);
	assert_int_equal(bed_reg(bed, GA100_PTIMER_PRI_SAVE_0), 0x80fffff5);
}

static void narrow_reads_give_a_part_and_narrow_writes_nothing(void **state)
{
	struct bed *bed = *state;
	uint8_t byte = 0xee;
	uint16_t half;
	uint64_t two;

	bed_set_reg(bed, GA100_PBUS_SCRATCH(2), 0x44332211);
	bed_set_reg(bed, GA100_PBUS_SCRATCH(3), 0x88776655);
	ga100_bar_write(bed->card, GA100_BAR_REGS, GA100_PBUS_SCRATCH(2) + 1, &byte, 1);
	ga100_bar_read(bed->card, GA100_BAR_REGS, GA100_PBUS_SCRATCH(2) + 1, &byte, 1);
	assert_int_equal(byte, 0x22);
	ga100_bar_read(bed->card, GA100_BAR_REGS, GA100_PBUS_SCRATCH(2) + 2, &half, 2);
	assert_int_equal(half, 0x4433);
	ga100_bar_read(bed->card, GA100_BAR_REGS, GA100_PBUS_SCRATCH(2), &two, 8);
	assert_int_equal(two, 0x8877665544332211);
}

static void memory_size_can_be_read(void **state)
{
	static const uint64_t sizes[] = {
		64ULL << 20, 4ULL << 30, 40ULL << 30, 80ULL << 30, 128ULL << 30,
	};
	struct bed *bed = *state;
	uint32_t range = bed_reg(bed, GA100_PFB_MEMORY_RANGE);

	assert_int_equal((uint64_t)GA100_PFB_MEMORY_MAG(range)
			 << (20 + GA100_PFB_MEMORY_SCALE(range)), BED_VRAM);
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_null(ga100_vram_check(sizes[i]));
	assert_non_null(ga100_vram_check(65ULL << 30));
	assert_non_null(ga100_vram_check(32ULL << 20));
	assert_non_null(ga100_vram_check(256ULL << 30));
}

static void pramin_shows_what_its_window_says(void **state)
{
	struct bed *bed = *state;
	uint32_t value = 0xabad1dea;

	bed_set_reg(bed, GA100_PBUS_WINDOW, 0x12);
	ga100_bar_write(bed->card, GA100_BAR_REGS, GA100_PRAMIN + 0x1fffd, &value, 4);
	assert_memory_equal(bed->card->vram.at + 0x13fffd, &value, 4);
	bed_set_reg(bed, GA100_PBUS_WINDOW, BED_HOST >> GA100_PBUS_WINDOW_SHIFT |
		    GA100_APERTURE_SYS_COHERENT << GA100_PBUS_WINDOW_TARGET_SHIFT);
	bed_set_reg(bed, GA100_PRAMIN + 0x44, value);
	assert_memory_equal(bed->host + 0x44, &value, 4);
}

static void pramin_beyond_memory_is_a_physical_fault(void **state)
{
	struct bed *bed = *state;

	bed_set_reg(bed, GA100_PBUS_WINDOW, BED_VRAM >> GA100_PBUS_WINDOW_SHIFT);
	assert_int_equal(bed_reg(bed, GA100_PRAMIN + 0x1000), ~0u);
	assert_int_equal(bed_reg(bed, GA100_FAULT_ADDR_LO), BED_VRAM + 0x1000);
	assert_int_equal(bed_reg(bed, GA100_FAULT_INST_LO), GA100_MMU_ENGINE_PHYSICAL);
	assert_int_equal(GA100_FAULT_INFO_ACCESS(bed_reg(bed, GA100_FAULT_INFO)),
			 GA100_ACCESS_PHYSICAL | GA100_ACCESS_READ);
	assert_int_equal(GA100_FAULT_INFO_TYPE(bed_reg(bed, GA100_FAULT_INFO)), GA100_FAULT_REGION);
}

static void rom_is_valid(void **state)
{
	struct bed *bed = *state;
	uint8_t rom[GA100_ROM_SIZE], sum = 0;
	uint16_t pcir;

	ga100_bar_read(bed->card, GA100_BAR_REGS, GA100_PROM, rom, sizeof(rom));
	assert_memory_equal(rom, "\x55\xaa", 2);
	assert_int_equal(rom[2] * 512, sizeof(rom));
	for (unsigned int i = 0; i < sizeof(rom); i++)
		sum += rom[i];
	assert_int_equal(sum, 0);
	memcpy(&pcir, rom + 0x18, 2);
	assert_memory_equal(rom + pcir, "PCIR\xde\x10\xb0\x20", 8);
	assert_memory_equal(rom + pcir + 0x0d, "\x00\x02\x03", 3);
	assert_int_equal(bed_reg(bed, GA100_PROM + GA100_ROM_SIZE), ~0u);
}

static void firmware_brings_the_card_up_unless_asked_not_to(void **state)
{
	struct vfu_fault setting = { .where = VFU_FAULT_ANYWHERE, .times = 1, .value = 0x42 };
	struct bed *bed = *state;

	assert_int_equal(bed_reg(bed, GA100_GFW_BOOT_MASK) & GA100_GFW_BOOT_MASK_READABLE, 1);
	assert_int_equal(bed_reg(bed, GA100_GFW_BOOT), GA100_GFW_BOOT_COMPLETED);
	vfu_fault_arm(ga100_faults(bed->card), GA100_KNOB_RESET, &setting);
	assert_int_equal(bed_reg(bed, GA100_GFW_BOOT), GA100_GFW_BOOT_COMPLETED);
	ga100_reset(bed->card);
	assert_int_equal(bed_reg(bed, GA100_GFW_BOOT), 0x42);
	assert_int_equal(bed_reg(bed, GA100_GFW_BOOT), 0x42);
	ga100_reset(bed->card);
	assert_int_equal(bed_reg(bed, GA100_GFW_BOOT), GA100_GFW_BOOT_COMPLETED);
}

static void configuration_space_is_among_the_registers(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(bed_reg(bed, GA100_XVE), GA100_PCI_DEVICE << 16 | GA100_PCI_VENDOR);
}

/* A driver that leaves the tree alone and says "next" instead */
static void message_comes_again_when_the_guest_asks_for_the_next(void **state)
{
	struct bed *bed = *state;

	bed_set_reg(bed, GA100_INTR_TOP_EN_SET, ~0u);
	bed_set_reg(bed, GA100_INTR_LEAF_EN_SET(0), ~0u);
	ga100_intr_raise(bed->card, 3);
	ga100_intr_raise(bed->card, 4);
	assert_int_equal(bed->interrupts, 1);
	bed_set_reg(bed, GA100_INTR_LEAF(0), 1u << 3);
	bed_set_reg(bed, GA100_XVE_CYA_2, 0);
	assert_int_equal(bed->interrupts, 2);
	bed_set_reg(bed, GA100_INTR_LEAF(0), 1u << 4);
	bed_set_reg(bed, GA100_XVE_CYA_2, 0);
	assert_int_equal(bed->interrupts, 2);
}

static void poison_interrupts(void **state)
{
	struct vfu_fault setting = { .where = 0, .times = 1 };
	struct bed *bed = *state;
	uint32_t vector = bed_reg(bed, GA100_PFB_POISON_VECTOR);

	vfu_fault_arm(ga100_faults(bed->card), GA100_KNOB_POISON, &setting);
	assert_int_equal(bed_reg(bed, GA100_PRAMIN), ~0u);
	assert_int_equal(bed_reg(bed, GA100_INTR_LEAF(vector / 32)) >> vector % 32 & 1, 1);
	assert_int_equal(GA100_FAULT_INFO_TYPE(bed_reg(bed, GA100_FAULT_INFO)),
			 GA100_FAULT_POISONED);
}

static void windows_have_an_older_address_too(void **state)
{
	struct bed *bed = *state;

	bed_set_reg(bed, GA100_PBUS_BAR2_BLOCK, 0x123);
	assert_int_equal(bed_reg(bed, GA100_BAR2_BLOCK), 0x123);
	bed_set_reg(bed, GA100_BAR1_BLOCK, 0x456);
	assert_int_equal(bed_reg(bed, GA100_PBUS_BAR1_BLOCK), 0x456);
	assert_int_equal(bed_reg(bed, GA100_PBUS_BIND_STATUS), 0);
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
	assert_true(bed_reg(bed, GA100_FAULT_STATUS) & GA100_FAULT_STATUS_ERROR << 1);
	bed_set_reg(bed, GA100_FAULT_BUFFER_SIZE(0), 8);
	assert_int_equal(bed_reg(bed, GA100_FAULT_STATUS), 0);
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
		BED_TEST(unanswered_access_is_remembered_and_interrupts),
		BED_TEST(narrow_reads_give_a_part_and_narrow_writes_nothing),
		BED_TEST(memory_size_can_be_read),
		BED_TEST(pramin_shows_what_its_window_says),
		BED_TEST(pramin_beyond_memory_is_a_physical_fault),
		BED_TEST(rom_is_valid),
		BED_TEST(firmware_brings_the_card_up_unless_asked_not_to),
		BED_TEST(configuration_space_is_among_the_registers),
		BED_TEST(message_comes_again_when_the_guest_asks_for_the_next),
		BED_TEST(poison_interrupts),
		BED_TEST(windows_have_an_older_address_too),
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
