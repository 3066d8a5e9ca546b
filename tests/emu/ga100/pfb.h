/* SPDX-License-Identifier: GPL-2.0-only */
/* The frame buffer unit: how much memory, which vectors, and settings of the MMU. */
#ifndef GA100_PFB_H
#define GA100_PFB_H

#include <stdint.h>

#include "bar0.h"

#define GA100_PFB_SETTINGS	10

/** struct ga100_pfb - registers that only remember; see pfb.c for which */
struct ga100_pfb {
	uint32_t settings[GA100_PFB_SETTINGS];
};

/**
 * ga100_pfb_memory_range() - a size as GA100_PFB_MEMORY_RANGE has it
 *
 * Return: the register; 0: it cannot say so.
 */
uint32_t ga100_pfb_memory_range(uint64_t size);

extern const struct ga100_block ga100_pfb_block;
extern const struct ga100_block ga100_pfb_hub_block;

#endif
