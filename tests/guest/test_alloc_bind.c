// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever is allocated while a card is bound or unbound, or the module loaded, can
 * fail. It is tried again and again, first with the first allocation failing, then
 * with the second, until none is left. What failed says so and left nothing behind,
 * so that it works afterwards.
 *
 * Needs a kernel with fault injection (KERNEL=debug); on others all is skipped.
 */
#include "fixture.h"
#include "fail_nth.h"

#include <stdlib.h>

/* More than it comes to. */
#define NTH_MAX		5000

#define MAKES_DRM_DEVICE	"__devm_drm_dev_alloc"

/*
 * Binding allocates many hundred times: so many of them fail, evenly spread. Each loading
 * takes a second: one allocation in so many fails.
 */
#define BINDS		50
#define LOAD_STEP	4

static bool is_bound(void)
{
	return card_has_driver(0, "gantry");
}

static int write_to_driver(const char *attribute)
{
	return sysfs_write(card_address(0), "bus/pci/drivers/gantry/%s", attribute);
}

/*
 * Whatever the driver says is -ENOMEM. PCI takes windows that it has no memory to
 * remember for somebody else's, interrupts for missing or too many, the driver core a
 * folder that it could not make for a mistake.
 */
static bool means_no_memory(int ret)
{
	return ret == -ENOMEM || ret == -EBUSY || ret == -EINVAL || ret == -ENODEV ||
	       ret == -ENOSPC;
}

/* Returns false once nothing failed. It may not have come as far as the driver. */
static bool fail_to(const char *what, unsigned int nth, bool bind)
{
	bool failed;
	int ret;

	fail_nth_arm(nth);
	ret = write_to_driver(what);
	failed = fail_nth_disarm();
	if (ret && (!failed || !means_no_memory(ret)))
		fail_msg("%s, %u: %s", what, nth, strerror(-ret));
	if (is_bound() != (bind == !ret))
		fail_msg("%s, %u: %s, and is %sbound", what, nth, strerror(-ret),
			 is_bound() ? "" : "not ");
	assert_true(nth < NTH_MAX);
	return failed;
}

static void whatever_fails_in_an_unbind_the_card_goes(void **state)
{
	unsigned int nth = 1;

	(void)state;
	if (fail_nth_missing())
		skip();
	for (; fail_to("unbind", nth, false); nth++)
		if (!is_bound())
			assert_done(write_to_driver("bind"));
	assert_done(write_to_driver("bind"));
	cards_expect_all_free();
	print_message("# unbind: %u allocations failed, one after the other\n", nth - 1);
	assert_true(nth > 1);
}

/* Allocations below @function while the card is bound. */
static unsigned int count_in_bind(const char *function)
{
	unsigned int count;
	int ret;

	fail_nth_filter(function, NULL);
	fail_nth_count_begin();
	ret = write_to_driver("bind");
	count = fail_nth_count_end();
	assert_done(ret);
	assert_done(write_to_driver("unbind"));
	return count;
}

/* Returns the number of the first that did not fail, for there were none left. */
static unsigned int fail_to_bind(const char *below, const char *spared, unsigned int nth,
				 unsigned int step)
{
	fail_nth_filter(below, spared);
	for (; fail_to("bind", nth, true); nth += step)
		if (is_bound())
			assert_done(write_to_driver("unbind"));
	assert_done(write_to_driver("unbind"));
	fail_nth_filter(NULL, NULL);
	return nth;
}

/* GANTRY_ALLOC_STEP=1 lets each fail. */
static unsigned int step_or(unsigned int usual)
{
	const char *text = getenv("GANTRY_ALLOC_STEP");

	return text && atoi(text) > 0 ? (unsigned int)atoi(text) : usual;
}

/*
 * Linux 6.12 does not bear everything. DRM takes its error pointer for a device
 * (drm_minor_alloc_release()), so that is spared at first; it makes its device before
 * anything else is done. An interrupt whose folder in /proc could not be made warns
 * when it goes, so that is spared afterwards. What the driver core does before and
 * after is not ours.
 */
static void whatever_fails_in_a_bind_the_next_one_works(void **state)
{
	unsigned int drm, count, step, last;

	(void)state;
	if (fail_nth_missing())
		skip();
	assert_done(write_to_driver("unbind"));
	drm = count_in_bind(MAKES_DRM_DEVICE);
	count = count_in_bind("pci_device_probe");
	step = step_or(count / BINDS + 1);
	fail_to_bind(MAKES_DRM_DEVICE, "drm_sysfs_minor_alloc", 1, step);
	last = fail_to_bind("pci_device_probe", "register_irq_proc", drm + 1, step);
	assert_done(write_to_driver("bind"));
	cards_expect_all_free();
	print_message("# bind: of %u allocations one in %u failed\n", count, step);
	assert_true(drm > 0 && last > drm + step);
}

/* What the module itself does when it is loaded: not all that the kernel does for it. */
static void whatever_fails_in_loading_the_module_it_can_be_loaded_again(void **state)
{
	unsigned int nth = 1, step = step_or(LOAD_STEP), i;
	bool failed = true;

	(void)state;
	if (fail_nth_missing())
		skip();
	/* Else a card is bound as well. */
	for (i = 0; i < card_count(); i++)
		card_unbind(i);
	assert_done(module_unload());
	fail_nth_filter("do_init_module", NULL);
	for (; failed; nth += step) {
		int ret;

		fail_nth_arm(nth);
		ret = module_load("");
		failed = fail_nth_disarm();
		if (ret && (!failed || !means_no_memory(ret)))
			fail_msg("load, %u: %s", nth, strerror(-ret));
		assert_int_equal(sysfs_exists("module/gantry"), !ret);
		if (!ret && failed)
			assert_done(module_unload());
		assert_true(nth < NTH_MAX);
	}
	fail_nth_filter(NULL, NULL);
	cards_setup(state);
	print_message("# load: of the first %u allocations one in %u failed\n", nth - step - 1,
		      step);
	assert_true(nth > step + 1);
}

/* A test that failed leaves neither filter nor failures, and the card bound. */
static int restore(void **state)
{
	if (fail_nth_missing())
		return 0;
	fail_nth_disarm();
	fail_nth_filter(NULL, NULL);
	if (!sysfs_exists("module/gantry"))
		assert_done(module_load(""));
	return cards_setup(state);
}

static int setup(void **state)
{
	cards_setup(state);
	if (!fail_nth_init())
		print_message("# this kernel was built without %s, the debug kernel with it\n",
			      fail_nth_missing());
	return 0;
}

#define alloc_test(f) cmocka_unit_test_teardown(f, restore)

int main(void)
{
	const struct CMUnitTest tests[] = {
		alloc_test(whatever_fails_in_an_unbind_the_card_goes),
		alloc_test(whatever_fails_in_a_bind_the_next_one_works),
		alloc_test(whatever_fails_in_loading_the_module_it_can_be_loaded_again),
	};

	return cmocka_run_group_tests_name("alloc_bind", tests, setup, cards_teardown);
}
