// SPDX-License-Identifier: GPL-2.0-only
#include "card.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apb.h"
#include "model.h"
#include "storage.h"

/* System peripheral, other */
#define CLASS_CODE	0x088000

const char *trn2_options_check(const struct trn2_options *options)
{
	if (options->index > TRN2_INDEX_MAX)
		return "the index must be 0 to 31";
	return trn2_hbm_check(options->layout, options->hbm_size);
}

static unsigned int worker_count(const struct trn2_options *options)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (options->workers)
		return options->workers;
	return cpus > 0 ? cpus : 1;
}

static int make_engines(struct trn2_card *card)
{
	card->engines = calloc(TRN2_ENGINES, sizeof(*card->engines));
	if (!card->engines)
		return -ENOMEM;
	for (unsigned int e = 0; e < TRN2_ENGINES; e++)
		udma_engine_init(&card->engines[e], card, e);
	return 0;
}

static int make_parts(struct trn2_card *card)
{
	unsigned int workers = worker_count(&card->options);
	int ret;

	card->apb = storage_init(TRN2_APB_SIZE);
	if (!card->apb)
		return -ENOMEM;
	ret = trn2_hbm_init(&card->hbm, card->options.layout, card->options.hbm_size);
	if (ret)
		goto free_apb;
	ret = emu_pool_init(&card->pool, workers);
	if (ret)
		goto free_hbm;
	ret = make_engines(card);
	if (ret)
		goto free_pool;
	trn2_misc_ram_init(&card->misc_ram, card->options.serial,
			   card->options.index, workers);
	trn2_firmware_init(&card->firmware, card);
	trn2_faults_init(&card->faults, card);
	return 0;

free_pool:
	emu_pool_fini(&card->pool);
free_hbm:
	trn2_hbm_fini(&card->hbm);
free_apb:
	storage_fini(card->apb, TRN2_APB_SIZE);
	return ret;
}

int trn2_card_create(const struct trn2_options *options,
		     const struct emu_host *host, void *host_priv,
		     struct trn2_card **out)
{
	struct trn2_card *card;
	int ret;

	if (trn2_options_check(options))
		return -EINVAL;
	card = calloc(1, sizeof(*card));
	if (!card)
		return -ENOMEM;
	card->options = *options;
	card->host = host;
	card->host_priv = host_priv;
	ret = make_parts(card);
	if (ret) {
		free(card);
		return ret;
	}
	*out = card;
	return 0;
}

/* Firmware first, it may be resetting engines; then those who run them */
void trn2_card_stop(struct trn2_card *card)
{
	trn2_firmware_stop(&card->firmware);
	emu_pool_stop(&card->pool);
}

void trn2_card_destroy(struct trn2_card *card)
{
	if (!card)
		return;
	trn2_card_stop(card);
	trn2_firmware_fini(&card->firmware);
	emu_pool_fini(&card->pool);
	for (unsigned int e = 0; e < TRN2_ENGINES; e++)
		udma_engine_fini(&card->engines[e]);
	free(card->engines);
	vfu_faults_fini(&card->faults);
	trn2_misc_ram_fini(&card->misc_ram);
	trn2_hbm_fini(&card->hbm);
	storage_fini(card->apb, TRN2_APB_SIZE);
	free(card);
}

void trn2_card_describe(struct trn2_card *card, struct vfu_options *options)
{
	const struct trn2_layout *layout = card->options.layout;

	*options = (struct vfu_options){
		.vendor = TRN2_PCI_VENDOR,
		.device = TRN2_PCI_DEVICE,
		.subsystem_vendor = TRN2_PCI_VENDOR,
		.subsystem = TRN2_PCI_DEVICE,
		.class_code = CLASS_CODE,
		.revision = layout->revision,
		.faults = &card->faults,
	};
	/* Bridges forward what is above 4 GiB only if it is called prefetchable */
	options->bars[layout->apb_bar] = (struct vfu_bar){
		.size = TRN2_APB_SIZE,
		.is_64bit = true,
		.prefetchable = true,
	};
	options->bars[TRN2_BAR_HBM] = (struct vfu_bar){
		.size = card->hbm.bar_size,
		.is_64bit = true,
		.prefetchable = true,
		.memory = &card->hbm.memory,
	};
}

void *trn2_card_hbm(struct trn2_card *card, unsigned int stack, uint64_t *size)
{
	if (size)
		*size = card->hbm.stack_size;
	return card->hbm.stacks[stack];
}

struct vfu_faults *trn2_card_faults(struct trn2_card *card)
{
	return &card->faults;
}

void trn2_card_reset(struct trn2_card *card)
{
	trn2_firmware_pci_reset(&card->firmware);
}

/* What is at an offset of a BAR: memory, or NULL and how far that goes */
static uint8_t *bar_memory(struct trn2_card *card, unsigned int bar,
			   uint64_t off, size_t *len)
{
	uint8_t *at;

	if (bar == TRN2_BAR_HBM)
		return trn2_hbm_at(&card->hbm, off, len);
	if (bar != card->options.layout->apb_bar)
		return NULL;
	at = trn2_apb_memory(card, off, len);
	if (!at && *len > 4 - off % 4)
		*len = 4 - off % 4;
	return at;
}

/*
 * Registers are 32 bits wide and so is their bus: narrower accesses do not get
 * an answer, wider ones are taken apart.
 */
static bool is_register(struct trn2_card *card, unsigned int bar, uint64_t off,
			size_t len)
{
	return bar == card->options.layout->apb_bar && len == 4 && off % 4 == 0;
}

int trn2_bar_read(struct trn2_card *card, unsigned int bar, uint64_t off,
		  void *buf, size_t len)
{
	uint8_t *to = buf;

	while (len) {
		size_t some = len;
		const uint8_t *from = bar_memory(card, bar, off, &some);
		uint32_t value;

		if (from) {
			memcpy(to, from, some);
		} else if (is_register(card, bar, off, some)) {
			value = trn2_apb_read(card, off);
			memcpy(to, &value, some);
		} else {
			memset(to, 0xff, some);
		}
		off += some;
		to += some;
		len -= some;
	}
	return 0;
}

int trn2_bar_write(struct trn2_card *card, unsigned int bar, uint64_t off,
		   const void *buf, size_t len)
{
	const uint8_t *from = buf;

	while (len) {
		size_t some = len;
		uint8_t *to = bar_memory(card, bar, off, &some);
		uint32_t value;

		if (to) {
			memcpy(to, from, some);
		} else if (is_register(card, bar, off, some)) {
			memcpy(&value, from, some);
			trn2_apb_write(card, off, value);
		}
		off += some;
		from += some;
		len -= some;
	}
	if (card->options.in_step)
		emu_pool_drain(&card->pool);
	return 0;
}
