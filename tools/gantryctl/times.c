// SPDX-License-Identifier: GPL-2.0-only
#include "times.h"

uint64_t times_count(const struct gantry_times *times)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < GANTRY_TIME_BUCKETS; i++)
		sum += times->count[i];
	return sum;
}

uint64_t times_quantile(const struct gantry_times *times, double part)
{
	double wanted = part * times_count(times), before = 0;
	unsigned int i;

	for (i = 0; i < GANTRY_TIME_BUCKETS - 1; i++) {
		if (times->count[i] && before + times->count[i] >= wanted)
			break;
		before += times->count[i];
	}
	if (!times->count[i])
		return 0;
	return (1 + (wanted - before) / times->count[i]) * (1ULL << i);
}

struct gantry_times times_since(const struct gantry_times *now, const struct gantry_times *before)
{
	struct gantry_times since = { .sum_ns = now->sum_ns - before->sum_ns };

	for (unsigned int i = 0; i < GANTRY_TIME_BUCKETS; i++)
		since.count[i] = now->count[i] - before->count[i];
	return since;
}
