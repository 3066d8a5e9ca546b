// SPDX-License-Identifier: GPL-2.0-only
#include "world.h"

#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "gate.h"
#include "kmsg.h"
#include "race.h"

/* Far longer than any job or scrub here takes on the slowest machine. */
#define PATIENCE	(120 * SECOND)

struct world world;

/* ---- queues ---------------------------------------------------------------------------- */

struct queue *queue_find(const struct file *file, uint32_t number)
{
	return number < QUEUES ? file->queues[number] : NULL;
}

uint32_t queue_next(const struct file *file)
{
	uint32_t i;

	for (i = 1; i < QUEUES; i++)
		if (!file->queues[i])
			return i;
	return 0;
}

void queue_add(struct file *file, uint32_t number, struct mem *status)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	queue->file = file;
	queue->number = number;
	queue->status = mem_get(status);
	file->queues[number] = queue;
	file->queue_count++;
}

/* What was in flight is cut off: what it wrote by now, or will, nobody knows. */
static void mems_lose(struct queue *queue)
{
	struct mem *mem;
	unsigned int i;

	for (mem = world.mems; mem; mem = mem->next) {
		for (i = 0; i < USES; i++) {
			struct use *use = &mem->uses[i];

			if (use->queue != queue)
				continue;
			if (use->writes && use->seqno > queue->settled)
				mem->lost = true;
			use->queue = NULL;
		}
	}
}

void queue_drop(struct file *file, uint32_t number)
{
	struct queue *queue = file->queues[number];

	mems_lose(queue);
	file->queues[number] = NULL;
	file->queue_count--;
	mem_put(queue->status);
	free(queue);
}

void queue_settle(struct call *c, struct queue *queue, uint64_t seqno)
{
	struct drm_gantry_queue_wait wait = {
		.queue = queue->number,
		.seqno = seqno,
		.timeout_ns = time_now() + PATIENCE,
	};
	long ret;

	if (seqno <= queue->settled)
		return;
	gates_open();
	ret = raw_ioctl(file_fd(queue->file, NULL), DRM_IOCTL_GANTRY_QUEUE_WAIT, &wait);
	fail_if(c, ret, "job %llu of queue %u does not end: %s", (unsigned long long)seqno,
		queue->number, strerror(-ret));
	fail_if(c, wait.status, "job %llu of queue %u failed: %s", (unsigned long long)seqno,
		queue->number, strerror(-wait.status));
	fail_if(c, wait.completed < seqno || wait.completed > queue->seqno,
		"queue %u completed %llu: %llu was waited for, %llu submitted", queue->number,
		(unsigned long long)wait.completed, (unsigned long long)seqno,
		(unsigned long long)queue->seqno);
	queue->settled = seqno;
}

/* ---- memory -------------------------------------------------------------------------------- */

struct mem *mem_new(uint64_t size, uint32_t region, unsigned int card)
{
	struct mem *mem = calloc(1, sizeof(*mem));

	mem->refs = 1;
	mem->size = size;
	mem->region = region;
	mem->card = card;
	if (size <= SHADOW_MAX) {
		mem->value = calloc(2, size);
		mem->known = memset(mem->value + size, 1, size);
	}
	mem->next = world.mems;
	mem->link = &world.mems;
	if (mem->next)
		mem->next->link = &mem->next;
	world.mems = mem;
	return mem;
}

struct mem *mem_get(struct mem *mem)
{
	mem->refs++;
	return mem;
}

void mem_put(struct mem *mem)
{
	if (--mem->refs)
		return;
	if (mem->cpu)
		munmap(mem->cpu, mem->size);
	*mem->link = mem->next;
	if (mem->next)
		mem->next->link = mem->link;
	free(mem->value);
	free(mem);
}

void mem_settle(struct call *c, struct mem *mem)
{
	unsigned int i;

	for (i = 0; i < USES; i++) {
		struct use *use = &mem->uses[i];

		if (use->queue)
			queue_settle(c, use->queue, use->seqno);
		use->queue = NULL;
	}
}

/* ---- handles and syncobjs ----------------------------------------------------------------- */

struct mem *handle_find(const struct file *file, uint32_t handle)
{
	return handle < HANDLES ? file->handles[handle] : NULL;
}

uint32_t handle_next(const struct file *file)
{
	uint32_t i;

	for (i = 1; i < HANDLES; i++)
		if (!file->handles[i])
			return i;
	return 0;
}

uint32_t handle_of(const struct file *file, const struct mem *mem)
{
	uint32_t i;

	for (i = 1; i < HANDLES; i++)
		if (file->handles[i] == mem)
			return i;
	return 0;
}

void handle_add(struct file *file, uint32_t handle, struct mem *mem)
{
	file->handles[handle] = mem_get(mem);
	file->handle_count++;
}

void handle_drop(struct file *file, uint32_t handle)
{
	mem_put(file->handles[handle]);
	file->handles[handle] = NULL;
	file->handle_count--;
}

struct sync *sync_new(void)
{
	struct sync *sync = calloc(1, sizeof(*sync));

	sync->refs = 1;
	return sync;
}

void sync_set_fence(struct sync *sync)
{
	sync->has_fence = true;
	sync->vague = false;
	sync->top = 0;
}

void sync_set_point(struct sync *sync, uint64_t point)
{
	sync->has_fence = true;
	if (point > sync->top)
		sync->top = point;
}

void sync_put(struct sync *sync)
{
	if (!--sync->refs)
		free(sync);
}

struct sync *sync_find(const struct file *file, uint32_t handle)
{
	return handle < SYNCS ? file->syncs[handle] : NULL;
}

uint32_t sync_next(const struct file *file)
{
	uint32_t i;

	for (i = 1; i < SYNCS; i++)
		if (!file->syncs[i])
			return i;
	return 0;
}

void sync_add(struct file *file, uint32_t handle, struct sync *sync)
{
	sync->refs++;
	file->syncs[handle] = sync;
	file->sync_count++;
}

void sync_drop(struct file *file, uint32_t handle)
{
	sync_put(file->syncs[handle]);
	file->syncs[handle] = NULL;
	file->sync_count--;
}

/* ---- files ----------------------------------------------------------------------------------- */

struct file *file_open(struct call *c, struct file *file, unsigned int card)
{
	memset(file, 0, sizeof(*file));
	file->card = card;
	file->fd[0] = open(world.nodes[card], O_RDWR | O_CLOEXEC | O_NONBLOCK);
	file->fd[1] = -1;
	fail_if(c, file->fd[0] < 0, "%s cannot be opened: %s", world.nodes[card],
		strerror(errno));
	return file;
}

int file_fd(const struct file *file, struct rng *rng)
{
	if (file->fd[0] < 0)
		return file->fd[1];
	return rng && file->fd[1] >= 0 && rng_one_in(rng, 2) ? file->fd[1] : file->fd[0];
}

static void file_forget(struct file *file)
{
	uint32_t i;

	for (i = 0; i < HANDLES; i++)
		if (file->handles[i])
			handle_drop(file, i);
	for (i = 0; i < QUEUES; i++)
		if (file->queues[i])
			queue_drop(file, i);
	for (i = 0; i < SYNCS; i++)
		if (file->syncs[i])
			sync_drop(file, i);
}

void file_close(struct call *c, struct file *file, unsigned int which)
{
	fail_if(c, close(file->fd[which]), "close(): %s", strerror(errno));
	file->fd[which] = -1;
	if (!file_is_open(file))
		file_forget(file);
}

/* ---- descriptors -------------------------------------------------------------------------------- */

void fd_drop(struct fd *fd)
{
	if (fd->kind == FD_NONE)
		return;
	close(fd->fd);
	if (fd->mem)
		mem_put(fd->mem);
	if (fd->sync)
		sync_put(fd->sync);
	memset(fd, 0, sizeof(*fd));
}

struct fd *fd_add(struct call *c, enum fd_kind kind, int number, struct mem *mem,
		  struct sync *sync)
{
	struct fd *fd = &world.fds[rng_below(&c->rng, FDS)];

	fd_drop(fd);
	fd->kind = kind;
	fd->fd = number;
	fd->mem = mem;
	fd->sync = sync;
	return fd;
}

/* ---- picking --------------------------------------------------------------------------------------- */

struct file *pick_file(struct call *c)
{
	struct file *file;

	if (c->blind) {
		c->fd = race_file(c);
		return NULL;
	}
	file = &world.files[rng_below(&c->rng, world.files_used)];
	if (!file_is_open(file))
		file_open(c, file, rng_below(&c->rng, world.card_count));
	c->file = file;
	c->fd = file_fd(file, &c->rng);
	return file;
}

/* The nth of a table's entries that are in use, the table seen as an array of pointers. */
static uint32_t pick(struct call *c, void * const *table, uint32_t size, unsigned int count)
{
	uint32_t n, i;

	/* One that there is not, or was once. */
	if (!count || rng_one_in(&c->rng, 64))
		return rng_one_in(&c->rng, 2) ? rng_below(&c->rng, size) :
						(uint32_t)random_number(&c->rng);
	n = rng_below(&c->rng, count);
	for (i = 0; i < size; i++)
		if (table[i] && !n--)
			break;
	return i;
}

#define BLIND(c, n)	(1 + rng_below(&(c)->rng, n))

uint32_t pick_handle(struct call *c)
{
	if (c->blind)
		return BLIND(c, 24);
	return pick(c, (void **)c->file->handles, HANDLES, c->file->handle_count);
}

uint32_t pick_buffer(struct call *c)
{
	unsigned int tries;
	uint32_t handle = pick_handle(c);

	for (tries = 0; tries < 4 && !c->blind; tries++) {
		const struct mem *mem = handle_find(c->file, handle);

		if (!mem || !mem->read_only)
			break;
		handle = pick_handle(c);
	}
	return handle;
}

uint32_t pick_queue(struct call *c)
{
	if (c->blind)
		return BLIND(c, 6);
	return pick(c, (void **)c->file->queues, QUEUES, c->file->queue_count);
}

uint32_t pick_sync(struct call *c)
{
	if (c->blind)
		return BLIND(c, 12);
	return pick(c, (void **)c->file->syncs, SYNCS, c->file->sync_count);
}

struct fd *pick_fd(struct call *c, enum fd_kind kind)
{
	unsigned int i, start;

	if (c->blind)
		return race_fd(c, kind);
	start = rng_below(&c->rng, FDS);
	for (i = 0; i < FDS; i++) {
		struct fd *fd = &world.fds[(start + i) % FDS];

		if (fd->kind == kind)
			return fd;
	}
	return NULL;
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static void query(struct call *c, int fd, uint32_t type, uint32_t index, void *to, uint32_t size)
{
	struct drm_gantry_dev_query args = {
		.type = type, .index = index, .size = size, .pointer = (uintptr_t)to,
	};
	long ret = raw_ioctl(fd, DRM_IOCTL_GANTRY_DEV_QUERY, &args);

	fail_if(c, ret, "the card cannot be asked: %s", strerror(-ret));
}

static void find_cards(void)
{
	struct drm_gantry_device_info info;
	glob_t found;
	unsigned int i;

	if (glob("/dev/accel/accel*", 0, NULL, &found))
		die("there is no /dev/accel/accel*: bind a card to gantry first");
	for (i = 0; i < found.gl_pathc && i < CARDS; i++) {
		world.nodes[i] = found.gl_pathv[i];
		world.watch[i] = open(found.gl_pathv[i], O_RDWR | O_CLOEXEC);
		if (world.watch[i] < 0)
			die("%s: %s", found.gl_pathv[i], strerror(errno));
		query(NULL, world.watch[i], DRM_GANTRY_QUERY_DEVICE, 0, &info, sizeof(info));
		world.regions[i] = info.region_count;
		memcpy(world.names[i], info.name, sizeof(info.name));
		world.card_count++;
	}
}

void world_init(void)
{
	struct drm_gantry_bo_create create = { .size = ARENAS * DEVICE_BYTES };
	unsigned int i;

	find_cards();
	if (raw_ioctl(world.watch[0], DRM_IOCTL_GANTRY_BO_CREATE, &create))
		die("no buffer can be made: is %s a card of gantry?", world.nodes[0]);
	place_set_device(world.watch[0], create.mmap_offset);
	for (i = 0; i < GATES; i++)
		gate_init(&world.gates[i]);
	for (i = 0; i < FILES; i++)
		world.files[i].fd[0] = world.files[i].fd[1] = -1;
	kmsg_begin();
}

static void counters_add(struct call *c, uint64_t *ended, uint64_t *failed_bytes)
{
	struct drm_gantry_counters_info info;
	unsigned int i;

	*ended = 0;
	*failed_bytes = 0;
	for (i = 0; i < world.card_count; i++) {
		query(c, world.watch[i], DRM_GANTRY_QUERY_COUNTERS, 0, &info, sizeof(info));
		*ended += info.jobs_completed + info.jobs_failed;
		*failed_bytes += info.bytes_scrub_failed;
	}
}

static uint64_t ended_before;

void world_begin(struct rng *rng)
{
	uint64_t failed;

	world.files_used = 1 + rng_below(rng, FILES);
	world.handles_used = 4 + rng_below(rng, 40);
	world.queues_used = 1 + rng_below(rng, 8);
	world.jobs = 0;
	counters_add(NULL, &ended_before, &failed);
}

/* The buffer that PLACE_DEVICE lies in stays. */
static bool all_free(struct call *c, struct drm_gantry_region_info *info)
{
	unsigned int card, i;

	for (card = 0; card < world.card_count; card++) {
		for (i = 0; i < world.regions[card]; i++) {
			uint64_t held = !card && !i ? ARENAS * DEVICE_BYTES : 0;

			query(c, world.watch[card], DRM_GANTRY_QUERY_REGION, i, info,
			      sizeof(*info));
			if (info->free + held != info->size || info->scrubbing)
				return false;
		}
	}
	return true;
}

/* Nothing announces that memory has come back. */
static void pause_a_little(void)
{
	const struct timespec little = { .tv_nsec = 1000000 };

	nanosleep(&little, NULL);
}

static void expect_all_free(struct call *c)
{
	int64_t end = time_now() + PATIENCE;
	struct drm_gantry_region_info info;

	while (!all_free(c, &info)) {
		fail_if(c, time_now() > end,
			"all is closed, and of %llu bytes of %s %llu are free, %llu being zeroed",
			(unsigned long long)info.size, (char *)info.name,
			(unsigned long long)info.free, (unsigned long long)info.scrubbing);
		pause_a_little();
	}
}

static void expect_all_ended(struct call *c)
{
	int64_t end = time_now() + PATIENCE;
	uint64_t ended, failed;

	while (counters_add(c, &ended, &failed), ended - ended_before < world.jobs) {
		fail_if(c, time_now() > end, "%llu jobs were submitted, and %llu have ended",
			(unsigned long long)world.jobs,
			(unsigned long long)(ended - ended_before));
		pause_a_little();
	}
	fail_if(c, ended - ended_before > world.jobs, "%llu jobs were submitted, and %llu ended",
		(unsigned long long)world.jobs, (unsigned long long)(ended - ended_before));
	fail_if(c, failed, "%llu bytes could not be zeroed", (unsigned long long)failed);
}

void world_expect_clean(struct call *c)
{
	expect_all_free(c);
	kmsg_expect_none(c);
}

void world_drop(struct call *c)
{
	unsigned int i;

	gates_open();
	for (i = 0; i < MAPPINGS; i++) {
		struct mapping *map = &world.mappings[i];

		if (!map->mem)
			continue;
		munmap(map->address, map->length);
		mem_put(map->mem);
		map->mem = NULL;
	}
	for (i = 0; i < FDS; i++)
		fd_drop(&world.fds[i]);
	for (i = 0; i < 2 * FILES; i++)
		if (world.files[i / 2].fd[i % 2] >= 0)
			file_close(c, &world.files[i / 2], i % 2);
	expect_all_free(c);
}

void world_end(struct call *c)
{
	world_drop(c);
	expect_all_ended(c);
	kmsg_expect_none(c);
}
