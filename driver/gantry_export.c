// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device memory for other devices: a dma-buf whose bytes are in a BAR of the card.
 *
 * There are no pages, and nowhere to move the bytes to. So only who lets go of them
 * when told to may attach, which is this driver's own cards, and only where the
 * kernel knows that one device can reach the other. The memory stays where it is
 * until the card is unbound; after that its addresses may be somebody else's.
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/pci-p2pdma.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <drm/drm_prime.h>

#include "gantry_bo.h"
#include "gantry_device.h"
#include "gantry_export.h"
#include "gantry_import.h"

/* A scatterlist's length has 32 bits. */
#define GANTRY_SG_MOST		((u64)SZ_1G)

/* No cache holds any of it, so two contexts of a card may well map it both. */
#define GANTRY_EXPORT_ATTRS	DMA_ATTR_SKIP_CPU_SYNC

static struct gantry_bo *gantry_exported(const struct dma_buf *dmabuf)
{
	return to_gantry_bo(dmabuf->priv);
}

static int gantry_export_attach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	struct gantry_device *gdev = to_gantry_device(gantry_exported(dmabuf)->base.dev);

	if (atomic_read(&gdev->gone))
		return -ESTALE;
	/* Of others we do not know when they let go of what was taken back. */
	if (attach->importer_ops != &gantry_import_ops || !attach->peer2peer)
		return -EOPNOTSUPP;
	if (pci_p2pdma_distance(gantry_pci_dev(gdev), attach->dev, false) < 0)
		return -EOPNOTSUPP;
	return 0;
}

/* Older kernels pin for every importer. Device memory never moves, so there is nothing to do. */
static int gantry_export_pin(struct dma_buf_attachment *attach)
{
	return 0;
}

static void gantry_export_unpin(struct dma_buf_attachment *attach)
{
}

static void gantry_export_undo(struct device *dev, struct sg_table *sgt,
			       enum dma_data_direction direction)
{
	struct scatterlist *sg;
	u32 i;

	for_each_sgtable_sg(sgt, sg, i)
		if (sg_dma_len(sg))
			dma_unmap_resource(dev, sg_dma_address(sg), sg_dma_len(sg), direction,
					   GANTRY_EXPORT_ATTRS);
	sg_free_table(sgt);
	kfree(sgt);
}

/* The run from @offset on as an entry of a table: its length, and its place in the BAR. */
static u64 gantry_export_run(const struct gantry_bo *bo, u64 offset, u32 *hint, phys_addr_t *phys)
{
	const struct gantry_region *region = bo->memory->region;
	u64 length, addr = gantry_extents_find(&bo->memory->extents, offset, hint, &length);

	*phys = region->cpu_base + (addr - region->base);
	return min(length, GANTRY_SG_MOST);
}

static u32 gantry_export_runs(const struct gantry_bo *bo)
{
	u32 count = 0, hint = 0;
	phys_addr_t phys;
	u64 offset;

	for (offset = 0; offset < bo->base.size; count++)
		offset += gantry_export_run(bo, offset, &hint, &phys);
	return count;
}

static int gantry_export_map_runs(const struct gantry_bo *bo, struct device *dev,
				  struct sg_table *sgt, enum dma_data_direction direction)
{
	struct scatterlist *sg;
	u32 i, hint = 0;
	u64 offset = 0;

	for_each_sgtable_sg(sgt, sg, i) {
		phys_addr_t phys;
		u64 length = gantry_export_run(bo, offset, &hint, &phys);
		dma_addr_t addr = dma_map_resource(dev, phys, length, direction,
						   GANTRY_EXPORT_ATTRS);

		if (dma_mapping_error(dev, addr))
			return -ENOMEM;
		sg_set_page(sg, NULL, length, 0);
		sg_dma_address(sg) = addr;
		sg_dma_len(sg) = length;
		offset += length;
	}
	return 0;
}

static struct sg_table *gantry_export_map(struct dma_buf_attachment *attach,
					  enum dma_data_direction direction)
{
	struct gantry_bo *bo = gantry_exported(attach->dmabuf);
	struct sg_table *sgt;
	int ret;

	dma_resv_assert_held(attach->dmabuf->resv);
	/* From here on, or before, gantry_exports_revoke() calls it back. */
	if (atomic_read(&to_gantry_device(bo->base.dev)->gone))
		return ERR_PTR(-ESTALE);
	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL_ACCOUNT);
	if (!sgt)
		return ERR_PTR(-ENOMEM);
	ret = sg_alloc_table(sgt, gantry_export_runs(bo), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (ret) {
		kfree(sgt);
		return ERR_PTR(ret);
	}
	ret = gantry_export_map_runs(bo, attach->dev, sgt, direction);
	if (ret) {
		gantry_export_undo(attach->dev, sgt, direction);
		return ERR_PTR(ret);
	}
	return sgt;
}

static void gantry_export_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
				enum dma_data_direction direction)
{
	gantry_export_undo(attach->dev, sgt, direction);
}

static void gantry_export_release(struct dma_buf *dmabuf)
{
	struct gantry_bo *bo = gantry_exported(dmabuf);
	struct gantry_device *gdev = to_gantry_device(bo->base.dev);

	mutex_lock(&gdev->bo_lock);
	list_del_init(&bo->export_node);
	mutex_unlock(&gdev->bo_lock);
	/* Whoever took it out of the list before may be revoking it. */
	dma_resv_lock(bo->base.resv, NULL);
	bo->dmabuf = NULL;
	dma_resv_unlock(bo->base.resv);
	drm_gem_dmabuf_release(dmabuf);
}

const struct dma_buf_ops gantry_export_ops = {
	.attach = gantry_export_attach,
	.pin = gantry_export_pin,
	.unpin = gantry_export_unpin,
	.map_dma_buf = gantry_export_map,
	.unmap_dma_buf = gantry_export_unmap,
	.release = gantry_export_release,
	.mmap = drm_gem_dmabuf_mmap,
	.vmap = drm_gem_dmabuf_vmap,
	.vunmap = drm_gem_dmabuf_vunmap,
};

/**
 * gantry_export - make a dma-buf of a buffer in device memory
 * @bo: has none yet
 * @flags: of its file
 *
 * Return: the dma-buf, which holds the buffer, or an error.
 */
struct dma_buf *gantry_export(struct gantry_bo *bo, int flags)
{
	struct gantry_device *gdev = to_gantry_device(bo->base.dev);
	struct dma_buf_export_info info = {
		.exp_name = KBUILD_MODNAME,
		.owner = THIS_MODULE,
		.ops = &gantry_export_ops,
		.size = bo->base.size,
		.flags = flags,
		.resv = bo->base.resv,
		.priv = &bo->base,
	};
	struct dma_buf *dmabuf = drm_gem_dmabuf_export(bo->base.dev, &info);

	if (IS_ERR(dmabuf))
		return dmabuf;
	bo->dmabuf = dmabuf;
	mutex_lock(&gdev->bo_lock);
	list_add(&bo->export_node, &gdev->exports);
	mutex_unlock(&gdev->bo_lock);
	return dmabuf;
}

/* One that is in the list has a dma-buf, and so a reference. */
static struct gantry_bo *gantry_exports_take(struct gantry_device *gdev)
{
	struct gantry_bo *bo;

	mutex_lock(&gdev->bo_lock);
	bo = list_first_entry_or_null(&gdev->exports, struct gantry_bo, export_node);
	if (bo) {
		list_del_init(&bo->export_node);
		drm_gem_object_get(&bo->base);
	}
	mutex_unlock(&gdev->bo_lock);
	return bo;
}

static void gantry_export_revoke(struct gantry_bo *bo)
{
	struct dma_resv *resv = bo->base.resv;

	dma_resv_lock(resv, NULL);
	if (bo->dmabuf)
		dma_buf_invalidate_mappings(bo->dmabuf);
	/* Importers that do not wait by themselves leave it to us. */
	dma_resv_wait_timeout(resv, DMA_RESV_USAGE_BOOKKEEP, false, MAX_SCHEDULE_TIMEOUT);
	dma_resv_unlock(resv);
}

/**
 * gantry_exports_revoke - take device memory back from all other devices
 * @gdev: unplugged and stopped: its own jobs have ended
 *
 * On return no device reaches the card's BARs through a dma-buf. Waits for jobs of
 * other devices that use the memory, which end or are ended by their own watchdogs.
 */
void gantry_exports_revoke(struct gantry_device *gdev)
{
	struct gantry_bo *bo;

	while ((bo = gantry_exports_take(gdev))) {
		gantry_export_revoke(bo);
		drm_gem_object_put(&bo->base);
	}
}
