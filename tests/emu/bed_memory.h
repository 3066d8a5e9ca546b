/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host memory of a card that has no guest, for tests: some that can be pinned and,
 * behind it, some that only messages reach. All else faults.
 */
#ifndef EMU_BED_MEMORY_H
#define EMU_BED_MEMORY_H

#include "host.h"

/**
 * struct bed_memory - first in what a test gives to its card as its priv
 * @base: bus address of its first byte
 * @size: bytes that can be pinned
 * @message_size: bytes behind them
 * @at: all of them
 * @pins: pieces held now
 */
struct bed_memory {
	uint64_t base;
	uint64_t size;
	uint64_t message_size;
	uint8_t *at;
	_Atomic unsigned int pins;
};

/** bed_memory_init() - @base to @message_size are set; all zero */
void bed_memory_init(struct bed_memory *memory);

/** bed_memory_fini() - nothing may be pinned any more */
void bed_memory_fini(struct bed_memory *memory);

/* As struct emu_host has them */
int bed_memory_pin(void *priv, uint64_t iova, size_t len, bool write, struct vfu_pin *out);
void bed_memory_unpin(void *priv, struct vfu_pin *out);
int bed_memory_read(void *priv, uint64_t iova, void *buf, size_t len);
int bed_memory_write(void *priv, uint64_t iova, const void *buf, size_t len);

#endif
