// SPDX-License-Identifier: GPL-2.0-only
#include "bar0.h"

#include <string.h>

#include "ga100.h"

/* Ascending, and none overlaps another */
static const struct ga100_block *const blocks[] = {
	&ga100_pmc_block,
	&ga100_pbus_block,
	&ga100_ptimer_block,
	&ga100_ptop_block,
	&ga100_pbdma_block,
	&ga100_xve_block,
	&ga100_pfb_block,
	&ga100_ce_block,
	&ga100_gfw_block,
	&ga100_pfb_hub_block,
	&ga100_prom_block,
	&ga100_pramin_block,
	&ga100_fuse_block,
	&ga100_priv_block,
	&ga100_usermode_block,
	&ga100_runlist_block,
};

static const struct ga100_block *find(uint32_t off)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (off >= blocks[i]->base && off - blocks[i]->base < blocks[i]->size)
			return blocks[i];
	return NULL;
}

static uint32_t read_register(struct ga100 *card, const struct ga100_block *block, uint32_t reg)
{
	uint32_t value;

	if (block && block->read && block->read(card, reg, &value))
		return value;
	ga100_pbus_unanswered(card, reg, false, 0);
	return GA100_PRI_ERROR_DECODE;
}

static void write_register(struct ga100 *card, const struct ga100_block *block, uint32_t reg,
			   uint32_t value)
{
	if (!block || !block->write || !block->write(card, reg, value))
		ga100_pbus_unanswered(card, reg, true, value);
}

/* How much of an access lies in one register, or in one block of memory */
static size_t piece(const struct ga100_block *block, uint32_t off, size_t len)
{
	size_t end = 4 - off % 4;

	if (block && block->load)
		end = block->base + block->size - off;
	return len < end ? len : end;
}

void ga100_bar0_read(struct ga100 *card, uint32_t off, void *buf, size_t len)
{
	uint8_t *to = buf;

	while (len) {
		const struct ga100_block *block = find(off);
		size_t some = piece(block, off, len);
		uint32_t value;

		if (block && block->load) {
			block->load(card, off, to, some);
		} else {
			value = read_register(card, block, off & ~3u);
			memcpy(to, (uint8_t *)&value + off % 4, some);
		}
		off += some;
		to += some;
		len -= some;
	}
}

void ga100_bar0_write(struct ga100 *card, uint32_t off, const void *buf, size_t len)
{
	const uint8_t *from = buf;

	while (len) {
		const struct ga100_block *block = find(off);
		size_t some = piece(block, off, len);
		uint32_t value;

		if (block && block->store) {
			block->store(card, off, from, some);
		} else if (some == 4) {
			memcpy(&value, from, 4);
			write_register(card, block, off, value);
		}
		off += some;
		from += some;
		len -= some;
	}
}
