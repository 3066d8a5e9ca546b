// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables that the driver builds, as the card reads them: what was mapped is found
 * where it is, and nothing else is found. The tables reach the card's memory only by
 * what the driver says it changed.
 */
#include <errno.h>
#include <stdlib.h>

#include "testbed.h"
#include "../../../driver/nvidia/ga100_table.h"

#define TABLES		0x1000000ULL	/* where they are in video memory */
#define TABLES_MAX	1024
#define SMALL		0x1000ULL
#define LARGE		0x200000ULL
#define SYS		GA100_APERTURE_SYS_COHERENT

/**
 * struct pager - who keeps the tables
 * @words: what each holds, as the driver knows it
 * @live: tables there are
 * @limit: most there may be
 */
struct pager {
	struct bed *bed;
	u64 words[TABLES_MAX][GA100_TABLE_WORDS];
	bool taken[TABLES_MAX];
	unsigned int live;
	unsigned int limit;
	u64 root;
	struct ga100_space space;
};

static u64 *pager_words(void *priv, u64 table)
{
	struct pager *pager = priv;

	assert_true(table >= TABLES && (table - TABLES) / GA100_TABLE_SIZE < TABLES_MAX);
	assert_int_equal(table % GA100_TABLE_SIZE, 0);
	return pager->words[(table - TABLES) / GA100_TABLE_SIZE];
}

static void pager_changed(void *priv, u64 table, u32 first, u32 count)
{
	struct pager *pager = priv;
	u64 *words = pager_words(pager, table);

	assert_true(first + count <= GA100_TABLE_WORDS);
	memcpy(pager->bed->card->vram.at + table + first * sizeof(u64), words + first,
	       count * sizeof(u64));
}

static u64 pager_create(void *priv)
{
	struct pager *pager = priv;
	unsigned int i = 0;
	u64 table;

	if (pager->live == pager->limit)
		return 0;
	while (pager->taken[i])
		i++;
	pager->taken[i] = true;
	pager->live++;
	table = TABLES + i * GA100_TABLE_SIZE;
	memset(pager->words[i], 0, GA100_TABLE_SIZE);
	pager_changed(pager, table, 0, GA100_TABLE_WORDS);
	return table;
}

static void pager_destroy(void *priv, u64 table)
{
	struct pager *pager = priv;
	unsigned int i = (table - TABLES) / GA100_TABLE_SIZE;

	assert_true(pager->taken[i]);
	pager->taken[i] = false;
	pager->live--;
}

static const struct ga100_pager ops = {
	.create = pager_create,
	.destroy = pager_destroy,
	.words = pager_words,
	.changed = pager_changed,
};

static int pager_setup(void **state)
{
	struct pager *pager = calloc(1, sizeof(*pager));
	void *bed;

	if (!pager || bed_setup(&bed))
		return -1;
	pager->bed = bed;
	pager->limit = TABLES_MAX;
	pager->root = pager_create(pager);
	pager->space = bed_space(bed);
	pager->space.pdb = bed_vram(pager->root);
	*state = pager;
	return 0;
}

static int pager_teardown(void **state)
{
	struct pager *pager = *state;
	void *bed = pager->bed;

	ga100_table_destroy(&ops, pager, pager->root);
	assert_int_equal(pager->live, 0);
	free(pager);
	return bed_teardown(&bed);
}

static int map(struct pager *pager, u64 va, u64 addr, u32 aperture, u64 size)
{
	return ga100_table_map(&ops, pager, pager->root, va, addr, aperture, size);
}

static void unmap(struct pager *pager, u64 va, u64 size)
{
	ga100_table_unmap(&ops, pager, pager->root, va, size);
	bed_set_reg(pager->bed, GA100_INVALIDATE_PDB, pager->root >> 8);
	bed_set_reg(pager->bed, GA100_INVALIDATE_PDB_HI, 0);
	bed_set_reg(pager->bed, GA100_INVALIDATE, GA100_INVALIDATE_TRIGGER |
		    GA100_INVALIDATE_ALL_VA);
}

/* Returns how much from there is in the same page. */
static u64 expect(struct pager *pager, u64 va, u64 addr, u32 aperture)
{
	struct ga100_translation out;

	assert_true(ga100_mmu_translate(pager->bed->card, &pager->space, va, GA100_WRITE, &out));
	assert_int_equal(out.addr.aperture, aperture);
	assert_int_equal(out.addr.offset, addr);
	assert_false(out.sparse);
	return out.len;
}

static void expect_nothing(struct pager *pager, u64 va)
{
	struct ga100_translation out;

	assert_false(ga100_mmu_translate(pager->bed->card, &pager->space, va, GA100_READ, &out));
}

static void memory_is_found_where_it_was_mapped(void **state)
{
	struct pager *pager = *state;
	u64 va = 1ULL << 40, size = 3 * LARGE + 5 * SMALL, at;

	assert_int_equal(map(pager, va, 0x2345000, GA100_APERTURE_VRAM, size), 0);
	for (at = 0; at < size; at += SMALL)
		expect(pager, va + at, 0x2345000 + at, GA100_APERTURE_VRAM);
	expect_nothing(pager, va - 1);
	expect_nothing(pager, va + size);
}

static void pages_are_as_large_as_they_can_be(void **state)
{
	struct pager *pager = *state;
	u64 va = (1ULL << 40) + LARGE - SMALL, size = 2 * LARGE + 2 * SMALL;

	/* One small page, two large ones, one small */
	assert_int_equal(map(pager, va, 3 * LARGE - SMALL, SYS, size), 0);
	assert_int_equal(expect(pager, va, 3 * LARGE - SMALL, SYS), SMALL);
	assert_int_equal(expect(pager, va + SMALL, 3 * LARGE, SYS), LARGE);
	assert_int_equal(expect(pager, va + SMALL + LARGE, 4 * LARGE, SYS), LARGE);
	assert_int_equal(expect(pager, va + size - SMALL, 5 * LARGE, SYS), SMALL);
	/* 512 MiB, as video memory is for what zeroes it */
	assert_int_equal(map(pager, 1ULL << 48, 1ULL << 29, SYS, 1ULL << 29), 0);
	assert_int_equal(expect(pager, 1ULL << 48, 1ULL << 29, SYS), 1ULL << 29);
}

static void memory_that_was_unmapped_is_not_found(void **state)
{
	struct pager *pager = *state;
	u64 va = 1ULL << 40, size = 2 * LARGE + 3 * SMALL, at;

	assert_int_equal(map(pager, va, 0, SYS, size), 0);
	assert_int_equal(map(pager, va + size, 0x5000, SYS, SMALL), 0);
	for (at = 0; at < size; at += SMALL)
		expect(pager, va + at, at, SYS);
	unmap(pager, va, size);
	for (at = 0; at < size; at += SMALL)
		expect_nothing(pager, va + at);
	expect(pager, va + size, 0x5000, SYS);
}

/* Where small pages were a large one may come, and the other way round. */
static void addresses_are_used_again(void **state)
{
	struct pager *pager = *state;
	u64 va = 1ULL << 40;
	unsigned int round, live = 0;

	for (round = 0; round < 20; round++) {
		u64 addr = round % 2 ? 4 * LARGE : 4 * LARGE + SMALL, at;

		assert_int_equal(map(pager, va, addr, SYS, LARGE), 0);
		for (at = 0; at < LARGE; at += SMALL)
			expect(pager, va + at, addr + at, SYS);
		unmap(pager, va, LARGE);
		expect_nothing(pager, va);
		/* No more tables than the first time */
		assert_true(!live || pager->live == live);
		live = pager->live;
	}
}

#define PAGES	2048

/* Whatever is mapped and unmapped, pages are what they are in a plain list of them. */
static void any_order_of_mapping_and_unmapping_is_right(void **state)
{
	static u64 list[PAGES];
	struct pager *pager = *state;
	u64 va = (3ULL << 38) - PAGES / 2 * SMALL;
	unsigned int round, i;

	memset(list, 0, sizeof(list));
	srand(1);
	for (round = 0; round < 300; round++) {
		unsigned int first = rand() % PAGES, count = 0;
		u64 addr = (u64)(1 + rand() % 4096) * SMALL;

		/* As far as it is all free, or all taken */
		while (first + count < PAGES && count < 700 && !list[first + count] == !list[first])
			count++;
		if (list[first]) {
			unmap(pager, va + first * SMALL, count * SMALL);
		} else {
			assert_int_equal(map(pager, va + first * SMALL, addr, SYS, count * SMALL),
					 0);
		}
		for (i = 0; i < count; i++)
			list[first + i] = list[first + i] ? 0 : addr + i * SMALL;
		for (i = 0; i < PAGES; i += 1 + rand() % 8) {
			if (list[i])
				expect(pager, va + i * SMALL, list[i], SYS);
			else
				expect_nothing(pager, va + i * SMALL);
		}
	}
}

static void tables_that_run_out_are_an_error_that_can_be_undone(void **state)
{
	struct pager *pager = *state;
	u64 va = (1ULL << 40) + LARGE - SMALL;
	unsigned int limit;

	/* PDE2, PDE1, PDE0 and two for small pages; one after the other is missing */
	for (limit = 1; limit < 6; limit++) {
		pager->limit = limit;
		assert_int_equal(map(pager, va, SMALL, SYS, 2 * SMALL), -ENOMEM);
		unmap(pager, va, 2 * SMALL);
		expect_nothing(pager, va);
		expect_nothing(pager, va + SMALL);
	}
	pager->limit = TABLES_MAX;
	assert_int_equal(map(pager, va, SMALL, SYS, 2 * SMALL), 0);
	assert_int_equal(pager->live, 6);
	expect(pager, va + SMALL, 2 * SMALL, SYS);
}

#define PAGER_TEST(name) cmocka_unit_test_setup_teardown(name, pager_setup, pager_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAGER_TEST(memory_is_found_where_it_was_mapped),
		PAGER_TEST(pages_are_as_large_as_they_can_be),
		PAGER_TEST(memory_that_was_unmapped_is_not_found),
		PAGER_TEST(addresses_are_used_again),
		PAGER_TEST(any_order_of_mapping_and_unmapping_is_right),
		PAGER_TEST(tables_that_run_out_are_an_error_that_can_be_undone),
	};

	return cmocka_run_group_tests_name("ga100_tables", tests, NULL, NULL);
}
