// SPDX-License-Identifier: GPL-2.0-only
#include "intr.h"

#include <string.h>

#include "ga100.h"

/* Everything ends in one message: no published source gives others a meaning */
#define MESSAGE		0

void ga100_intr_init(struct ga100_intr *intr)
{
	memset(intr, 0, sizeof(*intr));
	pthread_mutex_init(&intr->lock, NULL);
}

void ga100_intr_fini(struct ga100_intr *intr)
{
	pthread_mutex_destroy(&intr->lock);
}

void ga100_intr_reset(struct ga100_intr *intr)
{
	pthread_mutex_lock(&intr->lock);
	memset(intr->leaf, 0, sizeof(intr->leaf));
	memset(intr->leaf_en, 0, sizeof(intr->leaf_en));
	intr->top_en = 0;
	intr->asserted = false;
	pthread_mutex_unlock(&intr->lock);
}

static uint32_t top(const struct ga100_intr *intr)
{
	uint32_t pending = 0;

	for (unsigned int i = 0; i < GA100_INTR_LEAVES; i++)
		if (intr->leaf[i] & intr->leaf_en[i])
			pending |= 1u << i / 2;
	return pending;
}

/*
 * A message is an edge: it goes out when there begins to be something to tell.
 * A guest that leaves the subtree enabled while it works on a message and does not
 * look again misses what comes meanwhile, as it would on the card.
 */
static void update(struct ga100 *card)
{
	struct ga100_intr *intr = &card->intr;
	bool asserted = top(intr) & intr->top_en;

	if (asserted && !intr->asserted)
		card->host->interrupt(card->host_priv, MESSAGE);
	intr->asserted = asserted;
}

void ga100_intr_raise(struct ga100 *card, unsigned int vector)
{
	if (vector >= GA100_INTR_VECTORS)
		return;
	pthread_mutex_lock(&card->intr.lock);
	card->intr.leaf[vector / 32] |= 1u << vector % 32;
	update(card);
	pthread_mutex_unlock(&card->intr.lock);
}

void ga100_intr_rearm(struct ga100 *card)
{
	pthread_mutex_lock(&card->intr.lock);
	card->intr.asserted = false;
	update(card);
	pthread_mutex_unlock(&card->intr.lock);
}

static bool is_leaf(uint32_t reg, uint32_t base, unsigned int *leaf)
{
	*leaf = (reg - base) / 4;
	return reg >= base && *leaf < GA100_INTR_LEAVES;
}

bool ga100_intr_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	struct ga100_intr *intr = &card->intr;
	unsigned int leaf;
	bool known = true;

	pthread_mutex_lock(&intr->lock);
	if (is_leaf(reg, GA100_INTR_LEAF(0), &leaf))
		*value = intr->leaf[leaf];
	else if (is_leaf(reg, GA100_INTR_LEAF_EN_SET(0), &leaf) ||
		 is_leaf(reg, GA100_INTR_LEAF_EN_CLEAR(0), &leaf))
		*value = intr->leaf_en[leaf];
	else if (reg == GA100_INTR_TOP)
		*value = top(intr);
	else if (reg == GA100_INTR_TOP_EN_SET || reg == GA100_INTR_TOP_EN_CLEAR)
		*value = intr->top_en;
	else
		known = false;
	pthread_mutex_unlock(&intr->lock);
	return known;
}

static bool write_locked(struct ga100_intr *intr, uint32_t reg, uint32_t value)
{
	unsigned int leaf;

	if (is_leaf(reg, GA100_INTR_LEAF(0), &leaf))
		intr->leaf[leaf] &= ~value;
	else if (is_leaf(reg, GA100_INTR_LEAF_EN_SET(0), &leaf))
		intr->leaf_en[leaf] |= value;
	else if (is_leaf(reg, GA100_INTR_LEAF_EN_CLEAR(0), &leaf))
		intr->leaf_en[leaf] &= ~value;
	else if (reg == GA100_INTR_TOP_EN_SET)
		intr->top_en |= value;
	else if (reg == GA100_INTR_TOP_EN_CLEAR)
		intr->top_en &= ~value;
	else
		return false;
	return true;
}

bool ga100_intr_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	bool known;

	if (reg == GA100_INTR_LEAF_TRIGGER) {
		ga100_intr_raise(card, value & 0xfff);
		return true;
	}
	pthread_mutex_lock(&card->intr.lock);
	known = write_locked(&card->intr, reg, value);
	if (known)
		update(card);
	pthread_mutex_unlock(&card->intr.lock);
	return known;
}
