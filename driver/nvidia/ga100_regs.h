/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GA100 (A100): PCI identity and the registers of the card itself: bus, boot,
 * memory, page tables, faults, interrupts. Host scheduling (runlists, channels)
 * is in ga100_host_regs.h, the copy engines' methods in copy_class.h.
 *
 * Constants only: no include, no type, no code. The driver and the emulator
 * both build on this file. A register is its offset in BAR 0, in bytes. Each
 * group names the published file it was read from:
 *   [doc]	NVIDIA/open-gpu-doc, manuals/ampere/ga100 (MIT)
 *   [tu104]	NVIDIA/open-gpu-doc, manuals/turing/tu104 (MIT)
 *   [okm]	NVIDIA/open-gpu-kernel-modules, src/common/inc/swref/published (MIT)
 *   [uvm]	NVIDIA/open-gpu-kernel-modules, kernel-open/nvidia-uvm (MIT)
 *   [nouveau]	Linux, drivers/gpu/drm/nouveau/nvkm (MIT)
 */
#ifndef GANTRY_NVIDIA_GA100_REGS_H
#define GANTRY_NVIDIA_GA100_REGS_H

/* Identity: [doc] dev_boot, dev_nv_xve3g_fn0; BARs 1 and 3 are 64 bits wide */
#define GA100_PCI_VENDOR		0x10de
#define GA100_PCI_DEVICE		0x20b0
#define GA100_PCI_REVISION		0xa1
#define GA100_PCI_CLASS			0x030200	/* 3D controller */
#define GA100_BAR_REGS			0
#define GA100_BAR_VRAM			1	/* "BAR1" in the manuals */
#define GA100_BAR_INST			3	/* "BAR2" in the manuals */
#define GA100_REGS_SIZE			0x1000000
#define GA100_INST_BAR_SIZE		0x2000000
#define GA100_MSIX_VECTORS		6	/* [doc] dev_vm; the table is in BAR 0 */
#define GA100_MSIX_TABLE		0xb90000
#define GA100_MSIX_PBA			0xba0000

/*
 * Where an address points: the two bits by which instance blocks, page-table
 * entries, runlists and semaphores name it. [doc] dev_ram, [tu104] dev_mmu
 */
#define GA100_APERTURE_VRAM		0
#define GA100_APERTURE_PEER		1	/* "invalid" where a peer makes no sense */
#define GA100_APERTURE_SYS_COHERENT	2
#define GA100_APERTURE_SYS_NONCOHERENT	3

/* Instance block, byte offsets: [doc] dev_ram, NV_RAMIN */
#define GA100_INST_SIZE			0x1000
#define GA100_INST_SHIFT		12
#define GA100_INST_PDB_LO		0x200	/* address 31:12 in 31:12 */
#define GA100_INST_PDB_TARGET		0x00000003
#define GA100_INST_PDB_VOL		0x00000004
#define GA100_INST_PDB_REPLAY_TEX	0x00000010
#define GA100_INST_PDB_REPLAY_GCC	0x00000020
#define GA100_INST_PDB_VER2		0x00000400	/* the only format there is */
#define GA100_INST_PDB_BIG_64K		0x00000800	/* else 128 KiB */
#define GA100_INST_PDB_HI		0x204

/*
 * Page tables, version 2: [tu104] dev_mmu, NV_MMU_VER2; [uvm] uvm_pascal_mmu.c and
 * uvm_ampere_mmu.c for the levels and for what an entry that is not valid says.
 * PDE3 covers 48:47 of a virtual address, PDE2 46:38, PDE1 37:29, PDE0 28:21; a
 * page-table entry the rest: 4 KiB below PDE0's small table, 64 KiB below its big
 * one, 2 MiB in place of PDE0, 512 MiB in place of PDE1.
 */
#define GA100_VA_BITS			49
#define GA100_PDE_IS_PTE		0x1ULL
#define GA100_PDE_APERTURE(pde)		((pde) >> 1 & 3)	/* 0: invalid */
#define GA100_PDE_APERTURE_INVALID	0
#define GA100_PDE_APERTURE_VRAM		1
#define GA100_PDE_APERTURE_SYS_COHERENT	2
#define GA100_PDE_APERTURE_SYS_NONCOHERENT 3
#define GA100_PDE_VOL			0x8ULL		/* invalid and this: sparse */
#define GA100_PDE_ADDR_SYS		0x003fffffffffff00ULL	/* address >> 4 */
#define GA100_PDE_ADDR_VRAM		0x00000001ffffff00ULL
#define GA100_PDE0_SIZE			16		/* big half, then small half */
#define GA100_PDE0_ADDR_BIG_SYS		0x003ffffffffffff0ULL	/* address >> 4 */
#define GA100_PDE0_ADDR_BIG_VRAM	0x00000001fffffff0ULL
#define GA100_PTE_VALID			0x1ULL
#define GA100_PTE_APERTURE(pte)		((pte) >> 1 & 3)	/* GA100_APERTURE_* */
#define GA100_PTE_APERTURE_SHIFT	1
#define GA100_PTE_VOL			0x8ULL		/* not valid and this: sparse */
#define GA100_PTE_PRIVILEGE		0x20ULL		/* of a big one that is not */
#define GA100_PTE_READ_ONLY		0x40ULL		/* valid: no small ones either */
#define GA100_PTE_ATOMIC_DISABLE	0x80ULL
#define GA100_PTE_ADDR_SYS		0x003fffffffffff00ULL	/* address >> 4 */
#define GA100_PTE_ADDR_VRAM		0x00000001ffffff00ULL
#define GA100_PTE_ADDR_SHIFT		4
#define GA100_PTE_KIND_SHIFT		56
#define GA100_KIND_PITCH		0x00
#define GA100_KIND_GENERIC		0x06
#define GA100_KIND_INVALID		0x07
#define GA100_KIND_MAX			0x0f

/* What an access was and what was wrong with it: [tu104] dev_fault */
#define GA100_ACCESS_READ		0
#define GA100_ACCESS_WRITE		1
#define GA100_ACCESS_ATOMIC		2
#define GA100_ACCESS_PREFETCH		3
#define GA100_ACCESS_ATOMIC_WEAK	4
#define GA100_ACCESS_PHYSICAL		8	/* added to those above */
#define GA100_FAULT_PDE			0x00
#define GA100_FAULT_PDE_SIZE		0x01
#define GA100_FAULT_PTE			0x02
#define GA100_FAULT_VA_LIMIT		0x03
#define GA100_FAULT_UNBOUND_INST	0x04
#define GA100_FAULT_PRIV		0x05
#define GA100_FAULT_RO			0x06
#define GA100_FAULT_WO			0x07
#define GA100_FAULT_PITCH_MASK		0x08
#define GA100_FAULT_WORK_CREATION	0x09
#define GA100_FAULT_APERTURE		0x0a
#define GA100_FAULT_COMPRESSION		0x0b
#define GA100_FAULT_KIND		0x0c
#define GA100_FAULT_REGION		0x0d
#define GA100_FAULT_POISONED		0x0e
#define GA100_FAULT_ATOMIC		0x0f

/* Who faulted: [okm] ampere/ga100/dev_fault.h; CE i is HSCE i behind the hub */
#define GA100_FAULT_CLIENT_GPC		0
#define GA100_FAULT_CLIENT_HUB		1
#define GA100_MMU_ENGINE_CE(i)		(15 + (i))
#define GA100_MMU_ENGINE_PHYSICAL	31
#define GA100_MMU_ENGINE_HOST(i)	(32 + (i))	/* by PBDMA; [uvm] hwref */
#define GA100_MMU_ENGINE_BAR1		128
#define GA100_MMU_ENGINE_BAR2		192
#define GA100_MMU_CLIENT_HOST		0x06	/* pushbuffers, semaphores */
#define GA100_MMU_CLIENT_HOST_CPU	0x07	/* BAR1, BAR2 */
#define GA100_MMU_CLIENT_CE(i)		(0x20 + (i))

/* An entry of a fault buffer, eight words: [tu104] dev_mmu_fault */
#define GA100_FAULT_ENTRY_SIZE		32
#define GA100_FAULT_ENTRY_INST_LO	0	/* address 31:12, aperture 9:8 */
#define GA100_FAULT_ENTRY_INST_HI	1
#define GA100_FAULT_ENTRY_ADDR_LO	2	/* address 31:12, aperture 1:0 */
#define GA100_FAULT_ENTRY_ADDR_HI	3
#define GA100_FAULT_ENTRY_TIME_LO	4
#define GA100_FAULT_ENTRY_TIME_HI	5
#define GA100_FAULT_ENTRY_ENGINE	6	/* 8:0 */
#define GA100_FAULT_ENTRY_INFO		7
#define GA100_FAULT_INFO_TYPE(info)	((info) & 0x1f)
#define GA100_FAULT_INFO_REPLAYABLE	0x00000080
#define GA100_FAULT_INFO_CLIENT(info)	((info) >> 8 & 0x7f)
#define GA100_FAULT_INFO_CLIENT_SHIFT	8
#define GA100_FAULT_INFO_ACCESS(info)	((info) >> 16 & 0xf)
#define GA100_FAULT_INFO_ACCESS_SHIFT	16
#define GA100_FAULT_INFO_HUB		0x00100000	/* else in a GPC */
#define GA100_FAULT_INFO_GPC_SHIFT	24
#define GA100_FAULT_INFO_REPLAY_EN	0x40000000
#define GA100_FAULT_INFO_VALID		0x80000000

/* Master control: [doc] dev_boot */
#define GA100_PMC			0x000000
#define GA100_PMC_SIZE			0x1000
#define GA100_PMC_BOOT_0		0x000000	/* architecture, implementation, revision */
#define GA100_PMC_BOOT_0_GA100		0x170000a1
#define GA100_PMC_BOOT_1		0x000004	/* 0: a real one */
#define GA100_PMC_BOOT_2		0x000008
#define GA100_PMC_BOOT_42		0x000a00
#define GA100_PMC_BOOT_42_GA100		0x170a1000
#define GA100_PMC_CHIP(boot_0)		((boot_0) >> 20 & 0x1ff)
#define GA100_PMC_CHIP_GA100		0x170
#define GA100_PMC_ENABLE		0x000200
#define GA100_PMC_ENABLE_PDISP		0x40000000	/* set from the start */
#define GA100_PMC_DEVICE_ENABLE		0x000600	/* a bit an engine, by reset id */

/* Bus: [doc] dev_bus */
#define GA100_PBUS			0x001000
#define GA100_PBUS_SIZE			0x1000
#define GA100_PBUS_INTR			0x001100	/* write 1 to clear */
#define GA100_PBUS_INTR_PRI_FECSERR	0x00000004	/* nobody answered an access */
#define GA100_PBUS_INTR_SW		0x04000000
#define GA100_PBUS_INTR_EN		0x001140
#define GA100_PBUS_SW_INTR		0x001150
#define GA100_PBUS_SCRATCH(i)		(0x001400 + 4 * (i))
#define GA100_PBUS_SCRATCHES		64
#define GA100_PBUS_WINDOW		0x001700	/* what PRAMIN shows */
#define GA100_PBUS_WINDOW_BASE		0x00ffffff	/* address >> 16 */
#define GA100_PBUS_WINDOW_SHIFT		16
#define GA100_PBUS_WINDOW_TARGET(w)	((w) >> 24 & 3)	/* GA100_APERTURE_* */
#define GA100_PBUS_WINDOW_TARGET_SHIFT	24
#define GA100_PBUS_BAR1_BLOCK		0x001704	/* as GA100_BAR1_BLOCK */
#define GA100_PBUS_BIND_STATUS		0x001710
#define GA100_PBUS_BAR2_BLOCK		0x001714
#define GA100_PRAMIN			0x700000	/* [doc] dev_ram */
#define GA100_PRAMIN_SIZE		0x100000

/* Which engines there are: [okm] dev_top; the words of an entry: [nouveau] top/ga100.c */
#define GA100_PTOP			0x022400
#define GA100_PTOP_SIZE			0x0c00
#define GA100_PTOP_CFG			0x0224fc
#define GA100_PTOP_CFG_ROWS(cfg)	((cfg) >> 20)
#define GA100_PTOP_CFG_ROWS_SHIFT	20
#define GA100_PTOP_CFG_ROWS_PER_DEVICE_SHIFT 16
#define GA100_PTOP_CFG_DEVICES_SHIFT	4
#define GA100_PTOP_INFO(i)		(0x022800 + 4 * (i))
#define GA100_PTOP_CHAIN		0x80000000	/* the next row is about it, too */
#define GA100_PTOP_0_TYPE(row)		((row) >> 24 & 0x3f)
#define GA100_PTOP_0_TYPE_SHIFT		24
#define GA100_PTOP_TYPE_COPY		0x13
#define GA100_PTOP_0_INSTANCE(row)	((row) >> 16 & 0xf)
#define GA100_PTOP_0_INSTANCE_SHIFT	16
#define GA100_PTOP_0_FAULT(row)		((row) & 0x7f)	/* MMU engine */
#define GA100_PTOP_1_BASE(row)		((row) & 0x00fff000)	/* first register */
#define GA100_PTOP_1_RESET(row)		((row) & 0x1f)	/* in GA100_PMC_DEVICE_ENABLE */
#define GA100_PTOP_2_RUNLIST(row)	((row) & 0x00fffc00)	/* runlist's registers */
#define GA100_PTOP_2_ENGINE(row)	((row) & 0x3)	/* which of the runlist's */

/* Configuration space once more: [okm] dev_nv_xve, [doc] dev_nv_xve3g_fn0 */
#define GA100_XVE			0x088000
#define GA100_XVE_SIZE			0x1000
#define GA100_XVE_CYA_2			0x088704	/* a write lets the next MSI out */

/* Frame buffer and MMU, for all functions: [okm] dev_fb; [tu104] pri_mmu_hub */
#define GA100_PFB			0x100000
#define GA100_PFB_SIZE			0x2000
#define GA100_PFB_POISON_VECTOR		0x100a24
#define GA100_PFB_FLUSH_ADDR		0x100c10	/* host page to flush with, >> 8 */
#define GA100_PFB_FLUSH_ADDR_HI		0x100c40	/* >> 40 */
#define GA100_PFB_MMU_CTRL		0x100c80
#define GA100_PFB_MMU_DEBUG_CTRL	0x100cc4
#define GA100_PFB_MMU_DEBUG_WR		0x100cc8	/* >> 8 */
#define GA100_PFB_MMU_DEBUG_RD		0x100ccc
#define GA100_PFB_MEMORY_RANGE		0x100ce0	/* how much video memory there is */
#define GA100_PFB_MEMORY_SCALE(r)	((r) & 0xf)
#define GA100_PFB_MEMORY_MAG(r)		((r) >> 4 & 0x3f)	/* << (20 + scale) bytes */
#define GA100_PFB_MEMORY_MAG_SHIFT	4
#define GA100_PFB_MEMORY_ECC		0x40000000	/* takes a sixteenth of it */
#define GA100_PFB_INFO_FAULT_VECTOR	0x100ee0
#define GA100_PFB_FAULT_VECTOR(i)	(0x100ee4 + 4 * (i))	/* notify 31:16, error 15:0 */
#define GA100_PFB_STRAPS		0x101000	/* [nouveau] fb/base.c: memory type 5:2 */
#define GA100_PFB_HUB			0x1fa000	/* [nouveau] fb/gp100.c: copies */
#define GA100_PFB_HUB_SIZE		0x1000
#define GA100_PFB_HUB_MMU_CTRL		0x1fac80
#define GA100_PFB_HUB_DEBUG_CTRL	0x1facc4
#define GA100_PFB_HUB_DEBUG_WR		0x1facc8
#define GA100_PFB_HUB_DEBUG_RD		0x1faccc

/* Firmware has brought the card up: [okm] turing/tu102/dev_gc6_island.h */
#define GA100_GFW			0x118000
#define GA100_GFW_SIZE			0x1000
#define GA100_GFW_BOOT_MASK		0x118128
#define GA100_GFW_BOOT_MASK_READABLE	0x00000001
#define GA100_GFW_BOOT			0x118234
#define GA100_GFW_BOOT_PROGRESS		0x000000ff
#define GA100_GFW_BOOT_COMPLETED	0x000000ff

/* Expansion ROM as registers: [nouveau] bios/shadowrom.c */
#define GA100_PROM			0x300000
#define GA100_PROM_SIZE			0x100000

/* Fuses: [okm] ampere/ga100/dev_fuse.h; the display's [nouveau] devinit/ga100.c */
#define GA100_FUSE			0x820000
#define GA100_FUSE_SIZE			0x4000
#define GA100_FUSE_DISPLAY		0x820c04	/* 1: there is none */
#define GA100_FUSE_FEATURES		0x823814
#define GA100_FUSE_FEATURES_ECC_DRAM	0x00010000

/* Clock: [okm] ampere/ga100/dev_timer.h, [doc] dev_timer; nanoseconds, 32 a tick */
#define GA100_PTIMER			0x009000
#define GA100_PTIMER_SIZE		0x1000
#define GA100_PTIMER_PRI_SAVE_0		0x009084	/* the access nobody answered */
#define GA100_PTIMER_PRI_SAVE_0_VALID	0x00000001
#define GA100_PTIMER_PRI_SAVE_0_WRITE	0x00000002
#define GA100_PTIMER_PRI_SAVE_0_ADDR	0x00fffffc
#define GA100_PTIMER_PRI_SAVE_0_FECS	0x80000000
#define GA100_PTIMER_PRI_SAVE_1		0x009088	/* what was written */
#define GA100_PTIMER_PRI_ERRCODE	0x00908c	/* GA100_PRI_ERROR_* */
#define GA100_PTIMER_TIME_0		0x009400
#define GA100_PTIMER_TIME_0_MASK	0xffffffe0
#define GA100_PTIMER_TIME_1		0x009410
#define GA100_PTIMER_TIME_1_MASK	0x1fffffff

/*
 * The physical function's own page: [doc] dev_vm, NV_VIRTUAL_FUNCTION_PRIV at
 * NV_VIRTUAL_FUNCTION_FULL_PHYS_OFFSET
 */
#define GA100_PRIV			0xb80000
#define GA100_PRIV_SIZE			0x30000

/* Interrupt tree: vector v is bit v % 32 of leaf v / 32, two leaves a subtree */
#define GA100_INTR_LEAVES		8
#define GA100_INTR_VECTORS		256
#define GA100_INTR_LEAF(i)		(0xb81000 + 4 * (i))	/* write 1: clear */
#define GA100_INTR_LEAF_EN_SET(i)	(0xb81200 + 4 * (i))
#define GA100_INTR_LEAF_EN_CLEAR(i)	(0xb81400 + 4 * (i))
#define GA100_INTR_TOP			0xb81600	/* read only, by subtree */
#define GA100_INTR_TOP_EN_SET		0xb81608
#define GA100_INTR_TOP_EN_CLEAR		0xb81610
#define GA100_INTR_LEAF_TRIGGER		0xb81640	/* write a vector */

/* Vectors: [tu104] pri_mmu_hub; [doc] dev_vm */
#define GA100_VECTOR_REPLAYABLE_NOTIFY	64
#define GA100_VECTOR_REPLAYABLE_ERROR	131
#define GA100_VECTOR_NONREPLAY_NOTIFY	132
#define GA100_VECTOR_NONREPLAY_ERROR	133
#define GA100_VECTOR_INFO_FAULT		134
#define GA100_VECTOR_POISON		135	/* [okm] dev_fb */
#define GA100_VECTOR_PBUS		156
#define GA100_VECTOR_RUNLIST_EXTRA	32	/* open-gpu-doc, ampere/host: runlists' tree 1 */
#define GA100_VECTOR_RUNLIST		160	/* likewise: tree 0 */
#define GA100_VECTOR_STALL		192	/* [doc] dev_ctrl: first of the engines' own */
#define GA100_VECTOR_NONSTALL		0	/* likewise */

/* BAR1 and BAR2: what the window shows. [doc] dev_vm */
#define GA100_BAR1_BLOCK		0xb80f40
#define GA100_BAR2_BLOCK		0xb80f48
#define GA100_BAR_BLOCK_PTR		0x0fffffff	/* instance block >> 12 */
#define GA100_BAR_BLOCK_TARGET(block)	((block) >> 28 & 3)
#define GA100_BAR_BLOCK_TARGET_SHIFT	28
#define GA100_BAR_BLOCK_VIRTUAL		0x80000000
#define GA100_L2_SYSMEM_INVALIDATE	0xb80f00	/* 0: done */
#define GA100_L2_PEERMEM_INVALIDATE	0xb80f04
#define GA100_MAILBOX(i)		(0xb82100 + 4 * (i))	/* 16 of scratch */
#define GA100_BIND_STATUS		0xb80f50	/* 0: all binds are done */

/* Fault buffers: [doc] dev_vm. Buffer 0 is not replayable, 1 is */
#define GA100_FAULT_BUFFERS		2
#define GA100_FAULT_BUFFER_NONREPLAY	0
#define GA100_FAULT_BUFFER_REPLAY	1
#define GA100_FAULT_BUFFER_LO(i)	(0xb83000 + 32 * (i))
#define GA100_FAULT_BUFFER_LO_PHYSICAL	0x00000001	/* else behind BAR2 */
#define GA100_FAULT_BUFFER_LO_APERTURE(lo) ((lo) >> 1 & 3)
#define GA100_FAULT_BUFFER_HI(i)	(0xb83004 + 32 * (i))
#define GA100_FAULT_BUFFER_GET(i)	(0xb83008 + 32 * (i))
#define GA100_FAULT_BUFFER_PUT(i)	(0xb8300c + 32 * (i))
#define GA100_FAULT_BUFFER_PTR		0x000fffff
#define GA100_FAULT_BUFFER_CORRUPTED	0x40000000	/* in GET: write 1 to clear */
#define GA100_FAULT_BUFFER_OVERFLOW	0x80000000	/* likewise */
#define GA100_FAULT_BUFFER_SIZE(i)	(0xb83010 + 32 * (i))
#define GA100_FAULT_BUFFER_OVERFLOW_INTR 0x20000000
#define GA100_FAULT_BUFFER_SET_DEFAULT	0x40000000
#define GA100_FAULT_BUFFER_ENABLE	0x80000000

/* The fault held in registers: [doc] dev_vm */
#define GA100_FAULT_ADDR_LO		0xb83080	/* address 31:12, aperture 1:0 */
#define GA100_FAULT_ADDR_HI		0xb83084
#define GA100_FAULT_INST_LO		0xb83088	/* address 31:12, aperture, engine 8:0 */
#define GA100_FAULT_INST_HI		0xb8308c
#define GA100_FAULT_INFO		0xb83090	/* as in an entry of a buffer */
#define GA100_FAULT_STATUS		0xb83094	/* write 1 to clear, where it can be */
#define GA100_FAULT_STATUS_DROPPED	0x000000ff
#define GA100_FAULT_STATUS_DROPPED_BAR1	0x00000001	/* physical; virtual is the next bit */
#define GA100_FAULT_STATUS_DROPPED_BAR2	0x00000004
#define GA100_FAULT_STATUS_DROPPED_OTHER 0x00000040
#define GA100_FAULT_STATUS_PENDING	0x00000100	/* replayable; next bit: not so */
#define GA100_FAULT_STATUS_ERROR	0x00000400
#define GA100_FAULT_STATUS_OVERFLOW	0x00001000
#define GA100_FAULT_STATUS_CORRUPTED	0x00004000
#define GA100_FAULT_STATUS_VALID	0x80000000

/* Invalidation of cached translations: [doc] dev_vm */
#define GA100_INVALIDATE_PDB		0xb830a0	/* address 39:12 in 31:4 */
#define GA100_INVALIDATE_PDB_SYS	0x00000002
#define GA100_INVALIDATE_PDB_HI		0xb830a4	/* address above 39 */
#define GA100_INVALIDATE		0xb830b0
#define GA100_INVALIDATE_ALL_VA		0x00000001
#define GA100_INVALIDATE_ALL_PDB	0x00000002
#define GA100_INVALIDATE_HUB_ONLY	0x00000004
#define GA100_INVALIDATE_REPLAY(v)	((v) >> 3 & 7)
#define GA100_INVALIDATE_REPLAY_SHIFT	3
#define GA100_REPLAY_NONE		0
#define GA100_REPLAY_START		1
#define GA100_REPLAY_START_ACK_ALL	2
#define GA100_REPLAY_CANCEL_TARGETED	3
#define GA100_REPLAY_CANCEL_GLOBAL	4
#define GA100_REPLAY_CANCEL_VA_GLOBAL	5
#define GA100_INVALIDATE_SYS_MEMBAR	0x00000040
#define GA100_INVALIDATE_ACK_GLOBALLY	0x00000080
#define GA100_INVALIDATE_TRIGGER	0x80000000	/* reads 1 until it is done */

/* Doorbell for user space: [doc] dev_vm, NV_VIRTUAL_FUNCTION */
#define GA100_USERMODE			0xbb0000
#define GA100_USERMODE_SIZE		0x10000
#define GA100_USERMODE_CFG0		0xbb0000
#define GA100_USERMODE_TIME_0		0xbb0080
#define GA100_USERMODE_TIME_1		0xbb0084
#define GA100_USERMODE_DOORBELL		0xbb0090

/* What a read gives that nobody answers: [okm] maxwell/gm107/dev_pri_ringstation_sys.h */
#define GA100_PRI_ERROR_DECODE		0xbadf1100
#define GA100_PRI_ERROR_RESET		0xbadf1200
#define GA100_PRI_ERROR_CLIENT		0xbadf5000

#endif
