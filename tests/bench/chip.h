/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The replay's own driver: a model of a card with nothing before it but the
 * emulator's server, through which it reaches host memory as in gantry-emu. What
 * differs from chip to chip is a struct model_chip; what a chip is given is what
 * gantry's backend for it would give.
 */
#ifndef BENCH_CHIP_H
#define BENCH_CHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"
#include "vfio-user/client.h"

#define MODEL_MEMORY	(8ull << 30)	/* of the host; sparse, more than a guest has */
#define MODEL_RINGS	(7ull << 30)	/* where rings are in it, above all buffers */

#define MODEL_MAX_SPREAD 4
#define RING_COUNT	8		/* of a card */
#define RING_BATCH	64
#define RING_SLOTS	1024
#define RING_MEMORY	(128u << 10)	/* host memory of one ring */

struct model_card;
struct model_ring;

/**
 * struct model_run - pages of a host buffer that are contiguous
 * @start: offset in the buffer
 * @at: address on the bus
 */
struct model_run {
	uint64_t start;
	uint64_t at;
};

/**
 * struct model_chip - a kind of card
 * @emu: the model
 * @options: its options, by name and argument; the one behind the last has no name
 * @piece: most bytes that a copy moves
 * @spread: rings that a large job is spread over, at most MODEL_MAX_SPREAD
 * @lane_device: bytes there are for the buffers of all queues on each side
 * @host: what the card adds to an address on the bus
 * @start: set up what its rings share; optional
 * @device: address of byte @offset of the buffers in its memory; @which: 0 or 1, the two
 *	sides of a copy within the card
 * @map: address at which it finds @length bytes that are in these runs; NULL: it takes
 *	runs as they are
 * @ring_start: set up a ring, and its @reached and @priv
 * @copy: put a copy of at most @piece bytes
 * @fence: put what writes @number to @reached when all before it is done
 * @kick: tell the card
 */
struct model_chip {
	const struct emu_model *emu;
	const char *options[4][2];
	uint64_t piece;
	unsigned int spread;
	uint64_t lane_device;
	uint64_t host;
	void (*start)(struct model_card *card);
	uint64_t (*device)(unsigned int which, uint64_t offset);
	uint64_t (*map)(struct model_card *card, const struct model_run *runs,
			unsigned int count, uint64_t length);
	void (*ring_start)(struct model_ring *ring);
	void (*copy)(struct model_ring *ring, uint64_t dst, uint64_t src, uint32_t length);
	void (*fence)(struct model_ring *ring, uint32_t number);
	void (*kick)(struct model_ring *ring);
};

extern const struct model_chip model_trainium2;
extern const struct model_chip model_a100;

/** model_chip_find() - as gantry-emu calls it; ends the program if there is none */
const struct model_chip *model_chip_find(const char *name);

/**
 * struct model_ring - a ring: batches of at most RING_BATCH copies, each with a fence
 * @card: whose
 * @index: among the card's
 * @memory: RING_MEMORY bytes of the host, aligned to a page
 * @bus: the same on the bus
 * @reached: number that the last fence wrote
 * @priv: the chip's own
 * @unkicked: the card was not told of everything
 * @emitted: number of the last fence
 * @seen: number of the last fence that was seen to be reached
 * @free: places
 * @taken: places that a fence gives back, by its number
 */
struct model_ring {
	struct model_card *card;
	unsigned int index;
	void *memory;
	uint64_t bus;
	uint32_t *reached;
	void *priv;
	bool unkicked;
	uint32_t emitted;
	uint32_t seen;
	uint32_t free;
	uint32_t taken[RING_BATCH];
};

/**
 * struct model_card - a card with its rings
 * @chip: what it is
 * @emu: the model
 * @server: the way to host memory
 * @client: who gave it that
 * @priv: the chip's own
 */
struct model_card {
	const struct model_chip *chip;
	void *emu;
	struct vfu_server *server;
	struct client client;
	void *priv;
	struct model_ring rings[RING_COUNT];
};

/**
 * model_card_open() - a card that is ready to copy; ends the program if there is none
 * @card: to fill in
 * @chip: what it is
 * @index: of the card
 * @memory: a file of MODEL_MEMORY bytes, bus address 0 and on
 * @map: the same, mapped
 */
void model_card_open(struct model_card *card, const struct model_chip *chip, unsigned int index,
		     int memory, void *map);
void model_card_close(struct model_card *card);

/** model_card_write() - a register, without the server */
void model_card_write(struct model_card *card, unsigned int bar, uint64_t reg, uint32_t value);

/** model_give_up() - say what is wrong and end the program */
void __attribute__((noreturn)) model_give_up(const char *what);

void model_ring_init(struct model_ring *ring, struct model_card *card, unsigned int index,
		     void *memory, uint64_t bus);

/** model_ring_room() - copies that may be put now: 0 or up to RING_BATCH */
uint32_t model_ring_room(struct model_ring *ring);

/** model_ring_fence() - close a batch of @copies; the fence's number */
uint32_t model_ring_fence(struct model_ring *ring, uint32_t copies);

/** model_ring_kick() - tell the card, if there is anything to tell */
void model_ring_kick(struct model_ring *ring);

/** model_ring_reached() - was that fence reached? */
bool model_ring_reached(struct model_ring *ring, uint32_t number);

#endif
