// SPDX-License-Identifier: GPL-2.0-only
#include "misc_ram.h"

#include <string.h>
#include <time.h>

/* Twice what the published driver needs to call the figures valid */
#define SAMPLE_NS	500000000u

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

static bool between(uint32_t off, uint32_t first, uint32_t end)
{
	return off >= first && off < end;
}

/* Notes of the host that outlive a reset: election results, runtime words */
static bool survives(uint32_t off)
{
	return between(off, TRN2_MR_RUNTIME_0, TRN2_MR_METRIC) ||
	       between(off, TRN2_MR_LEFT_SERIAL_HI, TRN2_MR_RESET_MAP);
}

/* What only firmware writes */
static bool read_only(uint32_t off)
{
	return between(off, TRN2_MR_API_VERSION, TRN2_MR_DEVICE_INDEX) ||
	       between(off, TRN2_MR_DEVICE_INDEX + 4, TRN2_MR_RUNTIME_0) ||
	       off == TRN2_MR_STATUS;
}

static void sample_locked(struct trn2_misc_ram *ram, struct trn2_power *power)
{
	uint64_t now = now_ns();
	uint64_t busy = atomic_load(&power->busy_ns);
	uint64_t number = power->word >> TRN2_POWER_SAMPLE_SHIFT;
	uint64_t util;

	if (now - power->last_ns < SAMPLE_NS)
		return;
	util = (busy - power->last_busy) * TRN2_POWER_UTIL_MAX /
	       ((now - power->last_ns) * ram->workers);
	if (util > TRN2_POWER_UTIL_MAX)
		util = TRN2_POWER_UTIL_MAX;
	number += (now - power->last_ns) / SAMPLE_NS;
	power->word = (uint32_t)(number << TRN2_POWER_SAMPLE_SHIFT | util);
	power->last_ns = now;
	power->last_busy = busy;
}

uint32_t trn2_misc_ram_read(struct trn2_misc_ram *ram, uint32_t off)
{
	uint32_t value;

	pthread_mutex_lock(&ram->lock);
	value = ram->words[off / 4];
	for (unsigned int die = 0; die < TRN2_DICE; die++)
		if (off == TRN2_MR_POWER(die)) {
			sample_locked(ram, &ram->power[die]);
			value = ram->power[die].word;
		}
	pthread_mutex_unlock(&ram->lock);
	return value;
}

void trn2_misc_ram_post(struct trn2_misc_ram *ram, uint32_t off, uint32_t value)
{
	pthread_mutex_lock(&ram->lock);
	ram->words[off / 4] = value;
	pthread_mutex_unlock(&ram->lock);
}

bool trn2_misc_ram_write(struct trn2_misc_ram *ram, uint32_t off, uint32_t value)
{
	if (off == TRN2_MR_DOORBELL)
		return value;
	if (!read_only(off))
		trn2_misc_ram_post(ram, off, value);
	return false;
}

static void clear_locked(struct trn2_misc_ram *ram)
{
	for (uint32_t off = 0; off < TRN2_MISC_RAM_SIZE; off += 4)
		if (!survives(off))
			ram->words[off / 4] = 0;
}

void trn2_misc_ram_reset(struct trn2_misc_ram *ram)
{
	pthread_mutex_lock(&ram->lock);
	clear_locked(ram);
	ram->words[TRN2_MR_API_VERSION / 4] = TRN2_POWER_API_VERSION;
	ram->words[TRN2_MR_DEVICE_INDEX / 4] = ram->index;
	ram->words[TRN2_MR_SERIAL_LO / 4] = (uint32_t)ram->serial;
	ram->words[TRN2_MR_SERIAL_HI / 4] = ram->serial >> 32;
	pthread_mutex_unlock(&ram->lock);
}

void trn2_misc_ram_init(struct trn2_misc_ram *ram, uint64_t serial,
			uint32_t index, unsigned int workers)
{
	memset(ram, 0, sizeof(*ram));
	pthread_mutex_init(&ram->lock, NULL);
	ram->serial = serial;
	ram->index = index;
	ram->workers = workers;
	for (unsigned int die = 0; die < TRN2_DICE; die++)
		ram->power[die].last_ns = now_ns();
	trn2_misc_ram_reset(ram);
}

void trn2_misc_ram_fini(struct trn2_misc_ram *ram)
{
	pthread_mutex_destroy(&ram->lock);
}

void trn2_power_add(struct trn2_misc_ram *ram, unsigned int die, uint64_t ns)
{
	atomic_fetch_add_explicit(&ram->power[die].busy_ns, ns, memory_order_relaxed);
}
