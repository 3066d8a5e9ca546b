// SPDX-License-Identifier: GPL-2.0-only
/* Version messages come from outside: what the scanner takes, and what not. */
#include "vfio-user/client.h"

#include <errno.h>
#include <string.h>

#include "json.h"

static int scan(const char *text)
{
	return json_scan(text, strlen(text), NULL, 0);
}

static void test_takes_what_the_grammar_allows(void **state)
{
	const char *const texts[] = {
		"{}",
		" { } ",
		"{\"a\":1}",
		"{\"a\":-0.5e+7,\"b\":[1,2,[]],\"c\":{\"d\":null}}",
		"{\"a\":\"\\u00e9\\n\\\"\",\"b\":true,\"c\":false}",
		"{\"\":0}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (scan(texts[i]))
			fail_msg("refused: %s", texts[i]);
}

static void test_refuses_what_it_does_not(void **state)
{
	const char *const texts[] = {
		"", "[]", "1", "{", "}", "{}}", "{} x", "{a:1}", "{\"a\"}",
		"{\"a\":}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":-}",
		"{\"a\":1.}", "{\"a\":1e}", "{\"a\":tru}", "{\"a\":[1,]}",
		"{\"a\":\"x}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}",
		"{\"a\":\"\n\"}", "{\"a\":1 \"b\":2}", "{\"a\":[1}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (scan(texts[i]) != -EINVAL)
			fail_msg("taken: %s", texts[i]);
}

static void test_depth_and_length_have_limits(void **state)
{
	char text[4096] = "{\"a\":";
	size_t len = strlen(text);

	(void)state;
	memset(text + len, '[', 1000);
	assert_int_equal(json_scan(text, len + 1000, NULL, 0), -EINVAL);

	/* A name longer than any that is wanted is only a name. */
	memset(text, 'n', sizeof(text));
	memcpy(text, "{\"", 2);
	memcpy(text + sizeof(text) - 4, "\":1}", 4);
	assert_int_equal(json_scan(text, sizeof(text), NULL, 0), 0);
	/* Cut anywhere it is wrong, and nothing behind the end is read. */
	for (len = 0; len < sizeof(text); len += 61)
		assert_int_equal(json_scan(text, len, NULL, 0), -EINVAL);
}

static void test_finds_members_at_their_place(void **state)
{
	static const char text[] = "{\"n\":7,\"caps\":{\"n\":18446744073709551615,"
			    "\"yes\":true,\"no\":false,\"big\":"
			    "18446744073709551616,\"neg\":-1,\"half\":1.5,"
			    "\"text\":\"n\",\"deep\":{\"n\":9}}}";
	struct json_member m[] = {
		{ .path = "caps.n" }, { .path = "caps.yes" },
		{ .path = "caps.no" }, { .path = "caps.big" },
		{ .path = "caps.neg" }, { .path = "caps.half" },
		{ .path = "caps.text" }, { .path = "caps.deep.n" },
		{ .path = "caps.none" }, { .path = "caps" },
	};

	(void)state;
	assert_int_equal(json_scan(text, strlen(text), m, 10), 0);
	assert_true(m[0].is_number);
	assert_true(m[0].number == UINT64_MAX);
	assert_true(m[1].is_true && !m[1].is_number);
	assert_true(m[2].found && !m[2].is_true);
	assert_true(m[3].found && !m[3].is_number);
	assert_true(m[4].found && !m[4].is_number);
	assert_true(m[5].found && !m[5].is_number);
	assert_true(m[6].found && !m[6].is_number);
	assert_int_equal(m[7].number, 9);
	assert_false(m[8].found);
	assert_true(m[9].found && !m[9].is_number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes_what_the_grammar_allows),
		cmocka_unit_test(test_refuses_what_it_does_not),
		cmocka_unit_test(test_depth_and_length_have_limits),
		cmocka_unit_test(test_finds_members_at_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
