// SPDX-License-Identifier: GPL-2.0-only
#include "cgroup_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup.h"

#define ROOT	"/sys/fs/cgroup"

/* What @path has below the root, or NULL. */
static const char *below_root(const char *path)
{
	const char *rest = path + strlen(ROOT);

	if (strncmp(path, ROOT, strlen(ROOT)) || (*rest && *rest != '/'))
		return NULL;
	return rest;
}

/* "/sys/fs/cgroup/a", "/a" and "a" are the same one. */
static void whole_path(const char *name, char *path, size_t room)
{
	if (below_root(name))
		snprintf(path, room, "%s", name);
	else
		snprintf(path, room, ROOT "/%s", name);
}

static bool is_version_2(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

int cgroup_make(const char *name)
{
	char path[PATH_MAX];

	if (!is_version_2(ROOT))
		return -ENOTSUP;
	whole_path(name, path, sizeof(path));
	return mkdir(path, 0755) ? -errno : 0;
}

/* Once all links are followed */
static int check_depth(const char *path, unsigned int limit)
{
	char real[PATH_MAX];
	unsigned int depth = 0;
	const char *c;

	if (!realpath(path, real))
		return -errno;
	c = below_root(real);
	if (!c)
		return -ENOTSUP;
	for (; *c; c++)
		depth += *c == '/';
	if (depth > limit)
		return -ENAMETOOLONG;
	return depth ? 0 : -EINVAL;
}

/* Of a file of the cgroup; empty if it cannot be read */
static void read_file(int folder, const char *name, char *text, size_t room)
{
	int file = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t length = -1;

	if (file >= 0) {
		length = read(file, text, room - 1);
		close(file);
	}
	text[length > 0 ? length : 0] = '\0';
}

/* Threads in it share their memory with those of their process that are elsewhere. */
static bool is_threaded(int folder)
{
	char text[64];

	read_file(folder, "cgroup.type", text, sizeof(text));
	return !strncmp(text, "threaded", strlen("threaded"));
}

int cgroup_open(const char *name, unsigned int depth)
{
	char path[PATH_MAX];
	int folder, ret;

	whole_path(name, path, sizeof(path));
	ret = check_depth(path, depth);
	if (ret)
		return ret;
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	if (!is_version_2(path))
		ret = -ENOTSUP;
	else if (is_threaded(folder))
		ret = -EPROTOTYPE;
	if (!ret)
		return folder;
	close(folder);
	return ret;
}

uint64_t cgroup_id(int folder)
{
	struct stat status;

	return fstat(folder, &status) ? 0 : status.st_ino;
}

bool cgroup_has_processes(int folder)
{
	char text[256];

	read_file(folder, "cgroup.events", text, sizeof(text));
	return !strstr(text, "populated 0");
}

void cgroup_remove(uint64_t id)
{
	char name[PATH_MAX / 2], path[PATH_MAX];

	cgroup_raw_path(id, name, sizeof(name));
	if (!name[0])
		return;
	whole_path(name, path, sizeof(path));
	rmdir(path);
}
