// SPDX-License-Identifier: GPL-2.0-only
/* The model as gantry-emu starts it. */
#include "../model.h"
#include "card.h"
#include "fault.h"
#include "layout.h"

#define WORKERS_MAX	256u

static const char *set_layout(void *options, const char *text)
{
	struct trn2_options *o = options;

	o->layout = trn2_layout_find(text);
	return o->layout ? NULL : "it is silicon or rev255";
}

static const char *set_hbm(void *options, const char *text)
{
	struct trn2_options *o = options;
	const char *problem = emu_parse_size(text, &o->hbm_size);

	return !problem && !o->hbm_size ? "a card has some memory" : problem;
}

static const char *set_serial(void *options, const char *text)
{
	struct trn2_options *o = options;

	return emu_parse_number(text, &o->serial);
}

static const char *set_index(void *options, const char *text)
{
	struct trn2_options *o = options;

	return emu_parse_index(text, TRN2_INDEX_MAX, &o->index);
}

static const char *set_workers(void *options, const char *text)
{
	struct trn2_options *o = options;
	const char *problem = emu_parse_index(text, WORKERS_MAX, &o->workers);

	return problem || (o->workers && o->workers <= WORKERS_MAX) ? problem : "it is 1 to 256";
}

static const char *set_in_step(void *options, const char *text)
{
	struct trn2_options *o = options;

	(void)text;
	o->in_step = true;
	return NULL;
}

static const struct emu_option own[] = {
	{ "layout", "LAYOUT", "silicon or rev255 (default: rev255)", set_layout },
	{ "hbm", "SIZE", "device memory in all, with K, M, G (default: 4G;\n"
	  "silicon: 96G, which drivers take for granted)", set_hbm },
	{ "serial", "N", "serial number (default: made from the index)", set_serial },
	{ "index", "N", "position in the server, 0 to 31 (default: 0)", set_index },
	{ "workers", "N", "most threads that copy (default: one a CPU)", set_workers },
	{ "in-step", NULL, "finish what a register write starts before it returns,\n"
	  "for whoever counts the guest's instructions", set_in_step },
	{ 0 },
};

static const char *complete(void *options)
{
	struct trn2_options *o = options;

	if (!o->layout)
		o->layout = trn2_layout_find("rev255");
	if (!o->hbm_size)
		o->hbm_size = o->layout->hbm_default;
	if (!o->serial)
		o->serial = 0x7364000000000001ULL + o->index;
	return trn2_options_check(o);
}

static void list_faults(struct vfu_faults *faults)
{
	trn2_faults_init(faults, NULL);
}

static int create(const void *options, const struct emu_host *host, void *host_priv, void **out)
{
	struct trn2_card *card;
	int ret = trn2_card_create(options, host, host_priv, &card);

	if (!ret)
		*out = card;
	return ret;
}

static void stop(void *card)
{
	trn2_card_stop(card);
}

static void destroy(void *card)
{
	trn2_card_destroy(card);
}

static void describe(void *card, struct vfu_options *options)
{
	trn2_card_describe(card, options);
}

static struct vfu_faults *faults_of(void *card)
{
	return trn2_card_faults(card);
}

static int bar_read(void *card, unsigned int bar, uint64_t off, void *buf, size_t len)
{
	return trn2_bar_read(card, bar, off, buf, len);
}

static int bar_write(void *card, unsigned int bar, uint64_t off, const void *buf, size_t len)
{
	return trn2_bar_write(card, bar, off, buf, len);
}

static void reset(void *card)
{
	trn2_card_reset(card);
}

const struct emu_model trn2_model = {
	.name = "trainium2",
	.summary = "AWS Trainium2",
	.options = own,
	.options_size = sizeof(struct trn2_options),
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
