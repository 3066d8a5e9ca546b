// SPDX-License-Identifier: GPL-2.0-only
/*
 * How gantryctl speaks of what went wrong.
 */
#include <stdarg.h>
#include <stdio.h>

#include "gantryctl.h"

static void print_message(const char *format, va_list arguments)
{
	fflush(stdout);
	fputs("gantryctl: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message(format, arguments);
	va_end(arguments);
}

int usage_error(const char *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message(format, arguments);
	va_end(arguments);
	fprintf(stderr, "Try 'gantryctl %s%s--help'.\n", command, *command ? " " : "");
	return EXIT_USAGE;
}
