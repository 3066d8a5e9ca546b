// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What errors mean, in the words of gantry.h.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <string.h>

#include "internal.h"

static const struct error_text {
	const char *call;	/* "": any */
	int error;
	const char *text;
} texts[] = {
#include "error-texts.h"	/* made from gantry.h */
};

static const char *find(const char *call, int error)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].error == error && !strcmp(texts[i].call, call))
			return texts[i].text;
	return NULL;
}

/* Neither locale nor a buffer that threads would share, unlike strerror(). */
static const char *describe_foreign(int error)
{
	const char *text = NULL;

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32)
	text = strerrordesc_np(error);
#endif
	return text ? text : "a number that is no error of this library";
}

/* Negative, so that no number overflows. */
static int negative(int error)
{
	return error < 0 ? error : -error;
}

const char *gantry_strerror(int error)
{
	const char *text;

	error = negative(error);
	if (!error)
		return "no error";
	if (error == INT_MIN)
		return describe_foreign(error);
	text = find("", -error);
	return text ? text : describe_foreign(-error);
}

const char *gantry_explain(const char *call, int error)
{
	const char *text = NULL;

	error = negative(error);
	if (call && *call && error != INT_MIN)
		text = find(call, -error);
	return text ? text : gantry_strerror(error);
}
