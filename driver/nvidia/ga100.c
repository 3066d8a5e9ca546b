// SPDX-License-Identifier: GPL-2.0-only
/* GA100: map the card, reset it, bring it up. */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "../gantry_device.h"
#include "../gantry_reset.h"
#include "ga100.h"
#include "ga100_regs.h"

/**
 * ga100_vram_flush - see to it that what was written to video memory is there
 * @card: whose
 */
void ga100_vram_flush(struct ga100_card *card)
{
	/* Writes are combined, and what was read comes after what was written. */
	wmb();
	readl(card->reserved);
}

/**
 * ga100_wait_clear - wait until the card has cleared bits of a register
 * @reg: which
 * @bits: those
 * @us: for so long: GA100_ANSWER_US, if nothing that it does may keep it from it
 *
 * Return: 0; -ETIMEDOUT; -EIO: it reads as ones, which no card does that is there.
 */
int ga100_wait_clear(void __iomem *reg, u32 bits, u64 us)
{
	u32 value;
	int ret = readl_poll_timeout(reg, value, !(value & bits) || value == U32_MAX, 10, us);

	return value == U32_MAX ? -EIO : ret;
}

/* Firmware of the card's own sets up memory and clocks; before that there is nothing to see. */
static bool ga100_has_booted(struct ga100_card *card)
{
	return readl(card->regs + GA100_GFW_BOOT_MASK) & GA100_GFW_BOOT_MASK_READABLE &&
	       (readl(card->regs + GA100_GFW_BOOT) & GA100_GFW_BOOT_PROGRESS) ==
	       GA100_GFW_BOOT_COMPLETED;
}

static int ga100_wait_boot(struct ga100_card *card)
{
	bool booted;

	return read_poll_timeout(ga100_has_booted, booted, booted, USEC_PER_MSEC,
				 (u64)gantry_reset_timeout_ms() * USEC_PER_MSEC, false, card);
}

static bool ga100_is_there(struct ga100_card *card)
{
	return GA100_PMC_CHIP(readl(card->regs + GA100_PMC_BOOT_0)) == GA100_PMC_CHIP_GA100;
}

/*
 * A reset of the function resets everything but what is in video memory, and takes
 * configuration with it.
 */
static int ga100_reset_function(struct gantry_device *gdev)
{
	struct pci_dev *pdev = gantry_pci_dev(gdev);
	struct ga100_card *card = gdev->priv;
	bool locked;
	int ret;

	/* The PCI core would wait a minute for a card that is not there to come back. */
	if (!pci_device_is_present(pdev))
		return -ENODEV;
	/* Where the PCI core resets the function, it has the lock already. */
	locked = pci_cfg_access_trylock(pdev);
	ret = pcie_reset_flr(pdev, PCI_RESET_DO_RESET);
	if (!ret)
		ret = pci_load_saved_state(pdev, card->config);
	if (!ret)
		pci_restore_state(pdev);
	if (locked)
		pci_cfg_access_unlock(pdev);
	return ret;
}

static u64 ga100_vram_size(struct ga100_card *card)
{
	u32 range = readl(card->regs + GA100_PFB_MEMORY_RANGE);
	u64 size = (u64)GA100_PFB_MEMORY_MAG(range) << (20 + GA100_PFB_MEMORY_SCALE(range));

	/* Where ECC is kept in the memory itself, it takes its share. */
	return range & GA100_PFB_MEMORY_ECC ? size / 16 * 15 : size;
}

/* Video memory as far as the processor can reach it; BAR 1 shows it from its start. */
static int ga100_find_memory(struct gantry_device *gdev)
{
	struct pci_dev *pdev = gantry_pci_dev(gdev);
	struct ga100_card *card = gdev->priv;
	struct gantry_region *region = &gdev->regions[0];
	u64 size = min_t(u64, ga100_vram_size(card), pci_resource_len(pdev, GA100_BAR_VRAM));

	size = round_down(size, SZ_2M);
	card->reserved_size = GA100_VRAM_RESERVED(size);
	if (size < 2 * card->reserved_size)
		return -ENODEV;
	card->reserved = devm_ioremap_wc(&pdev->dev, pci_resource_start(pdev, GA100_BAR_VRAM),
					 card->reserved_size);
	if (!card->reserved)
		return -ENOMEM;
	card->vram_end = size - GA100_VRAM_FIRMWARE;
	strscpy(region->name, "hbm0", sizeof(region->name));
	region->base = GA100_BUS_VRAM + card->reserved_size;
	region->cpu_base = pci_resource_start(pdev, GA100_BAR_VRAM) + card->reserved_size;
	region->size = card->vram_end - card->reserved_size;
	gdev->region_count = 1;
	gdev->host_base = GA100_BUS_HOST;
	return 0;
}

/* BAR 1 shows video memory as it is; BAR 2, through which engines save state, our own space. */
static int ga100_bind_windows(struct ga100_card *card)
{
	void __iomem *inst = card->reserved + GA100_VRAM_INSTANCE_BAR2;

	memset_io(inst, 0, GA100_INST_SIZE);
	ga100_space_bind(&card->space, inst);
	ga100_vram_flush(card);
	writel(GA100_BAR_BLOCK_VIRTUAL |
	       (u32)GA100_APERTURE_VRAM << GA100_BAR_BLOCK_TARGET_SHIFT |
	       GA100_VRAM_INSTANCE_BAR2 >> GA100_INST_SHIFT, card->regs + GA100_BAR2_BLOCK);
	return ga100_wait_clear(card->regs + GA100_BIND_STATUS, U32_MAX, GA100_ANSWER_US);
}

static int ga100_unbind_bar1(struct ga100_card *card)
{
	writel(0, card->regs + GA100_BAR1_BLOCK);
	return ga100_wait_clear(card->regs + GA100_BIND_STATUS, U32_MAX, GA100_ANSWER_US);
}

/* Make everything anew that a reset undoes. */
static int ga100_bring_up(struct ga100_card *card)
{
	int ret;

	writel(U32_MAX, card->regs + GA100_PMC_ENABLE);
	writel(U32_MAX, card->regs + GA100_PMC_DEVICE_ENABLE);
	writel(card->flush_dma >> 40, card->regs + GA100_PFB_FLUSH_ADDR_HI);
	writel(card->flush_dma >> 8, card->regs + GA100_PFB_FLUSH_ADDR);
	ret = ga100_unbind_bar1(card);
	if (ret)
		return ret;
	ga100_tables_restore(card);
	ret = ga100_space_sync(&card->space);
	if (ret)
		return ret;
	ret = ga100_bind_windows(card);
	if (ret)
		return ret;
	ga100_faults_init(card);
	ret = ga100_runlists_init(card);
	if (ret)
		return ret;
	ga100_intr_init(card);
	return 0;
}

/* &gantry_backend_ops.reset */
static int ga100_reset(struct gantry_device *gdev)
{
	struct ga100_card *card = gdev->priv;
	int ret = ga100_reset_function(gdev);

	if (!ret)
		ret = ga100_wait_boot(card);
	if (!ret && !ga100_is_there(card))
		ret = -EIO;
	return ret ?: ga100_bring_up(card);
}

static int ga100_map(struct gantry_device *gdev)
{
	struct pci_dev *pdev = gantry_pci_dev(gdev);
	struct ga100_card *card = gdev->priv;

	card->regs = devm_ioremap(&pdev->dev, pci_resource_start(pdev, GA100_BAR_REGS),
				  pci_resource_len(pdev, GA100_BAR_REGS));
	if (!card->regs)
		return -ENOMEM;
	return 0;
}

/* The card reads a page of host memory to know that what it wrote before has arrived. */
static int ga100_flush_alloc(struct gantry_device *gdev)
{
	struct ga100_card *card = gdev->priv;

	return dmam_alloc_coherent(gdev->drm.dev, SZ_4K, &card->flush_dma, GFP_KERNEL) ?
	       0 : -ENOMEM;
}

/* Find out what card it is. */
static int ga100_identify(struct gantry_device *gdev)
{
	struct pci_dev *pdev = gantry_pci_dev(gdev);
	struct ga100_card *card = gdev->priv;
	int ret;

	if (pci_resource_len(pdev, GA100_BAR_REGS) < GA100_REGS_SIZE)
		return -ENODEV;
	ret = ga100_map(gdev);
	if (ret)
		return ret;
	if (!ga100_is_there(card))
		return -ENODEV;
	pci_save_state(pdev);
	card->config = pci_store_saved_state(pdev);
	if (!card->config)
		return -ENOMEM;
	/* The last reset may have failed, and the next one is another matter. */
	if (!ga100_has_booted(card))
		ret = ga100_reset_function(gdev) ?: ga100_wait_boot(card);
	if (!ret)
		ret = ga100_find_memory(gdev);
	if (!ret)
		ret = ga100_runlists_find(card);
	gdev->engine_count = card->runlist_count;
	gdev->serial = pci_get_dsn(pdev);
	return ret;
}

/*
 * The space of the card's own rings: the video memory that they zero, and what engines
 * write to through BAR 2.
 */
static int ga100_card_space_init(struct ga100_card *card)
{
	u64 size = card->vram_end - card->reserved_size;
	int ret = ga100_space_init(&card->space, card);

	if (ret)
		return ret;
	ret = ga100_space_map(&card->space, GA100_BUS_VRAM + card->reserved_size,
			      card->reserved_size, GA100_APERTURE_VRAM, size);
	if (!ret)
		ret = ga100_space_map(&card->space, GA100_VA_METHODS(0), GA100_VRAM_METHODS,
				      GA100_APERTURE_VRAM, GA100_METHOD_BUFFERS);
	if (ret)
		ga100_space_fini(&card->space);
	return ret;
}

static int ga100_init(struct gantry_device *gdev)
{
	struct pci_dev *pdev = gantry_pci_dev(gdev);
	struct ga100_card *card = devm_kzalloc(&pdev->dev, sizeof(*card), GFP_KERNEL);
	int ret;

	if (!card)
		return -ENOMEM;
	card->gdev = gdev;
	gdev->priv = card;
	ret = ga100_identify(gdev);
	if (!ret)
		ret = ga100_faults_alloc(gdev);
	if (!ret)
		ret = ga100_flush_alloc(gdev);
	if (!ret)
		ret = ga100_intr_alloc(gdev);
	if (ret)
		goto err_config;
	ret = ga100_pool_init(card);
	if (ret)
		goto err_intr;
	ret = ga100_card_space_init(card);
	if (ret)
		goto err_pool;
	ret = ga100_reset(gdev);
	if (ret)
		goto err_space;
	return 0;

err_space:
	ga100_space_fini(&card->space);
err_pool:
	ga100_pool_fini(card);
err_intr:
	ga100_intr_free(gdev);
err_config:
	kfree(card->config);
	return ret;
}

/* Mappings and memory go with the device; the rings are stopped. */
static void ga100_fini(struct gantry_device *gdev)
{
	struct ga100_card *card = gdev->priv;

	kfree(card->config);
	ga100_space_fini(&card->space);
	ga100_pool_fini(card);
	ga100_intr_free(gdev);
	gdev->priv = NULL;
}

static const struct gantry_backend_ops ga100_ops = {
	.init = ga100_init,
	.fini = ga100_fini,
	.reset = ga100_reset,
	.space_init = ga100_context_init,
	.space_fini = ga100_context_fini,
	.space_map = ga100_context_map,
	.space_unmap = ga100_context_unmap,
	.ring_init = ga100_ring_init,
	.ring_fini = ga100_ring_fini,
	.ring_stop = ga100_ring_stop,
	.ring_start = ga100_ring_start,
	.emit_copy = ga100_emit_copy,
	.emit_fill = ga100_emit_fill,
	.emit_fence = ga100_emit_fence,
	.kick = ga100_kick,
	.read_seqno = ga100_read_seqno,
	.ring_fault = ga100_ring_fault,
	.ring_holder = ga100_ring_holder,
	.ring_dump = ga100_ring_dump,
};

const struct gantry_backend gantry_ga100 = {
	.name = "a100",
	.ops = &ga100_ops,
	.max_copy = GA100_MAX_COPY,
	.ring_count = GA100_RING_COUNT,
	.card_rings = GA100_CARD_RINGS,
	.ring_slots = GA100_RING_SLOTS,
	.space_start = GA100_VA_START,
	.space_end = GA100_VA_END,
	.dma_bits = GA100_DMA_BITS,
	.interrupts = true,
};
