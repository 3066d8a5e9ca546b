/* SPDX-License-Identifier: GPL-2.0-only */
/* What is where in the address space that the engines see. */
#ifndef TRN2_ADDRESS_H
#define TRN2_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../vfio-user/vfu.h"

struct trn2_card;

enum trn2_target {
	TRN2_NOWHERE,
	TRN2_MEMORY,	/* at span.ptr */
	TRN2_HOST,	/* host memory that only messages reach */
	TRN2_REGISTERS,	/* in APB */
};

/**
 * struct trn2_span - a piece of address space, all of one kind
 * @target: what is there
 * @ptr: of TRN2_MEMORY
 * @at: bus address of TRN2_HOST, APB offset of TRN2_REGISTERS
 * @len: how much of what was asked for; never 0
 * @pin: holds @ptr in place if @pinned
 * @pinned: the span is host memory
 */
struct trn2_span {
	enum trn2_target target;
	uint8_t *ptr;
	uint64_t at;
	size_t len;
	struct vfu_pin pin;
	bool pinned;
};

/**
 * trn2_span_get() - find out what is at an address
 * @card: the card
 * @host: the requester reaches host memory
 * @addr: as engines see it
 * @len: not 0
 * @write: it will be written
 * @span: the result, to be given back with trn2_span_put()
 */
void trn2_span_get(struct trn2_card *card, bool host, uint64_t addr, size_t len,
		   bool write, struct trn2_span *span);
void trn2_span_put(struct trn2_card *card, struct trn2_span *span);

enum trn2_copy { TRN2_COPIED, TRN2_SOURCE_FAULT, TRN2_DEST_FAULT };

/**
 * trn2_copy() - copy between any two addresses
 * @len: may be 0
 *
 * Aligned copies of four or eight bytes are single stores that nothing written
 * before can be seen after: rings and markers rely on it. Return: what went
 * wrong; a part may have been copied then.
 */
enum trn2_copy trn2_copy(struct trn2_card *card, bool host, uint64_t src,
			 uint64_t dst, size_t len);

/** trn2_read() - from an address into the emulator; false: fault */
bool trn2_read(struct trn2_card *card, bool host, uint64_t addr, void *buf,
	       size_t len);

/** trn2_write() - the other way; ordered like trn2_copy() */
bool trn2_write(struct trn2_card *card, bool host, uint64_t addr,
		const void *buf, size_t len);

#endif
