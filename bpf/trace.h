/* SPDX-License-Identifier: GPL-2.0-only */
/* What 'gantryctl trace' and its programs agree on. */
#ifndef GANTRY_TRACE_RING_H
#define GANTRY_TRACE_RING_H

#include "event.h"

#define GANTRY_TRACE_BYTES	(1024 * 1024)	/* some 7,000 events that wait to be read */

#endif
