/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GANTRY_FUZZ_MAIN_H
#define GANTRY_FUZZ_MAIN_H

#include "fuzz.h"

/** A kind of call by its weight in this epoch; @ioctls: none of the others. */
const struct call_type *type_pick(struct rng *rng, bool ioctls);

#endif
