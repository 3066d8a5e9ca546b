// SPDX-License-Identifier: GPL-2.0-only
/* DRM_IOCTL_GANTRY_QUEUE_SUBMIT: operations, what they wait for, what they signal. */
#include "world.h"

const int submit_errors[] = { EINVAL, ENOENT, EACCES, EBUSY, EIO, ENOMEM, EINTR, 0 };

/* ---- making it up -------------------------------------------------------------------- */

static uint64_t size_of(struct call *c, uint32_t handle)
{
	const struct mem *mem = c->blind ? NULL : handle_find(c->file, handle);

	return mem ? mem->size : 2 * PAGE_BYTES;
}

static uint64_t pick_length(struct call *c, uint64_t most)
{
	uint64_t length;

	if (rng_one_in(&c->rng, 16))
		return most;
	length = 1 + rng_below(&c->rng, rng_one_in(&c->rng, 4) ? 16384 : 512);
	return length < most ? length : most;
}

static void make_fill(struct call *c, struct drm_gantry_op *op)
{
	uint64_t size = size_of(c, op->dst_handle);

	op->opcode = DRM_GANTRY_OP_FILL;
	op->pattern = rng_next(&c->rng);
	op->length = (pick_length(c, size) + 3) & ~3ull;
	op->dst_offset = rng_below(&c->rng, size - op->length + 1) & ~3ull;
}

static void make_copy(struct call *c, struct drm_gantry_op *op)
{
	uint64_t size = size_of(c, op->dst_handle), from;

	op->opcode = DRM_GANTRY_OP_COPY;
	op->src_handle = pick_handle(c);
	from = size_of(c, op->src_handle);
	/* Within a buffer: from its one half to the other. */
	if (op->src_handle == op->dst_handle)
		size = from = size / 2;
	op->length = pick_length(c, size < from ? size : from);
	op->dst_offset = rng_below(&c->rng, size - op->length + 1);
	op->src_offset = rng_below(&c->rng, from - op->length + 1);
	if (op->src_handle == op->dst_handle)
		*(rng_one_in(&c->rng, 2) ? &op->dst_offset : &op->src_offset) += size;
}

static void break_op(struct call *c, struct drm_gantry_op *op)
{
	uint64_t words[sizeof(*op) / 8];
	unsigned int at = rng_below(&c->rng, ARRAY_LENGTH(words));

	memcpy(words, op, sizeof(*op));
	switch (rng_below(&c->rng, 3)) {
	case 0:
		words[at] += rng_one_in(&c->rng, 2) ? 1 : -1;
		break;
	case 1:
		words[at] ^= 1ull << rng_below(&c->rng, 64);
		break;
	default:
		words[at] = random_number(&c->rng);
	}
	memcpy(op, words, sizeof(*op));
}

static uint32_t pick_count(struct call *c)
{
	if (rng_one_in(&c->rng, 4096))
		return MAX_OPS - rng_below(&c->rng, 2);
	if (rng_one_in(&c->rng, 64))
		return 1 + rng_below(&c->rng, 100);
	return 1 + rng_below(&c->rng, 4);
}

static void make_ops(struct call *c)
{
	static __thread struct drm_gantry_op ops[MAX_OPS];
	struct drm_gantry_queue_submit *args = &c->args.submit;
	uint32_t i;

	args->op_count = pick_count(c);
	memset(ops, 0, args->op_count * sizeof(*ops));
	for (i = 0; i < args->op_count; i++) {
		ops[i].dst_handle = pick_buffer(c);
		ops[i].flags = rng_one_in(&c->rng, 4) ? DRM_GANTRY_OP_BARRIER : 0;
		if (rng_one_in(&c->rng, 3))
			make_fill(c, &ops[i]);
		else
			make_copy(c, &ops[i]);
	}
	if (rng_one_in(&c->rng, 16))
		break_op(c, &ops[rng_below(&c->rng, args->op_count)]);
	args->ops = array_put(c, ARRAY_A, ops, args->op_count, sizeof(*ops));
}

/* A point that is there, or for a signal the next one. */
static uint64_t pick_point(struct call *c, uint32_t handle, bool signal)
{
	const struct sync *sync = c->blind ? NULL : sync_find(c->file, handle);
	uint64_t top = sync ? sync->top : rng_below(&c->rng, 16);

	if (rng_one_in(&c->rng, 32))
		return random_number(&c->rng);
	if (signal)
		return rng_one_in(&c->rng, 2) ? 0 : top + 1 + rng_below(&c->rng, 2);
	return top ? top - rng_below(&c->rng, top < 3 ? top : 3) : 0;
}

/* To wait for what never was given a fence is an error; once in a while is enough. */
static uint32_t pick_fence(struct call *c)
{
	unsigned int tries;
	uint32_t handle = pick_sync(c);

	for (tries = 0; tries < 4 && !c->blind; tries++) {
		const struct sync *sync = sync_find(c->file, handle);

		if (sync && sync->has_fence)
			break;
		handle = pick_sync(c);
	}
	return handle;
}

static uint64_t make_syncs(struct call *c, unsigned int slot, uint32_t *count, bool signal)
{
	struct drm_gantry_sync syncs[MAX_SYNCS];
	uint32_t i;

	*count = rng_one_in(&c->rng, 3) ? 1 + rng_below(&c->rng, 3) : 0;
	if (rng_one_in(&c->rng, 128))
		*count = MAX_SYNCS;
	memset(syncs, 0, sizeof(syncs));
	for (i = 0; i < *count; i++) {
		syncs[i].handle = signal ? pick_sync(c) : pick_fence(c);
		syncs[i].point = pick_point(c, syncs[i].handle, signal);
		if (rng_one_in(&c->rng, 128))
			syncs[i].flags = random_number(&c->rng);
	}
	return *count ? array_put(c, slot, syncs, *count, sizeof(*syncs)) : 0;
}

void make_submit(struct call *c)
{
	struct drm_gantry_queue_submit *args = &c->args.submit;

	pick_file(c);
	args->queue = pick_queue(c);
	make_ops(c);
	args->waits = make_syncs(c, ARRAY_B, &args->wait_count, false);
	args->signals = make_syncs(c, ARRAY_C, &args->signal_count, true);
}

/* ---- what is right ----------------------------------------------------------------------- */

static bool range_ok(const struct mem *mem, uint64_t offset, uint64_t length)
{
	return length && length <= mem->size && offset <= mem->size - length;
}

static void predict_copy(struct call *c, const struct drm_gantry_op *op, const struct mem *dst)
{
	const struct mem *src = handle_find(c->file, op->src_handle);

	refuse_if(c, op->pattern, EINVAL);
	refuse_if(c, !src, ENOENT);
	if (!src || !dst)
		return;
	refuse_if(c, !range_ok(src, op->src_offset, op->length), EINVAL);
	refuse_if(c, src == dst && op->src_offset < op->dst_offset + op->length &&
		  op->dst_offset < op->src_offset + op->length, EINVAL);
}

static void predict_op(struct call *c, const struct drm_gantry_op *op)
{
	const struct mem *dst = handle_find(c->file, op->dst_handle);

	refuse_if(c, op->flags & ~DRM_GANTRY_OP_BARRIER, EINVAL);
	refuse_if(c, !dst, ENOENT);
	refuse_if(c, dst && !range_ok(dst, op->dst_offset, op->length), EINVAL);
	refuse_if(c, dst && dst->read_only, EACCES);
	if (op->opcode == DRM_GANTRY_OP_COPY)
		predict_copy(c, op, dst);
	else if (op->opcode == DRM_GANTRY_OP_FILL)
		refuse_if(c, op->src_handle || op->src_offset ||
			  (op->dst_offset | op->length) & 3, EINVAL);
	else
		refuse(c, EINVAL);
}

static void predict_ops(struct call *c, const struct drm_gantry_queue_submit *args)
{
	const struct drm_gantry_op *ops;
	uint32_t i;

	ops = array_read(c, args->ops, args->op_count, sizeof(*ops));
	refuse_if(c, !ops, EFAULT);
	if (!ops) {
		/* Of those that can be read, one may be wrong before that. */
		may(c, EINVAL);
		may(c, ENOENT);
		may(c, EACCES);
	}
	for (i = 0; ops && i < args->op_count; i++)
		predict_op(c, &ops[i]);
}

static void predict_wait(struct call *c, const struct drm_gantry_sync *wait)
{
	const struct sync *sync = sync_find(c->file, wait->handle);

	refuse_if(c, !sync, ENOENT);
	refuse_if(c, sync && !sync->has_fence, EINVAL);
	if (!sync || !wait->point || !sync->has_fence)
		return;
	if (sync->vague)
		may(c, EINVAL);
	else
		refuse_if(c, wait->point > sync->top, EINVAL);
}

static void predict_syncs(struct call *c, uint64_t address, uint32_t count, bool signal)
{
	const struct drm_gantry_sync *syncs = array_read(c, address, count, sizeof(*syncs));
	uint32_t i;

	if (!count)
		return;
	refuse_if(c, !syncs, EFAULT);
	for (i = 0; syncs && i < count; i++) {
		refuse_if(c, syncs[i].flags, EINVAL);
		if (signal)
			refuse_if(c, !sync_find(c->file, syncs[i].handle), ENOENT);
		else
			predict_wait(c, &syncs[i]);
	}
}

void predict_submit(struct call *c)
{
	const struct drm_gantry_queue_submit *args = &c->seen.submit;
	struct queue *queue = queue_find(c->file, args->queue);
	bool counts_ok = args->op_count && args->op_count <= MAX_OPS &&
			 args->wait_count <= MAX_SYNCS && args->signal_count <= MAX_SYNCS;

	refuse_if(c, args->flags || args->pad || !counts_ok, EINVAL);
	refuse_if(c, !queue, ENOENT);
	if (!counts_ok)
		return;
	predict_ops(c, args);
	predict_syncs(c, args->waits, args->wait_count, false);
	predict_syncs(c, args->signals, args->signal_count, true);
	if (c->refused)
		return;
	if (queue->seqno - queue->settled >= MAX_JOBS)
		may(c, EBUSY);
	shadow_prepare(c, queue, (void *)(uintptr_t)args->ops, args->op_count);
}

/* ---- what it changes ----------------------------------------------------------------------- */

static void signal_syncs(struct call *c, const struct drm_gantry_queue_submit *args)
{
	const struct drm_gantry_sync *syncs = (void *)(uintptr_t)args->signals;
	uint32_t i;

	for (i = 0; i < args->signal_count; i++) {
		struct sync *sync = sync_find(c->file, syncs[i].handle);

		if (syncs[i].point)
			sync_set_point(sync, syncs[i].point);
		else
			sync_set_fence(sync);
	}
}

void done_submit(struct call *c)
{
	const struct drm_gantry_queue_submit *args = &c->seen.submit;
	struct queue *queue = queue_find(c->file, args->queue);

	queue->seqno++;
	world.jobs++;
	if (answered(c, struct drm_gantry_queue_submit, seqno))
		fail_if(c, c->back.submit.seqno != queue->seqno,
			"job %llu, and the one before it was %llu",
			(unsigned long long)c->back.submit.seqno,
			(unsigned long long)queue->seqno - 1);
	shadow_apply(c, queue, (void *)(uintptr_t)args->ops, args->op_count);
	signal_syncs(c, args);
}
