/* SPDX-License-Identifier: GPL-2.0-only */
/* A core's window beyond its on-chip memory: events and semaphores. */
#ifndef TRN2_CORE_H
#define TRN2_CORE_H

#include <stdint.h>

struct trn2_card;

/* @off: within the window of core @core */
uint32_t trn2_core_read(struct trn2_card *card, unsigned int core, uint32_t off);
void trn2_core_write(struct trn2_card *card, unsigned int core, uint32_t off,
		     uint32_t value);

#endif
