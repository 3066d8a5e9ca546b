// SPDX-License-Identifier: GPL-2.0-only
#include "scene.h"

#include <linux/sync_file.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <xf86drm.h>

/* No job of a scene takes longer, whatever befalls it. */
#define JOB_TIMEOUT_MS	60000

void actor_make(struct actor *actor, uint32_t seed)
{
	actor->dev = card_open(0);
	actor->fd = gantry_device_fd(actor->dev);
	actor->src = buffer_make(actor->dev, JOB_BYTES, GANTRY_REGION_HOST);
	actor->hbm = buffer_make(actor->dev, JOB_BYTES, seed % 3);
	actor->back = buffer_make(actor->dev, JOB_BYTES, GANTRY_REGION_HOST);
	actor->hbm_map = buffer_map(actor->hbm);
	actor->back_map = buffer_map(actor->back);
	actor->seed = seed;
	data_write(buffer_map(actor->src), JOB_BYTES, seed);
	assert_int_equal(drmSyncobjCreate(actor->fd, 0, &actor->syncobj), 0);
	actor->sync_file = -1;
}

void actor_close(struct actor *actor)
{
	if (!actor->dev)
		return;
	gantry_buffer_destroy(actor->src);
	gantry_buffer_destroy(actor->hbm);
	gantry_buffer_destroy(actor->back);
	gantry_device_close(actor->dev);
	actor->dev = NULL;
}

void actor_destroy(struct actor *actor)
{
	actor_close(actor);
	if (actor->sync_file >= 0)
		close(actor->sync_file);
	actor->sync_file = -1;
}

static void queue_drop(int fd, uint32_t queue)
{
	struct drm_gantry_queue_destroy destroy = { .queue = queue };

	assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy));
}

static uint32_t ring_count(struct gantry_device *dev)
{
	struct gantry_device_info info = { .size = sizeof(info) };

	assert_done(gantry_device_get_info(dev, &info));
	return info.ring_count;
}

/* Rings are given out in turn: after these, that of the last queue is next again. */
static void turn_once_round(struct actor *actor)
{
	uint32_t i, count = ring_count(actor->dev);

	for (i = 1; i < count; i++)
		queue_drop(actor->fd, raw_queue(actor->fd));
}

void scene_make(struct scene *scene)
{
	actor_make(&scene->victim, 1);
	actor_make(&scene->same, 2);
	actor_make(&scene->other, 3);
}

void scene_make_queues(struct scene *scene, bool victim)
{
	scene->other.queue = raw_queue(scene->other.fd);
	scene->same.queue = raw_queue(scene->same.fd);
	turn_once_round(&scene->same);
	if (victim)
		scene->victim.queue = raw_queue(scene->victim.fd);
}

void scene_destroy(struct scene *scene)
{
	actor_destroy(&scene->victim);
	actor_destroy(&scene->same);
	actor_destroy(&scene->other);
}

int actor_submit(struct actor *actor)
{
	const uint32_t src = buffer_handle(actor->src), hbm = buffer_handle(actor->hbm);
	struct drm_gantry_op ops[] = {
		{
			.opcode = DRM_GANTRY_OP_COPY,
			.dst_handle = hbm,
			.src_handle = src,
			.length = JOB_BYTES,
		}, {
			.opcode = DRM_GANTRY_OP_COPY,
			.flags = DRM_GANTRY_OP_BARRIER,
			.dst_handle = buffer_handle(actor->back),
			.src_handle = hbm,
			.length = JOB_BYTES,
		},
	};
	struct drm_gantry_sync signal = { .handle = actor->syncobj };
	struct drm_gantry_queue_submit submit = {
		.queue = actor->queue,
		.op_count = ARRAY_LENGTH(ops),
		.ops = (uintptr_t)ops,
		.signal_count = 1,
		.signals = (uintptr_t)&signal,
	};
	int ret = raw_ioctl(actor->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit);

	if (ret)
		return ret;
	actor->seqno = submit.seqno;
	assert_int_equal(drmSyncobjExportSyncFile(actor->fd, actor->syncobj, &actor->sync_file),
			 0);
	return 0;
}

int actor_fence_error(const struct actor *actor)
{
	struct pollfd ended = { .fd = actor->sync_file, .events = POLLIN };
	struct sync_file_info info = { .num_fences = 0 };

	assert_int_equal(poll(&ended, 1, JOB_TIMEOUT_MS), 1);
	assert_int_equal(ioctl(actor->sync_file, SYNC_IOC_FILE_INFO, &info), 0);
	assert_int_not_equal(info.status, 0);
	return info.status < 0 ? info.status : 0;
}

int actor_wait(struct actor *actor)
{
	int ret = raw_wait(actor->fd, actor->queue, actor->seqno);
	int error = actor_fence_error(actor);

	/* A call about a card that has gone says so, whatever became of the job before. */
	if (ret != error && ret != -ENODEV)
		fail_msg("the wait says %s and the fence %s", strerror(-ret), strerror(-error));
	return ret;
}

unsigned int actor_wrong_bits(const struct actor *actor)
{
	uint8_t *want = malloc(JOB_BYTES);
	unsigned int wrong = 0, i;

	assert_non_null(want);
	data_write(want, JOB_BYTES, actor->seed);
	for (i = 0; i < JOB_BYTES; i++)
		wrong += __builtin_popcount(want[i] ^ actor->back_map[i]);
	free(want);
	return wrong;
}
