// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The clock that the kernel's waits count by.
 */
#include <time.h>

#include "internal.h"

int64_t gtr_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/**
 * gtr_deadline() - when a timeout that begins now ends
 *
 * A wait with a fixed end can be restarted after a signal without growing.
 */
int64_t gtr_deadline(int64_t timeout)
{
	int64_t end;

	if (timeout == 0)
		return 0;
	if (timeout < 0 || __builtin_add_overflow(gtr_now(), timeout, &end))
		return INT64_MAX;
	return end;
}
