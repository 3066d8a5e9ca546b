/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A copying device that is as small as one can be which shows everything the
 * server does: registers, mapped memory, DMA, MSI-X. For try-qemu.
 */
#ifndef VFU_TESTDEV_H
#define VFU_TESTDEV_H

#define TESTDEV_VENDOR		0x1234
#define TESTDEV_DEVICE		0x7675

/* BAR 0, each register 8 bytes */
#define TESTDEV_ID		0x00	/* reads TESTDEV_MAGIC */
#define TESTDEV_SRC		0x08	/* bus addresses ... */
#define TESTDEV_DST		0x10
#define TESTDEV_LEN		0x18
#define TESTDEV_GO		0x20	/* copy, then raise this MSI-X vector */
#define TESTDEV_DONE		UINT64_MAX	/* ... which then reads this */
#define TESTDEV_STATUS		0x28	/* errno of the last copy */
#define TESTDEV_REGS_SIZE	0x1000

#define TESTDEV_MAGIC		0x7665647473657476ull
#define TESTDEV_MEM_BAR		1	/* 64-bit, at an odd index on purpose */
#define TESTDEV_MEM_SIZE	(16u << 20)
#define TESTDEV_MSIX_BAR	3
#define TESTDEV_VECTORS		20	/* more than one message's descriptors */

#endif /* VFU_TESTDEV_H */
