// SPDX-License-Identifier: GPL-2.0-only
#include <linux/io.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <drm/drm_managed.h>

#include "gantry_device.h"
#include "gantry_region.h"
#include "gantry_ring.h"
#include "gantry_trace.h"

/* A process that was killed notices it after this many bytes were zeroed. */
#define GANTRY_SCRUB_STEP	(256ULL * 1024 * 1024)

/* All memory is free, and what was being zeroed is done or given up. */
static void gantry_regions_release(struct drm_device *drm, void *res)
{
	struct gantry_device *gdev = to_gantry_device(drm);
	u32 i;

	for (i = 0; i < gdev->region_count; i++)
		gpu_buddy_fini(&gdev->regions[i].buddy);
}

/**
 * gantry_regions_init - set up the allocators
 * @gdev: its backend filled in the regions
 *
 * Nothing is known of what the memory holds, so all of it begins dirty. The
 * allocators go with the DRM device.
 *
 * Return: 0 or an error; then nothing is left to undo.
 */
int gantry_regions_init(struct gantry_device *gdev)
{
	u32 i;
	int ret;

	for (i = 0; i < gdev->region_count; i++) {
		struct gantry_region *region = &gdev->regions[i];

		region->gdev = gdev;
		mutex_init(&region->lock);
		init_waitqueue_head(&region->scrubbed);
		ret = gpu_buddy_init(&region->buddy, region->size, PAGE_SIZE);
		if (ret)
			goto err;
		/* Or user space's mappings would be uncached. */
		devm_arch_io_reserve_memtype_wc(gdev->drm.dev, region->cpu_base, region->size);
	}
	ret = drmm_add_action(&gdev->drm, gantry_regions_release, NULL);
	if (ret)
		goto err;
	return 0;
err:
	while (i--)
		gpu_buddy_fini(&gdev->regions[i].buddy);
	return ret;
}

/**
 * gantry_regions_forget - take nothing for zero any more
 * @gdev: was reset: nobody says what that does to memory
 *
 * Takes no lock: whoever allocates may wait for jobs that only a reset can end.
 */
void gantry_regions_forget(struct gantry_device *gdev)
{
	u32 i;

	for (i = 0; i < gdev->region_count; i++)
		atomic_inc(&gdev->regions[i].resets);
}

/*
 * Bring the allocator up to what gantry_regions_forget() said. One pass of its own
 * function may leave blocks behind, for it changes the tree that it walks through.
 */
static u32 gantry_region_sync(struct gantry_region *region)
{
	struct gpu_buddy *buddy = &region->buddy;
	u32 resets = atomic_read(&region->resets);
	u64 before;

	lockdep_assert_held(&region->lock);
	if (region->buddy_resets == resets)
		return resets;
	do {
		before = buddy->clear_avail;
		gpu_buddy_reset_clear(buddy, false);
	} while (buddy->clear_avail && buddy->clear_avail != before);
	region->buddy_resets = resets;
	return resets;
}

/**
 * gantry_regions_used - device memory that somebody holds
 * @gdev: the card
 *
 * Waits until what was freed is zeroed; that ends, if need be, with a reset.
 *
 * Return: bytes.
 */
u64 gantry_regions_used(struct gantry_device *gdev)
{
	u64 used = 0;
	u32 i;

	for (i = 0; i < gdev->region_count; i++) {
		struct gantry_region *region = &gdev->regions[i];

		wait_event(region->scrubbed, !READ_ONCE(region->scrubbing));
		mutex_lock(&region->lock);
		used += region->size - region->buddy.avail;
		mutex_unlock(&region->lock);
	}
	return used;
}

static u64 gantry_region_avail(struct gantry_region *region)
{
	return READ_ONCE(region->buddy.avail);
}

/**
 * gantry_region_find - region for a number that user space gave
 * @gdev: the card
 * @index: of a region, or %DRM_GANTRY_REGION_ANY
 *
 * Return: the region, or NULL if there is no such.
 */
struct gantry_region *gantry_region_find(struct gantry_device *gdev, u32 index)
{
	struct gantry_region *best;
	u32 i;

	if (index < gdev->region_count)
		return &gdev->regions[array_index_nospec(index, GANTRY_MAX_REGIONS)];
	if (index != DRM_GANTRY_REGION_ANY || !gdev->region_count)
		return NULL;
	best = &gdev->regions[0];
	for (i = 1; i < gdev->region_count; i++)
		if (gantry_region_avail(&gdev->regions[i]) > gantry_region_avail(best))
			best = &gdev->regions[i];
	return best;
}

/* Answer %DRM_GANTRY_QUERY_REGION. */
void gantry_region_info(struct gantry_region *region, struct drm_gantry_region_info *info)
{
	mutex_lock(&region->lock);
	gantry_region_sync(region);
	info->size = region->size;
	info->free = region->buddy.avail;
	info->scrubbing = region->scrubbing;
	info->dirty = region->buddy.avail - region->buddy.clear_avail;
	mutex_unlock(&region->lock);
	strscpy(info->name, region->name, sizeof(info->name));
}

static void gantry_region_put_blocks(struct gantry_memory *memory, bool clear)
{
	struct gantry_region *region = memory->region;

	lockdep_assert_held(&region->lock);
	gpu_buddy_free_list(&region->buddy, &memory->blocks, clear ? GPU_BUDDY_CLEARED : 0);
}

/* Blocks that are known to be zero, or that are not, as addresses. */
static void gantry_memory_append(struct gantry_memory *memory, struct gantry_extents *ext,
				 bool only_dirty)
{
	struct gpu_buddy *buddy = &memory->region->buddy;
	struct gpu_buddy_block *block;

	list_for_each_entry(block, &memory->blocks, link)
		if (!only_dirty || !gpu_buddy_block_is_clear(block))
			gantry_extents_append(ext,
					      memory->region->base + gpu_buddy_block_offset(block),
					      gpu_buddy_block_size(buddy, block));
}

static void gantry_scrub_account(struct gantry_memory *memory)
{
	struct gantry_device *gdev = memory->region->gdev;
	struct gantry_counters *counters = &gdev->counters;
	u64 bytes = memory->scrub_op.length;
	unsigned long flags;

	if (trace_gantry_scrub_enabled()) {
		/* As in gantry_fence_trace_end(). */
		local_irq_save(flags);
		trace_gantry_scrub(dev_name(gdev->drm.dev), memory->region - gdev->regions,
				   bytes, memory->scrub.error);
		local_irq_restore(flags);
	}
	atomic64_add(bytes, memory->scrub.error ? &counters->bytes_scrub_failed :
						  &counters->bytes_scrubbed);
}

/* Zero @length bytes from @offset of @ext; @finish is called at the end. */
static void gantry_scrub_start(struct gantry_memory *memory, const struct gantry_extents *ext,
			       u64 offset, u64 length,
			       void (*finish)(struct gantry_transfer *xfer))
{
	struct gantry_device *gdev = memory->region->gdev;

	memory->scrub_op = (struct gantry_op){ .dst = ext, .dst_offset = offset, .length = length };
	gantry_transfer_init(&memory->scrub, gdev->backend->card_rings, &memory->scrub_op, 1, NULL,
			     false);
	memory->scrub.finish = finish;
	gantry_transfer_start(&memory->scrub, gantry_ring_next_shared(gdev));
}

static void gantry_scrub_wake(struct gantry_transfer *xfer)
{
	struct gantry_memory *memory = container_of(xfer, struct gantry_memory, scrub);

	complete(&memory->scrub_done);
}

/* Zero what of new memory is not known to be zero. Sleeps. */
static int gantry_memory_scrub(struct gantry_memory *memory)
{
	struct gantry_extents dirty;
	u64 offset = 0;
	int ret = gantry_extents_init(&dirty, memory->extents.room);

	if (ret)
		return ret;
	gantry_memory_append(memory, &dirty, true);
	while (!ret && offset < dirty.size) {
		u64 length = min(dirty.size - offset, GANTRY_SCRUB_STEP);

		reinit_completion(&memory->scrub_done);
		gantry_scrub_start(memory, &dirty, offset, length, gantry_scrub_wake);
		wait_for_completion(&memory->scrub_done);
		gantry_scrub_account(memory);
		offset += length;
		if (memory->scrub.error)
			ret = memory->scrub.error == -ENODEV ? -ENODEV : -EIO;
		else if (offset < dirty.size && fatal_signal_pending(current))
			ret = -EINTR;
	}
	gantry_extents_fini(&dirty);
	return ret;
}

/* Take blocks; what is being zeroed right now is worth waiting for. */
static int gantry_memory_get_blocks(struct gantry_memory *memory)
{
	struct gantry_region *region = memory->region;
	bool hopeless;
	u64 pending;
	int ret;

	if (memory->size > region->size)
		return -ENOSPC;
	for (;;) {
		mutex_lock(&region->lock);
		memory->resets = gantry_region_sync(region);
		ret = gpu_buddy_alloc_blocks(&region->buddy, 0, region->size, memory->size,
					     PAGE_SIZE, &memory->blocks,
					     GPU_BUDDY_CLEAR_ALLOCATION);
		pending = region->scrubbing;
		hopeless = memory->size > region->buddy.avail + pending;
		mutex_unlock(&region->lock);
		if (ret != -ENOSPC || !pending || hopeless)
			return ret;
		ret = wait_event_interruptible(region->scrubbed,
					       READ_ONCE(region->scrubbing) != pending);
		if (ret)
			return ret;
	}
}

static int gantry_memory_describe(struct gantry_memory *memory)
{
	int ret = gantry_extents_init(&memory->extents, list_count_nodes(&memory->blocks));

	if (!ret)
		gantry_memory_append(memory, &memory->extents, false);
	return ret;
}

static void gantry_memory_destroy(struct gantry_memory *memory)
{
	gantry_extents_fini(&memory->extents);
	kfree(memory);
}

static void gantry_memory_free_work(struct work_struct *work)
{
	struct gantry_memory *memory = container_of(work, struct gantry_memory, free_work);
	struct gantry_region *region = memory->region;

	gantry_scrub_account(memory);
	mutex_lock(&region->lock);
	gantry_region_sync(region);
	gantry_region_put_blocks(memory,
				 !memory->scrub.error && memory->resets == region->buddy_resets);
	WRITE_ONCE(region->scrubbing, region->scrubbing - memory->size);
	mutex_unlock(&region->lock);
	wake_up_all(&region->scrubbed);
	gantry_memory_destroy(memory);
}

/**
 * gantry_memory_alloc - take device memory that reads as zero
 * @region: where
 * @size: in bytes, whole pages
 *
 * Return: the memory, or -ENOSPC, -ENOMEM, -EIO it could not be zeroed, -ENODEV
 * the card is gone, -ERESTARTSYS, -EINTR. Sleeps while the card zeroes memory.
 */
struct gantry_memory *gantry_memory_alloc(struct gantry_region *region, u64 size)
{
	struct gantry_memory *memory = kzalloc(sizeof(*memory), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!memory)
		return ERR_PTR(-ENOMEM);
	memory->region = region;
	memory->size = size;
	INIT_LIST_HEAD(&memory->blocks);
	init_completion(&memory->scrub_done);
	INIT_WORK(&memory->free_work, gantry_memory_free_work);

	ret = gantry_memory_get_blocks(memory);
	if (ret)
		goto err_free;
	ret = gantry_memory_describe(memory);
	if (!ret)
		ret = gantry_memory_scrub(memory);
	/* What was zero before a reset of the card may not be so after it. */
	if (!ret && memory->resets != atomic_read(&region->resets))
		ret = -EIO;
	if (ret)
		goto err_blocks;
	return memory;

err_blocks:
	mutex_lock(&region->lock);
	gantry_region_put_blocks(memory, false);
	mutex_unlock(&region->lock);
err_free:
	gantry_memory_destroy(memory);
	return ERR_PTR(ret);
}

static void gantry_scrub_give_back(struct gantry_transfer *xfer)
{
	struct gantry_memory *memory = container_of(xfer, struct gantry_memory, scrub);

	queue_work(memory->region->gdev->scrub_wq, &memory->free_work);
}

/**
 * gantry_memory_free - zero memory and give it back
 * @memory: from gantry_memory_alloc(); nobody reads or writes it any more
 *
 * Does not wait for the card, and cannot fail: memory that could not be zeroed
 * goes back as dirty and is zeroed before it is used again.
 */
void gantry_memory_free(struct gantry_memory *memory)
{
	struct gantry_region *region = memory->region;

	mutex_lock(&region->lock);
	WRITE_ONCE(region->scrubbing, region->scrubbing + memory->size);
	memory->resets = atomic_read(&region->resets);
	mutex_unlock(&region->lock);
	gantry_scrub_start(memory, &memory->extents, 0, memory->size, gantry_scrub_give_back);
}
