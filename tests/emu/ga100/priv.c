// SPDX-License-Identifier: GPL-2.0-only
#include "priv.h"

#include "ga100.h"

static uint32_t *scratch(struct ga100 *card, uint32_t reg)
{
	struct ga100_priv *priv = &card->priv;

	switch (reg) {
	case GA100_INVALIDATE_PDB:
		return &priv->invalidate_pdb[0];
	case GA100_INVALIDATE_PDB_HI:
		return &priv->invalidate_pdb[1];
	default:
		if (reg >= GA100_MAILBOX(0) && reg < GA100_MAILBOX(GA100_PRIV_MAILBOXES))
			return &priv->mailbox[(reg - GA100_MAILBOX(0)) / 4];
		return NULL;
	}
}

/*
 * Every walk reads the tables, so that nothing is ever cached and all that is asked
 * for here is done at once.
 */
static bool own_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	uint32_t *word = scratch(card, reg);

	switch (reg) {
	case GA100_BAR1_BLOCK:
		*value = ga100_window_block(&card->bar1);
		return true;
	case GA100_BAR2_BLOCK:
		*value = ga100_window_block(&card->bar2);
		return true;
	case GA100_BIND_STATUS:
	case GA100_INVALIDATE:
	case GA100_L2_SYSMEM_INVALIDATE:
	case GA100_L2_PEERMEM_INVALIDATE:
		*value = 0;
		return true;
	default:
		if (word)
			*value = *word;
		return word;
	}
}

static bool own_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	uint32_t *word = scratch(card, reg);

	switch (reg) {
	case GA100_BAR1_BLOCK:
		ga100_window_bind(card, &card->bar1, value);
		return true;
	case GA100_BAR2_BLOCK:
		ga100_window_bind(card, &card->bar2, value);
		return true;
	case GA100_INVALIDATE:
	case GA100_L2_SYSMEM_INVALIDATE:
	case GA100_L2_PEERMEM_INVALIDATE:
		return true;
	default:
		if (word)
			*word = value;
		return word;
	}
}

static bool priv_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	return ga100_intr_read(card, reg, value) || ga100_mmu_fault_read(card, reg, value) ||
		own_read(card, reg, value);
}

static bool priv_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	return ga100_intr_write(card, reg, value) || ga100_mmu_fault_write(card, reg, value) ||
		own_write(card, reg, value);
}

const struct ga100_block ga100_priv_block = {
	.name = "PRIV",
	.base = GA100_PRIV,
	.size = GA100_PRIV_SIZE,
	.read = priv_read,
	.write = priv_write,
};
