/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the guest hears of bad accesses: two buffers of fault entries, and a set of
 * registers for what has no place in a buffer.
 */
#ifndef GA100_MMU_FAULT_H
#define GA100_MMU_FAULT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

/**
 * struct ga100_mmu_fault - one bad access
 * @inst: instance block of the address space
 * @va: where
 * @type: GA100_FAULT_*
 * @access: GA100_ACCESS_*
 * @engine: GA100_MMU_ENGINE_*
 * @client: GA100_MMU_CLIENT_*, behind the hub
 * @replayable: whoever faulted waits and will try again on a replay
 * @replay_enabled: the space allows replayable faults
 */
struct ga100_mmu_fault {
	struct ga100_addr inst;
	uint64_t va;
	uint8_t type;
	uint8_t access;
	uint16_t engine;
	uint8_t client;
	bool replayable;
	bool replay_enabled;
};

/**
 * struct ga100_fault_buffer - one buffer's registers
 * @base: LO and HI
 * @get: next entry the guest will read
 * @put: next entry to be written
 * @size: entries, and the control bits
 * @flags: GA100_FAULT_BUFFER_OVERFLOW, GA100_FAULT_BUFFER_CORRUPTED
 * @failed: the last entry could not be written
 */
struct ga100_fault_buffer {
	uint64_t base;
	uint32_t get;
	uint32_t put;
	uint32_t size;
	uint32_t flags;
	bool failed;
};

/**
 * struct ga100_mmu_faults - what was reported
 * @lock: guards the rest
 * @buffers: by GA100_FAULT_BUFFER_*
 * @info: the five words at GA100_FAULT_ADDR_LO, of the fault that holds them
 * @status: GA100_FAULT_STATUS: VALID and the DROPPED bits
 */
struct ga100_mmu_faults {
	pthread_mutex_t lock;
	struct ga100_fault_buffer buffers[GA100_FAULT_BUFFERS];
	uint32_t info[5];
	uint32_t status;
};

void ga100_mmu_faults_init(struct ga100_mmu_faults *faults);
void ga100_mmu_faults_fini(struct ga100_mmu_faults *faults);
void ga100_mmu_faults_reset(struct ga100_mmu_faults *faults);

/**
 * ga100_mmu_fault_report() - tell the guest; any thread
 *
 * Faults of BAR1, BAR2 and physical accesses go to the registers; so do all others
 * while their buffer is not enabled. The rest go to a buffer, replayable ones to
 * theirs, and are lost when it overflows.
 */
void ga100_mmu_fault_report(struct ga100 *card, const struct ga100_mmu_fault *fault);

/* Registers, for GA100_FAULT_BUFFER_* and GA100_FAULT_*; true: it is one of them */
bool ga100_mmu_fault_read(struct ga100 *card, uint32_t reg, uint32_t *value);
bool ga100_mmu_fault_write(struct ga100 *card, uint32_t reg, uint32_t value);

#endif
