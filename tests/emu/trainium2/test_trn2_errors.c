// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors and rings that are wrong: what is reported, and who survives. */
#include "testbed.h"

#define E	129
#define M2S_CAUSE	(UDMA_IOFIC_SECONDARY(UDMA_IOFIC_ERR_M2S) + UDMA_IOFIC_CAUSE)
#define S2M_CAUSE	(UDMA_IOFIC_SECONDARY(UDMA_IOFIC_ERR_S2M) + UDMA_IOFIC_CAUSE)
#define D_CAUSE		(UDMA_IOFIC_PRIMARY(UDMA_IOFIC_GROUP_D) + UDMA_IOFIC_CAUSE)
#define ABORTED		0x2222

static struct bed_queue start(struct bed *bed)
{
	bed_engine_init(bed, E);
	return bed_queue_host(bed, E, 0);
}

static void wait_cause(struct bed *bed, uint32_t reg, uint32_t cause)
{
	apb_wait(bed, engine_apb(E) + reg, UINT32_MAX, cause);
}

/*
 * After any error of a test: the side says it aborted, the summary is set, the
 * queue reports that it stopped, and a reset of the queue with a request for
 * normal operation makes everything work again.
 */
static void assert_aborted_and_mends(struct bed *bed, struct bed_queue *q, int side)
{
	bool m2s = side == SRC;

	apb_wait(bed, engine_apb(E) + (m2s ? UDMA_M2S_STATE : UDMA_S2M_STATE),
		 0xffff, ABORTED);
	apb_wait(bed, engine_apb(E) + D_CAUSE, UINT32_MAX,
		 m2s ? UDMA_CAUSE_D_M2S : UDMA_CAUSE_D_S2M);
	apb_wait(bed, engine_apb(E) + UDMA_M2S_Q(0) + UDMA_Q_STATUS,
		 UDMA_Q_STATUS_PREFETCH | UDMA_Q_STATUS_ACTIVE, 0);
	eng_write(bed, E, M2S_CAUSE, 0);
	eng_write(bed, E, S2M_CAUSE, 0);
	eng_write(bed, E, D_CAUSE, 0);
	*q = bed_queue_host(bed, E, 0);
	eng_write(bed, E, UDMA_M2S_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
	eng_write(bed, E, UDMA_S2M_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
	fill(host_at(bed, 0), 5000, 1);
	memset(hbm_at(bed, 0, 0), 0, 5000);
	copy(q, host_addr(0), hbm_addr(0, 0), 5000);
	q_wait(q, DST);
	assert_filled(hbm_at(bed, 0, 0), 5000, 1);
	assert_int_equal(eng_read(bed, E, M2S_CAUSE) | eng_read(bed, E, S2M_CAUSE), 0);
}

static void expect_source_error(struct bed *bed, struct bed_queue *q, uint32_t cause)
{
	wait_cause(bed, M2S_CAUSE, cause);
	assert_aborted_and_mends(bed, q, SRC);
}

static void a_stale_lap_in_the_source(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	put_dst(&q, hbm_addr(0, 0), 64, 0);
	put_raw(&q, SRC, 64 | ONE | 2u << UDMA_DESC_RING_ID_SHIFT, UDMA_META_COPY,
		host_addr(0));
	ring(&q, DST, 1);
	ring(&q, SRC, 1);
	expect_source_error(bed, &q, UDMA_ERR_M2S_PREF_RING_ID);
}

static void a_stale_lap_in_the_destination(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	put_raw(&q, DST, 64, 0, hbm_addr(0, 0));
	put_src(&q, host_addr(0), 64, ONE);
	ring(&q, DST, 1);
	ring(&q, SRC, 1);
	wait_cause(bed, S2M_CAUSE, UDMA_ERR_S2M_PREF_RING_ID);
	assert_aborted_and_mends(bed, &q, DST);
}

/* The published driver lets engines that write their own descriptors do so */
static void laps_do_not_matter_where_their_error_is_masked(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	eng_write(bed, E, UDMA_IOFIC_SECONDARY(0) + UDMA_IOFIC_ABORT_MASK, UINT32_MAX);
	eng_write(bed, E, UDMA_IOFIC_SECONDARY(1) + UDMA_IOFIC_ABORT_MASK, UINT32_MAX);
	eng_write(bed, E, UDMA_M2S_ERR_LOG_MASK, UDMA_ERR_M2S_PREF_RING_ID);
	fill(host_at(bed, 0), 64, 3);
	put_raw(&q, DST, 64, 0, hbm_addr(0, 0));
	put_raw(&q, SRC, 64 | ONE, UDMA_META_COPY, host_addr(0));
	ring(&q, DST, 1);
	ring(&q, SRC, 1);
	q_wait(&q, DST);
	assert_filled(hbm_at(bed, 0, 0), 64, 3);
	assert_int_equal(eng_read(bed, E, UDMA_M2S_ERR_LOG(0)), 0);
}

/* A doorbell for more than was written runs into the descriptors of old laps */
static void a_doorbell_too_far(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	for (unsigned int i = 0; i < 64; i++)
		put_dst(&q, hbm_addr(0, 0), 64, 0);
	for (unsigned int i = 0; i < 64; i++)
		put_src(&q, host_addr(0), 64, ONE);
	ring(&q, DST, 64 + 64);
	ring(&q, SRC, UINT32_MAX);
	wait_cause(bed, M2S_CAUSE, UDMA_ERR_M2S_PREF_RING_ID);
	assert_int_equal(q_read(&q, DST, UDMA_Q_COMP_HEAD), 2u << 30);
	assert_aborted_and_mends(bed, &q, SRC);
}

static void a_packet_that_does_not_begin(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	put_dst(&q, hbm_addr(0, 0), 64, 0);
	put_src(&q, host_addr(0), 64, UDMA_DESC_LAST);
	ring(&q, DST, 1);
	ring(&q, SRC, 1);
	expect_source_error(bed, &q, UDMA_ERR_M2S_PREF_FIRST);
}

static void a_packet_that_does_not_end(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	put_dst(&q, hbm_addr(0, 0), 64, 0);
	put_src(&q, host_addr(0), 32, UDMA_DESC_FIRST);
	put_src(&q, host_addr(0), 32, UDMA_DESC_FIRST | UDMA_DESC_LAST);
	ring(&q, DST, 1);
	ring(&q, SRC, 2);
	expect_source_error(bed, &q, UDMA_ERR_M2S_PREF_LAST);
}

static void a_packet_of_too_many_descriptors(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	eng_write(bed, E, UDMA_M2S_DESC_PREF_CFG_2, 8);
	put_dst(&q, hbm_addr(0, 0), 65536, 0);
	for (unsigned int i = 0; i < 9; i++)
		put_src(&q, host_addr(0), 8, i ? 0 : UDMA_DESC_FIRST);
	ring(&q, DST, 1);
	ring(&q, SRC, 8);
	apb_wait(bed, engine_apb(E) + UDMA_M2S_Q(0) + UDMA_Q_COMP_HEAD, 0xff, 8);
	assert_int_equal(eng_read(bed, E, M2S_CAUSE), 0);
	ring(&q, SRC, 1);
	expect_source_error(bed, &q, UDMA_ERR_M2S_PREF_MAX_DESC);
}

static void a_packet_of_too_many_bytes(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	eng_write(bed, E, UDMA_M2S_CFG_LEN, 100000 | UDMA_CFG_LEN_ENCODE_64K);
	put_dst(&q, hbm_addr(0, 0), 65536, 0);
	put_dst(&q, hbm_addr(0, 0), 65536, 0);
	put_src(&q, host_addr(0), 65536, UDMA_DESC_FIRST);
	put_src(&q, host_addr(0), 65536, UDMA_DESC_LAST);
	ring(&q, DST, 2);
	ring(&q, SRC, 2);
	wait_cause(bed, M2S_CAUSE, UDMA_ERR_M2S_PKT_LEN);
	eng_write(bed, E, UDMA_M2S_CFG_LEN, UDMA_CFG_LEN_MAX_PKT | UDMA_CFG_LEN_ENCODE_64K);
	assert_aborted_and_mends(bed, &q, SRC);
}

/* Until it is told otherwise an engine takes a length of 0 for nothing at all */
static void a_length_of_zero_that_means_zero(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	eng_write(bed, E, UDMA_M2S_CFG_LEN, UDMA_CFG_LEN_MAX_PKT);
	put_src(&q, host_addr(0), 0, ONE);
	put_src(&q, host_addr(0), 16, ONE);
	put_dst(&q, hbm_addr(0, 0), 16, 0);
	ring(&q, DST, 1);
	ring(&q, SRC, 2);
	q_wait(&q, SRC);
	assert_int_equal(eng_read(bed, E, UDMA_M2S_STAT + UDMA_STAT_BYTES_LO), 16);
}

static void an_operation_that_is_not_a_copy(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	put_dst(&q, hbm_addr(0, 0), 64, 0);
	put_raw(&q, SRC, 64 | ONE | 1u << UDMA_DESC_RING_ID_SHIFT, 0, host_addr(0));
	ring(&q, DST, 1);
	ring(&q, SRC, 1);
	expect_source_error(bed, &q, UDMA_ERR_M2S_STREAM_RESP);
}

/* Everywhere that is nowhere, from the start of it or running into it */
static const uint64_t nowhere[] = {
	BED_HBM / 4,			/* behind stack 0 */
	BED_HBM / 4 - 32,		/* its end */
	0x4000000000 - 8,		/* before stack 1 */
	0x1200000000,			/* a published range that is no memory here */
	0x804000000000 + BED_HBM / 4,	/* behind stack 3 */
	TRN2_ADDR_HOST,			/* host memory that is not mapped */
	TRN2_ADDR_HOST + BED_HOST - 8,
	TRN2_ADDR_HOST + BED_MESSAGE + BED_MESSAGE_SIZE - 8,
	2 * TRN2_ADDR_HOST - 8,		/* the end of the host's window */
	0x10000000000000,		/* a neighbour that is not there */
	0x80000000000000,
	UINT64_MAX - 7,			/* the address itself wraps */
	TRN2_ADDR_MISC_RAM + 2,		/* registers that are not aligned */
	0x809fffffffULL,		/* the last byte of a register window */
};

static void a_source_that_is_nowhere(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		copy(&q, nowhere[i], hbm_addr(1, 0), 64);
		expect_source_error(bed, &q, UDMA_ERR_M2S_DATA_AXI_RESP);
	}
}

static void a_destination_that_is_nowhere(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		copy(&q, hbm_addr(1, 0), nowhere[i], 64);
		wait_cause(bed, S2M_CAUSE, UDMA_ERR_S2M_DATA_AXI_RESP);
		assert_aborted_and_mends(bed, &q, DST);
	}
}

static void rings_that_are_nowhere(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	q_write(&q, SRC, UDMA_Q_BASE_HI, 0xdead);
	ring(&q, SRC, 1);
	expect_source_error(bed, &q, UDMA_ERR_M2S_PREF_AXI_RESP);
	q_write(&q, DST, UDMA_Q_BASE_HI, 0xdead);
	put_src(&q, host_addr(0), 64, ONE);
	ring(&q, SRC, 1);
	ring(&q, DST, 1);
	wait_cause(bed, S2M_CAUSE, UDMA_ERR_S2M_PREF_AXI_RESP);
	assert_aborted_and_mends(bed, &q, DST);
}

static void completion_rings_that_are_nowhere(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	q_write(&q, SRC, UDMA_Q_COMP_BASE_HI, 0xdead);
	q_write(&q, SRC, UDMA_M2S_Q_COMP_CFG, UDMA_Q_COMP_CFG_RING);
	copy(&q, host_addr(0), hbm_addr(0, 0), 64);
	wait_cause(bed, M2S_CAUSE, UDMA_ERR_M2S_COMP_AXI_RESP);
	q_write(&q, SRC, UDMA_M2S_Q_COMP_CFG, 0);
	assert_aborted_and_mends(bed, &q, SRC);
	q_write(&q, DST, UDMA_Q_COMP_BASE_HI, 0xdead);
	q_write(&q, DST, UDMA_S2M_Q_COMP_CFG, UDMA_Q_COMP_CFG_RING);
	copy(&q, host_addr(0), hbm_addr(0, 0), 64);
	wait_cause(bed, S2M_CAUSE, UDMA_ERR_S2M_COMP_AXI_RESP);
	q_write(&q, DST, UDMA_S2M_Q_COMP_CFG, 0);
	assert_aborted_and_mends(bed, &q, DST);
}

/* Sizes and places that the prefetcher cannot read: the queue never starts */
static void rings_of_a_bad_shape(void **state)
{
	static const struct {
		uint32_t len, low;
	} shapes[] = {
		{ 0, 0 }, { 16, 0 }, { 40, 0 }, { 0x00fffffc, 0 }, { 64, 64 }, { 64, 128 },
	};
	struct bed *bed = *state;

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		for (int side = SRC; side <= DST; side++) {
			struct bed_queue q = start(bed);
			uint32_t low = (uint32_t)q.ring[side] + shapes[i].low;

			q_write(&q, side, UDMA_Q_LEN, shapes[i].len);
			q_write(&q, side, UDMA_Q_BASE_LO, low);
			assert_int_equal(q_read(&q, side, UDMA_Q_STATUS), 0);
			copy(&q, host_addr(0), hbm_addr(0, 0), 64);
			bed_settle(bed);
			assert_int_equal(q_read(&q, DST, UDMA_Q_COMP_HEAD) & 0xff, 0);
			q_write(&q, side, UDMA_Q_BASE_LO, (uint32_t)q.ring[side]);
			q_write(&q, side, UDMA_Q_LEN, 64);
			q_wait(&q, DST);
		}
}

static void an_engine_with_no_way_to_the_host(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 8);
	q = bed_queue_init(bed, 8, 0, 32, hbm_addr(0, 0), hbm_addr(0, 4096));
	copy(&q, host_addr(0), hbm_addr(0, 65536), 64);
	apb_wait(bed, engine_apb(8) + M2S_CAUSE, UINT32_MAX, UDMA_ERR_M2S_DATA_AXI_RESP);
	for (unsigned int e = 0; e < 128; e++) {
		/* the ring is in host memory too: only half the engines see it */
		uint32_t cause = e % 8 >= 4 ? UDMA_ERR_M2S_PREF_RING_ID :
				 UDMA_ERR_M2S_PREF_AXI_RESP;

		bed_engine_init(bed, e);
		eng_write(bed, e, M2S_CAUSE, 0);
		eng_write(bed, e, UDMA_M2S_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
		q = bed_queue_host(bed, e, 1);
		ring(&q, SRC, 1);
		apb_wait(bed, engine_apb(e) + M2S_CAUSE, UINT32_MAX, cause);
	}
}

static void an_engine_cannot_set_up_engines(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);

	copy(&q, host_addr(0), 0x8006900000 + UDMA_M2S_Q(1) + UDMA_Q_CFG, 4);
	wait_cause(bed, S2M_CAUSE, UDMA_ERR_S2M_DATA_AXI_RESP);
	assert_aborted_and_mends(bed, &q, DST);
}

static void the_first_error_is_logged(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q = start(bed);
	uint32_t ctrl = 64 | ONE | 1u << UDMA_DESC_RING_ID_SHIFT;

	copy(&q, 0x1200000040, hbm_addr(0, 0), 64);
	wait_cause(bed, M2S_CAUSE, UDMA_ERR_M2S_DATA_AXI_RESP);
	assert_int_equal(eng_read(bed, E, UDMA_M2S_ERR_LOG(0)), ctrl);
	assert_int_equal(eng_read(bed, E, UDMA_M2S_ERR_LOG(1)), UDMA_META_COPY);
	assert_int_equal(eng_read(bed, E, UDMA_M2S_ERR_LOG(2)), 0x00000040);
	assert_int_equal(eng_read(bed, E, UDMA_M2S_ERR_LOG(3)), 0x12);
	eng_write(bed, E, UDMA_M2S_CLEAR_ERR_LOG, UDMA_CLEAR_ERR_LOG);
	assert_int_equal(eng_read(bed, E, UDMA_M2S_ERR_LOG(3)), 0);
	assert_aborted_and_mends(bed, &q, SRC);
}

/* With the abort masked an error stops its own queue and no other */
static void an_unaborted_error_leaves_the_neighbours_alone(void **state)
{
	struct bed *bed = *state;
	struct bed_queue bad = start(bed);
	struct bed_queue good = bed_queue_host(bed, E, 1);

	eng_write(bed, E, UDMA_IOFIC_SECONDARY(0) + UDMA_IOFIC_ABORT_MASK, UINT32_MAX);
	copy(&bad, 0x1200000000, hbm_addr(0, 0), 64);
	wait_cause(bed, M2S_CAUSE, UDMA_ERR_M2S_DATA_AXI_RESP);
	copy(&good, host_addr(0), hbm_addr(0, 0), 64);
	q_wait(&good, DST);
	assert_int_equal(q_read(&bad, SRC, UDMA_Q_STATUS), 1);
	assert_int_equal(eng_read(bed, E, UDMA_M2S_STATE) & 0x2222, 0);
}

/* Anything at all in the rings: nothing may crash, hang or hold on to memory */
static void noise(void **state)
{
	struct bed *bed = *state;
	uint32_t seed = 12345;
	struct bed_queue q;

	for (unsigned int round = 0; round < 400; round++) {
		uint32_t *words[2];

		q = start(bed);
		words[SRC] = (uint32_t *)host_at(bed, q.ring[SRC] - host_addr(0));
		words[DST] = (uint32_t *)host_at(bed, q.ring[DST] - host_addr(0));

		eng_write(bed, E, UDMA_M2S_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
		eng_write(bed, E, UDMA_S2M_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
		if (round % 2)
			eng_write(bed, E, UDMA_IOFIC_SECONDARY(0) +
				  UDMA_IOFIC_ABORT_MASK, UINT32_MAX);
		for (unsigned int i = 0; i < 2 * 64 * 4; i++) {
			seed = seed * 1664525 + 1013904223;
			words[i / 256][i % 256] = seed >> (seed >> 27);
			if (round % 3 && i % 4 == 1)
				words[i / 256][i % 256] = UDMA_META_COPY;
			if (round % 3 && i % 4 == 3)
				words[i / 256][i % 256] &= 0xc070;
		}
		ring(&q, SRC, seed);
		ring(&q, DST, seed >> 3);
	}
	trn2_card_reset(bed->card);
	q = start(bed);
	copy(&q, host_addr(0), hbm_addr(0, 0), 4096);
	q_wait(&q, DST);
}

#define BED(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
#define ONE_WORKER(test) \
	cmocka_unit_test_setup_teardown(test, bed_setup_one_worker, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED(a_stale_lap_in_the_source),
		BED(a_stale_lap_in_the_destination),
		BED(laps_do_not_matter_where_their_error_is_masked),
		BED(a_doorbell_too_far),
		BED(a_packet_that_does_not_begin),
		BED(a_packet_that_does_not_end),
		BED(a_packet_of_too_many_descriptors),
		BED(a_packet_of_too_many_bytes),
		BED(a_length_of_zero_that_means_zero),
		BED(an_operation_that_is_not_a_copy),
		BED(a_source_that_is_nowhere),
		BED(a_destination_that_is_nowhere),
		BED(rings_that_are_nowhere),
		BED(completion_rings_that_are_nowhere),
		ONE_WORKER(rings_of_a_bad_shape),
		BED(an_engine_with_no_way_to_the_host),
		BED(an_engine_cannot_set_up_engines),
		BED(the_first_error_is_logged),
		BED(an_unaborted_error_leaves_the_neighbours_alone),
		BED(noise),
	};

	return cmocka_run_group_tests_name("trainium2 errors", tests, NULL, NULL);
}
