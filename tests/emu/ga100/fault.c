// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

#include "ga100.h"

#define KNOB(knob)	[(knob) - VFU_FAULT_CHIP]

static const struct vfu_fault_kind kinds[GA100_KNOB_END - VFU_FAULT_CHIP] = {
	KNOB(GA100_KNOB_PAGE_FAULT) = {
		"page-fault",
		"an address is not found in the page tables; where: MMU engine (copy\n"
		"engine i: 15 + i); value: fault type (0: a missing page, 2)",
	},
	KNOB(GA100_KNOB_POISON) = {
		"poison",
		"video memory cannot be read, as after an uncorrected ECC error;\n"
		"where: its address / 4096",
	},
	KNOB(GA100_KNOB_BOOT) = {
		"boot-fails",
		"firmware never says that the card is up, after the next reset or from the\n"
		"start; value: how far it comes (0)",
	},
};

void ga100_faults_init(struct vfu_faults *faults, struct ga100 *card)
{
	vfu_faults_init(faults, kinds, sizeof(kinds) / sizeof(kinds[0]));
	faults->priv = card;
}
