/* SPDX-License-Identifier: GPL-2.0-only */
/* The card itself, for the model's own files. */
#ifndef GA100_H
#define GA100_H

#include "bar0.h"
#include "boot.h"
#include "card.h"
#include "engine.h"
#include "fault.h"
#include "intr.h"
#include "memory.h"
#include "mmu.h"
#include "mmu_fault.h"
#include "pbus.h"
#include "pfb.h"
#include "pmc.h"
#include "priv.h"
#include "ptimer.h"
#include "ptop.h"
#include "tlb.h"
#include "window.h"

/**
 * struct ga100 - a card
 * @options: as asked for
 * @host: the way to host memory and interrupts
 * @host_priv: for @host
 * @vram: video memory
 * @tlb: page-table entries that are remembered
 * @intr: the interrupt tree
 * @mmu_faults: bad accesses, as reported to the guest
 * @boot: how far firmware has come
 * @pbus: the bus unit
 * @pfb: the frame buffer unit
 * @pmc: which engines are out of reset
 * @ptimer: the clock
 * @priv: what else the physical function's page remembers
 * @bar1: the window on memory that is BAR 1
 * @bar2: the one that is BAR 3
 * @pool: who runs the engines
 * @engines: GA100_CES of them
 * @serial: the capability that shows the serial number
 * @faults: what a test asked to go wrong
 */
struct ga100 {
	struct ga100_options options;
	const struct emu_host *host;
	void *host_priv;
	struct ga100_vram vram;
	struct ga100_tlb tlb;
	struct ga100_intr intr;
	struct ga100_mmu_faults mmu_faults;
	struct ga100_boot boot;
	struct ga100_pbus pbus;
	struct ga100_pfb pfb;
	struct ga100_pmc pmc;
	struct ga100_ptimer ptimer;
	struct ga100_priv priv;
	struct ga100_window bar1;
	struct ga100_window bar2;
	struct emu_pool pool;
	struct ga100_engine *engines;
	struct vfu_capability serial;
	struct vfu_faults faults;
};

#endif
