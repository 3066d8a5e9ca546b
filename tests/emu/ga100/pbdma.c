// SPDX-License-Identifier: GPL-2.0-only
/* The registers of the PBDMAs, and their interrupts. */
#include "engine.h"
#include "ga100.h"

/* Registers that hold the state of the channel, and those that software may fix */
#define STATE_END	0x100

void ga100_pbdma_reset(struct ga100_engine *engine)
{
	struct ga100_pbdma *pbdma = &engine->pbdma;

	for (unsigned int w = 0; w < GA100_PBDMA_STRIDE / 4; w++)
		atomic_store(&pbdma->reg[w], 0);
	ga100_set_word(pbdma->reg, GA100_PBDMA_CFG0, GA100_MMU_ENGINE_HOST(engine->index));
	pbdma->loaded = false;
	pbdma->fetched = 0;
}

bool ga100_pbdma_frozen(const struct ga100_engine *engine)
{
	return ga100_word(engine->pbdma.reg, GA100_PBDMA_INTR_0) ||
		ga100_word(engine->pbdma.reg, GA100_PBDMA_INTR_1);
}

bool ga100_pbdma_pending(const struct ga100_engine *engine, unsigned int tree)
{
	const _Atomic uint32_t *reg = engine->pbdma.reg;

	return ga100_word(reg, GA100_PBDMA_INTR_0) &
			ga100_word(reg, GA100_PBDMA_INTR_0_EN_SET(tree)) ||
		ga100_word(reg, GA100_PBDMA_INTR_1) &
			ga100_word(reg, GA100_PBDMA_INTR_1_EN_SET(tree));
}

static void pass_on(struct ga100_engine *engine)
{
	for (unsigned int tree = 0; tree < GA100_RUNLIST_INTR_TREES; tree++)
		if (ga100_pbdma_pending(engine, tree))
			ga100_runlist_pbdma(engine, tree);
}

enum ga100_step ga100_pbdma_interrupt(struct ga100_engine *engine, uint32_t intr_0,
				      uint32_t intr_1)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;

	atomic_fetch_or(&reg[GA100_PBDMA_INTR_0 / 4], intr_0);
	atomic_fetch_or(&reg[GA100_PBDMA_INTR_1 / 4], intr_1);
	pass_on(engine);
	return GA100_STEP_FROZEN;
}

enum ga100_step ga100_pbdma_fault(struct ga100_engine *engine, const struct ga100_bad_access *bad)
{
	struct ga100_mmu_fault fault = {
		.inst = engine->pbdma.chan.inst,
		.va = bad->va,
		.type = bad->fault,
		.access = bad->access,
		.engine = GA100_MMU_ENGINE_HOST(engine->index),
		.client = GA100_MMU_CLIENT_HOST,
		.replay_enabled = engine->pbdma.host.replayable,
	};

	ga100_channel_mark(engine, GA100_CHRAM_PBDMA_FAULTED, 0);
	ga100_mmu_fault_report(engine->card, &fault);
	return GA100_STEP_FAULT;
}

static uint32_t status(const struct ga100_engine *engine)
{
	uint32_t sched = ga100_word(engine->pbdma.reg, GA100_PBDMA_STATUS_SCHED);
	uint32_t state = GA100_PBDMA_EMPTY;

	if (GA100_ENGINE_CTX(sched) != GA100_CTX_INVALID)
		state = ga100_pbdma_frozen(engine) ? GA100_PBDMA_SUSPENDED : GA100_PBDMA_BUSY;
	return state << GA100_PBDMA_STATUS_GPF_SHIFT | state << GA100_PBDMA_STATUS_GPP_SHIFT |
		state << GA100_PBDMA_STATUS_PBP_SHIFT | state << GA100_PBDMA_STATUS_MP_SHIFT |
		state << GA100_PBDMA_STATUS_ALL_SHIFT;
}

/* Each pair of enable registers shows the same */
static uint32_t shown(uint32_t off)
{
	if (off >= GA100_PBDMA_INTR_0_EN_CLEAR(0) && off <= GA100_PBDMA_INTR_0_EN_CLEAR(1))
		return off - GA100_PBDMA_INTR_0_EN_CLEAR(0) + GA100_PBDMA_INTR_0_EN_SET(0);
	if (off >= GA100_PBDMA_INTR_1_EN_CLEAR(0) && off <= GA100_PBDMA_INTR_1_EN_CLEAR(1))
		return off - GA100_PBDMA_INTR_1_EN_CLEAR(0) + GA100_PBDMA_INTR_1_EN_SET(0);
	return off;
}

static struct ga100_engine *engine_at(struct ga100 *card, uint32_t reg, uint32_t *off)
{
	*off = (reg - GA100_PBDMA_BASE(0)) % GA100_PBDMA_STRIDE;
	return &card->engines[(reg - GA100_PBDMA_BASE(0)) / GA100_PBDMA_STRIDE];
}

static bool pbdma_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	uint32_t off;
	const struct ga100_engine *engine = engine_at(card, reg, &off);

	if (off >= 0x200)
		return false;
	*value = off == GA100_PBDMA_STATUS ? status(engine) :
		ga100_word(engine->pbdma.reg, shown(off));
	return true;
}

/*
 * The state of a channel may be mended while the PBDMA stands still. Whoever writes
 * to it while it works gets an interrupt instead.
 */
static bool write_state(struct ga100_engine *engine, uint32_t off, uint32_t value)
{
	ga100_engine_lock(engine);
	if (engine->pbdma.loaded && !ga100_pbdma_frozen(engine)) {
		ga100_pbdma_interrupt(engine, GA100_PBDMA_INTR_PRI, 0);
	} else {
		ga100_set_word(engine->pbdma.reg, off, value);
		engine->pbdma.fetched = 0;
	}
	ga100_engine_unlock(engine);
	return true;
}

static bool write_interrupt(struct ga100_engine *engine, uint32_t off, uint32_t value)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;

	switch (off) {
	case GA100_PBDMA_INTR_0:
	case GA100_PBDMA_INTR_1:
		atomic_fetch_and(&reg[off / 4], ~value);
		ga100_engine_kick(engine);
		return true;
	case GA100_PBDMA_INTR_0_EN_SET(0):
	case GA100_PBDMA_INTR_0_EN_SET(1):
	case GA100_PBDMA_INTR_1_EN_SET(0):
	case GA100_PBDMA_INTR_1_EN_SET(1):
		atomic_fetch_or(&reg[off / 4], value);
		pass_on(engine);
		return true;
	case GA100_PBDMA_INTR_0_EN_CLEAR(0):
	case GA100_PBDMA_INTR_0_EN_CLEAR(1):
	case GA100_PBDMA_INTR_1_EN_CLEAR(0):
	case GA100_PBDMA_INTR_1_EN_CLEAR(1):
		atomic_fetch_and(&reg[shown(off) / 4], ~value);
		return true;
	default:
		return false;
	}
}

static bool pbdma_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	uint32_t off;
	struct ga100_engine *engine = engine_at(card, reg, &off);

	if (off < STATE_END || off == GA100_PBDMA_GP_SHADOW_0 ||
	    off == GA100_PBDMA_GP_SHADOW_1 || off == GA100_PBDMA_HDR_SHADOW)
		return write_state(engine, off, value);
	return write_interrupt(engine, off, value);
}

const struct ga100_block ga100_pbdma_block = {
	.name = "PBDMA",
	.base = GA100_PBDMA_BASE(0),
	.size = GA100_CES * GA100_PBDMA_STRIDE,
	.read = pbdma_read,
	.write = pbdma_write,
};
