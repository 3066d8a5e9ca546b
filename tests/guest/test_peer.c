// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies from one card to another. With one card in the machine the second is
 * another context of it, whose memory can always be reached.
 */
#include "fault.h"
#include "fixture.h"
#include "reach.h"

#include <stdlib.h>

struct pair {
	struct bench *from;
	struct gantry_device *to;
	struct gantry_peer *peer;
	unsigned int card;		/* of @to */
	bool direct;			/* it must be able to read the other's memory */
};

static int pair_setup(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));
	void *bench;

	if (!p || bench_setup(&bench))
		return -1;
	p->from = bench;
	p->card = card_count() > 1;
	p->to = card_open(p->card);
	p->direct = !p->card || cards_reach(0, p->card);
	*state = p;
	return 0;
}

static int pair_teardown(void **state)
{
	struct pair *p = *state;
	void *bench = p->from;

	fault_disarm_all(0);
	fault_disarm_all(p->card);
	gantry_peer_destroy(p->peer);
	gantry_device_close(p->to);
	free(p);
	return bench_teardown(&bench);
}

#define pair_test(f) cmocka_unit_test_setup_teardown(f, pair_setup, pair_teardown)

static void peer_make(struct pair *p, uint64_t piece, uint32_t depth)
{
	const struct gantry_peer_options options = {
		.size = sizeof(options),
		.piece = piece,
		.depth = depth,
	};

	assert_done(gantry_peer_create(p->from->dev, p->to, &options, &p->peer));
}

static void peer_copy(struct pair *p, struct gantry_buffer *dst, uint64_t dst_offset,
		      struct gantry_buffer *src, uint64_t src_offset, uint64_t length)
{
	uint64_t number;

	assert_done(gantry_peer_copy(p->peer, dst, dst_offset, src, src_offset, length, &number));
	assert_done(gantry_peer_wait(p->peer, number, 60 * SECOND));
}

static struct gantry_peer_info info_of(const struct pair *p)
{
	struct gantry_peer_info info = { .size = sizeof(info) };

	assert_done(gantry_peer_get_info(p->peer, &info));
	return info;
}

static void every_byte_arrives_and_no_other_changes(void **state)
{
	static const struct { uint64_t dst, src, length; } copies[] = {
		{ 0, 0, 1 }, { 1, 4095, 4097 }, { 4096, 0, 64 * KIB },
		{ 64 * KIB - 1, 3, 64 * KIB + 1 }, { 77, 5, 3 * MIB + 7 },
	};
	const uint64_t size = 4 * MIB;
	struct pair *p = *state;
	struct gantry_buffer *src = buffer_make(p->from->dev, size, 0);
	struct gantry_buffer *dst = buffer_make(p->to, size, 1);
	uint8_t *from = malloc(size), *to = buffer_map(dst);
	unsigned int i;

	assert_non_null(from);
	data_write(from, size, 11);
	memcpy(buffer_map(src), from, size);
	peer_make(p, 64 * KIB, 3);
	for (i = 0; i < ARRAY_LENGTH(copies); i++) {
		uint64_t begin = copies[i].dst, end = begin + copies[i].length;

		memset(to, 0xee, size);
		peer_copy(p, dst, begin, src, copies[i].src, copies[i].length);
		bytes_expect(to, begin, 0xee);
		assert_memory_equal(to + begin, from + copies[i].src, copies[i].length);
		bytes_expect(to + end, size - end, 0xee);
	}
	free(from);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

static void the_way_is_told(void **state)
{
	struct pair *p = *state;
	struct gantry_buffer *device = buffer_make(p->from->dev, 1 * MIB, 0);
	struct gantry_buffer *host = buffer_make(p->from->dev, 1 * MIB, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(p->to, 1 * MIB, 0);
	struct gantry_peer_info info;
	uint64_t reached;

	assert_done(gantry_peer_create(p->from->dev, p->to, NULL, &p->peer));
	info = info_of(p);
	assert_int_equal(info.bytes_direct + info.bytes_host, 0);

	data_write(buffer_map(host), 1 * MIB, 3);
	peer_copy(p, dst, 0, host, 0, 1 * MIB);
	data_expect(buffer_map(dst), 1 * MIB, 3);
	info = info_of(p);
	assert_int_equal(info.bytes_direct, 1 * MIB);
	assert_int_equal(info.bytes_host, 0);

	/* Twice: how the first went is remembered. */
	peer_copy(p, dst, 0, device, 0, 1 * MIB);
	peer_copy(p, dst, 0, device, 0, 1 * MIB);
	bytes_expect(buffer_map(dst), 1 * MIB, 0);
	info = info_of(p);
	reached = p->direct ? 2 * MIB : 0;
	assert_int_equal(info.bytes_direct, 1 * MIB + reached);
	assert_int_equal(info.bytes_host, 2 * MIB - reached);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(host);
	gantry_buffer_destroy(device);
}

/* More pieces than may be under way, in both directions, and nobody waits for a buffer. */
static void a_long_copy_needs_only_its_stage(void **state)
{
	struct pair *p = *state;
	struct gantry_buffer *src = buffer_make(p->from->dev, 16 * MIB, 0);
	struct gantry_buffer *dst = buffer_make(p->to, 16 * MIB, 0);
	uint64_t number;

	peer_make(p, 64 * KIB, 2);
	data_write(buffer_map(src), 16 * MIB, 7);
	assert_done(gantry_peer_copy(p->peer, dst, 0, src, 0, 16 * MIB, &number));
	gantry_buffer_destroy(src);
	assert_done(gantry_peer_wait(p->peer, number, 60 * SECOND));
	assert_done(gantry_peer_wait(p->peer, 1, 0));
	data_expect(buffer_map(dst), 16 * MIB, 7);
	gantry_buffer_destroy(dst);
	/* Nor does it hold what it has copied. */
	cards_expect_all_free();
}

/* Nobody waits in between, and the second one may well be where the first one was. */
static void each_copy_reads_its_own_source(void **state)
{
	struct pair *p = *state;
	struct gantry_buffer *dst = buffer_make(p->to, 2 * MIB, 0);
	uint64_t number;
	unsigned int i;

	assert_done(gantry_peer_create(p->from->dev, p->to, NULL, &p->peer));
	for (i = 0; i < 2; i++) {
		struct gantry_buffer *src = buffer_make(p->from->dev, 1 * MIB, 0);

		data_write(buffer_map(src), 1 * MIB, i);
		assert_done(gantry_peer_copy(p->peer, dst, i * MIB, src, 0, 1 * MIB, &number));
		gantry_buffer_destroy(src);
	}
	assert_done(gantry_peer_wait(p->peer, number, 60 * SECOND));
	for (i = 0; i < 2; i++)
		data_expect((uint8_t *)buffer_map(dst) + i * MIB, 1 * MIB, i);
	gantry_buffer_destroy(dst);
}

static void copies_take_effect_in_their_order(void **state)
{
	struct pair *p = *state;
	struct gantry_buffer *src = buffer_make(p->from->dev, 64 * KIB, 0);
	struct gantry_buffer *dst = buffer_make(p->to, 64 * KIB, 0);
	uint64_t number = 0;
	unsigned int i;

	peer_make(p, 4 * KIB, 4);
	data_write(buffer_map(src), 64 * KIB, 5);
	/* Each byte but the last page's is overwritten by what lies a page further on. */
	for (i = 0; i < 15; i++)
		assert_done(gantry_peer_copy(p->peer, dst, 0, src, i * 4 * KIB, (16 - i) * 4 * KIB,
					     &number));
	assert_done(gantry_peer_wait(p->peer, number, 60 * SECOND));
	assert_memory_equal(buffer_map(dst), (uint8_t *)buffer_map(src) + 14 * 4 * KIB, 8 * KIB);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

/* Through memory of the first card, and straight from its host memory. */
static void fences_order_a_copy_with_what_is_around_it(void **state)
{
	static const uint32_t regions[] = { 0, GANTRY_REGION_HOST };
	struct pair *p = *state;
	struct gantry_fence *ready = fence_make(p->from->dev), *arrived = fence_make(p->to);
	struct gantry_buffer *dst = buffer_make(p->to, 1 * MIB, 0);
	struct gantry_buffer *out = buffer_make(p->to, 1 * MIB, GANTRY_REGION_HOST);
	struct gantry_queue *after;
	uint64_t seqno;
	unsigned int i;

	assert_done(gantry_queue_create(p->to, NULL, &after));
	peer_make(p, 64 * KIB, 2);
	for (i = 0; i < ARRAY_LENGTH(regions); i++) {
		struct gantry_buffer *src = buffer_make(p->from->dev, 1 * MIB, regions[i]);
		uint32_t point = i + 1;

		/* A fill, the copy that waits for it, and one that waits for that. */
		assert_done(gantry_queue_prep_fill(p->from->queue, src, 0, 1 * MIB, point, 0));
		assert_done(gantry_queue_prep_signal(p->from->queue, ready, point));
		queue_submit(p->from->queue);
		assert_done(gantry_peer_prep_wait(p->peer, ready, point));
		assert_done(gantry_peer_prep_signal(p->peer, arrived, point));
		assert_refused(gantry_peer_prep_wait(p->peer, ready, point), ENOBUFS);
		assert_refused(gantry_peer_prep_signal(p->peer, arrived, point), ENOBUFS);
		assert_done(gantry_peer_copy(p->peer, dst, 0, src, 0, 1 * MIB, NULL));
		assert_done(gantry_queue_prep_wait(after, arrived, point));
		assert_done(gantry_queue_prep_copy(after, out, 0, dst, 0, 1 * MIB, 0));
		seqno = queue_submit(after);
		assert_done(gantry_queue_wait(after, seqno, 60 * SECOND));
		assert_int_equal(((uint32_t *)buffer_map(out))[0], point);
		assert_memory_equal(buffer_map(out), (uint8_t *)buffer_map(out) + 4,
				    1 * MIB - 4);
		gantry_buffer_destroy(src);
	}
	assert_refused(gantry_peer_prep_wait(p->peer, arrived, 1), EXDEV);
	assert_refused(gantry_peer_prep_signal(p->peer, ready, 1), EXDEV);
	assert_refused(gantry_peer_prep_wait(p->peer, ready, 0), EINVAL);
	assert_refused(gantry_peer_prep_signal(p->peer, NULL, 1), EINVAL);
	gantry_queue_destroy(after);
	gantry_buffer_destroy(out);
	gantry_buffer_destroy(dst);
	gantry_fence_destroy(arrived);
	gantry_fence_destroy(ready);
}

/* Also one that takes the other way than the copy that waits. */
static void copies_behind_one_that_waits_wait_with_it(void **state)
{
	struct pair *p = *state;
	struct gantry_fence *ready = fence_make(p->from->dev);
	struct gantry_buffer *host = buffer_make(p->from->dev, 64 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *src = buffer_make(p->from->dev, 64 * KIB, 0);
	struct gantry_buffer *big = buffer_make(p->from->dev, 32 * MIB, 0);
	struct gantry_buffer *dst = buffer_make(p->to, 64 * KIB, 0);
	uint64_t number;
	int i;

	peer_make(p, 64 * KIB, 2);
	/* Long enough that a copy which does not wait is there first. */
	for (i = 0; i < 8; i++)
		assert_done(gantry_queue_prep_fill(p->from->queue, big, 0, 32 * MIB, i,
						   GANTRY_OP_BARRIER));
	assert_done(gantry_queue_prep_fill(p->from->queue, src, 0, 64 * KIB, 0x5a5a5a5a,
					   GANTRY_OP_BARRIER));
	assert_done(gantry_queue_prep_signal(p->from->queue, ready, 1));
	queue_submit(p->from->queue);
	assert_done(gantry_peer_prep_wait(p->peer, ready, 1));
	assert_done(gantry_peer_copy(p->peer, dst, 0, host, 0, 64 * KIB, NULL));
	assert_done(gantry_peer_copy(p->peer, dst, 0, src, 0, 64 * KIB, &number));
	assert_done(gantry_peer_wait(p->peer, number, 60 * SECOND));
	bytes_expect(buffer_map(dst), 64 * KIB, 0x5a);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(big);
	gantry_buffer_destroy(src);
	gantry_buffer_destroy(host);
	gantry_fence_destroy(ready);
}

static void what_makes_no_sense_is_refused(void **state)
{
	struct gantry_peer_options options = { .size = sizeof(options), .depth = 65 };
	struct pair *p = *state;
	struct gantry_buffer *src = buffer_make(p->from->dev, 64 * KIB, 0);
	struct gantry_buffer *dst = buffer_make(p->to, 64 * KIB, 0);
	struct gantry_peer_info info = { .size = 1 };
	uint64_t number = 99;

	assert_refused(gantry_peer_create(p->from->dev, p->to, &options, &p->peer), EINVAL);
	options = (struct gantry_peer_options){ .size = sizeof(options), .piece = 1ULL << 40 };
	assert_refused(gantry_peer_create(p->from->dev, p->to, &options, &p->peer), EINVAL);
	assert_refused(gantry_peer_create(p->from->dev, NULL, NULL, &p->peer), EINVAL);
	assert_refused(gantry_peer_create(p->from->dev, p->to, NULL, NULL), EINVAL);
	peer_make(p, 0, 0);
	assert_refused(gantry_peer_copy(p->peer, dst, 0, src, 0, 0, &number), EINVAL);
	assert_refused(gantry_peer_copy(p->peer, dst, 1, src, 0, 64 * KIB, &number), EINVAL);
	assert_refused(gantry_peer_copy(p->peer, dst, 0, src, 1, 64 * KIB, &number), EINVAL);
	assert_refused(gantry_peer_copy(p->peer, dst, UINT64_MAX, src, 0, 2, &number), EINVAL);
	assert_refused(gantry_peer_copy(p->peer, src, 0, dst, 0, 64, &number), EXDEV);
	assert_refused(gantry_peer_copy(p->peer, NULL, 0, src, 0, 64, &number), EINVAL);
	assert_int_equal(number, 99);
	assert_refused(gantry_peer_wait(p->peer, 0, 0), EINVAL);
	assert_refused(gantry_peer_wait(p->peer, 1, 0), EINVAL);
	assert_refused(gantry_peer_get_info(p->peer, &info), EINVAL);
	gantry_peer_destroy(NULL);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(src);
}

/* What the one reads wrongly the other writes in good faith: the wait must tell. */
static void a_card_that_fails_is_told(void **state)
{
	struct pair *p = *state;
	struct gantry_buffer *src = buffer_make(p->from->dev, 1 * MIB, 0);
	struct gantry_buffer *host = buffer_make(p->from->dev, 64 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(p->to, 1 * MIB, 0);
	unsigned int cards[] = { p->card, 0 }, i;
	/* Where the second reads the first one's memory, the first does nothing. */
	unsigned int busy = p->direct ? 1 : 2;
	uint64_t good, bad, behind;

	if (!p->card) {
		gantry_buffer_destroy(dst);
		gantry_buffer_destroy(host);
		gantry_buffer_destroy(src);
		skip();
	}
	for (i = 0; i < busy; i++) {
		peer_make(p, 64 * KIB, 4);
		assert_done(gantry_peer_copy(p->peer, dst, 0, src, 0, 64 * KIB, &good));
		assert_done(gantry_peer_wait(p->peer, good, 60 * SECOND));
		fault_arm_next(cards[i], "descriptor-error");
		assert_done(gantry_peer_copy(p->peer, dst, 0, src, 0, 128 * KIB, &bad));
		/* Done by the other card alone: "and those before it ended well" includes it. */
		assert_done(gantry_peer_copy(p->peer, dst, 0, host, 0, 64 * KIB, &behind));
		fault_wait(cards[i], "descriptor-error", 1);
		assert_true(gantry_peer_wait(p->peer, behind, 60 * SECOND) < 0);
		assert_true(gantry_peer_wait(p->peer, bad, 60 * SECOND) < 0);
		assert_done(gantry_peer_wait(p->peer, good, 0));
		assert_true(gantry_peer_copy(p->peer, dst, 0, src, 0, 4 * KIB, NULL) < 0);
		gantry_peer_destroy(p->peer);
		p->peer = NULL;
	}
	/* Both cards go on. */
	peer_make(p, 64 * KIB, 4);
	data_write(buffer_map(src), 1 * MIB, 9);
	peer_copy(p, dst, 0, src, 0, 1 * MIB);
	data_expect(buffer_map(dst), 1 * MIB, 9);
	gantry_buffer_destroy(dst);
	gantry_buffer_destroy(host);
	gantry_buffer_destroy(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		pair_test(every_byte_arrives_and_no_other_changes),
		pair_test(the_way_is_told),
		pair_test(a_long_copy_needs_only_its_stage),
		pair_test(each_copy_reads_its_own_source),
		pair_test(copies_take_effect_in_their_order),
		pair_test(fences_order_a_copy_with_what_is_around_it),
		pair_test(copies_behind_one_that_waits_wait_with_it),
		pair_test(what_makes_no_sense_is_refused),
		pair_test(a_card_that_fails_is_told),
	};

	return cmocka_run_group_tests_name("peer", tests, cards_setup, cards_teardown);
}
