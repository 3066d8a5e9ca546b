/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Giving a card to gantry and taking it back, as bind and unbind do.
 */
#ifndef GANTRYCTL_BIND_H
#define GANTRYCTL_BIND_H

#include "gantry.h"

/**
 * bind_card() - set the override, bind, wait for the node; undone on failure
 * @card: without driver; on success filled in anew
 *
 * Return: 0 or -errno; complains.
 */
int bind_card(struct gantry_card *card);

/**
 * unbind_card() - clear the override, unbind; undone on failure
 *
 * Return: 0 or -errno; complains.
 */
int unbind_card(const struct gantry_card *card);

#endif /* GANTRYCTL_BIND_H */
