// SPDX-License-Identifier: GPL-2.0-only
/* The model as gantry-emu starts it. */
#include <string.h>

#include "../model.h"
#include "card.h"
#include "fault.h"

static const char *set_vram(void *options, const char *text)
{
	struct ga100_options *o = options;
	const char *problem = emu_parse_size(text, &o->vram_size);

	return !problem && !o->vram_size ? "a card has some memory" : problem;
}

static const char *set_bar1(void *options, const char *text)
{
	struct ga100_options *o = options;

	o->bar1_translated = !strcmp(text, "translated");
	return o->bar1_translated || !strcmp(text, "mapped") ? NULL : "it is mapped or translated";
}

static const char *set_serial(void *options, const char *text)
{
	struct ga100_options *o = options;

	return emu_parse_number(text, &o->serial);
}

static const char *set_index(void *options, const char *text)
{
	struct ga100_options *o = options;

	return emu_parse_index(text, GA100_INDEX_MAX, &o->index);
}

static const char *set_in_step(void *options, const char *text)
{
	struct ga100_options *o = options;

	(void)text;
	o->in_step = true;
	return NULL;
}

static const struct emu_option own[] = {
	{ "vram", "SIZE", "video memory, with K, M, G (default: 4G)", set_vram },
	{ "bar1", "HOW", "mapped: BAR 1 is video memory, at the speed of memory.\n"
	  "translated: page tables decide what it is, and each\n"
	  "access is a message (default: mapped)", set_bar1 },
	{ "serial", "N", "serial number (default: made from the index)", set_serial },
	{ "index", "N", "position in the machine, 0 to 31 (default: 0)", set_index },
	{ "in-step", NULL, "finish what a register write starts before it returns,\n"
	  "for whoever counts the guest's instructions", set_in_step },
	{ 0 },
};

static const char *complete(void *options)
{
	struct ga100_options *o = options;

	if (!o->vram_size)
		o->vram_size = GA100_VRAM_DEFAULT;
	if (!o->serial)
		o->serial = 0x20b0000000000001ULL + o->index;
	return ga100_options_check(o);
}

static void list_faults(struct vfu_faults *faults)
{
	ga100_faults_init(faults, NULL);
}

static int create(const void *options, const struct emu_host *host, void *host_priv, void **out)
{
	struct ga100 *card;
	int ret = ga100_create(options, host, host_priv, &card);

	if (!ret)
		*out = card;
	return ret;
}

static void stop(void *card)
{
	ga100_stop(card);
}

static void destroy(void *card)
{
	ga100_destroy(card);
}

static void describe(void *card, struct vfu_options *options)
{
	ga100_describe(card, options);
}

static struct vfu_faults *faults_of(void *card)
{
	return ga100_faults(card);
}

static int bar_read(void *card, unsigned int bar, uint64_t off, void *buf, size_t len)
{
	return ga100_bar_read(card, bar, off, buf, len);
}

static int bar_write(void *card, unsigned int bar, uint64_t off, const void *buf, size_t len)
{
	return ga100_bar_write(card, bar, off, buf, len);
}

static void reset(void *card)
{
	ga100_reset(card);
}

const struct emu_model ga100_model = {
	.name = "a100",
	.summary = "NVIDIA A100 (GA100)",
	.options = own,
	.options_size = sizeof(struct ga100_options),
	.complete = complete,
	.list_faults = list_faults,
	.create = create,
	.stop = stop,
	.destroy = destroy,
	.describe = describe,
	.faults = faults_of,
	.bar_read = bar_read,
	.bar_write = bar_write,
	.reset = reset,
};
