/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vfio-user protocol on the wire, in the host's byte order, as described
 * by QEMU's docs/interop/vfio-user.rst. Structures that the protocol takes
 * over from the VFIO ioctls come from <linux/vfio.h>.
 */
#ifndef VFU_PROTOCOL_H
#define VFU_PROTOCOL_H

#include <stdint.h>

#define VFU_MAJOR		0
#define VFU_MINOR		0

enum vfu_command {
	VFU_VERSION			= 1,
	VFU_DMA_MAP			= 2,
	VFU_DMA_UNMAP			= 3,
	VFU_DEVICE_GET_INFO		= 4,
	VFU_DEVICE_GET_REGION_INFO	= 5,
	VFU_DEVICE_GET_REGION_IO_FDS	= 6,
	VFU_DEVICE_GET_IRQ_INFO		= 7,
	VFU_DEVICE_SET_IRQS		= 8,
	VFU_REGION_READ			= 9,
	VFU_REGION_WRITE		= 10,
	VFU_DMA_READ			= 11,	/* server to client */
	VFU_DMA_WRITE			= 12,	/* server to client */
	VFU_DEVICE_RESET		= 13,
	VFU_REGION_WRITE_MULTI		= 15,
	VFU_DEVICE_FEATURE		= 16,
};

#define VFU_TYPE_MASK		0xfu
#define VFU_TYPE_COMMAND	0x0u
#define VFU_TYPE_REPLY		0x1u
#define VFU_NO_REPLY		0x10u
#define VFU_ERROR		0x20u

struct vfu_header {
	uint16_t id;
	uint16_t command;
	uint32_t size;		/* of the message, this header included */
	uint32_t flags;
	uint32_t error;		/* a positive errno, with VFU_ERROR */
};

struct vfu_version {
	uint16_t major;
	uint16_t minor;
	char data[];		/* JSON, NUL at its end; optional */
};

#define VFU_DMA_MAP_READ	0x1u
#define VFU_DMA_MAP_WRITE	0x2u

struct vfu_dma_map_request {
	uint32_t argsz;
	uint32_t flags;
	uint64_t offset;	/* in the file that came along */
	uint64_t iova;
	uint64_t size;
};

#define VFU_DMA_UNMAP_ALL	0x2u	/* VFIO_DMA_UNMAP_FLAG_ALL */

struct vfu_dma_unmap_request {
	uint32_t argsz;
	uint32_t flags;
	uint64_t iova;
	uint64_t size;
};

struct vfu_region_access {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
	uint8_t data[];
};

struct vfu_region_write_one {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
	uint8_t data[8];
};

struct vfu_region_io_fds {
	uint32_t argsz;
	uint32_t flags;
	uint32_t index;
	uint32_t count;
};

struct vfu_dma_access {
	uint64_t iova;
	uint64_t count;
	uint8_t data[];
};

#endif /* VFU_PROTOCOL_H */
