// SPDX-License-Identifier: GPL-2.0-only
#include "gate.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <drm/vgem_drm.h>
#include <xf86drm.h>

#include "fixture.h"

struct gate gate_make(void)
{
	struct drm_mode_create_dumb dumb = { .width = 1024, .height = 1, .bpp = 32 };
	struct dma_buf_export_sync_file export = { .flags = DMA_BUF_SYNC_READ, .fd = -1 };
	struct drm_vgem_fence_attach attach = { .flags = VGEM_FENCE_WRITE };
	struct gate gate;

	gate.fd = drmOpen("vgem", NULL);
	assert_true(gate.fd >= 0);
	assert_done(raw_ioctl(gate.fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	gate.handle = dumb.handle;
	attach.handle = dumb.handle;
	assert_done(raw_ioctl(gate.fd, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach));
	gate.fence = attach.out_fence;
	assert_int_equal(drmPrimeHandleToFD(gate.fd, gate.handle, DRM_CLOEXEC, &gate.dmabuf), 0);
	assert_done(raw_ioctl(gate.dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export));
	gate.sync_file = export.fd;
	return gate;
}

void gate_hold(struct gate *gate, struct gantry_fence *fence, uint64_t point)
{
	assert_done(gantry_fence_import_sync_file(fence, point, gate->sync_file));
}

void gate_open(struct gate *gate)
{
	struct drm_vgem_fence_signal signal = { .fence = gate->fence };

	assert_done(raw_ioctl(gate->fd, DRM_IOCTL_VGEM_FENCE_SIGNAL, &signal));
}

void gate_destroy(struct gate *gate)
{
	close(gate->sync_file);
	close(gate->dmabuf);
	close(gate->fd);
}
