/* SPDX-License-Identifier: GPL-2.0-only */
/* Making, opening and removing control groups, version 2. */
#ifndef GANTRYCTL_CGROUP_FOLDER_H
#define GANTRYCTL_CGROUP_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * cgroup_make() - a new one, "/a" or "a/b" below /sys/fs/cgroup
 *
 * Return: 0, -ENOTSUP the machine has no cgroups of version 2 there, or -errno of mkdir().
 */
int cgroup_make(const char *name);

/**
 * cgroup_open() - the folder of a cgroup
 * @name: as above, or the whole path
 * @depth: that it may have below the root
 *
 * Return: a descriptor, or -ENOTSUP not a cgroup of version 2, -EINVAL the root,
 * -ENAMETOOLONG deeper than that, -EPROTOTYPE one of threads, or another -errno of
 * open().
 */
int cgroup_open(const char *name, unsigned int depth);

/** cgroup_id() - the number of a cgroup whose folder is open */
uint64_t cgroup_id(int folder);

/** cgroup_has_processes() - in it or below it; true also if that cannot be known */
bool cgroup_has_processes(int folder);

/** cgroup_remove() - unless it has processes or cgroups in it, or has gone */
void cgroup_remove(uint64_t id);

#endif /* GANTRYCTL_CGROUP_FOLDER_H */
