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

/* The buddy allocator moved out of DRM and was renamed. */
#ifdef GANTRY_HAVE_GPU_BUDDY
#include <linux/gpu_buddy.h>
#else
#include <drm/drm_buddy.h>
#define gpu_buddy			drm_buddy
#define gpu_buddy_block			drm_buddy_block
#define gpu_buddy_init			drm_buddy_init
#define gpu_buddy_fini			drm_buddy_fini
#define gpu_buddy_alloc_blocks		drm_buddy_alloc_blocks
#define gpu_buddy_free_list		drm_buddy_free_list
#define gpu_buddy_block_offset		drm_buddy_block_offset
#define gpu_buddy_block_size		drm_buddy_block_size
#define gpu_buddy_block_is_clear	drm_buddy_block_is_clear
#define GPU_BUDDY_CLEAR_ALLOCATION	DRM_BUDDY_CLEAR_ALLOCATION
#define GPU_BUDDY_CLEARED		DRM_BUDDY_CLEARED
#endif

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

/* The arguments of drm_sched_init() became a structure. */
static inline int gantry_sched_init(struct drm_gpu_scheduler *sched,
				    const struct drm_sched_backend_ops *ops,
				    u32 credits, const char *name, struct device *dev)
{
#ifdef GANTRY_HAVE_SCHED_INIT_ARGS
	const struct drm_sched_init_args args = {
		.ops = ops,
		.num_rqs = DRM_SCHED_PRIORITY_COUNT,
		.credit_limit = credits,
		.timeout = MAX_SCHEDULE_TIMEOUT,
		.name = name,
		.dev = dev,
	};

	return drm_sched_init(sched, &args);
#else
	return drm_sched_init(sched, ops, NULL, DRM_SCHED_PRIORITY_COUNT, credits, 0,
			      MAX_SCHEDULE_TIMEOUT, NULL, NULL, name, dev);
#endif
}

/* Names of symbol name spaces became strings. */
#ifdef GANTRY_HAVE_QUOTED_NS
#define GANTRY_NS_DMA_BUF		"DMA_BUF"
#else
#define GANTRY_NS_DMA_BUF		DMA_BUF
#endif

#endif
