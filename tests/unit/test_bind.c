// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind and unbind: what is written to sysfs, in which order, and what is undone.
 *
 * sysfs is a folder of the test. Whether the node comes is decided here.
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

#include "bind.h"
#include "gantryctl.h"
#include "node_wait.h"
#include "sysfs_folder.h"

#define ADDRESS "0000:00:04.0"
#define OVERRIDE "bus/pci/devices/" ADDRESS "/driver_override"
#define BIND "bus/pci/drivers/gantry/bind"
#define UNBIND "bus/pci/drivers/gantry/unbind"

static int node_error;
static struct gantry_card found;

/* ---- in place of open.c and node_wait.c -------------------------------------- */

int find_card(const char *name, struct gantry_card *card)
{
	if (strcmp(name, ADDRESS))
		return -ENOENT;
	*card = found;
	return 0;
}

int node_wait_begin(struct node_wait **out)
{
	*out = NULL;
	return 0;
}

int node_wait_finish(struct node_wait *wait, const char *pci_address, int timeout_ms,
		     struct gantry_card *card)
{
	(void)wait;
	assert_string_equal(pci_address, ADDRESS);
	assert_true(timeout_ms > 0);
	if (node_error)
		return node_error;
	strcpy(card->driver, "gantry");
	strcpy(card->node, "/dev/accel/accel0");
	return 0;
}

void node_wait_end(struct node_wait *wait)
{
	(void)wait;
}

static int setup(void **state)
{
	(void)state;
	folder_setup();
	folder_make("bus/pci/devices/" ADDRESS);
	folder_make("bus/pci/drivers/gantry");
	attribute_write(OVERRIDE, "");
	attribute_write(BIND, "");
	attribute_write(UNBIND, "");
	node_error = 0;
	found = (struct gantry_card) { .size = sizeof(found), .pci_address = ADDRESS };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return folder_teardown();
}

static int bind(const char *card)
{
	char *argv[] = { "bind", (char *)card, NULL };

	return command_bind(card ? 2 : 1, argv);
}

static int unbind(const char *card)
{
	char *argv[] = { "unbind", (char *)card, NULL };

	return command_unbind(2, argv);
}

static void bind_sets_the_override_and_binds(void **state)
{
	(void)state;
	assert_int_equal(bind(ADDRESS), EXIT_OK);
	attribute_expect(OVERRIDE, "gantry");
	attribute_expect(BIND, ADDRESS);
	attribute_expect(UNBIND, "");
}

static void bind_without_module_changes_nothing(void **state)
{
	(void)state;
	attribute_remove(BIND);
	attribute_remove(UNBIND);
	assert_int_equal(rmdir(folder_path("bus/pci/drivers/gantry")), 0);
	assert_int_equal(bind(ADDRESS), EXIT_FAILED);
	attribute_expect(OVERRIDE, "");
}

static void bind_of_a_foreign_card_changes_nothing(void **state)
{
	(void)state;
	strcpy(found.driver, "neuron");
	assert_int_equal(bind(ADDRESS), EXIT_FAILED);
	attribute_expect(OVERRIDE, "");
	attribute_expect(BIND, "");
}

static void bind_of_a_bound_card_is_done_already(void **state)
{
	(void)state;
	strcpy(found.driver, "gantry");
	assert_int_equal(bind(ADDRESS), EXIT_OK);
	attribute_expect(OVERRIDE, "");
	attribute_expect(BIND, "");
}

static void bind_that_the_driver_refuses_is_undone(void **state)
{
	(void)state;
	attribute_remove(BIND);
	strcpy(found.driver_override, "vfio-pci");
	assert_int_equal(bind(ADDRESS), EXIT_FAILED);
	attribute_expect(OVERRIDE, "vfio-pci");
}

static void bind_without_node_is_undone(void **state)
{
	(void)state;
	node_error = -ETIMEDOUT;
	assert_int_equal(bind(ADDRESS), EXIT_FAILED);
	attribute_expect(UNBIND, ADDRESS);
	attribute_expect(OVERRIDE, "\n");
}

static void unbind_clears_the_override_and_unbinds(void **state)
{
	(void)state;
	strcpy(found.driver, "gantry");
	strcpy(found.driver_override, "gantry");
	assert_int_equal(unbind(ADDRESS), EXIT_OK);
	attribute_expect(OVERRIDE, "\n");
	attribute_expect(UNBIND, ADDRESS);
	attribute_expect(BIND, "");
}

static void unbind_that_fails_keeps_the_override(void **state)
{
	(void)state;
	strcpy(found.driver, "gantry");
	strcpy(found.driver_override, "gantry");
	attribute_remove(UNBIND);
	assert_int_equal(unbind(ADDRESS), EXIT_FAILED);
	attribute_expect(OVERRIDE, "gantry");
}

static void unbind_of_an_assigned_card_clears_its_override(void **state)
{
	(void)state;
	strcpy(found.driver_override, "gantry");
	assert_int_equal(unbind(ADDRESS), EXIT_OK);
	attribute_expect(OVERRIDE, "\n");
	attribute_expect(UNBIND, "");
}

static void unbind_leaves_other_drivers_alone(void **state)
{
	(void)state;
	strcpy(found.driver_override, "vfio-pci");
	assert_int_equal(unbind(ADDRESS), EXIT_OK);	/* gantry does not have it */
	strcpy(found.driver, "vfio-pci");
	assert_int_equal(unbind(ADDRESS), EXIT_FAILED);
	attribute_expect(OVERRIDE, "");
	attribute_expect(UNBIND, "");
}

static void wrong_usage_changes_nothing(void **state)
{
	char *two[] = { "bind", ADDRESS, "more", NULL };
	char *option[] = { "bind", "--force", ADDRESS, NULL };

	(void)state;
	assert_int_equal(bind(NULL), EXIT_USAGE);
	assert_int_equal(bind("0000:00:09.0"), EXIT_FAILED);
	assert_int_equal(command_bind(3, two), EXIT_USAGE);
	assert_int_equal(command_bind(3, option), EXIT_USAGE);
	attribute_expect(OVERRIDE, "");
}

#define bind_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		bind_test(bind_sets_the_override_and_binds),
		bind_test(bind_without_module_changes_nothing),
		bind_test(bind_of_a_foreign_card_changes_nothing),
		bind_test(bind_of_a_bound_card_is_done_already),
		bind_test(bind_that_the_driver_refuses_is_undone),
		bind_test(bind_without_node_is_undone),
		bind_test(unbind_clears_the_override_and_unbinds),
		bind_test(unbind_that_fails_keeps_the_override),
		bind_test(unbind_of_an_assigned_card_clears_its_override),
		bind_test(unbind_leaves_other_drivers_alone),
		bind_test(wrong_usage_changes_nothing),
	};

	return cmocka_run_group_tests_name("bind", tests, NULL, NULL);
}
