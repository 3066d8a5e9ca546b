// SPDX-License-Identifier: GPL-2.0-only
#include "chip.h"

#include <string.h>

void model_ring_init(struct model_ring *ring, struct model_card *card, unsigned int index,
		     void *memory, uint64_t bus)
{
	*ring = (struct model_ring){
		.card = card,
		.index = index,
		.memory = memory,
		.bus = bus,
		.free = RING_SLOTS,
	};
	memset(memory, 0, RING_MEMORY);
	card->chip->ring_start(ring);
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

uint32_t model_ring_fence(struct model_ring *ring, uint32_t copies)
{
	ring->emitted++;
	ring->taken[ring->emitted % RING_BATCH] = copies + 1;
	ring->free -= copies + 1;
	ring->card->chip->fence(ring, ring->emitted);
	ring->unkicked = true;
	return ring->emitted;
}

void model_ring_kick(struct model_ring *ring)
{
	if (ring->unkicked)
		ring->card->chip->kick(ring);
	ring->unkicked = false;
}

bool model_ring_reached(struct model_ring *ring, uint32_t number)
{
	reap(ring);
	return (int32_t)(ring->seen - number) >= 0;
}
