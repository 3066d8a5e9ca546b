/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Misc RAM: a page of words through which firmware and host talk. Firmware
 * publishes what the card is and how it fares; the host leaves requests, and
 * its own notes, which survive a reset.
 */
#ifndef TRN2_MISC_RAM_H
#define TRN2_MISC_RAM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../../driver/trainium/trainium_regs.h"

/**
 * struct trn2_power - how busy a die is, as its sensor has it
 * @busy_ns: time that workers spent on its engines, ever
 * @last_busy: @busy_ns at the last sample
 * @last_ns: time of the last sample
 * @word: the last sample, as the register shows it
 */
struct trn2_power {
	_Atomic uint64_t busy_ns;
	uint64_t last_busy;
	uint64_t last_ns;
	uint32_t word;
};

/**
 * struct trn2_misc_ram - the page
 * @lock: guards the words and the power samples
 * @words: one a register
 * @power: by die
 * @serial: published by firmware, likewise @index
 * @workers: how many may be busy at once: 100 %
 */
struct trn2_misc_ram {
	pthread_mutex_t lock;
	uint32_t words[TRN2_MISC_RAM_SIZE / 4];
	struct trn2_power power[TRN2_DICE];
	uint64_t serial;
	uint32_t index;
	unsigned int workers;
};

void trn2_misc_ram_init(struct trn2_misc_ram *ram, uint64_t serial,
			uint32_t index, unsigned int workers);
void trn2_misc_ram_fini(struct trn2_misc_ram *ram);

/** trn2_misc_ram_reset() - what firmware does at its start */
void trn2_misc_ram_reset(struct trn2_misc_ram *ram);

uint32_t trn2_misc_ram_read(struct trn2_misc_ram *ram, uint32_t off);

/** trn2_misc_ram_write() - true: firmware's doorbell was rung */
bool trn2_misc_ram_write(struct trn2_misc_ram *ram, uint32_t off, uint32_t value);

/** trn2_misc_ram_post() - firmware writes, also where the host cannot */
void trn2_misc_ram_post(struct trn2_misc_ram *ram, uint32_t off, uint32_t value);

/** trn2_power_add() - engines of @die kept a worker busy for @ns */
void trn2_power_add(struct trn2_misc_ram *ram, unsigned int die, uint64_t ns);

#endif
