/* SPDX-License-Identifier: GPL-2.0-only */
/* What semaphores mean: when an acquire succeeds, what a reduction makes of a value. */
#ifndef GA100_SEMAPHORE_H
#define GA100_SEMAPHORE_H

#include <stdbool.h>
#include <stdint.h>

/** ga100_semaphore_is_acquire() - GA100_SEM_*: does @operation wait for a value? */
bool ga100_semaphore_is_acquire(unsigned int operation);

/**
 * ga100_semaphore_acquired() - is this the value that was waited for?
 * @operation: one of those that wait
 * @wide: 64 bits count, else 32
 */
bool ga100_semaphore_acquired(unsigned int operation, bool wide, uint64_t value, uint64_t payload);

/** ga100_semaphore_can_reduce() - is there such a reduction? @reduction: GA100_REDUCTION_* */
bool ga100_semaphore_can_reduce(unsigned int reduction, bool wide, bool is_signed);

/** ga100_semaphore_reduce() - the new value; only for what ga100_semaphore_can_reduce() */
uint64_t ga100_semaphore_reduce(unsigned int reduction, bool wide, bool is_signed, uint64_t value,
				uint64_t payload);

#endif
