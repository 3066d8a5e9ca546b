/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GANTRYCTL_NODE_WAIT_H
#define GANTRYCTL_NODE_WAIT_H

#include "gantry.h"

struct node_wait;

/**
 * node_wait_begin() - listen for device events, before causing them
 *
 * Return: 0 or -errno.
 */
int node_wait_begin(struct node_wait **out);

/**
 * node_wait_finish() - until the card has a device node that exists
 * @timeout_ms: at most so long
 * @card: filled in when it has
 *
 * Return: 0, -ETIMEDOUT, -ENOENT the card is gone, or another -errno.
 */
int node_wait_finish(struct node_wait *wait, const char *pci_address, int timeout_ms,
		     struct gantry_card *card);

/** node_wait_end() - free; NULL is fine */
void node_wait_end(struct node_wait *wait);

#endif /* GANTRYCTL_NODE_WAIT_H */
