/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page-table entries that the card remembers. They are what makes a driver tell
 * the card when it changed one: until then the old one may serve.
 */
#ifndef GA100_TLB_H
#define GA100_TLB_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

#define GA100_TLB_ENTRIES	4096u

/**
 * struct ga100_tlb_entry - one entry that was found valid
 * @pdb: of the address space, see ga100_tlb_tag(); 0: none
 * @page: virtual address / 4096
 * @pte: the entry
 * @shift: of the page
 */
struct ga100_tlb_entry {
	uint64_t pdb;
	uint64_t page;
	uint64_t pte;
	uint8_t shift;
};

/**
 * struct ga100_tlb - all of them, by a hash of the address
 * @lock: guards the rest
 * @epoch: counts invalidations, so that none misses an entry on its way in
 * @entries: what is remembered
 */
struct ga100_tlb {
	pthread_mutex_t lock;
	uint64_t epoch;
	struct ga100_tlb_entry entries[GA100_TLB_ENTRIES];
};

void ga100_tlb_init(struct ga100_tlb *tlb);
void ga100_tlb_fini(struct ga100_tlb *tlb);

/** ga100_tlb_tag() - how an address space is known here; never 0 */
uint64_t ga100_tlb_tag(struct ga100_addr pdb);

/**
 * ga100_tlb_find() - look an address up
 * @found: @found->pdb and @found->page say what is wanted; the rest is filled in
 * @epoch: out, if it is not there: for ga100_tlb_add()
 *
 * Return: it is there.
 */
bool ga100_tlb_find(struct ga100_tlb *tlb, struct ga100_tlb_entry *found, uint64_t *epoch);

/** ga100_tlb_add() - remember, unless something was invalidated since @epoch */
void ga100_tlb_add(struct ga100_tlb *tlb, const struct ga100_tlb_entry *entry, uint64_t epoch);

/** ga100_tlb_invalidate() - forget an address space; 0: all of them */
void ga100_tlb_invalidate(struct ga100_tlb *tlb, uint64_t pdb);

#endif
