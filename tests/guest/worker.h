/* SPDX-License-Identifier: GPL-2.0-only */
/* A process in a cgroup of its own that uses the first card. */
#ifndef GANTRY_GUEST_WORKER_H
#define GANTRY_GUEST_WORKER_H

#include <sys/types.h>

#define GROUPS		"/sys/fs/cgroup"
#define WORKER_BYTES	(64 * 1024ULL)	/* of each copy, and of the buffer that it holds */

/** struct worker - it copied, and holds what it made until it is told to go */
struct worker {
	const char *cgroup;
	pid_t pid;
	int done;	/* readable when it has copied */
	int leave;	/* written to let it go */
};

/** Make the cgroup, "/a", start it there, and wait until it copied @copies times. */
struct worker worker_begin(const char *cgroup, unsigned int copies);

/** Let it go, and remove the cgroup. */
void worker_end(struct worker *worker);

/** Kill it; the cgroup stays. */
void worker_kill(struct worker *worker);

#endif
