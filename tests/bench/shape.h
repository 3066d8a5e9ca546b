/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_SHAPE_H
#define BENCH_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#define SHAPE_LINE	128

enum direction {
	HOST_TO_DEVICE,
	DEVICE_TO_HOST,
	DEVICE_TO_DEVICE,
	DIRECTIONS,
};

/**
 * struct shape - of a load: equal copies in equal batches, so many in flight
 * @line: as it was read: DIRECTION SIZE BATCH DEPTH QUEUES CARDS
 * @direction: h2d, d2h or d2d
 * @size: bytes of a copy
 * @batch: copies of a job
 * @depth: jobs in flight in each queue
 * @queues: queues of each card
 * @cards: cards
 * @sleep: wait in the kernel at once instead of looking for a moment first
 */
struct shape {
	char line[SHAPE_LINE];
	enum direction direction;
	uint64_t size;
	unsigned int batch;
	unsigned int depth;
	unsigned int queues;
	unsigned int cards;
	bool sleep;
};

/**
 * shape_read() - the next line of stdin
 *
 * Return: false at its end. A line that is no shape ends the program.
 */
bool shape_read(struct shape *shape);

#endif
