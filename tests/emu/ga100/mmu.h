/* SPDX-License-Identifier: GPL-2.0-only */
/* From a virtual address to a physical one, through the page tables of a space. */
#ifndef GA100_MMU_H
#define GA100_MMU_H

#include "memory.h"

/**
 * struct ga100_space - an address space, as an instance block describes it, and
 *	who looks at it
 * @inst: the instance block
 * @pdb: top page directory
 * @valid: the block names a page directory in the one format there is
 * @big_64k: big pages are 64 KiB, else 128 KiB
 * @replayable: faults of clients that can wait may be replayed
 * @privileged: may use pages that are marked so. ga100_space_load() says no
 * @engine: GA100_MMU_ENGINE_*: the caller's, for faults. ga100_space_load() leaves it
 */
struct ga100_space {
	struct ga100_addr inst;
	struct ga100_addr pdb;
	bool valid;
	bool big_64k;
	bool replayable;
	bool privileged;
	uint16_t engine;
};

/* As the fault buffer has it */
enum ga100_access {
	GA100_READ = GA100_ACCESS_READ,
	GA100_WRITE = GA100_ACCESS_WRITE,
	GA100_ATOMIC = GA100_ACCESS_ATOMIC,
};

/**
 * struct ga100_translation - what a virtual address stands for
 * @addr: the physical address
 * @len: bytes from there to the end of the page
 * @kind: of the page
 * @sparse: there is nothing there and that is fine: reads give zeroes, writes are
 *	lost. @addr says nothing
 * @fault: GA100_FAULT_*, if it stands for nothing
 */
struct ga100_translation {
	struct ga100_addr addr;
	uint64_t len;
	uint8_t kind;
	bool sparse;
	uint8_t fault;
};

/**
 * ga100_space_load() - read an instance block
 *
 * What is wrong with the block shows in the space, which then faults at every
 * address. Return: 0, or what ga100_mem_read() said to reading it.
 */
int ga100_space_load(struct ga100 *card, struct ga100_addr inst, struct ga100_space *space);

/**
 * ga100_mmu_translate() - look an address up; any thread
 *
 * Return: true; false: @out->fault says why not.
 */
bool ga100_mmu_translate(struct ga100 *card, const struct ga100_space *space, uint64_t va,
			 enum ga100_access access, struct ga100_translation *out);

/**
 * struct ga100_bad_access - where and why an access failed
 * @va: the first address that could not be reached
 * @access: what was tried
 * @fault: GA100_FAULT_*
 */
struct ga100_bad_access {
	uint64_t va;
	enum ga100_access access;
	uint8_t fault;
};

/**
 * ga100_mmu_read() - read [@va, @va + @len); any thread
 *
 * Return: true; false: @bad says what happened, and the start may have been read.
 */
bool ga100_mmu_read(struct ga100 *card, const struct ga100_space *space, uint64_t va, void *buf,
		    size_t len, struct ga100_bad_access *bad);

/** ga100_mmu_write() - likewise; ordered as ga100_mem_write() is */
bool ga100_mmu_write(struct ga100 *card, const struct ga100_space *space, uint64_t va,
		     const void *buf, size_t len, struct ga100_bad_access *bad);

#endif
