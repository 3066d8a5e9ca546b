// SPDX-License-Identifier: GPL-2.0-only
/* The registers of the runlists, and the interrupts that they gather. */
#include <string.h>

#include "engine.h"
#include "ga100.h"

#define CHRAM		(GA100_CHRAM_BASE(0) - GA100_RUNLIST_BASE(0))
#define CHRAM_SIZE	(4 * GA100_CHANNELS)
#define STRIDE		(GA100_RUNLIST_BASE(1) - GA100_RUNLIST_BASE(0))
/* Subchannel 4 leads to the copy engine */
#define CONFIG_SUBCH4	0x00000400
#define CONFIG_INIT	0x00000010
#define INTR_LATCHED	(GA100_RUNLIST_INTR_ALL & ~GA100_RUNLIST_INTR_PBDMAS)

void ga100_runlist_reset(struct ga100_engine *engine)
{
	struct ga100_runlist *rl = &engine->runlist;
	unsigned int i = engine->index;

	for (unsigned int w = 0; w < GA100_RUNLIST_SIZE / 4; w++)
		atomic_store(&rl->reg[w], 0);
	for (unsigned int c = 0; c < GA100_CHANNELS; c++)
		atomic_store(&rl->chram[c], 0);
	ga100_set_word(rl->reg, GA100_RUNLIST_CONFIG, CONFIG_INIT | CONFIG_SUBCH4);
	ga100_set_word(rl->reg, GA100_RUNLIST_CHANNEL_CONFIG,
		       GA100_CHRAM_BASE(i) | GA100_CHANNELS_LOG2);
	ga100_set_word(rl->reg, GA100_RUNLIST_DOORBELL_CONFIG,
		       i << GA100_RUNLIST_DOORBELL_ID_SHIFT);
	ga100_set_word(rl->reg, GA100_RUNLIST_PBDMA_CONFIG(0),
		       GA100_PBDMA_BASE(i) | GA100_RUNLIST_PBDMA_VALID);
	ga100_set_word(rl->reg, GA100_RUNLIST_ACQ_PRETEST, GA100_RUNLIST_ACQ_PRETEST_INIT);
	ga100_set_word(rl->reg, GA100_RUNLIST_IDLE_FILTER, GA100_RUNLIST_IDLE_FILTER_INIT);
	ga100_set_word(rl->reg, GA100_RUNLIST_INTR_VECTOR(0), GA100_RUNLIST_VECTOR(i) |
		       GA100_RUNLIST_VECTOR_GSP | GA100_RUNLIST_VECTOR_CPU);
	ga100_set_word(rl->reg, GA100_RUNLIST_INTR_VECTOR(1), GA100_RUNLIST_EXTRA_VECTOR(i) |
		       GA100_RUNLIST_VECTOR_GSP | GA100_RUNLIST_VECTOR_CPU);
	ga100_set_word(rl->reg, GA100_RUNLIST_INFO,
		       GA100_RUNLIST_INFO_ENGINE_IDLE | GA100_RUNLIST_INFO_IDLE);
	for (unsigned int e = 0; e < GA100_RUNLIST_ENGINES; e++)
		ga100_set_word(rl->reg, GA100_RUNLIST_CTXSW_TIMEOUT(e),
			       GA100_RUNLIST_CTXSW_TIMEOUT_INIT);
	for (unsigned int f = 0; f < 64; f++)
		ga100_set_word(rl->reg, GA100_RUNLIST_VCHANNEL(f), GA100_RUNLIST_VCHANNEL_INIT);
}

static uint32_t enabled(const struct ga100_runlist *rl, unsigned int tree)
{
	return ga100_word(rl->reg, GA100_RUNLIST_INTR_EN_SET(tree));
}

static void raise(struct ga100_engine *engine, unsigned int tree)
{
	uint32_t vector = ga100_word(engine->runlist.reg, GA100_RUNLIST_INTR_VECTOR(tree));

	if (vector & GA100_RUNLIST_VECTOR_CPU)
		ga100_intr_raise(engine->card, GA100_RUNLIST_INTR_VECTOR_ID(vector));
}

void ga100_runlist_interrupt(struct ga100_engine *engine, uint32_t bits)
{
	struct ga100_runlist *rl = &engine->runlist;

	atomic_fetch_or(&rl->reg[GA100_RUNLIST_INTR / 4], bits);
	for (unsigned int tree = 0; tree < GA100_RUNLIST_INTR_TREES; tree++)
		if (bits & enabled(rl, tree))
			raise(engine, tree);
}

void ga100_runlist_pbdma(struct ga100_engine *engine, unsigned int tree)
{
	if (enabled(&engine->runlist, tree) & GA100_RUNLIST_INTR_PBDMA(0, tree))
		raise(engine, tree);
}

/* The PBDMA's bits show what it has; they are not latched here */
static uint32_t pending(const struct ga100_engine *engine)
{
	uint32_t bits = ga100_word(engine->runlist.reg, GA100_RUNLIST_INTR);

	for (unsigned int tree = 0; tree < GA100_RUNLIST_INTR_TREES; tree++)
		if (ga100_pbdma_pending(engine, tree))
			bits |= GA100_RUNLIST_INTR_PBDMA(0, tree);
	return bits;
}

bool ga100_runlist_read(struct ga100_engine *engine, uint32_t off, uint32_t *value)
{
	const struct ga100_runlist *rl = &engine->runlist;

	switch (off) {
	case GA100_RUNLIST_INTR:
		*value = pending(engine);
		return true;
	case GA100_RUNLIST_INTR_EN_CLEAR(0):
	case GA100_RUNLIST_INTR_EN_CLEAR(1):
		off -= GA100_RUNLIST_INTR_EN_CLEAR(0) - GA100_RUNLIST_INTR_EN_SET(0);
		break;
	case GA100_RUNLIST_INTR_MASK_CLEAR:
		off = GA100_RUNLIST_INTR_MASK_SET;
		break;
	case GA100_RUNLIST_INTERNAL_DOORBELL:
	case GA100_RUNLIST_INTR_RETRIGGER(0):
	case GA100_RUNLIST_INTR_RETRIGGER(1):
		return false;
	}
	*value = ga100_word(rl->reg, off);
	return true;
}

static void submit(struct ga100_engine *engine, uint32_t value)
{
	struct ga100_runlist *rl = &engine->runlist;
	uint32_t lo = ga100_word(rl->reg, GA100_RUNLIST_SUBMIT_BASE_LO);

	pthread_mutex_lock(&rl->submit_lock);
	rl->base.aperture = (enum ga100_aperture)(lo & 3);
	rl->base.offset = (uint64_t)(ga100_word(rl->reg, GA100_RUNLIST_SUBMIT_BASE_HI) & 0xff)
		<< 32 | (lo & ~0xfffu);
	rl->submit = value;
	rl->reading = false;
	ga100_set_word(rl->reg, GA100_RUNLIST_SUBMIT, value);
	atomic_fetch_or(&rl->reg[GA100_RUNLIST_SUBMIT_INFO / 4], GA100_RUNLIST_SUBMIT_PENDING);
	pthread_mutex_unlock(&rl->submit_lock);
	ga100_engine_kick(engine);
}

static void preempt(struct ga100_engine *engine, uint32_t value)
{
	_Atomic uint32_t *reg = &engine->runlist.reg[GA100_RUNLIST_PREEMPT / 4];
	uint32_t type = GA100_RUNLIST_PREEMPT_TYPE(value);
	uint32_t word = value & GA100_RUNLIST_PREEMPT_ID;

	word |= type << GA100_RUNLIST_PREEMPT_TYPE_SHIFT;
	if (type == GA100_RUNLIST_PREEMPT_TSG)
		word |= GA100_RUNLIST_PREEMPT_TSG_PENDING;
	else if (type == GA100_RUNLIST_PREEMPT_RUNLIST)
		word |= GA100_RUNLIST_PREEMPT_PENDING;
	else
		return;
	/* A second request does not take back a first one of the other kind */
	word |= atomic_load(reg) &
		(GA100_RUNLIST_PREEMPT_TSG_PENDING | GA100_RUNLIST_PREEMPT_PENDING);
	atomic_store(reg, word);
	ga100_engine_kick(engine);
}

/* What is pending already must not get lost */
static void enable(struct ga100_engine *engine, unsigned int tree, uint32_t bits)
{
	atomic_fetch_or(&engine->runlist.reg[GA100_RUNLIST_INTR_EN_SET(tree) / 4],
			bits & GA100_RUNLIST_INTR_ALL);
	if (bits & pending(engine))
		raise(engine, tree);
}

bool ga100_runlist_write(struct ga100_engine *engine, uint32_t off, uint32_t value)
{
	struct ga100_runlist *rl = &engine->runlist;
	_Atomic uint32_t *reg = &rl->reg[off / 4];

	switch (off) {
	case GA100_RUNLIST_SUBMIT:
		submit(engine, value);
		return true;
	case GA100_RUNLIST_PREEMPT:
		preempt(engine, value);
		return true;
	case GA100_RUNLIST_INTERNAL_DOORBELL:
		ga100_channel_ring(engine, value & GA100_RUNLIST_CHID);
		return true;
	case GA100_RUNLIST_SCHED_DISABLE:
		atomic_store(reg, value & GA100_RUNLIST_SCHED_DISABLED);
		ga100_engine_kick(engine);
		return true;
	case GA100_RUNLIST_INTR:
		atomic_fetch_and(reg, ~(value & INTR_LATCHED));
		if (value & GA100_RUNLIST_INTR_BAD_TSG)
			ga100_set_word(rl->reg, GA100_RUNLIST_BAD_TSG, 0);
		return true;
	case GA100_RUNLIST_INTR_EN_SET(0):
	case GA100_RUNLIST_INTR_EN_SET(1):
		enable(engine, (off - GA100_RUNLIST_INTR_EN_SET(0)) / 8, value);
		return true;
	case GA100_RUNLIST_INTR_EN_CLEAR(0):
	case GA100_RUNLIST_INTR_EN_CLEAR(1):
		off -= GA100_RUNLIST_INTR_EN_CLEAR(0) - GA100_RUNLIST_INTR_EN_SET(0);
		atomic_fetch_and(&rl->reg[off / 4], ~value);
		return true;
	case GA100_RUNLIST_INTR_MASK_SET:
		atomic_fetch_or(reg, value & GA100_RUNLIST_INTR_TSG_PREEMPTED);
		return true;
	case GA100_RUNLIST_INTR_MASK_CLEAR:
		atomic_fetch_and(&rl->reg[GA100_RUNLIST_INTR_MASK_SET / 4], ~value);
		return true;
	case GA100_RUNLIST_INTR_RETRIGGER(0):
	case GA100_RUNLIST_INTR_RETRIGGER(1):
		off = (off - GA100_RUNLIST_INTR_RETRIGGER(0)) / 4;
		if (value & 1 && pending(engine) & enabled(rl, off))
			raise(engine, off);
		return true;
	case GA100_RUNLIST_CONFIG:
	case GA100_RUNLIST_ACQ_PRETEST:
	case GA100_RUNLIST_IDLE_FILTER:
	case GA100_RUNLIST_SUBMIT_BASE_LO:
	case GA100_RUNLIST_SUBMIT_BASE_HI:
	case GA100_RUNLIST_INTR_VECTOR(0):
	case GA100_RUNLIST_INTR_VECTOR(1):
	case GA100_RUNLIST_CTXSW_TIMEOUT(0):
		atomic_store(reg, value);
		return true;
	default:
		if (off < GA100_RUNLIST_VCHANNEL(0) || off >= GA100_RUNLIST_VCHANNEL(64))
			return false;
		atomic_store(reg, value);
		return true;
	}
}

static struct ga100_engine *engine_at(struct ga100 *card, uint32_t reg, uint32_t *off)
{
	*off = (reg - GA100_RUNLIST_BASE(0)) % STRIDE;
	return &card->engines[(reg - GA100_RUNLIST_BASE(0)) / STRIDE];
}

static bool block_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	uint32_t off;
	struct ga100_engine *engine = engine_at(card, reg, &off);

	if (off < GA100_RUNLIST_SIZE)
		return ga100_runlist_read(engine, off, value);
	if (off < CHRAM || off >= CHRAM + CHRAM_SIZE)
		return false;
	*value = atomic_load(&engine->runlist.chram[(off - CHRAM) / 4]);
	return true;
}

static bool block_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	uint32_t off;
	struct ga100_engine *engine = engine_at(card, reg, &off);

	if (off < GA100_RUNLIST_SIZE)
		return ga100_runlist_write(engine, off, value);
	if (off < CHRAM || off >= CHRAM + CHRAM_SIZE)
		return false;
	ga100_channel_write(engine, (off - CHRAM) / 4, value);
	return true;
}

const struct ga100_block ga100_runlist_block = {
	.name = "RUNLIST",
	.base = GA100_RUNLIST_BASE(0),
	.size = GA100_CES * STRIDE,
	.read = block_read,
	.write = block_write,
};
