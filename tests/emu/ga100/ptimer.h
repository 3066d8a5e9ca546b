/* SPDX-License-Identifier: GPL-2.0-only */
/* The card's clock. */
#ifndef GA100_PTIMER_H
#define GA100_PTIMER_H

#include <stdatomic.h>
#include <stdint.h>

#include "bar0.h"

/**
 * struct ga100_ptimer - nanoseconds since the guest set it
 * @offset: added to the host's monotonic clock
 * @time_1: upper half as last written; the lower half takes it along
 */
struct ga100_ptimer {
	_Atomic uint64_t offset;
	uint32_t time_1;
};

void ga100_ptimer_reset(struct ga100_ptimer *timer);

/** ga100_time() - what the clock shows, in nanoseconds; any thread */
uint64_t ga100_time(struct ga100 *card);

extern const struct ga100_block ga100_ptimer_block;

#endif
