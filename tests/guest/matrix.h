/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cell of the fault matrix is made of: see test_fault_matrix.c. */
#ifndef GANTRY_GUEST_MATRIX_H
#define GANTRY_GUEST_MATRIX_H

#include <pthread.h>

#include "fault.h"
#include "scene.h"

/* What the card is once the driver has done what it can, until it is bound again */
enum aftermath {
	WORKS,
	FAILED,		/* work ends with -EIO */
	GONE,		/* calls end with -ENODEV */
};

/**
 * struct row - a fault
 * @name: as docs/emulators.md has it, or near to it
 * @faults: what is armed
 * @blocks: the victim's work does not end by itself
 * @noticed: the driver sees it without running out of patience
 * @released: what ends it
 * @victim: how the struck job ends
 * @same: how one behind it on the same ring ends
 * @wrong_bits: in the data of the struck job
 * @ring_resets: that it takes, likewise @device_resets and @resets_failed
 * @aftermath: of the card
 * @bind: what to do while it is bound; NULL: see @no_bind
 * @no_bind: why there is nothing
 * @absent: why a chip may not know the fault
 * @alone: the row instead, where no two queues share a ring
 */
struct row {
	const char *name;
	struct fault faults[2];
	bool blocks;
	bool noticed;
	const char *released;
	int victim;
	int same;
	unsigned int wrong_bits;
	unsigned int ring_resets;
	unsigned int device_resets;
	unsigned int resets_failed;
	enum aftermath aftermath;
	void (*bind)(const struct row *row);
	const char *no_bind;
	const char *absent;
	const struct row *alone;
};

/**
 * struct cell - a fault during an operation, while it runs
 * @thread: what the operation left waiting, if @waiting
 * @result: of that, or of the operation
 * @second: number of the operation's own job
 * @extra: a buffer of the operation's own
 */
struct cell {
	const struct row *row;
	const struct operation *op;
	struct scene scene;
	pthread_t thread;
	bool waiting;
	int result;
	uint64_t second;
	struct gantry_buffer *extra;
};

/**
 * struct operation - a column
 * @name: what is done
 * @struck: the card works for it, and that is what the fault strikes
 * @follows: another job comes behind the victim's, in its queue
 * @closes: the victim's context is gone afterwards
 * @unbinds: the card is
 * @dirty: the card has just been bound: nothing is known of its memory
 * @prepare: before there are queues
 * @begin: while the fault lasts
 * @end: when the struck work has ended
 */
struct operation {
	const char *name;
	bool struck;
	bool follows;
	bool closes;
	bool unbinds;
	bool dirty;
	void (*prepare)(struct cell *cell);
	void (*begin)(struct cell *cell);
	void (*end)(struct cell *cell);
};

extern const struct operation operations[];
extern const unsigned int operation_count;

#endif
