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
 * Which address space an invalidation is about is written before. Only pages are
 * remembered, and no client that replays, so the rest of what it can ask for makes no
 * difference; and it is done at once.
 */
static void invalidate(struct ga100 *card, uint32_t value)
{
	uint32_t lo = card->priv.invalidate_pdb[0];
	struct ga100_addr pdb = {
		.aperture = lo & GA100_INVALIDATE_PDB_SYS ? GA100_SYS_COHERENT : GA100_VRAM,
		.offset = (uint64_t)(lo >> 4) << 12 | (uint64_t)card->priv.invalidate_pdb[1] << 40,
	};

	if (value & GA100_INVALIDATE_TRIGGER)
		ga100_tlb_invalidate(&card->tlb, value & GA100_INVALIDATE_ALL_PDB ? 0 :
				     ga100_tlb_tag(pdb));
}

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
		invalidate(card, value);
		return true;
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
