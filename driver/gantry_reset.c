// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens when a ring stands still: look again, reset the ring, reset the
 * card. Work that did nothing wrong is emitted again after a ring reset.
 *
 * The scheduler's own time-out is not used: it times a job, and a job may
 * rightly take minutes. A ring that makes no progress is what is wrong, and the
 * scheduler need not know: it sees fences signal, with or without an error.
 */
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <drm/drm_print.h>

#include "gantry_device.h"
#include "gantry_region.h"
#include "gantry_ring.h"

/* Less would take a busy machine for a broken card. */
#define GANTRY_JOB_TIMEOUT_LEAST_MS	100
#define GANTRY_JOB_TIMEOUT_MOST_MS	(3600 * MSEC_PER_SEC)

static unsigned int job_timeout_ms = 5000;

static int gantry_set_job_timeout(const char *text, const struct kernel_param *param)
{
	return param_set_uint_minmax(text, param, GANTRY_JOB_TIMEOUT_LEAST_MS,
				     GANTRY_JOB_TIMEOUT_MOST_MS);
}

static const struct kernel_param_ops gantry_job_timeout_ops = {
	.set = gantry_set_job_timeout,
	.get = param_get_uint,
};

module_param_cb(job_timeout_ms, &gantry_job_timeout_ops, &job_timeout_ms, 0644);
MODULE_PARM_DESC(job_timeout_ms,
		 "a ring that gets nothing done for so many milliseconds is stuck (100 to 3600000, default 5000)");

/* How long a ring may stand still; the operator may change it at any time. */
unsigned int gantry_job_timeout_ms(void)
{
	return READ_ONCE(job_timeout_ms);
}

/* The transfer at which the ring stands. */
static struct gantry_transfer *gantry_ring_guilty(struct gantry_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	if (ring->completed == ring->emitted)
		return NULL;
	return ring->batches[(ring->completed + 1) % GANTRY_RING_BATCHES].part->xfer;
}

static void gantry_transfer_break(struct gantry_transfer *xfer, int error)
{
	gantry_transfer_fail(xfer, error);
	if (xfer->stream && !xfer->stream->error)
		WRITE_ONCE(xfer->stream->error, -ECANCELED);
}

/* The transfer at which the ring stands is the one to blame. */
static bool gantry_ring_blame(struct gantry_ring *ring)
{
	struct gantry_transfer *guilty = gantry_ring_guilty(ring);

	if (!guilty)
		return false;
	gantry_transfer_break(guilty, -ETIME);
	atomic64_inc(&ring->gdev->counters.jobs_timed_out);
	return true;
}

/* What a transfer did before a reset may be lost, so it must not go on after it. */
static void gantry_ring_break_begun(struct gantry_ring *ring)
{
	struct gantry_part *part;
	u32 i;

	for (i = 0; i < GANTRY_PRIORITIES; i++) {
		list_for_each_entry(part, &ring->active[i], node) {
			struct gantry_transfer *xfer = part->xfer;

			if (part->cursor.op || part->cursor.done ||
			    atomic_read(&xfer->parts_left) != xfer->part_count)
				gantry_transfer_break(xfer, -EIO);
		}
	}
}

/* The ring's hardware is stopped: drop the guilty transfer and emit the rest again. */
static void gantry_ring_restart(struct gantry_ring *ring)
{
	LIST_HEAD(done);

	spin_lock_irq(&ring->lock);
	/* What it did before it stopped is done, and must not be done twice. */
	gantry_ring_reap(ring, &done);
	if (gantry_ring_blame(ring))
		ring->resets++;
	gantry_ring_rewind(ring);
	spin_unlock_irq(&ring->lock);
	gantry_parts_end(&done);

	ring->gdev->backend->ops->ring_start(ring);
	gantry_ring_resume(ring);
}

/* What was in flight anywhere cannot be trusted after the whole card was reset. */
static void gantry_ring_lose(struct gantry_ring *ring, int error)
{
	LIST_HEAD(done);
	u32 seqno;

	spin_lock_irq(&ring->lock);
	gantry_ring_reap(ring, &done);
	for (seqno = ring->completed + 1; seqno != ring->emitted + 1; seqno++)
		gantry_transfer_break(ring->batches[seqno % GANTRY_RING_BATCHES].part->xfer, -EIO);
	gantry_ring_rewind(ring);
	gantry_ring_break_begun(ring);
	ring->resets = 0;
	if (error && !ring->error)
		ring->error = error;
	spin_unlock_irq(&ring->lock);
	gantry_parts_end(&done);
}

/* @stuck is the ring that made it necessary. */
static void gantry_device_reset(struct gantry_device *gdev, struct gantry_ring *stuck)
{
	const struct gantry_backend *backend = gdev->backend;
	LIST_HEAD(done);
	u32 i;
	int ret;

	for (i = 0; i < backend->ring_count; i++)
		gantry_ring_halt(&gdev->rings[i]);
	spin_lock_irq(&stuck->lock);
	gantry_ring_reap(stuck, &done);
	gantry_ring_blame(stuck);
	spin_unlock_irq(&stuck->lock);
	gantry_parts_end(&done);

	ret = backend->ops->reset(gdev);
	atomic64_inc(&gdev->counters.device_resets);
	if (ret) {
		/* What it may still be writing to is about to be freed. */
		pci_clear_master(gantry_pci_dev(gdev));
		drm_err(&gdev->drm, "reset failed (%d): unbind the card and power-cycle it\n", ret);
	} else {
		drm_warn(&gdev->drm, "card was reset: work in flight was lost\n");
	}
	gantry_regions_forget(gdev);

	for (i = 0; i < backend->ring_count; i++) {
		gantry_ring_lose(&gdev->rings[i], ret ? -EIO : 0);
		if (!ret)
			backend->ops->ring_start(&gdev->rings[i]);
		gantry_ring_resume(&gdev->rings[i]);
	}
}

/* One ring reset may help; if nothing moved since the last one, it does not. */
static void gantry_ring_recover(struct gantry_ring *ring)
{
	struct gantry_device *gdev = ring->gdev;

	gantry_ring_halt(ring);
	if (ring->resets || gdev->backend->ops->ring_stop(ring)) {
		gantry_device_reset(gdev, ring);
		return;
	}
	atomic64_inc(&gdev->counters.ring_resets);
	drm_warn(&gdev->drm, "ring %u stood still and was reset\n", ring->index);
	gantry_ring_restart(ring);
}

/* Has nothing moved for too long, although the card has something to do? */
static bool gantry_ring_stuck(struct gantry_ring *ring)
{
	bool stuck;

	spin_lock_irq(&ring->lock);
	stuck = ring->completed != ring->emitted &&
		time_after_eq(jiffies, ring->progress + msecs_to_jiffies(gantry_job_timeout_ms()));
	spin_unlock_irq(&ring->lock);
	return stuck;
}

/**
 * gantry_ring_watchdog - look whether a ring stands still, and get it going again
 * @work: of the ring, on the card's ordered queue for resets
 */
void gantry_ring_watchdog(struct work_struct *work)
{
	struct gantry_ring *ring = container_of(to_delayed_work(work), struct gantry_ring,
						watchdog);
	bool late = gantry_ring_stuck(ring);

	/* A completion that nobody saw is not a hang. */
	gantry_ring_service(ring);
	if (gantry_ring_stuck(ring))
		gantry_ring_recover(ring);
	else if (late)
		atomic64_inc(&ring->gdev->counters.late_completions);

	/* Whoever starts the tick starts the watchdog with it, so it goes on as long. */
	spin_lock_irq(&ring->lock);
	if (ring->ticking)
		queue_delayed_work(ring->gdev->reset_wq, &ring->watchdog,
				   msecs_to_jiffies(gantry_job_timeout_ms()) / 4);
	spin_unlock_irq(&ring->lock);
}
