/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Worker threads that take turns at whatever has something to do.
 *
 * A card has more engines than any machine has CPUs, so an engine is not a
 * thread but a task: it is run by one worker at a time, for a short turn, and
 * goes to the end of the line while it has more to do. Workers start when they
 * are first needed.
 */
#ifndef TRN2_POOL_H
#define TRN2_POOL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct trn2_task;

struct trn2_pool {
	pthread_mutex_t lock;	/* guards everything below */
	pthread_cond_t work;
	pthread_cond_t quiet;
	struct trn2_task *first;
	struct trn2_task **last;
	pthread_t *threads;
	unsigned int started;
	unsigned int max;
	unsigned int idle;
	unsigned int queued;
	bool stop;
};

/**
 * struct trn2_task - something a worker can run
 * @run: one turn; true: there is more to do
 * @state: see pool.c
 * @next: in the pool's line
 */
struct trn2_task {
	bool (*run)(struct trn2_task *task);
	_Atomic int state;
	struct trn2_task *next;
};

/** trn2_pool_init() - @max workers; 0 or -errno */
int trn2_pool_init(struct trn2_pool *pool, unsigned int max);

/** trn2_pool_stop() - end the workers; what still waits in line never runs */
void trn2_pool_stop(struct trn2_pool *pool);

/** trn2_pool_fini() - stop and undo trn2_pool_init() */
void trn2_pool_fini(struct trn2_pool *pool);

/**
 * trn2_pool_kick() - there is something to do for @task
 *
 * Any thread; never waits for a turn to end. A turn begins after this call, or
 * the one that is under way is followed by another.
 */
void trn2_pool_kick(struct trn2_pool *pool, struct trn2_task *task);

/** trn2_pool_drain() - wait until no task is in line or runs; not from a task */
void trn2_pool_drain(struct trn2_pool *pool);

#endif
