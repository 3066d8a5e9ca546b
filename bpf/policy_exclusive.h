/* SPDX-License-Identifier: GPL-2.0-only */
/* What the policy of exclusive ownership keeps in its map. */
#ifndef GANTRY_POLICY_EXCLUSIVE_H
#define GANTRY_POLICY_EXCLUSIVE_H

#include <linux/types.h>

/**
 * struct gantry_exclusive_owner - whose the card is
 * @cgroup: number of its cgroup, with all below it; 0: everybody's
 */
struct gantry_exclusive_owner {
	__u64 cgroup;
};

#endif
