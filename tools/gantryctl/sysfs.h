/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GANTRYCTL_SYSFS_H
#define GANTRYCTL_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

/** Where sysfs is; tests set it. */
extern const char *sysfs_root;

/**
 * sysfs_write() - write @value to an attribute, whose path is given below root
 *
 * Return: 0 or -errno.
 */
int sysfs_write(const char *value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * sysfs_read() - an attribute of one line, without the line's end
 *
 * Return: 0 or -errno.
 */
int sysfs_read(char *value, size_t room, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** sysfs_exists() - is there such a file or folder below root? */
bool sysfs_exists(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* GANTRYCTL_SYSFS_H */
