// SPDX-License-Identifier: GPL-2.0-only
/* From memory to methods: entries of the GPFIFO, segments of the pushbuffer. */
#include <string.h>

#include "crc32.h"
#include "engine.h"
#include "ga100.h"

#define VA_END		(1ULL << GA100_HOST_VA_BITS)
/* Signs of an engine's method that was begun: bits of GA100_RAMFC_HCE_CTRL */
#define HCE_BEGUN	0x001f0001u

static uint64_t gp_base(const _Atomic uint32_t *reg)
{
	return (uint64_t)(ga100_word(reg, GA100_RAMFC_GP_BASE_HI) & GA100_GP_BASE_HI_OFFSET) << 32 |
		(ga100_word(reg, GA100_RAMFC_GP_BASE) & ~7u);
}

static uint64_t gp_entries(const _Atomic uint32_t *reg)
{
	return 1ULL << GA100_GP_BASE_HI_LIMIT2(ga100_word(reg, GA100_RAMFC_GP_BASE_HI));
}

static bool bad_signature(const _Atomic uint32_t *reg)
{
	uint32_t signature = ga100_word(reg, GA100_RAMFC_SIGNATURE) & 0xffff;

	/* This model never leaves a method of the copy engine half begun */
	if (ga100_word(reg, GA100_RAMFC_HCE_CTRL) & HCE_BEGUN)
		return true;
	return signature != GA100_SIGNATURE_VALID && signature != GA100_CHANNEL_CLASS;
}

static bool bad_pointers(const _Atomic uint32_t *reg)
{
	uint64_t entries = gp_entries(reg);

	return ga100_word(reg, GA100_RAMFC_GP_PUT) >= entries ||
		ga100_word(reg, GA100_RAMFC_GP_GET) >= entries ||
		ga100_word(reg, GA100_RAMFC_GP_FETCH) >= entries;
}

enum ga100_step ga100_fetch_check(struct ga100_engine *engine)
{
	const _Atomic uint32_t *reg = engine->pbdma.reg;
	const uint32_t valid = GA100_TARGET_CE_CTX_VALID;
	uint64_t get = ga100_long(reg, GA100_RAMFC_PB_GET, GA100_RAMFC_PB_GET_HI);
	uint64_t put = ga100_long(reg, GA100_RAMFC_PB_PUT, GA100_RAMFC_PB_PUT_HI);
	uint32_t bits = 0;

	if (bad_signature(reg))
		bits |= GA100_PBDMA_INTR_SIGNATURE;
	if (gp_base(reg) + gp_entries(reg) * GA100_GP_ENTRY_SIZE > VA_END)
		bits |= GA100_PBDMA_INTR_GPFIFO;
	if (bad_pointers(reg))
		bits |= GA100_PBDMA_INTR_GPPTR;
	if (get > put)
		bits |= GA100_PBDMA_INTR_PBPTR;
	if (bits)
		return ga100_pbdma_interrupt(engine, bits, 0);
	if (ga100_channel_word(engine) & GA100_CHRAM_CTX_RELOAD) {
		if (!(ga100_word(reg, GA100_RAMFC_TARGET) & valid))
			return ga100_pbdma_interrupt(engine, 0, GA100_PBDMA_INTR1_CTXNOTVALID);
		ga100_channel_mark(engine, 0, GA100_CHRAM_CTX_RELOAD);
	}
	return GA100_STEP_MORE;
}

static struct ga100_pushbuffer get_state(const _Atomic uint32_t *reg)
{
	return (struct ga100_pushbuffer){
		.header = ga100_word(reg, GA100_RAMFC_PB_HEADER),
		.count = ga100_word(reg, GA100_RAMFC_PB_COUNT),
		.subdevice = ga100_word(reg, GA100_RAMFC_SUBDEVICE),
	};
}

static void set_state(_Atomic uint32_t *reg, const struct ga100_pushbuffer *pb)
{
	ga100_set_word(reg, GA100_RAMFC_PB_HEADER, pb->header);
	ga100_set_word(reg, GA100_RAMFC_PB_COUNT, pb->count);
	ga100_set_word(reg, GA100_RAMFC_SUBDEVICE, pb->subdevice);
}

static void set_get(struct ga100_engine *engine, uint64_t get)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;

	ga100_set_long(reg, GA100_RAMFC_PB_GET, GA100_RAMFC_PB_GET_HI, get);
	ga100_set_long(reg, GA100_RAMFC_PB_FETCH, GA100_RAMFC_PB_FETCH_HI, get);
	if (engine->pbdma.job.segment & GA100_PB_HEADER_SUBROUTINE)
		return;
	ga100_set_long(reg, GA100_RAMFC_TOP_LEVEL_GET, GA100_RAMFC_TOP_LEVEL_GET_HI,
		       get | (uint64_t)GA100_TOP_LEVEL_GET_VALID << 32);
}

static enum ga100_step execute(struct ga100_engine *engine);

/* A segment begins; nothing of it is read yet */
static void begin_segment(struct ga100_engine *engine, const uint32_t *entry, uint64_t get)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;
	uint32_t where = GA100_PB_HEADER_FIRST;

	if (entry[0] & GA100_GP_ENTRY0_CONDITIONAL)
		where |= GA100_PB_HEADER_CONDITIONAL;
	if (entry[1] & GA100_GP_ENTRY1_SUBROUTINE)
		where |= GA100_PB_HEADER_SUBROUTINE;
	engine->pbdma.job.segment = where;
	ga100_set_word(reg, GA100_RAMFC_PB_CRC, 0);
	ga100_set_long(reg, GA100_RAMFC_PB_PUT, GA100_RAMFC_PB_PUT_HI,
		       get + 4ULL * GA100_GP_ENTRY1_LENGTH(entry[1]));
	set_get(engine, get);
}

static uint32_t check_crc(struct ga100_engine *engine, uint32_t word, uint32_t expected,
			  uint32_t interrupt)
{
	uint32_t crc = ga100_word(engine->pbdma.reg, word);

	ga100_set_word(engine->pbdma.reg, word, 0);
	return crc == expected ? 0 : interrupt;
}

/* What an entry without a segment asks for; 0 or the interrupt */
static uint32_t control(struct ga100_engine *engine, const uint32_t *entry)
{
	switch (entry[1] & GA100_GP_ENTRY1_OPCODE) {
	case GA100_GP_OPCODE_NOP:
		return 0;
	case GA100_GP_OPCODE_GP_CRC:
		return check_crc(engine, GA100_RAMFC_GP_CRC, entry[0], GA100_PBDMA_INTR_GPCRC);
	case GA100_GP_OPCODE_PB_CRC:
		return check_crc(engine, GA100_RAMFC_PB_CRC, entry[0], GA100_PBDMA_INTR_PBCRC);
	default:
		ga100_set_word(engine->pbdma.reg, GA100_RAMFC_GP_CRC, 0);
		return GA100_PBDMA_INTR_GPENTRY;
	}
}

/* 0 or the interrupt; the entry is used up in any case */
static uint32_t entry_taken(struct ga100_engine *engine, const uint32_t *entry)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;
	struct ga100_pushbuffer pb = get_state(reg);
	uint64_t get = (uint64_t)(entry[1] & GA100_GP_ENTRY1_GET_HI) << 32 |
		(entry[0] & GA100_GP_ENTRY0_GET);
	uint64_t length = GA100_GP_ENTRY1_LENGTH(entry[1]);

	ga100_set_word(reg, GA100_PBDMA_GP_SHADOW_0, entry[0]);
	ga100_set_word(reg, GA100_PBDMA_GP_SHADOW_1, entry[1]);
	if (!length)
		return control(engine, entry);
	ga100_set_word(reg, GA100_RAMFC_GP_CRC,
		       ga100_crc32(ga100_word(reg, GA100_RAMFC_GP_CRC), entry,
				   GA100_GP_ENTRY_SIZE));
	/* The address behind the last word must exist as well */
	if (get + 4 * length >= VA_END) {
		ga100_set_word(reg, GA100_RAMFC_GP_CRC, 0);
		return GA100_PBDMA_INTR_GPENTRY;
	}
	if (entry[0] & GA100_GP_ENTRY0_CONDITIONAL) {
		if (!ga100_pushbuffer_active(&pb))
			return 0;
		if (ga100_pushbuffer_wants_data(&pb)) {
			begin_segment(engine, entry, get);
			return GA100_PBDMA_INTR_PBSEG;
		}
	}
	begin_segment(engine, entry, get);
	return 0;
}

static enum ga100_step take_entry(struct ga100_engine *engine)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;
	uint32_t get = ga100_word(reg, GA100_RAMFC_GP_GET);
	struct ga100_bad_access bad;
	uint32_t entry[2], bits;

	if (!ga100_mmu_read(engine->card, &engine->pbdma.host,
			    gp_base(reg) + (uint64_t)get * GA100_GP_ENTRY_SIZE, entry,
			    sizeof(entry), &bad))
		return ga100_pbdma_fault(engine, &bad);
	get = (get + 1) & (uint32_t)(gp_entries(reg) - 1);
	ga100_set_word(reg, GA100_RAMFC_GP_GET, get);
	ga100_set_word(reg, GA100_RAMFC_GP_FETCH, get);
	bits = entry_taken(engine, entry);
	return bits ? ga100_pbdma_interrupt(engine, bits, 0) : GA100_STEP_MORE;
}

/* Words are read ahead, but not into the next page, which may not be there */
static bool fetch(struct ga100_engine *engine, uint64_t get, uint64_t put,
		  struct ga100_bad_access *bad)
{
	struct ga100_pbdma *pbdma = &engine->pbdma;
	uint64_t n = (put - get) / 4, page = (0x1000 - get % 0x1000) / 4;

	if (pbdma->fetched && get >= pbdma->fetch_va && get - pbdma->fetch_va < 4 * pbdma->fetched)
		return true;
	if (n > GA100_FETCH_WORDS)
		n = GA100_FETCH_WORDS;
	if (n > page)
		n = page;
	pbdma->fetched = 0;
	if (!ga100_mmu_read(engine->card, &pbdma->host, get, pbdma->fetch, 4 * n, bad))
		return false;
	pbdma->fetch_va = get;
	pbdma->fetched = n;
	return true;
}

static enum ga100_step bad_word(struct ga100_engine *engine, uint32_t word)
{
	ga100_set_word(engine->pbdma.reg, GA100_PBDMA_HDR_SHADOW, word);
	return ga100_pbdma_interrupt(engine, GA100_PBDMA_INTR_PBENTRY, 0);
}

static enum ga100_step use_word(struct ga100_engine *engine, uint32_t word, uint64_t get,
				uint64_t put)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;
	struct ga100_pushbuffer pb = get_state(reg);
	uint32_t where = engine->pbdma.job.segment;
	struct ga100_method method;
	enum ga100_word is;

	if (get + 4 == put)
		where |= GA100_PB_HEADER_FINAL;
	is = ga100_pushbuffer_take(&pb, word, where, &method);
	set_state(reg, &pb);
	/* It is read again, for better or for worse, when the interrupt is cleared */
	if (is == GA100_WORD_BAD)
		return bad_word(engine, word);
	engine->pbdma.job.segment &= ~GA100_PB_HEADER_FIRST;
	ga100_set_word(reg, GA100_RAMFC_PB_CRC,
		       ga100_crc32(ga100_word(reg, GA100_RAMFC_PB_CRC), &word, sizeof(word)));
	set_get(engine, is == GA100_WORD_END ? put : get + 4);
	if (is != GA100_WORD_METHOD)
		return GA100_STEP_MORE;
	ga100_set_word(reg, GA100_RAMFC_METHOD(0), method.word);
	ga100_set_word(reg, GA100_RAMFC_DATA(0), method.data);
	return execute(engine);
}

static enum ga100_step take_word(struct ga100_engine *engine, uint64_t get, uint64_t put)
{
	struct ga100_pbdma *pbdma = &engine->pbdma;
	struct ga100_bad_access bad;

	if (!fetch(engine, get, put, &bad))
		return ga100_pbdma_fault(engine, &bad);
	return use_word(engine, pbdma->fetch[(get - pbdma->fetch_va) / 4], get, put);
}

static bool is_engine_method(uint32_t method)
{
	return method >= GA100_METHOD_ENGINE;
}

static bool engine_enabled(struct ga100_engine *engine)
{
	return ga100_pmc_enabled(engine->card, GA100_CE_RESET(engine->index));
}

/* Methods are in order, but Host does not wait for copies unless it is told to */
static bool must_wait(struct ga100_engine *engine, uint32_t method, uint32_t data)
{
	if (!engine->pbdma.job.active)
		return false;
	return is_engine_method(method) || ga100_host_waits_for_idle(method, data);
}

static enum ga100_step for_engine(struct ga100_engine *engine, uint32_t method, uint32_t data)
{
	uint32_t target = ga100_word(engine->pbdma.reg, GA100_RAMFC_TARGET);

	if (!(target & GA100_TARGET_CE_CTX_VALID))
		return ga100_pbdma_interrupt(engine, 0, GA100_PBDMA_INTR1_CTXNOTVALID);
	if (!engine_enabled(engine))
		return ga100_pbdma_interrupt(engine, GA100_PBDMA_INTR_ENG_RESET, 0);
	return ga100_ce_method(engine, method, data);
}

/* The method at the head; it stays there until it is done */
static enum ga100_step execute(struct ga100_engine *engine)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;
	uint32_t word = ga100_word(reg, GA100_RAMFC_METHOD(0));
	uint32_t data = ga100_word(reg, GA100_RAMFC_DATA(0));
	uint32_t method = word & GA100_METHOD_ADDR;
	enum ga100_step step;

	if (GA100_METHOD_SUBCH(word) >= GA100_SUBCH_SOFTWARE &&
	    (is_engine_method(method) || method == GA100_METHOD_SET_OBJECT))
		return ga100_pbdma_interrupt(engine, GA100_PBDMA_INTR_DEVICE, 0);
	if (must_wait(engine, method, data))
		return ga100_ce_work(engine);
	step = is_engine_method(method) ? for_engine(engine, method, data) :
		ga100_host_method(engine, method, data);
	/* Whoever waits may have a copy under way, which goes on */
	if (step == GA100_STEP_WAIT && engine->pbdma.job.active)
		return ga100_ce_work(engine);
	if (step == GA100_STEP_MORE || step == GA100_STEP_YIELD || step == GA100_STEP_YIELD_TSG)
		ga100_set_word(reg, GA100_RAMFC_METHOD(0), word & ~GA100_METHOD_VALID);
	return step;
}

/* Out of work, unless a doorbell came; then the pointer is looked at once more */
static enum ga100_step look_again(struct ga100_engine *engine)
{
	if (!(ga100_channel_word(engine) & GA100_CHRAM_PENDING))
		return engine->pbdma.job.active ? ga100_ce_work(engine) : GA100_STEP_IDLE;
	ga100_channel_mark(engine, 0, GA100_CHRAM_PENDING);
	if (!ga100_channel_put(engine))
		return GA100_STEP_FAULT;
	return ga100_fetch_check(engine);
}

enum ga100_step ga100_fetch_step(struct ga100_engine *engine)
{
	const _Atomic uint32_t *reg = engine->pbdma.reg;
	uint64_t get = ga100_long(reg, GA100_RAMFC_PB_GET, GA100_RAMFC_PB_GET_HI);
	uint64_t put = ga100_long(reg, GA100_RAMFC_PB_PUT, GA100_RAMFC_PB_PUT_HI);

	if (ga100_word(reg, GA100_RAMFC_METHOD(0)) & GA100_METHOD_VALID)
		return execute(engine);
	if (get != put)
		return take_word(engine, get, put);
	if (ga100_word(reg, GA100_RAMFC_GP_GET) != ga100_word(reg, GA100_RAMFC_GP_PUT))
		return take_entry(engine);
	return look_again(engine);
}
