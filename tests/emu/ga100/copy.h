/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The copy class: what its methods set, whether a launch makes sense, and what is to
 * be copied. Knows nothing of memory.
 */
#ifndef GA100_COPY_H
#define GA100_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../../driver/nvidia/copy_class.h"
#include "../../../driver/nvidia/ga100_host_regs.h"

#define GA100_COPY_WORDS	36

/**
 * struct ga100_copy - what the methods of a channel have set so far
 * @word: see ga100_copy_get()
 */
struct ga100_copy {
	uint32_t word[GA100_COPY_WORDS];
};

/** ga100_copy_get() - the last data of a method that sets something */
uint32_t ga100_copy_get(const struct ga100_copy *copy, uint32_t method);

/** ga100_copy_set() - false: the class has no such method, or it sets nothing */
bool ga100_copy_set(struct ga100_copy *copy, uint32_t method, uint32_t data);

/**
 * struct ga100_copy_side - where one end of a copy is
 * @address: of the first line
 * @pitch: from a line to the next
 * @line: bytes of a line
 * @physical: @address is physical
 * @target: COPY_PHYS_*: and means this
 */
struct ga100_copy_side {
	uint64_t address;
	int64_t pitch;
	uint64_t line;
	bool physical;
	unsigned int target;
};

/**
 * struct ga100_copy_plan - what a launch is going to do
 * @src: where from
 * @dst: where to; @src.line and @dst.line differ if elements do
 * @lines: how many; 0: nothing is copied
 * @elements: of a line, if @remap
 * @remap: elements are put together anew
 * @reads_source: some of the source is wanted
 * @keeps_some: some of the destination stays what it is
 * @component: bytes of a component
 * @n_src: components of a source element
 * @n_dst: likewise, of the destination
 * @from: where each of them comes from, COPY_REMAP_*
 * @constant: COPY_REMAP_CONST_A, COPY_REMAP_CONST_B
 */
struct ga100_copy_plan {
	struct ga100_copy_side src;
	struct ga100_copy_side dst;
	uint64_t lines;
	uint64_t elements;
	bool remap;
	bool reads_source;
	bool keeps_some;
	unsigned int component;
	unsigned int n_src;
	unsigned int n_dst;
	uint8_t from[4];
	uint32_t constant[2];
};

/** ga100_copy_plan() - 0, or GA100_LAUNCHERR_*: why this launch is refused */
uint8_t ga100_copy_plan(const struct ga100_copy *copy, uint32_t launch,
			struct ga100_copy_plan *plan);

/** ga100_copy_is_physical() - the launch names physical addresses */
bool ga100_copy_is_physical(uint32_t launch);

/** ga100_copy_semaphore() - address of the semaphore to be released */
uint64_t ga100_copy_semaphore(const struct ga100_copy *copy);

/**
 * ga100_copy_remap() - put elements together
 * @dst: holds what is there before, if @plan->keeps_some
 */
void ga100_copy_remap(const struct ga100_copy_plan *plan, const uint8_t *src, uint8_t *dst,
		      size_t elements);

#endif
