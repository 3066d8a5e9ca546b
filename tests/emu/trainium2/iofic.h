/* SPDX-License-Identifier: GPL-2.0-only */
/* One group of an interrupt controller: causes, masks and what they let by. */
#ifndef TRN2_IOFIC_H
#define TRN2_IOFIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define IOFIC_GROUP_SIZE	0x40

/* Every member may be read and changed from any thread */
struct iofic_group {
	_Atomic uint32_t cause;
	_Atomic uint32_t mask;
	_Atomic uint32_t control;
	_Atomic uint32_t abort_mask;
	_Atomic uint32_t log_mask;
};

void iofic_reset(struct iofic_group *group);

/* @off: within the group */
uint32_t iofic_read(struct iofic_group *group, uint32_t off);
void iofic_write(struct iofic_group *group, uint32_t off, uint32_t value);

/** iofic_set() - causes from hardware; true: one of them is not masked */
bool iofic_set(struct iofic_group *group, uint32_t causes);

/** iofic_aborts() - one of @causes is to stop the engine */
bool iofic_aborts(struct iofic_group *group, uint32_t causes);

#endif
