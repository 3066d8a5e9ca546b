// SPDX-License-Identifier: GPL-2.0-only
#include "pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* AGAIN: kicked during its turn, so what it looked at may be out of date */
enum { IDLE, QUEUED, RUNNING, AGAIN };

static void *worker(void *arg);

static void append_locked(struct trn2_pool *pool, struct trn2_task *task)
{
	task->next = NULL;
	*pool->last = task;
	pool->last = &task->next;
	pool->queued++;
}

static struct trn2_task *take_locked(struct trn2_pool *pool)
{
	struct trn2_task *task = pool->first;

	if (!task)
		return NULL;
	pool->queued--;
	pool->first = task->next;
	if (!pool->first)
		pool->last = &pool->first;
	return task;
}

/* Signals are for the thread that serves the guest */
static int start_quietly(struct trn2_pool *pool)
{
	sigset_t all, old;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&pool->threads[pool->started], NULL, worker, pool);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

static void wake_locked(struct trn2_pool *pool)
{
	/* idle also counts those that were woken and have not yet got the lock */
	if (pool->stop)
		return;
	if (pool->queued > pool->idle && pool->started < pool->max &&
	    !start_quietly(pool))
		pool->started++;
	else
		pthread_cond_signal(&pool->work);
}

static void queue_task(struct trn2_pool *pool, struct trn2_task *task, bool wake)
{
	pthread_mutex_lock(&pool->lock);
	append_locked(pool, task);
	if (wake)
		wake_locked(pool);
	pthread_mutex_unlock(&pool->lock);
}

void trn2_pool_kick(struct trn2_pool *pool, struct trn2_task *task)
{
	int state = atomic_load(&task->state);

	for (;;) {
		int next = state == IDLE ? QUEUED : AGAIN;

		if (state == QUEUED || state == AGAIN)
			return;
		if (atomic_compare_exchange_weak(&task->state, &state, next))
			break;
	}
	if (state == IDLE)
		queue_task(pool, task, true);
}

static void run(struct trn2_pool *pool, struct trn2_task *task)
{
	int state = RUNNING;

	atomic_store(&task->state, RUNNING);
	if (!task->run(task) &&
	    atomic_compare_exchange_strong(&task->state, &state, IDLE))
		return;
	atomic_store(&task->state, QUEUED);
	/* This worker is about to look at the line: nobody need be woken */
	queue_task(pool, task, false);
}

static bool is_quiet_locked(const struct trn2_pool *pool)
{
	return !pool->queued && pool->idle == pool->started;
}

static void *worker(void *arg)
{
	struct trn2_pool *pool = arg;
	struct trn2_task *task;

	pthread_mutex_lock(&pool->lock);
	while (!pool->stop) {
		task = take_locked(pool);
		if (task) {
			pthread_mutex_unlock(&pool->lock);
			run(pool, task);
			pthread_mutex_lock(&pool->lock);
			continue;
		}
		pool->idle++;
		if (is_quiet_locked(pool))
			pthread_cond_broadcast(&pool->quiet);
		pthread_cond_wait(&pool->work, &pool->lock);
		pool->idle--;
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

void trn2_pool_drain(struct trn2_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (!pool->stop && !is_quiet_locked(pool))
		pthread_cond_wait(&pool->quiet, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

int trn2_pool_init(struct trn2_pool *pool, unsigned int max)
{
	memset(pool, 0, sizeof(*pool));
	pool->threads = calloc(max, sizeof(*pool->threads));
	if (!pool->threads)
		return -ENOMEM;
	pool->max = max;
	pool->last = &pool->first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pthread_cond_init(&pool->quiet, NULL);
	return 0;
}

void trn2_pool_stop(struct trn2_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->stop = true;
	pthread_cond_broadcast(&pool->work);
	pthread_cond_broadcast(&pool->quiet);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned int i = 0; i < pool->started; i++)
		pthread_join(pool->threads[i], NULL);
	pool->started = 0;
}

void trn2_pool_fini(struct trn2_pool *pool)
{
	trn2_pool_stop(pool);
	pthread_cond_destroy(&pool->quiet);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool->threads);
}
