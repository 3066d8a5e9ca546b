// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl bind, unbind: the operator gives a card to gantry and takes it back.
 *
 * gantry.ko takes only cards whose driver_override names it, so the override is
 * what tells an assigned card from one that merely has no driver yet.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bind.h"
#include "gantryctl.h"
#include "node_wait.h"
#include "output.h"
#include "sysfs.h"

#define DRIVER		"gantry"
#define NODE_TIMEOUT_MS	30000

static const char bind_help[] =
"Usage: gantryctl bind [--json] CARD\n"
"\n"
"Gives a card that has no driver to gantry, and waits for its device node.\n"
"gantry.ko has to be loaded. If any step fails, the ones before it are undone.\n"
"A card that gantry has already is fine. A card of another driver is refused:\n"
"only its operator can know who is using it.\n"
"\n"
"  CARD         PCI address, such as 0000:00:04.0\n"
"  -j, --json   machine-readable: an object with the address and the node\n"
"\n"
"Exit code: 0 gantry has the card; 1 it has not, the message says why.\n";

static const char unbind_help[] =
"Usage: gantryctl unbind [--json] CARD\n"
"\n"
"Takes a card from gantry. Programs that still use it get ENODEV from then on.\n"
"The card is left without driver and without override, free for any driver.\n"
"\n"
"  CARD         PCI address, accelN, N or device node\n"
"  -j, --json   machine-readable: an object with the address\n"
"\n"
"Exit code: 0 gantry does not have the card; 1 the message says why.\n";

/* sysfs takes no empty write; a line end clears the override. */
static int set_override(const struct gantry_card *card, const char *driver)
{
	return sysfs_write(driver[0] ? driver : "\n", "bus/pci/devices/%s/driver_override",
			   card->pci_address);
}

static int write_bind(const struct gantry_card *card)
{
	return sysfs_write(card->pci_address, "bus/pci/drivers/" DRIVER "/bind");
}

static int write_unbind(const struct gantry_card *card)
{
	return sysfs_write(card->pci_address, "bus/pci/drivers/" DRIVER "/unbind");
}

static void complain_of_write(const struct gantry_card *card, const char *step, int error)
{
	if (error == -EACCES || error == -EPERM)
		complain("may not %s %s: run as root", step, card->pci_address);
	else
		complain("cannot %s %s: %s; the kernel log (dmesg) may say more", step,
			 card->pci_address, strerror(-error));
}

static int bind_and_wait(struct gantry_card *card, struct node_wait *wait)
{
	int ret;

	ret = write_bind(card);
	if (ret) {
		complain_of_write(card, "bind", ret);
		return ret;
	}
	ret = node_wait_finish(wait, card->pci_address, NODE_TIMEOUT_MS, card);
	if (ret) {
		complain("%s is bound but has no device node (%s); unbound again",
			 card->pci_address, strerror(-ret));
		(void)write_unbind(card);
	}
	return ret;
}

int bind_card(struct gantry_card *card)
{
	struct gantry_card before = *card;
	struct node_wait *wait;
	int ret;

	if (!sysfs_exists("bus/pci/drivers/" DRIVER)) {
		complain("gantry.ko is not loaded: 'modprobe gantry' (or insmod) first");
		return -ENODEV;
	}
	ret = node_wait_begin(&wait);
	if (ret) {
		complain("cannot listen for device events: %s", strerror(-ret));
		return ret;
	}
	ret = set_override(card, DRIVER);
	if (ret) {
		complain_of_write(card, "set driver_override of", ret);
	} else {
		ret = bind_and_wait(card, wait);
		if (ret)
			(void)set_override(&before, before.driver_override);
	}
	node_wait_end(wait);
	return ret;
}

int unbind_card(const struct gantry_card *card)
{
	int ret;

	/* The override first: without driver but with override it would be bound again. */
	ret = set_override(card, "");
	if (ret) {
		complain_of_write(card, "clear driver_override of", ret);
		return ret;
	}
	if (!card->driver[0])
		return 0;
	ret = write_unbind(card);
	if (ret) {
		complain_of_write(card, "unbind", ret);
		(void)set_override(card, card->driver_override);
	}
	return ret;
}

static int report(const struct gantry_card *card, bool json, const char *text)
{
	struct json_object *object;

	if (!json) {
		printf("%s %s\n", card->pci_address, text);
		return EXIT_OK;
	}
	object = output_object();
	output_text(object, "pci_address", card->pci_address);
	output_text_or_null(object, "driver", card->driver);
	output_text_or_null(object, "node", card->node);
	return output_print(object);
}

static bool is_ours(const struct gantry_card *card)
{
	return !strcmp(card->driver, DRIVER);
}

int command_bind(int argc, char **argv)
{
	struct gantry_card card = { .size = sizeof(card) };
	char text[sizeof(card.node) + 32];
	bool json = false;
	const char *name;
	int ret;

	ret = parse_arguments(argc, argv, bind_help, true, &json, &name);
	if (ret >= 0)
		return ret;
	if (find_card(name, &card))
		return EXIT_FAILED;
	if (card.driver[0] && !is_ours(&card)) {
		complain("%s belongs to driver %s; if nobody needs it there: echo %s > /sys/bus/pci/drivers/%s/unbind",
			 card.pci_address, card.driver, card.pci_address, card.driver);
		return EXIT_FAILED;
	}
	if (!is_ours(&card) && bind_card(&card))
		return EXIT_FAILED;
	snprintf(text, sizeof(text), "is bound: %s", card.node);
	return report(&card, json, text);
}

int command_unbind(int argc, char **argv)
{
	struct gantry_card card = { .size = sizeof(card) };
	bool json = false;
	const char *name;
	int ret;

	ret = parse_arguments(argc, argv, unbind_help, true, &json, &name);
	if (ret >= 0)
		return ret;
	if (find_card(name, &card))
		return EXIT_FAILED;
	if (card.driver[0] && !is_ours(&card)) {
		complain("%s belongs to driver %s, not to gantry", card.pci_address, card.driver);
		return EXIT_FAILED;
	}
	/* nothing to do: neither bound nor waiting to be */
	if ((card.driver[0] || !strcmp(card.driver_override, DRIVER)) && unbind_card(&card))
		return EXIT_FAILED;
	card.driver[0] = '\0';
	card.node[0] = '\0';
	return report(&card, json, "is unbound");
}
