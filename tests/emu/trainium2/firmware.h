/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The card's firmware: a thread that sleeps until the doorbell in misc RAM is
 * rung, then carries out the reset or answers the request it finds there.
 */
#ifndef TRN2_FIRMWARE_H
#define TRN2_FIRMWARE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct trn2_card;

/**
 * struct trn2_firmware - the thread
 * @lock: guards what follows
 * @rung: one of the next two was set, or @stop
 * @doorbell: look at misc RAM
 * @qemu_reset: carry out @qemu_map
 * @running: the thread was started
 * @resetting: held for the length of a reset, by whoever does one
 */
struct trn2_firmware {
	struct trn2_card *card;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t rung;
	bool doorbell;
	bool qemu_reset;
	uint32_t qemu_map;
	bool running;
	bool stop;
	pthread_mutex_t resetting;
};

void trn2_firmware_init(struct trn2_firmware *fw, struct trn2_card *card);

/** trn2_firmware_stop() - end the thread, once what it is at is done */
void trn2_firmware_stop(struct trn2_firmware *fw);

/** trn2_firmware_fini() - stop and undo trn2_firmware_init() */
void trn2_firmware_fini(struct trn2_firmware *fw);

/** trn2_firmware_kick() - the doorbell; never waits for what it starts */
void trn2_firmware_kick(struct trn2_firmware *fw);

/** trn2_firmware_qemu_reset() - TRN2_APB_RESET_QEMU was written */
void trn2_firmware_qemu_reset(struct trn2_firmware *fw, uint32_t map);

/** trn2_firmware_pci_reset() - reset the device here and now */
void trn2_firmware_pci_reset(struct trn2_firmware *fw);

/* mailbox.c */

/** trn2_mailbox_answer() - the request that misc RAM points to */
void trn2_mailbox_answer(struct trn2_card *card);

#endif
