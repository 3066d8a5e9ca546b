// SPDX-License-Identifier: GPL-2.0-only
#include "shape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static int direction_parse(const char *name)
{
	static const char *const names[DIRECTIONS] = { "h2d", "d2h", "d2d" };

	for (int i = 0; i < DIRECTIONS; i++)
		if (!strcmp(name, names[i]))
			return i;
	return -1;
}

static bool parse(struct shape *shape)
{
	char direction[8];
	int ret;

	if (sscanf(shape->line, "%7s %" SCNu64 " %u %u %u %u", direction, &shape->size,
		   &shape->batch, &shape->depth, &shape->queues, &shape->cards) != 6)
		return false;
	ret = direction_parse(direction);
	shape->direction = ret;
	return ret >= 0 && shape->size && shape->batch && shape->depth && shape->queues &&
	       shape->cards && shape->depth <= LOAD_MAX_DEPTH && shape->cards <= LOAD_MAX_CARDS;
}

bool shape_read(struct shape *shape)
{
	memset(shape, 0, sizeof(*shape));
	if (!fgets(shape->line, sizeof(shape->line), stdin))
		return false;
	shape->line[strcspn(shape->line, "\n")] = 0;
	if (parse(shape))
		return true;
	fprintf(stderr, "bench: not DIRECTION SIZE BATCH DEPTH QUEUES CARDS: %s\n", shape->line);
	exit(2);
}
