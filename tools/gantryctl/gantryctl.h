/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the commands of gantryctl share.
 */
#ifndef GANTRYCTL_H
#define GANTRYCTL_H

#include <stdbool.h>

#include "gantry.h"

/** Exit codes; they are part of the interface. */
enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,	/* the message says why */
	EXIT_USAGE = 2,		/* the command line was wrong, nothing was done */
	EXIT_DIFFERENT = 3,	/* copy: what came back is not what was sent */
};

/* The commands: get their own arguments, argv[0] is the command's name. */
int command_list(int argc, char **argv);
int command_info(int argc, char **argv);
int command_bind(int argc, char **argv);
int command_unbind(int argc, char **argv);
int command_assign(int argc, char **argv);
int command_copy(int argc, char **argv);
int command_policy(int argc, char **argv);
int command_telemetry(int argc, char **argv);
int command_stat(int argc, char **argv);
int command_tenant(int argc, char **argv);
int command_top(int argc, char **argv);
int command_trace(int argc, char **argv);
int command_metrics(int argc, char **argv);

/* message.c */

/** complain() - "gantryctl: ..." on stderr */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** complain_to_system_log() - and no longer on stderr, for whoever has none */
void complain_to_system_log(void);

/** usage_error() - complain, point to --help; returns EXIT_USAGE */
int usage_error(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* arguments.c */

struct option;

/**
 * take_options() - for commands with options of their own
 * @letters: as getopt_long() has them; the first is ':'
 * @options: likewise; @help is for 'h'
 * @take: takes one, whose value is optarg; returns -1, or the exit code
 *
 * Return: -1 go on at optind; otherwise the exit code.
 */
int take_options(int argc, char **argv, const char *help, const char *letters,
		  const struct option *options, int (*take)(void *context, int option),
		  void *context);

/** expect_no_more() - arguments at optind; -1 go on, otherwise the exit code */
int expect_no_more(int argc, char **argv);

/**
 * parse_arguments() - for commands that take --json, --help and one CARD
 * @card: the card's name or NULL
 *
 * Return: -1 go on; otherwise the exit code.
 */
int parse_arguments(int argc, char **argv, const char *help, bool card_needed,
		    bool *json, const char **card);

/* open.c */

/** find_card() - by name; complains */
int find_card(const char *name, struct gantry_card *card);

/** open_card() - by name; complains, saying what to do */
int open_card(const char *name, struct gantry_device **dev);

#endif /* GANTRYCTL_H */
