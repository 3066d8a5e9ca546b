/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trainium2 backend. A ring is queue 0 of one UDMA engine: a pair of descriptor
 * rings, M2S for sources and S2M for destinations, used in step.
 */
#ifndef GANTRY_TRAINIUM_H
#define GANTRY_TRAINIUM_H

#include <linux/types.h>

struct drm_printer;
struct gantry_device;
struct gantry_fault;
struct gantry_ring;
struct gantry_space;
struct drm_gantry_neighbor_info;
struct drm_gantry_sensor_info;

#define TRN2_RING_COUNT		8
#define TRN2_RING_SLOTS		1024	/* descriptors on each side */
#define TRN2_FILL_MAX		65536	/* bytes of zero that one descriptor can copy */

/**
 * struct trn2_layout - where things are in one of the published layouts
 * @apb_bar: BAR of the registers
 * @window: distance of the HBM stacks in TRN2_BAR_HBM, 0: a quarter of it
 * @populated: bytes of each stack, 0: all of its window
 * @reset: resets the whole card
 */
struct trn2_layout {
	u32 apb_bar;
	u64 window;
	u64 populated;
	int (*reset)(struct gantry_device *gdev);
};

/**
 * struct trn2_card - &gantry_device.priv
 * @layout: of this card
 * @misc_ram: where firmware and host meet
 * @reset_reg: starts a reset in the layout for virtual machines, else NULL
 * @zeros: HBM that holds TRN2_FILL_MAX bytes of zero: what fills with zero copy from
 * @zeros_addr: the same as an engine addresses it
 * @engines: register windows, one a ring
 */
struct trn2_card {
	const struct trn2_layout *layout;
	void __iomem *misc_ram;
	void __iomem *reset_reg;
	void __iomem *zeros;
	u64 zeros_addr;
	void __iomem *engines[TRN2_RING_COUNT];
};

u64 trn2_engine_offset(u32 ring);

/* trainium_ring.c */
int trn2_ring_init(struct gantry_ring *ring, struct gantry_space *space);
void trn2_ring_fini(struct gantry_ring *ring);
int trn2_ring_stop(struct gantry_ring *ring);
int trn2_ring_start(struct gantry_ring *ring);
void trn2_emit_copy(struct gantry_ring *ring, u64 dst, u64 src, u32 length, bool barrier);
u32 trn2_emit_fill(struct gantry_ring *ring, u64 dst, u32 pattern, u32 length, bool barrier);
void trn2_emit_fence(struct gantry_ring *ring, u32 seqno);
void trn2_kick(struct gantry_ring *ring);
u32 trn2_read_seqno(struct gantry_ring *ring);
bool trn2_ring_fault(struct gantry_ring *ring, struct gantry_fault *fault);
void trn2_ring_dump(struct gantry_ring *ring, struct drm_printer *p);

/* trainium_engine.c */
void trn2_engine_init(void __iomem *regs);
bool trn2_engine_faulted(void __iomem *regs);
void trn2_engine_dump(void __iomem *regs, struct drm_printer *p);

/* trainium_sensor.c */
#define TRN2_SENSOR_COUNT	12
int trn2_sensor(struct gantry_device *gdev, u32 index, struct drm_gantry_sensor_info *info);
#define TRN2_NEIGHBOR_COUNT	2
int trn2_neighbor(struct gantry_device *gdev, u32 index, struct drm_gantry_neighbor_info *info);

#endif
