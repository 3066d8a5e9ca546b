/* SPDX-License-Identifier: GPL-2.0-only */
/* The published lists of trainium_regs.h, to be looked up both ways. */
#ifndef TRN2_MAP_H
#define TRN2_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* Where in APB, and what engine @e can do */
uint64_t trn2_engine_apb(unsigned int e);
bool trn2_engine_has_host(unsigned int e);
unsigned int trn2_engine_die(unsigned int e);

/** trn2_engine_at() - the engine at an APB offset; -1: none; @in: offset in it */
int trn2_engine_at(uint64_t off, uint32_t *in);

/** trn2_fis_at() - the engine whose upper interrupt controller is there; -1 */
int trn2_fis_at(uint64_t off, uint32_t *in);

/** trn2_core_at() - the core whose window is there; -1 */
int trn2_core_at(uint64_t off, uint32_t *in);

#endif
