/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

/**
 * peers_measure() - copies from the first card to the second and back, and beside them
 *	those from each card to the host; a line of JSON for each size and way
 * @seconds: a slice takes
 * @slices: how many; they take turns, and the best of each counts
 */
void peers_measure(double seconds, unsigned int slices);

#endif
