// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies of a card, and asking them.
 *
 * A card's policies are asked in their order, and the first refusal counts. Those that
 * had admitted the same thing before are told at once that it came to nothing, just as
 * they are told the end of what was done: so a policy that keeps accounts adds in one
 * hook and takes away in another, whatever became of it in between.
 *
 * Whoever asks holds a card's SRCU, and no lock; a card without policies is known by
 * its empty list. What a policy wants is checked after it has returned. One that wants
 * what cannot be is ejected: it is not asked any more, as if it were not there, and stays
 * only to tell why.
 */
#include <linux/kobject.h>
#include <linux/ktime.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "gantry_device.h"
#include "gantry_policy.h"
#include "gantry_queue.h"
#include "gantry_submit.h"
#include "gantry_trace.h"

enum gantry_policy_hook {
	GANTRY_HOOK_OPEN_CONTEXT,
	GANTRY_HOOK_CLOSE_CONTEXT,
	GANTRY_HOOK_CREATE_BUFFER,
	GANTRY_HOOK_DESTROY_BUFFER,
	GANTRY_HOOK_EXPORT_BUFFER,
	GANTRY_HOOK_CREATE_QUEUE,
	GANTRY_HOOK_DESTROY_QUEUE,
	GANTRY_HOOK_SUBMIT,
	GANTRY_HOOK_COMPLETE,
};

/* A call of one hook of all policies. */
struct gantry_policy_call {
	enum gantry_policy_hook hook;
	struct gantry_policy *delayer;	/* that had its way */
	u64 delay_ns;
	union {
		struct gantry_policy_context context;
		struct gantry_policy_buffer buffer;
		struct gantry_policy_queue queue;
		struct gantry_policy_job job;
	};
};

/* Guards what follows, and &gantry_policy.gdev. Nests in a card's. */
static DEFINE_MUTEX(gantry_policy_lock);
static LIST_HEAD(gantry_policy_cards);
static LIST_HEAD(gantry_policy_all);

/* ---- one policy ---------------------------------------------------------------------- */

static unsigned long gantry_policy_hooks(const struct gantry_policy_ops *ops)
{
	return (ops->context_open ? BIT(GANTRY_HOOK_OPEN_CONTEXT) : 0) |
	       (ops->context_close ? BIT(GANTRY_HOOK_CLOSE_CONTEXT) : 0) |
	       (ops->buffer_create ? BIT(GANTRY_HOOK_CREATE_BUFFER) : 0) |
	       (ops->buffer_destroy ? BIT(GANTRY_HOOK_DESTROY_BUFFER) : 0) |
	       (ops->buffer_export ? BIT(GANTRY_HOOK_EXPORT_BUFFER) : 0) |
	       (ops->queue_create ? BIT(GANTRY_HOOK_CREATE_QUEUE) : 0) |
	       (ops->queue_destroy ? BIT(GANTRY_HOOK_DESTROY_QUEUE) : 0) |
	       (ops->submit ? BIT(GANTRY_HOOK_SUBMIT) : 0) |
	       (ops->complete ? BIT(GANTRY_HOOK_COMPLETE) : 0);
}

static int gantry_policy_run(const struct gantry_policy_ops *ops, struct gantry_policy_call *call)
{
	switch (call->hook) {
	case GANTRY_HOOK_OPEN_CONTEXT:
		return ops->context_open(&call->context);
	case GANTRY_HOOK_CLOSE_CONTEXT:
		ops->context_close(&call->context);
		break;
	case GANTRY_HOOK_CREATE_BUFFER:
		return ops->buffer_create(&call->buffer);
	case GANTRY_HOOK_DESTROY_BUFFER:
		ops->buffer_destroy(&call->buffer);
		break;
	case GANTRY_HOOK_EXPORT_BUFFER:
		return ops->buffer_export(&call->buffer);
	case GANTRY_HOOK_CREATE_QUEUE:
		return ops->queue_create(&call->queue);
	case GANTRY_HOOK_DESTROY_QUEUE:
		ops->queue_destroy(&call->queue);
		break;
	case GANTRY_HOOK_SUBMIT:
		return ops->submit(&call->job);
	case GANTRY_HOOK_COMPLETE:
		ops->complete(&call->job);
		break;
	}
	return 0;
}

static void gantry_policy_eject_work(struct work_struct *work)
{
	struct gantry_policy *policy = container_of(work, struct gantry_policy, eject_work);
	struct drm_device *drm = &policy->gdev->drm;
	char name[32], reason[64];
	char *envp[3] = { name, reason };
	int idx;

	snprintf(name, sizeof(name), "POLICY_EJECTED=%s", kobject_name(&policy->kobj));
	snprintf(reason, sizeof(reason), "REASON=%s", gantry_policy_reason(policy->fault));
	drm_warn(drm, "policy %s is ejected: %s\n", kobject_name(&policy->kobj),
		 gantry_policy_reason(policy->fault));
	if (!drm_dev_enter(drm, &idx))
		return;
	kobject_uevent_env(&drm->accel->kdev->kobj, KOBJ_CHANGE, envp);
	drm_dev_exit(idx);
}

/* Ask it no more. Any context. */
static void gantry_policy_eject(struct gantry_policy *policy, enum gantry_policy_fault fault)
{
	if (cmpxchg(&policy->fault, GANTRY_POLICY_GOOD, fault))
		return;
	trace_gantry_policy_eject(dev_name(policy->gdev->drm.dev), kobject_name(&policy->kobj),
				  gantry_policy_reason(fault));
	schedule_work(&policy->eject_work);
}

static bool gantry_policy_listens(const struct gantry_policy *policy,
				  const struct gantry_policy_call *call)
{
	return (policy->hooks & BIT(call->hook)) && !READ_ONCE(policy->fault);
}

/*
 * Time that a policy uses, not that which others use while it waits for a processor or for
 * memory: a tenant can make that as long as it likes. The scheduler counts it in ticks.
 */
static u64 gantry_policy_clock(void)
{
	if (in_task() && !irqs_disabled())
		return READ_ONCE(current->se.sum_exec_runtime);
	return ktime_get_ns();
}

/* Not at once: a host may take a virtual processor away, and interrupts count, too. */
static int gantry_policy_run_timed(struct gantry_policy *policy, struct gantry_policy_call *call)
{
	u64 start = gantry_policy_clock();
	int ret = gantry_policy_run(policy->ops, call);

	if (gantry_policy_clock() - start > GANTRY_POLICY_MAX_CALL_NS &&
	    atomic_inc_return(&policy->slow_calls) >= GANTRY_POLICY_MAX_SLOW_CALLS)
		gantry_policy_eject(policy, GANTRY_POLICY_SLOW);
	return ret;
}

/*
 * Each is among those that the calls in question are documented to return. Not -EAGAIN
 * or -EINTR: libdrm would try for ever.
 */
static bool gantry_policy_may_return(int error)
{
	switch (error) {
	case -EACCES:
	case -EBUSY:
	case -EDQUOT:
	case -ENOSPC:
	case -EPERM:
		return true;
	default:
		return false;
	}
}

/* What it wants, whatever comes of that. */
static void gantry_policy_count_requests(struct gantry_policy *policy,
					 const struct gantry_policy_call *call,
					 const struct gantry_policy_call *before)
{
	struct gantry_policy_counters *counters = &policy->counters;

	if (call->hook == GANTRY_HOOK_CREATE_QUEUE &&
	    call->queue.priority != before->queue.priority)
		atomic64_inc(&counters->priorities_requested);
	if (call->hook != GANTRY_HOOK_SUBMIT)
		return;
	if (call->job.delay_ns)
		atomic64_inc(&counters->delays_requested);
	if (call->job.weight != before->job.weight || call->job.account != before->job.account)
		atomic64_inc(&counters->shares_requested);
}

static enum gantry_policy_fault gantry_policy_check(const struct gantry_policy_call *call)
{
	if (call->hook == GANTRY_HOOK_CREATE_QUEUE && call->queue.priority >= GANTRY_PRIORITIES)
		return GANTRY_POLICY_BAD_PRIORITY;
	if (call->hook != GANTRY_HOOK_SUBMIT)
		return GANTRY_POLICY_GOOD;
	if (call->job.delay_ns > GANTRY_POLICY_MAX_DELAY_NS)
		return GANTRY_POLICY_BAD_DELAY;
	if (call->job.weight > GANTRY_POLICY_MAX_WEIGHT)
		return GANTRY_POLICY_BAD_WEIGHT;
	return GANTRY_POLICY_GOOD;
}

/* Of several that hold a job back the one that does so longest has its way. */
static void gantry_policy_take_delay(struct gantry_policy *policy, struct gantry_policy_call *call)
{
	u64 delay_ns = call->job.delay_ns;

	call->job.delay_ns = 0;
	atomic64_add(delay_ns, &policy->counters.delay_requested_ns);
	if (delay_ns <= call->delay_ns)
		return;
	call->delay_ns = delay_ns;
	call->delayer = policy;
}

static void gantry_policy_take(struct gantry_policy *policy, struct gantry_policy_call *call,
			       const struct gantry_policy_call *before)
{
	struct gantry_policy_counters *counters = &policy->counters;

	if (call->hook == GANTRY_HOOK_CREATE_QUEUE &&
	    call->queue.priority != before->queue.priority)
		atomic64_inc(&counters->priorities_accepted);
	if (call->hook != GANTRY_HOOK_SUBMIT)
		return;
	gantry_policy_take_delay(policy, call);
	if (call->job.weight != before->job.weight || call->job.account != before->job.account)
		atomic64_inc(&counters->shares_accepted);
}

static int gantry_policy_ask(struct gantry_policy *policy, struct gantry_policy_call *call)
{
	struct gantry_policy_counters *counters = &policy->counters;
	const struct gantry_policy_call before = *call;
	enum gantry_policy_fault fault;
	int ret;

	if (!gantry_policy_listens(policy, call))
		return 0;
	atomic64_inc(&counters->calls);
	ret = gantry_policy_run_timed(policy, call);
	if (ret) {
		atomic64_inc(&counters->refusals_requested);
		fault = gantry_policy_may_return(ret) ? GANTRY_POLICY_GOOD :
							GANTRY_POLICY_BAD_RETURN;
	} else {
		gantry_policy_count_requests(policy, call, &before);
		fault = gantry_policy_check(call);
	}
	if (fault)
		gantry_policy_eject(policy, fault);
	if (!ret && !READ_ONCE(policy->fault)) {
		gantry_policy_take(policy, call, &before);
		return 0;
	}
	/* What it wrote before it refused, or was ejected, counts for nothing. */
	*call = before;
	if (READ_ONCE(policy->fault))
		return 0;
	atomic64_inc(&counters->refusals_accepted);
	return ret;
}

/* ---- all of a card ------------------------------------------------------------------- */

static bool gantry_policies_none(const struct gantry_device *gdev)
{
	return list_empty(&gdev->policies.stack);
}

static bool gantry_policies_admit_end(enum gantry_policy_hook hook, enum gantry_policy_hook *end)
{
	switch (hook) {
	case GANTRY_HOOK_OPEN_CONTEXT:
		*end = GANTRY_HOOK_CLOSE_CONTEXT;
		return true;
	case GANTRY_HOOK_CREATE_BUFFER:
		*end = GANTRY_HOOK_DESTROY_BUFFER;
		return true;
	case GANTRY_HOOK_CREATE_QUEUE:
		*end = GANTRY_HOOK_DESTROY_QUEUE;
		return true;
	case GANTRY_HOOK_SUBMIT:
		*end = GANTRY_HOOK_COMPLETE;
		return true;
	default:
		return false;
	}
}

static void gantry_policy_set_status(struct gantry_policy_call *call, int status)
{
	switch (call->hook) {
	case GANTRY_HOOK_CLOSE_CONTEXT:
		call->context.status = status;
		break;
	case GANTRY_HOOK_DESTROY_BUFFER:
		call->buffer.status = status;
		break;
	case GANTRY_HOOK_DESTROY_QUEUE:
		call->queue.status = status;
		break;
	case GANTRY_HOOK_COMPLETE:
		call->job.status = status;
		break;
	default:
		break;
	}
}

/* What one writes into what it is told is not for the next. */
static void gantry_policy_tell(struct gantry_policy *policy, const struct gantry_policy_call *call)
{
	struct gantry_policy_call own = *call;

	if (gantry_policy_listens(policy, call))
		gantry_policy_run_timed(policy, &own);
}

/* 0, with those who were asked in @stamp, or why not; then nobody has to be told more. */
static int gantry_policies_ask(struct gantry_device *gdev, struct gantry_policy_call *call,
			       gantry_stamp *stamp)
{
	struct gantry_policies *policies = &gdev->policies;
	struct gantry_policy *policy, *admitted[GANTRY_MAX_POLICIES];
	u32 i, count = 0;
	int idx, ret = 0;

	idx = srcu_read_lock(&policies->srcu);
	/* With the list as it was then, or later: who came later is not asked. */
	*stamp = smp_load_acquire(&policies->attached);
	list_for_each_entry_srcu(policy, &policies->stack, node,
				 srcu_read_lock_held(&policies->srcu)) {
		if (policy->number > *stamp)
			continue;
		ret = gantry_policy_ask(policy, call);
		if (ret)
			break;
		admitted[count++] = policy;
	}
	if (ret && gantry_policies_admit_end(call->hook, &call->hook)) {
		gantry_policy_set_status(call, ret);
		/* Not by the list: who is detached meanwhile is not in it. */
		for (i = 0; i < count; i++)
			gantry_policy_tell(admitted[i], call);
	}
	if (ret)
		*stamp = 0;
	/* So that it stays for whoever counts what became of the delay. */
	else if (call->delayer)
		kobject_get(&call->delayer->kobj);
	srcu_read_unlock(&policies->srcu, idx);
	return ret;
}

/* Tell those who were asked when @stamp was taken. */
static void gantry_policies_end(struct gantry_device *gdev, const struct gantry_policy_call *call,
				gantry_stamp stamp)
{
	struct gantry_policies *policies = &gdev->policies;
	struct gantry_policy *policy;
	int idx;

	if (gantry_policies_none(gdev))
		return;
	idx = srcu_read_lock(&policies->srcu);
	list_for_each_entry_srcu(policy, &policies->stack, node,
				 srcu_read_lock_held(&policies->srcu))
		if (policy->number <= stamp)
			gantry_policy_tell(policy, call);
	srcu_read_unlock(&policies->srcu, idx);
}

/* ---- what the driver asks ---------------------------------------------------------- */

/**
 * gantry_policy_open_context - may a context be opened?
 * @file: it, described; if it may, gantry_policy_close_context() must follow
 *
 * Like all that ask it may sleep.
 *
 * Return: 0 or why not.
 */
int gantry_policy_open_context(struct gantry_file *file)
{
	struct gantry_policy_call call = {
		.hook = GANTRY_HOOK_OPEN_CONTEXT,
		.context = { .tenant = file->tenant, .id = file->context },
	};

	if (gantry_policies_none(file->gdev))
		return 0;
	return gantry_policies_ask(file->gdev, &call, &file->stamp);
}

void gantry_policy_close_context(struct gantry_file *file, int status)
{
	struct gantry_policy_call call = {
		.hook = GANTRY_HOOK_CLOSE_CONTEXT,
		.context = { .tenant = file->tenant, .id = file->context, .status = status },
	};

	if (file->stamp)
		gantry_policies_end(file->gdev, &call, file->stamp);
}

/**
 * gantry_policy_create_buffer - may a buffer be made?
 * @file: by whom
 * @bytes: its size
 * @region: where, as the user says
 * @stamp: out: if it may, for gantry_policy_destroy_buffer(), which must follow
 *
 * Return: 0 or why not.
 */
int gantry_policy_create_buffer(struct gantry_file *file, u64 bytes, u32 region,
				gantry_stamp *stamp)
{
	struct gantry_policy_call call = {
		.hook = GANTRY_HOOK_CREATE_BUFFER,
		.buffer = { .tenant = file->tenant, .context = file->context, .bytes = bytes,
			    .region = region },
	};

	*stamp = 0;
	if (gantry_policies_none(file->gdev))
		return 0;
	return gantry_policies_ask(file->gdev, &call, stamp);
}

void gantry_policy_destroy_buffer(struct gantry_device *gdev, const struct gantry_tenant *tenant,
				  u64 bytes, u32 region, gantry_stamp stamp, int status)
{
	struct gantry_policy_call call = {
		.hook = GANTRY_HOOK_DESTROY_BUFFER,
		.buffer = { .tenant = tenant, .bytes = bytes, .region = region, .status = status },
	};

	if (stamp)
		gantry_policies_end(gdev, &call, stamp);
}

/* May a buffer leave its context as a dma-buf? Nothing tells the end of that. */
int gantry_policy_export_buffer(struct gantry_file *file, u64 bytes, u32 region)
{
	struct gantry_policy_call call = {
		.hook = GANTRY_HOOK_EXPORT_BUFFER,
		.buffer = { .tenant = file->tenant, .context = file->context, .bytes = bytes,
			    .region = region },
	};
	gantry_stamp stamp;

	if (gantry_policies_none(file->gdev))
		return 0;
	return gantry_policies_ask(file->gdev, &call, &stamp);
}

/**
 * gantry_policy_create_queue - may a queue be made?
 * @queue: it, with its context and number; if it may, gantry_policy_destroy_queue() must
 *	follow
 * @priority: as its user wants it; out: as it is to be
 *
 * Return: 0 or why not.
 */
int gantry_policy_create_queue(struct gantry_queue *queue, u32 *priority)
{
	struct gantry_file *file = queue->file;
	struct gantry_policy_call call = {
		.hook = GANTRY_HOOK_CREATE_QUEUE,
		.queue = { .tenant = file->tenant, .context = file->context,
			   .id = queue->fence_context, .priority = *priority },
	};
	int ret;

	if (gantry_policies_none(file->gdev))
		return 0;
	ret = gantry_policies_ask(file->gdev, &call, &queue->stamp);
	if (!ret)
		*priority = call.queue.priority;
	return ret;
}

void gantry_policy_destroy_queue(struct gantry_queue *queue, int status)
{
	struct gantry_file *file = queue->file;
	struct gantry_policy_call call = {
		.hook = GANTRY_HOOK_DESTROY_QUEUE,
		.queue = { .tenant = file->tenant, .context = file->context,
			   .id = queue->fence_context, .priority = queue->stream.priority,
			   .status = status },
	};

	if (queue->stamp)
		gantry_policies_end(file->gdev, &call, queue->stamp);
}

/**
 * gantry_policy_submit - may a job be submitted?
 * @queue: where to
 * @fence: its end, with what it does; if it may, gantry_policy_complete() must follow
 * @verdict: out: how; the delay is in @fence
 *
 * Return: 0 or why not.
 */
int gantry_policy_submit(struct gantry_queue *queue, struct gantry_fence *fence,
			 struct gantry_verdict *verdict)
{
	struct gantry_file *file = queue->file;
	struct gantry_policy_call call;
	int ret;

	*verdict = (struct gantry_verdict){};
	if (gantry_policies_none(file->gdev))
		return 0;
	call = (struct gantry_policy_call){
		.hook = GANTRY_HOOK_SUBMIT,
		.job = { .tenant = file->tenant, .stats = &fence->stats, .context = file->context,
			 .queue = queue->fence_context, .bytes = gantry_job_bytes(&fence->stats),
			 .account = file->tenant->id },
	};
	ret = gantry_policies_ask(file->gdev, &call, &fence->stamp);
	if (ret)
		return ret;
	fence->delay_ns = call.delay_ns;
	fence->weight = call.job.weight;
	fence->account = call.job.account;
	*verdict = (struct gantry_verdict){
		.delayer = call.delayer,
		.weight = call.job.weight,
		.account = call.job.account,
	};
	return 0;
}

/* Any context. */
void gantry_policy_complete(struct gantry_fence *fence, int status)
{
	struct gantry_file *file = fence->queue->file;
	struct gantry_policy_call call;

	if (!fence->stamp)
		return;
	call = (struct gantry_policy_call){
		.hook = GANTRY_HOOK_COMPLETE,
		.job = { .tenant = file->tenant, .stats = &fence->stats, .context = file->context,
			 .queue = fence->queue->fence_context, .seqno = fence->seqno,
			 .bytes = gantry_job_bytes(&fence->stats), .delay_ns = fence->delay_ns,
			 .status = status, .weight = fence->weight, .account = fence->account },
	};
	gantry_policies_end(file->gdev, &call, fence->stamp);
}

/* ---- they come and go ---------------------------------------------------------------- */

static void gantry_policies_fini(struct drm_device *drm, void *res)
{
	struct gantry_policies *policies = &to_gantry_device(drm)->policies;

	cleanup_srcu_struct(&policies->srcu);
	mutex_destroy(&policies->lock);
}

/**
 * gantry_policies_init - a card without policies, which takes none yet
 * @gdev: new; what is made here goes with its DRM device
 *
 * Return: 0 or -ENOMEM.
 */
int gantry_policies_init(struct gantry_device *gdev)
{
	struct gantry_policies *policies = &gdev->policies;
	int ret = init_srcu_struct(&policies->srcu);

	if (ret)
		return ret;
	mutex_init(&policies->lock);
	INIT_LIST_HEAD(&policies->stack);
	INIT_LIST_HEAD(&policies->card_node);
	return drmm_add_action_or_reset(&gdev->drm, gantry_policies_fini, NULL);
}

/* From now on the card takes policies; nobody has opened it yet. */
void gantry_policies_open(struct gantry_device *gdev)
{
	struct gantry_policies *policies = &gdev->policies;

	mutex_lock(&policies->lock);
	policies->open = true;
	mutex_unlock(&policies->lock);
	mutex_lock(&gantry_policy_lock);
	list_add(&policies->card_node, &gantry_policy_cards);
	mutex_unlock(&gantry_policy_lock);
}

/* On return nobody asks it, or tells of it, any more. Waits for hooks of this card only. */
static void gantry_policy_leave(struct gantry_policy *policy)
{
	struct gantry_device *gdev = policy->gdev;

	lockdep_assert_held(&gdev->policies.lock);
	list_del_rcu(&policy->node);
	synchronize_srcu(&gdev->policies.srcu);
	cancel_work_sync(&policy->eject_work);
	trace_gantry_policy_detach(dev_name(gdev->drm.dev), policy->ops->name);
	kobject_del(&policy->kobj);
	mutex_lock(&gantry_policy_lock);
	policy->gdev = NULL;
	mutex_unlock(&gantry_policy_lock);
	drm_dev_put(&gdev->drm);
}

/**
 * gantry_policies_close - a card goes away, and its policies with it
 * @gdev: which
 *
 * BPF still knows them, and holds the module, until their owner lets go of them.
 */
void gantry_policies_close(struct gantry_device *gdev)
{
	struct gantry_policies *policies = &gdev->policies;
	struct gantry_policy *policy, *next;

	mutex_lock(&gantry_policy_lock);
	list_del_init(&policies->card_node);
	mutex_unlock(&gantry_policy_lock);
	mutex_lock(&policies->lock);
	policies->open = false;
	list_for_each_entry_safe(policy, next, &policies->stack, node)
		gantry_policy_leave(policy);
	kobject_put(policies->folder);
	policies->folder = NULL;
	mutex_unlock(&policies->lock);
}

/* A card that takes policies, with a reference on its DRM device, or NULL. */
static struct gantry_device *gantry_policy_get_card(const char *address)
{
	struct gantry_device *gdev, *found = NULL;

	mutex_lock(&gantry_policy_lock);
	list_for_each_entry(gdev, &gantry_policy_cards, policies.card_node) {
		if (strcmp(dev_name(gdev->drm.dev), address))
			continue;
		drm_dev_get(&gdev->drm);
		found = gdev;
		break;
	}
	mutex_unlock(&gantry_policy_lock);
	return found;
}

/* 0, and before which one a new policy comes, or why there can be none. */
static int gantry_policy_find_place(struct gantry_policies *policies,
				    const struct gantry_policy_ops *ops, struct list_head **place)
{
	struct gantry_policy *policy;
	u32 count = 0;

	lockdep_assert_held(&policies->lock);
	*place = &policies->stack;
	list_for_each_entry(policy, &policies->stack, node) {
		if (!strcmp(policy->ops->name, ops->name))
			return -EEXIST;
		if (policy->ops->order > ops->order && *place == &policies->stack)
			*place = &policy->node;
		count++;
	}
	return count == GANTRY_MAX_POLICIES ? -E2BIG : 0;
}

static int gantry_policy_add_folder(struct gantry_policy *policy, struct gantry_policies *policies)
{
	struct kobject *card = &policy->gdev->drm.dev->kobj;

	if (!policies->folder)
		policies->folder = kobject_create_and_add("gantry_policies", card);
	if (!policies->folder)
		return -ENOMEM;
	return kobject_add(&policy->kobj, policies->folder, "%s", policy->ops->name);
}

static int gantry_policy_enter(struct gantry_policy *policy, struct gantry_device *gdev)
{
	struct gantry_policies *policies = &gdev->policies;
	struct list_head *place;
	int ret;

	lockdep_assert_held(&policies->lock);
	if (!policies->open)
		return -ENODEV;
	ret = gantry_policy_find_place(policies, policy->ops, &place);
	if (ret)
		return ret;
	policy->gdev = gdev;
	policy->number = policies->attached + 1;
	ret = gantry_policy_add_folder(policy, policies);
	if (ret)
		return ret;
	drm_dev_get(&gdev->drm);
	mutex_lock(&gantry_policy_lock);
	list_add(&policy->all, &gantry_policy_all);
	mutex_unlock(&gantry_policy_lock);
	list_add_tail_rcu(&policy->node, place);
	/* After it is in the list: see gantry_policies_ask(). */
	smp_store_release(&policies->attached, policy->number);
	trace_gantry_policy_attach(dev_name(gdev->drm.dev), policy->ops->name, policy->ops->order);
	return 0;
}

/**
 * gantry_policy_attach - give a card a policy
 * @ops: checked; stays until gantry_policy_detach()
 * @link: by which it is attached, of possibly several with the same @ops, or NULL
 *
 * Return: 0; -ENODEV there is no such card; -EEXIST it has a policy of that name;
 * -E2BIG it has as many as there can be; -ENOMEM.
 */
int gantry_policy_attach(const struct gantry_policy_ops *ops, const struct bpf_link *link)
{
	struct gantry_device *gdev = gantry_policy_get_card(ops->card);
	struct gantry_policy *policy;
	int ret = -ENOMEM;

	if (!gdev)
		return -ENODEV;
	policy = kzalloc(sizeof(*policy), GFP_KERNEL);
	if (!policy)
		goto put_card;
	kobject_init(&policy->kobj, &gantry_policy_type);
	INIT_WORK(&policy->eject_work, gantry_policy_eject_work);
	policy->ops = ops;
	policy->link = link;
	policy->hooks = gantry_policy_hooks(ops);
	mutex_lock(&gdev->policies.lock);
	ret = gantry_policy_enter(policy, gdev);
	mutex_unlock(&gdev->policies.lock);
	if (ret)
		kobject_put(&policy->kobj);
put_card:
	drm_dev_put(&gdev->drm);
	return ret;
}

/* Take it from those that BPF knows; @gdev: out: its card, with a reference, or NULL. */
static struct gantry_policy *gantry_policy_forget(const struct gantry_policy_ops *ops,
						  const struct bpf_link *link,
						  struct gantry_device **gdev)
{
	struct gantry_policy *policy, *found = NULL;

	*gdev = NULL;
	mutex_lock(&gantry_policy_lock);
	list_for_each_entry(policy, &gantry_policy_all, all) {
		if (policy->ops != ops || policy->link != link)
			continue;
		list_del(&policy->all);
		*gdev = policy->gdev;
		if (*gdev)
			drm_dev_get(&(*gdev)->drm);
		found = policy;
		break;
	}
	mutex_unlock(&gantry_policy_lock);
	return found;
}

/**
 * gantry_policy_detach - take a policy away, if its card has not gone meanwhile
 * @ops: attached; on return nobody calls them any more
 * @link: by which
 */
void gantry_policy_detach(const struct gantry_policy_ops *ops, const struct bpf_link *link)
{
	struct gantry_device *gdev;
	struct gantry_policy *policy = gantry_policy_forget(ops, link, &gdev);

	if (!policy)
		return;
	if (gdev) {
		mutex_lock(&gdev->policies.lock);
		if (policy->gdev)
			gantry_policy_leave(policy);
		mutex_unlock(&gdev->policies.lock);
		drm_dev_put(&gdev->drm);
	}
	kobject_put(&policy->kobj);
}
