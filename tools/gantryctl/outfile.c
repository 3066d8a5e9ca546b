// SPDX-License-Identifier: GPL-2.0-only
/*
 * An output file that appears only when it is complete: whoever finds it may
 * trust it, and a failure leaves the file of that name which was there before.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outfile.h"

int outfile_open(struct outfile *out, const char *path)
{
	mode_t mask = umask(0);
	int ret;

	umask(mask);
	*out = (struct outfile) { .path = path, .fd = -1 };
	if (asprintf(&out->temporary, "%s.XXXXXX", path) < 0) {
		out->temporary = NULL;
		return -ENOMEM;
	}
	out->fd = mkostemp(out->temporary, O_CLOEXEC);
	if (out->fd >= 0 && !fchmod(out->fd, 0666 & ~mask))
		return 0;
	ret = -errno;
	outfile_discard(out);
	return ret;
}

int outfile_commit(struct outfile *out)
{
	int ret = 0;

	/* only here does a full disk of some file systems show */
	if (fsync(out->fd) || rename(out->temporary, out->path))
		ret = -errno;
	if (ret)
		return ret;
	free(out->temporary);
	out->temporary = NULL;
	return 0;
}

void outfile_discard(struct outfile *out)
{
	if (out->temporary && out->fd >= 0)
		unlink(out->temporary);
	free(out->temporary);
	out->temporary = NULL;
	if (out->fd >= 0)
		close(out->fd);
	out->fd = -1;
}
