// SPDX-License-Identifier: GPL-2.0-only
/*
 * How gantryctl speaks of what went wrong.
 */
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "gantryctl.h"

static bool to_system_log;

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
	if (to_system_log)
		vsyslog(LOG_ERR, format, arguments);
	else
		print_message(format, arguments);
	va_end(arguments);
}

void complain_to_system_log(void)
{
	openlog("gantryctl", 0, LOG_DAEMON);
	to_system_log = true;
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
