/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Methods of the copy engines' classes, Ampere to Blackwell.
 *
 * Constants only: no include, no type, no code. The driver and the emulator
 * both build on this file. Method addresses and lengths are in bytes. Source:
 * NVIDIA/open-gpu-doc, classes/dma-copy (MIT), one file a class:
 *   [c6b5]	clc6b5.h	Ampere A, the A100's
 *   [c7b5]	clc7b5.h	Ampere B
 *   [c8b5]	clc8b5.h	Hopper
 *   [c9b5]	clc9b5.h	Blackwell A
 *   [cab5]	clcab5.h	Blackwell B
 * What is not marked is in all five, with the same place and meaning. Later
 * classes mostly add; what they changed or dropped is marked with the class from
 * which on that is so.
 */
#ifndef GANTRY_NVIDIA_COPY_CLASS_H
#define GANTRY_NVIDIA_COPY_CLASS_H

#define COPY_CLASS_AMPERE_A		0xc6b5
#define COPY_CLASS_AMPERE_B		0xc7b5
#define COPY_CLASS_HOPPER		0xc8b5
#define COPY_CLASS_BLACKWELL_A		0xc9b5
#define COPY_CLASS_BLACKWELL_B		0xcab5

#define COPY_NOP			0x100
#define COPY_PM_TRIGGER			0x140
#define COPY_SET_MONITORED_FENCE_TYPE	0x21c	/* [c7b5] */
#define COPY_SET_MONITORED_FENCE_UPPER	0x220	/* [c7b5] */
#define COPY_SET_MONITORED_FENCE_LOWER	0x224	/* [c7b5] */

/* The semaphore that LAUNCH_DMA releases */
#define COPY_SET_SEMAPHORE_A		0x240	/* upper half of the address */
#define COPY_SET_SEMAPHORE_B		0x244	/* lower half */
#define COPY_SET_SEMAPHORE_PAYLOAD	0x248
#define COPY_SET_SEMAPHORE_PAYLOAD_UPPER 0x24c	/* [c7b5] */

/* The bits of an address that are in the word for its upper half */
#define COPY_UPPER_AMPERE		0x0001ffff	/* 49 bits in all */
#define COPY_UPPER_HOPPER		0x01ffffff	/* [c8b5] 57 bits in all */

/* Copies may depend on a word of memory: A and B say where, C how */
#define COPY_SET_RENDER_ENABLE_A	0x254
#define COPY_RENDER_ENABLE_A_AMPERE	0x000000ff	/* [c8b5] COPY_UPPER_HOPPER */
#define COPY_SET_RENDER_ENABLE_B	0x258
#define COPY_SET_RENDER_ENABLE_C	0x25c
#define COPY_RENDER_MODE		0x00000007
#define COPY_RENDER_FALSE		0
#define COPY_RENDER_TRUE		1
#define COPY_RENDER_CONDITIONAL		2
#define COPY_RENDER_IF_EQUAL		3
#define COPY_RENDER_IF_NOT_EQUAL	4

/* What a physical address means; these two bits are not those of page tables */
#define COPY_SET_SRC_PHYS_MODE		0x260
#define COPY_SET_DST_PHYS_MODE		0x264
#define COPY_PHYS_TARGET		0x00000003
#define COPY_PHYS_LOCAL_FB		0
#define COPY_PHYS_COHERENT_SYSMEM	1
#define COPY_PHYS_NONCOHERENT_SYSMEM	2
#define COPY_PHYS_PEERMEM		3
#define COPY_PHYS_BASIC_KIND(v)		((v) >> 2 & 0xf)
#define COPY_PHYS_PEER_ID(v)		((v) >> 6 & 7)
#define COPY_PHYS_FLA			0x00000200

/* Do it */
#define COPY_LAUNCH_DMA			0x300
#define COPY_LAUNCH_TRANSFER(v)		((v) & 3)
#define COPY_LAUNCH_TRANSFER_NONE	0
#define COPY_LAUNCH_TRANSFER_PIPELINED	1	/* may overlap the copy before */
#define COPY_LAUNCH_TRANSFER_NON_PIPELINED 2
#define COPY_LAUNCH_TRANSFER_PREFETCH	3	/* [cab5] */
#define COPY_LAUNCH_FLUSH		0x00000004	/* before the semaphore */
#define COPY_LAUNCH_FLUSH_GL		0x02000000	/* the card only, else the host too */
#define COPY_LAUNCH_SEMAPHORE(v)	((v) >> 3 & 3)
#define COPY_LAUNCH_SEMAPHORE_SHIFT	3
#define COPY_LAUNCH_SEMAPHORE_NONE	0
#define COPY_LAUNCH_SEMAPHORE_ONE_WORD	1	/* [c7b5] no timestamp, any size */
#define COPY_LAUNCH_SEMAPHORE_FOUR_WORD	2	/* with a timestamp */
#define COPY_LAUNCH_SEMAPHORE_CONDITIONAL_INTR 3
#define COPY_LAUNCH_SEMAPHORE_64	0x08000000	/* [c7b5] payload of two words */
#define COPY_LAUNCH_INTERRUPT(v)	((v) >> 5 & 3)
#define COPY_LAUNCH_INTERRUPT_SHIFT	5
#define COPY_LAUNCH_INTERRUPT_NONE	0
#define COPY_LAUNCH_INTERRUPT_BLOCKING	1
#define COPY_LAUNCH_INTERRUPT_NON_BLOCKING 2
#define COPY_LAUNCH_SRC_PITCH		0x00000080	/* else block linear */
#define COPY_LAUNCH_DST_PITCH		0x00000100
#define COPY_LAUNCH_MULTI_LINE		0x00000200	/* LINE_COUNT lines, else one */
#define COPY_LAUNCH_REMAP		0x00000400	/* LINE_LENGTH_IN counts elements */
#define COPY_LAUNCH_RMW_DISABLE		0x00000800	/* gone in [c9b5] */
#define COPY_LAUNCH_SRC_PHYSICAL	0x00001000	/* else virtual */
#define COPY_LAUNCH_DST_PHYSICAL	0x00002000
#define COPY_LAUNCH_REDUCTION(v)	((v) >> 14 & 0xf)
#define COPY_LAUNCH_REDUCTION_SHIFT	14	/* GA100_REDUCTION_*, and this one */
#define COPY_LAUNCH_REDUCTION_FADD	0xa
#define COPY_LAUNCH_REDUCTION_FMIN	0xb	/* [c7b5] */
#define COPY_LAUNCH_REDUCTION_FMAX	0xc	/* [c7b5] */
#define COPY_LAUNCH_REDUCTION_UNSIGNED	0x00040000
#define COPY_LAUNCH_REDUCTION_ENABLE	0x00080000	/* else the payload is stored */
#define COPY_LAUNCH_COPY_TYPE(v)	((v) >> 20 & 3)	/* [c8b5] */
#define COPY_LAUNCH_COPY_TYPE_SHIFT	20
#define COPY_LAUNCH_COPY_SECURE		1		/* [c8b5] */
#define COPY_LAUNCH_VPR(v)		((v) >> 22 & 3)	/* [c8b5] bit 22 only */
#define COPY_LAUNCH_SCRUB		0x00800000	/* [c8b5] */
#define COPY_LAUNCH_START_OF_COPY	0x01000000	/* reserved */
#define COPY_LAUNCH_DISABLE_PLC		0x04000000
#define COPY_LAUNCH_ERR_CODE		0xf0000000	/* reserved */

/* From where, to where, how much */
#define COPY_OFFSET_IN_UPPER		0x400
#define COPY_OFFSET_IN_LOWER		0x404
#define COPY_OFFSET_OUT_UPPER		0x408
#define COPY_OFFSET_OUT_LOWER		0x40c
#define COPY_PITCH_IN			0x410	/* signed, from line to line */
#define COPY_PITCH_OUT			0x414
#define COPY_LINE_LENGTH_IN		0x418	/* elements, if remapped */
#define COPY_LINE_COUNT			0x41c

/* Encryption and scrubbing: [c8b5] */
#define COPY_SET_SECURE_COPY_MODE	0x500
#define COPY_SET_DECRYPT_TAG_UPPER	0x514
#define COPY_SET_DECRYPT_TAG_LOWER	0x518
#define COPY_SET_ENCRYPT_TAG_UPPER	0x530
#define COPY_SET_ENCRYPT_TAG_LOWER	0x534
#define COPY_SET_ENCRYPT_IV_UPPER	0x538
#define COPY_SET_ENCRYPT_IV_LOWER	0x53c
#define COPY_SET_SCRUB_PARAMETERS	0x6fc

/*
 * Remapping: an element has up to four components X, Y, Z, W of 1 to 4 bytes. Each
 * of the destination's comes from one of the source's, or is a constant, or is not
 * written. Filling memory is a copy whose components are all constants.
 */
#define COPY_SET_REMAP_CONST_A		0x700
#define COPY_SET_REMAP_CONST_B		0x704
#define COPY_SET_REMAP_COMPONENTS	0x708
#define COPY_REMAP_DST(v, i)		((v) >> (4 * (i)) & 7)	/* i: X, Y, Z, W */
#define COPY_REMAP_DST_SHIFT(i)		(4 * (i))
#define COPY_REMAP_SRC_X		0
#define COPY_REMAP_SRC_Y		1
#define COPY_REMAP_SRC_Z		2
#define COPY_REMAP_SRC_W		3
#define COPY_REMAP_CONST_A		4
#define COPY_REMAP_CONST_B		5
#define COPY_REMAP_NO_WRITE		6
#define COPY_REMAP_COMPONENT_SIZE(v)	(((v) >> 16 & 3) + 1)
#define COPY_REMAP_COMPONENT_SIZE_SHIFT	16	/* bytes less one */
#define COPY_REMAP_NUM_SRC(v)		(((v) >> 20 & 3) + 1)
#define COPY_REMAP_NUM_SRC_SHIFT	20	/* components less one */
#define COPY_REMAP_NUM_DST(v)		(((v) >> 24 & 3) + 1)
#define COPY_REMAP_NUM_DST_SHIFT	24

/* Block linear surfaces */
#define COPY_SET_DST_BLOCK_SIZE		0x70c
#define COPY_SET_DST_WIDTH		0x710
#define COPY_SET_DST_HEIGHT		0x714
#define COPY_SET_DST_DEPTH		0x718
#define COPY_SET_DST_LAYER		0x71c
#define COPY_SET_DST_ORIGIN		0x720
#define COPY_SET_SRC_BLOCK_SIZE		0x728
#define COPY_SET_SRC_WIDTH		0x72c
#define COPY_SET_SRC_HEIGHT		0x730
#define COPY_SET_SRC_DEPTH		0x734
#define COPY_SET_SRC_LAYER		0x738
#define COPY_SET_SRC_ORIGIN		0x73c
#define COPY_SRC_ORIGIN_X		0x744
#define COPY_SRC_ORIGIN_Y		0x748
#define COPY_DST_ORIGIN_X		0x74c
#define COPY_DST_ORIGIN_Y		0x750
#define COPY_BLOCK_WIDTH(v)		((v) & 0xf)	/* log2 of GOBs; one is 64 bytes */
#define COPY_BLOCK_HEIGHT(v)		((v) >> 4 & 0xf)
#define COPY_BLOCK_HEIGHT_MAX		5
#define COPY_BLOCK_DEPTH(v)		((v) >> 8 & 0xf)
#define COPY_BLOCK_DEPTH_MAX		5
#define COPY_BLOCK_GOB_HEIGHT(v)	((v) >> 12 & 0xf)
#define COPY_BLOCK_GOB_HEIGHT_8		1	/* the only one there is */

#define COPY_PM_TRIGGER_END		0x1114

#endif
