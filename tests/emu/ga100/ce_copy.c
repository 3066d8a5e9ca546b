// SPDX-License-Identifier: GPL-2.0-only
/* Copying, a piece at a time, so that others get their turn. */
#include <errno.h>
#include <string.h>

#include "engine.h"
#include "ga100.h"

#define PIECE_BYTES	(64u << 10)
#define BATCH_BYTES	(16u << 10)	/* of what goes through a buffer */

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static struct ga100_addr physical(const struct ga100_copy_side *side, uint64_t at)
{
	static const enum ga100_aperture apertures[] = {
		[COPY_PHYS_LOCAL_FB] = GA100_VRAM,
		[COPY_PHYS_COHERENT_SYSMEM] = GA100_SYS_COHERENT,
		[COPY_PHYS_NONCOHERENT_SYSMEM] = GA100_SYS_NONCOHERENT,
		[COPY_PHYS_PEERMEM] = GA100_PEER,
	};

	return (struct ga100_addr){ .aperture = apertures[side->target], .offset = at };
}

static bool find(struct ga100_engine *engine, const struct ga100_copy_side *side, uint64_t at,
		 enum ga100_access access, struct ga100_translation *where)
{
	if (!side->physical)
		return ga100_mmu_translate(engine->card, &engine->pbdma.ce, at, access, where);
	*where = (struct ga100_translation){ .addr = physical(side, at), .len = PIECE_BYTES };
	return true;
}

static enum ga100_step fault(struct ga100_engine *engine, const struct ga100_copy_side *side,
			     uint64_t at, enum ga100_access access, uint8_t type)
{
	struct ga100_bad_access bad = { .va = at, .access = access, .fault = type };

	return ga100_ce_fault(engine, &bad, side->physical);
}

/* Between two places that can both be reached in place; 0, the length or -errno */
static int64_t copy_pinned(struct ga100 *card, struct ga100_pin *src, struct ga100_addr to,
			   size_t len)
{
	struct ga100_pin dst;
	int ret = ga100_mem_pin(card, to, len, true, &dst);

	if (ret)
		return ret;
	len = smaller(len, dst.len);
	memmove(dst.ptr, src->ptr, len);
	ga100_mem_unpin(card, &dst);
	return len;
}

/**
 * struct moved - how a piece went
 * @len: bytes
 * @error: of memory, or 0
 * @access: what failed
 */
struct moved {
	size_t len;
	int error;
	enum ga100_access access;
};

static struct moved copy_bounced(struct ga100 *card, struct ga100_addr from, struct ga100_addr to,
				 size_t len)
{
	uint8_t buf[0x1000];
	struct moved moved = { .len = smaller(len, sizeof(buf)), .access = GA100_READ };

	moved.error = ga100_mem_read(card, from, buf, moved.len);
	if (moved.error)
		return moved;
	moved.access = GA100_WRITE;
	moved.error = ga100_mem_write(card, to, buf, moved.len);
	return moved;
}

static struct moved copy_some(struct ga100 *card, struct ga100_addr from, struct ga100_addr to,
			      size_t len)
{
	struct ga100_pin src;
	int ret = ga100_mem_pin(card, from, len, false, &src);
	int64_t done;

	if (ret == -ENXIO)
		return copy_bounced(card, from, to, len);
	if (ret)
		return (struct moved){ .error = ret, .access = GA100_READ };
	done = copy_pinned(card, &src, to, smaller(len, src.len));
	ga100_mem_unpin(card, &src);
	if (done == -ENXIO)
		return copy_bounced(card, from, to, len);
	if (done < 0)
		return (struct moved){ .error = (int)done, .access = GA100_WRITE };
	return (struct moved){ .len = (size_t)done };
}

static struct moved move(struct ga100 *card, const struct ga100_translation *src,
			 const struct ga100_translation *dst, size_t len)
{
	static const uint8_t zeroes[0x1000];
	struct moved moved = { .len = len };

	if (dst->sparse)
		return moved;
	if (!src->sparse)
		return copy_some(card, src->addr, dst->addr, len);
	moved.len = smaller(len, sizeof(zeroes));
	moved.access = GA100_WRITE;
	moved.error = ga100_mem_write(card, dst->addr, zeroes, moved.len);
	return moved;
}

static uint64_t at_line(const struct ga100_copy_side *side, const struct ga100_job *job)
{
	return side->address + (uint64_t)side->pitch * job->line;
}

static void advance(struct ga100_engine *engine, uint64_t done, uint64_t of)
{
	struct ga100_job *job = &engine->pbdma.job;

	if (job->done + done < of) {
		job->done += done;
		return;
	}
	job->done = 0;
	job->line++;
}

/* As many bytes of the line as are contiguous */
static enum ga100_step copy_bytes(struct ga100_engine *engine, const struct ga100_copy_plan *plan)
{
	const struct ga100_job *job = &engine->pbdma.job;
	uint64_t from = at_line(&plan->src, job) + job->done;
	uint64_t to = at_line(&plan->dst, job) + job->done;
	struct ga100_translation src, dst;
	struct moved moved;
	uint64_t len;

	if (!find(engine, &plan->src, from, GA100_READ, &src))
		return fault(engine, &plan->src, from, GA100_READ, src.fault);
	if (!find(engine, &plan->dst, to, GA100_WRITE, &dst))
		return fault(engine, &plan->dst, to, GA100_WRITE, dst.fault);
	len = smaller(smaller(src.len, dst.len),
		      smaller(PIECE_BYTES, plan->src.line - job->done));
	moved = move(engine->card, &src, &dst, len);
	if (moved.error)
		return fault(engine, moved.access == GA100_READ ? &plan->src : &plan->dst,
			     moved.access == GA100_READ ? from : to, moved.access,
			     ga100_mem_fault_type(moved.error));
	engine->bytes += moved.len;
	advance(engine, moved.len, plan->src.line);
	return GA100_STEP_MORE;
}

static enum ga100_step transfer(struct ga100_engine *engine, const struct ga100_copy_side *side,
				uint64_t at, void *buf, size_t len, bool write)
{
	enum ga100_access access = write ? GA100_WRITE : GA100_READ;
	const struct ga100_space *space = &engine->pbdma.ce;
	struct ga100_bad_access bad;
	int ret;

	if (!side->physical) {
		if (write ? ga100_mmu_write(engine->card, space, at, buf, len, &bad) :
			    ga100_mmu_read(engine->card, space, at, buf, len, &bad))
			return GA100_STEP_MORE;
		return ga100_ce_fault(engine, &bad, false);
	}
	ret = write ? ga100_mem_write(engine->card, physical(side, at), buf, len) :
		ga100_mem_read(engine->card, physical(side, at), buf, len);
	return ret ? fault(engine, side, at, access, ga100_mem_fault_type(ret)) : GA100_STEP_MORE;
}

static enum ga100_step copy_elements(struct ga100_engine *engine,
				     const struct ga100_copy_plan *plan)
{
	const struct ga100_job *job = &engine->pbdma.job;
	size_t src_size = plan->component * plan->n_src, dst_size = plan->component * plan->n_dst;
	uint64_t n = smaller(plan->elements - job->done, BATCH_BYTES / 16);
	uint64_t from = at_line(&plan->src, job) + job->done * src_size;
	uint64_t to = at_line(&plan->dst, job) + job->done * dst_size;
	uint8_t src[BATCH_BYTES], dst[BATCH_BYTES];
	enum ga100_step step = GA100_STEP_MORE;

	if (plan->reads_source)
		step = transfer(engine, &plan->src, from, src, n * src_size, false);
	if (step == GA100_STEP_MORE && plan->keeps_some)
		step = transfer(engine, &plan->dst, to, dst, n * dst_size, false);
	if (step != GA100_STEP_MORE)
		return step;
	ga100_copy_remap(plan, src, dst, n);
	step = transfer(engine, &plan->dst, to, dst, n * dst_size, true);
	if (step != GA100_STEP_MORE)
		return step;
	engine->bytes += n * dst_size;
	advance(engine, n, plan->elements);
	return GA100_STEP_MORE;
}

/* A test wants one bit of what was copied to be wrong */
static void flip_bit(struct ga100_engine *engine, const struct ga100_copy_plan *plan)
{
	uint64_t line = plan->dst.line, at;
	uint32_t bit;
	uint8_t byte;

	if (!vfu_fault(&engine->card->faults, GA100_KNOB_BIT_FLIP, engine->index, &bit))
		return;
	at = bit / 8 % (line * plan->lines);
	at = plan->dst.address + (uint64_t)plan->dst.pitch * (at / line) + at % line;
	if (transfer(engine, &plan->dst, at, &byte, 1, false) != GA100_STEP_MORE)
		return;
	byte ^= 1u << bit % 8;
	transfer(engine, &plan->dst, at, &byte, 1, true);
}

enum ga100_step ga100_ce_copy(struct ga100_engine *engine, const struct ga100_copy_plan *plan)
{
	struct ga100_job *job = &engine->pbdma.job;
	uint64_t until = engine->bytes + PIECE_BYTES;
	enum ga100_step step = GA100_STEP_MORE;

	if (job->line >= plan->lines)
		return GA100_STEP_IDLE;
	while (step == GA100_STEP_MORE && job->line < plan->lines && engine->bytes < until)
		step = plan->remap ? copy_elements(engine, plan) : copy_bytes(engine, plan);
	if (step == GA100_STEP_MORE && job->line >= plan->lines)
		flip_bit(engine, plan);
	return step;
}
