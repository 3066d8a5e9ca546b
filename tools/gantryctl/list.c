// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl list: every card that gantry drives or could drive.
 */
#include <stdio.h>

#include "gantryctl.h"
#include "output.h"

static const char help[] =
"Usage: gantryctl list [--json]\n"
"\n"
"Shows every card that gantry drives or could drive, and who has it now.\n"
"\n"
"  -j, --json   machine-readable: an array with one object a card\n"
"\n"
"The columns are the PCI address, the chip, its revision, the kernel driver\n"
"that has the card, and its device node. A card without driver is free:\n"
"'gantryctl bind' gives it to gantry. Needs no privilege and touches no card.\n"
"\n"
"Exit code: 0, also when there is no card; 1 the system cannot be searched.\n";

static const char *or_dash(const char *text)
{
	return text[0] ? text : "-";
}

static void print_card(const struct gantry_card *card)
{
	printf("%-14s%-12s%-5u%-12s%s\n", card->pci_address, or_dash(card->chip),
	       card->revision, or_dash(card->driver), or_dash(card->node));
}

static struct json_object *card_to_json(const struct gantry_card *card)
{
	struct json_object *object = output_object();

	output_text(object, "pci_address", card->pci_address);
	output_text_or_null(object, "chip", card->chip);
	output_pci_id(object, card->vendor_id, card->device_id, card->revision);
	output_signed(object, "numa_node", card->numa_node);
	output_text_or_null(object, "driver", card->driver);
	output_text_or_null(object, "driver_override", card->driver_override);
	output_text_or_null(object, "node", card->node);
	return object;
}

static int list_as_text(const struct gantry_card_list *list)
{
	struct gantry_card card = { .size = sizeof(card) };

	if (!gantry_card_list_count(list)) {
		puts("No card that gantry can drive.");
		return EXIT_OK;
	}
	printf("%-14s%-12s%-5s%-12s%s\n", "ADDRESS", "CHIP", "REV", "DRIVER", "NODE");
	for (unsigned int i = 0; !gantry_card_list_get(list, i, &card); i++)
		print_card(&card);
	return EXIT_OK;
}

static int list_as_json(const struct gantry_card_list *list)
{
	struct gantry_card card = { .size = sizeof(card) };
	struct json_object *array = output_array();

	for (unsigned int i = 0; !gantry_card_list_get(list, i, &card); i++)
		output_append(array, card_to_json(&card));
	return output_print(array);
}

int command_list(int argc, char **argv)
{
	struct gantry_card_list *list;
	bool json = false;
	const char *card;
	int ret;

	ret = parse_arguments(argc, argv, help, false, &json, &card);
	if (ret >= 0)
		return ret;
	if (card)
		return usage_error("list", "list: takes no card; see 'gantryctl info %s'", card);
	ret = gantry_card_list_create(&list);
	if (ret) {
		complain("cannot look for cards: %s",
			 gantry_explain("gantry_card_list_create", ret));
		return EXIT_FAILED;
	}
	ret = json ? list_as_json(list) : list_as_text(list);
	gantry_card_list_destroy(list);
	return ret;
}
