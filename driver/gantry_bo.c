// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/file.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_prime.h>

#include "gantry_bo.h"
#include "gantry_device.h"
#include "gantry_export.h"
#include "gantry_huge.h"
#include "gantry_import.h"
#include "gantry_queue.h"
#include "gantry_region.h"
#include "gantry_space.h"
#include "gantry_tenant.h"
#include "gantry_trace.h"

/*
 * Is this a copy in a bounce buffer, which somebody would have to keep up to date?
 * Behind an IOMMU whole pages never are, but a kernel with CONFIG_DMA_API_DEBUG
 * wants everything synchronised there.
 */
static bool gantry_dma_bounced(struct device *dev, dma_addr_t addr)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	if (domain && domain->type != IOMMU_DOMAIN_IDENTITY)
		return false;
	return dma_need_sync(dev, addr);
}

/* Describe bo->sgt, mapped for the card, as runs. */
int gantry_bo_describe_host(struct gantry_bo *bo)
{
	u64 host_base = to_gantry_device(bo->base.dev)->host_base;
	struct scatterlist *sg;
	u32 i;
	int ret = gantry_extents_init(&bo->host_extents, bo->sgt->nents);

	if (ret)
		return ret;
	for_each_sgtable_dma_sg(bo->sgt, sg, i) {
		if (gantry_dma_bounced(bo->base.dev->dev, sg_dma_address(sg)))
			return -EOPNOTSUPP;
		gantry_extents_append(&bo->host_extents, host_base + sg_dma_address(sg),
				      sg_dma_len(sg));
	}
	return 0;
}

/* From now on an unplug unmaps the buffer, if nobody did before. */
void gantry_bo_list(struct gantry_bo *bo)
{
	struct gantry_device *gdev = to_gantry_device(bo->base.dev);

	mutex_lock(&gdev->bo_lock);
	list_add(&bo->node, &gdev->bos);
	mutex_unlock(&gdev->bo_lock);
}

/* The card must not reach host memory through this buffer any more. */
static void gantry_bo_unmap_host(struct gantry_bo *bo)
{
	struct sg_table *sgt = bo->sgt;

	if (bo->attach) {
		gantry_import_unmap(bo);
		return;
	}
	if (!sgt)
		return;
	bo->sgt = NULL;
	dma_unmap_sgtable(bo->base.dev->dev, sgt, DMA_BIDIRECTIONAL, 0);
	sg_free_table(sgt);
	kfree(sgt);
}

/* Nothing to unmap any more. Unmapping takes locks of others, so not with ours held. */
static void gantry_bo_unlist(struct gantry_bo *bo)
{
	struct gantry_device *gdev = to_gantry_device(bo->base.dev);
	bool empty;

	mutex_lock(&gdev->bo_lock);
	list_del_init(&bo->node);
	empty = list_empty(&gdev->bos);
	mutex_unlock(&gdev->bo_lock);
	if (empty)
		wake_up_all(&gdev->bos_empty);
}

/* A buffer in the list that is not being freed right now, with a reference, or NULL. */
static struct gantry_bo *gantry_bos_get(struct gantry_device *gdev)
{
	struct gantry_bo *bo, *found = NULL;

	mutex_lock(&gdev->bo_lock);
	list_for_each_entry(bo, &gdev->bos, node) {
		if (kref_get_unless_zero(&bo->base.refcount)) {
			found = bo;
			break;
		}
	}
	mutex_unlock(&gdev->bo_lock);
	return found;
}

/**
 * gantry_bos_unmap - unmap all host memory from a card that goes away
 * @gdev: unplugged and stopped
 *
 * A buffer that is being freed meanwhile is unmapped by whoever frees it.
 */
void gantry_bos_unmap(struct gantry_device *gdev)
{
	struct gantry_bo *bo;

	while ((bo = gantry_bos_get(gdev))) {
		gantry_bo_unmap_host(bo);
		gantry_bo_unlist(bo);
		drm_gem_object_put(&bo->base);
	}
	wait_event(gdev->bos_empty, list_empty_careful(&gdev->bos));
	/* Whoever took the last one out of the list may still hold its lock. */
	mutex_lock(&gdev->bo_lock);
	mutex_unlock(&gdev->bo_lock);
}

/* &drm_gem_object_funcs.free; also undoes a half-made buffer */
static void gantry_bo_free(struct drm_gem_object *obj)
{
	struct gantry_bo *bo = to_gantry_bo(obj);

	if (bo->made)
		trace_gantry_buffer_destroy(dev_name(obj->dev->dev), bo->tenant, bo,
					    gantry_bo_trace_region(bo), obj->size);
	if (bo->owner)
		gantry_policy_destroy_buffer(to_gantry_device(obj->dev), bo->owner, obj->size,
					     bo->asked_region, bo->stamp, 0);
	gantry_tenant_put(bo->owner);
	gantry_bo_unmap_host(bo);
	gantry_bo_unlist(bo);
	gantry_extents_fini(&bo->host_extents);
	if (bo->pages)
		drm_gem_put_pages(obj, bo->pages, true, false);
	if (bo->memory)
		gantry_memory_free(bo->memory);
	if (obj->import_attach)
		drm_prime_gem_destroy(obj, NULL);
	drm_gem_object_release(obj);
	mutex_destroy(&bo->mappings_lock);
	kfree(bo);
}

static struct sg_table *gantry_bo_get_sg_table(struct drm_gem_object *obj)
{
	struct gantry_bo *bo = to_gantry_bo(obj);

	/* Device memory is exported by other means, and does not come here. */
	if (!bo->pages)
		return ERR_PTR(-EOPNOTSUPP);
	return drm_prime_pages_to_sg(obj->dev, bo->pages, obj->size >> PAGE_SHIFT);
}

/* Whoever imports a buffer does not know that it may only read. */
static struct dma_buf *gantry_bo_export(struct drm_gem_object *obj, int flags)
{
	struct gantry_bo *bo = to_gantry_bo(obj);
	struct dma_buf *dmabuf;

	if (bo->read_only)
		return ERR_PTR(-EACCES);
	dmabuf = bo->memory ? gantry_export(bo, flags) : drm_gem_prime_export(obj, flags);
	if (!IS_ERR(dmabuf) && trace_gantry_buffer_export_enabled())
		trace_gantry_buffer_export(dev_name(obj->dev->dev), gantry_tenant_current(), bo,
					   bo->region, obj->size);
	return dmabuf;
}

static enum drm_gem_object_status gantry_bo_status(struct drm_gem_object *obj)
{
	return DRM_GEM_OBJECT_RESIDENT;
}

const struct drm_gem_object_funcs gantry_bo_funcs = {
	.free = gantry_bo_free,
	.open = gantry_mapping_open,
	.close = gantry_mapping_close,
	.export = gantry_bo_export,
	.get_sg_table = gantry_bo_get_sg_table,
	.mmap = gantry_bo_mmap,
	.status = gantry_bo_status,
	.vm_ops = &gantry_bo_vm_ops,
};

/* What any buffer begins with, wherever its memory is. */
void gantry_bo_init(struct gantry_bo *bo, u32 region)
{
	bo->region = region;
	bo->tenant = gantry_tenant_current();
	INIT_LIST_HEAD(&bo->node);
	INIT_LIST_HEAD(&bo->export_node);
	mutex_init(&bo->mappings_lock);
	INIT_LIST_HEAD(&bo->mappings);
	bo->base.funcs = &gantry_bo_funcs;
}

static struct gantry_bo *gantry_bo_new(struct gantry_device *gdev, u64 size, u32 region)
{
	struct gantry_bo *bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!bo)
		return ERR_PTR(-ENOMEM);
	gantry_bo_init(bo, region);
	if (region == DRM_GANTRY_REGION_HOST) {
		ret = gantry_huge_object_init(gdev, &bo->base, size);
		if (ret) {
			kfree(bo);
			/* shmem's word for no memory for an inode. */
			return ERR_PTR(ret == -ENOSPC ? -ENOMEM : ret);
		}
		/* Too large a wish is refused, not answered by killing processes. */
		mapping_set_gfp_mask(bo->base.filp->f_mapping,
				     GFP_HIGHUSER | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	} else {
		drm_gem_private_object_init(&gdev->drm, &bo->base, size);
	}
	return bo;
}

static int gantry_bo_map_host(struct gantry_bo *bo)
{
	struct drm_gem_object *obj = &bo->base;
	struct sg_table *sgt;
	int ret;

	sgt = drm_prime_pages_to_sg(obj->dev, bo->pages, obj->size >> PAGE_SHIFT);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	ret = dma_map_sgtable(obj->dev->dev, sgt, DMA_BIDIRECTIONAL, 0);
	if (ret) {
		sg_free_table(sgt);
		kfree(sgt);
		return ret;
	}
	bo->sgt = sgt;
	return gantry_bo_describe_host(bo);
}

/* Get pages and map them for the card, unless it has gone. */
static int gantry_bo_fill_host(struct gantry_bo *bo)
{
	u64 count = bo->base.size >> PAGE_SHIFT;
	struct page **pages;
	int idx, ret;

	if (count > totalram_pages() || count > INT_MAX / sizeof(*pages))
		return -ENOMEM;
	pages = drm_gem_get_pages(&bo->base);
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	bo->pages = pages;
	if (!drm_dev_enter(bo->base.dev, &idx))
		return -ENODEV;
	ret = gantry_bo_map_host(bo);
	if (!ret)
		gantry_bo_list(bo);
	drm_dev_exit(idx);
	return ret;
}

static int gantry_bo_fill_device(struct gantry_bo *bo, struct gantry_region *region)
{
	struct gantry_memory *memory = gantry_memory_alloc(region, bo->base.size);

	if (IS_ERR(memory))
		return PTR_ERR(memory);
	bo->memory = memory;
	return 0;
}

/**
 * gantry_bo_create - make a buffer that reads as zero
 * @gdev: the card
 * @size: in bytes, whole pages
 * @region: device region's index, %DRM_GANTRY_REGION_HOST or _ANY
 *
 * Return: the buffer with one reference, or an error: see &struct drm_gantry_bo_create.
 */
struct gantry_bo *gantry_bo_create(struct gantry_device *gdev, u64 size, u32 region)
{
	struct gantry_region *where = NULL;
	struct gantry_bo *bo;
	int ret;

	if (region != DRM_GANTRY_REGION_HOST) {
		where = gantry_region_find(gdev, region);
		if (!where)
			return ERR_PTR(-EINVAL);
		region = where - gdev->regions;
	}
	bo = gantry_bo_new(gdev, size, region);
	if (IS_ERR(bo))
		return bo;
	ret = where ? gantry_bo_fill_device(bo, where) : gantry_bo_fill_host(bo);
	if (!ret)
		ret = drm_gem_create_mmap_offset(&bo->base);
	if (ret) {
		drm_gem_object_put(&bo->base);
		return ERR_PTR(ret);
	}
	bo->made = true;
	trace_gantry_buffer_create(dev_name(gdev->drm.dev), bo->tenant, bo, region, size);
	return bo;
}

static void gantry_bo_count(struct gantry_bo *bo, struct drm_memory_stats *stats)
{
	u64 size = bo->base.size;

	if (drm_gem_object_is_shared_for_memory_stats(&bo->base))
		stats->shared += size;
	else
		stats->private += size;
	stats->resident += size;
}

/* What a context holds, by region: Documentation/gpu/drm-usage-stats.rst */
void gantry_bo_show_fdinfo(struct drm_printer *p, struct drm_file *filp)
{
	struct gantry_device *gdev = to_gantry_device(filp->minor->dev);
	struct drm_memory_stats stats[GANTRY_MAX_REGIONS + 1] = {};
	struct drm_memory_stats *host = &stats[GANTRY_MAX_REGIONS];
	struct drm_gem_object *obj;
	u32 i;
	int id;

	spin_lock(&filp->table_lock);
	idr_for_each_entry(&filp->object_idr, obj, id) {
		struct gantry_bo *bo = to_gantry_bo(obj);

		gantry_bo_count(bo, bo->memory ? &stats[bo->region] : host);
	}
	spin_unlock(&filp->table_lock);

	for (i = 0; i < gdev->region_count; i++)
		drm_print_memory_stats(p, &stats[i], DRM_GEM_OBJECT_RESIDENT,
				       gdev->regions[i].name);
	drm_print_memory_stats(p, host, DRM_GEM_OBJECT_RESIDENT, "host");
}

/* A buffer of a context, if its policies admit it. */
static struct gantry_bo *gantry_bo_create_owned(struct gantry_file *file, u64 size, u32 region)
{
	gantry_stamp stamp;
	struct gantry_bo *bo;
	int ret;

	ret = gantry_policy_create_buffer(file, size, region, &stamp);
	if (ret)
		return ERR_PTR(ret);
	bo = gantry_bo_create(file->gdev, size, region);
	if (IS_ERR(bo)) {
		gantry_policy_destroy_buffer(file->gdev, file->tenant, size, region, stamp,
					     PTR_ERR(bo));
		return bo;
	}
	bo->owner = gantry_tenant_get(file->tenant);
	bo->stamp = stamp;
	bo->asked_region = region;
	return bo;
}

/* DRM_IOCTL_GANTRY_BO_CREATE */
int gantry_bo_create_ioctl(struct drm_device *drm, void *data, struct drm_file *filp)
{
	struct drm_gantry_bo_create *args = data;
	struct gantry_file *file = filp->driver_priv;
	struct gantry_bo *bo;
	u64 size;
	u32 handle;
	int ret;

	if (args->flags || args->pad || !args->size || args->size > (u64)S64_MAX)
		return -EINVAL;
	size = round_up(args->size, PAGE_SIZE);
	bo = gantry_bo_create_owned(file, size, args->region);
	if (bo == ERR_PTR(-ENOSPC) || bo == ERR_PTR(-EDQUOT)) {
		/* Jobs that have ended may hold what their user has closed. */
		gantry_file_settle(file);
		bo = gantry_bo_create_owned(file, size, args->region);
	}
	if (IS_ERR(bo))
		return PTR_ERR(bo);
	ret = drm_gem_handle_create(filp, &bo->base, &handle);
	if (!ret) {
		args->size = size;
		args->region = bo->region;
		args->handle = handle;
		args->mmap_offset = drm_vma_node_offset_addr(&bo->base.vma_node);
	}
	drm_gem_object_put(&bo->base);
	return ret;
}

static bool gantry_bo_has_dmabuf(const struct drm_gem_object *obj, const struct dma_buf *dmabuf)
{
	return dmabuf->priv == obj ||
	       (obj->import_attach && obj->import_attach->dmabuf == dmabuf);
}

/* The dma-buf of @obj, unless @handle names another buffer by now. */
static struct dma_buf *gantry_bo_get_dmabuf(struct drm_gem_object *obj, struct drm_file *filp,
					    u32 handle, u32 flags)
{
	struct dma_buf *dmabuf = drm_gem_prime_handle_to_dmabuf(obj->dev, filp, handle, flags);

	if (IS_ERR(dmabuf) || gantry_bo_has_dmabuf(obj, dmabuf))
		return dmabuf;
	dma_buf_put(dmabuf);
	return ERR_PTR(-ENOENT);
}

static int gantry_bo_export_fd(struct drm_gem_object *obj, struct drm_file *filp, u32 handle,
			       u32 flags)
{
	int fd = get_unused_fd_flags(flags);
	struct dma_buf *dmabuf;

	if (fd < 0)
		return fd;
	dmabuf = gantry_bo_get_dmabuf(obj, filp, handle, flags);
	if (IS_ERR(dmabuf)) {
		put_unused_fd(fd);
		return PTR_ERR(dmabuf);
	}
	fd_install(fd, dmabuf->file);
	return fd;
}

/*
 * &drm_driver.prime_handle_to_fd: the one way for a buffer to leave its context. Asks each
 * time, also where there is a dma-buf already; and what leaves is what was asked for, though
 * the handle may be closed and given to another buffer meanwhile.
 */
int gantry_bo_prime_export(struct drm_device *drm, struct drm_file *filp, u32 handle, u32 flags,
			   int *fd)
{
	struct drm_gem_object *obj = drm_gem_object_lookup(filp, handle);
	int ret;

	if (!obj)
		return -ENOENT;
	ret = gantry_policy_export_buffer(filp->driver_priv, obj->size, to_gantry_bo(obj)->region);
	if (!ret)
		ret = gantry_bo_export_fd(obj, filp, handle, flags);
	drm_gem_object_put(obj);
	if (ret < 0)
		return ret;
	*fd = ret;
	return 0;
}

/* DRM_IOCTL_GANTRY_BO_INFO */
int gantry_bo_info_ioctl(struct drm_device *drm, void *data, struct drm_file *filp)
{
	struct drm_gantry_bo_info *args = data;
	struct drm_gem_object *obj;
	struct gantry_bo *bo;

	if (args->flags || args->pad)
		return -EINVAL;
	obj = drm_gem_object_lookup(filp, args->handle);
	if (!obj)
		return -ENOENT;
	bo = to_gantry_bo(obj);
	args->region = bo->region;
	args->size = obj->size;
	args->mmap_offset = 0;
	if (obj->import_attach)
		args->flags |= DRM_GANTRY_BO_IMPORTED;
	else
		args->mmap_offset = drm_vma_node_offset_addr(&obj->vma_node);
	if (bo->read_only)
		args->flags |= DRM_GANTRY_BO_READ_ONLY;
	drm_gem_object_put(obj);
	return 0;
}
