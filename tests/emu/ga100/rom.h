/* SPDX-License-Identifier: GPL-2.0-only */
/* The expansion ROM: what says whose it is, a few tables, and code that does nothing. */
#ifndef GA100_ROM_H
#define GA100_ROM_H

#include <stdint.h>

#define GA100_ROM_SIZE	0x1000u

/** ga100_rom() - GA100_ROM_SIZE bytes, the same for every card; any thread */
const uint8_t *ga100_rom(void);

#endif
