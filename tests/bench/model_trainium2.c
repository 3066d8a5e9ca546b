// SPDX-License-Identifier: GPL-2.0-only
/* A Trainium2, its rings written as driver/trainium/trainium_ring.c writes them. */
#include "chip.h"

#include <stdlib.h>

#include "../../driver/trainium/trainium_regs.h"
#include "../../driver/trainium/udma_regs.h"
#include "trainium2/card.h"
#include "trainium2/map.h"

#define HBM_FIRST	(1ull << 20)	/* below it is the firmware */
#define HBM_STACK	(1ull << 30)

struct descriptor {
	uint32_t ctrl;
	uint32_t meta;
	uint64_t addr;
};

/* What a ring and the card share; its fences copy a number to the end. */
struct shared {
	struct descriptor m2s[RING_SLOTS];
	struct descriptor s2m[RING_SLOTS];
	uint32_t numbers[RING_SLOTS];
	uint32_t reached;
};

_Static_assert(sizeof(struct shared) <= RING_MEMORY, "a ring's memory is too small");

/**
 * struct udma - &model_ring.priv
 * @regs: of its engine
 * @tail: next place
 * @lap: its ring id
 * @unkicked: descriptors that the card was not told of
 */
struct udma {
	uint64_t regs;
	uint32_t tail;
	uint32_t lap;
	uint32_t unkicked;
};

static void ring_write(struct model_ring *ring, uint64_t reg, uint32_t value)
{
	struct udma *udma = ring->priv;

	model_card_write(ring->card, TRN2_BAR_APB_QEMU, udma->regs + reg, value);
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

static uint64_t shared_addr(struct model_ring *ring, const void *member)
{
	return TRN2_ADDR_HOST + ring->bus + ((const char *)member - (const char *)ring->memory);
}

static void queue_start(struct model_ring *ring, uint64_t queue, uint64_t sw_ctrl, uint64_t base)
{
	ring_write(ring, queue + UDMA_Q_CFG, UDMA_Q_CFG_RESET);
	ring_write(ring, queue + sw_ctrl, UDMA_Q_SW_CTRL_RST_Q);
	ring_write(ring, queue + UDMA_Q_BASE_LO, base);
	ring_write(ring, queue + UDMA_Q_BASE_HI, base >> 32);
	ring_write(ring, queue + UDMA_Q_LEN, RING_SLOTS);
	ring_write(ring, queue + UDMA_Q_CFG, UDMA_Q_CFG_RESET | UDMA_Q_CFG_ENABLE);
}

static void ring_start(struct model_ring *ring)
{
	struct shared *shared = ring->memory;
	struct udma *udma = calloc(1, sizeof(*udma));

	if (!udma)
		model_give_up("no memory");
	ring->reached = &shared->reached;
	ring->priv = udma;
	udma->regs = trn2_engine_apb(engine_number(ring->index));
	udma->lap = UDMA_RING_ID_FIRST;
	ring_write(ring, UDMA_M2S_CFG_LEN, UDMA_CFG_LEN_MAX_PKT | UDMA_CFG_LEN_ENCODE_64K);
	ring_write(ring, UDMA_M2S_DESC_PREF_CFG_2,
		   TRN2_ENGINE_DESC_PER_PACKET | UDMA_PREF_CFG_2_FORCE_RR);
	ring_write(ring, UDMA_M2S_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
	ring_write(ring, UDMA_S2M_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL);
	queue_start(ring, UDMA_M2S_Q(0), UDMA_M2S_Q_SW_CTRL, shared_addr(ring, shared->m2s));
	queue_start(ring, UDMA_S2M_Q(0), UDMA_S2M_Q_SW_CTRL, shared_addr(ring, shared->s2m));
}

static void emit(struct model_ring *ring, uint64_t dst, uint64_t src, uint32_t length,
		 uint32_t flags, uint32_t meta)
{
	struct shared *shared = ring->memory;
	struct udma *udma = ring->priv;
	uint32_t ctrl = (length & UDMA_DESC_LEN) | udma->lap << UDMA_DESC_RING_ID_SHIFT;

	shared->s2m[udma->tail] = (struct descriptor){ ctrl, 0, dst };
	shared->m2s[udma->tail] = (struct descriptor){
		ctrl | UDMA_DESC_FIRST | UDMA_DESC_LAST | flags, UDMA_META_COPY | meta, src,
	};
	if (++udma->tail == RING_SLOTS) {
		udma->tail = 0;
		udma->lap = (udma->lap + 1) & UDMA_RING_ID_MASK;
	}
	udma->unkicked++;
}

static void copy(struct model_ring *ring, uint64_t dst, uint64_t src, uint32_t length)
{
	emit(ring, dst, src, length, 0, 0);
}

static void fence(struct model_ring *ring, uint32_t number)
{
	struct shared *shared = ring->memory;
	struct udma *udma = ring->priv;
	uint32_t *from = &shared->numbers[udma->tail];

	*from = number;
	emit(ring, shared_addr(ring, &shared->reached), shared_addr(ring, from), sizeof(*from),
	     UDMA_DESC_DMB, UDMA_META_WRITE_BARRIER);
}

static void kick(struct model_ring *ring)
{
	struct udma *udma = ring->priv;

	ring_write(ring, UDMA_S2M_Q(0) + UDMA_Q_TAIL_INC, udma->unkicked);
	ring_write(ring, UDMA_M2S_Q(0) + UDMA_Q_TAIL_INC, udma->unkicked);
	udma->unkicked = 0;
}

static uint64_t device(unsigned int which, uint64_t offset)
{
	static const uint64_t hbm[] = TRN2_ADDR_HBM;

	return hbm[which] + HBM_FIRST + offset;
}

const struct model_chip model_trainium2 = {
	.emu = &trn2_model,
	.options = { { "layout", "rev255" }, { "hbm", "4G" } },
	.piece = 65536,
	.spread = 4,
	.lane_device = HBM_STACK - HBM_FIRST,
	.host = TRN2_ADDR_HOST,
	.device = device,
	.ring_start = ring_start,
	.copy = copy,
	.fence = fence,
	.kick = kick,
};
