/* SPDX-License-Identifier: GPL-2.0-only */
/* Tenants: cgroups, processes in them, and what gantryctl says of them. */
#ifndef GANTRY_GUEST_TENANT_H
#define GANTRY_GUEST_TENANT_H

#include <json-c/json.h>

#include "fixture.h"

#define GANTRYCTL	"/gantry/build/gantryctl/gantryctl"

/** Run gantryctl tenant with these arguments; its exit code. What it says is lost. */
int tenant_command(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** ... that must succeed. */
void tenant_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** ... that must fail with this exit code, and say these words. */
void tenant_expect_refused(int code, const char *words, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** gantryctl tenant show NAME --json; belongs to the caller. */
struct json_object *tenant_show(const char *name);

/** What it was refused, by kind: "connect", "send" ... */
int64_t tenant_denied(const char *name, const char *kind);

/** Does it hold the tenant to its networks now? */
bool tenant_is_guarded(const char *name);

/**
 * tenants_begin() - so that tests begin and end with a tenant
 *
 * The guard comes with the first tenant, and goes with the last: it takes the guest
 * seconds to load.
 */
void tenants_begin(void);
void tenants_end(void);

/**
 * tenants_clean_up() - the end of a test, for CMocka: all others go
 *
 * What a test that failed left behind is not the next one's fault.
 */
int tenants_clean_up(void **state);

/** This process goes into a cgroup, "/" or "/a/b"; 0 or errno. */
int cgroup_enter(const char *cgroup);

/**
 * tenant_do() - in a process of its own, in this cgroup
 *
 * Return: what @what returned, 0 or an errno. Not from -1 to 254: the test fails.
 */
int tenant_do(const char *cgroup, int (*what)(const void *arg), const void *arg);

#endif
