// SPDX-License-Identifier: GPL-2.0-only
/* mmap() and what can be done to a mapping; the bytes seen through it. */
#include "world.h"

#include <sys/mman.h>

#include "touch.h"

static struct mapping *mapping_any(struct call *c)
{
	return &world.mappings[rng_below(&c->rng, MAPPINGS)];
}

static void mapping_drop(struct mapping *map)
{
	mem_put(map->mem);
	map->mem = NULL;
}

/* What a call without an ioctl's structure came to. */
static void expect(struct call *c, long ret)
{
	c->ret = ret;
	c->skip = false;
	if (ret < 0)
		fail_if(c, ret < -(ERRNOS - 1) || !c->allowed[-ret],
			"an errno that is not right here");
	else
		fail_if(c, c->refused, "it was done and had to be refused");
}

static void begin(struct call *c)
{
	memset(c->allowed, 0, sizeof(c->allowed));
	c->refused = false;
}

/* ---- mmap --------------------------------------------------------------------------- */

struct map_args {
	uint64_t length;
	uint64_t offset;	/* of the file */
	uint64_t within;	/* of the memory */
	int protection;
	int flags;
	int fd;
	struct mem *mem;
};

static void map_now(struct call *c, const struct map_args *args)
{
	struct mapping *map = mapping_any(c);
	uint8_t *address;

	if (map->mem) {
		munmap(map->address, map->length);
		mapping_drop(map);
	}
	note(c, "length=%llu offset=0x%llx protection=%llu flags=%llu fd=%llu", args->length,
	     args->offset, args->protection, args->flags, args->fd);
	address = mmap(NULL, args->length, args->protection, args->flags, args->fd, args->offset);
	expect(c, address == MAP_FAILED ? -errno : 0);
	if (address == MAP_FAILED)
		return;
	map->address = address;
	map->length = (args->length + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	map->offset = args->within;
	map->protection = args->protection;
	map->mem = mem_get(args->mem);
}

static void break_map(struct call *c, struct map_args *args)
{
	switch (rng_below(&c->rng, 5)) {
	case 0:
		args->length = random_number(&c->rng);
		break;
	case 1:
		args->length = args->mem->size + PAGE_BYTES * (1 + rng_below(&c->rng, 8));
		break;
	case 2:
		args->offset += PAGE_BYTES * (1 + rng_below(&c->rng, 32));
		break;
	case 3:
		args->flags = MAP_PRIVATE;
		break;
	default:
		/* What mmap() gives is a page: this is no page's offset. */
		args->offset = random_number(&c->rng) & ~(PAGE_BYTES - 1) & INT64_MAX;
	}
}

/* Whose buffer begins there, in this context? */
static struct mem *mem_at(struct call *c, uint64_t offset)
{
	uint32_t i;

	for (i = 0; i < HANDLES; i++) {
		struct mem *mem = c->file->handles[i];

		if (mem && !is_foreign(c->file, mem) && mem->offset == offset)
			return mem;
	}
	return NULL;
}

static void predict_map(struct call *c, struct map_args *args)
{
	args->mem = mem_at(c, args->offset);
	if (!args->mem) {
		/* Somebody else's, or nobody's. */
		refuse(c, EINVAL);
		may(c, EACCES);
		may(c, EOVERFLOW);
		may(c, ENOMEM);
		return;
	}
	refuse_if(c, args->flags != MAP_SHARED, EINVAL);
	refuse_if(c, args->mem->read_only && args->protection & PROT_WRITE, EACCES);
	if (!args->length || args->length > args->mem->size) {
		refuse(c, EINVAL);
		may(c, ENOMEM);
		may(c, EOVERFLOW);
	}
}

static int pick_protection(struct call *c)
{
	static const int protections[] = {
		PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_WRITE, PROT_NONE,
	};

	return protections[rng_below(&c->rng, ARRAY_LENGTH(protections))];
}

static void run_mmap(struct call *c)
{
	struct map_args args = { .flags = MAP_SHARED };
	struct mem *mem;

	begin(c);
	pick_file(c);
	mem = handle_find(c->file, pick_handle(c));
	if (!mem)
		return;
	args.mem = mem;
	args.fd = c->fd;
	args.length = rng_one_in(&c->rng, 4) ? 1 + rng_below(&c->rng, mem->size) : mem->size;
	args.offset = is_foreign(c->file, mem) ? 0 : mem->offset;
	args.protection = mem->read_only ? PROT_READ : pick_protection(c);
	if (rng_one_in(&c->rng, 16))
		args.protection = PROT_READ | PROT_WRITE;
	if (rng_one_in(&c->rng, 5))
		break_map(c, &args);
	predict_map(c, &args);
	map_now(c, &args);
}

/* Through the dma-buf; there, a mapping may begin anywhere. */
static void run_mmap_dmabuf(struct call *c)
{
	struct fd *fd = pick_fd(c, FD_DMABUF);
	struct map_args args = { .flags = MAP_SHARED };
	uint64_t pages;

	begin(c);
	if (!fd)
		return;
	args.mem = fd->mem;
	args.fd = fd->fd;
	pages = fd->mem->size / PAGE_BYTES;
	args.within = args.offset = PAGE_BYTES * rng_below(&c->rng, pages);
	args.length = fd->mem->size - args.offset;
	args.protection = pick_protection(c);
	if (rng_one_in(&c->rng, 8))
		args.length += PAGE_BYTES * (1 + rng_below(&c->rng, 8));
	refuse_if(c, args.offset + args.length > fd->mem->size, EINVAL);
	/* An exporter of another kind may want it otherwise. */
	if (fd->mem->foreign)
		may(c, EINVAL);
	/* Whether it may be written depends on how it was exported. */
	if (args.protection & PROT_WRITE)
		may(c, EACCES);
	map_now(c, &args);
}

/* ---- a mapping's life -------------------------------------------------------------------- */

static void run_munmap(struct call *c)
{
	struct mapping *map = mapping_any(c);
	uint64_t pages, first, count;

	begin(c);
	if (!map->mem)
		return;
	pages = map->length / PAGE_BYTES;
	/* All, its front or its end. */
	count = rng_one_in(&c->rng, 2) ? pages : 1 + rng_below(&c->rng, pages);
	first = rng_one_in(&c->rng, 2) ? 0 : pages - count;
	note(c, "%llu pages of %llu from %llu", count, pages, first);
	expect(c, munmap(map->address + first * PAGE_BYTES, count * PAGE_BYTES) ? -errno : 0);
	if (count == pages) {
		mapping_drop(map);
		return;
	}
	if (!first) {
		map->address += count * PAGE_BYTES;
		map->offset += count * PAGE_BYTES;
	}
	map->length -= count * PAGE_BYTES;
}

static void run_mprotect(struct call *c)
{
	struct mapping *map = mapping_any(c);
	int protection = pick_protection(c);

	begin(c);
	if (!map->mem)
		return;
	if (protection & PROT_WRITE) {
		refuse_if(c, map->mem->read_only, EACCES);
		/* A dma-buf that was exported for reading. */
		may(c, EACCES);
	}
	note(c, "protection=%llu", protection);
	expect(c, mprotect(map->address, map->length, protection) ? -errno : 0);
	if (!c->ret)
		map->protection = protection;
}

static void run_mremap(struct call *c)
{
	struct mapping *map = mapping_any(c);
	uint64_t pages, count;
	void *address;

	begin(c);
	if (!map->mem)
		return;
	pages = map->length / PAGE_BYTES;
	count = 1 + rng_below(&c->rng, pages + 1);
	refuse_if(c, count > pages, EFAULT);
	note(c, "%llu pages instead of %llu", count, pages);
	address = mremap(map->address, map->length, count * PAGE_BYTES, MREMAP_MAYMOVE);
	expect(c, address == MAP_FAILED ? -errno : 0);
	if (c->ret)
		return;
	map->address = address;
	map->length = count * PAGE_BYTES;
}

static void run_madvise(struct call *c)
{
	static const int advices[] = {
		MADV_DONTNEED, MADV_WILLNEED, MADV_RANDOM, MADV_FREE, MADV_REMOVE, MADV_COLD,
		MADV_PAGEOUT, MADV_HUGEPAGE, MADV_POPULATE_READ, MADV_POPULATE_WRITE,
	};
	struct mapping *map = mapping_any(c);
	int advice = advices[rng_below(&c->rng, ARRAY_LENGTH(advices))];

	begin(c);
	if (!map->mem)
		return;
	/* Which of them suit which mapping is the kernel's own business. */
	may(c, EINVAL);
	may(c, ENODEV);
	may(c, EBADF);
	may(c, EACCES);
	may(c, EFAULT);
	may(c, EOPNOTSUPP);
	may(c, ENOMEM);
	note(c, "advice=%llu", advice);
	expect(c, madvise(map->address, map->length, advice) ? -errno : 0);
}

/* ---- the bytes -------------------------------------------------------------------------------- */

static void run_read(struct call *c)
{
	uint8_t bytes[256];
	struct mapping *map = mapping_any(c);
	uint64_t length, at;
	bool good;

	if (!map->mem)
		return;
	c->skip = false;
	length = 1 + rng_below(&c->rng, sizeof(bytes));
	at = rng_below(&c->rng, map->length - length + 1);
	note(c, "%llu bytes at %llu of a mapping of %llu, protection=%llu", length, at,
	     map->length, map->protection);
	if (map->mem->value && !map->mem->lost)
		mem_settle(c, map->mem);
	good = touch_copy(bytes, map->address + at, length);
	/* What can be written can be read, here. */
	fail_if(c, good != (map->protection != PROT_NONE), good ? "no signal" : "a signal");
	if (good)
		shadow_compare(c, map->mem, bytes, map->offset + at, length);
}

static void run_write(struct call *c)
{
	uint64_t bytes[32];
	struct mapping *map = mapping_any(c);
	struct mem *mem = map->mem;
	uint64_t length, at;
	unsigned int i;
	bool good;

	if (!mem)
		return;
	c->skip = false;
	for (i = 0; i < ARRAY_LENGTH(bytes); i++)
		bytes[i] = rng_next(&c->rng);
	length = 1 + rng_below(&c->rng, sizeof(bytes));
	at = rng_below(&c->rng, map->length - length + 1);
	note(c, "%llu bytes at %llu of a mapping of %llu, protection=%llu", length, at,
	     map->length, map->protection);
	if (mem->value && !mem->lost)
		mem_settle(c, mem);
	good = touch_copy(map->address + at, bytes, length);
	fail_if(c, good != !!(map->protection & PROT_WRITE), good ? "no signal" : "a signal");
	if (!good || !mem->value)
		return;
	memcpy(mem->value + map->offset + at, bytes, length);
	memset(mem->known + map->offset + at, 1, length);
}

const struct call_type map_calls[] = {
	{ "mmap", 8, .run = run_mmap },
	{ "mmap of a dma-buf", 3, .run = run_mmap_dmabuf },
	{ "munmap", 4, .run = run_munmap },
	{ "mprotect", 40, .run = run_mprotect },
	{ "mremap", 4, .run = run_mremap },
	{ "madvise", 3, .run = run_madvise },
	{ "read of a mapping", 200, .run = run_read },
	{ "write to a mapping", 100, .run = run_write },
};

const unsigned int map_call_count = ARRAY_LENGTH(map_calls);
