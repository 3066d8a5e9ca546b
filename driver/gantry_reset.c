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
#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "gantry_device.h"
#include "gantry_queue.h"
#include "gantry_region.h"
#include "gantry_report.h"
#include "gantry_reset.h"
#include "gantry_ring.h"
#include "gantry_trace.h"

/* Less would take a busy machine for a broken card. */
#define GANTRY_TIMEOUT_LEAST_MS	100
#define GANTRY_TIMEOUT_MOST_MS	(3600 * MSEC_PER_SEC)

/* How often to look at a ring that has something to do, at most. */
#define GANTRY_WATCHDOG_MS	250U

/* A firmware that was busy may do the second time what it did not do the first. */
#define GANTRY_RESET_TRIES	2

static unsigned int job_timeout_ms = 5000;
static unsigned int reset_timeout_ms = 30000;

static int gantry_set_timeout(const char *text, const struct kernel_param *param)
{
	return param_set_uint_minmax(text, param, GANTRY_TIMEOUT_LEAST_MS,
				     GANTRY_TIMEOUT_MOST_MS);
}

static const struct kernel_param_ops gantry_timeout_ops = {
	.set = gantry_set_timeout,
	.get = param_get_uint,
};

module_param_cb(job_timeout_ms, &gantry_timeout_ops, &job_timeout_ms, 0644);
MODULE_PARM_DESC(job_timeout_ms,
		 "a ring that gets nothing done for so many milliseconds is stuck (100 to 3600000, default 5000)");
module_param_cb(reset_timeout_ms, &gantry_timeout_ops, &reset_timeout_ms, 0644);
MODULE_PARM_DESC(reset_timeout_ms,
		 "a card may take so many milliseconds for a reset (100 to 3600000, default 30000)");

/* How long a ring may stand still; the operator may change it at any time. */
unsigned int gantry_job_timeout_ms(void)
{
	return READ_ONCE(job_timeout_ms);
}

/* How long a card may take for a reset. */
unsigned int gantry_reset_timeout_ms(void)
{
	return READ_ONCE(reset_timeout_ms);
}

/* The transfer at which the ring stands. */
static struct gantry_transfer *gantry_ring_guilty(struct gantry_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	if (ring->completed == ring->emitted)
		return NULL;
	return ring->batches[(ring->completed + 1) % GANTRY_RING_BATCHES].part->xfer;
}

/**
 * struct gantry_standstill - a ring that does not get on
 * @ring: which
 * @stood: fence number that it has reached
 * @fault: what the card says of why, or that it says nothing
 * @error: with which the transfer ends at which it stands
 */
struct gantry_standstill {
	struct gantry_ring *ring;
	u32 stood;
	struct gantry_fault fault;
	int error;
};

static void gantry_transfer_break(struct gantry_transfer *xfer, int error)
{
	gantry_transfer_fail(xfer, error);
	if (xfer->stream && !xfer->stream->error)
		WRITE_ONCE(xfer->stream->error, -ECANCELED);
}

/*
 * The transfer at which the ring stands is the one to blame, if it is the one at
 * which it stood when it was found stuck: the card may have got on since.
 */
static bool gantry_ring_blame(const struct gantry_standstill *still)
{
	struct gantry_transfer *guilty = gantry_ring_guilty(still->ring);

	if (!guilty || still->ring->completed != still->stood)
		return false;
	/* Unless it is to blame already. */
	if (guilty->blamed && !READ_ONCE(guilty->error))
		guilty->blamed(guilty, &still->fault);
	gantry_transfer_break(guilty, still->error);
	if (still->error == -ETIME && guilty->stream)
		atomic64_inc(&still->ring->gdev->counters.jobs_timed_out);
	return true;
}

/* The ring is halted; what it got done is not to blame for anything. */
static void gantry_ring_accuse(const struct gantry_standstill *still)
{
	struct gantry_ring *ring = still->ring;
	LIST_HEAD(done);

	spin_lock_irq(&ring->lock);
	gantry_ring_reap(ring, &done);
	gantry_ring_blame(still);
	spin_unlock_irq(&ring->lock);
	gantry_parts_end(&done);
}

/* What a transfer did before a reset may be lost, so it must not go on after it. */
static void gantry_ring_break_begun(struct gantry_ring *ring, int error)
{
	struct gantry_part *part;
	u32 i;

	for (i = 0; i < GANTRY_PRIORITIES; i++) {
		list_for_each_entry(part, &ring->active[i], node) {
			struct gantry_transfer *xfer = part->xfer;

			if (part->cursor.op || part->cursor.done ||
			    atomic_read(&xfer->parts_left) != xfer->part_count)
				gantry_transfer_break(xfer, error);
		}
	}
}

static void gantry_rings_halt(struct gantry_device *gdev)
{
	struct gantry_ring *ring;

	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring))
		gantry_ring_halt(ring);
}

static void gantry_rings_resume(struct gantry_device *gdev)
{
	struct gantry_ring *ring;

	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring))
		gantry_ring_resume(ring);
}

static void gantry_rings_reap(struct gantry_device *gdev)
{
	struct gantry_ring *ring;
	LIST_HEAD(done);

	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring)) {
		spin_lock_irq(&ring->lock);
		gantry_ring_reap(ring, &done);
		spin_unlock_irq(&ring->lock);
	}
	gantry_parts_end(&done);
}

static void gantry_ring_take_back(struct gantry_ring *ring, int broken, int dead)
{
	u32 seqno;

	spin_lock_irq(&ring->lock);
	for (seqno = ring->completed + 1; broken && seqno != ring->emitted + 1; seqno++)
		gantry_transfer_break(ring->batches[seqno % GANTRY_RING_BATCHES].part->xfer,
				      broken);
	gantry_ring_rewind(ring);
	if (broken)
		gantry_ring_break_begun(ring, broken);
	WRITE_ONCE(gantry_ring_engine(ring)->resets, 0);
	/* A card that is gone stays so, whatever else is found wrong with it. */
	if (dead && ring->error != -ENODEV)
		ring->error = dead;
	spin_unlock_irq(&ring->lock);
}

/*
 * The rings are halted, and the card touches nothing for them any more: take back
 * what it had. With @broken, what was begun ends with that; with @dead, so does all
 * that comes. What has ended is counted on all rings before any of them is judged:
 * a transfer that is spread over several was begun if it was on one.
 */
static void gantry_rings_take_back(struct gantry_device *gdev, int broken, int dead)
{
	struct gantry_ring *ring;

	gantry_rings_reap(gdev);
	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring))
		gantry_ring_take_back(ring, broken, dead);
}

/**
 * gantry_device_unplug - let no call and no mapping reach the card any more
 * @gdev: which; it may be unplugged already
 */
void gantry_device_unplug(struct gantry_device *gdev)
{
	if (!atomic_xchg(&gdev->gone, 1)) {
		drm_dev_unplug(&gdev->drm);
		return;
	}
	/* Whoever found that it is lost has said so by now, and the report unplugs it. */
	mutex_lock(&gdev->reset_lock);
	mutex_unlock(&gdev->reset_lock);
	flush_work(&gdev->report.work);
}

/*
 * The card does not answer any more: everything ends with -ENODEV, until it is
 * unbound. First what others may be waiting for, then what may wait for others.
 */
static void gantry_device_lost(struct gantry_device *gdev)
{
	bool known = atomic_xchg(&gdev->gone, 1);

	lockdep_assert_held(&gdev->reset_lock);
	gantry_rings_halt(gdev);
	/* It may only be on its way to be unbound, and write into what is freed now. */
	pci_clear_master(gantry_pci_dev(gdev));
	gantry_rings_take_back(gdev, -ENODEV, -ENODEV);
	gantry_rings_resume(gdev);
	if (known)
		return;
	drm_err(&gdev->drm, "card does not answer any more: unbind it, then reset or replace it\n");
	/* Unplugging waits for calls, of which one may be waiting for our lock. */
	gantry_report_event(gdev, GANTRY_EVENT_LOST);
}

static bool gantry_device_present(struct gantry_device *gdev)
{
	return !atomic_read(&gdev->gone) && pci_device_is_present(gantry_pci_dev(gdev));
}

static int gantry_device_try_reset(struct gantry_device *gdev)
{
	u32 i;
	int ret = -ENODEV;

	for (i = 0; i < GANTRY_RESET_TRIES && gantry_device_present(gdev); i++) {
		ret = gdev->backend->ops->reset(gdev);
		if (!ret) {
			atomic64_inc(&gdev->counters.device_resets);
			return 0;
		}
		atomic64_inc(&gdev->counters.device_resets_failed);
	}
	return gantry_device_present(gdev) ? ret : -ENODEV;
}

/* The card was not reset: it is of no use until it is unbound. */
static void gantry_device_give_up(struct gantry_device *gdev, int error)
{
	/* What it may still be writing to is about to be freed. */
	pci_clear_master(gantry_pci_dev(gdev));
	drm_err(&gdev->drm, "reset failed (%d): unbind the card and power-cycle it\n", error);
	gantry_rings_take_back(gdev, -EIO, -EIO);
	gantry_rings_resume(gdev);
	gantry_report_event(gdev, GANTRY_EVENT_FAILED);
}

static int gantry_rings_start(struct gantry_device *gdev)
{
	struct gantry_ring *ring;
	int ret;

	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring)) {
		ret = gdev->backend->ops->ring_start(ring);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * From now on other cards must not rely on what they find in this one's memory; what
 * they move meanwhile ends with an error.
 */
static void gantry_device_begin_outage(struct gantry_device *gdev)
{
	lockdep_assert_held(&gdev->reset_lock);
	if (!(atomic_read(&gdev->outages) & 1))
		atomic_inc(&gdev->outages);
	/* Before the card notices anything. */
	smp_mb__after_atomic();
}

/* The rings are halted: reset the card and go on. What was begun ends with @broken. */
static int gantry_device_restart(struct gantry_device *gdev, int broken)
{
	int ret;

	gantry_device_begin_outage(gdev);
	ret = gantry_device_try_reset(gdev);

	lockdep_assert_held(&gdev->reset_lock);
	trace_gantry_device_reset(dev_name(gdev->drm.dev), ret);
	gantry_regions_forget(gdev);
	if (ret == -ENODEV) {
		gantry_device_lost(gdev);
		return ret;
	}
	if (ret) {
		gantry_device_give_up(gdev, ret);
		return ret;
	}
	pci_set_master(gantry_pci_dev(gdev));
	gantry_rings_take_back(gdev, broken, 0);
	ret = gantry_rings_start(gdev);
	if (ret) {
		gantry_device_give_up(gdev, ret);
		return ret;
	}
	atomic_inc(&gdev->outages);
	gantry_rings_resume(gdev);
	return 0;
}

static void gantry_device_reset(struct gantry_device *gdev, const struct gantry_standstill *still)
{
	gantry_rings_halt(gdev);
	gantry_ring_accuse(still);
	drm_warn(&gdev->drm, "resetting the card: work in flight is lost\n");
	/* What was in flight anywhere cannot be trusted after it. */
	if (!gantry_device_restart(gdev, -EIO))
		gantry_report_event(gdev, GANTRY_EVENT_RESET);
}

/* What held up one ring may have held up all of its engine: their time begins anew. */
static void gantry_engine_wait_again(struct gantry_ring *reset)
{
	struct gantry_device *gdev = reset->gdev;
	struct gantry_ring *ring;

	lockdep_assert_held(&gdev->reset_lock);
	for (ring = gantry_ring_first(gdev); ring; ring = gantry_ring_following(ring)) {
		if (gantry_ring_engine(ring) != gantry_ring_engine(reset))
			continue;
		spin_lock_irq(&ring->lock);
		ring->progress = jiffies;
		spin_unlock_irq(&ring->lock);
	}
}

/* The ring's hardware is stopped: drop the guilty transfer and emit the rest again. */
static void gantry_ring_restart(const struct gantry_standstill *still)
{
	struct gantry_ring *ring = still->ring;
	struct gantry_device *gdev = ring->gdev;
	LIST_HEAD(done);

	spin_lock_irq(&ring->lock);
	/* What it did before it stopped is done, and must not be done twice. */
	gantry_ring_reap(ring, &done);
	if (gantry_ring_blame(still) && still->error == -ETIME)
		gantry_ring_engine(ring)->resets++;
	gantry_ring_rewind(ring);
	spin_unlock_irq(&ring->lock);
	gantry_parts_end(&done);

	if (gdev->backend->ops->ring_start(ring)) {
		gantry_device_reset(gdev, still);
		return;
	}
	gantry_engine_wait_again(ring);
	gantry_ring_resume(ring);
}

/* Only a reset of the card makes sure of a ring that cannot be stopped. */
static void gantry_device_forget_ring(struct gantry_ring *ring)
{
	struct gantry_device *gdev = ring->gdev;
	int stopped = 0;

	lockdep_assert_held(&gdev->reset_lock);
	/* A card that failed, or is paused, has stopped all of them. */
	if (!gdev->paused && !ring->error)
		stopped = gdev->backend->ops->ring_stop(ring);
	WRITE_ONCE(gdev->rings[ring->index], NULL);
	if (!stopped)
		return;
	gantry_rings_halt(gdev);
	drm_warn(&gdev->drm, "ring %u does not stop, resetting the card: work in flight is lost\n",
		 ring->index);
	if (!gantry_device_restart(gdev, -EIO))
		gantry_report_event(gdev, GANTRY_EVENT_RESET);
}

/**
 * gantry_device_distrust - reset a card that does not forget what was unmapped
 * @gdev: which
 * @outages: its outages before it was to forget that
 *
 * One that was reset meanwhile, or is just being, forgets all; one that is paused is
 * reset when it goes on, and one that failed does nothing any more.
 */
void gantry_device_distrust(struct gantry_device *gdev, u32 outages)
{
	bool reset;

	mutex_lock(&gdev->reset_lock);
	reset = (outages & 1) || atomic_read(&gdev->outages) != outages;
	if (!reset && !gdev->paused && !gdev->rings[0]->error) {
		gantry_rings_halt(gdev);
		drm_warn(&gdev->drm, "unmapping does not end, resetting the card: work in flight is lost\n");
		if (!gantry_device_restart(gdev, -EIO))
			gantry_report_event(gdev, GANTRY_EVENT_RESET);
	}
	mutex_unlock(&gdev->reset_lock);
}

/**
 * gantry_device_add_ring - start a new ring
 * @ring: initialised
 *
 * On a paused card it starts with the others; on one that failed it ends whatever it
 * is given, as they do.
 *
 * Return: 0, or an error: the card knows nothing of it then.
 */
int gantry_device_add_ring(struct gantry_ring *ring)
{
	struct gantry_device *gdev = ring->gdev;
	int ret = 0;

	mutex_lock(&gdev->reset_lock);
	ring->error = gdev->rings[0]->error;
	ring->halted = gdev->paused;
	smp_store_release(&gdev->rings[ring->index], ring); /* with what is in it */
	if (!ring->halted && !ring->error)
		ret = gdev->backend->ops->ring_start(ring);
	if (ret)
		gantry_device_forget_ring(ring);
	mutex_unlock(&gdev->reset_lock);
	return ret;
}

/**
 * gantry_device_drop_ring - stop a ring for good
 * @ring: nothing is in it
 */
void gantry_device_drop_ring(struct gantry_ring *ring)
{
	struct gantry_device *gdev = ring->gdev;

	mutex_lock(&gdev->reset_lock);
	gantry_ring_halt(ring);
	gantry_device_forget_ring(ring);
	mutex_unlock(&gdev->reset_lock);
}

/**
 * gantry_device_pause - stop a card until gantry_device_resume()
 * @gdev: which
 * @broken: what the work that was begun ends with, or 0: it goes on afterwards
 *
 * May sleep. The caller sees to it that the card is not unbound meanwhile.
 */
void gantry_device_pause(struct gantry_device *gdev, int broken)
{
	mutex_lock(&gdev->reset_lock);
	gantry_device_begin_outage(gdev);
	gdev->paused = true;
	gantry_rings_halt(gdev);
	gantry_rings_disarm(gdev, gdev->rings[0]->error);
	gantry_rings_take_back(gdev, broken, 0);
	mutex_unlock(&gdev->reset_lock);
}

/**
 * gantry_device_resume - reset a paused card and go on
 * @gdev: after gantry_device_pause()
 *
 * May sleep.
 *
 * Return: 0, or an error: then whatever waits and whatever comes ends with one.
 */
int gantry_device_resume(struct gantry_device *gdev)
{
	int ret;

	mutex_lock(&gdev->reset_lock);
	ret = gantry_device_restart(gdev, 0);
	gdev->paused = false;
	mutex_unlock(&gdev->reset_lock);
	return ret;
}

/* How a card is, for whoever watches over the machine. */
const char *gantry_device_state(struct gantry_device *gdev)
{
	switch (READ_ONCE(gdev->rings[0]->error)) {
	case 0:
		return READ_ONCE(gdev->paused) ? "paused" : "ready";
	case -ENODEV:
		return "gone";
	default:
		return "failed";
	}
}

/*
 * One that hangs again although a ring of it was reset, and that got nothing done in
 * between. An error that the card itself reports is one job's and not the engine's: who
 * submits nothing else must not have the card reset for everybody.
 */
static bool gantry_engine_hangs(const struct gantry_ring *ring, int error)
{
	return error == -ETIME && READ_ONCE(gantry_ring_engine(ring)->resets);
}

/* Find out what is wrong, if the card says so. */
static void gantry_ring_ask(struct gantry_standstill *still)
{
	struct gantry_ring *ring = still->ring;

	if (ring->gdev->backend->ops->ring_fault(ring, &still->fault)) {
		still->error = -EIO;
		return;
	}
	still->fault = (struct gantry_fault){ .kind = DRM_GANTRY_FAULT_HANG };
	still->error = -ETIME;
}

/* The ring stands at fence number @stood. Resetting it helps, unless its engine hangs. */
static void gantry_ring_recover(struct gantry_ring *ring, u32 stood)
{
	struct gantry_device *gdev = ring->gdev;
	const struct gantry_backend_ops *ops = gdev->backend->ops;
	struct gantry_standstill still = { .ring = ring, .stood = stood };

	lockdep_assert_held(&gdev->reset_lock);
	if (!gantry_device_present(gdev)) {
		gantry_device_lost(gdev);
		return;
	}
	gantry_ring_halt(ring);
	gantry_report_dump(gdev, ring);
	gantry_ring_ask(&still);
	/* On its way to a stop it may go on behind the error, as if nothing had been. */
	if (still.error != -ETIME)
		gantry_ring_accuse(&still);
	if (gantry_engine_hangs(ring, still.error) || ops->ring_stop(ring)) {
		gantry_device_reset(gdev, &still);
		return;
	}
	atomic64_inc(&gdev->counters.ring_resets);
	trace_gantry_ring_reset(dev_name(gdev->drm.dev), ring->index, still.error);
	drm_warn(&gdev->drm, "ring %u %s and was reset\n", ring->index,
		 still.error == -ETIME ? "stood still" : "reported an error");
	gantry_ring_restart(&still);
}

/* Has nothing moved for so long, although the card has something to do? @stood: since when */
static bool gantry_ring_stalled(struct gantry_ring *ring, unsigned int ms, u32 *stood)
{
	bool stalled;

	spin_lock_irq(&ring->lock);
	stalled = ring->completed != ring->emitted &&
		  time_after_eq(jiffies, ring->progress + msecs_to_jiffies(ms));
	*stood = ring->completed;
	spin_unlock_irq(&ring->lock);
	return stalled;
}

static unsigned int gantry_watchdog_ms(void)
{
	return min(gantry_job_timeout_ms() / 4, GANTRY_WATCHDOG_MS);
}

/*
 * Rings that share an engine stand still together, and their patience ends together.
 * Only the one that the engine is at can be why: the others get on when that one is
 * reset. It may have begun a little later than they did.
 */
static bool gantry_ring_held_up(struct gantry_ring *ring)
{
	struct gantry_device *gdev = ring->gdev;
	const struct gantry_backend *backend = gdev->backend;
	int holder = backend->ops->ring_holder ? backend->ops->ring_holder(ring) : -1;
	struct gantry_ring *other;
	u32 stood;

	lockdep_assert_held(&gdev->reset_lock);
	if (holder < 0 || holder >= backend->ring_count || holder == ring->index)
		return false;
	other = gdev->rings[holder];
	return other && gantry_ring_stalled(other, gantry_job_timeout_ms() / 2, &stood);
}

/* A card that reports an error need not be given the whole time. */
static bool gantry_ring_stuck(struct gantry_ring *ring, u32 *stood)
{
	struct gantry_fault fault = {};

	return (gantry_ring_stalled(ring, gantry_job_timeout_ms(), stood) &&
		!gantry_ring_held_up(ring)) ||
	       (gantry_ring_stalled(ring, gantry_watchdog_ms(), stood) &&
		ring->gdev->backend->ops->ring_fault(ring, &fault));
}

/**
 * gantry_ring_watch - have the watchdog look at a ring after a while
 * @ring: something was given to it; any context
 */
void gantry_ring_watch(struct gantry_ring *ring)
{
	queue_delayed_work(ring->gdev->reset_wq, &ring->watchdog,
			   msecs_to_jiffies(gantry_watchdog_ms()));
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
	u32 stood;
	bool late = gantry_ring_stalled(ring, gantry_job_timeout_ms(), &stood);

	/* A completion that nobody saw is not a hang. */
	gantry_ring_service(ring);
	mutex_lock(&gdev->reset_lock);
	if (!gdev->paused && gantry_ring_stuck(ring, &stood))
		gantry_ring_recover(ring, stood);
	else if (late)
		atomic64_inc(&gdev->counters.late_completions);
	mutex_unlock(&gdev->reset_lock);

	/* Whoever gives the ring work starts the watchdog with it, so it goes on as long. */
	spin_lock_irq(&ring->lock);
	if (gantry_ring_has_work(ring))
		gantry_ring_watch(ring);
	spin_unlock_irq(&ring->lock);
}
