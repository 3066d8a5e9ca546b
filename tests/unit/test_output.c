// SPDX-License-Identifier: GPL-2.0-only
/*
 * The JSON that gantryctl writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gantryctl.h"
#include "output.h"

/* What output_print() writes to stdout. */
static const char *printed(struct json_object *value, int expected)
{
	static char text[4096];
	FILE *capture = tmpfile();
	int saved = dup(STDOUT_FILENO);
	size_t length;

	assert_non_null(capture);
	fflush(stdout);
	dup2(fileno(capture), STDOUT_FILENO);
	assert_int_equal(output_print(value), expected);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(capture);
	length = fread(text, 1, sizeof(text) - 1, capture);
	text[length] = '\0';
	fclose(capture);
	return text;
}

static void text_is_escaped(void **state)
{
	struct json_object *object = output_object(), *back;
	const char *nasty = "quote\" back\\slash \n\t\x01 /dev/accel \xc3\xa9";
	const char *text;

	(void)state;
	output_text(object, "key", nasty);
	text = printed(object, EXIT_OK);
	assert_non_null(strstr(text, "quote\\\" back\\\\slash \\n\\t\\u0001 /dev/accel"));
	back = json_tokener_parse(text);
	assert_non_null(back);
	assert_string_equal(json_object_get_string(json_object_object_get(back, "key")), nasty);
	json_object_put(back);
}

static void numbers_keep_all_their_bits(void **state)
{
	struct json_object *object = output_object();
	const char *text;

	(void)state;
	output_unsigned(object, "u", UINT64_MAX);
	output_signed(object, "s", INT64_MIN);
	output_bool(object, "b", true);
	text = printed(object, EXIT_OK);
	assert_non_null(strstr(text, "\"u\": 18446744073709551615"));
	assert_non_null(strstr(text, "\"s\": -9223372036854775808"));
	assert_non_null(strstr(text, "\"b\": true"));
}

/* 2^53 + 1 is the first whole number that a reader with doubles gets wrong. */
static void serial_number_is_text(void **state)
{
	struct json_object *object = output_object();
	const char *text;

	(void)state;
	output_serial(object, "serial", (1ULL << 53) + 1);
	output_serial(object, "none", 0);
	text = printed(object, EXIT_OK);
	assert_non_null(strstr(text, "\"serial\": \"0020000000000001\""));
	assert_non_null(strstr(text, "\"none\": null"));
}

static void absent_text_is_null(void **state)
{
	struct json_object *array = output_array(), *object = output_object();
	const char *text;

	(void)state;
	output_text_or_null(object, "driver", "");
	output_text_or_null(object, "node", "x");
	output_append(array, object);
	text = printed(array, EXIT_OK);
	assert_int_equal(text[0], '[');
	assert_non_null(strstr(text, "\"driver\": null"));
	assert_non_null(strstr(text, "\"node\": \"x\""));
}

/* A full disk behind a redirection must not look like success. */
static void answer_that_cannot_be_written_is_a_failure(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	int saved = dup(STDOUT_FILENO), saved_err = dup(STDERR_FILENO), ret;
	FILE *null = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(full);
	assert_non_null(null);
	fflush(stdout);
	dup2(fileno(full), STDOUT_FILENO);
	dup2(fileno(null), STDERR_FILENO);
	ret = output_print(output_object());
	dup2(saved, STDOUT_FILENO);
	dup2(saved_err, STDERR_FILENO);
	clearerr(stdout);
	close(saved);
	close(saved_err);
	fclose(full);
	fclose(null);
	assert_int_equal(ret, EXIT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_escaped),
		cmocka_unit_test(numbers_keep_all_their_bits),
		cmocka_unit_test(serial_number_is_text),
		cmocka_unit_test(absent_text_is_null),
		cmocka_unit_test(answer_that_cannot_be_written_is_a_failure),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
