/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which engines this card has and where. A driver learns it from GA100_PTOP and from
 * the runlists' own registers, and must not know it by heart: nothing published says
 * where the chip has them.
 *
 * Copy engine i of the model, from 0, has a runlist, a PBDMA and interrupt vectors
 * of its own. As instances they are numbered from GA100_CE_FIRST: those before it
 * share the graphics engine's runlist, and there is none here.
 */
#ifndef GA100_TOPOLOGY_H
#define GA100_TOPOLOGY_H

#include "../../../driver/nvidia/ga100_regs.h"

#define GA100_CES			8
#define GA100_CE_FIRST			2
#define GA100_CE_INSTANCE(i)		(GA100_CE_FIRST + (i))
#define GA100_CE_BASE			0x104000	/* of all instances */
#define GA100_CE_RESET(i)		(8 + (i))	/* bit of GA100_PMC_DEVICE_ENABLE */

/* Registers of runlist i, and its channel RAM behind them */
#define GA100_RUNLIST_BASE(i)		(0xe00000 + 0x10000 * (i))
#define GA100_CHRAM_BASE(i)		(GA100_RUNLIST_BASE(i) + 0x2000)
#define GA100_CHANNELS_LOG2		11	/* channels of a runlist */
#define GA100_PBDMA_BASE(i)		(0x040000 + 0x800 * (i))

#define GA100_CE_STALL_VECTOR(i)	(GA100_VECTOR_STALL + (i))
#define GA100_CE_NONSTALL_VECTOR(i)	(GA100_VECTOR_NONSTALL + (i))
#define GA100_RUNLIST_VECTOR(i)		(GA100_VECTOR_RUNLIST + (i))
#define GA100_RUNLIST_EXTRA_VECTOR(i)	(GA100_VECTOR_RUNLIST_EXTRA + (i))

#endif
