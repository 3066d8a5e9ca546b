/* SPDX-License-Identifier: GPL-2.0-only */
/* Getting a card going again, or giving it up. */
#ifndef GANTRY_RESET_H
#define GANTRY_RESET_H

struct gantry_device;
struct gantry_ring;
struct work_struct;

unsigned int gantry_job_timeout_ms(void);
unsigned int gantry_reset_timeout_ms(void);

void gantry_ring_watch(struct gantry_ring *ring);
void gantry_ring_watchdog(struct work_struct *work);

void gantry_device_pause(struct gantry_device *gdev, int broken);
int gantry_device_resume(struct gantry_device *gdev);
void gantry_device_unplug(struct gantry_device *gdev);
void gantry_device_distrust(struct gantry_device *gdev, u32 outages);
int gantry_device_add_ring(struct gantry_ring *ring);
void gantry_device_drop_ring(struct gantry_ring *ring);
const char *gantry_device_state(struct gantry_device *gdev);

#endif
