// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE	/* open_by_handle_at() */
#include "cgroup.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

#define ROOT	"/sys/fs/cgroup"

/* FILEID_KERNFS in the kernel's exportfs.h: the handle is the number of the node. */
#define HANDLE_KERNFS	0xfe

/* A file handle leads to the folder at once, however many cgroups there are. */
static int open_number(uint64_t id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} of = { .handle = { .handle_bytes = sizeof(id), .handle_type = HANDLE_KERNFS } };
	int root = open(ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	if (root < 0)
		return -1;
	memcpy(of.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(root, &of.handle, O_RDONLY | O_CLOEXEC | O_PATH);
	close(root);
	return fd;
}

void cgroup_raw_path(uint64_t id, char *path, size_t room)
{
	char link[64], target[4096];
	int fd = open_number(id);
	ssize_t length;

	path[0] = '\0';
	if (fd < 0)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, target, sizeof(target) - 1);
	close(fd);
	if (length <= 0)
		return;
	target[length] = '\0';
	if (!strncmp(target, ROOT, strlen(ROOT)))
		snprintf(path, room, "%s", target[strlen(ROOT)] ? target + strlen(ROOT) : "/");
}

void cgroup_path(uint64_t id, char *path, size_t room)
{
	cgroup_raw_path(id, path, room);
	clean_name(path);
}

const char *cgroup_text(uint64_t id, const char *path, char *text, size_t room)
{
	if (!path[0])
		snprintf(text, room, "(cgroup %llu)", (unsigned long long)id);
	else
		snprintf(text, room, "%s", path);
	return text;
}

uint64_t cgroup_number(const char *name)
{
	struct stat folder;
	char path[4096];
	char *end;
	uint64_t id;

	if (isdigit((unsigned char)name[0])) {
		errno = 0;
		id = strtoull(name, &end, 10);
		return errno || *end ? 0 : id;
	}
	snprintf(path, sizeof(path), "%s%s%s", strncmp(name, ROOT, strlen(ROOT)) ? ROOT : "",
		 name[0] == '/' ? "" : "/", name);
	return stat(path, &folder) ? 0 : folder.st_ino;
}
