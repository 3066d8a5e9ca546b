// SPDX-License-Identifier: GPL-2.0-only
#include "pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* AGAIN: kicked during its turn, so what it looked at may be out of date */
enum { IDLE, QUEUED, RUNNING, AGAIN };

static void *worker(void *arg);

static void append_locked(struct emu_pool *pool, struct emu_task *task)
{
	task->next = NULL;
	*pool->last = task;
	pool->last = &task->next;
	pool->queued++;
}

static struct emu_task *take_locked(struct emu_pool *pool)
{
	struct emu_task *task = pool->first;

	if (!task)
		return NULL;
	pool->queued--;
	pool->first = task->next;
	if (!pool->first)
		pool->last = &pool->first;
	return task;
}

/* Signals are for the thread that serves the guest */
static int start_quietly(struct emu_pool *pool)
{
	sigset_t all, old;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&pool->threads[pool->started], NULL, worker, pool);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

static void wake_locked(struct emu_pool *pool)
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

static void queue_task(struct emu_pool *pool, struct emu_task *task, bool wake)
{
	pthread_mutex_lock(&pool->lock);
	append_locked(pool, task);
	if (wake)
		wake_locked(pool);
	pthread_mutex_unlock(&pool->lock);
}

void emu_pool_kick(struct emu_pool *pool, struct emu_task *task)
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

static void run(struct emu_pool *pool, struct emu_task *task)
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

uint64_t emu_pool_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

void emu_pool_kick_at(struct emu_pool *pool, struct emu_task *task, uint64_t when)
{
	pthread_mutex_lock(&pool->lock);
	if (!task->due) {
		task->later = pool->asleep;
		pool->asleep = task;
	}
	task->due = when;
	/* Whoever keeps time would look up too late; with nobody, the next idle one does */
	if (pool->wake > when)
		pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

/* One that is due, or NULL: then @next is when the next one will be, 0 if none */
static struct emu_task *take_due_locked(struct emu_pool *pool, uint64_t *next)
{
	uint64_t now = pool->asleep ? emu_pool_now() : 0;

	*next = 0;
	for (struct emu_task **at = &pool->asleep; *at; at = &(*at)->later) {
		struct emu_task *task = *at;

		if (task->due <= now) {
			*at = task->later;
			task->due = 0;
			return task;
		}
		if (!*next || task->due < *next)
			*next = task->due;
	}
	return NULL;
}

/* One idle worker keeps the time for all */
static void wait_locked(struct emu_pool *pool, uint64_t until)
{
	struct timespec ts = { .tv_sec = until / 1000000000u, .tv_nsec = until % 1000000000u };

	if (!until || (pool->wake && pool->wake <= until)) {
		pthread_cond_wait(&pool->work, &pool->lock);
		return;
	}
	pool->wake = until;
	pthread_cond_timedwait(&pool->work, &pool->lock, &ts);
	if (pool->wake == until)
		pool->wake = 0;
}

static bool is_quiet_locked(const struct emu_pool *pool)
{
	return !pool->queued && pool->idle == pool->started;
}

static void *worker(void *arg)
{
	struct emu_pool *pool = arg;
	struct emu_task *task;
	uint64_t next;

	pthread_mutex_lock(&pool->lock);
	while (!pool->stop) {
		task = take_due_locked(pool, &next);
		if (task) {
			pthread_mutex_unlock(&pool->lock);
			emu_pool_kick(pool, task);
			pthread_mutex_lock(&pool->lock);
			continue;
		}
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
		wait_locked(pool, next);
		pool->idle--;
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

void emu_pool_drain(struct emu_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (!pool->stop && !is_quiet_locked(pool))
		pthread_cond_wait(&pool->quiet, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

int emu_pool_init(struct emu_pool *pool, unsigned int max)
{
	pthread_condattr_t clock;

	memset(pool, 0, sizeof(*pool));
	pool->threads = calloc(max, sizeof(*pool->threads));
	if (!pool->threads)
		return -ENOMEM;
	pool->max = max;
	pool->last = &pool->first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->work, &clock);
	pthread_condattr_destroy(&clock);
	pthread_cond_init(&pool->quiet, NULL);
	return 0;
}

void emu_pool_stop(struct emu_pool *pool)
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

void emu_pool_fini(struct emu_pool *pool)
{
	emu_pool_stop(pool);
	pthread_cond_destroy(&pool->quiet);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool->threads);
}
