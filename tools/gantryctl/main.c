// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl: see, assign and try accelerators that gantry drives.
 */
#include <stdio.h>
#include <string.h>

#include "gantryctl.h"

static const char help[] =
"Usage: gantryctl COMMAND [ARGUMENT...]\n"
"       gantryctl COMMAND --help\n"
"\n"
"  list           every card that gantry drives or could drive, and who has it\n"
"  info [CARD]    what a card is, holds, feels and has done\n"
"  bind CARD      give a card that has no driver to gantry\n"
"  unbind CARD    take it back\n"
"  assign         give gantry the cards that /etc/gantry/cards.conf names\n"
"  copy FILE      move a file into device memory and back, checked and timed\n"
"  policy         who may do what on a card: quotas, exclusive ownership\n"
"  telemetry      start or stop counting what each tenant does\n"
"  stat           what each tenant did on each card\n"
"  tenant         name the networks that a tenant with an accelerator may reach\n"
"  top            what each tenant does on each card now\n"
"  trace          what happens, as it happens\n"
"  metrics        all that is counted, as OpenMetrics text\n"
"\n"
"Options, before or after the command:\n"
"  -j, --json     machine-readable output on stdout\n"
"  -h, --help     this text, or that of the command\n"
"  -V, --version\n"
"\n"
"CARD is a PCI address (0000:00:04.0 or 00:04.0), accelN, N, or the device node.\n"
"\n"
"Exit codes: 0 done; 1 failed, the message says why; 2 wrong usage, nothing was\n"
"done; 3 'copy' got back other bytes than it sent.\n"
"\n"
"A first session, as root:\n"
"  modprobe gantry\n"
"  gantryctl list\n"
"  gantryctl bind 0000:00:04.0\n"
"  gantryctl info\n"
"  gantryctl copy model.safetensors --via 1\n";

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "list", command_list },
	{ "info", command_info },
	{ "bind", command_bind },
	{ "unbind", command_unbind },
	{ "assign", command_assign },
	{ "copy", command_copy },
	{ "policy", command_policy },
	{ "telemetry", command_telemetry },
	{ "stat", command_stat },
	{ "tenant", command_tenant },
	{ "top", command_top },
	{ "trace", command_trace },
	{ "metrics", command_metrics },
};

static int run_command(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[0], commands[i].name))
			return commands[i].run(argc, argv);
	return usage_error("", "there is no command '%s'", argv[0]);
}

static bool is_option(const char *argument, const char *brief, const char *full)
{
	return !strcmp(argument, brief) || !strcmp(argument, full);
}

int main(int argc, char **argv)
{
	char *json = NULL;
	int i, ret;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (is_option(argv[i], "-h", "--help")) {
			fputs(help, stdout);
			return EXIT_OK;
		}
		if (is_option(argv[i], "-V", "--version")) {
			puts("gantryctl " GANTRYCTL_VERSION);
			return EXIT_OK;
		}
		if (!is_option(argv[i], "-j", "--json"))
			return usage_error("", "unknown option '%s'", argv[i]);
		json = argv[i];
	}
	if (i == argc)
		return usage_error("", "which command?");
	/* Commands know --json: hand it on, behind the command's name. */
	if (json) {
		argv[i - 1] = argv[i];
		argv[i] = json;
		i--;
	}
	ret = run_command(argc - i, argv + i);
	if (fflush(stdout) && ret == EXIT_OK) {
		complain("cannot write the answer");
		ret = EXIT_FAILED;
	}
	return ret;
}
