/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card, and the contract between the core and a backend.
 *
 * A backend drives one family of chips. It never sees a GEM handle, a file or
 * a user pointer; the core never sees a register. A new family is one folder
 * with one struct gantry_backend, and one line in the PCI table.
 */
#ifndef GANTRY_DEVICE_H
#define GANTRY_DEVICE_H

#include <linux/gpu_buddy.h>
#include <linux/idr.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <drm/drm_device.h>

#include "gantry_accel.h"
#include "gantry_compat.h"
#include "gantry_policy.h"
#include "gantry_report.h"
#include "gantry_share.h"

struct drm_printer;
struct gantry_device;
struct gantry_extents;
struct gantry_ring;
struct gantry_space;
struct vfsmount;

#define GANTRY_MAX_REGIONS	8
#define GANTRY_MAX_ENGINES	16

/**
 * struct gantry_region - one region of device memory
 * @gdev: the card
 * @name: as user space reads it
 * @base: address of its first byte on the card's bus; backend
 * @size: in bytes, whole pages; backend
 * @cpu_base: the same byte in the processor's physical address space; backend
 * @resets: times that what was known to be zero became unknown
 * @lock: guards what follows
 * @buddy: what is free, and what of that is zero
 * @buddy_resets: of @resets, those that @buddy knows of
 * @scrubbing: bytes that were freed and are being zeroed
 * @scrubbed: woken when some of @scrubbing came back
 */
struct gantry_region {
	struct gantry_device *gdev;
	char name[16];
	u64 base;
	u64 size;
	phys_addr_t cpu_base;
	atomic_t resets;
	struct mutex lock; /* all below */
	struct gpu_buddy buddy;
	u32 buddy_resets;
	u64 scrubbing;
	wait_queue_head_t scrubbed;
};

/**
 * struct gantry_engine - what does the work of one ring or of many
 * @resets: rings of it that hung and were reset since one of them last got something done
 */
struct gantry_engine {
	u32 resets;
};

/**
 * struct gantry_fault - what a card says of an error
 * @kind: &enum drm_gantry_fault_kind
 * @access: &enum drm_gantry_fault_access, if there is an @address
 * @address: in the space of its ring; 0: it does not say
 */
struct gantry_fault {
	u32 kind;
	u32 access;
	u64 address;
};

/**
 * struct gantry_backend_ops - what a backend can do
 *
 * Ring callbacks marked (locked) run with the ring's lock held and interrupts
 * off: they must not sleep and may only touch their ring. An emitted operation
 * takes one slot of the ring, and the core never emits more than are free. The
 * others run in process context. Those that start, stop and reset run one at a
 * time for a card, and must not allocate: memory may be waiting for them. A ring
 * may be made while another one is, or while the card is being reset; sensors and
 * neighbors may be asked at any time.
 */
struct gantry_backend_ops {
	/** @init: map the card, reset it, fill in regions and addresses */
	int (*init)(struct gantry_device *gdev);
	/** @fini: undo @init; no ring is left and nothing moves */
	void (*fini)(struct gantry_device *gdev);
	/** @reset: reset the whole card; rings must be started again afterwards */
	int (*reset)(struct gantry_device *gdev);

	/**
	 * @space_init: make an empty address space. These four only where the chip
	 * translates addresses; they may allocate, and be called at once
	 */
	int (*space_init)(struct gantry_space *space);
	/** @space_fini: undo @space_init; nothing is mapped and no ring is left in it */
	void (*space_fini)(struct gantry_space *space);
	/**
	 * @space_map: let rings of @space find @memory, addresses of the card's bus, at
	 * @va, without a gap; what is mapped stays so over a @reset. After an error comes
	 * @space_unmap
	 */
	int (*space_map)(struct gantry_space *space, u64 va, const struct gantry_extents *memory);
	/**
	 * @space_unmap: undo @space_map. Returns 0 once the card has forgotten it; else
	 * the core resets the card
	 */
	int (*space_unmap)(struct gantry_space *space, u64 va, u64 size);

	/**
	 * @ring_init: allocate what ring @ring->index needs; it is started next. It works
	 * in @space; NULL: on the card's bus, as far as device memory goes
	 */
	int (*ring_init)(struct gantry_ring *ring, struct gantry_space *space);
	/** @ring_fini: undo @ring_init; the ring was stopped, or its card can reach nothing */
	void (*ring_fini)(struct gantry_ring *ring);
	/** @ring_stop: returns 0 once the card touches no memory for this ring any more */
	int (*ring_stop)(struct gantry_ring *ring);
	/** @ring_start: start a ring, empty, at its completed number; 0 or an error */
	int (*ring_start)(struct gantry_ring *ring);

	/** @emit_copy: (locked) copy at most max_copy contiguous bytes */
	void (*emit_copy)(struct gantry_ring *ring, u64 dst, u64 src, u32 length, bool barrier);
	/** @emit_fill: (locked) fill some of @length bytes; returns how many, 0: try again later */
	u32 (*emit_fill)(struct gantry_ring *ring, u64 dst, u32 pattern, u32 length, bool barrier);
	/** @emit_fence: (locked) make @read_seqno tell @seqno when all before it is done */
	void (*emit_fence)(struct gantry_ring *ring, u32 seqno);
	/** @kick: (locked) let the card see what was emitted */
	void (*kick)(struct gantry_ring *ring);
	/** @read_seqno: (locked) last number that was reached; cheap, no register read */
	u32 (*read_seqno)(struct gantry_ring *ring);
	/** @ring_fault: does the card itself say at what error a ring stands? Then fill @fault */
	bool (*ring_fault)(struct gantry_ring *ring, struct gantry_fault *fault);
	/**
	 * @ring_holder: index of the ring whose work the engine of @ring is at, or -1. Only
	 * where rings share engines
	 */
	int (*ring_holder)(struct gantry_ring *ring);
	/** @ring_dump: print what the card says of a ring, and no user's data */
	void (*ring_dump)(struct gantry_ring *ring, struct drm_printer *p);

	/** @sensor: fill @info for sensor @index, which exists; may sleep */
	int (*sensor)(struct gantry_device *gdev, u32 index, struct drm_gantry_sensor_info *info);
	/** @neighbor: fill @info for link @index, which exists; may sleep */
	int (*neighbor)(struct gantry_device *gdev, u32 index,
			struct drm_gantry_neighbor_info *info);
};

/**
 * struct gantry_backend - a chip
 * @name: as user space reads it
 * @ops: how to drive it
 * @max_copy: bytes one emitted copy can move
 * @ring_count: most rings there can be
 * @card_rings: of these, made with the card: for what the driver itself does, and, if
 *	they are all there are, shared by all queues; else each queue has one of its own
 * @ring_slots: slots each has
 * @sensor_count: sensors it has
 * @neighbor_count: links to other cards
 * @space_start: lowest address of a buffer in an address space
 * @space_end: behind the highest; 0: the chip has no address spaces
 * @dma_bits: host addresses it can reach
 * @interrupts: it announces what its rings got done, by gantry_engine_service();
 *	else a timer looks
 */
struct gantry_backend {
	const char *name;
	const struct gantry_backend_ops *ops;
	u32 max_copy;
	u32 ring_count;
	u32 card_rings;
	u32 ring_slots;
	u32 sensor_count;
	u32 neighbor_count;
	u64 space_start;
	u64 space_end;
	u32 dma_bits;
	bool interrupts;
};

extern const struct gantry_backend gantry_ga100;
extern const struct gantry_backend gantry_trainium2;

/* What the driver did since it bound the card: &struct drm_gantry_counters_info. */
struct gantry_counters {
	atomic64_t jobs_completed;
	atomic64_t jobs_failed;
	atomic64_t jobs_timed_out;
	atomic64_t late_completions;
	atomic64_t ring_resets;
	atomic64_t device_resets;
	atomic64_t device_resets_failed;
	atomic64_t bytes_copied;
	atomic64_t bytes_filled;
	atomic64_t bytes_scrubbed;
	atomic64_t bytes_scrub_failed;
};

/**
 * struct gantry_device - a card
 * @drm: its DRM device; lives as long as anybody holds the node open
 * @backend: how to drive it
 * @priv: the backend's own, from its init to its fini
 * @host_base: what the card adds to a DMA address of host memory; backend
 * @serial: serial number, 0: unknown; backend
 * @regions: device memory; backend fills base, size and cpu_base
 * @region_count: of @regions; backend
 * @engines: what rings are stuck together with
 * @engine_count: of @engines; rings take them in turn, by index; backend
 * @rings: hardware rings by index, NULL where there is none. The card's own come first
 *	and stay; for the others @reset_lock guards it, and readers use RCU
 * @ring_ids: indices of other rings than the card's own
 * @ring_hint: where to look first for one that is free, so that engines take turns
 * @next_ring: spreads queues and zeroing over the card's own rings
 * @sched_wq: runs jobs
 * @reset_wq: watchdogs and resets, one at a time
 * @scrub_wq: returns zeroed memory
 * @reset_lock: one at a time stops, starts or resets the card; guards @paused and @rings
 * @paused: stopped by whoever will resume it; watchdogs keep off
 * @gone: unbound or lost: every call answers -ENODEV
 * @report: what user space is yet to be told
 * @outages: resets and pauses that began, and those that ended: odd while what is in
 *	device memory cannot be relied on
 * @space_lock: guards @spaces
 * @spaces: address spaces that there are, or were before the card went away
 * @bo_lock: guards @bos and @exports
 * @bos: every buffer mapped for the card, so that unplug can unmap it
 * @bos_empty: woken when @bos becomes empty
 * @exports: buffers in device memory that have a dma-buf
 * @huge_mnt: file system of host buffers, on kernels where DRM has none of its own;
 *	NULL: the system's
 * @policies: who is asked before something is done
 * @shares: how much of its work each account may have in flight
 * @counters: what was done
 */
struct gantry_device {
	struct drm_device drm;
	const struct gantry_backend *backend;
	void *priv;
	u64 host_base;
	u64 serial;
	struct gantry_region regions[GANTRY_MAX_REGIONS];
	u32 region_count;
	struct gantry_engine engines[GANTRY_MAX_ENGINES];
	u32 engine_count;
	struct gantry_ring **rings;
	struct ida ring_ids;
	atomic_t ring_hint;
	atomic_t next_ring;
	struct workqueue_struct *sched_wq;
	struct workqueue_struct *reset_wq;
	struct workqueue_struct *scrub_wq;
	struct mutex reset_lock; /* paused, rings */
	bool paused;
	atomic_t gone;
	atomic_t outages;
	struct gantry_report report;
	struct mutex space_lock; /* spaces */
	struct list_head spaces;
	struct mutex bo_lock; /* bos, exports */
	struct list_head bos;
	wait_queue_head_t bos_empty;
	struct list_head exports;
	struct vfsmount *huge_mnt;
	struct gantry_policies policies;
	struct gantry_shares shares;
	struct gantry_counters counters;
};

static inline struct gantry_device *to_gantry_device(struct drm_device *drm)
{
	return container_of(drm, struct gantry_device, drm);
}

static inline struct pci_dev *gantry_pci_dev(struct gantry_device *gdev)
{
	return to_pci_dev(gdev->drm.dev);
}

/* Frees jobs and queues, which may outlive the card; gantry_drv.c */
extern struct workqueue_struct *gantry_free_wq;

int gantry_query_ioctl(struct drm_device *drm, void *data, struct drm_file *filp);

#endif
