// SPDX-License-Identifier: GPL-2.0-only
/* The runlist in memory: groups of channels. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "ga100.h"

/**
 * struct list - a list being read
 * @words: its entries
 * @n: how many
 * @at: the next one
 * @error: GA100_BAD_TSG_*
 */
struct list {
	const uint32_t (*words)[4];
	unsigned int n;
	unsigned int at;
	uint8_t error;
};

static void add_channel(struct ga100_runlist *rl, const uint32_t *entry)
{
	/* There is one runqueue; a selector beyond it means the first one */
	rl->channels[rl->n_channels++] = (struct ga100_channel){
		.chid = entry[2] & GA100_RL_ID,
		.tsg = rl->n_tsgs,
		.inst = {
			.aperture = (enum ga100_aperture)GA100_RL_CHAN_INST_APERTURE(entry[0]),
			.offset = (uint64_t)entry[3] << 32 | (entry[2] & GA100_RL_CHAN_INST_LO),
		},
		.userd = {
			.aperture = (enum ga100_aperture)GA100_RL_CHAN_USERD_APERTURE(entry[0]),
			.offset = (uint64_t)(entry[1] & GA100_RL_CHAN_USERD_HI) << 32 |
				(entry[0] & GA100_RL_CHAN_USERD_LO),
		},
	};
}

static uint64_t slice_of(const uint32_t *header)
{
	uint64_t slice = (uint64_t)GA100_RL_TSG_TIMEOUT(header[0]) <<
		GA100_RL_TSG_SCALE(header[0]);

	return (slice ? slice : 1) * 1024;
}

/* One group: a header and the channels it promises. 0 or GA100_BAD_TSG_* */
static uint8_t take_tsg(struct ga100_runlist *rl, struct list *list)
{
	const uint32_t *header = list->words[list->at++];
	unsigned int length = GA100_RL_TSG_LENGTH(header[1]);
	struct ga100_tsg *tsg = &rl->tsgs[rl->n_tsgs];

	if (!(header[0] & GA100_RL_TYPE_TSG))
		return GA100_BAD_TSG_NOT_HEADER;
	if (!length)
		return GA100_BAD_TSG_ZERO_LENGTH;
	if (length > GA100_RL_TSG_LENGTH_MAX)
		return GA100_BAD_TSG_MAX_LENGTH;
	*tsg = (struct ga100_tsg){
		.id = header[2] & GA100_RL_ID,
		.slice = slice_of(header),
		.first = rl->n_channels,
		.count = length,
	};
	for (unsigned int i = 0; i < length; i++) {
		if (list->at == list->n)
			return GA100_BAD_TSG_OVERFLOW;
		if (list->words[list->at][0] & GA100_RL_TYPE_TSG)
			return GA100_BAD_TSG_NOT_CHANNEL;
		add_channel(rl, list->words[list->at++]);
	}
	rl->n_tsgs++;
	return 0;
}

static void clear(struct ga100_runlist *rl)
{
	free(rl->tsgs);
	free(rl->channels);
	rl->tsgs = NULL;
	rl->channels = NULL;
	rl->n_tsgs = 0;
	rl->n_channels = 0;
	rl->tsg = 0;
	rl->channel = 0;
	rl->slice_end = 0;
	rl->expired = false;
	rl->retry = 0;
}

/* Groups before a bad one are served */
static void parse(struct ga100_engine *engine, struct list *list)
{
	struct ga100_runlist *rl = &engine->runlist;

	rl->tsgs = calloc(list->n, sizeof(*rl->tsgs));
	rl->channels = calloc(list->n, sizeof(*rl->channels));
	if (!rl->tsgs || !rl->channels) {
		clear(rl);
		return;
	}
	while (list->at < list->n && !list->error)
		list->error = take_tsg(rl, list);
	if (!list->error)
		return;
	ga100_set_word(rl->reg, GA100_RUNLIST_BAD_TSG, list->error);
	ga100_runlist_interrupt(engine, GA100_RUNLIST_INTR_BAD_TSG);
}

static void set_nacked(struct ga100_engine *engine, bool nacked)
{
	_Atomic uint32_t *info = &engine->runlist.reg[GA100_RUNLIST_INFO / 4];

	if (nacked)
		atomic_fetch_or(info, GA100_RUNLIST_INFO_NACKED);
	else
		atomic_fetch_and(info, ~GA100_RUNLIST_INFO_NACKED);
}

static void read_list(struct ga100_engine *engine, struct ga100_addr base, unsigned int n)
{
	uint32_t (*words)[4] = calloc(n ? n : 1, sizeof(*words));
	struct list list = { .words = (const uint32_t (*)[4])words, .n = n };
	int ret = -1;

	clear(&engine->runlist);
	if (words)
		ret = n ? ga100_mem_read(engine->card, base, words, n * sizeof(*words)) : 0;
	set_nacked(engine, ret);
	if (!ret && n)
		parse(engine, &list);
	free(words);
}

void ga100_list_take(struct ga100_engine *engine)
{
	struct ga100_runlist *rl = &engine->runlist;
	struct ga100_addr base;
	uint32_t submit;

	/* From here on, another submission asks to be read as well */
	pthread_mutex_lock(&rl->submit_lock);
	base = rl->base;
	submit = rl->submit;
	rl->reading = true;
	pthread_mutex_unlock(&rl->submit_lock);
	base.offset += (uint64_t)(submit >> GA100_RUNLIST_SUBMIT_OFFSET_SHIFT) *
		GA100_RL_ENTRY_SIZE;
	read_list(engine, base, submit & GA100_RUNLIST_SUBMIT_LENGTH);
	pthread_mutex_lock(&rl->submit_lock);
	if (rl->reading)
		atomic_fetch_and(&rl->reg[GA100_RUNLIST_SUBMIT_INFO / 4],
				 ~GA100_RUNLIST_SUBMIT_PENDING);
	pthread_mutex_unlock(&rl->submit_lock);
}

void ga100_list_clear(struct ga100_engine *engine)
{
	clear(&engine->runlist);
}
