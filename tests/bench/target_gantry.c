// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gantry.h"
#include "load.h"
#include "target.h"

struct target {
	struct shape shape;
	struct gantry_device *devices[LOAD_MAX_CARDS];
};

struct target_lane {
	struct shape shape;
	struct gantry_queue *queue;
	struct gantry_buffer *src;
	struct gantry_buffer *dst;
};

static void check(const char *what, int result)
{
	if (result >= 0)
		return;
	fprintf(stderr, "bench: cannot %s: %s\n", what, strerror(-result));
	exit(1);
}

struct target *target_open(const struct shape *shape)
{
	struct target *target = calloc(1, sizeof(*target));
	char name[16];

	if (!target)
		abort();
	target->shape = *shape;
	for (unsigned int i = 0; i < shape->cards; i++) {
		snprintf(name, sizeof(name), "%u", i);
		check("open a card", gantry_device_open(name, &target->devices[i]));
	}
	return target;
}

void target_close(struct target *target)
{
	for (unsigned int i = 0; i < target->shape.cards; i++)
		gantry_device_close(target->devices[i]);
	free(target);
}

/* A copy within a card goes from one region to another where there are several. */
static uint32_t other_region(struct gantry_device *dev)
{
	struct gantry_device_info info = { .size = sizeof(info) };

	check("ask for the card's memory", gantry_device_get_info(dev, &info));
	return info.region_count > 1;
}

static struct gantry_buffer *make_buffer(struct gantry_device *dev, uint64_t length,
					 uint32_t region)
{
	struct gantry_buffer *buffer;

	check("make a buffer", gantry_buffer_create(dev, length, region, &buffer));
	return buffer;
}

struct target_lane *target_lane_create(struct target *target, unsigned int index, uint64_t length)
{
	const struct shape *shape = &target->shape;
	struct gantry_device *dev = target->devices[index % shape->cards];
	struct target_lane *lane = calloc(1, sizeof(*lane));
	struct gantry_queue_options options = {
		.size = sizeof(options),
		.max_ops = shape->batch,
		.spin = shape->sleep ? GANTRY_SPIN_NONE : 0,
	};

	if (!lane)
		abort();
	lane->shape = *shape;
	check("make a queue", gantry_queue_create(dev, &options, &lane->queue));
	lane->src = make_buffer(dev, length,
				shape->direction == HOST_TO_DEVICE ? GANTRY_REGION_HOST : 0);
	lane->dst = make_buffer(dev, length,
				shape->direction == DEVICE_TO_HOST ? GANTRY_REGION_HOST :
				other_region(dev));
	return lane;
}

void target_lane_destroy(struct target_lane *lane)
{
	gantry_queue_destroy(lane->queue);
	gantry_buffer_destroy(lane->src);
	gantry_buffer_destroy(lane->dst);
	free(lane);
}

void target_prepare(struct target_lane *lane, uint64_t at)
{
	check("prepare a copy", gantry_queue_prep_copy(lane->queue, lane->dst, at, lane->src, at,
						       lane->shape.size, 0));
}

uint64_t target_submit(struct target_lane *lane)
{
	uint64_t seqno;

	check("submit", gantry_queue_submit(lane->queue, &seqno));
	return seqno;
}

void target_wait(struct target_lane *lane, uint64_t seqno)
{
	check("wait", gantry_queue_wait(lane->queue, seqno, -1));
}

void *target_host_memory(struct target_lane *lane)
{
	void *map;

	if (lane->shape.direction == DEVICE_TO_DEVICE)
		return NULL;
	check("map a buffer", gantry_buffer_map(lane->shape.direction == HOST_TO_DEVICE ?
						lane->src : lane->dst, &map));
	return map;
}
