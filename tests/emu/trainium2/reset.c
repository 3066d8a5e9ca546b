// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets. The contents of HBM stay: a card that forgot them would hide a driver
 * that hands out memory with somebody's bytes in it.
 */
#include "map.h"
#include "model.h"
#include "storage.h"

static void reset_engines(struct trn2_card *card, unsigned int first,
			  unsigned int count)
{
	for (unsigned int e = first; e < first + count; e++)
		udma_engine_reset(&card->engines[e]);
}

static void clear(struct trn2_card *card, uint64_t off, uint64_t size)
{
	storage_clear(card->apb + off / 4, size);
}

void trn2_reset_device(struct trn2_card *card)
{
	atomic_store(&card->in_reset, true);
	reset_engines(card, 0, TRN2_ENGINES);
	clear(card, 0, TRN2_APB_SIZE);
	trn2_misc_ram_reset(&card->misc_ram);
	trn2_misc_ram_post(&card->misc_ram, TRN2_MR_STATUS, TRN2_STATUS_IN_RESET);
	atomic_store(&card->in_reset, false);
}

void trn2_reset_cores(struct trn2_card *card, uint32_t map)
{
	for (unsigned int i = 0; i < TRN2_CORES; i++) {
		if (map & TRN2_RESET_MAP_CORE(i))
			clear(card, TRN2_APB_CORE(i), TRN2_APB_CORE_SIZE);
		if (map & TRN2_RESET_MAP_ENGINES(i))
			reset_engines(card, i * TRN2_ENGINES_PER_CORE,
				      TRN2_ENGINES_PER_CORE);
		if (map & TRN2_RESET_MAP_TOP_SP(i))
			clear(card, TRN2_APB_TOP_SP(2 * i), 2 * TRN2_TOP_SP_SIZE);
	}
}
