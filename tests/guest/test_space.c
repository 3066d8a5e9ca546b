// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces: what a context's commands can reach if they go wrong. The kernel
 * makes no wrong commands, so a knob of the card leads a copy astray. On a chip that
 * does not translate addresses there is nothing to test.
 */
#include "fault.h"
#include "fixture.h"
#include "recovery.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#define STRAY		"stray"
#define PLACE		(2 * MIB)	/* unit of the knob */
#define PATIENCE	(60 * SECOND)

/* Where a context's buffers begin, and where the card's own rings see memory: ga100.h */
#define CONTEXT_FIRST	((1ULL << 40) / PLACE)
#define CARD_VRAM	((1ULL << 48) / PLACE)
#define CARD_HOST	((1ULL << 47) / PLACE)

static void skip_without_spaces(void)
{
	if (fault_known(0, STRAY))
		return;
	print_message("this chip does not translate addresses\n");
	skip();
}

static int space_setup(void **state)
{
	coredump_take();
	return bench_setup(state);
}

static int space_teardown(void **state)
{
	fault_disarm_all(0);
	coredump_take();
	return bench_teardown(state);
}

static struct gantry_queue *queue_make(struct gantry_device *dev)
{
	struct gantry_queue *queue;

	assert_done(gantry_queue_create(dev, NULL, &queue));
	return queue;
}

/* Have a fill of 4 KiB with ones go to @place, and nothing else that the card does. */
static void stray_begin(struct gantry_device *dev, struct gantry_queue *queue,
			struct gantry_buffer *own, uint32_t place)
{
	const struct fault fault = {
		.name = STRAY, .where = VFU_FAULT_ANYWHERE, .value = place,
	};

	while (region_now(gantry_device_fd(dev), 0).scrubbing)
		sched_yield();
	assert_done(gantry_queue_prep_fill(queue, own, 0, 4 * KIB, 0x01010101, 0));
	fault_arm(0, &fault);
	queue_submit(queue);
	fault_wait(0, STRAY, 1);
}

/* Returns how the first job of the queue ended. */
static int stray_end(struct gantry_queue *queue)
{
	int ret = gantry_queue_wait(queue, 1, PATIENCE);

	fault_disarm(0, STRAY);
	gantry_queue_destroy(queue);
	return ret;
}

static int stray(struct gantry_device *dev, struct gantry_buffer *own, uint32_t place)
{
	struct gantry_queue *queue = queue_make(dev);

	stray_begin(dev, queue, own, place);
	return stray_end(queue);
}

/*
 * The victim has half of the memory, so much of it is where its buffer would be for a
 * space that holds all of it.
 */
static void a_copy_that_strays_reaches_nobody_else(void **state)
{
	static const uint32_t places[] = {
		0, 1, CARD_VRAM, CARD_VRAM + 32, CARD_VRAM + 256, CARD_VRAM + 768, CARD_HOST,
		CARD_HOST + 64, CONTEXT_FIRST - 1, CONTEXT_FIRST + 0x10000,
	};
	struct bench *victim = *state;
	struct gantry_device *dev;
	struct gantry_buffer *own, *hbm, *host;
	uint64_t size;
	unsigned int i;

	skip_without_spaces();
	size = region_now(victim->fd, 0).free / 2 / MIB * MIB;
	hbm = buffer_make(victim->dev, size, 0);
	host = buffer_make(victim->dev, 4 * MIB, GANTRY_REGION_HOST);
	data_write(buffer_map(host), 4 * MIB, 1);
	dev = card_open(0);
	own = buffer_make(dev, 4 * KIB, 0);
	for (i = 0; i < ARRAY_LENGTH(places); i++)
		assert_refused(stray(dev, own, places[i]), EIO);
	/* Never written by anybody, and so zero. */
	for (i = 0; i < size / (4 * MIB); i++) {
		copy_now(victim->queue, host, 0, hbm, i * 4 * MIB, 4 * MIB);
		bytes_expect(buffer_map(host), 4 * MIB, 0);
	}
	gantry_buffer_destroy(own);
	gantry_device_close(dev);
	gantry_buffer_destroy(host);
	gantry_buffer_destroy(hbm);
}

static void a_fault_stops_one_queue_and_the_dump_says_where_it_was(void **state)
{
	struct bench *b = *state;
	struct gantry_device *dev;
	struct gantry_buffer *own, *hbm, *host;
	struct drm_gantry_counters_info before, after;
	struct gantry_queue *first, *second;
	uint64_t seqno = 0, other;
	unsigned int i;
	int events;

	skip_without_spaces();
	hbm = buffer_make(b->dev, 64 * 64 * KIB, 0);
	host = buffer_make(b->dev, 64 * 64 * KIB, GANTRY_REGION_HOST);
	data_write(buffer_map(host), 64 * 64 * KIB, 2);
	dev = card_open(0);
	own = buffer_make(dev, 4 * KIB, 0);
	first = queue_make(dev);
	second = queue_make(dev);
	before = counters_now(b->fd);
	events = events_open();

	/* While it stands there, others' work: in another context and in its own */
	stray_begin(dev, first, own, CONTEXT_FIRST + 0x10000);
	assert_done(gantry_queue_prep_fill(second, own, 0, 4 * KIB, 0, 0));
	other = queue_submit(second);
	for (i = 0; i < 64; i++) {
		assert_done(gantry_queue_prep_copy(b->queue, hbm, i * 64 * KIB, host, i * 64 * KIB,
						   64 * KIB, 0));
		seqno = queue_submit(b->queue);
	}
	assert_done(gantry_queue_wait(second, other, PATIENCE));
	assert_done(gantry_queue_wait(b->queue, seqno, PATIENCE));
	data_expect(buffer_map(hbm), 64 * 64 * KIB, 2);
	assert_refused(stray_end(first), EIO);

	after = counters_now(b->fd);
	assert_int_equal(after.ring_resets - before.ring_resets, 1);
	assert_int_equal(after.device_resets, before.device_resets);
	assert_int_equal(after.jobs_failed - before.jobs_failed, 1);
	coredump_expect(events);
	assert_non_null(strstr(coredump_text(), "page fault: write at 0012000000000"));

	close(events);
	gantry_queue_destroy(second);
	gantry_buffer_destroy(own);
	gantry_device_close(dev);
	gantry_buffer_destroy(host);
	gantry_buffer_destroy(hbm);
}

/* Nor may the card remember where it was. */
static void a_buffer_that_was_closed_is_out_of_reach(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *own, *gone, *after;
	uint32_t place = CONTEXT_FIRST;
	uint8_t *map;

	skip_without_spaces();
	own = buffer_make(b->dev, 4 * KIB, 0);
	gone = buffer_make(b->dev, 64 * MIB, 0);
	map = buffer_map(gone);
	/* It is at some multiple of 2 MiB, not far from the beginning. */
	for (;; place++) {
		assert_in_range(place, CONTEXT_FIRST, CONTEXT_FIRST + 8);
		if (!stray(b->dev, own, place) && map[0] == 1)
			break;
	}
	gantry_buffer_destroy(gone);
	assert_refused(stray(b->dev, own, place), EIO);
	/* Whoever has the memory next finds nothing in it. */
	after = buffer_make(b->dev, 64 * MIB, 0);
	bytes_expect(buffer_map(after), 64 * MIB, 0);
	gantry_buffer_destroy(after);
	gantry_buffer_destroy(own);
}

#define space_test(f) cmocka_unit_test_setup_teardown(f, space_setup, space_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		space_test(a_copy_that_strays_reaches_nobody_else),
		space_test(a_fault_stops_one_queue_and_the_dump_says_where_it_was),
		space_test(a_buffer_that_was_closed_is_out_of_reach),
	};

	return cmocka_run_group_tests_name("space", tests, cards_setup, cards_teardown);
}
