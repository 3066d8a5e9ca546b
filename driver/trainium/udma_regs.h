/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers and descriptors of one UDMA engine.
 *
 * Constants only: no include, no type, no code. The driver and the emulator
 * both build on this file. Register offsets are in bytes, ring positions and
 * ring lengths in descriptors, data lengths in bytes.
 *
 * Sources, named by group below:
 *   [neuron]  aws-neuron/aws-neuron-driver: udma/udma_regs.h, udma/udma.h,
 *             udma/udma_m2m.c, udma/udma_main.c, udma/udma_iofic.c (GPL-2.0)
 *   [alpine]  freebsd/freebsd-src: sys/contrib/alpine-hal/al_hal_udma_regs_m2s.h,
 *             al_hal_udma_regs_s2m.h, al_hal_udma.h, al_hal_iofic_regs.h (BSD)
 * Where both describe a field, [neuron] is the newer engine and wins.
 */
#ifndef GANTRY_UDMA_REGS_H
#define GANTRY_UDMA_REGS_H

/*
 * Layout of an engine: [neuron] struct unit_regs_v4. M2S (memory to stream)
 * reads the source of a copy, S2M (stream to memory) writes its destination.
 * Queue q of M2S always feeds queue q of S2M.
 */
#define UDMA_QUEUES			16
#define UDMA_M2S			0x00000
#define UDMA_S2M			0x20000
#define UDMA_GEN			0x38000
#define UDMA_GEN_EX			0x3c000
#define UDMA_QUEUE_STRIDE		0x1000
#define UDMA_M2S_Q(q)			(UDMA_M2S + UDMA_QUEUE_STRIDE * ((q) + 1))
#define UDMA_S2M_Q(q)			(UDMA_S2M + UDMA_QUEUE_STRIDE * ((q) + 1))

/*
 * Per-queue registers, relative to UDMA_M2S_Q() or UDMA_S2M_Q(). The first
 * part is the same on both sides: [neuron] struct udma_rings_regs.
 */
#define UDMA_Q_CFG			0x20
#define UDMA_Q_STATUS			0x24
#define UDMA_Q_BASE_LO			0x28
#define UDMA_Q_BASE_HI			0x2c
#define UDMA_Q_LEN			0x30
#define UDMA_Q_HEAD			0x34	/* next to be fetched, read only */
#define UDMA_Q_TAIL_INC			0x38	/* doorbell: write the number added */
#define UDMA_Q_TAIL			0x3c	/* next free, read only */
#define UDMA_Q_CURRENT			0x40	/* next to be executed, read only */
#define UDMA_Q_COMP_BASE_LO		0x44
#define UDMA_Q_COMP_BASE_HI		0x48
#define UDMA_Q_COMP_HEAD		0x4c	/* next to be completed, read only */
#define UDMA_Q_COMP_HEAD_INTERNAL	0x50	/* the same, before coalescing [alpine] */

/* The rest of a queue differs by side: struct udma_m2s_q, struct udma_s2m_q */
#define UDMA_M2S_Q_RLIMIT_MASK		0x74
#define UDMA_M2S_Q_COMP_CFG		0xa0
#define UDMA_M2S_Q_SW_CTRL		0xb0
#define UDMA_M2S_Q_PKT_COUNT		0xc0	/* [alpine] */
#define UDMA_S2M_Q_COMP_CFG		0x54
#define UDMA_S2M_Q_PKT_CFG		0x5c	/* [alpine] */
#define UDMA_S2M_Q_SW_CTRL		0x64
#define UDMA_S2M_Q_PKT_COUNT		0x68	/* [alpine] */

/* UDMA_Q_CFG: both bits must be set on both sides for a queue to move data */
#define UDMA_Q_CFG_EN_PREF		0x00010000
#define UDMA_Q_CFG_EN_SCHED		0x00020000	/* S2M: take stream data */
#define UDMA_Q_CFG_ENABLE		(UDMA_Q_CFG_EN_PREF | UDMA_Q_CFG_EN_SCHED)
#define UDMA_Q_CFG_RESET		0x03000000	/* [neuron] udma_main.c */

/* UDMA_Q_STATUS: [alpine] */
#define UDMA_Q_STATUS_USED		0x01ffffff	/* rung and not completed */
#define UDMA_Q_STATUS_PREFETCH		0x10000000
#define UDMA_Q_STATUS_ACTIVE		0x20000000
#define UDMA_Q_STATUS_DMB		0x40000000	/* M2S waits for a barrier */
#define UDMA_Q_STATUS_FULL		0x80000000

/*
 * Rings: [neuron] udma_regs.h, udma.h. The low address bits are wired to zero;
 * base and end must both be multiples of 256 bytes for the prefetcher.
 */
#define UDMA_Q_BASE_LO_MASK		0xffffffc0
#define UDMA_Q_LEN_MASK			0x00fffffc
#define UDMA_RING_ALIGN			256
#define UDMA_RING_LEN_MULTIPLE		16
#define UDMA_RING_LEN_MIN		32
#define UDMA_RING_LEN_MAX		0x00fffff0

/* HEAD, TAIL, CURRENT, COMP_HEAD: a position and the lap it belongs to */
#define UDMA_Q_PTR_INDEX		0x00ffffff
#define UDMA_Q_PTR_RING_ID_SHIFT	30
#define UDMA_Q_TAIL_INC_MASK		0x00ffffff
#define UDMA_RING_ID_FIRST		1	/* first lap after a queue reset */
#define UDMA_RING_ID_MASK		3	/* laps count 1, 2, 3, 0, 1, ... */

/* UDMA_*_Q_COMP_CFG */
#define UDMA_Q_COMP_CFG_RING		0x00000001	/* write the completion ring */
#define UDMA_Q_COMP_CFG_NO_COALESCE	0x00000002

/* UDMA_*_Q_SW_CTRL: self-clearing; the parts are [alpine], the whole is both */
#define UDMA_Q_SW_CTRL_RST_DMB		0x00000001	/* M2S only */
#define UDMA_Q_SW_CTRL_RST_TAIL		0x00000002
#define UDMA_Q_SW_CTRL_RST_HEAD		0x00000004
#define UDMA_Q_SW_CTRL_RST_CURRENT	0x00000008
#define UDMA_Q_SW_CTRL_RST_Q		0x00000100

/* UDMA_M2S_Q_RLIMIT_MASK: [neuron] v3/neuron_dhal_v3.c, udma_main.c */
#define UDMA_RLIMIT_MASK_PAUSE_DMB	0x00000004	/* clear it to honour DMB */
#define UDMA_RLIMIT_MASK_RESET		0x00000007

/*
 * Engine-wide registers of the M2S side: [neuron] struct udma_m2s_regs_v4,
 * log and counters [alpine] struct udma_m2s, struct udma_m2s_stat.
 */
#define UDMA_M2S_AXI_DATA_RD_CFG	(UDMA_M2S + 0x118)
#define UDMA_M2S_AXI_DESC_RD_CFG_3	(UDMA_M2S + 0x11c)
#define UDMA_M2S_AXI_OSTAND_CFG		(UDMA_M2S + 0x124)
#define UDMA_M2S_STATE			(UDMA_M2S + 0x200)
#define UDMA_M2S_CHANGE_STATE		(UDMA_M2S + 0x204)
#define UDMA_M2S_ERR_LOG_MASK		(UDMA_M2S + 0x20c)
#define UDMA_M2S_ERR_LOG(i)		(UDMA_M2S + 0x214 + 4 * (i))
#define UDMA_M2S_CLEAR_ERR_LOG		(UDMA_M2S + 0x224)
#define UDMA_M2S_CFG_LEN		(UDMA_M2S + 0x254)
#define UDMA_M2S_STREAM_CFG		(UDMA_M2S + 0x258)
#define UDMA_M2S_DESC_PREF_CFG_1	(UDMA_M2S + 0x300)
#define UDMA_M2S_DESC_PREF_CFG_2	(UDMA_M2S + 0x304)
#define UDMA_M2S_DESC_PREF_CFG_3	(UDMA_M2S + 0x308)
#define UDMA_M2S_DATA_CFG		(UDMA_M2S + 0x310)
#define UDMA_M2S_COMP_APP_ACK		(UDMA_M2S + 0x408)
#define UDMA_M2S_STAT			(UDMA_M2S + 0x500)
#define UDMA_M2S_DMA_VERSION		(UDMA_M2S + 0x604)

/* The S2M side: [neuron] struct udma_s2m_regs_v4, log and counters [alpine] */
#define UDMA_S2M_AXI_DATA_WR_CFG	(UDMA_S2M + 0x118)
#define UDMA_S2M_AXI_DESC_RD_CFG_3	(UDMA_S2M + 0x11c)
#define UDMA_S2M_AXI_OSTAND_CFG_RD	(UDMA_S2M + 0x124)
#define UDMA_S2M_AXI_OSTAND_CFG_WR	(UDMA_S2M + 0x128)
#define UDMA_S2M_STATE			(UDMA_S2M + 0x200)
#define UDMA_S2M_CHANGE_STATE		(UDMA_S2M + 0x204)
#define UDMA_S2M_ERR_LOG_MASK		(UDMA_S2M + 0x20c)
#define UDMA_S2M_ERR_LOG(i)		(UDMA_S2M + 0x214 + 4 * (i))
#define UDMA_S2M_CLEAR_ERR_LOG		(UDMA_S2M + 0x224)
#define UDMA_S2M_STREAM_CFG		(UDMA_S2M + 0x250)
#define UDMA_S2M_DESC_PREF_CFG_1	(UDMA_S2M + 0x300)
#define UDMA_S2M_DESC_PREF_CFG_2	(UDMA_S2M + 0x304)
#define UDMA_S2M_DESC_PREF_CFG_3	(UDMA_S2M + 0x308)
#define UDMA_S2M_DESC_PREF_CFG_4	(UDMA_S2M + 0x30c)
#define UDMA_S2M_COMP_CFG_1C		(UDMA_S2M + 0x380)
#define UDMA_S2M_COMP_APP_ACK		(UDMA_S2M + 0x38c)
#define UDMA_S2M_STAT			(UDMA_S2M + 0x500)

/* *_STATE: four two-bit fields; the same on both sides, S2M has a fifth */
#define UDMA_STATE_COMP_SHIFT		0
#define UDMA_STATE_STREAM_SHIFT		4
#define UDMA_STATE_DATA_SHIFT		8
#define UDMA_STATE_PREFETCH_SHIFT	12
#define UDMA_STATE_S2M_AXI_SHIFT	16	/* [alpine] */
#define UDMA_STATE_FIELD		0x3
#define UDMA_STATE_IDLE			0x0
#define UDMA_STATE_NORMAL		0x1
#define UDMA_STATE_ABORT		0x2

/* *_CHANGE_STATE: what the processor asks for */
#define UDMA_CHANGE_STATE_NORMAL	0x00000001
#define UDMA_CHANGE_STATE_DISABLE	0x00000002
#define UDMA_CHANGE_STATE_ABORT		0x00000004

/* *_CLEAR_ERR_LOG: [alpine] */
#define UDMA_CLEAR_ERR_LOG		0x00000001

/* UDMA_M2S_CFG_LEN */
#define UDMA_CFG_LEN_MAX_PKT		0x000fffff	/* bytes in a whole packet */
#define UDMA_CFG_LEN_ENCODE_64K		0x01000000	/* M2S length 0 means 64 KiB */

/* UDMA_*_STREAM_CFG */
#define UDMA_STREAM_CFG_DISABLE		0x00000001
#define UDMA_M2S_STREAM_CFG_RD_MODE	0x00000002
#define UDMA_M2S_STREAM_CFG_RD_TH_SHIFT	8
#define UDMA_S2M_STREAM_CFG_FLUSH	0x00000010
#define UDMA_S2M_STREAM_CFG_STOP_PREF	0x00000100

/* Prefetch: [neuron] udma_m2m.c. CFG_3 has the same fields on both sides */
#define UDMA_PREF_CFG_2_MAX_DESC	0x000000ff	/* descriptors in an M2S packet */
#define UDMA_PREF_CFG_2_FORCE_RR	0x00010000
#define UDMA_PREF_CFG_3_BELOW_SHIFT	0
#define UDMA_PREF_CFG_3_ABOVE_SHIFT	4
#define UDMA_PREF_CFG_3_THRESHOLD_SHIFT	8
#define UDMA_MAX_DESC_PER_PACKET	128

/* UDMA_*_AXI_*_CFG: bursts, counted in descriptors for DESC_RD_CFG_3 */
#define UDMA_AXI_CFG_MAX_BEATS		0x000000ff
#define UDMA_AXI_CFG_BREAK_ON_MAX	0x00010000

/* UDMA_M2S_DATA_CFG */
#define UDMA_DATA_CFG_FIFO_DEPTH	0x00000fff
#define UDMA_DATA_CFG_MAX_PKT_SHIFT	16

/* UDMA_S2M_COMP_CFG_1C */
#define UDMA_COMP_CFG_1C_WORDS		0x0000000f	/* 32-bit words per entry */
#define UDMA_COMP_CFG_1C_PROMOTION	0x00001000

/* Counters, relative to UDMA_M2S_STAT and UDMA_S2M_STAT: [alpine] */
#define UDMA_STAT_PACKETS		0x04	/* S2M: packets dropped */
#define UDMA_STAT_BYTES_LO		0x08	/* read LO first: it latches HI */
#define UDMA_STAT_BYTES_HI		0x0c
#define UDMA_STAT_PREFETCHED		0x10
#define UDMA_STAT_COMP_PACKETS		0x14
#define UDMA_STAT_COMP_DESCS		0x18
#define UDMA_STAT_ACKED			0x1c

/*
 * Submission descriptor, 16 bytes, little endian: [neuron] union udma_desc.
 *   M2S: word 0 control, word 1 operation, words 2 and 3 source address
 *   S2M: word 0 control, word 1 zero,      words 2 and 3 destination address
 * A packet is a run of M2S descriptors from FIRST to LAST. Its bytes fill as
 * many S2M descriptors as they need; the end of the packet ends the last one,
 * full or not. One descriptor moves at most 64 KiB.
 */
#define UDMA_DESC_SIZE			16
#define UDMA_DESC_BYTES_MAX		65536
#define UDMA_DESC_CTRL			0
#define UDMA_DESC_META			4
#define UDMA_DESC_ADDR			8
#define UDMA_DESC_LEN			0x0000ffff	/* 0 means 64 KiB */
#define UDMA_DESC_RING_ID_SHIFT		24
#define UDMA_DESC_RING_ID		0x03000000
#define UDMA_DESC_FIRST			0x04000000	/* M2S */
#define UDMA_DESC_LAST			0x08000000	/* M2S */
#define UDMA_DESC_INT			0x10000000	/* raise the queue's cause bit */
#define UDMA_DESC_DMB			0x40000000	/* M2S: all before must be done */

/* Operation word of an M2S descriptor: [neuron] union tdma_m2s_meta_ctrl */
#define UDMA_META_LAST_BLOCK		0x00000001
#define UDMA_META_FIRST_BLOCK		0x00000002
#define UDMA_META_COPY_SOURCE		0x00080000
#define UDMA_META_OP_TYPE		0x00700000
#define UDMA_META_OP			0x03800000
#define UDMA_META_OP_COPY		0x01000000
#define UDMA_META_WRITE_BARRIER		0x04000000	/* struct sdma_cme_desc_word */
/* What a plain copy carries */
#define UDMA_META_COPY			(UDMA_META_FIRST_BLOCK | UDMA_META_LAST_BLOCK | \
					 UDMA_META_COPY_SOURCE | UDMA_META_OP_COPY)

/*
 * Completion entry: [alpine] union al_udma_cdesc. One entry a descriptor, in
 * the position of that descriptor. M2S entries are one word; S2M entries have
 * UDMA_COMP_CFG_1C_WORDS words, of which word 1 is the number of bytes written.
 */
#define UDMA_CDESC_M2S_SIZE		4
#define UDMA_CDESC_S2M_SIZE		16	/* what [neuron] sets */
#define UDMA_CDESC_RING_ID_SHIFT	24
#define UDMA_CDESC_FIRST		0x04000000
#define UDMA_CDESC_LAST			0x08000000
#define UDMA_CDESC_ERROR		0x80000000

/*
 * General registers: [neuron] struct udma_gen_regs_v4, udma_gen_ex_regs.
 * Bit 0 of SPARE_ZEROES0 hides the completion head pointers (udma_main.c).
 */
#define UDMA_GEN_AXI_TIMEOUT		(UDMA_GEN + 0x2300)
#define UDMA_GEN_AXI_ERR_TABLE(i)	(UDMA_GEN + 0x2900 + 0x40 * (i))
#define UDMA_GEN_AXI_ERR_CTRL(i)	(UDMA_GEN + 0x2b00 + 8 * (i))
#define UDMA_GEN_AXI_QUEUE(q)		(UDMA_GEN + 0x2c00 + 12 * (q))
#define UDMA_GEN_SPARE_ZEROES0		(UDMA_GEN + 0x3460)
#define UDMA_GEN_SPARE_ZEROES1		(UDMA_GEN + 0x3464)
#define UDMA_GEN_SPARE_ONES0		(UDMA_GEN + 0x3468)
#define UDMA_GEN_SPARE_ONES1		(UDMA_GEN + 0x346c)
#define UDMA_SPARE_NO_COMP_HEAD		0x00000001
#define UDMA_GEN_EX_TX_SEL(q)		(UDMA_GEN_EX + 0x400 + 0x40 * (q))
#define UDMA_GEN_EX_RX_SEL(q, i)	(UDMA_GEN_EX + 0x404 + 0x40 * (q) + 4 * (i))

/*
 * Interrupt controller (iofic): [neuron] struct iofic_grp_ctrl, [alpine]
 * struct al_iofic_grp_ctrl. Primary groups 0 to 3 are A to D, secondary groups
 * 0 to 2 are A to C; the AXI blocks have one group each.
 */
#define UDMA_IOFIC_PRIMARY(g)		(UDMA_GEN + 0x40 * (g))
#define UDMA_IOFIC_SECONDARY(g)		(UDMA_GEN + 0x2000 + 0x40 * (g))
#define UDMA_IOFIC_AXI(i)		(UDMA_GEN + 0x2d00 + 0x100 * (i))
#define UDMA_IOFIC_PRIMARY_GROUPS	4
#define UDMA_IOFIC_SECONDARY_GROUPS	3
#define UDMA_IOFIC_AXI_GROUPS		7

/* One group */
#define UDMA_IOFIC_CAUSE		0x00	/* write 0 to a bit to clear it */
#define UDMA_IOFIC_CAUSE_SET		0x08	/* write 1 to a bit to set it */
#define UDMA_IOFIC_MASK			0x10
#define UDMA_IOFIC_MASK_CLEAR		0x18	/* write 0 to a bit to unmask it */
#define UDMA_IOFIC_STATUS		0x20
#define UDMA_IOFIC_CONTROL		0x28
#define UDMA_IOFIC_ABORT_MASK		0x30	/* 0: the cause aborts the engine */
#define UDMA_IOFIC_LOG_MASK		0x38	/* [alpine] */

/* UDMA_IOFIC_CONTROL */
#define UDMA_IOFIC_CLEAR_ON_READ	0x00000001	/* [alpine] */
#define UDMA_IOFIC_SET_ON_POSEDGE	0x00000008
#define UDMA_IOFIC_MASK_MSIX		0x00000020

/*
 * Primary causes. A queue's bit in group B (S2M) or C (M2S) is set when a
 * descriptor with UDMA_DESC_INT completes; group D sums up the secondary level.
 */
#define UDMA_IOFIC_GROUP_B		1
#define UDMA_IOFIC_GROUP_C		2
#define UDMA_IOFIC_GROUP_D		3
#define UDMA_CAUSE_D_M2S		0x00000100
#define UDMA_CAUSE_D_S2M		0x00000200
#define UDMA_CAUSE_D_PARITY		0x00000400

/* Secondary causes, group A (M2S): [neuron] udma_iofic.c */
#define UDMA_IOFIC_ERR_M2S		0
#define UDMA_ERR_M2S_PREF_RING_ID	0x00020000
#define UDMA_ERR_M2S_PREF_LAST		0x00010000
#define UDMA_ERR_M2S_PREF_FIRST		0x00008000
#define UDMA_ERR_M2S_PREF_MAX_DESC	0x00004000
#define UDMA_ERR_M2S_PKT_LEN		0x00002000
#define UDMA_ERR_M2S_PREF_AXI_TIMEOUT	0x00001000
#define UDMA_ERR_M2S_PREF_AXI_RESP	0x00000800
#define UDMA_ERR_M2S_PREF_AXI_PARITY	0x00000400
#define UDMA_ERR_M2S_DATA_AXI_TIMEOUT	0x00000200
#define UDMA_ERR_M2S_DATA_AXI_RESP	0x00000100
#define UDMA_ERR_M2S_DATA_AXI_PARITY	0x00000080
#define UDMA_ERR_M2S_COMP_AXI_TIMEOUT	0x00000040
#define UDMA_ERR_M2S_COMP_AXI_RESP	0x00000020
#define UDMA_ERR_M2S_STREAM_TIMEOUT	0x00000008
#define UDMA_ERR_M2S_STREAM_RESP	0x00000004
#define UDMA_ERR_M2S_ALL		0x0fffffff

/* Secondary causes, group B (S2M) */
#define UDMA_IOFIC_ERR_S2M		1
#define UDMA_ERR_S2M_PKT_LEN		0x01000000
#define UDMA_ERR_S2M_COMP_AXI_TIMEOUT	0x00008000
#define UDMA_ERR_S2M_COMP_AXI_RESP	0x00004000
#define UDMA_ERR_S2M_PREF_RING_ID	0x00000800
#define UDMA_ERR_S2M_PREF_AXI_TIMEOUT	0x00000400
#define UDMA_ERR_S2M_PREF_AXI_RESP	0x00000200
#define UDMA_ERR_S2M_PREF_AXI_PARITY	0x00000100
#define UDMA_ERR_S2M_DATA_AXI_TIMEOUT	0x00000004
#define UDMA_ERR_S2M_DATA_AXI_RESP	0x00000002
#define UDMA_ERR_S2M_DATA_AXI_PARITY	0x00000001
#define UDMA_ERR_S2M_ALL		0xffffef07

/* Secondary causes, group C (parity of internal buffers) */
#define UDMA_IOFIC_ERR_PARITY		2
#define UDMA_ERR_PARITY_M2S		0x0000003f
#define UDMA_ERR_PARITY_S2M		0x00000fc0

#endif
