// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define PAGE	4096

/* Of the card, for all threads: mapped once for us, and once more for each use. */
static struct {
	int fd;
	uint64_t offset;
	uint8_t *map;
} device;

#define DEVICE_ALL	(ARENAS * DEVICE_BYTES)

static uint8_t *map_before_hole(int fd, size_t size, int protection)
{
	uint8_t *area = mmap(NULL, size + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED ||
	    mmap(area, size, protection, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
		die("mmap of %zu bytes", size);
	return area;
}

void arena_make(struct arena *arena, size_t size, unsigned int index)
{
	int fd = memfd_create("arena", MFD_CLOEXEC);

	arena->device_at = index * DEVICE_BYTES;
	/* Room to lie unaligned, and to straddle. */
	arena->size = (size + 3 * PAGE - 1) / PAGE * PAGE;
	if (fd < 0 || ftruncate(fd, arena->size))
		die("memfd of %zu bytes", arena->size);
	arena->rw = map_before_hole(fd, arena->size, PROT_READ | PROT_WRITE);
	arena->ro = map_before_hole(fd, arena->size, PROT_READ);
	close(fd);
}

void place_set_device(int fd, uint64_t offset)
{
	if (device.map)
		munmap(device.map, DEVICE_ALL);
	device.map = mmap(NULL, DEVICE_ALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	if (device.map == MAP_FAILED)
		die("mmap of a buffer of the card");
	device.fd = fd;
	device.offset = offset;
}

/* A fresh mapping, so that the kernel's own access faults. */
static uint64_t put_in_device(size_t at, const void *data, size_t size)
{
	uint8_t *fresh;

	memcpy(device.map + at, data, size);
	fresh = mmap(NULL, DEVICE_ALL, PROT_READ | PROT_WRITE, MAP_SHARED, device.fd,
		     device.offset);
	if (fresh == MAP_FAILED)
		die("mmap of a buffer of the card");
	return (uintptr_t)fresh + at;
}

static uint64_t put_in_memory(uint8_t *from, const void *data, size_t size, size_t room,
			      uint8_t tail)
{
	memcpy(from, data, size);
	if (room > size)
		memset(from + size, tail, room - size);
	return (uintptr_t)from;
}

uint64_t place_put(const struct arena *arena, enum place place, const void *data, size_t size,
		   size_t room, uint8_t tail)
{
	size_t whole = room > size ? room : size;
	uint64_t at;

	switch (place) {
	case PLACE_UNALIGNED:
		return put_in_memory(arena->rw + 1, data, size, room, tail);
	case PLACE_STRADDLE:
		at = PAGE - (whole < PAGE ? whole / 2 : 4);
		return put_in_memory(arena->rw + at, data, size, room, tail);
	case PLACE_EDGE:
		return put_in_memory(arena->rw + arena->size - whole, data, size, room, tail);
	case PLACE_DEVICE:
		return put_in_device(arena->device_at, data, size);
	case PLACE_READ_ONLY:
		put_in_memory(arena->rw, data, size, room, tail);
		return (uintptr_t)arena->ro;
	case PLACE_HALF:
		return (uintptr_t)arena->rw + arena->size - whole / 2;
	case PLACE_HOLE:
		return (uintptr_t)arena->rw + arena->size;
	case PLACE_NULL:
		return 0;
	case PLACE_KERNEL:
		return 0xffff888000001000ull;
	case PLACE_WRAP:
		return UINT64_MAX - 7;
	default:
		return put_in_memory(arena->rw, data, size, room, tail);
	}
}

bool place_get(enum place place, uint64_t address, void *data, size_t size)
{
	if (!place_readable(place, size))
		return false;
	memcpy(data, (void *)(uintptr_t)address, size);
	return true;
}

void place_end(const struct arena *arena, enum place place, uint64_t address)
{
	if (place == PLACE_DEVICE)
		munmap((void *)(uintptr_t)(address - arena->device_at), DEVICE_ALL);
}

/* No bytes can be had from anywhere. */
bool place_readable(enum place place, size_t size)
{
	return place < PLACE_HALF || !size;
}

bool place_writable(enum place place, size_t size)
{
	return place_readable(place, size) && (place != PLACE_READ_ONLY || !size);
}

const char *place_name(enum place place)
{
	static const char * const names[] = {
		"good memory", "unaligned", "across pages", "before a hole", "memory of the card",
		"read-only", "half in a hole", "a hole", "NULL", "a kernel address",
		"wrapping round",
	};

	return names[place];
}
