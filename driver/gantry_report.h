/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling user space what a card went through. */
#ifndef GANTRY_REPORT_H
#define GANTRY_REPORT_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct gantry_device;
struct gantry_ring;

/**
 * enum gantry_event - a uevent of the accel node, in the words of DRM's device wedging
 * @GANTRY_EVENT_RESET: the card was reset and works again
 * @GANTRY_EVENT_FAILED: it could not be reset
 * @GANTRY_EVENT_LOST: it does not answer any more
 */
enum gantry_event {
	GANTRY_EVENT_RESET,
	GANTRY_EVENT_FAILED,
	GANTRY_EVENT_LOST,
	GANTRY_EVENTS,
};

/**
 * struct gantry_report - what user space is yet to be told
 * @work: tells it: allocates memory, which nobody may who still has fences to signal
 * @events: &enum gantry_event, a bit each
 * @dump: buffer for the next coredump, or NULL
 * @dump_bytes: of @dump that wait for @work; while not 0 @dump is @work's
 */
struct gantry_report {
	struct work_struct work;
	unsigned long events;
	char *dump;
	size_t dump_bytes;
};

int gantry_report_init(struct gantry_device *gdev);
void gantry_report_dump(struct gantry_device *gdev, struct gantry_ring *stuck);
void gantry_report_event(struct gantry_device *gdev, enum gantry_event event);

#endif
