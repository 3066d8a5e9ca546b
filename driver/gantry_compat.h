/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels that gantry supports, 6.12 LTS and later,
 * under the newer kernel's names. Stable kernels take over interfaces at any
 * point release, so nothing here asks for a version: Kbuild looks into the
 * headers that are really there and defines GANTRY_HAVE_*.
 */
#ifndef GANTRY_COMPAT_H
#define GANTRY_COMPAT_H

#include <linux/hrtimer.h>
#include <drm/drm_drv.h>
#include <drm/gpu_scheduler.h>

/* hrtimer_setup() took the place of hrtimer_init(). */
static inline void gantry_hrtimer_setup(struct hrtimer *timer,
					enum hrtimer_restart (*function)(struct hrtimer *timer),
					enum hrtimer_mode mode)
{
#ifdef GANTRY_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, mode);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = function;
#endif
}

/*
 * A scheduler with one run queue and no time-out. The arguments of
 * drm_sched_init() became a structure.
 */
static inline int gantry_sched_init(struct drm_gpu_scheduler *sched,
				    const struct drm_sched_backend_ops *ops,
				    struct workqueue_struct *wq, u32 credits, struct device *dev)
{
#ifdef GANTRY_HAVE_SCHED_INIT_ARGS
	const struct drm_sched_init_args args = {
		.ops = ops,
		.submit_wq = wq,
		.num_rqs = 1,
		.credit_limit = credits,
		.timeout = MAX_SCHEDULE_TIMEOUT,
		.name = "gantry",
		.dev = dev,
	};

	return drm_sched_init(sched, &args);
#else
	return drm_sched_init(sched, ops, wq, 1, credits, 0, MAX_SCHEDULE_TIMEOUT, NULL, NULL,
			      "gantry", dev);
#endif
}

/* How an importer is told that memory goes away was named after memory that moves. */
#ifndef GANTRY_HAVE_INVALIDATE_MAPPINGS
#define invalidate_mappings		move_notify
#define dma_buf_invalidate_mappings	dma_buf_move_notify
#endif

/* Names of symbol name spaces became strings. */
#ifdef GANTRY_HAVE_QUOTED_NS
#define GANTRY_NS_DMA_BUF		"DMA_BUF"
#else
#define GANTRY_NS_DMA_BUF		DMA_BUF
#endif

#endif
