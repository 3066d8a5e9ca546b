/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults that a test asks for, by name, so that none is left to luck.
 *
 * A model lists the faults of its chip and asks vfu_fault() at each place where
 * one may strike. Who runs the emulator arms them on the command line
 * (vfu_fault_parse()), a guest through configuration space (fault_regs.h). The
 * server adds the faults that any card can have.
 *
 * Any thread may call what is declared here, unless it says otherwise.
 */
#ifndef VFU_FAULT_H
#define VFU_FAULT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "fault_regs.h"

#define VFU_MAX_FAULTS	32u

/* Faults of any card, numbered before those of the chip */
enum {
	VFU_FAULT_OFF_BUS,	/* all reads are ones, writes are lost, no DMA */
	VFU_FAULT_KILLED,	/* the emulator's process ends */
	VFU_FAULT_DMA,		/* an access to host memory is refused */
	VFU_FAULT_CHIP,		/* the first one of the model */
};

/**
 * struct vfu_fault_kind - a fault there can be
 * @name: shorter than VFU_FAULT_NAME_SIZE
 * @help: what it does and what WHERE and VALUE mean, for people
 */
struct vfu_fault_kind {
	const char *name;
	const char *help;
};

/**
 * struct vfu_fault - one fault
 * @kind: what it is
 * @where: only there, or VFU_FAULT_ANYWHERE
 * @after: chances to let pass
 * @times: how often it may still fire
 * @value: for the fault
 * @fired: how often it did
 * @fired_at: where it did last
 */
struct vfu_fault {
	const struct vfu_fault_kind *kind;
	uint32_t where;
	uint32_t after;
	uint32_t times;
	uint32_t value;
	uint32_t fired;
	uint32_t fired_at;
};

/**
 * struct vfu_faults - the faults of a card
 * @armed: a bit for each that may fire
 * @off_bus: VFU_FAULT_OFF_BUS fired and was not released
 * @lock: guards @fault; @armed changes under it
 * @count: how many there are
 * @changed: a fault was armed or, with @over, disarmed or released. Called with
 *	no lock held by whoever did it; optional
 * @priv: for @changed
 */
struct vfu_faults {
	_Atomic uint32_t armed;
	_Atomic bool off_bus;
	pthread_mutex_t lock;
	unsigned int count;
	struct vfu_fault fault[VFU_MAX_FAULTS];
	void (*changed)(void *priv, unsigned int fault, bool over);
	void *priv;
};

/** vfu_faults_init() - the faults of any card and @count of the chip, none armed */
void vfu_faults_init(struct vfu_faults *faults, const struct vfu_fault_kind *chip,
		     unsigned int count);
void vfu_faults_fini(struct vfu_faults *faults);

/* The slow half of vfu_fault() */
bool vfu_fault_strike(struct vfu_faults *faults, unsigned int fault, uint32_t where,
		      uint32_t *value);

/**
 * vfu_fault() - does this fault strike here and now?
 * @faults: NULL: there are none
 * @fault: its number
 * @where: the place
 * @value: out, if it strikes: the VALUE it was armed with; NULL: not wanted
 *
 * Every call is a chance that counts. It costs one load while the fault is not armed.
 */
static inline bool vfu_fault(struct vfu_faults *faults, unsigned int fault,
			     uint32_t where, uint32_t *value)
{
	return faults &&
	       atomic_load_explicit(&faults->armed, memory_order_relaxed) & 1u << fault &&
	       vfu_fault_strike(faults, fault, where, value);
}

/**
 * vfu_fault_arm() - let a fault happen
 * @setting: where to value; the rest is not looked at
 */
void vfu_fault_arm(struct vfu_faults *faults, unsigned int fault,
		   const struct vfu_fault *setting);

/** vfu_fault_disarm() - let it happen no more, and end what it still does */
void vfu_fault_disarm(struct vfu_faults *faults, unsigned int fault);

/** vfu_fault_release() - end what it still does; it may strike again */
void vfu_fault_release(struct vfu_faults *faults, unsigned int fault);

/** vfu_fault_get() - a copy of its state; true: it is armed */
bool vfu_fault_get(struct vfu_faults *faults, unsigned int fault, struct vfu_fault *out);

/**
 * vfu_fault_parse() - arm what a command line asks for
 * @text: NAME[:where=N][:after=N][:times=N|always][:value=N]
 *
 * Return: NULL, or what is wrong with it.
 */
const char *vfu_fault_parse(struct vfu_faults *faults, const char *text);

/** vfu_faults_print() - names and what they mean, for --help */
void vfu_faults_print(const struct vfu_faults *faults, FILE *out);

/**
 * vfu_fault_off_bus() - is the card off the bus?
 * @at: VFU_AT_*: the access that asks, which may be what makes it so
 *
 * Does not return if this access is the one at which the process ends.
 */
bool vfu_fault_off_bus(struct vfu_faults *faults, uint32_t at);

#endif
