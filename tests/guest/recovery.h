/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver shows of a recovery to those who watch over a machine: docs/sysfs.md. */
#ifndef GANTRY_GUEST_RECOVERY_H
#define GANTRY_GUEST_RECOVERY_H

#include <stdbool.h>

/** Kernel events from here on; a descriptor for close(). */
int events_open(void);

/** The next event about a wedged card says @value; it must come. */
void events_expect_wedged(int events, const char *value);

/** None has come. */
void events_expect_none(int events);

/** The attribute "state" of a card. */
void card_state_expect(unsigned int card, const char *state);

/** Is there a dump of the first card? Each must be whole, and is thrown away. */
bool coredump_take(void);

/** What the last one that was taken said. */
const char *coredump_text(void);

/** How many rings the card had then. */
unsigned int coredump_ring_count(void);

/** There is one, or it comes: @events, opened before the card was upset, tell of it. */
void coredump_expect(int events);

#endif
