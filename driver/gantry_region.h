/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device memory. Memory is zeroed by the card itself: at once when it is freed,
 * and when it is handed out if it is not known to be zero.
 */
#ifndef GANTRY_REGION_H
#define GANTRY_REGION_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/workqueue.h>

#include "gantry_extents.h"
#include "gantry_transfer.h"

struct drm_gantry_region_info;
struct gantry_device;
struct gantry_region;

/**
 * struct gantry_memory - a piece of device memory
 * @region: where it is
 * @blocks: of the region's allocator
 * @extents: the same as addresses on the card's bus
 * @size: in bytes
 * @scrub: zeroes it
 * @scrub_op: what @scrub does
 * @scrub_done: @scrub finished
 * @resets: of the region when its blocks were taken or @scrub began
 * @free_work: gives it back once it is zero
 */
struct gantry_memory {
	struct gantry_region *region;
	struct list_head blocks;
	struct gantry_extents extents;
	u64 size;
	struct gantry_transfer scrub;
	struct gantry_op scrub_op;
	struct completion scrub_done;
	u32 resets;
	struct work_struct free_work;
};

int gantry_regions_init(struct gantry_device *gdev);
void gantry_regions_forget(struct gantry_device *gdev);
u64 gantry_regions_used(struct gantry_device *gdev);
struct gantry_region *gantry_region_find(struct gantry_device *gdev, u32 index);
void gantry_region_info(struct gantry_region *region, struct drm_gantry_region_info *info);

struct gantry_memory *gantry_memory_alloc(struct gantry_region *region, u64 size);
void gantry_memory_free(struct gantry_memory *memory);

#endif
