// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads and a card. The feeder reads a chunk into a free slot, hashes it
 * and submits all its legs, chained by fences; the drainer waits for the last
 * leg of the oldest chunk, writes and hashes what came back, and frees the slot.
 * Neither waits for the card between legs.
 *
 * Host buffers are separate for the way in and the way back: if the card did
 * nothing at all, what comes back must not look right.
 */
#include <errno.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fence_time.h"
#include "transfer.h"

#define LEGS 3	/* load, move, store: the stages that the card works on */

struct leg {
	struct gantry_queue *queue;
	/* Instead of a queue, where the leg leads to another card. */
	struct gantry_peer *peer;
	/* Point chunk + 1 signals when this leg of the chunk has ended. */
	struct gantry_fence *fence;
	/* When the last chunk left this leg. */
	int64_t ended;
};

struct slot {
	struct gantry_buffer *in, *out;
	void *in_map, *out_map;
	int64_t submitted;
	uint64_t seqno[LEGS];
	int sync_file[LEGS];
};

struct transfer {
	const struct transfer_options *opts;
	struct transfer_result *result;
	struct gantry_device *dev;
	/* Where the data is in the end; the same one unless there is a second card. */
	struct gantry_device *last;
	struct leg legs[LEGS];
	struct slot *slots;
	unsigned int depth;
	uint64_t chunks;
	/* Device memory is a ring of chunks, as long as the file if that fits. */
	struct gantry_buffer *home, *away;
	uint64_t ring;
	struct sha256_ctx sha_in, sha_out;

	/* A peer serves one thread at a time. */
	pthread_mutex_t peer_lock;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Guarded by lock. */
	uint64_t fed, drained;
	struct transfer_error error;
};

static const struct {
	const char *name, *key;
} stage_names[TRANSFER_STAGES] = {
	[TRANSFER_READ] = { "disk to host", "disk_to_host" },
	[TRANSFER_HASH_IN] = { "SHA-256 on the way in", "sha256_in" },
	[TRANSFER_LOAD] = { "host to device", "host_to_device" },
	[TRANSFER_MOVE] = { "device to device", "device_to_device" },
	[TRANSFER_STORE] = { "device to host", "device_to_host" },
	[TRANSFER_WRITE] = { "host to disk", "host_to_disk" },
	[TRANSFER_HASH_OUT] = { "SHA-256 of what came back", "sha256_out" },
};

const char *transfer_stage_name(enum transfer_stage stage)
{
	return stage_names[stage].name;
}

const char *transfer_stage_key(enum transfer_stage stage)
{
	return stage_names[stage].key;
}

bool transfer_is_equal(const struct transfer_result *result)
{
	return !memcmp(result->sha_in, result->sha_out, TRANSFER_SHA256_SIZE);
}

/* ---- errors: the first one counts and stops both threads ---------------- */

/* @call: of libgantry, whose error it is; NULL: the system's */
static int fail_call(struct transfer *t, int code, const char *what, const char *call)
{
	pthread_mutex_lock(&t->lock);
	if (!t->error.code)
		t->error = (struct transfer_error) {
			.code = code, .what = what, .call = call,
		};
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	return code;
}

static int fail(struct transfer *t, int code, const char *what)
{
	return fail_call(t, code, what, NULL);
}

const char *transfer_explain(const struct transfer_error *error)
{
	return error->call ? gantry_explain(error->call, error->code) : strerror(-error->code);
}

/* ---- setting up ---------------------------------------------------------- */

static uint64_t chunk_length(const struct transfer *t, uint64_t k)
{
	uint64_t left = t->opts->length - k * t->opts->chunk;

	return left < t->opts->chunk ? left : t->opts->chunk;
}

static uint64_t ring_length(const struct transfer *t)
{
	uint64_t all = t->chunks * t->opts->chunk;
	uint64_t room = t->ring * t->opts->chunk;

	/* the last chunk of a file is seldom full */
	return room < all ? room : t->opts->length;
}

static void drop_device_memory(struct transfer *t)
{
	gantry_buffer_destroy(t->home);
	gantry_buffer_destroy(t->away);
	t->home = NULL;
	t->away = NULL;
}

static int try_device_memory(struct transfer *t)
{
	int ret;

	ret = gantry_buffer_create(t->dev, ring_length(t), t->opts->region, &t->home);
	if (!ret && t->opts->use_via)
		ret = gantry_buffer_create(t->last, ring_length(t), t->opts->via, &t->away);
	if (ret)
		drop_device_memory(t);
	return ret;
}

/*
 * The whole file if it fits, else half of it, and so on. A chunk's slot must be
 * free before the ring comes round to its place, so depth is the least.
 */
static int make_device_memory(struct transfer *t)
{
	int ret;

	t->ring = t->chunks;
	for (;;) {
		ret = try_device_memory(t);
		if (ret != -ENOSPC || t->ring <= t->depth)
			break;
		t->ring /= 2;
		if (t->ring < t->depth)
			t->ring = t->depth;
	}
	if (ret)
		return fail_call(t, ret, "make a buffer in device memory", "gantry_buffer_create");
	t->result->resident = ring_length(t);
	return 0;
}

static int make_host_buffer(struct transfer *t, struct gantry_device *dev,
			    struct gantry_buffer **buf, void **map)
{
	int ret;

	ret = gantry_buffer_create(dev, t->opts->chunk, GANTRY_REGION_HOST, buf);
	if (ret)
		return fail_call(t, ret, "make a host buffer", "gantry_buffer_create");
	ret = gantry_buffer_map(*buf, map);
	if (ret)
		return fail_call(t, ret, "map a host buffer", "gantry_buffer_map");
	return 0;
}

static int make_slots(struct transfer *t)
{
	int ret = 0;

	t->slots = calloc(t->depth, sizeof(*t->slots));
	if (!t->slots)
		return fail(t, -ENOMEM, "allocate");
	for (unsigned int i = 0; i < t->depth; i++)
		for (int leg = 0; leg < LEGS; leg++)
			t->slots[i].sync_file[leg] = -1;
	for (unsigned int i = 0; i < t->depth && !ret; i++) {
		ret = make_host_buffer(t, t->dev, &t->slots[i].in, &t->slots[i].in_map);
		if (!ret)
			ret = make_host_buffer(t, t->last, &t->slots[i].out,
					       &t->slots[i].out_map);
	}
	return ret;
}

static bool leg_is_used(const struct transfer *t, int leg)
{
	return leg != TRANSFER_MOVE - TRANSFER_LOAD || t->opts->use_via;
}

static int make_queue(struct transfer *t, struct gantry_device *dev, struct leg *leg)
{
	int ret = gantry_queue_create(dev, NULL, &leg->queue);

	return ret ? fail_call(t, ret, "make a queue", "gantry_queue_create") : 0;
}

static int make_peer(struct transfer *t, struct leg *leg)
{
	int ret = gantry_peer_create(t->dev, t->last, NULL, &leg->peer);

	return ret ? fail_call(t, ret, "join the two cards", "gantry_peer_create") : 0;
}

static int make_leg(struct transfer *t, int i)
{
	struct gantry_device *dev = i ? t->last : t->dev;
	struct leg *leg = &t->legs[i];
	int ret;

	ret = i == 1 && t->last != t->dev ? make_peer(t, leg) : make_queue(t, dev, leg);
	if (ret)
		return ret;
	ret = gantry_fence_create(dev, &leg->fence);
	return ret ? fail_call(t, ret, "make a fence", "gantry_fence_create") : 0;
}

static int make_legs(struct transfer *t)
{
	int ret = 0;

	for (int i = 0; i < LEGS && !ret; i++)
		if (leg_is_used(t, i))
			ret = make_leg(t, i);
	return ret;
}

/* A short file needs fewer slots, and no queue may be asked for too much. */
static void plan(struct transfer *t)
{
	struct gantry_device_info info = { .size = sizeof(info) };

	t->chunks = (t->opts->length - 1) / t->opts->chunk + 1;
	t->depth = t->opts->depth;
	if (t->depth > t->chunks)
		t->depth = t->chunks;
	if (!gantry_device_get_info(t->dev, &info) && t->depth > info.max_jobs)
		t->depth = info.max_jobs;
	t->result->chunks = t->chunks;
}

static int set_up(struct transfer *t)
{
	int ret;

	plan(t);
	sha256_init(&t->sha_in);
	sha256_init(&t->sha_out);
	ret = make_device_memory(t);
	if (!ret)
		ret = make_slots(t);
	if (!ret)
		ret = make_legs(t);
	return ret;
}

static void tear_down(struct transfer *t)
{
	for (int i = 0; i < LEGS; i++) {
		gantry_queue_destroy(t->legs[i].queue);
		gantry_peer_destroy(t->legs[i].peer);
		gantry_fence_destroy(t->legs[i].fence);
	}
	for (unsigned int i = 0; t->slots && i < t->depth; i++) {
		gantry_buffer_destroy(t->slots[i].in);
		gantry_buffer_destroy(t->slots[i].out);
		for (int leg = 0; leg < LEGS; leg++)
			if (t->slots[i].sync_file[leg] >= 0)
				close(t->slots[i].sync_file[leg]);
	}
	drop_device_memory(t);
	free(t->slots);
}

/* ---- the host's stages --------------------------------------------------- */

static void count(struct transfer *t, enum transfer_stage stage, uint64_t bytes, int64_t busy)
{
	t->result->stages[stage].bytes += bytes;
	t->result->stages[stage].busy += busy;
}

static int read_all(int fd, uint8_t *to, uint64_t length, uint64_t offset)
{
	while (length) {
		ssize_t n = pread(fd, to, length, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -ENODATA;	/* shorter than it was */
		to += n;
		offset += n;
		length -= n;
	}
	return 0;
}

static int write_all(int fd, const uint8_t *from, uint64_t length, uint64_t offset)
{
	while (length) {
		ssize_t n = pwrite(fd, from, length, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		from += n;
		offset += n;
		length -= n;
	}
	return 0;
}

static void hash(struct transfer *t, enum transfer_stage stage, struct sha256_ctx *sha,
		 const void *data, uint64_t length)
{
	int64_t start = now_ns();

	sha256_update(sha, length, data);
	count(t, stage, length, now_ns() - start);
}

/* ---- the feeder ---------------------------------------------------------- */

static int load_from_disk(struct transfer *t, uint64_t k, struct slot *slot)
{
	uint64_t length = chunk_length(t, k);
	int64_t start = now_ns();
	int ret;

	ret = read_all(t->opts->in_fd, slot->in_map, length, k * t->opts->chunk);
	if (ret)
		return fail(t, ret, "read the file");
	count(t, TRANSFER_READ, length, now_ns() - start);
	hash(t, TRANSFER_HASH_IN, &t->sha_in, slot->in_map, length);
	return 0;
}

struct copy {
	struct gantry_buffer *to, *from;
	uint64_t to_offset, from_offset;
};

static int submit_to_queue(struct transfer *t, uint64_t k, struct leg *leg,
			   const struct leg *after, const struct copy *copy, uint64_t *seqno)
{
	struct gantry_queue *queue = leg->queue;
	int ret;

	ret = gantry_queue_prep_copy(queue, copy->to, copy->to_offset, copy->from,
				     copy->from_offset, chunk_length(t, k), 0);
	if (!ret && after)
		ret = gantry_queue_prep_wait(queue, after->fence, k + 1);
	if (!ret)
		ret = gantry_queue_prep_signal(queue, leg->fence, k + 1);
	if (!ret)
		ret = gantry_queue_submit(queue, seqno);
	return ret ? fail_call(t, ret, "submit a copy", "gantry_queue_submit") : 0;
}

static int submit_to_peer(struct transfer *t, uint64_t k, struct leg *leg,
			  const struct leg *after, const struct copy *copy, uint64_t *number)
{
	int ret;

	pthread_mutex_lock(&t->peer_lock);
	ret = gantry_peer_prep_wait(leg->peer, after->fence, k + 1);
	if (!ret)
		ret = gantry_peer_prep_signal(leg->peer, leg->fence, k + 1);
	if (!ret)
		ret = gantry_peer_copy(leg->peer, copy->to, copy->to_offset, copy->from,
				       copy->from_offset, chunk_length(t, k), number);
	pthread_mutex_unlock(&t->peer_lock);
	return ret ? fail_call(t, ret, "submit a copy to the other card", "gantry_peer_copy") : 0;
}

/* One leg: starts after @after (unless NULL) has passed this chunk. */
static int submit_leg(struct transfer *t, uint64_t k, struct slot *slot, int leg,
		      const struct leg *after, const struct copy *copy)
{
	struct leg *way = &t->legs[leg];
	int ret;

	if (way->peer)
		ret = submit_to_peer(t, k, way, after, copy, &slot->seqno[leg]);
	else
		ret = submit_to_queue(t, k, way, after, copy, &slot->seqno[leg]);
	if (ret)
		return ret;
	/* only for the time it takes: without it, the drainer's own clock counts */
	ret = gantry_fence_export_sync_file(t->legs[leg].fence, k + 1);
	slot->sync_file[leg] = ret < 0 ? -1 : ret;
	return 0;
}

static int submit_chunk(struct transfer *t, uint64_t k, struct slot *slot)
{
	uint64_t at = k % t->ring * t->opts->chunk;
	struct gantry_buffer *last = t->opts->use_via ? t->away : t->home;
	const struct leg *load = &t->legs[0], *move = &t->legs[1];
	int ret;

	slot->submitted = now_ns();
	ret = submit_leg(t, k, slot, 0, NULL,
			 &(struct copy) { .to = t->home, .to_offset = at, .from = slot->in });
	if (!ret && t->opts->use_via)
		ret = submit_leg(t, k, slot, 1, load,
				 &(struct copy) { .to = t->away, .to_offset = at,
						  .from = t->home, .from_offset = at });
	if (!ret)
		ret = submit_leg(t, k, slot, 2, t->opts->use_via ? move : load,
				 &(struct copy) { .to = slot->out, .from = last,
						  .from_offset = at });
	return ret;
}

static int wait_for_slot(struct transfer *t)
{
	int ret;

	pthread_mutex_lock(&t->lock);
	while (t->fed - t->drained == t->depth && !t->error.code)
		pthread_cond_wait(&t->changed, &t->lock);
	ret = t->error.code;
	pthread_mutex_unlock(&t->lock);
	return ret;
}

static void feed(struct transfer *t)
{
	for (uint64_t k = 0; k < t->chunks; k++) {
		struct slot *slot = &t->slots[k % t->depth];

		if (wait_for_slot(t) || load_from_disk(t, k, slot) || submit_chunk(t, k, slot))
			return;
		pthread_mutex_lock(&t->lock);
		t->fed++;
		pthread_cond_broadcast(&t->changed);
		pthread_mutex_unlock(&t->lock);
	}
}

/* ---- the drainer --------------------------------------------------------- */

/*
 * A leg can begin once the chunk has left the leg before it and the previous
 * chunk has left this one.
 */
static void time_legs(struct transfer *t, uint64_t k, struct slot *slot)
{
	int64_t ready = slot->submitted;

	for (int i = 0; i < LEGS; i++) {
		struct leg *leg = &t->legs[i];
		int64_t start = ready > leg->ended ? ready : leg->ended;

		if (!leg_is_used(t, i))
			continue;
		leg->ended = fence_time(slot->sync_file[i], start);
		count(t, TRANSFER_LOAD + i, chunk_length(t, k), leg->ended - start);
		ready = leg->ended;
		if (slot->sync_file[i] >= 0)
			close(slot->sync_file[i]);
		slot->sync_file[i] = -1;
	}
}

static int wait_for_queue(struct transfer *t, struct leg *leg, uint64_t seqno, const char *what)
{
	int ret = gantry_queue_wait(leg->queue, seqno, -1);

	return ret ? fail_call(t, ret, what, "gantry_queue_wait") : 0;
}

/* Not for long with the lock held, which the feeder needs. */
static int wait_for_peer(struct transfer *t, uint64_t k, struct leg *leg, uint64_t number)
{
	int ret = gantry_fence_wait(leg->fence, k + 1, -1);

	if (ret)
		return fail_call(t, ret, "wait for the other card", "gantry_fence_wait");
	pthread_mutex_lock(&t->peer_lock);
	ret = gantry_peer_wait(leg->peer, number, -1);
	pthread_mutex_unlock(&t->peer_lock);
	return ret ? fail_call(t, ret, "copy from card to card", "gantry_peer_wait") : 0;
}

static int wait_for_legs(struct transfer *t, uint64_t k, struct slot *slot)
{
	static const char *const what[LEGS] = {
		"copy from host to device", "copy from device to device",
		"copy from device to host",
	};
	int ret;

	/* The driver ends jobs that hang: no wait of ours is for ever. */
	for (int i = 0; i < LEGS; i++) {
		struct leg *leg = &t->legs[i];

		if (!leg_is_used(t, i))
			continue;
		if (leg->peer)
			ret = wait_for_peer(t, k, leg, slot->seqno[i]);
		else
			ret = wait_for_queue(t, leg, slot->seqno[i], what[i]);
		if (ret)
			return ret;
	}
	time_legs(t, k, slot);
	return 0;
}

static int write_to_disk(struct transfer *t, uint64_t k, const struct slot *slot)
{
	uint64_t length = chunk_length(t, k);
	int64_t start = now_ns();
	int ret;

	ret = write_all(t->opts->out_fd, slot->out_map, length, k * t->opts->chunk);
	if (ret)
		return fail(t, ret, "write the output file");
	count(t, TRANSFER_WRITE, length, now_ns() - start);
	return 0;
}

static int wait_for_chunk(struct transfer *t)
{
	int ret;

	pthread_mutex_lock(&t->lock);
	while (t->fed == t->drained && !t->error.code)
		pthread_cond_wait(&t->changed, &t->lock);
	ret = t->error.code;
	pthread_mutex_unlock(&t->lock);
	return ret;
}

static void *drain(void *context)
{
	struct transfer *t = context;
	const struct transfer_options *opts = t->opts;

	for (uint64_t k = 0; k < t->chunks; k++) {
		struct slot *slot = &t->slots[k % t->depth];
		uint64_t length = chunk_length(t, k);

		if (wait_for_chunk(t) || wait_for_legs(t, k, slot))
			break;
		if (opts->out_fd >= 0 && write_to_disk(t, k, slot))
			break;
		hash(t, TRANSFER_HASH_OUT, &t->sha_out, slot->out_map, length);
		if (opts->progress)
			opts->progress(opts->context, k * opts->chunk + length, opts->length);
		pthread_mutex_lock(&t->lock);
		t->drained++;
		pthread_cond_broadcast(&t->changed);
		pthread_mutex_unlock(&t->lock);
	}
	return NULL;
}

/* -------------------------------------------------------------------------- */

static void move_all(struct transfer *t)
{
	struct gantry_peer_info info = { .size = sizeof(info) };
	int64_t start = now_ns();
	pthread_t drainer;
	int ret;

	ret = pthread_create(&drainer, NULL, drain, t);
	if (ret) {
		fail(t, -ret, "start a thread");
		return;
	}
	feed(t);
	pthread_join(drainer, NULL);
	t->result->elapsed = now_ns() - start;
	if (t->legs[1].peer && !gantry_peer_get_info(t->legs[1].peer, &info))
		t->result->direct = info.bytes_direct;
	sha256_digest(&t->sha_in, TRANSFER_SHA256_SIZE, t->result->sha_in);
	sha256_digest(&t->sha_out, TRANSFER_SHA256_SIZE, t->result->sha_out);
}

int transfer_run(struct gantry_device *dev, const struct transfer_options *options,
		 struct transfer_result *result, struct transfer_error *error)
{
	struct transfer t = {
		.opts = options,
		.result = result,
		.dev = dev,
		.last = options->use_via && options->to ? options->to : dev,
		.peer_lock = PTHREAD_MUTEX_INITIALIZER,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};

	*result = (struct transfer_result) { 0 };
	if (!set_up(&t))
		move_all(&t);
	tear_down(&t);
	*error = t.error;
	return t.error.code;
}
