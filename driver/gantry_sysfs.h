/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GANTRY_SYSFS_H
#define GANTRY_SYSFS_H

struct attribute_group;

extern const struct attribute_group *gantry_sysfs_groups[];

#endif
