// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/bus/pci/devices/ADDRESS/gantry_policies/NAME/: what a policy of a card wanted,
 * and what came of it. docs/sysfs.md
 */
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "gantry_policy.h"

static const char * const gantry_policy_reasons[GANTRY_POLICY_FAULTS] = {
	[GANTRY_POLICY_GOOD] = "active",
	[GANTRY_POLICY_BAD_RETURN] = "returned what is no error of a policy",
	[GANTRY_POLICY_BAD_DELAY] = "wanted to delay a job for too long",
	[GANTRY_POLICY_BAD_PRIORITY] = "wanted a priority that does not exist",
	[GANTRY_POLICY_BAD_WEIGHT] = "wanted a weight that may not be",
	[GANTRY_POLICY_SLOW] = "took too long to answer",
};

const char *gantry_policy_reason(u32 fault)
{
	return gantry_policy_reasons[fault];
}

struct gantry_policy_attribute {
	struct attribute attr;
	ssize_t (*show)(const struct gantry_policy *policy, char *buf);
};

struct gantry_policy_counter {
	struct gantry_policy_attribute base;
	size_t offset; /* in &struct gantry_policy_counters */
};

static struct gantry_policy *to_gantry_policy(struct kobject *kobj)
{
	return container_of(kobj, struct gantry_policy, kobj);
}

static ssize_t gantry_policy_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	const struct gantry_policy_attribute *attribute =
		container_of(attr, struct gantry_policy_attribute, attr);
	const struct gantry_policy_counter *counter;

	if (attribute->show)
		return attribute->show(to_gantry_policy(kobj), buf);
	counter = container_of(attribute, struct gantry_policy_counter, base);
	return sysfs_emit(buf, "%lld\n",
			  atomic64_read((void *)&to_gantry_policy(kobj)->counters +
					counter->offset));
}

static ssize_t gantry_policy_show_order(const struct gantry_policy *policy, char *buf)
{
	return sysfs_emit(buf, "%u\n", policy->ops->order);
}

static ssize_t gantry_policy_show_state(const struct gantry_policy *policy, char *buf)
{
	u32 fault = READ_ONCE(policy->fault);

	return sysfs_emit(buf, "%s%s\n", fault ? "ejected: " : "", gantry_policy_reason(fault));
}

#define GANTRY_POLICY_ATTRIBUTE(_name)					\
	{ .attr = { .name = #_name, .mode = 0444 },			\
	  .show = gantry_policy_show_##_name }

#define GANTRY_POLICY_COUNTER(_name)					\
	{ .base.attr = { .name = #_name, .mode = 0444 },		\
	  .offset = offsetof(struct gantry_policy_counters, _name) }

static struct gantry_policy_attribute gantry_policy_order = GANTRY_POLICY_ATTRIBUTE(order);
static struct gantry_policy_attribute gantry_policy_state = GANTRY_POLICY_ATTRIBUTE(state);

static struct gantry_policy_counter gantry_policy_counters[] = {
	GANTRY_POLICY_COUNTER(calls),
	GANTRY_POLICY_COUNTER(refusals_requested),
	GANTRY_POLICY_COUNTER(refusals_accepted),
	GANTRY_POLICY_COUNTER(priorities_requested),
	GANTRY_POLICY_COUNTER(priorities_accepted),
	GANTRY_POLICY_COUNTER(shares_requested),
	GANTRY_POLICY_COUNTER(shares_accepted),
	GANTRY_POLICY_COUNTER(delays_requested),
	GANTRY_POLICY_COUNTER(delays_accepted),
	GANTRY_POLICY_COUNTER(delay_requested_ns),
	GANTRY_POLICY_COUNTER(delay_accepted_ns),
	GANTRY_POLICY_COUNTER(delay_observed_ns),
};

static struct attribute *gantry_policy_attrs[] = {
	&gantry_policy_order.attr,
	&gantry_policy_state.attr,
	&gantry_policy_counters[0].base.attr,
	&gantry_policy_counters[1].base.attr,
	&gantry_policy_counters[2].base.attr,
	&gantry_policy_counters[3].base.attr,
	&gantry_policy_counters[4].base.attr,
	&gantry_policy_counters[5].base.attr,
	&gantry_policy_counters[6].base.attr,
	&gantry_policy_counters[7].base.attr,
	&gantry_policy_counters[8].base.attr,
	&gantry_policy_counters[9].base.attr,
	&gantry_policy_counters[10].base.attr,
	&gantry_policy_counters[11].base.attr,
	NULL
};
ATTRIBUTE_GROUPS(gantry_policy);

static_assert(ARRAY_SIZE(gantry_policy_counters) == 12);

static const struct sysfs_ops gantry_policy_sysfs_ops = {
	.show = gantry_policy_show,
};

static void gantry_policy_release(struct kobject *kobj)
{
	kfree(to_gantry_policy(kobj));
}

const struct kobj_type gantry_policy_type = {
	.release = gantry_policy_release,
	.sysfs_ops = &gantry_policy_sysfs_ops,
	.default_groups = gantry_policy_groups,
};
