// SPDX-License-Identifier: GPL-2.0-only
#include "card.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>

#include "ga100.h"
#include "rom.h"

const char *ga100_options_check(const struct ga100_options *options)
{
	if (options->index > GA100_INDEX_MAX)
		return "the index must be 0 to 31";
	return ga100_vram_check(options->vram_size);
}

/* Registers as after power-on */
static void reset_registers(struct ga100 *card)
{
	ga100_boot_reset(card);
	ga100_tlb_invalidate(&card->tlb, 0);
	ga100_intr_reset(&card->intr);
	ga100_mmu_faults_reset(&card->mmu_faults);
	ga100_pmc_reset(&card->pmc);
	ga100_ptimer_reset(&card->ptimer);
	memset(&card->pbus, 0, sizeof(card->pbus));
	memset(&card->pfb, 0, sizeof(card->pfb));
	memset(&card->priv, 0, sizeof(card->priv));
	ga100_window_reset(&card->bar1);
	ga100_window_reset(&card->bar2);
}

static void free_parts(struct ga100 *card)
{
	ga100_window_fini(&card->bar1);
	ga100_window_fini(&card->bar2);
	ga100_mmu_faults_fini(&card->mmu_faults);
	ga100_intr_fini(&card->intr);
	ga100_tlb_fini(&card->tlb);
	vfu_faults_fini(&card->faults);
	ga100_vram_fini(&card->vram);
}

static int make_parts(struct ga100 *card)
{
	int ret = ga100_vram_init(&card->vram, card->options.vram_size);

	if (ret)
		return ret;
	ga100_faults_init(&card->faults, card);
	ga100_tlb_init(&card->tlb);
	ga100_intr_init(&card->intr);
	ga100_mmu_faults_init(&card->mmu_faults);
	ga100_window_init(&card->bar1, GA100_MMU_ENGINE_BAR1, card->options.bar1_translated);
	ga100_window_init(&card->bar2, GA100_MMU_ENGINE_BAR2, true);
	reset_registers(card);
	ret = ga100_engines_init(card);
	if (ret)
		free_parts(card);
	return ret;
}

int ga100_create(const struct ga100_options *options, const struct emu_host *host,
		 void *host_priv, struct ga100 **out)
{
	struct ga100 *card;
	int ret;

	if (ga100_options_check(options))
		return -EINVAL;
	card = calloc(1, sizeof(*card));
	if (!card)
		return -ENOMEM;
	card->options = *options;
	card->host = host;
	card->host_priv = host_priv;
	ret = make_parts(card);
	if (ret) {
		free(card);
		return ret;
	}
	*out = card;
	return 0;
}

void ga100_stop(struct ga100 *card)
{
	ga100_engines_stop(card);
}

void ga100_destroy(struct ga100 *card)
{
	if (!card)
		return;
	ga100_engines_fini(card);
	free_parts(card);
	free(card);
}

static uint64_t bar1_size(uint64_t vram)
{
	uint64_t size = 1;

	while (size < vram)
		size <<= 1;
	return size;
}

void ga100_describe(struct ga100 *card, struct vfu_options *options)
{
	*options = (struct vfu_options){
		.vendor = GA100_PCI_VENDOR,
		.device = GA100_PCI_DEVICE,
		.subsystem_vendor = GA100_PCI_VENDOR,
		.subsystem = GA100_PCI_DEVICE,
		.class_code = GA100_PCI_CLASS,
		.revision = GA100_PCI_REVISION,
		.rom = ga100_rom(),
		.rom_size = GA100_ROM_SIZE,
		.msi_vectors = 1,
		.msix_vectors = GA100_MSIX_VECTORS,
		.msix_bar = GA100_BAR_REGS,
		.msix_table = GA100_MSIX_TABLE,
		.msix_pba = GA100_MSIX_PBA,
		.extended = &card->serial,
		.n_extended = 1,
		.faults = &card->faults,
	};
	card->serial = (struct vfu_capability){
		.id = PCI_EXT_CAP_ID_DSN,
		.version = 1,
		.data = &card->options.serial,
		.size = sizeof(card->options.serial),
	};
	options->bars[GA100_BAR_REGS].size = GA100_REGS_SIZE;
	options->bars[GA100_BAR_VRAM] = (struct vfu_bar){
		.size = bar1_size(card->vram.size),
		.is_64bit = true,
		.prefetchable = true,
		.memory = card->options.bar1_translated ? NULL : &card->vram.memory,
	};
	options->bars[GA100_BAR_INST] = (struct vfu_bar){
		.size = GA100_INST_BAR_SIZE,
		.is_64bit = true,
		.prefetchable = true,
	};
}

int ga100_bar_read(struct ga100 *card, unsigned int bar, uint64_t off, void *buf, size_t len)
{
	switch (bar) {
	case GA100_BAR_REGS:
		ga100_bar0_read(card, off, buf, len);
		break;
	case GA100_BAR_VRAM:
		ga100_window_read(card, &card->bar1, off, buf, len);
		break;
	case GA100_BAR_INST:
		ga100_window_read(card, &card->bar2, off, buf, len);
		break;
	default:
		memset(buf, 0xff, len);
	}
	return 0;
}

int ga100_bar_write(struct ga100 *card, unsigned int bar, uint64_t off, const void *buf, size_t len)
{
	switch (bar) {
	case GA100_BAR_REGS:
		ga100_bar0_write(card, off, buf, len);
		break;
	case GA100_BAR_VRAM:
		ga100_window_write(card, &card->bar1, off, buf, len);
		break;
	case GA100_BAR_INST:
		ga100_window_write(card, &card->bar2, off, buf, len);
		break;
	}
	if (card->options.in_step)
		emu_pool_drain(&card->pool);
	return 0;
}

void ga100_reset(struct ga100 *card)
{
	ga100_engines_reset(card);
	reset_registers(card);
}

struct vfu_faults *ga100_faults(struct ga100 *card)
{
	return &card->faults;
}
