/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's fault injection: the nth allocation of memory in what the calling
 * thread does next fails, or every one.
 */
#ifndef GANTRY_GUEST_FAIL_NTH_H
#define GANTRY_GUEST_FAIL_NTH_H

#include <stdbool.h>

/** Prepare the kernel. False: it was built without; fail_nth_missing() says what lacks. */
bool fail_nth_init(void);
const char *fail_nth_missing(void);

/**
 * fail_nth_filter() - which allocations count
 * @required: a function of the kernel: only those made below it. NULL: all
 * @spared: a function of the kernel: none made below it. NULL: all
 */
void fail_nth_filter(const char *required, const char *spared);

/** From now on the @nth fails, from 1. */
void fail_nth_arm(unsigned int nth);

/** No more. Returns whether it came to the nth. */
bool fail_nth_disarm(void);

/** From now on none fails; how many there were since then. */
void fail_nth_count_begin(void);
unsigned int fail_nth_count_end(void);

/** From now on all fail, and as before again. */
void fail_all_begin(void);
void fail_all_end(void);

#endif
