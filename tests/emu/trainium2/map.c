// SPDX-License-Identifier: GPL-2.0-only
#include "map.h"

#include "../../../driver/trainium/trainium_regs.h"

static const uint64_t se_engines[TRN2_SES] = TRN2_APB_SE_ENGINES;
static const uint64_t host_engines[TRN2_ENGINES_HOST] = TRN2_APB_HOST_ENGINES;
static const uint64_t se_fis[TRN2_SES] = TRN2_APB_FIS;

uint64_t trn2_engine_apb(unsigned int e)
{
	if (e >= TRN2_ENGINE_HOST_FIRST)
		return host_engines[e - TRN2_ENGINE_HOST_FIRST];
	return se_engines[e / TRN2_ENGINES_PER_SE] +
	       TRN2_ENGINE_SIZE * (e % TRN2_ENGINES_PER_SE);
}

bool trn2_engine_has_host(unsigned int e)
{
	if (e >= TRN2_ENGINE_HOST_FIRST)
		return true;
	return TRN2_SE_ENGINES_WITH_HOST >> (e % TRN2_ENGINES_PER_SE) & 1;
}

unsigned int trn2_engine_die(unsigned int e)
{
	if (e >= TRN2_ENGINE_HOST_FIRST)
		return (e - TRN2_ENGINE_HOST_FIRST) / 2;
	return e / TRN2_ENGINES_PER_SE / (TRN2_SES / TRN2_DICE);
}

static int index_in(uint64_t off, uint64_t base, uint64_t each, unsigned int count,
		    uint32_t *in)
{
	if (off < base || off - base >= each * count)
		return -1;
	*in = (off - base) % each;
	return (off - base) / each;
}

int trn2_engine_at(uint64_t off, uint32_t *in)
{
	int i;

	for (unsigned int se = 0; se < TRN2_SES; se++) {
		i = index_in(off, se_engines[se], TRN2_ENGINE_SIZE,
			     TRN2_ENGINES_PER_SE, in);
		if (i >= 0)
			return se * TRN2_ENGINES_PER_SE + i;
	}
	for (unsigned int h = 0; h < TRN2_ENGINES_HOST; h++)
		if (!index_in(off, host_engines[h], TRN2_ENGINE_SIZE, 1, in))
			return TRN2_ENGINE_HOST_FIRST + h;
	return -1;
}

int trn2_fis_at(uint64_t off, uint32_t *in)
{
	for (unsigned int se = 0; se < TRN2_SES; se++) {
		int i = index_in(off, se_fis[se], TRN2_FIS_SIZE,
				 TRN2_ENGINES_PER_SE, in);

		if (i >= 0)
			return se * TRN2_ENGINES_PER_SE + i;
	}
	return -1;
}

int trn2_core_at(uint64_t off, uint32_t *in)
{
	return index_in(off, TRN2_APB_CORE(0), TRN2_APB_CORE_SIZE, TRN2_CORES, in);
}
