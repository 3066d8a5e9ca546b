// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl policy: load, show, set and unload the policies that gantry comes with.
 *
 * What is loaded is pinned, so it stays when this program ends: the link that attaches the
 * policy to its card, and the maps that hold its settings.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "gantryctl.h"
#include "output.h"
#include "policy_exclusive.skel.h"
#include "policy_fair.skel.h"
#include "policy_quota.skel.h"
#include "text.h"

#include "../../bpf/gantry_policy.h"
#include "../../bpf/policy_exclusive.h"
#include "../../bpf/policy_fair.h"
#include "../../bpf/policy_quota.h"

#define FOLDER	"/sys/fs/bpf/gantry"

static const char help[] =
"Usage: gantryctl policy load NAME [--card CARD]\n"
"       gantryctl policy set quota CGROUP KEY=VALUE... [--card CARD]\n"
"       gantryctl policy set fair CGROUP weight=N|none [--card CARD]\n"
"       gantryctl policy set exclusive CGROUP|none [--card CARD]\n"
"       gantryctl policy list [--json]\n"
"       gantryctl policy unload NAME [--card CARD]\n"
"\n"
"Policies decide who may do what on a card, from 'load' until 'unload' or until the\n"
"card is unbound. NAME is one of\n"
"  quota       limits for cgroups, each with all below it:\n"
"              memory=SIZE bandwidth=SIZE inflight=SIZE queues=N export=yes|no;\n"
"              'none' takes a limit away\n"
"  fair        while several want the card each gets of it by weight, 1 to 10000: a\n"
"              cgroup that has one together with all below it, every other tenant by\n"
"              itself, with that of '/', or 100\n"
"  exclusive   the card serves one cgroup, with all below it\n"
"CGROUP is a path below /sys/fs/cgroup: '/' for the whole machine, '/a/b'. SIZE may\n"
"have K, M, G or T; bandwidth is a second's. Without --card there must be one card.\n"
"Needs root.\n"
"\n"
"Exit code: 0 done; 1 the message says why not; 2 wrong usage, nothing was done.\n";

struct request {
	const char *verb;
	const char *name;
	const char *card;
	char **rest;	/* up to NULL */
	bool json;
	char address[GANTRY_POLICY_CARD];
};

static const struct shipped {
	const char *name;
	const void *(*bytes)(size_t *size);
} shipped[] = {
	{ "quota", policy_quota__elf_bytes },
	{ "fair", policy_fair__elf_bytes },
	{ "exclusive", policy_exclusive__elf_bytes },
};

static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* ---- pins ------------------------------------------------------------------------------ */

/* The BPF file system takes no dots in names. */
static void pin_path(const struct request *request, const char *what, char *path, size_t room)
{
	char *c;

	snprintf(path, room, FOLDER "/policy_%s_%s%s%s", request->address, request->name,
		 what ? "/" : "", what ? what : "");
	for (c = path; *c; c++)
		if (*c == '.')
			*c = '_';
}

static void unpin(const struct request *request)
{
	struct dirent *entry;
	char path[192];
	DIR *folder;

	pin_path(request, NULL, path, sizeof(path));
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(path);
	/* Only if nothing else is in it. */
	rmdir(FOLDER);
}

static int open_map(const struct request *request, const char *name)
{
	char path[192];
	int map;

	pin_path(request, name, path, sizeof(path));
	map = bpf_obj_get(path);
	if (map < 0 && errno == ENOENT)
		complain("%s has no policy %s: 'gantryctl policy load %s --card %s' first",
			 request->address, request->name, request->name, request->address);
	else if (map < 0)
		complain("cannot open %s: %s", path,
			 errno == EPERM || errno == EACCES ? "run as root" : strerror(errno));
	return map;
}

/* ---- load ------------------------------------------------------------------------------ */

static int pin_maps(const struct request *request, struct bpf_object *object)
{
	struct bpf_map *map;
	char path[192];
	int ret = 0;

	bpf_object__for_each_map(map, object) {
		if (bpf_map__is_internal(map) || bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		pin_path(request, bpf_map__name(map), path, sizeof(path));
		ret = ret ? ret : bpf_obj_pin(bpf_map__fd(map), path) ? -errno : 0;
	}
	return ret;
}

static int attach(const struct request *request, struct bpf_map *policy)
{
	struct bpf_link *link = bpf_map__attach_struct_ops(policy);
	char path[192];
	int ret;

	if (!link)
		return -errno;
	pin_path(request, "link", path, sizeof(path));
	ret = bpf_link__pin(link, path);
	bpf_link__destroy(link);
	return ret;
}

static int load_object(const struct request *request, struct bpf_object *object)
{
	struct bpf_map *policy = bpf_object__find_map_by_name(object, "policy");
	struct gantry_policy_head *head = bpf_map__initial_value(policy, NULL);
	int ret;

	snprintf(head->card, sizeof(head->card), "%s", request->address);
	snprintf(head->name, sizeof(head->name), "%s", request->name);
	ret = bpf_object__load(object);
	if (!ret)
		ret = pin_maps(request, object);
	return ret ? ret : attach(request, policy);
}

static int complain_of_load(const struct request *request, int error)
{
	if (geteuid())
		complain("may not load BPF programs: run as root");
	else if (access("/sys/module/gantry", F_OK))
		complain("gantry.ko is not loaded: 'modprobe gantry' first");
	else if (access("/sys/kernel/btf/gantry", F_OK))
		complain("gantry.ko was built without BTF, which policies need: the kernel log says what to install");
	else if (error == -EEXIST)
		complain("%s has a policy %s already: 'gantryctl policy unload %s' first",
			 request->address, request->name, request->name);
	else if (error == -ENODEV)
		complain("%s is not bound: 'gantryctl bind %s' first", request->address,
			 request->address);
	else
		complain("the kernel does not take the policy %s: %s", request->name,
			 strerror(-error));
	return EXIT_FAILED;
}

static int make_folders(const struct request *request)
{
	char path[192];

	pin_path(request, NULL, path, sizeof(path));
	if (mkdir(FOLDER, 0700) && errno != EEXIST)
		return -errno;
	return mkdir(path, 0700) ? -errno : 0;
}

static int load(const struct request *request, const struct shipped *policy)
{
	struct bpf_object *object;
	const void *bytes;
	size_t size;
	int ret;

	ret = make_folders(request);
	if (ret)
		return complain_of_load(request, ret);
	bytes = policy->bytes(&size);
	object = bpf_object__open_mem(bytes, size, NULL);
	ret = object ? load_object(request, object) : -errno;
	bpf_object__close(object);
	if (!ret)
		return EXIT_OK;
	unpin(request);
	return complain_of_load(request, ret);
}

static int unload(const struct request *request)
{
	int map = open_map(request, "link");

	if (map < 0)
		return EXIT_FAILED;
	close(map);
	unpin(request);
	return EXIT_OK;
}

/* ---- set ------------------------------------------------------------------------------- */

static int find_cgroup(const char *name, uint64_t *id)
{
	char path[4096];
	struct stat status;

	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", name);
	if (stat(path, &status) || !S_ISDIR(status.st_mode)) {
		complain("there is no cgroup '%s': give its path below /sys/fs/cgroup", name);
		return -ENOENT;
	}
	*id = status.st_ino;
	return 0;
}

static int parse_limit(const char *value, __u64 *limit)
{
	uint64_t number;

	if (!strcmp(value, "none")) {
		*limit = GANTRY_NO_LIMIT;
		return 0;
	}
	if (parse_size(value, &number))
		return -EINVAL;
	*limit = number;
	return 0;
}

static int parse_export(const char *value, __u64 *limit)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return -EINVAL;
	*limit = strcmp(value, "yes") ? 0 : GANTRY_NO_LIMIT;
	return 0;
}

static int parse_setting(char *setting, struct gantry_quota_limits *limits)
{
	char *value = strchr(setting, '=');

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (!strcmp(setting, "memory"))
		return parse_limit(value, &limits->memory);
	if (!strcmp(setting, "queues"))
		return parse_limit(value, &limits->queues);
	if (!strcmp(setting, "inflight"))
		return parse_limit(value, &limits->inflight);
	if (!strcmp(setting, "bandwidth"))
		return parse_limit(value, &limits->bandwidth);
	if (!strcmp(setting, "export"))
		return parse_export(value, &limits->exports);
	return -EINVAL;
}

static int set_quota(const struct request *request, uint64_t cgroup, char **settings)
{
	struct gantry_quota_limits limits = { GANTRY_NO_LIMIT, GANTRY_NO_LIMIT, GANTRY_NO_LIMIT,
					      GANTRY_NO_LIMIT, GANTRY_NO_LIMIT };
	int map = open_map(request, "limits"), ret;

	if (map < 0)
		return EXIT_FAILED;
	bpf_map_lookup_elem(map, &cgroup, &limits);
	for (; *settings; settings++) {
		if (parse_setting(*settings, &limits)) {
			close(map);
			return usage_error("policy", "policy: '%s' is no limit", *settings);
		}
	}
	ret = bpf_map_update_elem(map, &cgroup, &limits, BPF_ANY) ? errno : 0;
	close(map);
	if (!ret)
		return EXIT_OK;
	complain("cannot set the limits: %s", strerror(ret));
	return EXIT_FAILED;
}

/* 0: none. */
static int parse_weight(const char *setting, uint64_t *weight)
{
	static const char key[] = "weight=";
	char *end;

	if (strncmp(setting, key, strlen(key)))
		return -EINVAL;
	setting += strlen(key);
	*weight = 0;
	if (!strcmp(setting, "none"))
		return 0;
	*weight = strtoull(setting, &end, 10);
	return *setting < '0' || *setting > '9' || *end || !*weight ||
	       *weight > GANTRY_FAIR_MAX_WEIGHT ? -EINVAL : 0;
}

static int set_fair(const struct request *request, uint64_t cgroup, const char *setting)
{
	struct gantry_fair_weight row;
	uint64_t weight;
	int map, ret;

	if (parse_weight(setting, &weight))
		return usage_error("policy", "policy: '%s' is no weight: weight=N, from 1 to %d, or weight=none",
				   setting, GANTRY_FAIR_MAX_WEIGHT);
	map = open_map(request, "weights");
	if (map < 0)
		return EXIT_FAILED;
	row.weight = weight;
	ret = weight ? bpf_map_update_elem(map, &cgroup, &row, BPF_ANY) :
		       bpf_map_delete_elem(map, &cgroup);
	ret = ret && errno != ENOENT ? errno : 0;
	close(map);
	if (!ret)
		return EXIT_OK;
	complain("cannot set the weight: %s", strerror(ret));
	return EXIT_FAILED;
}

static int set_owner(const struct request *request, uint64_t cgroup)
{
	struct gantry_exclusive_owner owner = { .cgroup = cgroup };
	int map = open_map(request, "owner"), ret;
	unsigned int zero = 0;

	if (map < 0)
		return EXIT_FAILED;
	ret = bpf_map_update_elem(map, &zero, &owner, BPF_ANY) ? errno : 0;
	close(map);
	if (!ret)
		return EXIT_OK;
	complain("cannot set the owner: %s", strerror(ret));
	return EXIT_FAILED;
}

static int set(const struct request *request)
{
	bool quota = !strcmp(request->name, "quota"), fair = !strcmp(request->name, "fair");
	const char *cgroup = request->rest[0];
	uint64_t id = 0;

	if (!cgroup)
		return usage_error("policy", "policy: set %s of which cgroup?", request->name);
	if (quota && !request->rest[1])
		return usage_error("policy", "policy: set which limit?");
	if (fair && (!request->rest[1] || request->rest[2]))
		return usage_error("policy", "policy: set fair takes a cgroup and its weight");
	if (!quota && !fair && request->rest[1])
		return usage_error("policy", "policy: set exclusive takes a cgroup and no more");
	if ((quota || fair || strcmp(cgroup, "none")) && find_cgroup(cgroup, &id))
		return EXIT_FAILED;
	if (quota)
		return set_quota(request, id, request->rest + 1);
	return fair ? set_fair(request, id, request->rest[1]) : set_owner(request, id);
}

/* ---- list ------------------------------------------------------------------------------ */

static const char *const counters[] = {
	"order", "calls", "refusals_requested", "refusals_accepted", "priorities_requested",
	"priorities_accepted", "shares_requested", "shares_accepted", "delays_requested",
	"delays_accepted", "delay_requested_ns", "delay_accepted_ns", "delay_observed_ns",
};

/* Empty when it has just gone. */
static const char *attribute(const char *folder, const char *name)
{
	static char text[160];
	char path[512];
	FILE *file;

	text[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (file && fgets(text, sizeof(text), file))
		text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
	return text;
}

static void add_limit(struct json_object *to, const char *key, uint64_t limit)
{
	if (limit == GANTRY_NO_LIMIT)
		output_add(to, key, NULL);
	else
		output_unsigned(to, key, limit);
}

static struct json_object *describe_cgroup(uint64_t id)
{
	struct json_object *one = output_object();
	char path[4096];

	cgroup_path(id, path, sizeof(path));
	output_text_or_null(one, "cgroup", path);
	output_unsigned(one, "id", id);
	return one;
}

static struct json_object *describe_limits(uint64_t id, const struct gantry_quota_limits *limits,
					   const struct gantry_quota_usage *usage)
{
	struct json_object *one = describe_cgroup(id);

	add_limit(one, "memory", limits->memory);
	add_limit(one, "queues", limits->queues);
	add_limit(one, "inflight", limits->inflight);
	add_limit(one, "bandwidth", limits->bandwidth);
	output_bool(one, "export", limits->exports);
	output_unsigned(one, "memory_used", usage->memory);
	output_unsigned(one, "queues_used", usage->queues);
	output_unsigned(one, "inflight_used", usage->inflight);
	return one;
}

static void describe_quota(struct json_object *all, int limits, int usage)
{
	struct gantry_quota_limits limit;
	struct gantry_quota_usage used;
	uint64_t id, *last = NULL;

	for (; !bpf_map_get_next_key(limits, last, &id); last = &id) {
		if (bpf_map_lookup_elem(limits, &id, &limit))
			continue;
		memset(&used, 0, sizeof(used));
		bpf_map_lookup_elem(usage, &id, &used);
		output_append(all, describe_limits(id, &limit, &used));
	}
}

static struct json_object *describe_account(uint64_t id, const struct gantry_fair_weight *row,
					    const struct gantry_fair_usage *usage)
{
	struct json_object *one = describe_cgroup(id);

	if (row)
		output_unsigned(one, "weight", row->weight);
	else
		output_add(one, "weight", NULL);
	output_unsigned(one, "jobs", usage->jobs);
	output_unsigned(one, "bytes", usage->bytes);
	return one;
}

/* Those that have a weight, and those that were served without. */
static void describe_fair(struct json_object *all, int weights, int usage)
{
	struct gantry_fair_usage used;
	struct gantry_fair_weight row;
	uint64_t id, *last = NULL;

	for (; !bpf_map_get_next_key(weights, last, &id); last = &id) {
		if (bpf_map_lookup_elem(weights, &id, &row))
			continue;
		memset(&used, 0, sizeof(used));
		bpf_map_lookup_elem(usage, &id, &used);
		output_append(all, describe_account(id, &row, &used));
	}
	for (last = NULL; !bpf_map_get_next_key(usage, last, &id); last = &id)
		if (bpf_map_lookup_elem(weights, &id, &row) &&
		    !bpf_map_lookup_elem(usage, &id, &used))
			output_append(all, describe_account(id, NULL, &used));
}

static int open_pin(const struct request *request, const char *name)
{
	char path[192];

	pin_path(request, name, path, sizeof(path));
	return bpf_obj_get(path);
}

/* What a policy keeps of cgroups in two of its maps; NULL where we could not read them. */
static struct json_object *describe_rows(const struct request *request, const char *name,
					 void (*describe)(struct json_object *all, int rows,
							  int usage))
{
	int rows = open_pin(request, name), usage = open_pin(request, "usage");
	struct json_object *all = rows < 0 || usage < 0 ? NULL : output_array();

	if (all)
		describe(all, rows, usage);
	if (rows >= 0)
		close(rows);
	if (usage >= 0)
		close(usage);
	return all;
}

static struct json_object *describe(struct request *request, const char *folder)
{
	struct json_object *one = output_object();

	output_text(one, "card", request->address);
	output_text(one, "name", request->name);
	output_text(one, "state", attribute(folder, "state"));
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		output_unsigned(one, counters[i],
				strtoull(attribute(folder, counters[i]), NULL, 10));
	if (!strcmp(request->name, "quota"))
		output_add(one, "limits", describe_rows(request, "limits", describe_quota));
	if (!strcmp(request->name, "fair"))
		output_add(one, "accounts", describe_rows(request, "weights", describe_fair));
	return one;
}

static void print_line(const struct request *request, const char *folder)
{
	char order[24], calls[24], refused[24];

	snprintf(order, sizeof(order), "%s", attribute(folder, "order"));
	snprintf(calls, sizeof(calls), "%s", attribute(folder, "calls"));
	snprintf(refused, sizeof(refused), "%s", attribute(folder, "refusals_accepted"));
	printf("%-14s%-17s%6s%12s%12s  %s\n", request->address, request->name, order, calls,
	       refused, attribute(folder, "state"));
}

static int list(struct request *request)
{
	static const char prefix[] = "/sys/bus/pci/devices/";
	struct json_object *all = output_array();
	char name[GANTRY_POLICY_NAME + 1];
	glob_t found = { 0 };

	glob("/sys/bus/pci/devices/*/gantry_policies/*", 0, NULL, &found);
	if (!request->json)
		printf("%-14s%-17s%6s%12s%12s  %s\n", "CARD", "POLICY", "ORDER", "ASKED", "REFUSED",
		       "STATE");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *folder = found.gl_pathv[i];

		snprintf(request->address, sizeof(request->address), "%.12s",
			 folder + strlen(prefix));
		snprintf(name, sizeof(name), "%s", strrchr(folder, '/') + 1);
		request->name = name;
		if (request->json)
			output_append(all, describe(request, folder));
		else
			print_line(request, folder);
	}
	globfree(&found);
	if (request->json)
		return output_print(all);
	json_object_put(all);
	return EXIT_OK;
}

/* ---- what to do ------------------------------------------------------------------------ */

static const struct shipped *find_shipped(const char *name)
{
	for (size_t i = 0; name && i < sizeof(shipped) / sizeof(shipped[0]); i++)
		if (!strcmp(shipped[i].name, name))
			return &shipped[i];
	return NULL;
}

/* -1 go on, or the exit code. */
static int parse_request(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "card", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int option;

	opterr = 0;
	optind = 0;	/* start over: main() has parsed before */
	while ((option = getopt_long(argc, argv, "c:jh", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			request->card = optarg;
			break;
		case 'j':
			request->json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_OK;
		default:
			return usage_error("policy", "policy: wrong option '%s'",
					   argv[optind - 1]);
		}
	}
	request->verb = optind < argc ? argv[optind++] : NULL;
	request->name = optind < argc ? argv[optind++] : NULL;
	request->rest = argv + optind;
	return -1;
}

static int check_request(const struct request *request)
{
	if (!request->verb)
		return usage_error("policy", "policy: load, set, list or unload?");
	if (request->json && strcmp(request->verb, "list"))
		return usage_error("policy", "policy: only 'list' has --json");
	if (!strcmp(request->verb, "list"))
		return request->name || request->card ?
			usage_error("policy", "policy: list takes no argument") : -1;
	if (strcmp(request->verb, "load") && strcmp(request->verb, "set") &&
	    strcmp(request->verb, "unload"))
		return usage_error("policy", "policy: load, set, list or unload?");
	if (!find_shipped(request->name))
		return usage_error("policy", "policy: which one? There are quota, fair and exclusive");
	if (strcmp(request->verb, "set") && *request->rest)
		return usage_error("policy", "policy: one argument too many: '%s'", *request->rest);
	return -1;
}

int command_policy(int argc, char **argv)
{
	struct gantry_card card = { .size = sizeof(card) };
	struct request request = { 0 };
	int ret = parse_request(argc, argv, &request);

	if (ret < 0)
		ret = check_request(&request);
	if (ret >= 0)
		return ret;
	libbpf_set_print(say_nothing);
	if (!strcmp(request.verb, "list"))
		return list(&request);
	if (find_card(request.card, &card))
		return EXIT_FAILED;
	snprintf(request.address, sizeof(request.address), "%s", card.pci_address);
	if (!strcmp(request.verb, "load"))
		return load(&request, find_shipped(request.name));
	return strcmp(request.verb, "set") ? unload(&request) : set(&request);
}
