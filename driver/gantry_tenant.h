/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose something is: a tenant is a cgroup, version 2. */
#ifndef GANTRY_TENANT_H
#define GANTRY_TENANT_H

#include <linux/types.h>

u64 gantry_tenant_current(void);

#endif
