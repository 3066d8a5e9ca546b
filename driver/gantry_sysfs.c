// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/bus/pci/devices/ADDRESS/gantry/: how the card is and what was done about
 * it, for whoever watches over a machine and opens no card. docs/sysfs.md
 */
#include <linux/device.h>
#include <linux/sysfs.h>

#include "gantry_device.h"
#include "gantry_reset.h"
#include "gantry_sysfs.h"

struct gantry_counter_attribute {
	struct device_attribute attr;
	size_t offset; /* in &struct gantry_counters */
};

static ssize_t gantry_counter_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct gantry_device *gdev = dev_get_drvdata(dev);
	size_t offset = container_of(attr, struct gantry_counter_attribute, attr)->offset;
	atomic64_t *counter = (void *)&gdev->counters + offset;

	return sysfs_emit(buf, "%lld\n", atomic64_read(counter));
}

static struct gantry_counter_attribute gantry_counter_attrs[] = {
	{ __ATTR(jobs_completed, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, jobs_completed) },
	{ __ATTR(jobs_failed, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, jobs_failed) },
	{ __ATTR(jobs_timed_out, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, jobs_timed_out) },
	{ __ATTR(late_completions, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, late_completions) },
	{ __ATTR(ring_resets, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, ring_resets) },
	{ __ATTR(device_resets, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, device_resets) },
	{ __ATTR(device_resets_failed, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, device_resets_failed) },
	{ __ATTR(bytes_copied, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, bytes_copied) },
	{ __ATTR(bytes_filled, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, bytes_filled) },
	{ __ATTR(bytes_scrubbed, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, bytes_scrubbed) },
	{ __ATTR(bytes_scrub_failed, 0444, gantry_counter_show, NULL),
	  offsetof(struct gantry_counters, bytes_scrub_failed) },
};

static ssize_t bytes_scrub_pending_show(struct device *dev, struct device_attribute *attr,
					char *buf)
{
	struct gantry_device *gdev = dev_get_drvdata(dev);
	u64 bytes = 0;
	u32 i;

	for (i = 0; i < gdev->region_count; i++)
		bytes += READ_ONCE(gdev->regions[i].scrubbing);
	return sysfs_emit(buf, "%llu\n", bytes);
}
static DEVICE_ATTR_RO(bytes_scrub_pending);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", gantry_device_state(dev_get_drvdata(dev)));
}
static DEVICE_ATTR_RO(state);

static struct attribute *gantry_attrs[] = {
	&dev_attr_state.attr,
	&gantry_counter_attrs[0].attr.attr,
	&gantry_counter_attrs[1].attr.attr,
	&gantry_counter_attrs[2].attr.attr,
	&gantry_counter_attrs[3].attr.attr,
	&gantry_counter_attrs[4].attr.attr,
	&gantry_counter_attrs[5].attr.attr,
	&gantry_counter_attrs[6].attr.attr,
	&gantry_counter_attrs[7].attr.attr,
	&gantry_counter_attrs[8].attr.attr,
	&gantry_counter_attrs[9].attr.attr,
	&gantry_counter_attrs[10].attr.attr,
	&dev_attr_bytes_scrub_pending.attr,
	NULL
};

static_assert(ARRAY_SIZE(gantry_counter_attrs) == 11);

static const struct attribute_group gantry_attr_group = {
	.name = "gantry",
	.attrs = gantry_attrs,
};

/* The driver core adds them after probe and takes them away before remove. */
const struct attribute_group *gantry_sysfs_groups[] = {
	&gantry_attr_group,
	NULL
};
