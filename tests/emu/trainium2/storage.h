/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers that only remember. They live in sparse zeroed memory as the
 * difference from their reset value, so that a reset is giving the memory back
 * and an untouched register costs nothing.
 */
#ifndef TRN2_STORAGE_H
#define TRN2_STORAGE_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t storage_read(const uint32_t *reg, uint32_t reset_value)
{
	return __atomic_load_n(reg, __ATOMIC_RELAXED) ^ reset_value;
}

static inline void storage_write(uint32_t *reg, uint32_t value,
				 uint32_t reset_value)
{
	__atomic_store_n(reg, value ^ reset_value, __ATOMIC_RELAXED);
}

/** storage_init() - @size bytes; NULL: no address space */
uint32_t *storage_init(size_t size);
void storage_fini(uint32_t *storage, size_t size);

/** storage_clear() - back to the reset values; whole pages */
void storage_clear(uint32_t *storage, size_t size);

#endif
