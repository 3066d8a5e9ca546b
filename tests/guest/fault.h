/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults of an emulated card, by name: docs/emulators.md lists them. They are
 * armed through the card's configuration space, bound or not.
 */
#ifndef GANTRY_GUEST_FAULT_H
#define GANTRY_GUEST_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "../emu/vfio-user/fault_regs.h"

/**
 * struct fault - what to ask for
 * @name: as in docs/emulators.md
 * @where: VFU_FAULT_ANYWHERE, or as the fault understands it
 * @after: chances to let pass
 * @times: 0 means once, as does 1; VFU_FAULT_ALWAYS: until disarmed
 * @value: as the fault understands it
 */
struct fault {
	const char *name;
	uint32_t where;
	uint32_t after;
	uint32_t times;
	uint32_t value;
};

/** Has this card knobs at all? */
bool fault_possible(unsigned int card);

/** ... and this one? */
bool fault_known(unsigned int card, const char *name);

void fault_arm(unsigned int card, const struct fault *fault);

/** Once, at the next chance anywhere. */
void fault_arm_next(unsigned int card, const char *name);

/** It strikes no more, and what it still does ends. */
void fault_disarm(unsigned int card, const char *name);

/** What it still does ends. */
void fault_release(unsigned int card, const char *name);

/** For teardowns: whatever is armed. */
void fault_disarm_all(unsigned int card);

/** How often it struck since it was armed. */
unsigned int fault_fired(unsigned int card, const char *name);

/** Where it struck last since it was armed, as the fault understands places. */
uint32_t fault_fired_at(unsigned int card, const char *name);

/** Until it struck so often: a fault that does not come fails the test. */
void fault_wait(unsigned int card, const char *name, unsigned int count);

#endif
