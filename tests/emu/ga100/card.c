// SPDX-License-Identifier: GPL-2.0-only
#include "card.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ga100.h"

const char *ga100_options_check(const struct ga100_options *options)
{
	if (options->index > GA100_INDEX_MAX)
		return "the index must be 0 to 31";
	return ga100_vram_check(options->vram_size);
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
	ret = ga100_vram_init(&card->vram, options->vram_size);
	if (ret) {
		free(card);
		return ret;
	}
	ga100_faults_init(&card->faults, card);
	ga100_intr_init(&card->intr);
	ga100_mmu_faults_init(&card->mmu_faults);
	ga100_pmc_reset(&card->pmc);
	ga100_ptimer_reset(&card->ptimer);
	ga100_window_init(&card->bar1, GA100_MMU_ENGINE_BAR1, options->bar1_translated);
	ga100_window_init(&card->bar2, GA100_MMU_ENGINE_BAR2, true);
	*out = card;
	return 0;
}

void ga100_stop(struct ga100 *card)
{
	(void)card;
}

void ga100_destroy(struct ga100 *card)
{
	if (!card)
		return;
	ga100_stop(card);
	ga100_window_fini(&card->bar1);
	ga100_window_fini(&card->bar2);
	ga100_mmu_faults_fini(&card->mmu_faults);
	ga100_intr_fini(&card->intr);
	vfu_faults_fini(&card->faults);
	ga100_vram_fini(&card->vram);
	free(card);
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
	return 0;
}

void ga100_reset(struct ga100 *card)
{
	ga100_intr_reset(&card->intr);
	ga100_mmu_faults_reset(&card->mmu_faults);
	ga100_pmc_reset(&card->pmc);
	ga100_ptimer_reset(&card->ptimer);
	memset(&card->priv, 0, sizeof(card->priv));
	ga100_window_reset(&card->bar1);
	ga100_window_reset(&card->bar2);
}

struct vfu_faults *ga100_faults(struct ga100 *card)
{
	return &card->faults;
}
