/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GANTRYCTL_ASSIGN_H
#define GANTRYCTL_ASSIGN_H

/** What loads gantry.ko; tests set it. */
extern const char *modprobe_path;

#endif /* GANTRYCTL_ASSIGN_H */
