/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a structure lies when the kernel is given its address: in good memory,
 * across pages, in memory that can only be read, or half of it in none.
 */
#ifndef GANTRY_FUZZ_PLACE_H
#define GANTRY_FUZZ_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Structures up to this size can lie in memory of the card. */
#define DEVICE_BYTES	(64 * 1024)

enum place {
	PLACE_GOOD,
	PLACE_UNALIGNED,
	PLACE_STRADDLE,		/* crosses into another page */
	PLACE_EDGE,		/* ends with the last byte before a hole */
	PLACE_DEVICE,		/* in a buffer of the card, not faulted in */
	PLACE_READ_ONLY,
	PLACE_HALF,		/* its end lies in a hole */
	PLACE_HOLE,
	PLACE_NULL,
	PLACE_KERNEL,
	PLACE_WRAP,		/* the address wraps round */
	PLACE_COUNT
};

/* Of a thread: room for one structure, then a hole. Twice the same pages. */
struct arena {
	uint8_t *rw, *ro;
	size_t size;
	size_t device_at;	/* its share of the buffer for PLACE_DEVICE */
};

#define ARENAS		4

/** Room for structures of up to @size bytes; @index tells a thread's arenas apart. */
void arena_make(struct arena *arena, size_t size, unsigned int index);

/** Write @size bytes at @data to @place; what follows up to @room is @tail. */
uint64_t place_put(const struct arena *arena, enum place place, const void *data, size_t size,
		   size_t room, uint8_t tail);

/** Read back what the kernel left at @address; false where nothing can be. */
bool place_get(enum place place, uint64_t address, void *data, size_t size);

/** Unmap what place_put() mapped. */
void place_end(const struct arena *arena, enum place place, uint64_t address);

bool place_readable(enum place place, size_t size);
bool place_writable(enum place place, size_t size);

const char *place_name(enum place place);

/** A buffer of the card for PLACE_DEVICE, of ARENAS times DEVICE_BYTES. */
void place_set_device(int fd, uint64_t offset);

#endif
