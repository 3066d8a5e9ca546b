// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces: what a context's commands can reach if they go wrong. The kernel
 * makes no wrong commands, so a knob of the card leads a copy astray. On a chip that
 * does not translate addresses there is nothing to test.
 */
#include "fault.h"
#include "fixture.h"
#include "gate.h"
#include "recovery.h"

#include <sched.h>
#include <stdio.h>
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

/* A context with a buffer of its own, for a copy that goes astray and ends it. */
struct stray {
	struct gantry_device *dev;
	struct gantry_queue *queue;
	struct gantry_buffer *own;
};

static struct stray stray_make(void)
{
	struct stray s = { .dev = card_open(0) };

	s.own = buffer_make(s.dev, 4 * KIB, 0);
	s.queue = queue_make(s.dev);
	return s;
}

static void stray_destroy(struct stray *s)
{
	gantry_queue_destroy(s->queue);
	gantry_buffer_destroy(s->own);
	gantry_device_close(s->dev);
}

/* Have a fill of 4 KiB with ones go to @place, and nothing else that the card does. */
static void stray_begin(struct stray *s, uint32_t place)
{
	const struct fault fault = {
		.name = STRAY, .where = VFU_FAULT_ANYWHERE, .value = place,
	};

	while (region_now(gantry_device_fd(s->dev), 0).scrubbing)
		sched_yield();
	assert_done(gantry_queue_prep_fill(s->queue, s->own, 0, 4 * KIB, 0x01010101, 0));
	fault_arm(0, &fault);
	queue_submit(s->queue);
	fault_wait(0, STRAY, 1);
}

/* Returns how the first job of the queue ended. */
static int stray_end(struct stray *s)
{
	int ret = gantry_queue_wait(s->queue, 1, PATIENCE);

	fault_disarm(0, STRAY);
	return ret;
}

static struct gantry_fault_info fault_now(struct gantry_device *dev)
{
	struct gantry_fault_info info = { .size = sizeof(info) };

	assert_done(gantry_device_get_fault(dev, &info));
	return info;
}

static void expect_page_fault(struct gantry_device *dev, uint64_t address)
{
	struct gantry_fault_info info = fault_now(dev);

	assert_int_equal(info.kind, GANTRY_FAULT_PAGE);
	assert_int_equal(info.access, GANTRY_ACCESS_WRITE);
	assert_int_equal(info.address, address);
	assert_int_equal(info.seqno, 1);
	assert_int_equal(info.queue, 1);
	assert_in_range(info.engine, 0, device_now(gantry_device_fd(dev)).ring_count - 1);
}

/* ... and who looks at the process from outside sees it, too. */
static void expect_page_fault_in_fdinfo(struct gantry_device *dev)
{
	char path[64], text[4096] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", gantry_device_fd(dev));
	file = fopen(path, "re");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_non_null(strstr(text, "\ngantry-fault:\tpage, queue 1, job 1, engine "));
	assert_non_null(strstr(text, ", write at 12000000000\n"));
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
	struct gantry_buffer *hbm, *host;
	uint64_t size;
	unsigned int i;

	skip_without_spaces();
	size = region_now(victim->fd, 0).free / 2 / MIB * MIB;
	hbm = buffer_make(victim->dev, size, 0);
	host = buffer_make(victim->dev, 4 * MIB, GANTRY_REGION_HOST);
	data_write(buffer_map(host), 4 * MIB, 1);
	for (i = 0; i < ARRAY_LENGTH(places); i++) {
		struct stray s = stray_make();

		stray_begin(&s, places[i]);
		assert_refused(stray_end(&s), EIO);
		stray_destroy(&s);
	}
	/* Never written by anybody, and so zero. */
	for (i = 0; i < size / (4 * MIB); i++) {
		copy_now(victim->queue, host, 0, hbm, i * 4 * MIB, 4 * MIB);
		bytes_expect(buffer_map(host), 4 * MIB, 0);
	}
	gantry_buffer_destroy(host);
	gantry_buffer_destroy(hbm);
}

/* Of the other queues @waiting had a job that had not begun, and @idle none. */
static void expect_ended(struct stray *s, struct gantry_queue *waiting, struct gantry_queue *idle)
{
	struct gantry_queue *fresh = NULL;
	uint64_t seqno = 99;

	assert_refused(gantry_queue_wait(waiting, 1, PATIENCE), ECANCELED);
	assert_done(gantry_queue_prep_fill(idle, s->own, 0, 4 * KIB, 0, 0));
	assert_refused(gantry_queue_submit(idle, NULL), EIO);
	assert_refused(gantry_queue_error(idle, &seqno), ECANCELED);
	assert_int_equal(seqno, 0);
	assert_refused(gantry_queue_error(s->queue, &seqno), EIO);
	assert_int_equal(seqno, 1);
	assert_refused(gantry_queue_create(s->dev, NULL, &fresh), EIO);
	/* What it has stays its own. */
	bytes_expect(buffer_map(s->own), 4 * KIB, 0);
}

static void a_page_fault_ends_its_context_and_tells_where_it_was(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *hbm, *host;
	struct drm_gantry_counters_info before, after;
	struct gantry_queue *waiting, *idle;
	struct gantry_fence *fence;
	struct gate gate;
	uint64_t seqno = 0;
	struct stray s;
	unsigned int i;
	int events;

	skip_without_spaces();
	hbm = buffer_make(b->dev, 64 * 64 * KIB, 0);
	host = buffer_make(b->dev, 64 * 64 * KIB, GANTRY_REGION_HOST);
	data_write(buffer_map(host), 64 * 64 * KIB, 2);
	s = stray_make();
	waiting = queue_make(s.dev);
	idle = queue_make(s.dev);
	fence = fence_make(s.dev);
	before = counters_now(b->fd);
	events = events_open();
	assert_int_equal(fault_now(s.dev).kind, GANTRY_FAULT_NONE);
	gate = gate_make();
	gate_hold(&gate, fence, 1);
	assert_done(gantry_queue_prep_wait(waiting, fence, 1));
	assert_done(gantry_queue_prep_fill(waiting, s.own, 0, 4 * KIB, 0x02020202, 0));
	queue_submit(waiting);

	/* While it stands there, another context's work */
	stray_begin(&s, CONTEXT_FIRST + 0x10000);
	for (i = 0; i < 64; i++) {
		assert_done(gantry_queue_prep_copy(b->queue, hbm, i * 64 * KIB, host, i * 64 * KIB,
						   64 * KIB, 0));
		seqno = queue_submit(b->queue);
	}
	assert_done(gantry_queue_wait(b->queue, seqno, PATIENCE));
	data_expect(buffer_map(hbm), 64 * 64 * KIB, 2);
	assert_refused(stray_end(&s), EIO);
	expect_page_fault(s.dev, 0x12000000000);
	gate_open(&gate);
	expect_ended(&s, waiting, idle);
	expect_page_fault_in_fdinfo(s.dev);
	/* What came behind it is not what was wrong. */
	expect_page_fault(s.dev, 0x12000000000);
	assert_int_equal(fault_now(b->dev).kind, GANTRY_FAULT_NONE);
	copy_now(b->queue, hbm, 0, host, 0, 64 * KIB);

	after = counters_now(b->fd);
	assert_int_equal(after.ring_resets - before.ring_resets, 1);
	assert_int_equal(after.device_resets, before.device_resets);
	assert_int_equal(after.jobs_failed - before.jobs_failed, 2);
	coredump_expect(events);
	assert_non_null(strstr(coredump_text(), "page fault: write at 0012000000000"));

	close(events);
	gate_destroy(&gate);
	gantry_fence_destroy(fence);
	gantry_queue_destroy(idle);
	gantry_queue_destroy(waiting);
	stray_destroy(&s);
	gantry_buffer_destroy(host);
	gantry_buffer_destroy(hbm);
}

/*
 * A context whose fill went into a buffer of its own that it did not name, @place being
 * where that is: the same in every context that does the same.
 */
static struct stray stray_into(struct gantry_buffer **gone, uint32_t *place)
{
	for (*place = CONTEXT_FIRST;; (*place)++) {
		struct stray s = stray_make();
		uint8_t *map;

		assert_in_range(*place, CONTEXT_FIRST, CONTEXT_FIRST + 8);
		*gone = buffer_make(s.dev, 64 * MIB, 0);
		map = buffer_map(*gone);
		stray_begin(&s, *place);
		if (!stray_end(&s) && map[0] == 1)
			return s;
		gantry_buffer_destroy(*gone);
		stray_destroy(&s);
	}
}

/* Nor may the card remember where it was. */
static void a_buffer_that_was_closed_is_out_of_reach(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *gone, *after;
	uint32_t place;
	struct stray s;

	skip_without_spaces();
	s = stray_into(&gone, &place);
	gantry_buffer_destroy(gone);
	gantry_queue_destroy(s.queue);
	s.queue = queue_make(s.dev);
	stray_begin(&s, place);
	assert_refused(stray_end(&s), EIO);
	/* Whoever has the memory next finds nothing in it. */
	after = buffer_make(b->dev, 64 * MIB, 0);
	bytes_expect(buffer_map(after), 64 * MIB, 0);
	gantry_buffer_destroy(after);
	stray_destroy(&s);
}

#define space_test(f) cmocka_unit_test_setup_teardown(f, space_setup, space_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		space_test(a_copy_that_strays_reaches_nobody_else),
		space_test(a_page_fault_ends_its_context_and_tells_where_it_was),
		space_test(a_buffer_that_was_closed_is_out_of_reach),
	};

	return cmocka_run_group_tests_name("space", tests, cards_setup, cards_teardown);
}
