// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fence that signals when a time has passed: a job depends on it like on any other, so
 * nothing else knows of delays. It is over within %GANTRY_POLICY_MAX_DELAY_NS, whatever
 * becomes of the job, its card or the policy, and holds the module until then.
 */
#include <linux/dma-fence.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "gantry_compat.h"
#include "gantry_delay.h"
#include "gantry_policy.h"

/**
 * struct gantry_delay - a delay
 * @base: signals when it is over; first, for dma_fence_free()
 * @lock: for @base
 * @timer: holds a reference on @base while it runs
 * @policy: who wants it, referenced
 * @delay_ns: how long
 * @started: when
 */
struct gantry_delay {
	struct dma_fence base;
	spinlock_t lock; /* base */
	struct hrtimer timer;
	struct gantry_policy *policy;
	u64 delay_ns;
	ktime_t started;
};

static struct gantry_delay *to_gantry_delay(struct dma_fence *fence)
{
	return container_of(fence, struct gantry_delay, base);
}

static const char *gantry_delay_driver_name(struct dma_fence *fence)
{
	return "gantry";
}

static const char *gantry_delay_timeline_name(struct dma_fence *fence)
{
	return "delay";
}

static void gantry_delay_release(struct dma_fence *fence)
{
	kobject_put(&to_gantry_delay(fence)->policy->kobj);
	dma_fence_free(fence);
	module_put(THIS_MODULE);
}

static const struct dma_fence_ops gantry_delay_ops = {
	.get_driver_name = gantry_delay_driver_name,
	.get_timeline_name = gantry_delay_timeline_name,
	.release = gantry_delay_release,
};

static enum hrtimer_restart gantry_delay_over(struct hrtimer *timer)
{
	struct gantry_delay *delay = container_of(timer, struct gantry_delay, timer);
	s64 passed = ktime_to_ns(ktime_sub(ktime_get(), delay->started));

	atomic64_add(passed, &delay->policy->counters.delay_observed_ns);
	dma_fence_signal(&delay->base);
	dma_fence_put(&delay->base);
	return HRTIMER_NORESTART;
}

/**
 * gantry_delay_new - a delay that has not begun
 * @policy: who wants it; the reference is the delay's from now on, also after an error
 * @delay_ns: how long
 *
 * Return: it, with a reference for the caller, or NULL: out of memory.
 */
struct gantry_delay *gantry_delay_new(struct gantry_policy *policy, u64 delay_ns)
{
	struct gantry_delay *delay = kzalloc(sizeof(*delay), GFP_KERNEL_ACCOUNT);

	if (!delay) {
		kobject_put(&policy->kobj);
		return NULL;
	}
	__module_get(THIS_MODULE);
	spin_lock_init(&delay->lock);
	dma_fence_init(&delay->base, &gantry_delay_ops, &delay->lock, dma_fence_context_alloc(1),
		       1);
	gantry_hrtimer_setup(&delay->timer, gantry_delay_over, HRTIMER_MODE_REL);
	delay->policy = policy;
	delay->delay_ns = delay_ns;
	return delay;
}

struct dma_fence *gantry_delay_fence(struct gantry_delay *delay)
{
	return &delay->base;
}

/* The job is taken. It ends by itself. Any context. */
void gantry_delay_start(struct gantry_delay *delay)
{
	struct gantry_policy_counters *counters = &delay->policy->counters;

	atomic64_inc(&counters->delays_accepted);
	atomic64_add(delay->delay_ns, &counters->delay_accepted_ns);
	dma_fence_get(&delay->base);
	delay->started = ktime_get();
	hrtimer_start(&delay->timer, ns_to_ktime(delay->delay_ns), HRTIMER_MODE_REL);
}
