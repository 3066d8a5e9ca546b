// SPDX-License-Identifier: GPL-2.0-only
/* What buffers hold once the jobs that were accepted have ended. */
#include "world.h"

#include <sys/mman.h>

/* Operations of a batch that are compared with each other; past it nothing is known. */
#define LOOK_BACK	32

static void forget(struct mem *mem, uint64_t offset, uint64_t length)
{
	if (mem->known)
		memset(mem->known + offset, 0, length);
}

static bool tracked(const struct mem *mem)
{
	return mem->value && !mem->lost;
}

/* ---- who works on it --------------------------------------------------------------- */

static bool pending(const struct use *use)
{
	return use->queue && use->seqno > use->queue->settled;
}

/* Sometimes two queues may fight: then nobody knows what the buffer holds. */
static void prepare(struct call *c, struct mem *mem, const struct queue *queue, bool writes)
{
	unsigned int i;

	for (i = 0; i < USES && tracked(mem); i++) {
		struct use *use = &mem->uses[i];

		if (!pending(use) || use->queue == queue || (!use->writes && !writes))
			continue;
		if (rng_one_in(&c->rng, 16))
			mem->lost = true;
		else
			mem_settle(c, mem);
	}
}

void shadow_prepare(struct call *c, struct queue *queue, const struct drm_gantry_op *ops,
		    uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		prepare(c, handle_find(c->file, ops[i].dst_handle), queue, true);
		if (ops[i].opcode == DRM_GANTRY_OP_COPY)
			prepare(c, handle_find(c->file, ops[i].src_handle), queue, false);
	}
}

static void add_use(struct call *c, struct mem *mem, struct queue *queue, bool writes)
{
	struct use *slot = NULL;
	unsigned int i;

	if (!tracked(mem))
		return;
	for (i = 0; i < USES; i++) {
		struct use *use = &mem->uses[i];

		if (use->queue == queue) {
			slot = use;
			break;
		}
		if (!slot && !pending(use))
			slot = use;
	}
	if (!slot) {
		/* The job was submitted: what it writes is known when all have ended. */
		mem_settle(c, mem);
		slot = &mem->uses[0];
	}
	slot->writes = writes || (slot->queue == queue && pending(slot) && slot->writes);
	slot->queue = queue;
	slot->seqno = queue->seqno;
}

/* ---- what it will hold ----------------------------------------------------------------- */

static bool overlap(uint32_t a, uint64_t a_offset, uint64_t a_length,
		    uint32_t b, uint64_t b_offset, uint64_t b_length)
{
	return a == b && a_offset < b_offset + b_length && b_offset < a_offset + a_length;
}

static bool conflict(const struct drm_gantry_op *a, const struct drm_gantry_op *b)
{
	return overlap(a->dst_handle, a->dst_offset, a->length,
		       b->dst_handle, b->dst_offset, b->length) ||
	       (b->src_handle && overlap(a->dst_handle, a->dst_offset, a->length,
					 b->src_handle, b->src_offset, b->length)) ||
	       (a->src_handle && overlap(a->src_handle, a->src_offset, a->length,
					 b->dst_handle, b->dst_offset, b->length));
}

static void apply_fill(struct mem *mem, const struct drm_gantry_op *op)
{
	uint64_t i;

	for (i = 0; i < op->length; i += sizeof(op->pattern))
		memcpy(mem->value + op->dst_offset + i, &op->pattern, sizeof(op->pattern));
	memset(mem->known + op->dst_offset, 1, op->length);
}

static void apply_copy(struct mem *dst, const struct mem *src, const struct drm_gantry_op *op)
{
	if (!tracked(src)) {
		forget(dst, op->dst_offset, op->length);
		return;
	}
	memmove(dst->value + op->dst_offset, src->value + op->src_offset, op->length);
	memmove(dst->known + op->dst_offset, src->known + op->src_offset, op->length);
}

/* Two operations that run in any order and touch the same bytes: no telling. */
static bool apply_conflict(struct file *file, const struct drm_gantry_op *ops, uint32_t first,
			   uint32_t i)
{
	bool found = false;
	uint32_t j;

	if (i - first > LOOK_BACK)
		return true;
	for (j = first; j < i; j++) {
		if (!conflict(&ops[i], &ops[j]))
			continue;
		forget(handle_find(file, ops[j].dst_handle), ops[j].dst_offset, ops[j].length);
		found = true;
	}
	return found;
}

void shadow_apply(struct call *c, struct queue *queue, const struct drm_gantry_op *ops,
		  uint32_t count)
{
	uint32_t i, first = 0;

	for (i = 0; i < count; i++) {
		const struct drm_gantry_op *op = &ops[i];
		struct mem *dst = handle_find(c->file, op->dst_handle), *src = NULL;

		if (op->flags & DRM_GANTRY_OP_BARRIER)
			first = i;
		if (op->opcode == DRM_GANTRY_OP_COPY)
			src = handle_find(c->file, op->src_handle);
		add_use(c, dst, queue, true);
		if (src)
			add_use(c, src, queue, false);
		if (!dst->value)
			continue;
		if (apply_conflict(c->file, ops, first, i))
			forget(dst, op->dst_offset, op->length);
		else if (src)
			apply_copy(dst, src, op);
		else
			apply_fill(dst, op);
	}
}

/* ---- is it so? ------------------------------------------------------------------------------ */

void shadow_compare(struct call *c, struct mem *mem, const uint8_t *at, uint64_t offset,
		    uint64_t length)
{
	uint64_t i;

	if (!tracked(mem))
		return;
	/* Mostly all of it is right and known. */
	if (!memcmp(at, mem->value + offset, length))
		return;
	for (i = 0; i < length; i++)
		fail_if(c, mem->known[offset + i] && at[i] != mem->value[offset + i],
			"byte %llu of a buffer of %llu in region %x is 0x%02x and should be 0x%02x",
			(unsigned long long)(offset + i), (unsigned long long)mem->size,
			mem->region, at[i], mem->value[offset + i]);
}

void shadow_check(struct call *c, struct file *file, struct mem *mem)
{
	uint8_t *map = mem->cpu;

	if (!tracked(mem) || (!map && is_foreign(file, mem)))
		return;
	mem_settle(c, mem);
	if (!mem->cpu)
		map = mmap(NULL, mem->size, PROT_READ, MAP_SHARED,
			   file_fd(file, NULL), mem->offset);
	fail_if(c, map == MAP_FAILED, "a buffer of ours cannot be mapped: %s", strerror(errno));
	shadow_compare(c, mem, map, 0, mem->size);
	if (!mem->cpu)
		munmap(map, mem->size);
}
