/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Three contexts on one card: a victim, one whose queue shares the victim's ring or,
 * where each queue has a ring of its own, the engine of that, and one on another engine.
 * Which queue is on which engine is seen by a fault of the card, which tells where it
 * struck. Each has one job to do, by raw ioctls: host memory to the card and, behind a barrier,
 * back to other host memory. Its end shows in a wait and in a sync_file that outlives
 * the context.
 */
#ifndef GANTRY_GUEST_SCENE_H
#define GANTRY_GUEST_SCENE_H

#include "fixture.h"

#define JOB_BYTES	(16 * KIB)
#define ENGINES_MAX	16

/**
 * struct seat - a queue, and where its work is done
 * @queue: raw queue
 * @engine: as the card's faults number them
 */
struct seat {
	uint32_t queue;
	uint32_t engine;
};

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
 * @same: its queue has the ring, or the engine, on which that happens
 * @other: another one
 * @same_seats: a queue on each engine, of which @same will take one
 * @other_seats: queues on two engines, likewise
 * @engines: engines of the card
 */
struct scene {
	struct actor victim, same, other;
	struct seat same_seats[ENGINES_MAX];
	struct seat other_seats[2];
	unsigned int engines;
};

/** On the first card: contexts and buffers. */
void scene_make(struct scene *scene);

/**
 * ... and queues: the victim's, if @victim, and with it the others'; else for the others
 * one on each engine, until scene_take_seats(). The card must be zeroing no memory.
 */
void scene_make_queues(struct scene *scene, bool victim);

/**
 * The others take their queues, now that it is known on which engine it happens; if it is
 * none (a fault of an access to memory does not know the engine), any two.
 */
void scene_take_seats(struct scene *scene, uint32_t engine);

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
