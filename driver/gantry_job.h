/* SPDX-License-Identifier: GPL-2.0-only */
/* A submission, from the ioctl to its fence. */
#ifndef GANTRY_JOB_H
#define GANTRY_JOB_H

#include <linux/types.h>

struct drm_device;
struct drm_file;
struct drm_sched_backend_ops;

#define GANTRY_MAX_OPS		4096
#define GANTRY_MAX_SYNCS	64

extern const struct drm_sched_backend_ops gantry_job_sched_ops;

int gantry_queue_submit_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);

#endif
