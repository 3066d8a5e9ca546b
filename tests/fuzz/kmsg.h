/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log: what users do must not show in it. */
#ifndef GANTRY_FUZZ_KMSG_H
#define GANTRY_FUZZ_KMSG_H

#include "fuzz.h"

/** What is in it by now does not count. */
void kmsg_begin(void);

void kmsg_expect_none(struct call *c);

#endif
