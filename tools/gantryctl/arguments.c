// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arguments that most commands have.
 */
#include <getopt.h>
#include <stdio.h>

#include "gantryctl.h"

int take_options(int argc, char **argv, const char *help, const char *letters,
		  const struct option *options, int (*take)(void *context, int option),
		  void *context)
{
	int option, ret;

	opterr = 0;
	optind = 0;	/* start over: main() has parsed before */
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		switch (option) {
		case 'h':
			fputs(help, stdout);
			return EXIT_OK;
		case ':':
			return usage_error(argv[0], "%s: '%s' needs a value", argv[0],
					   argv[optind - 1]);
		case '?':
			return usage_error(argv[0], "%s: unknown option '%s'", argv[0],
					   argv[optind - 1]);
		}
		ret = take(context, option);
		if (ret >= 0)
			return ret;
	}
	return -1;
}

int expect_no_more(int argc, char **argv)
{
	if (optind == argc)
		return -1;
	return usage_error(argv[0], "%s: one argument too many: '%s'", argv[0], argv[optind]);
}

static int take_json(void *json, int option)
{
	(void)option;
	*(bool *)json = true;
	return -1;
}

int parse_arguments(int argc, char **argv, const char *help, bool card_needed,
		    bool *json, const char **card)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int ret;

	*card = NULL;
	ret = take_options(argc, argv, help, ":jh", options, take_json, json);
	if (ret >= 0)
		return ret;
	if (optind < argc)
		*card = argv[optind++];
	ret = expect_no_more(argc, argv);
	if (ret >= 0)
		return ret;
	if (card_needed && !*card)
		return usage_error(argv[0], "%s: which card? 'gantryctl list' shows them",
				   argv[0]);
	return -1;
}
