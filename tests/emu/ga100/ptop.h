/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of engines that a driver reads. */
#ifndef GA100_PTOP_H
#define GA100_PTOP_H

#include "bar0.h"

extern const struct ga100_block ga100_ptop_block;

#endif
