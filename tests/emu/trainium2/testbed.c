// SPDX-License-Identifier: GPL-2.0-only
#include "testbed.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>

#define TIMEOUT_S	10

static const struct emu_host ops = {
	.pin = bed_memory_pin,
	.unpin = bed_memory_unpin,
	.read = bed_memory_read,
	.write = bed_memory_write,
};

static struct bed *make(const char *layout, const struct trn2_options *options)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	bed->layout = layout;
	bed->apb_bar = strcmp(layout, "silicon") ? TRN2_BAR_APB_QEMU : TRN2_BAR_APB;
	bed->memory.base = BED_HOST;
	bed->memory.size = BED_HOST_SIZE;
	bed->memory.message_size = BED_MESSAGE_SIZE;
	bed_memory_init(&bed->memory);
	bed->host = bed->memory.at;
	assert_int_equal(trn2_card_create(options, &ops, bed, &bed->card), 0);
	return bed;
}

static struct trn2_options options_of(const char *layout, unsigned int workers)
{
	return (struct trn2_options){
		.layout = trn2_layout_find(layout),
		.hbm_size = BED_HBM,
		.serial = 0x1122334455667788,
		.index = 5,
		.workers = workers,
	};
}

struct bed *bed_make(const char *layout, unsigned int workers)
{
	struct trn2_options options = options_of(layout, workers);

	return make(layout, &options);
}

void bed_free(struct bed *bed)
{
	trn2_card_destroy(bed->card);
	bed_memory_fini(&bed->memory);
	free(bed);
}

int bed_setup(void **state)
{
	*state = bed_make("rev255", 2);
	return 0;
}

int bed_setup_silicon(void **state)
{
	*state = bed_make("silicon", 2);
	return 0;
}

int bed_setup_one_worker(void **state)
{
	*state = bed_make("rev255", 1);
	return 0;
}

int bed_setup_in_step(void **state)
{
	struct trn2_options options = options_of("rev255", 2);

	options.in_step = true;
	*state = make("rev255", &options);
	return 0;
}

int bed_teardown(void **state)
{
	bed_free(*state);
	return 0;
}

uint32_t apb_read(struct bed *bed, uint64_t off)
{
	uint32_t value;

	assert_int_equal(trn2_bar_read(bed->card, bed->apb_bar, off, &value, 4), 0);
	return value;
}

void apb_write(struct bed *bed, uint64_t off, uint32_t value)
{
	assert_int_equal(trn2_bar_write(bed->card, bed->apb_bar, off, &value, 4), 0);
}

uint32_t misc_read(struct bed *bed, uint32_t off)
{
	return apb_read(bed, TRN2_APB_MISC_RAM + off);
}

void misc_write(struct bed *bed, uint32_t off, uint32_t value)
{
	apb_write(bed, TRN2_APB_MISC_RAM + off, value);
}

/* Written from the published figures, not through the model's own tables */
uint64_t engine_apb(unsigned int e)
{
	if (e >= 128)
		return (e - 128) / 2 * 0x40000000ULL + 0x06800000 + (e % 2) * 0x100000;
	return 0x80000000ULL + e / 32 * 0x10000000ULL +
	       (e / 32 % 2 ? 0x4000000 : 0x2000000) + e % 32 * 0x100000;
}

uint32_t eng_read(struct bed *bed, unsigned int e, uint32_t off)
{
	return apb_read(bed, engine_apb(e) + off);
}

void eng_write(struct bed *bed, unsigned int e, uint32_t off, uint32_t value)
{
	apb_write(bed, engine_apb(e) + off, value);
}

uint64_t host_addr(uint64_t off)
{
	return TRN2_ADDR_HOST + BED_HOST + off;
}

uint8_t *host_at(struct bed *bed, uint64_t off)
{
	return bed->host + off;
}

uint64_t hbm_addr(unsigned int stack, uint64_t off)
{
	static const uint64_t base[] = {
		0, 0x4000000000, 0x800000000000, 0x804000000000,
	};

	return base[stack] + off;
}

uint8_t *hbm_at(struct bed *bed, unsigned int stack, uint64_t off)
{
	return (uint8_t *)trn2_card_hbm(bed->card, stack, NULL) + off;
}

void bed_engine_init(struct bed *bed, unsigned int e)
{
	eng_write(bed, e, UDMA_M2S_CFG_LEN,
		  UDMA_CFG_LEN_MAX_PKT | UDMA_CFG_LEN_ENCODE_64K);
	eng_write(bed, e, UDMA_M2S_DESC_PREF_CFG_2,
		  TRN2_ENGINE_DESC_PER_PACKET | UDMA_PREF_CFG_2_FORCE_RR);
	eng_write(bed, e, UDMA_S2M_COMP_CFG_1C, UDMA_CDESC_S2M_SIZE / 4);
	eng_write(bed, e, UDMA_IOFIC_SECONDARY(UDMA_IOFIC_ERR_M2S) +
		  UDMA_IOFIC_ABORT_MASK, ~UDMA_ERR_M2S_ALL);
	eng_write(bed, e, UDMA_IOFIC_SECONDARY(UDMA_IOFIC_ERR_S2M) +
		  UDMA_IOFIC_ABORT_MASK, ~UDMA_ERR_S2M_ALL);
	eng_write(bed, e, UDMA_IOFIC_SECONDARY(UDMA_IOFIC_ERR_M2S) +
		  UDMA_IOFIC_MASK_CLEAR, ~UDMA_ERR_M2S_ALL);
	eng_write(bed, e, UDMA_IOFIC_SECONDARY(UDMA_IOFIC_ERR_S2M) +
		  UDMA_IOFIC_MASK_CLEAR, ~UDMA_ERR_S2M_ALL);
}

uint32_t q_read(struct bed_queue *q, int side, uint32_t reg)
{
	return eng_read(q->bed, q->engine,
			(side == SRC ? UDMA_M2S_Q(q->queue) : UDMA_S2M_Q(q->queue)) + reg);
}

void q_write(struct bed_queue *q, int side, uint32_t reg, uint32_t value)
{
	eng_write(q->bed, q->engine,
		  (side == SRC ? UDMA_M2S_Q(q->queue) : UDMA_S2M_Q(q->queue)) + reg,
		  value);
}

struct bed_queue bed_queue_init(struct bed *bed, unsigned int e, unsigned int q,
				uint32_t len, uint64_t src_ring, uint64_t dst_ring)
{
	struct bed_queue queue = {
		.bed = bed, .engine = e, .queue = q, .len = len,
		.ring = { src_ring, dst_ring },
	};

	for (int side = SRC; side <= DST; side++) {
		q_write(&queue, side, UDMA_Q_CFG, UDMA_Q_CFG_RESET);
		q_write(&queue, side, side == SRC ? UDMA_M2S_Q_SW_CTRL :
			UDMA_S2M_Q_SW_CTRL, UDMA_Q_SW_CTRL_RST_Q);
		q_write(&queue, side, UDMA_Q_BASE_LO, (uint32_t)queue.ring[side]);
		q_write(&queue, side, UDMA_Q_BASE_HI, queue.ring[side] >> 32);
		q_write(&queue, side, UDMA_Q_LEN, len);
		q_write(&queue, side, UDMA_Q_CFG, UDMA_Q_CFG_RESET | UDMA_Q_CFG_ENABLE);
	}
	return queue;
}

#define RINGS	(16u << 20)	/* of host memory: rings are above */

struct bed_queue bed_queue_host(struct bed *bed, unsigned int e, unsigned int q)
{
	uint64_t at = RINGS + (e * UDMA_QUEUES + q) * 2 * 64 * UDMA_DESC_SIZE;

	return bed_queue_init(bed, e, q, 64, host_addr(at),
			      host_addr(at + 64 * UDMA_DESC_SIZE));
}

uint32_t lap_of(struct bed_queue *q, int side)
{
	return (1 + q->rung[side] / q->len) % 4;
}

/* Rings may be anywhere a test can write */
static uint8_t *place(struct bed *bed, uint64_t addr)
{
	if (addr >= TRN2_ADDR_HOST && addr < 2 * TRN2_ADDR_HOST)
		return host_at(bed, addr - host_addr(0));
	for (unsigned int s = 0; s < 4; s++)
		if (addr >= hbm_addr(s, 0) && addr < hbm_addr(s, BED_HBM / 4))
			return hbm_at(bed, s, addr - hbm_addr(s, 0));
	fail_msg("no memory at %#llx", (unsigned long long)addr);
	return NULL;
}

void put_raw(struct bed_queue *q, int side, uint32_t ctrl, uint32_t meta,
	     uint64_t addr)
{
	uint8_t *at = place(q->bed, q->ring[side]) +
		      q->rung[side] % q->len * UDMA_DESC_SIZE;

	memcpy(at + UDMA_DESC_CTRL, &ctrl, 4);
	memcpy(at + UDMA_DESC_META, &meta, 4);
	memcpy(at + UDMA_DESC_ADDR, &addr, 8);
	q->rung[side]++;
}

void put_src(struct bed_queue *q, uint64_t addr, uint32_t len, uint32_t flags)
{
	put_raw(q, SRC, (len & UDMA_DESC_LEN) | flags |
		lap_of(q, SRC) << UDMA_DESC_RING_ID_SHIFT, UDMA_META_COPY, addr);
}

void put_dst(struct bed_queue *q, uint64_t addr, uint32_t len, uint32_t flags)
{
	put_raw(q, DST, (len & UDMA_DESC_LEN) | flags |
		lap_of(q, DST) << UDMA_DESC_RING_ID_SHIFT, 0, addr);
}

void ring(struct bed_queue *q, int side, uint32_t count)
{
	q_write(q, side, UDMA_Q_TAIL_INC, count);
}

void copy(struct bed_queue *q, uint64_t src, uint64_t dst, uint32_t len)
{
	put_dst(q, dst, len, 0);
	put_src(q, src, len, ONE);
	ring(q, DST, 1);
	ring(q, SRC, 1);
}

bool timed_out(struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!since->tv_sec)
		*since = now;
	sched_yield();
	return now.tv_sec - since->tv_sec > TIMEOUT_S;
}

void apb_wait(struct bed *bed, uint64_t off, uint32_t mask, uint32_t value)
{
	struct timespec since = { 0 };

	while ((apb_read(bed, off) & mask) != value)
		if (timed_out(&since))
			fail_msg("register %#llx is %#x, not %#x", (unsigned long long)off,
				 apb_read(bed, off), value);
}

void q_wait(struct bed_queue *q, int side)
{
	uint32_t base = side == SRC ? UDMA_M2S_Q(q->queue) : UDMA_S2M_Q(q->queue);
	uint32_t value = lap_of(q, side) << UDMA_Q_PTR_RING_ID_SHIFT |
			 q->rung[side] % q->len;

	apb_wait(q->bed, engine_apb(q->engine) + base + UDMA_Q_COMP_HEAD,
		 UINT32_MAX, value);
}

/* An engine and a corner of the host's memory that no test uses otherwise */
void bed_settle(struct bed *bed)
{
	uint64_t corner = BED_HOST_SIZE - 4096;
	struct bed_queue q;

	bed_engine_init(bed, 77);
	q = bed_queue_host(bed, 77, 15);
	copy(&q, host_addr(corner), host_addr(corner + 64), 64);
	q_wait(&q, DST);
}

static uint8_t byte_at(size_t i, uint32_t seed)
{
	return (i * 2654435761u + seed * 40503u) >> 13;
}

void fill(uint8_t *at, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++)
		at[i] = byte_at(i, seed);
}

void assert_filled(const uint8_t *at, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] != byte_at(i, seed))
			fail_msg("byte %zu of %zu is %#x, not %#x", i, len, at[i],
				 byte_at(i, seed));
}
