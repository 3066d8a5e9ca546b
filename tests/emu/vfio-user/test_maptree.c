// SPDX-License-Identifier: GPL-2.0-only
/* The ordered ranges, against a table of pages that cannot be wrong. */
#include "vfio-user/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "maptree.h"

#define PAGES	2048

struct world {
	struct map_tree tree;
	struct map_node *owner[PAGES];
	uint32_t random;
};

static uint32_t random_below(struct world *w, uint32_t n)
{
	w->random = w->random * 1664525 + 1013904223;
	return (w->random >> 8) % n;
}

static size_t check_subtree(const struct map_node *node, uint64_t low,
			    uint64_t high, size_t *depth)
{
	size_t left_depth, right_depth, n;

	*depth = 0;
	if (!node)
		return 0;
	assert_true(node->first >= low && node->last <= high);
	assert_true(node->first <= node->last);
	if (node->left)
		assert_true(node->left->priority <= node->priority);
	if (node->right)
		assert_true(node->right->priority <= node->priority);
	n = 1 + check_subtree(node->left, low, node->first - 1, &left_depth) +
	    check_subtree(node->right, node->last + 1, high, &right_depth);
	*depth = 1 + (left_depth > right_depth ? left_depth : right_depth);
	return n;
}

static void check(struct world *w)
{
	struct map_node *node, *prev = NULL;
	size_t n = 0, depth, i;

	assert_int_equal(check_subtree(w->tree.root, 0, UINT64_MAX - 1, &depth),
			 w->tree.count);
	for (node = w->tree.lowest; node; prev = node, node = node->next, n++) {
		assert_ptr_equal(node->prev, prev);
		if (prev)
			assert_true(prev->last < node->first);
	}
	assert_int_equal(n, w->tree.count);

	for (i = 0, node = NULL; i < PAGES; i++) {
		size_t page = PAGES - 1 - i;

		if (w->owner[page])
			node = w->owner[page];
		assert_ptr_equal(maptree_first(&w->tree, page), node);
	}
}

static void insert(struct world *w)
{
	uint32_t first = random_below(w, PAGES);
	uint32_t len = 1 + random_below(w, 8), i;
	struct map_node *node = calloc(1, sizeof(*node));
	int expect = 0;

	if (first + len > PAGES)
		len = PAGES - first;
	for (i = 0; i < len; i++)
		if (w->owner[first + i])
			expect = -EEXIST;
	node->first = first;
	node->last = first + len - 1;
	assert_int_equal(maptree_insert(&w->tree, node), expect);
	if (expect) {
		free(node);
		return;
	}
	for (i = 0; i < len; i++)
		w->owner[first + i] = node;
}

static void remove_at(struct world *w, uint32_t page)
{
	struct map_node *node = w->owner[page];
	uint64_t i;

	if (!node)
		return;
	maptree_remove(&w->tree, node);
	for (i = node->first; i <= node->last; i++)
		w->owner[i] = NULL;
	free(node);
}

static void test_agrees_with_a_plain_table(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	uint32_t i;

	(void)state;
	w->random = 1;
	for (i = 0; i < 20000; i++) {
		if (random_below(w, 2))
			insert(w);
		else
			remove_at(w, random_below(w, PAGES));
		if (i % 100 == 0)
			check(w);
	}
	assert_true(w->tree.count > 10);
	for (i = 0; i < PAGES; i++)
		remove_at(w, i);
	check(w);
	assert_null(w->tree.root);
	assert_null(w->tree.lowest);
	free(w);
}

/* As a guest's IOMMU does it: page after page, downwards */
static void test_sorted_input_stays_shallow(void **state)
{
	const size_t n = 65535;
	struct map_node *nodes = calloc(n, sizeof(*nodes));
	struct map_tree tree = {};
	size_t i, depth;

	(void)state;
	for (i = 0; i < n; i++) {
		nodes[i].first = n - i;
		nodes[i].last = n - i;
		assert_int_equal(maptree_insert(&tree, &nodes[i]), 0);
	}
	assert_int_equal(check_subtree(tree.root, 0, UINT64_MAX - 1, &depth), n);
	assert_true(depth < 64);
	free(nodes);
}

static void test_ends_of_the_address_space(void **state)
{
	struct map_node low = { .first = 0, .last = 4095 };
	struct map_node high = { .first = UINT64_MAX - 4095,
				 .last = UINT64_MAX };
	struct map_node all = { .first = 0, .last = UINT64_MAX };
	struct map_tree tree = {};

	(void)state;
	assert_null(maptree_first(&tree, 0));
	assert_int_equal(maptree_insert(&tree, &low), 0);
	assert_int_equal(maptree_insert(&tree, &high), 0);
	assert_int_equal(maptree_insert(&tree, &all), -EEXIST);
	assert_ptr_equal(maptree_first(&tree, 0), &low);
	assert_ptr_equal(maptree_first(&tree, 4096), &high);
	assert_ptr_equal(maptree_first(&tree, UINT64_MAX), &high);
	maptree_remove(&tree, &high);
	assert_null(maptree_first(&tree, 4096));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agrees_with_a_plain_table),
		cmocka_unit_test(test_sorted_input_stays_shallow),
		cmocka_unit_test(test_ends_of_the_address_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
