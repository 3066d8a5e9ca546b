/* SPDX-License-Identifier: GPL-2.0-only */
/* The card itself, for the model's own files. */
#ifndef TRN2_MODEL_H
#define TRN2_MODEL_H

#include "../../../driver/trainium/trainium_regs.h"
#include "card.h"
#include "fault.h"
#include "firmware.h"
#include "hbm.h"
#include "layout.h"
#include "misc_ram.h"
#include "../pool.h"
#include "udma.h"

/**
 * struct trn2_card - a card
 * @options: as asked for
 * @host: the way to host memory
 * @host_priv: for @host
 * @hbm: the stacks
 * @apb: one word a register for those that only remember, TRN2_APB_SIZE of
 *	sparse memory; also the cores' on-chip memory
 * @engines: TRN2_ENGINES of them
 * @pool: who runs them
 * @misc_ram: where firmware and host meet
 * @firmware: answers the mailbox and carries out resets
 * @qemu_reset: TRN2_APB_RESET_QEMU, not 0 while a reset is under way
 * @faults: what a test asked to go wrong
 * @in_reset: reads answer TRN2_READ_IN_RESET and writes are lost
 */
struct trn2_card {
	struct trn2_options options;
	const struct emu_host *host;
	void *host_priv;
	struct trn2_hbm hbm;
	uint32_t *apb;
	struct udma_engine *engines;
	struct emu_pool pool;
	struct trn2_misc_ram misc_ram;
	struct trn2_firmware firmware;
	struct vfu_faults faults;
	_Atomic uint32_t qemu_reset;
	_Atomic bool in_reset;
};

/* reset.c; one at a time, see trn2_firmware */
void trn2_reset_device(struct trn2_card *card);
void trn2_reset_cores(struct trn2_card *card, uint32_t map);

#endif
