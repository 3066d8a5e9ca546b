/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Worker threads that take turns at whatever has something to do.
 *
 * A card has more engines than any machine has CPUs, so an engine is not a
 * thread but a task: it is run by one worker at a time, for a short turn, and
 * goes to the end of the line while it has more to do. Workers start when they
 * are first needed.
 */
#ifndef EMU_POOL_H
#define EMU_POOL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct emu_task;

struct emu_pool {
	pthread_mutex_t lock;	/* guards everything below */
	pthread_cond_t work;
	pthread_cond_t quiet;
	struct emu_task *first;
	struct emu_task **last;
	struct emu_task *asleep;
	uint64_t wake;		/* when the worker that keeps time looks up, or 0 */
	pthread_t *threads;
	unsigned int started;
	unsigned int max;
	unsigned int idle;
	unsigned int queued;
	bool stop;
};

/**
 * struct emu_task - something a worker can run
 * @run: one turn; true: there is more to do
 * @state: see pool.c
 * @next: in the pool's line
 * @due: when it wants to run, or 0; this and @later belong to the pool's lock
 * @later: next of those that want to run later
 */
struct emu_task {
	bool (*run)(struct emu_task *task);
	_Atomic int state;
	struct emu_task *next;
	uint64_t due;
	struct emu_task *later;
};

/** emu_pool_init() - @max workers; 0 or -errno */
int emu_pool_init(struct emu_pool *pool, unsigned int max);

/** emu_pool_stop() - end the workers; what still waits in line never runs */
void emu_pool_stop(struct emu_pool *pool);

/** emu_pool_fini() - stop and undo emu_pool_init() */
void emu_pool_fini(struct emu_pool *pool);

/**
 * emu_pool_kick() - there is something to do for @task
 *
 * Any thread; never waits for a turn to end. A turn begins after this call, or
 * the one that is under way is followed by another.
 */
void emu_pool_kick(struct emu_pool *pool, struct emu_task *task);

/**
 * emu_pool_kick_at() - likewise, but not before @when
 * @when: emu_pool_now(), in nanoseconds; in place of an earlier @when for this task
 *
 * What kicks the task before then does not undo this.
 */
void emu_pool_kick_at(struct emu_pool *pool, struct emu_task *task, uint64_t when);

/** emu_pool_now() - the clock of emu_pool_kick_at(); never 0 */
uint64_t emu_pool_now(void);

/**
 * emu_pool_drain() - wait until no task is in line or runs; not from a task
 *
 * Those that want to run later are not waited for.
 */
void emu_pool_drain(struct emu_pool *pool);

#endif
