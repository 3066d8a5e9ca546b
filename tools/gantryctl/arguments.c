// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arguments that most commands have.
 */
#include <getopt.h>
#include <stdio.h>

#include "gantryctl.h"

int parse_arguments(int argc, char **argv, const char *help, bool card_needed,
		    bool *json, const char **card)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int option;

	*card = NULL;
	opterr = 0;
	optind = 0;	/* start over: main() has parsed before */
	while ((option = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_OK;
		}
		if (option != 'j')
			return usage_error(argv[0], "%s: unknown option '%s'", argv[0],
					   argv[optind - 1]);
		*json = true;
	}
	if (optind < argc)
		*card = argv[optind++];
	if (optind < argc)
		return usage_error(argv[0], "%s: one argument too many: '%s'", argv[0],
				   argv[optind]);
	if (card_needed && !*card)
		return usage_error(argv[0], "%s: which card? 'gantryctl list' shows them",
				   argv[0]);
	return -1;
}
