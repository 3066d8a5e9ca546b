// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl tenant: name the networks that the processes of a cgroup may reach once
 * they have an accelerator.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_folder.h"
#include "egress.h"
#include "gantryctl.h"
#include "tenant.h"

static const char help[] =
"Usage: gantryctl tenant create NAME [--allow CIDR...] [OPTION...]\n"
"       gantryctl tenant allow NAME CIDR...\n"
"       gantryctl tenant deny NAME CIDR...\n"
"       gantryctl tenant delete NAME\n"
"       gantryctl tenant show NAME [--json]\n"
"       gantryctl tenant list [--json]\n"
"\n"
"A tenant is a cgroup (version 2). From when one of its processes first opens an\n"
"accelerator its processes reach the allowed networks (10.0.0.0/8, fd00::/8, or\n"
"one address) and no others, with whatever sockets, until the tenant is deleted;\n"
"what is refused gets EPERM and is counted. Addresses of the machine itself, and\n"
"name servers, are reached if they are listed, too. BPF programs see to it, which\n"
"go on when gantryctl ends.\n"
"\n"
"  create   make a cgroup of this name below /sys/fs/cgroup, guarded\n"
"  allow    put networks on the list\n"
"  deny     take networks off it, as they stand there: also connections end\n"
"  delete   take the guard off, and the cgroup away if create made it\n"
"\n"
"Of create:\n"
"  -a, --allow CIDR     a network that may be reached; more may follow\n"
"  -c, --cgroup PATH    take this cgroup, which exists; with processes in it, it is\n"
"                       guarded at once, for they may have an accelerator\n"
"      --always         guard it from now on, not only once it has an accelerator\n"
"      --allow-unix     let it use UNIX sockets of processes outside of it\n"
"      --allow-net-admin\n"
"                       let it configure its network namespaces: a way out of them\n"
"                       that it makes itself (a tunnel) is not guarded\n"
"  -j, --json           of show and list: machine-readable\n"
"\n"
"Processes enter by cgroup.procs in the cgroup's folder. Needs root, and the BPF\n"
"security module (bpf in lsm= of the kernel's command line).\n"
"\n"
"Exit code: 0 done; 1 the message says why not; 2 wrong usage, nothing was done.\n";

/**
 * struct request - the command line
 * @verb: create, ...
 * @name: of the tenant
 * @networks: of --allow and behind the name; @count of them
 * @cgroup: of --cgroup, or NULL
 * @flags: GANTRY_EGRESS_... of create
 * @json: --json
 */
struct request {
	const char *verb, *name;
	struct cidr *networks;
	size_t count;
	const char *cgroup;
	unsigned int flags;
	bool json;
};

/* ---- the command line ---------------------------------------------------------------- */

static int add_network(struct request *request, const char *text)
{
	char meant[CIDR_TEXT];
	struct cidr network;
	int ret = cidr_parse(text, &network);

	if (ret == -ERANGE)
		return usage_error("tenant", "tenant: '%s' has bits behind the network's: do you mean %s?",
				   text, cidr_format(meant, sizeof(meant), &network));
	if (ret == -EAFNOSUPPORT)
		return usage_error("tenant", "tenant: '%s': write it as the IPv4 network that it is",
				   text);
	if (ret)
		return usage_error("tenant", "tenant: '%s' is no network: 10.0.0.0/8, fd00::/8 and 10.1.2.3 are",
				   text);
	request->networks = realloc(request->networks,
				    (request->count + 1) * sizeof(*request->networks));
	if (!request->networks)
		abort();
	request->networks[request->count++] = network;
	return -1;
}

/* It names a folder of the BPF file system, which keeps dots for itself. */
static bool is_name(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return length && !text[length] && length < GANTRY_TENANT_NAME && text[0] != '-';
}

static int parse_option(struct request *request, int option)
{
	switch (option) {
	case 'a':
		return add_network(request, optarg);
	case 'c':
		request->cgroup = optarg;
		return -1;
	case 'A':
		request->flags |= GANTRY_EGRESS_ALWAYS;
		return -1;
	case 'u':
		request->flags |= GANTRY_EGRESS_OTHERS;
		return -1;
	case 'n':
		request->flags |= GANTRY_EGRESS_ADMIN;
		return -1;
	case 'j':
		request->json = true;
		return -1;
	case 'h':
		fputs(help, stdout);
		return EXIT_OK;
	}
	return -2;
}

/* -1: go on; otherwise the exit code */
static int parse_options(struct request *request, int argc, char **argv)
{
	static const struct option options[] = {
		{ "allow", required_argument, NULL, 'a' },
		{ "cgroup", required_argument, NULL, 'c' },
		{ "always", no_argument, NULL, 'A' },
		{ "allow-unix", no_argument, NULL, 'u' },
		{ "allow-net-admin", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int option, ret = -1;

	opterr = 0;
	optind = 0;	/* start over: main() has parsed before */
	while (ret == -1 && (option = getopt_long(argc, argv, ":a:c:jh", options, NULL)) != -1) {
		if (option == ':')
			return usage_error("tenant", "tenant: %s needs a value", argv[optind - 1]);
		ret = parse_option(request, option);
	}
	if (ret == -2)
		return usage_error("tenant", "tenant: unknown option '%s'", argv[optind - 1]);
	return ret;
}

static int check_arguments(const struct request *request, int argc, char **argv)
{
	bool is_list = !strcmp(request->verb, "list");
	bool is_create = !strcmp(request->verb, "create");
	bool is_change = !strcmp(request->verb, "allow") || !strcmp(request->verb, "deny");
	bool has_list = is_change || (is_create && request->count);

	if (!is_create && (request->count || request->cgroup || request->flags))
		return usage_error("tenant", "tenant: only create has --allow, --cgroup, --always, --allow-unix and --allow-net-admin");
	if (request->json && !is_list && strcmp(request->verb, "show"))
		return usage_error("tenant", "tenant: %s has no --json", request->verb);
	if (!is_list && !request->name)
		return usage_error("tenant", "tenant: %s whom? It needs a name", request->verb);
	if (!is_list && !is_name(request->name))
		return usage_error("tenant", "tenant: '%s' is no name: letters, digits, - and _, up to %d",
				   request->name, GANTRY_TENANT_NAME - 1);
	if (is_change && optind == argc)
		return usage_error("tenant", "tenant: %s which networks?", request->verb);
	if (!has_list && optind < argc)
		return usage_error("tenant", "tenant: one argument too many: '%s'%s", argv[optind],
				   is_create ? "; networks follow --allow" : "");
	return -1;
}

static bool is_verb(const char *text)
{
	static const char *const verbs[] = { "create", "allow", "deny", "delete", "show", "list" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(text, verbs[i]))
			return true;
	return false;
}

static int parse_request(struct request *request, int argc, char **argv)
{
	int ret = parse_options(request, argc, argv);

	if (ret >= 0)
		return ret;
	if (optind == argc)
		return usage_error("tenant", "tenant: create, allow, deny, delete, show or list?");
	request->verb = argv[optind++];
	if (!is_verb(request->verb))
		return usage_error("tenant", "tenant: there is no '%s'", request->verb);
	if (strcmp(request->verb, "list") && optind < argc)
		request->name = argv[optind++];
	ret = check_arguments(request, argc, argv);
	while (ret == -1 && optind < argc)
		ret = add_network(request, argv[optind++]);
	return ret;
}

/* ---- its cgroup ------------------------------------------------------------------------ */

static int complain_of_cgroup(const char *path, int error)
{
	if (error == -EEXIST)
		complain("there is a cgroup %s already: --cgroup %s takes it", path, path);
	else if (error == -ENOTSUP)
		complain("%s is no cgroup of version 2", path);
	else if (error == -EINVAL)
		complain("the root cgroup cannot be a tenant");
	else if (error == -EPROTOTYPE)
		complain("%s has threads of processes that are elsewhere (cgroup.type): take the cgroup above it",
			 path);
	else if (error == -ENAMETOOLONG)
		complain("%s lies more than %d cgroups deep", path, GANTRY_TENANT_DEPTH);
	else
		complain("cannot take cgroup %s: %s", path,
			 error == -EPERM || error == -EACCES ? "run as root" : strerror(-error));
	return -1;
}

/* An open folder, or -1; complains. */
static int take_cgroup(struct request *request)
{
	const char *path = request->cgroup ? request->cgroup : request->name;
	int ret = 0;

	if (!request->cgroup) {
		ret = cgroup_make(path);
		if (!ret)
			request->flags |= GANTRY_EGRESS_MADE;
	}
	if (!ret)
		ret = cgroup_open(path, GANTRY_TENANT_DEPTH);
	return ret < 0 ? complain_of_cgroup(path, ret) : ret;
}

/* Without a word if processes are in it: it goes with them, or with the operator. */
static void give_back_cgroup(uint64_t id, unsigned int flags)
{
	if (flags & GANTRY_EGRESS_MADE)
		cgroup_remove(id);
}

/* ---- changes ----------------------------------------------------------------------------- */

/* EXIT_OK, or EXIT_FAILED after a complaint */
static int allow_all(const struct egress *egress, uint64_t id, const struct request *request)
{
	char text[CIDR_TEXT];
	int ret = 0;

	for (size_t i = 0; i < request->count; i++) {
		ret = egress_allow(egress, id, &request->networks[i]);
		if (!ret)
			continue;
		complain("the list takes no more, from %s on: %s",
			 cidr_format(text, sizeof(text), &request->networks[i]), strerror(-ret));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static bool is_taken(const struct egress *egress, const char *name, uint64_t id)
{
	size_t count;
	struct tenant *tenants = egress_tenants(egress, &count);
	bool found = false;

	for (size_t i = 0; i < count && !found; i++) {
		if (!strcmp(tenants[i].value.name, name))
			complain("there is a tenant %s already", name);
		else if (tenants[i].id == id)
			complain("the cgroup is tenant %s already", tenants[i].value.name);
		else
			continue;
		found = true;
	}
	free(tenants);
	return found;
}

/*
 * It counts as one from when the map has it. Who is in it by then may have an
 * accelerator; who comes later is seen to open one.
 */
static int start_guarding(const struct egress *egress, uint64_t id, int cgroup,
			  const struct gantry_egress_tenant *value)
{
	int ret = egress_add(egress, id, value);

	if (!ret && !value->guarded && cgroup_has_processes(cgroup))
		ret = egress_guard_now(egress, id, value);
	return ret;
}

static int add_tenant(const struct egress *egress, const struct request *request, int cgroup,
		      uint64_t id)
{
	struct gantry_egress_tenant value = {
		.flags = request->flags,
		.guarded = !!(request->flags & GANTRY_EGRESS_ALWAYS),
	};
	int ret;

	strcpy(value.name, request->name);
	/* Of an attempt that was killed. */
	egress_remove(egress, request->name, id);
	if (allow_all(egress, id, request)) {
		egress_remove(egress, request->name, id);
		return EXIT_FAILED;
	}
	ret = egress_attach(request->name, id, cgroup);
	ret = ret ? ret : start_guarding(egress, id, cgroup, &value);
	if (!ret)
		return EXIT_OK;
	egress_remove(egress, request->name, id);
	complain("cannot guard the cgroup: %s", strerror(-ret));
	return EXIT_FAILED;
}

static int create_in(struct request *request, int cgroup)
{
	uint64_t id = cgroup_id(cgroup);
	int ret = EXIT_FAILED;
	struct egress egress;

	if (!egress_load(&egress)) {
		if (!is_taken(&egress, request->name, id))
			ret = add_tenant(&egress, request, cgroup, id);
		egress_close(&egress, true);
	}
	if (ret != EXIT_OK)
		give_back_cgroup(id, request->flags);
	return ret;
}

static int create(struct request *request)
{
	int cgroup = take_cgroup(request);
	int ret;

	if (cgroup < 0)
		return EXIT_FAILED;
	ret = create_in(request, cgroup);
	close(cgroup);
	return ret;
}

static bool is_listed(const struct egress *egress, uint64_t id, const struct cidr *network)
{
	size_t count;
	struct cidr *networks = egress_networks(egress, id, &count);
	bool found = false;

	for (size_t i = 0; i < count; i++)
		found |= !cidr_compare(&networks[i], network);
	free(networks);
	return found;
}

static int deny(const struct egress *egress, const struct tenant *tenant,
		const struct request *request)
{
	char text[CIDR_TEXT];
	size_t i;

	for (i = 0; i < request->count; i++) {
		if (is_listed(egress, tenant->id, &request->networks[i]))
			continue;
		complain("%s is not on the list of %s: 'gantryctl tenant show %s' has it, nothing was changed",
			 cidr_format(text, sizeof(text), &request->networks[i]), request->name,
			 request->name);
		return EXIT_FAILED;
	}
	for (i = 0; i < request->count; i++)
		egress_deny(egress, tenant->id, &request->networks[i]);
	return EXIT_OK;
}

static bool has_processes(uint64_t id)
{
	char path[PATH_MAX];
	int cgroup;
	bool ret;

	cgroup_path(id, path, sizeof(path));
	cgroup = path[0] ? cgroup_open(path, GANTRY_TENANT_DEPTH) : -1;
	if (cgroup < 0)
		return false;
	ret = cgroup_has_processes(cgroup);
	close(cgroup);
	return ret;
}

static int delete(const struct egress *egress, const struct tenant *tenant)
{
	if (has_processes(tenant->id))
		complain("%s still has processes: from now on they reach everything",
			 tenant->value.name);
	egress_remove(egress, tenant->value.name, tenant->id);
	give_back_cgroup(tenant->id, tenant->value.flags);
	return EXIT_OK;
}

/* ---- what to do ---------------------------------------------------------------------------- */

static int run_on(struct egress *egress, const struct tenant *tenant,
		  const struct request *request)
{
	if (!strcmp(request->verb, "show"))
		return tenant_show(egress, tenant, request->json);
	if (!strcmp(request->verb, "allow"))
		return allow_all(egress, tenant->id, request);
	if (!strcmp(request->verb, "deny"))
		return deny(egress, tenant, request);
	return delete(egress, tenant);
}

static int run_request(struct request *request)
{
	struct egress egress;
	struct tenant tenant;
	int ret;

	if (!strcmp(request->verb, "create"))
		return create(request);
	ret = egress_open(&egress);
	if (ret && ret != -ENOENT)
		return EXIT_FAILED;
	if (!strcmp(request->verb, "list"))
		return tenant_list(ret ? NULL : &egress, request->json);
	if (ret || egress_find(&egress, request->name, &tenant)) {
		complain("there is no tenant %s: 'gantryctl tenant list' shows all", request->name);
		ret = EXIT_FAILED;
	} else {
		ret = run_on(&egress, &tenant, request);
	}
	egress_close(&egress, true);
	return ret;
}

int command_tenant(int argc, char **argv)
{
	struct request request = { 0 };
	int ret = parse_request(&request, argc, argv);

	if (ret == -1)
		ret = egress_lock() ? EXIT_FAILED : run_request(&request);
	free(request.networks);
	return ret;
}
