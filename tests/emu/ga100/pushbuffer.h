/* SPDX-License-Identifier: GPL-2.0-only */
/* From the words of a pushbuffer to methods. Knows nothing of where they come from. */
#ifndef GA100_PUSHBUFFER_H
#define GA100_PUSHBUFFER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct ga100_pushbuffer - how far the words have been understood; these are a
 *	channel's registers
 * @header: GA100_RAMFC_PB_HEADER
 * @count: GA100_RAMFC_PB_COUNT
 * @subdevice: GA100_RAMFC_SUBDEVICE
 */
struct ga100_pushbuffer {
	uint32_t header;
	uint32_t count;
	uint32_t subdevice;
};

/**
 * struct ga100_method - an operation: an address and a word of data
 * @word: GA100_RAMFC_METHOD: GA100_METHOD_ADDR, GA100_METHOD_SUBCH(), ...
 * @data: GA100_RAMFC_DATA
 */
struct ga100_method {
	uint32_t word;
	uint32_t data;
};

/* What a word turned out to be */
enum ga100_word {
	GA100_WORD_NOTHING,	/* nothing to be done */
	GA100_WORD_METHOD,	/* a method is complete */
	GA100_WORD_END,		/* the rest of the segment does not count */
	GA100_WORD_BAD,		/* no instruction; nothing changed but @header */
};

/** ga100_pushbuffer_wants_data() - the next word is data, no instruction */
bool ga100_pushbuffer_wants_data(const struct ga100_pushbuffer *pb);

/** ga100_pushbuffer_active() - methods are meant for this subdevice now */
bool ga100_pushbuffer_active(const struct ga100_pushbuffer *pb);

/**
 * ga100_pushbuffer_take() - the next word
 * @where: GA100_PB_HEADER_SUBROUTINE, _FIRST, _CONDITIONAL, _FINAL: where the word is
 * @method: out, with GA100_WORD_METHOD
 */
enum ga100_word ga100_pushbuffer_take(struct ga100_pushbuffer *pb, uint32_t word, uint32_t where,
				      struct ga100_method *method);

#endif
