// SPDX-License-Identifier: GPL-2.0-only
/* The driver's own ioctls but for submission: uapi/gantry_accel.h. */
#include "world.h"

/* More host memory than the guest has, more device memory than the card has. */
#define ABSURD		(1ull << 40)
/* Up to this, there is always room. */
#define MODEST		(32ull << 20)

static const int query_errors[] = { EINVAL, ENOENT, EOPNOTSUPP, EIO, 0 };
static const int bo_create_errors[] = { EINVAL, ENOSPC, ENOMEM, EINTR, 0 };
static const int bo_info_errors[] = { EINVAL, ENOENT, 0 };
static const int queue_create_errors[] = { EINVAL, ENOSPC, ENOMEM, 0 };
static const int queue_destroy_errors[] = { EINVAL, ENOENT, 0 };
static const int queue_wait_errors[] = { EINVAL, ENOENT, ETIME, EINTR, 0 };

/* ---- DEV_QUERY ---------------------------------------------------------------------- */

static const uint32_t query_sizes[] = {
	sizeof(struct drm_gantry_device_info), sizeof(struct drm_gantry_region_info),
	sizeof(struct drm_gantry_sensor_info), sizeof(struct drm_gantry_neighbor_info),
	sizeof(struct drm_gantry_counters_info), sizeof(struct drm_gantry_fault_info),
};

static void make_query(struct call *c)
{
	static const uint8_t nothing[2 * PAGE_BYTES];
	struct drm_gantry_dev_query *args = &c->args.query;

	pick_file(c);
	args->type = rng_below(&c->rng, ARRAY_LENGTH(query_sizes));
	/* The card is asked for these, and takes its time. */
	if (args->type == DRM_GANTRY_QUERY_SENSOR && !rng_one_in(&c->rng, 16))
		args->type = DRM_GANTRY_QUERY_REGION;
	if (args->type == DRM_GANTRY_QUERY_REGION)
		args->index = rng_below(&c->rng, regions_of(c));
	else if (args->type == DRM_GANTRY_QUERY_SENSOR || args->type == DRM_GANTRY_QUERY_NEIGHBOR)
		args->index = rng_below(&c->rng, 4);
	args->size = rng_one_in(&c->rng, 4) ? rng_below(&c->rng, 4100) : query_sizes[args->type];
	if (!rng_one_in(&c->rng, 8))
		args->pointer = array_put(c, ARRAY_A, nothing,
					  args->size > sizeof(nothing) ? 0 : args->size, 1);
}

/* The world does not know how many sensors and neighbours this card has. */
static void predict_index(struct call *c)
{
	const struct drm_gantry_dev_query *args = &c->seen.query;

	switch (args->type) {
	case DRM_GANTRY_QUERY_DEVICE:
	case DRM_GANTRY_QUERY_COUNTERS:
	case DRM_GANTRY_QUERY_FAULT:
		refuse_if(c, args->index, ENOENT);
		break;
	case DRM_GANTRY_QUERY_REGION:
		refuse_if(c, args->index >= regions_of(c), ENOENT);
		break;
	default:
		may(c, ENOENT);
		refuse_if(c, args->index > 1024, ENOENT);
		if (args->pointer)
			may(c, EOPNOTSUPP);
	}
}

static void predict_query(struct call *c)
{
	const struct drm_gantry_dev_query *args = &c->seen.query;

	refuse_if(c, args->pad || args->type >= ARRAY_LENGTH(query_sizes), EINVAL);
	predict_index(c);
	if (!args->pointer)
		return;
	refuse_if(c, args->size > PAGE_BYTES, EINVAL);
	refuse_if(c, !array_writable(c, args->pointer, args->size), EFAULT);
}

static void done_query(struct call *c)
{
	const struct drm_gantry_dev_query *args = &c->seen.query;
	const struct drm_gantry_device_info *info;

	if (answered(c, struct drm_gantry_dev_query, size))
		fail_if(c, c->back.query.size != query_sizes[args->type],
			"its structure has %u bytes", c->back.query.size);
	if (args->type == DRM_GANTRY_QUERY_DEVICE && args->pointer && args->size >= 64) {
		info = (void *)(uintptr_t)args->pointer;
		fail_if(c, memcmp(info->name, world.names[c->file->card],
				  strlen(world.names[c->file->card]) + 1),
			"the card has another name");
	}
}

/* ---- BO_CREATE, BO_INFO --------------------------------------------------------------- */

static uint64_t pick_size(struct call *c)
{
	switch (rng_below(&c->rng, 32)) {
	case 0:
		return 1 + rng_below(&c->rng, 4 << 20);
	case 1:
		return 1 + rng_below(&c->rng, SHADOW_MAX);
	case 2:
	case 3:
	case 4:
	case 5:
		return PAGE_BYTES * (1 + rng_below(&c->rng, 16));
	default:
		return PAGE_BYTES * (1 + rng_below(&c->rng, 2));
	}
}

static uint32_t pick_region(struct call *c)
{
	uint32_t n = rng_below(&c->rng, 10);

	if (n < regions_of(c))
		return n;
	return n < 5 ? DRM_GANTRY_REGION_ANY : DRM_GANTRY_REGION_HOST;
}

static void make_bo_create(struct call *c)
{
	pick_file(c);
	c->args.bo_create.size = pick_size(c);
	c->args.bo_create.region = pick_region(c);
}

static bool is_device_region(const struct call *c, uint32_t region)
{
	return region < regions_of(c) || region == DRM_GANTRY_REGION_ANY;
}

static void predict_bo_create(struct call *c)
{
	const struct drm_gantry_bo_create *args = &c->seen.bo_create;
	bool device = is_device_region(c, args->region);

	refuse_if(c, args->flags || args->pad || !args->size || args->size > INT64_MAX, EINVAL);
	refuse_if(c, !device && args->region != DRM_GANTRY_REGION_HOST, EINVAL);
	/* Too large to be rounded up. */
	if (args->size > (INT64_MAX & ~(PAGE_BYTES - 1)))
		may(c, EINVAL);
	if (args->size >= ABSURD)
		refuse(c, device ? ENOSPC : ENOMEM);
	else if (args->size > MODEST)
		may(c, device ? ENOSPC : ENOMEM);
	/* The world is full, and nothing is wrong with the call: do not make it. */
	if (!c->refused && (!handle_next(c->file) || args->size > MODEST))
		c->skip = true;
}

static void done_bo_create(struct call *c)
{
	const struct drm_gantry_bo_create *seen = &c->seen.bo_create, *back = &c->back.bo_create;
	uint64_t size = (seen->size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	uint32_t handle = handle_next(c->file);
	struct drm_gantry_bo_info info = { .handle = handle };
	struct mem *mem;
	long ret;

	if (answered(c, struct drm_gantry_bo_create, handle))
		fail_if(c, back->handle != handle, "handle %u, and %u is free", back->handle,
			handle);
	if (answered(c, struct drm_gantry_bo_create, size))
		fail_if(c, back->size != size, "the size is not right");
	/* Whatever part of the answer came back: what is its offset, its region? */
	ret = raw_ioctl(c->fd, DRM_IOCTL_GANTRY_BO_INFO, &info);
	fail_if(c, ret, "the new buffer is not there: %s", strerror(-ret));
	fail_if(c, info.size != size || info.flags || !info.mmap_offset ||
		(seen->region != DRM_GANTRY_REGION_ANY && info.region != seen->region),
		"BO_INFO tells of another buffer");
	mem = mem_new(size, info.region, c->file->card);
	mem->offset = info.mmap_offset;
	handle_add(c->file, handle, mem);
	mem_put(mem);
	if (rng_one_in(&c->rng, 4))
		shadow_check(c, c->file, mem);
}

static void make_bo_info(struct call *c)
{
	pick_file(c);
	c->args.bo_info.handle = pick_handle(c);
}

static void predict_bo_info(struct call *c)
{
	const struct drm_gantry_bo_info *args = &c->seen.bo_info;

	refuse_if(c, args->flags || args->pad, EINVAL);
	refuse_if(c, !handle_find(c->file, args->handle), ENOENT);
}

static void done_bo_info(struct call *c)
{
	const struct mem *mem = handle_find(c->file, c->seen.bo_info.handle);
	const struct drm_gantry_bo_info *back = &c->back.bo_info;
	bool foreign = is_foreign(c->file, mem);
	uint32_t flags = (foreign ? DRM_GANTRY_BO_IMPORTED : 0) |
			 (mem->read_only ? DRM_GANTRY_BO_READ_ONLY : 0);

	if (!answered(c, struct drm_gantry_bo_info, mmap_offset))
		return;
	fail_if(c, back->size != mem->size || back->region != mem->region ||
		back->flags != flags || back->mmap_offset != (foreign ? 0 : mem->offset),
		"it tells of another buffer");
}

/* ---- queues ------------------------------------------------------------------------------ */

static void make_queue_create(struct call *c)
{
	pick_file(c);
	c->args.queue_create.priority = rng_below(&c->rng, 2);
}

static void predict_queue_create(struct call *c)
{
	const struct drm_gantry_queue_create *args = &c->seen.queue_create;

	refuse_if(c, args->flags || args->priority > DRM_GANTRY_PRIORITY_LOW, EINVAL);
	if (!c->refused && (!handle_next(c->file) || c->file->queue_count >= world.queues_used))
		c->skip = true;
}

static void done_queue_create(struct call *c)
{
	const struct drm_gantry_queue_create *back = &c->back.queue_create;
	uint32_t queue = queue_next(c->file), handle = handle_next(c->file);
	struct drm_gantry_bo_info info = { .handle = handle };
	struct mem *mem;
	long ret;

	if (answered(c, struct drm_gantry_queue_create, queue))
		fail_if(c, back->queue != queue, "queue %u, and %u is free", back->queue, queue);
	if (answered(c, struct drm_gantry_queue_create, status_handle))
		fail_if(c, back->status_handle != handle, "handle %u, and %u is free",
			back->status_handle, handle);
	ret = raw_ioctl(c->fd, DRM_IOCTL_GANTRY_BO_INFO, &info);
	fail_if(c, ret, "the status page is not there: %s", strerror(-ret));
	mem = mem_new(PAGE_BYTES, DRM_GANTRY_REGION_HOST, c->file->card);
	mem->offset = info.mmap_offset;
	mem->read_only = true;
	/* The kernel writes it. */
	mem->lost = true;
	handle_add(c->file, handle, mem);
	queue_add(c->file, queue, mem);
	mem_put(mem);
}

static void make_queue_destroy(struct call *c)
{
	pick_file(c);
	c->args.queue_destroy.queue = pick_queue(c);
}

static void predict_queue_destroy(struct call *c)
{
	const struct drm_gantry_queue_destroy *args = &c->seen.queue_destroy;
	struct queue *queue = queue_find(c->file, args->queue);

	refuse_if(c, args->pad, EINVAL);
	refuse_if(c, !queue, ENOENT);
	/* Mostly it ends well; or else what was in flight is lost. */
	if (!c->refused && !rng_one_in(&c->rng, 3))
		queue_settle(c, queue, queue->seqno);
}

static void done_queue_destroy(struct call *c)
{
	queue_drop(c->file, c->seen.queue_destroy.queue);
}

static void make_queue_wait(struct call *c)
{
	struct drm_gantry_queue_wait *args = &c->args.queue_wait;
	const struct queue *queue;

	pick_file(c);
	args->queue = pick_queue(c);
	queue = c->blind ? NULL : queue_find(c->file, args->queue);
	args->seqno = queue ? queue->seqno - rng_below(&c->rng, 3) : 1 + rng_below(&c->rng, 64);
	if (rng_one_in(&c->rng, 32))
		args->timeout_ns = time_now() + SECOND / 1000;
	else if (!c->blind && rng_one_in(&c->rng, 16))
		args->timeout_ns = rng_one_in(&c->rng, 2) ? INT64_MAX : time_now() + 60 * SECOND;
}

static bool queue_wait_sleeps(const struct call *c)
{
	return c->seen.queue_wait.timeout_ns > time_now() + SECOND / 100;
}

static void predict_queue_wait(struct call *c)
{
	const struct drm_gantry_queue_wait *args = &c->seen.queue_wait;
	const struct queue *queue = queue_find(c->file, args->queue);

	refuse_if(c, args->pad || args->pad2, EINVAL);
	refuse_if(c, !queue, ENOENT);
	refuse_if(c, queue && (!args->seqno || args->seqno > queue->seqno), EINVAL);
	if (c->refused)
		return;
	if (args->seqno > queue->settled)
		may(c, ETIME);
	if (queue_wait_sleeps(c))
		gates_open();
}

static void done_queue_wait(struct call *c)
{
	const struct queue *queue = queue_find(c->file, c->seen.queue_wait.queue);
	const struct drm_gantry_queue_wait *back = &c->back.queue_wait;

	if (!answered(c, struct drm_gantry_queue_wait, status))
		return;
	fail_if(c, back->status, "a job failed: %s", strerror(-back->status));
	fail_if(c, back->completed < back->seqno || back->completed > queue->seqno ||
		back->completed < queue->settled, "completed is %llu of %llu jobs",
		(unsigned long long)back->completed, (unsigned long long)queue->seqno);
}

const struct call_type gantry_calls[] = {
	{ "DEV_QUERY", 300, DRM_IOCTL_GANTRY_DEV_QUERY,
	  "type:4 index:4 size:4 pad:4 pointer:8",
	  make_query, predict_query, done_query, .errors = query_errors },
	{ "BO_CREATE", 12, DRM_IOCTL_GANTRY_BO_CREATE,
	  "size:8 region:4 flags:4 handle:4 pad:4 mmap_offset:8",
	  make_bo_create, predict_bo_create, done_bo_create, .errors = bo_create_errors },
	{ "BO_INFO", 1500, DRM_IOCTL_GANTRY_BO_INFO,
	  "handle:4 region:4 flags:4 pad:4 size:8 mmap_offset:8",
	  make_bo_info, predict_bo_info, done_bo_info, .errors = bo_info_errors },
	{ "QUEUE_CREATE", 12, DRM_IOCTL_GANTRY_QUEUE_CREATE,
	  "flags:4 priority:4 queue:4 status_handle:4 status_mmap_offset:8",
	  make_queue_create, predict_queue_create, done_queue_create,
	  .errors = queue_create_errors },
	{ "QUEUE_DESTROY", 3, DRM_IOCTL_GANTRY_QUEUE_DESTROY, "queue:4 pad:4",
	  make_queue_destroy, predict_queue_destroy, done_queue_destroy,
	  .errors = queue_destroy_errors },
	{ "QUEUE_SUBMIT", 260, DRM_IOCTL_GANTRY_QUEUE_SUBMIT,
	  "queue:4 flags:4 op_count:4 wait_count:4 signal_count:4 pad:4 ops:8 waits:8 "
	  "signals:8 seqno:8",
	  make_submit, predict_submit, done_submit, .errors = submit_errors },
	{ "QUEUE_WAIT", 1000, DRM_IOCTL_GANTRY_QUEUE_WAIT,
	  "queue:4 pad:4 seqno:8 timeout_ns:8 completed:8 status:4 pad2:4",
	  make_queue_wait, predict_queue_wait, done_queue_wait,
	  .sleeps = queue_wait_sleeps, .errors = queue_wait_errors },
};

const unsigned int gantry_call_count = ARRAY_LENGTH(gantry_calls);
