/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GA100 (A100): the part that feeds engines with work, "Host" in the manuals:
 * runlists, channels, the units that fetch pushbuffers (PBDMA), and what software
 * writes for them into memory. The copy engines' registers are at the end, their
 * methods in copy_class.h.
 *
 * Constants only: no include, no type, no code. The driver and the emulator
 * both build on this file. Offsets and sizes are in bytes. Each group names the
 * published file it was read from; the names of the sources are those of
 * ga100_regs.h, and
 *   [class]	NVIDIA/open-gpu-doc, classes/host/clc56f.h (MIT)
 *   [ga102]	NVIDIA/open-gpu-doc, manuals/ampere/ga102 (MIT)
 */
#ifndef GANTRY_NVIDIA_GA100_HOST_REGS_H
#define GANTRY_NVIDIA_GA100_HOST_REGS_H

/* A channel's class, and the one of a copy engine's object: [class], copy_class.h */
#define GA100_CHANNEL_CLASS		0xc56f

/*
 * A runlist's registers, relative to where the topology (GA100_TOP_*) says that
 * they are: [doc] dev_runlist
 */
#define GA100_RUNLIST_SIZE		0x400
#define GA100_RUNLIST_CONFIG		0x000
#define GA100_RUNLIST_CHANNEL_CONFIG	0x004
#define GA100_RUNLIST_CHANNELS_LOG2(v)	((v) & 0xf)
#define GA100_RUNLIST_CHRAM(v)		((v) & 0xfffffff0)	/* offset in BAR 0 */
#define GA100_RUNLIST_DOORBELL_CONFIG	0x008
#define GA100_RUNLIST_DOORBELL_ID(v)	((v) >> 16)
#define GA100_RUNLIST_DOORBELL_ID_SHIFT	16
#define GA100_RUNLIST_FB_CONFIG		0x00c
#define GA100_RUNLIST_PBDMA_CONFIG(i)	(0x010 + 4 * (i))
#define GA100_RUNLIST_PBDMAS		2
#define GA100_RUNLIST_PBDMA(v)		((v) & 0x03fffc00)	/* offset in BAR 0 */
#define GA100_RUNLIST_PBDMA_VALID	0x80000000
#define GA100_RUNLIST_ACQ_PRETEST	0x020
#define GA100_RUNLIST_ACQ_PRETEST_INIT	0x00000008
#define GA100_RUNLIST_IDLE_FILTER	0x024
#define GA100_RUNLIST_IDLE_FILTER_INIT	0x00000050
#define GA100_RUNLIST_SUBMIT_BASE_LO	0x080	/* address 31:12, aperture 1:0 */
#define GA100_RUNLIST_SUBMIT_BASE_HI	0x084	/* address 39:32 */
#define GA100_RUNLIST_SUBMIT		0x088	/* entries; starts at entry 31:16 */
#define GA100_RUNLIST_SUBMIT_LENGTH	0x0000ffff
#define GA100_RUNLIST_SUBMIT_OFFSET_SHIFT 16
#define GA100_RUNLIST_SUBMIT_INFO	0x08c
#define GA100_RUNLIST_SUBMIT_PENDING	0x00008000
#define GA100_RUNLIST_INTERNAL_DOORBELL	0x090	/* write a channel's number */
#define GA100_RUNLIST_CHID		0x000007ff
#define GA100_RUNLIST_SCHED_DISABLE	0x094
#define GA100_RUNLIST_SCHED_DISABLED	0x00000001
#define GA100_RUNLIST_PREEMPT		0x098
#define GA100_RUNLIST_PREEMPT_ID	0x000007ff
#define GA100_RUNLIST_PREEMPT_TSG_PENDING 0x00100000
#define GA100_RUNLIST_PREEMPT_PENDING	0x00200000
#define GA100_RUNLIST_PREEMPT_TYPE(v)	((v) >> 24 & 3)
#define GA100_RUNLIST_PREEMPT_TYPE_SHIFT 24
#define GA100_RUNLIST_PREEMPT_RUNLIST	0
#define GA100_RUNLIST_PREEMPT_TSG	1

/* A runlist's interrupts: write 1 to clear; the PBDMA bits follow the PBDMAs */
#define GA100_RUNLIST_INTR		0x100
#define GA100_RUNLIST_INTR_CTXSW_TIMEOUT(i) (1U << (i))
#define GA100_RUNLIST_INTR_IDLE		0x00000010
#define GA100_RUNLIST_INTR_ENGINE_IDLE	0x00000020	/* and the runlist is, too */
#define GA100_RUNLIST_INTR_ACQUIRE	0x00000040	/* all that could run wait */
#define GA100_RUNLIST_INTR_ACQUIRE_IDLE	0x00000080	/* and the engines are idle */
#define GA100_RUNLIST_INTR_TSG_PREEMPTED 0x00000100
#define GA100_RUNLIST_INTR_PREEMPTED	0x00000200
#define GA100_RUNLIST_INTR_BAD_TSG	0x00001000
#define GA100_RUNLIST_INTR_PBDMA(i, tree) (0x00010000U << ((i) + 2 * (tree)))
#define GA100_RUNLIST_INTR_PBDMAS	0x000f0000
#define GA100_RUNLIST_INTR_ALL		0x000f13f7
#define GA100_RUNLIST_INFO		0x108
#define GA100_RUNLIST_INFO_ENGINE_IDLE	0x00000100
#define GA100_RUNLIST_INFO_IDLE		0x00000200
#define GA100_RUNLIST_INFO_FETCHING	0x00000400
#define GA100_RUNLIST_INFO_ACQUIRE	0x00001000
#define GA100_RUNLIST_INFO_NACKED	0x00002000	/* the list could not be read */
#define GA100_RUNLIST_INTR_MASK_SET	0x110
#define GA100_RUNLIST_INTR_MASK_CLEAR	0x118
#define GA100_RUNLIST_INTR_EN_SET(tree)	(0x120 + 8 * (tree))
#define GA100_RUNLIST_INTR_EN_CLEAR(tree) (0x140 + 8 * (tree))
#define GA100_RUNLIST_INTR_TREES	2
#define GA100_RUNLIST_INTR_VECTOR(tree)	(0x160 + 4 * (tree))
#define GA100_RUNLIST_INTR_VECTOR_ID(v) ((v) & 0xfff)
#define GA100_RUNLIST_VECTOR_GSP	0x40000000
#define GA100_RUNLIST_VECTOR_CPU	0x80000000
#define GA100_RUNLIST_BAD_TSG		0x174
#define GA100_BAD_TSG_ZERO_LENGTH	1
#define GA100_BAD_TSG_MAX_LENGTH	2
#define GA100_BAD_TSG_OVERFLOW		3	/* the list ends within it */
#define GA100_BAD_TSG_NOT_CHANNEL	4
#define GA100_BAD_TSG_NOT_HEADER	5
#define GA100_BAD_TSG_RUNQUEUE		6
#define GA100_RUNLIST_INTR_RETRIGGER(tree) (0x180 + 4 * (tree))

/* An engine of a runlist, i from 0 to 2: [doc] dev_runlist */
#define GA100_RUNLIST_ENGINES		3
#define GA100_RUNLIST_ENGINE_STATUS0(i)	(0x200 + 0x40 * (i))
#define GA100_ENGINE_TSG(v)		((v) & 0xfff)
#define GA100_ENGINE_CTX(v)		((v) >> 13 & 7)
#define GA100_ENGINE_CTX_SHIFT		13
#define GA100_CTX_INVALID		0
#define GA100_CTX_VALID			1
#define GA100_CTX_SAVE			5
#define GA100_CTX_LOAD			6
#define GA100_CTX_SWITCH		7
#define GA100_ENGINE_NEXT_TSG_SHIFT	16
#define GA100_ENGINE_RELOAD		0x20000000
#define GA100_ENGINE_FAULTED		0x40000000
#define GA100_ENGINE_BUSY		0x80000000
#define GA100_RUNLIST_ENGINE_STATUS1(i)	(0x204 + 0x40 * (i))
#define GA100_RUNLIST_ENGINE_CHANNEL(i)	(0x208 + 0x40 * (i))
#define GA100_ENGINE_CHANNEL_VALID	0x00008000
#define GA100_RUNLIST_ENGINE_INST(i)	(0x210 + 0x40 * (i))
#define GA100_ENGINE_INST_VALID		0x00000800
#define GA100_RUNLIST_ENGINE_INST_HI(i)	(0x214 + 0x40 * (i))
#define GA100_RUNLIST_CTXSW_TIMEOUT(i)	(0x220 + 0x40 * (i))
#define GA100_RUNLIST_CTXSW_TIMEOUT_INIT 0x803fffff
#define GA100_RUNLIST_CTXSW_INFO(i)	(0x224 + 0x40 * (i))
#define GA100_RUNLIST_ENGINE_DEBUG(i)	(0x228 + 0x40 * (i))
#define GA100_RUNLIST_VCHANNEL(i)	(0x300 + 4 * (i))	/* by function, 64 */
#define GA100_RUNLIST_VCHANNEL_INIT	0x000007ff
#define GA100_RUNLIST_VCHANNEL_DOORBELL	0x80000000	/* take doorbells */

/*
 * Channel RAM, a word a channel: [doc] dev_runlist, NV_CHRAM. A write sets the bits
 * that are 1, or clears them if CLEAR is among them. Read-only bits stay.
 */
#define GA100_CHRAM_CHANNEL(chid)	(4 * (chid))
#define GA100_CHANNELS			2048
#define GA100_CHRAM_CLEAR		0x00000001
#define GA100_CHRAM_ENABLE		0x00000002
#define GA100_CHRAM_NEXT		0x00000004
#define GA100_CHRAM_BUSY		0x00000008	/* read only */
#define GA100_CHRAM_PBDMA_FAULTED	0x00000010
#define GA100_CHRAM_ENG_FAULTED		0x00000020
#define GA100_CHRAM_ON_PBDMA		0x00000040	/* read only */
#define GA100_CHRAM_ON_ENG		0x00000080	/* read only */
#define GA100_CHRAM_PENDING		0x00000100
#define GA100_CHRAM_CTX_RELOAD		0x00000200
#define GA100_CHRAM_PBDMA_BUSY		0x00000400	/* read only */
#define GA100_CHRAM_ENG_BUSY		0x00000800	/* read only */
#define GA100_CHRAM_ACQUIRE_FAIL	0x00001000
#define GA100_CHRAM_WRITABLE		0x00001336
#define GA100_CHRAM_UPDATE_ENABLE	0x00000002
#define GA100_CHRAM_UPDATE_DISABLE	0x00000003
#define GA100_CHRAM_UPDATE_RELOAD	0x00000200
#define GA100_CHRAM_UPDATE_PBDMA_OK	0x00000011
#define GA100_CHRAM_UPDATE_ENG_OK	0x00000021
#define GA100_CHRAM_UPDATE_CLEAR	0xffffffff

/* What goes into GA100_USERMODE_DOORBELL: [nouveau] engine/fifo/ga100.c */
#define GA100_DOORBELL(id, chid)	((id) << 16 | (chid))
#define GA100_DOORBELL_CHID(v)		((v) & 0xfff)
#define GA100_DOORBELL_RUNLIST(v)	((v) >> 16)

/*
 * A runlist, in memory: a header for each group of channels (TSG), followed by its
 * channels. [doc] dev_ram, NV_RAMRL. Word and place within it.
 */
#define GA100_RL_ENTRY_SIZE		16
#define GA100_RL_ALIGN			0x1000
#define GA100_RL_TYPE_TSG		0x00000001	/* in word 0; else a channel */
#define GA100_RL_ID			0x000007ff	/* in word 2, of both */
#define GA100_RL_CHAN_RUNQUEUE		0x00000002	/* word 0 */
#define GA100_RL_CHAN_INST_APERTURE(v)	((v) >> 4 & 3)
#define GA100_RL_CHAN_INST_APERTURE_SHIFT 4
#define GA100_RL_CHAN_USERD_APERTURE(v)	((v) >> 6 & 3)
#define GA100_RL_CHAN_USERD_APERTURE_SHIFT 6
#define GA100_RL_CHAN_USERD_LO		0xffffff00	/* word 0; word 1 is the rest */
#define GA100_RL_CHAN_USERD_HI		0x000000ff
#define GA100_RL_CHAN_INST_LO		0xfffff000	/* word 2; word 3 is the rest */
#define GA100_RL_TSG_SCALE(v)		((v) >> 16 & 0xf)	/* word 0 */
#define GA100_RL_TSG_SCALE_SHIFT	16
#define GA100_RL_TSG_TIMEOUT(v)		((v) >> 24)
#define GA100_RL_TSG_TIMEOUT_SHIFT	24	/* (timeout << scale) * 1024 ns */
#define GA100_RL_TSG_SCALE_INIT		3
#define GA100_RL_TSG_TIMEOUT_INIT	128
#define GA100_RL_TSG_LENGTH(v)		((v) & 0xff)	/* word 1 */
#define GA100_RL_TSG_LENGTH_MAX		128

/*
 * RAMFC: a channel's state while no PBDMA has it, the first 512 bytes of its
 * instance block. [doc] dev_ram, NV_RAMFC. Each word is the register that has the
 * same offset in the PBDMA: [doc] dev_pbdma.
 */
#define GA100_RAMFC_SIZE		0x200
#define GA100_RAMFC_GP_PUT		0x000
#define GA100_RAMFC_MEM_OP_A		0x004
#define GA100_RAMFC_SIGNATURE		0x010
#define GA100_SIGNATURE_VALID		0x0000face	/* or GA100_CHANNEL_CLASS */
#define GA100_RAMFC_GP_GET		0x014
#define GA100_RAMFC_PB_GET		0x018
#define GA100_RAMFC_PB_GET_HI		0x01c
#define GA100_RAMFC_TOP_LEVEL_GET	0x020
#define GA100_RAMFC_TOP_LEVEL_GET_HI	0x024
#define GA100_TOP_LEVEL_GET_VALID	0x80000000	/* in the upper half */
#define GA100_RAMFC_REF			0x028
#define GA100_RAMFC_RUNTIME		0x02c
#define GA100_RAMFC_ACQUIRE		0x030
#define GA100_ACQUIRE_RETRY_MAN(v)	((v) & 0x7f)
#define GA100_ACQUIRE_RETRY_EXP(v)	((v) >> 7 & 0xf)
#define GA100_ACQUIRE_TIMEOUT_EXP(v)	((v) >> 11 & 0xf)
#define GA100_ACQUIRE_TIMEOUT_EXP_SHIFT	11
#define GA100_ACQUIRE_TIMEOUT_MAN(v)	((v) >> 15 & 0xffff)
#define GA100_ACQUIRE_TIMEOUT_MAN_SHIFT	15	/* man << exp times 1024 ns */
#define GA100_ACQUIRE_TIMEOUT_EN	0x80000000
#define GA100_ACQUIRE_TIMEOUT_MAX	0x7fff8000
#define GA100_RAMFC_ACQUIRE_DEADLINE	0x034
#define GA100_RAMFC_SEM_ADDR_HI		0x038
#define GA100_RAMFC_SEM_ADDR_LO		0x03c
#define GA100_RAMFC_SEM_PAYLOAD_LO	0x040
#define GA100_RAMFC_SEM_EXECUTE		0x044
#define GA100_SEM_EXECUTE_ACQUIRE_FAIL	0x00080000	/* not part of the method */
#define GA100_RAMFC_GP_BASE		0x048	/* address 31:3 */
#define GA100_RAMFC_GP_BASE_HI		0x04c	/* address 39:32 */
#define GA100_GP_BASE_HI_OFFSET		0x000000ff
#define GA100_GP_BASE_HI_LIMIT2(v)	((v) >> 16 & 0x1f)	/* log2 of entries */
#define GA100_GP_BASE_HI_LIMIT2_SHIFT	16
#define GA100_RAMFC_GP_FETCH		0x050
#define GA100_RAMFC_PB_FETCH		0x054
#define GA100_RAMFC_PB_FETCH_HI		0x058
#define GA100_RAMFC_PB_PUT		0x05c
#define GA100_RAMFC_PB_PUT_HI		0x060
#define GA100_RAMFC_MEM_OP_B		0x064
#define GA100_RAMFC_GP_CRC		0x074
#define GA100_RAMFC_PB_HEADER		0x084
#define GA100_PB_HEADER_METHOD		0x00003ffc	/* bytes */
#define GA100_PB_HEADER_SDMASK		0x0000fff0
#define GA100_PB_HEADER_SUBCH_SHIFT	16
#define GA100_PB_HEADER_SUBROUTINE	0x00100000
#define GA100_PB_HEADER_FIRST		0x00400000
#define GA100_PB_HEADER_CONDITIONAL	0x00800000
#define GA100_PB_HEADER_FINAL		0x01000000
#define GA100_PB_HEADER_TYPE(v)		((v) >> 29)
#define GA100_PB_HEADER_TYPE_SHIFT	29	/* GA100_PB_HEADER_* */
#define GA100_PB_HEADER_SSDM		0
#define GA100_PB_HEADER_INC		1
#define GA100_PB_HEADER_STORE_SDM	2
#define GA100_PB_HEADER_NON_INC		3
#define GA100_PB_HEADER_IMMD		4
#define GA100_PB_HEADER_INC_ONCE	5
#define GA100_PB_HEADER_USE_SDM		6
#define GA100_PB_HEADER_END_SEG		7
#define GA100_PB_HEADER_INIT		0x20400000	/* first, incrementing, none left */
#define GA100_RAMFC_PB_COUNT		0x088
#define GA100_PB_COUNT_VALUE		0x00001fff
#define GA100_RAMFC_SUBDEVICE		0x094
#define GA100_SUBDEVICE_ID		0x00000fff
#define GA100_SUBDEVICE_STORED(v)	((v) >> 16 & 0xfff)
#define GA100_SUBDEVICE_STORED_SHIFT	16
#define GA100_SUBDEVICE_ACTIVE		0x10000000
#define GA100_SUBDEVICE_DMA_ENABLE	0x20000000
#define GA100_RAMFC_PB_CRC		0x098
#define GA100_RAMFC_SEM_PAYLOAD_HI	0x09c
#define GA100_RAMFC_MEM_OP_C		0x0a0
#define GA100_RAMFC_TARGET		0x0ac
#define GA100_TARGET_ENGINE		0x0000001f
#define GA100_TARGET_ENG_CTX_VALID	0x00010000
#define GA100_TARGET_CE_CTX_VALID	0x00020000
#define GA100_RAMFC_METHOD(i)		(0x0c0 + 8 * (i))
#define GA100_METHOD_FIFO		4
#define GA100_METHOD_ADDR		0x00003ffc	/* bytes */
#define GA100_METHOD_SUBCH(v)		((v) >> 16 & 7)
#define GA100_METHOD_SUBCH_SHIFT	16
#define GA100_METHOD_FIRST		0x00400000
#define GA100_METHOD_VALID		0x80000000
#define GA100_RAMFC_DATA(i)		(0x0c4 + 8 * (i))
#define GA100_RAMFC_HCE_CTRL		0x0e4
#define GA100_HCE_CTRL_RENDER_DISABLED	0x00000004
#define GA100_HCE_CTRL_PRIV_MODE	0x00000020	/* copies may use physical addresses */
#define GA100_RAMFC_CHANNEL_ID		0x0e8	/* [nouveau] engine/fifo/ga100.c */
#define GA100_RAMFC_CONFIG		0x0f4
#define GA100_CONFIG_PRIVILEGED		0x00000100
#define GA100_CONFIG_USERD_WRITEBACK	0x00001000
#define GA100_RAMFC_INTR_NOTIFY		0x0f8	/* NON_STALL_INT's: [doc] dev_pbdma */
#define GA100_INTR_NOTIFY_VECTOR	0x00000fff
#define GA100_INTR_NOTIFY_CPU		0x80000000
#define GA100_RAMFC_SET_CHANNEL_INFO	0x0fc

/*
 * Rest of the instance block that is a channel's: [doc] dev_ram, NV_RAMIN. The
 * address space is in ga100_regs.h.
 */
#define GA100_INST_ENGINE_WFI_LO	0x210	/* where an engine saves itself */
#define GA100_INST_ENGINE_WFI_HI	0x214
#define GA100_INST_ENGINE_WFI_VIRTUAL	0x00000004
#define GA100_INST_METHOD_BUFFER_LO	0x220	/* behind BAR2 */
#define GA100_INST_METHOD_BUFFER_HI	0x224

/* USERD: what user space sees of a channel. [doc] dev_ram, NV_RAMUSERD */
#define GA100_USERD_SIZE		0x200
#define GA100_USERD_PUT			0x040
#define GA100_USERD_GET			0x044
#define GA100_USERD_REF			0x048
#define GA100_USERD_PUT_HI		0x04c
#define GA100_USERD_TOP_LEVEL_GET	0x058
#define GA100_USERD_TOP_LEVEL_GET_HI	0x05c
#define GA100_USERD_GET_HI		0x060
#define GA100_USERD_GP_GET		0x088
#define GA100_USERD_GP_PUT		0x08c	/* the one that software writes */

/* An entry of the GPFIFO, two words: [doc] dev_pbdma, NV_PPBDMA_GP_ENTRY */
#define GA100_GP_ENTRY_SIZE		8
#define GA100_GP_ENTRY0_CONDITIONAL	0x00000001
#define GA100_GP_ENTRY0_GET		0xfffffffc	/* address of the segment */
#define GA100_GP_ENTRY1_GET_HI		0x000000ff
#define GA100_GP_ENTRY1_SUBROUTINE	0x00000200
#define GA100_GP_ENTRY1_LENGTH(v)	((v) >> 10 & 0x1fffff)	/* words; 0: control */
#define GA100_GP_ENTRY1_LENGTH_SHIFT	10
#define GA100_GP_ENTRY1_LENGTH_MAX	0x1fffff
#define GA100_GP_ENTRY1_SYNC_WAIT	0x80000000
#define GA100_GP_ENTRY1_OPCODE		0x000000ff	/* of a control entry */
#define GA100_GP_OPCODE_NOP		0
#define GA100_GP_OPCODE_ILLEGAL		1
#define GA100_GP_OPCODE_GP_CRC		2
#define GA100_GP_OPCODE_PB_CRC		3
#define GA100_HOST_VA_BITS		40	/* GPFIFO, segments, semaphores */

/* A word of a pushbuffer that is not data: [doc] dev_ram, NV_FIFO_DMA */
#define GA100_PB_NOP			0x00000000
#define GA100_PB_OP(v)			((v) >> 29)
#define GA100_PB_OP_SHIFT		29
#define GA100_PB_OP_TERTIARY		0	/* see GA100_PB_TERT() */
#define GA100_PB_OP_INC			1
#define GA100_PB_OP_NON_INC		3
#define GA100_PB_OP_IMMD		4
#define GA100_PB_OP_INC_ONCE		5
#define GA100_PB_OP_END_SEGMENT		7
#define GA100_PB_TERT(v)		((v) >> 16)
#define GA100_PB_TERT_SHIFT		16
#define GA100_PB_TERT_SET_SDM		1
#define GA100_PB_TERT_STORE_SDM		2
#define GA100_PB_TERT_USE_SDM		3
#define GA100_PB_SDM(v)			((v) >> 4 & 0xfff)
#define GA100_PB_COUNT(v)		((v) >> 16 & 0x1fff)
#define GA100_PB_COUNT_SHIFT		16	/* of IMMD: the data */
#define GA100_PB_COUNT_MAX		0x1fff
#define GA100_PB_SUBCH(v)		((v) >> 13 & 7)
#define GA100_PB_SUBCH_SHIFT		13
#define GA100_PB_RESERVED		0x00001000
#define GA100_PB_METHOD(v)		(((v) & 0xfff) << 2)	/* bytes */
#define GA100_PB_METHOD_MAX		0xfff		/* words */
#define GA100_SUBCH_COPY		4	/* by convention: [doc] dev_ram */
#define GA100_SUBCH_SOFTWARE		5	/* this one and those above */

/* Methods that Host executes itself: [doc] dev_pbdma, NV_UDMA; [class] for those marked */
#define GA100_METHOD_SET_OBJECT		0x000
#define GA100_METHOD_ILLEGAL		0x004
#define GA100_METHOD_NOP		0x008
#define GA100_METHOD_SEMAPHORE_A	0x010	/* [class] address, upper half */
#define GA100_METHOD_SEMAPHORE_B	0x014	/* [class] address, lower half */
#define GA100_METHOD_SEMAPHORE_C	0x018	/* [class] payload */
#define GA100_METHOD_SEMAPHORE_D	0x01c	/* [class] do it */
#define GA100_SEMAPHORE_D_OPERATION	0x0000001f
#define GA100_SEMAPHORE_D_ACQUIRE	1
#define GA100_SEMAPHORE_D_RELEASE	2
#define GA100_SEMAPHORE_D_ACQ_GEQ	4
#define GA100_SEMAPHORE_D_ACQ_AND	8
#define GA100_SEMAPHORE_D_REDUCTION	16
#define GA100_SEMAPHORE_D_ACQUIRE_SWITCH 0x00001000
#define GA100_SEMAPHORE_D_NO_WFI	0x00100000
#define GA100_SEMAPHORE_D_4_BYTES	0x01000000	/* else 16, with a time */
#define GA100_SEMAPHORE_D_REDUCTION_OP(v) ((v) >> 27 & 0xf)
#define GA100_SEMAPHORE_D_UNSIGNED	0x80000000
#define GA100_METHOD_NON_STALL_INT	0x020
#define GA100_METHOD_FB_FLUSH		0x024	/* [class] */
#define GA100_METHOD_MEM_OP_A		0x028
#define GA100_MEM_OP_A_SYSMEMBAR	0x00000800
#define GA100_MEM_OP_A_TARGET_LO	0xfffff000
#define GA100_METHOD_MEM_OP_B		0x02c
#define GA100_METHOD_MEM_OP_C		0x030
#define GA100_MEM_OP_C_MEMBAR_SYS	0x00000000
#define GA100_MEM_OP_C_MEMBAR		0x00000001
#define GA100_MEM_OP_C_PDB_ALL		0x00000001
#define GA100_MEM_OP_C_GPC_DISABLE	0x00000002
#define GA100_MEM_OP_C_REPLAY(v)	((v) >> 2 & 7)	/* GA100_REPLAY_* */
#define GA100_MEM_OP_C_REPLAY_SHIFT	2
#define GA100_MEM_OP_C_ACK_GLOBALLY	0x00000020
#define GA100_MEM_OP_C_PDB_APERTURE_SHIFT 10
#define GA100_MEM_OP_C_PDB_LO		0xfffff000
#define GA100_METHOD_MEM_OP_D		0x034
#define GA100_MEM_OP_D_PDB_HI		0x07ffffff
#define GA100_MEM_OP_D_OPERATION(v)	((v) >> 27)
#define GA100_MEM_OP_D_OPERATION_SHIFT	27
#define GA100_MEM_OP_MEMBAR		0x05
#define GA100_MEM_OP_TLB_INVALIDATE	0x09	/* privileged */
#define GA100_MEM_OP_TLB_INVALIDATE_TARGETED 0x0a	/* privileged */
#define GA100_MEM_OP_L2_PEERMEM_INVALIDATE 0x0d
#define GA100_MEM_OP_L2_SYSMEM_INVALIDATE 0x0e
#define GA100_MEM_OP_L2_CLEAN_COMPTAGS	0x0f
#define GA100_MEM_OP_L2_FLUSH_DIRTY	0x10
#define GA100_MEM_OP_L2_WAIT_SYS_READS	0x15
#define GA100_MEM_OP_ACCESS_COUNTER_CLR	0x16	/* privileged */
#define GA100_METHOD_SET_REF		0x050
#define GA100_METHOD_SEM_ADDR_LO	0x05c
#define GA100_METHOD_SEM_ADDR_HI	0x060
#define GA100_METHOD_SEM_PAYLOAD_LO	0x064
#define GA100_METHOD_SEM_PAYLOAD_HI	0x068
#define GA100_METHOD_SEM_EXECUTE	0x06c
#define GA100_SEM_OPERATION(v)		((v) & 7)
#define GA100_SEM_ACQUIRE		0
#define GA100_SEM_RELEASE		1
#define GA100_SEM_ACQ_STRICT_GEQ	2
#define GA100_SEM_ACQ_CIRC_GEQ		3
#define GA100_SEM_ACQ_AND		4
#define GA100_SEM_ACQ_NOR		5
#define GA100_SEM_REDUCTION		6
#define GA100_SEM_ACQUIRE_SWITCH_TSG	0x00001000
#define GA100_SEM_RELEASE_WFI		0x00100000
#define GA100_SEM_PAYLOAD_64		0x01000000
#define GA100_SEM_RELEASE_TIMESTAMP	0x02000000
#define GA100_SEM_REDUCTION_OP(v)	((v) >> 27 & 0xf)
#define GA100_SEM_REDUCTION_SHIFT	27
#define GA100_REDUCTION_IMIN		0
#define GA100_REDUCTION_IMAX		1
#define GA100_REDUCTION_IXOR		2
#define GA100_REDUCTION_IAND		3
#define GA100_REDUCTION_IOR		4
#define GA100_REDUCTION_IADD		5
#define GA100_REDUCTION_INC		6
#define GA100_REDUCTION_DEC		7
#define GA100_SEM_REDUCTION_UNSIGNED	0x80000000
#define GA100_METHOD_WFI		0x078
#define GA100_WFI_ALL			0x00000001
#define GA100_METHOD_YIELD		0x080
#define GA100_YIELD_OP			0x00000003
#define GA100_YIELD_NOP			0
#define GA100_YIELD_NOP1		1
#define GA100_YIELD_RUNLIST		2
#define GA100_YIELD_TSG			3
#define GA100_METHOD_CLEAR_FAULTED	0x084
#define GA100_METHOD_ENGINE		0x100	/* from here on: an engine's */

/*
 * PBDMAs: [doc] dev_pbdma. Registers that are a channel's state have the offset of
 * their RAMFC word, see above; these are the PBDMA's own.
 */
#define GA100_PBDMA			0x040000
#define GA100_PBDMA_STRIDE		0x800
#define GA100_PBDMAS			32
#define GA100_PBDMA_STATUS		0x100
#define GA100_PBDMA_STATUS_GPF_SHIFT	0
#define GA100_PBDMA_STATUS_GPP_SHIFT	4
#define GA100_PBDMA_STATUS_PBP_SHIFT	8
#define GA100_PBDMA_STATUS_MP_SHIFT	12
#define GA100_PBDMA_STATUS_SEM_SHIFT	16
#define GA100_PBDMA_STATUS_ALL_SHIFT	28
#define GA100_PBDMA_EMPTY		0
#define GA100_PBDMA_SUSPENDED		1
#define GA100_PBDMA_BLOCKED		2
#define GA100_PBDMA_BUSY		8
#define GA100_PBDMA_CFG0		0x104	/* MMU engine, 9:0 */
#define GA100_PBDMA_INTR_0		0x108
#define GA100_PBDMA_GP_SHADOW_0		0x110
#define GA100_PBDMA_GP_SHADOW_1		0x114
#define GA100_PBDMA_HDR_SHADOW		0x118
#define GA100_PBDMA_CHANNEL		0x120
#define GA100_PBDMA_CHANNEL_VALID	0x00002000
#define GA100_PBDMA_NEXT_CHANNEL	0x124
#define GA100_PBDMA_NEXT_INST		0x138
#define GA100_PBDMA_NEXT_INST_HI	0x13c
#define GA100_PBDMA_INTR_1		0x148
#define GA100_PBDMA_HCE_DBG0		0x150	/* address of the method, bytes */
#define GA100_PBDMA_HCE_DBG1		0x154	/* its data */
#define GA100_PBDMA_STATUS_SCHED	0x15c	/* fields as GA100_ENGINE_* */
#define GA100_PBDMA_INST		0x160	/* address 31:12, aperture 1:0 */
#define GA100_PBDMA_INST_VALID		0x00000800
#define GA100_PBDMA_INST_HI		0x164
#define GA100_PBDMA_USERD		0x168	/* address 31:9, aperture 1:0 */
#define GA100_PBDMA_USERD_HI		0x16c
#define GA100_PBDMA_INTR_0_EN_SET(tree)	(0x170 + 4 * (tree))
#define GA100_PBDMA_INTR_1_EN_SET(tree)	(0x180 + 4 * (tree))
#define GA100_PBDMA_INTR_0_EN_CLEAR(tree) (0x190 + 4 * (tree))
#define GA100_PBDMA_INTR_1_EN_CLEAR(tree) (0x1a0 + 4 * (tree))

/* GA100_PBDMA_INTR_0: write 1 to clear. While one is set the PBDMA stands still */
#define GA100_PBDMA_INTR_GPFIFO		0x00002000
#define GA100_PBDMA_INTR_GPPTR		0x00004000
#define GA100_PBDMA_INTR_GPENTRY	0x00008000
#define GA100_PBDMA_INTR_GPCRC		0x00010000
#define GA100_PBDMA_INTR_PBPTR		0x00020000
#define GA100_PBDMA_INTR_PBENTRY	0x00040000
#define GA100_PBDMA_INTR_PBCRC		0x00080000
#define GA100_PBDMA_INTR_METHOD		0x00200000
#define GA100_PBDMA_INTR_DEVICE		0x00800000	/* a method for software */
#define GA100_PBDMA_INTR_ENG_RESET	0x01000000
#define GA100_PBDMA_INTR_SEMAPHORE	0x02000000
#define GA100_PBDMA_INTR_ACQUIRE	0x04000000
#define GA100_PBDMA_INTR_PRI		0x08000000
#define GA100_PBDMA_INTR_PBSEG		0x40000000
#define GA100_PBDMA_INTR_SIGNATURE	0x80000000
#define GA100_PBDMA_INTR_0_ALL		0xcfafe000

/* GA100_PBDMA_INTR_1: the part that looks at copy engine methods */
#define GA100_PBDMA_INTR1_RE_ILLEGAL_OP	0x00000001
#define GA100_PBDMA_INTR1_RE_ALIGN	0x00000002
#define GA100_PBDMA_INTR1_PRIV		0x00000004	/* physical copy, not allowed */
#define GA100_PBDMA_INTR1_ILLEGAL_METHOD 0x00000008
#define GA100_PBDMA_INTR1_ILLEGAL_CLASS	0x00000010
#define GA100_PBDMA_INTR1_CTXNOTVALID	0x80000000
#define GA100_PBDMA_INTR_1_ALL		0x8000001f

/*
 * Logical copy engines: [ga102] dev_ce, vectors [nouveau] engine/ce/ga100.c.
 * Which physical ones serve them is not software's business here.
 */
#define GA100_CE			0x104000	/* of all instances */
#define GA100_CE_SIZE			0x2000
#define GA100_CE_PCE_MAP		0x104028
#define GA100_CE_PCE2LCE(i)		(0x104100 + 4 * (i))
#define GA100_CE_PCES			18	/* [okm] ampere/ga100/dev_ce_base.h */
#define GA100_CE_PCE2LCE_NONE		0xf
#define GA100_CE_GRCE_CONFIG(i)		(0x1041c0 + 4 * (i))
#define GA100_LCE			0x104400
#define GA100_LCE_STRIDE		0x80
#define GA100_LCE_STATUS		0x00
#define GA100_LCE_STATUS_BUSY		0x00000001
#define GA100_LCE_BIND			0x04
#define GA100_LCE_BIND_BOUND		0x00000001
#define GA100_LCE_BIND_PTR_SHIFT	1	/* instance block >> 12 */
#define GA100_LCE_BIND_TARGET_SHIFT	29
#define GA100_LCE_INTR_EN		0x0c
#define GA100_LCE_INTR_EN_INIT		0x000000ef
#define GA100_LCE_INTR			0x10	/* write 1 to clear */
#define GA100_LCE_INTR_BLOCKPIPE	0x00000001
#define GA100_LCE_INTR_NONBLOCKPIPE	0x00000002
#define GA100_LCE_INTR_LAUNCHERR	0x00000004
#define GA100_LCE_INTR_INVALID_CONFIG	0x00000008
#define GA100_LCE_INTR_METHOD_BUFFER	0x00000010
#define GA100_LCE_INTR_FBUF_CRC		0x00000020
#define GA100_LCE_INTR_FBUF_MAGIC	0x00000040
#define GA100_LCE_INTR_POISON		0x00000080
#define GA100_LCE_INTR_ALL		0x000000ff
#define GA100_LCE_OPT			0x14
#define GA100_LCE_OPT_INIT		0x0000000a
#define GA100_LCE_LAUNCHERR		0x18
#define GA100_LAUNCHERR_NONE		0x0
#define GA100_LAUNCHERR_LAYER		0x1
#define GA100_LAUNCHERR_ALIGNMENT	0x2
#define GA100_LAUNCHERR_RECT		0x3
#define GA100_LAUNCHERR_SRC_PITCH	0x4
#define GA100_LAUNCHERR_SRC_NEG_PITCH	0x5
#define GA100_LAUNCHERR_DST_PITCH	0x6
#define GA100_LAUNCHERR_DST_NEG_PITCH	0x7
#define GA100_LAUNCHERR_COMPONENT	0x8
#define GA100_LAUNCHERR_VALUE		0x9
#define GA100_LAUNCHERR_UNUSED_FIELD	0xa
#define GA100_LAUNCHERR_OPERATION	0xb
#define GA100_LAUNCHERR_NO_RESOURCES	0xc
#define GA100_LAUNCHERR_INVALID_CONFIG	0xd
#define GA100_LAUNCHERR_METHOD_BUFFER	0xe
#define GA100_LCE_ENGCTL		0x1c
#define GA100_LCE_ENGCTL_STALLREQ	0x00000100
#define GA100_LCE_ENGCTL_STALLACK	0x00000200
#define GA100_LCE_VECTOR_NOTIFY		0x24	/* non-stalling interrupt's, 11:0 */
#define GA100_LCE_VECTOR		0x2c	/* stalling interrupt's, 11:0 */

#endif
