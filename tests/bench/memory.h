/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stdint.h>

/**
 * memory_free() - bytes that nobody holds, once the kernel has let go of all that
 *	it keeps only because it may
 *
 * Ends the program when it cannot tell.
 */
int64_t memory_free(void);

#endif
