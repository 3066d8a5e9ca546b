// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring: descriptors, doorbells, fences. Every copy is a packet of one M2S and
 * one S2M descriptor. The engine tells completion by what it writes: the fence
 * is a copy of a number from one word of host memory to another.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <drm/drm_print.h>

#include "../gantry_device.h"
#include "../gantry_ring.h"
#include "trainium.h"
#include "trainium_regs.h"
#include "udma_regs.h"

/* Patterns that fills in flight copy from; zero has its own source. */
#define TRN2_PATTERNS		4
#define TRN2_PATTERN_BYTES	16384

/* A ring stops within one descriptor; giving up early costs a reset of the whole card. */
#define TRN2_STOP_TIMEOUT_US	(500 * USEC_PER_MSEC)

/* Descriptors that a dump shows, from the one under way. */
#define TRN2_DUMP_DESCS		8

struct trn2_desc {
	__le32 ctrl;
	__le32 meta;
	__le64 addr;
};

/**
 * struct trn2_shared - what a ring and the card share in host memory
 * @m2s: source descriptors
 * @s2m: destination descriptors
 * @numbers: fence numbers, by the position of the fence's descriptor
 * @patterns: what fills copy from
 * @reached: where fences write
 */
struct trn2_shared {
	struct trn2_desc m2s[TRN2_RING_SLOTS] __aligned(UDMA_RING_ALIGN);
	struct trn2_desc s2m[TRN2_RING_SLOTS] __aligned(UDMA_RING_ALIGN);
	__le32 numbers[TRN2_RING_SLOTS];
	__le32 patterns[TRN2_PATTERNS][TRN2_PATTERN_BYTES / sizeof(__le32)];
	__le32 reached;
};

/**
 * struct trn2_ring - &gantry_ring.priv
 * @regs: of the engine
 * @shared: host memory the card reads and writes
 * @shared_dma: the same for the card, without TRN2_ADDR_HOST
 * @tail: next descriptor to write
 * @lap: its ring id
 * @unkicked: descriptors that the card has not been told of
 * @pattern_used: number of the last fence behind a fill with each pattern
 */
struct trn2_ring {
	void __iomem *regs;
	struct trn2_shared *shared;
	dma_addr_t shared_dma;
	u32 tail;
	u32 lap;
	u32 unkicked;
	u32 pattern_used[TRN2_PATTERNS];
};

static u64 trn2_shared_addr(struct trn2_ring *tring, const void *member)
{
	return TRN2_ADDR_HOST + tring->shared_dma + (member - (const void *)tring->shared);
}

/* Write one packet; @m2s_flags and @meta say what is special about it. */
static void trn2_emit(struct trn2_ring *tring, u64 dst, u64 src, u32 length, u32 m2s_flags,
		      u32 meta)
{
	u32 ctrl = (length & UDMA_DESC_LEN) | tring->lap << UDMA_DESC_RING_ID_SHIFT;
	struct trn2_desc *s2m = &tring->shared->s2m[tring->tail];
	struct trn2_desc *m2s = &tring->shared->m2s[tring->tail];

	s2m->ctrl = cpu_to_le32(ctrl);
	s2m->meta = 0;
	s2m->addr = cpu_to_le64(dst);
	m2s->ctrl = cpu_to_le32(ctrl | UDMA_DESC_FIRST | UDMA_DESC_LAST | m2s_flags);
	m2s->meta = cpu_to_le32(UDMA_META_COPY | meta);
	m2s->addr = cpu_to_le64(src);

	if (++tring->tail == TRN2_RING_SLOTS) {
		tring->tail = 0;
		tring->lap = (tring->lap + 1) & UDMA_RING_ID_MASK;
	}
	tring->unkicked++;
}

/* &gantry_backend_ops.emit_copy */
void trn2_emit_copy(struct gantry_ring *ring, u64 dst, u64 src, u32 length, bool barrier)
{
	trn2_emit(ring->priv, dst, src, length, barrier ? UDMA_DESC_DMB : 0, 0);
}

/* Is @seqno a fence in flight, or the next one? All others are long past. */
static bool trn2_fence_pending(struct gantry_ring *ring, u32 seqno)
{
	return seqno - ring->completed - 1 <= ring->emitted - ring->completed;
}

/* Host memory that holds @pattern and stays so until the next fence, or NULL. */
static __le32 *trn2_pattern(struct gantry_ring *ring, u32 pattern)
{
	struct trn2_ring *tring = ring->priv;
	u32 fence = ring->emitted + 1;
	u32 i, idle = TRN2_PATTERNS;

	for (i = 0; i < TRN2_PATTERNS; i++) {
		__le32 *memory = tring->shared->patterns[i];

		if (le32_to_cpu(memory[0]) == pattern) {
			tring->pattern_used[i] = fence;
			return memory;
		}
		if (!trn2_fence_pending(ring, tring->pattern_used[i]))
			idle = i;
	}
	if (idle == TRN2_PATTERNS)
		return NULL;
	memset32((u32 *)tring->shared->patterns[idle], (__force u32)cpu_to_le32(pattern),
		 TRN2_PATTERN_BYTES / sizeof(u32));
	tring->pattern_used[idle] = fence;
	return tring->shared->patterns[idle];
}

/* &gantry_backend_ops.emit_fill: the engine has no fill, so copy what it should write */
u32 trn2_emit_fill(struct gantry_ring *ring, u64 dst, u32 pattern, u32 length, bool barrier)
{
	struct trn2_card *card = ring->gdev->priv;
	u64 src = card->zeros_addr;

	if (pattern) {
		__le32 *memory = trn2_pattern(ring, pattern);

		if (!memory)
			return 0;
		src = trn2_shared_addr(ring->priv, memory);
		length = min_t(u32, length, TRN2_PATTERN_BYTES);
	}
	length = min_t(u32, length, TRN2_FILL_MAX);
	trn2_emit_copy(ring, dst, src, length, barrier);
	return length;
}

/* &gantry_backend_ops.emit_fence */
void trn2_emit_fence(struct gantry_ring *ring, u32 seqno)
{
	struct trn2_ring *tring = ring->priv;
	__le32 *number = &tring->shared->numbers[tring->tail];

	*number = cpu_to_le32(seqno);
	trn2_emit(tring, trn2_shared_addr(tring, &tring->shared->reached),
		  trn2_shared_addr(tring, number), sizeof(*number), UDMA_DESC_DMB,
		  UDMA_META_WRITE_BARRIER);
}

/* &gantry_backend_ops.kick: destinations first, so that no source waits for one */
void trn2_kick(struct gantry_ring *ring)
{
	struct trn2_ring *tring = ring->priv;

	/* writel() orders the descriptors before the doorbell. */
	writel(tring->unkicked, tring->regs + UDMA_S2M_Q(0) + UDMA_Q_TAIL_INC);
	writel(tring->unkicked, tring->regs + UDMA_M2S_Q(0) + UDMA_Q_TAIL_INC);
	tring->unkicked = 0;
}

/* &gantry_backend_ops.read_seqno */
u32 trn2_read_seqno(struct gantry_ring *ring)
{
	struct trn2_ring *tring = ring->priv;
	u32 seqno = le32_to_cpu(READ_ONCE(tring->shared->reached));

	/* What the card wrote before the fence is read after it. */
	dma_rmb();
	return seqno;
}

/* &gantry_backend_ops.ring_fault: causes stay set until trn2_ring_start() */
bool trn2_ring_fault(struct gantry_ring *ring, struct gantry_fault *fault)
{
	fault->kind = DRM_GANTRY_FAULT_ERROR;
	return trn2_engine_faulted(((struct trn2_ring *)ring->priv)->regs);
}

static void trn2_queue_dump(const char *side, void __iomem *queue, struct drm_printer *p)
{
	drm_printf(p, "  %s: config %08x status %08x head %08x tail %08x current %08x\n", side,
		   readl(queue + UDMA_Q_CFG), readl(queue + UDMA_Q_STATUS),
		   readl(queue + UDMA_Q_HEAD), readl(queue + UDMA_Q_TAIL),
		   readl(queue + UDMA_Q_CURRENT));
}

static void trn2_desc_dump(struct trn2_ring *tring, u32 at, struct drm_printer *p)
{
	const struct trn2_desc *m2s = &tring->shared->m2s[at];
	const struct trn2_desc *s2m = &tring->shared->s2m[at];

	drm_printf(p, "  %4u: %08x %08x %016llx -> %08x %016llx\n", at,
		   le32_to_cpu(m2s->ctrl), le32_to_cpu(m2s->meta), le64_to_cpu(m2s->addr),
		   le32_to_cpu(s2m->ctrl), le64_to_cpu(s2m->addr));
}

/* &gantry_backend_ops.ring_dump: registers, and the descriptors at which the engine is */
void trn2_ring_dump(struct gantry_ring *ring, struct drm_printer *p)
{
	struct trn2_ring *tring = ring->priv;
	u32 current_desc = readl(tring->regs + UDMA_M2S_Q(0) + UDMA_Q_CURRENT) & UDMA_Q_PTR_INDEX;
	u32 i;

	drm_printf(p, "  next descriptor %u, lap %u\n", tring->tail, tring->lap);
	trn2_engine_dump(tring->regs, p);
	trn2_queue_dump("M2S", tring->regs + UDMA_M2S_Q(0), p);
	trn2_queue_dump("S2M", tring->regs + UDMA_S2M_Q(0), p);
	/* The position is the card's word: it may be anything. */
	for (i = 0; i < TRN2_DUMP_DESCS; i++)
		trn2_desc_dump(tring, (current_desc + i) % TRN2_RING_SLOTS, p);
}

/* A card that has gone will not get there. */
static int trn2_queue_quiesce(void __iomem *queue)
{
	u32 status;
	int ret;

	writel(UDMA_Q_CFG_RESET, queue + UDMA_Q_CFG);
	ret = readl_poll_timeout(queue + UDMA_Q_STATUS, status,
				 status == U32_MAX ||
				 (status != TRN2_READ_IN_RESET &&
				  !(status & (UDMA_Q_STATUS_PREFETCH | UDMA_Q_STATUS_ACTIVE))),
				 10, TRN2_STOP_TIMEOUT_US);
	return status == U32_MAX ? -EIO : ret;
}

/* &gantry_backend_ops.ring_stop */
int trn2_ring_stop(struct gantry_ring *ring)
{
	struct trn2_ring *tring = ring->priv;
	void __iomem *m2s = tring->regs + UDMA_M2S_Q(0);
	void __iomem *s2m = tring->regs + UDMA_S2M_Q(0);
	int ret = trn2_queue_quiesce(m2s);

	if (!ret)
		ret = trn2_queue_quiesce(s2m);
	if (ret)
		return ret;
	writel(UDMA_Q_SW_CTRL_RST_Q, m2s + UDMA_M2S_Q_SW_CTRL);
	writel(UDMA_Q_SW_CTRL_RST_Q, s2m + UDMA_S2M_Q_SW_CTRL);
	/* Read back: nothing of the old ring is under way after this. */
	return readl(s2m + UDMA_Q_STATUS) == U32_MAX ? -EIO : 0;
}

static void trn2_queue_start(void __iomem *queue, u64 base, u32 comp_cfg)
{
	writel(lower_32_bits(base), queue + UDMA_Q_BASE_LO);
	writel(upper_32_bits(base), queue + UDMA_Q_BASE_HI);
	writel(TRN2_RING_SLOTS, queue + UDMA_Q_LEN);
	/* No completion ring: fences tell. */
	writel(0, queue + comp_cfg);
	writel(UDMA_Q_CFG_RESET | UDMA_Q_CFG_ENABLE, queue + UDMA_Q_CFG);
}

/* &gantry_backend_ops.ring_start */
int trn2_ring_start(struct gantry_ring *ring)
{
	struct trn2_ring *tring = ring->priv;
	void __iomem *m2s = tring->regs + UDMA_M2S_Q(0);
	void __iomem *s2m = tring->regs + UDMA_S2M_Q(0);

	/* An engine that aborted stays so until it is told otherwise. */
	trn2_engine_init(tring->regs);
	tring->tail = 0;
	tring->lap = UDMA_RING_ID_FIRST;
	tring->unkicked = 0;
	WRITE_ONCE(tring->shared->reached, cpu_to_le32(ring->completed));

	/* Honour barriers, which the engine by default does not. */
	writel(UDMA_RLIMIT_MASK_RESET & ~UDMA_RLIMIT_MASK_PAUSE_DMB, m2s + UDMA_M2S_Q_RLIMIT_MASK);
	trn2_queue_start(m2s, trn2_shared_addr(tring, tring->shared->m2s), UDMA_M2S_Q_COMP_CFG);
	trn2_queue_start(s2m, trn2_shared_addr(tring, tring->shared->s2m), UDMA_S2M_Q_COMP_CFG);
	return 0;
}

/* &gantry_backend_ops.ring_init */
int trn2_ring_init(struct gantry_ring *ring, struct gantry_space *space)
{
	struct pci_dev *pdev = gantry_pci_dev(ring->gdev);
	struct trn2_card *card = ring->gdev->priv;
	struct trn2_ring *tring = kzalloc(sizeof(*tring), GFP_KERNEL);
	int ret;

	if (!tring)
		return -ENOMEM;
	tring->regs = card->engines[ring->index];
	tring->shared = dma_alloc_coherent(&pdev->dev, sizeof(*tring->shared), &tring->shared_dma,
					   GFP_KERNEL);
	if (!tring->shared) {
		kfree(tring);
		return -ENOMEM;
	}
	ring->priv = tring;
	/* Whatever it did for whoever had the card before. */
	ret = trn2_ring_stop(ring);
	if (ret)
		trn2_ring_fini(ring);
	return ret;
}

/* &gantry_backend_ops.ring_fini */
void trn2_ring_fini(struct gantry_ring *ring)
{
	struct trn2_ring *tring = ring->priv;

	dma_free_coherent(&gantry_pci_dev(ring->gdev)->dev, sizeof(*tring->shared), tring->shared,
			  tring->shared_dma);
	kfree(tring);
	ring->priv = NULL;
}
