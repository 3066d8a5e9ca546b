// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the name that a person gives a card to the card.
 */
#include <errno.h>

#include "gantryctl.h"

int find_card(const char *name, struct gantry_card *card)
{
	struct gantry_card_list *list;
	int ret;

	ret = gantry_card_list_create(&list);
	if (ret) {
		complain("cannot look for cards: %s",
			 gantry_explain("gantry_card_list_create", ret));
		return ret;
	}
	ret = gantry_card_list_find(list, name, card);
	if (ret == -ENOENT && name)
		complain("there is no card '%s'; 'gantryctl list' shows all", name);
	else if (ret == -ENOENT && gantry_card_list_count(list))
		complain("no card is bound; 'gantryctl list' shows all, 'gantryctl bind CARD' binds one");
	else if (ret == -ENOENT)
		complain("there is no card that gantry can drive in this machine");
	else if (ret)
		complain("cannot find the card: %s",
			 gantry_explain("gantry_card_list_find", ret));
	gantry_card_list_destroy(list);
	return ret;
}

int open_card(const char *name, struct gantry_device **dev)
{
	struct gantry_card card = { .size = sizeof(card) };
	int ret;

	ret = find_card(name, &card);
	if (ret)
		return ret;
	if (!card.node[0]) {
		complain("%s is not bound: 'gantryctl bind %s' first", card.pci_address,
			 card.pci_address);
		return -ENXIO;
	}
	ret = gantry_device_open(card.node, dev);
	if (ret)
		complain("cannot open %s: %s", card.node,
			 gantry_explain("gantry_device_open", ret));
	return ret;
}
