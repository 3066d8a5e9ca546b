/* SPDX-License-Identifier: GPL-2.0-only */
/* Buffers: GEM objects in device memory, in host memory, or imported. */
#ifndef GANTRY_BO_H
#define GANTRY_BO_H

#include <drm/drm_gem.h>

#include "gantry_extents.h"
#include "gantry_policy.h"
#include "gantry_region.h"

struct drm_printer;
struct gantry_mapping;
struct gantry_device;

/**
 * struct gantry_bo - a buffer
 * @base: GEM object
 * @region: device region's index or %DRM_GANTRY_REGION_HOST
 * @tenant: who made it
 * @owner: whose context made it, referenced; NULL: nobody's
 * @stamp: policies that know of it
 * @asked_region: the region as they know it
 * @made: it was whole, and tracepoints know of it
 * @read_only: user space may neither map it writable nor name it as destination
 * @memory: device memory, or NULL
 * @pages: host memory of our own, or NULL
 * @sgt: memory beyond the card as its bus sees it; NULL in device memory, after unplug,
 *	and when the card that it was imported from has gone. Of an imported buffer
 *	guarded by its reservation object
 * @attach: of an imported buffer, or NULL
 * @peer: card whose memory was imported, or NULL; the dma-buf of @attach holds it
 * @host_extents: addresses of @sgt
 * @node: in the card's list of buffers that have @sgt
 * @dmabuf: of exported device memory, or NULL; guarded by the reservation object
 * @export_node: in the card's list of exported device memory
 * @mappings_lock: guards @mappings and @revoked
 * @mappings: one for each context that has a handle, or for all of them
 * @revoked: the card that it was imported from has gone
 */
struct gantry_bo {
	struct drm_gem_object base;
	u32 region;
	u64 tenant;
	struct gantry_tenant *owner;
	gantry_stamp stamp;
	u32 asked_region;
	bool made;
	bool read_only;
	struct gantry_memory *memory;
	struct page **pages;
	struct sg_table *sgt;
	struct dma_buf_attachment *attach;
	struct gantry_device *peer;
	struct gantry_extents host_extents;
	struct list_head node;
	struct dma_buf *dmabuf;
	struct list_head export_node;
	struct mutex mappings_lock; /* mappings, revoked */
	struct list_head mappings;
	bool revoked;
};

static inline struct gantry_bo *to_gantry_bo(struct drm_gem_object *obj)
{
	return container_of(obj, struct gantry_bo, base);
}

/* Where a buffer's bytes are on the card's bus: so it stays while it is there and referenced. */
static inline const struct gantry_extents *gantry_bo_extents(const struct gantry_bo *bo)
{
	return bo->memory ? &bo->memory->extents : &bo->host_extents;
}

/* The region as tracepoints have it: imported memory is nobody's here. */
static inline u32 gantry_bo_trace_region(const struct gantry_bo *bo)
{
	return bo->attach ? (u32)-2 : bo->region;
}

struct gantry_bo *gantry_bo_create(struct gantry_device *gdev, u64 size, u32 region);
void gantry_bos_unmap(struct gantry_device *gdev);

/* For gantry_import.c */
void gantry_bo_init(struct gantry_bo *bo, u32 region);
int gantry_bo_describe_host(struct gantry_bo *bo);
void gantry_bo_list(struct gantry_bo *bo);

void gantry_bo_show_fdinfo(struct drm_printer *p, struct drm_file *filp);

int gantry_bo_create_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);
int gantry_bo_prime_export(struct drm_device *drm, struct drm_file *filp, u32 handle, u32 flags,
			   int *fd);
int gantry_bo_info_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);

extern const struct drm_gem_object_funcs gantry_bo_funcs;

/* gantry_bo_map.c */
int gantry_bo_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma);
extern const struct vm_operations_struct gantry_bo_vm_ops;

#endif
