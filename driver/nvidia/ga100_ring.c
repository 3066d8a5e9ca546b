// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring: a channel. Operations become methods of the copy class in a pushbuffer, a
 * batch of them one entry of the GPFIFO, or two where the pushbuffer begins anew.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <drm/drm_print.h>

#include "../gantry_device.h"
#include "../gantry_ring.h"
#include "../gantry_space.h"
#include "copy_class.h"
#include "copy_encode.h"
#include "ga100.h"
#include "ga100_host_regs.h"
#include "ga100_regs.h"

/* Two a batch, and one with which the channel begins. */
#define GA100_GP_ENTRIES	256

/* All slots, what is left over where the buffer begins anew, and the beginning. */
#define GA100_PUSH_WORDS	((GA100_RING_SLOTS + 2) * COPY_ENCODE_WORDS)

/* Nothing of ours waits for a semaphore: as long as it can be, and try again soon. */
#define GA100_ACQUIRE		(GA100_ACQUIRE_TIMEOUT_MAX | 0x102)

/* Entries of the GPFIFO that a dump shows, up to the newest. */
#define GA100_DUMP_ENTRIES	8

static_assert(GA100_GP_ENTRIES > 2 * GANTRY_RING_BATCHES + 1);

/**
 * struct ga100_shared - what a ring and the card share in host memory
 * @gpfifo: segments of the pushbuffer that are to be read
 * @push: methods
 * @reached: where fences write
 */
struct ga100_shared {
	__le64 gpfifo[GA100_GP_ENTRIES];
	__le32 push[GA100_PUSH_WORDS];
	__le32 reached;
};

#define GA100_SHARED_SIZE	round_up(sizeof(struct ga100_shared), SZ_4K)

static_assert(GA100_SHARED_SIZE <= SZ_2M);

static u64 ga100_shared_addr(struct gantry_ring *ring, const void *member)
{
	struct ga100_ring *aring = ring->priv;

	return GA100_VA_SHARED(ring->index) + (member - (const void *)aring->shared);
}

/* What was pushed since the last segment becomes one. */
static void ga100_segment_close(struct gantry_ring *ring)
{
	struct ga100_ring *aring = ring->priv;
	u64 addr = ga100_shared_addr(ring, &aring->shared->push[aring->segment]);
	u64 entry = copy_encode_segment(addr, aring->push - aring->segment);

	if (aring->push == aring->segment)
		return;
	aring->shared->gpfifo[aring->put] = cpu_to_le64(entry);
	aring->put = (aring->put + 1) % GA100_GP_ENTRIES;
	aring->segment = aring->push;
}

static void ga100_push(struct gantry_ring *ring, const u32 *words, u32 count)
{
	struct ga100_ring *aring = ring->priv;
	u32 i;

	if (aring->push + count > GA100_PUSH_WORDS) {
		ga100_segment_close(ring);
		aring->push = 0;
		aring->segment = 0;
	}
	for (i = 0; i < count; i++)
		aring->shared->push[aring->push++] = cpu_to_le32(words[i]);
}

/* &gantry_backend_ops.emit_copy */
void ga100_emit_copy(struct gantry_ring *ring, u64 dst, u64 src, u32 length, bool barrier)
{
	struct ga100_ring *aring = ring->priv;
	u32 words[COPY_ENCODE_WORDS];

	ga100_push(ring, words, copy_encode_copy(words, aring->class, dst, src, length,
						 barrier ? COPY_ENCODE_BARRIER : 0));
}

/* &gantry_backend_ops.emit_fill */
u32 ga100_emit_fill(struct gantry_ring *ring, u64 dst, u32 pattern, u32 length, bool barrier)
{
	struct ga100_ring *aring = ring->priv;
	u32 words[COPY_ENCODE_WORDS];

	ga100_push(ring, words, copy_encode_fill(words, aring->class, dst, pattern, length,
						 barrier ? COPY_ENCODE_BARRIER : 0));
	return length;
}

/* &gantry_backend_ops.emit_fence */
void ga100_emit_fence(struct gantry_ring *ring, u32 seqno)
{
	struct ga100_ring *aring = ring->priv;
	u32 words[COPY_ENCODE_WORDS];
	u64 addr = ga100_shared_addr(ring, &aring->shared->reached);

	ga100_push(ring, words, copy_encode_release(words, aring->class, addr, seqno,
						    COPY_ENCODE_INTERRUPT));
	ga100_segment_close(ring);
}

/* &gantry_backend_ops.kick */
void ga100_kick(struct gantry_ring *ring)
{
	struct ga100_card *card = ring->gdev->priv;
	struct ga100_ring *aring = ring->priv;

	/* Writes to video memory are combined, and know no order by themselves. */
	wmb();
	writel(aring->put, aring->userd + GA100_USERD_GP_PUT);
	/* The doorbell comes last. */
	wmb();
	writel(aring->doorbell, card->regs + GA100_USERMODE_DOORBELL);
}

/* &gantry_backend_ops.read_seqno */
u32 ga100_read_seqno(struct gantry_ring *ring)
{
	struct ga100_ring *aring = ring->priv;
	u32 seqno = le32_to_cpu(READ_ONCE(aring->shared->reached));

	/* What the card wrote before the fence is read after it. */
	dma_rmb();
	return seqno;
}

static void ga100_entry_dump(struct ga100_ring *aring, u32 at, struct drm_printer *p)
{
	drm_printf(p, "  %4u: %016llx\n", at, le64_to_cpu(aring->shared->gpfifo[at]));
}

/* &gantry_backend_ops.ring_dump: registers, and what was handed over last */
void ga100_ring_dump(struct gantry_ring *ring, struct drm_printer *p)
{
	struct ga100_ring *aring = ring->priv;
	u32 i;

	drm_printf(p, "  GPFIFO: put %u, get %u as far as written back; next word %u\n",
		   aring->put, readl(aring->userd + GA100_USERD_GP_GET), aring->push);
	ga100_fault_dump(ring, p);
	for (i = GA100_DUMP_ENTRIES; i; i--)
		ga100_entry_dump(aring, (aring->put - i) % GA100_GP_ENTRIES, p);
}

/* &gantry_backend_ops.ring_stop */
int ga100_ring_stop(struct gantry_ring *ring)
{
	struct ga100_ring *aring = ring->priv;

	return ga100_channel_stop(ring->gdev->priv, aring->runlist, ring->index);
}

/* Write the state with which the channel begins. */
static void ga100_instance_write(struct gantry_ring *ring)
{
	struct ga100_ring *aring = ring->priv;
	u64 gpfifo = ga100_shared_addr(ring, aring->shared->gpfifo);
	u64 methods = GA100_VA_METHODS(ring->index);
	void __iomem *inst = aring->inst;

	memset_io(inst, 0, GA100_INST_SIZE);
	writel(GA100_SIGNATURE_VALID, inst + GA100_RAMFC_SIGNATURE);
	writel(GA100_ACQUIRE, inst + GA100_RAMFC_ACQUIRE);
	writel(lower_32_bits(gpfifo), inst + GA100_RAMFC_GP_BASE);
	writel(upper_32_bits(gpfifo) |
	       ilog2(GA100_GP_ENTRIES) << GA100_GP_BASE_HI_LIMIT2_SHIFT,
	       inst + GA100_RAMFC_GP_BASE_HI);
	writel(GA100_PB_HEADER_INIT, inst + GA100_RAMFC_PB_HEADER);
	writel(GA100_SUBDEVICE_ACTIVE | GA100_SUBDEVICE_DMA_ENABLE | GA100_SUBDEVICE_ID,
	       inst + GA100_RAMFC_SUBDEVICE);
	writel(GA100_TARGET_CE_CTX_VALID, inst + GA100_RAMFC_TARGET);
	writel(GA100_CONFIG_USERD_WRITEBACK, inst + GA100_RAMFC_CONFIG);
	writel(GA100_INTR_NOTIFY_CPU | aring->runlist->vector,
	       inst + GA100_RAMFC_INTR_NOTIFY);
	writel(lower_32_bits(methods), inst + GA100_INST_METHOD_BUFFER_LO);
	writel(upper_32_bits(methods), inst + GA100_INST_METHOD_BUFFER_HI);
	ga100_space_bind(aring->space, inst);
}

/* &gantry_backend_ops.ring_start */
int ga100_ring_start(struct gantry_ring *ring)
{
	struct ga100_ring *aring = ring->priv;
	u32 words[COPY_ENCODE_WORDS];
	/* What others had at the ring's addresses before, or a space where its own is. */
	int ret = ga100_space_sync(aring->space);

	if (ret)
		return ret;
	aring->push = 0;
	aring->segment = 0;
	aring->put = 0;
	/* What was written since is of the work that has gone. */
	ga100_faults_read(ring->gdev->priv);
	aring->fault = (struct ga100_fault){};
	WRITE_ONCE(aring->shared->reached, cpu_to_le32(ring->completed));
	memset_io(aring->userd, 0, GA100_USERD_SIZE);
	ga100_instance_write(ring);
	ga100_push(ring, words, copy_encode_bind(words, aring->class));
	ga100_segment_close(ring);
	return ga100_channel_start(ring->gdev->priv, aring->runlist, ring->index);
}

static int ga100_ring_map(struct gantry_ring *ring)
{
	struct ga100_ring *aring = ring->priv;

	return ga100_space_map(aring->space, GA100_VA_SHARED(ring->index), aring->shared_dma,
			       GA100_APERTURE_SYS_COHERENT, GA100_SHARED_SIZE);
}

/* What the card remembers of it does no harm: see ga100_ring_start(). */
static void ga100_ring_unmap(struct gantry_ring *ring)
{
	struct ga100_ring *aring = ring->priv;

	ga100_space_unmap(aring->space, GA100_VA_SHARED(ring->index), GA100_SHARED_SIZE);
}

/* Memory that a channel takes, in the card and in the host. */
static int ga100_ring_alloc(struct gantry_ring *ring)
{
	struct ga100_card *card = ring->gdev->priv;
	struct ga100_ring *aring = ring->priv;

	aring->inst_page = ga100_page_alloc(card);
	aring->userd_page = ga100_page_alloc(card);
	if (!aring->inst_page || !aring->userd_page)
		return -ENOMEM;
	aring->inst = card->reserved + aring->inst_page;
	aring->userd = card->reserved + aring->userd_page;
	aring->shared = dma_alloc_coherent(ring->gdev->drm.dev, GA100_SHARED_SIZE,
					   &aring->shared_dma, GFP_KERNEL | __GFP_NOWARN);
	return aring->shared ? 0 : -ENOMEM;
}

static void ga100_ring_free(struct gantry_ring *ring)
{
	struct ga100_card *card = ring->gdev->priv;
	struct ga100_ring *aring = ring->priv;

	if (aring->shared)
		dma_free_coherent(ring->gdev->drm.dev, GA100_SHARED_SIZE, aring->shared,
				  aring->shared_dma);
	ga100_page_free(card, aring->userd_page);
	ga100_page_free(card, aring->inst_page);
	kfree(aring);
	ring->priv = NULL;
}

/* &gantry_backend_ops.ring_init */
int ga100_ring_init(struct gantry_ring *ring, struct gantry_space *space)
{
	struct ga100_card *card = ring->gdev->priv;
	struct ga100_ring *aring = kzalloc(sizeof(*aring), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!aring)
		return -ENOMEM;
	ring->priv = aring;
	aring->space = space ? space->priv : &card->space;
	aring->runlist = &card->runlists[ring->index % card->runlist_count];
	aring->class = copy_class_find(COPY_CLASS_AMPERE_A);
	aring->doorbell = GA100_DOORBELL(aring->runlist->doorbell, ring->index);
	ret = ga100_ring_alloc(ring);
	if (!ret)
		ret = ga100_ring_map(ring);
	if (ret)
		ga100_ring_free(ring);
	return ret;
}

/* &gantry_backend_ops.ring_fini */
void ga100_ring_fini(struct gantry_ring *ring)
{
	ga100_ring_unmap(ring);
	ga100_ring_free(ring);
}
