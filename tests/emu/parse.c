// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static const char *parse(const char *text, uint64_t *value, char **end)
{
	errno = 0;
	*value = strtoull(text, end, 0);
	return *end == text || *text == '-' || errno ? "not a number" : NULL;
}

const char *emu_parse_number(const char *text, uint64_t *value)
{
	char *end;
	const char *problem = parse(text, value, &end);

	if (!problem && *end)
		problem = "not a number";
	return problem;
}

const char *emu_parse_size(const char *text, uint64_t *value)
{
	static const char units[] = "KMGT";
	unsigned int shift = 0;
	char *end;
	const char *problem = parse(text, value, &end);
	const char *unit = !problem && *end ? strchr(units, *end) : NULL;

	if (problem)
		return problem;
	if (unit) {
		shift = 10 * (unit - units + 1);
		end++;
	}
	if (*end)
		return "not a number with K, M, G or T after it";
	if (*value << shift >> shift != *value)
		return "too large";
	*value <<= shift;
	return NULL;
}

const char *emu_parse_index(const char *text, unsigned int max, unsigned int *value)
{
	uint64_t number;
	const char *problem = emu_parse_number(text, &number);

	if (!problem)
		*value = number > max ? max + 1 : number;
	return problem;
}
