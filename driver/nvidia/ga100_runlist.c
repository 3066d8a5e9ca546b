// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runlists: what the card says of its copy engines, the lists of channels that they
 * serve, and how a channel is put on one and taken off again. Every channel is in a
 * time-slice group of its own, with the same number.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/io.h>
#include <linux/iopoll.h>

#include "../gantry_device.h"
#include "../gantry_ring.h"
#include "ga100.h"
#include "ga100_host_regs.h"
#include "ga100_regs.h"

/*
 * A channel lets go of its engine within one copy. Who waits too short a time resets a
 * card that is well, so this is far more than it takes.
 */
#define GA100_PREEMPT_US	USEC_PER_SEC

static_assert(GA100_RUNLISTS_MAX <= GANTRY_MAX_ENGINES);

/* Slices of time: about a millisecond, which is what hardware begins with, or an eighth. */
#define GA100_SLICE_NORMAL	GA100_RL_TSG_TIMEOUT_INIT
#define GA100_SLICE_LOW		(GA100_RL_TSG_TIMEOUT_INIT / 8)

/**
 * struct ga100_engine - one engine, as the topology registers describe it
 * @type: GA100_PTOP_TYPE_*
 * @instance: among those of its type
 * @reset: its bit in GA100_PMC_DEVICE_ENABLE
 * @runlist: where the registers of its runlist are, 0: it has none
 * @id: among the engines of its runlist
 */
struct ga100_engine {
	u32 type;
	u32 instance;
	u32 reset;
	u32 runlist;
	u32 id;
};

/* Read the description that starts at word *@i, and go on to the next. */
static struct ga100_engine ga100_top_read(struct ga100_card *card, u32 count, u32 *i)
{
	struct ga100_engine engine = { .type = U32_MAX };
	u32 word = 0;
	u32 value;

	do {
		value = readl(card->regs + GA100_PTOP_INFO((*i)++));
		if (word == 0) {
			engine.type = GA100_PTOP_0_TYPE(value);
			engine.instance = GA100_PTOP_0_INSTANCE(value);
		} else if (word == 1) {
			engine.reset = GA100_PTOP_1_RESET(value);
		} else if (word == 2) {
			engine.runlist = GA100_PTOP_2_RUNLIST(value);
			engine.id = GA100_PTOP_2_ENGINE(value);
		}
		word++;
	} while (*i < count && value & GA100_PTOP_CHAIN);
	return engine;
}

/* Would our channels be served with something else than copies? */
static bool ga100_runlist_shared(struct ga100_card *card, u32 count, u32 runlist)
{
	u32 i = 0;

	while (i < count) {
		struct ga100_engine engine = ga100_top_read(card, count, &i);

		if (engine.runlist == runlist && engine.type != GA100_PTOP_TYPE_COPY)
			return true;
	}
	return false;
}

static bool ga100_runlist_known(struct ga100_card *card, u32 runlist)
{
	u32 i;

	for (i = 0; i < card->runlist_count; i++)
		if (card->runlists[i].regs == card->regs + runlist)
			return true;
	return false;
}

static int ga100_runlist_add(struct ga100_card *card, const struct ga100_engine *engine)
{
	struct ga100_runlist *runlist = &card->runlists[card->runlist_count];
	u32 channels, pbdma;

	runlist->index = card->runlist_count;
	runlist->regs = card->regs + engine->runlist;
	runlist->engine = card->regs + GA100_LCE + GA100_LCE_STRIDE * engine->instance;
	runlist->engine_id = engine->id;
	runlist->reset = engine->reset;
	channels = readl(runlist->regs + GA100_RUNLIST_CHANNEL_CONFIG);
	pbdma = readl(runlist->regs + GA100_RUNLIST_PBDMA_CONFIG(0));
	if (!(pbdma & GA100_RUNLIST_PBDMA_VALID) ||
	    1 << GA100_RUNLIST_CHANNELS_LOG2(channels) < GA100_RING_COUNT)
		return -ENODEV;
	runlist->channels = card->regs + GA100_RUNLIST_CHRAM(channels);
	runlist->pbdma = card->regs + GA100_RUNLIST_PBDMA(pbdma);
	runlist->doorbell = GA100_RUNLIST_DOORBELL_ID(readl(runlist->regs +
							       GA100_RUNLIST_DOORBELL_CONFIG));
	runlist->vector = readl(runlist->engine + GA100_LCE_VECTOR_NOTIFY) &
			  GA100_INTR_NOTIFY_VECTOR;
	card->runlist_count++;
	return 0;
}

/**
 * ga100_runlists_find - find the copy engines that serve nothing but copies
 * @card: its registers can be read
 *
 * Return: 0, or -ENODEV: there are none.
 */
int ga100_runlists_find(struct ga100_card *card)
{
	u32 count = GA100_PTOP_CFG_ROWS(readl(card->regs + GA100_PTOP_CFG));
	u32 i = 0;
	int ret;

	while (i < count && card->runlist_count < GA100_RUNLISTS_MAX) {
		struct ga100_engine engine = ga100_top_read(card, count, &i);

		if (engine.type != GA100_PTOP_TYPE_COPY || !engine.runlist ||
		    ga100_runlist_known(card, engine.runlist) ||
		    ga100_runlist_shared(card, count, engine.runlist))
			continue;
		ret = ga100_runlist_add(card, &engine);
		if (ret)
			return ret;
	}
	return card->runlist_count ? 0 : -ENODEV;
}

static void ga100_entry_write(void __iomem *entry, u32 word0, u32 word1, u32 word2, u32 word3)
{
	writel(word0, entry);
	writel(word1, entry + 4);
	writel(word2, entry + 8);
	writel(word3, entry + 12);
}

static u32 ga100_tsg_header(const struct gantry_ring *ring)
{
	u32 slice = ring->priority == DRM_GANTRY_PRIORITY_NORMAL ? GA100_SLICE_NORMAL :
								   GA100_SLICE_LOW;

	return GA100_RL_TYPE_TSG | GA100_RL_TSG_SCALE_INIT << GA100_RL_TSG_SCALE_SHIFT |
	       slice << GA100_RL_TSG_TIMEOUT_SHIFT;
}

/* Write the channels that are listed; returns the number of entries. */
static u32 ga100_runlist_write(struct ga100_card *card, struct ga100_runlist *runlist,
			       void __iomem *list)
{
	u32 count = 0;
	u32 i;

	for (i = runlist->index; i < GA100_RING_COUNT; i += card->runlist_count) {
		struct gantry_ring *ring;
		struct ga100_ring *aring;

		/* There is no ring at all when the card is brought up first. */
		if (!test_bit(i, card->listed))
			continue;
		ring = card->gdev->rings[i];
		/* One that did not stop on a card that failed, and whose queue has gone. */
		if (!ring)
			continue;
		aring = ring->priv;
		ga100_entry_write(list + GA100_RL_ENTRY_SIZE * count++,
				  ga100_tsg_header(ring), 1, i, 0);
		ga100_entry_write(list + GA100_RL_ENTRY_SIZE * count++,
				  aring->userd_page, 0, aring->inst_page | i, 0);
	}
	ga100_vram_flush(card);
	return count;
}

/* Give the card the list of channels that it is to serve. */
static int ga100_runlist_submit(struct ga100_card *card, struct ga100_runlist *runlist)
{
	u32 addr = GA100_VRAM_RUNLIST(runlist->index, runlist->half);
	u32 count = ga100_runlist_write(card, runlist, card->reserved + addr);

	runlist->half ^= 1;
	writel(addr | GA100_APERTURE_VRAM, runlist->regs + GA100_RUNLIST_SUBMIT_BASE_LO);
	writel(0, runlist->regs + GA100_RUNLIST_SUBMIT_BASE_HI);
	writel(count, runlist->regs + GA100_RUNLIST_SUBMIT);
	return ga100_wait_clear(runlist->regs + GA100_RUNLIST_SUBMIT_INFO,
				GA100_RUNLIST_SUBMIT_PENDING, GA100_ANSWER_US);
}

/**
 * ga100_runlists_init - set up runlists after a reset, empty
 * @card: whose
 *
 * Return: 0, -ETIMEDOUT or -EIO.
 */
int ga100_runlists_init(struct ga100_card *card)
{
	u32 i;
	int ret;

	bitmap_zero(card->listed, GA100_RING_COUNT);
	for (i = 0; i < card->runlist_count; i++) {
		struct ga100_runlist *runlist = &card->runlists[i];
		u32 config = readl(runlist->regs + GA100_RUNLIST_VCHANNEL(0));

		writel(config | GA100_RUNLIST_VCHANNEL_DOORBELL,
		       runlist->regs + GA100_RUNLIST_VCHANNEL(0));
		ret = ga100_runlist_submit(card, runlist);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * ga100_channel_start - have a channel served
 * @card: whose
 * @runlist: the channel's
 * @channel: its instance block was written
 *
 * Return: 0, -ETIMEDOUT or -EIO.
 */
int ga100_channel_start(struct ga100_card *card, struct ga100_runlist *runlist, u32 channel)
{
	int ret;

	/* What it was and what befell it is over. */
	writel(GA100_CHRAM_UPDATE_CLEAR, runlist->channels + GA100_CHRAM_CHANNEL(channel));
	__set_bit(channel, card->listed);
	ret = ga100_runlist_submit(card, runlist);
	if (ret)
		return ret;
	writel(GA100_CHRAM_UPDATE_ENABLE, runlist->channels + GA100_CHRAM_CHANNEL(channel));
	writel(channel, runlist->regs + GA100_RUNLIST_INTERNAL_DOORBELL);
	return 0;
}

static int ga100_preempt_wait(struct ga100_runlist *runlist)
{
	return ga100_wait_clear(runlist->regs + GA100_RUNLIST_PREEMPT,
				GA100_RUNLIST_PREEMPT_TSG_PENDING, GA100_PREEMPT_US);
}

/* Reset a copy engine that does not let go of its channel, which loses what it did. */
static void ga100_engine_reset(struct ga100_card *card, struct ga100_runlist *runlist)
{
	void __iomem *enable = card->regs + GA100_PMC_DEVICE_ENABLE;
	u32 engines = readl(enable);
	u32 value;

	writel(GA100_LCE_ENGCTL_STALLREQ, runlist->engine + GA100_LCE_ENGCTL);
	/* One that does not answer is reset all the same. */
	(void)readl_poll_timeout(runlist->engine + GA100_LCE_ENGCTL, value,
				 value & GA100_LCE_ENGCTL_STALLACK, 10, GA100_PREEMPT_US);
	writel(engines & ~BIT(runlist->reset), enable);
	readl(enable);
	writel(engines, enable);
	readl(enable);
}

/* Is a channel still on the engine or on the unit that reads its pushbuffer? */
static bool ga100_channel_on(struct ga100_runlist *runlist, u32 channel)
{
	return readl(runlist->channels + GA100_CHRAM_CHANNEL(channel)) &
	       (GA100_CHRAM_ON_PBDMA | GA100_CHRAM_ON_ENG);
}

/**
 * ga100_channel_stop - take a channel off its engine
 * @card: whose
 * @runlist: the channel's
 * @channel: which
 *
 * The steps are those of "Channel Teardown Sequence" in the published dev_runlist.
 *
 * Return: 0: the card touches no memory for it any more; -ETIMEDOUT or -EIO.
 */
int ga100_channel_stop(struct ga100_card *card, struct ga100_runlist *runlist, u32 channel)
{
	struct ga100_errors errors;
	int ret;

	/* A card that has gone will not get there. */
	if (readl(card->regs + GA100_PMC_BOOT_0) == U32_MAX)
		return -EIO;
	writel(GA100_CHRAM_UPDATE_DISABLE, runlist->channels + GA100_CHRAM_CHANNEL(channel));
	/* Later it cannot be told whose they are. */
	errors = ga100_errors_read(runlist, channel);
	writel(GA100_RUNLIST_PREEMPT_TSG << GA100_RUNLIST_PREEMPT_TYPE_SHIFT | channel,
	       runlist->regs + GA100_RUNLIST_PREEMPT);
	/* An error that nobody has seen to would hold it up, or the next on the engine. */
	ga100_errors_clear(runlist, &errors);
	ret = ga100_preempt_wait(runlist);
	if (ret && ga100_engine_serves(runlist, channel)) {
		ga100_engine_reset(card, runlist);
		errors = ga100_errors_read(runlist, channel);
		ga100_errors_clear(runlist, &errors);
		ret = ga100_preempt_wait(runlist);
	}
	if (ret)
		return ret;
	if (ga100_channel_on(runlist, channel))
		return -EIO;
	__clear_bit(channel, card->listed);
	return ga100_runlist_submit(card, runlist);
}
