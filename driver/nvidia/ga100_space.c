// SPDX-License-Identifier: GPL-2.0-only
/*
 * The address space of the rings: page tables in the first bytes of video memory,
 * which no buffer gets. Only the kernel makes commands, so one space serves all
 * rings, and it is made once: video memory, all that a DMA address can name, and
 * what each ring shares with the card, low enough for the places that take 40 bits.
 */
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "../gantry_device.h"
#include "ga100.h"
#include "ga100_regs.h"

#define GA100_LEVELS		5
#define GA100_INVALIDATE_US	(100 * USEC_PER_MSEC)

/* What one entry of each level maps, from the top; all but the first two may be a page. */
static const u8 ga100_level_shift[GA100_LEVELS] = { 47, 38, 29, 21, 12 };

struct ga100_mapping {
	u64 va;
	u64 end;
	u64 addr;
	u32 aperture;
};

static u32 ga100_entry_size(u32 level)
{
	return level == 3 ? GA100_PDE0_SIZE : sizeof(u64);
}

/* Entries of a level that share a table. */
static u64 ga100_level_mask(u32 level)
{
	return level ? (1 << (ga100_level_shift[level - 1] - ga100_level_shift[level])) - 1 :
		       (1 << (GA100_VA_BITS - ga100_level_shift[0])) - 1;
}

static u64 ga100_pte(u64 addr, u32 aperture)
{
	u64 pte = GA100_PTE_VALID | (u64)aperture << GA100_PTE_APERTURE_SHIFT |
		  addr >> GA100_PTE_ADDR_SHIFT | (u64)GA100_KIND_PITCH << GA100_PTE_KIND_SHIFT;

	/* The card must not keep copies of what the processor may change. */
	return aperture == GA100_APERTURE_VRAM ? pte : pte | GA100_PTE_VOL;
}

static u64 ga100_pde(u64 table)
{
	return (u64)GA100_PDE_APERTURE_VRAM << GA100_PTE_APERTURE_SHIFT |
	       table >> GA100_PTE_ADDR_SHIFT;
}

/* Returns the address of an empty table, or 0. */
static u64 ga100_table_new(struct ga100_card *card)
{
	u64 table = card->tables_used;

	if (table + SZ_4K > GA100_VRAM_RESERVED)
		return 0;
	memset_io(card->reserved + table, 0, SZ_4K);
	card->tables_used += SZ_4K;
	return table;
}

/* Returns the table below an entry, which is made if there is none yet, or 0. */
static u64 ga100_table_below(struct ga100_card *card, void __iomem *entry, u32 level)
{
	/* The half for small pages is the second one. */
	void __iomem *pde = entry + ga100_entry_size(level) - sizeof(u64);
	u64 value = readq(pde);
	u64 table = (value & GA100_PDE_ADDR_VRAM) << GA100_PTE_ADDR_SHIFT;

	/* A card that is dying says anything, and that is no place to write to. */
	if (value)
		return table >= GA100_VRAM_TABLES && table < card->tables_used ? table : 0;
	table = ga100_table_new(card);
	if (table)
		writeq(ga100_pde(table), pde);
	return table;
}

/* Map the part of @map that @table covers, in pages as large as they can be. */
static int ga100_map_level(struct ga100_card *card, u64 table, u32 level,
			   struct ga100_mapping *map)
{
	u64 size = 1ULL << ga100_level_shift[level];
	u64 mask = ga100_level_mask(level);
	u64 index;
	int ret;

	do {
		void __iomem *entry;
		u64 below;

		index = map->va / size & mask;
		entry = card->reserved + table + index * ga100_entry_size(level);
		if (level >= 2 && !((map->va | map->addr) & (size - 1)) &&
		    map->end - map->va >= size) {
			writeq(ga100_pte(map->addr, map->aperture), entry);
			map->va += size;
			map->addr += size;
			continue;
		}
		below = ga100_table_below(card, entry, level);
		if (!below)
			return -EIO;
		ret = ga100_map_level(card, below, level + 1, map);
		if (ret)
			return ret;
	} while (map->va < map->end && index < mask);
	return 0;
}

/**
 * ga100_space_map - let the rings reach memory
 * @card: after ga100_space_init()
 * @va: where, nothing is there yet; whole pages of 4 KiB, like all that follows
 * @addr: what
 * @aperture: of @addr, GA100_APERTURE_*
 * @size: bytes
 *
 * Nothing is ever taken away, and the card remembers no entry that was invalid.
 *
 * Return: 0, or -EIO: too many tables, or the card's memory is not what was written.
 */
int ga100_space_map(struct ga100_card *card, u64 va, u64 addr, u32 aperture, u64 size)
{
	struct ga100_mapping map = {
		.va = va, .end = va + size, .addr = addr, .aperture = aperture,
	};

	return ga100_map_level(card, GA100_VRAM_TABLES, 0, &map);
}

/**
 * ga100_space_sync - see to it that the card sees what was written to page tables
 * @card: whose
 *
 * Return: 0 or -ETIMEDOUT.
 */
int ga100_space_sync(struct ga100_card *card)
{
	u32 value;

	ga100_vram_flush(card);
	writel(GA100_VRAM_TABLES >> 8, card->regs + GA100_INVALIDATE_PDB);
	writel(0, card->regs + GA100_INVALIDATE_PDB_HI);
	writel(GA100_INVALIDATE_TRIGGER | GA100_INVALIDATE_ALL_VA, card->regs + GA100_INVALIDATE);
	return readl_poll_timeout(card->regs + GA100_INVALIDATE, value,
				  !(value & GA100_INVALIDATE_TRIGGER), 10, GA100_INVALIDATE_US);
}

/**
 * ga100_space_bind - write the part of an instance block that names the space
 * @inst: the block
 */
void ga100_space_bind(void __iomem *inst)
{
	writel(GA100_VRAM_TABLES | GA100_INST_PDB_VER2 | GA100_INST_PDB_BIG_64K |
	       GA100_APERTURE_VRAM, inst + GA100_INST_PDB_LO);
	writel(0, inst + GA100_INST_PDB_HI);
}

/**
 * ga100_space_init - make the space anew
 * @card: its video memory can be reached
 *
 * Return: 0 or an error.
 */
int ga100_space_init(struct ga100_card *card)
{
	int ret;

	card->tables_used = GA100_VRAM_TABLES;
	if (!ga100_table_new(card))
		return -EIO;
	ret = ga100_space_map(card, GA100_VA_VRAM + GA100_VRAM_RESERVED, GA100_VRAM_RESERVED,
			      GA100_APERTURE_VRAM, card->vram_end - GA100_VRAM_RESERVED);
	if (!ret)
		ret = ga100_space_map(card, GA100_VA_HOST, 0, GA100_APERTURE_SYS_COHERENT,
				      BIT_ULL(GA100_DMA_BITS));
	return ret;
}
