/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An output file that appears only when it is complete.
 */
#ifndef GANTRYCTL_OUTFILE_H
#define GANTRYCTL_OUTFILE_H

struct outfile {
	const char *path;
	char *temporary;
	int fd;
};

/** outfile_open() - begin; 0 or -errno */
int outfile_open(struct outfile *out, const char *path);

/** outfile_commit() - it is complete: give it its name; 0 or -errno */
int outfile_commit(struct outfile *out);

/** outfile_discard() - leave no trace; fine after commit, and when fd is -1 */
void outfile_discard(struct outfile *out);

#endif /* GANTRYCTL_OUTFILE_H */
