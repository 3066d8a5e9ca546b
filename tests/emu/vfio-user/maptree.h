/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ranges of bus addresses, ordered and never overlapping: a treap (a search
 * tree kept balanced by random priorities), with the nodes chained in order so
 * that walking a range costs nothing more than the first look-up.
 */
#ifndef VFU_MAPTREE_H
#define VFU_MAPTREE_H

#include <stddef.h>
#include <stdint.h>

struct map_node {
	uint64_t first;
	uint64_t last;
	struct map_node *left, *right;
	struct map_node *prev, *next;
	uint32_t priority;
};

struct map_tree {
	struct map_node *root;
	struct map_node *lowest;
	size_t count;
	uint32_t random;
};

/** maptree_first() - the lowest node that ends at or above @addr, or NULL */
struct map_node *maptree_first(const struct map_tree *tree, uint64_t addr);

/**
 * maptree_insert() - add a range
 * @tree: the tree
 * @node: with first and last set, first <= last
 *
 * Return: 0; -EEXIST: it overlaps one that is there.
 */
int maptree_insert(struct map_tree *tree, struct map_node *node);

/** maptree_remove() - take @node, which is in @tree, out of it */
void maptree_remove(struct map_tree *tree, struct map_node *node);

#endif /* VFU_MAPTREE_H */
