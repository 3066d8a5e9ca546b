// SPDX-License-Identifier: GPL-2.0-only
#include "model_card.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../driver/trainium/trainium_regs.h"
#include "trainium2/card.h"

static void give_up(const char *what)
{
	fprintf(stderr, "replay: %s\n", what);
	exit(1);
}

static int pin(void *priv, uint64_t iova, size_t len, bool write, struct vfu_pin *out)
{
	struct model_card *card = priv;

	return vfu_dma_pin(card->server, iova, len, write, out);
}

static void unpin(void *priv, struct vfu_pin *out)
{
	struct model_card *card = priv;

	vfu_dma_unpin(card->server, out);
}

static int read_host(void *priv, uint64_t iova, void *buf, size_t len)
{
	struct model_card *card = priv;

	return vfu_dma_read(card->server, iova, buf, len);
}

static int write_host(void *priv, uint64_t iova, const void *buf, size_t len)
{
	struct model_card *card = priv;

	return vfu_dma_write(card->server, iova, buf, len);
}

static const struct emu_host host_ops = {
	.pin = pin,
	.unpin = unpin,
	.read = read_host,
	.write = write_host,
};

/* Nobody asks: registers are reached without the server. */
static int bar_read(void *priv, unsigned int bar, uint64_t off, void *buf, size_t len)
{
	return trn2_bar_read(priv, bar, off, buf, len);
}

static int bar_write(void *priv, unsigned int bar, uint64_t off, const void *buf, size_t len)
{
	return trn2_bar_write(priv, bar, off, buf, len);
}

static const struct vfu_ops server_ops = {
	.bar_read = bar_read,
	.bar_write = bar_write,
};

void model_card_open(struct model_card *card, unsigned int index, int memory, void *map)
{
	struct trn2_options options = {
		.layout = trn2_layout_find("rev255"),
		.hbm_size = MODEL_HBM,
		.serial = 1 + index,
		.index = index,
	};
	struct vfu_options pci;

	if (trn2_card_create(&options, &host_ops, card, &card->card))
		give_up("cannot make the card");
	trn2_card_describe(card->card, &pci);
	if (vfu_server_create(&pci, &server_ops, card->card, &card->server))
		give_up("cannot make the PCI device");
	client_open(&card->client, card->server);
	if (client_map(&card->client, 0, MODEL_MEMORY, VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE,
		       memory, 0))
		give_up("cannot map the memory for the card");
	for (unsigned int i = 0; i < RING_COUNT; i++) {
		uint64_t at = MODEL_RINGS + (uint64_t)(index * RING_COUNT + i) * RING_MEMORY;

		model_ring_init(&card->rings[i], card->card, TRN2_BAR_APB_QEMU, i,
				(char *)map + at, TRN2_ADDR_HOST + at);
	}
}

void model_card_close(struct model_card *card)
{
	client_close(&card->client);
	trn2_card_stop(card->card);
	vfu_server_destroy(card->server);
	trn2_card_destroy(card->card);
}
