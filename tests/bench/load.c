// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"

#include <stdlib.h>
#include <sys/param.h>

#include "marker.h"
#include "target.h"

/* A lane's copies walk through this much, so that they do not all fit in a cache. */
#define FOOTPRINT	(16ull << 20)

/**
 * struct slot - a job in flight
 * @seqno: its number
 * @submitted: when
 */
struct slot {
	uint64_t seqno;
	uint64_t submitted;
};

/**
 * struct lane - a queue and what it copies
 * @target: it
 * @length: of its buffers
 * @at: of the next copy, in both
 * @slots: in flight, the oldest at @first
 * @first: in @slots
 * @count: in flight
 */
struct lane {
	struct target_lane *target;
	uint64_t length;
	uint64_t at;
	struct slot slots[LOAD_MAX_DEPTH];
	unsigned int first;
	unsigned int count;
};

struct load {
	struct shape shape;
	struct target *target;
	struct lane *lanes;
	unsigned int lane_count;
	unsigned int next;
};

/* Whole copies only. */
static uint64_t buffer_length(const struct shape *shape)
{
	uint64_t wanted = MIN(shape->size * shape->batch * shape->depth, FOOTPRINT);

	return MAX(wanted - wanted % shape->size, shape->size);
}

struct load *load_create(const struct shape *shape)
{
	struct load *load = calloc(1, sizeof(*load));

	if (!load)
		abort();
	load->shape = *shape;
	load->target = target_open(shape);
	load->lane_count = shape->cards * shape->queues;
	load->lanes = calloc(load->lane_count, sizeof(*load->lanes));
	if (!load->lanes)
		abort();
	for (unsigned int i = 0; i < load->lane_count; i++) {
		load->lanes[i].length = buffer_length(shape);
		load->lanes[i].target = target_lane_create(load->target, i, load->lanes[i].length);
	}
	return load;
}

static uint64_t lane_wait(struct lane *lane)
{
	struct slot *slot = &lane->slots[lane->first];

	marker(SECTION_WAIT);
	target_wait(lane->target, slot->seqno);
	lane->first = (lane->first + 1) % LOAD_MAX_DEPTH;
	lane->count--;
	return load_clock() - slot->submitted;
}

static void lane_submit(struct lane *lane, const struct shape *shape)
{
	struct slot *slot = &lane->slots[(lane->first + lane->count++) % LOAD_MAX_DEPTH];

	marker(SECTION_PREPARE);
	for (unsigned int i = 0; i < shape->batch; i++) {
		target_prepare(lane->target, lane->at);
		lane->at += shape->size;
		if (lane->at == lane->length)
			lane->at = 0;
	}
	marker(SECTION_SUBMIT);
	slot->submitted = load_clock();
	slot->seqno = target_submit(lane->target);
}

bool load_step(struct load *load, uint64_t *ticks)
{
	struct lane *lane = &load->lanes[load->next];
	bool full = lane->count == load->shape.depth;

	load->next = (load->next + 1) % load->lane_count;
	if (full)
		*ticks = lane_wait(lane);
	lane_submit(lane, &load->shape);
	return full;
}

void load_warm_up(struct load *load)
{
	uint64_t job = load->shape.size * load->shape.batch;
	uint64_t jobs = MAX((load->lanes[0].length + job - 1) / job, 2 * load->shape.depth);
	uint64_t ticks;

	for (uint64_t i = 0; i < load->lane_count * jobs; i++)
		load_step(load, &ticks);
}

void load_destroy(struct load *load)
{
	for (unsigned int i = 0; i < load->lane_count; i++) {
		while (load->lanes[i].count)
			lane_wait(&load->lanes[i]);
		target_lane_destroy(load->lanes[i].target);
	}
	target_close(load->target);
	free(load->lanes);
	free(load);
}

void *load_host_memory(struct load *load, unsigned int index, uint64_t *length)
{
	if (index >= load->lane_count)
		return NULL;
	*length = load->lanes[index].length;
	return target_host_memory(load->lanes[index].target);
}
