// SPDX-License-Identifier: GPL-2.0-only
/* Fetching descriptors and reporting them complete. */
#include <string.h>

#include "address.h"
#include "map.h"
#include "model.h"
#include "storage.h"

bool udma_ring_usable(const struct udma_ring *ring)
{
	return ring->cfg & UDMA_Q_CFG_EN_PREF &&
	       ring->len >= UDMA_RING_LEN_MIN &&
	       ring->len % UDMA_RING_LEN_MULTIPLE == 0 &&
	       ring->base % UDMA_RING_ALIGN == 0;
}

static uint32_t ring_id(const struct udma_ring *ring, uint64_t count)
{
	uint64_t laps = ring->len ? count / ring->len : 0;

	return (UDMA_RING_ID_FIRST + laps) & UDMA_RING_ID_MASK;
}

static uint32_t ring_index(const struct udma_ring *ring, uint64_t count)
{
	return ring->len ? count % ring->len : 0;
}

uint32_t udma_ring_pointer(const struct udma_ring *ring, uint64_t count)
{
	return ring_id(ring, count) << UDMA_Q_PTR_RING_ID_SHIFT |
	       ring_index(ring, count);
}

static bool reaches_host(const struct udma_engine *engine)
{
	return trn2_engine_has_host(engine->number);
}

/* As many as are rung, follow one another in memory and fit */
static bool fill_fifo(struct udma_engine *engine, struct udma_ring *ring,
		      enum udma_side side)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint64_t rung = atomic_load(&ring->tail) - head;
	uint32_t index = ring_index(ring, head);
	unsigned int count = UDMA_FIFO;

	if (count > rung)
		count = rung;
	if (count > ring->len - index)
		count = ring->len - index;
	if (!count)
		return true;
	if (!trn2_read(engine->card, reaches_host(engine),
		       ring->base + (uint64_t)index * UDMA_DESC_SIZE, ring->fifo,
		       count * UDMA_DESC_SIZE))
		return false;
	ring->fifo_first = 0;
	ring->fifo_count = count;
	udma_count(&ring->head, count);
	udma_count(&engine->stats[side].prefetched, count);
	return true;
}

/* M2S lengths of zero mean 64 KiB only if the engine was told so */
static uint32_t length(struct udma_engine *engine, enum udma_side side,
		       uint32_t ctrl)
{
	uint32_t len = ctrl & UDMA_DESC_LEN;
	uint32_t cfg = storage_read(&engine->regs[UDMA_M2S_CFG_LEN / 4],
				    UDMA_CFG_LEN_MAX_PKT);

	if (len || (side == UDMA_SIDE_M2S && !(cfg & UDMA_CFG_LEN_ENCODE_64K)))
		return len;
	return UDMA_DESC_BYTES_MAX;
}

enum udma_fetch udma_ring_next(struct udma_engine *engine,
			       struct udma_queue *queue, enum udma_side side)
{
	struct udma_ring *ring = &queue->ring[side];
	struct udma_cursor *cur = &queue->cur[side];

	if (!ring->fifo_count && !fill_fifo(engine, ring, side)) {
		memset(&cur->desc, 0, sizeof(cur->desc));
		return UDMA_FETCH_FAULT;
	}
	if (!ring->fifo_count)
		return UDMA_EMPTY;
	cur->desc = ring->fifo[ring->fifo_first++];
	cur->left = length(engine, side, cur->desc.ctrl);
	cur->active = true;
	ring->fifo_count--;
	udma_count(&ring->current, 1);
	return UDMA_FETCHED;
}

static uint32_t entry_size(struct udma_engine *engine, enum udma_side side)
{
	uint32_t cfg = storage_read(&engine->regs[UDMA_S2M_COMP_CFG_1C / 4],
				    UDMA_CDESC_S2M_SIZE / 4);
	uint32_t words = cfg & UDMA_COMP_CFG_1C_WORDS;

	if (side == UDMA_SIDE_M2S)
		return UDMA_CDESC_M2S_SIZE;
	return words ? words * 4 : 4;
}

/* The first word carries the ring id that says the entry is new: it comes last */
static bool write_entry(struct udma_engine *engine, struct udma_ring *ring,
			enum udma_side side, uint32_t flags, uint32_t bytes)
{
	uint64_t done = atomic_load_explicit(&ring->done, memory_order_relaxed);
	uint32_t size = entry_size(engine, side);
	uint64_t at = ring->comp_base + (uint64_t)ring_index(ring, done) * size;
	uint32_t words[UDMA_COMP_CFG_1C_WORDS] = {
		flags | ring_id(ring, done) << UDMA_CDESC_RING_ID_SHIFT, bytes,
	};

	if (size > 4 && !trn2_write(engine->card, reaches_host(engine), at + 4,
				    &words[1], size - 4))
		return false;
	return trn2_write(engine->card, reaches_host(engine), at, words, 4);
}

bool udma_ring_complete(struct udma_engine *engine, struct udma_queue *queue,
			enum udma_side side, uint32_t flags, uint32_t bytes)
{
	struct udma_ring *ring = &queue->ring[side];
	struct udma_stats *stats = &engine->stats[side];

	if (ring->comp_cfg & UDMA_Q_COMP_CFG_RING &&
	    !write_entry(engine, ring, side, flags, bytes))
		return false;
	queue->cur[side].active = false;
	udma_count(&stats->comp_descs, 1);
	if (flags & UDMA_CDESC_LAST) {
		udma_count(&stats->comp_packets, 1);
		udma_count(&ring->packets, 1);
	}
	udma_count(&ring->done, 1);
	if (queue->cur[side].desc.ctrl & UDMA_DESC_INT)
		udma_raise(engine, queue, side);
	return true;
}
