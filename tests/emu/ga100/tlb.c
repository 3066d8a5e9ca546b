// SPDX-License-Identifier: GPL-2.0-only
#include "tlb.h"

#include <string.h>

/* A page directory is aligned, which leaves bits for where it is and for "taken" */
#define TAG_TAKEN	0x800ULL

void ga100_tlb_init(struct ga100_tlb *tlb)
{
	memset(tlb, 0, sizeof(*tlb));
	pthread_mutex_init(&tlb->lock, NULL);
}

void ga100_tlb_fini(struct ga100_tlb *tlb)
{
	pthread_mutex_destroy(&tlb->lock);
}

/* Both kinds of host memory are one, as they are when an invalidation names them */
uint64_t ga100_tlb_tag(struct ga100_addr pdb)
{
	return (pdb.offset & ~0xfffULL) | (pdb.aperture != GA100_VRAM) | TAG_TAKEN;
}

static struct ga100_tlb_entry *place(struct ga100_tlb *tlb, uint64_t pdb, uint64_t page)
{
	uint64_t hash = (page ^ page >> 12 ^ pdb >> 12) * 0x9e3779b97f4a7c15;

	return &tlb->entries[hash >> 32 & (GA100_TLB_ENTRIES - 1)];
}

bool ga100_tlb_find(struct ga100_tlb *tlb, struct ga100_tlb_entry *found, uint64_t *epoch)
{
	const struct ga100_tlb_entry *entry = place(tlb, found->pdb, found->page);
	bool is;

	pthread_mutex_lock(&tlb->lock);
	is = entry->pdb == found->pdb && entry->page == found->page;
	if (is)
		*found = *entry;
	*epoch = tlb->epoch;
	pthread_mutex_unlock(&tlb->lock);
	return is;
}

void ga100_tlb_add(struct ga100_tlb *tlb, const struct ga100_tlb_entry *entry, uint64_t epoch)
{
	pthread_mutex_lock(&tlb->lock);
	if (tlb->epoch == epoch)
		*place(tlb, entry->pdb, entry->page) = *entry;
	pthread_mutex_unlock(&tlb->lock);
}

void ga100_tlb_invalidate(struct ga100_tlb *tlb, uint64_t pdb)
{
	pthread_mutex_lock(&tlb->lock);
	tlb->epoch++;
	for (unsigned int i = 0; i < GA100_TLB_ENTRIES; i++)
		if (!pdb || tlb->entries[i].pdb == pdb)
			tlb->entries[i].pdb = 0;
	pthread_mutex_unlock(&tlb->lock);
}
