/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A transfer is a list of operations on card addresses, however large, on its
 * way through one or several rings. Users' jobs and the scrubber both become
 * transfers; a ring knows nothing else.
 */
#ifndef GANTRY_TRANSFER_H
#define GANTRY_TRANSFER_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>

struct gantry_device;
struct gantry_extents;
struct gantry_fault;
struct gantry_ring;
struct gantry_share;
struct gantry_transfer;

/*
 * A transfer this large is spread over up to GANTRY_MAX_SPREAD rings. In a busy
 * stream it has to be larger: there it waits for the ones before it, and those
 * behind wait for it, which must not show.
 */
#define GANTRY_SPREAD_BYTES	(1024 * 1024)
#define GANTRY_SPREAD_BUSY	(32 * 1024 * 1024)
#define GANTRY_SPREAD_UNIT	(64 * 1024)
#define GANTRY_MAX_SPREAD	4

/* %DRM_GANTRY_PRIORITY_NORMAL and _LOW: a ring serves the first before the second. */
#define GANTRY_PRIORITIES	2

/**
 * struct gantry_op - one operation, checked
 * @dst: where to
 * @src: where from; NULL: fill with @pattern
 * @dst_offset: in @dst
 * @src_offset: in @src
 * @length: bytes
 * @pattern: of a fill
 * @barrier: all operations before it must have ended
 */
struct gantry_op {
	const struct gantry_extents *dst;
	const struct gantry_extents *src;
	u64 dst_offset;
	u64 src_offset;
	u64 length;
	u32 pattern;
	bool barrier;
};

/**
 * struct gantry_stream - keeps transfers of one origin in order
 * @home: the ring that all its ordered transfers take; its lock guards what
 *	follows @priority
 * @priority: below %GANTRY_PRIORITIES
 * @current_part: the one being emitted
 * @backlog: the ones after it
 * @in_flight: batches the ring holds
 * @error: once set, nothing more of this stream reaches the card
 * @ended: of whoever owns it and others: once set, nothing more of any of them does
 */
struct gantry_stream {
	struct gantry_ring *home;
	u32 priority;
	struct gantry_part *current_part;
	struct list_head backlog;
	u32 in_flight;
	int error;
	const bool *ended;
};

/**
 * struct gantry_cursor - the next byte to emit
 * @op: index of the operation
 * @done: bytes of this part's share of it that were emitted
 */
struct gantry_cursor {
	u32 op;
	u64 done;
};

/**
 * struct gantry_part - what of a transfer goes through one ring
 * @xfer: whose
 * @node: in the ring's active list, in its stream's backlog or in a list of done parts
 * @cursor: what comes next
 * @share_op: operation whose share is @share_begin to @share_end
 * @share_begin: first byte of it that this part moves
 * @share_end: the byte after the last
 * @dst_hint: where the last destination was found
 * @src_hint: where the last source was found
 * @index: which of @xfer->parts
 * @in_flight: batches the ring holds
 * @emitted: nothing is left to emit
 */
struct gantry_part {
	struct gantry_transfer *xfer;
	struct list_head node;
	struct gantry_cursor cursor;
	u32 share_op;
	u64 share_begin;
	u64 share_end;
	u32 dst_hint;
	u32 src_hint;
	u32 index;
	u32 in_flight;
	bool emitted;
};

/**
 * struct gantry_transfer - operations on their way
 * @ops: what to do, unchanged until @finish
 * @op_count: how many
 * @part_count: rings it is spread over
 * @parts_left: parts that have not ended
 * @error: of the first part that failed
 * @stream: keeps it in order; NULL: needs none
 * @share: decides how much of it the card has at a time; NULL: as much as fits
 * @started: called when a ring emits the first batch of a part, with that ring's lock
 *	held; may be NULL
 * @blamed: called when a ring of it was found to stand still at it, with that ring's
 *	lock held; may be NULL
 * @finish: called once, when no ring knows it any more, from any context,
 *	with no lock held; may free the transfer
 * @parts: one a ring
 */
struct gantry_transfer {
	const struct gantry_op *ops;
	u32 op_count;
	u32 part_count;
	atomic_t parts_left;
	int error;
	struct gantry_stream *stream;
	struct gantry_share *share;
	void (*started)(struct gantry_transfer *xfer);
	void (*blamed)(struct gantry_transfer *xfer, const struct gantry_fault *fault);
	void (*finish)(struct gantry_transfer *xfer);
	struct gantry_part parts[GANTRY_MAX_SPREAD];
};

void gantry_stream_init(struct gantry_stream *stream, struct gantry_ring *home, u32 priority,
			const bool *ended);
void gantry_stream_cancel(struct gantry_stream *stream, int error);

void gantry_transfer_init(struct gantry_transfer *xfer, u32 rings,
			  const struct gantry_op *ops, u32 op_count,
			  struct gantry_stream *stream, bool busy);
void gantry_transfer_start(struct gantry_transfer *xfer, struct gantry_ring *first);

void gantry_transfer_fail(struct gantry_transfer *xfer, int error);
bool gantry_part_settle(struct gantry_part *part, u64 *offset, u64 *length);
void gantry_part_end(struct gantry_part *part);
void gantry_parts_end(struct list_head *done);

#endif
