/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies of cards: who is asked before something is done, and told when it ended. */
#ifndef GANTRY_POLICY_H
#define GANTRY_POLICY_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/srcu.h>
#include <linux/workqueue.h>

#include "gantry_policy_ops.h"

struct bpf_link;
struct gantry_device;
struct gantry_fence;
struct gantry_file;
struct gantry_queue;

/* Policies of one card. */
#define GANTRY_MAX_POLICIES	16

/**
 * struct gantry_policies - policies of a card
 * @lock: guards changes of what follows but @card_node
 * @open: it takes policies
 * @stack: &struct gantry_policy in the order in which they are asked; read under @srcu
 * @attached: how many there ever were. Who was asked when this was n is told the end by
 *	those of them that came n-th or before, and by nobody else: see &gantry_stamp
 * @srcu: held while one is asked
 * @card_node: in the list of cards that take policies
 * @folder: in sysfs, or NULL: there was no policy yet
 */
struct gantry_policies {
	struct mutex lock; /* see above */
	bool open;
	struct list_head stack;
	u64 attached;
	struct srcu_struct srcu;
	struct list_head card_node;
	struct kobject *folder;
};

/* What policies were asked before something was done; 0: none. */
typedef u64 gantry_stamp;

/* Why a policy was ejected. */
enum gantry_policy_fault {
	GANTRY_POLICY_GOOD,
	GANTRY_POLICY_BAD_RETURN,
	GANTRY_POLICY_BAD_DELAY,
	GANTRY_POLICY_BAD_PRIORITY,
	GANTRY_POLICY_BAD_WEIGHT,
	GANTRY_POLICY_SLOW,
	GANTRY_POLICY_FAULTS,
};

/**
 * struct gantry_policy_counters - what a policy did
 * @calls: of hooks that can refuse
 * @refusals_requested: refusals it returned
 * @refusals_accepted: of these, those with an error that may be
 * @priorities_requested: queues whose priority it changed
 * @priorities_accepted: of these, those with one that there is
 * @shares_requested: jobs that it wanted to take their turn in another share, or weight
 * @shares_accepted: of these, those with a weight that may be
 * @delays_requested: jobs that it wanted to hold back
 * @delays_accepted: of these, those that it held back: no other policy wanted longer
 * @delay_requested_ns: how long all together
 * @delay_accepted_ns: those accepted
 * @delay_observed_ns: how long these were really held back
 */
struct gantry_policy_counters {
	atomic64_t calls;
	atomic64_t refusals_requested;
	atomic64_t refusals_accepted;
	atomic64_t priorities_requested;
	atomic64_t priorities_accepted;
	atomic64_t shares_requested;
	atomic64_t shares_accepted;
	atomic64_t delays_requested;
	atomic64_t delays_accepted;
	atomic64_t delay_requested_ns;
	atomic64_t delay_accepted_ns;
	atomic64_t delay_observed_ns;
};

/**
 * struct gantry_policy - a policy of a card
 * @kobj: its folder in sysfs; holds it
 * @ops: its hooks; only while it is attached
 * @link: by which BPF attached it, or NULL
 * @hooks: which there are, a bit each
 * @number: how many policies the card had before, and this one
 * @node: in &gantry_policies.stack
 * @all: in the list of all policies that BPF knows
 * @gdev: the card, with a reference on its DRM device; NULL: it has gone
 * @slow_calls: that took too long
 * @fault: why it is asked no more, &enum gantry_policy_fault
 * @eject_work: tells user space of that
 * @counters: what it did
 */
struct gantry_policy {
	struct kobject kobj;
	const struct gantry_policy_ops *ops;
	const struct bpf_link *link;
	unsigned long hooks;
	u64 number;
	struct list_head node;
	struct list_head all;
	struct gantry_device *gdev;
	atomic_t slow_calls;
	u32 fault;
	struct work_struct eject_work;
	struct gantry_policy_counters counters;
};

/**
 * struct gantry_verdict - how a job is admitted
 * @delayer: who holds it back, with a reference, or NULL
 * @weight: of @account; 0: it takes part in no sharing
 * @account: whose share it takes its turn in
 */
struct gantry_verdict {
	struct gantry_policy *delayer;
	u32 weight;
	u64 account;
};

int gantry_policies_init(struct gantry_device *gdev);
void gantry_policies_open(struct gantry_device *gdev);
void gantry_policies_close(struct gantry_device *gdev);

int gantry_policy_attach(const struct gantry_policy_ops *ops, const struct bpf_link *link);
void gantry_policy_detach(const struct gantry_policy_ops *ops, const struct bpf_link *link);

/* ---- what the driver asks ---------------------------------------------------------- */

int gantry_policy_open_context(struct gantry_file *file);
void gantry_policy_close_context(struct gantry_file *file, int status);
int gantry_policy_create_buffer(struct gantry_file *file, u64 bytes, u32 region,
				gantry_stamp *stamp);
void gantry_policy_destroy_buffer(struct gantry_device *gdev, const struct gantry_tenant *tenant,
				  u64 bytes, u32 region, gantry_stamp stamp, int status);
int gantry_policy_export_buffer(struct gantry_file *file, u64 bytes, u32 region);
int gantry_policy_create_queue(struct gantry_queue *queue, u32 *priority);
void gantry_policy_destroy_queue(struct gantry_queue *queue, int status);
int gantry_policy_submit(struct gantry_queue *queue, struct gantry_fence *fence,
			 struct gantry_verdict *verdict);
void gantry_policy_complete(struct gantry_fence *fence, int status);

/* gantry_policy_bpf.c */
void gantry_policy_register(void);

/* gantry_policy_sysfs.c */
extern const struct kobj_type gantry_policy_type;
const char *gantry_policy_reason(u32 fault);

#endif
