/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be made to go wrong with this chip, beside what any card can have.
 * "Fault" is also the chip's own word for a bad access, hence "knob".
 */
#ifndef GA100_FAULT_H
#define GA100_FAULT_H

#include "../vfio-user/fault.h"

struct ga100;

enum {
	GA100_KNOB_PAGE_FAULT = VFU_FAULT_CHIP,
	GA100_KNOB_POISON,
	GA100_KNOB_RESET,
	GA100_KNOB_HANG,
	GA100_KNOB_HANG_FOR_GOOD,
	GA100_KNOB_LAUNCH_ERROR,
	GA100_KNOB_COMPLETION_LOST,
	GA100_KNOB_COMPLETION_LATE,
	GA100_KNOB_BIT_FLIP,
	GA100_KNOB_SEMAPHORE_NEVER,
	GA100_KNOB_STRAY,
	GA100_KNOB_END,
};

/** ga100_faults_init() - the faults of a card, none of them armed; NULL: just a list */
void ga100_faults_init(struct vfu_faults *faults, struct ga100 *card);

#endif
