/* SPDX-License-Identifier: GPL-2.0-only */
/* Fences that signal when we want, made with the kernel's virtual GEM provider. */
#ifndef GANTRY_FUZZ_GATE_H
#define GANTRY_FUZZ_GATE_H

#include "world.h"

void gate_init(struct gate *gate);

/** A sync_file that does not signal until gate_open(), or for ten seconds; -1: it is closed. */
int gate_close(struct gate *gate);
void gate_open(struct gate *gate);

#endif
