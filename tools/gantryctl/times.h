/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be said of times that were only counted by powers of two. */
#ifndef GANTRYCTL_TIMES_H
#define GANTRYCTL_TIMES_H

#include <stdint.h>

#include "../../bpf/telemetry.h"

/** times_count() - how many there are */
uint64_t times_count(const struct gantry_times *times);

/**
 * times_quantile() - how long the shortest @part of them took at most
 * @part: above 0, up to 1
 *
 * As if times were spread evenly within a power of two, so it is right to a factor
 * below two.
 *
 * Return: nanoseconds; 0 when there are none.
 */
uint64_t times_quantile(const struct gantry_times *times, double part);

/** times_since() - @now without what was there @before */
struct gantry_times times_since(const struct gantry_times *now, const struct gantry_times *before);

#endif /* GANTRYCTL_TIMES_H */
