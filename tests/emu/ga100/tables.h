/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests and benchmarks: page tables in video memory, as a driver makes them. */
#ifndef GA100_TABLES_H
#define GA100_TABLES_H

#include "ga100.h"

/**
 * struct ga100_tables - an address space
 * @card: whose
 * @next: where the next table goes
 * @end: where there is room no more
 * @pdb: top directory
 */
struct ga100_tables {
	struct ga100 *card;
	uint64_t next;
	uint64_t end;
	uint64_t pdb;
};

/** ga100_tables_init() - an empty space, whose tables come to [@begin, @end) */
void ga100_tables_init(struct ga100_tables *tables, struct ga100 *card, uint64_t begin,
		       uint64_t end);

/** ga100_tables_set() - put an entry as it is; @shift of its page: 12, 16, 21 or 29 */
void ga100_tables_set(struct ga100_tables *tables, uint64_t va, unsigned int shift, uint64_t pte);

/** ga100_tables_map() - let one page stand for @to; @flags: further GA100_PTE_* */
void ga100_tables_map(struct ga100_tables *tables, uint64_t va, struct ga100_addr to,
		      unsigned int shift, uint64_t flags);

/** ga100_tables_sync() - tell the card that they were changed */
void ga100_tables_sync(struct ga100_tables *tables);

#endif
