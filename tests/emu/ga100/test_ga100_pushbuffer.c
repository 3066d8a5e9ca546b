// SPDX-License-Identifier: GPL-2.0-only
/* Words, semaphores and launches, with no card at all. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "copy.h"
#include "crc32.h"
#include "pushbuffer.h"
#include "semaphore.h"

#define SUBCH	4

static struct ga100_pushbuffer fresh(void)
{
	return (struct ga100_pushbuffer){
		.header = GA100_PB_HEADER_INIT,
		.subdevice = 0x001 | GA100_SUBDEVICE_ACTIVE | GA100_SUBDEVICE_DMA_ENABLE,
	};
}

static uint32_t header(unsigned int op, unsigned int count, uint32_t method)
{
	return (uint32_t)op << GA100_PB_OP_SHIFT | count << GA100_PB_COUNT_SHIFT |
		SUBCH << GA100_PB_SUBCH_SHIFT | method / 4;
}

static void expect_method(struct ga100_pushbuffer *pb, uint32_t word, uint32_t method,
			  uint32_t data)
{
	struct ga100_method is;

	assert_int_equal(ga100_pushbuffer_take(pb, word, 0, &is), GA100_WORD_METHOD);
	assert_true(is.word & GA100_METHOD_VALID);
	assert_int_equal(GA100_METHOD_SUBCH(is.word), SUBCH);
	assert_int_equal(is.word & GA100_METHOD_ADDR, method);
	assert_int_equal(is.data, data);
}

static void expect(struct ga100_pushbuffer *pb, uint32_t word, uint32_t where, enum ga100_word is)
{
	struct ga100_method method;

	assert_int_equal(ga100_pushbuffer_take(pb, word, where, &method), is);
}

static void each_header_has_its_addresses(void **state)
{
	static const struct {
		unsigned int op;
		uint32_t method[3];
	} forms[] = {
		{ GA100_PB_OP_INC, { 0x400, 0x404, 0x408 } },
		{ GA100_PB_OP_NON_INC, { 0x400, 0x400, 0x400 } },
		{ GA100_PB_OP_INC_ONCE, { 0x400, 0x404, 0x404 } },
	};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct ga100_pushbuffer pb = fresh();

		expect(&pb, header(forms[i].op, 3, 0x400), 0, GA100_WORD_NOTHING);
		for (unsigned int m = 0; m < 3; m++) {
			assert_true(ga100_pushbuffer_wants_data(&pb));
			expect_method(&pb, 0xf0000000 + m, forms[i].method[m], 0xf0000000 + m);
		}
		assert_false(ga100_pushbuffer_wants_data(&pb));
	}
}

static void an_immediate_header_is_a_method(void **state)
{
	struct ga100_pushbuffer pb = fresh();

	(void)state;
	expect_method(&pb, header(GA100_PB_OP_IMMD, 0x1fff, 0x20), 0x20, 0x1fff);
	assert_false(ga100_pushbuffer_wants_data(&pb));
	expect_method(&pb, header(GA100_PB_OP_IMMD, 1, 0x24), 0x24, 1);
}

static void a_count_of_zero_is_no_method(void **state)
{
	struct ga100_pushbuffer pb = fresh();

	(void)state;
	expect(&pb, header(GA100_PB_OP_INC, 0, 0x400), 0, GA100_WORD_NOTHING);
	expect_method(&pb, header(GA100_PB_OP_IMMD, 7, 0x8), 0x8, 7);
}

static void nothing_is_an_instruction_but_instructions(void **state)
{
	static const uint32_t bad[] = {
		0x00000001, 0x00040000, 0x1fff0000, 0x40000000, 0x40040100, 0xc0000000,
		0x20011000,				/* a reserved bit */
		0x20020fff, 0x20011000 | 0xfff,		/* runs over the last address */
		0xa0020fff,
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ga100_pushbuffer pb = fresh();

		expect(&pb, bad[i], 0, GA100_WORD_BAD);
	}
}

static void addresses_may_reach_the_last_one(void **state)
{
	struct ga100_pushbuffer pb = fresh();

	(void)state;
	expect(&pb, header(GA100_PB_OP_INC, 2, 0x3ff8), 0, GA100_WORD_NOTHING);
	expect_method(&pb, 1, 0x3ff8, 1);
	expect_method(&pb, 2, 0x3ffc, 2);
	expect(&pb, header(GA100_PB_OP_NON_INC, 9, 0x3ffc), 0, GA100_WORD_NOTHING);
	expect_method(&pb, 3, 0x3ffc, 3);
}

static void a_subdevice_hears_only_what_is_meant_for_it(void **state)
{
	struct ga100_pushbuffer pb = fresh();

	(void)state;
	expect(&pb, 0x00010020, 0, GA100_WORD_NOTHING);		/* for another one */
	assert_false(ga100_pushbuffer_active(&pb));
	expect(&pb, header(GA100_PB_OP_INC, 1, 0x400), 0, GA100_WORD_NOTHING);
	expect(&pb, 0x12345678, 0, GA100_WORD_NOTHING);
	expect(&pb, header(GA100_PB_OP_IMMD, 1, 0x20), 0, GA100_WORD_NOTHING);
	expect(&pb, 0x00020010, 0, GA100_WORD_NOTHING);		/* remember this one */
	expect(&pb, 0x00030000, 0, GA100_WORD_NOTHING);
	assert_true(ga100_pushbuffer_active(&pb));
	expect_method(&pb, header(GA100_PB_OP_IMMD, 1, 0x20), 0x20, 1);
}

static void a_mask_ends_a_conditional_segment(void **state)
{
	struct ga100_pushbuffer pb = fresh();

	(void)state;
	expect(&pb, 0x00010020, GA100_PB_HEADER_CONDITIONAL, GA100_WORD_END);
}

static void masks_need_to_be_enabled(void **state)
{
	struct ga100_pushbuffer pb = fresh();

	(void)state;
	pb.subdevice = 0;
	expect(&pb, 0x00010010, 0, GA100_WORD_BAD);
	expect(&pb, 0x00030000, 0, GA100_WORD_BAD);
	assert_true(ga100_pushbuffer_active(&pb));
}

static void an_end_ends_a_segment(void **state)
{
	struct ga100_pushbuffer pb = fresh();

	(void)state;
	expect(&pb, 0xe0000000, 0, GA100_WORD_END);
	expect(&pb, GA100_PB_NOP, 0, GA100_WORD_NOTHING);
}

static void acquires_compare_as_published(void **state)
{
	(void)state;
	assert_true(ga100_semaphore_acquired(GA100_SEM_ACQUIRE, false, 5ULL << 32 | 7, 7));
	assert_false(ga100_semaphore_acquired(GA100_SEM_ACQUIRE, true, 5ULL << 32 | 7, 7));
	assert_true(ga100_semaphore_acquired(GA100_SEM_ACQ_STRICT_GEQ, false, 0xffffffff, 1));
	assert_false(ga100_semaphore_acquired(GA100_SEM_ACQ_CIRC_GEQ, false, 0xffffffff, 1));
	assert_true(ga100_semaphore_acquired(GA100_SEM_ACQ_CIRC_GEQ, false, 1, 0xffffffff));
	assert_true(ga100_semaphore_acquired(GA100_SEM_ACQ_CIRC_GEQ, true, 1, ~0ULL));
	assert_true(ga100_semaphore_acquired(GA100_SEM_ACQ_AND, false, 6, 2));
	assert_false(ga100_semaphore_acquired(GA100_SEM_ACQ_AND, false, 5, 2));
	assert_false(ga100_semaphore_acquired(GA100_SEM_ACQ_NOR, false, 0xffff0000, 0xffff));
	assert_true(ga100_semaphore_acquired(GA100_SEM_ACQ_NOR, true, 0xffff0000, 0xffff));
}

static void reductions_reduce_as_published(void **state)
{
	static const struct {
		unsigned int reduction;
		bool is_signed;
		uint32_t value, payload, expected;
	} r[] = {
		{ GA100_REDUCTION_IMIN, false, 0xffffffff, 1, 1 },
		{ GA100_REDUCTION_IMIN, true, 0xffffffff, 1, 0xffffffff },
		{ GA100_REDUCTION_IMAX, true, 0xffffffff, 1, 1 },
		{ GA100_REDUCTION_IXOR, false, 6, 3, 5 },
		{ GA100_REDUCTION_IAND, false, 6, 3, 2 },
		{ GA100_REDUCTION_IOR, false, 6, 3, 7 },
		{ GA100_REDUCTION_IADD, false, 0xffffffff, 2, 1 },
		{ GA100_REDUCTION_INC, false, 2, 3, 3 },
		{ GA100_REDUCTION_INC, false, 3, 3, 0 },
		{ GA100_REDUCTION_DEC, false, 1, 3, 0 },
		{ GA100_REDUCTION_DEC, false, 0, 3, 3 },
		{ GA100_REDUCTION_DEC, false, 9, 3, 3 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(r) / sizeof(r[0]); i++)
		assert_int_equal(ga100_semaphore_reduce(r[i].reduction, false, r[i].is_signed,
							r[i].value, r[i].payload),
				 r[i].expected);
	assert_true(ga100_semaphore_can_reduce(GA100_REDUCTION_IADD, true, false));
	assert_false(ga100_semaphore_can_reduce(GA100_REDUCTION_IADD, true, true));
	assert_false(ga100_semaphore_can_reduce(GA100_REDUCTION_INC, true, false));
	assert_false(ga100_semaphore_can_reduce(GA100_REDUCTION_DEC, false, true));
	assert_false(ga100_semaphore_can_reduce(8, false, false));
}

#define LINEAR	(COPY_LAUNCH_TRANSFER_PIPELINED | COPY_LAUNCH_SRC_PITCH | COPY_LAUNCH_DST_PITCH)

static void launches_are_refused_for_a_reason(void **state)
{
	static const struct {
		uint32_t launch;
		uint8_t error;
	} l[] = {
		{ LINEAR, GA100_LAUNCHERR_NONE },
		{ COPY_LAUNCH_TRANSFER_NONE, GA100_LAUNCHERR_NONE },
		{ LINEAR | 3, GA100_LAUNCHERR_VALUE },
		{ LINEAR | 3 << COPY_LAUNCH_INTERRUPT_SHIFT, GA100_LAUNCHERR_VALUE },
		{ LINEAR | 0x00100000, GA100_LAUNCHERR_UNUSED_FIELD },
		{ LINEAR | COPY_LAUNCH_SEMAPHORE_64, GA100_LAUNCHERR_UNUSED_FIELD },
		{ LINEAR | 0x80000000, GA100_LAUNCHERR_UNUSED_FIELD },
		{ LINEAR & ~COPY_LAUNCH_DST_PITCH, GA100_LAUNCHERR_OPERATION },
		{ LINEAR | 3 << COPY_LAUNCH_SEMAPHORE_SHIFT, GA100_LAUNCHERR_OPERATION },
		{ LINEAR | 1 << COPY_LAUNCH_SEMAPHORE_SHIFT | COPY_LAUNCH_REDUCTION_ENABLE |
		  9 << COPY_LAUNCH_REDUCTION_SHIFT, GA100_LAUNCHERR_VALUE },
	};
	struct ga100_copy copy = { 0 };
	struct ga100_copy_plan plan;

	(void)state;
	for (unsigned int i = 0; i < sizeof(l) / sizeof(l[0]); i++)
		assert_int_equal(ga100_copy_plan(&copy, l[i].launch, &plan), l[i].error);
}

static void methods_of_the_class_are_kept_and_others_are_not(void **state)
{
	struct ga100_copy copy = { 0 };

	(void)state;
	assert_true(ga100_copy_set(&copy, COPY_PITCH_OUT, 77));
	assert_int_equal(ga100_copy_get(&copy, COPY_PITCH_OUT), 77);
	/* This one came with a later class */
	assert_false(ga100_copy_set(&copy, COPY_SET_SEMAPHORE_PAYLOAD_UPPER, 1));
	assert_false(ga100_copy_set(&copy, COPY_SET_SCRUB_PARAMETERS, 1));
	assert_false(ga100_copy_set(&copy, 0x3ffc, 1));
}

static void addresses_have_49_bits(void **state)
{
	struct ga100_copy copy = { 0 };
	struct ga100_copy_plan plan;

	(void)state;
	ga100_copy_set(&copy, COPY_OFFSET_IN_UPPER, 0xffffffff);
	ga100_copy_set(&copy, COPY_OFFSET_IN_LOWER, 0x12345678);
	ga100_copy_set(&copy, COPY_LINE_LENGTH_IN, 1);
	assert_int_equal(ga100_copy_plan(&copy, LINEAR, &plan), 0);
	assert_int_equal(plan.src.address, 0x1ffff12345678);
}

static void the_crc_is_the_one_of_802_3(void **state)
{
	(void)state;
	assert_int_equal(ga100_crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(ga100_crc32(ga100_crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_header_has_its_addresses),
		cmocka_unit_test(an_immediate_header_is_a_method),
		cmocka_unit_test(a_count_of_zero_is_no_method),
		cmocka_unit_test(nothing_is_an_instruction_but_instructions),
		cmocka_unit_test(addresses_may_reach_the_last_one),
		cmocka_unit_test(a_subdevice_hears_only_what_is_meant_for_it),
		cmocka_unit_test(a_mask_ends_a_conditional_segment),
		cmocka_unit_test(masks_need_to_be_enabled),
		cmocka_unit_test(an_end_ends_a_segment),
		cmocka_unit_test(acquires_compare_as_published),
		cmocka_unit_test(reductions_reduce_as_published),
		cmocka_unit_test(launches_are_refused_for_a_reason),
		cmocka_unit_test(methods_of_the_class_are_kept_and_others_are_not),
		cmocka_unit_test(addresses_have_49_bits),
		cmocka_unit_test(the_crc_is_the_one_of_802_3),
	};

	return cmocka_run_group_tests_name("ga100 pushbuffer", tests, NULL, NULL);
}
