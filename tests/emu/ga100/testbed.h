/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card without a guest: the test plays the host's memory and interrupts, and a
 * driver that builds page tables.
 */
#ifndef GA100_TESTBED_H
#define GA100_TESTBED_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../bed_memory.h"
#include "ga100.h"
#include "tables.h"

#define BED_VRAM	(256ULL << 20)
#define BED_HOST	0x100000000ULL	/* bus address of host memory */
#define BED_HOST_SIZE	0x1000000ULL
#define BED_MESSAGE_SIZE 0x10000ULL	/* behind it: memory that cannot be pinned */

/* Where the testbed builds, at the end of video memory */
#define BED_INST	(BED_VRAM - 0x1000)
#define BED_TABLES	(BED_VRAM - 0x800000)

/**
 * struct bed - a card on a test's bench
 * @memory: of the host
 * @card: the card
 * @host: the bytes of @memory
 * @interrupts: messages so far
 * @lines: lines logged so far
 * @tables: of the one address space the testbed makes
 */
struct bed {
	struct bed_memory memory;
	struct ga100 *card;
	uint8_t *host;
	_Atomic unsigned int interrupts;
	_Atomic unsigned int lines;
	struct ga100_tables tables;
};

struct bed *bed_make(const struct ga100_options *options);
void bed_free(struct bed *bed);

/* For cmocka: a card of BED_VRAM with translated BAR1 */
int bed_setup(void **state);
int bed_teardown(void **state);
#define BED_TEST(name)	cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)

uint32_t bed_reg(struct bed *bed, uint32_t reg);
void bed_set_reg(struct bed *bed, uint32_t reg, uint32_t value);

struct ga100_addr bed_vram(uint64_t offset);
/** bed_host() - byte @offset of host memory, as the card names it */
struct ga100_addr bed_host(uint64_t offset);

/** bed_space() - an instance block at BED_INST with an empty address space */
struct ga100_space bed_space(struct bed *bed);

/**
 * bed_map() - let one page of the space stand for @to
 * @shift: 12, 16, 21 or 29
 * @flags: GA100_PTE_* besides validity, aperture and address
 */
void bed_map(struct bed *bed, uint64_t va, struct ga100_addr to, unsigned int shift,
	     uint64_t flags);

/** bed_map_range() - @len bytes in small pages */
void bed_map_range(struct bed *bed, uint64_t va, struct ga100_addr to, uint64_t len);

/** bed_invalidate() - tell the card that page tables were changed; the others do it */
void bed_invalidate(struct bed *bed);

/** bed_set_entry() - put a page-table entry as it is: shift 12, 16, 21, 29 */
void bed_set_entry(struct bed *bed, uint64_t va, unsigned int shift, uint64_t pte);

#endif
