// SPDX-License-Identifier: GPL-2.0-only
/* One ioctl, from made up to checked; and how it is broken. */
#include "fuzz.h"

#include <stdio.h>
#include <sys/ioctl.h>

/* One call in so many is broken somewhere. */
#define WILD_ONE_IN	5
/* Larger than any structure; _IOC_SIZE() has 14 bits. */
#define LONG_MAX_SIZE	16383u
#define ARRAY_BYTES	(MAX_OPS * sizeof(struct drm_gantry_op))

long raw_ioctl(int fd, unsigned long cmd, void *args)
{
	int ret = ioctl(fd, cmd, args);

	return ret < 0 ? -errno : ret;
}

void call_init(struct call *c)
{
	unsigned int i;

	memset(c, 0, sizeof(*c));
	arena_make(&c->arena, LONG_MAX_SIZE, ARRAY_COUNT);
	for (i = 0; i < ARRAY_COUNT; i++)
		arena_make(&c->arrays[i].arena, ARRAY_BYTES, i);
}

void call_forget(struct call *c)
{
	unsigned int i;

	memset(c->arena.rw, 0, c->arena.size);
	for (i = 0; i < ARRAY_COUNT; i++)
		memset(c->arrays[i].arena.rw, 0, c->arrays[i].arena.size);
}

static enum place place_good(struct rng *rng)
{
	if (!rng_one_in(rng, 8))
		return PLACE_GOOD;
	/* A mapping is made for it, and a page fault taken. */
	return rng_one_in(rng, 64) ? PLACE_DEVICE : rng_below(rng, PLACE_DEVICE);
}

static enum place place_any(struct rng *rng)
{
	return rng_below(rng, PLACE_COUNT);
}

/* ---- memory that a call points to ------------------------------------------------ */

uint64_t array_put(struct call *c, unsigned int slot, const void *items, uint32_t count,
		   size_t size)
{
	struct array *array = &c->arrays[slot];
	size_t bytes = count * size;

	array->place = rng_one_in(&c->rng, 40) ? place_any(&c->rng) : place_good(&c->rng);
	if (array->place == PLACE_DEVICE && bytes > DEVICE_BYTES)
		array->place = PLACE_GOOD;
	array->size = bytes;
	array->address = place_put(&array->arena, array->place, items, bytes, bytes, 0);
	return array->address;
}

static bool inside(uint64_t address, uint64_t length, uint64_t begin, uint64_t size)
{
	return address >= begin && length <= size && address - begin <= size - length;
}

static bool in_arena(const struct arena *arena, uint64_t address, uint64_t length, bool write)
{
	return inside(address, length, (uintptr_t)arena->rw, arena->size) ||
	       (!write && inside(address, length, (uintptr_t)arena->ro, arena->size));
}

/* Whatever address the call has in it by now: can the kernel reach what is there? */
static bool reachable(const struct call *c, uint64_t address, uint64_t length, bool write)
{
	unsigned int i;

	if (in_arena(&c->arena, address, length, write))
		return true;
	for (i = 0; i < ARRAY_COUNT; i++) {
		const struct array *array = &c->arrays[i];

		if (in_arena(&array->arena, address, length, write))
			return true;
		if (array->place == PLACE_DEVICE && array->address &&
		    inside(address, length, array->address, DEVICE_BYTES))
			return true;
	}
	return false;
}

const void *array_read(struct call *c, uint64_t address, uint64_t count, size_t size)
{
	return reachable(c, address, count * size, false) ? (void *)(uintptr_t)address : NULL;
}

bool array_writable(struct call *c, uint64_t address, uint64_t length)
{
	return !length || reachable(c, address, length, true);
}

/*
 * A pointer that was broken may by chance lead to memory of ours that the kernel
 * must not write, and where it leads differs from run to run.
 */
static bool is_astray(const struct call *c, uint64_t address)
{
	unsigned int i;

	/* Nothing is mapped below, and nothing of a user's above. */
	if (address < 65536 || address >= 1ull << 47)
		return false;
	for (i = 0; i < ARRAY_COUNT; i++) {
		const struct array *array = &c->arrays[i];

		if (inside(address, 0, (uintptr_t)array->arena.rw, array->arena.size) ||
		    inside(address, 0, (uintptr_t)array->arena.ro, array->arena.size) ||
		    (array->place == PLACE_DEVICE && array->address == address))
			return false;
	}
	return true;
}

#define POINTERS	3

/* Where each ioctl's structure has pointers, by its number; ends with 0xff. */
static uint8_t pointers[256][POINTERS + 1];

void call_learn(const struct call_type *type)
{
	static const char * const names[] = {
		"pointer", "ops", "waits", "signals", "handles", "points",
	};
	uint8_t *found = pointers[_IOC_NR(type->cmd)];
	const char *fields = type->fields;
	unsigned int at = 0, i;
	char name[32];
	int size, length;

	memset(found, 0xff, POINTERS + 1);
	while (fields && sscanf(fields, " %31[^:]:%d%n", name, &size, &length) == 2) {
		for (i = 0; i < ARRAY_LENGTH(names); i++)
			if (!strcmp(name, names[i]))
				*found++ = at;
		at += size;
		fields += length;
	}
}

static bool pointers_astray(const struct call *c)
{
	const uint8_t *at = pointers[_IOC_NR(c->type->cmd)];
	uint64_t address;

	for (; *at != 0xff; at++) {
		memcpy(&address, c->seen.bytes + *at, sizeof(address));
		if (is_astray(c, address))
			return true;
	}
	return false;
}

static void arrays_end(struct call *c)
{
	unsigned int i;

	for (i = 0; i < ARRAY_COUNT; i++) {
		struct array *array = &c->arrays[i];

		if (array->address)
			place_end(&array->arena, array->place, array->address);
		array->address = 0;
	}
}

/* ---- breaking it ------------------------------------------------------------------------ */

uint64_t random_number(struct rng *rng)
{
	static const uint64_t special[] = {
		0, 1, 2, 3, 4, 7, 8, 255, 256, 4095, 4096, 4097, 65535, 65536, 0x7fffffff,
		0x80000000, 0xfffffffd, 0xfffffffe, 0xffffffff, 0x100000000, 0x7ffffffffffff000,
		0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffff000, 0xfffffffffffff001,
		0xffffffffffffffff,
	};

	switch (rng_below(rng, 4)) {
	case 0:
		return rng_next(rng);
	case 1:
		return 1ull << rng_below(rng, 64);
	default:
		return special[rng_below(rng, ARRAY_LENGTH(special))];
	}
}

static void break_word(struct call *c, void *bytes, size_t size)
{
	bool wide = rng_one_in(&c->rng, 2) && size >= 8;
	size_t width = wide ? 8 : 4;
	size_t at = rng_below(&c->rng, size / width) * width;
	uint64_t value;

	memcpy(&value, (uint8_t *)bytes + at, width);
	switch (rng_below(&c->rng, 4)) {
	case 0:
		value += rng_one_in(&c->rng, 2) ? 1 : -1;
		break;
	case 1:
		value ^= 1ull << rng_below(&c->rng, width * 8);
		break;
	default:
		value = random_number(&c->rng);
	}
	memcpy((uint8_t *)bytes + at, &value, width);
}

static void break_size(struct call *c)
{
	unsigned int size = _IOC_SIZE(c->type->cmd);

	switch (rng_below(&c->rng, 5)) {
	case 0:
		size = rng_below(&c->rng, LONG_MAX_SIZE + 1);
		break;
	case 1:
		size += 1 + rng_below(&c->rng, 64);
		break;
	case 2:
		size = 0;
		break;
	default:
		size = rng_below(&c->rng, size);
	}
	c->cmd = (c->cmd & ~((unsigned long)_IOC_SIZEMASK << _IOC_SIZESHIFT)) |
		 (unsigned long)size << _IOC_SIZESHIFT;
}

static void break_call(struct call *c)
{
	c->wild = true;
	switch (rng_below(&c->rng, 10)) {
	case 0:
		c->place = place_any(&c->rng);
		break;
	case 1:
		break_size(c);
		break;
	case 2:
		c->cmd &= ~((unsigned long)_IOC_DIRMASK << _IOC_DIRSHIFT);
		c->cmd |= (unsigned long)rng_below(&c->rng, 4) << _IOC_DIRSHIFT;
		break;
	case 3:
		c->cmd ^= 1ul << _IOC_TYPESHIFT;
		break;
	default:
		break_word(c, &c->args, _IOC_SIZE(c->type->cmd));
	}
}

/* ---- what the kernel sees -------------------------------------------------------------- */

/* A driver's call of ours, as opposed to one of DRM's. */
static bool is_own(const struct call *c)
{
	return _IOC_NR(c->cmd) >= DRM_COMMAND_BASE && _IOC_NR(c->cmd) < DRM_COMMAND_END;
}

size_t bytes_in(const struct call *c)
{
	return c->cmd & c->type->cmd & IOC_IN ? _IOC_SIZE(c->cmd) : 0;
}

size_t bytes_out(const struct call *c)
{
	return c->cmd & c->type->cmd & IOC_OUT ? _IOC_SIZE(c->cmd) : 0;
}

static void see(struct call *c)
{
	size_t known = _IOC_SIZE(c->type->cmd), in = bytes_in(c);

	memset(&c->seen, 0, sizeof(c->seen));
	memcpy(&c->seen, &c->args, in < known ? in : known);
}

static void predict_memory(struct call *c)
{
	size_t size = _IOC_SIZE(c->cmd);

	refuse_if(c, _IOC_TYPE(c->cmd) != DRM_IOCTL_BASE, ENOTTY);
	refuse_if(c, bytes_in(c) && !place_readable(c->place, size), EFAULT);
	/* Ours looks whether the answer can be written before it does anything. */
	if (is_own(c) && _IOC_DIR(c->cmd) & _IOC_READ)
		refuse_if(c, !place_writable(c->place, size), EFAULT);
}

/* DRM's own calls do their work first: then nobody knows what they made. */
static void spare_core(struct call *c)
{
	if (is_own(c))
		return;
	if (c->place == PLACE_READ_ONLY)
		c->place = PLACE_HOLE;
	if (bytes_out(c) && !bytes_in(c) && c->place >= PLACE_READ_ONLY)
		c->place = PLACE_GOOD;
}

static void predict(struct call *c)
{
	const int *error;

	memset(c->allowed, 0, sizeof(c->allowed));
	c->refused = false;
	c->skip = false;
	if (c->blind) {
		c->skip = (c->type->sleeps && c->type->sleeps(c)) ||
			  /* What it makes would be lost. */
			  (c->type->forget && bytes_out(c) < _IOC_SIZE(c->type->cmd));
		for (error = c->type->errors; *error; error++)
			c->allowed[*error] = true;
		c->allowed[EFAULT] = c->allowed[ENOTTY] = true;
		/* Somebody closed it, and perhaps opened something else. */
		c->allowed[EBADF] = true;
		return;
	}
	predict_memory(c);
	c->type->predict(c);
}

/* ---- and what came of it ---------------------------------------------------------------- */

/* A refused call changes nothing: not its own structure either. */
static void check_untouched(struct call *c, size_t size)
{
	/* DRM gives back what it took: nothing, of a structure that is for answers only. */
	const union args *before = bytes_out(c) && !bytes_in(c) ? &c->seen : &c->args;

	/* Memory of the card is shared by all threads. */
	if (c->blind && c->place == PLACE_DEVICE)
		return;
	if (c->ret < 0 && is_own(c) && place_readable(c->place, size))
		fail_if(c, memcmp(&c->back, &c->args, size) && memcmp(&c->back, before, size),
			"it was refused, and wrote into its structure");
}

static void check(struct call *c)
{
	if (c->ret < 0)
		fail_if(c, c->ret < -(ERRNOS - 1) || !c->allowed[-c->ret],
			"an errno that is not right here");
	else
		fail_if(c, c->refused, "it was done and had to be refused");
}

void call_ioctl(struct call *c)
{
	size_t known = _IOC_SIZE(c->type->cmd), size;

	memset(&c->args, 0, sizeof(c->args));
	c->cmd = c->type->cmd;
	c->place = place_good(&c->rng);
	c->wild = false;
	c->type->make(c);
	if (rng_one_in(&c->rng, WILD_ONE_IN))
		break_call(c);
	spare_core(c);
	see(c);
	predict(c);
	if (c->skip || pointers_astray(c)) {
		c->skip = true;
		arrays_end(c);
		return;
	}

	size = _IOC_SIZE(c->cmd);
	/* What is too long is nobody's business in calls of ours. */
	c->address = place_put(&c->arena, c->place, &c->args, known < size ? known : size, size,
			       is_own(c) ? 0xee : 0);
	c->ret = raw_ioctl(c->fd, c->cmd, (void *)(uintptr_t)c->address);
	check(c);

	c->back = c->args;
	if (known < size)
		size = known;
	place_get(c->place, c->address, &c->back, size);
	check_untouched(c, size);
	if (c->ret >= 0 && c->type->done && !c->blind)
		c->type->done(c);
	else if (c->ret >= 0 && c->type->forget)
		c->type->forget(c);
	place_end(&c->arena, c->place, c->address);
	arrays_end(c);
}

/* Did this part of the answer come back? */
bool came_back(const struct call *c, size_t end)
{
	return end <= bytes_out(c) && place_readable(c->place, end);
}
