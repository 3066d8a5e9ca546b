// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers as people write and read them, and names that can be shown to them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "text.h"

#define BAR_LENGTH_MAX 40

/* Digits only: no sign, no blank, no "0x". */
static const char *parse_digits(const char *text, uint64_t *value, bool *overflow)
{
	uint64_t sum = 0;

	*overflow = false;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, *text - '0', &sum))
			*overflow = true;
	*value = sum;
	return text;
}

int parse_size(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	const char *rest, *unit;
	unsigned int shift = 0;
	bool overflow;
	uint64_t value;

	rest = parse_digits(text, &value, &overflow);
	if (rest == text)
		return -EINVAL;
	if (*rest) {
		unit = strchr(units, toupper((unsigned char)*rest));
		if (!unit)
			return -EINVAL;
		shift = 10 * (unit - units + 1);
		rest++;
		if (*rest && strcasecmp(rest, "iB") && strcasecmp(rest, "B"))
			return -EINVAL;
	}
	if (overflow || value > UINT64_MAX >> shift)
		return -ERANGE;
	*bytes = value << shift;
	return 0;
}

int parse_number(const char *text, uint32_t max, uint32_t *number)
{
	const char *rest;
	bool overflow;
	uint64_t value;

	rest = parse_digits(text, &value, &overflow);
	if (rest == text || *rest)
		return -EINVAL;
	if (overflow || value > max)
		return -ERANGE;
	*number = value;
	return 0;
}

const char *format_size(char *text, size_t room, uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = bytes / 1024.0;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, room, "%u B", (unsigned int)bytes);
		return text;
	}
	while (value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		unit++;
	}
	snprintf(text, room, "%.1f %s", value, units[unit]);
	return text;
}

const char *format_rate(char *text, size_t room, uint64_t bytes, int64_t elapsed)
{
	double per_second;

	if (elapsed <= 0 || !bytes) {
		snprintf(text, room, "-");
		return text;
	}
	per_second = bytes * 1e9 / elapsed;
	if (per_second >= 1e9)
		snprintf(text, room, "%.2f GB/s", per_second / 1e9);
	else if (per_second >= 1e6)
		snprintf(text, room, "%.1f MB/s", per_second / 1e6);
	else
		snprintf(text, room, "%.1f kB/s", per_second / 1e3);
	return text;
}

const char *format_time(char *text, size_t room, int64_t elapsed)
{
	if (elapsed >= 1000000000)
		snprintf(text, room, "%.2f s", elapsed / 1e9);
	else if (elapsed >= 1000000)
		snprintf(text, room, "%.1f ms", elapsed / 1e6);
	else
		snprintf(text, room, "%.1f us", elapsed / 1e3);
	return text;
}

const char *format_hex(char *text, size_t room, const uint8_t *bytes, size_t length)
{
	text[0] = '\0';
	for (size_t i = 0; i < length && 2 * i + 2 < room; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

/* The bar takes what the words leave. */
static unsigned int bar_length(unsigned int columns, size_t words)
{
	if (columns < words + 4)
		return 0;
	columns -= words + 3;
	return columns < BAR_LENGTH_MAX ? columns : BAR_LENGTH_MAX;
}

const char *format_progress(char *text, size_t room, unsigned int columns, uint64_t done,
			    uint64_t total, int64_t elapsed)
{
	char words[96], bar[BAR_LENGTH_MAX + 4] = "", a[24], b[24], rate[24], left[32] = "";
	double part = total ? (double)done / total : 1;
	unsigned int length;

	if (part > 1)
		part = 1;
	if (done && done < total && elapsed > 0)
		snprintf(left, sizeof(left), "  %.0f s left", elapsed / 1e9 * (1 / part - 1));
	snprintf(words, sizeof(words), "%s of %s  %s%s", format_size(a, sizeof(a), done),
		 format_size(b, sizeof(b), total), format_rate(rate, sizeof(rate), done, elapsed),
		 left);
	length = bar_length(columns, strlen(words) + 7);
	if (length) {
		bar[0] = '[';
		memset(bar + 1, '.', length);
		memset(bar + 1, '#', part * length);
		memcpy(bar + 1 + length, "] ", 3);
	}
	/* only what is really done is 100 % */
	snprintf(text, room, "%3u %% %s%s", (unsigned int)(part * 100), bar, words);
	if (strlen(text) > columns && columns < room)
		text[columns] = '\0';
	return text;
}

/* Bytes of the character at @c; 0: not well-formed, or a control. */
static size_t character(const unsigned char *c)
{
	/* By the bytes behind the first: no overlong forms, and none of C1, U+0080 to 9f. */
	static const uint32_t least[] = { 0, 0xa0, 0x800, 0x10000 };
	unsigned int more = c[0] >= 0xf0 ? 3 : c[0] >= 0xe0 ? 2 : 1;
	uint32_t code = c[0] & 0x3f >> more;

	if (c[0] < 0x80)
		return c[0] >= ' ' && c[0] != 0x7f;
	if (c[0] < 0xc0 || c[0] > 0xf7)
		return 0;
	for (unsigned int i = 1; i <= more; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (c[i] & 0x3f);
	}
	/* Halves of UTF-16 are no characters. */
	if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return more + 1;
}

void clean_name(char *name)
{
	while (*name) {
		size_t length = character((unsigned char *)name);

		if (!length)
			*name = '?';
		name += length ? length : 1;
	}
}
