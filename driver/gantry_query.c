// SPDX-License-Identifier: GPL-2.0-only
/* DRM_IOCTL_GANTRY_DEV_QUERY: what the card is and how it is doing. */
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>

#include "gantry_device.h"
#include "gantry_job.h"
#include "gantry_queue.h"
#include "gantry_region.h"
#include "gantry_reset.h"
#include "gantry_ring.h"

union gantry_answer {
	struct drm_gantry_device_info device;
	struct drm_gantry_region_info region;
	struct drm_gantry_sensor_info sensor;
	struct drm_gantry_neighbor_info neighbor;
	struct drm_gantry_counters_info counters;
	struct drm_gantry_fault_info fault;
};

static int gantry_query_device(struct gantry_file *file, u32 index, union gantry_answer *answer)
{
	struct drm_gantry_device_info *info = &answer->device;
	struct gantry_device *gdev = file->gdev;
	const struct gantry_backend *backend = gdev->backend;
	struct pci_dev *pdev = gantry_pci_dev(gdev);

	info->vendor_id = pdev->vendor;
	info->device_id = pdev->device;
	info->revision = pdev->revision;
	info->pci_domain = pci_domain_nr(pdev->bus);
	info->pci_bus = pdev->bus->number;
	info->pci_devfn = pdev->devfn;
	strscpy(info->name, backend->name, sizeof(info->name));
	info->serial = gdev->serial;
	info->region_count = gdev->region_count;
	info->sensor_count = backend->sensor_count;
	info->neighbor_count = backend->neighbor_count;
	info->ring_count = gdev->engine_count;
	info->max_queues = GANTRY_MAX_QUEUES;
	info->max_ops = GANTRY_MAX_OPS;
	info->max_syncs = GANTRY_MAX_SYNCS;
	info->max_jobs = GANTRY_MAX_JOBS;
	info->page_size = PAGE_SIZE;
	info->job_timeout_ms = gantry_job_timeout_ms();
	return 0;
}

static int gantry_query_region(struct gantry_file *file, u32 index, union gantry_answer *answer)
{
	gantry_region_info(&file->gdev->regions[index], &answer->region);
	return 0;
}

static int gantry_query_sensor(struct gantry_file *file, u32 index, union gantry_answer *answer)
{
	struct gantry_device *gdev = file->gdev;

	return gdev->backend->ops->sensor(gdev, index, &answer->sensor);
}

static int gantry_query_neighbor(struct gantry_file *file, u32 index, union gantry_answer *answer)
{
	struct gantry_device *gdev = file->gdev;

	return gdev->backend->ops->neighbor(gdev, index, &answer->neighbor);
}

static int gantry_query_counters(struct gantry_file *file, u32 index, union gantry_answer *answer)
{
	struct gantry_counters *counters = &file->gdev->counters;
	struct drm_gantry_counters_info *info = &answer->counters;

	info->jobs_completed = atomic64_read(&counters->jobs_completed);
	info->jobs_failed = atomic64_read(&counters->jobs_failed);
	info->jobs_timed_out = atomic64_read(&counters->jobs_timed_out);
	info->late_completions = atomic64_read(&counters->late_completions);
	info->ring_resets = atomic64_read(&counters->ring_resets);
	info->device_resets = atomic64_read(&counters->device_resets);
	info->bytes_copied = atomic64_read(&counters->bytes_copied);
	info->bytes_filled = atomic64_read(&counters->bytes_filled);
	info->bytes_scrubbed = atomic64_read(&counters->bytes_scrubbed);
	info->bytes_scrub_failed = atomic64_read(&counters->bytes_scrub_failed);
	info->device_resets_failed = atomic64_read(&counters->device_resets_failed);
	return 0;
}

static int gantry_query_fault(struct gantry_file *file, u32 index, union gantry_answer *answer)
{
	gantry_file_fault(file, &answer->fault);
	return 0;
}

struct gantry_query {
	int (*fill)(struct gantry_file *file, u32 index, union gantry_answer *answer);
	u32 size;
};

static const struct gantry_query gantry_queries[] = {
	[DRM_GANTRY_QUERY_DEVICE] = {
		gantry_query_device, sizeof(struct drm_gantry_device_info),
	},
	[DRM_GANTRY_QUERY_REGION] = {
		gantry_query_region, sizeof(struct drm_gantry_region_info),
	},
	[DRM_GANTRY_QUERY_SENSOR] = {
		gantry_query_sensor, sizeof(struct drm_gantry_sensor_info),
	},
	[DRM_GANTRY_QUERY_NEIGHBOR] = {
		gantry_query_neighbor, sizeof(struct drm_gantry_neighbor_info),
	},
	[DRM_GANTRY_QUERY_COUNTERS] = {
		gantry_query_counters, sizeof(struct drm_gantry_counters_info),
	},
	[DRM_GANTRY_QUERY_FAULT] = {
		gantry_query_fault, sizeof(struct drm_gantry_fault_info),
	},
};

/* How many indices a query has. */
static u32 gantry_query_count(struct gantry_device *gdev, u32 type)
{
	switch (type) {
	case DRM_GANTRY_QUERY_REGION:
		return gdev->region_count;
	case DRM_GANTRY_QUERY_SENSOR:
		return gdev->backend->sensor_count;
	case DRM_GANTRY_QUERY_NEIGHBOR:
		return gdev->backend->neighbor_count;
	default:
		return 1;
	}
}

static int gantry_query_answer(const struct gantry_query *query, struct gantry_file *file,
			       u32 index, struct drm_gantry_dev_query *args)
{
	union gantry_answer answer = {};
	void __user *to = u64_to_user_ptr(args->pointer);
	u32 known = min(args->size, query->size);
	int idx, ret;

	/* The backend may have to ask the card. */
	if (!drm_dev_enter(&file->gdev->drm, &idx))
		return -ENODEV;
	ret = query->fill(file, index, &answer);
	drm_dev_exit(idx);
	if (ret)
		return ret;
	if (copy_to_user(to, &answer, known) || clear_user(to + known, args->size - known))
		return -EFAULT;
	return 0;
}

/* DRM_IOCTL_GANTRY_DEV_QUERY */
int gantry_query_ioctl(struct drm_device *drm, void *data, struct drm_file *filp)
{
	struct drm_gantry_dev_query *args = data;
	struct gantry_device *gdev = to_gantry_device(drm);
	const struct gantry_query *query;
	u32 type, index, count;
	int ret = 0;

	if (args->pad || args->type >= ARRAY_SIZE(gantry_queries))
		return -EINVAL;
	type = array_index_nospec(args->type, ARRAY_SIZE(gantry_queries));
	count = gantry_query_count(gdev, type);
	/* Without a pointer 0 asks how large one would be, also where there is none. */
	if (args->index >= count && (args->pointer || args->index))
		return -ENOENT;
	index = array_index_nospec(args->index, count);
	/* Far more than any structure will need. */
	if (args->pointer && args->size > PAGE_SIZE)
		return -EINVAL;
	query = &gantry_queries[type];
	if (args->pointer)
		ret = gantry_query_answer(query, filp->driver_priv, index, args);
	if (!ret)
		args->size = query->size;
	return ret;
}
