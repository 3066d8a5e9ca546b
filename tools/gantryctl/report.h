/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GANTRYCTL_REPORT_H
#define GANTRYCTL_REPORT_H

#include "transfer.h"

/** report_table() - what moved, and how fast, a line a stage, on stdout */
void report_table(const struct transfer_options *options,
		  const struct transfer_result *result);

/** report_route() - how the bytes went to the other card, if there is one, on stdout */
void report_route(const struct transfer_options *options,
		  const struct transfer_result *result);

/** report_hashes() - the two SHA-256, and whether they are equal, on stdout */
void report_hashes(const struct transfer_result *result);

#endif /* GANTRYCTL_REPORT_H */
