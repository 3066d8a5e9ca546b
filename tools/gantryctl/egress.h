/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guarded exit: its programs and maps, which are pinned, so that they go on when
 * gantryctl ends. Callers hold the lock while they change anything.
 */
#ifndef GANTRYCTL_EGRESS_H
#define GANTRYCTL_EGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cidr.h"

#include "../../bpf/egress.h"

/** struct egress - descriptors of the maps */
struct egress {
	int tenants, networks, last_denials, changes;
};

/** struct tenant - a tenant and the number of its cgroup */
struct tenant {
	uint64_t id;
	struct gantry_egress_tenant value;
};

/**
 * egress_lock() - until this program ends, no other one changes anything
 *
 * Waits for one that does. Return: 0 or -1; complains.
 */
int egress_lock(void);

/**
 * egress_open() - the maps of the guard
 *
 * Return: 0; -ENOENT it is not loaded, for there is no tenant; another -errno, after
 * a complaint.
 */
int egress_open(struct egress *egress);

/** egress_load() - ... after loading the guard where it is not; 0 or -1, complains */
int egress_load(struct egress *egress);

/** egress_close() - and unload the guard if there is no tenant any more and @unload */
void egress_close(struct egress *egress, bool unload);

/** egress_attach() - to a cgroup the programs for a tenant; 0 or -errno */
int egress_attach(const char *name, uint64_t id, int cgroup);

/** egress_add() - from here on it is a tenant; 0 or -errno */
int egress_add(const struct egress *egress, uint64_t id, const struct gantry_egress_tenant *value);

/** egress_guard_now() - hold one that was just added to its networks; 0 or -errno */
int egress_guard_now(const struct egress *egress, uint64_t id,
		     const struct gantry_egress_tenant *value);

/** egress_remove() - programs, networks and counts, also of a tenant that is not whole */
void egress_remove(const struct egress *egress, const char *name, uint64_t id);

/** egress_tenants() - all, by name; belong to the caller */
struct tenant *egress_tenants(const struct egress *egress, size_t *count);

/** egress_find() - one by name; 0 or -ENOENT */
int egress_find(const struct egress *egress, const char *name, struct tenant *tenant);

/** egress_networks() - those that a tenant may reach, in order; belong to the caller */
struct cidr *egress_networks(const struct egress *egress, uint64_t id, size_t *count);

/** egress_allow(), egress_deny() - put a network on the list, take it off; 0 or -errno */
int egress_allow(const struct egress *egress, uint64_t id, const struct cidr *network);
int egress_deny(const struct egress *egress, uint64_t id, const struct cidr *network);

/** egress_last_denial() - 0, or -ENOENT: nothing was refused yet */
int egress_last_denial(const struct egress *egress, uint64_t id,
		       struct gantry_egress_denial *denial);

#endif /* GANTRYCTL_EGRESS_H */
