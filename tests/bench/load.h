/* SPDX-License-Identifier: GPL-2.0-only */
/* A load, from one thread: the queues of all cards are served in turn. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "shape.h"

#define LOAD_MAX_CARDS	16
#define LOAD_MAX_DEPTH	64

struct load;

struct load *load_create(const struct shape *shape);
void load_destroy(struct load *load);

/** load_warm_up() - use every buffer once and fill every queue */
void load_warm_up(struct load *load);

/**
 * load_step() - submit a job to the next queue, after waiting for its oldest if it is full
 * @ticks: out: if one was waited for, from its submission until its end was known
 *
 * Return: whether one was.
 */
bool load_step(struct load *load, uint64_t *ticks);

/**
 * load_host_memory() - the host's side of a queue, mapped
 * @index: queue, counted over all cards
 * @length: out: bytes
 *
 * Return: NULL if there is none, or no such queue.
 */
void *load_host_memory(struct load *load, unsigned int index, uint64_t *length);

/** load_clock() - the processor's own counter */
static inline uint64_t load_clock(void)
{
	return __builtin_ia32_rdtsc();
}

#endif
