/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be made to go wrong with this chip, beside what any card can have. */
#ifndef TRN2_FAULT_H
#define TRN2_FAULT_H

#include "../vfio-user/fault.h"

struct trn2_card;

enum {
	TRN2_FAULT_HANG = VFU_FAULT_CHIP,
	TRN2_FAULT_HANG_FOR_GOOD,
	TRN2_FAULT_DESCRIPTOR,
	TRN2_FAULT_LOST,
	TRN2_FAULT_LATE,
	TRN2_FAULT_FLIP,
	TRN2_FAULT_RESET,
	TRN2_FAULT_MAILBOX,
	TRN2_FAULT_ECC,
	TRN2_FAULT_END,
};

/** trn2_faults_init() - the faults of a card, none of them armed; NULL: just a list */
void trn2_faults_init(struct vfu_faults *faults, struct trn2_card *card);

#endif
