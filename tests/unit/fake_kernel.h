/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel for tests with threads: it answers whatever comes, from any thread, and
 * every job ends at once. It takes no lock: one would order the library's threads,
 * and hide from the thread sanitizer what the library does not order itself.
 */
#ifndef UNIT_FAKE_KERNEL_H
#define UNIT_FAKE_KERNEL_H

#include <stdatomic.h>
#include <stdbool.h>

#define FAKE_NODE "/dev/accel/accel0"

struct fake_kernel {
	/** @handles: that are open */
	atomic_int handles;
	/** @queues: that exist */
	atomic_int queues;
	/** @mappings: made so far, of buffers */
	atomic_int mappings;
	/** @mistakes: calls on handles that are not open */
	atomic_int mistakes;
	/** @jobs: submitted so far */
	atomic_int jobs;
	/**
	 * @hold: an import writes a byte to @entered and waits for one at
	 * @released: its thread stays inside of the library, with what it holds
	 */
	bool hold;
	int entered, released;
};

extern struct fake_kernel fake_kernel;

/** fake_kernel_reset() - forget everything */
void fake_kernel_reset(void);

#endif /* UNIT_FAKE_KERNEL_H */
