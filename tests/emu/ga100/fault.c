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
	KNOB(GA100_KNOB_RESET) = {
		"reset-fails",
		"firmware never says that the card is up, after the next reset or from the\n"
		"start; value: how far it comes (0)",
	},
	KNOB(GA100_KNOB_HANG) = {
		"hang",
		"a copy engine stops at a launch until it is reset; where: copy engine,\n"
		"from 0 in the order of the list of engines",
	},
	KNOB(GA100_KNOB_HANG_FOR_GOOD) = {
		"hang-until-card-reset",
		"the same, but only a reset of the card helps; value: 0 the channel can be\n"
		"taken off it, 1 not even that",
	},
	KNOB(GA100_KNOB_LAUNCH_ERROR) = {
		"descriptor-error",
		"a copy engine refuses a launch; where: copy engine; value: what it reports\n"
		"in LAUNCHERR (0: an invalid value, 9)",
	},
	KNOB(GA100_KNOB_COMPLETION_LOST) = {
		"completion-lost",
		"a semaphore is not released; where: copy engine",
	},
	KNOB(GA100_KNOB_COMPLETION_LATE) = {
		"completion-late",
		"it, and all behind it in the channel, wait until it is released; where:\n"
		"copy engine",
	},
	KNOB(GA100_KNOB_BIT_FLIP) = {
		"bit-flip",
		"a copy arrives with one bit wrong; where: copy engine; value: which bit",
	},
	KNOB(GA100_KNOB_SEMAPHORE_NEVER) = {
		"semaphore-never",
		"a channel does not get a semaphore that it waits for, until it is\n"
		"released; where: copy engine",
	},
	KNOB(GA100_KNOB_STRAY) = {
		"stray",
		"a copy goes to another address of the channel's space than it was told;\n"
		"where: copy engine; value: the address / 2 MiB",
	},
};

/* What a channel was kept from goes on */
static void changed(void *priv, unsigned int fault, bool over)
{
	struct ga100 *card = priv;

	if (!over)
		return;
	for (unsigned int i = 0; i < GA100_CES; i++) {
		if (fault == GA100_KNOB_COMPLETION_LATE)
			atomic_store(&card->engines[i].late, GA100_NO_CHANNEL);
		if (fault == GA100_KNOB_SEMAPHORE_NEVER)
			atomic_store(&card->engines[i].never, GA100_NO_CHANNEL);
	}
	ga100_engines_look(card);
}

void ga100_faults_init(struct vfu_faults *faults, struct ga100 *card)
{
	vfu_faults_init(faults, kinds, sizeof(kinds) / sizeof(kinds[0]));
	if (card)
		faults->changed = changed;
	faults->priv = card;
}
