// SPDX-License-Identifier: GPL-2.0-only
/* Copies through page tables, instance blocks, runlists and pushbuffers. */
#include "chanbed.h"

static void copies_from_video_to_video_memory(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_fill(chan.bed, DATA, 100001, 1);
	chan_copy(&chan, DATA + 0x800000 + 3, DATA, 100001, 0);
	chan_release(&chan, 0, 7, GA100_SEM_RELEASE_WFI);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 7);
	assert_true(chan_same(chan.bed, DATA + 0x800000 + 3, 100001, 1));
	assert_int_equal(chan.bed->card->vram.at[DATA + 0x800000 + 3 + 100001], 0);
}

static void copies_to_the_host_and_back(void **state)
{
	struct chan chan = chan_one(*state, 3);

	chan_fill(chan.bed, DATA, 1 << 20, 2);
	chan_copy(&chan, HOST_VA + 0x1234, DATA, 1 << 20, 0);
	chan_copy(&chan, DATA + 0x900000, HOST_VA + 0x1234, 1 << 20, 0);
	chan_run(&chan);
	assert_memory_equal(chan.bed->host + 0x1234, chan.bed->card->vram.at + DATA, 1 << 20);
	assert_true(chan_same(chan.bed, DATA + 0x900000, 1 << 20, 2));
}

static void copies_memory_that_only_messages_reach(void **state)
{
	struct chan chan = chan_one(*state, 0);

	bed_map_range(chan.bed, NOWHERE, bed_host(BED_HOST_SIZE), BED_MESSAGE_SIZE);
	chan_fill(chan.bed, DATA, 0x10000, 3);
	chan_copy(&chan, NOWHERE, DATA, 0x10000, 0);
	chan_copy(&chan, DATA + 0x100000, NOWHERE, 0x10000, 0);
	chan_run(&chan);
	assert_true(chan_same(chan.bed, DATA + 0x100000, 0x10000, 3));
}

static void every_engine_copies(void **state)
{
	for (unsigned int ce = 0; ce < GA100_CES; ce++) {
		struct chan chan = chan_one(*state, ce);

		chan_fill(chan.bed, DATA, 5000, ce);
		chan_copy(&chan, DATA + 0x10000, DATA, 5000, 0);
		chan_run(&chan);
		assert_true(chan_same(chan.bed, DATA + 0x10000, 5000, ce));
	}
}

static void lines_have_pitches_of_their_own(void **state)
{
	struct chan chan = chan_one(*state, 0);
	const uint8_t *vram = chan.bed->card->vram.at;

	chan_fill(chan.bed, DATA, 0x10000, 4);
	chan_method(&chan, COPY_PITCH_IN, 256);
	chan_method(&chan, COPY_PITCH_OUT, 0x1003);
	chan_method(&chan, COPY_LINE_COUNT, 30);
	chan_copy(&chan, DATA + 0x100000, DATA, 200, COPY_LAUNCH_MULTI_LINE);
	chan_run(&chan);
	for (unsigned int i = 0; i < 30; i++) {
		assert_memory_equal(vram + DATA + 0x100000 + 0x1003 * i, vram + DATA + 256 * i,
				    200);
		assert_int_equal(vram[DATA + 0x100000 + 0x1003 * i + 200], 0);
	}
}

static void a_pitch_can_be_negative(void **state)
{
	struct chan chan = chan_one(*state, 0);
	const uint8_t *vram = chan.bed->card->vram.at;

	chan_fill(chan.bed, DATA, 0x1000, 4);
	chan_method(&chan, COPY_PITCH_IN, 64);
	chan_method(&chan, COPY_PITCH_OUT, -64);
	chan_method(&chan, COPY_LINE_COUNT, 4);
	chan_copy(&chan, DATA + 0x100000, DATA, 64, COPY_LAUNCH_MULTI_LINE);
	chan_run(&chan);
	for (unsigned int i = 0; i < 4; i++)
		assert_memory_equal(vram + DATA + 0x100000 - 64 * i, vram + DATA + 64 * i, 64);
}

static uint32_t remap(unsigned int size, unsigned int n_src, unsigned int n_dst, uint32_t dst)
{
	return (size - 1) << COPY_REMAP_COMPONENT_SIZE_SHIFT |
		(n_src - 1) << COPY_REMAP_NUM_SRC_SHIFT |
		(n_dst - 1) << COPY_REMAP_NUM_DST_SHIFT | dst;
}

static void constants_fill_memory(void **state)
{
	struct chan chan = chan_one(*state, 0);
	const uint32_t a = 0x11223344, b = 0x55667788;

	chan_method(&chan, COPY_SET_REMAP_CONST_A, a);
	chan_method(&chan, COPY_SET_REMAP_CONST_B, b);
	chan_method(&chan, COPY_SET_REMAP_COMPONENTS,
		    remap(4, 1, 2, COPY_REMAP_CONST_A | COPY_REMAP_CONST_B << 4));
	/* The source is not looked at */
	chan_copy(&chan, DATA + 8, NOWHERE, 50000, COPY_LAUNCH_REMAP);
	chan_run(&chan);
	for (unsigned int i = 0; i < 50000; i++) {
		assert_memory_equal(chan.bed->card->vram.at + DATA + 8 + 8 * i, &a, 4);
		assert_memory_equal(chan.bed->card->vram.at + DATA + 12 + 8 * i, &b, 4);
	}
	assert_int_equal(chan.bed->card->vram.at[DATA + 8 + 8 * 50000], 0);
}

static void components_are_put_together_anew(void **state)
{
	static const uint8_t src[] = { 1, 2, 3, 4, 5, 6 };
	static const uint8_t expected[] = { 3, 0xee, 0xaa, 1, 6, 0xee, 0xaa, 4 };
	struct chan chan = chan_one(*state, 0);
	uint8_t *vram = chan.bed->card->vram.at;

	memcpy(vram + DATA, src, sizeof(src));
	memset(vram + DATA + 0x1000, 0xee, sizeof(expected));
	chan_method(&chan, COPY_SET_REMAP_CONST_A, 0xaa);
	chan_method(&chan, COPY_SET_REMAP_COMPONENTS,
		    remap(1, 3, 4, COPY_REMAP_SRC_Z | COPY_REMAP_NO_WRITE << 4 |
			  COPY_REMAP_CONST_A << 8 | COPY_REMAP_SRC_X << 12));
	chan_copy(&chan, DATA + 0x1000, DATA, 2, COPY_LAUNCH_REMAP);
	chan_run(&chan);
	assert_memory_equal(vram + DATA + 0x1000, expected, sizeof(expected));
}

static void privileged_channels_use_physical_addresses(void **state)
{
	struct chan chan = chan_make(*state, 1, 5);
	const struct chan *all[] = { &chan };

	chan_set_ramfc(&chan, GA100_RAMFC_HCE_CTRL, GA100_HCE_CTRL_PRIV_MODE);
	chan_submit(chan.bed, 1, all, 1);
	chan_fill(chan.bed, 0x8000000, 0x4000, 9);
	chan_method(&chan, COPY_SET_SRC_PHYS_MODE, COPY_PHYS_LOCAL_FB);
	chan_method(&chan, COPY_SET_DST_PHYS_MODE, COPY_PHYS_COHERENT_SYSMEM);
	chan_copy(&chan, BED_HOST + 0x500000, 0x8000000, 0x4000,
		  COPY_LAUNCH_SRC_PHYSICAL | COPY_LAUNCH_DST_PHYSICAL);
	chan_run(&chan);
	assert_memory_equal(chan.bed->host + 0x500000, chan.bed->card->vram.at + 0x8000000,
			    0x4000);
}

static void the_engine_releases_semaphores(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint64_t at = chan_semaphore(&chan, 0), time;

	chan_method(&chan, COPY_SET_SEMAPHORE_B, at);
	chan_method(&chan, COPY_SET_SEMAPHORE_PAYLOAD, 0x1234);
	chan_copy(&chan, DATA + 0x1000, DATA, 64,
		  COPY_LAUNCH_SEMAPHORE_FOUR_WORD << COPY_LAUNCH_SEMAPHORE_SHIFT);
	chan_method(&chan, COPY_SET_SEMAPHORE_B, at + 20);
	chan_copy(&chan, DATA + 0x1000, DATA, 64,
		  COPY_LAUNCH_SEMAPHORE_ONE_WORD << COPY_LAUNCH_SEMAPHORE_SHIFT);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0x1234);
	memcpy(&time, chan.bed->card->vram.at + at + 8, 8);
	assert_true(time && time <= ga100_time(chan.bed->card));
	assert_memory_equal(chan.bed->card->vram.at + at + 20, "\x34\x12\0\0\0\0\0\0", 8);
}

static void the_engine_interrupts(void **state)
{
	struct chan chan = chan_one(*state, 2);
	uint32_t leaf = GA100_INTR_LEAF(GA100_CE_NONSTALL_VECTOR(2) / 32);

	chan_copy(&chan, DATA + 0x1000, DATA, 64,
		  COPY_LAUNCH_INTERRUPT_NON_BLOCKING << COPY_LAUNCH_INTERRUPT_SHIFT);
	chan_run(&chan);
	assert_true(bed_reg(chan.bed, leaf) & 1u << GA100_CE_NONSTALL_VECTOR(2) % 32);
}

static void a_blocking_interrupt_blocks(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_copy(&chan, DATA + 0x1000, DATA, 64,
		  COPY_LAUNCH_INTERRUPT_BLOCKING << COPY_LAUNCH_INTERRUPT_SHIFT);
	chan_copy(&chan, DATA + 0x2000, DATA, 64, 0);
	chan_release(&chan, 0, 1, GA100_SEM_RELEASE_WFI);
	chan_run(&chan);
	assert_int_equal(chan_lce(&chan, GA100_LCE_INTR), GA100_LCE_INTR_BLOCKPIPE);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	chan_set_lce(&chan, GA100_LCE_INTR, GA100_LCE_INTR_BLOCKPIPE);
	chan_settle(chan.bed);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

/* What waits for nothing must not be taken for a sign that a copy is over */
static void a_release_that_does_not_wait_comes_before_the_copy(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_method(&chan, COPY_SET_SEMAPHORE_B, chan_semaphore(&chan, 0));
	chan_method(&chan, COPY_SET_SEMAPHORE_PAYLOAD, 1);
	chan_copy(&chan, DATA + 0x1000, DATA, 64,
		  COPY_LAUNCH_SEMAPHORE_ONE_WORD << COPY_LAUNCH_SEMAPHORE_SHIFT);
	chan_release(&chan, 0, 2, 0);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

static void expect_launch_error(struct chan *chan, uint32_t error)
{
	chan_run(chan);
	assert_int_equal(chan_lce(chan, GA100_LCE_INTR), GA100_LCE_INTR_LAUNCHERR);
	assert_int_equal(chan_lce(chan, GA100_LCE_LAUNCHERR), error);
	/* Nobody mended it, so that it comes again */
	chan_set_lce(chan, GA100_LCE_INTR, GA100_LCE_INTR_LAUNCHERR);
	chan_settle(chan->bed);
	assert_int_equal(chan_lce(chan, GA100_LCE_INTR), GA100_LCE_INTR_LAUNCHERR);
}

static void a_line_longer_than_its_pitch_is_refused(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_method(&chan, COPY_PITCH_IN, 63);
	chan_method(&chan, COPY_PITCH_OUT, 64);
	chan_method(&chan, COPY_LINE_COUNT, 2);
	chan_copy(&chan, DATA + 0x1000, DATA, 64, COPY_LAUNCH_MULTI_LINE);
	expect_launch_error(&chan, GA100_LAUNCHERR_SRC_PITCH);
}

static void block_linear_is_refused(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_method(&chan, COPY_LAUNCH_DMA, COPY_LAUNCH_TRANSFER_PIPELINED |
		    COPY_LAUNCH_SRC_PITCH);
	expect_launch_error(&chan, GA100_LAUNCHERR_OPERATION);
}

static void a_semaphore_out_of_line_is_refused(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_method(&chan, COPY_SET_SEMAPHORE_B, chan_semaphore(&chan, 0) + 4);
	chan_copy(&chan, DATA + 0x1000, DATA, 64,
		  COPY_LAUNCH_SEMAPHORE_FOUR_WORD << COPY_LAUNCH_SEMAPHORE_SHIFT);
	expect_launch_error(&chan, GA100_LAUNCHERR_ALIGNMENT);
}

static void a_component_that_is_not_there_is_refused(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_method(&chan, COPY_SET_REMAP_COMPONENTS, remap(4, 1, 1, COPY_REMAP_SRC_Y));
	chan_copy(&chan, DATA + 0x1000, DATA, 64, COPY_LAUNCH_REMAP);
	expect_launch_error(&chan, GA100_LAUNCHERR_COMPONENT);
}

static void a_page_that_is_missing_stops_its_channel_only(void **state)
{
	struct bed *bed = *state;
	struct chan bad = chan_make(bed, 0, 1), good = chan_make(bed, 0, 2);
	const struct chan *all[] = { &bad, &good };

	chan_submit(bed, 0, all, 2);
	chan_fill(bed, DATA, 0x2000, 6);
	chan_copy(&bad, NOWHERE + 0x123, DATA, 64, 0);
	chan_release(&bad, 0, 1, 0);
	chan_segment(&bad, 0, 0);
	chan_ring(&bad);
	chan_copy(&good, DATA + 0x10000, DATA, 64, 0);
	chan_release(&good, 0, 1, GA100_SEM_RELEASE_WFI);
	chan_run(&good);
	assert_int_equal(chan_semaphore_value(&good, 0), 1);
	assert_true(chan_word(&bad) & GA100_CHRAM_ENG_FAULTED);
	assert_true(bed_reg(bed, GA100_FAULT_STATUS) & GA100_FAULT_STATUS_VALID);
	assert_int_equal(bed_reg(bed, GA100_FAULT_ADDR_LO) & 0xfffff000, NOWHERE);
	assert_int_equal(bed_reg(bed, GA100_FAULT_INST_LO) & 0xfffff000, chan_inst(&bad));
	assert_int_equal(GA100_FAULT_INFO_CLIENT(bed_reg(bed, GA100_FAULT_INFO)),
			 GA100_MMU_CLIENT_CE(GA100_CE_INSTANCE(0)));
}

static void a_fault_that_was_mended_goes_on_where_it_was(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_fill(chan.bed, DATA, 0x3000, 6);
	bed_map_range(chan.bed, NOWHERE, bed_vram(DATA + 0x100000), 0x1000);
	chan_copy(&chan, NOWHERE, DATA, 0x3000, 0);
	chan_release(&chan, 0, 1, GA100_SEM_RELEASE_WFI);
	chan_run(&chan);
	assert_true(chan_word(&chan) & GA100_CHRAM_ENG_FAULTED);
	assert_true(chan_same(chan.bed, DATA + 0x100000, 0x1000, 6));
	assert_int_equal(bed_reg(chan.bed, GA100_FAULT_ADDR_LO) & 0xfffff000, NOWHERE + 0x1000);
	bed_map_range(chan.bed, NOWHERE + 0x1000, bed_vram(DATA + 0x101000), 0x2000);
	chan_set_word(&chan, GA100_CHRAM_UPDATE_ENG_OK);
	chan_ring(&chan);
	chan_settle(chan.bed);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
	assert_true(chan_same(chan.bed, DATA + 0x100000, 0x3000, 6));
}

static void a_copy_can_be_taken_off_and_go_on(void **state)
{
	struct bed *bed = *state;
	struct chan chan = chan_one(bed, 0);

	chan_fill(bed, DATA, 0x1000000, 8);
	chan_copy(&chan, DATA + 0x1000000, DATA, 0x1000000, 0);
	chan_release(&chan, 0, 1, GA100_SEM_RELEASE_WFI);
	chan_segment(&chan, 0, 0);
	chan_ring(&chan);
	chan_set_runlist(&chan, GA100_RUNLIST_SCHED_DISABLE, GA100_RUNLIST_SCHED_DISABLED);
	chan_set_runlist(&chan, GA100_RUNLIST_PREEMPT, 0);
	chan_settle(bed);
	assert_int_equal(chan_runlist(&chan, GA100_RUNLIST_PREEMPT) &
			 GA100_RUNLIST_PREEMPT_PENDING, 0);
	assert_false(chan_word(&chan) & GA100_CHRAM_ON_PBDMA);
	chan_set_runlist(&chan, GA100_RUNLIST_SCHED_DISABLE, 0);
	chan_settle(bed);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
	assert_true(chan_same(bed, DATA + 0x1000000, 0x1000000, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHAN_TEST(copies_from_video_to_video_memory),
		CHAN_TEST(copies_to_the_host_and_back),
		CHAN_TEST(copies_memory_that_only_messages_reach),
		CHAN_TEST(every_engine_copies),
		CHAN_TEST(lines_have_pitches_of_their_own),
		CHAN_TEST(a_pitch_can_be_negative),
		CHAN_TEST(constants_fill_memory),
		CHAN_TEST(components_are_put_together_anew),
		CHAN_TEST(privileged_channels_use_physical_addresses),
		CHAN_TEST(the_engine_releases_semaphores),
		CHAN_TEST(the_engine_interrupts),
		CHAN_TEST(a_blocking_interrupt_blocks),
		CHAN_TEST(a_release_that_does_not_wait_comes_before_the_copy),
		CHAN_TEST(a_line_longer_than_its_pitch_is_refused),
		CHAN_TEST(block_linear_is_refused),
		CHAN_TEST(a_semaphore_out_of_line_is_refused),
		CHAN_TEST(a_component_that_is_not_there_is_refused),
		CHAN_TEST(a_page_that_is_missing_stops_its_channel_only),
		CHAN_TEST(a_fault_that_was_mended_goes_on_where_it_was),
		CHAN_TEST(a_copy_can_be_taken_off_and_go_on),
	};

	return cmocka_run_group_tests_name("ga100 copies", tests, NULL, NULL);
}
