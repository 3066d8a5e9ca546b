// SPDX-License-Identifier: GPL-2.0-only
#include "chanbed.h"

#define USERD_OFF	0x1000
#define GPFIFO_OFF	0x2000
#define SEMAPHORE_OFF	0x3000
#define PUSH_OFF	0x4000
#define LAUNCH		(COPY_LAUNCH_TRANSFER_NON_PIPELINED | COPY_LAUNCH_FLUSH | \
			 COPY_LAUNCH_SRC_PITCH | COPY_LAUNCH_DST_PITCH)

static uint32_t *vram(struct bed *bed, uint64_t at)
{
	return (uint32_t *)(bed->card->vram.at + at);
}

static void put(struct bed *bed, uint64_t at, uint32_t value)
{
	assert_int_equal(ga100_mem_write(bed->card, bed_vram(at), &value, sizeof(value)), 0);
}

static uint32_t get(struct bed *bed, uint64_t at)
{
	uint32_t value;

	assert_int_equal(ga100_mem_read(bed->card, bed_vram(at), &value, sizeof(value)), 0);
	return value;
}

int chan_bed_setup(void **state)
{
	struct bed *bed;

	bed_setup(state);
	bed = *state;
	bed_space(bed);
	for (uint64_t at = CHAN_AREA; at < DATA + DATA_SIZE; at += 2 << 20)
		bed_map(bed, at, bed_vram(at), 21, 0);
	bed_map_range(bed, HOST_VA, bed_host(0), HOST_LEN);
	bed_set_reg(bed, GA100_PMC_DEVICE_ENABLE, 0xffffffff);
	for (unsigned int i = 0; i < GA100_CES; i++)
		bed_set_reg(bed, GA100_RUNLIST_BASE(i) + GA100_RUNLIST_VCHANNEL(0),
			    GA100_RUNLIST_VCHANNEL_DOORBELL | GA100_RUNLIST_VCHANNEL_INIT);
	return 0;
}

uint64_t chan_inst(const struct chan *chan)
{
	return chan->base;
}

uint64_t chan_userd(const struct chan *chan)
{
	return chan->base + USERD_OFF;
}

struct chan chan_make(struct bed *bed, unsigned int ce, unsigned int chid)
{
	struct chan chan = { .bed = bed, .ce = ce, .chid = chid };

	chan.base = CHAN_AREA + CHAN_SIZE * (GA100_CES * chid + ce);
	assert_true(chan.base < LIST_AREA);
	chan.begin = chan.end = chan.base + PUSH_OFF;
	memset(vram(bed, chan.base), 0, CHAN_SIZE);
	memcpy(vram(bed, chan_inst(&chan) + GA100_INST_PDB_LO),
	       vram(bed, BED_INST + GA100_INST_PDB_LO), 8);
	chan_set_ramfc(&chan, GA100_RAMFC_SIGNATURE, GA100_SIGNATURE_VALID);
	chan_set_ramfc(&chan, GA100_RAMFC_GP_BASE, chan.base + GPFIFO_OFF);
	chan_set_ramfc(&chan, GA100_RAMFC_GP_BASE_HI,
		       GP_ENTRIES_LOG2 << GA100_GP_BASE_HI_LIMIT2_SHIFT);
	chan_set_ramfc(&chan, GA100_RAMFC_PB_HEADER, GA100_PB_HEADER_INIT);
	chan_set_ramfc(&chan, GA100_RAMFC_SUBDEVICE, GA100_SUBDEVICE_ID | GA100_SUBDEVICE_ACTIVE |
		       GA100_SUBDEVICE_DMA_ENABLE);
	chan_set_ramfc(&chan, GA100_RAMFC_TARGET, GA100_TARGET_CE_CTX_VALID);
	chan_set_ramfc(&chan, GA100_RAMFC_CONFIG, GA100_CONFIG_USERD_WRITEBACK);
	chan_set_ramfc(&chan, GA100_RAMFC_INTR_NOTIFY,
		       GA100_INTR_NOTIFY_CPU | GA100_CE_NONSTALL_VECTOR(ce));
	return chan;
}

static void put_group(struct bed *bed, uint64_t at, unsigned int id, unsigned int length)
{
	put(bed, at, GA100_RL_TYPE_TSG | GA100_RL_TSG_SCALE_INIT << GA100_RL_TSG_SCALE_SHIFT |
	    (uint32_t)GA100_RL_TSG_TIMEOUT_INIT << GA100_RL_TSG_TIMEOUT_SHIFT);
	put(bed, at + 4, length);
	put(bed, at + 8, id);
	put(bed, at + 12, 0);
}

static void put_channel(struct bed *bed, uint64_t at, const struct chan *chan)
{
	put(bed, at, chan_userd(chan));
	put(bed, at + 4, 0);
	put(bed, at + 8, chan_inst(chan) | chan->chid);
	put(bed, at + 12, 0);
}

static void submit(struct bed *bed, unsigned int ce, unsigned int entries)
{
	uint32_t base = GA100_RUNLIST_BASE(ce);

	bed_set_reg(bed, base + GA100_RUNLIST_SUBMIT_BASE_LO, LIST_AREA + 0x10000 * ce);
	bed_set_reg(bed, base + GA100_RUNLIST_SUBMIT_BASE_HI, 0);
	bed_set_reg(bed, base + GA100_RUNLIST_SUBMIT, entries);
	chan_settle(bed);
}

static void enable(const struct chan *const *chans, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		chan_set_word(chans[i], GA100_CHRAM_UPDATE_ENABLE);
}

void chan_submit(struct bed *bed, unsigned int ce, const struct chan *const *chans, unsigned int n)
{
	uint64_t at = LIST_AREA + 0x10000 * ce;

	for (unsigned int i = 0; i < n; i++) {
		put_group(bed, at + 32 * i, chans[i]->chid, 1);
		put_channel(bed, at + 32 * i + 16, chans[i]);
	}
	submit(bed, ce, 2 * n);
	enable(chans, n);
}

void chan_submit_group(struct bed *bed, unsigned int ce, const struct chan *const *chans,
		       unsigned int n)
{
	uint64_t at = LIST_AREA + 0x10000 * ce;

	put_group(bed, at, chans[0]->chid, n);
	for (unsigned int i = 0; i < n; i++)
		put_channel(bed, at + 16 * (i + 1), chans[i]);
	submit(bed, ce, n + 1);
	enable(chans, n);
}

struct chan chan_one(struct bed *bed, unsigned int ce)
{
	struct chan chan = chan_make(bed, ce, 5);
	const struct chan *all[] = { &chan };

	chan_submit(bed, ce, all, 1);
	return chan;
}

uint64_t chan_semaphore(const struct chan *chan, unsigned int i)
{
	return chan->base + SEMAPHORE_OFF + 16 * i;
}

uint32_t chan_semaphore_value(const struct chan *chan, unsigned int i)
{
	return get(chan->bed, chan_semaphore(chan, i));
}

void chan_semaphore_set(const struct chan *chan, unsigned int i, uint32_t value)
{
	put(chan->bed, chan_semaphore(chan, i), value);
}

uint32_t chan_ramfc(const struct chan *chan, uint32_t off)
{
	return get(chan->bed, chan_inst(chan) + off);
}

void chan_set_ramfc(const struct chan *chan, uint32_t off, uint32_t value)
{
	put(chan->bed, chan_inst(chan) + off, value);
}

static uint32_t word_at(const struct chan *chan)
{
	return GA100_CHRAM_BASE(chan->ce) + GA100_CHRAM_CHANNEL(chan->chid);
}

uint32_t chan_word(const struct chan *chan)
{
	return bed_reg(chan->bed, word_at(chan));
}

void chan_set_word(const struct chan *chan, uint32_t value)
{
	bed_set_reg(chan->bed, word_at(chan), value);
}

uint32_t chan_pbdma(const struct chan *chan, uint32_t off)
{
	return bed_reg(chan->bed, GA100_PBDMA_BASE(chan->ce) + off);
}

void chan_set_pbdma(const struct chan *chan, uint32_t off, uint32_t value)
{
	bed_set_reg(chan->bed, GA100_PBDMA_BASE(chan->ce) + off, value);
}

uint32_t chan_runlist(const struct chan *chan, uint32_t off)
{
	return bed_reg(chan->bed, GA100_RUNLIST_BASE(chan->ce) + off);
}

void chan_set_runlist(const struct chan *chan, uint32_t off, uint32_t value)
{
	bed_set_reg(chan->bed, GA100_RUNLIST_BASE(chan->ce) + off, value);
}

static uint32_t lce_at(const struct chan *chan, uint32_t off)
{
	return GA100_LCE + GA100_LCE_STRIDE * GA100_CE_INSTANCE(chan->ce) + off;
}

uint32_t chan_lce(const struct chan *chan, uint32_t off)
{
	return bed_reg(chan->bed, lce_at(chan, off));
}

void chan_set_lce(const struct chan *chan, uint32_t off, uint32_t value)
{
	bed_set_reg(chan->bed, lce_at(chan, off), value);
}

void chan_push(struct chan *chan, uint32_t word)
{
	assert_true(chan->end < chan->base + CHAN_SIZE);
	put(chan->bed, chan->end, word);
	chan->end += 4;
}

static uint32_t header(unsigned int op, unsigned int count, unsigned int subch, uint32_t method)
{
	return (uint32_t)op << GA100_PB_OP_SHIFT | count << GA100_PB_COUNT_SHIFT |
		subch << GA100_PB_SUBCH_SHIFT | method / 4;
}

void chan_method(struct chan *chan, uint32_t method, uint32_t data)
{
	chan_push(chan, header(GA100_PB_OP_INC, 1, GA100_SUBCH_COPY, method));
	chan_push(chan, data);
}

static void semaphore(struct chan *chan, unsigned int i, uint32_t value, uint32_t execute)
{
	uint64_t at = chan_semaphore(chan, i);

	chan_push(chan, header(GA100_PB_OP_INC, 5, GA100_SUBCH_COPY, GA100_METHOD_SEM_ADDR_LO));
	chan_push(chan, (uint32_t)at);
	chan_push(chan, at >> 32);
	chan_push(chan, value);
	chan_push(chan, 0);
	chan_push(chan, execute);
}

void chan_release(struct chan *chan, unsigned int i, uint32_t value, uint32_t flags)
{
	semaphore(chan, i, value, GA100_SEM_RELEASE | flags);
}

void chan_acquire(struct chan *chan, unsigned int i, uint32_t value, uint32_t flags)
{
	semaphore(chan, i, value, flags);
}

void chan_copy(struct chan *chan, uint64_t dst, uint64_t src, uint32_t len, uint32_t flags)
{
	chan_push(chan, header(GA100_PB_OP_INC, 4, GA100_SUBCH_COPY, COPY_OFFSET_IN_UPPER));
	chan_push(chan, src >> 32);
	chan_push(chan, (uint32_t)src);
	chan_push(chan, dst >> 32);
	chan_push(chan, (uint32_t)dst);
	chan_method(chan, COPY_LINE_LENGTH_IN, len);
	chan_method(chan, COPY_LAUNCH_DMA, LAUNCH | flags);
}

void chan_entry(struct chan *chan, uint32_t word0, uint32_t word1)
{
	uint64_t at = chan->base + GPFIFO_OFF + GA100_GP_ENTRY_SIZE * chan->gp_put;

	put(chan->bed, at, word0);
	put(chan->bed, at + 4, word1);
	chan->gp_put = (chan->gp_put + 1) % (1u << GP_ENTRIES_LOG2);
}

void chan_segment(struct chan *chan, uint32_t flags0, uint32_t flags1)
{
	uint32_t words = (chan->end - chan->begin) / 4;

	chan_entry(chan, (uint32_t)chan->begin | flags0,
		   chan->begin >> 32 | words << GA100_GP_ENTRY1_LENGTH_SHIFT | flags1);
	chan->begin = chan->end;
}

void chan_ring(const struct chan *chan)
{
	put(chan->bed, chan_userd(chan) + GA100_USERD_GP_PUT, chan->gp_put);
	bed_set_reg(chan->bed, GA100_USERMODE_DOORBELL, GA100_DOORBELL(chan->ce, chan->chid));
}

void chan_settle(struct bed *bed)
{
	emu_pool_drain(&bed->card->pool);
}

void chan_run(struct chan *chan)
{
	chan_segment(chan, 0, 0);
	chan_ring(chan);
	chan_settle(chan->bed);
}

void chan_fill(struct bed *bed, uint64_t at, size_t len, uint32_t seed)
{
	uint8_t *to = bed->card->vram.at + at;

	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)((i * 2654435761u >> 13) + seed);
}

bool chan_same(struct bed *bed, uint64_t at, size_t len, uint32_t seed)
{
	const uint8_t *is = bed->card->vram.at + at;

	for (size_t i = 0; i < len; i++)
		if (is[i] != (uint8_t)((i * 2654435761u >> 13) + seed))
			return false;
	return true;
}
