/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trn2 - a model of the Trainium2 accelerator.
 *
 * The card knows nothing of sockets or guests: it answers accesses to its BARs
 * and reaches host memory through &struct emu_host. gantry-emu puts a
 * vfio-user server in front of it, a test plays both parts itself.
 *
 * Threads: BAR accesses come from one thread at a time and never wait for a
 * copy, unless asked to (&trn2_options.in_step); copies run on worker threads,
 * firmware on a thread of its own.
 */
#ifndef TRN2_CARD_H
#define TRN2_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../host.h"
#include "../vfio-user/fault.h"

struct trn2_card;
struct trn2_layout;

/**
 * struct trn2_options - one card
 * @layout: from trn2_layout_find()
 * @hbm_size: bytes in all four stacks together
 * @serial: serial number
 * @index: position in the server, 0 to 31
 * @workers: most threads that copy; 0: one a CPU
 * @in_step: a write to a BAR returns when all that it set going is done; for
 *	hosts whose memory can be pinned
 */
struct trn2_options {
	const struct trn2_layout *layout;
	uint64_t hbm_size;
	uint64_t serial;
	unsigned int index;
	unsigned int workers;
	bool in_step;
};

#define TRN2_INDEX_MAX		31u

/** trn2_layout_find() - "silicon" or "rev255"; NULL: neither */
const struct trn2_layout *trn2_layout_find(const char *name);

/**
 * trn2_options_check() - say why a card cannot be made
 *
 * Return: NULL if it can, else a sentence for the user.
 */
const char *trn2_options_check(const struct trn2_options *options);

/**
 * trn2_card_create() - a card fresh from reset
 * @options: checked with trn2_options_check()
 * @host: must outlive the card
 * @host_priv: handed to every call of @host
 * @out: the card
 *
 * Return: 0 or -errno.
 */
int trn2_card_create(const struct trn2_options *options,
		     const struct emu_host *host, void *host_priv,
		     struct trn2_card **out);

/**
 * trn2_card_stop() - end every thread of the card
 *
 * After it the card no longer reaches for host memory, so that what is behind
 * &struct emu_host may go. Only trn2_card_destroy() may follow.
 */
void trn2_card_stop(struct trn2_card *card);

/** trn2_card_destroy() - stop and free the card; NULL is fine */
void trn2_card_destroy(struct trn2_card *card);

/**
 * trn2_card_describe() - fill in what PCI shows of the card
 * @card: must outlive whatever uses @options: its BARs point into the card
 * @options: wiped, then filled in
 */
void trn2_card_describe(struct trn2_card *card, struct vfu_options *options);

/** trn2_bar_read() - any length and alignment; returns 0 */
int trn2_bar_read(struct trn2_card *card, unsigned int bar, uint64_t off,
		  void *buf, size_t len);

/** trn2_bar_write() - likewise */
int trn2_bar_write(struct trn2_card *card, unsigned int bar, uint64_t off,
		   const void *buf, size_t len);

/** trn2_card_reset() - a PCI reset: everything but the contents of HBM */
void trn2_card_reset(struct trn2_card *card);

/** trn2_card_faults() - what can be made to go wrong, and is armed; see fault.h */
struct vfu_faults *trn2_card_faults(struct trn2_card *card);

/** trn2_card_hbm() - the emulator's own view of a stack, for tests */
void *trn2_card_hbm(struct trn2_card *card, unsigned int stack, uint64_t *size);

#endif
