// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever a call allocates can fail. Each call is made again and again: first
 * with its first allocation failing, then with its second, until none is left. It
 * may fail, with the errno that says so, or do without. If it failed nothing has
 * changed, and the same call then works. What gives back, and what asks, is made
 * while every allocation fails.
 *
 * Needs a kernel with fault injection (KERNEL=debug); on others all is skipped.
 */
#define _GNU_SOURCE
#include "fixture.h"
#include "fail_nth.h"
#include "reach.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

/* More than any call comes to. */
#define NTH_MAX		5000
#define SIZE		(256 * KIB)

/* So far from everything else that a mapping there has page tables of its own. */
#define FAR		((void *)(1ULL << 44))

/* A context with something of everything, and room for what the call under test makes. */
struct scene {
	int fd, other;
	uint32_t queue, host, hbm, sync, timeline;
	uint64_t host_offset, hbm_offset;
	uint8_t *host_map, *hbm_map;
	int dmabuf;		/* of hbm */
	int host_dmabuf;
	int udmabuf;
	int peer;		/* dma-buf of another card's memory */
	int vgem;		/* another driver's card */
	struct drm_gantry_op *ops;
	uint32_t op_count;
	/* What the call made. */
	uint32_t handle, number;
	int made_fd;
	uint8_t *map;
	uint64_t seqno;
	uint64_t jobs;		/* of queue */
};

struct subject {
	const char *name;
	void (*before)(struct scene *s);	/* may be NULL */
	int (*call)(struct scene *s);
	/* Take back what the call made, after checking that it is right; may be NULL */
	void (*after)(struct scene *s);
	bool never_fails;	/* it does without, whatever fails */
};

/* ---- the scene ---------------------------------------------------------------------- */

static uint64_t offset_of(int fd, uint32_t handle)
{
	struct drm_gantry_bo_info info = { .handle = handle };

	assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
	return info.mmap_offset;
}

static uint8_t *map_now(int fd, uint64_t size, uint64_t offset)
{
	uint8_t *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	assert_ptr_not_equal(map, MAP_FAILED);
	return map;
}

static int udmabuf_make(void)
{
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	int memfd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING), fd;
	struct udmabuf_create create = { .memfd = memfd, .size = SIZE };

	assert_true(device >= 0 && memfd >= 0);
	assert_int_equal(ftruncate(memfd, SIZE), 0);
	assert_int_equal(fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	fd = ioctl(device, UDMABUF_CREATE, &create);
	assert_true(fd >= 0);
	close(memfd);
	close(device);
	return fd;
}

static void scene_make(struct scene *s)
{
	struct gantry_card card = card_now(0);
	uint64_t point = 3;

	memset(s, 0, sizeof(*s));
	s->fd = open(card.node, O_RDWR | O_CLOEXEC);
	s->other = open(card.node, O_RDWR | O_CLOEXEC);
	assert_true(s->fd >= 0 && s->other >= 0);
	s->queue = raw_queue(s->fd);
	s->host = raw_buffer(s->fd, SIZE, GANTRY_REGION_HOST);
	s->hbm = raw_buffer(s->fd, SIZE, 1);
	s->host_offset = offset_of(s->fd, s->host);
	s->hbm_offset = offset_of(s->fd, s->hbm);
	s->host_map = map_now(s->fd, SIZE, s->host_offset);
	s->hbm_map = map_now(s->fd, SIZE, s->hbm_offset);
	data_write(s->host_map, SIZE, 1);
	assert_int_equal(drmSyncobjCreate(s->fd, DRM_SYNCOBJ_CREATE_SIGNALED, &s->sync), 0);
	assert_int_equal(drmSyncobjCreate(s->fd, 0, &s->timeline), 0);
	assert_int_equal(drmSyncobjTimelineSignal(s->fd, &s->timeline, &point, 1), 0);
	assert_int_equal(drmPrimeHandleToFD(s->fd, s->hbm, DRM_CLOEXEC | DRM_RDWR, &s->dmabuf),
			 0);
	assert_int_equal(drmPrimeHandleToFD(s->fd, s->host, DRM_CLOEXEC, &s->host_dmabuf), 0);
	s->udmabuf = udmabuf_make();
	s->vgem = drmOpen("vgem", NULL);
	assert_true(s->vgem >= 0);
}

static void scene_destroy(struct scene *s)
{
	munmap(s->host_map, SIZE);
	munmap(s->hbm_map, SIZE);
	close(s->vgem);
	close(s->udmabuf);
	close(s->host_dmabuf);
	close(s->dmabuf);
	close(s->other);
	close(s->fd);
}

/* What must be the same before a call and after it failed; @free: of all regions. */
struct state {
	char fdinfo[2048];
	uint64_t free;
	struct drm_gantry_counters_info counters;
};

/* Not what is shared: DRM keeps a dma-buf that it made and could not give out. */
static void read_fdinfo(int fd, char *text, size_t size)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	assert_non_null(file);
	text[0] = '\0';
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, "drm-total", 9))
			strncat(text, line, size - strlen(text) - 1);
	fclose(file);
}

static uint64_t region_free(int fd, uint32_t index)
{
	struct drm_gantry_region_info info;

	/* What was freed comes back once it is zero; nothing announces it. */
	do
		info = region_now(fd, index);
	while (info.scrubbing);
	return info.free;
}

static struct state state_now(struct scene *s)
{
	struct state state = { .free = 0 };
	uint32_t i, count = region_count(s->other);

	read_fdinfo(s->fd, state.fdinfo, sizeof(state.fdinfo));
	for (i = 0; i < count; i++)
		state.free += region_free(s->other, i);
	state.counters = counters_now(s->other);
	/* It may have been zeroed when it was handed out, and again when it came back. */
	state.counters.bytes_scrubbed = 0;
	return state;
}

static void expect_state(struct scene *s, const struct state *before, const char *name,
			 unsigned int nth)
{
	struct state now = state_now(s);

	if (strcmp(now.fdinfo, before->fdinfo))
		fail_msg("%s, %u: the context holds other memory:\n%s\nand before:\n%s", name,
			 nth, now.fdinfo, before->fdinfo);
	if (now.free != before->free)
		fail_msg("%s, %u: device memory is lost", name, nth);
	if (memcmp(&now.counters, &before->counters, sizeof(now.counters)))
		fail_msg("%s, %u: something was counted", name, nth);
}

/* ---- buffers ------------------------------------------------------------------------------ */

static int create(struct scene *s, uint64_t size, uint32_t region)
{
	struct drm_gantry_bo_create args = { .size = size, .region = region };
	int ret = raw_ioctl(s->fd, DRM_IOCTL_GANTRY_BO_CREATE, &args);

	s->handle = args.handle;
	return ret;
}

static int call_create_host(struct scene *s)
{
	return create(s, SIZE, GANTRY_REGION_HOST);
}

static int call_create_hbm(struct scene *s)
{
	return create(s, SIZE + 5 * 4 * KIB, 0);
}

static void after_create(struct scene *s)
{
	uint8_t *map = map_now(s->fd, SIZE, offset_of(s->fd, s->handle));

	bytes_expect(map, SIZE, 0);
	munmap(map, SIZE);
	raw_close(s->fd, s->handle);
}

static int call_info(struct scene *s)
{
	struct drm_gantry_bo_info info = { .handle = s->hbm };

	return raw_ioctl(s->fd, DRM_IOCTL_GANTRY_BO_INFO, &info);
}

static void before_close(struct scene *s)
{
	s->handle = raw_buffer(s->fd, SIZE, 2);
}

static int call_close(struct scene *s)
{
	struct drm_gem_close args = { .handle = s->handle };

	return raw_ioctl(s->fd, DRM_IOCTL_GEM_CLOSE, &args);
}

/* ---- dma-bufs ------------------------------------------------------------------------------ */

/* A buffer keeps the dma-buf that was made of it once. */
static void before_export(struct scene *s)
{
	s->handle = raw_buffer(s->fd, SIZE, GANTRY_REGION_HOST);
}

static int call_export(struct scene *s)
{
	struct drm_prime_handle args = { .handle = s->handle, .flags = DRM_CLOEXEC };
	int ret = raw_ioctl(s->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);

	s->made_fd = args.fd;
	return ret;
}

static void after_fd(struct scene *s)
{
	assert_int_equal(close(s->made_fd), 0);
}

static void after_export(struct scene *s)
{
	after_fd(s);
	raw_close(s->fd, s->handle);
}

static int import(struct scene *s, int fd)
{
	struct drm_prime_handle args = { .fd = fd };
	int ret = raw_ioctl(s->other, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);

	s->handle = args.handle;
	return ret;
}

static int call_import_own(struct scene *s)
{
	return import(s, s->dmabuf);
}

static int call_import_foreign(struct scene *s)
{
	return import(s, s->udmabuf);
}

static int call_import_peer(struct scene *s)
{
	return import(s, s->peer);
}

static void after_import(struct scene *s)
{
	struct drm_gantry_bo_info info = { .handle = s->handle };

	assert_done(raw_ioctl(s->other, DRM_IOCTL_GANTRY_BO_INFO, &info));
	assert_int_equal(info.size, SIZE);
	raw_close(s->other, s->handle);
}

/* vgem maps it for its own device. */
static int call_import_by_other(struct scene *s)
{
	struct drm_prime_handle args = { .fd = s->host_dmabuf };
	int ret = raw_ioctl(s->vgem, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);

	s->handle = args.handle;
	return ret;
}

static void after_import_by_other(struct scene *s)
{
	raw_close(s->vgem, s->handle);
}

/* The fences of a buffer as a file. */
static int call_export_fences(struct scene *s)
{
	struct dma_buf_export_sync_file args = { .flags = DMA_BUF_SYNC_RW };
	int ret = raw_ioctl(s->dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &args);

	s->made_fd = args.fd;
	return ret;
}

/* ---- mappings ------------------------------------------------------------------------------- */

static int map(struct scene *s, int fd, uint64_t offset)
{
	s->map = mmap(FAR, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, fd,
		      offset);
	return s->map == MAP_FAILED ? -errno : 0;
}

static int call_map_host(struct scene *s)
{
	return map(s, s->fd, s->host_offset);
}

static int call_map_hbm(struct scene *s)
{
	return map(s, s->fd, s->hbm_offset);
}

static int call_map_dmabuf(struct scene *s)
{
	return map(s, s->dmabuf, 0);
}

static void after_map(struct scene *s)
{
	s->map[0] = 1;
	s->map[SIZE - 1] = 1;
	assert_int_equal(munmap(s->map, SIZE), 0);
	data_write(s->host_map, SIZE, 1);
}

static void before_fault_host(struct scene *s)
{
	assert_done(call_map_host(s));
}

static void before_fault_hbm(struct scene *s)
{
	assert_done(call_map_hbm(s));
}

static void before_fault_dmabuf(struct scene *s)
{
	assert_done(call_map_dmabuf(s));
}

/* A fault for which there is no memory happens again. */
static int call_fault(struct scene *s)
{
	*(volatile uint8_t *)s->map = 7;
	return 0;
}

/* ---- queues and jobs --------------------------------------------------------------------------- */

static int call_queue_create(struct scene *s)
{
	struct drm_gantry_queue_create args = { .priority = DRM_GANTRY_PRIORITY_LOW };
	int ret = raw_ioctl(s->fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &args);

	s->number = args.queue;
	s->handle = args.status_handle;
	return ret;
}

static int call_queue_destroy(struct scene *s)
{
	struct drm_gantry_queue_destroy args = { .queue = s->number };

	return raw_ioctl(s->fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &args);
}

static void before_queue_destroy(struct scene *s)
{
	assert_done(call_queue_create(s));
}

static void after_queue_create(struct scene *s)
{
	uint64_t seqno;

	assert_done(raw_copy(s->fd, s->number, s->hbm, s->host, SIZE, &seqno));
	assert_int_equal(seqno, 1);
	assert_done(raw_wait(s->fd, s->number, 1));
	assert_done(call_queue_destroy(s));
	raw_close(s->fd, s->handle);
}

static void after_queue_destroy(struct scene *s)
{
	raw_close(s->fd, s->handle);
}

static int submit(struct scene *s, struct drm_gantry_queue_submit *args)
{
	int ret;

	args->queue = s->queue;
	ret = raw_ioctl(s->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, args);
	if (!ret)
		s->seqno = args->seqno;
	return ret;
}

static int submit_copies(struct scene *s, uint32_t count, struct drm_gantry_queue_submit *args)
{
	static struct drm_gantry_op ops[4096];
	uint64_t piece = SIZE / count;
	uint32_t i;

	for (i = 0; i < count; i++)
		ops[i] = (struct drm_gantry_op){
			.opcode = DRM_GANTRY_OP_COPY,
			.dst_handle = s->hbm,
			.src_handle = s->host,
			.dst_offset = i * piece,
			.src_offset = i * piece,
			.length = piece,
		};
	args->op_count = count;
	args->ops = (uintptr_t)ops;
	return submit(s, args);
}

static int call_submit(struct scene *s)
{
	struct drm_gantry_queue_submit args = { .flags = 0 };

	return submit_copies(s, 1, &args);
}

static int call_submit_many(struct scene *s)
{
	struct drm_gantry_queue_submit args = { .flags = 0 };

	return submit_copies(s, 4096, &args);
}

static int call_submit_syncs(struct scene *s)
{
	struct drm_gantry_sync waits[] = { { .handle = s->timeline, .point = 2 },
					   { .handle = s->sync } };
	struct drm_gantry_sync signals[] = { { .handle = s->sync },
					     { .handle = s->timeline, .point = 4 + s->jobs } };
	struct drm_gantry_queue_submit args = {
		.wait_count = 2, .waits = (uintptr_t)waits,
		.signal_count = 2, .signals = (uintptr_t)signals,
	};

	return submit_copies(s, 1, &args);
}

static void before_submit(struct scene *s)
{
	memset(s->hbm_map, 0xa5, SIZE);
}

/* The next number, though others were refused. */
static void after_submit(struct scene *s)
{
	assert_int_equal(s->seqno, ++s->jobs);
	assert_done(raw_wait(s->fd, s->queue, s->seqno));
	data_expect(s->hbm_map, SIZE, 1);
}

static int call_wait(struct scene *s)
{
	struct drm_gantry_queue_wait args = {
		.queue = s->queue,
		.seqno = s->jobs,
		.timeout_ns = INT64_MAX,
	};

	return raw_ioctl(s->fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &args);
}

static void before_wait(struct scene *s)
{
	before_submit(s);
	assert_done(call_submit(s));
	after_submit(s);
}

/* ---- the card and the context ------------------------------------------------------------------- */

static int query(struct scene *s, uint32_t type)
{
	uint8_t answer[256];
	struct drm_gantry_dev_query args = {
		.type = type, .size = sizeof(answer), .pointer = (uintptr_t)answer,
	};

	return raw_ioctl(s->fd, DRM_IOCTL_GANTRY_DEV_QUERY, &args);
}

static int call_query_device(struct scene *s)
{
	return query(s, DRM_GANTRY_QUERY_DEVICE);
}

static int call_query_region(struct scene *s)
{
	return query(s, DRM_GANTRY_QUERY_REGION);
}

/* A card may have none, and says so without memory, too. */
static int call_query_sensor(struct scene *s)
{
	int ret = query(s, DRM_GANTRY_QUERY_SENSOR);

	return ret == -ENOENT && !device_now(s->fd).sensor_count ? 0 : ret;
}

static int call_query_counters(struct scene *s)
{
	return query(s, DRM_GANTRY_QUERY_COUNTERS);
}

static int call_query_fault(struct scene *s)
{
	return query(s, DRM_GANTRY_QUERY_FAULT);
}

static char node[64];

static int call_open(struct scene *s)
{
	s->made_fd = open(node, O_RDWR | O_CLOEXEC);
	return s->made_fd < 0 ? -errno : 0;
}

/* With work under way. */
static void before_close_file(struct scene *s)
{
	uint32_t host, queue;
	uint64_t seqno;

	assert_done(call_open(s));
	host = raw_buffer(s->made_fd, SIZE, GANTRY_REGION_HOST);
	queue = raw_queue(s->made_fd);
	assert_done(raw_copy(s->made_fd, queue, raw_buffer(s->made_fd, SIZE, 3), host, SIZE,
			     &seqno));
}

static int call_close_file(struct scene *s)
{
	return close(s->made_fd) ? -errno : 0;
}

static int call_fdinfo(struct scene *s)
{
	char path[64], text[1024];
	int ret, fd;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", s->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = read(fd, text, sizeof(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static const struct subject subjects[] = {
	{ "open",
	  NULL, call_open, after_fd, false },
	{ "BO_CREATE in host memory",
	  NULL, call_create_host, after_create, false },
	{ "BO_CREATE in device memory",
	  NULL, call_create_hbm, after_create, false },
	{ "PRIME_HANDLE_TO_FD",
	  before_export, call_export, after_export, false },
	{ "PRIME_FD_TO_HANDLE of our own",
	  NULL, call_import_own, after_import, false },
	{ "PRIME_FD_TO_HANDLE of another driver's",
	  NULL, call_import_foreign, after_import, false },
	{ "another driver's PRIME_FD_TO_HANDLE",
	  NULL, call_import_by_other, after_import_by_other, false },
	{ "EXPORT_SYNC_FILE of a dma-buf",
	  NULL, call_export_fences, after_fd, false },
	{ "mmap of host memory",
	  NULL, call_map_host, after_map, false },
	{ "mmap of device memory",
	  NULL, call_map_hbm, after_map, false },
	{ "mmap of a dma-buf",
	  NULL, call_map_dmabuf, after_map, false },
	{ "page fault in host memory",
	  before_fault_host, call_fault, after_map, true },
	{ "page fault in device memory",
	  before_fault_hbm, call_fault, after_map, true },
	{ "page fault in a dma-buf",
	  before_fault_dmabuf, call_fault, after_map, true },
	{ "QUEUE_CREATE",
	  NULL, call_queue_create, after_queue_create, false },
	{ "QUEUE_SUBMIT of one operation",
	  before_submit, call_submit, after_submit, false },
	{ "QUEUE_SUBMIT of 4096 operations",
	  before_submit, call_submit_many, after_submit, false },
	{ "QUEUE_SUBMIT with syncobjs",
	  before_submit, call_submit_syncs, after_submit, false },
	{ "fdinfo",
	  NULL, call_fdinfo, NULL, false },
};

static const struct subject frugal[] = {
	{ "close", before_close_file, call_close_file, NULL, true },
	{ "GEM_CLOSE", before_close, call_close, NULL, true },
	{ "QUEUE_DESTROY", before_queue_destroy, call_queue_destroy, after_queue_destroy, true },
	{ "QUEUE_WAIT", before_wait, call_wait, NULL, true },
	{ "BO_INFO", NULL, call_info, NULL, true },
	{ "DEV_QUERY of the device", NULL, call_query_device, NULL, true },
	{ "DEV_QUERY of a region", NULL, call_query_region, NULL, true },
	{ "DEV_QUERY of a sensor", NULL, call_query_sensor, NULL, true },
	{ "DEV_QUERY of the counters", NULL, call_query_counters, NULL, true },
	{ "DEV_QUERY of the last fault", NULL, call_query_fault, NULL, true },
};

/* ---- one after the other ------------------------------------------------------------------------ */

/* What the scene's call made, for it must be the same every time: the lowest free numbers. */
static void expect_numbers(const struct scene *s, const struct scene *first, const char *name,
			   unsigned int nth)
{
	if (s->handle != first->handle || s->number != first->number ||
	    s->made_fd != first->made_fd)
		fail_msg("%s, %u: handle %u, number %u, descriptor %d, and at first %u, %u, %d",
			 name, nth, s->handle, s->number, s->made_fd, first->handle,
			 first->number, first->made_fd);
}

/* Make the call without a fault, check what it did, undo it. */
static void call_well(struct scene *s, const struct subject *subject, bool prepare)
{
	if (prepare && subject->before)
		subject->before(s);
	assert_done(subject->call(s));
	if (subject->after)
		subject->after(s);
}

/* Returns false once the call comes to its end before anything has failed. */
static bool fail_once(struct scene *s, const struct subject *subject, unsigned int nth,
		      const struct scene *first)
{
	struct state before;
	bool failed;
	int ret;

	if (subject->before)
		subject->before(s);
	before = state_now(s);
	fail_nth_arm(nth);
	ret = subject->call(s);
	failed = fail_nth_disarm();
	if (ret && (subject->never_fails || !failed || ret != -ENOMEM))
		fail_msg("%s, %u: %s", subject->name, nth, strerror(-ret));
	if (ret) {
		expect_state(s, &before, subject->name, nth);
		call_well(s, subject, false);
	} else if (subject->after) {
		subject->after(s);
	}
	expect_numbers(s, first, subject->name, nth);
	return failed;
}

static void fail_one_after_the_other(struct scene *s, const struct subject *subject)
{
	struct scene first;
	unsigned int nth = 1;

	/* Caches, page tables: what is made once for all is made now. */
	call_well(s, subject, true);
	first = *s;
	while (fail_once(s, subject, nth, &first)) {
		/* One more than the last, so that the numbers keep their place. */
		assert_true(++nth < NTH_MAX);
	}
	print_message("# %s: %u allocations failed, one after the other\n", subject->name, nth - 1);
	/* Else this test would prove nothing. */
	assert_true(nth > 1);
}

static void whatever_fails_in_a_call_it_fails_cleanly(void **state)
{
	struct scene scene;

	if (fail_nth_missing())
		skip();
	scene_make(&scene);
	fail_one_after_the_other(&scene, *state);
	scene_destroy(&scene);
}

static int peer_dmabuf(struct gantry_device *peer)
{
	struct gantry_buffer *memory = buffer_make(peer, SIZE, 0);
	int fd = gantry_buffer_export(memory);

	assert_done(fd);
	gantry_buffer_destroy(memory);
	return fd;
}

static void whatever_fails_in_an_import_from_another_card_it_fails_cleanly(void **state)
{
	static const struct subject subject = {
		"PRIME_FD_TO_HANDLE of another card's memory",
		NULL, call_import_peer, after_import, false
	};
	struct gantry_device *peer;
	struct scene scene;

	(void)state;
	if (fail_nth_missing() || card_count() < 2 || !cards_reach(1, 0))
		skip();
	peer = card_open(1);
	scene_make(&scene);
	scene.peer = peer_dmabuf(peer);
	fail_one_after_the_other(&scene, &subject);
	close(scene.peer);
	scene_destroy(&scene);
	gantry_device_close(peer);
	cards_expect_all_free();
}

/* While all fail, and proves that they do. */
static void a_call_that_needs_no_memory_is_done_without(void **state)
{
	const struct subject *subject = *state;
	struct drm_gantry_bo_create bo = { .size = SIZE, .region = GANTRY_REGION_HOST };
	struct scene scene;
	int ret, refused;

	if (fail_nth_missing())
		skip();
	scene_make(&scene);
	call_well(&scene, subject, true);
	if (subject->before)
		subject->before(&scene);
	fail_all_begin();
	ret = subject->call(&scene);
	refused = raw_ioctl(scene.fd, DRM_IOCTL_GANTRY_BO_CREATE, &bo);
	fail_all_end();
	assert_done(ret);
	assert_refused(refused, ENOMEM);
	if (subject->after)
		subject->after(&scene);
	scene_destroy(&scene);
}

/* A test that failed leaves no failures. */
static int restore(void **state)
{
	(void)state;
	if (fail_nth_missing())
		return 0;
	fail_all_end();
	fail_nth_disarm();
	return 0;
}

static int setup(void **state)
{
	cards_setup(state);
	/*
	 * Linux 6.12's gpu_buddy corrupts its trees when an allocation of its own fails
	 * after it has split a block. Of a card just bound nothing is known to be zero,
	 * so what was zeroed and freed stays apart and need not be split again.
	 */
	card_unbind(0);
	card_bind(0);
	snprintf(node, sizeof(node), "%s", card_now(0).node);
	if (!fail_nth_init())
		print_message("# this kernel was built without %s, the debug kernel with it\n",
			      fail_nth_missing());
	return 0;
}

static struct CMUnitTest test_of(const struct subject *subject, CMUnitTestFunction test)
{
	return (struct CMUnitTest){
		.name = subject->name,
		.test_func = test,
		.teardown_func = restore,
		.initial_state = (void *)subject,
	};
}

int main(void)
{
	static struct CMUnitTest tests[ARRAY_LENGTH(subjects) + ARRAY_LENGTH(frugal) + 1] = {
		cmocka_unit_test(whatever_fails_in_an_import_from_another_card_it_fails_cleanly),
	};
	unsigned int i, n = 1;

	for (i = 0; i < ARRAY_LENGTH(subjects); i++)
		tests[n++] = test_of(&subjects[i], whatever_fails_in_a_call_it_fails_cleanly);
	for (i = 0; i < ARRAY_LENGTH(frugal); i++)
		tests[n++] = test_of(&frugal[i], a_call_that_needs_no_memory_is_done_without);
	return cmocka_run_group_tests_name("alloc_failure", tests, setup, cards_teardown);
}
