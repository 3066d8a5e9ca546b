// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl telemetry: start and stop the programs that keep count of tenants.
 *
 * They are pinned, so they go on when this program ends, and are gone when the last
 * pin is. They keep the module from being unloaded.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gantryctl.h"
#include "telemetry.h"
#include "telemetry.skel.h"
#include "text.h"

#define ROWS_MAX	(1u << 18)	/* a kilobyte each, and the programs walk them when full */
#define FIRST_PIN	TELEMETRY_FOLDER "/usage"

static const char help[] =
"Usage: gantryctl telemetry start [--rows N]\n"
"       gantryctl telemetry stop\n"
"\n"
"Starts or stops the BPF programs that keep count of what each tenant does on\n"
"each card, and a log of what went wrong: 'gantryctl stat', 'top', 'metrics' and\n"
"'trace --log' show it. They count from their start, go on until they are\n"
"stopped, and keep gantry.ko from being unloaded meanwhile. Their maps are in\n"
TELEMETRY_FOLDER ": 'bpftool map dump pinned' shows them, too. Needs root.\n"
"\n"
"  -r, --rows N   room for so many pairs of a tenant and a card; default 16384.\n"
"                 Those of cgroups that were removed make room when it is needed\n"
"\n"
"Exit code: 0 done; 1 the message says why not.\n";

int programs_say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* Every file in the folder is a pin of ours; what else gantry pins has folders in it. */
static void unpin_all(void)
{
	DIR *folder = opendir(TELEMETRY_FOLDER);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(TELEMETRY_FOLDER);
}

static int pin_map(const struct bpf_map *map)
{
	char path[128];

	snprintf(path, sizeof(path), TELEMETRY_FOLDER "/%s", bpf_map__name(map));
	return bpf_obj_pin(bpf_map__fd(map), path);
}

/* The pin holds the program to its tracepoint. */
static int pin_program(const struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach(program);
	char path[128];
	int ret;

	if (!link)
		return -errno;
	snprintf(path, sizeof(path), TELEMETRY_FOLDER "/%s", bpf_program__name(program));
	ret = bpf_link__pin(link, path);
	bpf_link__destroy(link);
	return ret;
}

static int pin_all(struct telemetry *telemetry)
{
	struct bpf_program *program;
	int ret;

	ret = pin_map(telemetry->maps.cards);
	if (!ret)
		ret = pin_map(telemetry->maps.events);
	if (!ret)
		ret = pin_map(telemetry->maps.missed);
	bpf_object__for_each_program(program, telemetry->obj) {
		if (!ret)
			ret = pin_program(program);
	}
	return ret;
}

int complain_of_programs(int error)
{
	if (geteuid())
		complain("may not load BPF programs: run as root");
	else if (access("/sys/module/gantry", F_OK))
		complain("gantry.ko is not loaded: 'modprobe gantry' first");
	else if (access("/sys/kernel/btf/gantry", F_OK))
		complain("gantry.ko was built without BTF, which this needs: the kernel log says what to install");
	else
		complain("the kernel does not take the BPF programs: %s",
			 strerror(-error));
	return EXIT_FAILED;
}

static int load(struct telemetry *telemetry, uint32_t rows)
{
	int ret = rows ? bpf_map__set_max_entries(telemetry->maps.usage, rows) : 0;

	return ret ? ret : telemetry__load(telemetry);
}

/* Its pin is the first: who has it has started, and another one cannot. */
static int pin_first(struct telemetry *telemetry)
{
	int ret;

	if (mkdir(TELEMETRY_FOLDER, 0700) && errno != EEXIST) {
		ret = errno;
		complain("cannot make " TELEMETRY_FOLDER ": %s%s", strerror(ret),
			 ret == ENOENT ? "; mount the BPF file system first" : "");
		return EXIT_FAILED;
	}
	ret = pin_map(telemetry->maps.usage);
	if (ret == -EEXIST)
		complain("telemetry is running already");
	else if (ret)
		complain("cannot write to " TELEMETRY_FOLDER ": %s", strerror(-ret));
	return ret ? EXIT_FAILED : EXIT_OK;
}

static int start(uint32_t rows)
{
	struct telemetry *telemetry;
	int ret;

	libbpf_set_print(programs_say_nothing);
	telemetry = telemetry__open();
	ret = telemetry ? load(telemetry, rows) : -errno;
	if (ret) {
		ret = complain_of_programs(ret);
	} else {
		ret = pin_first(telemetry);
		if (ret == EXIT_OK && pin_all(telemetry)) {
			unpin_all();
			complain("cannot keep the telemetry programs in " TELEMETRY_FOLDER);
			ret = EXIT_FAILED;
		}
	}
	telemetry__destroy(telemetry);
	return ret;
}

static int stop(void)
{
	if (access(FIRST_PIN, F_OK)) {
		complain(errno == EACCES ? "cannot look into " TELEMETRY_FOLDER ": run as root" :
			 "telemetry is not running");
		return EXIT_FAILED;
	}
	unpin_all();
	if (!access(FIRST_PIN, F_OK)) {
		complain("cannot remove what is in " TELEMETRY_FOLDER ": run as root");
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int take_rows(void *rows, int option)
{
	(void)option;
	if (!parse_number(optarg, ROWS_MAX, rows) && *(uint32_t *)rows)
		return -1;
	return usage_error("telemetry", "telemetry: '%s' rows: 1 to %u", optarg, ROWS_MAX);
}

int command_telemetry(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rows", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	uint32_t rows = 0;
	int ret = take_options(argc, argv, help, ":r:h", options, take_rows, &rows);
	const char *what;

	if (ret >= 0)
		return ret;
	what = optind + 1 == argc ? argv[optind] : "";
	if (!strcmp(what, "start"))
		return start(rows);
	if (!strcmp(what, "stop") && !rows)
		return stop();
	return usage_error("telemetry", "telemetry: start or stop?");
}
