/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The physical function's page of registers, most of which belongs to others: the
 * interrupt tree, the fault buffers, the windows. Here are those that are left.
 */
#ifndef GA100_PRIV_H
#define GA100_PRIV_H

#include "bar0.h"

#define GA100_PRIV_MAILBOXES	16

/**
 * struct ga100_priv - what the page remembers
 * @invalidate_pdb: which address space the next invalidation is about
 * @mailbox: scratch registers
 */
struct ga100_priv {
	uint32_t invalidate_pdb[2];
	uint32_t mailbox[GA100_PRIV_MAILBOXES];
};

extern const struct ga100_block ga100_priv_block;

#endif
