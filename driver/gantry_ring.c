// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>

#include "gantry_device.h"
#include "gantry_extents.h"
#include "gantry_reset.h"
#include "gantry_ring.h"
#include "gantry_share.h"

/*
 * How often to look for completions: soon after work was given, then less and
 * less often while nothing moves.
 */
#define GANTRY_TICK_MIN_NS	(20 * NSEC_PER_USEC)
#define GANTRY_TICK_MAX_NS	(500 * NSEC_PER_USEC)

static struct gantry_batch *gantry_ring_batch(struct gantry_ring *ring, u32 seqno)
{
	return &ring->batches[seqno % GANTRY_RING_BATCHES];
}

static struct list_head *gantry_ring_line(struct gantry_ring *ring, const struct gantry_part *part)
{
	const struct gantry_stream *stream = part->xfer->stream;

	return &ring->active[stream ? stream->priority : DRM_GANTRY_PRIORITY_NORMAL];
}

static struct gantry_part *gantry_ring_next(struct gantry_ring *ring)
{
	u32 i;

	for (i = 0; i < GANTRY_PRIORITIES; i++)
		if (!list_empty(&ring->active[i]))
			return list_first_entry(&ring->active[i], struct gantry_part, node);
	return NULL;
}

/* The next part of a stream may come once the one before it is emitted. */
static void gantry_stream_advance(struct gantry_ring *ring, struct gantry_stream *stream)
{
	struct gantry_part *next;

	lockdep_assert_held(&ring->lock);
	next = list_first_entry_or_null(&stream->backlog, struct gantry_part, node);
	stream->current_part = next;
	if (next)
		list_move_tail(&next->node, gantry_ring_line(ring, next));
}

/* A spread transfer has its stream to itself, so only single parts are queued in it. */
static struct gantry_stream *gantry_part_stream(const struct gantry_part *part)
{
	return part->xfer->part_count == 1 ? part->xfer->stream : NULL;
}

/* Emit one piece that is contiguous on both sides; returns its bytes. */
static u32 gantry_ring_emit_piece(struct gantry_ring *ring, struct gantry_part *part,
				  u64 offset, u64 length, bool barrier)
{
	const struct gantry_backend *backend = ring->gdev->backend;
	const struct gantry_op *op = &part->xfer->ops[part->cursor.op];
	u64 dst, src, run;

	length = min_t(u64, length, backend->max_copy);
	dst = gantry_extents_find(op->dst, op->dst_offset + offset, &part->dst_hint, &run);
	length = min(length, run);
	if (!op->src)
		return backend->ops->emit_fill(ring, dst, op->pattern, length, barrier);

	src = gantry_extents_find(op->src, op->src_offset + offset, &part->src_hint, &run);
	length = min(length, run);
	backend->ops->emit_copy(ring, dst, src, length, barrier);
	return length;
}

/*
 * Emit as much of a part as one batch takes, and as costs no more than @room. A batch ends
 * before an operation with a barrier, so that nothing in it depends on anything else in it: that
 * makes it safe to run a batch twice, which a ring reset may do.
 */
static u32 gantry_ring_emit(struct gantry_ring *ring, struct gantry_part *part, u32 room,
			    u32 *moved)
{
	struct gantry_stream *stream = gantry_part_stream(part);
	bool ordered = stream && stream->in_flight > part->in_flight;
	u32 most = min_t(u32, ring->free_slots - 1, GANTRY_BATCH_SLOTS);
	u32 slots = 0;
	u64 offset, length;

	*moved = 0;
	while (slots < most && gantry_share_cost(slots, *moved) < room &&
	       gantry_part_settle(part, &offset, &length)) {
		bool barrier = part->xfer->ops[part->cursor.op].barrier && !part->cursor.done;
		u32 bytes;

		if (barrier && slots)
			break;
		length = min(length, gantry_share_piece(room, *moved));
		bytes = gantry_ring_emit_piece(ring, part, offset, length,
					       barrier || (ordered && !slots));
		if (!bytes)
			break;
		part->cursor.done += bytes;
		*moved += bytes;
		slots++;
	}
	return slots;
}

/* Account for what gantry_ring_emit() did and close the batch with a fence. */
static void gantry_ring_close_batch(struct gantry_ring *ring, struct gantry_part *part,
				    struct gantry_cursor start, u32 slots, u32 bytes)
{
	struct gantry_stream *stream = gantry_part_stream(part);
	struct gantry_transfer *xfer = part->xfer;
	u32 cost = gantry_share_cost(slots, bytes);
	u32 seqno;

	/* It may have waited for others, with work but nothing in flight. */
	if (ring->emitted == ring->completed)
		ring->progress = jiffies;
	seqno = ++ring->emitted;

	if (xfer->started && !start.op && !start.done)
		xfer->started(xfer);
	*gantry_ring_batch(ring, seqno) = (struct gantry_batch){
		.part = part,
		.start = start,
		.slots = slots + 1,
		.cost = cost,
	};
	if (xfer->share)
		gantry_share_charge(xfer->share, cost);
	ring->gdev->backend->ops->emit_fence(ring, seqno);
	ring->free_slots -= slots + 1;
	part->in_flight++;
	if (stream)
		stream->in_flight++;
}

/* Nothing is left of a part to emit: make room for the next of its stream. */
static void gantry_ring_emitted(struct gantry_ring *ring, struct gantry_part *part,
				struct list_head *done)
{
	struct gantry_stream *stream = gantry_part_stream(part);

	part->emitted = true;
	list_del_init(&part->node);
	if (stream)
		gantry_stream_advance(ring, stream);
	if (!part->in_flight)
		list_add_tail(&part->node, done);
}

/* Why no more of a part may reach the card, or 0. */
static int gantry_part_error(struct gantry_ring *ring, struct gantry_part *part)
{
	struct gantry_stream *stream = part->xfer->stream;
	int error = ring->error;

	if (!error)
		error = READ_ONCE(part->xfer->error);
	if (!error && stream)
		error = READ_ONCE(stream->error);
	if (!error && stream && READ_ONCE(*stream->ended))
		error = -ECANCELED;
	return error;
}

/*
 * How much a part may give the card now; 0: its share is used up, and whoever sees work of
 * that end serves the ring. @full: out: that share, which need not be asked again.
 */
static u32 gantry_part_room(struct gantry_ring *ring, struct gantry_part *part,
			    const struct gantry_share **full)
{
	struct gantry_share *share = part->xfer->share;
	u32 room;

	if (!share || gantry_part_error(ring, part))
		return U32_MAX;
	if (share == *full)
		return 0;
	room = gantry_share_room(share, ring->index);
	if (!room)
		*full = share;
	return room;
}

/*
 * Emit one batch of a part, of @room at most. Returns false if the part could not use the
 * room there is: what it needs comes back with a completion.
 */
static bool gantry_ring_feed_part(struct gantry_ring *ring, struct gantry_part *part, u32 room,
				  struct list_head *done)
{
	struct gantry_cursor start = part->cursor;
	int error = gantry_part_error(ring, part);
	u64 offset, length;
	u32 slots, bytes;

	if (error) {
		gantry_transfer_fail(part->xfer, error);
		gantry_ring_emitted(ring, part, done);
		return true;
	}
	slots = gantry_ring_emit(ring, part, room, &bytes);
	if (slots)
		gantry_ring_close_batch(ring, part, start, slots, bytes);
	if (gantry_part_settle(part, &offset, &length))
		list_move_tail(&part->node, gantry_ring_line(ring, part));
	else
		gantry_ring_emitted(ring, part, done);
	return slots || part->emitted;
}

static bool gantry_ring_has_room(struct gantry_ring *ring)
{
	return ring->error || (ring->free_slots >= 2 &&
			       ring->emitted - ring->completed < GANTRY_RING_BATCHES);
}

/* Serve the active parts in turn while the ring has room. */
static void gantry_ring_feed_parts(struct gantry_ring *ring, struct list_head *waiting,
				   struct list_head *done)
{
	struct gantry_part *part, *idle = NULL;
	const struct gantry_share *full = NULL;
	u32 room;

	while (!ring->halted && gantry_ring_has_room(ring)) {
		part = gantry_ring_next(ring);
		/* Round once, and nobody could use the room. */
		if (!part || part == idle)
			break;
		room = gantry_part_room(ring, part, &full);
		if (!room)
			list_move_tail(&part->node, waiting);
		else if (gantry_ring_feed_part(ring, part, room, done))
			idle = NULL;
		else if (!idle)
			idle = part;
	}
}

/* Who waits for its share keeps its place, and out of nobody's way: of lower priority, too. */
static void gantry_ring_feed(struct gantry_ring *ring, struct list_head *done)
{
	struct gantry_part *part, *next;
	u32 before = ring->emitted;
	LIST_HEAD(waiting);

	lockdep_assert_held(&ring->lock);
	gantry_ring_feed_parts(ring, &waiting, done);
	list_for_each_entry_safe_reverse(part, next, &waiting, node)
		list_move(&part->node, gantry_ring_line(ring, part));
	if (ring->emitted != before)
		ring->gdev->backend->ops->kick(ring);
}

/**
 * gantry_ring_reap - take note of the fences that the card reached
 * @ring: which; its lock is held
 * @done: out: parts that ended, for gantry_parts_end()
 */
void gantry_ring_reap(struct gantry_ring *ring, struct list_head *done)
{
	u32 seqno;

	lockdep_assert_held(&ring->lock);
	if (ring->completed == ring->emitted)
		return;
	seqno = ring->gdev->backend->ops->read_seqno(ring);
	if (seqno == ring->completed || seqno - ring->completed > ring->emitted - ring->completed)
		return;

	while (ring->completed != seqno) {
		struct gantry_batch *batch = gantry_ring_batch(ring, ++ring->completed);
		struct gantry_part *part = batch->part;
		struct gantry_stream *stream = gantry_part_stream(part);

		ring->free_slots += batch->slots;
		if (part->xfer->share)
			gantry_share_release(part->xfer->share, batch->cost);
		if (stream)
			stream->in_flight--;
		if (!--part->in_flight && part->emitted)
			list_add_tail(&part->node, done);
	}
	ring->progress = jiffies;
	WRITE_ONCE(gantry_ring_engine(ring)->resets, 0);
	ring->tick_ns = GANTRY_TICK_MIN_NS;
}

/* Does it have something to complete? */
static bool gantry_ring_busy(struct gantry_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	return ring->completed != ring->emitted;
}

/**
 * gantry_ring_has_work - is there anything that the watchdog should look after?
 * @ring: which; its lock is held
 *
 * If nothing is in flight, all there is waits for work of the same shares on other rings,
 * and is let in when that ends.
 */
bool gantry_ring_has_work(struct gantry_ring *ring)
{
	return !ring->halted && !ring->error && (gantry_ring_busy(ring) || gantry_ring_next(ring));
}

static void gantry_ring_arm(struct gantry_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	if (ring->ticking || !gantry_ring_has_work(ring))
		return;
	gantry_ring_watch(ring);
	if (!gantry_ring_busy(ring))
		return;
	ring->ticking = true;
	ring->tick_ns = GANTRY_TICK_MIN_NS;
	ring->progress = jiffies;
	if (!ring->gdev->backend->interrupts)
		hrtimer_start(&ring->tick, ns_to_ktime(ring->tick_ns), HRTIMER_MODE_REL_SOFT);
}

/**
 * gantry_ring_service - see what the card got done and give it more
 * @ring: which
 *
 * Any context but hard interrupts.
 */
void gantry_ring_service(struct gantry_ring *ring)
{
	struct gantry_device *gdev = ring->gdev;
	unsigned long flags;
	LIST_HEAD(done);

	spin_lock_irqsave(&ring->lock, flags);
	gantry_ring_reap(ring, &done);
	gantry_ring_feed(ring, &done);
	gantry_ring_arm(ring);
	/* Else the timer says so, for it must not be started while it runs. */
	if (!gantry_ring_busy(ring) && gdev->backend->interrupts)
		ring->ticking = false;
	spin_unlock_irqrestore(&ring->lock, flags);
	/* What ended on one ring may be what others wait for. */
	gantry_shares_admit(gdev);
	gantry_parts_end(&done);
}

static enum hrtimer_restart gantry_ring_tick(struct hrtimer *timer)
{
	struct gantry_ring *ring = container_of(timer, struct gantry_ring, tick);
	enum hrtimer_restart restart = HRTIMER_NORESTART;
	unsigned long flags;

	gantry_ring_service(ring);

	spin_lock_irqsave(&ring->lock, flags);
	if (!ring->halted && gantry_ring_busy(ring)) {
		hrtimer_forward_now(timer, ns_to_ktime(ring->tick_ns));
		ring->tick_ns = min_t(u64, ring->tick_ns * 2, GANTRY_TICK_MAX_NS);
		restart = HRTIMER_RESTART;
	} else {
		ring->ticking = false;
	}
	spin_unlock_irqrestore(&ring->lock, flags);
	return restart;
}

/**
 * gantry_ring_add - give a ring a part to move
 * @ring: which
 * @part: initialised, in no list; may be gone on return
 */
void gantry_ring_add(struct gantry_ring *ring, struct gantry_part *part)
{
	struct gantry_stream *stream = gantry_part_stream(part);
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	if (stream && stream->current_part) {
		list_add_tail(&part->node, &stream->backlog);
	} else {
		if (stream)
			stream->current_part = part;
		list_add_tail(&part->node, gantry_ring_line(ring, part));
	}
	spin_unlock_irqrestore(&ring->lock, flags);
	gantry_ring_service(ring);
}

/**
 * gantry_ring_halt - emit nothing more and let no timer look any more
 * @ring: which; the caller stops the hardware next
 *
 * May sleep.
 */
void gantry_ring_halt(struct gantry_ring *ring)
{
	spin_lock_irq(&ring->lock);
	ring->halted = true;
	spin_unlock_irq(&ring->lock);
	hrtimer_cancel(&ring->tick);
	spin_lock_irq(&ring->lock);
	ring->ticking = false;
	spin_unlock_irq(&ring->lock);
}

/* Put one part back to where @start says, in front of whatever comes later in its stream. */
static void gantry_part_rewind(struct gantry_ring *ring, struct gantry_part *part,
			       struct gantry_cursor start)
{
	struct gantry_stream *stream = gantry_part_stream(part);

	part->cursor = start;
	part->in_flight--;
	if (stream) {
		stream->in_flight--;
		if (stream->current_part && stream->current_part != part)
			list_move(&stream->current_part->node, &stream->backlog);
		stream->current_part = part;
	}
	if (part->emitted)
		list_add(&part->node, gantry_ring_line(ring, part));
	else
		list_move(&part->node, gantry_ring_line(ring, part));
	part->emitted = false;
}

/**
 * gantry_ring_rewind - take back every batch that the card did not complete
 * @ring: halted, and its hardware stopped
 *
 * Newest first, so that the oldest is the next to be emitted. Their fence
 * numbers are not used again: a write that is still on its way means nothing.
 */
void gantry_ring_rewind(struct gantry_ring *ring)
{
	u32 seqno;

	lockdep_assert_held(&ring->lock);
	for (seqno = ring->emitted; seqno != ring->completed; seqno--) {
		struct gantry_batch *batch = gantry_ring_batch(ring, seqno);

		gantry_part_rewind(ring, batch->part, batch->start);
		if (batch->part->xfer->share)
			gantry_share_refund(batch->part->xfer->share, batch->cost);
		ring->free_slots += batch->slots;
	}
	ring->completed = ring->emitted;
}

/**
 * gantry_ring_resume - go on after a halt
 * @ring: its hardware started again and empty, or @ring->error set
 */
void gantry_ring_resume(struct gantry_ring *ring)
{
	spin_lock_irq(&ring->lock);
	ring->halted = false;
	spin_unlock_irq(&ring->lock);
	gantry_ring_service(ring);
}

/* From now on whatever a ring is given ends with @error. */
static void gantry_ring_set_error(struct gantry_ring *ring, int error)
{
	spin_lock_irq(&ring->lock);
	ring->error = error;
	spin_unlock_irq(&ring->lock);
}

static struct gantry_ring *gantry_ring_from(struct gantry_device *gdev, u32 index)
{
	while (index < gdev->backend->ring_count && !gdev->rings[index])
		index++;
	return index < gdev->backend->ring_count ? gdev->rings[index] : NULL;
}

/*
 * All rings there are, for loops; none comes or goes meanwhile: the card's reset_lock is
 * held, or it is being unbound.
 */
struct gantry_ring *gantry_ring_first(struct gantry_device *gdev)
{
	return gantry_ring_from(gdev, 0);
}

struct gantry_ring *gantry_ring_following(const struct gantry_ring *ring)
{
	return gantry_ring_from(ring->gdev, ring->index + 1);
}

/* Does every queue share the card's own rings? Else it has one of its own. */
bool gantry_rings_shared(const struct gantry_device *gdev)
{
	return gdev->backend->card_rings == gdev->backend->ring_count;
}

static bool gantry_ring_is_own(const struct gantry_ring *ring)
{
	return ring->index >= ring->gdev->backend->card_rings;
}

/* One of the card's own rings, each in turn. */
struct gantry_ring *gantry_ring_next_shared(struct gantry_device *gdev)
{
	u32 turn = atomic_inc_return(&gdev->next_ring);

	return gdev->rings[turn % gdev->backend->card_rings];
}

/* Over how many rings a transfer can be spread that begins on this one. */
u32 gantry_ring_spread(const struct gantry_ring *ring)
{
	return gantry_ring_is_own(ring) ? 1 : ring->gdev->backend->card_rings;
}

/* The ring @distance places after a ring, below gantry_ring_spread(). */
struct gantry_ring *gantry_ring_neighbor(struct gantry_ring *ring, u32 distance)
{
	if (!distance)
		return ring;
	return ring->gdev->rings[(ring->index + distance) % ring->gdev->backend->card_rings];
}

/* A ring with all that it needs but its hardware started. */
static struct gantry_ring *gantry_ring_new(struct gantry_device *gdev, struct gantry_space *space,
					   u32 index, u32 priority)
{
	struct gantry_ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	u32 i;
	int ret;

	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->gdev = gdev;
	ring->index = index;
	ring->priority = priority;
	spin_lock_init(&ring->lock);
	for (i = 0; i < GANTRY_PRIORITIES; i++)
		INIT_LIST_HEAD(&ring->active[i]);
	ring->free_slots = gdev->backend->ring_slots;
	gantry_hrtimer_setup(&ring->tick, gantry_ring_tick, HRTIMER_MODE_REL_SOFT);
	INIT_DELAYED_WORK(&ring->watchdog, gantry_ring_watchdog);

	ret = gdev->backend->ops->ring_init(ring, space);
	if (ret) {
		kfree(ring);
		return ERR_PTR(ret);
	}
	return ring;
}

/* A ring that is in the card's table no more. */
static void gantry_ring_free(struct gantry_ring *ring)
{
	/* Whoever found it there may still be looking at it. */
	synchronize_rcu();
	ring->gdev->backend->ops->ring_fini(ring);
	kfree(ring);
}

/* The first that is free after the one that was taken last. */
static int gantry_ring_index(struct gantry_device *gdev)
{
	u32 first = gdev->backend->card_rings, last = gdev->backend->ring_count - 1;
	u32 again = round_up(first, gdev->engine_count);
	u32 hint = clamp_t(u32, atomic_read(&gdev->ring_hint), first, last);
	int index = ida_alloc_range(&gdev->ring_ids, hint, last, GFP_KERNEL);

	if (index == -ENOSPC)
		index = ida_alloc_range(&gdev->ring_ids, first, last, GFP_KERNEL);
	if (index >= 0)
		atomic_set(&gdev->ring_hint, index == last ? again : index + 1);
	return index;
}

static struct gantry_ring *gantry_ring_make(struct gantry_device *gdev, struct gantry_space *space,
					    u32 priority)
{
	int index = gantry_ring_index(gdev);
	struct gantry_ring *ring;
	int ret;

	if (index < 0)
		return ERR_PTR(index);
	ring = gantry_ring_new(gdev, space, index, priority);
	if (IS_ERR(ring)) {
		ida_free(&gdev->ring_ids, index);
		return ring;
	}
	ret = gantry_device_add_ring(ring);
	if (ret) {
		gantry_ring_free(ring);
		ida_free(&gdev->ring_ids, index);
		return ERR_PTR(ret);
	}
	return ring;
}

/**
 * gantry_ring_get - the ring of a new queue
 * @gdev: the card
 * @space: the context's, or NULL
 * @priority: the queue's
 *
 * May sleep.
 *
 * Return: a ring, for gantry_ring_put(); or -ENOSPC: the card has no more, -ENOMEM,
 * -ENODEV the card is gone, -EIO the ring did not start.
 */
struct gantry_ring *gantry_ring_get(struct gantry_device *gdev, struct gantry_space *space,
				    u32 priority)
{
	struct gantry_ring *ring;
	int idx;

	if (gantry_rings_shared(gdev))
		return gantry_ring_next_shared(gdev);
	if (!drm_dev_enter(&gdev->drm, &idx))
		return ERR_PTR(-ENODEV);
	ring = gantry_ring_make(gdev, space, priority);
	drm_dev_exit(idx);
	return ring;
}

/**
 * gantry_ring_put - let go of the ring of a queue
 * @ring: from gantry_ring_get(); nothing is in it and nothing is given to it any more
 *
 * May sleep.
 */
void gantry_ring_put(struct gantry_ring *ring)
{
	struct gantry_device *gdev = ring->gdev;
	u32 index = ring->index;
	int idx;

	/* A card that has gone keeps its rings until nobody holds it open. */
	if (!gantry_ring_is_own(ring) || !drm_dev_enter(&gdev->drm, &idx))
		return;
	cancel_delayed_work_sync(&ring->watchdog);
	gantry_device_drop_ring(ring);
	gantry_ring_free(ring);
	ida_free(&gdev->ring_ids, index);
	drm_dev_exit(idx);
}

/**
 * gantry_ring_service_at - gantry_ring_service() of a ring that may be gone
 * @gdev: the card
 * @index: of the ring
 */
void gantry_ring_service_at(struct gantry_device *gdev, u32 index)
{
	struct gantry_ring *ring;

	rcu_read_lock();
	ring = READ_ONCE(gdev->rings[index]);
	if (ring)
		gantry_ring_service(ring);
	rcu_read_unlock();
}

/**
 * gantry_engine_service - see what the rings of an engine got done
 * @gdev: the card
 * @engine: that announced something
 *
 * Any context but hard interrupts.
 */
void gantry_engine_service(struct gantry_device *gdev, u32 engine)
{
	struct gantry_ring **rings;
	u32 i;

	rcu_read_lock();
	rings = READ_ONCE(gdev->rings);
	for (i = engine; rings && i < gdev->backend->ring_count; i += gdev->engine_count) {
		struct gantry_ring *ring = READ_ONCE(rings[i]);

		/* A hint, but one that cannot be missing what the card was told of. */
		if (ring && READ_ONCE(ring->completed) != READ_ONCE(ring->emitted))
			gantry_ring_service(ring);
	}
	rcu_read_unlock();
}

/* Nobody holds the card open any more, and its rings were stopped. */
static void gantry_rings_release(struct drm_device *drm, void *res)
{
	struct gantry_device *gdev = to_gantry_device(drm);
	u32 i;

	gantry_shares_fini(gdev);
	for (i = 0; i < gdev->backend->ring_count; i++)
		kfree(gdev->rings[i]);
	ida_destroy(&gdev->ring_ids);
}

/* Nothing was given to the rings that were made; one may not have started. */
static void gantry_rings_undo(struct gantry_device *gdev)
{
	struct gantry_ring *ring;
	u32 i;

	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring))
		gdev->backend->ops->ring_stop(ring);
	/* A ring that did not stop must not write into what is freed now. */
	pci_clear_master(gantry_pci_dev(gdev));
	for (i = 0; i < gdev->backend->card_rings && gdev->rings[i]; i++) {
		ring = gdev->rings[i];
		WRITE_ONCE(gdev->rings[i], NULL);
		gantry_ring_free(ring);
	}
	ida_destroy(&gdev->ring_ids);
}

/**
 * gantry_rings_init - make and start the card's own rings
 * @gdev: its backend is initialised
 *
 * What is left of them after gantry_rings_stop() goes with the DRM device.
 *
 * Return: 0 or an error; then nothing is left to undo.
 */
int gantry_rings_init(struct gantry_device *gdev)
{
	struct gantry_ring **rings;
	u32 i;
	int ret;

	ida_init(&gdev->ring_ids);
	rings = drmm_kcalloc(&gdev->drm, gdev->backend->ring_count, sizeof(*rings), GFP_KERNEL);
	if (!rings)
		return -ENOMEM;
	/* An interrupt may come before there is anything to be told. */
	smp_store_release(&gdev->rings, rings);
	for (i = 0; i < gdev->backend->card_rings; i++) {
		struct gantry_ring *ring;

		ring = gantry_ring_new(gdev, NULL, i, DRM_GANTRY_PRIORITY_NORMAL);
		ret = PTR_ERR_OR_ZERO(ring);
		if (ret)
			goto err;
		smp_store_release(&gdev->rings[i], ring); /* with what is in it */
		ret = gdev->backend->ops->ring_start(ring);
		if (ret)
			goto err;
	}
	ret = drmm_add_action(&gdev->drm, gantry_rings_release, NULL);
	if (ret)
		goto err;
	return 0;
err:
	gantry_rings_undo(gdev);
	return ret;
}

/**
 * gantry_rings_disarm - let the card touch no memory for any ring any more
 * @gdev: its rings are halted
 * @failed: it failed or has gone: it would let us wait for each of them
 */
void gantry_rings_disarm(struct gantry_device *gdev, bool failed)
{
	struct gantry_ring *ring;

	for (ring = gantry_ring_first(gdev); ring && !failed; ring = gantry_ring_following(ring))
		failed = gdev->backend->ops->ring_stop(ring);
	/* Those that did not stop must not write into what is freed now. */
	pci_clear_master(gantry_pci_dev(gdev));
}

/**
 * gantry_rings_stop - end everything with -ENODEV and let go of the hardware
 * @gdev: unplugged, so nobody submits any more, and no ring comes or goes
 *
 * What is in the schedulers ends with the same error as it comes up.
 */
void gantry_rings_stop(struct gantry_device *gdev)
{
	const struct gantry_backend_ops *ops = gdev->backend->ops;
	int failed = gdev->rings[0]->error;
	struct gantry_ring *ring;
	LIST_HEAD(done);

	/* One ring's watchdog may reset them all: it must be over for every ring. */
	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring))
		gantry_ring_set_error(ring, -ENODEV);
	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring))
		cancel_delayed_work_sync(&ring->watchdog);

	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring))
		gantry_ring_halt(ring);
	gantry_rings_disarm(gdev, failed);

	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring)) {
		spin_lock_irq(&ring->lock);
		gantry_ring_reap(ring, &done);
		gantry_ring_rewind(ring);
		spin_unlock_irq(&ring->lock);
		gantry_parts_end(&done);
		gantry_ring_resume(ring);
		ops->ring_fini(ring);
	}
}
