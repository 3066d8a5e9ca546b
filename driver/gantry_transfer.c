// SPDX-License-Identifier: GPL-2.0-only
#include <linux/math64.h>
#include <linux/minmax.h>

#include "gantry_device.h"
#include "gantry_ring.h"
#include "gantry_transfer.h"

/**
 * gantry_stream_init - begin an empty stream
 * @stream: what to initialise
 * @home: ring its ordered transfers will take
 * @priority: of its transfers
 * @ended: see &gantry_stream.ended
 */
void gantry_stream_init(struct gantry_stream *stream, struct gantry_ring *home, u32 priority,
			const bool *ended)
{
	stream->home = home;
	stream->priority = priority;
	stream->current_part = NULL;
	INIT_LIST_HEAD(&stream->backlog);
	stream->in_flight = 0;
	stream->error = 0;
	stream->ended = ended;
}

/**
 * gantry_stream_cancel - let nothing more of a stream reach the card
 * @stream: which
 * @error: what its transfers end with; what the card already has still completes
 */
void gantry_stream_cancel(struct gantry_stream *stream, int error)
{
	struct gantry_ring *ring = stream->home;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	if (!stream->error)
		WRITE_ONCE(stream->error, error);
	spin_unlock_irqrestore(&ring->lock, flags);
	gantry_ring_service(ring);
}

static u64 gantry_ops_bytes(const struct gantry_op *ops, u32 op_count, bool *ordered)
{
	u64 bytes = 0;
	u32 i;

	*ordered = false;
	for (i = 0; i < op_count; i++) {
		*ordered |= ops[i].barrier;
		if (check_add_overflow(bytes, ops[i].length, &bytes))
			bytes = U64_MAX;
	}
	return bytes;
}

/**
 * gantry_transfer_init - prepare a transfer
 * @xfer: what to initialise; the caller sets @xfer->finish
 * @rings: it can be spread over
 * @ops: what to do; must stay until the transfer has finished
 * @op_count: at least one
 * @stream: keeps it behind earlier transfers, or NULL
 * @busy: some of these have not ended
 *
 * A large transfer is spread over several rings, unless its operations depend
 * on each other: a ring only orders what is in it.
 */
void gantry_transfer_init(struct gantry_transfer *xfer, u32 rings,
			  const struct gantry_op *ops, u32 op_count,
			  struct gantry_stream *stream, bool busy)
{
	u32 most = min_t(u32, rings, GANTRY_MAX_SPREAD);
	bool ordered;
	u64 bytes = gantry_ops_bytes(ops, op_count, &ordered);
	u32 i;

	xfer->ops = ops;
	xfer->op_count = op_count;
	xfer->part_count = 1;
	if (!ordered && bytes >= (busy ? GANTRY_SPREAD_BUSY : GANTRY_SPREAD_BYTES))
		xfer->part_count = clamp_t(u64, div_u64(bytes, GANTRY_SPREAD_BYTES), 1, most);
	xfer->error = 0;
	xfer->stream = stream;
	xfer->share = NULL;
	xfer->started = NULL;
	xfer->blamed = NULL;
	atomic_set(&xfer->parts_left, xfer->part_count);
	for (i = 0; i < xfer->part_count; i++)
		xfer->parts[i] = (struct gantry_part){
			.xfer = xfer,
			.share_op = U32_MAX,
			.index = i,
		};
}

/**
 * gantry_transfer_start - hand a transfer to the rings
 * @xfer: initialised; a spread one only when its stream is idle
 * @first: the first ring it takes
 *
 * Does not sleep. @xfer may be gone on return.
 */
void gantry_transfer_start(struct gantry_transfer *xfer, struct gantry_ring *first)
{
	u32 parts = xfer->part_count;
	u32 i;

	for (i = 0; i < parts; i++)
		gantry_ring_add(gantry_ring_neighbor(first, i), &xfer->parts[i]);
}

/* The first error stays. */
void gantry_transfer_fail(struct gantry_transfer *xfer, int error)
{
	cmpxchg(&xfer->error, 0, error);
}

/*
 * Find out what @part moves of the operation at its cursor: large operations are
 * cut into as many units as there are parts, small ones go to the parts in turn.
 */
static void gantry_part_share(struct gantry_part *part)
{
	const struct gantry_transfer *xfer = part->xfer;
	u32 parts = xfer->part_count, index = part->cursor.op;
	u64 length = xfer->ops[index].length;
	u64 unit, turn;

	part->share_op = index;
	part->share_begin = 0;
	part->share_end = length;
	if (parts == 1)
		return;
	unit = round_up(div_u64(length + parts - 1, parts), (u64)GANTRY_SPREAD_UNIT);
	turn = (part->index + parts - index % parts) % parts;
	part->share_begin = min(length, turn * unit);
	part->share_end = min(length, part->share_begin + unit);
}

/**
 * gantry_part_settle - move the cursor to the next byte there is to emit
 * @part: which
 * @offset: out: of that byte in its operation
 * @length: out: bytes from there that belong to this part
 *
 * Return: false if nothing is left.
 */
bool gantry_part_settle(struct gantry_part *part, u64 *offset, u64 *length)
{
	struct gantry_cursor *cursor = &part->cursor;

	for (; cursor->op < part->xfer->op_count; cursor->op++, cursor->done = 0) {
		if (part->share_op != cursor->op)
			gantry_part_share(part);
		*offset = part->share_begin + cursor->done;
		if (*offset < part->share_end) {
			*length = part->share_end - *offset;
			return true;
		}
	}
	return false;
}

/* A part has ended and is in no list; the last one ends the transfer. */
void gantry_part_end(struct gantry_part *part)
{
	struct gantry_transfer *xfer = part->xfer;

	if (atomic_dec_and_test(&xfer->parts_left))
		xfer->finish(xfer);
}

/* End all parts of a list; no lock may be held. */
void gantry_parts_end(struct list_head *done)
{
	struct gantry_part *part, *next;

	list_for_each_entry_safe(part, next, done, node) {
		list_del(&part->node);
		gantry_part_end(part);
	}
}
