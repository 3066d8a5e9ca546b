/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose something is: a tenant is a cgroup, version 2, with all cgroups below it. */
#ifndef GANTRY_TENANT_H
#define GANTRY_TENANT_H

#include <linux/kref.h>
#include <linux/types.h>

#define GANTRY_TENANT_LEVELS	16

/**
 * struct gantry_tenant - the cgroup in which a context was opened
 * @id: its number: what stat() says of the cgroup's folder
 * @level: how deep it lies, 0: the root
 * @count: of @ancestors
 * @ancestors: numbers from the root's on to @id, which is the last; of one that lies
 *	deeper than there is room those just above it are missing
 * @ref: contexts and buffers of it
 *
 * Policies read it: docs/policy.md. Nothing in it changes, for a cgroup never moves,
 * and its number is never given to another one, not even when it is gone.
 */
struct gantry_tenant {
	u64 id;
	u32 level;
	u32 count;
	u64 ancestors[GANTRY_TENANT_LEVELS];
	struct kref ref;
};

u64 gantry_tenant_current(void);
struct gantry_tenant *gantry_tenant_new(void);
struct gantry_tenant *gantry_tenant_get(struct gantry_tenant *tenant);
void gantry_tenant_put(struct gantry_tenant *tenant);
bool gantry_tenant_has_caller(const struct gantry_tenant *tenant);

#endif
