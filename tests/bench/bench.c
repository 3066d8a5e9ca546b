// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the driver and the library, in the guest. Reads one shape a line from
 * stdin (shape.h) and prints one JSON object a line, with the shape in it.
 *
 * usage: bench speed MILLISECONDS SLICES   how fast; see speed.h
 *        bench count JOBS                  what instructions.so has to count
 *        bench peers MILLISECONDS SLICES   from card to card; see peers.h; no stdin
 *        bench queues COUNT                memory that so many idle queues take; no stdin
 *        bench free                        bytes of memory that are free; no stdin
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "gantry.h"
#include "layout.h"
#include "load.h"
#include "marker.h"
#include "memory.h"
#include "peers.h"
#include "speed.h"

/* Where the program's libraries are, for whoever gives names to addresses. */
static void write_maps(void)
{
	const char *path = getenv("GANTRY_BENCH_MAPS");
	FILE *from = fopen("/proc/self/maps", "r");
	FILE *to = path ? fopen(path, "w") : NULL;
	int c;

	while (from && to && (c = getc(from)) != EOF)
		putc(c, to);
	if (from)
		fclose(from);
	if (to)
		fclose(to);
}

/*
 * The plugin outside of the guest counts; this only says what of. Few jobs are
 * enough, for the counts repeat, but many times those in flight: of what is under
 * way at the beginning and at the end only a part is counted.
 */
static void count_instructions(const struct shape *shape, unsigned int least)
{
	unsigned int in_flight = shape->depth * shape->queues * shape->cards;
	unsigned int jobs = MAX(least, 16 * in_flight);
	struct shape quiet = *shape;
	struct load *load;
	uint64_t ticks;

	/* Whoever looks for the end takes as many instructions as there is time for. */
	quiet.sleep = true;
	load = load_create(&quiet);
	load_warm_up(load);
	marker(SECTION_NEXT);
	for (unsigned int i = 0; i < jobs; i++)
		load_step(load, &ticks);
	marker(SECTION_NEXT);
	load_destroy(load);
	printf("{\"shape\":\"%s\",\"jobs\":%u}\n", shape->line, jobs);
	fflush(stdout);
}

static void check(const char *what, int result)
{
	if (result >= 0)
		return;
	fprintf(stderr, "bench: cannot %s: %s\n", what, strerror(-result));
	exit(1);
}

static int64_t measure_queues_once(unsigned int count)
{
	struct gantry_queue **queues = calloc(count, sizeof(*queues));
	struct gantry_device *dev;
	int64_t before, after;

	if (!queues)
		abort();
	check("open a card", gantry_device_open(NULL, &dev));
	before = memory_free();
	for (unsigned int i = 0; i < count; i++)
		check("make a queue", gantry_queue_create(dev, NULL, &queues[i]));
	after = memory_free();
	for (unsigned int i = 0; i < count; i++)
		gantry_queue_destroy(queues[i]);
	/* Returns when the kernel has freed them, too. */
	gantry_device_close(dev);
	free(queues);
	return before - after;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The rest of the machine takes and gives memory meanwhile: the median counts. */
static void measure_queues(unsigned int count)
{
	int64_t bytes[7];
	const unsigned int rounds = sizeof(bytes) / sizeof(bytes[0]);

	for (unsigned int i = 0; i < rounds; i++)
		bytes[i] = measure_queues_once(count);
	qsort(bytes, rounds, sizeof(bytes[0]), compare);
	printf("{\"queues\":%u,\"bytes\":%" PRId64 "}\n", count, bytes[rounds / 2]);
}

int main(int argc, char **argv)
{
	struct shape shape;

	if (argc == 4 && !strcmp(argv[1], "speed")) {
		while (shape_read(&shape))
			speed_measure(&shape, atoi(argv[2]) / 1e3, atoi(argv[3]), layout_write);
	} else if (argc == 3 && !strcmp(argv[1], "count")) {
		write_maps();
		while (shape_read(&shape))
			count_instructions(&shape, atoi(argv[2]));
	} else if (argc == 4 && !strcmp(argv[1], "peers")) {
		peers_measure(atoi(argv[2]) / 1e3, atoi(argv[3]));
	} else if (argc == 3 && !strcmp(argv[1], "queues")) {
		measure_queues(atoi(argv[2]));
	} else if (argc == 2 && !strcmp(argv[1], "free")) {
		printf("%" PRId64 "\n", memory_free());
	} else {
		fprintf(stderr, "usage: bench speed MILLISECONDS SLICES | count JOBS | "
			"peers MILLISECONDS SLICES | queues COUNT | free\n");
		return 2;
	}
	return 0;
}
