// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Buffers: GEM objects, their handles and their mappings.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "internal.h"

/*
 * Map, and keep it from children: a child that writes into it would write into
 * the parent's data, or hold device memory that the parent gave back.
 */
int gtr_map(int fd, uint64_t offset, size_t length, int protection, void **out)
{
	int saved_errno = errno;
	int ret = 0;
	void *map;

	map = mmap(NULL, length, protection, MAP_SHARED, fd, offset);
	if (map == MAP_FAILED) {
		ret = -errno;
	} else if (madvise(map, length, MADV_DONTFORK)) {
		ret = -errno;
		munmap(map, length);
	}
	errno = saved_errno;
	if (!ret)
		*out = map;
	return ret;
}

static void close_handle(struct gantry_device *dev, uint32_t number)
{
	if (gtr_device_is_own(dev))
		(void)GTR_CALL(drmCloseBufferHandle(dev->fd, number));
}

/* Caller holds handle_lock. A number that is known already gets one more user. */
static struct gtr_handle *handle_get(struct gantry_device *dev, uint32_t number)
{
	struct gtr_handle *handle;

	for (handle = dev->handles; handle; handle = handle->next) {
		if (handle->number == number) {
			handle->users++;
			return handle;
		}
	}
	handle = malloc(sizeof(*handle));
	if (!handle)
		return NULL;
	*handle = (struct gtr_handle) {
		.next = dev->handles,
		.number = number,
		.users = 1,
	};
	dev->handles = handle;
	return handle;
}

/* Caller holds handle_lock, unless this is a child: it has no other threads. */
static void handle_put(struct gantry_device *dev, struct gtr_handle *handle)
{
	struct gtr_handle **link = &dev->handles;

	if (--handle->users)
		return;
	while (*link != handle)
		link = &(*link)->next;
	*link = handle->next;
	close_handle(dev, handle->number);
	free(handle);
}

/* Caller holds handle_lock. Takes over handle @number, also when it fails. */
static int buffer_create(struct gantry_device *dev, uint32_t number, struct gantry_buffer **out)
{
	static atomic_uint_fast64_t serial;
	struct gantry_buffer *buf = calloc(1, sizeof(*buf));

	if (buf)
		buf->handle = handle_get(dev, number);
	if (!buf || !buf->handle) {
		struct gtr_handle *handle = dev->handles;

		while (handle && handle->number != number)
			handle = handle->next;
		if (!handle)	/* nobody else uses it */
			close_handle(dev, number);
		free(buf);
		return -ENOMEM;
	}
	pthread_mutex_init(&buf->map_lock, NULL);
	buf->dev = dev;
	buf->serial = atomic_fetch_add_explicit(&serial, 1, memory_order_relaxed);
	gtr_device_get(dev);
	*out = buf;
	return 0;
}

static int read_info(struct gantry_buffer *buf)
{
	struct drm_gantry_bo_info info = { .handle = buf->handle->number };
	int ret;

	ret = GTR_CALL(drmIoctl(buf->dev->fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
	if (ret)
		return ret;
	buf->length = info.size;
	buf->region = info.region;
	buf->mmap_offset = info.mmap_offset;
	if (info.flags & DRM_GANTRY_BO_IMPORTED)
		buf->flags |= GANTRY_BUFFER_IMPORTED;
	if (info.flags & DRM_GANTRY_BO_READ_ONLY)
		buf->flags |= GANTRY_BUFFER_READ_ONLY;
	return 0;
}

/* Where "any" region led to, and whatever else the kernel decided. */
static int buffer_finish(struct gantry_buffer *buf, struct gantry_buffer **out)
{
	int ret = read_info(buf);

	if (ret)
		gantry_buffer_destroy(buf);
	else
		*out = buf;
	return ret;
}

int gantry_buffer_create(struct gantry_device *dev, uint64_t length, uint32_t region,
			 struct gantry_buffer **out)
{
	struct drm_gantry_bo_create create = { .size = length, .region = region };
	struct gantry_buffer *buf;
	int ret;

	ret = gtr_create_check(dev, out);
	if (ret)
		return ret;
	if (!length)
		return -EINVAL;
	ret = GTR_CALL(drmIoctl(dev->fd, DRM_IOCTL_GANTRY_BO_CREATE, &create));
	if (ret)
		return ret;
	pthread_mutex_lock(&dev->handle_lock);
	ret = buffer_create(dev, create.handle, &buf);
	pthread_mutex_unlock(&dev->handle_lock);
	return ret ? ret : buffer_finish(buf, out);
}

/*
 * From the kernel's answer until the handle is counted, nobody may close a
 * handle: it could be this one.
 */
int gtr_buffer_adopt(struct gantry_device *dev, int dmabuf_fd, struct gantry_buffer **out)
{
	struct gantry_buffer *buf;
	uint32_t number;
	int ret;

	pthread_mutex_lock(&dev->handle_lock);
	ret = GTR_CALL(drmPrimeFDToHandle(dev->fd, dmabuf_fd, &number));
	if (!ret)
		ret = buffer_create(dev, number, &buf);
	pthread_mutex_unlock(&dev->handle_lock);
	return ret ? ret : buffer_finish(buf, out);
}

int gantry_buffer_export(struct gantry_buffer *buf)
{
	int ret, fd;

	ret = gtr_device_check(buf ? buf->dev : NULL);
	if (ret)
		return ret;
	ret = GTR_CALL(drmPrimeHandleToFD(buf->dev->fd, buf->handle->number,
					  DRM_CLOEXEC | DRM_RDWR, &fd));
	return ret ? ret : fd;
}

int gantry_buffer_map(struct gantry_buffer *buf, void **out)
{
	int protection, ret;

	ret = gtr_device_check(buf ? buf->dev : NULL);
	if (ret)
		return ret;
	if (!out)
		return -EINVAL;
	if (!buf->mmap_offset)
		return -EOPNOTSUPP;
	if (buf->length > SIZE_MAX)
		return -ENOMEM;
	protection = PROT_READ | (buf->flags & GANTRY_BUFFER_READ_ONLY ? 0 : PROT_WRITE);
	pthread_mutex_lock(&buf->map_lock);
	if (!buf->map)
		ret = gtr_map(buf->dev->fd, buf->mmap_offset, buf->length, protection,
			      &buf->map);
	if (!ret)
		*out = buf->map;
	pthread_mutex_unlock(&buf->map_lock);
	return ret;
}

static void unmap(struct gantry_buffer *buf)
{
	if (buf->map)
		(void)GTR_CALL(munmap(buf->map, buf->length));
	buf->map = NULL;
}

int gantry_buffer_unmap(struct gantry_buffer *buf)
{
	int ret;

	ret = gtr_device_check(buf ? buf->dev : NULL);
	if (ret)
		return ret;
	pthread_mutex_lock(&buf->map_lock);
	unmap(buf);
	pthread_mutex_unlock(&buf->map_lock);
	return 0;
}

void gantry_buffer_destroy(struct gantry_buffer *buf)
{
	struct gantry_device *dev;

	if (!buf)
		return;
	dev = buf->dev;
	if (gtr_device_is_own(dev)) {
		unmap(buf);
		pthread_mutex_lock(&dev->handle_lock);
		handle_put(dev, buf->handle);
		pthread_mutex_unlock(&dev->handle_lock);
	} else {
		/* no mapping here, and the lock may be held by a thread of the parent */
		handle_put(dev, buf->handle);
	}
	pthread_mutex_destroy(&buf->map_lock);
	free(buf);
	gtr_device_put(dev);
}

int gantry_buffer_get_info(const struct gantry_buffer *buf, struct gantry_buffer_info *info)
{
	struct gantry_buffer_info ours;
	int ret;

	ret = gtr_device_check(buf ? buf->dev : NULL);
	if (ret)
		return ret;
	ours = (struct gantry_buffer_info) {
		.length = buf->length,
		.region = buf->region,
		.flags = buf->flags,
		.handle = buf->handle->number,
	};
	return gtr_struct_out(info, GTR_SIZE_WITH(struct gantry_buffer_info, pad), &ours, sizeof(ours));
}
