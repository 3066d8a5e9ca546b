// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast the same loads run with no guest (speed.h), on what target_*.c it was
 * linked with. Reads one shape a line from stdin (shape.h).
 *
 * usage: replay MILLISECONDS SLICES        the emulator's model of the card
 *        memcpy MILLISECONDS SLICES        the processor
 */
#include <stdio.h>
#include <stdlib.h>

#include "speed.h"

int main(int argc, char **argv)
{
	struct shape shape;

	if (argc != 3) {
		fprintf(stderr, "usage: %s MILLISECONDS SLICES\n", argv[0]);
		return 2;
	}
	while (shape_read(&shape))
		speed_measure(&shape, atoi(argv[1]) / 1e3, atoi(argv[2]), NULL);
	return 0;
}
