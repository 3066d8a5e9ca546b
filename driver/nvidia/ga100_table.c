// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/types.h>

#include "ga100_regs.h"
#include "ga100_table.h"

/* PDE3, PDE2, PDE1, PDE0 and small pages. */
#define GA100_LEVELS		5
#define GA100_LEVEL_PDE1	2
#define GA100_LEVEL_PDE0	3
#define GA100_LEVEL_SMALL	4

/* What one entry of each level covers. From PDE1 on it may be a page. */
static const u8 ga100_level_shift[GA100_LEVELS] = { 47, 38, 29, 21, 12 };

/**
 * struct ga100_walk - what of an address range is still to be done
 * @pager: who keeps the tables
 * @priv: of @pager
 * @va: next virtual address
 * @end: behind the last
 * @addr: what is to be found at @va
 * @aperture: of @addr
 */
struct ga100_walk {
	const struct ga100_pager *pager;
	void *priv;
	u64 va;
	u64 end;
	u64 addr;
	u32 aperture;
};

/* Words of an entry. PDE0 has a half for big pages, which are not used, and one for small. */
static u32 ga100_entry_words(u32 level)
{
	return level == GA100_LEVEL_PDE0 ? GA100_PDE0_SIZE / 8 : 1;
}

/* The last entry of a table. */
static u32 ga100_level_last(u32 level)
{
	u32 above = level ? ga100_level_shift[level - 1] : GA100_VA_BITS;

	return (1 << (above - ga100_level_shift[level])) - 1;
}

static u32 ga100_level_index(u32 level, u64 va)
{
	return va >> ga100_level_shift[level] & ga100_level_last(level);
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

/* The table below an entry, or 0. */
static u64 ga100_entry_table(const u64 *entry, u32 level)
{
	u64 pde = entry[ga100_entry_words(level) - 1];

	if (level == GA100_LEVEL_SMALL || pde & GA100_PDE_IS_PTE)
		return 0;
	return (pde & GA100_PDE_ADDR_VRAM) << GA100_PTE_ADDR_SHIFT;
}

static u64 ga100_entry_extend(const struct ga100_walk *walk, u64 *entry, u32 level)
{
	u64 table = ga100_entry_table(entry, level);

	if (table)
		return table;
	table = walk->pager->create(walk->priv);
	if (table)
		entry[ga100_entry_words(level) - 1] = ga100_pde(table);
	return table;
}

/* Is the next page one of this level? Where small ones were, small ones will do. */
static bool ga100_page_fits(const struct ga100_walk *walk, const u64 *entry, u32 level)
{
	u64 size = 1ULL << ga100_level_shift[level];

	return level >= GA100_LEVEL_PDE1 && !((walk->va | walk->addr) & (size - 1)) &&
	       walk->end - walk->va >= size && !ga100_entry_table(entry, level);
}

/* Map the part of @walk that @table covers, in pages as large as they can be. */
static int ga100_map_level(struct ga100_walk *walk, u64 table, u32 level)
{
	const struct ga100_pager *pager = walk->pager;
	u64 *words = pager->words(walk->priv, table);
	u64 size = 1ULL << ga100_level_shift[level];
	u32 width = ga100_entry_words(level);
	u32 first = ga100_level_index(level, walk->va);
	u32 last = ga100_level_last(level);
	u32 index;
	int ret = 0;

	for (index = first; index <= last && walk->va < walk->end && !ret; index++) {
		u64 *entry = words + index * width;
		u64 below;

		if (ga100_page_fits(walk, entry, level)) {
			entry[0] = ga100_pte(walk->addr, walk->aperture);
			walk->va += size;
			walk->addr += size;
			continue;
		}
		below = ga100_entry_extend(walk, entry, level);
		ret = below ? ga100_map_level(walk, below, level + 1) : -ENOMEM;
	}
	pager->changed(walk->priv, table, first * width, (index - first) * width);
	return ret;
}

/**
 * ga100_table_map - enter memory into page tables
 * @pager: who keeps them
 * @priv: of @pager
 * @root: the topmost
 * @va: where, nothing is there yet; whole pages of 4 KiB, like all that follows
 * @addr: what
 * @aperture: of @addr, GA100_APERTURE_*
 * @size: bytes
 *
 * Return: 0, or -ENOMEM: no more tables, and some of it may be there.
 */
int ga100_table_map(const struct ga100_pager *pager, void *priv, u64 root, u64 va, u64 addr,
		    u32 aperture, u64 size)
{
	struct ga100_walk walk = {
		.pager = pager, .priv = priv,
		.va = va, .end = va + size, .addr = addr, .aperture = aperture,
	};

	return ga100_map_level(&walk, root, 0);
}

static void ga100_unmap_level(struct ga100_walk *walk, u64 table, u32 level)
{
	const struct ga100_pager *pager = walk->pager;
	u64 *words = pager->words(walk->priv, table);
	u64 size = 1ULL << ga100_level_shift[level];
	u32 width = ga100_entry_words(level);
	u32 first = ga100_level_index(level, walk->va);
	u32 last = ga100_level_last(level);
	u32 index;

	for (index = first; index <= last && walk->va < walk->end; index++) {
		u64 *entry = words + index * width;
		u64 below = ga100_entry_table(entry, level);

		if (below) {
			ga100_unmap_level(walk, below, level + 1);
		} else {
			entry[0] = 0;
			walk->va = (walk->va | (size - 1)) + 1;
		}
	}
	pager->changed(walk->priv, table, first * width, (index - first) * width);
}

/**
 * ga100_table_unmap - take memory out of page tables
 * @pager: who keeps them
 * @priv: of @pager
 * @root: the topmost
 * @va: as it was mapped, whole or in part; whole pages of 4 KiB, like @size
 * @size: bytes
 *
 * The tables stay, for what will be mapped there next.
 */
void ga100_table_unmap(const struct ga100_pager *pager, void *priv, u64 root, u64 va, u64 size)
{
	struct ga100_walk walk = {
		.pager = pager, .priv = priv, .va = va, .end = va + size,
	};

	ga100_unmap_level(&walk, root, 0);
}

static void ga100_destroy_level(const struct ga100_pager *pager, void *priv, u64 table, u32 level)
{
	u64 *words = pager->words(priv, table);
	u32 width = ga100_entry_words(level);
	u32 index;

	for (index = 0; level < GA100_LEVEL_SMALL && index <= ga100_level_last(level); index++) {
		u64 below = ga100_entry_table(words + index * width, level);

		if (below)
			ga100_destroy_level(pager, priv, below, level + 1);
	}
	pager->destroy(priv, table);
}

/**
 * ga100_table_destroy - free page tables
 * @pager: who keeps them
 * @priv: of @pager
 * @root: the topmost, which goes, too
 */
void ga100_table_destroy(const struct ga100_pager *pager, void *priv, u64 root)
{
	ga100_destroy_level(pager, priv, root, 0);
}
