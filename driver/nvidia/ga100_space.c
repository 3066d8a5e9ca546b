// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces: page tables in the driver's own part of video memory. The driver
 * keeps a copy of each in host memory. It reads that and never the card's, and has
 * something to write back when a reset or a loss of power may have changed them.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../gantry_device.h"
#include "ga100.h"
#include "ga100_regs.h"
#include "ga100_table.h"

static_assert(GA100_TABLE_SIZE == GA100_PAGE_SIZE);

static u64 **ga100_table_copy(struct ga100_card *card, u64 table)
{
	return &card->tables[(table - GA100_VRAM_POOL) / GA100_TABLE_SIZE];
}

static u64 *ga100_pager_words(void *priv, u64 table)
{
	return *ga100_table_copy(priv, table);
}

static void ga100_pager_changed(void *priv, u64 table, u32 first, u32 count)
{
	struct ga100_card *card = priv;
	u64 *words = ga100_pager_words(card, table);
	u32 i;

	/* What a reset writes back is not older than what is written here. */
	mutex_lock(&card->tables_lock);
	for (i = first; i < first + count; i++)
		writeq(words[i], card->reserved + table + i * sizeof(u64));
	mutex_unlock(&card->tables_lock);
}

static u64 ga100_pager_create(void *priv)
{
	struct ga100_card *card = priv;
	u64 *words = kzalloc(GA100_TABLE_SIZE, GFP_KERNEL_ACCOUNT);
	u64 table;

	if (!words)
		return 0;
	table = ga100_page_alloc(card);
	if (!table) {
		kfree(words);
		return 0;
	}
	mutex_lock(&card->tables_lock);
	*ga100_table_copy(card, table) = words;
	mutex_unlock(&card->tables_lock);
	ga100_pager_changed(card, table, 0, GA100_TABLE_WORDS);
	return table;
}

static void ga100_pager_destroy(void *priv, u64 table)
{
	struct ga100_card *card = priv;
	u64 **copy = ga100_table_copy(card, table);
	u64 *words = *copy;

	mutex_lock(&card->tables_lock);
	*copy = NULL;
	mutex_unlock(&card->tables_lock);
	kfree(words);
	ga100_page_free(card, table);
}

static const struct ga100_pager ga100_pager = {
	.create = ga100_pager_create,
	.destroy = ga100_pager_destroy,
	.words = ga100_pager_words,
	.changed = ga100_pager_changed,
};

/**
 * ga100_tables_restore - write back all page tables
 * @card: fresh from a reset
 *
 * Allocates nothing.
 */
void ga100_tables_restore(struct ga100_card *card)
{
	u32 i, j;

	mutex_lock(&card->tables_lock);
	for (i = 0; i < card->page_count; i++) {
		u64 *words = card->tables[i];
		void __iomem *table = card->reserved + GA100_VRAM_POOL + i * GA100_TABLE_SIZE;

		for (j = 0; words && j < GA100_TABLE_WORDS; j++)
			writeq(words[j], table + j * sizeof(u64));
	}
	mutex_unlock(&card->tables_lock);
	ga100_vram_flush(card);
}

/**
 * ga100_space_sync - see to it that the card sees what was written to page tables
 * @space: whose
 *
 * Needed where something else was before: the card remembers no entry that leads nowhere.
 *
 * Return: 0, -ETIMEDOUT or -EIO.
 */
int ga100_space_sync(struct ga100_space *space)
{
	struct ga100_card *card = space->card;
	int ret;

	ga100_vram_flush(card);
	mutex_lock(&card->tables_lock);
	writel(space->root >> 8, card->regs + GA100_INVALIDATE_PDB);
	writel(space->root >> 40, card->regs + GA100_INVALIDATE_PDB_HI);
	writel(GA100_INVALIDATE_TRIGGER | GA100_INVALIDATE_ALL_VA, card->regs + GA100_INVALIDATE);
	ret = ga100_wait_clear(card->regs + GA100_INVALIDATE, GA100_INVALIDATE_TRIGGER,
			       GA100_ANSWER_US);
	mutex_unlock(&card->tables_lock);
	return ret;
}

/**
 * ga100_space_map - let the channels of a space reach memory
 * @space: which
 * @va: where, nothing is there yet; whole pages of 4 KiB, like all that follows
 * @addr: what
 * @aperture: of @addr, GA100_APERTURE_*
 * @size: bytes
 *
 * Return: 0, or -ENOMEM: no memory for tables, and nothing is mapped.
 */
int ga100_space_map(struct ga100_space *space, u64 va, u64 addr, u32 aperture, u64 size)
{
	struct ga100_card *card = space->card;
	int ret;

	mutex_lock(&space->lock);
	ret = ga100_table_map(&ga100_pager, card, space->root, va, addr, aperture, size);
	if (ret)
		ga100_table_unmap(&ga100_pager, card, space->root, va, size);
	mutex_unlock(&space->lock);
	ga100_vram_flush(card);
	return ret;
}

/**
 * ga100_space_unmap - undo ga100_space_map()
 * @space: which
 * @va: where; nobody uses it any more
 * @size: bytes
 *
 * The card may remember it until ga100_space_sync().
 */
void ga100_space_unmap(struct ga100_space *space, u64 va, u64 size)
{
	mutex_lock(&space->lock);
	ga100_table_unmap(&ga100_pager, space->card, space->root, va, size);
	mutex_unlock(&space->lock);
}

/**
 * ga100_space_bind - write the part of an instance block that names its space
 * @space: which
 * @inst: the block
 */
void ga100_space_bind(struct ga100_space *space, void __iomem *inst)
{
	writel(lower_32_bits(space->root) | GA100_INST_PDB_VER2 | GA100_INST_PDB_BIG_64K |
	       GA100_APERTURE_VRAM, inst + GA100_INST_PDB_LO);
	writel(upper_32_bits(space->root), inst + GA100_INST_PDB_HI);
}

/**
 * ga100_space_init - make an empty space
 * @space: what to initialise
 * @card: its video memory can be reached
 *
 * The card may still remember one that was in the same place: ga100_space_sync().
 *
 * Return: 0 or -ENOMEM.
 */
int ga100_space_init(struct ga100_space *space, struct ga100_card *card)
{
	space->card = card;
	space->root = ga100_pager_create(card);
	if (!space->root)
		return -ENOMEM;
	mutex_init(&space->lock);
	return 0;
}

/* Undo ga100_space_init(); no channel works in it any more. */
void ga100_space_fini(struct ga100_space *space)
{
	ga100_table_destroy(&ga100_pager, space->card, space->root);
	mutex_destroy(&space->lock);
}
