// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/lsm.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "egress.h"
#include "egress_guard.skel.h"
#include "egress_tenant.skel.h"
#include "gantryctl.h"

#define BPF_FOLDER	"/sys/fs/bpf"
#define GANTRY_FOLDER	BPF_FOLDER "/gantry"
#define GUARD_FOLDER	GANTRY_FOLDER "/egress"
#define TENANT_FOLDER	GANTRY_FOLDER "/tenant"
#define PIN_PATH	256

/* Of the guard, as they are pinned */
static const char *const maps[] = {
	"tenants", "networks", "last_denials", "common_levels", "changes"
};
#define MAPS	(sizeof(maps) / sizeof(maps[0]))

static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static const char *reason(int error)
{
	return error == EPERM || error == EACCES ? "run as root" : strerror(error);
}

int egress_lock(void)
{
	int folder = open(BPF_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* The descriptor, and with it the lock, is given back when the program ends. */
	if (folder >= 0 && !flock(folder, LOCK_EX))
		return 0;
	complain("cannot lock " BPF_FOLDER ": %s", reason(errno));
	return -1;
}

/* ---- pins --------------------------------------------------------------------------- */

static int make_folder(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

static bool is_map(const char *pin)
{
	for (size_t i = 0; i < MAPS; i++)
		if (!strcmp(pin, maps[i]))
			return true;
	return false;
}

static void remove_pins(const char *path, bool also_maps)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.' && (also_maps || !is_map(entry->d_name)))
			unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
}

/*
 * Everything in the folder is a pin of ours. Programs go first: killed halfway, this
 * leaves none that looks into maps which nobody finds any more.
 */
static void remove_folder(const char *path)
{
	remove_pins(path, false);
	remove_pins(path, true);
	rmdir(path);
}

/* Where other parts of gantry have pins this does nothing. */
static void remove_empty_folders(void)
{
	rmdir(TENANT_FOLDER);
	rmdir(GANTRY_FOLDER);
}

/* The pin holds the program to its place. What is pinned there already makes room. */
static int pin_link(struct bpf_link *link, const char *path)
{
	int ret;

	if (!link)
		return -errno;
	unlink(path);
	ret = bpf_link__pin(link, path);
	bpf_link__destroy(link);
	return ret;
}

/* ---- the guard of the machine --------------------------------------------------------- */

/* A program for a security module that does not run loads, attaches, and never runs. */
static bool has_bpf_lsm(void)
{
	uint64_t ids[64];
	uint32_t size = sizeof(ids);
	long count = syscall(SYS_lsm_list_modules, ids, &size, 0);

	for (long i = 0; i < count; i++)
		if (ids[i] == LSM_ID_BPF)
			return true;
	return false;
}

static const char *guard_pin(const char *name)
{
	static char path[PIN_PATH];

	snprintf(path, sizeof(path), GUARD_FOLDER "/%s", name);
	return path;
}

static bool is_complete(const struct egress_guard *guard)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, guard->obj)
		if (access(guard_pin(bpf_program__name(program)), F_OK))
			return false;
	for (size_t i = 0; i < MAPS; i++)
		if (access(guard_pin(maps[i]), F_OK))
			return false;
	return true;
}

/*
 * All of them, also where one is from an attempt that was killed: they have to look into
 * the same maps.
 */
static int attach_guard(struct egress_guard *guard)
{
	struct bpf_program *program;
	int ret = egress_guard__load(guard);

	bpf_object__for_each_program(program, guard->obj) {
		if (!ret)
			ret = pin_link(bpf_program__attach(program),
				       guard_pin(bpf_program__name(program)));
	}
	return ret;
}

static int load_guard(void)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .pin_root_path = GUARD_FOLDER);
	struct egress_guard *guard = egress_guard__open_opts(&options);
	int ret = guard ? 0 : -errno;

	if (!ret && !is_complete(guard)) {
		ret = make_folder(GANTRY_FOLDER);
		ret = ret ? ret : make_folder(GUARD_FOLDER);
		ret = ret ? ret : attach_guard(guard);
	}
	egress_guard__destroy(guard);
	return ret;
}

static int open_map(const char *name)
{
	return bpf_obj_get(guard_pin(name));
}

static bool is_empty(int map)
{
	uint64_t key;

	return bpf_map_get_next_key(map, NULL, &key) && errno == ENOENT;
}

static void unload_guard(void)
{
	remove_folder(GUARD_FOLDER);
	remove_empty_folders();
}

/* A guard of nobody that did not come to be would still be asked about all calls. */
static void drop_failed_guard(void)
{
	int tenants = open_map("tenants");

	if (tenants >= 0 ? is_empty(tenants) : tenants == -ENOENT)
		unload_guard();
	if (tenants >= 0)
		close(tenants);
}

int egress_open(struct egress *egress)
{
	int ret;

	egress->tenants = open_map("tenants");
	egress->networks = open_map("networks");
	egress->last_denials = open_map("last_denials");
	egress->changes = open_map("changes");
	if (egress->tenants >= 0 && egress->networks >= 0 && egress->last_denials >= 0 &&
	    egress->changes >= 0)
		return 0;
	ret = -errno;
	if (ret != -ENOENT)
		complain("cannot read " GUARD_FOLDER ": %s", reason(-ret));
	egress_close(egress, false);
	return ret;
}

int egress_load(struct egress *egress)
{
	int ret;

	if (!has_bpf_lsm()) {
		complain("the kernel runs without the BPF security module, which guards tenants: add bpf to lsm= on its command line");
		return -1;
	}
	libbpf_set_print(say_nothing);
	ret = load_guard();
	ret = ret ? ret : egress_open(egress);
	if (!ret)
		return 0;
	drop_failed_guard();
	complain("the kernel does not take the guard's programs: %s", reason(-ret));
	return -1;
}

static void close_map(int *map)
{
	if (*map >= 0)
		close(*map);
	*map = -1;
}

void egress_close(struct egress *egress, bool unload)
{
	if (unload && is_empty(egress->tenants))
		unload_guard();
	close_map(&egress->tenants);
	close_map(&egress->networks);
	close_map(&egress->last_denials);
	close_map(&egress->changes);
}

/* ---- the programs of a tenant ----------------------------------------------------------- */

static int attach_program(struct bpf_program *program, const char *folder, int cgroup)
{
	char path[PIN_PATH];

	snprintf(path, sizeof(path), "%s/%s", folder, bpf_program__name(program));
	return pin_link(bpf_program__attach_cgroup(program, cgroup), path);
}

int egress_attach(const char *name, uint64_t id, int cgroup)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .pin_root_path = GUARD_FOLDER);
	struct bpf_program *program;
	struct egress_tenant *tenant;
	char folder[PIN_PATH / 2];
	int ret;

	snprintf(folder, sizeof(folder), TENANT_FOLDER "/%s", name);
	ret = make_folder(TENANT_FOLDER);
	ret = ret ? ret : make_folder(folder);
	if (ret)
		return ret;
	tenant = egress_tenant__open_opts(&options);
	if (!tenant)
		return -errno;
	tenant->rodata->tenant_id = id;
	ret = egress_tenant__load(tenant);
	bpf_object__for_each_program(program, tenant->obj) {
		if (!ret)
			ret = attach_program(program, folder, cgroup);
	}
	egress_tenant__destroy(tenant);
	return ret;
}

/* ---- tenants ------------------------------------------------------------------------------ */

static void *grow(void *items, size_t count, size_t size)
{
	items = realloc(items, count * size);
	if (!items)
		abort();
	return items;
}

static int compare_tenants(const void *a, const void *b)
{
	const struct tenant *x = a, *y = b;

	return strcmp(x->value.name, y->value.name);
}

/* No one comes or goes meanwhile: the caller has the lock, or can live with it. */
struct tenant *egress_tenants(const struct egress *egress, size_t *count)
{
	struct tenant *tenants = NULL;
	uint64_t id, *last = NULL;

	*count = 0;
	while (!bpf_map_get_next_key(egress->tenants, last, &id)) {
		tenants = grow(tenants, *count + 1, sizeof(*tenants));
		tenants[*count].id = id;
		if (!bpf_map_lookup_elem(egress->tenants, &id, &tenants[*count].value))
			(*count)++;
		last = &id;
	}
	if (*count)
		qsort(tenants, *count, sizeof(*tenants), compare_tenants);
	return tenants;
}

int egress_find(const struct egress *egress, const char *name, struct tenant *tenant)
{
	size_t count;
	struct tenant *tenants = egress_tenants(egress, &count);
	int ret = -ENOENT;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(tenants[i].value.name, name))
			continue;
		*tenant = tenants[i];
		ret = 0;
	}
	free(tenants);
	return ret;
}

/* ---- networks ------------------------------------------------------------------------------- */

static void make_key(struct gantry_egress_key *key, uint64_t id, const struct cidr *network)
{
	memset(key, 0, sizeof(*key));
	key->prefix = GANTRY_EGRESS_KEY_BITS + network->bits;
	key->family = network->family;
	key->tenant = id;
	memcpy(key->address, network->address, sizeof(key->address));
}

static void read_key(struct cidr *network, const struct gantry_egress_key *key)
{
	memset(network, 0, sizeof(*network));
	network->family = key->family;
	network->bits = key->prefix - GANTRY_EGRESS_KEY_BITS;
	memcpy(network->address, key->address, sizeof(network->address));
}

static int compare_networks(const void *a, const void *b)
{
	return cidr_compare(a, b);
}

struct cidr *egress_networks(const struct egress *egress, uint64_t id, size_t *count)
{
	struct gantry_egress_key key, *last = NULL;
	struct cidr *networks = NULL;

	*count = 0;
	while (!bpf_map_get_next_key(egress->networks, last, &key)) {
		last = &key;
		if (key.tenant != id)
			continue;
		networks = grow(networks, *count + 1, sizeof(*networks));
		read_key(&networks[(*count)++], &key);
	}
	if (*count)
		qsort(networks, *count, sizeof(*networks), compare_networks);
	return networks;
}

int egress_allow(const struct egress *egress, uint64_t id, const struct cidr *network)
{
	struct gantry_egress_key key;
	uint8_t value = 1;

	make_key(&key, id, network);
	return bpf_map_update_elem(egress->networks, &key, &value, BPF_ANY);
}

int egress_deny(const struct egress *egress, uint64_t id, const struct cidr *network)
{
	struct gantry_egress_key key;

	make_key(&key, id, network);
	return bpf_map_delete_elem(egress->networks, &key);
}

static void deny_all(const struct egress *egress, uint64_t id)
{
	size_t count;
	struct cidr *networks = egress_networks(egress, id, &count);

	for (size_t i = 0; i < count; i++)
		egress_deny(egress, id, &networks[i]);
	free(networks);
}

/* ---- coming and going ------------------------------------------------------------------------ */

int egress_last_denial(const struct egress *egress, uint64_t id,
		       struct gantry_egress_denial *denial)
{
	return bpf_map_lookup_elem(egress->last_denials, &id, denial);
}

/* What the guard remembers of cgroups is from before. */
static int count_change(const struct egress *egress, bool begins)
{
	uint32_t zero = 0, count;
	int ret = bpf_map_lookup_elem(egress->changes, &zero, &count);

	/* Odd already: one that was killed has left it so. */
	count += begins == !(count & 1);
	return ret ? ret : bpf_map_update_elem(egress->changes, &zero, &count, BPF_ANY);
}

int egress_add(const struct egress *egress, uint64_t id, const struct gantry_egress_tenant *value)
{
	int ret = count_change(egress, true), end;

	if (ret)
		return ret;
	ret = bpf_map_update_elem(egress->tenants, &id, value, BPF_NOEXIST);
	end = count_change(egress, false);
	return ret ? ret : end;
}

int egress_guard_now(const struct egress *egress, uint64_t id,
		     const struct gantry_egress_tenant *value)
{
	struct gantry_egress_tenant guarded = *value;

	guarded.guarded = 1;
	return bpf_map_update_elem(egress->tenants, &id, &guarded, BPF_EXIST);
}

void egress_remove(const struct egress *egress, const char *name, uint64_t id)
{
	char folder[PIN_PATH / 2];

	/* First, for with it ends what the programs do. */
	bpf_map_delete_elem(egress->tenants, &id);
	snprintf(folder, sizeof(folder), TENANT_FOLDER "/%s", name);
	remove_folder(folder);
	deny_all(egress, id);
	bpf_map_delete_elem(egress->last_denials, &id);
}
