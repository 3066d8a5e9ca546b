// SPDX-License-Identifier: GPL-2.0-only
#include "address.h"

#include <errno.h>
#include <string.h>

#include "apb.h"
#include "model.h"

/* For copies that cannot go straight from one place to the other */
#define BOUNCE	4096

static const uint64_t hbm_base[TRN2_HBM_STACKS] = TRN2_ADDR_HBM;

static bool in_hbm(struct trn2_card *card, uint64_t addr, struct trn2_span *span)
{
	struct trn2_hbm *hbm = &card->hbm;

	for (unsigned int i = 0; i < TRN2_HBM_STACKS; i++) {
		uint64_t in = addr - hbm_base[i];

		if (addr < hbm_base[i] || in >= hbm->stack_size)
			continue;
		if (span->len > hbm->stack_size - in)
			span->len = hbm->stack_size - in;
		span->target = TRN2_MEMORY;
		span->ptr = hbm->stacks[i] + in;
		return true;
	}
	return false;
}

static bool in_apb(struct trn2_card *card, uint64_t addr, struct trn2_span *span)
{
	if (!trn2_apb_of(addr, &span->at, &span->len))
		return false;
	span->ptr = trn2_apb_memory(card, span->at, &span->len);
	span->target = span->ptr ? TRN2_MEMORY : TRN2_REGISTERS;
	return true;
}

static void in_host(struct trn2_card *card, uint64_t addr, bool write,
		    struct trn2_span *span)
{
	uint64_t room = TRN2_ADDR_HOST + TRN2_ADDR_HOST_SIZE - addr;
	int ret;

	span->at = addr - TRN2_ADDR_HOST;
	if (span->len > room)
		span->len = room;
	ret = card->host->pin(card->host_priv, span->at, span->len, write, &span->pin);
	if (!ret) {
		span->target = TRN2_MEMORY;
		span->pinned = true;
		span->ptr = span->pin.ptr;
		span->len = span->pin.len;
	} else if (ret == -EOPNOTSUPP) {
		/* The next mapping may be of another kind: a page is safe */
		size_t page = VFU_PAGE_SIZE - span->at % VFU_PAGE_SIZE;

		span->target = TRN2_HOST;
		if (span->len > page)
			span->len = page;
	}
}

void trn2_span_get(struct trn2_card *card, bool host, uint64_t addr, size_t len,
		   bool write, struct trn2_span *span)
{
	*span = (struct trn2_span){ .target = TRN2_NOWHERE, .len = len };

	if (in_hbm(card, addr, span))
		return;
	if (addr >= TRN2_ADDR_HOST && addr - TRN2_ADDR_HOST < TRN2_ADDR_HOST_SIZE) {
		if (host)
			in_host(card, addr, write, span);
		return;
	}
	in_apb(card, addr, span);
}

void trn2_span_put(struct trn2_card *card, struct trn2_span *span)
{
	if (span->pinned)
		card->host->unpin(card->host_priv, &span->pin);
}

static bool aligned(const void *a, const void *b, size_t to)
{
	return ((uintptr_t)a | (uintptr_t)b) % to == 0;
}

/*
 * Whatever was copied before must be visible to who sees this. A guest reads
 * with no lock of ours, so the small stores it polls are single ones.
 */
static void copy_memory(uint8_t *dst, const uint8_t *src, size_t len)
{
	if (len == 4 && aligned(dst, src, 4)) {
		uint32_t word = __atomic_load_n((const uint32_t *)src, __ATOMIC_RELAXED);

		__atomic_store_n((uint32_t *)dst, word, __ATOMIC_RELEASE);
	} else if (len == 8 && aligned(dst, src, 8)) {
		uint64_t word = __atomic_load_n((const uint64_t *)src, __ATOMIC_RELAXED);

		__atomic_store_n((uint64_t *)dst, word, __ATOMIC_RELEASE);
	} else {
		memmove(dst, src, len);
	}
}

static bool read_registers(struct trn2_card *card, uint64_t off, uint8_t *buf,
			   size_t len)
{
	if (off % 4 || len % 4)
		return false;
	for (size_t i = 0; i < len; i += 4) {
		uint32_t value = trn2_apb_read(card, off + i);

		memcpy(buf + i, &value, 4);
	}
	return true;
}

static bool write_registers(struct trn2_card *card, uint64_t off,
			    const uint8_t *buf, size_t len)
{
	if (off % 4 || len % 4)
		return false;
	for (size_t i = 0; i < len; i += 4) {
		uint32_t value;

		memcpy(&value, buf + i, 4);
		if (!trn2_apb_write_dma(card, off + i, value))
			return false;
	}
	return true;
}

static bool read_span(struct trn2_card *card, struct trn2_span *span, void *buf)
{
	switch (span->target) {
	case TRN2_MEMORY:
		copy_memory(buf, span->ptr, span->len);
		return true;
	case TRN2_HOST:
		return !card->host->read(card->host_priv, span->at, buf, span->len);
	case TRN2_REGISTERS:
		return read_registers(card, span->at, buf, span->len);
	default:
		return false;
	}
}

static bool write_span(struct trn2_card *card, struct trn2_span *span,
		       const void *buf)
{
	switch (span->target) {
	case TRN2_MEMORY:
		copy_memory(span->ptr, buf, span->len);
		return true;
	case TRN2_HOST:
		return !card->host->write(card->host_priv, span->at, buf, span->len);
	case TRN2_REGISTERS:
		return write_registers(card, span->at, buf, span->len);
	default:
		return false;
	}
}

/* Reads into @buf, or writes what is in it. */
static bool access_spans(struct trn2_card *card, bool host, uint64_t addr, uint8_t *buf,
			 size_t len, bool write)
{
	while (len) {
		struct trn2_span span;
		bool ok;

		trn2_span_get(card, host, addr, len, write, &span);
		ok = write ? write_span(card, &span, buf) : read_span(card, &span, buf);
		trn2_span_put(card, &span);
		if (!ok)
			return false;
		addr += span.len;
		buf += span.len;
		len -= span.len;
	}
	return true;
}

bool trn2_read(struct trn2_card *card, bool host, uint64_t addr, void *buf, size_t len)
{
	return access_spans(card, host, addr, buf, len, false);
}

bool trn2_write(struct trn2_card *card, bool host, uint64_t addr, const void *buf, size_t len)
{
	return access_spans(card, host, addr, (uint8_t *)buf, len, true);
}

/* One of the two is not memory: through a buffer, with neither side pinned */
static enum trn2_copy bounce(struct trn2_card *card, bool host, uint64_t src,
			     uint64_t dst, size_t len)
{
	_Alignas(8) uint8_t buf[BOUNCE];

	if (!trn2_read(card, host, src, buf, len))
		return TRN2_SOURCE_FAULT;
	if (!trn2_write(card, host, dst, buf, len))
		return TRN2_DEST_FAULT;
	return TRN2_COPIED;
}

static enum trn2_copy copy_some(struct trn2_card *card, bool host, uint64_t src,
				uint64_t dst, size_t *len)
{
	struct trn2_span from, to;
	enum trn2_copy ret = TRN2_COPIED;
	bool direct;

	trn2_span_get(card, host, src, *len, false, &from);
	trn2_span_get(card, host, dst, from.len, true, &to);
	*len = to.len;
	if (from.target == TRN2_NOWHERE)
		ret = TRN2_SOURCE_FAULT;
	else if (to.target == TRN2_NOWHERE)
		ret = TRN2_DEST_FAULT;
	direct = from.target == TRN2_MEMORY && to.target == TRN2_MEMORY;
	if (ret == TRN2_COPIED && direct)
		copy_memory(to.ptr, from.ptr, *len);
	trn2_span_put(card, &to);
	trn2_span_put(card, &from);
	if (ret != TRN2_COPIED || direct)
		return ret;
	if (*len > BOUNCE)
		*len = BOUNCE;
	return bounce(card, host, src, dst, *len);
}

enum trn2_copy trn2_copy(struct trn2_card *card, bool host, uint64_t src,
			 uint64_t dst, size_t len)
{
	while (len) {
		size_t some = len;
		enum trn2_copy ret = copy_some(card, host, src, dst, &some);

		if (ret != TRN2_COPIED)
			return ret;
		src += some;
		dst += some;
		len -= some;
	}
	return TRN2_COPIED;
}
