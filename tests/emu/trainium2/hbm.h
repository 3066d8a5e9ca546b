/* SPDX-License-Identifier: GPL-2.0-only */
/* The four stacks of memory: one sparse file, which is also what BAR 4 maps. */
#ifndef TRN2_HBM_H
#define TRN2_HBM_H

#include <stddef.h>
#include <stdint.h>

#include "../../../driver/trainium/trainium_regs.h"
#include "../vfio-user/vfu.h"
#include "layout.h"

/**
 * struct trn2_hbm - the memory of a card
 * @fd: the file
 * @bar_size: of BAR 4
 * @window: distance of the stacks in the BAR and in the file
 * @stack_size: how much of each window there is
 * @stacks: where they are mapped here
 * @memory: the same for the guest
 * @areas: what @memory refers to
 */
struct trn2_hbm {
	int fd;
	uint64_t bar_size;
	uint64_t window;
	uint64_t stack_size;
	uint8_t *stacks[TRN2_HBM_STACKS];
	struct vfu_memory memory;
	struct vfu_area areas[TRN2_HBM_STACKS];
};

/** trn2_hbm_check() - NULL, or why @size does not suit the layout */
const char *trn2_hbm_check(const struct trn2_layout *layout, uint64_t size);

/** trn2_hbm_init() - 0 or -errno; nothing to undo if it failed */
int trn2_hbm_init(struct trn2_hbm *hbm, const struct trn2_layout *layout,
		  uint64_t size);

void trn2_hbm_fini(struct trn2_hbm *hbm);

/**
 * trn2_hbm_at() - where a byte of the BAR is
 * @hbm: the memory
 * @off: offset into BAR 4
 * @len: cut down to what is contiguous
 *
 * Return: NULL where there is no memory; @len is then the size of that hole.
 */
uint8_t *trn2_hbm_at(struct trn2_hbm *hbm, uint64_t off, size_t *len);

#endif
