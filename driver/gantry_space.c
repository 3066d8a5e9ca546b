// SPDX-License-Identifier: GPL-2.0-only
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_managed.h>

#include "gantry_bo.h"
#include "gantry_device.h"
#include "gantry_queue.h"
#include "gantry_reset.h"
#include "gantry_space.h"

/* A chip's larger pages need addresses to match: as much as any chip has use for. */
#define GANTRY_SPACE_ALIGN	SZ_2M

static void gantry_space_free(struct gantry_space *space)
{
	list_del(&space->node);
	drm_mm_takedown(&space->taken);
	mutex_destroy(&space->lock);
	kfree(space);
}

/* Nobody holds the card open any more: what is left are spaces that outlived it. */
static void gantry_spaces_release(struct drm_device *drm, void *res)
{
	struct gantry_device *gdev = to_gantry_device(drm);
	struct gantry_space *space, *next;

	list_for_each_entry_safe(space, next, &gdev->spaces, node)
		gantry_space_free(space);
	mutex_destroy(&gdev->space_lock);
}

/**
 * gantry_spaces_init - be ready for contexts
 * @gdev: a new card; what is made here goes with its DRM device
 *
 * Return: 0 or -ENOMEM.
 */
int gantry_spaces_init(struct gantry_device *gdev)
{
	mutex_init(&gdev->space_lock);
	INIT_LIST_HEAD(&gdev->spaces);
	return drmm_add_action_or_reset(&gdev->drm, gantry_spaces_release, NULL);
}

/**
 * gantry_spaces_fini - take all address spaces from a card that goes away
 * @gdev: unplugged, and its rings are stopped
 *
 * Who has one keeps an empty shell.
 */
void gantry_spaces_fini(struct gantry_device *gdev)
{
	struct gantry_space *space;

	mutex_lock(&gdev->space_lock);
	list_for_each_entry(space, &gdev->spaces, node)
		gdev->backend->ops->space_fini(space);
	mutex_unlock(&gdev->space_lock);
}

static struct gantry_space *gantry_space_new(struct gantry_device *gdev)
{
	const struct gantry_backend *backend = gdev->backend;
	struct gantry_space *space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!space)
		return ERR_PTR(-ENOMEM);
	space->gdev = gdev;
	ret = backend->ops->space_init(space);
	if (ret) {
		kfree(space);
		return ERR_PTR(ret);
	}
	mutex_init(&space->lock);
	drm_mm_init(&space->taken, backend->space_start,
		    backend->space_end - backend->space_start);
	mutex_lock(&gdev->space_lock);
	list_add(&space->node, &gdev->spaces);
	mutex_unlock(&gdev->space_lock);
	return space;
}

/**
 * gantry_space_create - make an empty address space
 * @gdev: the card
 *
 * May sleep.
 *
 * Return: the space, NULL: this chip has none; -ENOMEM, -ENODEV the card is gone, -EIO.
 */
struct gantry_space *gantry_space_create(struct gantry_device *gdev)
{
	struct gantry_space *space;
	int idx;

	if (!gdev->backend->space_end)
		return NULL;
	if (!drm_dev_enter(&gdev->drm, &idx))
		return ERR_PTR(-ENODEV);
	space = gantry_space_new(gdev);
	drm_dev_exit(idx);
	return space;
}

/**
 * gantry_space_destroy - undo gantry_space_create()
 * @space: which, or NULL; no mapping and no ring is left in it
 */
void gantry_space_destroy(struct gantry_space *space)
{
	struct gantry_device *gdev;
	int idx;

	if (!space)
		return;
	gdev = space->gdev;
	/* A card that has gone keeps it, as the rings that may be in it. */
	if (!drm_dev_enter(&gdev->drm, &idx))
		return;
	mutex_lock(&gdev->space_lock);
	gdev->backend->ops->space_fini(space);
	gantry_space_free(space);
	mutex_unlock(&gdev->space_lock);
	drm_dev_exit(idx);
}

static int gantry_mapping_take(struct gantry_mapping *mapping, u64 size)
{
	u64 align = clamp_t(u64, rounddown_pow_of_two(size), PAGE_SIZE, GANTRY_SPACE_ALIGN);
	struct gantry_space *space = mapping->space;
	int ret;

	mutex_lock(&space->lock);
	/* The lowest, for which there most likely are page tables already. */
	ret = drm_mm_insert_node_generic(&space->taken, &mapping->va, size, align, 0,
					 DRM_MM_INSERT_LOW);
	mutex_unlock(&space->lock);
	return ret == -ENOSPC ? -ENOMEM : ret;
}

static void gantry_mapping_give_back(struct gantry_mapping *mapping)
{
	struct gantry_space *space = mapping->space;

	mutex_lock(&space->lock);
	drm_mm_remove_node(&mapping->va);
	mutex_unlock(&space->lock);
}

/* One run of addresses, however many runs of memory are behind it. */
static void gantry_mapping_describe(struct gantry_mapping *mapping)
{
	mapping->run = (struct gantry_extent){ .addr = mapping->va.start };
	mapping->whole = (struct gantry_extents){
		.table = &mapping->run, .count = 1, .room = 1, .size = mapping->va.size,
	};
	mapping->extents = &mapping->whole;
}

/* In drm_dev_enter(): let the card forget what is there, all of it or some. */
static void gantry_mapping_erase(struct gantry_mapping *mapping)
{
	struct gantry_device *gdev = mapping->space->gdev;
	u32 outages = atomic_read(&gdev->outages);

	if (gdev->backend->ops->space_unmap(mapping->space, mapping->va.start, mapping->va.size))
		gantry_device_distrust(gdev, outages);
}

static int gantry_mapping_enter(struct gantry_mapping *mapping)
{
	const struct gantry_extents *memory = gantry_bo_extents(mapping->bo);
	struct gantry_device *gdev = mapping->space->gdev;
	int idx, ret = gantry_mapping_take(mapping, memory->size);

	if (ret)
		return ret;
	ret = -ENODEV;
	if (drm_dev_enter(&gdev->drm, &idx)) {
		ret = gdev->backend->ops->space_map(mapping->space, mapping->va.start, memory);
		/* Nobody used it, but the card may have looked at what is next to it. */
		if (ret)
			gantry_mapping_erase(mapping);
		drm_dev_exit(idx);
	}
	if (ret) {
		gantry_mapping_give_back(mapping);
		return ret;
	}
	gantry_mapping_describe(mapping);
	return 0;
}

/* The context reaches nothing there any more; it may be called again. */
static void gantry_mapping_empty(struct gantry_mapping *mapping)
{
	struct gantry_device *gdev = mapping->space->gdev;
	int idx;

	if (drm_dev_enter(&gdev->drm, &idx)) {
		gantry_mapping_erase(mapping);
		drm_dev_exit(idx);
	}
}

static void gantry_mapping_leave(struct gantry_mapping *mapping)
{
	gantry_mapping_empty(mapping);
	gantry_mapping_give_back(mapping);
}

/**
 * gantry_mappings_revoke - the memory of a buffer goes away: let no context reach it
 * @bo: no job uses it, and none will
 *
 * May sleep.
 */
void gantry_mappings_revoke(struct gantry_bo *bo)
{
	struct gantry_mapping *mapping;

	mutex_lock(&bo->mappings_lock);
	bo->revoked = true;
	list_for_each_entry(mapping, &bo->mappings, node)
		if (mapping->space)
			gantry_mapping_empty(mapping);
	mutex_unlock(&bo->mappings_lock);
}

static struct gantry_mapping *gantry_mapping_new(struct gantry_space *space, struct gantry_bo *bo)
{
	struct gantry_mapping *mapping;
	int ret = 0;

	if (bo->revoked)
		return ERR_PTR(-ESTALE);
	mapping = kzalloc(sizeof(*mapping), GFP_KERNEL_ACCOUNT);
	if (!mapping)
		return ERR_PTR(-ENOMEM);
	kref_init(&mapping->ref);
	mapping->space = space;
	mapping->bo = bo;
	if (space)
		ret = gantry_mapping_enter(mapping);
	else
		mapping->extents = gantry_bo_extents(bo);
	if (ret) {
		kfree(mapping);
		return ERR_PTR(ret);
	}
	drm_gem_object_get(&bo->base);
	list_add(&mapping->node, &bo->mappings);
	return mapping;
}

/* Without spaces all contexts have the same mapping, at the buffer's own addresses. */
static struct gantry_mapping *gantry_mapping_find(struct gantry_space *space, struct gantry_bo *bo)
{
	struct gantry_mapping *mapping;

	lockdep_assert_held(&bo->mappings_lock);
	list_for_each_entry(mapping, &bo->mappings, node)
		if (mapping->space == space)
			return mapping;
	return NULL;
}

/**
 * gantry_mapping_get - the mapping of a buffer in a context
 * @space: the context's
 * @bo: the buffer, of which the context has a handle
 *
 * Return: the mapping with a reference for the caller; NULL: the handle is just being
 * made or closed.
 */
struct gantry_mapping *gantry_mapping_get(struct gantry_space *space, struct gantry_bo *bo)
{
	struct gantry_mapping *mapping;

	mutex_lock(&bo->mappings_lock);
	mapping = gantry_mapping_find(space, bo);
	if (mapping)
		kref_get(&mapping->ref);
	mutex_unlock(&bo->mappings_lock);
	return mapping;
}

static void gantry_mapping_release(struct kref *ref)
{
	struct gantry_mapping *mapping = container_of(ref, struct gantry_mapping, ref);
	struct gantry_bo *bo = mapping->bo;

	list_del(&mapping->node);
	mutex_unlock(&bo->mappings_lock);
	/* Before the buffer: its memory may be somebody else's next. */
	if (mapping->space)
		gantry_mapping_leave(mapping);
	kfree(mapping);
	drm_gem_object_put(&bo->base);
}

/* May sleep; the buffer may go with it. */
void gantry_mapping_put(struct gantry_mapping *mapping)
{
	struct drm_gem_object *obj = &mapping->bo->base;

	/* The lock is in the buffer, and must still be there when it is let go of. */
	drm_gem_object_get(obj);
	kref_put_mutex(&mapping->ref, gantry_mapping_release, &mapping->bo->mappings_lock);
	drm_gem_object_put(obj);
}

/* Unless it is the last reference, for which one may have to sleep; returns whether it was not. */
bool gantry_mapping_put_not_last(struct gantry_mapping *mapping)
{
	return refcount_dec_not_one(&mapping->ref.refcount);
}

static struct gantry_space *gantry_file_space(struct drm_file *filp)
{
	return ((struct gantry_file *)filp->driver_priv)->space;
}

/* &drm_gem_object_funcs.open: a context gets a handle */
int gantry_mapping_open(struct drm_gem_object *obj, struct drm_file *filp)
{
	struct gantry_space *space = gantry_file_space(filp);
	struct gantry_bo *bo = to_gantry_bo(obj);
	struct gantry_mapping *mapping;

	mutex_lock(&bo->mappings_lock);
	mapping = gantry_mapping_find(space, bo);
	if (mapping)
		kref_get(&mapping->ref);
	else
		mapping = gantry_mapping_new(space, bo);
	mutex_unlock(&bo->mappings_lock);
	return PTR_ERR_OR_ZERO(mapping);
}

/* &drm_gem_object_funcs.close: it gives it up; jobs may still need the mapping */
void gantry_mapping_close(struct drm_gem_object *obj, struct drm_file *filp)
{
	struct gantry_bo *bo = to_gantry_bo(obj);
	struct gantry_mapping *mapping;

	mutex_lock(&bo->mappings_lock);
	mapping = gantry_mapping_find(gantry_file_space(filp), bo);
	mutex_unlock(&bo->mappings_lock);
	if (!WARN_ON_ONCE(!mapping))
		gantry_mapping_put(mapping);
}
