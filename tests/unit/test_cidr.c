// SPDX-License-Identifier: GPL-2.0-only
/*
 * Networks as gantryctl reads and writes them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "cidr.h"

static void networks_are_read_and_written(void **state)
{
	static const char *const good[] = {
		"10.0.0.0/8", "0.0.0.0/0", "192.0.2.7", "198.51.100.128/25", "fd00::/8", "::/0",
		"2001:db8::1", "2001:db8:8000::/33",
	};
	struct cidr cidr;
	char text[CIDR_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(cidr_parse(good[i], &cidr), 0);
		assert_string_equal(cidr_format(text, sizeof(text), &cidr), good[i]);
	}
}

static void an_address_is_a_network_of_one(void **state)
{
	struct cidr cidr;

	(void)state;
	assert_int_equal(cidr_parse("192.0.2.7/32", &cidr), 0);
	assert_int_equal(cidr.family, AF_INET);
	assert_int_equal(cidr.bits, 32);
	assert_int_equal(cidr_parse("::1", &cidr), 0);
	assert_int_equal(cidr.family, AF_INET6);
	assert_int_equal(cidr.bits, 128);
}

static void what_is_no_network_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "/", "/8", "10", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
		"10.0.0.0/8/8", "10.0.0.0/4294967297", "010.0.0.0/8", "10.0.0/8", " 10.0.0.0/8",
		"10.0.0.0 /8", "fd00::/129", "fd00:/8", "fe80::1%eth0", "localhost", "any",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999",
		"0000000000000000000000000000000000000000000000000000000000000001::/8",
	};
	struct cidr cidr;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (cidr_parse(bad[i], &cidr) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
}

static void bits_behind_the_network_are_refused_and_what_is_meant_is_told(void **state)
{
	struct cidr cidr;
	char text[CIDR_TEXT];

	(void)state;
	assert_int_equal(cidr_parse("10.1.2.3/8", &cidr), -ERANGE);
	assert_string_equal(cidr_format(text, sizeof(text), &cidr), "10.0.0.0/8");
	assert_int_equal(cidr_parse("0.0.0.1/0", &cidr), -ERANGE);
	assert_int_equal(cidr_parse("192.0.2.129/25", &cidr), -ERANGE);
	assert_string_equal(cidr_format(text, sizeof(text), &cidr), "192.0.2.128/25");
	assert_int_equal(cidr_parse("fd00::1/64", &cidr), -ERANGE);
	assert_string_equal(cidr_format(text, sizeof(text), &cidr), "fd00::/64");
}

/* Such a rule would never match: packets to these addresses are IPv4. */
static void ipv4_written_as_ipv6_is_refused(void **state)
{
	struct cidr cidr;

	(void)state;
	assert_int_equal(cidr_parse("::ffff:10.0.0.0/104", &cidr), -EAFNOSUPPORT);
	assert_int_equal(cidr_parse("::ffff:192.0.2.1", &cidr), -EAFNOSUPPORT);
	assert_int_equal(cidr_parse("::ffff:0:0/96", &cidr), -EAFNOSUPPORT);
}

static int compare(const char *a, const char *b)
{
	struct cidr x, y;

	assert_int_equal(cidr_parse(a, &x), 0);
	assert_int_equal(cidr_parse(b, &y), 0);
	assert_int_equal(!cidr_compare(&x, &y), !cidr_compare(&y, &x));
	return cidr_compare(&x, &y);
}

static void they_are_sorted_as_people_expect(void **state)
{
	(void)state;
	assert_true(compare("10.0.0.0/8", "10.0.0.0/8") == 0);
	assert_true(compare("10.0.0.0/8", "10.0.0.0/16") < 0);
	assert_true(compare("9.0.0.0/8", "10.0.0.0/8") < 0);
	assert_true(compare("200.0.0.0/8", "10.0.0.0/8") > 0);
	assert_true(compare("255.255.255.255", "::/0") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_are_read_and_written),
		cmocka_unit_test(an_address_is_a_network_of_one),
		cmocka_unit_test(what_is_no_network_is_refused),
		cmocka_unit_test(bits_behind_the_network_are_refused_and_what_is_meant_is_told),
		cmocka_unit_test(ipv4_written_as_ipv6_is_refused),
		cmocka_unit_test(they_are_sorted_as_people_expect),
	};

	return cmocka_run_group_tests_name("cidr", tests, NULL, NULL);
}
