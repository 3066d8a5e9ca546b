/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fence that a test signals when it wants to, made with the kernel's virtual
 * GEM provider: holds a job back for as long as the test needs it, with no
 * guess about how long the card takes.
 */
#ifndef GANTRY_GUEST_GATE_H
#define GANTRY_GUEST_GATE_H

#include <stdint.h>

#include "gantry.h"

struct gate {
	int fd;			/* of vgem */
	uint32_t handle;
	uint32_t fence;
	int dmabuf;
	int sync_file;
};

/** A closed gate. vgem opens it by itself after ten seconds. */
struct gate gate_make(void);

/** Make @point of @fence wait for the gate. */
void gate_hold(struct gate *gate, struct gantry_fence *fence, uint64_t point);

/** Let pass what waits. */
void gate_open(struct gate *gate);

/** Free it, open or not. */
void gate_destroy(struct gate *gate);

#endif
