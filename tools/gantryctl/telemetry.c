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
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gantryctl.h"
#include "telemetry.h"
#include "telemetry.skel.h"

static const char help[] =
"Usage: gantryctl telemetry start|stop\n"
"\n"
"Starts or stops the BPF programs that keep count of what each tenant does on\n"
"each card: 'gantryctl stat' shows it. They count from their start, go on until\n"
"they are stopped, and keep gantry.ko from being unloaded meanwhile. Their maps\n"
"are in " TELEMETRY_FOLDER ": 'bpftool map dump pinned' shows them, too.\n"
"Needs root.\n"
"\n"
"Exit code: 0 done; 1 the message says why not.\n";

static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* Everything in the folder is a pin of ours. */
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

	/* Whoever sees the maps may trust that the programs are on their way. */
	ret = pin_map(telemetry->maps.usage);
	if (!ret)
		ret = pin_map(telemetry->maps.cards);
	bpf_object__for_each_program(program, telemetry->obj) {
		if (!ret)
			ret = pin_program(program);
	}
	return ret;
}

static int complain_of_load(int error)
{
	if (geteuid())
		complain("may not load BPF programs: run as root");
	else if (access("/sys/module/gantry", F_OK))
		complain("gantry.ko is not loaded: 'modprobe gantry' first");
	else if (access("/sys/kernel/btf/gantry", F_OK))
		complain("gantry.ko was built without BTF, which telemetry needs: the kernel log says what to install");
	else
		complain("the kernel does not take the telemetry programs: %s",
			 strerror(-error));
	return EXIT_FAILED;
}

static int start(void)
{
	struct telemetry *telemetry;
	int ret;

	if (mkdir(TELEMETRY_FOLDER, 0700)) {
		ret = errno;
		if (ret == EEXIST)
			complain("telemetry is running already");
		else
			complain("cannot make " TELEMETRY_FOLDER ": %s%s", strerror(ret),
				 ret == ENOENT ? "; mount the BPF file system first" : "");
		return EXIT_FAILED;
	}
	libbpf_set_print(say_nothing);
	telemetry = telemetry__open_and_load();
	ret = telemetry ? pin_all(telemetry) : -errno;
	telemetry__destroy(telemetry);
	if (!ret)
		return EXIT_OK;
	unpin_all();
	return complain_of_load(ret);
}

static int stop(void)
{
	if (access(TELEMETRY_FOLDER, F_OK)) {
		complain("telemetry is not running");
		return EXIT_FAILED;
	}
	unpin_all();
	if (!access(TELEMETRY_FOLDER, F_OK)) {
		complain("cannot remove " TELEMETRY_FOLDER ": run as root");
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

int command_telemetry(int argc, char **argv)
{
	bool json = false;
	const char *what;
	int ret = parse_arguments(argc, argv, help, false, &json, &what);

	if (ret >= 0)
		return ret;
	if (json)
		return usage_error("telemetry", "telemetry: has no --json; 'stat' has");
	if (what && !strcmp(what, "start"))
		return start();
	if (what && !strcmp(what, "stop"))
		return stop();
	return usage_error("telemetry", "telemetry: start or stop?");
}
