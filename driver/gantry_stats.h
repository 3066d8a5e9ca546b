/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a job does and how long it took, as tracepoints hand it to BPF: part of
 * docs/tracing.md. Members are only added, at the end.
 */
#ifndef GANTRY_STATS_H
#define GANTRY_STATS_H

#include <linux/types.h>

/* Which way an operation moves bytes; memory of another device counts as the host's. */
enum gantry_direction {
	GANTRY_HOST_TO_DEVICE,
	GANTRY_DEVICE_TO_HOST,
	GANTRY_DEVICE_TO_DEVICE,
	GANTRY_HOST_TO_HOST,
	GANTRY_FILL,
	GANTRY_DIRECTIONS,
};

/**
 * struct gantry_job_stats - a job
 * @bytes: it moves, by &enum gantry_direction
 * @operations: it has, likewise
 * @queued_ns: from its submission until the card was given some of it, or until it
 *	ended without
 * @running_ns: from then until its end
 */
struct gantry_job_stats {
	u64 bytes[GANTRY_DIRECTIONS];
	u32 operations[GANTRY_DIRECTIONS];
	u64 queued_ns;
	u64 running_ns;
};

static inline u64 gantry_job_bytes(const struct gantry_job_stats *stats)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < GANTRY_DIRECTIONS; i++)
		sum += stats->bytes[i];
	return sum;
}

static inline u64 gantry_job_operations(const struct gantry_job_stats *stats)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < GANTRY_DIRECTIONS; i++)
		sum += stats->operations[i];
	return sum;
}

#endif
