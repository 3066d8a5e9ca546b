// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fences: timeline DRM syncobjs.
 */
#include <stdlib.h>
#include <unistd.h>
#include <xf86drm.h>

#include "internal.h"

static int check(const struct gantry_fence *fence)
{
	return gtr_device_check(fence ? fence->dev : NULL);
}

/* Also a point is given: they begin at 1, 0 would mean "whatever there is". */
static int check_point(const struct gantry_fence *fence, uint64_t point)
{
	int ret = check(fence);

	if (ret)
		return ret;
	return point ? 0 : -EINVAL;
}

static void close_handle(struct gantry_device *dev, uint32_t handle)
{
	if (gtr_device_is_own(dev))
		(void)GTR_CALL(drmSyncobjDestroy(dev->fd, handle));
}

/* Takes over @handle, also when it fails. */
static int fence_create(struct gantry_device *dev, uint32_t handle, struct gantry_fence **out)
{
	struct gantry_fence *fence = malloc(sizeof(*fence));

	if (!fence) {
		close_handle(dev, handle);
		return -ENOMEM;
	}
	fence->dev = dev;
	fence->handle = handle;
	gtr_device_get(dev);
	*out = fence;
	return 0;
}

int gantry_fence_create(struct gantry_device *dev, struct gantry_fence **out)
{
	uint32_t handle;
	int ret;

	ret = gtr_create_check(dev, out);
	if (ret)
		return ret;
	ret = GTR_CALL(drmSyncobjCreate(dev->fd, 0, &handle));
	return ret ? ret : fence_create(dev, handle, out);
}

void gantry_fence_destroy(struct gantry_fence *fence)
{
	struct gantry_device *dev;

	if (!fence)
		return;
	dev = fence->dev;
	close_handle(dev, fence->handle);
	free(fence);
	gtr_device_put(dev);
}

int gantry_fence_signal(struct gantry_fence *fence, uint64_t point)
{
	int ret = check_point(fence, point);

	if (ret)
		return ret;
	return GTR_CALL(drmSyncobjTimelineSignal(fence->dev->fd, &fence->handle, &point, 1));
}

int gantry_fence_wait(struct gantry_fence *fence, uint64_t point, int64_t timeout)
{
	int ret = check_point(fence, point);

	if (ret)
		return ret;
	ret = GTR_CALL(drmSyncobjTimelineWait(fence->dev->fd, &fence->handle, &point, 1,
					      gtr_deadline(timeout),
					      DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT, NULL));
	return ret == -ETIME ? -ETIMEDOUT : ret;
}

int gantry_fence_query(struct gantry_fence *fence, uint64_t *point)
{
	uint64_t now;
	int ret = check(fence);

	if (ret)
		return ret;
	if (!point)
		return -EINVAL;
	ret = GTR_CALL(drmSyncobjQuery(fence->dev->fd, &fence->handle, &now, 1));
	if (!ret)
		*point = now;
	return ret;
}

int gantry_fence_export(struct gantry_fence *fence)
{
	int ret, fd;

	ret = check(fence);
	if (ret)
		return ret;
	ret = GTR_CALL(drmSyncobjHandleToFD(fence->dev->fd, fence->handle, &fd));
	return ret ? ret : fd;
}

int gantry_fence_import(struct gantry_device *dev, int syncobj_fd, struct gantry_fence **out)
{
	uint32_t handle;
	int ret;

	ret = gtr_create_check(dev, out);
	if (ret)
		return ret;
	ret = GTR_CALL(drmSyncobjFDToHandle(dev->fd, syncobj_fd, &handle));
	return ret ? ret : fence_create(dev, handle, out);
}

/*
 * The kernels we support exchange sync_files with the binary payload of a
 * syncobj only, so a point travels through a syncobj made for the moment: the
 * carrier, which the caller closes.
 */
static int carrier_create(struct gantry_fence *fence, uint64_t point, uint32_t *carrier)
{
	int ret = check_point(fence, point);

	return ret ? ret : GTR_CALL(drmSyncobjCreate(fence->dev->fd, 0, carrier));
}

int gantry_fence_export_sync_file(struct gantry_fence *fence, uint64_t point)
{
	uint32_t carrier;
	int dev_fd, ret, fd;

	ret = carrier_create(fence, point, &carrier);
	if (ret)
		return ret;
	dev_fd = fence->dev->fd;
	ret = GTR_CALL(drmSyncobjTransfer(dev_fd, carrier, 0, fence->handle, point, 0));
	if (!ret)
		ret = GTR_CALL(drmSyncobjExportSyncFile(dev_fd, carrier, &fd));
	close_handle(fence->dev, carrier);
	return ret ? ret : fd;
}

int gantry_fence_import_sync_file(struct gantry_fence *fence, uint64_t point,
				  int sync_file_fd)
{
	uint32_t carrier;
	int dev_fd, ret;

	ret = carrier_create(fence, point, &carrier);
	if (ret)
		return ret;
	dev_fd = fence->dev->fd;
	ret = GTR_CALL(drmSyncobjImportSyncFile(dev_fd, carrier, sync_file_fd));
	if (!ret)
		ret = GTR_CALL(drmSyncobjTransfer(dev_fd, fence->handle, point, carrier, 0, 0));
	close_handle(fence->dev, carrier);
	return ret;
}
