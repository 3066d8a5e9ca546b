// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "maptree.h"

/* xorshift32: any cheap sequence that an address pattern cannot follow */
static uint32_t next_priority(struct map_tree *tree)
{
	uint32_t x = tree->random ? tree->random : 0x9e3779b9u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	tree->random = x;
	return x;
}

/* Splits @node's tree into what lies below @addr and what lies above. */
static void split(struct map_node *node, uint64_t addr, struct map_node **below,
		  struct map_node **above)
{
	while (node) {
		if (node->first < addr) {
			*below = node;
			below = &node->right;
			node = node->right;
		} else {
			*above = node;
			above = &node->left;
			node = node->left;
		}
	}
	*below = NULL;
	*above = NULL;
}

/* Joins two trees, every range of @below lower than those of @above. */
static struct map_node *join(struct map_node *below, struct map_node *above)
{
	struct map_node *root, **link = &root;

	while (below && above) {
		if (below->priority > above->priority) {
			*link = below;
			link = &below->right;
			below = below->right;
		} else {
			*link = above;
			link = &above->left;
			above = above->left;
		}
	}
	*link = below ? below : above;
	return root;
}

struct map_node *maptree_first(const struct map_tree *tree, uint64_t addr)
{
	struct map_node *node = tree->root, *best = NULL;

	while (node) {
		if (node->last >= addr) {
			best = node;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return best;
}

/* @next is the lowest node above @node, NULL if there is none. */
static void chain(struct map_tree *tree, struct map_node *node,
		  struct map_node *next, struct map_node *prev)
{
	node->next = next;
	node->prev = prev;
	if (next)
		next->prev = node;
	if (prev)
		prev->next = node;
	else
		tree->lowest = node;
}

int maptree_insert(struct map_tree *tree, struct map_node *node)
{
	struct map_node **link = &tree->root, *prev = NULL, *next = NULL;

	node->priority = next_priority(tree);
	while (*link && (*link)->priority >= node->priority) {
		if (node->last < (*link)->first) {
			next = *link;
			link = &(*link)->left;
		} else if (node->first > (*link)->last) {
			prev = *link;
			link = &(*link)->right;
		} else {
			return -EEXIST;
		}
	}

	/* The neighbours may still lie deeper, below where it goes in. */
	for (struct map_node *n = *link; n;) {
		if (node->last < n->first) {
			next = n;
			n = n->left;
		} else if (node->first > n->last) {
			prev = n;
			n = n->right;
		} else {
			return -EEXIST;
		}
	}

	split(*link, node->first, &node->left, &node->right);
	*link = node;
	chain(tree, node, next, prev);
	tree->count++;
	return 0;
}

void maptree_remove(struct map_tree *tree, struct map_node *node)
{
	struct map_node **link = &tree->root;

	while (*link != node)
		link = node->first < (*link)->first ? &(*link)->left :
						      &(*link)->right;
	*link = join(node->left, node->right);

	if (node->prev)
		node->prev->next = node->next;
	else
		tree->lowest = node->next;
	if (node->next)
		node->next->prev = node->prev;
	tree->count--;
}
