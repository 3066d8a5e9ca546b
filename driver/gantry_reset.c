// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens when a ring stands still: look again, reset the ring, reset the
 * card. Work that did nothing wrong is emitted again after a ring reset.
 *
 * The scheduler's own time-out is not used: it times a job, and a job may
 * rightly take minutes. A ring that makes no progress is what is wrong, and the
 * scheduler need not know: it sees fences signal, with or without an error.
 */
#include <linux/pci.h>
#include <drm/drm_print.h>

#include "gantry_device.h"
#include "gantry_ring.h"

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

/* The ring's hardware is stopped: drop the guilty transfer and emit the rest again. */
static void gantry_ring_restart(struct gantry_ring *ring)
{
	struct gantry_transfer *guilty;

	spin_lock_irq(&ring->lock);
	guilty = gantry_ring_guilty(ring);
	if (guilty) {
		gantry_transfer_break(guilty, -ETIME);
		atomic64_inc(&ring->gdev->counters.jobs_timed_out);
	}
	gantry_ring_rewind(ring);
	spin_unlock_irq(&ring->lock);
	ring->gdev->backend->ops->ring_start(ring);
	gantry_ring_resume(ring);
}

/* What was in flight anywhere cannot be trusted after the whole card was reset. */
static void gantry_ring_lose(struct gantry_ring *ring)
{
	u32 seqno;

	lockdep_assert_held(&ring->lock);
	for (seqno = ring->completed + 1; seqno != ring->emitted + 1; seqno++)
		gantry_transfer_break(ring->batches[seqno % GANTRY_RING_BATCHES].part->xfer, -EIO);
	gantry_ring_rewind(ring);
}

static void gantry_device_reset(struct gantry_device *gdev)
{
	const struct gantry_backend *backend = gdev->backend;
	u32 i;
	int ret;

	for (i = 0; i < backend->ring_count; i++)
		gantry_ring_halt(&gdev->rings[i]);

	ret = backend->ops->reset(gdev);
	atomic64_inc(&gdev->counters.device_resets);
	if (ret) {
		/* What it may still be writing to is about to be freed. */
		pci_clear_master(gantry_pci_dev(gdev));
		drm_err(&gdev->drm, "reset failed (%d): unbind the card and power-cycle it\n", ret);
	} else {
		drm_warn(&gdev->drm, "card was reset: work in flight was lost\n");
	}

	for (i = 0; i < backend->ring_count; i++) {
		struct gantry_ring *ring = &gdev->rings[i];

		spin_lock_irq(&ring->lock);
		gantry_ring_lose(ring);
		if (ret && !ring->error)
			ring->error = -EIO;
		spin_unlock_irq(&ring->lock);
		if (!ret)
			backend->ops->ring_start(ring);
		gantry_ring_resume(ring);
	}
}

static bool gantry_ring_stuck(struct gantry_ring *ring, bool *busy)
{
	bool stuck;

	spin_lock_irq(&ring->lock);
	*busy = ring->completed != ring->emitted;
	stuck = *busy && time_after_eq(jiffies, ring->progress +
				       msecs_to_jiffies(GANTRY_JOB_TIMEOUT_MS));
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
	struct gantry_device *gdev = ring->gdev;
	bool busy, late = gantry_ring_stuck(ring, &busy);

	/* A completion that nobody saw is not a hang. */
	gantry_ring_service(ring);
	if (gantry_ring_stuck(ring, &busy)) {
		gantry_ring_halt(ring);
		if (!gdev->backend->ops->ring_stop(ring)) {
			atomic64_inc(&gdev->counters.ring_resets);
			drm_warn(&gdev->drm, "ring %u stood still and was reset\n", ring->index);
			gantry_ring_restart(ring);
		} else {
			gantry_device_reset(gdev);
		}
	} else if (late) {
		atomic64_inc(&gdev->counters.late_completions);
	}

	gantry_ring_stuck(ring, &busy);
	if (busy)
		queue_delayed_work(gdev->reset_wq, &ring->watchdog,
				   msecs_to_jiffies(GANTRY_JOB_TIMEOUT_MS) / 4);
}
