// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a card tells about itself.
 */
#include <stdio.h>
#include <string.h>
#include <xf86drm.h>

#include "internal.h"

static int query(const struct gantry_device *dev, uint32_t type, uint32_t index,
		 void *answer, uint32_t size)
{
	struct drm_gantry_dev_query query = {
		.type = type,
		.index = index,
		.size = size,
		.pointer = (uintptr_t)answer,
	};
	int ret;

	ret = gtr_device_check(dev);
	if (ret)
		return ret;
	return GTR_CALL(drmIoctl(dev->fd, DRM_IOCTL_GANTRY_DEV_QUERY, &query));
}

/* The kernel promises the NUL; a name from a kernel that forgets is cut. */
static void copy_name(char *to, size_t room, const void *from, size_t length)
{
	snprintf(to, room, "%.*s", (int)length, (const char *)from);
}

int gantry_device_get_info(const struct gantry_device *dev, struct gantry_device_info *info)
{
	int ret = gtr_device_check(dev);

	if (ret)
		return ret;
	return gtr_struct_out(info, GTR_SIZE_WITH(struct gantry_device_info, job_timeout_ms),
			      &dev->info, sizeof(dev->info));
}

int gantry_device_get_region(const struct gantry_device *dev, unsigned int index,
			     struct gantry_region_info *info)
{
	struct drm_gantry_region_info kernel = { 0 };
	struct gantry_region_info ours = { 0 };
	int ret;

	ret = query(dev, DRM_GANTRY_QUERY_REGION, index, &kernel, sizeof(kernel));
	if (ret)
		return ret;
	ours.total = kernel.size;
	ours.free = kernel.free;
	ours.scrubbing = kernel.scrubbing;
	ours.dirty = kernel.dirty;
	copy_name(ours.name, sizeof(ours.name), kernel.name, sizeof(kernel.name));
	return gtr_struct_out(info, GTR_SIZE_WITH(struct gantry_region_info, name),
			      &ours, sizeof(ours));
}

int gantry_device_get_sensor(const struct gantry_device *dev, unsigned int index,
			     struct gantry_sensor_info *info)
{
	struct drm_gantry_sensor_info kernel = { 0 };
	struct gantry_sensor_info ours = { 0 };
	int ret;

	ret = query(dev, DRM_GANTRY_QUERY_SENSOR, index, &kernel, sizeof(kernel));
	if (ret)
		return ret;
	ours.kind = kernel.kind;
	ours.value = kernel.value;
	copy_name(ours.name, sizeof(ours.name), kernel.name, sizeof(kernel.name));
	return gtr_struct_out(info, GTR_SIZE_WITH(struct gantry_sensor_info, pad),
			      &ours, sizeof(ours));
}

int gantry_device_get_neighbor(const struct gantry_device *dev, unsigned int index,
			       struct gantry_neighbor_info *info)
{
	struct drm_gantry_neighbor_info kernel = { 0 };
	struct gantry_neighbor_info ours = { 0 };
	int ret;

	ret = query(dev, DRM_GANTRY_QUERY_NEIGHBOR, index, &kernel, sizeof(kernel));
	if (ret)
		return ret;
	ours.port = kernel.port;
	ours.serial = kernel.serial;
	return gtr_struct_out(info, GTR_SIZE_WITH(struct gantry_neighbor_info, pad),
			      &ours, sizeof(ours));
}

int gantry_device_get_counters(const struct gantry_device *dev,
			       struct gantry_counters_info *info)
{
	struct drm_gantry_counters_info kernel = { 0 };
	struct gantry_counters_info ours = { 0 };
	int ret;

	ret = query(dev, DRM_GANTRY_QUERY_COUNTERS, 0, &kernel, sizeof(kernel));
	if (ret)
		return ret;
	ours.jobs_completed = kernel.jobs_completed;
	ours.jobs_failed = kernel.jobs_failed;
	ours.jobs_timed_out = kernel.jobs_timed_out;
	ours.late_completions = kernel.late_completions;
	ours.ring_resets = kernel.ring_resets;
	ours.device_resets = kernel.device_resets;
	ours.bytes_copied = kernel.bytes_copied;
	ours.bytes_filled = kernel.bytes_filled;
	ours.bytes_scrubbed = kernel.bytes_scrubbed;
	ours.bytes_scrub_failed = kernel.bytes_scrub_failed;
	ours.device_resets_failed = kernel.device_resets_failed;
	return gtr_struct_out(info, GTR_SIZE_WITH(struct gantry_counters_info, bytes_scrub_failed),
			      &ours, sizeof(ours));
}

int gantry_device_get_fault(const struct gantry_device *dev, struct gantry_fault_info *info)
{
	struct drm_gantry_fault_info kernel = { 0 };
	struct gantry_fault_info ours = { 0 };
	int ret;

	ret = query(dev, DRM_GANTRY_QUERY_FAULT, 0, &kernel, sizeof(kernel));
	if (ret)
		return ret;
	ours.address = kernel.address;
	ours.seqno = kernel.seqno;
	ours.kind = kernel.kind;
	ours.access = kernel.access;
	ours.queue = kernel.queue;
	ours.engine = kernel.engine;
	return gtr_struct_out(info, GTR_SIZE_WITH(struct gantry_fault_info, engine),
			      &ours, sizeof(ours));
}
