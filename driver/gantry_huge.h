/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host buffers in large pages where the kernel has some: a buffer of few runs takes
 * few descriptors and few translations.
 */
#ifndef GANTRY_HUGE_H
#define GANTRY_HUGE_H

#include <linux/types.h>

struct drm_gem_object;
struct gantry_device;

void gantry_huge_init(struct gantry_device *gdev);
int gantry_huge_object_init(struct gantry_device *gdev, struct drm_gem_object *obj, u64 size);

#endif
