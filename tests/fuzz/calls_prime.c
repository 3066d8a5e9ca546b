// SPDX-License-Identifier: GPL-2.0-only
/* Handles that are closed, dma-bufs both ways, names that there are none of. */
#include "race.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const int close_errors[] = { EINVAL, 0 };
static const int export_errors[] = { EINVAL, ENOENT, EACCES, ENOMEM, 0 };
static const int import_errors[] = { EINVAL, EBADF, EOPNOTSUPP, ENOMEM, 0 };
static const int flink_errors[] = { EOPNOTSUPP, 0 };

static void make_close(struct call *c)
{
	pick_file(c);
	/* A small world closes more than a large one. */
	if (!c->blind && c->file->handle_count < world.handles_used && !rng_one_in(&c->rng, 3))
		return;
	c->args.gem_close.handle = pick_handle(c);
}

static void predict_close(struct call *c)
{
	struct mem *mem = handle_find(c->file, c->seen.gem_close.handle);

	refuse_if(c, !mem, EINVAL);
	/* The last look at what it held. */
	if (!c->refused && rng_one_in(&c->rng, 2))
		shadow_check(c, c->file, mem);
}

static void done_close(struct call *c)
{
	handle_drop(c->file, c->seen.gem_close.handle);
}

/* ---- export ---------------------------------------------------------------------- */

static void make_export(struct call *c)
{
	pick_file(c);
	c->args.prime.handle = pick_handle(c);
	c->args.prime.flags = rng_below(&c->rng, 4) & 1 ? DRM_CLOEXEC : DRM_CLOEXEC | DRM_RDWR;
}

static void predict_export(struct call *c)
{
	const struct drm_prime_handle *args = &c->seen.prime;
	const struct mem *mem = handle_find(c->file, args->handle);

	refuse_if(c, args->flags & ~(DRM_CLOEXEC | DRM_RDWR), EINVAL);
	refuse_if(c, !mem, ENOENT);
	refuse_if(c, mem && mem->read_only, EACCES);
	/* Its number would be lost, and nobody would close it. */
	if (!c->refused && bytes_out(c) < sizeof(*args))
		c->skip = true;
}

static void done_export(struct call *c)
{
	struct mem *mem = handle_find(c->file, c->seen.prime.handle);

	fail_if(c, fcntl(c->back.prime.fd, F_GETFD) < 0, "descriptor %d is none",
		c->back.prime.fd);
	fd_add(c, FD_DMABUF, c->back.prime.fd, mem_get(mem), NULL);
}

static void forget_export(struct call *c)
{
	race_share(c, FD_DMABUF, c->back.prime.fd);
}

/* ---- import ----------------------------------------------------------------------- */

static void make_import(struct call *c)
{
	static const enum fd_kind kinds[] = { FD_SYNCOBJ, FD_SYNC_FILE, FD_EVENT, FD_OTHER };
	struct fd *fd;

	pick_file(c);
	fd = pick_fd(c, rng_one_in(&c->rng, 16) ? kinds[rng_below(&c->rng, 4)] : FD_DMABUF);
	c->args.prime.fd = fd ? fd->fd : -1;
}

static struct fd *find_fd(int number)
{
	unsigned int i;

	for (i = 0; i < FDS; i++)
		if (world.fds[i].kind != FD_NONE && world.fds[i].fd == number)
			return &world.fds[i];
	return NULL;
}

static void predict_import(struct call *c)
{
	int number = c->seen.prime.fd;
	const struct fd *fd = find_fd(number);

	if (!fd || fd->kind != FD_DMABUF) {
		refuse(c, fcntl(number, F_GETFD) < 0 ? EBADF : EINVAL);
		return;
	}
	/* Device memory has no pages for another card. */
	if (!fd->mem->foreign && fd->mem->card != c->file->card)
		refuse_if(c, fd->mem->region != DRM_GANTRY_REGION_HOST, EOPNOTSUPP);
	if (!c->refused && !handle_next(c->file))
		c->skip = true;
}

static void done_import(struct call *c)
{
	const struct fd *fd = find_fd(c->seen.prime.fd);
	uint32_t handle = handle_of(c->file, fd->mem);

	if (!handle) {
		handle = handle_next(c->file);
		handle_add(c->file, handle, fd->mem);
	}
	if (answered(c, struct drm_prime_handle, handle))
		fail_if(c, c->back.prime.handle != handle, "handle %u instead of %u",
			c->back.prime.handle, handle);
}

/* ---- names --------------------------------------------------------------------------- */

static void make_flink(struct call *c)
{
	pick_file(c);
	c->args.words[0] = pick_handle(c);
}

static void predict_flink(struct call *c)
{
	/* Before anything is looked at. */
	memset(c->allowed, 0, sizeof(c->allowed));
	refuse(c, EOPNOTSUPP);
}

const struct call_type prime_calls[] = {
	{ "GEM_CLOSE", 500, DRM_IOCTL_GEM_CLOSE, "handle:4 pad:4",
	  make_close, predict_close, done_close, .errors = close_errors },
	{ "PRIME_HANDLE_TO_FD", 5, DRM_IOCTL_PRIME_HANDLE_TO_FD, "handle:4 flags:4 fd:4",
	  make_export, predict_export, done_export, forget_export, .errors = export_errors },
	{ "PRIME_FD_TO_HANDLE", 8, DRM_IOCTL_PRIME_FD_TO_HANDLE, "handle:4 flags:4 fd:4",
	  make_import, predict_import, done_import, .errors = import_errors },
	{ "GEM_FLINK", 300, DRM_IOCTL_GEM_FLINK, "handle:4 name:4",
	  make_flink, predict_flink, NULL, .errors = flink_errors },
	{ "GEM_OPEN", 300, DRM_IOCTL_GEM_OPEN, "name:4 handle:4 size:8",
	  make_flink, predict_flink, NULL, .errors = flink_errors },
};

const unsigned int prime_call_count = ARRAY_LENGTH(prime_calls);
