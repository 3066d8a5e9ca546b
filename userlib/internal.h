/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library's sources share. Nothing here is exported.
 */
#ifndef GANTRY_INTERNAL_H
#define GANTRY_INTERNAL_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "gantry.h"
#include "gantry_accel.h"

/** Name of the DRM driver and of the PCI driver. */
#define GTR_DRIVER_NAME "gantry"

/**
 * struct gtr_handle - a GEM handle that one or more buffers stand for
 *
 * The kernel gives the same handle whenever the same memory is imported into
 * one context, and does not count: the first close ends it for all.
 */
struct gtr_handle {
	struct gtr_handle *next;
	uint32_t number;
	unsigned int users;
};

struct gantry_device {
	int fd;
	/** One for the user's pointer, one for each object made from it. */
	atomic_uint users;
	/** A page that reads as zero in a forked child. */
	const atomic_uint *own_process;
	struct gantry_device_info info;
	/** Guards @handles, and that importing and closing a handle exclude each other. */
	pthread_mutex_t handle_lock;
	struct gtr_handle *handles;
};

struct gantry_buffer {
	struct gantry_device *dev;
	struct gtr_handle *handle;
	/** No other buffer of this process has, or had, the same. */
	uint64_t serial;
	uint64_t length;
	uint64_t mmap_offset;
	uint32_t region;
	uint32_t flags;
	/** Guards @map. */
	pthread_mutex_t map_lock;
	void *map;
};

struct gantry_fence {
	struct gantry_device *dev;
	uint32_t handle;
};

struct gantry_queue {
	struct gantry_device *dev;
	const struct drm_gantry_queue_status *status;
	uint32_t number;
	uint32_t status_handle;
	uint32_t spin;

	/* the batch */
	uint32_t op_count, op_room;
	uint32_t wait_count, signal_count, sync_room;
	struct drm_gantry_op *ops;
	struct drm_gantry_sync *waits, *signals;
};

/**
 * GTR_CALL() - run a call that returns -1 and sets errno (or, in some functions
 * of libdrm, returns -errno and sets errno too), as one that returns 0 or
 * -errno and leaves errno alone; a result above 0 is kept
 */
#define GTR_CALL(call) ({					\
	int saved_errno_ = errno, result_ = (call);		\
								\
	if (result_ < 0)					\
		result_ = -errno;				\
	errno = saved_errno_;					\
	result_;						\
})

/**
 * GTR_SIZE_WITH() - size of a structure as it was when @last was its last member
 *
 * The smallest size that a program may give is that of the first release, however
 * much the structure has grown since.
 */
#define GTR_SIZE_WITH(type, last) (offsetof(type, last) + sizeof(((type *)0)->last))

/* abi.c */
int gtr_struct_out(void *user, size_t smallest, const void *ours, size_t size);
int gtr_struct_in(void *ours, size_t size, const void *user, size_t smallest);

/*
 * Is this the process that opened it? Inline, for every call begins with it: as a
 * function it would make the prep calls, which call no other, save all their
 * arguments, and that costs more than what they do.
 */
static inline bool gtr_device_is_own(const struct gantry_device *dev)
{
	return atomic_load_explicit(dev->own_process, memory_order_relaxed);
}

static inline int gtr_device_check(const struct gantry_device *dev)
{
	if (!dev)
		return -EINVAL;
	return gtr_device_is_own(dev) ? 0 : -ECHILD;
}

/** gtr_create_check() - what every call that makes an object begins with */
static inline int gtr_create_check(const struct gantry_device *dev, const void *out)
{
	int ret = gtr_device_check(dev);

	if (ret)
		return ret;
	return out ? 0 : -EINVAL;
}

/** Is this a range of the buffer, and not an empty one? */
static inline bool gtr_range_fits(const struct gantry_buffer *buf, uint64_t offset,
				  uint64_t length)
{
	return length && offset <= buf->length && length <= buf->length - offset;
}

/* device.c */
void gtr_device_get(struct gantry_device *dev);
void gtr_device_put(struct gantry_device *dev);

/* buffer.c */
int gtr_buffer_adopt(struct gantry_device *dev, int dmabuf_fd, struct gantry_buffer **out);
int gtr_map(int fd, uint64_t offset, size_t length, int protection, void **out);

/* time.c */
int64_t gtr_now(void);
int64_t gtr_deadline(int64_t timeout);

#endif /* GANTRY_INTERNAL_H */
