// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of the card that GANTRY_BENCH_CHIP names, with no guest before it: host
 * memory is a file, mapped for the card as a guest's is, and what the card is given is
 * what the driver makes of the same load. Pages of host buffers lie as they did in the
 * guest, if GANTRY_BENCH_LAYOUT names the file that it wrote (layout.h), else one after
 * the other.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "chip.h"
#include "load.h"
#include "target.h"

#define PAGE		4096ull
/* As in driver/gantry_transfer.h. */
#define SPREAD_BYTES	(1ull << 20)
#define SPREAD_BUSY	(16ull << 20)
#define SPREAD_UNIT	(64ull << 10)

struct target {
	struct shape shape;
	const struct model_chip *chip;
	struct model_card cards[LOAD_MAX_CARDS];
	int memory;
	char *map;
	FILE *layout;
	uint64_t next_page;
};

/* A job in flight: the last fence of each part. */
struct job {
	uint32_t parts;
	uint32_t fences[MODEL_MAX_SPREAD];
};

struct target_lane {
	struct target *target;
	struct model_card *card;
	unsigned int home;	/* ring */
	struct model_run *runs;
	unsigned int run_count;
	uint64_t length;
	uint64_t device[2];	/* source and destination in HBM */
	uint64_t *copies;
	unsigned int copy_count;
	struct job jobs[LOAD_MAX_DEPTH + 1];
	uint64_t seqno;
	uint64_t awaited;	/* number of the last job that is known to have ended */
};

/* A part of a job on its way into a ring. */
struct part {
	unsigned int index;
	unsigned int copy;
	uint64_t done;
};

/* ---- the layout ------------------------------------------------------------------ */

static FILE *layout_open(const struct shape *shape)
{
	const char *path = getenv("GANTRY_BENCH_LAYOUT");
	FILE *file = path ? fopen(path, "r") : NULL;
	char line[SHAPE_LINE + 16];

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "shape ", 6) && !strcmp(line + 6, shape->line))
			return file;
	}
	if (path)
		model_give_up("the layout does not know this shape");
	return NULL;
}

static void lane_read_runs(struct target_lane *lane, FILE *file)
{
	uint64_t page, pages, start = 0;

	if (fscanf(file, " lane %u", &lane->run_count) != 1)
		model_give_up("the layout ends early");
	lane->runs = calloc(lane->run_count, sizeof(*lane->runs));
	for (unsigned int i = 0; i < lane->run_count; i++) {
		if (fscanf(file, "%" SCNu64 "%" SCNu64, &page, &pages) != 2 ||
		    (page + pages) * PAGE > MODEL_RINGS)
			model_give_up("the layout is not one");
		lane->runs[i] = (struct model_run){ start, page * PAGE };
		start += pages * PAGE;
	}
}

static void lane_make_run(struct target_lane *lane)
{
	struct target *target = lane->target;

	lane->run_count = 1;
	lane->runs = calloc(1, sizeof(*lane->runs));
	lane->runs[0].at = target->next_page * PAGE;
	target->next_page += (lane->length + PAGE - 1) / PAGE;
	if (target->next_page * PAGE > MODEL_RINGS)
		model_give_up("too much host memory");
}

/* To the card they are one run. */
static void lane_map_runs(struct target_lane *lane)
{
	lane->runs[0].at = lane->target->chip->map(lane->card, lane->runs, lane->run_count,
						   lane->length);
	lane->run_count = 1;
}

/* ---- target.h --------------------------------------------------------------------- */

struct target *target_open(const struct shape *shape)
{
	struct target *target = calloc(1, sizeof(*target));

	/* What gantry-emu does for itself; a user who may not does without. */
	setpriority(PRIO_PROCESS, 0, -15);
	prctl(PR_SET_TIMERSLACK, 1);
	target->shape = *shape;
	target->chip = model_chip_find(getenv("GANTRY_BENCH_CHIP") ?: "trainium2");
	target->memory = make_memory(MODEL_MEMORY, 1);
	target->map = mmap(NULL, MODEL_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, target->memory, 0);
	if (target->map == MAP_FAILED)
		model_give_up("cannot map the memory");
	target->layout = layout_open(shape);
	for (unsigned int i = 0; i < shape->cards; i++)
		model_card_open(&target->cards[i], target->chip, i, target->memory, target->map);
	return target;
}

void target_close(struct target *target)
{
	for (unsigned int i = 0; i < target->shape.cards; i++)
		model_card_close(&target->cards[i]);
	if (target->layout)
		fclose(target->layout);
	munmap(target->map, MODEL_MEMORY);
	close(target->memory);
	free(target);
}

struct target_lane *target_lane_create(struct target *target, unsigned int index, uint64_t length)
{
	const struct model_chip *chip = target->chip;
	const struct shape *shape = &target->shape;
	struct target_lane *lane = calloc(1, sizeof(*lane));
	unsigned int queue = index / shape->cards;

	if ((queue + 1) * length > chip->lane_device)
		model_give_up("too much device memory");
	lane->target = target;
	lane->card = &target->cards[index % shape->cards];
	lane->home = queue % RING_COUNT;
	lane->length = length;
	lane->device[0] = chip->device(0, queue * length);
	lane->device[1] = chip->device(1, queue * length);
	lane->copies = calloc(shape->batch, sizeof(*lane->copies));
	if (shape->direction != DEVICE_TO_DEVICE && target->layout)
		lane_read_runs(lane, target->layout);
	else if (shape->direction != DEVICE_TO_DEVICE)
		lane_make_run(lane);
	if (lane->run_count && chip->map)
		lane_map_runs(lane);
	return lane;
}

void target_lane_destroy(struct target_lane *lane)
{
	free(lane->runs);
	free(lane->copies);
	free(lane);
}

void target_prepare(struct target_lane *lane, uint64_t at)
{
	lane->copies[lane->copy_count++] = at;
}

/* The address of byte @at of the host buffer, and how far memory goes on from there. */
static uint64_t find_host(const struct target_lane *lane, uint64_t at, uint64_t *length)
{
	unsigned int low = 0, high = lane->run_count;

	while (high - low > 1) {
		unsigned int middle = (low + high) / 2;

		if (lane->runs[middle].start <= at)
			low = middle;
		else
			high = middle;
	}
	*length = MIN(*length, (high < lane->run_count ? lane->runs[high].start :
				UINT64_MAX) - at);
	return lane->target->chip->host + lane->runs[low].at + (at - lane->runs[low].start);
}

static uint64_t put_piece(struct target_lane *lane, struct model_ring *ring, uint64_t at,
			  uint64_t length)
{
	uint64_t src = lane->device[0] + at, dst = lane->device[1] + at;

	length = MIN(length, ring->card->chip->piece);
	if (lane->target->shape.direction == HOST_TO_DEVICE)
		src = find_host(lane, at, &length);
	else if (lane->target->shape.direction == DEVICE_TO_HOST)
		dst = find_host(lane, at, &length);
	ring->card->chip->copy(ring, dst, src, length);
	return length;
}

/* As gantry_part_share() has it. */
static void share(const struct target_lane *lane, const struct part *part, unsigned int parts,
		  uint64_t *begin, uint64_t *end)
{
	uint64_t size = lane->target->shape.size;
	uint64_t unit = (size + parts - 1) / parts;
	uint64_t turn = (part->index + parts - part->copy % parts) % parts;

	unit = parts == 1 ? size : (unit + SPREAD_UNIT - 1) / SPREAD_UNIT * SPREAD_UNIT;
	*begin = MIN(size, turn * unit);
	*end = MIN(size, *begin + unit);
}

/* One batch of a part, as far as the ring has room; false: the part is in it, whole. */
static bool put_batch(struct target_lane *lane, struct part *part, struct job *job)
{
	struct model_ring *ring = &lane->card->rings[(lane->home + part->index) % RING_COUNT];
	uint32_t room = model_ring_room(ring), copies = 0;
	uint64_t begin, end;

	while (part->copy < lane->copy_count && copies < room) {
		share(lane, part, job->parts, &begin, &end);
		begin += part->done;
		if (begin >= end) {
			part->copy++;
			part->done = 0;
			continue;
		}
		part->done += put_piece(lane, ring, lane->copies[part->copy] + begin, end - begin);
		copies++;
	}
	if (copies)
		job->fences[part->index] = model_ring_fence(ring, copies);
	return part->copy < lane->copy_count;
}

/* The cards need the processors that this would burn. */
static void relax(unsigned int round)
{
	const struct timespec moment = { .tv_nsec = 20000 };

	if (round > 50)
		nanosleep(&moment, NULL);
}

uint64_t target_submit(struct target_lane *lane)
{
	struct job *job = &lane->jobs[++lane->seqno % (LOAD_MAX_DEPTH + 1)];
	uint64_t bytes = lane->target->shape.size * lane->copy_count;
	struct part parts[MODEL_MAX_SPREAD] = { 0 };
	bool more = true;

	job->parts = 1;
	if (bytes >= (lane->awaited + 1 < lane->seqno ? SPREAD_BUSY : SPREAD_BYTES))
		job->parts = MIN(bytes / SPREAD_BYTES, lane->target->chip->spread);
	for (unsigned int i = 0; i < job->parts; i++)
		parts[i].index = i;
	for (unsigned int round = 0; more; round++) {
		more = false;
		for (unsigned int i = 0; i < job->parts; i++)
			more |= put_batch(lane, &parts[i], job);
		for (unsigned int i = 0; i < job->parts; i++)
			model_ring_kick(&lane->card->rings[(lane->home + i) % RING_COUNT]);
		if (more)
			relax(round);
	}
	lane->copy_count = 0;
	return lane->seqno;
}

void target_wait(struct target_lane *lane, uint64_t seqno)
{
	struct job *job = &lane->jobs[seqno % (LOAD_MAX_DEPTH + 1)];

	for (unsigned int i = 0; i < job->parts; i++) {
		struct model_ring *ring = &lane->card->rings[(lane->home + i) % RING_COUNT];

		for (unsigned int round = 0; !model_ring_reached(ring, job->fences[i]); round++)
			relax(round);
	}
	lane->awaited = seqno;
}

void *target_host_memory(struct target_lane *lane)
{
	(void)lane;
	return NULL;
}
