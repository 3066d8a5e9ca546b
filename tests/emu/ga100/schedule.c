// SPDX-License-Identifier: GPL-2.0-only
/* Which channel has the PBDMA, and for how long. */
#include "engine.h"
#include "ga100.h"

/* A turn of a worker is at most so long; other runlists want one, too */
#define TURN_BYTES	(128u << 10)
#define TURN_STEPS	512
/* How soon memory is looked at again for a semaphore, at first and at most */
#define PATIENCE_MIN	20000
#define PATIENCE_MAX	500000

#define FAULTED		(GA100_CHRAM_PBDMA_FAULTED | GA100_CHRAM_ENG_FAULTED)

static uint32_t word_of(const struct ga100_runlist *rl, const struct ga100_channel *chan)
{
	return atomic_load(&rl->chram[chan->chid]);
}

static bool has_work(const struct ga100_runlist *rl, const struct ga100_channel *chan)
{
	const uint32_t both = GA100_CHRAM_ENABLE | GA100_CHRAM_PENDING;

	return (word_of(rl, chan) & both) == both;
}

/* A fault keeps the whole group out until software has dealt with it */
static bool is_faulted(const struct ga100_runlist *rl, const struct ga100_tsg *tsg)
{
	for (unsigned int i = 0; i < tsg->count; i++)
		if (word_of(rl, &rl->channels[tsg->first + i]) & FAULTED)
			return true;
	return false;
}

/* The next channel of a group that can do something, after the one that had its turn */
static struct ga100_channel *runnable(struct ga100_runlist *rl, const struct ga100_tsg *tsg)
{
	unsigned int after = rl->channel - tsg->first;

	if (after >= tsg->count)
		after = tsg->count - 1;
	if (is_faulted(rl, tsg))
		return NULL;
	for (unsigned int i = 1; i <= tsg->count; i++) {
		struct ga100_channel *chan =
			&rl->channels[tsg->first + (after + i) % tsg->count];

		if (has_work(rl, chan) && chan->waited != rl->round)
			return chan;
	}
	return NULL;
}

/* A group all of which waits keeps its slice of time, unless all agree to make way */
static bool insists(const struct ga100_runlist *rl, const struct ga100_tsg *tsg)
{
	if (is_faulted(rl, tsg))
		return false;
	for (unsigned int i = 0; i < tsg->count; i++) {
		const struct ga100_channel *chan = &rl->channels[tsg->first + i];

		if (has_work(rl, chan) && chan->waited == rl->round && !chan->switches)
			return true;
	}
	return false;
}

static struct ga100_channel *next_channel(struct ga100_runlist *rl)
{
	bool in_slice = emu_pool_now() < rl->slice_end;

	if (!rl->n_tsgs)
		return NULL;
	if (in_slice) {
		struct ga100_channel *chan = runnable(rl, &rl->tsgs[rl->tsg]);

		if (chan || insists(rl, &rl->tsgs[rl->tsg]))
			return chan;
	}
	for (unsigned int i = 1; i <= rl->n_tsgs; i++) {
		unsigned int tsg = (rl->tsg + i) % rl->n_tsgs;
		struct ga100_channel *chan = runnable(rl, &rl->tsgs[tsg]);

		if (chan)
			return chan;
	}
	return NULL;
}

/* Somebody else would like to have the PBDMA */
static bool others_wait(struct ga100_runlist *rl)
{
	for (unsigned int i = 0; i < rl->n_tsgs; i++)
		if (i != rl->tsg && runnable(rl, &rl->tsgs[i]))
			return true;
	return false;
}

static bool disabled(const struct ga100_engine *engine)
{
	return ga100_word(engine->runlist.reg, GA100_RUNLIST_SCHED_DISABLE) &
		GA100_RUNLIST_SCHED_DISABLED;
}

static void set_info(struct ga100_engine *engine, uint32_t set, uint32_t clear)
{
	_Atomic uint32_t *info = &engine->runlist.reg[GA100_RUNLIST_INFO / 4];

	atomic_fetch_or(info, set);
	atomic_fetch_and(info, ~clear);
}

static void be_idle(struct ga100_engine *engine)
{
	struct ga100_runlist *rl = &engine->runlist;
	const uint32_t idle = GA100_RUNLIST_INFO_IDLE | GA100_RUNLIST_INFO_ENGINE_IDLE;
	bool was_idle = ga100_word(rl->reg, GA100_RUNLIST_INFO) & GA100_RUNLIST_INFO_IDLE;

	set_info(engine, idle, GA100_RUNLIST_INFO_ACQUIRE);
	if (!was_idle)
		ga100_runlist_interrupt(engine, GA100_RUNLIST_INTR_IDLE |
					GA100_RUNLIST_INTR_ENGINE_IDLE);
}

/* Look at memory again after a while, or at others when this slice is over */
static void wait_a_while(struct ga100_engine *engine)
{
	struct ga100_runlist *rl = &engine->runlist;
	uint64_t until;

	if (!rl->retry) {
		rl->retry = emu_pool_now() + rl->patience;
		rl->patience = 2 * rl->patience < PATIENCE_MAX ? 2 * rl->patience : PATIENCE_MAX;
	}
	until = rl->retry;
	if (rl->slice_end < until && others_wait(rl))
		until = rl->slice_end;
	emu_pool_kick_at(&engine->card->pool, &engine->task, until);
}

/* Nobody has anything to do, or all wait */
static void rest(struct ga100_engine *engine)
{
	struct ga100_runlist *rl = &engine->runlist;
	bool waits = false, switches = true;

	for (unsigned int i = 0; i < rl->n_channels; i++) {
		const struct ga100_channel *chan = &rl->channels[i];

		if (!has_work(rl, chan) || chan->waited != rl->round)
			continue;
		waits = true;
		switches &= chan->switches;
	}
	if (!waits) {
		be_idle(engine);
		return;
	}
	set_info(engine, GA100_RUNLIST_INFO_ACQUIRE | GA100_RUNLIST_INFO_ENGINE_IDLE, 0);
	if (switches)
		ga100_runlist_interrupt(engine, GA100_RUNLIST_INTR_ACQUIRE |
					GA100_RUNLIST_INTR_ACQUIRE_IDLE);
	wait_a_while(engine);
}

/* Those that wait get another chance, when it is time for that */
static void begin_round(struct ga100_engine *engine)
{
	struct ga100_runlist *rl = &engine->runlist;

	if (!rl->round)
		rl->round = 1;
	if (!rl->retry || (!atomic_exchange(&rl->look, false) && emu_pool_now() < rl->retry))
		return;
	rl->retry = 0;
	rl->round++;
}

static bool pick(struct ga100_engine *engine)
{
	struct ga100_runlist *rl = &engine->runlist;
	struct ga100_channel *chan;
	uint64_t now = emu_pool_now();

	if (disabled(engine))
		return false;
	chan = next_channel(rl);
	if (!chan) {
		rest(engine);
		return false;
	}
	set_info(engine, 0, GA100_RUNLIST_INFO_IDLE | GA100_RUNLIST_INFO_ENGINE_IDLE |
		 GA100_RUNLIST_INFO_ACQUIRE);
	if (chan->tsg != rl->tsg || now >= rl->slice_end)
		rl->slice_end = now + rl->tsgs[chan->tsg].slice;
	rl->tsg = chan->tsg;
	rl->channel = (unsigned int)(chan - rl->channels);
	ga100_channel_load(engine, chan);
	return true;
}

/* The loaded channel is one of the list that is in force, else of an older one */
static struct ga100_channel *current(struct ga100_engine *engine)
{
	struct ga100_runlist *rl = &engine->runlist;

	if (rl->channel < rl->n_channels &&
	    rl->channels[rl->channel].chid == engine->pbdma.chan.chid)
		return &rl->channels[rl->channel];
	return NULL;
}

static void waits(struct ga100_engine *engine)
{
	struct ga100_channel *chan = current(engine);
	uint32_t execute = ga100_word(engine->pbdma.reg, GA100_RAMFC_SEM_EXECUTE);

	if (chan) {
		chan->waited = engine->runlist.round;
		chan->switches = execute & GA100_SEM_ACQUIRE_SWITCH_TSG ||
			atomic_load(&engine->late) == chan->chid;
	}
	ga100_channel_save(engine, GA100_CHRAM_PENDING | GA100_CHRAM_ACQUIRE_FAIL);
}

/* What becomes of the channel after its last step; true: the worker should go on */
static bool settle(struct ga100_engine *engine, enum ga100_step step)
{
	struct ga100_runlist *rl = &engine->runlist;

	/* Whoever got something done waits impatiently the next time */
	if (step == GA100_STEP_MORE || step == GA100_STEP_IDLE)
		rl->patience = PATIENCE_MIN;
	switch (step) {
	case GA100_STEP_IDLE:
	case GA100_STEP_FAULT:
		ga100_channel_save(engine, 0);
		return true;
	case GA100_STEP_WAIT:
		waits(engine);
		return true;
	case GA100_STEP_YIELD_TSG:
		rl->slice_end = 0;
		ga100_channel_save(engine, GA100_CHRAM_PENDING);
		return true;
	case GA100_STEP_YIELD:
		ga100_channel_save(engine, GA100_CHRAM_PENDING);
		return true;
	case GA100_STEP_FROZEN:
	case GA100_STEP_STALLED:
		return false;
	default:
		if (emu_pool_now() >= rl->slice_end && !disabled(engine) && others_wait(rl))
			ga100_channel_save(engine, GA100_CHRAM_PENDING);
		return true;
	}
}

static bool run_channel(struct ga100_engine *engine)
{
	enum ga100_step step = ga100_fetch_check(engine);

	engine->bytes = 0;
	for (unsigned int i = 0; i < TURN_STEPS && step == GA100_STEP_MORE; i++) {
		if (engine->bytes >= TURN_BYTES || atomic_load(&engine->wanted))
			break;
		step = ga100_fetch_step(engine);
	}
	return settle(engine, step);
}

/*
 * A preempted channel keeps what it has not done. What the PBDMA stands still for
 * comes first, and so does a copy engine that does not let go.
 */
static void serve_preempt(struct ga100_engine *engine)
{
	struct ga100_runlist *rl = &engine->runlist;
	_Atomic uint32_t *reg = &rl->reg[GA100_RUNLIST_PREEMPT / 4];
	uint32_t preempt = atomic_load(reg);
	const uint32_t tsg = GA100_RUNLIST_PREEMPT_TSG_PENDING;
	const uint32_t list = GA100_RUNLIST_PREEMPT_PENDING;

	if (!(preempt & (tsg | list)))
		return;
	if (engine->pbdma.loaded &&
	    (preempt & list || engine->pbdma.tsg_id == (preempt & GA100_RUNLIST_PREEMPT_ID))) {
		ga100_channel_save(engine, GA100_CHRAM_PENDING);
		rl->slice_end = 0;
	}
	atomic_fetch_and(reg, ~(preempt & (tsg | list)));
	ga100_runlist_interrupt(engine,
				(preempt & tsg ? GA100_RUNLIST_INTR_TSG_PREEMPTED : 0) |
				(preempt & list ? GA100_RUNLIST_INTR_PREEMPTED : 0));
}

static bool submitted(struct ga100_engine *engine)
{
	return ga100_word(engine->runlist.reg, GA100_RUNLIST_SUBMIT_INFO) &
		GA100_RUNLIST_SUBMIT_PENDING;
}

/* It has been asked for something and does not answer */
static bool holds_on(struct ga100_engine *engine)
{
	int hung = atomic_load(&engine->ce.hung);

	return engine->pbdma.loaded && engine->ce.busy &&
		(hung == GA100_HUNG || hung == GA100_HUNG_AND_BUSY);
}

/* A new list ends the slice of whoever the old one gave it to, as soon as that is possible */
static void serve_submit(struct ga100_engine *engine)
{
	if (!submitted(engine))
		return;
	ga100_list_take(engine);
	engine->runlist.expired = engine->pbdma.loaded;
	engine->runlist.patience = PATIENCE_MIN;
}

static void expire(struct ga100_engine *engine)
{
	if (engine->runlist.expired && engine->pbdma.loaded)
		ga100_channel_save(engine, GA100_CHRAM_PENDING);
	engine->runlist.expired = false;
}

bool ga100_schedule_turn(struct ga100_engine *engine)
{
	serve_submit(engine);
	if (ga100_pbdma_frozen(engine) || holds_on(engine))
		return false;
	expire(engine);
	serve_preempt(engine);
	begin_round(engine);
	if (!engine->pbdma.loaded)
		return pick(engine);
	return run_channel(engine);
}
