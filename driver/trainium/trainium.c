// SPDX-License-Identifier: GPL-2.0-only
/* Trainium2: find out the layout, map the card, reset it. */
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "../gantry_device.h"
#include "../gantry_reset.h"
#include "../gantry_ring.h"
#include "trainium.h"
#include "trainium_regs.h"
#include "udma_regs.h"

/*
 * Engines behind the rings: the host's own four, which reach host memory on
 * every die, then one of each compute half that does.
 */
static const u32 trn2_ring_engines[TRN2_RING_COUNT] = {
	TRN2_ENGINE_H2D(0), TRN2_ENGINE_D2H(0), TRN2_ENGINE_H2D(1), TRN2_ENGINE_D2H(1),
	0 * TRN2_ENGINES_PER_SE + 4, 1 * TRN2_ENGINES_PER_SE + 4,
	2 * TRN2_ENGINES_PER_SE + 4, 3 * TRN2_ENGINES_PER_SE + 4,
};

/**
 * trn2_engine_offset - registers of the engine behind a ring
 * @ring: index of the ring
 *
 * Return: APB offset.
 */
u64 trn2_engine_offset(u32 ring)
{
	static const u64 se[] = TRN2_APB_SE_ENGINES;
	static const u64 host[] = TRN2_APB_HOST_ENGINES;
	u32 engine = trn2_ring_engines[ring];

	if (engine >= TRN2_ENGINE_HOST_FIRST)
		return host[engine - TRN2_ENGINE_HOST_FIRST];
	return se[engine / TRN2_ENGINES_PER_SE] +
	       TRN2_ENGINE_SIZE * (engine % TRN2_ENGINES_PER_SE);
}

static u64 trn2_reset_timeout_us(void)
{
	return (u64)gantry_reset_timeout_ms() * USEC_PER_MSEC;
}

/* The layout for virtual machines: one register takes the reset and tells its end. */
static int trn2_reset_qemu(struct gantry_device *gdev)
{
	struct trn2_card *card = gdev->priv;
	u32 value;

	writel(0, card->reset_reg);
	return readl_poll_timeout(card->reset_reg, value, !value, USEC_PER_MSEC,
				  trn2_reset_timeout_us());
}

/* Silicon: ask firmware, wait until it took the request, then until it is done. */
static int trn2_reset_firmware(struct gantry_device *gdev)
{
	struct trn2_card *card = gdev->priv;
	u32 value;
	int ret;

	writel(0, card->misc_ram + TRN2_MR_RESET_MAP);
	writel(TRN2_RESET_DEVICE, card->misc_ram + TRN2_MR_RESET);
	writel(1, card->misc_ram + TRN2_MR_DOORBELL);
	ret = readl_poll_timeout(card->misc_ram + TRN2_MR_RESET, value, !value, USEC_PER_MSEC,
				 trn2_reset_timeout_us());
	if (ret)
		return ret;
	return readl_poll_timeout(card->misc_ram + TRN2_MR_STATUS, value,
				  value != TRN2_READ_IN_RESET && value != U32_MAX &&
				  !(value & TRN2_STATUS_IN_RESET), USEC_PER_MSEC,
				  trn2_reset_timeout_us());
}

static const struct trn2_layout trn2_layout_qemu = {
	.apb_bar = TRN2_BAR_APB_QEMU,
	.reset = trn2_reset_qemu,
};

static const struct trn2_layout trn2_layout_silicon = {
	.apb_bar = TRN2_BAR_APB,
	.window = TRN2_HBM_WINDOW,
	.populated = TRN2_HBM_POPULATED,
	.reset = trn2_reset_firmware,
};

static void __iomem *trn2_map(struct gantry_device *gdev, u64 offset, u64 size)
{
	struct pci_dev *pdev = gantry_pci_dev(gdev);
	struct trn2_card *card = gdev->priv;
	u32 bar = card->layout->apb_bar;

	if (offset + size > pci_resource_len(pdev, bar))
		return IOMEM_ERR_PTR(-ENODEV);
	return devm_ioremap(&pdev->dev, pci_resource_start(pdev, bar) + offset, size) ?:
	       IOMEM_ERR_PTR(-ENOMEM);
}

static int trn2_map_registers(struct gantry_device *gdev)
{
	struct trn2_card *card = gdev->priv;
	u32 i;

	card->misc_ram = trn2_map(gdev, TRN2_APB_MISC_RAM, TRN2_MISC_RAM_SIZE);
	if (IS_ERR(card->misc_ram))
		return PTR_ERR(card->misc_ram);
	if (card->layout == &trn2_layout_qemu) {
		card->reset_reg = trn2_map(gdev, TRN2_APB_RESET_QEMU, sizeof(u32));
		if (IS_ERR(card->reset_reg))
			return PTR_ERR(card->reset_reg);
	}
	for (i = 0; i < TRN2_RING_COUNT; i++) {
		card->engines[i] = trn2_map(gdev, trn2_engine_offset(i), TRN2_ENGINE_SIZE);
		if (IS_ERR(card->engines[i]))
			return PTR_ERR(card->engines[i]);
	}
	return 0;
}

/*
 * The first bytes of each stack are the firmware's; the last ones of stack 0
 * become the source of zeros, so that scrubbing does not go through PCI.
 */
static int trn2_find_memory(struct gantry_device *gdev)
{
	static const u64 addr[TRN2_HBM_STACKS] = TRN2_ADDR_HBM;
	struct pci_dev *pdev = gantry_pci_dev(gdev);
	struct trn2_card *card = gdev->priv;
	u64 bar = pci_resource_len(pdev, TRN2_BAR_HBM);
	u64 window = card->layout->window ?: bar / TRN2_HBM_STACKS;
	u64 size = card->layout->populated ?: window;
	u32 i;

	if (window * TRN2_HBM_STACKS > bar || size < 2 * TRN2_HBM_FIRMWARE)
		return -ENODEV;
	for (i = 0; i < TRN2_HBM_STACKS; i++) {
		struct gantry_region *region = &gdev->regions[i];

		snprintf(region->name, sizeof(region->name), "hbm%u", i);
		region->base = addr[i] + TRN2_HBM_FIRMWARE;
		region->cpu_base = pci_resource_start(pdev, TRN2_BAR_HBM) + i * window +
				   TRN2_HBM_FIRMWARE;
		region->size = size - TRN2_HBM_FIRMWARE;
	}
	gdev->region_count = TRN2_HBM_STACKS;
	gdev->engine_count = TRN2_RING_COUNT;
	gdev->host_base = TRN2_ADDR_HOST;

	gdev->regions[0].size -= TRN2_FILL_MAX;
	card->zeros_addr = gdev->regions[0].base + gdev->regions[0].size;
	card->zeros = devm_ioremap_wc(&pdev->dev,
				      gdev->regions[0].cpu_base + gdev->regions[0].size,
				      TRN2_FILL_MAX);
	return card->zeros ? 0 : -ENOMEM;
}

/* Reset the card, then put back what fills rely on. */
static int trn2_reset(struct gantry_device *gdev)
{
	struct trn2_card *card = gdev->priv;
	int ret = card->layout->reset(gdev);

	if (ret)
		return ret;
	memset_io(card->zeros, 0, TRN2_FILL_MAX);
	return readl(card->zeros) ? -EIO : 0;
}

static int trn2_init(struct gantry_device *gdev)
{
	struct pci_dev *pdev = gantry_pci_dev(gdev);
	struct trn2_card *card = devm_kzalloc(&pdev->dev, sizeof(*card), GFP_KERNEL);
	int ret;

	if (!card)
		return -ENOMEM;
	gdev->priv = card;
	card->layout = pdev->revision == TRN2_PCI_REVISION_QEMU ? &trn2_layout_qemu :
								  &trn2_layout_silicon;
	ret = trn2_map_registers(gdev);
	if (!ret)
		ret = trn2_find_memory(gdev);
	if (!ret)
		ret = trn2_reset(gdev);
	if (ret)
		return ret;
	gdev->serial = (u64)readl(card->misc_ram + TRN2_MR_SERIAL_HI) << 32 |
		       readl(card->misc_ram + TRN2_MR_SERIAL_LO);
	return 0;
}

/* Mappings and memory go with the device; the rings are stopped. */
static void trn2_fini(struct gantry_device *gdev)
{
	gdev->priv = NULL;
}

static const struct gantry_backend_ops trn2_ops = {
	.init = trn2_init,
	.fini = trn2_fini,
	.reset = trn2_reset,
	.ring_init = trn2_ring_init,
	.ring_fini = trn2_ring_fini,
	.ring_stop = trn2_ring_stop,
	.ring_start = trn2_ring_start,
	.emit_copy = trn2_emit_copy,
	.emit_fill = trn2_emit_fill,
	.emit_fence = trn2_emit_fence,
	.kick = trn2_kick,
	.read_seqno = trn2_read_seqno,
	.ring_fault = trn2_ring_fault,
	.ring_dump = trn2_ring_dump,
	.sensor = trn2_sensor,
	.neighbor = trn2_neighbor,
};

const struct gantry_backend gantry_trainium2 = {
	.name = "trainium2",
	.ops = &trn2_ops,
	.max_copy = UDMA_DESC_BYTES_MAX,
	.ring_count = TRN2_RING_COUNT,
	.card_rings = TRN2_RING_COUNT,
	/* One descriptor stays free: a full ring looks like an empty one. */
	.ring_slots = TRN2_RING_SLOTS - 1,
	.sensor_count = TRN2_SENSOR_COUNT,
	.neighbor_count = TRN2_NEIGHBOR_COUNT,
	.dma_bits = 46,
};
