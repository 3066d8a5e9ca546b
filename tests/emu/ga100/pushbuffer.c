// SPDX-License-Identifier: GPL-2.0-only
#include "pushbuffer.h"

#include "../../../driver/nvidia/ga100_host_regs.h"

bool ga100_pushbuffer_wants_data(const struct ga100_pushbuffer *pb)
{
	return pb->count & GA100_PB_COUNT_VALUE &&
		GA100_PB_HEADER_TYPE(pb->header) != GA100_PB_HEADER_IMMD;
}

bool ga100_pushbuffer_active(const struct ga100_pushbuffer *pb)
{
	return !(pb->subdevice & GA100_SUBDEVICE_DMA_ENABLE) ||
		pb->subdevice & GA100_SUBDEVICE_ACTIVE;
}

static void set_header(struct ga100_pushbuffer *pb, unsigned int type, uint32_t fields,
		       uint32_t where)
{
	pb->header = type << GA100_PB_HEADER_TYPE_SHIFT | fields | where;
}

static void set_count(struct ga100_pushbuffer *pb, uint32_t count)
{
	pb->count = (pb->count & ~GA100_PB_COUNT_VALUE) | count;
}

static void make_method(const struct ga100_pushbuffer *pb, uint32_t data,
			struct ga100_method *method)
{
	method->word = GA100_METHOD_VALID |
		(pb->header & (GA100_PB_HEADER_METHOD | GA100_PB_HEADER_FIRST |
			       7u << GA100_PB_HEADER_SUBCH_SHIFT));
	method->data = data;
}

/* Data for a header that was seen before */
static enum ga100_word take_data(struct ga100_pushbuffer *pb, uint32_t word,
				 struct ga100_method *method)
{
	unsigned int type = GA100_PB_HEADER_TYPE(pb->header);
	bool active = ga100_pushbuffer_active(pb);

	if (active)
		make_method(pb, word, method);
	if (type == GA100_PB_HEADER_INC || type == GA100_PB_HEADER_INC_ONCE)
		pb->header = (pb->header & ~GA100_PB_HEADER_METHOD) |
			((pb->header + 4) & GA100_PB_HEADER_METHOD);
	if (type == GA100_PB_HEADER_INC_ONCE)
		pb->header = (pb->header & ~(7u << GA100_PB_HEADER_TYPE_SHIFT)) |
			(uint32_t)GA100_PB_HEADER_NON_INC << GA100_PB_HEADER_TYPE_SHIFT;
	set_count(pb, (pb->count & GA100_PB_COUNT_VALUE) - 1);
	return active ? GA100_WORD_METHOD : GA100_WORD_NOTHING;
}

/* Addresses must not run over the end */
static bool fits(unsigned int op, uint32_t word)
{
	uint32_t last = GA100_PB_METHOD(word) / 4, count = GA100_PB_COUNT(word);

	if (op == GA100_PB_OP_INC && count)
		last += count - 1;
	if (op == GA100_PB_OP_INC_ONCE && count > 1)
		last++;
	return last <= GA100_PB_METHOD_MAX;
}

static enum ga100_word take_method_header(struct ga100_pushbuffer *pb, uint32_t word,
					  uint32_t where, struct ga100_method *method)
{
	unsigned int op = GA100_PB_OP(word);
	uint32_t fields = GA100_PB_METHOD(word) | GA100_PB_SUBCH(word) << GA100_PB_HEADER_SUBCH_SHIFT;

	/* The numbers of these instructions are those of the header's types */
	set_header(pb, op, fields, where);
	if (word & GA100_PB_RESERVED || !fits(op, word))
		return GA100_WORD_BAD;
	set_count(pb, GA100_PB_COUNT(word));
	if (op != GA100_PB_OP_IMMD || !ga100_pushbuffer_active(pb))
		return GA100_WORD_NOTHING;
	make_method(pb, GA100_PB_COUNT(word), method);
	return GA100_WORD_METHOD;
}

/* Only what comes from a segment that need not be read can be left out */
static enum ga100_word apply_mask(struct ga100_pushbuffer *pb, uint32_t mask, uint32_t where)
{
	if (!(pb->subdevice & GA100_SUBDEVICE_DMA_ENABLE))
		return GA100_WORD_BAD;
	pb->subdevice &= ~GA100_SUBDEVICE_ACTIVE;
	if (pb->subdevice & GA100_SUBDEVICE_ID & mask)
		pb->subdevice |= GA100_SUBDEVICE_ACTIVE;
	else if (where & GA100_PB_HEADER_CONDITIONAL)
		return GA100_WORD_END;
	return GA100_WORD_NOTHING;
}

static enum ga100_word take_control(struct ga100_pushbuffer *pb, uint32_t word, uint32_t where)
{
	uint32_t mask = GA100_PB_SDM(word);

	set_count(pb, 0);
	switch (GA100_PB_TERT(word)) {
	case GA100_PB_TERT_SET_SDM:
		set_header(pb, GA100_PB_HEADER_SSDM, word & GA100_PB_HEADER_SDMASK, where);
		return apply_mask(pb, mask, where);
	case GA100_PB_TERT_STORE_SDM:
		set_header(pb, GA100_PB_HEADER_STORE_SDM, word & GA100_PB_HEADER_SDMASK, where);
		pb->subdevice &= ~(0xfffu << GA100_SUBDEVICE_STORED_SHIFT);
		pb->subdevice |= mask << GA100_SUBDEVICE_STORED_SHIFT;
		return GA100_WORD_NOTHING;
	case GA100_PB_TERT_USE_SDM:
		set_header(pb, GA100_PB_HEADER_USE_SDM, 0, where);
		return apply_mask(pb, GA100_SUBDEVICE_STORED(pb->subdevice), where);
	default:
		return GA100_WORD_BAD;
	}
}

enum ga100_word ga100_pushbuffer_take(struct ga100_pushbuffer *pb, uint32_t word, uint32_t where,
				      struct ga100_method *method)
{
	if (ga100_pushbuffer_wants_data(pb))
		return take_data(pb, word, method);
	if (word == GA100_PB_NOP)
		return GA100_WORD_NOTHING;
	switch (GA100_PB_OP(word)) {
	case GA100_PB_OP_TERTIARY:
		return take_control(pb, word, where);
	case GA100_PB_OP_INC:
	case GA100_PB_OP_NON_INC:
	case GA100_PB_OP_IMMD:
	case GA100_PB_OP_INC_ONCE:
		return take_method_header(pb, word, where, method);
	case GA100_PB_OP_END_SEGMENT:
		set_header(pb, GA100_PB_HEADER_END_SEG, 0, where);
		set_count(pb, 0);
		return GA100_WORD_END;
	default:
		return GA100_WORD_BAD;
	}
}
