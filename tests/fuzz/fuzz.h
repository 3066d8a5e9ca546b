/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One call: how it is made up, what may come of it, what it changes.
 *
 * A call_type makes up arguments that are mostly right (make), the mutator in
 * ioctl.c then breaks some. Not knowing what was broken, predict looks at what
 * the kernel will see, and at the world, and says which results are right. After
 * the call done checks what came back and brings the world up to date.
 */
#ifndef GANTRY_FUZZ_H
#define GANTRY_FUZZ_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <drm.h>
#include "gantry_accel.h"

#include "place.h"
#include "rng.h"

#define ARRAY_LENGTH(a)		(sizeof(a) / sizeof((a)[0]))
#define PAGE_BYTES		4096ull
#define SECOND			1000000000ll
/* Of what the fuzzer knows; the same as of the driver, which it checks. */
#define MAX_OPS			4096u
#define MAX_SYNCS		64u
#define MAX_JOBS		1024u

/** Any structure that an ioctl takes. */
union args {
	struct drm_gantry_dev_query query;
	struct drm_gantry_bo_create bo_create;
	struct drm_gantry_bo_info bo_info;
	struct drm_gantry_queue_create queue_create;
	struct drm_gantry_queue_destroy queue_destroy;
	struct drm_gantry_queue_submit submit;
	struct drm_gantry_queue_wait queue_wait;
	struct drm_gem_close gem_close;
	struct drm_prime_handle prime;
	struct drm_syncobj_create sync_create;
	struct drm_syncobj_destroy sync_destroy;
	struct drm_syncobj_handle sync_handle;
	struct drm_syncobj_transfer transfer;
	struct drm_syncobj_wait sync_wait;
	struct drm_syncobj_timeline_wait timeline_wait;
	struct drm_syncobj_eventfd eventfd;
	struct drm_syncobj_array sync_array;
	struct drm_syncobj_timeline_array timeline_array;
	uint8_t bytes[128];
	uint32_t words[32];
	uint64_t longs[16];
};

struct file;
struct call;

struct call_type {
	const char *name;
	unsigned int weight;
	/* An ioctl: its number and "name:bytes ..." of its fields, to print it. */
	unsigned long cmd;
	const char *fields;
	void (*make)(struct call *c);
	void (*predict)(struct call *c);
	void (*done)(struct call *c);
	/* Instead of done in the racing phase: close what nobody will. */
	void (*forget)(struct call *c);
	/* Anything else: does it all. */
	void (*run)(struct call *c);
	/* An ioctl that may sleep for long, as it is made up: not in the racing phase. */
	bool (*sleeps)(const struct call *c);
	/* All that documentation allows; the racing phase knows no more. Ends with 0. */
	const int *errors;
};

/* Arrays that a structure points to, as the kernel will read them. */
struct array {
	struct arena arena;
	enum place place;
	uint64_t address;
	void *data;		/* what was put there */
	size_t size;		/* bytes of it */
};

enum { ARRAY_A, ARRAY_B, ARRAY_C, ARRAY_COUNT };

#define NOTES	8
#define ERRNOS	134

/** A thread's call, and the memory it makes calls with. */
struct call {
	const struct call_type *type;
	uint64_t number;
	struct rng rng;
	bool blind;		/* races: there is no world to look at */
	struct file *file;
	int fd;
	unsigned long cmd;
	enum place place;
	uint64_t address;
	struct arena arena;
	struct array arrays[ARRAY_COUNT];
	union args args;	/* as they were made up */
	union args seen;	/* as the kernel sees them: cut off, zero beyond */
	union args back;	/* as they came back */
	bool wild;		/* something was broken on purpose */
	long ret;		/* 0, a count or -errno */
	bool refused;		/* success would be wrong */
	bool skip;		/* nothing to work on, or no room for what it would make */
	bool allowed[ERRNOS];
	struct {
		const char *format;
		uint64_t values[5];
	} notes[NOTES];
	unsigned int note_count;
};

/* ---- what is right ----------------------------------------------------------- */

/** Something is wrong with the call: it must fail, with this or another such errno. */
static inline void refuse(struct call *c, int error)
{
	c->refused = true;
	c->allowed[error] = true;
}

/** It may fail so, and need not. */
static inline void may(struct call *c, int error)
{
	c->allowed[error] = true;
}

static inline void refuse_if(struct call *c, bool wrong, int error)
{
	if (wrong)
		refuse(c, error);
}

/* ---- saying what happened ------------------------------------------------------ */

/** Remember something about the call, at no cost until it is printed: all %llu, %lld, %llx. */
void note_values(struct call *c, const char *format, uint64_t a, uint64_t b, uint64_t d,
		 uint64_t e, uint64_t f);
#define NOTE_5(c, format, a, b, d, e, f, ...)	\
	note_values(c, format, (uint64_t)(a), (uint64_t)(b), (uint64_t)(d), (uint64_t)(e), \
		    (uint64_t)(f))
#define note(c, ...)	NOTE_5(c, __VA_ARGS__, 0, 0, 0, 0, 0)

/** The driver is wrong: print the call and how to replay it, and end. */
void fail(struct call *c, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));
#define fail_if(c, wrong, ...)			\
	do {					\
		if (wrong)			\
			fail(c, __VA_ARGS__);	\
	} while (0)

/** The fuzzer cannot go on; no fault of the driver. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

int64_t time_now(void);

/* ---- ioctl.c ------------------------------------------------------------------------ */

void call_init(struct call *c);

/** A kind of call: find the pointers in its structure. Once for each. */
void call_learn(const struct call_type *type);

/** As new: what calls before left in its memory is gone. */
void call_forget(struct call *c);

/** Make up, break, predict, do, check. */
void call_ioctl(struct call *c);

/** ioctl() once; 0, a count or -errno. */
long raw_ioctl(int fd, unsigned long cmd, void *args);

/** Put an array of @count items of @size where @slot's next reader finds it. */
uint64_t array_put(struct call *c, unsigned int slot, const void *items, uint32_t count,
		   size_t size);

/** What the kernel reads of @count items of @size at @address; NULL: it cannot. */
const void *array_read(struct call *c, uint64_t address, uint64_t count, size_t size);

/** Can the kernel write there? */
bool array_writable(struct call *c, uint64_t address, uint64_t length);

/** Bytes of the structure that the kernel reads, and writes back. */
size_t bytes_in(const struct call *c);
size_t bytes_out(const struct call *c);

/** Did the answer come back as far as @end? */
bool came_back(const struct call *c, size_t end);
#define answered(c, type, field) \
	came_back(c, offsetof(type, field) + sizeof(((type *)0)->field))

uint64_t random_number(struct rng *rng);

/* ---- the calls ---------------------------------------------------------------------- */

extern const struct call_type gantry_calls[], prime_calls[], sync_calls[], map_calls[],
	file_calls[];
extern const unsigned int gantry_call_count, prime_call_count, sync_call_count, map_call_count,
	file_call_count;

/* calls_submit.c, for the table in calls_gantry.c */
void make_submit(struct call *c);
void predict_submit(struct call *c);
void done_submit(struct call *c);
extern const int submit_errors[];

#endif
