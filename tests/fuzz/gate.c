// SPDX-License-Identifier: GPL-2.0-only
#include "gate.h"

#include <fcntl.h>
#include <glob.h>
#include <linux/dma-buf.h>
#include <unistd.h>
#include <drm/vgem_drm.h>

/* Descriptors of the fuzzer's own begin here. */
#define GATE_FDS	900

static int open_vgem(void)
{
	struct drm_version version;
	char name[8];
	glob_t found;
	size_t i;
	int fd;

	if (glob("/dev/dri/card*", 0, NULL, &found))
		die("there is no /dev/dri/card*: load vgem first");
	for (i = 0; i < found.gl_pathc; i++) {
		fd = open(found.gl_pathv[i], O_RDWR | O_CLOEXEC);
		memset(&version, 0, sizeof(version));
		version.name = name;
		version.name_len = sizeof(name);
		if (fd >= 0 && !raw_ioctl(fd, DRM_IOCTL_VERSION, &version) &&
		    version.name_len == 4 && !memcmp(name, "vgem", 4)) {
			globfree(&found);
			return fd;
		}
		close(fd);
	}
	die("none of /dev/dri/card* is vgem: load it first");
}

void gate_init(struct gate *gate)
{
	struct drm_mode_create_dumb dumb = { .width = 1024, .height = 1, .bpp = 32 };
	struct drm_prime_handle prime = { .flags = DRM_CLOEXEC };

	gate->fd = open_vgem();
	if (raw_ioctl(gate->fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb))
		die("vgem makes no buffer");
	prime.handle = gate->handle = dumb.handle;
	if (raw_ioctl(gate->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime))
		die("vgem exports no buffer");
	/* Where no call finds it by a number that merely is small. */
	gate->dmabuf = fcntl(prime.fd, F_DUPFD_CLOEXEC, GATE_FDS);
	if (gate->dmabuf < 0)
		die("no descriptor from %d on: %s", GATE_FDS, strerror(errno));
	close(prime.fd);
	gate->closed = false;
}

int gate_close(struct gate *gate)
{
	struct drm_vgem_fence_attach attach = {
		.handle = gate->handle,
		.flags = VGEM_FENCE_WRITE,
	};
	struct dma_buf_export_sync_file export = { .flags = DMA_BUF_SYNC_READ, .fd = -1 };

	if (gate->closed)
		return -1;
	if (raw_ioctl(gate->fd, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach) ||
	    raw_ioctl(gate->dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export))
		die("vgem makes no fence: %s", strerror(errno));
	gate->fence = attach.out_fence;
	gate->closed = true;
	return export.fd;
}

void gate_open(struct gate *gate)
{
	struct drm_vgem_fence_signal signal = { .fence = gate->fence };

	/* It may have opened by itself: then nothing is left to do. */
	if (gate->closed)
		raw_ioctl(gate->fd, DRM_IOCTL_VGEM_FENCE_SIGNAL, &signal);
	gate->closed = false;
}

void gates_open(void)
{
	unsigned int i;

	for (i = 0; i < GATES; i++)
		gate_open(&world.gates[i]);
}
