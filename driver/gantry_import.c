// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of other devices. Host memory stays while anybody holds its dma-buf; that
 * of another card goes away when that card does, and may hold anything while the
 * card is reset.
 */
#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/slab.h>
#include <drm/drm_drv.h>
#include <drm/drm_prime.h>

#include "gantry_bo.h"
#include "gantry_device.h"
#include "gantry_export.h"
#include "gantry_import.h"
#include "gantry_space.h"
#include "gantry_trace.h"

static void gantry_import_unmap_locked(struct gantry_bo *bo)
{
	struct sg_table *sgt = bo->sgt;

	dma_resv_assert_held(bo->attach->dmabuf->resv);
	bo->sgt = NULL;
	if (sgt)
		dma_buf_unmap_attachment(bo->attach, sgt, DMA_BIDIRECTIONAL);
}

/**
 * gantry_import_unmap - the card must not reach an imported buffer any more
 * @bo: no job uses it
 */
void gantry_import_unmap(struct gantry_bo *bo)
{
	struct dma_resv *resv = bo->attach->dmabuf->resv;

	dma_resv_lock(resv, NULL);
	gantry_import_unmap_locked(bo);
	dma_resv_unlock(resv);
}

/*
 * The other card goes away. Nobody can submit with this buffer while its reservation
 * object is locked, and nobody will after that: see gantry_import_check().
 */
static void gantry_import_invalidate(struct dma_buf_attachment *attach)
{
	struct gantry_bo *bo = attach->importer_priv;

	if (!bo->sgt)
		return;
	dma_resv_wait_timeout(attach->dmabuf->resv, DMA_RESV_USAGE_BOOKKEEP, false,
			      MAX_SCHEDULE_TIMEOUT);
	gantry_mappings_revoke(bo);
	gantry_import_unmap_locked(bo);
}

const struct dma_buf_attach_ops gantry_import_ops = {
	.allow_peer2peer = true,
	.invalidate_mappings = gantry_import_invalidate,
};

static struct gantry_bo *gantry_import_new(struct drm_device *drm, struct dma_buf *dmabuf)
{
	struct gantry_bo *bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);

	if (!bo)
		return NULL;
	gantry_bo_init(bo, DRM_GANTRY_REGION_HOST);
	bo->base.resv = dmabuf->resv;
	drm_gem_private_object_init(drm, &bo->base, dmabuf->size);
	return bo;
}

/* Take over @sgt, unless the card has gone; then it is still the caller's. */
static int gantry_import_take(struct gantry_bo *bo, struct sg_table *sgt)
{
	int idx, ret;

	if (!drm_dev_enter(bo->base.dev, &idx))
		return -ENODEV;
	bo->sgt = sgt;
	ret = gantry_bo_describe_host(bo);
	if (!ret && bo->host_extents.size < bo->base.size)
		ret = -EINVAL;
	if (ret)
		bo->sgt = NULL;
	else
		gantry_bo_list(bo);
	drm_dev_exit(idx);
	if (ret)
		return ret;
	bo->made = true;
	trace_gantry_buffer_import(dev_name(bo->base.dev->dev), bo->tenant, bo,
				   gantry_bo_trace_region(bo), bo->base.size);
	return 0;
}

/**
 * gantry_import_sgt - take in host memory of another device: &drm_driver.gem_prime_import_sg_table
 * @drm: the card
 * @attach: its attachment
 * @sgt: the memory as the card's bus sees it; ours on success
 *
 * Return: the new object or an error.
 */
struct drm_gem_object *gantry_import_sgt(struct drm_device *drm,
					 struct dma_buf_attachment *attach,
					 struct sg_table *sgt)
{
	struct gantry_bo *bo = gantry_import_new(drm, attach->dmabuf);
	int ret;

	if (!bo)
		return ERR_PTR(-ENOMEM);
	bo->attach = attach;
	ret = gantry_import_take(bo, sgt);
	if (ret) {
		/* The caller still owns the attachment, too. */
		drm_gem_object_put(&bo->base);
		return ERR_PTR(ret);
	}
	return &bo->base;
}

static int gantry_import_map(struct gantry_bo *bo)
{
	struct dma_resv *resv = bo->attach->dmabuf->resv;
	struct sg_table *sgt;
	int ret;

	dma_resv_lock(resv, NULL);
	sgt = dma_buf_map_attachment(bo->attach, DMA_BIDIRECTIONAL);
	ret = PTR_ERR_OR_ZERO(sgt);
	if (!ret) {
		ret = gantry_import_take(bo, sgt);
		if (ret)
			dma_buf_unmap_attachment(bo->attach, sgt, DMA_BIDIRECTIONAL);
	}
	dma_resv_unlock(resv);
	return ret;
}

/* What the card has imported already, another context maybe, with a reference, or NULL. */
static struct gantry_bo *gantry_import_find(struct gantry_device *gdev, struct dma_buf *dmabuf)
{
	struct gantry_bo *bo, *found = NULL;

	mutex_lock(&gdev->bo_lock);
	list_for_each_entry(bo, &gdev->bos, node) {
		if (bo->peer && bo->attach->dmabuf == dmabuf &&
		    kref_get_unless_zero(&bo->base.refcount)) {
			found = bo;
			break;
		}
	}
	mutex_unlock(&gdev->bo_lock);
	return found;
}

/* Memory of another card: reached where it is, for as long as it is there. */
static struct drm_gem_object *gantry_import_new_peer(struct drm_device *drm, struct dma_buf *dmabuf)
{
	struct drm_gem_object *theirs = dmabuf->priv;
	struct gantry_bo *bo = gantry_import_new(drm, dmabuf);
	struct dma_buf_attachment *attach;
	int ret;

	if (!bo)
		return ERR_PTR(-ENOMEM);
	bo->peer = to_gantry_device(theirs->dev);
	/*
	 * What one card writes to another may arrive after it said that it was done, and
	 * the memory may be zeroed and somebody else's by then.
	 */
	bo->read_only = true;
	attach = dma_buf_dynamic_attach(dmabuf, drm->dev, &gantry_import_ops, bo);
	ret = PTR_ERR_OR_ZERO(attach);
	if (!ret) {
		get_dma_buf(dmabuf);
		bo->attach = attach;
		bo->base.import_attach = attach;
		ret = gantry_import_map(bo);
	}
	if (ret) {
		drm_gem_object_put(&bo->base);
		return ERR_PTR(ret);
	}
	return &bo->base;
}

/*
 * Mapped once for all: whoever imports it for every copy would otherwise map it anew
 * while earlier copies go on.
 */
static struct drm_gem_object *gantry_import_peer(struct drm_device *drm, struct dma_buf *dmabuf)
{
	struct drm_gem_object *theirs = dmabuf->priv;
	struct gantry_bo *bo;

	if (atomic_read(&to_gantry_device(theirs->dev)->gone))
		return ERR_PTR(-ESTALE);
	bo = gantry_import_find(to_gantry_device(drm), dmabuf);
	return bo ? &bo->base : gantry_import_new_peer(drm, dmabuf);
}

/**
 * gantry_import - take in a dma-buf: &drm_driver.gem_prime_import
 * @drm: the card
 * @dmabuf: of whomever
 *
 * Return: the object with a reference, a new one or our own, or an error.
 */
struct drm_gem_object *gantry_import(struct drm_device *drm, struct dma_buf *dmabuf)
{
	struct drm_gem_object *obj = dmabuf->priv;

	if (dmabuf->ops != &gantry_export_ops)
		return drm_gem_prime_import(drm, dmabuf);
	if (obj->dev != drm)
		return gantry_import_peer(drm, dmabuf);
	drm_gem_object_get(obj);
	return obj;
}

/* The card whose memory it was has gone; known before those who take it back have the lock. */
bool gantry_import_is_lost(const struct gantry_bo *bo)
{
	return bo->peer && atomic_read(&bo->peer->gone);
}

/**
 * gantry_import_check - may a job use an imported buffer?
 * @bo: its reservation object is locked, so that it stays so until the job is in there
 *
 * Return: 0, or -ESTALE: the card whose memory it was has gone.
 */
int gantry_import_check(const struct gantry_bo *bo)
{
	if (gantry_import_is_lost(bo) || (bo->peer && !bo->sgt))
		return -ESTALE;
	return 0;
}
