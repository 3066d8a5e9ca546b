/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GANTRY_COREDUMP_H
#define GANTRY_COREDUMP_H

struct gantry_device;
struct gantry_ring;

void gantry_coredump(struct gantry_device *gdev, struct gantry_ring *stuck);

#endif
