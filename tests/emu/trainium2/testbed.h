/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card on a bench: the test is the guest, its memory is a plain buffer, and
 * registers are reached through the BARs like any driver does.
 *
 * Host memory, by bus address from BED_HOST: BED_HOST_SIZE bytes that can be
 * pinned, then BED_MESSAGE_SIZE that only messages reach. All else faults.
 */
#ifndef TRN2_TESTBED_H
#define TRN2_TESTBED_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "../../../driver/trainium/trainium_regs.h"
#include "../../../driver/trainium/udma_regs.h"
#include "../bed_memory.h"
#include "card.h"

#define BED_HOST		0x10000000ULL
#define BED_HOST_SIZE		(32u << 20)
#define BED_MESSAGE		(BED_HOST + BED_HOST_SIZE)
#define BED_MESSAGE_SIZE	(64u << 10)
#define BED_HBM			(64u << 20)

/**
 * struct bed - the bench
 * @memory: of the host
 * @layout: of the card
 * @apb_bar: where its registers are
 * @host: the bytes of @memory
 */
struct bed {
	struct bed_memory memory;
	struct trn2_card *card;
	const char *layout;
	unsigned int apb_bar;
	uint8_t *host;
};

/** struct bed_queue - a queue as a driver keeps it */
struct bed_queue {
	struct bed *bed;
	unsigned int engine;
	unsigned int queue;
	uint32_t len;
	uint64_t ring[2];	/* addresses as the engine has them */
	uint64_t rung[2];	/* descriptors since the reset */
};

enum { SRC, DST };

struct bed *bed_make(const char *layout, unsigned int workers);
void bed_free(struct bed *bed);

/* CMocka fixtures: the state becomes a struct bed */
int bed_setup(void **state);
int bed_setup_silicon(void **state);
int bed_setup_one_worker(void **state);
int bed_setup_in_step(void **state);
int bed_teardown(void **state);

uint32_t apb_read(struct bed *bed, uint64_t off);
void apb_write(struct bed *bed, uint64_t off, uint32_t value);
uint32_t misc_read(struct bed *bed, uint32_t off);
void misc_write(struct bed *bed, uint32_t off, uint32_t value);

/* APB offset of engine @e, and its registers */
uint64_t engine_apb(unsigned int e);
uint32_t eng_read(struct bed *bed, unsigned int e, uint32_t off);
void eng_write(struct bed *bed, unsigned int e, uint32_t off, uint32_t value);

/* Addresses as engines have them, and the same memory for the test */
uint64_t host_addr(uint64_t off);
uint8_t *host_at(struct bed *bed, uint64_t off);
uint64_t hbm_addr(unsigned int stack, uint64_t off);
uint8_t *hbm_at(struct bed *bed, unsigned int stack, uint64_t off);

/** bed_engine_init() - what the published driver sets before any queue */
void bed_engine_init(struct bed *bed, unsigned int e);

/** bed_queue_init() - both rings, at two addresses; enabled */
struct bed_queue bed_queue_init(struct bed *bed, unsigned int e, unsigned int q,
				uint32_t len, uint64_t src_ring, uint64_t dst_ring);
/** bed_queue_host() - rings of 64 in host memory, in a place of their own */
struct bed_queue bed_queue_host(struct bed *bed, unsigned int e, unsigned int q);

/* Put a descriptor at the next place, with the right lap and not yet rung */
void put_src(struct bed_queue *q, uint64_t addr, uint32_t len, uint32_t flags);
void put_dst(struct bed_queue *q, uint64_t addr, uint32_t len, uint32_t flags);
void put_raw(struct bed_queue *q, int side, uint32_t ctrl, uint32_t meta,
	     uint64_t addr);
void ring(struct bed_queue *q, int side, uint32_t count);

#define ONE	(UDMA_DESC_FIRST | UDMA_DESC_LAST)

/** copy() - one descriptor each way, rung */
void copy(struct bed_queue *q, uint64_t src, uint64_t dst, uint32_t len);

/** lap_of() - ring id of the descriptor that is put next */
uint32_t lap_of(struct bed_queue *q, int side);

uint32_t q_read(struct bed_queue *q, int side, uint32_t reg);
void q_write(struct bed_queue *q, int side, uint32_t reg, uint32_t value);

/** q_wait() - until everything rung on @side is complete; fails the test after 10 s */
void q_wait(struct bed_queue *q, int side);

/* Until (read & mask) == value; fails the test after 10 s */
/* Has it been too long since the first call, when *since was zero? */
bool timed_out(struct timespec *since);
void apb_wait(struct bed *bed, uint64_t off, uint32_t mask, uint32_t value);

/**
 * bed_settle() - let everything that was started have its turn
 *
 * With one worker: engines take turns in the order they were woken, so when a
 * copy on another engine is done, what was woken before has been looked at.
 */
void bed_settle(struct bed *bed);

/** fill() - bytes that differ from place to place and from seed to seed */
void fill(uint8_t *at, size_t len, uint32_t seed);
void assert_filled(const uint8_t *at, size_t len, uint32_t seed);

#endif
