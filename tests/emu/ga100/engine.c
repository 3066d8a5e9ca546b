// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "ga100.h"

static bool turn(struct emu_task *task)
{
	struct ga100_engine *engine = (struct ga100_engine *)task;
	bool more;

	/* A mutex alone would let a busy worker take it again before whoever waits */
	while (atomic_load(&engine->wanted))
		sched_yield();
	pthread_mutex_lock(&engine->lock);
	more = ga100_schedule_turn(engine);
	pthread_mutex_unlock(&engine->lock);
	return more;
}

void ga100_engine_lock(struct ga100_engine *engine)
{
	atomic_fetch_add(&engine->wanted, 1);
	pthread_mutex_lock(&engine->lock);
	atomic_fetch_sub(&engine->wanted, 1);
}

void ga100_engine_unlock(struct ga100_engine *engine)
{
	pthread_mutex_unlock(&engine->lock);
}

void ga100_engine_kick(struct ga100_engine *engine)
{
	emu_pool_kick(&engine->card->pool, &engine->task);
}

void ga100_engines_look(struct ga100 *card)
{
	for (unsigned int i = 0; i < GA100_CES; i++) {
		struct ga100_runlist *rl = &card->engines[i].runlist;

		if (!(ga100_word(rl->reg, GA100_RUNLIST_INFO) & GA100_RUNLIST_INFO_ACQUIRE))
			continue;
		atomic_store(&rl->look, true);
		ga100_engine_kick(&card->engines[i]);
	}
}

static void reset(struct ga100_engine *engine)
{
	ga100_engine_lock(engine);
	ga100_list_clear(engine);
	ga100_runlist_reset(engine);
	ga100_pbdma_reset(engine);
	atomic_store(&engine->ce.hung, GA100_RUNS);
	ga100_ce_reset(engine);
	atomic_store(&engine->late, GA100_NO_CHANNEL);
	atomic_store(&engine->never, GA100_NO_CHANNEL);
	ga100_engine_unlock(engine);
}

int ga100_engines_init(struct ga100 *card)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int ret;

	card->engines = calloc(GA100_CES, sizeof(*card->engines));
	if (!card->engines)
		return -ENOMEM;
	ret = emu_pool_init(&card->pool, cpus < 1 ? 1 : cpus > GA100_CES ? GA100_CES : cpus);
	if (ret) {
		free(card->engines);
		return ret;
	}
	for (unsigned int i = 0; i < GA100_CES; i++) {
		struct ga100_engine *engine = &card->engines[i];

		engine->task.run = turn;
		engine->card = card;
		engine->index = i;
		pthread_mutex_init(&engine->lock, NULL);
		pthread_mutex_init(&engine->runlist.submit_lock, NULL);
		reset(engine);
	}
	return 0;
}

void ga100_engines_stop(struct ga100 *card)
{
	emu_pool_stop(&card->pool);
}

void ga100_engines_fini(struct ga100 *card)
{
	emu_pool_fini(&card->pool);
	for (unsigned int i = 0; i < GA100_CES; i++) {
		ga100_list_clear(&card->engines[i]);
		pthread_mutex_destroy(&card->engines[i].runlist.submit_lock);
		pthread_mutex_destroy(&card->engines[i].lock);
	}
	free(card->engines);
}

void ga100_engines_reset(struct ga100 *card)
{
	for (unsigned int i = 0; i < GA100_CES; i++)
		reset(&card->engines[i]);
}

/* What it worked on is lost; the channel stays where it is and software hears of it */
static void reset_ce(struct ga100_engine *engine)
{
	ga100_engine_lock(engine);
	engine->pbdma.job.active = 0;
	ga100_ce_reset(engine);
	if (engine->pbdma.loaded)
		ga100_pbdma_interrupt(engine, GA100_PBDMA_INTR_ENG_RESET, 0);
	ga100_engine_unlock(engine);
}

void ga100_engines_enable(struct ga100 *card, uint32_t old, uint32_t new)
{
	for (unsigned int i = 0; i < GA100_CES; i++) {
		uint32_t bit = 1u << GA100_CE_RESET(i);

		if (old & bit && !(new & bit))
			reset_ce(&card->engines[i]);
		if ((old ^ new) & bit)
			ga100_engine_kick(&card->engines[i]);
	}
}
