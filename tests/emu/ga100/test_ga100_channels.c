// SPDX-License-Identifier: GPL-2.0-only
/* Runlists, channels, Host's methods, what goes wrong with them, and the knobs. */
#include "chanbed.h"

/* --- Runlists and channels --- */

static void a_channel_runs_when_it_is_rung(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_release(&chan, 0, 1, 0);
	chan_segment(&chan, 0, 0);
	/* Moving the pointer alone tells nobody */
	assert_int_equal(ga100_mem_write(chan.bed->card,
					 bed_vram(chan_userd(&chan) + GA100_USERD_GP_PUT),
					 &chan.gp_put, 4), 0);
	chan_settle(chan.bed);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	chan_ring(&chan);
	chan_settle(chan.bed);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
	assert_false(chan_word(&chan) & (GA100_CHRAM_BUSY | GA100_CHRAM_PENDING |
					 GA100_CHRAM_ON_PBDMA | GA100_CHRAM_ON_ENG));
}

static void a_channel_can_be_rung_through_its_runlist(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint32_t put = 1;

	chan_release(&chan, 0, 1, 0);
	chan_segment(&chan, 0, 0);
	ga100_mem_write(chan.bed->card, bed_vram(chan_userd(&chan) + GA100_USERD_GP_PUT), &put, 4);
	chan_set_runlist(&chan, GA100_RUNLIST_INTERNAL_DOORBELL, chan.chid);
	chan_settle(chan.bed);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

static void doorbells_can_be_shut(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_set_runlist(&chan, GA100_RUNLIST_VCHANNEL(0), GA100_RUNLIST_VCHANNEL_INIT);
	chan_release(&chan, 0, 1, 0);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	assert_false(chan_word(&chan) & GA100_CHRAM_PENDING);
}

static void a_disabled_channel_waits_until_it_is_enabled(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_set_word(&chan, GA100_CHRAM_UPDATE_DISABLE);
	chan_release(&chan, 0, 1, 0);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	assert_int_equal(chan_word(&chan), GA100_CHRAM_PENDING);
	chan_set_word(&chan, GA100_CHRAM_UPDATE_ENABLE);
	chan_settle(chan.bed);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

static void a_channel_that_is_on_no_list_does_not_run(void **state)
{
	struct bed *bed = *state;
	struct chan chan = chan_make(bed, 0, 3);
	const struct chan *all[] = { &chan };

	chan_set_word(&chan, GA100_CHRAM_UPDATE_ENABLE);
	chan_release(&chan, 0, 1, 0);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	chan_submit(bed, 0, all, 1);
	chan_settle(bed);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

static void the_gpfifo_wraps(void **state)
{
	struct chan chan = chan_one(*state, 0);

	for (unsigned int i = 1; i <= 3 << GP_ENTRIES_LOG2; i++) {
		chan.begin = chan.end = chan.base + 0x4000;
		chan_release(&chan, 0, i, 0);
		chan_run(&chan);
		assert_int_equal(chan_semaphore_value(&chan, 0), i);
	}
}

static void userd_tells_how_far_it_is(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint32_t get, gp_get, ref;

	chan_method(&chan, GA100_METHOD_SET_REF, 99);
	chan_run(&chan);
	ga100_mem_read(chan.bed->card, bed_vram(chan_userd(&chan) + GA100_USERD_GET), &get, 4);
	ga100_mem_read(chan.bed->card, bed_vram(chan_userd(&chan) + GA100_USERD_GP_GET), &gp_get,
		       4);
	ga100_mem_read(chan.bed->card, bed_vram(chan_userd(&chan) + GA100_USERD_REF), &ref, 4);
	assert_int_equal(get, chan.end);
	assert_int_equal(gp_get, 1);
	assert_int_equal(ref, 99);
}

static void subroutines_do_not_move_the_top_level(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint64_t main_end;

	chan_push(&chan, GA100_PB_NOP);
	chan_segment(&chan, 0, 0);
	main_end = chan.end;
	chan_push(&chan, GA100_PB_NOP);
	chan_push(&chan, GA100_PB_NOP);
	chan_segment(&chan, 0, GA100_GP_ENTRY1_SUBROUTINE);
	chan_ring(&chan);
	chan_settle(chan.bed);
	assert_int_equal(chan_ramfc(&chan, GA100_RAMFC_TOP_LEVEL_GET), main_end);
	assert_int_equal(chan_ramfc(&chan, GA100_RAMFC_PB_GET), chan.end);
}

static void methods_may_go_over_the_end_of_a_segment(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint64_t at = chan_semaphore(&chan, 0);

	chan_push(&chan, 0x20058000u | GA100_METHOD_SEM_ADDR_LO / 4);
	chan_push(&chan, (uint32_t)at);
	chan_segment(&chan, 0, 0);
	chan_push(&chan, at >> 32);
	chan_push(&chan, 5);
	chan_push(&chan, 0);
	chan_push(&chan, GA100_SEM_RELEASE);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 5);
}

static void bad_lists_say_what_is_bad(void **state)
{
	static const struct {
		uint32_t words[3];	/* of each entry: word 0; the first one's word 1 */
		uint32_t length;
		unsigned int n;
		uint32_t code;
	} lists[] = {
		{ { 0 }, 0, 1, GA100_BAD_TSG_NOT_HEADER },
		{ { 1 }, 0, 1, GA100_BAD_TSG_ZERO_LENGTH },
		{ { 1 }, 129, 1, GA100_BAD_TSG_MAX_LENGTH },
		{ { 1, 0 }, 2, 2, GA100_BAD_TSG_OVERFLOW },
		{ { 1, 1, 0 }, 2, 3, GA100_BAD_TSG_NOT_CHANNEL },
	};
	struct bed *bed = *state;
	uint32_t base = GA100_RUNLIST_BASE(4);
	uint32_t leaf = GA100_INTR_LEAF(GA100_RUNLIST_VECTOR(4) / 32);

	bed_set_reg(bed, base + GA100_RUNLIST_INTR_EN_SET(0), GA100_RUNLIST_INTR_BAD_TSG);
	bed_set_reg(bed, base + GA100_RUNLIST_SUBMIT_BASE_LO, DATA);
	for (unsigned int i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (unsigned int e = 0; e < lists[i].n; e++) {
			uint32_t entry[4] = { lists[i].words[e], e ? 0 : lists[i].length, e };

			ga100_mem_write(bed->card, bed_vram(DATA + 16 * e), entry, sizeof(entry));
		}
		bed_set_reg(bed, leaf, 0xffffffff);
		bed_set_reg(bed, base + GA100_RUNLIST_SUBMIT, lists[i].n);
		chan_settle(bed);
		assert_int_equal(bed_reg(bed, base + GA100_RUNLIST_BAD_TSG), lists[i].code);
		assert_true(bed_reg(bed, base + GA100_RUNLIST_INTR) & GA100_RUNLIST_INTR_BAD_TSG);
		assert_true(bed_reg(bed, leaf) & 1u << GA100_RUNLIST_VECTOR(4) % 32);
		assert_int_equal(bed_reg(bed, base + GA100_RUNLIST_SUBMIT_INFO), 0);
		bed_set_reg(bed, base + GA100_RUNLIST_INTR, GA100_RUNLIST_INTR_BAD_TSG);
	}
}

static void a_list_that_is_nowhere_is_noted(void **state)
{
	struct bed *bed = *state;
	uint32_t base = GA100_RUNLIST_BASE(0);

	bed_set_reg(bed, base + GA100_RUNLIST_SUBMIT_BASE_HI, 0xff);
	bed_set_reg(bed, base + GA100_RUNLIST_SUBMIT, 2);
	chan_settle(bed);
	assert_true(bed_reg(bed, base + GA100_RUNLIST_INFO) & GA100_RUNLIST_INFO_NACKED);
	assert_int_equal(bed_reg(bed, base + GA100_RUNLIST_SUBMIT_INFO), 0);
}

static uint64_t time_of(const struct chan *chan, unsigned int i)
{
	uint64_t time;

	while (!chan_semaphore_value(chan, i))
		;
	ga100_mem_read(chan->bed->card, bed_vram(chan_semaphore(chan, i) + 8), &time, 8);
	return time;
}

static void groups_share_the_engine(void **state)
{
	const uint32_t flags = GA100_SEM_RELEASE_WFI | GA100_SEM_RELEASE_TIMESTAMP;
	struct bed *bed = *state;
	struct chan big = chan_make(bed, 0, 1), small = chan_make(bed, 0, 2);
	/* The search begins behind the first one */
	const struct chan *all[] = { &small, &big };

	chan_submit(bed, 0, all, 2);
	/* More than any slice lasts */
	for (unsigned int i = 0; i < 40; i++)
		chan_copy(&big, DATA + 0x1000000, DATA, 0x1000000, 0);
	chan_release(&big, 0, 1, flags);
	chan_segment(&big, 0, 0);
	chan_copy(&small, DATA + 0x1000, DATA, 64, 0);
	chan_release(&small, 0, 1, flags);
	chan_segment(&small, 0, 0);
	chan_set_runlist(&big, GA100_RUNLIST_SCHED_DISABLE, GA100_RUNLIST_SCHED_DISABLED);
	chan_ring(&big);
	chan_ring(&small);
	chan_set_runlist(&big, GA100_RUNLIST_SCHED_DISABLE, 0);
	assert_true(time_of(&small, 0) < time_of(&big, 0));
}

static void a_preempted_group_goes_on_later(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_acquire(&chan, 0, 1, 0);
	chan_release(&chan, 1, 1, 0);
	chan_run(&chan);
	chan_set_runlist(&chan, GA100_RUNLIST_INTR_EN_SET(0), GA100_RUNLIST_INTR_TSG_PREEMPTED);
	chan_set_runlist(&chan, GA100_RUNLIST_PREEMPT, chan.chid |
			 GA100_RUNLIST_PREEMPT_TSG << GA100_RUNLIST_PREEMPT_TYPE_SHIFT);
	chan_settle(chan.bed);
	assert_int_equal(chan_runlist(&chan, GA100_RUNLIST_PREEMPT) &
			 GA100_RUNLIST_PREEMPT_TSG_PENDING, 0);
	assert_true(chan_runlist(&chan, GA100_RUNLIST_INTR) & GA100_RUNLIST_INTR_TSG_PREEMPTED);
	chan_semaphore_set(&chan, 0, 1);
	while (!chan_semaphore_value(&chan, 1))
		;
}

static void a_new_list_is_read_while_the_pbdma_stands_still(void **state)
{
	struct bed *bed = *state;
	struct chan bad = chan_one(bed, 0), good = chan_make(bed, 0, 6);
	const struct chan *all[] = { &good };

	chan_method(&bad, GA100_METHOD_ILLEGAL, 0);
	chan_run(&bad);
	chan_submit(bed, 0, all, 1);
	assert_int_equal(chan_runlist(&bad, GA100_RUNLIST_SUBMIT_INFO), 0);
	assert_true(chan_word(&bad) & GA100_CHRAM_ON_PBDMA);
	chan_release(&good, 0, 1, 0);
	chan_run(&good);
	assert_int_equal(chan_semaphore_value(&good, 0), 0);
	/* It is not on the list any more, so that it does not try again */
	chan_set_pbdma(&bad, GA100_PBDMA_INTR_0, GA100_PBDMA_INTR_METHOD);
	chan_settle(bed);
	assert_int_equal(chan_semaphore_value(&good, 0), 1);
	assert_int_equal(chan_pbdma(&bad, GA100_PBDMA_INTR_0), 0);
}

/* --- Host's methods --- */

static void semaphores_have_many_forms(void **state)
{
	struct chan chan = chan_one(*state, 0);
	const uint8_t *vram = chan.bed->card->vram.at;
	uint64_t at = chan_semaphore(&chan, 0), time;

	memset(chan.bed->card->vram.at + at, 0xee, 64);
	chan_release(&chan, 0, 0x11, 0);
	chan_release(&chan, 1, 0x22, GA100_SEM_PAYLOAD_64);
	chan_release(&chan, 2, 0x33, GA100_SEM_RELEASE_TIMESTAMP);
	chan_run(&chan);
	assert_memory_equal(vram + at, "\x11\0\0\0\xee\xee\xee\xee", 8);
	assert_memory_equal(vram + at + 16, "\x22\0\0\0\0\0\0\0\xee", 9);
	assert_memory_equal(vram + at + 32, "\x33\0\0\0\0\0\0\0", 8);
	memcpy(&time, vram + at + 40, 8);
	assert_true(time <= ga100_time(chan.bed->card));
}

static void reductions_work_on_memory(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_semaphore_set(&chan, 0, 40);
	chan_acquire(&chan, 0, 2, GA100_SEM_REDUCTION | GA100_SEM_REDUCTION_UNSIGNED |
		     GA100_REDUCTION_IADD << GA100_SEM_REDUCTION_SHIFT);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 42);
}

static void the_older_semaphore_methods_work_too(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint64_t at = chan_semaphore(&chan, 1);

	chan_method(&chan, GA100_METHOD_SEMAPHORE_A, at >> 32);
	chan_method(&chan, GA100_METHOD_SEMAPHORE_B, at);
	chan_method(&chan, GA100_METHOD_SEMAPHORE_C, 6);
	chan_method(&chan, GA100_METHOD_SEMAPHORE_D, GA100_SEMAPHORE_D_RELEASE);
	chan_method(&chan, GA100_METHOD_SEMAPHORE_D,
		    GA100_SEMAPHORE_D_ACQ_GEQ | GA100_SEMAPHORE_D_ACQUIRE_SWITCH);
	chan_release(&chan, 0, 1, 0);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 1), 6);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

static void a_waiting_channel_makes_way(void **state)
{
	struct bed *bed = *state;
	struct chan waits = chan_make(bed, 0, 1), other = chan_make(bed, 0, 2);
	const struct chan *all[] = { &waits, &other };

	chan_submit_group(bed, 0, all, 2);
	chan_acquire(&waits, 0, 1, 0);
	chan_release(&waits, 1, 1, 0);
	chan_run(&waits);
	assert_int_equal(chan_semaphore_value(&waits, 1), 0);
	assert_true(chan_word(&waits) & GA100_CHRAM_ACQUIRE_FAIL);
	/* The other one releases what it waits for */
	chan_push(&other, 0x20058000u | GA100_METHOD_SEM_ADDR_LO / 4);
	chan_push(&other, (uint32_t)chan_semaphore(&waits, 0));
	chan_push(&other, 0);
	chan_push(&other, 1);
	chan_push(&other, 0);
	chan_push(&other, GA100_SEM_RELEASE);
	chan_run(&other);
	while (!chan_semaphore_value(&waits, 1))
		;
}

static void engines_wait_for_each_other(void **state)
{
	struct chan a = chan_one(*state, 0), b = chan_one(*state, 1);

	chan_acquire(&a, 0, 1, 0);
	chan_release(&a, 1, 1, 0);
	chan_run(&a);
	chan_push(&b, 0x20058000u | GA100_METHOD_SEM_ADDR_LO / 4);
	chan_push(&b, (uint32_t)chan_semaphore(&a, 0));
	chan_push(&b, 0);
	chan_push(&b, 1);
	chan_push(&b, 0);
	chan_push(&b, GA100_SEM_RELEASE);
	chan_run(&b);
	while (!chan_semaphore_value(&a, 1))
		;
}

static void waiting_too_long_is_an_interrupt(void **state)
{
	struct chan chan = chan_make(*state, 0, 1);
	const struct chan *all[] = { &chan };

	chan_set_ramfc(&chan, GA100_RAMFC_ACQUIRE, GA100_ACQUIRE_TIMEOUT_EN |
		       4 << GA100_ACQUIRE_TIMEOUT_MAN_SHIFT);
	chan_submit(chan.bed, 0, all, 1);
	chan_acquire(&chan, 0, 1, 0);
	chan_run(&chan);
	while (!chan_pbdma(&chan, GA100_PBDMA_INTR_0))
		;
	assert_int_equal(chan_pbdma(&chan, GA100_PBDMA_INTR_0), GA100_PBDMA_INTR_ACQUIRE);
}

static void a_method_can_interrupt_without_stalling(void **state)
{
	struct chan chan = chan_one(*state, 5);
	uint32_t leaf = GA100_INTR_LEAF(GA100_CE_NONSTALL_VECTOR(5) / 32);

	chan_method(&chan, GA100_METHOD_NON_STALL_INT, 0);
	chan_release(&chan, 0, 1, 0);
	chan_run(&chan);
	assert_true(bed_reg(chan.bed, leaf) & 1u << GA100_CE_NONSTALL_VECTOR(5) % 32);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

static void yielding_loses_nothing(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_method(&chan, GA100_METHOD_YIELD, GA100_YIELD_RUNLIST);
	chan_method(&chan, GA100_METHOD_YIELD, GA100_YIELD_TSG);
	chan_release(&chan, 0, 1, 0);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

/* --- What is refused --- */

static void expect_frozen(struct chan *chan, uint32_t intr_0, uint32_t intr_1)
{
	chan_release(chan, 0, 1, 0);
	chan_run(chan);
	assert_int_equal(chan_pbdma(chan, GA100_PBDMA_INTR_0), intr_0);
	assert_int_equal(chan_pbdma(chan, GA100_PBDMA_INTR_1), intr_1);
	assert_int_equal(chan_semaphore_value(chan, 0), 0);
	assert_int_equal(chan_pbdma(chan, GA100_PBDMA_CHANNEL),
			 chan->chid | GA100_PBDMA_CHANNEL_VALID);
}

static void expect_goes_on(struct chan *chan)
{
	chan_set_pbdma(chan, GA100_PBDMA_INTR_0, 0xffffffff);
	chan_set_pbdma(chan, GA100_PBDMA_INTR_1, 0xffffffff);
	chan_settle(chan->bed);
	assert_int_equal(chan_semaphore_value(chan, 0), 1);
}

static void a_bad_method_freezes_until_it_is_mended(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint32_t leaf = GA100_INTR_LEAF(GA100_RUNLIST_VECTOR(0) / 32);

	chan_set_runlist(&chan, GA100_RUNLIST_INTR_EN_SET(0), GA100_RUNLIST_INTR_PBDMA(0, 0));
	chan_set_pbdma(&chan, GA100_PBDMA_INTR_0_EN_SET(0), 0xffffffff);
	chan_method(&chan, GA100_METHOD_ILLEGAL, 0x55);
	expect_frozen(&chan, GA100_PBDMA_INTR_METHOD, 0);
	assert_true(chan_runlist(&chan, GA100_RUNLIST_INTR) & GA100_RUNLIST_INTR_PBDMA(0, 0));
	assert_true(bed_reg(chan.bed, leaf) & 1u << GA100_RUNLIST_VECTOR(0) % 32);
	assert_int_equal(chan_pbdma(&chan, GA100_RAMFC_METHOD(0)) & GA100_METHOD_ADDR,
			 GA100_METHOD_ILLEGAL);
	assert_int_equal(chan_pbdma(&chan, GA100_RAMFC_DATA(0)), 0x55);
	/* Cleared but not mended: it comes again */
	chan_set_pbdma(&chan, GA100_PBDMA_INTR_0, GA100_PBDMA_INTR_METHOD);
	chan_settle(chan.bed);
	assert_int_equal(chan_pbdma(&chan, GA100_PBDMA_INTR_0), GA100_PBDMA_INTR_METHOD);
	chan_set_pbdma(&chan, GA100_RAMFC_METHOD(0), GA100_METHOD_VALID | GA100_METHOD_NOP);
	expect_goes_on(&chan);
	assert_false(chan_runlist(&chan, GA100_RUNLIST_INTR) & GA100_RUNLIST_INTR_PBDMAS);
}

static void methods_that_are_not_there_are_refused(void **state)
{
	static const uint32_t methods[] = {
		0x00c, 0x038, 0x054, 0x07c, 0x0fc, GA100_METHOD_CLEAR_FAULTED,
	};

	for (unsigned int i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct chan chan = chan_one(*state, i);

		chan_method(&chan, methods[i], 0);
		expect_frozen(&chan, GA100_PBDMA_INTR_METHOD, 0);
	}
}

static void only_privileged_channels_invalidate(void **state)
{
	struct chan no = chan_one(*state, 0), yes = chan_make(*state, 1, 5);
	const struct chan *all[] = { &yes };

	chan_method(&no, GA100_METHOD_MEM_OP_D,
		    (uint32_t)GA100_MEM_OP_TLB_INVALIDATE << GA100_MEM_OP_D_OPERATION_SHIFT);
	expect_frozen(&no, GA100_PBDMA_INTR_METHOD, 0);
	chan_set_ramfc(&yes, GA100_RAMFC_CONFIG, GA100_CONFIG_PRIVILEGED);
	chan_submit(*state, 1, all, 1);
	chan_method(&yes, GA100_METHOD_MEM_OP_C, GA100_MEM_OP_C_PDB_ALL);
	chan_method(&yes, GA100_METHOD_MEM_OP_D,
		    (uint32_t)GA100_MEM_OP_TLB_INVALIDATE << GA100_MEM_OP_D_OPERATION_SHIFT);
	chan_release(&yes, 0, 1, 0);
	chan_run(&yes);
	assert_int_equal(chan_semaphore_value(&yes, 0), 1);
}

static void a_channel_invalidates_what_it_has_changed(void **state)
{
	struct bed *bed = *state;
	struct chan chan = chan_make(bed, 0, 5);
	const struct chan *all[] = { &chan };

	chan_set_ramfc(&chan, GA100_RAMFC_CONFIG, GA100_CONFIG_PRIVILEGED);
	chan_submit(bed, 0, all, 1);
	bed_map(bed, NOWHERE, bed_vram(DATA), 12, 0);
	chan_fill(bed, DATA, 64, 1);
	chan_fill(bed, DATA + 0x1000, 64, 2);
	chan_copy(&chan, DATA + 0x10000, NOWHERE, 64, 0);
	chan_run(&chan);
	assert_true(chan_same(bed, DATA + 0x10000, 64, 1));
	bed_map(bed, NOWHERE, bed_vram(DATA + 0x1000), 12, 0);
	chan_method(&chan, GA100_METHOD_MEM_OP_C, (uint32_t)bed->tables.pdb);
	chan_method(&chan, GA100_METHOD_MEM_OP_D, (uint32_t)(bed->tables.pdb >> 32) |
		    (uint32_t)GA100_MEM_OP_TLB_INVALIDATE << GA100_MEM_OP_D_OPERATION_SHIFT);
	chan_copy(&chan, DATA + 0x10000, NOWHERE, 64, 0);
	chan_run(&chan);
	assert_true(chan_same(bed, DATA + 0x10000, 64, 2));
}

static void software_gets_its_methods(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_push(&chan, 0x2001a000u | 0x400 / 4);
	chan_push(&chan, 0x77);
	expect_frozen(&chan, GA100_PBDMA_INTR_DEVICE, 0);
	assert_int_equal(chan_pbdma(&chan, GA100_RAMFC_DATA(0)), 0x77);
	chan_set_pbdma(&chan, GA100_RAMFC_METHOD(0), 0);
	expect_goes_on(&chan);
}

static void a_bad_word_can_be_mended_in_memory(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint64_t at = chan.end;
	uint32_t nop = GA100_PB_NOP;

	chan_push(&chan, 0xc0ffee00);
	expect_frozen(&chan, GA100_PBDMA_INTR_PBENTRY, 0);
	assert_int_equal(chan_pbdma(&chan, GA100_PBDMA_HDR_SHADOW), 0xc0ffee00);
	ga100_mem_write(chan.bed->card, bed_vram(at), &nop, 4);
	chan_set_pbdma(&chan, GA100_PBDMA_HDR_SHADOW, nop);
	expect_goes_on(&chan);
}

static void a_bad_entry_is_skipped(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_entry(&chan, 0x123, GA100_GP_OPCODE_ILLEGAL);
	expect_frozen(&chan, GA100_PBDMA_INTR_GPENTRY, 0);
	assert_int_equal(chan_pbdma(&chan, GA100_PBDMA_GP_SHADOW_0), 0x123);
	expect_goes_on(&chan);
}

static void a_segment_over_the_end_of_addresses_is_refused(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_entry(&chan, 0xfffffff8, 0xff | 2 << GA100_GP_ENTRY1_LENGTH_SHIFT);
	expect_frozen(&chan, GA100_PBDMA_INTR_GPENTRY, 0);
	expect_goes_on(&chan);
}

static void crcs_are_compared(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_push(&chan, GA100_PB_NOP);
	chan_segment(&chan, 0, 0);
	chan_entry(&chan, 0x2144df1c, GA100_GP_OPCODE_PB_CRC);	/* of four zeroes */
	chan_entry(&chan, 1, GA100_GP_OPCODE_PB_CRC);
	expect_frozen(&chan, GA100_PBDMA_INTR_PBCRC, 0);
	expect_goes_on(&chan);
}

static void a_pointer_beyond_the_gpfifo_is_refused(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint32_t put = 1u << GP_ENTRIES_LOG2;

	ga100_mem_write(chan.bed->card, bed_vram(chan_userd(&chan) + GA100_USERD_GP_PUT), &put, 4);
	chan_set_runlist(&chan, GA100_RUNLIST_INTERNAL_DOORBELL, chan.chid);
	chan_settle(chan.bed);
	assert_int_equal(chan_pbdma(&chan, GA100_PBDMA_INTR_0), GA100_PBDMA_INTR_GPPTR);
}

static void a_conditional_segment_takes_no_data_of_another(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_push(&chan, 0x20018000u | GA100_METHOD_NOP / 4);
	chan_segment(&chan, 0, 0);
	chan_push(&chan, 0);
	chan_segment(&chan, GA100_GP_ENTRY0_CONDITIONAL, 0);
	expect_frozen(&chan, GA100_PBDMA_INTR_PBSEG, 0);
	expect_goes_on(&chan);
}

static void expect_refused_state(struct bed *bed, unsigned int ce, uint32_t off, uint32_t value,
				 uint32_t intr_0, uint32_t intr_1)
{
	struct chan chan = chan_make(bed, ce, 5);
	const struct chan *all[] = { &chan };

	chan_set_ramfc(&chan, off, value);
	chan_submit(bed, ce, all, 1);
	chan_method(&chan, COPY_NOP, 0);
	expect_frozen(&chan, intr_0, intr_1);
}

static void a_state_that_makes_no_sense_is_refused(void **state)
{
	expect_refused_state(*state, 0, GA100_RAMFC_SIGNATURE, 0xc36f,
			     GA100_PBDMA_INTR_SIGNATURE, 0);
	expect_refused_state(*state, 1, GA100_RAMFC_GP_BASE_HI,
			     0xff | 31u << GA100_GP_BASE_HI_LIMIT2_SHIFT,
			     GA100_PBDMA_INTR_GPFIFO, 0);
	expect_refused_state(*state, 2, GA100_RAMFC_GP_GET, 1u << GP_ENTRIES_LOG2,
			     GA100_PBDMA_INTR_GPPTR, 0);
	expect_refused_state(*state, 3, GA100_RAMFC_PB_GET, 4, GA100_PBDMA_INTR_PBPTR, 0);
	expect_refused_state(*state, 4, GA100_RAMFC_TARGET, 0, 0, GA100_PBDMA_INTR1_CTXNOTVALID);
}

static void bad_semaphores_are_refused(void **state)
{
	static const uint32_t bad[] = {
		7,
		GA100_SEM_REDUCTION | 8u << GA100_SEM_REDUCTION_SHIFT,
		GA100_SEM_REDUCTION | GA100_SEM_PAYLOAD_64 |
			(uint32_t)GA100_REDUCTION_INC << GA100_SEM_REDUCTION_SHIFT,
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct chan chan = chan_one(*state, i);

		chan_acquire(&chan, 1, 1, bad[i]);
		expect_frozen(&chan, GA100_PBDMA_INTR_SEMAPHORE, 0);
	}
}

static void methods_for_the_engine_are_checked(void **state)
{
	struct chan chan = chan_one(*state, 0), other = chan_one(*state, 1),
		    object = chan_one(*state, 2);

	chan_method(&chan, 0x24c, 1);
	expect_frozen(&chan, 0, GA100_PBDMA_INTR1_ILLEGAL_METHOD);
	assert_int_equal(chan_pbdma(&chan, GA100_PBDMA_HCE_DBG0), 0x24c);
	assert_int_equal(chan_pbdma(&chan, GA100_PBDMA_HCE_DBG1), 1);
	chan_copy(&other, DATA, DATA, 4, COPY_LAUNCH_SRC_PHYSICAL);
	expect_frozen(&other, 0, GA100_PBDMA_INTR1_PRIV);
	chan_method(&object, GA100_METHOD_SET_OBJECT, COPY_CLASS_HOPPER);
	expect_frozen(&object, 0, GA100_PBDMA_INTR1_ILLEGAL_CLASS);
}

static void a_pushbuffer_that_is_nowhere_faults(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_entry(&chan, NOWHERE, 1 << GA100_GP_ENTRY1_LENGTH_SHIFT);
	chan_ring(&chan);
	chan_settle(chan.bed);
	assert_true(chan_word(&chan) & GA100_CHRAM_PBDMA_FAULTED);
	assert_int_equal(GA100_FAULT_INFO_CLIENT(bed_reg(chan.bed, GA100_FAULT_INFO)),
			 GA100_MMU_CLIENT_HOST);
	assert_int_equal(bed_reg(chan.bed, GA100_FAULT_INST_LO) & 0x1ff, GA100_MMU_ENGINE_HOST(0));
	assert_int_equal(bed_reg(chan.bed, GA100_FAULT_ADDR_LO) & 0xfffff000, NOWHERE);
}

static void an_engine_in_reset_does_not_work(void **state)
{
	struct chan chan = chan_one(*state, 0);

	bed_set_reg(chan.bed, GA100_PMC_DEVICE_ENABLE, ~(1u << GA100_CE_RESET(0)));
	chan_copy(&chan, DATA + 0x1000, DATA, 64, 0);
	expect_frozen(&chan, GA100_PBDMA_INTR_ENG_RESET, 0);
	bed_set_reg(chan.bed, GA100_PMC_DEVICE_ENABLE, 0xffffffff);
	expect_goes_on(&chan);
}

/* --- Knobs --- */

static void arm(struct bed *bed, unsigned int knob, uint32_t value)
{
	const struct vfu_fault setting = {
		.where = VFU_FAULT_ANYWHERE, .times = 1, .value = value,
	};

	vfu_fault_arm(ga100_faults(bed->card), knob, &setting);
}

static void begin_copy(struct chan *chan)
{
	chan_copy(chan, DATA + 0x1000, DATA, 64, 0);
	chan_release(chan, 0, 1, GA100_SEM_RELEASE_WFI);
	chan_run(chan);
}

/* What a driver does to a channel that does not get on */
static bool take_off(struct chan *chan)
{
	chan_set_word(chan, GA100_CHRAM_UPDATE_DISABLE);
	chan_set_runlist(chan, GA100_RUNLIST_PREEMPT, chan->chid |
			 GA100_RUNLIST_PREEMPT_TSG << GA100_RUNLIST_PREEMPT_TYPE_SHIFT);
	chan_settle(chan->bed);
	return !(chan_runlist(chan, GA100_RUNLIST_PREEMPT) & GA100_RUNLIST_PREEMPT_TSG_PENDING);
}

static void reset_engine(struct chan *chan)
{
	bed_set_reg(chan->bed, GA100_PMC_DEVICE_ENABLE, ~(1u << GA100_CE_RESET(chan->ce)));
	bed_set_reg(chan->bed, GA100_PMC_DEVICE_ENABLE, 0xffffffff);
	chan_set_pbdma(chan, GA100_PBDMA_INTR_0, 0xffffffff);
	chan_settle(chan->bed);
}

static void a_hang_ends_with_a_reset_of_the_engine(void **state)
{
	struct chan chan = chan_one(*state, 0), next;

	arm(chan.bed, GA100_KNOB_HANG, 0);
	begin_copy(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	assert_int_equal(GA100_ENGINE_CTX(chan_runlist(&chan, GA100_RUNLIST_ENGINE_STATUS0(0))),
			 GA100_CTX_VALID);
	assert_false(take_off(&chan));
	reset_engine(&chan);
	assert_int_equal(chan_runlist(&chan, GA100_RUNLIST_PREEMPT) &
			 GA100_RUNLIST_PREEMPT_TSG_PENDING, 0);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	assert_int_equal(chan_runlist(&chan, GA100_RUNLIST_ENGINE_STATUS0(0)), 0);
	chan_set_word(&chan, GA100_CHRAM_UPDATE_CLEAR);
	next = chan_one(*state, 0);
	begin_copy(&next);
	assert_int_equal(chan_semaphore_value(&next, 0), 1);
}

static void a_hang_can_outlive_its_engine_but_not_the_card(void **state)
{
	struct bed *bed = *state;
	struct chan chan = chan_one(bed, 0);

	arm(bed, GA100_KNOB_HANG_FOR_GOOD, 0);
	begin_copy(&chan);
	assert_true(take_off(&chan));
	reset_engine(&chan);
	chan = chan_one(bed, 0);
	begin_copy(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	ga100_reset(bed->card);
	bed_set_reg(bed, GA100_PMC_DEVICE_ENABLE, 0xffffffff);
	bed_set_reg(bed, GA100_RUNLIST_BASE(0) + GA100_RUNLIST_VCHANNEL(0),
		    GA100_RUNLIST_VCHANNEL_DOORBELL | GA100_RUNLIST_VCHANNEL_INIT);
	chan = chan_one(bed, 0);
	begin_copy(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

static void a_hang_can_keep_its_channel(void **state)
{
	struct chan chan = chan_one(*state, 0);

	arm(chan.bed, GA100_KNOB_HANG_FOR_GOOD, 1);
	begin_copy(&chan);
	assert_false(take_off(&chan));
	reset_engine(&chan);
	assert_false(take_off(&chan));
	assert_int_equal(GA100_ENGINE_CTX(chan_runlist(&chan, GA100_RUNLIST_ENGINE_STATUS0(0))),
			 GA100_CTX_VALID);
	ga100_reset(chan.bed->card);
	assert_int_equal(chan_runlist(&chan, GA100_RUNLIST_ENGINE_STATUS0(0)), 0);
}

static void a_launch_is_refused_as_asked(void **state)
{
	struct chan chan = chan_one(*state, 0);

	arm(chan.bed, GA100_KNOB_LAUNCH_ERROR, GA100_LAUNCHERR_NO_RESOURCES);
	begin_copy(&chan);
	assert_int_equal(chan_lce(&chan, GA100_LCE_INTR), GA100_LCE_INTR_LAUNCHERR);
	assert_int_equal(chan_lce(&chan, GA100_LCE_LAUNCHERR), GA100_LAUNCHERR_NO_RESOURCES);
}

static void a_lost_completion_loses_nothing_else(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_fill(chan.bed, DATA, 64, 3);
	arm(chan.bed, GA100_KNOB_COMPLETION_LOST, 0);
	begin_copy(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	assert_true(chan_same(chan.bed, DATA + 0x1000, 64, 3));
	begin_copy(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
}

static void a_late_completion_comes_when_it_is_released(void **state)
{
	struct chan chan = chan_one(*state, 0);

	arm(chan.bed, GA100_KNOB_COMPLETION_LATE, 0);
	begin_copy(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	vfu_fault_release(ga100_faults(chan.bed->card), GA100_KNOB_COMPLETION_LATE);
	while (!chan_semaphore_value(&chan, 0))
		;
}

static void one_bit_is_flipped_and_no_other(void **state)
{
	struct chan chan = chan_one(*state, 0);
	uint8_t *vram = chan.bed->card->vram.at;

	chan_fill(chan.bed, DATA, 64, 3);
	arm(chan.bed, GA100_KNOB_BIT_FLIP, 8 * 10 + 3);
	begin_copy(&chan);
	vram[DATA + 0x1000 + 10] ^= 8;
	assert_true(chan_same(chan.bed, DATA + 0x1000, 64, 3));
}

static void a_copy_that_strays_goes_to_the_address_that_was_asked_for(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan_fill(chan.bed, DATA, 64, 3);
	arm(chan.bed, GA100_KNOB_STRAY, 1);
	begin_copy(&chan);
	assert_true(chan_word(&chan) & GA100_CHRAM_ENG_FAULTED);
	assert_int_equal(bed_reg(chan.bed, GA100_FAULT_ADDR_LO) & ~0xfffu, 1u << 21);
	assert_false(chan_same(chan.bed, DATA + 0x1000, 64, 3));
}

static void a_semaphore_may_never_come(void **state)
{
	struct chan chan = chan_one(*state, 0);

	arm(chan.bed, GA100_KNOB_SEMAPHORE_NEVER, 0);
	chan_semaphore_set(&chan, 1, 1);
	chan_acquire(&chan, 1, 1, 0);
	chan_release(&chan, 0, 1, 0);
	chan_run(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	vfu_fault_release(ga100_faults(chan.bed->card), GA100_KNOB_SEMAPHORE_NEVER);
	while (!chan_semaphore_value(&chan, 0))
		;
}

static void poisoned_memory_is_reported(void **state)
{
	struct chan chan = chan_one(*state, 0);
	const struct vfu_fault setting = { .where = DATA / 4096, .times = 1 };

	vfu_fault_arm(ga100_faults(chan.bed->card), GA100_KNOB_POISON, &setting);
	begin_copy(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 0);
	assert_int_equal(chan_lce(&chan, GA100_LCE_INTR), GA100_LCE_INTR_POISON);
	assert_true(chan_word(&chan) & GA100_CHRAM_ENG_FAULTED);
	assert_int_equal(GA100_FAULT_INFO_TYPE(bed_reg(chan.bed, GA100_FAULT_INFO)),
			 GA100_FAULT_POISONED);
}

/* --- The whole --- */

static void in_step_a_doorbell_returns_when_its_work_is_done(void **state)
{
	struct chan chan = chan_one(*state, 0);

	chan.bed->card->options.in_step = true;
	chan_fill(chan.bed, DATA, 1 << 20, 7);
	chan_copy(&chan, DATA + 0x100000, DATA, 1 << 20, 0);
	chan_release(&chan, 0, 1, GA100_SEM_RELEASE_WFI);
	chan_segment(&chan, 0, 0);
	chan_ring(&chan);
	assert_int_equal(chan_semaphore_value(&chan, 0), 1);
	assert_true(chan_same(chan.bed, DATA + 0x100000, 1 << 20, 7));
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Words that are likely to be understood */
static uint32_t likely(uint32_t *seed)
{
	static const uint32_t methods[] = {
		GA100_METHOD_SEM_EXECUTE, GA100_METHOD_SEM_ADDR_LO, GA100_METHOD_MEM_OP_D,
		COPY_LAUNCH_DMA, COPY_OFFSET_IN_UPPER, COPY_OFFSET_OUT_UPPER, COPY_PITCH_IN,
		COPY_LINE_LENGTH_IN, COPY_SET_REMAP_COMPONENTS, COPY_SET_SEMAPHORE_A,
	};
	uint32_t r = next_random(seed);

	switch (r % 4) {
	case 0:
		return (r >> 8 & 7) << GA100_PB_OP_SHIFT | 1 << GA100_PB_COUNT_SHIFT |
			methods[r / 16 % (sizeof(methods) / sizeof(methods[0]))] / 4;
	case 1:
		return DATA + (r & 0xffffff);
	case 2:
		return r >> 20;
	default:
		return r;
	}
}

static void poke(struct bed *bed, unsigned int ce, uint32_t *seed)
{
	uint32_t r = next_random(seed), value = next_random(seed);

	switch (r % 4) {
	case 0:
		bed_set_reg(bed, GA100_PBDMA_BASE(ce) + (r / 4 % 128) * 4, value);
		break;
	case 1:
		bed_set_reg(bed, GA100_LCE + GA100_LCE_STRIDE * (r / 4 % GA100_CES + 2) +
			    (r / 64 % 32) * 4, value);
		break;
	case 2:
		bed_set_reg(bed, GA100_CHRAM_BASE(ce) + (r / 4 % 8) * 4, value);
		break;
	default:
		/* Not where the list is: DATA may look like one, but not forever */
		bed_set_reg(bed, GA100_RUNLIST_BASE(ce) + 0x8c + (r / 4 % 64) * 4, value);
	}
	bed_reg(bed, GA100_PBDMA_BASE(ce) + (r % 128) * 4);
}

/* Whatever it is fed, the card neither crashes nor stops listening */
static void noise(void **state)
{
	struct bed *bed = *state;
	uint32_t seed = 20201027;

	for (unsigned int round = 0; round < 200; round++) {
		unsigned int ce = round % GA100_CES;
		struct chan chan = chan_one(bed, ce);

		for (unsigned int i = 0; i < 200; i++)
			chan_push(&chan, likely(&seed));
		chan_segment(&chan, next_random(&seed) & 1, next_random(&seed) & 0x200);
		chan_entry(&chan, next_random(&seed), next_random(&seed));
		chan_ring(&chan);
		for (unsigned int i = 0; i < 50; i++)
			poke(bed, ce, &seed);
	}
	ga100_reset(bed->card);
	bed_set_reg(bed, GA100_PMC_DEVICE_ENABLE, 0xffffffff);
	for (unsigned int ce = 0; ce < GA100_CES; ce++) {
		struct chan chan = chan_one(bed, ce);

		bed_set_reg(bed, GA100_RUNLIST_BASE(ce) + GA100_RUNLIST_VCHANNEL(0),
			    GA100_RUNLIST_VCHANNEL_DOORBELL | GA100_RUNLIST_VCHANNEL_INIT);
		begin_copy(&chan);
		assert_int_equal(chan_semaphore_value(&chan, 0), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHAN_TEST(a_channel_runs_when_it_is_rung),
		CHAN_TEST(a_channel_can_be_rung_through_its_runlist),
		CHAN_TEST(doorbells_can_be_shut),
		CHAN_TEST(a_disabled_channel_waits_until_it_is_enabled),
		CHAN_TEST(a_channel_that_is_on_no_list_does_not_run),
		CHAN_TEST(the_gpfifo_wraps),
		CHAN_TEST(userd_tells_how_far_it_is),
		CHAN_TEST(subroutines_do_not_move_the_top_level),
		CHAN_TEST(methods_may_go_over_the_end_of_a_segment),
		CHAN_TEST(bad_lists_say_what_is_bad),
		CHAN_TEST(a_list_that_is_nowhere_is_noted),
		CHAN_TEST(groups_share_the_engine),
		CHAN_TEST(a_preempted_group_goes_on_later),
		CHAN_TEST(a_new_list_is_read_while_the_pbdma_stands_still),
		CHAN_TEST(semaphores_have_many_forms),
		CHAN_TEST(reductions_work_on_memory),
		CHAN_TEST(the_older_semaphore_methods_work_too),
		CHAN_TEST(a_waiting_channel_makes_way),
		CHAN_TEST(engines_wait_for_each_other),
		CHAN_TEST(waiting_too_long_is_an_interrupt),
		CHAN_TEST(a_method_can_interrupt_without_stalling),
		CHAN_TEST(yielding_loses_nothing),
		CHAN_TEST(a_bad_method_freezes_until_it_is_mended),
		CHAN_TEST(methods_that_are_not_there_are_refused),
		CHAN_TEST(only_privileged_channels_invalidate),
		CHAN_TEST(a_channel_invalidates_what_it_has_changed),
		CHAN_TEST(software_gets_its_methods),
		CHAN_TEST(a_bad_word_can_be_mended_in_memory),
		CHAN_TEST(a_bad_entry_is_skipped),
		CHAN_TEST(a_segment_over_the_end_of_addresses_is_refused),
		CHAN_TEST(crcs_are_compared),
		CHAN_TEST(a_pointer_beyond_the_gpfifo_is_refused),
		CHAN_TEST(a_conditional_segment_takes_no_data_of_another),
		CHAN_TEST(a_state_that_makes_no_sense_is_refused),
		CHAN_TEST(bad_semaphores_are_refused),
		CHAN_TEST(methods_for_the_engine_are_checked),
		CHAN_TEST(a_pushbuffer_that_is_nowhere_faults),
		CHAN_TEST(an_engine_in_reset_does_not_work),
		CHAN_TEST(a_hang_ends_with_a_reset_of_the_engine),
		CHAN_TEST(a_hang_can_outlive_its_engine_but_not_the_card),
		CHAN_TEST(a_hang_can_keep_its_channel),
		CHAN_TEST(a_launch_is_refused_as_asked),
		CHAN_TEST(a_lost_completion_loses_nothing_else),
		CHAN_TEST(a_late_completion_comes_when_it_is_released),
		CHAN_TEST(one_bit_is_flipped_and_no_other),
		CHAN_TEST(a_copy_that_strays_goes_to_the_address_that_was_asked_for),
		CHAN_TEST(a_semaphore_may_never_come),
		CHAN_TEST(poisoned_memory_is_reported),
		CHAN_TEST(in_step_a_doorbell_returns_when_its_work_is_done),
		CHAN_TEST(noise),
	};

	return cmocka_run_group_tests_name("ga100 channels", tests, NULL, NULL);
}
