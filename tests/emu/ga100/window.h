/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BAR1 and BAR2: windows through which the host's processor sees memory, either
 * video memory as it is or an address space.
 */
#ifndef GA100_WINDOW_H
#define GA100_WINDOW_H

#include <pthread.h>

#include "mmu.h"

/**
 * struct ga100_window - one window
 * @engine: GA100_MMU_ENGINE_BAR1 or GA100_MMU_ENGINE_BAR2
 * @can_translate: accesses pass here at all, rather than go to mapped memory
 * @lock: guards the rest
 * @block: the register as written
 * @space: what it shows, if GA100_BAR_BLOCK_VIRTUAL is set in @block
 */
struct ga100_window {
	uint16_t engine;
	bool can_translate;
	pthread_mutex_t lock;
	uint32_t block;
	struct ga100_space space;
};

void ga100_window_init(struct ga100_window *window, uint16_t engine, bool can_translate);
void ga100_window_fini(struct ga100_window *window);
void ga100_window_reset(struct ga100_window *window);

/** ga100_window_block() - the register; any thread */
uint32_t ga100_window_block(struct ga100_window *window);

/** ga100_window_space() - the address space it shows; any thread */
struct ga100_space ga100_window_space(struct ga100_window *window);

/** ga100_window_bind() - the guest writes the register: load what it names */
void ga100_window_bind(struct ga100 *card, struct ga100_window *window, uint32_t block);

/** ga100_window_read() - any length; what cannot be reached is a fault and reads as ones */
void ga100_window_read(struct ga100 *card, struct ga100_window *window, uint64_t off,
		       void *buf, size_t len);
void ga100_window_write(struct ga100 *card, struct ga100_window *window, uint64_t off,
			const void *buf, size_t len);

#endif
