// SPDX-License-Identifier: GPL-2.0-only
#include "pbus.h"

#include <string.h>

#include "ga100.h"

static void update(struct ga100 *card)
{
	if (card->pbus.intr & card->pbus.intr_en)
		ga100_intr_raise(card, GA100_VECTOR_PBUS);
}

void ga100_pbus_unanswered(struct ga100 *card, uint32_t reg, bool write, uint32_t value)
{
	struct ga100_pbus *pbus = &card->pbus;

	if (!(pbus->pri_save[0] & GA100_PTIMER_PRI_SAVE_0_VALID)) {
		pbus->pri_save[0] = GA100_PTIMER_PRI_SAVE_0_VALID | GA100_PTIMER_PRI_SAVE_0_FECS |
			(reg & GA100_PTIMER_PRI_SAVE_0_ADDR) |
			(write ? GA100_PTIMER_PRI_SAVE_0_WRITE : 0);
		pbus->pri_save[1] = write ? value : 0;
		pbus->pri_errcode = GA100_PRI_ERROR_DECODE;
	}
	pbus->intr |= GA100_PBUS_INTR_PRI_FECSERR;
	update(card);
}

uint32_t *ga100_pbus_saved(struct ga100 *card, uint32_t reg)
{
	switch (reg) {
	case GA100_PTIMER_PRI_SAVE_0:
		return &card->pbus.pri_save[0];
	case GA100_PTIMER_PRI_SAVE_1:
		return &card->pbus.pri_save[1];
	case GA100_PTIMER_PRI_ERRCODE:
		return &card->pbus.pri_errcode;
	default:
		return NULL;
	}
}

static uint32_t *word(struct ga100 *card, uint32_t reg)
{
	switch (reg) {
	case GA100_PBUS_INTR_EN:
		return &card->pbus.intr_en;
	case GA100_PBUS_WINDOW:
		return &card->pbus.window;
	default:
		if (reg >= GA100_PBUS_SCRATCH(0) && reg < GA100_PBUS_SCRATCH(GA100_PBUS_SCRATCHES))
			return &card->pbus.scratch[(reg - GA100_PBUS_SCRATCH(0)) / 4];
		return NULL;
	}
}

/* The same windows as in the physical function's page, at their older address */
static uint32_t alias(uint32_t reg)
{
	switch (reg) {
	case GA100_PBUS_BAR1_BLOCK:
		return GA100_BAR1_BLOCK;
	case GA100_PBUS_BAR2_BLOCK:
		return GA100_BAR2_BLOCK;
	case GA100_PBUS_BIND_STATUS:
		return GA100_BIND_STATUS;
	default:
		return 0;
	}
}

static bool pbus_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	const uint32_t *at = word(card, reg);

	if (alias(reg))
		return ga100_priv_block.read(card, alias(reg), value);
	if (reg == GA100_PBUS_INTR) {
		*value = card->pbus.intr;
		return true;
	}
	if (at)
		*value = *at;
	return at;
}

static bool pbus_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	uint32_t *at = word(card, reg);

	if (alias(reg))
		return ga100_priv_block.write(card, alias(reg), value);
	if (reg == GA100_PBUS_INTR)
		card->pbus.intr &= ~value;
	else if (reg == GA100_PBUS_SW_INTR)
		card->pbus.intr |= value & 1 ? GA100_PBUS_INTR_SW : 0;
	else if (at)
		*at = value;
	else
		return false;
	update(card);
	return true;
}

static struct ga100_addr window_addr(struct ga100 *card, uint32_t off)
{
	uint32_t window = card->pbus.window;
	uint64_t base = (uint64_t)(window & GA100_PBUS_WINDOW_BASE) << GA100_PBUS_WINDOW_SHIFT;

	return (struct ga100_addr){
		.aperture = (enum ga100_aperture)GA100_PBUS_WINDOW_TARGET(window),
		.offset = base + (off - GA100_PRAMIN),
	};
}

static void report(struct ga100 *card, uint32_t off, uint8_t access, int error)
{
	struct ga100_mmu_fault fault = {
		.va = window_addr(card, off).offset,
		.type = ga100_mem_fault_type(error),
		.access = access | GA100_ACCESS_PHYSICAL,
		.engine = GA100_MMU_ENGINE_PHYSICAL,
		.client = GA100_MMU_CLIENT_HOST_CPU,
	};

	ga100_mmu_fault_report(card, &fault);
}

static void pramin_load(struct ga100 *card, uint32_t off, void *buf, size_t len)
{
	int ret = ga100_mem_read(card, window_addr(card, off), buf, len);

	if (!ret)
		return;
	memset(buf, 0xff, len);
	report(card, off, GA100_ACCESS_READ, ret);
}

static void pramin_store(struct ga100 *card, uint32_t off, const void *buf, size_t len)
{
	int ret = ga100_mem_write(card, window_addr(card, off), buf, len);

	if (ret)
		report(card, off, GA100_ACCESS_WRITE, ret);
}

const struct ga100_block ga100_pbus_block = {
	.name = "PBUS",
	.base = GA100_PBUS,
	.size = GA100_PBUS_SIZE,
	.read = pbus_read,
	.write = pbus_write,
};

const struct ga100_block ga100_pramin_block = {
	.name = "PRAMIN",
	.base = GA100_PRAMIN,
	.size = GA100_PRAMIN_SIZE,
	.load = pramin_load,
	.store = pramin_store,
};
