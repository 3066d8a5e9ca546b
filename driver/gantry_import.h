/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of other devices. */
#ifndef GANTRY_IMPORT_H
#define GANTRY_IMPORT_H

#include <linux/types.h>

struct dma_buf;
struct dma_buf_attach_ops;
struct dma_buf_attachment;
struct drm_device;
struct drm_gem_object;
struct gantry_bo;
struct sg_table;

extern const struct dma_buf_attach_ops gantry_import_ops;

struct drm_gem_object *gantry_import(struct drm_device *drm, struct dma_buf *dmabuf);
struct drm_gem_object *gantry_import_sgt(struct drm_device *drm,
					 struct dma_buf_attachment *attach,
					 struct sg_table *sgt);
void gantry_import_unmap(struct gantry_bo *bo);
bool gantry_import_is_lost(const struct gantry_bo *bo);
int gantry_import_check(const struct gantry_bo *bo);

#endif
