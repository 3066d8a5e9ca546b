/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_SPEED_H
#define BENCH_SPEED_H

#include "shape.h"

struct load;

/**
 * speed_measure() - how fast a load runs, as one line of JSON on stdout
 * @shape: of the load
 * @seconds: a slice takes
 * @slices: how many
 * @made: called with the load once it is made, or NULL
 *
 * The best slice counts, for what disturbs it only makes it slower; the worst is
 * told as well. All jobs of all slices count for their times.
 */
void speed_measure(const struct shape *shape, double seconds, unsigned int slices,
		   void (*made)(struct load *load, const struct shape *shape));

#endif
