/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How work gets done: a runlist, the PBDMA that serves it and the copy engine behind
 * that, which in this model belong together. A worker runs the three, a turn at a
 * time; registers are answered at once by whoever asks.
 *
 * Files: runlist.c registers of the runlist, list.c the list itself, schedule.c
 * which channel comes next, channel.c channel RAM and a channel's state in memory,
 * pbdma.c registers of the PBDMA, fetch.c from memory to methods, host_method.c
 * methods of Host, release.c semaphores that are released, ce.c registers and
 * methods of the copy engine, ce_copy.c copying.
 *
 * Words that registers show are atomic: a read needs no lock.
 */
#ifndef GA100_ENGINE_H
#define GA100_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>

#include "../../../driver/nvidia/ga100_host_regs.h"
#include "../pool.h"
#include "bar0.h"
#include "copy.h"
#include "mmu.h"
#include "pushbuffer.h"
#include "topology.h"

/**
 * struct ga100_channel - a channel, as its entry in the runlist has it
 * @chid: its number
 * @tsg: its group, by position in the list
 * @inst: instance block
 * @userd: what user space sees
 * @waited: in this round of the scheduler it was found waiting
 * @switches: and wants to make way for other groups meanwhile
 */
struct ga100_channel {
	uint16_t chid;
	uint16_t tsg;
	struct ga100_addr inst;
	struct ga100_addr userd;
	unsigned int waited;
	bool switches;
};

/**
 * struct ga100_tsg - a group of channels that share a slice of time
 * @id: its number
 * @slice: nanoseconds
 * @first: its first channel, by position in the list
 * @count: how many
 */
struct ga100_tsg {
	uint16_t id;
	uint64_t slice;
	unsigned int first;
	unsigned int count;
};

/**
 * struct ga100_runlist - a runlist
 * @reg: its registers
 * @chram: channel RAM
 * @look: those that wait should be looked at again at once
 * @submit_lock: guards what follows, up to and with @reading
 * @base: list that was submitted last
 * @submit: its GA100_RUNLIST_SUBMIT
 * @reading: it is being read, and none was submitted since
 * @tsgs: the list as it was read. This and the rest belong to the engine's lock
 * @n_tsgs: how many
 * @channels: likewise
 * @n_channels: how many
 * @tsg: group that has the PBDMA, or had it last
 * @channel: channel of it, likewise
 * @slice_end: until when @tsg may have it
 * @expired: the loaded channel is there by a list that is not in force any more
 * @round: number of this search for a channel that can do something; from 1
 * @retry: when those that wait shall be looked at again, or 0
 * @patience: how long they are left alone
 */
struct ga100_runlist {
	_Atomic uint32_t reg[GA100_RUNLIST_SIZE / 4];
	_Atomic uint32_t chram[GA100_CHANNELS];
	_Atomic bool look;
	pthread_mutex_t submit_lock;
	struct ga100_addr base;
	uint32_t submit;
	bool reading;
	struct ga100_tsg *tsgs;
	unsigned int n_tsgs;
	struct ga100_channel *channels;
	unsigned int n_channels;
	unsigned int tsg;
	unsigned int channel;
	uint64_t slice_end;
	bool expired;
	unsigned int round;
	uint64_t retry;
	uint64_t patience;
};

/**
 * struct ga100_job - what the rest of a channel's RAMFC holds. Software sets it to 0
 *	and the chip's own layout is not published
 * @copy: what methods of the copy class have set
 * @segment: GA100_PB_HEADER_*: what is true of the segment being read
 * @launch: the launch that the copy engine works on
 * @active: it does
 * @line: how far it is: lines
 * @done: and bytes (elements, if remapped) of this one
 */
struct ga100_job {
	struct ga100_copy copy;
	uint32_t segment;
	uint32_t launch;
	uint32_t active;
	uint32_t line;
	uint32_t done;
};

#define GA100_FETCH_WORDS	64

/**
 * struct ga100_pbdma - the unit that reads pushbuffers
 * @reg: its registers; those below GA100_RAMFC_JOB are the loaded channel's
 * @loaded: there is one
 * @chan: which
 * @tsg_id: of its group
 * @host: its address space, for Host's accesses
 * @ce: and for the copy engine's
 * @job: see there
 * @fetch_va: where @fetch was read from
 * @fetched: words in it
 * @fetch: words of the pushbuffer, read ahead
 */
struct ga100_pbdma {
	_Atomic uint32_t reg[GA100_PBDMA_STRIDE / 4];
	bool loaded;
	struct ga100_channel chan;
	uint16_t tsg_id;
	struct ga100_space host;
	struct ga100_space ce;
	struct ga100_job job;
	uint64_t fetch_va;
	unsigned int fetched;
	uint32_t fetch[GA100_FETCH_WORDS];
};

#define GA100_RAMFC_JOB		0x100

/* A copy engine that a test asked to stand still */
enum ga100_hung {
	GA100_RUNS,
	GA100_HUNG,		/* until it is reset */
	GA100_HUNG_FOR_GOOD,	/* until the card is */
	GA100_HUNG_AND_BUSY,	/* likewise, and what it works on cannot be taken away */
};

/**
 * struct ga100_ce - a copy engine
 * @reg: its registers, from GA100_LCE
 * @busy: it has the loaded channel's context
 * @hung: see there
 */
struct ga100_ce {
	_Atomic uint32_t reg[GA100_LCE_STRIDE / 4];
	bool busy;
	_Atomic int hung;
};

/* No channel; else its number */
#define GA100_NO_CHANNEL	0xffffffff

/**
 * struct ga100_engine - the three of them
 * @task: so that a worker can run it; must stay first
 * @card: whose it is
 * @index: which
 * @lock: held for a step, and to change what a worker uses
 * @wanted: how many wait for @lock; they go before the next step
 * @runlist: who is to be served
 * @pbdma: who is
 * @ce: who does the work
 * @bytes: copied in this turn
 * @late: the channel whose semaphore waits for a test to let it go
 * @never: the channel that a test keeps from acquiring
 */
struct ga100_engine {
	struct emu_task task;
	struct ga100 *card;
	unsigned int index;
	pthread_mutex_t lock;
	_Atomic unsigned int wanted;
	struct ga100_runlist runlist;
	struct ga100_pbdma pbdma;
	struct ga100_ce ce;
	uint64_t bytes;
	_Atomic uint32_t late;
	_Atomic uint32_t never;
};

/* How a step ended */
enum ga100_step {
	GA100_STEP_MORE,	/* there may be another one */
	GA100_STEP_IDLE,	/* the channel has nothing to do */
	GA100_STEP_WAIT,	/* it waits for a semaphore */
	GA100_STEP_FAULT,	/* it faulted, and was marked */
	GA100_STEP_FROZEN,	/* software must act: the PBDMA stands still */
	GA100_STEP_STALLED,	/* the copy engine stands still */
	GA100_STEP_YIELD,	/* it makes way for the next of its group */
	GA100_STEP_YIELD_TSG,	/* it makes way for other groups */
};

/* engine.c */
int ga100_engines_init(struct ga100 *card);
/** ga100_engines_stop() - end the workers */
void ga100_engines_stop(struct ga100 *card);
void ga100_engines_fini(struct ga100 *card);
/** ga100_engines_reset() - as after power-on */
void ga100_engines_reset(struct ga100 *card);
/** ga100_engines_enable() - GA100_PMC_DEVICE_ENABLE changed from @old to @new */
void ga100_engines_enable(struct ga100 *card, uint32_t old, uint32_t new);
/** ga100_engines_look() - what channels wait for may have come; any thread */
void ga100_engines_look(struct ga100 *card);
void ga100_engine_kick(struct ga100_engine *engine);
/* Before and after changing what a worker uses; it waits for the step that is under way */
void ga100_engine_lock(struct ga100_engine *engine);
void ga100_engine_unlock(struct ga100_engine *engine);
extern const struct ga100_block ga100_pbdma_block, ga100_ce_block, ga100_runlist_block,
	ga100_usermode_block;

static inline uint32_t ga100_word(const _Atomic uint32_t *words, uint32_t off)
{
	return atomic_load_explicit(&words[off / 4], memory_order_relaxed);
}

static inline void ga100_set_word(_Atomic uint32_t *words, uint32_t off, uint32_t value)
{
	atomic_store_explicit(&words[off / 4], value, memory_order_relaxed);
}

/* An address in two registers */
static inline uint64_t ga100_long(const _Atomic uint32_t *words, uint32_t lo, uint32_t hi)
{
	return (uint64_t)ga100_word(words, hi) << 32 | ga100_word(words, lo);
}

static inline void ga100_set_long(_Atomic uint32_t *words, uint32_t lo, uint32_t hi,
				  uint64_t value)
{
	ga100_set_word(words, lo, value);
	ga100_set_word(words, hi, value >> 32);
}

/* runlist.c */
void ga100_runlist_reset(struct ga100_engine *engine);
bool ga100_runlist_read(struct ga100_engine *engine, uint32_t off, uint32_t *value);
bool ga100_runlist_write(struct ga100_engine *engine, uint32_t off, uint32_t value);
/** ga100_runlist_interrupt() - GA100_RUNLIST_INTR_*: it happened */
void ga100_runlist_interrupt(struct ga100_engine *engine, uint32_t bits);
/** ga100_runlist_pbdma() - the PBDMA has new interrupts: pass them on */
void ga100_runlist_pbdma(struct ga100_engine *engine, unsigned int tree);

/* schedule.c: a turn, with engine->lock held; true: there is more to do */
bool ga100_schedule_turn(struct ga100_engine *engine);

/* list.c; with engine->lock held */
/** ga100_list_take() - read what was submitted */
void ga100_list_take(struct ga100_engine *engine);
/** ga100_list_clear() - there is none */
void ga100_list_clear(struct ga100_engine *engine);

/* channel.c */
/** ga100_channel_ring() - a doorbell: there is work; any thread */
void ga100_channel_ring(struct ga100_engine *engine, uint32_t chid);
void ga100_channel_write(struct ga100_engine *engine, uint32_t chid, uint32_t value);
/* With engine->lock held; load: false: the channel faulted instead */
bool ga100_channel_load(struct ga100_engine *engine, const struct ga100_channel *chan);
/** ga100_channel_save() - the PBDMA gives it up; @set: bits of channel RAM it leaves behind */
void ga100_channel_save(struct ga100_engine *engine, uint32_t set);
/** ga100_channel_put() - look at USERD: how far has user space got? */
bool ga100_channel_put(struct ga100_engine *engine);
uint32_t ga100_channel_word(struct ga100_engine *engine);
void ga100_channel_mark(struct ga100_engine *engine, uint32_t set, uint32_t clear);

/* pbdma.c */
void ga100_pbdma_reset(struct ga100_engine *engine);
bool ga100_pbdma_frozen(const struct ga100_engine *engine);
/** ga100_pbdma_interrupt() - stand still until software has acted; returns FROZEN */
enum ga100_step ga100_pbdma_interrupt(struct ga100_engine *engine, uint32_t intr_0,
				      uint32_t intr_1);
/** ga100_pbdma_pending() - those that reach this tree */
bool ga100_pbdma_pending(const struct ga100_engine *engine, unsigned int tree);
/** ga100_pbdma_fault() - Host could not reach memory; returns FAULT */
enum ga100_step ga100_pbdma_fault(struct ga100_engine *engine, const struct ga100_bad_access *bad);

/* fetch.c */
/** ga100_fetch_check() - MORE, or the state of the loaded channel makes no sense */
enum ga100_step ga100_fetch_check(struct ga100_engine *engine);
enum ga100_step ga100_fetch_step(struct ga100_engine *engine);

/* host_method.c */
enum ga100_step ga100_host_method(struct ga100_engine *engine, uint32_t method, uint32_t data);
/** ga100_host_waits_for_idle() - the engine must be done before this method */
bool ga100_host_waits_for_idle(uint32_t method, uint32_t data);

/* release.c: what a test wants to become of a semaphore that is released */
enum ga100_release {
	GA100_RELEASE_IT,
	GA100_LOSE_IT,
	GA100_HOLD_IT,
};

enum ga100_release ga100_release_fault(struct ga100_engine *engine);
/** ga100_release() - write a semaphore, with or without the time; false: @bad */
bool ga100_release(struct ga100_engine *engine, const struct ga100_space *space, uint64_t va,
		   uint64_t payload, bool wide, bool time, struct ga100_bad_access *bad);
/** ga100_reduce() - likewise, of what is there and @payload */
bool ga100_reduce(struct ga100_engine *engine, const struct ga100_space *space, uint64_t va,
		  uint64_t payload, bool wide, unsigned int reduction, bool is_signed,
		  bool time, struct ga100_bad_access *bad);

/* ce.c */
void ga100_ce_reset(struct ga100_engine *engine);
/** ga100_ce_method() - a method for the copy engine, which is idle */
enum ga100_step ga100_ce_method(struct ga100_engine *engine, uint32_t method, uint32_t data);
/** ga100_ce_work() - go on with the launch under way */
enum ga100_step ga100_ce_work(struct ga100_engine *engine);
/** ga100_ce_interrupt() - GA100_LCE_INTR_* */
void ga100_ce_interrupt(struct ga100_engine *engine, uint32_t bits);
/** ga100_ce_stalled() - software must act before it goes on */
bool ga100_ce_stalled(const struct ga100_engine *engine);
/** ga100_ce_fault() - the copy engine could not reach memory; returns FAULT */
enum ga100_step ga100_ce_fault(struct ga100_engine *engine, const struct ga100_bad_access *bad,
			       bool physical);

/* ce_copy.c */
/**
 * ga100_ce_copy() - copy some more
 *
 * Return: MORE, FAULT; IDLE: all of it is copied.
 */
enum ga100_step ga100_ce_copy(struct ga100_engine *engine, const struct ga100_copy_plan *plan);

#endif
