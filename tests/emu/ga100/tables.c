// SPDX-License-Identifier: GPL-2.0-only
#include "tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t *entry_in(struct ga100_tables *tables, uint64_t at)
{
	return (uint64_t *)(tables->card->vram.at + at);
}

static uint64_t new_table(struct ga100_tables *tables)
{
	uint64_t at = tables->next;

	if (at + 0x1000 > tables->end) {
		fprintf(stderr, "too many page tables\n");
		abort();
	}
	tables->next += 0x1000;
	memset(tables->card->vram.at + at, 0, 0x1000);
	return at;
}

void ga100_tables_init(struct ga100_tables *tables, struct ga100 *card, uint64_t begin,
		       uint64_t end)
{
	*tables = (struct ga100_tables){ .card = card, .next = begin, .end = end };
	tables->pdb = new_table(tables);
}

/* The table that an entry leads to, made if there is none */
static uint64_t table_below(struct ga100_tables *tables, uint64_t entry)
{
	uint64_t pde = *entry_in(tables, entry), table;

	if (GA100_PDE_APERTURE(pde) == GA100_PDE_APERTURE_VRAM)
		return (pde & GA100_PDE0_ADDR_BIG_VRAM) << GA100_PTE_ADDR_SHIFT;
	table = new_table(tables);
	*entry_in(tables, entry) = table >> GA100_PTE_ADDR_SHIFT | GA100_PDE_APERTURE_VRAM << 1;
	return table;
}

static uint64_t entry_at(struct ga100_tables *tables, uint64_t va, unsigned int shift)
{
	uint64_t pde2 = table_below(tables, tables->pdb + 8 * (va >> 47 & 3));
	uint64_t pde1 = table_below(tables, pde2 + 8 * (va >> 38 & 0x1ff));
	uint64_t entry = pde1 + 8 * (va >> 29 & 0x1ff);

	if (shift == 29)
		return entry;
	entry = table_below(tables, entry) + GA100_PDE0_SIZE * (va >> 21 & 0xff);
	if (shift == 21)
		return entry;
	if (shift == 16)
		return table_below(tables, entry) + 8 * (va >> 16 & 0x1f);
	return table_below(tables, entry + 8) + 8 * (va >> 12 & 0x1ff);
}

void ga100_tables_set(struct ga100_tables *tables, uint64_t va, unsigned int shift, uint64_t pte)
{
	*entry_in(tables, entry_at(tables, va, shift)) = pte;
}

void ga100_tables_map(struct ga100_tables *tables, uint64_t va, struct ga100_addr to,
		      unsigned int shift, uint64_t flags)
{
	ga100_tables_set(tables, va, shift, GA100_PTE_VALID | flags |
			 (uint64_t)to.aperture << GA100_PTE_APERTURE_SHIFT |
			 to.offset >> GA100_PTE_ADDR_SHIFT);
}

static void set_reg(struct ga100_tables *tables, uint32_t reg, uint32_t value)
{
	ga100_bar_write(tables->card, GA100_BAR_REGS, reg, &value, sizeof(value));
}

void ga100_tables_sync(struct ga100_tables *tables)
{
	set_reg(tables, GA100_INVALIDATE_PDB, (uint32_t)(tables->pdb >> 12) << 4);
	set_reg(tables, GA100_INVALIDATE_PDB_HI, 0);
	set_reg(tables, GA100_INVALIDATE, GA100_INVALIDATE_TRIGGER | GA100_INVALIDATE_ALL_VA);
}
