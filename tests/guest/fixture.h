/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest's tests share: finding and binding the cards, an open card
 * with a queue, data that can be recognised, and the check that a test left no
 * device memory behind.
 */
#ifndef GANTRY_GUEST_FIXTURE_H
#define GANTRY_GUEST_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gantry.h"
#include "gantry_accel.h"

#define KIB	1024ULL
#define MIB	(1024 * KIB)
#define SECOND	1000000000LL

#define ARRAY_LENGTH(a)	(sizeof(a) / sizeof((a)[0]))

/** The call must succeed: its text and the error tell which did not. */
#define assert_done(call)						\
	do {								\
		long done_ = (call);					\
									\
		if (done_ < 0)						\
			fail_msg("%s: %s", #call, strerror(-done_));	\
	} while (0)

/** Of a call of libgantry, as its text, the error must be in the manual page. */
void expect_documented(const char *call, int error);

/** The call must be refused with -@error and nothing else. */
#define assert_refused(call, error)					\
	do {								\
		long refused_ = (call);					\
									\
		if (refused_ != -(long)(error))				\
			fail_msg("%s: %s instead of %s", #call,		\
				 refused_ < 0 ? strerror(-refused_) :	\
				 "done", strerror(error));		\
		expect_documented(#call, error);			\
	} while (0)

/* ---- cards ---------------------------------------------------------------- */

/** Cards in this machine, bound or not. */
unsigned int card_count(void);

/** PCI address of a card. */
const char *card_address(unsigned int index);

/** What libgantry tells about a card now. */
struct gantry_card card_now(unsigned int index);

/** Is this card bound to the driver of this name? */
bool card_has_driver(unsigned int index, const char *name);

/** Give a card to gantry, which must take it. */
void card_bind(unsigned int index);

/** Take it away again, and its driver_override. */
void card_unbind(unsigned int index);

/** write() to an attribute below /sys; 0 or -errno. */
int sysfs_write(const char *value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Does this path below /sys exist? */
bool sysfs_exists(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Load the module with these parameters; 0 or -errno. */
int module_load(const char *parameters);

/** -EWOULDBLOCK while anybody needs it. */
int module_unload(void);

/** gantry_device_open() that must succeed. */
struct gantry_device *card_open(unsigned int index);

/** Nobody may hold memory of any bound card: what was freed has come back zeroed. */
void cards_expect_all_free(void);

/* ---- a test's own card ------------------------------------------------------ */

struct bench {
	struct gantry_device *dev;
	struct gantry_queue *queue;
	int fd;			/* of dev */
};

/** For cmocka_run_group_tests(): every card is bound. */
int cards_setup(void **state);
int cards_teardown(void **state);

/** For unit tests: the first card, open; at the end all its memory must be free. */
int bench_setup(void **state);
int bench_teardown(void **state);

#define bench_test(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

/* ---- buffers and work ------------------------------------------------------- */

uint32_t region_count(int fd);

/** A region of device memory as the card numbers it: of one that has fewer, the last. */
uint32_t region_at(int fd, uint32_t index);

/** The name of that region. */
const char *region_name(int fd, uint32_t index);

/** Buffers are made in region_at(@region), or in host memory. */
struct gantry_fence *fence_make(struct gantry_device *dev);
struct gantry_buffer *buffer_make(struct gantry_device *dev, uint64_t length, uint32_t region);
void *buffer_map(struct gantry_buffer *buf);
uint32_t buffer_handle(const struct gantry_buffer *buf);

/** Submit what was prepared; the job's number. */
uint64_t queue_submit(struct gantry_queue *queue);

/** Submit what was prepared and wait until it ended well. */
void queue_run(struct gantry_queue *queue);

/** Copy and wait. */
void copy_now(struct gantry_queue *queue, struct gantry_buffer *dst, uint64_t dst_offset,
	      struct gantry_buffer *src, uint64_t src_offset, uint64_t length);

/** Fill bytes that tell their place and @seed. */
void data_write(void *to, size_t length, uint32_t seed);

/** Are these the bytes that data_write() made? */
void data_expect(const void *at, size_t length, uint32_t seed);

/** Is every byte @value? */
void bytes_expect(const void *at, size_t length, uint8_t value);

/** What the driver tells about the card, one of its regions, and what it did. */
struct drm_gantry_device_info device_now(int fd);
struct drm_gantry_region_info region_now(int fd, uint32_t index);
struct drm_gantry_counters_info counters_now(int fd);

/** Nanoseconds of CLOCK_MONOTONIC. */
int64_t time_now(void);

/* ---- the kernel, without the library ------------------------------------------ */

/** ioctl(), once; 0 or -errno. */
int raw_ioctl(int fd, unsigned long request, void *arg);

/** A queue's number, a buffer's handle: made by the kernel, must succeed. */
uint32_t raw_queue(int fd);
uint32_t raw_buffer(int fd, uint64_t size, uint32_t region);
void raw_close(int fd, uint32_t handle);

/** One copy of @length bytes from the beginning of @src to that of @dst; 0 or -errno. */
int raw_copy(int fd, uint32_t queue, uint32_t dst, uint32_t src, uint64_t length,
	     uint64_t *seqno);

/** Until the job ended: its status, or -errno of the wait. */
int raw_wait(int fd, uint32_t queue, uint64_t seqno);

#endif
