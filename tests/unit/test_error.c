// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the library says of errors. That each page and each text agree with the
 * header is for check-man.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gantry.h"

/* Every errno that a call of the library returns for a reason of its own. */
static const int known[] = {
	E2BIG, EACCES, EBADF, EBUSY, ECANCELED, ECHILD, EFAULT, EINVAL, EIO, EMFILE, ENFILE,
	ENOBUFS, ENODEV, ENOENT, ENOMEM, ENOSPC, ENOSYS, ENXIO, EOPNOTSUPP, EPERM, ESTALE, ETIME,
	ETIMEDOUT, EXDEV,
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void every_known_error_says_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(known); i++) {
		const char *text = gantry_strerror(-known[i]);

		/* "what it means: what to do" */
		if (!strstr(text, ": "))
			fail_msg("%d: %s", known[i], text);
		assert_string_not_equal(text, strerror(known[i]));
		assert_null(strchr(text, '\n'));
		assert_int_not_equal(text[strlen(text) - 1], '.');
	}
}

static void sign_does_not_matter(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(known); i++) {
		assert_ptr_equal(gantry_strerror(known[i]), gantry_strerror(-known[i]));
		assert_ptr_equal(gantry_explain("gantry_buffer_create", known[i]),
				 gantry_explain("gantry_buffer_create", -known[i]));
	}
}

static void call_narrows_the_reasons_down(void **state)
{
	(void)state;
	assert_non_null(strstr(gantry_explain("gantry_queue_submit", -EINVAL),
			       "nothing was prepared"));
	assert_non_null(strstr(gantry_explain("gantry_queue_prep_copy", -EINVAL), "overlap"));
	assert_non_null(strstr(gantry_explain("gantry_device_open", -ENXIO), "gantryctl bind"));
	/* "Return: as gantry_queue_prep_wait()." */
	assert_string_equal(gantry_explain("gantry_queue_prep_signal", -ENOBUFS),
			    gantry_explain("gantry_queue_prep_wait", -ENOBUFS));
}

static void call_with_nothing_of_its_own_gets_the_general_text(void **state)
{
	static const char *const calls[] = { NULL, "", "gantry_queue_submit", "no_such_call" };

	(void)state;
	for (size_t i = 0; i < LENGTH(calls); i++)
		assert_ptr_equal(gantry_explain(calls[i], -EXDEV), gantry_strerror(-EXDEV));
	/* its list says no more than that the error is possible */
	assert_ptr_equal(gantry_explain("gantry_buffer_export", -EMFILE),
			 gantry_strerror(-EMFILE));
}

static void any_number_has_a_text(void **state)
{
	static const int odd[] = { INT_MIN, INT_MIN + 1, INT_MAX, 4096, -4096, 133, 134 };

	(void)state;
	errno = EDOM;
	for (int error = -200; error <= 200; error++)
		assert_true(strlen(gantry_strerror(error)) > 3);
	for (size_t i = 0; i < LENGTH(odd); i++) {
		assert_true(strlen(gantry_strerror(odd[i])) > 3);
		assert_ptr_equal(gantry_explain("gantry_queue_wait", odd[i]),
				 gantry_strerror(odd[i]));
	}
	assert_string_equal(gantry_strerror(0), "no error");
	assert_string_equal(gantry_strerror(-ELOOP), strerror(ELOOP));
	assert_int_equal(errno, EDOM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_known_error_says_what_to_do),
		cmocka_unit_test(sign_does_not_matter),
		cmocka_unit_test(call_narrows_the_reasons_down),
		cmocka_unit_test(call_with_nothing_of_its_own_gets_the_general_text),
		cmocka_unit_test(any_number_has_a_text),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
