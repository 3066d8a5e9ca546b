/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the pages of host buffers are: it decides how many descriptors a copy
 * takes, so what is compared with a guest must have the same.
 */
#ifndef BENCH_LAYOUT_H
#define BENCH_LAYOUT_H

#include "load.h"

/**
 * layout_write() - append to the file that GANTRY_BENCH_LAYOUT names, if it is set
 * @load: whose host buffers
 * @shape: its shape
 *
 * "shape LINE", then for each lane "lane COUNT", then as many lines "PAGE PAGES",
 * the runs of pages that are contiguous to the card, in the buffer's order.
 */
void layout_write(struct load *load, const struct shape *shape);

#endif
