/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card of the model with its rings. It reaches host memory through the
 * emulator's server, as in gantry-emu; its registers are reached without.
 */
#ifndef BENCH_MODEL_CARD_H
#define BENCH_MODEL_CARD_H

#include "model_ring.h"
#include "vfio-user/client.h"

#define MODEL_MEMORY	(8ull << 30)	/* of the host; sparse, more than a guest has */
#define MODEL_RINGS	(7ull << 30)	/* where rings are in it, above all buffers */
#define MODEL_HBM	(4ull << 30)

struct model_card {
	struct trn2_card *card;
	struct vfu_server *server;
	struct client client;
	struct model_ring rings[RING_COUNT];
};

/**
 * model_card_open() - a card that is ready to copy; ends the program if there is none
 * @card: to fill in
 * @index: of the card
 * @memory: a file of MODEL_MEMORY bytes, bus address 0 and on
 * @map: the same, mapped
 */
void model_card_open(struct model_card *card, unsigned int index, int memory, void *map);
void model_card_close(struct model_card *card);

#endif
