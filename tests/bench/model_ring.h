/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring of the model, written as driver/trainium/trainium_ring.c writes it:
 * batches of at most RING_BATCH copies, each closed by a fence.
 */
#ifndef BENCH_MODEL_RING_H
#define BENCH_MODEL_RING_H

#include <stdbool.h>
#include <stdint.h>

#define RING_COUNT	8
#define RING_BATCH	64
#define RING_MEMORY	(128u << 10)	/* host memory of one ring */

struct trn2_card;

/**
 * struct model_ring - one engine's queue 0
 * @card: whose
 * @bar: of its registers
 * @regs: of the engine, in @bar
 * @m2s: source descriptors
 * @s2m: destination descriptors
 * @numbers: what fences copy, by their place
 * @reached: where to
 * @bus: of @m2s, and what else the card sees there
 * @tail: next place
 * @lap: its ring id
 * @unkicked: descriptors that the card was not told of
 * @emitted: number of the last fence
 * @seen: number of the last fence that was seen to be reached
 * @free: places
 * @taken: places that a fence gives back, by its number
 */
struct model_ring {
	struct trn2_card *card;
	unsigned int bar;
	uint64_t regs;
	struct model_descriptor *m2s;
	struct model_descriptor *s2m;
	uint32_t *numbers;
	uint32_t *reached;
	uint64_t bus;
	uint32_t tail;
	uint32_t lap;
	uint32_t unkicked;
	uint32_t emitted;
	uint32_t seen;
	uint32_t free;
	uint32_t taken[RING_BATCH];
};

/**
 * model_ring_init() - set up an engine and its queue
 * @card: whose
 * @bar: of the card's registers
 * @index: below RING_COUNT: the engines that the driver uses
 * @memory: RING_MEMORY bytes, aligned to a page
 * @bus: the same as the engine addresses it
 */
void model_ring_init(struct model_ring *ring, struct trn2_card *card, unsigned int bar,
		     unsigned int index, void *memory, uint64_t bus);

/** model_ring_room() - copies that may be put now: 0 or up to RING_BATCH */
uint32_t model_ring_room(struct model_ring *ring);

/** model_ring_copy() - put a copy of at most 64 KiB */
void model_ring_copy(struct model_ring *ring, uint64_t dst, uint64_t src, uint32_t length);

/** model_ring_fence() - close a batch of @copies; the fence's number */
uint32_t model_ring_fence(struct model_ring *ring, uint32_t copies);

/** model_ring_kick() - tell the card */
void model_ring_kick(struct model_ring *ring);

/** model_ring_reached() - was that fence reached? */
bool model_ring_reached(struct model_ring *ring, uint32_t number);

#endif
