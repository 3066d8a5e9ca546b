/* SPDX-License-Identifier: GPL-2.0-only */
/* Shares of a card: how much each account may have in flight while others want some, too. */
#ifndef GANTRY_SHARE_H
#define GANTRY_SHARE_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct gantry_device;

/**
 * struct gantry_shares - the shares of a card
 * @all: &struct gantry_share by account; its lock guards who is in it
 * @count: of @all
 * @admit_work: lets in rings that wait
 * @lock: guards what follows, and the shares; taken with a ring's held
 * @active: those that want something, or did a short while ago
 * @waiting: how many have rings that wait
 */
struct gantry_shares {
	struct xarray all;
	u32 count;
	struct work_struct admit_work;
	spinlock_t lock; /* see above */
	struct list_head active;
	u32 waiting;
};

/**
 * struct gantry_share - an account on a card, with a weight
 * @ref: one for each job, one for each queue that submitted the last
 * @gdev: the card; whoever has a reference holds the card's memory
 * @account: chosen by a policy
 * @weight: 1 to %GANTRY_POLICY_MAX_WEIGHT
 * @node: in &gantry_shares.active
 * @seen: when it last wanted something
 * @moved: when the card last did some of its work, or it began to want some
 * @met: it has wanted something before
 * @served: what it was served, divided by its weight: its virtual time, which may wrap
 * @in_flight: of its work, with the card now
 * @rings_waiting: rings that have more of its work than it may have in flight
 * @turn: ring that was last let in of these
 * @pass: ring that is being let in, or %GANTRY_SHARE_NO_RING
 * @rings: a bit for each ring that waits
 */
struct gantry_share {
	refcount_t ref;
	struct gantry_device *gdev;
	u64 account;
	u32 weight;
	struct list_head node;
	ktime_t seen;
	ktime_t moved;
	bool met;
	u64 served;
	u64 in_flight;
	u32 rings_waiting;
	u32 turn;
	u32 pass;
	unsigned long rings[];
};

void gantry_shares_init(struct gantry_device *gdev);
void gantry_shares_fini(struct gantry_device *gdev);
void gantry_shares_admit(struct gantry_device *gdev);

struct gantry_share *gantry_share_find(struct gantry_device *gdev, u64 account, u32 weight);
struct gantry_share *gantry_share_get(struct gantry_share *share);
void gantry_share_put(struct gantry_share *share);

u32 gantry_share_room(struct gantry_share *share, u32 ring);
u32 gantry_share_cost(u32 slots, u32 bytes);
u64 gantry_share_piece(u32 room, u32 bytes);
void gantry_share_charge(struct gantry_share *share, u32 cost);
void gantry_share_release(struct gantry_share *share, u32 cost);
void gantry_share_refund(struct gantry_share *share, u32 cost);

#endif
