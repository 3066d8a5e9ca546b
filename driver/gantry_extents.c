// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bug.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "gantry_extents.h"

/**
 * gantry_extents_init - make room for runs
 * @ext: what to initialise
 * @room: most runs that will be appended
 *
 * Return: 0 or -ENOMEM. May sleep.
 */
int gantry_extents_init(struct gantry_extents *ext, u64 room)
{
	memset(ext, 0, sizeof(*ext));
	if (room > U32_MAX)
		return -ENOMEM;
	ext->table = kvmalloc_array(room, sizeof(*ext->table), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!ext->table)
		return -ENOMEM;
	ext->room = room;
	return 0;
}

void gantry_extents_fini(struct gantry_extents *ext)
{
	kvfree(ext->table);
	memset(ext, 0, sizeof(*ext));
}

/**
 * gantry_extents_append - add bytes at the end, to the last run if they follow it
 * @ext: made with enough room
 * @addr: on the card's bus
 * @length: in bytes
 */
void gantry_extents_append(struct gantry_extents *ext, u64 addr, u64 length)
{
	struct gantry_extent *last = NULL;

	if (ext->count)
		last = &ext->table[ext->count - 1];
	if (!last || last->addr + (ext->size - last->start) != addr) {
		if (WARN_ON_ONCE(ext->count == ext->room))
			return;
		last = &ext->table[ext->count++];
		*last = (struct gantry_extent){ .start = ext->size, .addr = addr };
	}
	ext->size += length;
}

static u64 gantry_extent_end(const struct gantry_extents *ext, u32 index)
{
	return index + 1 < ext->count ? ext->table[index + 1].start : ext->size;
}

static bool gantry_extent_has(const struct gantry_extents *ext, u32 index, u64 offset)
{
	return index < ext->count && ext->table[index].start <= offset &&
	       offset < gantry_extent_end(ext, index);
}

static u32 gantry_extents_search(const struct gantry_extents *ext, u64 offset)
{
	u32 low = 0, high = ext->count;

	while (high - low > 1) {
		u32 middle = low + (high - low) / 2;

		if (ext->table[middle].start <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/**
 * gantry_extents_find - where a byte is
 * @ext: runs
 * @offset: below @ext->size
 * @hint: any number at first; which run it was. Who walks on finds the next at once.
 * @length: out: bytes from there that are contiguous
 *
 * Return: the byte's address on the card's bus.
 */
u64 gantry_extents_find(const struct gantry_extents *ext, u64 offset, u32 *hint, u64 *length)
{
	u32 index = *hint;

	if (!gantry_extent_has(ext, index, offset) && !gantry_extent_has(ext, ++index, offset))
		index = gantry_extents_search(ext, offset);
	*hint = index;
	*length = gantry_extent_end(ext, index) - offset;
	return ext->table[index].addr + (offset - ext->table[index].start);
}
