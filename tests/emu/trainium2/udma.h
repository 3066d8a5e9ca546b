/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One UDMA engine: sixteen queues, each a ring of sources (M2S) that feeds a
 * ring of destinations (S2M).
 *
 *   udma_regs.c   what the guest sees and sets
 *   udma_ring.c   fetching descriptors and reporting them complete
 *   udma_run.c    moving the data, a turn at a time
 *   udma_error.c  causes, logs and what aborts the engine
 *   udma_fault.c  what goes wrong because a test asked for it
 */
#ifndef TRN2_UDMA_H
#define TRN2_UDMA_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../../driver/trainium/udma_regs.h"
#include "iofic.h"
#include "../pool.h"

struct trn2_card;
struct udma_engine;

enum udma_side { UDMA_SIDE_M2S, UDMA_SIDE_S2M, UDMA_SIDES };

#define UDMA_FIFO	16	/* descriptors fetched ahead */

struct udma_desc {
	uint32_t ctrl;
	uint32_t meta;
	uint64_t addr;
};

/**
 * struct udma_ring - one direction of a queue
 * @cfg: UDMA_Q_CFG; this and what follows change only under engine->lock
 * @len: entries
 * @comp_cfg: UDMA_*_Q_COMP_CFG
 * @base: where it is
 * @comp_base: where the completion ring is
 * @fifo: fetched and not yet begun, @fifo_count from @fifo_first
 * @tail: descriptors rung since the last reset; the doorbell adds to it with
 *	no lock. This and the counts below only grow, so that a register read
 *	needs no lock either (see udma_count()); index and ring id follow.
 * @head: fetched
 * @current: begun
 * @done: completed
 * @packets: packets completed
 */
struct udma_ring {
	_Atomic uint32_t cfg;
	_Atomic uint32_t len;
	_Atomic uint32_t comp_cfg;
	_Atomic uint64_t base;
	_Atomic uint64_t comp_base;
	struct udma_desc fifo[UDMA_FIFO];
	unsigned int fifo_first;
	unsigned int fifo_count;
	_Atomic uint64_t tail;
	_Atomic uint64_t head;
	_Atomic uint64_t current;
	_Atomic uint64_t done;
	_Atomic uint32_t packets;
};

/**
 * struct udma_cursor - how far the descriptor in hand has got
 * @desc: the descriptor
 * @left: bytes to go
 * @active: there is one in hand
 */
struct udma_cursor {
	struct udma_desc desc;
	uint32_t left;
	bool active;
};

/* What a fault keeps a queue from */
enum udma_hung { UDMA_RUNS, UDMA_HUNG, UDMA_HUNG_FOR_GOOD, UDMA_HUNG_AND_BUSY };
enum udma_held { UDMA_NOT_HELD, UDMA_HELD, UDMA_LET_GO };

/**
 * struct udma_queue - both directions, and the packet between them
 * @ring: by side
 * @cur: by side
 * @packet_descs: M2S descriptors of the packet so far; 0: between packets
 * @packet_bytes: bytes of the packet so far
 * @dst_first: the next destination to complete begins a packet
 * @failed: stopped by an error until the queue is reset
 * @hung: stopped by a fault, without a word; all but the first until the engine
 *	is reset, and the last claims to be active for as long
 * @held: a fault keeps it in front of a completion
 */
struct udma_queue {
	struct udma_ring ring[UDMA_SIDES];
	struct udma_cursor cur[UDMA_SIDES];
	uint32_t packet_descs;
	uint64_t packet_bytes;
	bool dst_first;
	_Atomic bool failed;
	_Atomic enum udma_hung hung;
	enum udma_held held;
};

/* Counters at UDMA_M2S_STAT and UDMA_S2M_STAT */
struct udma_stats {
	_Atomic uint32_t packets;
	_Atomic uint64_t bytes;
	_Atomic uint32_t prefetched;
	_Atomic uint32_t comp_packets;
	_Atomic uint32_t comp_descs;
};

enum udma_state { UDMA_ENABLED, UDMA_DISABLED, UDMA_ABORTED };

/**
 * struct udma_engine - an engine
 * @task: what a worker runs
 * @card: the card
 * @number: 0 to 131
 * @regs: storage of the registers that have no behaviour of their own
 * @lock: held for a turn of a queue, or to change a setting
 * @wanted: how many wait for @lock to change a setting; they go first
 * @ready: queues that may have something to do, a bit each
 * @next_queue: where the round of queues goes on
 * @state: by side
 * @queues: the queues
 * @stats: by side
 * @stat_latch: high words of the byte counters as of the last low read
 * @primary: interrupt controller groups A to D
 * @secondary: A to C
 * @axi: one a bus master
 * @fis: the first four groups of the controller above the engine
 */
struct udma_engine {
	struct emu_task task;
	struct trn2_card *card;
	unsigned int number;
	uint32_t *regs;
	pthread_mutex_t lock;
	_Atomic unsigned int wanted;
	_Atomic uint32_t ready;
	unsigned int next_queue;
	_Atomic int state[UDMA_SIDES];
	struct udma_queue queues[UDMA_QUEUES];
	struct udma_stats stats[UDMA_SIDES];
	uint32_t stat_latch[UDMA_SIDES];
	struct iofic_group primary[UDMA_IOFIC_PRIMARY_GROUPS];
	struct iofic_group secondary[UDMA_IOFIC_SECONDARY_GROUPS];
	struct iofic_group axi[UDMA_IOFIC_AXI_GROUPS];
	struct iofic_group fis[4];
};

/* udma_regs.c */

void udma_engine_init(struct udma_engine *engine, struct trn2_card *card,
		      unsigned int number);
void udma_engine_fini(struct udma_engine *engine);

/** udma_engine_reset() - as after power on; waits for the copy in hand */
void udma_engine_reset(struct udma_engine *engine);

/** udma_engine_let_go() - write the completions that a fault holds back */
void udma_engine_let_go(struct udma_engine *engine);

/* @off: within the engine, a multiple of four */
uint32_t udma_read(struct udma_engine *engine, uint32_t off);
void udma_write(struct udma_engine *engine, uint32_t off, uint32_t value);

/**
 * udma_doorbell() - the part of udma_write() that never waits
 *
 * Return: false: @off is no doorbell.
 */
bool udma_doorbell(struct udma_engine *engine, uint32_t off, uint32_t value);

/* udma_ring.c */

/** udma_ring_usable() - enabled, and of a shape the prefetcher can read */
bool udma_ring_usable(const struct udma_ring *ring);

/** udma_ring_pointer() - a position since reset as the registers show it */
uint32_t udma_ring_pointer(const struct udma_ring *ring, uint64_t count);

enum udma_fetch { UDMA_FETCHED, UDMA_EMPTY, UDMA_FETCH_FAULT };

/** udma_ring_next() - put the next descriptor in hand */
enum udma_fetch udma_ring_next(struct udma_engine *engine,
			       struct udma_queue *queue, enum udma_side side);

/**
 * udma_ring_complete() - the descriptor in hand is done
 * @flags: UDMA_CDESC_FIRST, UDMA_CDESC_LAST
 * @bytes: written, for S2M
 *
 * Return: false: the completion ring could not be written.
 */
bool udma_ring_complete(struct udma_engine *engine, struct udma_queue *queue,
			enum udma_side side, uint32_t flags, uint32_t bytes);

/* udma_run.c */

bool udma_engine_turn(struct emu_task *task);

/* udma_error.c */

/**
 * udma_error() - report an error of the descriptor in hand
 *
 * Return: true: the cause is one that the guest chose to ignore and that does
 * not keep the descriptor from being executed.
 */
bool udma_error(struct udma_engine *engine, struct udma_queue *queue,
		enum udma_side side, uint32_t cause);

/** udma_raise() - the cause bit of a queue whose descriptor asked for it */
void udma_raise(struct udma_engine *engine, struct udma_queue *queue,
		enum udma_side side);

/* udma_fault.c; all with engine->lock held */

/** udma_packet_fault() - a packet begins; true: it goes no further */
bool udma_packet_fault(struct udma_engine *engine, struct udma_queue *queue);

enum udma_completion { UDMA_WRITE_IT, UDMA_LOSE_IT, UDMA_HOLD_IT };

/** udma_completion_fault() - what to do with the copy in hand; UDMA_WRITE_IT is normal */
enum udma_completion udma_completion_fault(struct udma_engine *engine,
					   struct udma_queue *queue);

/** udma_payload_fault() - @len bytes have arrived at @dst and may be spoilt */
void udma_payload_fault(struct udma_engine *engine, const struct udma_desc *dst,
			uint32_t len);

/*
 * Counters are written by whoever holds engine->lock and read by anybody, so
 * that adding to one need not be atomic, only seen whole and in order.
 */
#define udma_count(counter, n) \
	atomic_store_explicit(counter, \
			      atomic_load_explicit(counter, memory_order_relaxed) + (n), \
			      memory_order_release)

static inline unsigned int udma_queue_number(const struct udma_engine *engine,
					     const struct udma_queue *queue)
{
	return (unsigned int)(queue - engine->queues);
}

#endif
