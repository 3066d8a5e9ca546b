/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cards the operator assigned to gantry for good: a file of one rule a
 * line, of which the last one that fits a card decides.
 */
#ifndef GANTRYCTL_ASSIGNMENTS_H
#define GANTRYCTL_ASSIGNMENTS_H

#include <stdbool.h>

#include "gantry.h"

/** Where the file is; tests set it. */
extern const char *assignments_path;

struct assignments;

/**
 * assignments_read() - read the file; there being none is the same as an empty one
 *
 * A line that cannot be understood refuses the whole file: taking a card that
 * should be left is worse than taking none.
 *
 * Return: 0 or -errno; complains.
 */
int assignments_read(struct assignments **out);

/** assignments_free() - NULL is fine */
void assignments_free(struct assignments *assignments);

/**
 * assignments_decide() - is the card assigned?
 * @line: the number of the line that decided; 0: none did, and it is not
 */
bool assignments_decide(const struct assignments *assignments, const struct gantry_card *card,
			unsigned int *line);

#endif /* GANTRYCTL_ASSIGNMENTS_H */
