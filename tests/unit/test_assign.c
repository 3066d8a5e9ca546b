// SPDX-License-Identifier: GPL-2.0-only
/*
 * assign: what the file of assignments means for each card, and what is written
 * to sysfs for it.
 *
 * sysfs and the file are in a folder of the test.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "assign.h"
#include "assignments.h"
#include "gantryctl.h"
#include "sysfs_folder.h"

#define FIRST "0000:00:04.0"
#define SECOND "0000:5e:00.0"
#define OVERRIDE(address) "bus/pci/devices/" address "/driver_override"
#define BIND "bus/pci/drivers/gantry/bind"

static char file[64];
static struct gantry_card cards[2];
/* The driver that the first card has from the second look on. */
static const char *quicker;

/* ---- in place of the library and open.c ---------------------------------------- */

int gantry_card_list_create(struct gantry_card_list **out)
{
	*out = NULL;
	return 0;
}

void gantry_card_list_destroy(struct gantry_card_list *list)
{
	(void)list;
}

int gantry_card_list_count(const struct gantry_card_list *list)
{
	(void)list;
	return 2;
}

int gantry_card_list_get(const struct gantry_card_list *list, unsigned int index,
			 struct gantry_card *card)
{
	(void)list;
	*card = cards[index];
	if (quicker && index == 0)
		strcpy(cards[0].driver, quicker);
	return 0;
}

int find_card(const char *name, struct gantry_card *card)
{
	for (int i = 0; i < 2; i++) {
		if (strcmp(name, cards[i].pci_address))
			continue;
		*card = cards[i];
		return 0;
	}
	return -ENOENT;
}

/* ---- the folder ---------------------------------------------------------------- */

static void assert_nothing_taken(void)
{
	attribute_expect(OVERRIDE(FIRST), "");
	attribute_expect(OVERRIDE(SECOND), "");
	attribute_expect(BIND, "");
}

static int setup(void **state)
{
	(void)state;
	folder_setup();
	snprintf(file, sizeof(file), "%s", folder_path("cards.conf"));
	assignments_path = file;
	modprobe_path = "/bin/false";
	quicker = NULL;
	folder_make("bus/pci/devices/" FIRST);
	folder_make("bus/pci/devices/" SECOND);
	folder_make("bus/pci/drivers/gantry");
	folder_make("bus/pci/drivers/neuron");
	attribute_write(OVERRIDE(FIRST), "");
	attribute_write(OVERRIDE(SECOND), "");
	attribute_write(BIND, "");
	attribute_write("bus/pci/drivers/neuron/unbind", "");
	cards[0] = (struct gantry_card) {
		.size = sizeof(cards[0]), .pci_address = FIRST, .chip = "trainium2",
		.vendor_id = 0x1d0f, .device_id = 0x7364,
	};
	cards[1] = cards[0];
	strcpy(cards[1].pci_address, SECOND);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return folder_teardown();
}

#define assign(...) assign_words((char *[]){ "assign", ##__VA_ARGS__, NULL })

static int assign_words(char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return command_assign(argc, argv);
}

static void rules(const char *text)
{
	attribute_write("cards.conf", text);
}

/* ---- the file -------------------------------------------------------------------- */

static void without_file_nothing_is_taken(void **state)
{
	(void)state;
	assert_int_equal(assign(), EXIT_OK);
	assert_nothing_taken();
}

static void a_file_of_comments_takes_nothing(void **state)
{
	(void)state;
	rules("# assign trainium2\n\n   \t\n#\n");
	assert_int_equal(assign(), EXIT_OK);
	assert_nothing_taken();
}

static void an_address_fits_its_card_alone(void **state)
{
	(void)state;
	rules("assign " SECOND "\n");
	assert_int_equal(assign(), EXIT_OK);
	attribute_expect(OVERRIDE(FIRST), "");
	attribute_expect(OVERRIDE(SECOND), "gantry");
	attribute_expect(BIND, SECOND);
}

static void every_way_to_name_a_card_fits(void **state)
{
	static const char *const names[] = {
		FIRST, "00:04.0", "0000:00:*", "00:0[4-6].?", "*", "trainium2", "1d0f:7364",
		"1D0F:7364",
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		attribute_write(OVERRIDE(FIRST), "");
		snprintf(text, sizeof(text), "  assign\t%s # why\r\n", names[i]);
		rules(text);
		assert_int_equal(assign(), EXIT_OK);
		attribute_expect(OVERRIDE(FIRST), "gantry");
	}
}

static void names_of_other_cards_do_not_fit(void **state)
{
	(void)state;
	rules("assign 0000:00:04.1\nassign 0001:*\nassign inferentia2\nassign 1d0f:7264\n"
	      "assign 04:00.0");
	assert_int_equal(assign(), EXIT_OK);
	assert_nothing_taken();
}

static void the_last_rule_that_fits_decides(void **state)
{
	(void)state;
	rules("assign trainium2\nleave " FIRST "\n");
	assert_int_equal(assign(), EXIT_OK);
	attribute_expect(OVERRIDE(FIRST), "");
	attribute_expect(OVERRIDE(SECOND), "gantry");
	rules("leave *\nassign " FIRST "\n");
	assert_int_equal(assign(), EXIT_OK);
	attribute_expect(OVERRIDE(FIRST), "gantry");
}

static void a_bad_line_refuses_the_whole_file(void **state)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{ "assign trainium2\nasign " FIRST "\n", "cards.conf:2: 'asign'" },
		{ "assign\n", "cards.conf:1: assign which cards?" },
		{ "assign trainium2 " FIRST "\n", "cards.conf:1: '" FIRST "' is too much" },
		{ "\n\nleave 0000:00:04\n", "cards.conf:3: '0000:00:04' is no PCI address" },
		{ "assign Trainium2\n", "'Trainium2' is no PCI address" },
		{ "assign 1d0f:73641\n", "'1d0f:73641' is no PCI address" },
		{ "assign "
		  "0000000000000000000000000000000000000000000000000000000000000000000000000*\n",
		  "is no PCI address" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		rules(bad[i].text);
		assert_int_equal(assign(), EXIT_FAILED);
		expect_said(bad[i].said);
		assert_nothing_taken();
	}
}

static void a_file_that_cannot_be_read_takes_nothing(void **state)
{
	(void)state;
	folder_make("cards.conf");
	assert_int_equal(assign(), EXIT_FAILED);
	expect_said("cards.conf");
	assert_nothing_taken();
}

/* ---- the cards ------------------------------------------------------------------- */

static void all_overrides_are_set_before_one_card_is_bound(void **state)
{
	(void)state;
	rules("assign trainium2\n");
	assert_int_equal(assign(FIRST), EXIT_OK);
	attribute_expect(OVERRIDE(FIRST), "gantry");
	attribute_expect(OVERRIDE(SECOND), "gantry");
	attribute_expect(BIND, FIRST);
}

static void a_card_of_another_driver_is_left_alone(void **state)
{
	(void)state;
	rules("assign " FIRST "\n");
	strcpy(cards[0].driver, "neuron");
	assert_int_equal(assign(), EXIT_FAILED);
	expect_said(FIRST " is assigned to gantry but belongs to driver neuron");
	assert_nothing_taken();
	attribute_expect("bus/pci/drivers/neuron/unbind", "");
}

static void a_card_meant_for_another_driver_is_left_alone(void **state)
{
	(void)state;
	rules("assign trainium2\n");
	strcpy(cards[0].driver_override, "vfio-pci");
	assert_int_equal(assign("--new", FIRST), EXIT_FAILED);
	expect_said("its driver_override is vfio-pci");
	attribute_expect(OVERRIDE(FIRST), "");
	attribute_expect(BIND, "");
}

static void one_card_that_fails_does_not_stop_the_next(void **state)
{
	(void)state;
	rules("assign trainium2\n");
	strcpy(cards[0].driver, "neuron");
	assert_int_equal(assign(), EXIT_FAILED);
	attribute_expect(BIND, SECOND);
}

static void a_new_card_is_taken_from_the_driver_that_was_quicker(void **state)
{
	(void)state;
	rules("assign trainium2\n");
	strcpy(cards[0].driver, "neuron");
	assert_int_equal(assign("--new", FIRST), EXIT_OK);
	attribute_expect(OVERRIDE(FIRST), "gantry");
	attribute_expect("bus/pci/drivers/neuron/unbind", FIRST);
	attribute_expect(BIND, FIRST);
}

/* Another driver gets it between our first look and our binding, which fails. */
static void a_new_card_is_looked_at_again_when_it_cannot_be_bound(void **state)
{
	(void)state;
	rules("assign " FIRST "\n");
	quicker = "neuron";
	attribute_remove(BIND);
	assert_int_equal(assign("--new", FIRST), EXIT_FAILED);
	attribute_expect(OVERRIDE(FIRST), "gantry");
	attribute_expect("bus/pci/drivers/neuron/unbind", FIRST);
}

static void a_new_card_that_is_not_assigned_stays_where_it_is(void **state)
{
	(void)state;
	rules("assign trainium2\nleave " FIRST "\n");
	strcpy(cards[0].driver, "neuron");
	assert_int_equal(assign("--new", FIRST), EXIT_OK);
	attribute_expect(OVERRIDE(FIRST), "");
	attribute_expect("bus/pci/drivers/neuron/unbind", "");
}

static void a_card_that_gantry_has_is_fine(void **state)
{
	(void)state;
	rules("assign " FIRST "\n");
	strcpy(cards[0].driver, "gantry");
	attribute_write("bus/pci/drivers/gantry/" FIRST, "");
	assert_int_equal(assign(), EXIT_OK);
	attribute_expect(BIND, "");
}

static void the_module_is_loaded_only_for_an_assigned_card(void **state)
{
	(void)state;
	attribute_remove(BIND);
	assert_int_equal(rmdir(folder_path("bus/pci/drivers/gantry")), 0);
	assert_int_equal(assign(), EXIT_OK);
	rules("assign " SECOND "\n");
	assert_int_equal(assign(FIRST), EXIT_OK);
	assert_int_equal(assign(SECOND), EXIT_FAILED);
	expect_said("cannot load gantry.ko");
}

static void a_bind_that_fails_is_told(void **state)
{
	(void)state;
	rules("assign " FIRST "\n");
	attribute_remove(BIND);
	assert_int_equal(assign(), EXIT_FAILED);
	expect_said("cannot bind " FIRST);
}

static void a_dry_run_changes_nothing_and_says_which_line(void **state)
{
	(void)state;
	rules("assign trainium2\nleave " SECOND "\n");
	strcpy(cards[0].driver, "neuron");
	assert_int_equal(assign("--dry-run"), EXIT_OK);
	expect_said(FIRST " trainium2: assigned to gantry (line 1), driver neuron");
	expect_said(SECOND " trainium2: left alone (line 2)");
	assert_nothing_taken();
}

static void json_has_every_card(void **state)
{
	(void)state;
	rules("assign " FIRST "\n");
	assert_int_equal(assign("--json", "-n"), EXIT_OK);
	expect_said("\"pci_address\": \"" FIRST "\"");
	expect_said("\"assigned\": true");
	expect_said("\"pci_address\": \"" SECOND "\"");
	expect_said("\"assigned\": false");
}

static void wrong_usage_changes_nothing(void **state)
{
	(void)state;
	rules("assign trainium2\n");
	assert_int_equal(assign("--new"), EXIT_USAGE);
	assert_int_equal(assign("--force"), EXIT_USAGE);
	assert_int_equal(assign(FIRST, SECOND), EXIT_USAGE);
	assert_int_equal(assign("0000:00:09.0"), EXIT_FAILED);
	assert_nothing_taken();
}

#define assign_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		assign_test(without_file_nothing_is_taken),
		assign_test(a_file_of_comments_takes_nothing),
		assign_test(an_address_fits_its_card_alone),
		assign_test(every_way_to_name_a_card_fits),
		assign_test(names_of_other_cards_do_not_fit),
		assign_test(the_last_rule_that_fits_decides),
		assign_test(a_bad_line_refuses_the_whole_file),
		assign_test(a_file_that_cannot_be_read_takes_nothing),
		assign_test(all_overrides_are_set_before_one_card_is_bound),
		assign_test(a_card_of_another_driver_is_left_alone),
		assign_test(a_card_meant_for_another_driver_is_left_alone),
		assign_test(one_card_that_fails_does_not_stop_the_next),
		assign_test(a_new_card_is_taken_from_the_driver_that_was_quicker),
		assign_test(a_new_card_is_looked_at_again_when_it_cannot_be_bound),
		assign_test(a_new_card_that_is_not_assigned_stays_where_it_is),
		assign_test(a_card_that_gantry_has_is_fine),
		assign_test(the_module_is_loaded_only_for_an_assigned_card),
		assign_test(a_bind_that_fails_is_told),
		assign_test(a_dry_run_changes_nothing_and_says_which_line),
		assign_test(json_has_every_card),
		assign_test(wrong_usage_changes_nothing),
	};

	return cmocka_run_group_tests_name("assign", tests, NULL, NULL);
}
