/* SPDX-License-Identifier: GPL-2.0-only */
/* Master control: what chip this is, and which engines are out of reset. */
#ifndef GA100_PMC_H
#define GA100_PMC_H

#include <stdatomic.h>
#include <stdint.h>

#include "bar0.h"

/**
 * struct ga100_pmc - what is enabled
 * @enable: GA100_PMC_ENABLE
 * @device_enable: GA100_PMC_DEVICE_ENABLE: a zero holds that engine in reset
 */
struct ga100_pmc {
	uint32_t enable;
	_Atomic uint32_t device_enable;
};

void ga100_pmc_reset(struct ga100_pmc *pmc);

/** ga100_pmc_enabled() - the engine with reset id @bit is out of reset; any thread */
bool ga100_pmc_enabled(struct ga100 *card, unsigned int bit);

extern const struct ga100_block ga100_pmc_block;

#endif
