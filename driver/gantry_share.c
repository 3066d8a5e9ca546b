// SPDX-License-Identifier: GPL-2.0-only
/*
 * Weighted shares of a card.
 *
 * What an account has in flight decides both how long others wait behind it, and how much
 * of the card it gets: a card that serves what it has in turn serves each account in
 * proportion to that. So while several want the card each has a window, its part of
 * %GANTRY_SHARE_CONTESTED by weight, and what does not fit waits in its rings. Cards do
 * not take strict turns: one account may use more of a card's engines than another. So
 * there is a virtual time, too (start-time fair queueing): the farther somebody's runs
 * ahead of that of another who wants more, the narrower its window, until that one has
 * caught up.
 *
 * Nobody's window ever closes, so none waits for anything but the end of its own work:
 * whatever becomes of others, of their rings or of the policy, everyone goes on, and an
 * account that wants nothing costs nobody anything.
 */
#include <linux/bitmap.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "gantry_device.h"
#include "gantry_ring.h"
#include "gantry_share.h"

/* In flight of all accounts together, while more than one wants the card: a moment's. */
#define GANTRY_SHARE_CONTESTED	SZ_4M

/* Of one that has it alone. Whoever comes next waits for that much once. */
#define GANTRY_SHARE_ALONE	SZ_16M

/* The narrowest window. */
#define GANTRY_SHARE_LEAST	SZ_64K

/* A window is filled in so many batches, so that it never stands empty between two. */
#define GANTRY_SHARE_BATCHES	4

/* Who wanted something so lately may do so again at any moment. */
#define GANTRY_SHARE_MEMORY_NS	NSEC_PER_SEC

/* Nobody waits for one whose work has stood still for so long: its ring may hang. */
#define GANTRY_SHARE_PATIENCE_NS	(NSEC_PER_SEC / 10)

/* An operation counts as so many bytes at least: small ones take a card's time as well. */
#define GANTRY_SHARE_OP_BYTES	SZ_4K

/* Virtual time is counted in so small parts of a byte. */
#define GANTRY_SHARE_SCALE	1024

/*
 * Who wanted less than its share for a moment is owed that, but nobody saves up for later:
 * so many times all that may be in flight, by weight.
 */
#define GANTRY_SHARE_OWED	4ULL

/*
 * Shares that a card can have, for all are looked at for each batch. Accounts beyond that
 * have one together.
 */
#define GANTRY_SHARE_MOST	256
#define GANTRY_SHARE_REST	ULONG_MAX

#define GANTRY_SHARE_NO_RING	U32_MAX

/* ---- accounts ---------------------------------------------------------------------------- */

static struct gantry_share *gantry_share_lookup(struct gantry_shares *shares, u64 account)
{
	struct gantry_share *share;

	xa_lock_irq(&shares->all);
	share = xa_load(&shares->all, account);
	if (share)
		refcount_inc(&share->ref);
	xa_unlock_irq(&shares->all);
	return share;
}

/* -EBUSY: somebody else was quicker. */
static int gantry_share_make(struct gantry_device *gdev, u64 account, struct gantry_share **made)
{
	size_t longs = BITS_TO_LONGS(gdev->backend->ring_count);
	struct gantry_shares *shares = &gdev->shares;
	struct gantry_share *share;
	int ret;

	share = kzalloc(struct_size(share, rings, longs), GFP_KERNEL_ACCOUNT);
	if (!share)
		return -ENOMEM;
	refcount_set(&share->ref, 1);
	share->gdev = gdev;
	share->account = account;
	share->weight = 1;
	share->pass = GANTRY_SHARE_NO_RING;
	INIT_LIST_HEAD(&share->node);

	xa_lock_irq(&shares->all);
	ret = __xa_insert(&shares->all, account, share, GFP_KERNEL_ACCOUNT);
	if (!ret)
		shares->count++;
	xa_unlock_irq(&shares->all);
	if (ret)
		kfree(share);
	else
		*made = share;
	return ret;
}

/**
 * gantry_share_find - the share of an account
 * @gdev: of which card
 * @account: whose
 * @weight: that it has from now on
 *
 * May sleep.
 *
 * Return: it, for gantry_share_put(), or NULL: out of memory.
 */
struct gantry_share *gantry_share_find(struct gantry_device *gdev, u64 account, u32 weight)
{
	struct gantry_shares *shares = &gdev->shares;
	struct gantry_share *share;
	int ret = 0;

	do {
		share = gantry_share_lookup(shares, account);
		if (share)
			break;
		/* A few more than that do no harm. */
		if (account != GANTRY_SHARE_REST && READ_ONCE(shares->count) >= GANTRY_SHARE_MOST)
			account = GANTRY_SHARE_REST;
		else
			ret = gantry_share_make(gdev, account, &share);
	} while (!share && ret != -ENOMEM);
	if (share)
		WRITE_ONCE(share->weight, weight);
	return share;
}

struct gantry_share *gantry_share_get(struct gantry_share *share)
{
	if (share)
		refcount_inc(&share->ref);
	return share;
}

/* NULL is nobody's. Any context. */
void gantry_share_put(struct gantry_share *share)
{
	struct gantry_shares *shares;
	unsigned long flags;
	bool last;

	if (!share || refcount_dec_not_one(&share->ref))
		return;
	shares = &share->gdev->shares;
	xa_lock_irqsave(&shares->all, flags);
	last = refcount_dec_and_test(&share->ref);
	if (last) {
		__xa_erase(&shares->all, share->account);
		shares->count--;
	}
	xa_unlock_irqrestore(&shares->all, flags);
	if (!last)
		return;
	spin_lock_irqsave(&shares->lock, flags);
	list_del(&share->node);
	if (share->rings_waiting)
		shares->waiting--;
	spin_unlock_irqrestore(&shares->lock, flags);
	kfree(share);
}

/* ---- windows ----------------------------------------------------------------------------- */

static bool gantry_share_is_busy(const struct gantry_share *share)
{
	return share->in_flight || share->rings_waiting;
}

/* Virtual times wrap. */
static bool gantry_share_is_before(u64 served, u64 other)
{
	return (s64)(served - other) < 0;
}

/*
 * What the others want. Only somebody whose work waits is owed anything: who has all that it
 * wants, however little, need not be waited for.
 */
struct gantry_share_others {
	u64 weights;	/* of those that are busy */
	u64 resting;	/* weights of those that may be busy again at any moment */
	bool waiting;	/* is there one that waits? */
	u64 least;	/* served of the one that waits and was served least */
	u64 most;	/* if none waits, of the busy one that was served most */
};

static bool gantry_share_is_recent(ktime_t then, ktime_t now, u64 ns)
{
	return ktime_before(now, ktime_add_ns(then, ns));
}

static void gantry_share_regard(struct gantry_share_others *others,
				const struct gantry_share *other, ktime_t now)
{
	if (!others->weights || gantry_share_is_before(others->most, other->served))
		others->most = other->served;
	others->weights += READ_ONCE(other->weight);
	if (!other->rings_waiting ||
	    !gantry_share_is_recent(other->moved, now, GANTRY_SHARE_PATIENCE_NS))
		return;
	if (!others->waiting || gantry_share_is_before(other->served, others->least))
		others->least = other->served;
	others->waiting = true;
}

static struct gantry_share_others gantry_share_others(struct gantry_share *share, ktime_t now)
{
	struct gantry_share_others others = {};
	struct gantry_share *other, *next;

	list_for_each_entry_safe(other, next, &share->gdev->shares.active, node) {
		if (other == share)
			continue;
		if (gantry_share_is_busy(other))
			gantry_share_regard(&others, other, now);
		else if (gantry_share_is_recent(other->seen, now, GANTRY_SHARE_MEMORY_NS))
			others.resting += READ_ONCE(other->weight);
		else
			list_del_init(&other->node);
	}
	return others;
}

/* As far as virtual times get apart while the card does what it may have in flight. */
static u64 gantry_share_stride(const struct gantry_share *share,
			       const struct gantry_share_others *others)
{
	u64 stride = div64_u64((u64)GANTRY_SHARE_CONTESTED * GANTRY_SHARE_SCALE,
			       READ_ONCE(share->weight) + others->weights);

	return max(stride, 1);
}

/*
 * It wants something. A newcomer begins where the others are, or coming anew would pay; who
 * was there before may be a little behind them.
 */
static void gantry_share_wants(struct gantry_share *share,
			       const struct gantry_share_others *others, ktime_t now)
{
	u64 start = others->waiting ? others->least : others->most;

	if (share->met)
		start -= GANTRY_SHARE_OWED * gantry_share_stride(share, others);
	if (others->weights && (!share->met || gantry_share_is_before(share->served, start)))
		share->served = start;
	share->met = true;
	if (!gantry_share_is_busy(share))
		share->moved = now;
	share->seen = now;
	if (list_empty(&share->node))
		list_add_tail(&share->node, &share->gdev->shares.active);
}

static u64 gantry_share_window(const struct gantry_share *share,
			       const struct gantry_share_others *others)
{
	u64 weight = READ_ONCE(share->weight), window, ahead = 0;

	if (!others->weights && !others->resting)
		return GANTRY_SHARE_ALONE;
	/* Room is kept for one that comes, but not for ever more of them. */
	window = div64_u64(GANTRY_SHARE_CONTESTED * weight,
			   weight + others->weights + min(others->resting, weight));
	if (others->waiting && gantry_share_is_before(others->least, share->served))
		ahead = div64_u64(share->served - others->least,
				  gantry_share_stride(share, others));
	return max(window >> min(ahead, GANTRY_SHARE_OWED), GANTRY_SHARE_LEAST);
}

static void gantry_share_set_waiting(struct gantry_share *share, u32 ring, bool waits)
{
	struct gantry_shares *shares = &share->gdev->shares;

	if (test_bit(ring, share->rings) == waits)
		return;
	if (waits) {
		__set_bit(ring, share->rings);
		shares->waiting += !share->rings_waiting++;
	} else {
		__clear_bit(ring, share->rings);
		shares->waiting -= !--share->rings_waiting;
	}
}

/* Rings of one account take turns, too. */
static bool gantry_share_must_wait(const struct gantry_share *share, u32 ring, u64 window)
{
	if (!share->in_flight)
		return false;
	if (share->in_flight >= window)
		return true;
	return share->pass != ring && share->rings_waiting > test_bit(ring, share->rings);
}

/**
 * gantry_share_room - how much may a ring be given of an account's work?
 * @share: whose
 * @ring: index of the ring, whose lock is held
 *
 * Return: bytes, a multiple of %GANTRY_SHARE_OP_BYTES, for one batch, which is charged by
 * gantry_share_charge(); 0: the ring will be served when it may have more.
 */
u32 gantry_share_room(struct gantry_share *share, u32 ring)
{
	struct gantry_shares *shares = &share->gdev->shares;
	struct gantry_share_others others;
	ktime_t now = ktime_get();
	u64 window;
	bool wait;

	spin_lock(&shares->lock);
	others = gantry_share_others(share, now);
	gantry_share_wants(share, &others, now);
	window = gantry_share_window(share, &others);
	wait = gantry_share_must_wait(share, ring, window);
	gantry_share_set_waiting(share, ring, wait);
	if (share->pass == ring)
		share->pass = GANTRY_SHARE_NO_RING;
	spin_unlock(&shares->lock);
	if (wait)
		return 0;
	return round_up(div_u64(window, GANTRY_SHARE_BATCHES), GANTRY_SHARE_OP_BYTES);
}

/* What a batch counts. */
u32 gantry_share_cost(u32 slots, u32 bytes)
{
	return max(bytes, slots * GANTRY_SHARE_OP_BYTES);
}

/* Most bytes of the next piece of a batch that has @bytes, whole words. */
u64 gantry_share_piece(u32 room, u32 bytes)
{
	return max(round_down(room - bytes, GANTRY_SHARE_OP_BYTES), GANTRY_SHARE_OP_BYTES);
}

static u64 gantry_share_time(const struct gantry_share *share, u32 cost)
{
	return div_u64((u64)cost * GANTRY_SHARE_SCALE, READ_ONCE(share->weight));
}

/* The card was given a batch; the ring's lock is held. */
void gantry_share_charge(struct gantry_share *share, u32 cost)
{
	struct gantry_shares *shares = &share->gdev->shares;

	spin_lock(&shares->lock);
	share->in_flight += cost;
	share->served += gantry_share_time(share, cost);
	spin_unlock(&shares->lock);
}

/* The card has done a batch; the ring's lock is held. */
void gantry_share_release(struct gantry_share *share, u32 cost)
{
	struct gantry_shares *shares = &share->gdev->shares;

	spin_lock(&shares->lock);
	share->in_flight -= cost;
	share->moved = ktime_get();
	spin_unlock(&shares->lock);
}

/* The card will not do a batch, or not now; the ring's lock is held. */
void gantry_share_refund(struct gantry_share *share, u32 cost)
{
	struct gantry_shares *shares = &share->gdev->shares;

	spin_lock(&shares->lock);
	share->in_flight -= cost;
	share->served -= gantry_share_time(share, cost);
	spin_unlock(&shares->lock);
}

/* ---- rings that wait --------------------------------------------------------------------- */

static bool gantry_share_may_admit(struct gantry_share *share, ktime_t now)
{
	struct gantry_share_others others;

	if (!share->rings_waiting)
		return false;
	others = gantry_share_others(share, now);
	return share->in_flight < gantry_share_window(share, &others);
}

/* A share that may have more in flight, with a reference, and the ring whose turn it is. */
static struct gantry_share *gantry_shares_next(struct gantry_device *gdev, u32 *ring)
{
	struct gantry_shares *shares = &gdev->shares;
	u32 count = gdev->backend->ring_count;
	struct gantry_share *share, *found = NULL;
	ktime_t now = ktime_get();
	unsigned long flags;

	spin_lock_irqsave(&shares->lock, flags);
	list_for_each_entry(share, &shares->active, node) {
		if (!gantry_share_may_admit(share, now) || !refcount_inc_not_zero(&share->ref))
			continue;
		*ring = find_next_bit_wrap(share->rings, count, share->turn + 1);
		gantry_share_set_waiting(share, *ring, false);
		share->turn = *ring;
		share->pass = *ring;
		found = share;
		break;
	}
	/* Those behind come first next time. */
	if (found)
		list_move_tail(&found->node, &shares->active);
	spin_unlock_irqrestore(&shares->lock, flags);
	return found;
}

/* The ring was served. It may have had no use for it. */
static void gantry_share_admitted(struct gantry_share *share)
{
	struct gantry_shares *shares = &share->gdev->shares;
	unsigned long flags;

	spin_lock_irqsave(&shares->lock, flags);
	share->pass = GANTRY_SHARE_NO_RING;
	spin_unlock_irqrestore(&shares->lock, flags);
	gantry_share_put(share);
}

/* Serving a ring queues this again while anybody waits. */
static void gantry_shares_admit_work(struct work_struct *work)
{
	struct gantry_device *gdev = container_of(work, struct gantry_device, shares.admit_work);
	u32 turns = gdev->backend->ring_count, ring;
	struct gantry_share *share;

	while (turns-- && (share = gantry_shares_next(gdev, &ring))) {
		gantry_ring_service_at(gdev, ring);
		gantry_share_admitted(share);
	}
}

/**
 * gantry_shares_admit - let in rings that wait and may have more now
 * @gdev: of which card
 *
 * To be called after anything ended. Any context. It is done by one at a time, which no
 * user's process can hold up, and in portions.
 */
void gantry_shares_admit(struct gantry_device *gdev)
{
	/* What waits was seen to wait before that ended which it waits for. */
	if (READ_ONCE(gdev->shares.waiting))
		queue_work(system_bh_wq, &gdev->shares.admit_work);
}

void gantry_shares_init(struct gantry_device *gdev)
{
	struct gantry_shares *shares = &gdev->shares;

	xa_init_flags(&shares->all, XA_FLAGS_LOCK_IRQ);
	spin_lock_init(&shares->lock);
	INIT_LIST_HEAD(&shares->active);
	INIT_WORK(&shares->admit_work, gantry_shares_admit_work);
}

/* Nobody has a share any more. */
void gantry_shares_fini(struct gantry_device *gdev)
{
	cancel_work_sync(&gdev->shares.admit_work);
}
