/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a long job is: a bar on stderr if that is a terminal. Elsewhere, if
 * wanted, a line every few seconds.
 */
#ifndef GANTRYCTL_PROGRESS_H
#define GANTRYCTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool bar, lines;
	int64_t started, drawn;
};

/** progress_begin() - @lines: print lines where there is no terminal */
void progress_begin(struct progress *progress, bool lines);

/** progress_update() - for transfer_options.progress; @context is the struct */
void progress_update(void *context, uint64_t done, uint64_t total);

/** progress_end() - take the bar away */
void progress_end(struct progress *progress);

#endif /* GANTRYCTL_PROGRESS_H */
