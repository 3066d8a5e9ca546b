// SPDX-License-Identifier: GPL-2.0-only
#include "model_ring.h"

#include <string.h>

#include "../../driver/trainium/trainium_regs.h"
#include "../../driver/trainium/udma_regs.h"
#include "trainium2/card.h"
#include "trainium2/map.h"

#define SLOTS	1024

struct model_descriptor {
	uint32_t ctrl;
	uint32_t meta;
	uint64_t addr;
};

static void ring_write(struct model_ring *ring, uint64_t reg, uint32_t value)
{
	trn2_bar_write(ring->card, ring->bar, ring->regs + reg, &value, sizeof(value));
}

static unsigned int engine_number(unsigned int index)
{
	static const unsigned int engines[RING_COUNT] = {
		TRN2_ENGINE_H2D(0), TRN2_ENGINE_D2H(0), TRN2_ENGINE_H2D(1), TRN2_ENGINE_D2H(1),
		0 * TRN2_ENGINES_PER_SE + 4, 1 * TRN2_ENGINES_PER_SE + 4,
		2 * TRN2_ENGINES_PER_SE + 4, 3 * TRN2_ENGINES_PER_SE + 4,
	};

	return engines[index];
}

static void queue_start(struct model_ring *ring, uint64_t queue, uint64_t sw_ctrl, uint64_t base)
{
	ring_write(ring, queue + UDMA_Q_CFG, UDMA_Q_CFG_RESET);
	ring_write(ring, queue + sw_ctrl, UDMA_Q_SW_CTRL_RST_Q);
	ring_write(ring, queue + UDMA_Q_BASE_LO, base);
	ring_write(ring, queue + UDMA_Q_BASE_HI, base >> 32);
	ring_write(ring, queue + UDMA_Q_LEN, SLOTS);
	ring_write(ring, queue + UDMA_Q_CFG, UDMA_Q_CFG_RESET | UDMA_Q_CFG_ENABLE);
}

void model_ring_init(struct model_ring *ring, struct trn2_card *card, unsigned int bar,
		     unsigned int index, void *memory, uint64_t bus)
{
	*ring = (struct model_ring){
		.card = card,
		.bar = bar,
		.regs = trn2_engine_apb(engine_number(index)),
		.m2s = memory,
		.bus = bus,
		.lap = UDMA_RING_ID_FIRST,
		.free = SLOTS,
	};
	ring->s2m = ring->m2s + SLOTS;
	ring->numbers = (uint32_t *)(ring->s2m + SLOTS);
	ring->reached = ring->numbers + SLOTS;
	memset(memory, 0, RING_MEMORY);
	ring_write(ring, UDMA_M2S_CFG_LEN, UDMA_CFG_LEN_MAX_PKT | UDMA_CFG_LEN_ENCODE_64K);
	ring_write(ring, UDMA_M2S_DESC_PREF_CFG_2,
		   TRN2_ENGINE_DESC_PER_PACKET | UDMA_PREF_CFG_2_FORCE_RR);
	ring_write(ring, UDMA_M2S_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
	ring_write(ring, UDMA_S2M_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
	queue_start(ring, UDMA_M2S_Q(0), UDMA_M2S_Q_SW_CTRL, bus);
	queue_start(ring, UDMA_S2M_Q(0), UDMA_S2M_Q_SW_CTRL,
		    bus + ((char *)ring->s2m - (char *)memory));
}

static void emit(struct model_ring *ring, uint64_t dst, uint64_t src, uint32_t length,
		 uint32_t flags, uint32_t meta)
{
	uint32_t ctrl = (length & UDMA_DESC_LEN) | ring->lap << UDMA_DESC_RING_ID_SHIFT;

	ring->s2m[ring->tail] = (struct model_descriptor){ ctrl, 0, dst };
	ring->m2s[ring->tail] = (struct model_descriptor){
		ctrl | UDMA_DESC_FIRST | UDMA_DESC_LAST | flags, UDMA_META_COPY | meta, src,
	};
	if (++ring->tail == SLOTS) {
		ring->tail = 0;
		ring->lap = (ring->lap + 1) & UDMA_RING_ID_MASK;
	}
	ring->unkicked++;
}

static void reap(struct model_ring *ring)
{
	uint32_t reached = __atomic_load_n(ring->reached, __ATOMIC_ACQUIRE);

	while (ring->seen != reached)
		ring->free += ring->taken[++ring->seen % RING_BATCH];
}

uint32_t model_ring_room(struct model_ring *ring)
{
	reap(ring);
	if (ring->free < 2 || ring->emitted - ring->seen == RING_BATCH)
		return 0;
	return ring->free - 1 < RING_BATCH ? ring->free - 1 : RING_BATCH;
}

void model_ring_copy(struct model_ring *ring, uint64_t dst, uint64_t src, uint32_t length)
{
	emit(ring, dst, src, length, 0, 0);
}

uint32_t model_ring_fence(struct model_ring *ring, uint32_t copies)
{
	uint64_t number = ring->bus + ((char *)&ring->numbers[ring->tail] - (char *)ring->m2s);
	uint64_t reached = ring->bus + ((char *)ring->reached - (char *)ring->m2s);

	ring->emitted++;
	ring->numbers[ring->tail] = ring->emitted;
	ring->taken[ring->emitted % RING_BATCH] = copies + 1;
	ring->free -= copies + 1;
	emit(ring, reached, number, sizeof(*ring->numbers), UDMA_DESC_DMB,
	     UDMA_META_WRITE_BARRIER);
	return ring->emitted;
}

void model_ring_kick(struct model_ring *ring)
{
	uint32_t count = ring->unkicked;

	if (!count)
		return;
	ring->unkicked = 0;
	ring_write(ring, UDMA_S2M_Q(0) + UDMA_Q_TAIL_INC, count);
	ring_write(ring, UDMA_M2S_Q(0) + UDMA_Q_TAIL_INC, count);
}

bool model_ring_reached(struct model_ring *ring, uint32_t number)
{
	reap(ring);
	return (int32_t)(ring->seen - number) >= 0;
}
