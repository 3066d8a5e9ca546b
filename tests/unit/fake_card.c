// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card that lives in this process. Jobs of a queue run in order; a job whose
 * fence has not signaled waits. What waits for nothing runs when it is submitted,
 * everything else not before somebody waits for it: the hardest case for whoever
 * reuses memory too early.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_card.h"

#define MAX_JOBS 4096

struct gantry_device {
	int unused;
};

struct gantry_buffer {
	uint32_t region;
	uint64_t length;
	uint8_t *bytes;
};

struct gantry_fence {
	uint64_t point;
};

struct job {
	struct gantry_buffer *dst, *src;
	uint64_t dst_offset, src_offset, length;
	struct gantry_fence *wait, *signal;
	uint64_t wait_point, signal_point;
	int result;
};

struct gantry_queue {
	struct job batch, *jobs;
	uint64_t submitted, completed;
};

struct fake_card fake_card;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t used[2];
static unsigned int in_flight;
static pthread_cond_t submitted = PTHREAD_COND_INITIALIZER;

/* A user who never has so much in flight waits in vain, and not for ever. */
#define PATIENCE_S	60
static struct gantry_queue *queues[8];

/* Caller holds the lock. */
static int call_result(void)
{
	return ++fake_card.calls == fake_card.fail_call ? -EIO : 0;
}

static int locked_call_result(void)
{
	int ret;

	pthread_mutex_lock(&lock);
	ret = call_result();
	pthread_mutex_unlock(&lock);
	return ret;
}

struct gantry_device *fake_card_open(void)
{
	static struct gantry_device dev;

	used[0] = used[1] = 0;
	in_flight = 0;
	memset(queues, 0, sizeof(queues));
	return &dev;
}

struct gantry_device *fake_card_second(void)
{
	static struct gantry_device dev;

	return &dev;
}

int gantry_device_get_info(const struct gantry_device *dev, struct gantry_device_info *info)
{
	(void)dev;
	info->max_jobs = fake_card.max_jobs;
	return 0;
}

int gantry_buffer_create(struct gantry_device *dev, uint64_t length, uint32_t region,
			 struct gantry_buffer **out)
{
	struct gantry_buffer *buf;
	int ret = -ENOSPC;

	(void)dev;
	pthread_mutex_lock(&lock);
	if (region < 2 && used[region] + length > fake_card.region_size)
		goto out;
	ret = call_result();
	if (ret)
		goto out;
	buf = calloc(1, sizeof(*buf));
	buf->bytes = calloc(1, length);
	buf->length = length;
	buf->region = region;
	if (region < 2) {
		used[region] += length;
		if (used[region] > fake_card.peak[region])
			fake_card.peak[region] = used[region];
	}
	fake_card.objects++;
	*out = buf;
out:
	pthread_mutex_unlock(&lock);
	return ret;
}

int gantry_buffer_map(struct gantry_buffer *buf, void **out)
{
	int ret = locked_call_result();

	if (!ret)
		*out = buf->bytes;
	return ret;
}

void gantry_buffer_destroy(struct gantry_buffer *buf)
{
	if (!buf)
		return;
	if (buf->region < 2)
		used[buf->region] -= buf->length;
	free(buf->bytes);
	free(buf);
	fake_card.objects--;
}

int gantry_fence_create(struct gantry_device *dev, struct gantry_fence **out)
{
	int ret = locked_call_result();

	(void)dev;
	if (ret)
		return ret;
	*out = calloc(1, sizeof(**out));
	fake_card.objects++;
	return 0;
}

void gantry_fence_destroy(struct gantry_fence *fence)
{
	if (!fence)
		return;
	free(fence);
	fake_card.objects--;
}

static bool run_all(uint64_t *reached, uint64_t wanted);

int gantry_fence_wait(struct gantry_fence *fence, uint64_t point, int64_t timeout)
{
	int ret;

	(void)timeout;
	pthread_mutex_lock(&lock);
	ret = run_all(&fence->point, point) ? 0 : -ETIMEDOUT;
	pthread_mutex_unlock(&lock);
	return ret;
}

int gantry_fence_export_sync_file(struct gantry_fence *fence, uint64_t point)
{
	(void)fence;
	(void)point;
	return -EMFILE;	/* the journey goes on without */
}

int gantry_queue_create(struct gantry_device *dev, const struct gantry_queue_options *options,
			struct gantry_queue **out)
{
	int ret = locked_call_result();
	int i = 0;

	(void)dev;
	(void)options;
	if (ret)
		return ret;
	*out = calloc(1, sizeof(**out));
	(*out)->jobs = calloc(MAX_JOBS, sizeof(struct job));
	while (queues[i])
		i++;
	queues[i] = *out;
	fake_card.objects++;
	return 0;
}

void gantry_queue_destroy(struct gantry_queue *queue)
{
	if (!queue)
		return;
	for (int i = 0; i < 8; i++)
		if (queues[i] == queue)
			queues[i] = NULL;
	free(queue->jobs);
	free(queue);
	fake_card.objects--;
}

int gantry_queue_prep_copy(struct gantry_queue *queue, struct gantry_buffer *dst,
			   uint64_t dst_offset, struct gantry_buffer *src,
			   uint64_t src_offset, uint64_t length, uint32_t flags)
{
	int ret = locked_call_result();

	if (ret)
		return ret;
	if (!length || flags || dst_offset + length > dst->length ||
	    src_offset + length > src->length)
		return -EINVAL;
	queue->batch.dst = dst;
	queue->batch.src = src;
	queue->batch.dst_offset = dst_offset;
	queue->batch.src_offset = src_offset;
	queue->batch.length = length;
	return 0;
}

int gantry_queue_prep_wait(struct gantry_queue *queue, struct gantry_fence *fence,
			   uint64_t point)
{
	int ret = locked_call_result();

	queue->batch.wait = fence;
	queue->batch.wait_point = point;
	return ret;
}

int gantry_queue_prep_signal(struct gantry_queue *queue, struct gantry_fence *fence,
			     uint64_t point)
{
	int ret = locked_call_result();

	queue->batch.signal = fence;
	queue->batch.signal_point = point;
	return ret;
}

static bool run_next(struct gantry_queue *queue)
{
	struct job *job = &queue->jobs[queue->completed];

	if (queue->completed == queue->submitted ||
	    (job->wait && job->wait->point < job->wait_point))
		return false;
	if (++fake_card.jobs == fake_card.fail_job)
		job->result = fake_card.fail_error;
	else if (fake_card.jobs != fake_card.skip_copy)
		memcpy(job->dst->bytes + job->dst_offset, job->src->bytes + job->src_offset,
		       job->length);
	if (job->signal)
		job->signal->point = job->signal_point;
	queue->completed++;
	in_flight--;
	return true;
}

int gantry_queue_submit(struct gantry_queue *queue, uint64_t *seqno)
{
	int ret;

	pthread_mutex_lock(&lock);
	ret = call_result();
	if (!ret && queue->submitted - queue->completed >= fake_card.max_jobs)
		ret = -EBUSY;
	if (!ret) {
		queue->jobs[queue->submitted++] = queue->batch;
		*seqno = queue->submitted;
		if (++in_flight > fake_card.most_in_flight)
			fake_card.most_in_flight = in_flight;
		pthread_cond_broadcast(&submitted);
		if (!queue->batch.wait && !fake_card.slow)
			run_next(queue);
		memset(&queue->batch, 0, sizeof(queue->batch));
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

static void wait_until_busy(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PATIENCE_S;
	while (fake_card.most_in_flight < fake_card.slow &&
	       !pthread_cond_timedwait(&submitted, &lock, &end))
		;
}

/* Until @reached is what is wanted, or nothing moves. Caller holds the lock. */
static bool run_all(uint64_t *reached, uint64_t wanted)
{
	bool moved = true;

	wait_until_busy();
	while (moved && *reached < wanted) {
		moved = false;
		for (int i = 7; i >= 0; i--)
			while (queues[i] && *reached < wanted && run_next(queues[i]))
				moved = true;
	}
	return *reached >= wanted;
}

int gantry_queue_wait(struct gantry_queue *queue, uint64_t seqno, int64_t timeout)
{
	int ret = -ETIMEDOUT;

	(void)timeout;
	pthread_mutex_lock(&lock);
	if (run_all(&queue->completed, seqno))
		ret = queue->jobs[seqno - 1].result;
	pthread_mutex_unlock(&lock);
	return ret;
}

/* ---- peers: a queue that needs no second card ---------------------------------- */

struct gantry_peer {
	struct gantry_queue *queue;
	uint64_t bytes;
};

int gantry_peer_create(struct gantry_device *from, struct gantry_device *to,
		       const struct gantry_peer_options *options, struct gantry_peer **out)
{
	struct gantry_queue *queue;
	int ret;

	(void)options;
	if (from == to)
		return -EINVAL;
	ret = gantry_queue_create(from, NULL, &queue);
	if (ret)
		return ret;
	*out = calloc(1, sizeof(**out));
	(*out)->queue = queue;
	return 0;
}

void gantry_peer_destroy(struct gantry_peer *peer)
{
	if (!peer)
		return;
	gantry_queue_destroy(peer->queue);
	free(peer);
}

int gantry_peer_prep_wait(struct gantry_peer *peer, struct gantry_fence *fence, uint64_t point)
{
	return gantry_queue_prep_wait(peer->queue, fence, point);
}

int gantry_peer_prep_signal(struct gantry_peer *peer, struct gantry_fence *fence, uint64_t point)
{
	return gantry_queue_prep_signal(peer->queue, fence, point);
}

int gantry_peer_copy(struct gantry_peer *peer, struct gantry_buffer *dst, uint64_t dst_offset,
		     struct gantry_buffer *src, uint64_t src_offset, uint64_t length,
		     uint64_t *number)
{
	int ret = gantry_queue_prep_copy(peer->queue, dst, dst_offset, src, src_offset, length, 0);

	if (!ret)
		ret = gantry_queue_submit(peer->queue, number);
	if (!ret)
		peer->bytes += length;
	return ret;
}

int gantry_peer_wait(struct gantry_peer *peer, uint64_t number, int64_t timeout)
{
	return gantry_queue_wait(peer->queue, number, timeout);
}

int gantry_peer_get_info(const struct gantry_peer *peer, struct gantry_peer_info *info)
{
	info->bytes_direct = peer->bytes;
	info->bytes_host = 0;
	return 0;
}
