// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moving the data. A worker gives an engine a turn, the engine gives each of
 * its queues that has something to do a smaller one, and a queue goes on from
 * wherever it stopped, in the middle of a descriptor if need be.
 */
#include <sched.h>
#include <time.h>

#include "address.h"
#include "map.h"
#include "model.h"
#include "storage.h"

/* What a queue may do before its neighbours have their turn */
#define QUEUE_BYTES	(128u << 10)
#define QUEUE_DESCS	64
/* What an engine may do before the other engines have theirs */
#define ENGINE_ROUNDS	8

enum outcome {
	MORE,	/* there is more to do at once */
	WAIT,	/* nothing until the guest does something */
};

struct turn {
	struct udma_engine *engine;
	struct udma_queue *queue;
	uint32_t bytes;
	uint32_t descs;
};

static enum outcome fail(struct turn *turn, enum udma_side side, uint32_t cause)
{
	udma_error(turn->engine, turn->queue, side, cause);
	return WAIT;
}

/*
 * A check of the descriptor in hand. True: it failed in a way that stops the
 * queue.
 */
static bool refuse(struct turn *turn, enum udma_side side, bool bad,
		   uint32_t cause)
{
	return bad && !udma_error(turn->engine, turn->queue, side, cause);
}

static bool wrong_lap(const struct udma_queue *queue, enum udma_side side)
{
	const struct udma_ring *ring = &queue->ring[side];
	uint64_t count = atomic_load_explicit(&ring->current, memory_order_relaxed) - 1;
	uint32_t want = udma_ring_pointer(ring, count) >> UDMA_Q_PTR_RING_ID_SHIFT;
	uint32_t got = queue->cur[side].desc.ctrl & UDMA_DESC_RING_ID;

	return got >> UDMA_DESC_RING_ID_SHIFT != want;
}

/* All that is published of the operation word is how to ask for a plain copy */
static bool not_a_copy(uint32_t meta)
{
	const uint32_t mask = UDMA_META_COPY_SOURCE | UDMA_META_OP_TYPE | UDMA_META_OP;

	return (meta & mask) != (UDMA_META_COPY & mask);
}

static bool begin_source(struct turn *turn)
{
	struct udma_queue *queue = turn->queue;
	const struct udma_cursor *cur = &queue->cur[UDMA_SIDE_M2S];
	uint32_t *regs = turn->engine->regs;
	uint32_t max_descs = storage_read(&regs[UDMA_M2S_DESC_PREF_CFG_2 / 4], 16) &
			     UDMA_PREF_CFG_2_MAX_DESC;
	uint32_t max_bytes = storage_read(&regs[UDMA_M2S_CFG_LEN / 4],
					  UDMA_CFG_LEN_MAX_PKT) & UDMA_CFG_LEN_MAX_PKT;
	bool first = cur->desc.ctrl & UDMA_DESC_FIRST;

	if (first && udma_packet_fault(turn->engine, queue))
		return false;
	if (refuse(turn, UDMA_SIDE_M2S, wrong_lap(queue, UDMA_SIDE_M2S),
		   UDMA_ERR_M2S_PREF_RING_ID) ||
	    refuse(turn, UDMA_SIDE_M2S, !queue->packet_descs && !first,
		   UDMA_ERR_M2S_PREF_FIRST) ||
	    refuse(turn, UDMA_SIDE_M2S, queue->packet_descs && first,
		   UDMA_ERR_M2S_PREF_LAST) ||
	    refuse(turn, UDMA_SIDE_M2S, not_a_copy(cur->desc.meta),
		   UDMA_ERR_M2S_STREAM_RESP))
		return false;
	queue->packet_descs++;
	queue->packet_bytes += cur->left;
	return !refuse(turn, UDMA_SIDE_M2S, queue->packet_descs > max_descs,
		       UDMA_ERR_M2S_PREF_MAX_DESC) &&
	       !refuse(turn, UDMA_SIDE_M2S, queue->packet_bytes > max_bytes,
		       UDMA_ERR_M2S_PKT_LEN);
}

static bool begin_dest(struct turn *turn)
{
	return !refuse(turn, UDMA_SIDE_S2M, wrong_lap(turn->queue, UDMA_SIDE_S2M),
		       UDMA_ERR_S2M_PREF_RING_ID);
}

static bool stream_stopped(struct udma_engine *engine)
{
	uint32_t m2s = storage_read(&engine->regs[UDMA_M2S_STREAM_CFG / 4], 0);
	uint32_t s2m = storage_read(&engine->regs[UDMA_S2M_STREAM_CFG / 4], 0);

	return (m2s | s2m) & UDMA_STREAM_CFG_DISABLE;
}

/* Both descriptors in hand, or the reason to stop */
static bool have_source(struct turn *turn, enum outcome *outcome)
{
	struct udma_queue *queue = turn->queue;

	if (queue->cur[UDMA_SIDE_M2S].active)
		return true;
	*outcome = WAIT;
	if (!queue->packet_descs && stream_stopped(turn->engine))
		return false;
	switch (udma_ring_next(turn->engine, queue, UDMA_SIDE_M2S)) {
	case UDMA_FETCHED:
		return begin_source(turn);
	case UDMA_FETCH_FAULT:
		fail(turn, UDMA_SIDE_M2S, UDMA_ERR_M2S_PREF_AXI_RESP);
		return false;
	default:
		return false;
	}
}

static bool have_dest(struct turn *turn, enum outcome *outcome)
{
	struct udma_queue *queue = turn->queue;

	if (queue->cur[UDMA_SIDE_S2M].active)
		return true;
	*outcome = WAIT;
	switch (udma_ring_next(turn->engine, queue, UDMA_SIDE_S2M)) {
	case UDMA_FETCHED:
		return begin_dest(turn);
	case UDMA_FETCH_FAULT:
		fail(turn, UDMA_SIDE_S2M, UDMA_ERR_S2M_PREF_AXI_RESP);
		return false;
	default:
		return false;
	}
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Copies @len bytes between the descriptors in hand, and lets a fault spoil them */
static enum trn2_copy copy(struct turn *turn, uint32_t len)
{
	struct udma_engine *engine = turn->engine;
	const struct udma_desc *src = &turn->queue->cur[UDMA_SIDE_M2S].desc;
	const struct udma_desc *dst = &turn->queue->cur[UDMA_SIDE_S2M].desc;
	enum trn2_copy ret;

	ret = trn2_copy(engine->card, trn2_engine_has_host(engine->number), src->addr,
			dst->addr, len);
	if (ret == TRN2_COPIED)
		udma_payload_fault(engine, dst, len);
	return ret;
}

static bool move(struct turn *turn, enum outcome *outcome)
{
	struct udma_engine *engine = turn->engine;
	struct udma_cursor *src = &turn->queue->cur[UDMA_SIDE_M2S];
	struct udma_cursor *dst = &turn->queue->cur[UDMA_SIDE_S2M];
	uint32_t len = smaller(src->left, dst->left);
	enum udma_completion completion = udma_completion_fault(engine, turn->queue);

	if (completion == UDMA_HOLD_IT) {
		*outcome = WAIT;
		return false;
	}
	switch (completion == UDMA_LOSE_IT ? TRN2_COPIED : copy(turn, len)) {
	case TRN2_SOURCE_FAULT:
		*outcome = fail(turn, UDMA_SIDE_M2S, UDMA_ERR_M2S_DATA_AXI_RESP);
		return false;
	case TRN2_DEST_FAULT:
		*outcome = fail(turn, UDMA_SIDE_S2M, UDMA_ERR_S2M_DATA_AXI_RESP);
		return false;
	default:
		break;
	}
	src->desc.addr += len;
	src->left -= len;
	dst->desc.addr += len;
	dst->left -= len;
	turn->bytes += len;
	udma_count(&engine->stats[UDMA_SIDE_M2S].bytes, len);
	udma_count(&engine->stats[UDMA_SIDE_S2M].bytes, len);
	return true;
}

/* The destination ends when it is full or the packet is over */
static bool end_dest(struct turn *turn, bool packet_over, enum outcome *outcome)
{
	struct udma_queue *queue = turn->queue;
	struct udma_cursor *dst = &queue->cur[UDMA_SIDE_S2M];
	uint32_t size = dst->desc.ctrl & UDMA_DESC_LEN;
	uint32_t flags = 0;

	if (!dst->active || (dst->left && !packet_over))
		return true;
	if (!size)
		size = UDMA_DESC_BYTES_MAX;
	if (queue->dst_first)
		flags |= UDMA_CDESC_FIRST;
	if (packet_over)
		flags |= UDMA_CDESC_LAST;
	if (!udma_ring_complete(turn->engine, queue, UDMA_SIDE_S2M, flags,
				size - dst->left)) {
		*outcome = fail(turn, UDMA_SIDE_S2M, UDMA_ERR_S2M_COMP_AXI_RESP);
		return false;
	}
	queue->dst_first = packet_over;
	turn->descs++;
	return true;
}

static bool end_source(struct turn *turn, enum outcome *outcome)
{
	struct udma_queue *queue = turn->queue;
	uint32_t ctrl = queue->cur[UDMA_SIDE_M2S].desc.ctrl;
	uint32_t flags = 0;

	if (ctrl & UDMA_DESC_FIRST)
		flags |= UDMA_CDESC_FIRST;
	if (ctrl & UDMA_DESC_LAST) {
		flags |= UDMA_CDESC_LAST;
		queue->packet_descs = 0;
		queue->packet_bytes = 0;
		udma_count(&turn->engine->stats[UDMA_SIDE_M2S].packets, 1);
	}
	if (!udma_ring_complete(turn->engine, queue, UDMA_SIDE_M2S, flags, 0)) {
		*outcome = fail(turn, UDMA_SIDE_M2S, UDMA_ERR_M2S_COMP_AXI_RESP);
		return false;
	}
	turn->descs++;
	return true;
}

/* One step: as much as fits between the two descriptors in hand */
static bool step(struct turn *turn, enum outcome *outcome)
{
	struct udma_cursor *src = &turn->queue->cur[UDMA_SIDE_M2S];
	bool over;

	if (!have_source(turn, outcome))
		return false;
	if (src->left && (!have_dest(turn, outcome) || !move(turn, outcome)))
		return false;
	over = !src->left && src->desc.ctrl & UDMA_DESC_LAST;
	if (!end_dest(turn, over, outcome))
		return false;
	return src->left || end_source(turn, outcome);
}

static bool can_run(struct udma_engine *engine, struct udma_queue *queue)
{
	const struct udma_ring *m2s = &queue->ring[UDMA_SIDE_M2S];
	const struct udma_ring *s2m = &queue->ring[UDMA_SIDE_S2M];

	return !atomic_load(&queue->failed) && atomic_load(&queue->hung) == UDMA_RUNS &&
	       atomic_load(&engine->state[UDMA_SIDE_M2S]) == UDMA_ENABLED &&
	       atomic_load(&engine->state[UDMA_SIDE_S2M]) == UDMA_ENABLED &&
	       udma_ring_usable(m2s) && udma_ring_usable(s2m) &&
	       m2s->cfg & UDMA_Q_CFG_EN_SCHED && s2m->cfg & UDMA_Q_CFG_EN_SCHED;
}

/* Called with engine->lock held; looks up from time to time if it is wanted */
static enum outcome queue_turn(struct udma_engine *engine,
			       struct udma_queue *queue)
{
	struct turn turn = { .engine = engine, .queue = queue };
	enum outcome outcome = MORE;

	if (!can_run(engine, queue))
		return WAIT;
	while (turn.bytes < QUEUE_BYTES && turn.descs < QUEUE_DESCS &&
	       !atomic_load_explicit(&engine->wanted, memory_order_relaxed))
		if (!step(&turn, &outcome))
			return outcome;
	return MORE;
}

/* A mutex alone would let a busy worker take it again before whoever waits */
static void lock_after_settings(struct udma_engine *engine)
{
	while (atomic_load(&engine->wanted))
		sched_yield();
	pthread_mutex_lock(&engine->lock);
}

/* Every queue in @todo once, from where the last round ended */
static uint32_t round_of_queues(struct udma_engine *engine, uint32_t todo)
{
	for (unsigned int i = 0; i < UDMA_QUEUES; i++) {
		unsigned int q = (engine->next_queue + i) % UDMA_QUEUES;
		enum outcome outcome;

		if (!(todo & 1u << q))
			continue;
		lock_after_settings(engine);
		outcome = queue_turn(engine, &engine->queues[q]);
		pthread_mutex_unlock(&engine->lock);
		if (outcome == WAIT)
			todo &= ~(1u << q);
	}
	engine->next_queue = (engine->next_queue + 1) % UDMA_QUEUES;
	return todo;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

bool udma_engine_turn(struct emu_task *task)
{
	struct udma_engine *engine = (struct udma_engine *)task;
	uint64_t begin = now_ns();
	uint32_t todo = 0;

	for (unsigned int i = 0; i < ENGINE_ROUNDS; i++) {
		todo |= atomic_exchange(&engine->ready, 0);
		if (!todo)
			break;
		todo = round_of_queues(engine, todo);
	}
	atomic_fetch_or(&engine->ready, todo);
	trn2_power_add(&engine->card->misc_ram, trn2_engine_die(engine->number),
		       now_ns() - begin);
	return todo;
}
