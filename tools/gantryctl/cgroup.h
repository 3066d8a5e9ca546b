/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for tenants, which the kernel knows by number. */
#ifndef GANTRYCTL_CGROUP_H
#define GANTRYCTL_CGROUP_H

#include <stddef.h>
#include <stdint.h>

/**
 * cgroup_path() - where a cgroup is below /sys/fs/cgroup
 * @id: its number
 * @path: out: "/" or "/a/b"; empty when there is none, or no more
 * @room: of @path
 */
void cgroup_path(uint64_t id, char *path, size_t room);

#endif /* GANTRYCTL_CGROUP_H */
