// SPDX-License-Identifier: GPL-2.0-only
/* The page that user space may map: the doorbell, and the time. */
#include "engine.h"
#include "ga100.h"

#define CLASS		0xc561		/* [doc] dev_ctrl, NV_CTRL_USERMODE_CFG0 */
#define CHANNEL_MASK	0x000007ffu
#define CHANNEL_SET(v)	((v) >> 16 & 0x7ff)

/* A runlist says which channels may be rung from here, and under which numbers */
static void ring(struct ga100 *card, uint32_t handle)
{
	unsigned int runlist = GA100_DOORBELL_RUNLIST(handle);
	uint32_t config;

	if (runlist >= GA100_CES)
		return;
	config = ga100_word(card->engines[runlist].runlist.reg, GA100_RUNLIST_VCHANNEL(0));
	if (config & GA100_RUNLIST_VCHANNEL_DOORBELL)
		ga100_channel_ring(&card->engines[runlist],
				   (GA100_DOORBELL_CHID(handle) & config & CHANNEL_MASK) |
				   CHANNEL_SET(config));
}

static bool usermode_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	switch (reg) {
	case GA100_USERMODE_CFG0:
		*value = CLASS;
		return true;
	case GA100_USERMODE_TIME_0:
		*value = ga100_time(card) & GA100_PTIMER_TIME_0_MASK;
		return true;
	case GA100_USERMODE_TIME_1:
		*value = ga100_time(card) >> 32 & GA100_PTIMER_TIME_1_MASK;
		return true;
	default:
		return false;
	}
}

static bool usermode_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	if (reg != GA100_USERMODE_DOORBELL)
		return false;
	ring(card, value);
	return true;
}

const struct ga100_block ga100_usermode_block = {
	.name = "USERMODE",
	.base = GA100_USERMODE,
	.size = GA100_USERMODE_SIZE,
	.read = usermode_read,
	.write = usermode_write,
};
