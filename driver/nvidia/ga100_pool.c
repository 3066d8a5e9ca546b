// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first bytes of video memory, which are for no buffer: page tables and what makes
 * a channel, in pages of 4 KiB. What a page holds is written before the card is told
 * of it, so a page is not zero when it is handed out.
 */
#include <linux/idr.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../gantry_device.h"
#include "ga100.h"

/**
 * ga100_page_alloc - take a page
 * @card: whose
 *
 * May sleep.
 *
 * Return: its address in video memory, or 0: there is none.
 */
u64 ga100_page_alloc(struct ga100_card *card)
{
	int page = ida_alloc_max(&card->pages, card->page_count - 1, GFP_KERNEL);

	return page < 0 ? 0 : GA100_VRAM_POOL + (u64)page * GA100_PAGE_SIZE;
}

/**
 * ga100_page_free - give a page back
 * @card: whose
 * @addr: from ga100_page_alloc(), or 0
 */
void ga100_page_free(struct ga100_card *card, u64 addr)
{
	if (addr)
		ida_free(&card->pages, (addr - GA100_VRAM_POOL) / GA100_PAGE_SIZE);
}

/**
 * ga100_pool_init - have pages to hand out
 * @card: it is known how much memory is reserved
 *
 * Return: 0 or -ENOMEM.
 */
int ga100_pool_init(struct ga100_card *card)
{
	mutex_init(&card->tables_lock);
	ida_init(&card->pages);
	card->page_count = (card->reserved_size - GA100_VRAM_POOL) / GA100_PAGE_SIZE;
	card->tables = kvcalloc(card->page_count, sizeof(*card->tables), GFP_KERNEL);
	return card->tables ? 0 : -ENOMEM;
}

/* Undo ga100_pool_init(); all pages have come back. */
void ga100_pool_fini(struct ga100_card *card)
{
	kvfree(card->tables);
	ida_destroy(&card->pages);
	mutex_destroy(&card->tables_lock);
}
