/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page tables, as they are in video memory: which words are where. Nothing here knows
 * how they get there, so that tests on the host can build them, too.
 */
#ifndef GANTRY_GA100_TABLE_H
#define GANTRY_GA100_TABLE_H

#include <linux/types.h>

#define GA100_TABLE_SIZE	4096
#define GA100_TABLE_WORDS	(GA100_TABLE_SIZE / 8)

/**
 * struct ga100_pager - who keeps page tables
 * @create: make a table, all zero; returns its address in video memory, a multiple of
 *	its size, or 0
 * @destroy: free it
 * @words: what it holds, to be read and written
 * @changed: @count words from @first on were written
 */
struct ga100_pager {
	u64 (*create)(void *priv);
	void (*destroy)(void *priv, u64 table);
	u64 *(*words)(void *priv, u64 table);
	void (*changed)(void *priv, u64 table, u32 first, u32 count);
};

int ga100_table_map(const struct ga100_pager *pager, void *priv, u64 root, u64 va, u64 addr,
		    u32 aperture, u64 size);
void ga100_table_unmap(const struct ga100_pager *pager, void *priv, u64 root, u64 va, u64 size);
void ga100_table_destroy(const struct ga100_pager *pager, void *priv, u64 root);

#endif
