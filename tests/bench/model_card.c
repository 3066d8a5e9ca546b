// SPDX-License-Identifier: GPL-2.0-only
#include "chip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_give_up(const char *what)
{
	fprintf(stderr, "replay: %s\n", what);
	exit(1);
}

const struct model_chip *model_chip_find(const char *name)
{
	static const struct model_chip *const chips[] = { &model_trainium2, &model_a100 };

	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (!strcmp(chips[i]->emu->name, name))
			return chips[i];
	model_give_up("there is no such chip");
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

static int interrupt(void *priv, unsigned int vector)
{
	struct model_card *card = priv;

	return vfu_irq_trigger(card->server, vector);
}

static int config(void *priv, uint32_t off, void *buf, size_t len)
{
	struct model_card *card = priv;

	return vfu_config_read(card->server, off, buf, len);
}

static const struct emu_host host_ops = {
	.pin = pin,
	.unpin = unpin,
	.read = read_host,
	.write = write_host,
	.interrupt = interrupt,
	.config = config,
};

/* Nobody asks: registers are reached without the server. */
static int bar_read(void *priv, unsigned int bar, uint64_t off, void *buf, size_t len)
{
	struct model_card *card = priv;

	return card->chip->emu->bar_read(card->emu, bar, off, buf, len);
}

static int bar_write(void *priv, unsigned int bar, uint64_t off, const void *buf, size_t len)
{
	struct model_card *card = priv;

	return card->chip->emu->bar_write(card->emu, bar, off, buf, len);
}

static const struct vfu_ops server_ops = {
	.bar_read = bar_read,
	.bar_write = bar_write,
};

static void set_option(const struct emu_model *emu, void *options, const char *name,
		       const char *argument)
{
	const struct emu_option *option = emu->options;

	while (option->name && strcmp(option->name, name))
		option++;
	if (!option->name || option->set(options, argument))
		model_give_up("the model does not take its options");
}

static void make_card(struct model_card *card, unsigned int index)
{
	const struct emu_model *emu = card->chip->emu;
	void *options = calloc(1, emu->options_size);
	char number[16];

	if (!options)
		model_give_up("no memory");
	for (unsigned int i = 0; card->chip->options[i][0]; i++)
		set_option(emu, options, card->chip->options[i][0], card->chip->options[i][1]);
	snprintf(number, sizeof(number), "%u", index);
	set_option(emu, options, "index", number);
	if (emu->complete(options) || emu->create(options, &host_ops, card, &card->emu))
		model_give_up("cannot make the card");
	free(options);
}

void model_card_open(struct model_card *card, const struct model_chip *chip, unsigned int index,
		     int memory, void *map)
{
	struct vfu_options pci;

	*card = (struct model_card){ .chip = chip };
	make_card(card, index);
	chip->emu->describe(card->emu, &pci);
	if (vfu_server_create(&pci, &server_ops, card, &card->server))
		model_give_up("cannot make the PCI device");
	client_open(&card->client, card->server);
	if (client_map(&card->client, 0, MODEL_MEMORY, VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE,
		       memory, 0))
		model_give_up("cannot map the memory for the card");
	if (chip->start)
		chip->start(card);
	for (unsigned int i = 0; i < RING_COUNT; i++) {
		uint64_t at = MODEL_RINGS + (uint64_t)(index * RING_COUNT + i) * RING_MEMORY;

		model_ring_init(&card->rings[i], card, i, (char *)map + at, at);
	}
}

void model_card_close(struct model_card *card)
{
	client_close(&card->client);
	card->chip->emu->stop(card->emu);
	vfu_server_destroy(card->server);
	card->chip->emu->destroy(card->emu);
	for (unsigned int i = 0; i < RING_COUNT; i++)
		free(card->rings[i].priv);
	free(card->priv);
}

void model_card_write(struct model_card *card, unsigned int bar, uint64_t reg, uint32_t value)
{
	card->chip->emu->bar_write(card->emu, bar, reg, &value, sizeof(value));
}
