// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a card looked like before it was reset, as text, in
 * /sys/class/devcoredump/devcdN/data, and events: docs/sysfs.md. A dump holds
 * addresses and registers and nobody's bytes. The kernel keeps the first dump of a
 * card until somebody writes to the file, five minutes at most, and drops the ones
 * that follow.
 */
#include <linux/devcoredump.h>
#include <linux/kobject.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "gantry_device.h"
#include "gantry_queue.h"
#include "gantry_report.h"
#include "gantry_reset.h"
#include "gantry_ring.h"

/* Eight rings take a third of it; where there are hundreds, some are left out. */
#define GANTRY_DUMP_BYTES	(64 * 1024)

static char * const gantry_events[GANTRY_EVENTS] = {
	[GANTRY_EVENT_RESET] = "WEDGED=none",
	[GANTRY_EVENT_FAILED] = "WEDGED=rebind,bus-reset",
	[GANTRY_EVENT_LOST] = "WEDGED=bus-reset",
};

/*
 * Tell user space what happened. drm_dev_wedged_event() sends from the primary node,
 * which an accelerator does not have. No event comes from a node that is being taken
 * away.
 */
static void gantry_report_now(struct gantry_device *gdev, enum gantry_event event)
{
	char *envp[2] = { gantry_events[event] };
	int idx;

	if (!drm_dev_enter(&gdev->drm, &idx))
		return;
	kobject_uevent_env(&gdev->drm.accel->kdev->kobj, KOBJ_CHANGE, envp);
	drm_dev_exit(idx);
}

/* Whoever gets none says so, or does without. */
static void *gantry_dump_alloc(void)
{
	return __vmalloc(GANTRY_DUMP_BYTES, GFP_KERNEL | __GFP_NOWARN);
}

static void gantry_report_work(struct work_struct *work)
{
	struct gantry_device *gdev = container_of(work, struct gantry_device, report.work);
	struct gantry_report *report = &gdev->report;
	size_t bytes = smp_load_acquire(&report->dump_bytes); /* with what is in it */
	u32 i;

	if (bytes) {
		dev_coredumpv(gdev->drm.dev, report->dump, bytes, GFP_KERNEL);
		report->dump = gantry_dump_alloc();
		smp_store_release(&report->dump_bytes, 0); /* after the new buffer */
	}
	for (i = 0; i < GANTRY_EVENTS; i++) {
		if (!test_and_clear_bit(i, &report->events))
			continue;
		gantry_report_now(gdev, i);
		if (i == GANTRY_EVENT_LOST) {
			drm_dev_unplug(&gdev->drm);
			gantry_files_wake(gdev);
		}
	}
}

static void gantry_report_release(struct drm_device *drm, void *res)
{
	vfree(to_gantry_device(drm)->report.dump);
}

/**
 * gantry_report_init - be ready to report
 * @gdev: a new card; what is made here goes with its DRM device
 *
 * Return: 0 or -ENOMEM.
 */
int gantry_report_init(struct gantry_device *gdev)
{
	INIT_WORK(&gdev->report.work, gantry_report_work);
	gdev->report.dump = gantry_dump_alloc();
	if (!gdev->report.dump)
		return -ENOMEM;
	return drmm_add_action_or_reset(&gdev->drm, gantry_report_release, NULL);
}

/**
 * gantry_report_event - tell user space what happened to the card
 * @gdev: which
 * @event: what
 *
 * Does not sleep: sent later, by &gantry_report.work. That also unplugs a card that is
 * lost, once it was told.
 */
void gantry_report_event(struct gantry_device *gdev, enum gantry_event event)
{
	set_bit(event, &gdev->report.events);
	schedule_work(&gdev->report.work);
}

static void gantry_dump_card(struct gantry_device *gdev, struct drm_printer *p)
{
	struct gantry_counters *counters = &gdev->counters;
	u32 i;

	drm_printf(p, "kernel: %s\n", init_utsname()->release);
	drm_printf(p, "time: %lld\n", ktime_get_real_seconds());
	drm_printf(p, "card: %s %s, serial number %llx\n", dev_name(gdev->drm.dev),
		   gdev->backend->name, gdev->serial);
	drm_printf(p, "job timeout: %u ms\n", gantry_job_timeout_ms());
	drm_printf(p, "jobs: %lld completed, %lld failed, %lld timed out\n",
		   atomic64_read(&counters->jobs_completed),
		   atomic64_read(&counters->jobs_failed),
		   atomic64_read(&counters->jobs_timed_out));
	drm_printf(p, "resets: %lld ring, %lld card, %lld failed; %lld late completions\n",
		   atomic64_read(&counters->ring_resets),
		   atomic64_read(&counters->device_resets),
		   atomic64_read(&counters->device_resets_failed),
		   atomic64_read(&counters->late_completions));
	for (i = 0; i < gdev->region_count; i++)
		drm_printf(p, "%s: %llx bytes at %llx, %llx being zeroed\n",
			   gdev->regions[i].name, gdev->regions[i].size, gdev->regions[i].base,
			   READ_ONCE(gdev->regions[i].scrubbing));
}

static void gantry_dump_ring(struct gantry_ring *ring, bool stuck, struct drm_printer *p)
{
	u32 emitted, completed, seqno, free_slots, resets;
	int error;

	spin_lock_irq(&ring->lock);
	emitted = ring->emitted;
	completed = ring->completed;
	seqno = ring->gdev->backend->ops->read_seqno(ring);
	free_slots = ring->free_slots;
	resets = READ_ONCE(gantry_ring_engine(ring)->resets);
	error = ring->error;
	spin_unlock_irq(&ring->lock);

	drm_printf(p, "\nring %u%s\n", ring->index, stuck ? ", which stands still" : "");
	drm_printf(p, "  fences: %u emitted, %u reached, the card says %u\n", emitted, completed,
		   seqno);
	drm_printf(p, "  slots: %u free; %u hung since its engine's last progress, error %d\n",
		   free_slots, resets, error);
	ring->gdev->backend->ops->ring_dump(ring, p);
}

/**
 * gantry_report_dump - write down what a card looks like
 * @gdev: about to be reset, present; its reset_lock is held
 * @stuck: the ring that made it necessary, halted
 *
 * Allocates nothing. The dump is dropped if the one before is not delivered yet.
 */
void gantry_report_dump(struct gantry_device *gdev, struct gantry_ring *stuck)
{
	struct drm_print_iterator iter = { .remain = GANTRY_DUMP_BYTES };
	struct gantry_report *report = &gdev->report;
	struct gantry_ring *ring;
	struct drm_printer p;

	lockdep_assert_held(&gdev->reset_lock);
	/* Then the buffer is ours. */
	if (smp_load_acquire(&report->dump_bytes) || !report->dump)
		return;
	iter.data = report->dump;
	p = drm_coredump_printer(&iter);
	drm_puts(&p, "gantry device coredump\n");
	gantry_dump_card(gdev, &p);
	gantry_dump_ring(stuck, true, &p);
	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring))
		if (ring != stuck && iter.remain)
			gantry_dump_ring(ring, false, &p);
	smp_store_release(&report->dump_bytes, GANTRY_DUMP_BYTES - iter.remain); /* all of it */
	schedule_work(&report->work);
}
