/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ga100 - a model of the A100 accelerator (GA100 chip).
 *
 * The card knows nothing of sockets or guests: it answers accesses to its BARs
 * and reaches host memory and interrupts through &struct emu_host. gantry-emu
 * puts a vfio-user server in front of it, a test plays both parts itself.
 *
 * Threads: BAR accesses come from one thread at a time; engines have threads of
 * their own.
 */
#ifndef GA100_CARD_H
#define GA100_CARD_H

#include "../host.h"

struct ga100;

/**
 * struct ga100_options - one card
 * @vram_size: bytes of video memory
 * @serial: serial number
 * @index: position in the machine; the cards of a machine differ in it
 * @bar1_translated: BAR1 goes through page tables when the guest asks for it,
 *	which costs a message an access. Otherwise BAR1 is video memory, which the
 *	guest maps, and asking for page tables there is an error.
 * @in_step: a register write returns when all that it set going is done; for hosts
 *	whose memory can be pinned
 */
struct ga100_options {
	uint64_t vram_size;
	uint64_t serial;
	unsigned int index;
	bool bar1_translated;
	bool in_step;
};

#define GA100_INDEX_MAX		31u
#define GA100_VRAM_DEFAULT	(4ULL << 30)

/** ga100_options_check() - NULL, or a sentence for the user: why there is no such card */
const char *ga100_options_check(const struct ga100_options *options);

/**
 * ga100_create() - a card fresh from reset
 * @options: checked with ga100_options_check()
 * @host: must outlive the card
 * @host_priv: handed to every call of @host
 * @out: the card
 *
 * Return: 0 or -errno.
 */
int ga100_create(const struct ga100_options *options, const struct emu_host *host,
		 void *host_priv, struct ga100 **out);

/** ga100_stop() - end every thread; only ga100_destroy() may follow */
void ga100_stop(struct ga100 *card);

/** ga100_destroy() - stop and free the card; NULL is fine */
void ga100_destroy(struct ga100 *card);

/**
 * ga100_describe() - fill in what PCI shows of the card
 * @card: must outlive whatever uses @options: its BARs point into the card
 * @options: wiped, then filled in
 */
void ga100_describe(struct ga100 *card, struct vfu_options *options);

/** ga100_bar_read() - any length and alignment; returns 0 */
int ga100_bar_read(struct ga100 *card, unsigned int bar, uint64_t off, void *buf, size_t len);

/** ga100_bar_write() - likewise */
int ga100_bar_write(struct ga100 *card, unsigned int bar, uint64_t off, const void *buf,
		    size_t len);

/** ga100_reset() - a PCI reset: everything but the contents of video memory */
void ga100_reset(struct ga100 *card);

/** ga100_faults() - what can be made to go wrong, and is armed; see fault.h */
struct vfu_faults *ga100_faults(struct ga100 *card);

#endif
