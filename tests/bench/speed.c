// SPDX-License-Identifier: GPL-2.0-only
#include "speed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "load.h"

/* A slice has at least so many jobs, however long they take. */
#define SLICE_JOBS	4

/* Every job's time from its submission until somebody knew of its end. */
struct samples {
	uint64_t *ticks;
	size_t count;
	size_t room;
};

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static void add_sample(struct samples *samples, uint64_t ticks)
{
	if (samples->count == samples->room) {
		samples->room = samples->room ? 2 * samples->room : 4096;
		samples->ticks = realloc(samples->ticks, samples->room * sizeof(*samples->ticks));
		if (!samples->ticks)
			abort();
	}
	samples->ticks[samples->count++] = ticks;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint64_t quantile(const struct samples *samples, double part)
{
	size_t at = part * samples->count;

	return samples->ticks[at < samples->count ? at : samples->count - 1];
}

/* Jobs that ended in a second. */
static double run_slice(struct load *load, double seconds, struct samples *samples)
{
	double begin = seconds_now(), taken;
	uint64_t jobs = 0, ticks;

	do {
		if (load_step(load, &ticks)) {
			add_sample(samples, ticks);
			jobs++;
		}
		taken = seconds_now() - begin;
	} while (taken < seconds || jobs < SLICE_JOBS);
	return jobs / taken;
}

void speed_measure(const struct shape *shape, double seconds, unsigned int slices,
		   void (*made)(struct load *load, const struct shape *shape))
{
	struct load *load = load_create(shape);
	struct samples samples = { 0 };
	double best = 0, worst = 0, rate, begin, ns;
	uint64_t ticks;

	if (made)
		made(load, shape);
	load_warm_up(load);
	begin = seconds_now();
	ticks = load_clock();
	for (unsigned int i = 0; i < slices; i++) {
		rate = run_slice(load, seconds, &samples);
		best = rate > best ? rate : best;
		worst = !i || rate < worst ? rate : worst;
	}
	ns = (seconds_now() - begin) * 1e9 / (load_clock() - ticks);
	load_destroy(load);

	qsort(samples.ticks, samples.count, sizeof(*samples.ticks), compare);
	printf("{\"shape\":\"%s\",\"jobs\":%zu,\"ops_per_s\":%.1f,\"ops_per_s_worst\":%.1f,"
	       "\"bytes_per_s\":%.0f,\"p50_ns\":%.0f,\"p99_ns\":%.0f,\"p999_ns\":%.0f}\n",
	       shape->line, samples.count, best * shape->batch, worst * shape->batch,
	       best * shape->batch * shape->size, quantile(&samples, 0.5) * ns,
	       quantile(&samples, 0.99) * ns, quantile(&samples, 0.999) * ns);
	fflush(stdout);
	free(samples.ticks);
}
