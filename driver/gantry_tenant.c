// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cgroup.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

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
