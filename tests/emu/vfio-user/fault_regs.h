/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fault knobs as a guest sees them: a vendor-specific extended capability.
 * Registers have 32 bits, offsets count from the capability's header. Also
 * included by the guest's tests.
 */
#ifndef VFU_FAULT_REGS_H
#define VFU_FAULT_REGS_H

/* Bits 15:0 of VFU_FAULT_VSEC tell whose capability it is, 31:20 its length */
#define VFU_FAULT_VSEC		0x04
#define VFU_FAULT_VSEC_ID	0x4656	/* "VF" */
#define VFU_FAULT_VSEC_REVISION	2

#define VFU_FAULT_COUNT		0x08	/* faults that this card knows */
#define VFU_FAULT_SELECT	0x0c	/* 0 to COUNT - 1; all below is about this one */

/* What CONTROL arms; a write has no effect by itself */
#define VFU_FAULT_WHERE		0x10	/* place, as the fault understands it */
#define VFU_FAULT_AFTER		0x14	/* let so many chances pass first */
#define VFU_FAULT_TIMES		0x18	/* then fire so often */
#define VFU_FAULT_VALUE		0x1c	/* more, as the fault understands it */
#define VFU_FAULT_ANYWHERE	0xffffffffu	/* WHERE: reset value */
#define VFU_FAULT_ALWAYS	0xffffffffu	/* TIMES: until disarmed; resets to 1 */

#define VFU_FAULT_CONTROL	0x20	/* reads 0 */
#define VFU_FAULT_ARM		1	/* with what is in WHERE to VALUE; FIRED becomes 0 */
#define VFU_FAULT_DISARM	2	/* and end what it still does */
#define VFU_FAULT_RELEASE	3	/* end what it still does */

#define VFU_FAULT_STATE		0x24	/* read only, like all that follows */
#define VFU_FAULT_ARMED		0x1	/* it may still fire */
#define VFU_FAULT_FIRED		0x28	/* how often it fired since it was armed */
#define VFU_FAULT_NAME		0x2c	/* text, padded with zeros */
#define VFU_FAULT_NAME_SIZE	32

#define VFU_FAULT_FIRED_AT	0x4c	/* the place where it fired last, since it was armed */

#define VFU_FAULT_SIZE		(VFU_FAULT_FIRED_AT + 4)

/* WHERE of the faults of any card: off-bus, killed; dma-refused has the last two */
#define VFU_AT_READ		0	/* when the guest reads a register */
#define VFU_AT_WRITE		1	/* ... writes one */
#define VFU_AT_DMA_READ		2	/* when the card reads host memory */
#define VFU_AT_DMA_WRITE	3	/* ... writes it */

#endif
