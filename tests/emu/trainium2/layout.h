/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the two published layouts of the card. */
#ifndef TRN2_LAYOUT_H
#define TRN2_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct trn2_layout - a layout, as data
 * @name: on the command line
 * @revision: PCI revision
 * @apb_bar: the BAR that holds the registers
 * @hbm_window: distance of the stacks in BAR 4; 0: as large as a stack is
 * @hbm_default: device memory in all unless said otherwise, in bytes. No register
 *	tells its size: drivers rely on what silicon has, so less of it is a
 *	card on which they break. It is sparse, so more costs nothing.
 * @qemu_reset: TRN2_APB_RESET_QEMU exists
 */
struct trn2_layout {
	const char *name;
	uint8_t revision;
	unsigned int apb_bar;
	uint64_t hbm_window;
	uint64_t hbm_default;
	bool qemu_reset;
};

#endif
