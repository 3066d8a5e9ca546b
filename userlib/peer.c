// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Copies from one card to another: straight where the second card can be given
 * the first one's memory, else piece by piece through host memory, the two
 * cards working at the same time.
 */
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

#define SMALL_PIECE	(2u << 20)	/* host memory has large pages of it */
#define DEFAULT_PIECE	(8u << 20)	/* what two jobs cost is little beside it */
#define DEFAULT_DEPTH	4
#define MAX_DEPTH	64
#define MAX_STAGE	(1u << 30)

/* Copies of the second card's queue that may be under way. */
#define IN_FLIGHT	64

/* One card's view of what the two share. */
struct side {
	struct gantry_device *dev;
	struct gantry_queue *queue;
	struct gantry_buffer *stage;
	struct gantry_fence *filled;	/* point: number of the job that filled a piece */
	struct gantry_fence *drained;	/* point: number of the job that emptied it */
};

struct gantry_peer {
	struct side from, to;
	uint64_t piece;
	uint32_t depth;
	uint32_t next;			/* piece of the stage */
	uint64_t filled, drained;	/* jobs submitted to each queue */
	uint64_t verified;		/* jobs of the second that are known to have gone well */
	uint64_t emptied[MAX_DEPTH];	/* by piece: job of the second that reads it */
	uint64_t source[IN_FLIGHT];	/* by job of the second: last of the first before it */
	uint64_t direct;		/* job of the second that the next piece has to wait for */
	/* of the next copy; NULL: none */
	struct gantry_fence *wait, *signal;
	uint64_t wait_point, signal_point;
	bool refused;			/* the second cannot be given the first one's memory */
	struct gantry_buffer *borrowed;	/* the last source as the second one's, or NULL */
	uint64_t lender;		/* serial number of that source */
	uint64_t bytes_direct, bytes_host;
};

/* ---- making and ending -------------------------------------------------- */

static int read_options(struct gantry_peer *peer, const struct gantry_peer_options *user)
{
	struct gantry_peer_options options;
	int ret;

	ret = gtr_struct_in(&options, sizeof(options), user,
			    GTR_SIZE_WITH(struct gantry_peer_options, pad));
	if (ret)
		return ret;
	if (options.pad)
		return -EINVAL;
	peer->piece = options.piece ? options.piece : DEFAULT_PIECE;
	peer->depth = options.depth ? options.depth : DEFAULT_DEPTH;
	if (peer->depth > MAX_DEPTH || peer->piece > MAX_STAGE / peer->depth)
		return -EINVAL;
	return 0;
}

static void side_fini(struct side *side)
{
	gantry_queue_destroy(side->queue);
	gantry_fence_destroy(side->drained);
	gantry_fence_destroy(side->filled);
	gantry_buffer_destroy(side->stage);
}

static int make_queue(struct side *side)
{
	const struct gantry_queue_options options = {
		.size = sizeof(options),
		.max_ops = 1,
		.max_syncs = 2,		/* the stage's, and the caller's */
	};

	return gantry_queue_create(side->dev, &options, &side->queue);
}

static int share_fence(struct gantry_fence *fence, struct gantry_device *dev,
		       struct gantry_fence **out)
{
	int ret, fd = gantry_fence_export(fence);

	if (fd < 0)
		return fd;
	ret = gantry_fence_import(dev, fd, out);
	(void)GTR_CALL(close(fd));
	return ret;
}

static int share_buffer(struct gantry_buffer *buf, struct gantry_device *dev,
			struct gantry_buffer **out)
{
	int ret, fd = gantry_buffer_export(buf);

	if (fd < 0)
		return fd;
	ret = gantry_buffer_import(dev, fd, out);
	(void)GTR_CALL(close(fd));
	return ret;
}

static int make_first(struct gantry_peer *peer)
{
	struct side *from = &peer->from;
	int ret = make_queue(from);

	if (!ret)
		ret = gantry_fence_create(from->dev, &from->filled);
	if (!ret)
		ret = gantry_fence_create(from->dev, &from->drained);
	if (!ret)
		ret = gantry_buffer_create(from->dev, peer->piece * peer->depth,
					   GANTRY_REGION_HOST, &from->stage);
	return ret;
}

static int make_second(struct gantry_peer *peer)
{
	struct side *from = &peer->from, *to = &peer->to;
	int ret = make_queue(to);

	if (!ret)
		ret = share_fence(from->filled, to->dev, &to->filled);
	if (!ret)
		ret = share_fence(from->drained, to->dev, &to->drained);
	if (!ret)
		ret = share_buffer(from->stage, to->dev, &to->stage);
	return ret;
}

int gantry_peer_create(struct gantry_device *from, struct gantry_device *to,
		       const struct gantry_peer_options *options, struct gantry_peer **out)
{
	struct gantry_peer *peer;
	int ret;

	ret = gtr_create_check(from, out);
	if (!ret)
		ret = gtr_device_check(to);
	if (ret)
		return ret;
	peer = calloc(1, sizeof(*peer));
	if (!peer)
		return -ENOMEM;
	peer->from.dev = from;
	peer->to.dev = to;
	ret = read_options(peer, options);
	if (!ret)
		ret = make_first(peer);
	if (!ret)
		ret = make_second(peer);
	if (ret) {
		side_fini(&peer->to);
		side_fini(&peer->from);
		free(peer);
		return ret;
	}
	gtr_device_get(from);
	gtr_device_get(to);
	*out = peer;
	return 0;
}

void gantry_peer_destroy(struct gantry_peer *peer)
{
	if (!peer)
		return;
	gantry_buffer_destroy(peer->borrowed);
	side_fini(&peer->to);
	side_fini(&peer->from);
	gtr_device_put(peer->to.dev);
	gtr_device_put(peer->from.dev);
	free(peer);
}

/* ---- copying ------------------------------------------------------------- */

/* Did the first card do its part of a job of the second, and of all before it? */
static int source_result(const struct gantry_peer *peer, uint64_t number)
{
	uint64_t broken;
	int error = gantry_queue_error(peer->from.queue, &broken);

	if (!error || peer->source[number % IN_FLIGHT] < broken)
		return 0;
	return error;
}

/* The kernel keeps the memory for as long as a job needs it. */
static void give_back(struct gantry_peer *peer)
{
	gantry_buffer_destroy(peer->borrowed);
	peer->borrowed = NULL;
}

static int wait_job(struct gantry_peer *peer, uint64_t number, int64_t timeout)
{
	int ret;

	if (number <= peer->verified)
		return 0;
	ret = gantry_queue_wait(peer->to.queue, number, timeout);
	if (!ret)
		ret = source_result(peer, number);
	if (ret)
		return ret;
	peer->verified = number;
	if (number == peer->drained)
		give_back(peer);
	return 0;
}

/* What is kept of each job is kept of so many: wait for the oldest. */
static int make_room(struct gantry_peer *peer)
{
	if (peer->drained < IN_FLIGHT)
		return 0;
	return wait_job(peer, peer->drained - IN_FLIGHT + 1, -1);
}

/* Unless preparing it failed. */
static int submit(struct gantry_queue *queue, int ret)
{
	if (!ret)
		ret = gantry_queue_submit(queue, NULL);
	if (ret)
		(void)gantry_queue_discard(queue);
	return ret;
}

/* The second card's job was submitted. */
static void count_job(struct gantry_peer *peer)
{
	peer->drained++;
	peer->source[peer->drained % IN_FLIGHT] = peer->filled;
}

static int fill_piece(struct gantry_peer *peer, struct gantry_buffer *src, uint64_t offset,
		      uint64_t length, bool first)
{
	uint64_t emptied = peer->emptied[peer->next];
	uint64_t before = emptied > peer->direct ? emptied : peer->direct;
	struct gantry_queue *queue = peer->from.queue;
	int ret;

	ret = gantry_queue_prep_copy(queue, peer->from.stage, peer->next * peer->piece, src,
				     offset, length, 0);
	if (!ret && before)
		ret = gantry_queue_prep_wait(queue, peer->from.drained, before);
	if (!ret && first && peer->wait)
		ret = gantry_queue_prep_wait(queue, peer->wait, peer->wait_point);
	if (!ret)
		ret = gantry_queue_prep_signal(queue, peer->from.filled, peer->filled + 1);
	ret = submit(queue, ret);
	if (ret)
		return ret;
	peer->filled++;
	peer->direct = 0;
	return 0;
}

/* Of the last piece of a copy, or of a copy as a whole. */
static int prep_signal(struct gantry_peer *peer)
{
	if (!peer->signal)
		return 0;
	return gantry_queue_prep_signal(peer->to.queue, peer->signal, peer->signal_point);
}

static int drain_piece(struct gantry_peer *peer, struct gantry_buffer *dst, uint64_t offset,
		       uint64_t length, bool last)
{
	struct gantry_queue *queue = peer->to.queue;
	int ret;

	ret = gantry_queue_prep_copy(queue, dst, offset, peer->to.stage,
				     peer->next * peer->piece, length, 0);
	if (!ret)
		ret = gantry_queue_prep_wait(queue, peer->to.filled, peer->filled);
	if (!ret)
		ret = gantry_queue_prep_signal(queue, peer->to.drained, peer->drained + 1);
	if (!ret && last)
		ret = prep_signal(peer);
	ret = submit(queue, ret);
	if (ret)
		return ret;
	count_job(peer);
	peer->emptied[peer->next] = peer->drained;
	peer->next = (peer->next + 1) % peer->depth;
	return 0;
}

/* So many that both cards have work, but none so small that it costs more than that wins. */
static uint64_t piece_length(const struct gantry_peer *peer, uint64_t length)
{
	uint64_t share = length / peer->depth;
	uint64_t piece = share - share % SMALL_PIECE;

	if (piece < SMALL_PIECE)
		piece = SMALL_PIECE;
	return piece < peer->piece ? piece : peer->piece;
}

static int copy_through_host(struct gantry_peer *peer, struct gantry_buffer *dst,
			     uint64_t dst_offset, struct gantry_buffer *src, uint64_t src_offset,
			     uint64_t length)
{
	uint64_t done, piece, most = piece_length(peer, length);
	int ret;

	for (done = 0; done < length; done += piece) {
		piece = length - done < most ? length - done : most;
		ret = make_room(peer);
		if (!ret)
			ret = fill_piece(peer, src, src_offset + done, piece, !done);
		if (!ret)
			ret = drain_piece(peer, dst, dst_offset + done, piece,
					  done + piece == length);
		if (ret)
			return ret;
	}
	peer->bytes_host += length;
	return 0;
}

/*
 * The first one's memory as the second card's buffer. It costs more than a small copy,
 * so it serves all copies from one source that are under way together; no longer, for
 * the memory is not free before.
 */
static int borrow(struct gantry_peer *peer, struct gantry_buffer *src)
{
	bool card_memory = src->region != GANTRY_REGION_HOST;
	int ret;

	if (peer->borrowed && peer->lender == src->serial)
		return 0;
	give_back(peer);
	if (card_memory && peer->refused)
		return -EOPNOTSUPP;
	ret = share_buffer(src, peer->to.dev, &peer->borrowed);
	if (ret == -EOPNOTSUPP && card_memory)
		peer->refused = true;
	peer->lender = src->serial;
	return ret;
}

/* One job of the second card; @wait is a fence of its own. */
static int submit_direct(struct gantry_peer *peer, struct gantry_buffer *dst, uint64_t dst_offset,
			 struct gantry_buffer *src, uint64_t src_offset, uint64_t length,
			 struct gantry_fence *wait)
{
	struct gantry_queue *queue = peer->to.queue;
	int ret;

	ret = gantry_queue_prep_copy(queue, dst, dst_offset, src, src_offset, length, 0);
	if (!ret && wait)
		ret = gantry_queue_prep_wait(queue, wait, peer->wait_point);
	/* The first card does not know of this job, and must not be ahead of it. */
	if (!ret)
		ret = gantry_queue_prep_signal(queue, peer->to.drained, peer->drained + 1);
	if (!ret)
		ret = prep_signal(peer);
	ret = submit(queue, ret);
	if (ret)
		return ret;
	count_job(peer);
	peer->direct = peer->drained;
	peer->bytes_direct += length;
	return 0;
}

static int copy_direct(struct gantry_peer *peer, struct gantry_buffer *dst, uint64_t dst_offset,
		       struct gantry_buffer *src, uint64_t src_offset, uint64_t length)
{
	struct gantry_fence *wait = NULL;
	int ret;

	ret = make_room(peer);
	if (!ret)
		ret = borrow(peer, src);
	if (!ret && peer->wait)
		ret = share_fence(peer->wait, peer->to.dev, &wait);
	if (!ret)
		ret = submit_direct(peer, dst, dst_offset, peer->borrowed, src_offset, length,
				    wait);
	gantry_fence_destroy(wait);
	return ret;
}

static int keep_sync(const struct gantry_device *dev, struct gantry_fence *fence, uint64_t point,
		     struct gantry_fence **fence_out, uint64_t *point_out)
{
	if (!fence || !point)
		return -EINVAL;
	if (fence->dev != dev)
		return -EXDEV;
	if (*fence_out)
		return -ENOBUFS;
	*fence_out = fence;
	*point_out = point;
	return 0;
}

int gantry_peer_prep_wait(struct gantry_peer *peer, struct gantry_fence *fence, uint64_t point)
{
	int ret = gtr_device_check(peer ? peer->from.dev : NULL);

	return ret ? ret : keep_sync(peer->from.dev, fence, point, &peer->wait,
				     &peer->wait_point);
}

int gantry_peer_prep_signal(struct gantry_peer *peer, struct gantry_fence *fence, uint64_t point)
{
	int ret = gtr_device_check(peer ? peer->to.dev : NULL);

	return ret ? ret : keep_sync(peer->to.dev, fence, point, &peer->signal,
				     &peer->signal_point);
}

static int check_copy(const struct gantry_peer *peer, const struct gantry_buffer *dst,
		      uint64_t dst_offset, const struct gantry_buffer *src, uint64_t src_offset,
		      uint64_t length)
{
	int ret = gtr_device_check(peer ? peer->to.dev : NULL);

	if (ret)
		return ret;
	if (!dst || !src)
		return -EINVAL;
	if (dst->dev != peer->to.dev || src->dev != peer->from.dev)
		return -EXDEV;
	if (!gtr_range_fits(dst, dst_offset, length) || !gtr_range_fits(src, src_offset, length))
		return -EINVAL;
	return dst->flags & GANTRY_BUFFER_READ_ONLY ? -EACCES : 0;
}

int gantry_peer_copy(struct gantry_peer *peer, struct gantry_buffer *dst, uint64_t dst_offset,
		     struct gantry_buffer *src, uint64_t src_offset, uint64_t length,
		     uint64_t *number)
{
	int ret;

	ret = check_copy(peer, dst, dst_offset, src, src_offset, length);
	if (ret)
		return ret;
	ret = copy_direct(peer, dst, dst_offset, src, src_offset, length);
	/* Memory of that card cannot be shared, or this buffer may not be. */
	if (ret == -EOPNOTSUPP || ret == -EACCES)
		ret = copy_through_host(peer, dst, dst_offset, src, src_offset, length);
	if (ret)
		return ret;
	peer->wait = NULL;
	peer->signal = NULL;
	if (number)
		*number = peer->drained;
	return 0;
}

int gantry_peer_wait(struct gantry_peer *peer, uint64_t number, int64_t timeout)
{
	int ret = gtr_device_check(peer ? peer->to.dev : NULL);

	if (ret)
		return ret;
	if (!number || number > peer->drained)
		return -EINVAL;
	return wait_job(peer, number, timeout);
}

int gantry_peer_get_info(const struct gantry_peer *peer, struct gantry_peer_info *info)
{
	int ret = gtr_device_check(peer ? peer->to.dev : NULL);
	struct gantry_peer_info ours;

	if (ret)
		return ret;
	ours = (struct gantry_peer_info) {
		.bytes_direct = peer->bytes_direct,
		.bytes_host = peer->bytes_host,
	};
	return gtr_struct_out(info, GTR_SIZE_WITH(struct gantry_peer_info, bytes_host), &ours,
			      sizeof(ours));
}
