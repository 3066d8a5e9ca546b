/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a load runs on. Each program links one of
 *
 *	target_gantry.c	 the driver, through libgantry
 *	target_model.c	 the emulator's model of the card, with no guest
 *	target_memcpy.c	 the processor
 *
 * All calls print what is wrong and end the program: nothing is left to measure
 * then.
 */
#ifndef BENCH_TARGET_H
#define BENCH_TARGET_H

#include <stdint.h>

#include "shape.h"

struct target;
struct target_lane;

struct target *target_open(const struct shape *shape);
void target_close(struct target *target);

/**
 * target_lane_create() - a queue and its two buffers
 * @target: from target_open()
 * @index: counted over all cards, which take turns
 * @length: of each buffer
 */
struct target_lane *target_lane_create(struct target *target, unsigned int index, uint64_t length);
void target_lane_destroy(struct target_lane *lane);

/** target_prepare() - a copy of the next job, from @at in one buffer to @at in the other */
void target_prepare(struct target_lane *lane, uint64_t at);

/** target_submit() - give what was prepared to the card; its number */
uint64_t target_submit(struct target_lane *lane);

/** target_wait() - until that job has ended */
void target_wait(struct target_lane *lane, uint64_t seqno);

/** target_host_memory() - the buffer that is host memory, mapped; NULL: there is none */
void *target_host_memory(struct target_lane *lane);

#endif
