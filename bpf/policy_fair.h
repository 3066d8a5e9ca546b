/* SPDX-License-Identifier: GPL-2.0-only */
/* What the policy of fair shares keeps in its maps. */
#ifndef GANTRY_POLICY_FAIR_H
#define GANTRY_POLICY_FAIR_H

#include <linux/types.h>

#define GANTRY_FAIR_WEIGHT	100
#define GANTRY_FAIR_MAX_WEIGHT	10000

/**
 * struct gantry_fair_weight - of a cgroup that has a share of its own, with all below it
 * @weight: 1 to %GANTRY_FAIR_MAX_WEIGHT; the root's is that of those that are not named
 */
struct gantry_fair_weight {
	__u64 weight;
};

/**
 * struct gantry_fair_usage - what an account was served
 * @jobs: that ended well
 * @bytes: they moved
 *
 * Counted since the policy was loaded; the least recently served are forgotten.
 */
struct gantry_fair_usage {
	__u64 jobs;
	__u64 bytes;
};

#endif
