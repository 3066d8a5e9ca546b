// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cgroup.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "gantry_tenant.h"

/**
 * gantry_tenant_current - the tenant of whoever calls
 *
 * Return: the number of its cgroup (what stat() says of the cgroup's folder), or 0 in
 * a kernel without cgroups.
 */
u64 gantry_tenant_current(void)
{
#ifdef CONFIG_CGROUPS
	u64 tenant;

	rcu_read_lock();
	tenant = cgroup_id(task_dfl_cgroup(current));
	rcu_read_unlock();
	return tenant;
#else
	return 0;
#endif
}

static void gantry_tenant_describe(struct gantry_tenant *tenant)
{
#ifdef CONFIG_CGROUPS
	struct cgroup *cgroup;
	u32 i;

	rcu_read_lock();
	cgroup = task_dfl_cgroup(current);
	tenant->id = cgroup_id(cgroup);
	tenant->level = cgroup->level;
	for (i = 0; i < tenant->level && i < GANTRY_TENANT_LEVELS - 1; i++)
		tenant->ancestors[i] = cgroup_id(cgroup_ancestor(cgroup, i));
	rcu_read_unlock();
	tenant->ancestors[i] = tenant->id;
	tenant->count = i + 1;
#else
	/* Everybody is in the one cgroup that there is. */
	tenant->count = 1;
#endif
}

/**
 * gantry_tenant_new - describe the tenant of whoever calls
 *
 * Return: it, with a reference for the caller, or NULL: out of memory.
 */
struct gantry_tenant *gantry_tenant_new(void)
{
	struct gantry_tenant *tenant = kzalloc(sizeof(*tenant), GFP_KERNEL_ACCOUNT);

	if (!tenant)
		return NULL;
	kref_init(&tenant->ref);
	gantry_tenant_describe(tenant);
	return tenant;
}

struct gantry_tenant *gantry_tenant_get(struct gantry_tenant *tenant)
{
	kref_get(&tenant->ref);
	return tenant;
}

static void gantry_tenant_release(struct kref *ref)
{
	kfree(container_of(ref, struct gantry_tenant, ref));
}

/* Any context; NULL is nobody. */
void gantry_tenant_put(struct gantry_tenant *tenant)
{
	if (tenant)
		kref_put(&tenant->ref, gantry_tenant_release);
}

/**
 * gantry_tenant_has_caller - may whoever calls use what is this tenant's?
 * @tenant: whose
 *
 * It may if it is in the tenant's cgroup now, or in one below that: whoever divides its
 * cgroup is still itself.
 */
bool gantry_tenant_has_caller(const struct gantry_tenant *tenant)
{
#ifdef CONFIG_CGROUPS
	struct cgroup *cgroup;
	bool has;

	rcu_read_lock();
	cgroup = cgroup_ancestor(task_dfl_cgroup(current), tenant->level);
	has = cgroup && cgroup_id(cgroup) == tenant->id;
	rcu_read_unlock();
	return has;
#else
	return true;
#endif
}
