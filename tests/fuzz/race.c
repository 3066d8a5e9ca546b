// SPDX-License-Identifier: GPL-2.0-only
#include "race.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz_main.h"
#include "gate.h"
#include "touch.h"

#define SHARED_FDS	4
#define KINDS		(FD_OTHER + 1)
#define PRIVATE_BYTES	(16 * 1024)

static atomic_int files[FILES];
static atomic_int fds[KINDS][SHARED_FDS];

/* What a thread has for itself. */
struct runner {
	pthread_t thread;
	struct call call;
	unsigned int index;
	uint64_t seed, calls;
	int fd;
	uint32_t queue;
	uint32_t host, device;
	uint8_t *map;		/* of host */
};

int race_file(struct call *c)
{
	return atomic_load(&files[rng_below(&c->rng, FILES)]);
}

struct fd *race_fd(struct call *c, enum fd_kind kind)
{
	static __thread struct fd fd;

	fd.kind = kind;
	fd.fd = atomic_load(&fds[kind][rng_below(&c->rng, SHARED_FDS)]);
	return &fd;
}

/* Whoever takes a descriptor out of the table is the one to close it. */
static void replace(atomic_int *slot, int fd)
{
	int old = atomic_exchange(slot, fd);

	if (old >= 0)
		close(old);
}

void race_share(struct call *c, enum fd_kind kind, int fd)
{
	replace(&fds[kind][rng_below(&c->rng, SHARED_FDS)], fd);
}

static int open_card(struct call *c)
{
	return open(world.nodes[rng_below(&c->rng, world.card_count)],
		    O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

/* ---- what a thread keeps to itself ------------------------------------------------------ */

static uint32_t make_buffer(struct call *c, int fd, uint32_t region, uint64_t *offset)
{
	struct drm_gantry_bo_create args = { .size = PRIVATE_BYTES, .region = region };
	long ret = raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_CREATE, &args);

	fail_if(c, ret, "a thread's own buffer cannot be made: %s", strerror(-ret));
	*offset = args.mmap_offset;
	return args.handle;
}

static void runner_begin(struct runner *r)
{
	const unsigned int card = r->index % world.card_count;
	struct drm_gantry_queue_create create = { 0 };
	struct call *c = &r->call;
	uint64_t offset;

	r->fd = open(world.nodes[card], O_RDWR | O_CLOEXEC);
	fail_if(c, r->fd < 0, "a card cannot be opened: %s", strerror(errno));
	c->ret = raw_ioctl(r->fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create);
	fail_if(c, c->ret, "a thread's own queue cannot be made");
	r->queue = create.queue;
	r->device = make_buffer(c, r->fd, r->index % world.regions[card], &offset);
	r->host = make_buffer(c, r->fd, DRM_GANTRY_REGION_HOST, &offset);
	r->map = mmap(NULL, PRIVATE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, offset);
	fail_if(c, r->map == MAP_FAILED, "mmap: %s", strerror(errno));
}

static void runner_end(struct runner *r)
{
	munmap(r->map, PRIVATE_BYTES);
	close(r->fd);
}

/* Its first half goes to the card and comes back as its second half. */
static void check_private(struct runner *r)
{
	const uint64_t half = PRIVATE_BYTES / 2;
	struct drm_gantry_op ops[] = { {
		.opcode = DRM_GANTRY_OP_COPY,
		.dst_handle = r->device,
		.src_handle = r->host,
		.length = half,
	}, {
		.opcode = DRM_GANTRY_OP_COPY,
		.flags = DRM_GANTRY_OP_BARRIER,
		.dst_handle = r->host,
		.src_handle = r->device,
		.dst_offset = half,
		.length = half,
	} };
	struct drm_gantry_queue_submit submit = {
		.queue = r->queue,
		.op_count = 2,
		.ops = (uintptr_t)ops,
	};
	struct drm_gantry_queue_wait wait = { .queue = r->queue };
	struct call *c = &r->call;
	uint64_t i;

	for (i = 0; i < half; i += sizeof(i))
		*(uint64_t *)(r->map + i) = rng_next(&c->rng);
	c->ret = raw_ioctl(r->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit);
	fail_if(c, c->ret, "a thread's own job is refused");
	wait.seqno = submit.seqno;
	wait.timeout_ns = INT64_MAX;
	c->ret = raw_ioctl(r->fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &wait);
	fail_if(c, c->ret || wait.status, "a thread's own job failed: %s",
		strerror(-wait.status));
	fail_if(c, memcmp(r->map, r->map + half, half), "a thread's own data came back wrong");
}

/* ---- what they fight over -------------------------------------------------------------------- */

static void reopen(struct call *c)
{
	int fd = open_card(c);

	fail_if(c, fd < 0, "a card cannot be opened: %s", strerror(errno));
	replace(&files[rng_below(&c->rng, FILES)], fd);
}

static void map_and_touch(struct call *c)
{
	struct drm_gantry_bo_info info = { .handle = pick_handle(c) };
	int fd = race_file(c);
	uint8_t byte = 0, *map;

	if (raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_INFO, &info))
		return;
	map = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, info.mmap_offset);
	if (map == MAP_FAILED)
		return;
	/* Closed by somebody else or not: a mapping keeps its memory. */
	byte = rng_below(&c->rng, 256);
	fail_if(c, !touch_copy(map + rng_below(&c->rng, info.size), &byte, 1), "a signal");
	munmap(map, info.size);
}

static void close_gate(struct call *c, struct gate *gate)
{
	struct drm_syncobj_handle import = {
		.handle = pick_sync(c),
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};

	if (gate->closed) {
		gate_open(gate);
		return;
	}
	import.fd = gate_close(gate);
	raw_ioctl(race_file(c), DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &import);
	close(import.fd);
}

static void step(struct runner *r)
{
	struct call *c = &r->call;
	uint32_t n = rng_below(&c->rng, 1024);

	if (n < 1)
		reopen(c);
	else if (n < 16)
		check_private(r);
	else if (n < 48)
		map_and_touch(c);
	else if (n < 56 && r->index < GATES)
		close_gate(c, &world.gates[r->index]);
	else
		call_ioctl(c);
}

static void *runner_run(void *data)
{
	struct runner *r = data;
	struct call *c = &r->call;
	uint64_t i;

	for (i = 0; i < r->calls; i++) {
		c->number = i;
		c->rng = rng_for(r->seed, 1 + r->index, i);
		c->type = type_pick(&c->rng, true);
		c->note_count = 0;
		step(r);
	}
	if (r->index < GATES)
		gate_open(&world.gates[r->index]);
	return NULL;
}

static void tables_begin(struct call *c)
{
	unsigned int i, kind;

	for (i = 0; i < FILES; i++)
		atomic_store(&files[i], open_card(c));
	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < SHARED_FDS; i++)
			atomic_store(&fds[kind][i], -1);
}

static void tables_end(void)
{
	unsigned int i, kind;

	for (i = 0; i < FILES; i++)
		replace(&files[i], -1);
	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < SHARED_FDS; i++)
			replace(&fds[kind][i], -1);
}

void race_run(uint64_t seed, uint64_t calls, unsigned int threads)
{
	struct runner *runners = calloc(threads, sizeof(*runners));
	unsigned int i;

	for (i = 0; i < threads; i++) {
		struct runner *r = &runners[i];

		call_init(&r->call);
		r->call.blind = true;
		r->index = i;
		r->seed = seed;
		r->calls = calls / threads;
		runner_begin(r);
	}
	tables_begin(&runners[0].call);
	for (i = 0; i < threads; i++)
		if (pthread_create(&runners[i].thread, NULL, runner_run, &runners[i]))
			die("pthread_create");
	for (i = 0; i < threads; i++)
		pthread_join(runners[i].thread, NULL);
	tables_end();
	for (i = 0; i < threads; i++)
		runner_end(&runners[i]);
}
