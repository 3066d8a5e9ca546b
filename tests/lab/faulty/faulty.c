// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that does wrong, on purpose: writing the name of a fault to its
 * parameter "commit" commits it. check-lab loads it into a debug kernel and sees
 * whether the kernel tells and the lab hears.
 */
#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static void *kept;
static struct kmem_cache *kept_cache;
static int sink;

/* What the compiler must not know, or it would see through all of this. */
static int nothing(void)
{
	static int zero;

	return READ_ONCE(zero);
}

static noinline void use_after_free(void)
{
	int *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	WRITE_ONCE(sink, READ_ONCE(p[2]));
}

static noinline void out_of_bounds(void)
{
	u8 *p = kmalloc(13 + nothing(), GFP_KERNEL);

	WRITE_ONCE(p[13], 1);
	kfree(p);
}

static noinline void shift_too_far(void)
{
	WRITE_ONCE(sink, 1 << (40 + nothing()));
}

static noinline void index_too_large(void)
{
	static int array[4];

	WRITE_ONCE(array[nothing() + 5], 0);
}

static noinline void count_from_zero(void)
{
	refcount_t count = REFCOUNT_INIT(0);

	refcount_inc(&count);
}

static noinline void delete_twice(void)
{
	LIST_HEAD(list);
	struct list_head entry;

	list_add(&entry, &list);
	list_del(&entry);
	list_del(&entry);
}

static void no_op(struct timer_list *timer)
{
}

static noinline void free_active_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	timer_setup(timer, no_op, 0);
	mod_timer(timer, jiffies + HZ);
	kfree(timer);
}

static noinline void unmap_what_was_not_mapped(void)
{
	struct platform_device *pdev = platform_device_register_simple("dma-error", -1, NULL, 0);

	if (IS_ERR(pdev))
		return;
	dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	dma_unmap_single(&pdev->dev, 0x1000, 64, DMA_TO_DEVICE);
	platform_device_unregister(pdev);
}

static DEFINE_SPINLOCK(spin);

static noinline void sleep_under_spinlock(void)
{
	guard(spinlock)(&spin);
	might_sleep();
}

static noinline void schedule_under_spinlock(void)
{
	guard(spinlock)(&spin);
	schedule();
}

static noinline void sleep_under_rcu(void)
{
	guard(rcu)();
	schedule_timeout_uninterruptible(1);
}

static noinline void stand_still(void)
{
	schedule_timeout_uninterruptible(5 * HZ);
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static noinline void lock_in_both_orders(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

/* ---- leaks: nothing is said of them until somebody looks ------------------------ */

static noinline void lose_memory(void)
{
	WRITE_ONCE(sink, !kmalloc(100 + nothing(), GFP_KERNEL));
}

/* Lost when the module goes. */
static noinline void keep_memory(void)
{
	WRITE_ONCE(kept, kmalloc(200 + nothing(), GFP_KERNEL));
}

static noinline void keep_cache(void)
{
	WRITE_ONCE(kept_cache, kmem_cache_create("gantry_faulty", 64, 0, 0, NULL));
}

static noinline void keep_module(void)
{
	__module_get(THIS_MODULE);
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
#define FAULT(name) { #name, name }
	FAULT(use_after_free),
	FAULT(out_of_bounds),
	FAULT(shift_too_far),
	FAULT(index_too_large),
	FAULT(count_from_zero),
	FAULT(delete_twice),
	FAULT(free_active_timer),
	FAULT(unmap_what_was_not_mapped),
	FAULT(sleep_under_spinlock),
	FAULT(schedule_under_spinlock),
	FAULT(sleep_under_rcu),
	FAULT(stand_still),
	FAULT(lock_in_both_orders),
	FAULT(lose_memory),
	FAULT(keep_memory),
	FAULT(keep_cache),
	FAULT(keep_module),
};

static int commit_set(const char *value, const struct kernel_param *kp)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (sysfs_streq(value, faults[i].name)) {
			faults[i].commit();
			return 0;
		}
	}
	return -EINVAL;
}

static const struct kernel_param_ops commit_ops = { .set = commit_set };
module_param_cb(commit, &commit_ops, NULL, 0200);

static int __init faulty_init(void)
{
	return 0;
}
module_init(faulty_init);

static void __exit faulty_exit(void)
{
}
module_exit(faulty_exit);

MODULE_DESCRIPTION("Commits the faults that a debug kernel must find");
MODULE_LICENSE("GPL");
