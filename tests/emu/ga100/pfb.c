// SPDX-License-Identifier: GPL-2.0-only
#include "pfb.h"

#include "ga100.h"

#define SCALE_UNIT	20
#define SCALE_MAX	15
#define MAG_MAX		63u

/* What they set has no effect on a model that caches nothing and debugs nothing */
static const uint32_t settings[GA100_PFB_SETTINGS] = {
	GA100_PFB_FLUSH_ADDR, GA100_PFB_FLUSH_ADDR_HI, GA100_PFB_MMU_CTRL,
	GA100_PFB_MMU_DEBUG_CTRL, GA100_PFB_MMU_DEBUG_WR, GA100_PFB_MMU_DEBUG_RD,
	GA100_PFB_HUB_MMU_CTRL, GA100_PFB_HUB_DEBUG_CTRL, GA100_PFB_HUB_DEBUG_WR,
	GA100_PFB_HUB_DEBUG_RD,
};

uint32_t ga100_pfb_memory_range(uint64_t size)
{
	for (uint32_t scale = 0; scale <= SCALE_MAX; scale++) {
		uint64_t mag = size >> (scale + SCALE_UNIT);

		if (mag <= MAG_MAX)
			return mag << (scale + SCALE_UNIT) == size ?
				(uint32_t)mag << GA100_PFB_MEMORY_MAG_SHIFT | scale : 0;
	}
	return 0;
}

static uint32_t *setting(struct ga100 *card, uint32_t reg)
{
	for (unsigned int i = 0; i < GA100_PFB_SETTINGS; i++)
		if (settings[i] == reg)
			return &card->pfb.settings[i];
	return NULL;
}

static bool pfb_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	const uint32_t *word = setting(card, reg);

	switch (reg) {
	case GA100_PFB_POISON_VECTOR:
		*value = GA100_VECTOR_POISON;
		return true;
	case GA100_PFB_MEMORY_RANGE:
		*value = ga100_pfb_memory_range(card->vram.size);
		return true;
	case GA100_PFB_INFO_FAULT_VECTOR:
		*value = GA100_VECTOR_INFO_FAULT;
		return true;
	case GA100_PFB_FAULT_VECTOR(GA100_FAULT_BUFFER_NONREPLAY):
		*value = GA100_VECTOR_NONREPLAY_NOTIFY << 16 | GA100_VECTOR_NONREPLAY_ERROR;
		return true;
	case GA100_PFB_FAULT_VECTOR(GA100_FAULT_BUFFER_REPLAY):
		*value = GA100_VECTOR_REPLAYABLE_NOTIFY << 16 | GA100_VECTOR_REPLAYABLE_ERROR;
		return true;
	case GA100_PFB_STRAPS:
		*value = 0;
		return true;
	default:
		if (word)
			*value = *word;
		return word;
	}
}

static bool pfb_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	uint32_t *word = setting(card, reg);

	if (word)
		*word = value;
	return word;
}

const struct ga100_block ga100_pfb_block = {
	.name = "PFB",
	.base = GA100_PFB,
	.size = GA100_PFB_SIZE,
	.read = pfb_read,
	.write = pfb_write,
};

const struct ga100_block ga100_pfb_hub_block = {
	.name = "PFB hub",
	.base = GA100_PFB_HUB,
	.size = GA100_PFB_HUB_SIZE,
	.read = pfb_read,
	.write = pfb_write,
};
