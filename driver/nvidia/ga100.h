/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GA100 (A100) backend. A ring is a channel of its own on the runlist of a copy
 * engine: GPFIFO and pushbuffer in host memory, fences by semaphore and interrupt. A
 * context has page tables of its own.
 */
#ifndef GANTRY_GA100_H
#define GANTRY_GA100_H

#include <linux/bits.h>
#include <linux/idr.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct copy_class;
struct drm_gantry_sensor_info;
struct drm_printer;
struct gantry_device;
struct gantry_extents;
struct gantry_fault;
struct gantry_ring;
struct gantry_space;
struct ga100_shared;
struct pci_saved_state;

#define GA100_RING_COUNT	512
#define GA100_CARD_RINGS	4
#define GA100_RING_SLOTS	1024
#define GA100_MAX_COPY		SZ_1M
#define GA100_DMA_BITS		47
#define GA100_RUNLISTS_MAX	16
#define GA100_FAULT_WORDS	8

/* What a card does at once takes it no longer, nor the busiest machine that emulates one. */
#define GA100_ANSWER_US		(2 * USEC_PER_SEC)

/*
 * Virtual addresses. GPFIFOs, pushbuffers and semaphores of the host unit are
 * named with 40 bits, so what rings share with the card is below that, 2 MiB a ring;
 * a context's buffers are above. In the card's own space there are no buffers: it has
 * video memory at GA100_BUS_VRAM, and the method buffers of all rings.
 */
#define GA100_VA_SHARED(ring)	(BIT_ULL(32) + (ring) * SZ_2M)
#define GA100_VA_METHODS(ring)	(BIT_ULL(33) + (ring) * GA100_METHOD_BUFFER)
#define GA100_VA_START		BIT_ULL(40)
#define GA100_VA_END		BIT_ULL(47)

/* What the core takes for addresses of the card's bus: one of these and the address. */
#define GA100_BUS_HOST		BIT_ULL(47)
#define GA100_BUS_VRAM		BIT_ULL(48)

/*
 * The first bytes of video memory are ours, beginning with what old hardware uses of
 * it, and the last ones firmware's. A runlist has two places, to be used in turn, each
 * with room for all channels. A ring has a place for what its engine writes when a fault
 * stops it in mid-copy: enough for 32 of its units. Of what follows in pages page tables
 * take most: one can name 2 MiB in pages of 4 KiB, so a 256th of the memory does for
 * twice of it.
 */
#define GA100_PAGE_SIZE			SZ_4K
#define GA100_VRAM_INSTANCE_BAR2	SZ_1M
#define GA100_VRAM_RUNLIST(i, half)	(SZ_2M + ((i) * 2 + (half)) * SZ_16K)
#define GA100_METHOD_BUFFER		SZ_64K
#define GA100_METHOD_BUFFERS		(GA100_RING_COUNT * GA100_METHOD_BUFFER)
#define GA100_VRAM_METHODS		SZ_4M
#define GA100_VRAM_POOL			(GA100_VRAM_METHODS + GA100_METHOD_BUFFERS)
#define GA100_VRAM_RESERVED(size)	round_up(GA100_VRAM_POOL + SZ_16M + (size) / 256, SZ_2M)
#define GA100_VRAM_FIRMWARE		SZ_2M

/**
 * struct ga100_runlist - what feeds a copy engine
 * @regs: its registers
 * @channels: channel RAM, a word a channel
 * @pbdma: registers of the unit that reads its pushbuffers
 * @engine: registers of its copy engine
 * @index: in &ga100_card.runlists
 * @doorbell: its number in a doorbell
 * @engine_id: of its copy engine, among its engines
 * @reset: its bit in GA100_PMC_DEVICE_ENABLE
 * @vector: of the interrupt that its copy engine sends when work is done
 * @half: of its memory, the one to be used next
 */
struct ga100_runlist {
	void __iomem *regs;
	void __iomem *channels;
	void __iomem *pbdma;
	void __iomem *engine;
	u32 index;
	u32 doorbell;
	u32 engine_id;
	u32 reset;
	u32 vector;
	u32 half;
};

/**
 * struct ga100_fault - the last page fault of a ring
 * @address: virtual
 * @info: GA100_FAULT_INFO_*; 0: there was none
 */
struct ga100_fault {
	u64 address;
	u32 info;
};

/**
 * struct ga100_space - an address space
 * @card: whose
 * @lock: one at a time maps or unmaps
 * @root: its topmost page table, in video memory
 */
struct ga100_space {
	struct ga100_card *card;
	struct mutex lock; /* what is in the tables */
	u64 root;
};

/**
 * struct ga100_errors - what the units of a runlist stand at
 * @pbdma0: GA100_PBDMA_INTR_0
 * @pbdma1: GA100_PBDMA_INTR_1
 * @copy: GA100_LCE_INTR
 */
struct ga100_errors {
	u32 pbdma0;
	u32 pbdma1;
	u32 copy;
};

/**
 * struct ga100_card - &gantry_device.priv
 * @gdev: whose
 * @regs: BAR 0
 * @reserved: the first bytes of video memory, which are ours
 * @reserved_size: of @reserved
 * @vram_end: where the video memory ends that is for buffers
 * @pages: of the pool that are taken
 * @page_count: pages it has
 * @tables_lock: guards @tables, and the registers that invalidate; nobody allocates
 *	memory who holds it
 * @tables: by page of the pool, what page tables hold; NULL: it is none
 * @space: in which the card's own rings work
 * @config: PCI configuration to be restored after a reset
 * @runlists: those with a copy engine
 * @runlist_count: of @runlists
 * @listed: channels that are in a runlist, by index of their ring
 * @faults: page faults, written by the card
 * @faults_dma: the same for the card
 * @flush_dma: host memory that flushes read
 * @irq: number of the interrupt
 * @irq_work: gives rings their due after an interrupt
 * @irq_runlists: runlists whose engine announced something
 * @irq_leaves: leaves of the interrupt tree that have such an engine's vector
 */
struct ga100_card {
	struct gantry_device *gdev;
	void __iomem *regs;
	void __iomem *reserved;
	u64 reserved_size;
	u64 vram_end;
	struct ida pages;
	u32 page_count;
	struct mutex tables_lock; /* tables, registers */
	u64 **tables;
	struct ga100_space space;
	struct pci_saved_state *config;
	struct ga100_runlist runlists[GA100_RUNLISTS_MAX];
	u32 runlist_count;
	DECLARE_BITMAP(listed, GA100_RING_COUNT);
	__le32 (*faults)[GA100_FAULT_WORDS];
	dma_addr_t faults_dma;
	dma_addr_t flush_dma;
	int irq;
	struct work_struct irq_work;
	unsigned long irq_runlists;
	unsigned long irq_leaves;
};

/**
 * struct ga100_ring - &gantry_ring.priv
 * @runlist: it is on
 * @space: it works in
 * @class: of its copy engine
 * @inst_page: its instance block, in video memory
 * @userd_page: where it tells the card what was added, likewise
 * @inst: what is at @inst_page
 * @userd: what is at @userd_page
 * @doorbell: what to write to the doorbell
 * @shared: host memory the card reads and writes
 * @shared_dma: the same for the card
 * @push: next word of the pushbuffer to write
 * @segment: where the segment begins that is not in the GPFIFO yet
 * @put: next entry of the GPFIFO to write
 * @fault: the last page fault since it was started
 */
struct ga100_ring {
	struct ga100_runlist *runlist;
	struct ga100_space *space;
	const struct copy_class *class;
	u64 inst_page;
	u64 userd_page;
	void __iomem *inst;
	void __iomem *userd;
	u32 doorbell;
	struct ga100_shared *shared;
	dma_addr_t shared_dma;
	u32 push;
	u32 segment;
	u32 put;
	struct ga100_fault fault;
};

/* ga100.c */
void ga100_vram_flush(struct ga100_card *card);
int ga100_wait_clear(void __iomem *reg, u32 bits, u64 us);

/* ga100_pool.c */
u64 ga100_page_alloc(struct ga100_card *card);
void ga100_page_free(struct ga100_card *card, u64 addr);
int ga100_pool_init(struct ga100_card *card);
void ga100_pool_fini(struct ga100_card *card);

/* ga100_space.c */
int ga100_space_init(struct ga100_space *space, struct ga100_card *card);
void ga100_space_fini(struct ga100_space *space);
int ga100_space_map(struct ga100_space *space, u64 va, u64 addr, u32 aperture, u64 size);
void ga100_space_unmap(struct ga100_space *space, u64 va, u64 size);
int ga100_space_sync(struct ga100_space *space);
void ga100_space_bind(struct ga100_space *space, void __iomem *inst);
void ga100_tables_restore(struct ga100_card *card);

/* ga100_context.c */
int ga100_context_init(struct gantry_space *space);
void ga100_context_fini(struct gantry_space *space);
int ga100_context_map(struct gantry_space *space, u64 va, const struct gantry_extents *memory);
int ga100_context_unmap(struct gantry_space *space, u64 va, u64 size);

/* ga100_runlist.c */
int ga100_runlists_find(struct ga100_card *card);
int ga100_runlists_init(struct ga100_card *card);
int ga100_channel_start(struct ga100_card *card, struct ga100_runlist *runlist, u32 channel);
int ga100_channel_stop(struct ga100_card *card, struct ga100_runlist *runlist, u32 channel);

/* ga100_ring.c */
int ga100_ring_init(struct gantry_ring *ring, struct gantry_space *space);
void ga100_ring_fini(struct gantry_ring *ring);
int ga100_ring_stop(struct gantry_ring *ring);
int ga100_ring_start(struct gantry_ring *ring);
void ga100_emit_copy(struct gantry_ring *ring, u64 dst, u64 src, u32 length, bool barrier);
u32 ga100_emit_fill(struct gantry_ring *ring, u64 dst, u32 pattern, u32 length, bool barrier);
void ga100_emit_fence(struct gantry_ring *ring, u32 seqno);
void ga100_kick(struct gantry_ring *ring);
u32 ga100_read_seqno(struct gantry_ring *ring);
void ga100_ring_dump(struct gantry_ring *ring, struct drm_printer *p);

/* ga100_fault.c */
int ga100_faults_alloc(struct gantry_device *gdev);
void ga100_faults_init(struct ga100_card *card);
void ga100_faults_read(struct ga100_card *card);
bool ga100_ring_fault(struct gantry_ring *ring, struct gantry_fault *fault);
int ga100_ring_holder(struct gantry_ring *ring);
void ga100_fault_dump(struct gantry_ring *ring, struct drm_printer *p);
bool ga100_engine_serves(struct ga100_runlist *runlist, u32 channel);
struct ga100_errors ga100_errors_read(struct ga100_runlist *runlist, u32 channel);
void ga100_errors_clear(struct ga100_runlist *runlist, const struct ga100_errors *errors);

/* ga100_intr.c */
int ga100_intr_alloc(struct gantry_device *gdev);
void ga100_intr_free(struct gantry_device *gdev);
void ga100_intr_init(struct ga100_card *card);

#endif
