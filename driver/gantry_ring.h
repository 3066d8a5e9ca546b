/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hardware ring: feeds parts of transfers to the card in small batches, in
 * turn, so that transfers larger than the ring pass through it and a large one
 * does not keep a small one waiting. Every batch ends in a fence.
 */
#ifndef GANTRY_RING_H
#define GANTRY_RING_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "gantry_device.h"
#include "gantry_transfer.h"

#define GANTRY_BATCH_SLOTS	64	/* slots of a batch, without its fence */
#define GANTRY_RING_BATCHES	64	/* batches in flight, a power of two */

/**
 * struct gantry_batch - what the ring holds between two fences
 * @part: whose
 * @start: the part's cursor before it, to emit it again after a reset
 * @slots: slots it takes, fence included
 * @cost: charged to the transfer's share
 */
struct gantry_batch {
	struct gantry_part *part;
	struct gantry_cursor start;
	u32 slots;
	u32 cost;
};

/**
 * struct gantry_ring - a hardware ring
 * @gdev: the card
 * @index: of this ring
 * @priority: of the queue whose own it is; else there are several in it
 * @priv: the backend's own
 * @lock: guards all that follows, and the streams that have their home here
 * @active: parts with something left to emit, by priority, served in turn
 * @batches: batches in flight, by fence number
 * @emitted: number of the last fence emitted
 * @completed: number of the last fence reached
 * @free_slots: slots that are not in use
 * @halted: being reset: emit nothing
 * @error: the card is gone or lost: whatever is added ends with this
 * @ticking: busy and watched; @tick, if this chip needs it, is armed or running
 * @tick_ns: time to the next look
 * @tick: looks for completions, where the chip announces none
 * @progress: jiffies when the card last got something done
 * @watchdog: looks whether the ring stands still
 */
struct gantry_ring {
	struct gantry_device *gdev;
	u32 index;
	u32 priority;
	void *priv;

	spinlock_t lock; /* all below */
	struct list_head active[GANTRY_PRIORITIES];
	struct gantry_batch batches[GANTRY_RING_BATCHES];
	u32 emitted;
	u32 completed;
	u32 free_slots;
	bool halted;
	int error;
	bool ticking;
	u64 tick_ns;
	struct hrtimer tick;
	unsigned long progress;
	struct delayed_work watchdog;
};

/* What does its work: rings take engines in turn. */
static inline struct gantry_engine *gantry_ring_engine(const struct gantry_ring *ring)
{
	return &ring->gdev->engines[ring->index % ring->gdev->engine_count];
}

struct gantry_ring *gantry_ring_first(struct gantry_device *gdev);
struct gantry_ring *gantry_ring_following(const struct gantry_ring *ring);
int gantry_rings_init(struct gantry_device *gdev);
void gantry_rings_disarm(struct gantry_device *gdev, bool failed);
void gantry_rings_stop(struct gantry_device *gdev);

bool gantry_rings_shared(const struct gantry_device *gdev);
struct gantry_ring *gantry_ring_next_shared(struct gantry_device *gdev);
struct gantry_ring *gantry_ring_get(struct gantry_device *gdev, struct gantry_space *space,
				    u32 priority);
void gantry_ring_put(struct gantry_ring *ring);
u32 gantry_ring_spread(const struct gantry_ring *ring);
struct gantry_ring *gantry_ring_neighbor(struct gantry_ring *ring, u32 distance);

void gantry_ring_add(struct gantry_ring *ring, struct gantry_part *part);
void gantry_ring_service(struct gantry_ring *ring);
void gantry_ring_service_at(struct gantry_device *gdev, u32 index);
bool gantry_ring_has_work(struct gantry_ring *ring);
void gantry_engine_service(struct gantry_device *gdev, u32 engine);
void gantry_ring_reap(struct gantry_ring *ring, struct list_head *done);
void gantry_ring_halt(struct gantry_ring *ring);
void gantry_ring_rewind(struct gantry_ring *ring);
void gantry_ring_resume(struct gantry_ring *ring);

#endif
