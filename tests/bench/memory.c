// SPDX-License-Identifier: GPL-2.0-only
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell_kernel(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0) {
		fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	close(fd);
}

static int64_t free_pages(void)
{
	FILE *file = fopen("/proc/vmstat", "r");
	int64_t pages;

	if (!file || fscanf(file, "nr_free_pages %" SCNd64, &pages) != 1) {
		fprintf(stderr, "bench: /proc/vmstat does not begin with nr_free_pages\n");
		exit(1);
	}
	fclose(file);
	return pages;
}

int64_t memory_free(void)
{
	/* Compacting takes in the free pages that each processor keeps for itself. */
	tell_kernel("/proc/sys/vm/drop_caches", "3");
	tell_kernel("/proc/sys/vm/compact_memory", "1");
	tell_kernel("/proc/sys/vm/stat_refresh", "1");
	return free_pages() * sysconf(_SC_PAGESIZE);
}
