// SPDX-License-Identifier: GPL-2.0-only
#include "pmc.h"

#include "ga100.h"

void ga100_pmc_reset(struct ga100_pmc *pmc)
{
	pmc->enable = GA100_PMC_ENABLE_PDISP;
	atomic_store(&pmc->device_enable, 0);
}

bool ga100_pmc_enabled(struct ga100 *card, unsigned int bit)
{
	return atomic_load(&card->pmc.device_enable) >> bit & 1;
}

static bool pmc_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	switch (reg) {
	case GA100_PMC_BOOT_0:
		*value = GA100_PMC_BOOT_0_GA100;
		return true;
	case GA100_PMC_BOOT_1:
	case GA100_PMC_BOOT_2:
		*value = 0;
		return true;
	case GA100_PMC_BOOT_42:
		*value = GA100_PMC_BOOT_42_GA100;
		return true;
	case GA100_PMC_ENABLE:
		*value = card->pmc.enable;
		return true;
	case GA100_PMC_DEVICE_ENABLE:
		*value = atomic_load(&card->pmc.device_enable);
		return true;
	default:
		return false;
	}
}

static bool pmc_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	switch (reg) {
	case GA100_PMC_ENABLE:
		card->pmc.enable = value;
		return true;
	case GA100_PMC_DEVICE_ENABLE:
		ga100_engines_enable(card, atomic_exchange(&card->pmc.device_enable, value), value);
		return true;
	default:
		return false;
	}
}

const struct ga100_block ga100_pmc_block = {
	.name = "PMC",
	.base = GA100_PMC,
	.size = GA100_PMC_SIZE,
	.read = pmc_read,
	.write = pmc_write,
};
