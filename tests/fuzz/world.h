/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world as it should be: what the fuzzer made and the kernel said yes to.
 *
 * Numbers that the kernel gives (handles, queues, syncobjs) are always the
 * lowest free ones, so the world knows them in advance: if one differs, an
 * earlier call lost or leaked something.
 */
#ifndef GANTRY_FUZZ_WORLD_H
#define GANTRY_FUZZ_WORLD_H

#include "fuzz.h"

#define CARDS		2
#define FILES		4
#define HANDLES		96	/* a file has fewer */
#define QUEUES		40
#define SYNCS		40
#define FDS		32
#define MAPPINGS	24
#define GATES		4
#define USES		4
/* Buffers up to this size have a shadow: every byte of them is checked. */
#define SHADOW_MAX	(64 * 1024ull)

struct queue {
	struct file *file;
	uint32_t number;
	uint64_t seqno;		/* of the last job */
	uint64_t settled;	/* known to have ended */
	struct mem *status;
};

/* A queue that works, or may work, on a buffer. */
struct use {
	struct queue *queue;
	uint64_t seqno;
	bool writes;
};

/* Memory, whoever has handles of it. */
struct mem {
	unsigned int refs;
	struct mem *next, **link;
	uint64_t size;
	uint32_t region;
	unsigned int card;
	uint64_t offset;	/* for mmap() */
	bool read_only;
	bool foreign;		/* came as a dma-buf of another driver */
	uint8_t *value;		/* shadow, or NULL */
	uint8_t *known;		/* 1: the byte of the shadow is right */
	uint8_t *cpu;		/* a mapping of foreign memory */
	bool lost;		/* nobody knows when it is written */
	struct use uses[USES];
};

/* A syncobj; several files may have handles of it. */
struct sync {
	unsigned int refs;
	bool has_fence;
	bool vague;		/* what points it has, nobody knows */
	uint64_t top;		/* last point, 0: binary */
};

struct file {
	int fd[2];		/* the second a duplicate */
	unsigned int card;
	struct mem *handles[HANDLES];
	unsigned int handle_count;
	struct queue *queues[QUEUES];
	unsigned int queue_count;
	struct sync *syncs[SYNCS];
	unsigned int sync_count;
};

enum fd_kind { FD_NONE, FD_DMABUF, FD_SYNCOBJ, FD_SYNC_FILE, FD_EVENT, FD_OTHER };

struct fd {
	enum fd_kind kind;
	int fd;
	struct mem *mem;
	struct sync *sync;
};

struct mapping {
	uint8_t *address;
	uint64_t length;
	uint64_t offset;	/* in mem */
	int protection;
	struct mem *mem;	/* NULL: slot is free */
};

/* A fence of vgem that signals when we want. */
struct gate {
	int fd;
	uint32_t handle;
	uint32_t fence;
	int dmabuf;
	bool closed;
};

struct world {
	uint64_t seed;
	unsigned int card_count;
	const char *nodes[CARDS];
	int watch[CARDS];	/* a file of each card, to look at it */
	uint32_t regions[CARDS];	/* of device memory */
	char names[CARDS][32];	/* of chips, as they were told at first */
	struct file files[FILES];
	struct fd fds[FDS];
	struct mapping mappings[MAPPINGS];
	struct gate gates[GATES];
	struct mem *mems;
	/* This epoch's character. */
	unsigned int files_used, handles_used, queues_used;
	uint64_t jobs;		/* submitted since the epoch began */
};

extern struct world world;

/** Cards, gates: once. */
void world_init(void);

/** An empty world; @rng says of what character. */
void world_begin(struct rng *rng);

/** Close everything, until all memory has come back. */
void world_drop(struct call *c);

/** The same, and check that nothing else is left behind. */
void world_end(struct call *c);

/** All device memory is free, and the kernel logged nothing. */
void world_expect_clean(struct call *c);

struct file *file_open(struct call *c, struct file *file, unsigned int card);
void file_close(struct call *c, struct file *file, unsigned int which);
static inline bool file_is_open(const struct file *file)
{
	return file->fd[0] >= 0 || file->fd[1] >= 0;
}

/* The numbers that the kernel must give next, 0: the world has no more room. */
uint32_t handle_next(const struct file *file);
uint32_t queue_next(const struct file *file);
uint32_t sync_next(const struct file *file);
uint32_t handle_of(const struct file *file, const struct mem *mem);

/* What a number means, NULL: nothing. */
struct mem *handle_find(const struct file *file, uint32_t handle);
struct queue *queue_find(const struct file *file, uint32_t number);
struct sync *sync_find(const struct file *file, uint32_t handle);

struct mem *mem_new(uint64_t size, uint32_t region, unsigned int card);
struct mem *mem_get(struct mem *mem);
void mem_put(struct mem *mem);
void handle_add(struct file *file, uint32_t handle, struct mem *mem);
void handle_drop(struct file *file, uint32_t handle);
void queue_add(struct file *file, uint32_t number, struct mem *status);
void queue_drop(struct file *file, uint32_t number);
void sync_add(struct file *file, uint32_t handle, struct sync *sync);
void sync_drop(struct file *file, uint32_t handle);
struct sync *sync_new(void);
/** It holds a fence now, of no point; or of @point, or its last point if that is later. */
void sync_set_fence(struct sync *sync);
void sync_set_point(struct sync *sync, uint64_t point);
void sync_put(struct sync *sync);

/** How many regions of device memory the card of a call has; racing threads know no card. */
static inline uint32_t regions_of(const struct call *c)
{
	return world.regions[c->blind ? 0 : c->file->card];
}

/** Was the memory made somewhere else than on the card of this file? */
static inline bool is_foreign(const struct file *file, const struct mem *mem)
{
	return mem->foreign || mem->card != file->card;
}

/** A descriptor of an open file, of the two it may have. */
int file_fd(const struct file *file, struct rng *rng);

/** Mostly one that exists. */
struct file *pick_file(struct call *c);
uint32_t pick_handle(struct call *c);
uint32_t pick_buffer(struct call *c);	/* not a status page */
uint32_t pick_queue(struct call *c);
uint32_t pick_sync(struct call *c);
/** A slot with a descriptor of @kind, or NULL. */
struct fd *pick_fd(struct call *c, enum fd_kind kind);

/** A free slot, made free if there is none; takes over the references. */
struct fd *fd_add(struct call *c, enum fd_kind kind, int fd, struct mem *mem, struct sync *sync);
void fd_drop(struct fd *fd);

/** Let pass whatever waits for a gate. */
void gates_open(void);

/** Until nobody works on the buffer. */
void mem_settle(struct call *c, struct mem *mem);
void queue_settle(struct call *c, struct queue *queue, uint64_t seqno);

/* ---- shadow.c -------------------------------------------------------------------------- */

/** A job of @queue was accepted: what memory will hold when it has ended. */
void shadow_apply(struct call *c, struct queue *queue, const struct drm_gantry_op *ops,
		  uint32_t count);

/** Must run before the job is submitted: nobody else may be writing what it touches. */
void shadow_prepare(struct call *c, struct queue *queue, const struct drm_gantry_op *ops,
		    uint32_t count);

/** Compare @length bytes at @at, which show @mem from @offset. */
void shadow_compare(struct call *c, struct mem *mem, const uint8_t *at, uint64_t offset,
		    uint64_t length);

/** Compare all of a buffer, through a mapping of its own. */
void shadow_check(struct call *c, struct file *file, struct mem *mem);

#endif
