// SPDX-License-Identifier: GPL-2.0-only
#include "cgroup.h"

#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ROOT	"/sys/fs/cgroup"

void cgroup_path(uint64_t id, char *path, size_t room)
{
	char *roots[] = { (char *)ROOT, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_XDEV, NULL);
	FTSENT *entry;

	path[0] = '\0';
	/* A cgroup's number is that of its folder. */
	while (tree && (entry = fts_read(tree))) {
		if (entry->fts_info != FTS_D || entry->fts_statp->st_ino != id)
			continue;
		snprintf(path, room, "%s", entry->fts_path[strlen(ROOT)] ?
			 entry->fts_path + strlen(ROOT) : "/");
		break;
	}
	if (tree)
		fts_close(tree);
}
