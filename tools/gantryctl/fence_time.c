// SPDX-License-Identifier: GPL-2.0-only
/*
 * When did the card finish? A program that was busy elsewhere cannot know, but
 * the kernel stamps each fence as it signals.
 */
#include <linux/sync_file.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "fence_time.h"

#define MAX_FENCES 16

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* The latest stamp of the fences in the sync_file, 0: not told. */
static int64_t latest_stamp(int fd)
{
	struct sync_fence_info fences[MAX_FENCES];
	struct sync_file_info info = {
		.num_fences = MAX_FENCES,
		.sync_fence_info = (uintptr_t)fences,
	};
	uint64_t latest = 0;

	memset(fences, 0, sizeof(fences));
	if (ioctl(fd, SYNC_IOC_FILE_INFO, &info) || info.num_fences > MAX_FENCES)
		return 0;
	for (uint32_t i = 0; i < info.num_fences; i++)
		if (fences[i].timestamp_ns > latest)
			latest = fences[i].timestamp_ns;
	return latest;
}

int64_t fence_time(int fd, int64_t earliest)
{
	int64_t stamp = fd < 0 ? 0 : latest_stamp(fd);
	int64_t now = now_ns();

	/*
	 * A point that had signaled before it was exported is represented by a
	 * fence of the kernel's own, whose stamp says nothing.
	 */
	if (stamp < earliest || stamp > now)
		return now;
	return stamp;
}
