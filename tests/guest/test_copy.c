// SPDX-License-Identifier: GPL-2.0-only
/* Copies and fills: the right bytes to the right place, and no other byte. */
#include "fixture.h"

/* Memory on both sides of what is copied shows whether too much was written. */
#define GUARD	256

static const struct {
	uint32_t from, to;
} ways[] = {
	{ GANTRY_REGION_HOST, 0 },
	{ 3, GANTRY_REGION_HOST },
	{ 0, 0 },
	{ 0, 1 },
	{ 1, 2 },
	{ 2, 3 },
	{ GANTRY_REGION_HOST, GANTRY_REGION_HOST },
};

struct pair {
	struct gantry_buffer *src, *dst;
	uint8_t *from, *to;
};

static struct pair pair_make(struct gantry_device *dev, unsigned int way, uint64_t size)
{
	struct pair pair;

	pair.src = buffer_make(dev, size, ways[way].from);
	pair.dst = buffer_make(dev, size, ways[way].to);
	pair.from = buffer_map(pair.src);
	pair.to = buffer_map(pair.dst);
	return pair;
}

static void pair_destroy(struct pair *pair)
{
	gantry_buffer_destroy(pair->src);
	gantry_buffer_destroy(pair->dst);
}

/* One copy at these offsets, with a look at what is around. */
static void pair_try(struct bench *b, struct pair *pair, uint64_t to, uint64_t from,
		     uint64_t length, uint32_t seed)
{
	data_write(pair->from + from, length, seed);
	memset(pair->to + to - GUARD, 0xee, length + 2 * GUARD);
	copy_now(b->queue, pair->dst, to, pair->src, from, length);
	bytes_expect(pair->to + to - GUARD, GUARD, 0xee);
	data_expect(pair->to + to, length, seed);
	bytes_expect(pair->to + to + length, GUARD, 0xee);
}

static void every_way_moves_the_right_bytes(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(ways); i++) {
		struct pair pair = pair_make(b->dev, i, 300 * KIB);

		pair_try(b, &pair, 4096, 4096, 256 * KIB, i);
		pair_destroy(&pair);
	}
}

static void odd_lengths_are_exact(void **state)
{
	static const uint64_t lengths[] = {
		1, 2, 3, 4, 7, 8, 63, 64, 65, 511, 4095, 4096, 4097,
		65535, 65536, 65537, 131071, 131072, 131073,
	};
	struct bench *b = *state;
	unsigned int i, way;

	for (way = 0; way < 4; way++) {
		struct pair pair = pair_make(b->dev, way, 256 * KIB);

		for (i = 0; i < ARRAY_LENGTH(lengths); i++)
			pair_try(b, &pair, 8192, 8192, lengths[i], i);
		pair_destroy(&pair);
	}
}

static void odd_offsets_are_exact(void **state)
{
	static const struct { uint64_t to, from; } offsets[] = {
		{ 1, 0 }, { 0, 1 }, { 1, 1 }, { 3, 5 }, { 7, 4095 }, { 4095, 7 },
		{ 4093, 4091 }, { 63, 65 },
	};
	struct bench *b = *state;
	unsigned int i, way;

	for (way = 0; way < ARRAY_LENGTH(ways); way++) {
		struct pair pair = pair_make(b->dev, way, 192 * KIB);

		for (i = 0; i < ARRAY_LENGTH(offsets); i++) {
			pair_try(b, &pair, 4096 + offsets[i].to, 4096 + offsets[i].from, 4097, i);
			pair_try(b, &pair, 4096 + offsets[i].to, 4096 + offsets[i].from, 70001, i);
		}
		pair_destroy(&pair);
	}
}

static void the_first_and_the_last_byte_can_be_copied(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(ways); i++) {
		struct pair pair = pair_make(b->dev, i, 64 * KIB);

		data_write(pair.from, 64 * KIB, i);
		copy_now(b->queue, pair.dst, 0, pair.src, 0, 64 * KIB);
		data_expect(pair.to, 64 * KIB, i);
		copy_now(b->queue, pair.dst, 0, pair.src, 64 * KIB - 1, 1);
		assert_int_equal(pair.to[0], pair.from[64 * KIB - 1]);
		copy_now(b->queue, pair.dst, 64 * KIB - 1, pair.src, 0, 1);
		assert_int_equal(pair.to[64 * KIB - 1], pair.from[0]);
		data_expect(pair.from, 64 * KIB, i);
		pair_destroy(&pair);
	}
}

static void within_one_buffer_bytes_can_move(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 64 * KIB, 0);
	uint8_t *map = buffer_map(buf);

	data_write(map, 16 * KIB, 1);
	copy_now(b->queue, buf, 16 * KIB, buf, 0, 16 * KIB);
	copy_now(b->queue, buf, 32 * KIB, buf, 0, 32 * KIB);
	data_expect(map, 16 * KIB, 1);
	data_expect(map + 16 * KIB, 16 * KIB, 1);
	data_expect(map + 48 * KIB, 16 * KIB, 1);
	gantry_buffer_destroy(buf);
}

/* A ring holds less than 64 MiB. Every page says which one it is. */
#define LARGE	(72 * MIB + 12345)

static void pages_number(uint8_t *map, uint64_t length, uint64_t seed)
{
	uint64_t at;

	for (at = 0; at + 8 <= length; at += 4096)
		memcpy(map + at, &(uint64_t){ at ^ seed }, 8);
	memcpy(map + length - 8, &(uint64_t){ ~seed }, 8);
}

static void pages_expect(const uint8_t *map, uint64_t length, uint64_t seed)
{
	uint64_t at, value;

	for (at = 0; at + 8 <= length; at += 4096) {
		memcpy(&value, map + at, 8);
		if (value != (at ^ seed))
			fail_msg("page at %llu holds %llx", (unsigned long long)at,
				 (unsigned long long)value);
	}
	memcpy(&value, map + length - 8, 8);
	assert_int_equal(value, ~seed);
}

static void a_copy_larger_than_a_ring_is_whole(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, LARGE + 1, GANTRY_REGION_HOST);
	struct gantry_buffer *first = buffer_make(b->dev, LARGE + 1, 1);
	struct gantry_buffer *second = buffer_make(b->dev, LARGE + 1, 2);
	uint8_t *map = buffer_map(host);

	pages_number(map, LARGE, 0x1234567);
	map[LARGE] = 0x77;
	/* One after the other in one queue: each needs what the one before wrote. */
	assert_done(gantry_queue_prep_copy(b->queue, first, 0, host, 0, LARGE, 0));
	queue_submit(b->queue);
	assert_done(gantry_queue_prep_copy(b->queue, second, 0, first, 0, LARGE, 0));
	queue_submit(b->queue);
	assert_done(gantry_queue_prep_fill(b->queue, host, 0, LARGE & ~3ULL, 0, 0));
	queue_submit(b->queue);
	assert_done(gantry_queue_prep_copy(b->queue, host, 0, second, 0, LARGE, 0));
	queue_run(b->queue);
	pages_expect(map, LARGE, 0x1234567);
	assert_int_equal(map[LARGE], 0x77);
	gantry_buffer_destroy(second);
	gantry_buffer_destroy(first);
	gantry_buffer_destroy(host);
}

/* Barriers keep a large submission on one ring, which it has to be fed through. */
static void a_large_submission_with_barriers_is_whole(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, LARGE, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, LARGE, 3);
	uint8_t *map = buffer_map(host);

	pages_number(map, LARGE, 99);
	assert_done(gantry_queue_prep_copy(b->queue, hbm, 0, host, 0, LARGE, 0));
	assert_done(gantry_queue_prep_fill(b->queue, host, 0, LARGE & ~3ULL, 5,
					   GANTRY_OP_BARRIER));
	assert_done(gantry_queue_prep_copy(b->queue, host, 0, hbm, 0, LARGE,
					   GANTRY_OP_BARRIER));
	queue_run(b->queue);
	pages_expect(map, LARGE, 99);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
}

static struct gantry_queue *queue_of(struct gantry_device *dev, uint32_t max_ops)
{
	struct gantry_queue_options options = { .size = sizeof(options), .max_ops = max_ops };
	struct gantry_queue *queue;

	assert_done(gantry_queue_create(dev, &options, &queue));
	return queue;
}

static void as_many_operations_as_a_submission_takes_all_happen(void **state)
{
	struct bench *b = *state;
	struct gantry_queue *queue = queue_of(b->dev, 4096);
	struct gantry_buffer *host = buffer_make(b->dev, 256 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(b->dev, 256 * KIB, 0);
	uint8_t *map = buffer_map(host), *out = buffer_map(hbm);
	unsigned int i;

	/* 32 of each 64 bytes, in reverse order of pieces. */
	data_write(map, 256 * KIB, 3);
	for (i = 0; i < 4096; i++)
		assert_done(gantry_queue_prep_copy(queue, hbm, (4095 - i) * 64, host, i * 64, 32,
						   0));
	queue_run(queue);
	for (i = 0; i < 4096; i++) {
		assert_memory_equal(out + (4095 - i) * 64, map + i * 64, 32);
		bytes_expect(out + (4095 - i) * 64 + 32, 32, 0);
	}
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
}

/* Each step reads what the one before wrote; any step too early breaks the chain. */
static void barriers_keep_a_chain_in_order(void **state)
{
	struct bench *b = *state;
	struct gantry_queue *queue = queue_of(b->dev, 512);
	struct gantry_buffer *buf = buffer_make(b->dev, 2 * MIB, 0);
	uint8_t *map = buffer_map(buf);
	unsigned int round, i;

	for (round = 0; round < 3; round++) {
		memset(map, 0, 2 * MIB);
		data_write(map, 4096, round);
		for (i = 0; i < 511; i++)
			assert_done(gantry_queue_prep_copy(queue, buf, (i + 1) * 4096, buf,
							   i * 4096, 4096, GANTRY_OP_BARRIER));
		queue_run(queue);
		data_expect(map + 511 * 4096, 4096, round);
	}
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(buf);
}

/* A barrier has to wait for a large operation, all parts of it. */
static void a_barrier_waits_for_a_large_operation(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *big = buffer_make(b->dev, 8 * MIB, 1);
	struct gantry_buffer *host = buffer_make(b->dev, 8 * KIB, GANTRY_REGION_HOST);
	uint8_t *map = buffer_map(host);
	uint32_t i;

	for (i = 1; i <= 8; i++) {
		uint32_t value = i * 0x01010101;

		assert_done(gantry_queue_prep_fill(b->queue, big, 0, 8 * MIB, value, 0));
		assert_done(gantry_queue_prep_copy(b->queue, host, 0, big, 8 * MIB - 4096, 4096,
						   GANTRY_OP_BARRIER));
		assert_done(gantry_queue_prep_copy(b->queue, host, 4096, big, 0, 4096, 0));
		queue_run(b->queue);
		bytes_expect(map, 8 * KIB, i);
	}
	gantry_buffer_destroy(host);
	gantry_buffer_destroy(big);
}

static void a_fill_repeats_its_pattern_and_no_more(void **state)
{
	static const struct { uint64_t offset, length; } ranges[] = {
		{ 4096, 4 }, { 4100, 8 }, { 4096, 4096 }, { 5000, 16384 }, { 4096, 16388 },
		{ 8192, 65536 }, { 4100, 200000 },
	};
	struct bench *b = *state;
	struct gantry_buffer *bufs[2] = {
		buffer_make(b->dev, 256 * KIB, 2),
		buffer_make(b->dev, 256 * KIB, GANTRY_REGION_HOST),
	};
	unsigned int i, j;
	uint64_t at;

	for (i = 0; i < ARRAY_LENGTH(bufs); i++) {
		uint8_t *map = buffer_map(bufs[i]);

		for (j = 0; j < ARRAY_LENGTH(ranges); j++) {
			uint32_t pattern = j == 2 ? 0 : 0x12345678 + j * 0x01010101;
			uint64_t offset = ranges[j].offset, end = offset + ranges[j].length;

			memset(map, 0xee, 256 * KIB);
			assert_done(gantry_queue_prep_fill(b->queue, bufs[i], offset,
							   ranges[j].length, pattern, 0));
			queue_run(b->queue);
			bytes_expect(map, offset, 0xee);
			for (at = offset; at < end; at += 4)
				assert_memory_equal(map + at, &pattern, 4);
			bytes_expect(map + end, 256 * KIB - end, 0xee);
		}
		gantry_buffer_destroy(bufs[i]);
	}
}

/* More patterns at once than the driver keeps ready. */
static void fills_with_many_patterns_do_not_mix(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 256 * 4096, 0);
	uint8_t *map = buffer_map(buf);
	uint32_t round, i;

	for (round = 1; round <= 3; round++) {
		for (i = 0; i < 256; i++)
			assert_done(gantry_queue_prep_fill(b->queue, buf, i * 4096, 4096,
							   (i ^ round) * 0x01010101, 0));
		queue_run(b->queue);
		for (i = 0; i < 256; i++)
			bytes_expect(map + i * 4096, 4096, i ^ round);
	}
	gantry_buffer_destroy(buf);
}

static void a_large_fill_is_whole(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 40 * MIB, 1);
	uint8_t *map = buffer_map(buf);
	uint64_t at;

	assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 40 * MIB - 4, 0xc0ffee11, 0));
	queue_run(b->queue);
	for (at = 0; at < 40 * MIB - 4; at += 4092)
		assert_memory_equal(map + at, &(uint32_t){ 0xc0ffee11 }, 4);
	bytes_expect(map + 40 * MIB - 4, 4, 0);
	gantry_buffer_destroy(buf);
}

static void copies_do_not_disturb_other_buffers(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *bufs[8];
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(bufs); i++) {
		bufs[i] = buffer_make(b->dev, 64 * KIB, i % 4);
		data_write(buffer_map(bufs[i]), 64 * KIB, i);
	}
	copy_now(b->queue, bufs[1], 0, bufs[0], 0, 64 * KIB);
	copy_now(b->queue, bufs[4], 0, bufs[7], 0, 64 * KIB);
	for (i = 0; i < ARRAY_LENGTH(bufs); i++)
		data_expect(buffer_map(bufs[i]), 64 * KIB, i == 1 ? 0 : i == 4 ? 7 : i);
	for (i = 0; i < ARRAY_LENGTH(bufs); i++)
		gantry_buffer_destroy(bufs[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(every_way_moves_the_right_bytes),
		bench_test(odd_lengths_are_exact),
		bench_test(odd_offsets_are_exact),
		bench_test(the_first_and_the_last_byte_can_be_copied),
		bench_test(within_one_buffer_bytes_can_move),
		bench_test(a_copy_larger_than_a_ring_is_whole),
		bench_test(a_large_submission_with_barriers_is_whole),
		bench_test(as_many_operations_as_a_submission_takes_all_happen),
		bench_test(barriers_keep_a_chain_in_order),
		bench_test(a_barrier_waits_for_a_large_operation),
		bench_test(a_fill_repeats_its_pattern_and_no_more),
		bench_test(fills_with_many_patterns_do_not_mix),
		bench_test(a_large_fill_is_whole),
		bench_test(copies_do_not_disturb_other_buffers),
	};

	return cmocka_run_group_tests_name("copy", tests, cards_setup, cards_teardown);
}
