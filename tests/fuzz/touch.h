/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading and writing memory that may answer with a signal. */
#ifndef GANTRY_FUZZ_TOUCH_H
#define GANTRY_FUZZ_TOUCH_H

#include <stdbool.h>
#include <stddef.h>

/** Catch SIGSEGV and SIGBUS: once. */
void touch_init(void);

/** Copy @length bytes, false: there was a signal. */
bool touch_copy(void *to, const void *from, size_t length);

#endif
