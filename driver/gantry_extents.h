/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the bytes of a buffer are, as the card addresses them: runs of
 * addresses that are contiguous to the card, in the order of the buffer.
 */
#ifndef GANTRY_EXTENTS_H
#define GANTRY_EXTENTS_H

#include <linux/types.h>

/**
 * struct gantry_extent - one contiguous run
 * @start: offset of its first byte in the buffer
 * @addr: address of that byte on the card's bus
 */
struct gantry_extent {
	u64 start;
	u64 addr;
};

/**
 * struct gantry_extents - all runs of a buffer; a run ends where the next starts
 * @table: runs by rising @start, the first at 0
 * @count: runs in @table
 * @room: runs @table has room for
 * @size: bytes in all
 */
struct gantry_extents {
	struct gantry_extent *table;
	u32 count;
	u32 room;
	u64 size;
};

int gantry_extents_init(struct gantry_extents *ext, u64 room);
void gantry_extents_fini(struct gantry_extents *ext);
void gantry_extents_append(struct gantry_extents *ext, u64 addr, u64 length);
u64 gantry_extents_find(const struct gantry_extents *ext, u64 offset, u32 *hint, u64 *length);

#endif
