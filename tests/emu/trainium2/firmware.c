// SPDX-License-Identifier: GPL-2.0-only
#include "firmware.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "model.h"

/* A reset that was asked to fail stays where it began, until another is asked for */
static bool reset_fails(struct trn2_firmware *fw)
{
	return vfu_fault(&fw->card->faults, TRN2_FAULT_RESET, 0, NULL);
}

static void begin_reset(struct trn2_firmware *fw)
{
	pthread_mutex_lock(&fw->resetting);
	trn2_misc_ram_post(&fw->card->misc_ram, TRN2_MR_STATUS, TRN2_STATUS_IN_RESET);
}

static void end_reset(struct trn2_firmware *fw)
{
	trn2_misc_ram_post(&fw->card->misc_ram, TRN2_MR_STATUS, 0);
	pthread_mutex_unlock(&fw->resetting);
}

/* The kind reads zero as soon as the request is taken, the status later */
static void misc_ram_reset(struct trn2_firmware *fw, uint32_t kind)
{
	struct trn2_misc_ram *ram = &fw->card->misc_ram;
	uint32_t map = trn2_misc_ram_read(ram, TRN2_MR_RESET_MAP);

	begin_reset(fw);
	trn2_misc_ram_post(ram, TRN2_MR_RESET, 0);
	if (reset_fails(fw)) {
		pthread_mutex_unlock(&fw->resetting);
		return;
	}
	if (kind == TRN2_RESET_DEVICE)
		trn2_reset_device(fw->card);
	else if (kind == TRN2_RESET_CORES)
		trn2_reset_cores(fw->card, map);
	end_reset(fw);
}

static void look_at_misc_ram(struct trn2_firmware *fw)
{
	uint32_t kind = trn2_misc_ram_read(&fw->card->misc_ram, TRN2_MR_RESET);

	if (kind)
		misc_ram_reset(fw, kind);
	else
		trn2_mailbox_answer(fw->card);
}

static void qemu_reset(struct trn2_firmware *fw, uint32_t map)
{
	if (reset_fails(fw))
		return;
	begin_reset(fw);
	if (map)
		trn2_reset_cores(fw->card, map);
	else
		trn2_reset_device(fw->card);
	end_reset(fw);
	atomic_store(&fw->card->qemu_reset, 0);
}

static void *firmware(void *arg)
{
	struct trn2_firmware *fw = arg;

	pthread_mutex_lock(&fw->lock);
	while (!fw->stop) {
		bool doorbell = fw->doorbell;
		bool reset = fw->qemu_reset;
		uint32_t map = fw->qemu_map;

		if (!doorbell && !reset) {
			pthread_cond_wait(&fw->rung, &fw->lock);
			continue;
		}
		fw->doorbell = false;
		fw->qemu_reset = false;
		pthread_mutex_unlock(&fw->lock);
		if (reset)
			qemu_reset(fw, map);
		if (doorbell)
			look_at_misc_ram(fw);
		pthread_mutex_lock(&fw->lock);
	}
	pthread_mutex_unlock(&fw->lock);
	return NULL;
}

/* Signals are for the thread that serves the guest */
static void start_locked(struct trn2_firmware *fw)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	fw->running = !pthread_create(&fw->thread, NULL, firmware, fw);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void wake_locked(struct trn2_firmware *fw)
{
	if (!fw->running && !fw->stop)
		start_locked(fw);
	pthread_cond_signal(&fw->rung);
}

void trn2_firmware_kick(struct trn2_firmware *fw)
{
	pthread_mutex_lock(&fw->lock);
	fw->doorbell = true;
	wake_locked(fw);
	pthread_mutex_unlock(&fw->lock);
}

/* A map of zero means everything, so it cannot also mean "still at it" */
void trn2_firmware_qemu_reset(struct trn2_firmware *fw, uint32_t map)
{
	atomic_store(&fw->card->qemu_reset, map ? map : UINT32_MAX);
	pthread_mutex_lock(&fw->lock);
	fw->qemu_reset = true;
	fw->qemu_map = map;
	wake_locked(fw);
	pthread_mutex_unlock(&fw->lock);
}

void trn2_firmware_pci_reset(struct trn2_firmware *fw)
{
	begin_reset(fw);
	trn2_reset_device(fw->card);
	end_reset(fw);
}

void trn2_firmware_init(struct trn2_firmware *fw, struct trn2_card *card)
{
	memset(fw, 0, sizeof(*fw));
	fw->card = card;
	pthread_mutex_init(&fw->lock, NULL);
	pthread_mutex_init(&fw->resetting, NULL);
	pthread_cond_init(&fw->rung, NULL);
}

void trn2_firmware_stop(struct trn2_firmware *fw)
{
	pthread_mutex_lock(&fw->lock);
	fw->stop = true;
	pthread_cond_signal(&fw->rung);
	pthread_mutex_unlock(&fw->lock);
	if (fw->running)
		pthread_join(fw->thread, NULL);
	fw->running = false;
}

void trn2_firmware_fini(struct trn2_firmware *fw)
{
	trn2_firmware_stop(fw);
	pthread_cond_destroy(&fw->rung);
	pthread_mutex_destroy(&fw->resetting);
	pthread_mutex_destroy(&fw->lock);
}
