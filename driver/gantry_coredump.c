// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a card looked like before it was reset, as text, in
 * /sys/class/devcoredump/devcdN/data. It holds addresses and registers and
 * nobody's bytes. The kernel keeps the first dump of a card until somebody
 * writes to the file, five minutes at most, and drops the ones that follow.
 */
#include <linux/devcoredump.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>
#include <drm/drm_print.h>

#include "gantry_coredump.h"
#include "gantry_device.h"
#include "gantry_reset.h"
#include "gantry_ring.h"

/* Eight rings take a third of it; whatever does not fit is cut off. */
#define GANTRY_COREDUMP_BYTES	(64 * 1024)

static void gantry_coredump_card(struct gantry_device *gdev, struct drm_printer *p)
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

static void gantry_coredump_ring(struct gantry_ring *ring, bool stuck, struct drm_printer *p)
{
	spin_lock_irq(&ring->lock);
	drm_printf(p, "\nring %u%s\n", ring->index, stuck ? ", which stands still" : "");
	drm_printf(p, "  fences: %u emitted, %u reached, the card says %u\n", ring->emitted,
		   ring->completed, ring->gdev->backend->ops->read_seqno(ring));
	drm_printf(p, "  slots: %u free; reset %u times since its last progress, error %d\n",
		   ring->free_slots, ring->resets, ring->error);
	spin_unlock_irq(&ring->lock);
	ring->gdev->backend->ops->ring_dump(ring, p);
}

/**
 * gantry_coredump - write down what a card looks like
 * @gdev: about to be reset, present
 * @stuck: the ring that made it necessary, halted
 *
 * May sleep. Without memory for it there is no dump.
 */
void gantry_coredump(struct gantry_device *gdev, struct gantry_ring *stuck)
{
	struct drm_print_iterator iter = { .remain = GANTRY_COREDUMP_BYTES };
	struct drm_printer p;
	u32 i;

	iter.data = vmalloc(GANTRY_COREDUMP_BYTES);
	if (!iter.data)
		return;
	p = drm_coredump_printer(&iter);
	drm_puts(&p, "gantry device coredump\n");
	gantry_coredump_card(gdev, &p);
	for (i = 0; i < gdev->backend->ring_count; i++)
		gantry_coredump_ring(&gdev->rings[i], &gdev->rings[i] == stuck, &p);
	dev_coredumpv(gdev->drm.dev, iter.data, GANTRY_COREDUMP_BYTES - iter.remain, GFP_KERNEL);
}
