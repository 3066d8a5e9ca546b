// SPDX-License-Identifier: GPL-2.0-only
/* Channel RAM, and the state of a channel between memory and the PBDMA. */
#include <string.h>

#include "engine.h"
#include "ga100.h"

/* Only a group that has the PBDMA sets these */
#define WHILE_LOADED	(GA100_CHRAM_BUSY | GA100_CHRAM_ON_PBDMA | GA100_CHRAM_ON_ENG | \
			 GA100_CHRAM_PBDMA_BUSY | GA100_CHRAM_ENG_BUSY)
/* Two pieces of USERD that Host writes: all words from PUT to GET_HI, and GP_GET */
#define USERD_WORDS	((GA100_USERD_GET_HI - GA100_USERD_PUT) / 4 + 1)

_Static_assert(GA100_RAMFC_JOB + sizeof(struct ga100_job) <= GA100_RAMFC_SIZE,
	       "a job fits into the rest of RAMFC");

void ga100_channel_ring(struct ga100_engine *engine, uint32_t chid)
{
	atomic_fetch_or(&engine->runlist.chram[chid % GA100_CHANNELS], GA100_CHRAM_PENDING);
	ga100_engine_kick(engine);
}

void ga100_channel_write(struct ga100_engine *engine, uint32_t chid, uint32_t value)
{
	_Atomic uint32_t *word = &engine->runlist.chram[chid];
	uint32_t bits = value & GA100_CHRAM_WRITABLE;

	if (value & GA100_CHRAM_CLEAR)
		atomic_fetch_and(word, ~bits);
	else
		atomic_fetch_or(word, bits);
	ga100_engine_kick(engine);
}

uint32_t ga100_channel_word(struct ga100_engine *engine)
{
	return atomic_load(&engine->runlist.chram[engine->pbdma.chan.chid]);
}

void ga100_channel_mark(struct ga100_engine *engine, uint32_t set, uint32_t clear)
{
	_Atomic uint32_t *word = &engine->runlist.chram[engine->pbdma.chan.chid];

	atomic_fetch_or(word, set);
	atomic_fetch_and(word, ~clear);
}

/* The memory that belongs to a channel is named by physical address */
static bool state_fault(struct ga100_engine *engine, int error, bool write)
{
	struct ga100_mmu_fault fault = {
		.inst = engine->pbdma.chan.inst,
		.va = engine->pbdma.chan.inst.offset,
		.type = ga100_mem_fault_type(error),
		.access = GA100_ACCESS_PHYSICAL + (write ? GA100_ACCESS_WRITE : GA100_ACCESS_READ),
		.engine = GA100_MMU_ENGINE_HOST(engine->index),
		.client = GA100_MMU_CLIENT_HOST,
	};

	ga100_mmu_fault_report(engine->card, &fault);
	ga100_channel_mark(engine, GA100_CHRAM_PBDMA_FAULTED, 0);
	return false;
}

bool ga100_channel_put(struct ga100_engine *engine)
{
	struct ga100_addr at = engine->pbdma.chan.userd;
	uint32_t put;
	int ret;

	at.offset += GA100_USERD_GP_PUT;
	ret = ga100_mem_read(engine->card, at, &put, sizeof(put));
	if (ret)
		return state_fault(engine, ret, false);
	ga100_set_word(engine->pbdma.reg, GA100_RAMFC_GP_PUT, put);
	return true;
}

static void show_channel(struct ga100_engine *engine)
{
	struct ga100_pbdma *pbdma = &engine->pbdma;
	const struct ga100_channel *chan = &pbdma->chan;

	ga100_set_word(pbdma->reg, GA100_PBDMA_CHANNEL, chan->chid | GA100_PBDMA_CHANNEL_VALID);
	ga100_set_word(pbdma->reg, GA100_PBDMA_STATUS_SCHED,
		       pbdma->tsg_id | GA100_CTX_VALID << GA100_ENGINE_CTX_SHIFT);
	ga100_set_long(pbdma->reg, GA100_PBDMA_INST, GA100_PBDMA_INST_HI,
		       chan->inst.offset | chan->inst.aperture | GA100_PBDMA_INST_VALID);
	ga100_set_long(pbdma->reg, GA100_PBDMA_USERD, GA100_PBDMA_USERD_HI,
		       chan->userd.offset | chan->userd.aperture);
}

static void hide_channel(struct ga100_engine *engine)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;

	ga100_set_word(reg, GA100_PBDMA_CHANNEL, engine->pbdma.chan.chid);
	ga100_set_word(reg, GA100_PBDMA_STATUS_SCHED, 0);
	atomic_fetch_and(&reg[GA100_PBDMA_INST / 4], ~GA100_PBDMA_INST_VALID);
}

static bool load_spaces(struct ga100_engine *engine)
{
	struct ga100_pbdma *pbdma = &engine->pbdma;
	int ret;

	pbdma->host.engine = GA100_MMU_ENGINE_HOST(engine->index);
	ret = ga100_space_load(engine->card, pbdma->chan.inst, &pbdma->host);
	if (ret)
		return state_fault(engine, ret, false);
	pbdma->ce = pbdma->host;
	pbdma->ce.engine = GA100_MMU_ENGINE_CE(GA100_CE_INSTANCE(engine->index));
	return true;
}

static bool load_state(struct ga100_engine *engine)
{
	struct ga100_pbdma *pbdma = &engine->pbdma;
	uint32_t image[GA100_RAMFC_SIZE / 4];
	int ret = ga100_mem_read(engine->card, pbdma->chan.inst, image, sizeof(image));

	if (ret)
		return state_fault(engine, ret, false);
	for (unsigned int w = 0; w < GA100_RAMFC_JOB / 4; w++)
		ga100_set_word(pbdma->reg, 4 * w, image[w]);
	memcpy(&pbdma->job, &image[GA100_RAMFC_JOB / 4], sizeof(pbdma->job));
	return load_spaces(engine) && ga100_channel_put(engine);
}

bool ga100_channel_load(struct ga100_engine *engine, const struct ga100_channel *chan)
{
	struct ga100_runlist *rl = &engine->runlist;
	struct ga100_pbdma *pbdma = &engine->pbdma;

	pbdma->chan = *chan;
	pbdma->tsg_id = rl->tsgs[chan->tsg].id;
	pbdma->fetched = 0;
	/* A doorbell from here on is about work that may not be seen below */
	ga100_channel_mark(engine, GA100_CHRAM_BUSY | GA100_CHRAM_ON_PBDMA |
			   GA100_CHRAM_PBDMA_BUSY, GA100_CHRAM_PENDING);
	if (!load_state(engine)) {
		ga100_channel_mark(engine, 0, WHILE_LOADED);
		return false;
	}
	pbdma->loaded = true;
	show_channel(engine);
	return true;
}

static int save_userd(struct ga100_engine *engine)
{
	const _Atomic uint32_t *reg = engine->pbdma.reg;
	struct ga100_addr at = engine->pbdma.chan.userd;
	uint32_t gp_get = ga100_word(reg, GA100_RAMFC_GP_GET);
	uint32_t words[USERD_WORDS] = { 0 };
	int ret;

#define USERD(word)	words[(GA100_USERD_##word - GA100_USERD_PUT) / 4]
	USERD(PUT) = ga100_word(reg, GA100_RAMFC_PB_PUT);
	USERD(PUT_HI) = ga100_word(reg, GA100_RAMFC_PB_PUT_HI);
	USERD(GET) = ga100_word(reg, GA100_RAMFC_PB_GET);
	USERD(GET_HI) = ga100_word(reg, GA100_RAMFC_PB_GET_HI);
	USERD(REF) = ga100_word(reg, GA100_RAMFC_REF);
	USERD(TOP_LEVEL_GET) = ga100_word(reg, GA100_RAMFC_TOP_LEVEL_GET);
	USERD(TOP_LEVEL_GET_HI) = ga100_word(reg, GA100_RAMFC_TOP_LEVEL_GET_HI);
#undef USERD
	at.offset += GA100_USERD_PUT;
	ret = ga100_mem_write(engine->card, at, words, sizeof(words));
	if (ret)
		return ret;
	at.offset += GA100_USERD_GP_GET - GA100_USERD_PUT;
	return ga100_mem_write(engine->card, at, &gp_get, sizeof(gp_get));
}

static int save_state(struct ga100_engine *engine)
{
	struct ga100_pbdma *pbdma = &engine->pbdma;
	uint32_t image[GA100_RAMFC_SIZE / 4] = { 0 };
	int ret;

	for (unsigned int w = 0; w < GA100_RAMFC_JOB / 4; w++)
		image[w] = ga100_word(pbdma->reg, 4 * w);
	memcpy(&image[GA100_RAMFC_JOB / 4], &pbdma->job, sizeof(pbdma->job));
	ret = ga100_mem_write(engine->card, pbdma->chan.inst, image, sizeof(image));
	return ret ? ret : save_userd(engine);
}

void ga100_channel_save(struct ga100_engine *engine, uint32_t set)
{
	int ret = save_state(engine);

	if (ret)
		state_fault(engine, ret, true);
	ga100_channel_mark(engine, set, WHILE_LOADED);
	engine->pbdma.loaded = false;
	engine->ce.busy = false;
	hide_channel(engine);
	ga100_set_word(engine->runlist.reg, GA100_RUNLIST_ENGINE_STATUS0(0), 0);
	ga100_set_word(engine->runlist.reg, GA100_RUNLIST_ENGINE_CHANNEL(0), 0);
}
