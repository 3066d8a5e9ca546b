/* SPDX-License-Identifier: GPL-2.0-only */
/* The bus unit: the PRAMIN window, and what becomes of accesses nobody answers. */
#ifndef GA100_PBUS_H
#define GA100_PBUS_H

#include <stdint.h>

#include "../../../driver/nvidia/ga100_regs.h"
#include "bar0.h"

/**
 * struct ga100_pbus - registers
 * @intr: GA100_PBUS_INTR
 * @intr_en: GA100_PBUS_INTR_EN
 * @window: GA100_PBUS_WINDOW
 * @scratch: GA100_PBUS_SCRATCH()
 * @pri_save: GA100_PTIMER_PRI_SAVE_0 and _1, about the first access not answered
 * @pri_errcode: GA100_PTIMER_PRI_ERRCODE
 */
struct ga100_pbus {
	uint32_t intr;
	uint32_t intr_en;
	uint32_t window;
	uint32_t scratch[GA100_PBUS_SCRATCHES];
	uint32_t pri_save[2];
	uint32_t pri_errcode;
};

/** ga100_pbus_unanswered() - nobody took an access to a register */
void ga100_pbus_unanswered(struct ga100 *card, uint32_t reg, bool write, uint32_t value);

/** ga100_pbus_saved() - the register that remembers a part of that; NULL: another one */
uint32_t *ga100_pbus_saved(struct ga100 *card, uint32_t reg);

extern const struct ga100_block ga100_pbus_block;
extern const struct ga100_block ga100_pramin_block;

#endif
