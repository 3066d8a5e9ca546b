// SPDX-License-Identifier: GPL-2.0-only
/* DRM_IOCTL_GANTRY_QUEUE_SUBMIT: check what user space asks for, then push it. */
#include <linux/dma-fence-chain.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <drm/drm_exec.h>
#include <drm/drm_file.h>
#include <drm/drm_syncobj.h>

#include "gantry_bo.h"
#include "gantry_delay.h"
#include "gantry_device.h"
#include "gantry_import.h"
#include "gantry_job.h"
#include "gantry_queue.h"
#include "gantry_share.h"
#include "gantry_space.h"
#include "gantry_submit.h"

/* Buffers looked up last: batches mostly use the same few. */
#define GANTRY_LOOKUP_CACHE	4

/* Most jobs use no more buffers than that. */
#define GANTRY_MAPPING_ROOM	8U

/* Operations read from user space at once, onto the stack. */
#define GANTRY_OP_PORTION	8U

struct gantry_lookup {
	struct drm_file *filp;
	u32 handles[GANTRY_LOOKUP_CACHE];
	struct gantry_mapping *mappings[GANTRY_LOOKUP_CACHE];
	u32 next;
};

/* The job holds @mapping from now on, or nobody does. */
static int gantry_job_add_mapping(struct gantry_job *job, struct gantry_mapping *mapping)
{
	if (job->mapping_count == job->mapping_room) {
		u32 room = max(2 * job->mapping_room, GANTRY_MAPPING_ROOM);
		void *mappings = kvrealloc(job->mappings, room * sizeof(*job->mappings),
					   GFP_KERNEL_ACCOUNT | __GFP_NOWARN);

		if (!mappings) {
			gantry_mapping_put(mapping);
			return -ENOMEM;
		}
		job->mappings = mappings;
		job->mapping_room = room;
	}
	job->mappings[job->mapping_count++] = mapping;
	job->peers |= !!mapping->bo->peer;
	return 0;
}

static struct gantry_mapping *gantry_mapping_lookup(struct drm_file *filp, u32 handle)
{
	struct gantry_file *file = filp->driver_priv;
	struct drm_gem_object *obj = drm_gem_object_lookup(filp, handle);
	struct gantry_mapping *mapping;

	if (!obj)
		return NULL;
	mapping = gantry_mapping_get(file->space, to_gantry_bo(obj));
	drm_gem_object_put(obj);
	return mapping;
}

/* Find a buffer and make the job hold it. */
static struct gantry_mapping *gantry_job_lookup(struct gantry_job *job,
						struct gantry_lookup *lookup, u32 handle)
{
	struct gantry_mapping *mapping;
	u32 i;
	int ret;

	for (i = 0; i < GANTRY_LOOKUP_CACHE; i++)
		if (lookup->mappings[i] && lookup->handles[i] == handle)
			return lookup->mappings[i];

	mapping = gantry_mapping_lookup(lookup->filp, handle);
	if (!mapping)
		return ERR_PTR(-ENOENT);
	ret = gantry_job_add_mapping(job, mapping);
	if (ret)
		return ERR_PTR(ret);
	if (gantry_import_is_lost(mapping->bo))
		return ERR_PTR(-ESTALE);
	i = lookup->next++ % GANTRY_LOOKUP_CACHE;
	lookup->handles[i] = handle;
	lookup->mappings[i] = mapping;
	return mapping;
}

static bool gantry_range_valid(const struct gantry_bo *bo, u64 offset, u64 length)
{
	u64 end;

	return length && !check_add_overflow(offset, length, &end) && end <= bo->base.size;
}

static int gantry_op_check_fill(const struct drm_gantry_op *user)
{
	if (user->src_handle || user->src_offset)
		return -EINVAL;
	return (user->dst_offset | user->length) & 3 ? -EINVAL : 0;
}

/* The pieces of a copy run in any order, so it must not overlap itself. */
static int gantry_op_check_copy(const struct drm_gantry_op *user, const struct gantry_bo *dst,
				const struct gantry_bo *src)
{
	if (user->pattern || !gantry_range_valid(src, user->src_offset, user->length))
		return -EINVAL;
	if (dst == src && user->src_offset < user->dst_offset + user->length &&
	    user->dst_offset < user->src_offset + user->length)
		return -EINVAL;
	return 0;
}

static enum gantry_direction gantry_op_direction(const struct gantry_bo *dst,
						 const struct gantry_bo *src)
{
	if (!src)
		return GANTRY_FILL;
	if (src->memory)
		return dst->memory ? GANTRY_DEVICE_TO_DEVICE : GANTRY_DEVICE_TO_HOST;
	return dst->memory ? GANTRY_HOST_TO_DEVICE : GANTRY_HOST_TO_HOST;
}

static int gantry_job_add_op(struct gantry_job *job, struct gantry_lookup *lookup,
			     const struct drm_gantry_op *user, struct gantry_op *op)
{
	struct gantry_mapping *dst, *src = NULL;
	enum gantry_direction direction;
	int ret;

	if (user->flags & ~DRM_GANTRY_OP_BARRIER)
		return -EINVAL;
	if (user->opcode != DRM_GANTRY_OP_COPY && user->opcode != DRM_GANTRY_OP_FILL)
		return -EINVAL;
	dst = gantry_job_lookup(job, lookup, user->dst_handle);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	if (!gantry_range_valid(dst->bo, user->dst_offset, user->length))
		return -EINVAL;
	if (user->opcode == DRM_GANTRY_OP_COPY) {
		src = gantry_job_lookup(job, lookup, user->src_handle);
		if (IS_ERR(src))
			return PTR_ERR(src);
		ret = gantry_op_check_copy(user, dst->bo, src->bo);
	} else {
		ret = gantry_op_check_fill(user);
	}
	if (ret)
		return ret;
	if (dst->bo->read_only)
		return -EACCES;

	*op = (struct gantry_op){
		.dst = dst->extents,
		.src = src ? src->extents : NULL,
		.dst_offset = user->dst_offset,
		.src_offset = user->src_offset,
		.length = user->length,
		.pattern = user->pattern,
		.barrier = user->flags & DRM_GANTRY_OP_BARRIER,
	};
	direction = gantry_op_direction(dst->bo, src ? src->bo : NULL);
	job->fence->stats.bytes[direction] += user->length;
	job->fence->stats.operations[direction]++;
	return 0;
}

/* In small portions, so that no copy of the whole list is needed. */
static int gantry_job_add_ops(struct gantry_job *job, struct drm_file *filp,
			      const struct drm_gantry_queue_submit *args)
{
	const struct drm_gantry_op __user *from = u64_to_user_ptr(args->ops);
	struct gantry_lookup lookup = { .filp = filp };
	struct drm_gantry_op ops[GANTRY_OP_PORTION];
	u32 i, count;
	int ret;

	while (job->op_count < args->op_count) {
		count = min(args->op_count - job->op_count, GANTRY_OP_PORTION);
		if (copy_from_user(ops, from + job->op_count, count * sizeof(*ops)))
			return -EFAULT;
		for (i = 0; i < count; i++) {
			ret = gantry_job_add_op(job, &lookup, &ops[i], &job->ops[job->op_count]);
			if (ret)
				return ret;
			job->op_count++;
		}
	}
	return 0;
}

static struct drm_gantry_sync *gantry_syncs_from_user(u64 pointer, u32 count)
{
	struct drm_gantry_sync *syncs;
	u32 i;

	syncs = memdup_array_user(u64_to_user_ptr(pointer), count, sizeof(*syncs));
	if (IS_ERR(syncs))
		return syncs;
	for (i = 0; i < count; i++) {
		if (syncs[i].flags) {
			kfree(syncs);
			return ERR_PTR(-EINVAL);
		}
	}
	return syncs;
}

static int gantry_job_add_wait(struct gantry_job *job, struct drm_file *filp,
			       const struct drm_gantry_sync *sync)
{
	struct dma_fence *fence;
	int ret = drm_syncobj_find_fence(filp, sync->handle, sync->point, 0, &fence);

	if (ret)
		return ret;
	return drm_sched_job_add_dependency(&job->base, fence);
}

static int gantry_job_add_waits(struct gantry_job *job, struct drm_file *filp,
				const struct drm_gantry_queue_submit *args)
{
	struct drm_gantry_sync *syncs;
	u32 i;
	int ret = 0;

	if (!args->wait_count)
		return 0;
	syncs = gantry_syncs_from_user(args->waits, args->wait_count);
	if (IS_ERR(syncs))
		return PTR_ERR(syncs);
	for (i = 0; i < args->wait_count && !ret; i++)
		ret = gantry_job_add_wait(job, filp, &syncs[i]);
	kfree(syncs);
	return ret;
}

static int gantry_job_add_signal(struct gantry_job *job, struct drm_file *filp,
				 const struct drm_gantry_sync *sync)
{
	struct gantry_signal *signal = &job->signals[job->signal_count];

	signal->syncobj = drm_syncobj_find(filp, sync->handle);
	if (!signal->syncobj)
		return -ENOENT;
	job->signal_count++;
	if (!sync->point)
		return 0;
	signal->point = sync->point;
	signal->chain = dma_fence_chain_alloc();
	return signal->chain ? 0 : -ENOMEM;
}

static int gantry_job_add_signals(struct gantry_job *job, struct drm_file *filp,
				  const struct drm_gantry_queue_submit *args)
{
	struct drm_gantry_sync *syncs;
	u32 i;
	int ret = 0;

	if (!args->signal_count)
		return 0;
	job->signals = kcalloc(args->signal_count, sizeof(*job->signals), GFP_KERNEL_ACCOUNT);
	if (!job->signals)
		return -ENOMEM;
	syncs = gantry_syncs_from_user(args->signals, args->signal_count);
	if (IS_ERR(syncs))
		return PTR_ERR(syncs);
	for (i = 0; i < args->signal_count && !ret; i++)
		ret = gantry_job_add_signal(job, filp, &syncs[i]);
	kfree(syncs);
	return ret;
}

/* The buffers are locked: has a card gone whose memory the job uses? */
static int gantry_job_check_peers(const struct gantry_job *job)
{
	int ret = 0;
	u32 i;

	for (i = 0; job->peers && i < job->mapping_count && !ret; i++)
		ret = gantry_import_check(job->mappings[i]->bo);
	return ret;
}

/* Lock the job's buffers, so that its fence can be added to them, and push it. */
static int gantry_job_lock_and_push(struct gantry_job *job, u64 *seqno)
{
	struct drm_exec exec;
	u32 i;
	int ret = 0;

	drm_exec_init(&exec, DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES,
		      job->mapping_count);
	drm_exec_until_all_locked(&exec) {
		for (i = 0; i < job->mapping_count; i++) {
			ret = drm_exec_prepare_obj(&exec, &job->mappings[i]->bo->base, 1);
			drm_exec_retry_on_contention(&exec);
			if (ret)
				goto out;
		}
	}
	ret = gantry_job_check_peers(job) ?: gantry_job_push(job, seqno);
out:
	drm_exec_fini(&exec);
	return ret;
}

/* The scheduler has the delay from now on, too, and holds it at least as long as the job. */
static int gantry_job_add_delay(struct gantry_job *job, struct gantry_policy *delayer)
{
	struct gantry_delay *delay = gantry_delay_new(delayer, job->fence->delay_ns);
	int ret;

	if (!delay)
		return -ENOMEM;
	ret = drm_sched_job_add_dependency(&job->base, gantry_delay_fence(delay));
	if (!ret)
		job->delay = delay;
	return ret;
}

static int gantry_job_add_share(struct gantry_job *job, const struct gantry_verdict *verdict)
{
	job->share = gantry_share_find(job->queue->file->gdev, verdict->account, verdict->weight);
	return job->share ? 0 : -ENOMEM;
}

/* Ask the policies last: what they admit then mostly is done. */
static int gantry_job_admit_and_push(struct gantry_job *job, u64 *seqno)
{
	struct gantry_verdict verdict;
	int ret = gantry_policy_submit(job->queue, job->fence, &verdict);

	if (ret)
		return ret;
	if (verdict.delayer)
		ret = gantry_job_add_delay(job, verdict.delayer);
	if (!ret && verdict.weight)
		ret = gantry_job_add_share(job, &verdict);
	if (!ret)
		ret = gantry_job_lock_and_push(job, seqno);
	if (ret)
		gantry_policy_complete(job->fence, ret);
	return ret;
}

static int gantry_job_submit(struct gantry_job *job, struct drm_file *filp,
			     const struct drm_gantry_queue_submit *args, u64 *seqno)
{
	int ret = gantry_job_add_ops(job, filp, args);

	if (!ret)
		ret = gantry_job_add_waits(job, filp, args);
	if (!ret)
		ret = gantry_job_add_signals(job, filp, args);
	if (!ret)
		ret = gantry_job_admit_and_push(job, seqno);
	return ret;
}

static int gantry_submit_to_queue(struct gantry_queue *queue, struct drm_file *filp,
				  struct drm_gantry_queue_submit *args)
{
	struct gantry_job *job = gantry_job_new(queue, args->op_count, filp->client_id);
	u64 seqno;
	int ret;

	if (IS_ERR(job))
		return PTR_ERR(job);
	ret = gantry_job_submit(job, filp, args, &seqno);
	if (ret) {
		gantry_job_free(job);
		return ret;
	}
	gantry_job_put(job);
	args->seqno = seqno;
	return 0;
}

/* DRM_IOCTL_GANTRY_QUEUE_SUBMIT */
int gantry_queue_submit_ioctl(struct drm_device *drm, void *data, struct drm_file *filp)
{
	struct drm_gantry_queue_submit *args = data;
	struct gantry_queue *queue;
	int ret;

	if (args->flags || args->pad || !args->op_count || args->op_count > GANTRY_MAX_OPS ||
	    args->wait_count > GANTRY_MAX_SYNCS || args->signal_count > GANTRY_MAX_SYNCS)
		return -EINVAL;
	queue = gantry_queue_get(filp->driver_priv, args->queue);
	if (!queue)
		return -ENOENT;
	ret = gantry_submit_to_queue(queue, filp, args);
	gantry_queue_put(queue);
	return ret;
}
