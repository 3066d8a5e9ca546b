// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Memory that came from elsewhere: dma-bufs and, through udmabuf, memfds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <unistd.h>
#include <xf86drm.h>

#include "internal.h"

#define UDMABUF_NODE "/dev/udmabuf"

int gantry_buffer_import(struct gantry_device *dev, int dmabuf_fd, struct gantry_buffer **out)
{
	int ret = gtr_create_check(dev, out);

	return ret ? ret : gtr_buffer_adopt(dev, dmabuf_fd, out);
}

/* udmabuf says EINVAL to everything; say what is wrong. */
static int check_memfd(int memfd)
{
	int seals = GTR_CALL(fcntl(memfd, F_GET_SEALS));

	if (seals < 0)
		return seals;
	if (!(seals & F_SEAL_SHRINK) || (seals & F_SEAL_WRITE))
		return -EPERM;
	return 0;
}

static int udmabuf_create(int memfd, uint64_t offset, uint64_t length)
{
	struct udmabuf_create create = {
		.memfd = memfd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.offset = offset,
		.size = length,
	};
	int node, ret;

	node = GTR_CALL(open(UDMABUF_NODE, O_RDWR | O_CLOEXEC));
	if (node == -ENOENT || node == -ENODEV || node == -ENXIO)
		return -EOPNOTSUPP;
	if (node < 0)
		return node;
	ret = GTR_CALL(drmIoctl(node, UDMABUF_CREATE, &create));
	(void)GTR_CALL(close(node));
	return ret;
}

int gantry_buffer_import_memfd(struct gantry_device *dev, int memfd, uint64_t offset,
			       uint64_t length, struct gantry_buffer **out)
{
	uint64_t page = sysconf(_SC_PAGESIZE), end;
	int dmabuf_fd, ret;

	ret = gtr_create_check(dev, out);
	if (ret)
		return ret;
	if (!length || offset % page || length % page ||
	    __builtin_add_overflow(offset, length, &end))
		return -EINVAL;
	ret = check_memfd(memfd);
	if (ret)
		return ret;
	dmabuf_fd = udmabuf_create(memfd, offset, length);
	if (dmabuf_fd < 0)
		return dmabuf_fd;
	ret = gtr_buffer_adopt(dev, dmabuf_fd, out);
	(void)GTR_CALL(close(dmabuf_fd));
	return ret;
}
