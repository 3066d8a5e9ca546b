/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A progress bar on stderr, if that is a terminal.
 */
#ifndef GANTRYCTL_PROGRESS_H
#define GANTRYCTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool shown;
	int64_t started, drawn;
};

void progress_begin(struct progress *progress);

/** progress_update() - for transfer_options.progress; @context is the struct */
void progress_update(void *context, uint64_t done, uint64_t total);

/** progress_end() - take the bar away */
void progress_end(struct progress *progress);

#endif /* GANTRYCTL_PROGRESS_H */
