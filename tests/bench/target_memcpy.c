// SPDX-License-Identifier: GPL-2.0-only
/* The same copies by the processor: a job has ended when it is submitted. */
#include <stdlib.h>
#include <string.h>

#include "target.h"

struct target {
	struct shape shape;
};

struct target_lane {
	uint64_t size;
	uint64_t *jobs;
	unsigned int job_count;
	char *src;
	char *dst;
};

static void *allocate(uint64_t length)
{
	void *memory = aligned_alloc(4096, (length + 4095) & ~4095ull);

	if (!memory)
		abort();
	memset(memory, 1, length);
	return memory;
}

struct target *target_open(const struct shape *shape)
{
	struct target *target = allocate(sizeof(*target));

	target->shape = *shape;
	return target;
}

void target_close(struct target *target)
{
	free(target);
}

struct target_lane *target_lane_create(struct target *target, unsigned int index, uint64_t length)
{
	struct target_lane *lane = allocate(sizeof(*lane));

	(void)index;
	*lane = (struct target_lane){
		.size = target->shape.size,
		.jobs = allocate(target->shape.batch * sizeof(*lane->jobs)),
		.src = allocate(length),
		.dst = allocate(length),
	};
	return lane;
}

void target_lane_destroy(struct target_lane *lane)
{
	free(lane->jobs);
	free(lane->src);
	free(lane->dst);
	free(lane);
}

void target_prepare(struct target_lane *lane, uint64_t at)
{
	lane->jobs[lane->job_count++] = at;
}

uint64_t target_submit(struct target_lane *lane)
{
	for (unsigned int i = 0; i < lane->job_count; i++)
		memcpy(lane->dst + lane->jobs[i], lane->src + lane->jobs[i], lane->size);
	lane->job_count = 0;
	return 1;
}

void target_wait(struct target_lane *lane, uint64_t seqno)
{
	(void)lane;
	(void)seqno;
}

void *target_host_memory(struct target_lane *lane)
{
	(void)lane;
	return NULL;
}
