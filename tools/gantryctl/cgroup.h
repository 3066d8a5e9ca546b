/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for tenants, which the kernel knows by number. */
#ifndef GANTRYCTL_CGROUP_H
#define GANTRYCTL_CGROUP_H

#include <stddef.h>
#include <stdint.h>

/**
 * cgroup_raw_path() - where a cgroup is below /sys/fs/cgroup, for system calls
 * @id: its number
 * @path: out: "/" or "/a/b"; empty when there is none, or no more, or without root
 * @room: of @path
 *
 * Whoever may make cgroups chooses their names, so it must not be shown.
 */
void cgroup_raw_path(uint64_t id, char *path, size_t room);

/** cgroup_path() - the same after clean_name(), to be shown */
void cgroup_path(uint64_t id, char *path, size_t room);

/**
 * cgroup_text() - a tenant for people
 * @id: its number
 * @path: of its cgroup, clean, or empty
 * @text: out: the path, or its number
 * @room: of @text
 *
 * Return: @text.
 */
const char *cgroup_text(uint64_t id, const char *path, char *text, size_t room);

/**
 * cgroup_number() - which tenant is meant
 * @name: a path below /sys/fs/cgroup, or a number
 *
 * Return: its number, or 0 when there is no such cgroup.
 */
uint64_t cgroup_number(const char *name);

#endif /* GANTRYCTL_CGROUP_H */
