// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which cards are plugged in: found on the PCI bus, so that cards which no
 * driver or another driver has are seen too.
 */
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* The chips that gantry.ko has a backend for. */
static const struct chip {
	uint16_t vendor_id, device_id;
	const char *name;
} chips[] = {
	{ 0x10de, 0x20b0, "a100" },
	{ 0x1d0f, 0x7364, "trainium2" },
};

struct gantry_card_list {
	unsigned int count;
	unsigned int room;
	struct gantry_card *cards;
};

static const char *chip_name(uint16_t vendor_id, uint16_t device_id)
{
	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (chips[i].vendor_id == vendor_id && chips[i].device_id == device_id)
			return chips[i].name;
	return NULL;
}

static long attribute_number(struct udev_device *dev, const char *name, long otherwise)
{
	const char *text = udev_device_get_sysattr_value(dev, name);

	return text && *text ? strtol(text, NULL, 0) : otherwise;
}

static void copy_text(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from ? from : "");
}

/* N of the accelN that a device node's kernel name ends in, -1: none. */
static int node_index(const char *name)
{
	char *end;
	long n;

	if (!name || strncmp(name, "accel", 5) || name[5] < '0' || name[5] > '9')
		return -1;
	n = strtol(name + 5, &end, 10);
	return *end || n > INT32_MAX ? -1 : (int)n;
}

static int find_node(struct udev *udev, struct udev_device *pci, struct gantry_card *card)
{
	struct udev_enumerate *search = udev_enumerate_new(udev);
	struct udev_list_entry *entry;
	int ret = -ENOMEM;

	if (!search)
		return ret;
	if (udev_enumerate_add_match_parent(search, pci) < 0 ||
	    udev_enumerate_add_match_subsystem(search, "accel") < 0)
		goto out;
	ret = 0;
	if (udev_enumerate_scan_devices(search) < 0)
		goto out;	/* the card went away just now: it has no node */
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(search)) {
		struct udev_device *accel;

		accel = udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
		if (!accel)
			continue;
		card->index = node_index(udev_device_get_sysname(accel));
		if (card->index >= 0)
			copy_text(card->node, sizeof(card->node),
				  udev_device_get_devnode(accel));
		udev_device_unref(accel);
		if (card->node[0])
			break;
	}
out:
	udev_enumerate_unref(search);
	return ret;
}

static struct gantry_card *list_append(struct gantry_card_list *list)
{
	struct gantry_card *cards;
	unsigned int room;

	if (list->count == list->room) {
		room = list->room ? list->room * 2 : 8;
		cards = realloc(list->cards, room * sizeof(*cards));
		if (!cards)
			return NULL;
		list->cards = cards;
		list->room = room;
	}
	return &list->cards[list->count++];
}

static int list_add_pci(struct gantry_card_list *list, struct udev *udev,
			struct udev_device *pci)
{
	uint16_t vendor_id = attribute_number(pci, "vendor", 0);
	uint16_t device_id = attribute_number(pci, "device", 0);
	const char *chip = chip_name(vendor_id, device_id);
	const char *driver = udev_device_get_driver(pci);
	bool ours = driver && !strcmp(driver, GTR_DRIVER_NAME);
	const char *override;
	struct gantry_card *card;

	if (!chip && !ours)
		return 0;
	card = list_append(list);
	if (!card)
		return -ENOMEM;
	*card = (struct gantry_card) {
		.size = sizeof(*card),
		.vendor_id = vendor_id,
		.device_id = device_id,
		.revision = attribute_number(pci, "revision", 0),
		.index = -1,
		.numa_node = attribute_number(pci, "numa_node", -1),
	};
	copy_text(card->pci_address, sizeof(card->pci_address), udev_device_get_sysname(pci));
	copy_text(card->chip, sizeof(card->chip), chip);
	copy_text(card->driver, sizeof(card->driver), driver);
	override = udev_device_get_sysattr_value(pci, "driver_override");
	if (override && strcmp(override, "(null)"))
		copy_text(card->driver_override, sizeof(card->driver_override), override);
	return ours ? find_node(udev, pci, card) : 0;
}

static int compare_cards(const void *a, const void *b)
{
	const struct gantry_card *left = a, *right = b;

	return strcmp(left->pci_address, right->pci_address);
}

static int list_fill(struct gantry_card_list *list, struct udev *udev,
		     struct udev_enumerate *search)
{
	struct udev_list_entry *entry;
	int ret;

	if (udev_enumerate_add_match_subsystem(search, "pci") < 0)
		return -ENOMEM;
	if (udev_enumerate_scan_devices(search) < 0)
		return -ENOSYS;
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(search)) {
		struct udev_device *pci;

		pci = udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
		if (!pci)
			continue;	/* unplugged meanwhile */
		ret = list_add_pci(list, udev, pci);
		udev_device_unref(pci);
		if (ret)
			return ret;
	}
	if (list->count)
		qsort(list->cards, list->count, sizeof(*list->cards), compare_cards);
	return 0;
}

int gantry_card_list_create(struct gantry_card_list **out)
{
	struct udev_enumerate *search = NULL;
	struct gantry_card_list *list;
	int saved_errno = errno;
	struct udev *udev;
	int ret = -ENOMEM;

	if (!out)
		return -EINVAL;
	list = calloc(1, sizeof(*list));
	udev = udev_new();
	if (udev)
		search = udev_enumerate_new(udev);
	if (list && search)
		ret = list_fill(list, udev, search);
	if (search)
		udev_enumerate_unref(search);
	if (udev)
		udev_unref(udev);
	if (ret)
		gantry_card_list_destroy(list);
	else
		*out = list;
	errno = saved_errno;
	return ret;
}

void gantry_card_list_destroy(struct gantry_card_list *list)
{
	if (!list)
		return;
	free(list->cards);
	free(list);
}

int gantry_card_list_count(const struct gantry_card_list *list)
{
	return list ? (int)list->count : -EINVAL;
}

int gantry_card_list_get(const struct gantry_card_list *list, unsigned int index,
			 struct gantry_card *card)
{
	if (!list)
		return -EINVAL;
	if (index >= list->count)
		return -ENOENT;
	return gtr_struct_out(card, GTR_SIZE_WITH(struct gantry_card, numa_node),
			      &list->cards[index], sizeof(*card));
}

static bool card_is_called(const struct gantry_card *card, const char *name)
{
	char number[16];

	if (!name)
		return card->node[0];
	if (!strcmp(name, card->pci_address))
		return true;
	if (!strncmp(card->pci_address, "0000:", 5) && !strcmp(name, card->pci_address + 5))
		return true;
	if (card->index < 0)
		return false;
	snprintf(number, sizeof(number), "%d", card->index);
	if (!strncmp(name, "/dev/accel/", 11))
		name += 11;
	if (!strncmp(name, "accel", 5))
		name += 5;
	return !strcmp(name, number);
}

int gantry_card_list_find(const struct gantry_card_list *list, const char *name,
			  struct gantry_card *card)
{
	if (!list)
		return -EINVAL;
	for (unsigned int i = 0; i < list->count; i++)
		if (card_is_called(&list->cards[i], name))
			return gantry_card_list_get(list, i, card);
	return -ENOENT;
}
