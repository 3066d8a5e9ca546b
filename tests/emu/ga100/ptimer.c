// SPDX-License-Identifier: GPL-2.0-only
#include "ptimer.h"

#include <time.h>

#include "ga100.h"

static uint64_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void ga100_ptimer_reset(struct ga100_ptimer *timer)
{
	timer->time_1 = 0;
	atomic_store(&timer->offset, -monotonic());
}

uint64_t ga100_time(struct ga100 *card)
{
	return monotonic() + atomic_load(&card->ptimer.offset);
}

static bool ptimer_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	uint64_t now = ga100_time(card);
	const uint32_t *saved = ga100_pbus_saved(card, reg);

	switch (reg) {
	case GA100_PTIMER_TIME_0:
		*value = now & GA100_PTIMER_TIME_0_MASK;
		return true;
	case GA100_PTIMER_TIME_1:
		*value = now >> 32 & GA100_PTIMER_TIME_1_MASK;
		return true;
	default:
		if (saved)
			*value = *saved;
		return saved;
	}
}

static bool ptimer_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	struct ga100_ptimer *timer = &card->ptimer;
	uint32_t *saved = ga100_pbus_saved(card, reg);
	uint64_t time;

	switch (reg) {
	case GA100_PTIMER_TIME_1:
		timer->time_1 = value & GA100_PTIMER_TIME_1_MASK;
		return true;
	case GA100_PTIMER_TIME_0:
		time = (uint64_t)timer->time_1 << 32 | (value & GA100_PTIMER_TIME_0_MASK);
		atomic_store(&timer->offset, time - monotonic());
		return true;
	default:
		if (saved)
			*saved = value;
		return saved;
	}
}

const struct ga100_block ga100_ptimer_block = {
	.name = "PTIMER",
	.base = GA100_PTIMER,
	.size = GA100_PTIMER_SIZE,
	.read = ptimer_read,
	.write = ptimer_write,
};
