/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests: a driver that makes channels and runs them, through the registers. */
#ifndef GA100_CHANBED_H
#define GA100_CHANBED_H

#include "testbed.h"

/* Where in video memory, and under the same virtual addresses */
#define CHAN_AREA	0x1000000ULL	/* CHAN_SIZE for each channel */
#define CHAN_SIZE	0x10000ULL
#define LIST_AREA	0x1e00000ULL
#define DATA		0x2000000ULL	/* DATA_SIZE for tests to copy */
#define DATA_SIZE	0x2000000ULL
#define HOST_VA		0x10000000ULL	/* host memory, HOST_LEN of it, in small pages */
#define HOST_LEN	0x400000ULL
#define NOWHERE		0x40000000ULL	/* a virtual address that means nothing */

#define GP_ENTRIES_LOG2	6

/**
 * struct chan - a channel
 * @bed: the card
 * @ce: copy engine, whose runlist it is on
 * @chid: its number; a group of its own has the same
 * @base: its part of CHAN_AREA
 * @gp_put: next entry
 * @begin: first word of the pushbuffer that is not in an entry yet
 * @end: first free word
 */
struct chan {
	struct bed *bed;
	unsigned int ce;
	unsigned int chid;
	uint64_t base;
	uint32_t gp_put;
	uint64_t begin;
	uint64_t end;
};

/** chan_bed() - for cmocka: a card whose engines are out of reset, and a space */
int chan_bed_setup(void **state);
#define CHAN_TEST(name)	cmocka_unit_test_setup_teardown(name, chan_bed_setup, bed_teardown)

/** chan_make() - an instance block and all; on no runlist yet */
struct chan chan_make(struct bed *bed, unsigned int ce, unsigned int chid);

/** chan_submit() - a runlist of these, each a group of its own; enables them */
void chan_submit(struct bed *bed, unsigned int ce, const struct chan *const *chans,
		 unsigned int n);
/** chan_submit_group() - likewise, all in one group */
void chan_submit_group(struct bed *bed, unsigned int ce, const struct chan *const *chans,
		       unsigned int n);
/** chan_one() - a channel that is all there is on its runlist */
struct chan chan_one(struct bed *bed, unsigned int ce);

uint64_t chan_inst(const struct chan *chan);
uint64_t chan_userd(const struct chan *chan);
/** chan_semaphore() - address of semaphore @i of the channel, 16 bytes each */
uint64_t chan_semaphore(const struct chan *chan, unsigned int i);
uint32_t chan_semaphore_value(const struct chan *chan, unsigned int i);
void chan_semaphore_set(const struct chan *chan, unsigned int i, uint32_t value);

uint32_t chan_ramfc(const struct chan *chan, uint32_t off);
void chan_set_ramfc(const struct chan *chan, uint32_t off, uint32_t value);
uint32_t chan_word(const struct chan *chan);
uint32_t chan_pbdma(const struct chan *chan, uint32_t off);
uint32_t chan_runlist(const struct chan *chan, uint32_t off);
uint32_t chan_lce(const struct chan *chan, uint32_t off);
void chan_set_word(const struct chan *chan, uint32_t value);
void chan_set_pbdma(const struct chan *chan, uint32_t off, uint32_t value);
void chan_set_runlist(const struct chan *chan, uint32_t off, uint32_t value);
void chan_set_lce(const struct chan *chan, uint32_t off, uint32_t value);

/** chan_push() - a word */
void chan_push(struct chan *chan, uint32_t word);
/** chan_method() - a header for one word, and the word */
void chan_method(struct chan *chan, uint32_t method, uint32_t data);
/** chan_release() - Host writes semaphore @i; @flags: GA100_SEM_* */
void chan_release(struct chan *chan, unsigned int i, uint32_t value, uint32_t flags);
void chan_acquire(struct chan *chan, unsigned int i, uint32_t value, uint32_t flags);
/** chan_copy() - a linear copy; @flags: COPY_LAUNCH_* */
void chan_copy(struct chan *chan, uint64_t dst, uint64_t src, uint32_t len, uint32_t flags);

/** chan_entry() - an entry as it is */
void chan_entry(struct chan *chan, uint32_t word0, uint32_t word1);
/** chan_segment() - what was pushed since the last one; @flags: for the two words */
void chan_segment(struct chan *chan, uint32_t flags0, uint32_t flags1);
/** chan_ring() - tell the card about all entries */
void chan_ring(const struct chan *chan);
/** chan_run() - segment, ring, and wait until nothing happens any more */
void chan_run(struct chan *chan);
void chan_settle(struct bed *bed);

void chan_fill(struct bed *bed, uint64_t at, size_t len, uint32_t seed);
/** chan_same() - is there what chan_fill() left there with this seed? */
bool chan_same(struct bed *bed, uint64_t at, size_t len, uint32_t seed);

#endif
