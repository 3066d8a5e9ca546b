/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GANTRYCTL_FENCE_TIME_H
#define GANTRYCTL_FENCE_TIME_H

#include <stdint.h>

/** now_ns() - CLOCK_MONOTONIC, the clock of fences */
int64_t now_ns(void);

/**
 * fence_time() - when the fence of a sync_file signaled
 * @sync_file_fd: of a fence that has signaled
 * @earliest: it cannot have been before this
 *
 * Return: CLOCK_MONOTONIC nanoseconds, never before @earliest, never later than
 * now. Now, if the kernel does not tell.
 */
int64_t fence_time(int sync_file_fd, int64_t earliest);

#endif /* GANTRYCTL_FENCE_TIME_H */
