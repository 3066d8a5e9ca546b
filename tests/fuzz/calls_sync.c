// SPDX-License-Identifier: GPL-2.0-only
/*
 * Syncobjs, which are DRM's: the fuzzer knows less exactly what DRM answers than
 * what the driver does, and allows it what its documentation does.
 */
#include "race.h"

#include <sys/eventfd.h>
#include <unistd.h>

#define MANY		4u
/* What the driver lets pass: DRM itself would make room for any number. */
#define MANY_MAX	4096u

static const int sync_errors[] = { EINVAL, ENOENT, EBADF, ENOMEM, ETIME, EINTR, 0 };

/* ---- create, destroy --------------------------------------------------------------- */

static void make_create(struct call *c)
{
	pick_file(c);
	c->args.sync_create.flags = rng_below(&c->rng, 4) ? 0 : DRM_SYNCOBJ_CREATE_SIGNALED;
}

static void predict_create(struct call *c)
{
	refuse_if(c, c->seen.sync_create.flags & ~DRM_SYNCOBJ_CREATE_SIGNALED, EINVAL);
	if (!c->refused && c->file->sync_count > 12)
		c->skip = true;
}

static void expect_handle(struct call *c, uint32_t got, uint32_t handle)
{
	fail_if(c, got != handle, "handle %u, and %u is free", got, handle);
}

static void done_create(struct call *c)
{
	uint32_t handle = sync_next(c->file);
	struct sync *sync = sync_new();

	if (answered(c, struct drm_syncobj_create, handle))
		expect_handle(c, c->back.sync_create.handle, handle);
	sync->has_fence = c->seen.sync_create.flags;
	sync_add(c->file, handle, sync);
	sync_put(sync);
}

static void make_destroy(struct call *c)
{
	pick_file(c);
	c->args.sync_destroy.handle = pick_sync(c);
}

static void predict_destroy(struct call *c)
{
	/* Linux 7.3 refuses to destroy handle 0 and from then on gives it out. */
	c->skip = !c->seen.sync_destroy.handle;
	refuse_if(c, c->seen.sync_destroy.pad, EINVAL);
	refuse_if(c, !sync_find(c->file, c->seen.sync_destroy.handle), EINVAL);
}

static void done_destroy(struct call *c)
{
	sync_drop(c->file, c->seen.sync_destroy.handle);
}

/* ---- descriptors ------------------------------------------------------------------------ */

static void make_to_fd(struct call *c)
{
	pick_file(c);
	c->args.sync_handle.handle = pick_sync(c);
	c->args.sync_handle.flags = rng_below(&c->rng, 2);
}

static void predict_to_fd(struct call *c)
{
	const struct drm_syncobj_handle *args = &c->seen.sync_handle;
	const struct sync *sync = sync_find(c->file, args->handle);

	refuse_if(c, args->pad || args->flags & ~3, EINVAL);
	/* Later kernels know one more flag. */
	if (args->flags & 2)
		may(c, EINVAL);
	if (!sync) {
		refuse(c, EINVAL);
		may(c, ENOENT);
	} else if (args->flags & DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE) {
		refuse_if(c, !sync->has_fence, EINVAL);
	}
	if (!c->refused && bytes_out(c) < sizeof(*args))
		c->skip = true;
}

static void done_to_fd(struct call *c)
{
	const struct drm_syncobj_handle *args = &c->seen.sync_handle;
	struct sync *sync = sync_find(c->file, args->handle);

	if (args->flags & DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE) {
		fd_add(c, FD_SYNC_FILE, c->back.sync_handle.fd, NULL, NULL);
		return;
	}
	sync->refs++;
	fd_add(c, FD_SYNCOBJ, c->back.sync_handle.fd, NULL, sync);
}

static void forget_to_fd(struct call *c)
{
	race_share(c, c->seen.sync_handle.flags & 1 ? FD_SYNC_FILE : FD_SYNCOBJ,
		   c->back.sync_handle.fd);
}

static void make_from_fd(struct call *c)
{
	bool import = rng_one_in(&c->rng, 2);
	struct fd *fd;

	pick_file(c);
	fd = pick_fd(c, import ? FD_SYNC_FILE : FD_SYNCOBJ);
	if (rng_one_in(&c->rng, 32))
		fd = &world.fds[rng_below(&c->rng, FDS)];
	c->args.sync_handle.fd = fd && fd->kind != FD_NONE ? fd->fd : -1;
	c->args.sync_handle.flags = import;
	if (import)
		c->args.sync_handle.handle = pick_sync(c);
}

static struct fd *find_fd(int number, enum fd_kind kind)
{
	unsigned int i;

	for (i = 0; i < FDS; i++)
		if (world.fds[i].kind == kind && world.fds[i].fd == number)
			return &world.fds[i];
	return NULL;
}

static void predict_from_fd(struct call *c)
{
	const struct drm_syncobj_handle *args = &c->seen.sync_handle;
	bool import = args->flags & DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE;

	refuse_if(c, args->pad || args->flags & ~3, EINVAL);
	if (args->flags & 2)
		may(c, EINVAL);
	refuse_if(c, !find_fd(args->fd, import ? FD_SYNC_FILE : FD_SYNCOBJ), EINVAL);
	if (import)
		refuse_if(c, !sync_find(c->file, args->handle), ENOENT);
	if (!c->refused && !import && c->file->sync_count > 12)
		c->skip = true;
}

static void done_from_fd(struct call *c)
{
	const struct drm_syncobj_handle *args = &c->seen.sync_handle;
	uint32_t handle;

	if (args->flags & DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE) {
		/* The fence may be a timeline's. */
		sync_set_fence(sync_find(c->file, args->handle));
		sync_find(c->file, args->handle)->vague = true;
		return;
	}
	handle = sync_next(c->file);
	if (answered(c, struct drm_syncobj_handle, handle))
		expect_handle(c, c->back.sync_handle.handle, handle);
	sync_add(c->file, handle, find_fd(args->fd, FD_SYNCOBJ)->sync);
}

/* ---- transfer ------------------------------------------------------------------------------ */

static void make_transfer(struct call *c)
{
	struct drm_syncobj_transfer *args = &c->args.transfer;
	const struct sync *sync;

	pick_file(c);
	args->src_handle = pick_sync(c);
	args->dst_handle = pick_sync(c);
	sync = c->blind ? NULL : sync_find(c->file, args->src_handle);
	args->src_point = sync && sync->top && rng_one_in(&c->rng, 2) ? sync->top : 0;
	args->dst_point = rng_one_in(&c->rng, 2) ? 1 + rng_below(&c->rng, 64) : 0;
}

/* With any flag DRM may sleep for five seconds, until somebody submits. */
static bool transfer_sleeps(const struct call *c)
{
	return c->seen.transfer.flags;
}

static void predict_transfer(struct call *c)
{
	const struct drm_syncobj_transfer *args = &c->seen.transfer;
	const struct sync *src = sync_find(c->file, args->src_handle);

	c->skip = transfer_sleeps(c);
	refuse_if(c, args->pad, EINVAL);
	refuse_if(c, !src, ENOENT);
	refuse_if(c, !sync_find(c->file, args->dst_handle), ENOENT);
	refuse_if(c, src && !src->has_fence, EINVAL);
	if (!src || !args->src_point)
		return;
	if (src->vague)
		may(c, EINVAL);
	else
		refuse_if(c, args->src_point > src->top, EINVAL);
}

static void done_transfer(struct call *c)
{
	const struct drm_syncobj_transfer *args = &c->seen.transfer;
	struct sync *dst = sync_find(c->file, args->dst_handle);

	if (args->dst_point) {
		sync_set_point(dst, args->dst_point);
		return;
	}
	sync_set_fence(dst);
	dst->vague = true;
}

/* ---- many at once ----------------------------------------------------------------------------- */

static uint64_t put_handles(struct call *c, uint32_t *count)
{
	uint32_t handles[MANY], i;

	*count = 1 + rng_below(&c->rng, MANY);
	for (i = 0; i < *count; i++)
		handles[i] = pick_sync(c);
	return array_put(c, ARRAY_A, handles, *count, sizeof(*handles));
}

static uint64_t put_points(struct call *c, uint32_t count)
{
	const uint32_t *handles = array_read(c, c->arrays[ARRAY_A].address, count,
					     sizeof(*handles));
	uint64_t points[MANY];
	uint32_t i;

	for (i = 0; i < count; i++) {
		const struct sync *sync = c->blind || !handles ? NULL :
							       sync_find(c->file, handles[i]);

		points[i] = (sync ? sync->top : 0) + rng_below(&c->rng, 3);
	}
	return array_put(c, ARRAY_B, points, count, sizeof(*points));
}

/* Are all the handles there? NULL, with what is wrong noted, if not. */
static const uint32_t *predict_handles(struct call *c, uint64_t address, uint32_t count)
{
	const uint32_t *handles = array_read(c, address, count, sizeof(*handles));
	uint32_t i;

	refuse_if(c, count > MANY_MAX, EINVAL);
	refuse_if(c, !handles, EFAULT);
	for (i = 0; handles && i < count && i < MANY_MAX; i++)
		refuse_if(c, !sync_find(c->file, handles[i]), ENOENT);
	return handles;
}

static void make_array(struct call *c)
{
	pick_file(c);
	c->args.sync_array.handles = put_handles(c, &c->args.sync_array.count_handles);
}

/* The driver looks at the count where it belongs, also if the structure ends before. */
static void predict_count(struct call *c, size_t at)
{
	if (bytes_in(c) >= at + sizeof(uint32_t))
		return;
	may(c, EINVAL);
	may(c, EFAULT);
}

static void predict_array(struct call *c)
{
	const struct drm_syncobj_array *args = &c->seen.sync_array;

	predict_count(c, offsetof(struct drm_syncobj_array, count_handles));
	refuse_if(c, args->pad || !args->count_handles, EINVAL);
	if (args->count_handles)
		predict_handles(c, args->handles, args->count_handles);
}

static void done_reset(struct call *c)
{
	const uint32_t *handles = (void *)(uintptr_t)c->seen.sync_array.handles;
	uint32_t i;

	for (i = 0; i < c->seen.sync_array.count_handles; i++) {
		struct sync *sync = sync_find(c->file, handles[i]);

		sync_set_fence(sync);
		sync->has_fence = false;
	}
}

static void done_signal(struct call *c)
{
	const uint32_t *handles = (void *)(uintptr_t)c->seen.sync_array.handles;
	uint32_t i;

	for (i = 0; i < c->seen.sync_array.count_handles; i++)
		sync_set_fence(sync_find(c->file, handles[i]));
}

static void make_timeline_array(struct call *c)
{
	struct drm_syncobj_timeline_array *args = &c->args.timeline_array;

	pick_file(c);
	args->handles = put_handles(c, &args->count_handles);
	args->points = put_points(c, args->count_handles);
}

static void predict_timeline_array(struct call *c)
{
	const struct drm_syncobj_timeline_array *args = &c->seen.timeline_array;

	predict_count(c, offsetof(struct drm_syncobj_timeline_array, count_handles));
	refuse_if(c, !args->count_handles, EINVAL);
	if (args->count_handles)
		predict_handles(c, args->handles, args->count_handles);
}

static void predict_points(struct call *c, uint64_t address, uint32_t count)
{
	/* Without any, all are 0. */
	refuse_if(c, address && count && !array_read(c, address, count, sizeof(uint64_t)),
		  EFAULT);
}

static void predict_timeline_signal(struct call *c)
{
	predict_timeline_array(c);
	predict_points(c, c->seen.timeline_array.points, c->seen.timeline_array.count_handles);
	refuse_if(c, c->seen.timeline_array.flags, EINVAL);
}

static void predict_query(struct call *c)
{
	const struct drm_syncobj_timeline_array *args = &c->seen.timeline_array;

	predict_timeline_array(c);
	refuse_if(c, args->flags & ~DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED, EINVAL);
	refuse_if(c, args->count_handles &&
		  !array_writable(c, args->points, 8ull * args->count_handles), EFAULT);
}

static void done_timeline_signal(struct call *c)
{
	const struct drm_syncobj_timeline_array *args = &c->seen.timeline_array;
	const uint32_t *handles = (void *)(uintptr_t)args->handles;
	uint64_t point;
	uint32_t i;

	for (i = 0; i < args->count_handles; i++) {
		point = 0;
		if (args->points)
			memcpy(&point, (uint8_t *)(uintptr_t)args->points + 8 * i,
			       sizeof(point));
		/* Point 0 signals nothing new, and makes a link all the same. */
		sync_set_point(sync_find(c->file, handles[i]), point);
	}
}

/* ---- waits -------------------------------------------------------------------------------------- */

static int64_t pick_timeout(struct call *c)
{
	if (rng_one_in(&c->rng, 32))
		return time_now() + SECOND / 1000;
	return 0;
}

static void make_wait(struct call *c)
{
	struct drm_syncobj_wait *args = &c->args.sync_wait;

	pick_file(c);
	args->handles = put_handles(c, &args->count_handles);
	args->timeout_nsec = pick_timeout(c);
	args->flags = rng_below(&c->rng, 4);
	if (rng_one_in(&c->rng, 8)) {
		args->flags |= DRM_SYNCOBJ_WAIT_FLAGS_WAIT_DEADLINE;
		args->deadline_nsec = time_now();
	}
}

static void make_timeline_wait(struct call *c)
{
	struct drm_syncobj_timeline_wait *args = &c->args.timeline_wait;

	pick_file(c);
	args->handles = put_handles(c, &args->count_handles);
	args->points = put_points(c, args->count_handles);
	args->timeout_nsec = pick_timeout(c);
	args->flags = rng_below(&c->rng, 8);
}

/* What nobody may ever signal is not waited for longer than a moment. */
static bool wait_sleeps(const struct call *c)
{
	return c->seen.sync_wait.timeout_nsec > time_now() + SECOND / 100;
}

static bool timeline_wait_sleeps(const struct call *c)
{
	return c->seen.timeline_wait.timeout_nsec > time_now() + SECOND / 100;
}

static void predict_wait(struct call *c)
{
	const struct drm_syncobj_wait *args = &c->seen.sync_wait;

	may(c, ETIME);
	may(c, EINVAL);
	c->skip = wait_sleeps(c);
	predict_count(c, offsetof(struct drm_syncobj_wait, count_handles));
	refuse_if(c, args->flags & ~0xfu, EINVAL);
	if (args->count_handles)
		predict_handles(c, args->handles, args->count_handles);
}

static void predict_timeline_wait(struct call *c)
{
	const struct drm_syncobj_timeline_wait *args = &c->seen.timeline_wait;

	may(c, ETIME);
	may(c, EINVAL);
	c->skip = timeline_wait_sleeps(c);
	predict_count(c, offsetof(struct drm_syncobj_timeline_wait, count_handles));
	refuse_if(c, args->flags & ~0xfu, EINVAL);
	if (!args->count_handles)
		return;
	predict_handles(c, args->handles, args->count_handles);
	predict_points(c, args->points, args->count_handles);
}

/* ---- eventfd -------------------------------------------------------------------------------------- */

static void make_eventfd(struct call *c)
{
	struct drm_syncobj_eventfd *args = &c->args.eventfd;
	struct fd *fd;

	pick_file(c);
	fd = pick_fd(c, FD_EVENT);
	if (!fd && !c->blind)
		fd = fd_add(c, FD_EVENT, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), NULL, NULL);
	args->handle = pick_sync(c);
	args->fd = fd ? fd->fd : -1;
	args->point = rng_below(&c->rng, 8);
	if (rng_one_in(&c->rng, 2))
		args->flags = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;
}

static void predict_eventfd(struct call *c)
{
	const struct drm_syncobj_eventfd *args = &c->seen.eventfd;

	refuse_if(c, args->pad, EINVAL);
	refuse_if(c, args->flags & ~DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE, EINVAL);
	refuse_if(c, !sync_find(c->file, args->handle), ENOENT);
	if (!find_fd(args->fd, FD_EVENT)) {
		refuse(c, EINVAL);
		may(c, EBADF);
	}
}

#define ARRAY_FIELDS	"handles:8 count_handles:4 pad:4"
#define TIMELINE_FIELDS	"handles:8 points:8 count_handles:4 flags:4"

const struct call_type sync_calls[] = {
	{ "SYNCOBJ_CREATE", 15, DRM_IOCTL_SYNCOBJ_CREATE, "handle:4 flags:4",
	  make_create, predict_create, done_create, .errors = sync_errors },
	{ "SYNCOBJ_DESTROY", 20, DRM_IOCTL_SYNCOBJ_DESTROY, "handle:4 pad:4",
	  make_destroy, predict_destroy, done_destroy, .errors = sync_errors },
	{ "SYNCOBJ_HANDLE_TO_FD", 5, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD,
	  "handle:4 flags:4 fd:4 pad:4",
	  make_to_fd, predict_to_fd, done_to_fd, forget_to_fd, .errors = sync_errors },
	{ "SYNCOBJ_FD_TO_HANDLE", 10, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE,
	  "handle:4 flags:4 fd:4 pad:4",
	  make_from_fd, predict_from_fd, done_from_fd, .errors = sync_errors },
	{ "SYNCOBJ_TRANSFER", 25, DRM_IOCTL_SYNCOBJ_TRANSFER,
	  "src_handle:4 dst_handle:4 src_point:8 dst_point:8 flags:4 pad:4",
	  make_transfer, predict_transfer, done_transfer, .sleeps = transfer_sleeps,
	  .errors = sync_errors },
	{ "SYNCOBJ_RESET", 15, DRM_IOCTL_SYNCOBJ_RESET, ARRAY_FIELDS,
	  make_array, predict_array, done_reset, .errors = sync_errors },
	{ "SYNCOBJ_SIGNAL", 25, DRM_IOCTL_SYNCOBJ_SIGNAL, ARRAY_FIELDS,
	  make_array, predict_array, done_signal, .errors = sync_errors },
	{ "SYNCOBJ_TIMELINE_SIGNAL", 25, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, TIMELINE_FIELDS,
	  make_timeline_array, predict_timeline_signal, done_timeline_signal,
	  .errors = sync_errors },
	{ "SYNCOBJ_QUERY", 50, DRM_IOCTL_SYNCOBJ_QUERY, TIMELINE_FIELDS,
	  make_timeline_array, predict_query, NULL, .errors = sync_errors },
	{ "SYNCOBJ_WAIT", 40, DRM_IOCTL_SYNCOBJ_WAIT,
	  "handles:8 timeout_nsec:8 count_handles:4 flags:4 first_signaled:4 pad:4 "
	  "deadline_nsec:8",
	  make_wait, predict_wait, .sleeps = wait_sleeps, .errors = sync_errors },
	{ "SYNCOBJ_TIMELINE_WAIT", 40, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT,
	  "handles:8 points:8 timeout_nsec:8 count_handles:4 flags:4 first_signaled:4 pad:4 "
	  "deadline_nsec:8",
	  make_timeline_wait, predict_timeline_wait, .sleeps = timeline_wait_sleeps,
	  .errors = sync_errors },
	{ "SYNCOBJ_EVENTFD", 10, DRM_IOCTL_SYNCOBJ_EVENTFD, "handle:4 flags:4 point:8 fd:4 pad:4",
	  make_eventfd, predict_eventfd, NULL, .errors = sync_errors },
};

const unsigned int sync_call_count = ARRAY_LENGTH(sync_calls);
