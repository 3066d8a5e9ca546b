// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

#include "model.h"

#define CHIP(fault)	[(fault) - VFU_FAULT_CHIP]

static const struct vfu_fault_kind kinds[TRN2_FAULT_END - VFU_FAULT_CHIP] = {
	CHIP(TRN2_FAULT_HANG) = {
		"hang",
		"a queue stops at a packet until the queue is reset; where: engine",
	},
	CHIP(TRN2_FAULT_HANG_FOR_GOOD) = {
		"hang-until-card-reset",
		"the same, but only a reset of its engine helps; value: 0 it can be\n"
		"disabled, 1 it claims to be active even then",
	},
	CHIP(TRN2_FAULT_DESCRIPTOR) = {
		"descriptor-error",
		"an engine reports an error at a packet and stops; where: engine;\n"
		"value: cause bits of the source side (0: descriptor not readable)",
	},
	CHIP(TRN2_FAULT_LOST) = {
		"completion-lost",
		"4 or 8 bytes that tell completion are not written; where: engine",
	},
	CHIP(TRN2_FAULT_LATE) = {
		"completion-late",
		"they, and all behind them in the queue, wait until it is released;\n"
		"where: engine",
	},
	CHIP(TRN2_FAULT_FLIP) = {
		"bit-flip",
		"a copy arrives with one bit wrong; where: engine; value: which bit",
	},
	CHIP(TRN2_FAULT_RESET) = {
		"reset-fails",
		"firmware never finishes a reset",
	},
	CHIP(TRN2_FAULT_MAILBOX) = {
		"mailbox-silent",
		"firmware does not answer a request",
	},
	CHIP(TRN2_FAULT_ECC) = {
		"ecc-uncorrected",
		"an HBM stack counts uncorrected errors, at once; where: stack (0);\n"
		"value: how many (1)",
	},
};

/* Counts up to what its half of the word holds, like any such counter */
static void count_ecc(struct trn2_card *card, uint32_t stack, uint32_t errors)
{
	uint32_t off = TRN2_MR_HBM_ECC(stack < TRN2_HBM_STACKS ? stack : 0);
	uint32_t word = trn2_misc_ram_read(&card->misc_ram, off);
	uint64_t count = (word & TRN2_ECC_UNCORRECTED) + (uint64_t)(errors ? errors : 1);

	if (count > TRN2_ECC_UNCORRECTED)
		count = TRN2_ECC_UNCORRECTED;
	trn2_misc_ram_post(&card->misc_ram, off, (word & ~TRN2_ECC_UNCORRECTED) | count);
}

static void changed(void *priv, unsigned int fault, bool over)
{
	struct trn2_card *card = priv;
	struct vfu_fault state;

	if (fault == TRN2_FAULT_ECC && !over) {
		vfu_fault_get(&card->faults, fault, &state);
		if (vfu_fault(&card->faults, fault, state.where, NULL))
			count_ecc(card, state.where, state.value);
	}
	if (fault == TRN2_FAULT_LATE && over)
		for (unsigned int e = 0; e < TRN2_ENGINES; e++)
			udma_engine_let_go(&card->engines[e]);
}

void trn2_faults_init(struct vfu_faults *faults, struct trn2_card *card)
{
	vfu_faults_init(faults, kinds, sizeof(kinds) / sizeof(kinds[0]));
	if (card)
		faults->changed = changed;
	faults->priv = card;
}
