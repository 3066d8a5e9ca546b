/* SPDX-License-Identifier: GPL-2.0-only */
/* The register space: who answers at which offset of BAR 0. */
#ifndef GA100_BAR0_H
#define GA100_BAR0_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ga100;

/**
 * struct ga100_block - a stretch of registers; each part of the chip exports some
 * @name: for people
 * @base: first register
 * @size: bytes
 * @read: a register, by its offset in BAR 0. False: there is none, and the read
 *	gives GA100_PRI_ERROR_DECODE
 * @write: likewise; false: the write is lost
 * @load: instead of @read, for memory: any length and alignment within the block
 * @store: likewise
 *
 * Called from the thread of BAR accesses, for which the guest's processor waits.
 */
struct ga100_block {
	const char *name;
	uint32_t base;
	uint32_t size;
	bool (*read)(struct ga100 *card, uint32_t reg, uint32_t *value);
	bool (*write)(struct ga100 *card, uint32_t reg, uint32_t value);
	void (*load)(struct ga100 *card, uint32_t off, void *buf, size_t len);
	void (*store)(struct ga100 *card, uint32_t off, const void *buf, size_t len);
};

/** ga100_bar0_read() - any length and alignment within BAR 0 */
void ga100_bar0_read(struct ga100 *card, uint32_t off, void *buf, size_t len);

/** ga100_bar0_write() - registers take whole words, anything narrower is lost */
void ga100_bar0_write(struct ga100 *card, uint32_t off, const void *buf, size_t len);

#endif
