/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file's journey through a card, in chunks, with all legs under way at once:
 *
 *   file -> host buffer -> region [-> second region] -> host buffer -> file
 *
 * The second region may be another card's.
 *
 * SHA-256 is computed of what was read from the file and of what came back.
 */
#ifndef GANTRYCTL_TRANSFER_H
#define GANTRYCTL_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "gantry.h"

#define TRANSFER_SHA256_SIZE	32
#define TRANSFER_CHUNK_DEFAULT	(4ULL << 20)
#define TRANSFER_CHUNK_MIN	4096ULL
#define TRANSFER_CHUNK_MAX	(1ULL << 30)
#define TRANSFER_DEPTH_DEFAULT	8
#define TRANSFER_DEPTH_MAX	64

/** Legs and other work of the journey, in the order a chunk meets them. */
enum transfer_stage {
	TRANSFER_READ,		/* file -> host buffer */
	TRANSFER_HASH_IN,
	TRANSFER_LOAD,		/* host buffer -> first region */
	TRANSFER_MOVE,		/* first region -> second region */
	TRANSFER_STORE,		/* last region -> host buffer */
	TRANSFER_WRITE,		/* host buffer -> file */
	TRANSFER_HASH_OUT,
	TRANSFER_STAGES
};

struct transfer_options {
	/** @in_fd: a regular file, read from its beginning */
	int in_fd;
	/** @out_fd: a regular file, or -1: what comes back is only hashed */
	int out_fd;
	/** @length: bytes of the file, at least 1 */
	uint64_t length;
	/** @region: where the data goes first */
	uint32_t region;
	/** @use_via: go through @via as well */
	bool use_via;
	/** @via: second region */
	uint32_t via;
	/** @to: the card that @via is of, with @use_via; NULL: the same one */
	struct gantry_device *to;
	/** @chunk: bytes of one step */
	uint64_t chunk;
	/** @depth: chunks under way at once */
	unsigned int depth;
	/** @progress: called from another thread after each chunk; may be NULL */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *context;
};

struct transfer_stage_result {
	/** @bytes: that went through this stage */
	uint64_t bytes;
	/**
	 * @busy: nanoseconds in which at least one chunk was in this stage. The
	 * legs on the card are timed by the kernel's fences. Stages overlap, so
	 * the sum exceeds the time that passed.
	 */
	int64_t busy;
};

struct transfer_result {
	uint8_t sha_in[TRANSFER_SHA256_SIZE];
	uint8_t sha_out[TRANSFER_SHA256_SIZE];
	struct transfer_stage_result stages[TRANSFER_STAGES];
	/** @elapsed: nanoseconds from the first read to the last byte checked */
	int64_t elapsed;
	/** @chunks: steps made */
	uint64_t chunks;
	/** @direct: of the bytes that went to another card, those it read by itself */
	uint64_t direct;
	/** @resident: bytes of each region that the journey used */
	uint64_t resident;
};

struct transfer_error {
	/** @what: "cannot <what>: <transfer_explain()>" is the message */
	const char *what;
	/** @call: of libgantry, that failed; NULL: one of the system */
	const char *call;
	/** @code: negative errno */
	int code;
};

/**
 * transfer_run() - make the journey
 *
 * Return: 0, or -errno with @error filled in. That the two hashes are equal is
 * for the caller to check.
 */
int transfer_run(struct gantry_device *dev, const struct transfer_options *options,
		 struct transfer_result *result, struct transfer_error *error);

/** transfer_explain() - why it failed, and what to do */
const char *transfer_explain(const struct transfer_error *error);

/** transfer_is_equal() - did all come back as it was sent? */
bool transfer_is_equal(const struct transfer_result *result);

/** transfer_stage_name() - "host to device", for tables */
const char *transfer_stage_name(enum transfer_stage stage);

/** transfer_stage_key() - "host_to_device", for JSON */
const char *transfer_stage_key(enum transfer_stage stage);

#endif /* GANTRYCTL_TRANSFER_H */
