/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Three contexts on one card: a victim, one whose queue shares the victim's ring or,
 * where each queue has a ring of its own, the engine of that, and one on another engine.
 * Each has one job to do, by raw ioctls: host memory to the card and, behind a barrier,
 * back to other host memory. Its end shows in a wait and in a sync_file that outlives
 * the context.
 */
#ifndef GANTRY_GUEST_SCENE_H
#define GANTRY_GUEST_SCENE_H

#include "fixture.h"

#define JOB_BYTES	(16 * KIB)

/**
 * struct actor - a context with a job
 * @dev: NULL once the context is closed
 * @fd: of @dev
 * @queue: raw queue
 * @src: what is copied to @hbm, then to @back
 * @seed: of the data in @src
 * @syncobj: binary; the job signals it
 * @sync_file: its fence, or -1: nothing was submitted
 * @seqno: of the job
 */
struct actor {
	struct gantry_device *dev;
	int fd;
	uint32_t queue;
	struct gantry_buffer *src, *hbm, *back;
	uint8_t *back_map, *hbm_map;
	uint32_t seed;
	uint32_t syncobj;
	int sync_file;
	uint64_t seqno;
};

/**
 * struct scene - the three of them
 * @victim: what happens, happens to its job, or to what the driver does for it
 * @same: its queue has the ring that the victim's queue has, or that the next
 *	zeroing of memory will take
 * @other: another ring
 */
struct scene {
	struct actor victim, same, other;
};

/** On the first card: contexts and buffers. */
void scene_make(struct scene *scene);

/**
 * ... and queues, the victim's only if @victim. The card must not zero memory until
 * the first job is submitted, or that which the victim is to be.
 */
void scene_make_queues(struct scene *scene, bool victim);

/** Whatever state the card is in. */
void scene_destroy(struct scene *scene);

/** Everything but a queue. */
void actor_make(struct actor *actor, uint32_t seed);
void actor_destroy(struct actor *actor);

/** Give up the context; the sync_file stays. */
void actor_close(struct actor *actor);

/** 0, or why the job was refused. */
int actor_submit(struct actor *actor);

/**
 * How the job ended, by a wait, or -ENODEV: the card has gone. It must end in a
 * minute, and its fence must say the same.
 */
int actor_wait(struct actor *actor);

/** The same by the job's fence, also after the context is gone. */
int actor_fence_error(const struct actor *actor);

/** Bits of what came back that are not what was sent. */
unsigned int actor_wrong_bits(const struct actor *actor);

#endif
