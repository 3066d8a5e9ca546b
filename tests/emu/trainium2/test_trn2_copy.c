// SPDX-License-Identifier: GPL-2.0-only
/* Data: from anywhere to anywhere, in every shape a descriptor can give it. */
#include "testbed.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Ends of copies that every test may use: 4 MiB each */
static uint64_t end_addr(unsigned int end)
{
	return end < 4 ? hbm_addr(end, 1 << 20) : host_addr((end - 4) * (4u << 20));
}

static uint8_t *end_at(struct bed *bed, unsigned int end)
{
	return end < 4 ? hbm_at(bed, end, 1 << 20) : host_at(bed, (end - 4) * (4u << 20));
}

static void copies_every_way_and_length(void **state)
{
	static const uint32_t lengths[] = { 1, 3, 4, 8, 64, 4095, 4096, 65535, 65536 };
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 0);
	for (unsigned int way = 0; way < 36; way++)
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			unsigned int from = way / 6, to = way % 6;
			uint32_t len = lengths[i];

			if (from == to)
				continue;
			fill(end_at(bed, from), len, way + i);
			end_at(bed, to)[len] = 0x5a;
			copy(&q, end_addr(from), end_addr(to), len);
			q_wait(&q, DST);
			assert_filled(end_at(bed, to), len, way + i);
			assert_int_equal(end_at(bed, to)[len], 0x5a);
		}
}

static void every_engine_copies(void **state)
{
	struct bed *bed = *state;

	for (unsigned int e = 0; e < TRN2_ENGINES; e++) {
		unsigned int q = e % UDMA_QUEUES;
		struct bed_queue queue;

		bed_engine_init(bed, e);
		queue = bed_queue_init(bed, e, q, 32, hbm_addr(0, 0), hbm_addr(3, 0));
		fill(hbm_at(bed, 1, 65536), 1000, e);
		copy(&queue, hbm_addr(1, 65536), hbm_addr(2, e * 1024), 1000);
		q_wait(&queue, DST);
		assert_filled(hbm_at(bed, 2, e * 1024), 1000, e);
	}
}

/* 64 entries, 1000 descriptors: every lap has its number, also the fourth, 0 */
static void a_ring_wraps_and_counts_laps(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 128);
	q = bed_queue_host(bed, 128, 15);
	fill(host_at(bed, 0), 100000, 9);
	for (unsigned int i = 0; i < 1000; i++) {
		copy(&q, host_addr(100 * i), hbm_addr(2, 100 * i), 100);
		if (i % 50 == 49)
			q_wait(&q, DST);
	}
	q_wait(&q, DST);
	q_wait(&q, SRC);
	assert_filled(hbm_at(bed, 2, 0), 100000, 9);
	assert_int_equal(q_read(&q, SRC, UDMA_Q_HEAD), q_read(&q, SRC, UDMA_Q_TAIL));
	assert_int_equal(q_read(&q, SRC, UDMA_Q_CURRENT), q_read(&q, SRC, UDMA_Q_TAIL));
	assert_int_equal(q_read(&q, SRC, UDMA_M2S_Q_PKT_COUNT), 1000);
	assert_int_equal(q_read(&q, DST, UDMA_S2M_Q_PKT_COUNT), 1000);
}

static void one_doorbell_may_ring_a_whole_ring(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 4);
	q = bed_queue_host(bed, 4, 1);
	for (unsigned int lap = 0; lap < 5; lap++) {
		fill(host_at(bed, 0), 64 * 4096, lap);
		for (unsigned int i = 0; i < 64; i++) {
			put_src(&q, host_addr(4096 * i), 4096, ONE);
			put_dst(&q, hbm_addr(0, 4096 * i), 4096, 0);
		}
		ring(&q, SRC, 64);
		ring(&q, DST, 64);
		q_wait(&q, DST);
		assert_filled(hbm_at(bed, 0, 0), 64 * 4096, lap);
	}
}

/* The source may be rung long before the destination is there, or after */
static void a_packet_waits_for_its_destination(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 2);
	fill(host_at(bed, 0), 8192, 3);
	put_src(&q, host_addr(0), 8192, ONE);
	ring(&q, SRC, 1);
	apb_wait(bed, engine_apb(129) + UDMA_M2S_Q(2) + UDMA_Q_CURRENT, 0xff, 1);
	put_dst(&q, hbm_addr(0, 0), 4096, 0);
	ring(&q, DST, 1);
	q_wait(&q, DST);
	assert_int_equal(q_read(&q, SRC, UDMA_Q_COMP_HEAD) & 0xff, 0);
	assert_int_not_equal(eng_read(bed, 129, UDMA_M2S_STATE), 0);
	put_dst(&q, hbm_addr(0, 4096), 4096, 0);
	ring(&q, DST, 1);
	q_wait(&q, DST);
	q_wait(&q, SRC);
	assert_filled(hbm_at(bed, 0, 0), 8192, 3);
	assert_int_equal(eng_read(bed, 129, UDMA_M2S_STATE), 0);
}

static void a_packet_gathers_and_scatters(void **state)
{
	static const uint32_t from[] = { 100, 5000, 1, 3000, 900 };
	static const uint32_t to[] = { 4000, 2000, 3001 };
	struct bed *bed = *state;
	struct bed_queue q;
	uint32_t at = 0;

	bed_engine_init(bed, 131);
	q = bed_queue_host(bed, 131, 0);
	fill(host_at(bed, 0), 9001, 4);
	for (unsigned int i = 0; i < 5; i++) {
		put_src(&q, host_addr(at), from[i], (i == 0 ? UDMA_DESC_FIRST : 0) |
			(i == 4 ? UDMA_DESC_LAST : 0));
		at += from[i];
	}
	for (unsigned int i = 0; i < 3; i++)
		put_dst(&q, hbm_addr(i, 64), to[i], 0);
	ring(&q, DST, 3);
	ring(&q, SRC, 5);
	q_wait(&q, DST);
	q_wait(&q, SRC);
	memcpy(host_at(bed, 65536), hbm_at(bed, 0, 64), 4000);
	memcpy(host_at(bed, 69536), hbm_at(bed, 1, 64), 2000);
	memcpy(host_at(bed, 71536), hbm_at(bed, 2, 64), 3001);
	assert_filled(host_at(bed, 65536), 9001, 4);
	assert_int_equal(q_read(&q, SRC, UDMA_M2S_Q_PKT_COUNT), 1);
}

/* The rest of a destination that the packet did not fill is left alone */
static void a_short_packet_ends_its_destination(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 130);
	q = bed_queue_host(bed, 130, 0);
	fill(host_at(bed, 0), 200, 5);
	memset(hbm_at(bed, 0, 0), 0xee, 8192);
	put_dst(&q, hbm_addr(0, 0), 4096, 0);
	put_dst(&q, hbm_addr(0, 4096), 4096, 0);
	put_src(&q, host_addr(0), 100, ONE);
	put_src(&q, host_addr(100), 100, ONE);
	ring(&q, DST, 2);
	ring(&q, SRC, 2);
	q_wait(&q, DST);
	memcpy(host_at(bed, 4096), hbm_at(bed, 0, 0), 100);
	memcpy(host_at(bed, 4196), hbm_at(bed, 0, 4096), 100);
	assert_filled(host_at(bed, 4096), 200, 5);
	assert_int_equal(*hbm_at(bed, 0, 100), 0xee);
	assert_int_equal(*hbm_at(bed, 0, 4196), 0xee);
}

static void completion_rings_say_what_was_done(void **state)
{
	struct bed *bed = *state;
	uint32_t *m2s = (uint32_t *)host_at(bed, 8 << 20);
	uint32_t *s2m = (uint32_t *)host_at(bed, 9 << 20);
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 3);
	q_write(&q, SRC, UDMA_Q_COMP_BASE_LO, (uint32_t)host_addr(8 << 20));
	q_write(&q, SRC, UDMA_Q_COMP_BASE_HI, host_addr(8 << 20) >> 32);
	q_write(&q, SRC, UDMA_M2S_Q_COMP_CFG, UDMA_Q_COMP_CFG_RING);
	q_write(&q, DST, UDMA_Q_COMP_BASE_LO, (uint32_t)host_addr(9 << 20));
	q_write(&q, DST, UDMA_Q_COMP_BASE_HI, host_addr(9 << 20) >> 32);
	q_write(&q, DST, UDMA_S2M_Q_COMP_CFG, UDMA_Q_COMP_CFG_RING);
	for (unsigned int i = 0; i < 40; i++) {
		put_src(&q, host_addr(0), 60, UDMA_DESC_FIRST);
		put_src(&q, host_addr(0), 40, UDMA_DESC_LAST);
		put_dst(&q, hbm_addr(0, 0), 70, 0);
		put_dst(&q, hbm_addr(0, 0), 70, 0);
		ring(&q, SRC, 2);
		ring(&q, DST, 2);
		q_wait(&q, DST);
		q_wait(&q, SRC);
	}
	/* 80 descriptors in rings of 64: 16 entries are of the second lap */
	assert_int_equal(m2s[14], UDMA_CDESC_FIRST | 2u << 24);
	assert_int_equal(m2s[15], UDMA_CDESC_LAST | 2u << 24);
	assert_int_equal(m2s[16], UDMA_CDESC_FIRST | 1u << 24);
	assert_int_equal(s2m[4 * 14], UDMA_CDESC_FIRST | 2u << 24);
	assert_int_equal(s2m[4 * 14 + 1], 70);
	assert_int_equal(s2m[4 * 63], UDMA_CDESC_LAST | 1u << 24);
	assert_int_equal(s2m[4 * 63 + 1], 30);
	assert_int_equal(m2s[64] | s2m[4 * 64], 0);
}

static void completion_heads_can_be_hidden(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 3);
	copy(&q, host_addr(0), hbm_addr(0, 0), 10);
	q_wait(&q, DST);
	eng_write(bed, 129, UDMA_GEN_SPARE_ZEROES0, UDMA_SPARE_NO_COMP_HEAD);
	assert_int_equal(q_read(&q, DST, UDMA_Q_COMP_HEAD), 1u << 30);
	eng_write(bed, 129, UDMA_GEN_SPARE_ZEROES0, 0);
	assert_int_equal(q_read(&q, DST, UDMA_Q_COMP_HEAD), 1u << 30 | 1);
}

/* What the published driver does: the ring itself writes a marker to the host */
static void a_marker_follows_the_data_it_announces(void **state)
{
	struct bed *bed = *state;
	_Atomic uint32_t *marker = (void *)host_at(bed, 8 << 20);
	uint32_t *value = (void *)host_at(bed, (8 << 20) + 64);
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 0);
	for (uint32_t round = 1; round < 200; round++) {
		fill(hbm_at(bed, 0, 0), 65536, round);
		*value = round;
		put_dst(&q, host_addr(0), 65536, 0);
		put_dst(&q, host_addr(8 << 20), 4, 0);
		put_src(&q, hbm_addr(0, 0), 65536, ONE);
		put_src(&q, host_addr((8 << 20) + 64), 4, ONE);
		ring(&q, DST, 2);
		ring(&q, SRC, 2);
		while (atomic_load(marker) != round)
			;
		assert_filled(host_at(bed, 0), 65536, round);
	}
}

/*
 * How far all queues are at the same time. The test may be held up between two
 * reads while the card goes on, so it reads until nothing much moved meanwhile.
 */
static void snapshot(struct bed_queue *q, uint32_t *done)
{
	uint32_t moved;

	do {
		moved = 0;
		for (unsigned int i = 0; i < UDMA_QUEUES; i++)
			done[i] = q_read(&q[i], DST, UDMA_Q_COMP_HEAD) & 0xffff;
		for (unsigned int i = 0; i < UDMA_QUEUES; i++)
			moved += (q_read(&q[i], DST, UDMA_Q_COMP_HEAD) & 0xffff) - done[i];
	} while (moved > 10 * UDMA_QUEUES);
}

/* Sixteen queues with the same work: none is done before all are half-way */
static void queues_of_an_engine_progress_together(void **state)
{
	struct bed *bed = bed_make("rev255", 1);
	struct bed_queue q[UDMA_QUEUES];
	uint32_t done[UDMA_QUEUES];
	uint32_t least = 0, most = 0;

	(void)state;
	bed_engine_init(bed, 129);
	for (unsigned int i = 0; i < UDMA_QUEUES; i++) {
		q[i] = bed_queue_init(bed, 129, i, 1024, host_addr((16 + i) * 65536),
				      host_addr((32 + i) * 65536));
		for (unsigned int d = 0; d < 1000; d++) {
			put_src(&q[i], hbm_addr(0, 0), 65536, ONE);
			put_dst(&q[i], hbm_addr(1, 0), 65536, 0);
		}
		ring(&q[i], DST, 1000);
	}
	for (unsigned int i = 0; i < UDMA_QUEUES; i++)
		ring(&q[i], SRC, 1000);
	while (most < 500) {
		least = UINT32_MAX;
		snapshot(q, done);
		for (unsigned int i = 0; i < UDMA_QUEUES; i++) {
			least = done[i] < least ? done[i] : least;
			most = done[i] > most ? done[i] : most;
		}
	}
	assert_true(least > 250);
	for (unsigned int i = 0; i < UDMA_QUEUES; i++)
		q_wait(&q[i], DST);
	bed_free(bed);
}

/* A doorbell must not take as long as what it starts */
static void a_busy_engine_answers_at_once(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;
	uint32_t before;

	bed_engine_init(bed, 129);
	q = bed_queue_init(bed, 129, 0, 4096, host_addr(16 << 20), host_addr(17 << 20));
	for (unsigned int d = 0; d < 4000; d++) {
		put_src(&q, hbm_addr(0, 0), 65536, ONE);
		put_dst(&q, hbm_addr(1, 0), 65536, 0);
	}
	ring(&q, DST, 4000);
	ring(&q, SRC, 4000);
	apb_wait(bed, engine_apb(129) + UDMA_M2S_STATE, 1, 1);
	before = q_read(&q, DST, UDMA_Q_COMP_HEAD) & 0xffff;
	for (unsigned int i = 0; i < 16; i++)
		eng_write(bed, 129, UDMA_M2S_Q(i) + UDMA_Q_COMP_BASE_HI, i);
	assert_true((q_read(&q, DST, UDMA_Q_COMP_HEAD) & 0xffff) - before < 1000);
	q_wait(&q, DST);
}

static void rings_may_be_in_any_stack(void **state)
{
	struct bed *bed = *state;

	for (unsigned int s = 0; s < 4; s++) {
		struct bed_queue q;

		bed_engine_init(bed, 32 * s);
		q = bed_queue_init(bed, 32 * s, 0, 256, hbm_addr(s, 0),
				   hbm_addr(3 - s, 65536));
		fill(hbm_at(bed, s, 1 << 20), 65536, s);
		for (unsigned int i = 0; i < 300; i++) {
			copy(&q, hbm_addr(s, 1 << 20), hbm_addr(3 - s, 2 << 20), 65536);
			if (i % 200 == 199)
				q_wait(&q, SRC);
		}
		q_wait(&q, DST);
		assert_filled(hbm_at(bed, 3 - s, 2 << 20), 65536, s);
	}
}

/* A mapping without a file behind it, at either end and across the border */
static void memory_that_only_messages_reach_works_too(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 0);
	fill(host_at(bed, BED_HOST_SIZE - 3000), 23456, 6);
	copy(&q, host_addr(BED_HOST_SIZE - 3000), hbm_addr(0, 1), 23456);
	copy(&q, hbm_addr(0, 1), host_addr(BED_HOST_SIZE + 30000), 23456);
	q_wait(&q, DST);
	assert_filled(hbm_at(bed, 0, 1), 23456, 6);
	assert_filled(host_at(bed, BED_HOST_SIZE + 30000), 23456, 6);
}

static void overlapping_copies_behave_like_memmove(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 0);
	fill(hbm_at(bed, 0, 0), 60000, 7);
	copy(&q, hbm_addr(0, 0), hbm_addr(0, 100), 60000);
	q_wait(&q, DST);
	assert_filled(hbm_at(bed, 0, 100), 60000, 7);
}

static void engines_reach_registers(void **state)
{
	struct bed *bed = *state;
	uint32_t *words = (uint32_t *)host_at(bed, 0);
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 0);
	/* the serial number, the way neighbours read it */
	copy(&q, TRN2_ADDR_MISC_RAM + TRN2_MR_SERIAL_LO, host_addr(0), 8);
	q_wait(&q, DST);
	assert_int_equal(words[0], 0x55667788);
	assert_int_equal(words[1], 0x11223344);
	/* a semaphore of core 5, and its on-chip memory */
	words[2] = 9;
	copy(&q, host_addr(8), 0x803000000000 + TRN2_CORE_SEM_ADD + 40, 4);
	fill(host_at(bed, 64), 5000, 8);
	copy(&q, host_addr(64), 0x803000000000 + 77, 5000);
	copy(&q, 0x803000000000 + 77, host_addr(65536), 5000);
	q_wait(&q, DST);
	assert_int_equal(apb_read(bed, 0xe4000000 + TRN2_CORE_SEM_READ + 40), 9);
	assert_filled(host_at(bed, 65536), 5000, 8);
}

/* One engine rings another's doorbell; both rings were prepared before */
static void engines_ring_each_others_doorbells(void **state)
{
	struct bed *bed = *state;
	uint64_t bell = 0x1000000000 + 0x2000000 + 3 * 0x100000;
	struct bed_queue one, other;

	bed_engine_init(bed, 129);
	bed_engine_init(bed, 3);
	one = bed_queue_host(bed, 129, 0);
	other = bed_queue_init(bed, 3, 2, 32, hbm_addr(0, 0), hbm_addr(0, 4096));
	fill(hbm_at(bed, 0, 65536), 4096, 1);
	put_src(&other, hbm_addr(0, 65536), 4096, ONE);
	put_dst(&other, hbm_addr(1, 65536), 4096, 0);
	*(uint32_t *)host_at(bed, 0) = 1;
	copy(&one, host_addr(0), bell + UDMA_S2M_Q(2) + UDMA_Q_TAIL_INC, 4);
	copy(&one, host_addr(0), bell + UDMA_M2S_Q(2) + UDMA_Q_TAIL_INC, 4);
	q_wait(&other, DST);
	assert_filled(hbm_at(bed, 1, 65536), 4096, 1);
}

static void an_interrupting_descriptor_sets_its_queues_cause(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 11);
	put_dst(&q, hbm_addr(0, 0), 4, UDMA_DESC_INT);
	put_src(&q, host_addr(0), 4, ONE);
	ring(&q, DST, 1);
	ring(&q, SRC, 1);
	q_wait(&q, DST);
	apb_wait(bed, engine_apb(129) + UDMA_IOFIC_PRIMARY(UDMA_IOFIC_GROUP_B),
		 UINT32_MAX, 1u << 11);
	assert_int_equal(eng_read(bed, 129, UDMA_IOFIC_PRIMARY(UDMA_IOFIC_GROUP_C)), 0);
}

static void counters_count(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 0);
	for (unsigned int i = 0; i < 10; i++)
		copy(&q, hbm_addr(0, 0), hbm_addr(1, 0), 65536);
	q_wait(&q, SRC);
	assert_int_equal(eng_read(bed, 129, UDMA_M2S_STAT + UDMA_STAT_PACKETS), 10);
	assert_int_equal(eng_read(bed, 129, UDMA_M2S_STAT + UDMA_STAT_BYTES_LO), 655360);
	assert_int_equal(eng_read(bed, 129, UDMA_M2S_STAT + UDMA_STAT_BYTES_HI), 0);
	assert_int_equal(eng_read(bed, 129, UDMA_S2M_STAT + UDMA_STAT_BYTES_LO), 655360);
	assert_int_equal(eng_read(bed, 129, UDMA_S2M_STAT + UDMA_STAT_COMP_DESCS), 10);
	assert_int_equal(eng_read(bed, 129, UDMA_M2S_STAT + UDMA_STAT_PREFETCHED), 10);
}

static void a_paused_queue_goes_on_where_it_was(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 0);
	q_write(&q, SRC, UDMA_Q_CFG, UDMA_Q_CFG_RESET);
	fill(host_at(bed, 0), 100, 2);
	copy(&q, host_addr(0), hbm_addr(0, 0), 100);
	bed_settle(bed);
	assert_int_equal(q_read(&q, SRC, UDMA_Q_STATUS), 1);
	assert_int_equal(q_read(&q, SRC, UDMA_Q_COMP_HEAD), 1u << 30);
	q_write(&q, SRC, UDMA_Q_CFG, UDMA_Q_CFG_RESET | UDMA_Q_CFG_ENABLE);
	q_wait(&q, DST);
	assert_filled(hbm_at(bed, 0, 0), 100, 2);
}

static void a_disabled_engine_moves_nothing_until_it_is_normal(void **state)
{
	struct bed *bed = *state;
	struct bed_queue q;

	bed_engine_init(bed, 129);
	q = bed_queue_host(bed, 129, 0);
	eng_write(bed, 129, UDMA_M2S_CHANGE_STATE, UDMA_CHANGE_STATE_DISABLE);
	copy(&q, host_addr(0), hbm_addr(0, 0), 100);
	bed_settle(bed);
	assert_int_equal(q_read(&q, SRC, UDMA_Q_HEAD), 1u << 30);
	eng_write(bed, 129, UDMA_M2S_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
	q_wait(&q, DST);
	eng_write(bed, 129, UDMA_S2M_CHANGE_STATE, UDMA_CHANGE_STATE_DISABLE);
	copy(&q, host_addr(0), hbm_addr(0, 0), 100);
	bed_settle(bed);
	assert_int_equal(q_read(&q, SRC, UDMA_Q_CURRENT), 1u << 30 | 1);
	eng_write(bed, 129, UDMA_S2M_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
	q_wait(&q, DST);
	eng_write(bed, 129, UDMA_S2M_STREAM_CFG, UDMA_STREAM_CFG_DISABLE);
	copy(&q, host_addr(0), hbm_addr(0, 0), 100);
	bed_settle(bed);
	assert_int_equal(q_read(&q, SRC, UDMA_Q_CURRENT), 1u << 30 | 2);
	eng_write(bed, 129, UDMA_S2M_STREAM_CFG, 0);
	q_wait(&q, DST);
}

/* Many, so that it would be luck if they were done without being waited for. */
static void in_step_a_doorbell_returns_when_its_copies_are_done(void **state)
{
	struct bed *bed = *state;
	const uint32_t length = 65536;
	struct bed_queue q;

	bed_engine_init(bed, 128);
	q = bed_queue_host(bed, 128, 0);
	for (unsigned int i = 0; i < 40; i++) {
		fill(host_at(bed, 0), length, i);
		for (unsigned int c = 0; c < 10; c++) {
			put_dst(&q, hbm_addr(0, c * length), length, 0);
			put_src(&q, host_addr(0), length, ONE);
		}
		ring(&q, DST, 10);
		ring(&q, SRC, 10);
		assert_filled(hbm_at(bed, 0, 9 * length), length, i);
	}
}

#define BED(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
#define ONE_WORKER(test) \
	cmocka_unit_test_setup_teardown(test, bed_setup_one_worker, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED(copies_every_way_and_length),
		{ "copies_every_way_and_length (silicon)", copies_every_way_and_length,
		  bed_setup_silicon, bed_teardown, NULL },
		BED(every_engine_copies),
		BED(a_ring_wraps_and_counts_laps),
		BED(one_doorbell_may_ring_a_whole_ring),
		BED(a_packet_waits_for_its_destination),
		BED(a_packet_gathers_and_scatters),
		BED(a_short_packet_ends_its_destination),
		BED(completion_rings_say_what_was_done),
		BED(completion_heads_can_be_hidden),
		BED(a_marker_follows_the_data_it_announces),
		cmocka_unit_test(queues_of_an_engine_progress_together),
		BED(a_busy_engine_answers_at_once),
		{ "in_step_a_doorbell_returns_when_its_copies_are_done",
		  in_step_a_doorbell_returns_when_its_copies_are_done,
		  bed_setup_in_step, bed_teardown, NULL },
		BED(rings_may_be_in_any_stack),
		BED(memory_that_only_messages_reach_works_too),
		BED(overlapping_copies_behave_like_memmove),
		BED(engines_reach_registers),
		BED(engines_ring_each_others_doorbells),
		BED(an_interrupting_descriptor_sets_its_queues_cause),
		BED(counters_count),
		ONE_WORKER(a_paused_queue_goes_on_where_it_was),
		ONE_WORKER(a_disabled_engine_moves_nothing_until_it_is_normal),
	};

	return cmocka_run_group_tests_name("trainium2 copies", tests, NULL, NULL);
}
