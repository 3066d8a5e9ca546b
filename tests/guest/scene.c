// SPDX-License-Identifier: GPL-2.0-only
#include "scene.h"

#include "fault.h"

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

/* The engine that does a queue's work is the one that gets a bit of it wrong. */
static uint32_t queue_engine(const struct actor *actor, uint32_t queue)
{
	uint64_t seqno;

	fault_arm_next(0, "bit-flip");
	assert_done(raw_copy(actor->fd, queue, buffer_handle(actor->hbm),
			     buffer_handle(actor->src), 64, &seqno));
	assert_int_equal(raw_wait(actor->fd, queue, seqno), 0);
	return fault_fired_at(0, "bit-flip");
}

static const struct seat *seat_on(const struct seat *seats, unsigned int count, uint32_t engine)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (seats[i].engine == engine)
			return &seats[i];
	return NULL;
}

/* Queues on @count engines; they are given out in turn, more or less. */
static void seats_make(const struct actor *actor, struct seat *seats, unsigned int count)
{
	unsigned int found = 0, tries;

	for (tries = 0; found < count && tries < 3 * ENGINES_MAX; tries++) {
		struct seat seat = { .queue = raw_queue(actor->fd) };

		seat.engine = queue_engine(actor, seat.queue);
		if (!seat_on(seats, found, seat.engine))
			seats[found++] = seat;
	}
	assert_int_equal(found, count);
}

void scene_make(struct scene *scene)
{
	actor_make(&scene->victim, 1);
	actor_make(&scene->same, 2);
	actor_make(&scene->other, 3);
}

void scene_make_queues(struct scene *scene, bool victim)
{
	scene->engines = device_now(scene->same.fd).ring_count;
	assert_in_range(scene->engines, 2, ENGINES_MAX);
	seats_make(&scene->same, scene->same_seats, scene->engines);
	seats_make(&scene->other, scene->other_seats, ARRAY_LENGTH(scene->other_seats));
	if (!victim)
		return;
	scene->victim.queue = raw_queue(scene->victim.fd);
	scene_take_seats(scene, queue_engine(&scene->victim, scene->victim.queue));
}

void scene_take_seats(struct scene *scene, uint32_t engine)
{
	const struct seat *seat = seat_on(scene->same_seats, scene->engines, engine);

	if (!seat)
		seat = &scene->same_seats[0];
	scene->same.queue = seat->queue;
	seat = &scene->other_seats[0];
	if (seat->engine == engine)
		seat++;
	scene->other.queue = seat->queue;
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
