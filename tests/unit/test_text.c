// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers as gantryctl reads and writes them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "text.h"

static void sizes_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 }, { "1", 1 }, { "4096", 4096 }, { "4K", 4096 }, { "4k", 4096 },
		{ "4KB", 4096 }, { "4KiB", 4096 }, { "64M", 64 << 20 }, { "1g", 1 << 30 },
		{ "16T", 16ULL << 40 }, { "18446744073709551615", UINT64_MAX },
	};
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		bytes = 1234;
		assert_int_equal(parse_size(good[i].text, &bytes), 0);
		assert_int_equal(bytes, good[i].bytes);
	}
}

static void what_is_no_size_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "K", "-1", "+1", " 1", "1 ", "1.5M", "0x10", "4KK", "4iB", "4Kx", "1e3", "4P",
	};
	uint64_t bytes = 1234;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_size(bad[i], &bytes), -EINVAL);
	assert_int_equal(parse_size("18446744073709551616", &bytes), -ERANGE);
	assert_int_equal(parse_size("18014398509481984K", &bytes), -ERANGE);
	assert_int_equal(parse_size("99999999999999999999999", &bytes), -ERANGE);
	assert_int_equal(bytes, 1234);
}

static void numbers_are_read_up_to_their_limit(void **state)
{
	uint32_t number = 7;

	(void)state;
	assert_int_equal(parse_number("12", 12, &number), 0);
	assert_int_equal(number, 12);
	assert_int_equal(parse_number("13", 12, &number), -ERANGE);
	assert_int_equal(parse_number("4294967296", UINT32_MAX, &number), -ERANGE);
	assert_int_equal(parse_number("", 12, &number), -EINVAL);
	assert_int_equal(parse_number("1K", 12, &number), -EINVAL);
	assert_int_equal(parse_number("-1", 12, &number), -EINVAL);
	assert_int_equal(number, 12);
}

static void sizes_are_written(void **state)
{
	char text[24];

	(void)state;
	assert_string_equal(format_size(text, sizeof(text), 0), "0 B");
	assert_string_equal(format_size(text, sizeof(text), 1023), "1023 B");
	assert_string_equal(format_size(text, sizeof(text), 1024), "1.0 KiB");
	assert_string_equal(format_size(text, sizeof(text), (1 << 20) - 1), "1.0 MiB");
	assert_string_equal(format_size(text, sizeof(text), 1610612736), "1.5 GiB");
	assert_string_equal(format_size(text, sizeof(text), UINT64_MAX), "16.0 EiB");
}

static void rates_and_times_are_written(void **state)
{
	char text[24];

	(void)state;
	assert_string_equal(format_rate(text, sizeof(text), 0, 5), "-");
	assert_string_equal(format_rate(text, sizeof(text), 5, 0), "-");
	assert_string_equal(format_rate(text, sizeof(text), 5, -1), "-");
	assert_string_equal(format_rate(text, sizeof(text), 1500, 1000000000), "1.5 kB/s");
	assert_string_equal(format_rate(text, sizeof(text), 1000000, 1000000000), "1.0 MB/s");
	assert_string_equal(format_rate(text, sizeof(text), 1250000000, 1000000000), "1.25 GB/s");
	assert_string_equal(format_time(text, sizeof(text), 1500), "1.5 us");
	assert_string_equal(format_time(text, sizeof(text), 3200000), "3.2 ms");
	assert_string_equal(format_time(text, sizeof(text), 61000000000), "61.00 s");
}

static void hex_is_written_and_fits(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x0f, 0xff };
	char text[7];

	(void)state;
	assert_string_equal(format_hex(text, sizeof(text), bytes, 3), "000fff");
	assert_string_equal(format_hex(text, 5, bytes, 3), "000f");
	assert_string_equal(format_hex(text, sizeof(text), bytes, 0), "");
}

static void progress_bar_shows_the_part_done(void **state)
{
	char line[256];

	(void)state;
	assert_string_equal(format_progress(line, sizeof(line), 80, 0, 1 << 20, 0),
			    "  0 % [........................................] 0 B of 1.0 MiB  -");
	assert_string_equal(format_progress(line, sizeof(line), 100, 1 << 19, 1 << 20, 524288000),
			    " 50 % [####################....................] 512.0 KiB of 1.0 MiB  1.0 MB/s  1 s left");
	assert_string_equal(format_progress(line, sizeof(line), 80, 1 << 20, 1 << 20, 1048576),
			    "100 % [########################################] 1.0 MiB of 1.0 MiB  1.00 GB/s");
	/* only what is done is called so */
	format_progress(line, sizeof(line), 80, 999999, 1000000, 1);
	assert_memory_equal(line, " 99 %", 5);
}

static void progress_bar_fits_any_terminal(void **state)
{
	char line[256];

	(void)state;
	for (unsigned int columns = 1; columns < 200; columns++) {
		format_progress(line, sizeof(line), columns, 1 << 19, 1 << 20, 1000);
		assert_true(strlen(line) <= columns);
	}
	format_progress(line, 10, 200, 1, 2, 1000);
	assert_true(strlen(line) < 10);
	format_progress(line, sizeof(line), 80, 5, 0, 1000);	/* nothing to do is done */
	assert_memory_equal(line, "100 %", 5);
}

static void names_of_others_are_made_safe_to_show(void **state)
{
	static const struct {
		const char *name, *clean;
	} names[] = {
		{ "", "" },
		{ "/a b/\"c\\d\"~", "/a b/\"c\\d\"~" },
		{ "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "\xc2\xa0 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf",
		  "\xc2\xa0 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf" },
		/* C0 and C1 controls: a terminal would do as they say */
		{ "a\033[31m\n\x7f", "a?[31m??" },
		{ "a\xc2\x9b" "31m\xc2\x80\xc2\x9f", "a??31m????" },
		/* no UTF-8 */
		{ "x\xff\x9b", "x??" },
		{ "\xc3", "?" },
		{ "\xc3/a", "?/a" },
		{ "\xe2\x82", "??" },
		{ "\xe2\x82\xc3\xa4", "??\xc3\xa4" },
		{ "\xf0\x9f\x98", "???" },
		/* longer than need be, halves of UTF-16, beyond the last character */
		{ "\xc0\xaf\xc1\xbf", "????" },
		{ "\xe0\x9f\xbf", "???" },
		{ "\xf0\x8f\xbf\xbf", "????" },
		{ "\xed\xa0\x80\xed\xbf\xbf", "??????" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xf8\x88\x80\x80\x80", "?????" },
	};
	char name[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		strcpy(name, names[i].name);
		clean_name(name);
		assert_string_equal(name, names[i].clean);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(what_is_no_size_is_refused),
		cmocka_unit_test(numbers_are_read_up_to_their_limit),
		cmocka_unit_test(sizes_are_written),
		cmocka_unit_test(rates_and_times_are_written),
		cmocka_unit_test(hex_is_written_and_fits),
		cmocka_unit_test(progress_bar_shows_the_part_done),
		cmocka_unit_test(progress_bar_fits_any_terminal),
		cmocka_unit_test(names_of_others_are_made_safe_to_show),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
