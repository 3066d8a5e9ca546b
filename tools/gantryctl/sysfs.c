// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes in sysfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"

const char *sysfs_root = "/sys";

static int make_path(char path[PATH_MAX], const char *format, va_list arguments)
{
	int root = snprintf(path, PATH_MAX, "%s/", sysfs_root);
	int rest;

	if (root < 0 || root >= PATH_MAX)
		return -ENAMETOOLONG;
	rest = vsnprintf(path + root, PATH_MAX - root, format, arguments);
	return rest < 0 || rest >= PATH_MAX - root ? -ENAMETOOLONG : 0;
}

int sysfs_write(const char *value, const char *format, ...)
{
	char path[PATH_MAX];
	va_list arguments;
	ssize_t written;
	int fd, ret;

	va_start(arguments, format);
	ret = make_path(path, format, arguments);
	va_end(arguments);
	if (ret)
		return ret;
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* an attribute takes its value in one write or not at all */
	written = write(fd, value, strlen(value));
	if (written < 0)
		ret = -errno;
	else if ((size_t)written != strlen(value))
		ret = -EIO;
	close(fd);
	return ret;
}

int sysfs_read(char *value, size_t room, const char *format, ...)
{
	char path[PATH_MAX];
	va_list arguments;
	ssize_t length;
	int fd, ret;

	va_start(arguments, format);
	ret = make_path(path, format, arguments);
	va_end(arguments);
	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, value, room - 1);
	ret = length < 0 ? -errno : 0;
	close(fd);
	value[length > 0 ? length : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return ret;
}

bool sysfs_exists(const char *format, ...)
{
	char path[PATH_MAX];
	va_list arguments;
	int ret;

	va_start(arguments, format);
	ret = make_path(path, format, arguments);
	va_end(arguments);
	return !ret && !access(path, F_OK);
}
