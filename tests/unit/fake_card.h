/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card that lives in this process and stands behind the library's interface:
 * for testing what is built on the library.
 */
#ifndef UNIT_FAKE_CARD_H
#define UNIT_FAKE_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include "gantry.h"

struct fake_card {
	/** @region_size: of each of two regions */
	uint64_t region_size;
	/** @max_jobs: of a queue */
	uint32_t max_jobs;
	/** @fail_job: the nth job of all fails with @fail_error; 0: none */
	unsigned int fail_job;
	int fail_error;
	/** @fail_call: the nth call that can fail does; 0: none */
	unsigned int fail_call;
	/** @skip_copy: the nth job is not done, but said to be; 0: none */
	unsigned int skip_copy;
	/** @slow: nothing ends before so many jobs were in flight at once; 0: at once */
	unsigned int slow;

	/* what came of it */
	unsigned int jobs, calls;
	int objects;
	uint64_t peak[2];
	unsigned int most_in_flight;
};

extern struct fake_card fake_card;

struct gantry_device *fake_card_open(void);

/** Another one. All there is to it is that it is not the first. */
struct gantry_device *fake_card_second(void);

#endif /* UNIT_FAKE_CARD_H */
