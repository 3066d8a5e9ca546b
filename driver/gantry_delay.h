/* SPDX-License-Identifier: GPL-2.0-only */
/* Holding a job back for a time, as its policy wants it. */
#ifndef GANTRY_DELAY_H
#define GANTRY_DELAY_H

#include <linux/types.h>

struct gantry_delay;
struct gantry_policy;

struct gantry_delay *gantry_delay_new(struct gantry_policy *policy, u64 delay_ns);
struct dma_fence *gantry_delay_fence(struct gantry_delay *delay);
void gantry_delay_start(struct gantry_delay *delay);

#endif
