// SPDX-License-Identifier: GPL-2.0-only
/*
 * An A100: a channel a ring, each on a copy engine of its own, written as
 * driver/nvidia/ga100_ring.c writes them. Buffers are contiguous to it, whatever lies
 * behind their addresses.
 */
#include "chip.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "../../driver/nvidia/copy_class.h"
#include "../../driver/nvidia/copy_encode.h"
#include "../../driver/nvidia/ga100_host_regs.h"
#include "ga100/tables.h"
#include "ga100/topology.h"

/* In video memory */
#define INSTANCE(ring)	((1ull << 20) + (ring) * 4096ull)
#define USERD(ring)	((1ull << 20) + 0x10000 + (ring) * 4096ull)
#define RUNLIST(ring)	((1ull << 20) + 0x20000 + (ring) * 4096ull)
#define TABLES		(2ull << 20)
#define BUFFERS		(64ull << 20)
#define SIDE		(1ull << 30)	/* of the buffers */

/* Virtual addresses; those of rings have to be low. */
#define VA_RINGS	(1ull << 32)
#define VA_HOST		(1ull << 47)
#define VA_VRAM		(1ull << 48)

#define LARGE		(2ull << 20)
#define SMALL		4096ull

#define GP_ENTRIES	256
#define PUSH_WORDS	((RING_SLOTS + 2) * COPY_ENCODE_WORDS)
#define METHOD_BUFFER	65536

/* What a ring and the card share. */
struct shared {
	uint8_t method_buffer[METHOD_BUFFER];
	uint64_t gpfifo[GP_ENTRIES];
	uint32_t push[PUSH_WORDS];
	uint32_t reached;
};

_Static_assert(sizeof(struct shared) <= RING_MEMORY, "a ring's memory is too small");

/**
 * struct space - &model_card.priv
 * @tables: page tables
 * @next: virtual address of the next host buffer
 */
struct space {
	struct ga100_tables tables;
	uint64_t next;
};

/**
 * struct channel - &model_ring.priv
 * @push: next word of the pushbuffer
 * @segment: the first that is in no entry yet
 * @put: next entry
 */
struct channel {
	uint32_t push;
	uint32_t segment;
	uint32_t put;
};

static void *vram(struct model_card *card, uint64_t at)
{
	return ((struct ga100 *)card->emu)->vram.at + at;
}

static void set_reg(struct model_card *card, uint32_t reg, uint32_t value)
{
	model_card_write(card, GA100_BAR_REGS, reg, value);
}

/* ---- the address space ----------------------------------------------------------- */

static void map_run(struct space *space, uint64_t va, struct ga100_addr to, uint64_t length)
{
	uint64_t done = 0;

	while (done < length) {
		struct ga100_addr at = { .aperture = to.aperture, .offset = to.offset + done };
		bool large = !((va + done) % LARGE) && !(at.offset % LARGE) &&
			     length - done >= LARGE;

		ga100_tables_map(&space->tables, va + done, at, large ? 21 : 12, 0);
		done += large ? LARGE : SMALL;
	}
}

static void map_bus(struct space *space, uint64_t va, uint64_t bus, uint64_t length)
{
	const struct ga100_addr to = { .aperture = GA100_SYS_COHERENT, .offset = bus };

	map_run(space, va, to, length);
}

static uint64_t map(struct model_card *card, const struct model_run *runs, unsigned int count,
		    uint64_t length)
{
	struct space *space = card->priv;
	uint64_t va = space->next;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t end = i + 1 < count ? runs[i + 1].start : roundup(length, SMALL);

		map_bus(space, va + runs[i].start, runs[i].at, end - runs[i].start);
	}
	ga100_tables_sync(&space->tables);
	space->next += roundup(length, LARGE);
	return va;
}

static void start(struct model_card *card)
{
	const struct ga100_addr buffers = { .aperture = GA100_VRAM, .offset = BUFFERS };
	struct space *space = calloc(1, sizeof(*space));

	if (!space)
		model_give_up("no memory");
	card->priv = space;
	space->next = VA_HOST;
	ga100_tables_init(&space->tables, card->emu, TABLES, BUFFERS);
	map_run(space, VA_VRAM + BUFFERS, buffers, 2 * SIDE);
	map_bus(space, VA_RINGS, MODEL_RINGS, MODEL_MEMORY - MODEL_RINGS);
	ga100_tables_sync(&space->tables);
	set_reg(card, GA100_PMC_DEVICE_ENABLE, UINT32_MAX);
}

static uint64_t device(unsigned int which, uint64_t offset)
{
	return VA_VRAM + BUFFERS + which * SIDE + offset;
}

/* ---- rings ------------------------------------------------------------------------- */

static uint64_t shared_addr(struct model_ring *ring, const void *member)
{
	return VA_RINGS + (ring->bus - MODEL_RINGS) +
	       ((const char *)member - (const char *)ring->memory);
}

static void set_word(void *block, uint32_t off, uint32_t value)
{
	*(uint32_t *)((char *)block + off) = value;
}

static void set_long(void *block, uint32_t lo, uint32_t hi, uint64_t value)
{
	set_word(block, lo, value);
	set_word(block, hi, value >> 32);
}

static void write_instance(struct model_ring *ring)
{
	struct shared *shared = ring->memory;
	struct space *space = ring->card->priv;
	void *inst = vram(ring->card, INSTANCE(ring->index));

	memset(inst, 0, GA100_INST_SIZE);
	set_word(inst, GA100_RAMFC_SIGNATURE, GA100_SIGNATURE_VALID);
	set_word(inst, GA100_RAMFC_ACQUIRE, GA100_ACQUIRE_TIMEOUT_MAX | 0x102);
	set_long(inst, GA100_RAMFC_GP_BASE, GA100_RAMFC_GP_BASE_HI,
		 shared_addr(ring, shared->gpfifo) |
		 (uint64_t)__builtin_ctz(GP_ENTRIES) << (32 + GA100_GP_BASE_HI_LIMIT2_SHIFT));
	set_word(inst, GA100_RAMFC_PB_HEADER, GA100_PB_HEADER_INIT);
	set_word(inst, GA100_RAMFC_SUBDEVICE, GA100_SUBDEVICE_ACTIVE |
		 GA100_SUBDEVICE_DMA_ENABLE | GA100_SUBDEVICE_ID);
	set_word(inst, GA100_RAMFC_TARGET, GA100_TARGET_CE_CTX_VALID);
	set_word(inst, GA100_RAMFC_CONFIG, GA100_CONFIG_USERD_WRITEBACK);
	set_word(inst, GA100_RAMFC_INTR_NOTIFY,
		 GA100_INTR_NOTIFY_CPU | GA100_CE_NONSTALL_VECTOR(ring->index));
	set_long(inst, GA100_INST_METHOD_BUFFER_LO, GA100_INST_METHOD_BUFFER_HI,
		 shared_addr(ring, shared->method_buffer));
	set_long(inst, GA100_INST_PDB_LO, GA100_INST_PDB_HI,
		 space->tables.pdb | GA100_INST_PDB_VER2 | GA100_INST_PDB_BIG_64K);
}

static void submit_runlist(struct model_ring *ring)
{
	const uint32_t list[] = {
		GA100_RL_TYPE_TSG | GA100_RL_TSG_SCALE_INIT << GA100_RL_TSG_SCALE_SHIFT |
			(uint32_t)GA100_RL_TSG_TIMEOUT_INIT << GA100_RL_TSG_TIMEOUT_SHIFT,
		1, ring->index, 0,
		USERD(ring->index), 0, INSTANCE(ring->index) | ring->index, 0,
	};
	uint32_t base = GA100_RUNLIST_BASE(ring->index);

	memcpy(vram(ring->card, RUNLIST(ring->index)), list, sizeof(list));
	set_reg(ring->card, base + GA100_RUNLIST_VCHANNEL(0),
		GA100_RUNLIST_VCHANNEL_DOORBELL | GA100_RUNLIST_VCHANNEL_INIT);
	set_reg(ring->card, base + GA100_RUNLIST_SUBMIT_BASE_LO, RUNLIST(ring->index));
	set_reg(ring->card, base + GA100_RUNLIST_SUBMIT_BASE_HI, 0);
	set_reg(ring->card, base + GA100_RUNLIST_SUBMIT, 2);
	set_reg(ring->card, GA100_CHRAM_BASE(ring->index) + GA100_CHRAM_CHANNEL(ring->index),
		GA100_CHRAM_UPDATE_ENABLE);
}

static void close_segment(struct model_ring *ring)
{
	struct shared *shared = ring->memory;
	struct channel *channel = ring->priv;

	if (channel->push == channel->segment)
		return;
	shared->gpfifo[channel->put] =
		copy_encode_segment(shared_addr(ring, &shared->push[channel->segment]),
				    channel->push - channel->segment);
	channel->put = (channel->put + 1) % GP_ENTRIES;
	channel->segment = channel->push;
}

static void push(struct model_ring *ring, const uint32_t *words, uint32_t count)
{
	struct shared *shared = ring->memory;
	struct channel *channel = ring->priv;

	if (channel->push + count > PUSH_WORDS) {
		close_segment(ring);
		channel->push = 0;
		channel->segment = 0;
	}
	memcpy(&shared->push[channel->push], words, count * sizeof(*words));
	channel->push += count;
}

static const struct copy_class *class(void)
{
	return copy_class_find(COPY_CLASS_AMPERE_A);
}

static void copy(struct model_ring *ring, uint64_t dst, uint64_t src, uint32_t length)
{
	uint32_t words[COPY_ENCODE_WORDS];

	push(ring, words, copy_encode_copy(words, class(), dst, src, length, 0));
}

static void fence(struct model_ring *ring, uint32_t number)
{
	struct shared *shared = ring->memory;
	uint32_t words[COPY_ENCODE_WORDS];

	push(ring, words, copy_encode_release(words, class(), shared_addr(ring, &shared->reached),
					      number, COPY_ENCODE_INTERRUPT));
	close_segment(ring);
}

static void kick(struct model_ring *ring)
{
	struct channel *channel = ring->priv;
	void *userd = vram(ring->card, USERD(ring->index));

	__atomic_store_n((uint32_t *)((char *)userd + GA100_USERD_GP_PUT), channel->put,
			 __ATOMIC_RELEASE);
	set_reg(ring->card, GA100_USERMODE_DOORBELL, GA100_DOORBELL(ring->index, ring->index));
}

static void ring_start(struct model_ring *ring)
{
	struct shared *shared = ring->memory;
	struct channel *channel = calloc(1, sizeof(*channel));
	uint32_t words[COPY_ENCODE_WORDS];

	if (!channel)
		model_give_up("no memory");
	ring->reached = &shared->reached;
	ring->priv = channel;
	memset(vram(ring->card, USERD(ring->index)), 0, GA100_USERD_SIZE);
	write_instance(ring);
	submit_runlist(ring);
	push(ring, words, copy_encode_bind(words, class()));
	close_segment(ring);
}

const struct model_chip model_a100 = {
	.emu = &ga100_model,
	.options = { { "vram", "4G" } },
	.piece = 1u << 20,
	.spread = 1,
	.lane_device = SIDE,
	.start = start,
	.device = device,
	.map = map,
	.ring_start = ring_start,
	.copy = copy,
	.fence = fence,
	.kick = kick,
};
