/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupt tree of the physical function, and the message it ends in. */
#ifndef GA100_INTR_H
#define GA100_INTR_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../../driver/nvidia/ga100_regs.h"

struct ga100;

/**
 * struct ga100_intr - the tree
 * @lock: guards the rest
 * @leaf: what happened, a bit a vector, until it is cleared
 * @leaf_en: what may be seen above
 * @top_en: subtrees that may send the message
 * @asserted: a message was sent and what asked for it has not gone since
 */
struct ga100_intr {
	pthread_mutex_t lock;
	uint32_t leaf[GA100_INTR_LEAVES];
	uint32_t leaf_en[GA100_INTR_LEAVES];
	uint32_t top_en;
	bool asserted;
};

void ga100_intr_init(struct ga100_intr *intr);
void ga100_intr_fini(struct ga100_intr *intr);
void ga100_intr_reset(struct ga100_intr *intr);

/**
 * ga100_intr_raise() - something happened; any thread
 * @vector: 0 to GA100_INTR_VECTORS - 1; others are lost
 *
 * Latched even while disabled. The guest gets a message if the vector and its
 * subtree are enabled and it has not got one for something still pending.
 */
void ga100_intr_raise(struct ga100 *card, unsigned int vector);

/** ga100_intr_rearm() - the guest says that it dealt with the message */
void ga100_intr_rearm(struct ga100 *card);

/* Registers, for GA100_INTR_* and nothing else; true: it is one of them */
bool ga100_intr_read(struct ga100 *card, uint32_t reg, uint32_t *value);
bool ga100_intr_write(struct ga100 *card, uint32_t reg, uint32_t value);

#endif
