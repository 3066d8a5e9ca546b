/* SPDX-License-Identifier: GPL-2.0-only */
/* Which cards of this machine can reach each other's memory. */
#ifndef GANTRY_GUEST_REACH_H
#define GANTRY_GUEST_REACH_H

#include <stdbool.h>

/**
 * Must the kernel let these two reach each other's memory, whatever gantry makes of
 * it? If it can at all, below one PCIe switch and with no IOMMU, which would have the
 * switch send everything up through the root complex.
 */
bool cards_reach(unsigned int a, unsigned int b);

#endif
