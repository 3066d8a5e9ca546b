// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the card itself says is wrong with a ring: a page fault, which it writes to a
 * buffer in host memory, or an error of the unit that reads pushbuffers or of the copy
 * engine. All of it stays known until the ring is started again.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/string.h>
#include <drm/drm_print.h>

#include "../gantry_device.h"
#include "../gantry_ring.h"
#include "ga100.h"
#include "ga100_host_regs.h"
#include "ga100_regs.h"

#define GA100_FAULT_ENTRIES	256
#define GA100_FAULT_BUFFER	GA100_FAULT_BUFFER_NONREPLAY

/* What stops a channel, and what a copy engine has to say besides that it is done. */
#define GA100_FAULTED	(GA100_CHRAM_PBDMA_FAULTED | GA100_CHRAM_ENG_FAULTED)
#define GA100_COPY_ERRORS \
	(GA100_LCE_INTR_ALL & ~(GA100_LCE_INTR_BLOCKPIPE | GA100_LCE_INTR_NONBLOCKPIPE))

static_assert(GA100_FAULT_WORDS * sizeof(__le32) == GA100_FAULT_ENTRY_SIZE);

/**
 * ga100_faults_alloc - make the buffer that page faults are written to
 * @gdev: which; the buffer goes with its device
 *
 * Return: 0 or -ENOMEM.
 */
int ga100_faults_alloc(struct gantry_device *gdev)
{
	struct ga100_card *card = gdev->priv;

	card->faults = dmam_alloc_coherent(gdev->drm.dev,
					   GA100_FAULT_ENTRIES * GA100_FAULT_ENTRY_SIZE,
					   &card->faults_dma, GFP_KERNEL);
	return card->faults ? 0 : -ENOMEM;
}

/**
 * ga100_faults_init - have page faults written down
 * @card: fresh from a reset
 */
void ga100_faults_init(struct ga100_card *card)
{
	void __iomem *regs = card->regs;

	memset(card->faults, 0, GA100_FAULT_ENTRIES * GA100_FAULT_ENTRY_SIZE);
	writel(0, regs + GA100_FAULT_BUFFER_SIZE(GA100_FAULT_BUFFER));
	writel(upper_32_bits(card->faults_dma), regs + GA100_FAULT_BUFFER_HI(GA100_FAULT_BUFFER));
	writel(lower_32_bits(card->faults_dma) | GA100_FAULT_BUFFER_LO_PHYSICAL |
	       GA100_APERTURE_SYS_COHERENT << 1, regs + GA100_FAULT_BUFFER_LO(GA100_FAULT_BUFFER));
	writel(GA100_FAULT_ENTRIES | GA100_FAULT_BUFFER_ENABLE,
	       regs + GA100_FAULT_BUFFER_SIZE(GA100_FAULT_BUFFER));
	/* A position is checked against the size, which must be there first. */
	writel(GA100_FAULT_BUFFER_CORRUPTED | GA100_FAULT_BUFFER_OVERFLOW,
	       regs + GA100_FAULT_BUFFER_GET(GA100_FAULT_BUFFER));
}

/* Whose instance block an entry names, or NULL. */
static struct ga100_ring *ga100_fault_ring(struct ga100_card *card, const __le32 *entry)
{
	u32 inst = le32_to_cpu(entry[GA100_FAULT_ENTRY_INST_LO]) & ~(GA100_INST_SIZE - 1);
	struct gantry_ring *ring;

	for (ring = gantry_ring_first(card->gdev); ring; ring = gantry_ring_following(ring)) {
		struct ga100_ring *aring = ring->priv;

		if (aring->inst_page == inst)
			return aring;
	}
	return NULL;
}

static void ga100_fault_note(struct ga100_card *card, const __le32 *entry, u32 info)
{
	struct ga100_ring *aring = ga100_fault_ring(card, entry);

	/* The first is what stopped it. */
	if (!aring || aring->fault.info)
		return;
	aring->fault.info = info;
	aring->fault.address = (u64)le32_to_cpu(entry[GA100_FAULT_ENTRY_ADDR_HI]) << 32 |
			       (le32_to_cpu(entry[GA100_FAULT_ENTRY_ADDR_LO]) & ~(SZ_4K - 1));
}

/**
 * ga100_faults_read - take note of the faults that were written since the last time
 * @card: whose; one caller at a time
 */
void ga100_faults_read(struct ga100_card *card)
{
	void __iomem *reg = card->regs + GA100_FAULT_BUFFER_GET(GA100_FAULT_BUFFER);
	u32 get = readl(reg) & GA100_FAULT_BUFFER_PTR;
	u32 i;

	for (i = 0; i < GA100_FAULT_ENTRIES && get < GA100_FAULT_ENTRIES; i++) {
		__le32 *entry = card->faults[get];
		u32 info = le32_to_cpu(READ_ONCE(entry[GA100_FAULT_ENTRY_INFO]));

		if (!(info & GA100_FAULT_INFO_VALID))
			break;
		/* An entry becomes valid when the rest of it is written. */
		dma_rmb();
		ga100_fault_note(card, entry, info);
		entry[GA100_FAULT_ENTRY_INFO] = 0;
		get = (get + 1) % GA100_FAULT_ENTRIES;
		/* With it go the notes that there were too many. */
		writel(get | GA100_FAULT_BUFFER_CORRUPTED | GA100_FAULT_BUFFER_OVERFLOW, reg);
	}
}

/* Errors of the unit that reads pushbuffers, if it reads this channel's. */
static u32 ga100_pbdma_error(struct ga100_runlist *runlist, u32 channel, u32 reg)
{
	u32 at = readl(runlist->pbdma + GA100_PBDMA_CHANNEL);

	if (!(at & GA100_PBDMA_CHANNEL_VALID) || (at & GA100_RUNLIST_CHID) != channel)
		return 0;
	return readl(runlist->pbdma + reg);
}

/**
 * ga100_engine_serves - has the copy engine a channel's context?
 * @runlist: the engine's
 * @channel: which
 */
bool ga100_engine_serves(struct ga100_runlist *runlist, u32 channel)
{
	u32 at = readl(runlist->regs + GA100_RUNLIST_ENGINE_CHANNEL(runlist->engine_id));

	return at & GA100_ENGINE_CHANNEL_VALID && (at & GA100_RUNLIST_CHID) == channel;
}

/* &gantry_backend_ops.ring_holder */
int ga100_ring_holder(struct gantry_ring *ring)
{
	struct ga100_runlist *runlist = ((struct ga100_ring *)ring->priv)->runlist;
	u32 at = readl(runlist->regs + GA100_RUNLIST_ENGINE_CHANNEL(runlist->engine_id));

	return at & GA100_ENGINE_CHANNEL_VALID ? at & GA100_RUNLIST_CHID : -1;
}

/* Errors of the copy engine, unless it has another channel's context. */
static u32 ga100_copy_error(struct ga100_runlist *runlist, u32 channel)
{
	u32 at = readl(runlist->regs + GA100_RUNLIST_ENGINE_CHANNEL(runlist->engine_id));

	if (at & GA100_ENGINE_CHANNEL_VALID && (at & GA100_RUNLIST_CHID) != channel)
		return 0;
	return readl(runlist->engine + GA100_LCE_INTR) & GA100_COPY_ERRORS;
}

/**
 * ga100_errors_read - at what errors of a channel do its units stand?
 * @runlist: whose units
 * @channel: which; what others did does not count
 *
 * Return: the errors, for ga100_errors_clear().
 */
struct ga100_errors ga100_errors_read(struct ga100_runlist *runlist, u32 channel)
{
	return (struct ga100_errors){
		.pbdma0 = ga100_pbdma_error(runlist, channel, GA100_PBDMA_INTR_0),
		.pbdma1 = ga100_pbdma_error(runlist, channel, GA100_PBDMA_INTR_1),
		.copy = ga100_copy_error(runlist, channel),
	};
}

/**
 * ga100_errors_clear - let go on what stands at an error
 * @runlist: whose units; they may have another channel by now, which did nothing yet
 * @errors: from ga100_errors_read()
 */
void ga100_errors_clear(struct ga100_runlist *runlist, const struct ga100_errors *errors)
{
	if (errors->pbdma0)
		writel(errors->pbdma0, runlist->pbdma + GA100_PBDMA_INTR_0);
	if (errors->pbdma1)
		writel(errors->pbdma1, runlist->pbdma + GA100_PBDMA_INTR_1);
	if (errors->copy)
		writel(errors->copy, runlist->engine + GA100_LCE_INTR);
}

static u32 ga100_fault_access(u32 info)
{
	switch (GA100_FAULT_INFO_ACCESS(info)) {
	case GA100_ACCESS_READ:
		return DRM_GANTRY_ACCESS_READ;
	case GA100_ACCESS_WRITE:
		return DRM_GANTRY_ACCESS_WRITE;
	default:
		return DRM_GANTRY_ACCESS_UNKNOWN;
	}
}

/* Was it the page tables that refused, or what they led to that failed? */
static u32 ga100_fault_kind(u32 info)
{
	switch (GA100_FAULT_INFO_TYPE(info)) {
	case GA100_FAULT_PDE:
	case GA100_FAULT_PDE_SIZE:
	case GA100_FAULT_PTE:
	case GA100_FAULT_VA_LIMIT:
	case GA100_FAULT_PRIV:
	case GA100_FAULT_RO:
	case GA100_FAULT_WO:
		return DRM_GANTRY_FAULT_PAGE;
	default:
		return DRM_GANTRY_FAULT_ERROR;
	}
}

/* &gantry_backend_ops.ring_fault */
bool ga100_ring_fault(struct gantry_ring *ring, struct gantry_fault *fault)
{
	struct ga100_ring *aring = ring->priv;
	struct ga100_runlist *runlist = aring->runlist;

	ga100_faults_read(ring->gdev->priv);
	if (aring->fault.info) {
		fault->kind = ga100_fault_kind(aring->fault.info);
		fault->access = ga100_fault_access(aring->fault.info);
		fault->address = aring->fault.address;
		return true;
	}
	fault->kind = DRM_GANTRY_FAULT_ERROR;
	return readl(runlist->channels + GA100_CHRAM_CHANNEL(ring->index)) & GA100_FAULTED ||
	       ga100_pbdma_error(runlist, ring->index, GA100_PBDMA_INTR_0) ||
	       ga100_pbdma_error(runlist, ring->index, GA100_PBDMA_INTR_1) ||
	       ga100_copy_error(runlist, ring->index);
}

static const char *ga100_access_name(u32 info)
{
	static const char * const names[] = {
		[DRM_GANTRY_ACCESS_UNKNOWN] = "access",
		[DRM_GANTRY_ACCESS_READ] = "read",
		[DRM_GANTRY_ACCESS_WRITE] = "write",
	};

	return names[ga100_fault_access(info)];
}

/**
 * ga100_fault_dump - print what the card says is wrong with a ring
 * @ring: which
 * @p: where to
 */
void ga100_fault_dump(struct gantry_ring *ring, struct drm_printer *p)
{
	struct ga100_ring *aring = ring->priv;
	struct ga100_runlist *runlist = aring->runlist;

	ga100_faults_read(ring->gdev->priv);
	if (aring->fault.info)
		drm_printf(p, "  page fault: %s at %013llx, type %u, client %02x\n",
			   ga100_access_name(aring->fault.info), aring->fault.address,
			   GA100_FAULT_INFO_TYPE(aring->fault.info),
			   GA100_FAULT_INFO_CLIENT(aring->fault.info));
	drm_printf(p, "  channel %08x, PBDMA on %08x: errors %08x %08x\n",
		   readl(runlist->channels + GA100_CHRAM_CHANNEL(ring->index)),
		   readl(runlist->pbdma + GA100_PBDMA_CHANNEL),
		   readl(runlist->pbdma + GA100_PBDMA_INTR_0),
		   readl(runlist->pbdma + GA100_PBDMA_INTR_1));
	drm_printf(p, "  copy engine: on %08x, interrupts %08x, launch error %08x\n",
		   readl(runlist->regs + GA100_RUNLIST_ENGINE_CHANNEL(runlist->engine_id)),
		   readl(runlist->engine + GA100_LCE_INTR),
		   readl(runlist->engine + GA100_LCE_LAUNCHERR));
}
