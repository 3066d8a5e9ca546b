// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding cards: bound, unbound, of other drivers, and by every name.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gantry.h"
#include "mock_udev.h"
#include "ga100_regs.h"
#include "trainium_regs.h"

#define PCI "/sys/devices/pci0000:00/"

static const struct mock_udev_device machine[] = {
	/* listed by nobody's order */
	{ .syspath = PCI "0000:00:06.0", .subsystem = "pci", .driver = "neuron",
	  .vendor = "0x1d0f", .device = "0x7364", .revision = "0x00", .numa_node = "1",
	  .driver_override = "(null)" },
	{ .syspath = PCI "0000:00:02.0", .subsystem = "pci", .driver = "virtio-pci",
	  .vendor = "0x1af4", .device = "0x1041" },
	{ .syspath = PCI "0000:00:04.0", .subsystem = "pci", .driver = "gantry",
	  .vendor = "0x1d0f", .device = "0x7364", .revision = "0xff", .numa_node = "-1",
	  .driver_override = "gantry" },
	{ .syspath = PCI "0000:00:05.0", .subsystem = "pci",
	  .vendor = "0x1d0f", .device = "0x7364", .driver_override = "(null)" },
	{ .syspath = PCI "0000:00:07.0", .subsystem = "pci", .vanishes = 1,
	  .vendor = "0x1d0f", .device = "0x7364" },
	/* of a chip that only a newer gantry.ko knows */
	{ .syspath = PCI "0000:00:08.0", .subsystem = "pci", .driver = "gantry",
	  .vendor = "0x10de", .device = "0xffff" },
	{ .syspath = PCI "0001:81:00.3", .subsystem = "pci",
	  .vendor = "0x1d0f", .device = "0x7364" },
	{ .syspath = PCI "0000:00:04.0/accel/accel3", .subsystem = "accel",
	  .parent = PCI "0000:00:04.0", .devnode = "/dev/accel/accel3" },
	{ .syspath = PCI "0000:00:08.0/accel/accel12", .subsystem = "accel",
	  .parent = PCI "0000:00:08.0", .devnode = "/dev/accel/accel12" },
	{ 0 }
};

static int setup(void **state)
{
	(void)state;
	mock_machine = machine;
	mock_udev_fails = NULL;
	mock_udev_objects = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(mock_udev_objects, 0);
	return 0;
}

static struct gantry_card_list *make_list(void)
{
	struct gantry_card_list *list = NULL;

	errno = EDOM;
	assert_int_equal(gantry_card_list_create(&list), 0);
	assert_int_equal(errno, EDOM);
	return list;
}

static void every_card_is_listed_in_order(void **state)
{
	static const char *const addresses[] = {
		"0000:00:04.0", "0000:00:05.0", "0000:00:06.0", "0000:00:08.0", "0001:81:00.3",
	};
	struct gantry_card_list *list = make_list();
	struct gantry_card card = { .size = sizeof(card) };

	(void)state;
	assert_int_equal(gantry_card_list_count(list), 5);
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(gantry_card_list_get(list, i, &card), 0);
		assert_string_equal(card.pci_address, addresses[i]);
	}
	assert_int_equal(gantry_card_list_get(list, 5, &card), -ENOENT);
	gantry_card_list_destroy(list);
}

static void bound_card_is_described(void **state)
{
	struct gantry_card_list *list = make_list();
	struct gantry_card card = { .size = sizeof(card) };

	(void)state;
	assert_int_equal(gantry_card_list_get(list, 0, &card), 0);
	assert_string_equal(card.chip, "trainium2");
	assert_string_equal(card.driver, "gantry");
	assert_string_equal(card.driver_override, "gantry");
	assert_string_equal(card.node, "/dev/accel/accel3");
	assert_int_equal(card.index, 3);
	assert_int_equal(card.vendor_id, 0x1d0f);
	assert_int_equal(card.device_id, 0x7364);
	assert_int_equal(card.revision, 255);
	assert_int_equal(card.numa_node, -1);
	gantry_card_list_destroy(list);
}

static void unbound_and_foreign_cards_are_described(void **state)
{
	struct gantry_card_list *list = make_list();
	struct gantry_card card = { .size = sizeof(card) };

	(void)state;
	assert_int_equal(gantry_card_list_get(list, 1, &card), 0);
	assert_string_equal(card.driver, "");
	assert_string_equal(card.driver_override, "");
	assert_string_equal(card.node, "");
	assert_int_equal(card.index, -1);
	assert_int_equal(gantry_card_list_get(list, 2, &card), 0);
	assert_string_equal(card.driver, "neuron");
	assert_int_equal(card.numa_node, 1);
	assert_string_equal(card.node, "");
	assert_int_equal(gantry_card_list_get(list, 3, &card), 0);
	assert_string_equal(card.chip, "");
	assert_string_equal(card.node, "/dev/accel/accel12");
	gantry_card_list_destroy(list);
}

static void card_is_found_by_every_name(void **state)
{
	static const struct {
		const char *name, *address;
	} names[] = {
		{ "0000:00:05.0", "0000:00:05.0" }, { "00:05.0", "0000:00:05.0" },
		{ "0001:81:00.3", "0001:81:00.3" }, { "3", "0000:00:04.0" },
		{ "accel3", "0000:00:04.0" }, { "/dev/accel/accel3", "0000:00:04.0" },
		{ "12", "0000:00:08.0" }, { NULL, "0000:00:04.0" },
	};
	static const char *const none[] = {
		"", "81:00.3", "-1", "1", "accel", "accel1", "/dev/accel/accel4", "0000:00:09.0",
		"0000:00:02.0", "nvidia0", "accelaccel3x",
	};
	struct gantry_card_list *list = make_list();
	struct gantry_card card = { .size = sizeof(card) };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(gantry_card_list_find(list, names[i].name, &card), 0);
		assert_string_equal(card.pci_address, names[i].address);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(gantry_card_list_find(list, none[i], &card), -ENOENT);
	gantry_card_list_destroy(list);
}

static void opening_an_unbound_card_says_so(void **state)
{
	struct gantry_device *dev;

	(void)state;
	assert_int_equal(gantry_device_open("00:05.0", &dev), -ENXIO);
	assert_int_equal(gantry_device_open("00:06.0", &dev), -ENXIO);
	assert_int_equal(gantry_device_open("00:09.0", &dev), -ENOENT);
}

static void machine_without_cards_is_fine(void **state)
{
	static const struct mock_udev_device empty[] = { { 0 } };
	struct gantry_card card = { .size = sizeof(card) };
	struct gantry_card_list *list;
	struct gantry_device *dev;

	(void)state;
	mock_machine = empty;
	list = make_list();
	assert_int_equal(gantry_card_list_count(list), 0);
	assert_int_equal(gantry_card_list_get(list, 0, &card), -ENOENT);
	assert_int_equal(gantry_card_list_find(list, NULL, &card), -ENOENT);
	gantry_card_list_destroy(list);
	assert_int_equal(gantry_device_open(NULL, &dev), -ENOENT);
}

static void failing_search_is_told_and_leaves_nothing(void **state)
{
	static const struct {
		const char *function;
		int error;
	} failures[] = {
		{ "udev_new", -ENOMEM }, { "udev_enumerate_new", -ENOMEM },
		{ "udev_enumerate_add_match_subsystem", -ENOMEM },
		{ "udev_enumerate_scan_devices", -ENOSYS },
	};
	struct gantry_card_list *list = (void *)1;

	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		mock_udev_fails = failures[i].function;
		assert_int_equal(gantry_card_list_create(&list), failures[i].error);
	}
	assert_int_equal(gantry_card_list_create(NULL), -EINVAL);
	assert_ptr_equal(list, (void *)1);
}

static void wrong_arguments_are_refused(void **state)
{
	struct gantry_card card = { .size = sizeof(card) }, small = { .size = 8 };
	struct gantry_card_list *list = make_list();

	(void)state;
	assert_int_equal(gantry_card_list_count(NULL), -EINVAL);
	assert_int_equal(gantry_card_list_get(NULL, 0, &card), -EINVAL);
	assert_int_equal(gantry_card_list_get(list, 0, NULL), -EINVAL);
	assert_int_equal(gantry_card_list_get(list, 0, &small), -EINVAL);
	assert_int_equal(gantry_card_list_find(NULL, NULL, &card), -EINVAL);
	gantry_card_list_destroy(list);
}

/* The library lists the chips that the driver has register headers for. */
static void chips_of_the_driver_are_known(void **state)
{
	static const struct {
		unsigned int vendor, device;
		const char *chip;
	} chips[] = {
		{ GA100_PCI_VENDOR, GA100_PCI_DEVICE, "a100" },
		{ TRN2_PCI_VENDOR, TRN2_PCI_DEVICE, "trainium2" },
	};
	static char vendor[16], device[16];
	static const struct mock_udev_device one[] = {
		{ .syspath = PCI "0000:00:04.0", .subsystem = "pci", .vendor = vendor,
		  .device = device },
		{ 0 }
	};
	struct gantry_card card = { .size = sizeof(card) };

	(void)state;
	mock_machine = one;
	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
		struct gantry_card_list *list;

		snprintf(vendor, sizeof(vendor), "%#x", chips[i].vendor);
		snprintf(device, sizeof(device), "%#x", chips[i].device);
		list = make_list();
		assert_int_equal(gantry_card_list_get(list, 0, &card), 0);
		assert_string_equal(card.chip, chips[i].chip);
		gantry_card_list_destroy(list);
	}
}

#define card_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		card_test(every_card_is_listed_in_order),
		card_test(bound_card_is_described),
		card_test(unbound_and_foreign_cards_are_described),
		card_test(card_is_found_by_every_name),
		card_test(opening_an_unbound_card_says_so),
		card_test(machine_without_cards_is_fine),
		card_test(failing_search_is_told_and_leaves_nothing),
		card_test(wrong_arguments_are_refused),
		card_test(chips_of_the_driver_are_known),
	};

	return cmocka_run_group_tests_name("card", tests, NULL, NULL);
}
