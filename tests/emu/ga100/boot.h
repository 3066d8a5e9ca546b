/* SPDX-License-Identifier: GPL-2.0-only */
/* What a driver reads of the card's start: firmware's progress, fuses, the ROM. */
#ifndef GA100_BOOT_H
#define GA100_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "bar0.h"

/**
 * struct ga100_boot - firmware
 * @decided: somebody looked since the last reset, so it is known how far it got
 * @progress: GA100_GFW_BOOT_PROGRESS
 */
struct ga100_boot {
	bool decided;
	uint8_t progress;
};

/** ga100_boot_reset() - firmware brings the card up again */
void ga100_boot_reset(struct ga100 *card);

extern const struct ga100_block ga100_gfw_block;
extern const struct ga100_block ga100_fuse_block;
extern const struct ga100_block ga100_prom_block;
extern const struct ga100_block ga100_xve_block;

#endif
