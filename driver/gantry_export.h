/* SPDX-License-Identifier: GPL-2.0-only */
/* Device memory for other devices. */
#ifndef GANTRY_EXPORT_H
#define GANTRY_EXPORT_H

struct dma_buf;
struct dma_buf_ops;
struct gantry_bo;
struct gantry_device;

extern const struct dma_buf_ops gantry_export_ops;

struct dma_buf *gantry_export(struct gantry_bo *bo, int flags);
void gantry_exports_revoke(struct gantry_device *gdev);

#endif
