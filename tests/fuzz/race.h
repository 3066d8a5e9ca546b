/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that make the same calls on the same files at the same time. Nobody
 * knows then which handle means what, so an errno is right if it is documented
 * at all. What each thread keeps to itself must still come out right.
 */
#ifndef GANTRY_FUZZ_RACE_H
#define GANTRY_FUZZ_RACE_H

#include "world.h"

/** @threads of them make @calls in all. */
void race_run(uint64_t seed, uint64_t calls, unsigned int threads);

/** For the calls: a shared file, a shared descriptor; and a new one for the others. */
int race_file(struct call *c);
struct fd *race_fd(struct call *c, enum fd_kind kind);
void race_share(struct call *c, enum fd_kind kind, int fd);

#endif
