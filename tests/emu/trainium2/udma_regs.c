// SPDX-License-Identifier: GPL-2.0-only
/* What the guest sees of an engine, and sets. */
#include <string.h>

#include "map.h"
#include "model.h"
#include "storage.h"

/* What a window of 1 MiB is made of */
enum block { BLOCK_PLAIN, BLOCK_QUEUE, BLOCK_IOFIC };

struct place {
	enum block block;
	enum udma_side side;
	struct udma_queue *queue;
	struct iofic_group *group;
	uint32_t reg;
};

static bool within(uint32_t off, uint32_t base, uint32_t size, uint32_t *in)
{
	if (off < base || off - base >= size)
		return false;
	*in = off - base;
	return true;
}

static bool find_queue(struct udma_engine *engine, uint32_t off,
		       struct place *place)
{
	const uint32_t size = UDMA_QUEUES * UDMA_QUEUE_STRIDE;
	uint32_t in;

	if (within(off, UDMA_M2S_Q(0), size, &in))
		place->side = UDMA_SIDE_M2S;
	else if (within(off, UDMA_S2M_Q(0), size, &in))
		place->side = UDMA_SIDE_S2M;
	else
		return false;
	place->block = BLOCK_QUEUE;
	place->queue = &engine->queues[in / UDMA_QUEUE_STRIDE];
	place->reg = in % UDMA_QUEUE_STRIDE;
	return true;
}

static bool find_iofic(struct udma_engine *engine, uint32_t off,
		       struct place *place)
{
	const uint32_t size = IOFIC_GROUP_SIZE;
	uint32_t in;

	if (within(off, UDMA_IOFIC_PRIMARY(0), UDMA_IOFIC_PRIMARY_GROUPS * size, &in))
		place->group = &engine->primary[in / size];
	else if (within(off, UDMA_IOFIC_SECONDARY(0),
			UDMA_IOFIC_SECONDARY_GROUPS * size, &in))
		place->group = &engine->secondary[in / size];
	else if (within(off, UDMA_IOFIC_AXI(0), UDMA_IOFIC_AXI_GROUPS * 0x100, &in) &&
		 in % 0x100 < size)
		place->group = &engine->axi[in / 0x100];
	else
		return false;
	place->block = BLOCK_IOFIC;
	place->reg = in % size;
	return true;
}

static struct place find(struct udma_engine *engine, uint32_t off)
{
	struct place place = { .block = BLOCK_PLAIN, .reg = off };

	if (!find_queue(engine, off, &place))
		find_iofic(engine, off, &place);
	return place;
}

/*
 * Settings change between two turns. A worker that has more to do gives way as
 * long as anybody wants to, so that this waits for one descriptor at most.
 */
static void settings_lock(struct udma_engine *engine)
{
	atomic_fetch_add(&engine->wanted, 1);
	pthread_mutex_lock(&engine->lock);
}

static void settings_unlock(struct udma_engine *engine)
{
	pthread_mutex_unlock(&engine->lock);
	atomic_fetch_sub(&engine->wanted, 1);
}

static void look_again(struct udma_engine *engine, uint32_t queues)
{
	atomic_fetch_or(&engine->ready, queues);
	emu_pool_kick(&engine->card->pool, &engine->task);
}

/* Reset values that the published driver relies on or could see */
static uint32_t plain_reset_value(uint32_t off)
{
	switch (off) {
	case UDMA_GEN_SPARE_ONES0:
	case UDMA_GEN_SPARE_ONES1:
		return UINT32_MAX;
	case UDMA_M2S_CFG_LEN:
		return UDMA_CFG_LEN_MAX_PKT;
	case UDMA_M2S_DESC_PREF_CFG_2:
		return 16;
	case UDMA_S2M_COMP_CFG_1C:
		return UDMA_CDESC_S2M_SIZE / 4;
	case UDMA_M2S_DMA_VERSION:
		return 4;
	default:
		return 0;
	}
}

static uint32_t queue_reset_value(enum udma_side side, uint32_t reg)
{
	if (side == UDMA_SIDE_M2S && reg == UDMA_M2S_Q_RLIMIT_MASK)
		return UDMA_RLIMIT_MASK_RESET;
	return 0;
}


/* A side that aborted says so; one with nothing rung and open is idle */
static uint32_t state_value(struct udma_engine *engine, enum udma_side side)
{
	uint32_t field = UDMA_STATE_IDLE;
	uint32_t value;

	if (atomic_load(&engine->state[side]) == UDMA_ABORTED)
		field = UDMA_STATE_ABORT;
	else
		for (unsigned int q = 0; q < UDMA_QUEUES; q++) {
			struct udma_ring *ring = &engine->queues[q].ring[UDMA_SIDE_M2S];

			if (atomic_load(&ring->done) != atomic_load(&ring->tail))
				field = UDMA_STATE_NORMAL;
		}
	value = field << UDMA_STATE_COMP_SHIFT | field << UDMA_STATE_STREAM_SHIFT |
		field << UDMA_STATE_DATA_SHIFT | field << UDMA_STATE_PREFETCH_SHIFT;
	if (side == UDMA_SIDE_S2M)
		value |= field << UDMA_STATE_S2M_AXI_SHIFT;
	return value;
}

static uint32_t stat_value(struct udma_engine *engine, enum udma_side side,
			   uint32_t reg)
{
	struct udma_stats *stats = &engine->stats[side];
	uint64_t bytes;

	switch (reg) {
	case UDMA_STAT_PACKETS:
		return side == UDMA_SIDE_M2S ? atomic_load(&stats->packets) : 0;
	case UDMA_STAT_BYTES_LO:
		bytes = atomic_load(&stats->bytes);
		engine->stat_latch[side] = bytes >> 32;
		return (uint32_t)bytes;
	case UDMA_STAT_BYTES_HI:
		return engine->stat_latch[side];
	case UDMA_STAT_PREFETCHED:
		return atomic_load(&stats->prefetched);
	case UDMA_STAT_COMP_PACKETS:
	case UDMA_STAT_ACKED:
		return atomic_load(&stats->comp_packets);
	case UDMA_STAT_COMP_DESCS:
		return atomic_load(&stats->comp_descs);
	default:
		return 0;
	}
}

static uint32_t plain_read(struct udma_engine *engine, uint32_t off)
{
	switch (off) {
	case UDMA_M2S_STATE:
		return state_value(engine, UDMA_SIDE_M2S);
	case UDMA_S2M_STATE:
		return state_value(engine, UDMA_SIDE_S2M);
	case UDMA_M2S_STAT + UDMA_STAT_PACKETS ... UDMA_M2S_STAT + UDMA_STAT_ACKED:
		return stat_value(engine, UDMA_SIDE_M2S, off - UDMA_M2S_STAT);
	case UDMA_S2M_STAT + UDMA_STAT_PACKETS ... UDMA_S2M_STAT + UDMA_STAT_ACKED:
		return stat_value(engine, UDMA_SIDE_S2M, off - UDMA_S2M_STAT);
	case UDMA_M2S_CHANGE_STATE:
	case UDMA_S2M_CHANGE_STATE:
		return 0;
	default:
		return storage_read(&engine->regs[off / 4], plain_reset_value(off));
	}
}

static uint32_t comp_head(struct udma_engine *engine, struct udma_ring *ring)
{
	uint64_t count = atomic_load(&ring->done);

	if (plain_read(engine, UDMA_GEN_SPARE_ZEROES0) & UDMA_SPARE_NO_COMP_HEAD)
		count = 0;
	return udma_ring_pointer(ring, count);
}

static uint32_t status_value(struct udma_queue *queue, struct udma_ring *ring)
{
	uint64_t used = atomic_load(&ring->tail) - atomic_load(&ring->done);
	bool on = udma_ring_usable(ring) && !atomic_load(&queue->failed);
	uint32_t value = used < UDMA_Q_STATUS_USED ? used : UDMA_Q_STATUS_USED;

	if (atomic_load(&queue->hung) == UDMA_HUNG_AND_BUSY)
		value |= UDMA_Q_STATUS_PREFETCH | UDMA_Q_STATUS_ACTIVE;
	if (on)
		value |= UDMA_Q_STATUS_PREFETCH;
	if (on && ring->cfg & UDMA_Q_CFG_EN_SCHED)
		value |= UDMA_Q_STATUS_ACTIVE;
	if (ring->len && used >= ring->len)
		value |= UDMA_Q_STATUS_FULL;
	return value;
}

/* Only the thread that writes settings reads them with no lock: that is us */
static bool ring_read(struct udma_engine *engine, struct place *place,
		      uint32_t *value)
{
	struct udma_ring *ring = &place->queue->ring[place->side];

	switch (place->reg) {
	case UDMA_Q_CFG:
		*value = ring->cfg;
		break;
	case UDMA_Q_STATUS:
		*value = status_value(place->queue, ring);
		break;
	case UDMA_Q_BASE_LO:
		*value = (uint32_t)ring->base;
		break;
	case UDMA_Q_BASE_HI:
		*value = ring->base >> 32;
		break;
	case UDMA_Q_LEN:
		*value = ring->len;
		break;
	case UDMA_Q_HEAD:
		*value = udma_ring_pointer(ring, atomic_load(&ring->head));
		break;
	case UDMA_Q_TAIL_INC:
		*value = 0;
		break;
	case UDMA_Q_TAIL:
		*value = udma_ring_pointer(ring, atomic_load(&ring->tail));
		break;
	case UDMA_Q_CURRENT:
		*value = udma_ring_pointer(ring, atomic_load(&ring->current));
		break;
	case UDMA_Q_COMP_BASE_LO:
		*value = (uint32_t)ring->comp_base;
		break;
	case UDMA_Q_COMP_BASE_HI:
		*value = ring->comp_base >> 32;
		break;
	case UDMA_Q_COMP_HEAD:
	case UDMA_Q_COMP_HEAD_INTERNAL:
		*value = comp_head(engine, ring);
		break;
	default:
		return false;
	}
	return true;
}

static uint32_t queue_read(struct udma_engine *engine, struct place *place,
			   uint32_t off)
{
	struct udma_ring *ring = &place->queue->ring[place->side];
	bool m2s = place->side == UDMA_SIDE_M2S;
	uint32_t value;

	if (ring_read(engine, place, &value))
		return value;
	if (place->reg == (m2s ? UDMA_M2S_Q_COMP_CFG : UDMA_S2M_Q_COMP_CFG))
		return ring->comp_cfg;
	if (place->reg == (m2s ? UDMA_M2S_Q_PKT_COUNT : UDMA_S2M_Q_PKT_COUNT))
		return atomic_load(&ring->packets);
	if (place->reg == (m2s ? UDMA_M2S_Q_SW_CTRL : UDMA_S2M_Q_SW_CTRL))
		return 0;
	return storage_read(&engine->regs[off / 4],
			    queue_reset_value(place->side, place->reg));
}

uint32_t udma_read(struct udma_engine *engine, uint32_t off)
{
	struct place place = find(engine, off);

	switch (place.block) {
	case BLOCK_QUEUE:
		return queue_read(engine, &place, off);
	case BLOCK_IOFIC:
		return iofic_read(place.group, place.reg);
	default:
		return plain_read(engine, off);
	}
}

bool udma_doorbell(struct udma_engine *engine, uint32_t off, uint32_t value)
{
	struct place place = find(engine, off);

	if (place.block != BLOCK_QUEUE || place.reg != UDMA_Q_TAIL_INC)
		return false;
	atomic_fetch_add(&place.queue->ring[place.side].tail,
			 value & UDMA_Q_TAIL_INC_MASK);
	look_again(engine, 1u << udma_queue_number(engine, place.queue));
	return true;
}

static void ring_clear(struct udma_queue *queue, enum udma_side side)
{
	struct udma_ring *ring = &queue->ring[side];

	ring->fifo_first = 0;
	ring->fifo_count = 0;
	atomic_store(&ring->tail, 0);
	atomic_store(&ring->head, 0);
	atomic_store(&ring->current, 0);
	atomic_store(&ring->done, 0);
	queue->cur[side].active = false;
	queue->packet_descs = 0;
	queue->packet_bytes = 0;
	queue->dst_first = true;
	atomic_store(&queue->failed, false);
	if (atomic_load(&queue->hung) == UDMA_HUNG)
		atomic_store(&queue->hung, UDMA_RUNS);
	queue->held = UDMA_NOT_HELD;
}

/*
 * Resetting one pointer alone is for test engineers; the whole queue is what
 * drivers do. The parts are carried out as far as they make sense by themselves.
 */
static void ring_control(struct udma_queue *queue, enum udma_side side,
			 uint32_t value)
{
	struct udma_ring *ring = &queue->ring[side];
	const uint32_t all = UDMA_Q_SW_CTRL_RST_TAIL | UDMA_Q_SW_CTRL_RST_HEAD |
			     UDMA_Q_SW_CTRL_RST_CURRENT;

	if (value & UDMA_Q_SW_CTRL_RST_Q || (value & all) == all)
		ring_clear(queue, side);
	else if (value & UDMA_Q_SW_CTRL_RST_TAIL)
		atomic_store(&ring->tail, atomic_load(&ring->done));
}

static bool ring_write(struct place *place, uint32_t value)
{
	struct udma_ring *ring = &place->queue->ring[place->side];
	const uint64_t low = UINT32_MAX;

	switch (place->reg) {
	case UDMA_Q_CFG:
		ring->cfg = value;
		break;
	case UDMA_Q_BASE_LO:
		ring->base = (ring->base & ~low) | (value & UDMA_Q_BASE_LO_MASK);
		break;
	case UDMA_Q_BASE_HI:
		ring->base = (ring->base & low) | (uint64_t)value << 32;
		break;
	case UDMA_Q_LEN:
		ring->len = value & UDMA_Q_LEN_MASK;
		break;
	case UDMA_Q_COMP_BASE_LO:
		ring->comp_base = (ring->comp_base & ~low) |
				  (value & UDMA_Q_BASE_LO_MASK);
		break;
	case UDMA_Q_COMP_BASE_HI:
		ring->comp_base = (ring->comp_base & low) | (uint64_t)value << 32;
		break;
	case UDMA_Q_STATUS:
	case UDMA_Q_HEAD:
	case UDMA_Q_TAIL:
	case UDMA_Q_CURRENT:
	case UDMA_Q_COMP_HEAD:
	case UDMA_Q_COMP_HEAD_INTERNAL:
		break;
	default:
		return false;
	}
	return true;
}

static void queue_write(struct udma_engine *engine, struct place *place,
			uint32_t off, uint32_t value)
{
	struct udma_ring *ring = &place->queue->ring[place->side];
	bool m2s = place->side == UDMA_SIDE_M2S;

	settings_lock(engine);
	if (ring_write(place, value))
		goto out;
	if (place->reg == (m2s ? UDMA_M2S_Q_COMP_CFG : UDMA_S2M_Q_COMP_CFG))
		ring->comp_cfg = value;
	else if (place->reg == (m2s ? UDMA_M2S_Q_SW_CTRL : UDMA_S2M_Q_SW_CTRL))
		ring_control(place->queue, place->side, value);
	else if (place->reg != (m2s ? UDMA_M2S_Q_PKT_COUNT : UDMA_S2M_Q_PKT_COUNT))
		storage_write(&engine->regs[off / 4], value,
			      queue_reset_value(place->side, place->reg));
out:
	settings_unlock(engine);
	look_again(engine, 1u << udma_queue_number(engine, place->queue));
}

static void change_state(struct udma_engine *engine, enum udma_side side,
			 uint32_t value)
{
	settings_lock(engine);
	if (value & UDMA_CHANGE_STATE_ABORT)
		atomic_store(&engine->state[side], UDMA_ABORTED);
	else if (value & UDMA_CHANGE_STATE_DISABLE)
		atomic_store(&engine->state[side], UDMA_DISABLED);
	else if (value & UDMA_CHANGE_STATE_NORMAL)
		atomic_store(&engine->state[side], UDMA_ENABLED);
	settings_unlock(engine);
	look_again(engine, UINT16_MAX);
}

static void clear_error_log(struct udma_engine *engine, uint32_t first)
{
	for (unsigned int i = 0; i < 4; i++)
		storage_write(&engine->regs[first / 4 + i], 0, 0);
}

static void plain_write(struct udma_engine *engine, uint32_t off, uint32_t value)
{
	switch (off) {
	case UDMA_M2S_CHANGE_STATE:
		change_state(engine, UDMA_SIDE_M2S, value);
		break;
	case UDMA_S2M_CHANGE_STATE:
		change_state(engine, UDMA_SIDE_S2M, value);
		break;
	case UDMA_M2S_CLEAR_ERR_LOG:
		if (value & UDMA_CLEAR_ERR_LOG)
			clear_error_log(engine, UDMA_M2S_ERR_LOG(0));
		break;
	case UDMA_S2M_CLEAR_ERR_LOG:
		if (value & UDMA_CLEAR_ERR_LOG)
			clear_error_log(engine, UDMA_S2M_ERR_LOG(0));
		break;
	case UDMA_M2S_STATE:
	case UDMA_S2M_STATE:
	case UDMA_M2S_ERR_LOG(0) ... UDMA_M2S_ERR_LOG(3):
	case UDMA_S2M_ERR_LOG(0) ... UDMA_S2M_ERR_LOG(3):
	case UDMA_M2S_STAT ... UDMA_M2S_STAT + UDMA_STAT_ACKED:
	case UDMA_S2M_STAT ... UDMA_S2M_STAT + UDMA_STAT_ACKED:
	case UDMA_M2S_DMA_VERSION:
		break;
	default:
		settings_lock(engine);
		storage_write(&engine->regs[off / 4], value, plain_reset_value(off));
		settings_unlock(engine);
		if (off == UDMA_M2S_STREAM_CFG || off == UDMA_S2M_STREAM_CFG)
			look_again(engine, UINT16_MAX);
		break;
	}
}

void udma_write(struct udma_engine *engine, uint32_t off, uint32_t value)
{
	struct place place;

	if (udma_doorbell(engine, off, value))
		return;
	place = find(engine, off);
	switch (place.block) {
	case BLOCK_QUEUE:
		queue_write(engine, &place, off, value);
		break;
	case BLOCK_IOFIC:
		iofic_write(place.group, place.reg, value);
		break;
	default:
		plain_write(engine, off, value);
		break;
	}
}

static void queue_reset(struct udma_engine *engine, unsigned int number)
{
	struct udma_queue *queue = &engine->queues[number];

	for (enum udma_side side = 0; side < UDMA_SIDES; side++) {
		struct udma_ring *ring = &queue->ring[side];

		ring_clear(queue, side);
		ring->cfg = UDMA_Q_CFG_RESET;
		ring->len = 0;
		ring->comp_cfg = 0;
		ring->base = 0;
		ring->comp_base = 0;
		atomic_store(&ring->packets, 0);
	}
	atomic_store(&queue->hung, UDMA_RUNS);
}

static void groups_reset(struct iofic_group *groups, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		iofic_reset(&groups[i]);
}

static void stats_reset(struct udma_engine *engine, enum udma_side side)
{
	struct udma_stats *stats = &engine->stats[side];

	atomic_store(&stats->packets, 0);
	atomic_store(&stats->bytes, 0);
	atomic_store(&stats->prefetched, 0);
	atomic_store(&stats->comp_packets, 0);
	atomic_store(&stats->comp_descs, 0);
}

void udma_engine_reset(struct udma_engine *engine)
{
	settings_lock(engine);
	atomic_store(&engine->ready, 0);
	for (unsigned int i = 0; i < UDMA_QUEUES; i++)
		queue_reset(engine, i);
	for (enum udma_side side = 0; side < UDMA_SIDES; side++) {
		atomic_store(&engine->state[side], UDMA_ENABLED);
		stats_reset(engine, side);
	}
	groups_reset(engine->primary, UDMA_IOFIC_PRIMARY_GROUPS);
	groups_reset(engine->secondary, UDMA_IOFIC_SECONDARY_GROUPS);
	groups_reset(engine->axi, UDMA_IOFIC_AXI_GROUPS);
	groups_reset(engine->fis, sizeof(engine->fis) / sizeof(engine->fis[0]));
	storage_clear(engine->regs, TRN2_ENGINE_SIZE);
	settings_unlock(engine);
}

void udma_engine_let_go(struct udma_engine *engine)
{
	settings_lock(engine);
	for (unsigned int i = 0; i < UDMA_QUEUES; i++)
		if (engine->queues[i].held == UDMA_HELD)
			engine->queues[i].held = UDMA_LET_GO;
	settings_unlock(engine);
	look_again(engine, UINT16_MAX);
}

void udma_engine_init(struct udma_engine *engine, struct trn2_card *card,
		      unsigned int number)
{
	memset(engine, 0, sizeof(*engine));
	engine->task.run = udma_engine_turn;
	engine->card = card;
	engine->number = number;
	engine->regs = card->apb + trn2_engine_apb(number) / 4;
	pthread_mutex_init(&engine->lock, NULL);
	udma_engine_reset(engine);
}

void udma_engine_fini(struct udma_engine *engine)
{
	pthread_mutex_destroy(&engine->lock);
}
