// SPDX-License-Identifier: GPL-2.0-only
/*
 * The errors that the manual pages promise, from the real kernel. Those that belong
 * to a subject of their own are in its test; assert_refused() looks in all of them
 * whether the page lists the error.
 */
#include "fixture.h"

#include <fcntl.h>
#include <stdlib.h>

static int devnull;

static void open_tells_what_is_no_card(void **state)
{
	struct gantry_device *dev;

	(void)state;
	assert_refused(gantry_device_open("0000:ff:1f.7", &dev), ENOENT);
	assert_refused(gantry_device_open("accel99", &dev), ENOENT);
	assert_refused(gantry_device_open("/dev/accel/accel99", &dev), ENOENT);
	assert_refused(gantry_device_open("/dev/null", &dev), EOPNOTSUPP);
	assert_refused(gantry_device_open("/dev/dri/card0", &dev), EOPNOTSUPP);
	assert_refused(gantry_device_open_fd(devnull, &dev), EOPNOTSUPP);
}

static void index_past_the_last_is_told(void **state)
{
	struct gantry_device_info info = { .size = sizeof(info) };
	struct gantry_neighbor_info neighbor = { .size = sizeof(neighbor) };
	struct gantry_region_info region = { .size = sizeof(region) };
	struct gantry_sensor_info sensor = { .size = sizeof(sensor) };
	struct gantry_card card = { .size = sizeof(card) };
	struct gantry_card_list *list;
	struct bench *b = *state;

	assert_done(gantry_device_get_info(b->dev, &info));
	assert_refused(gantry_device_get_region(b->dev, info.region_count, &region), ENOENT);
	assert_refused(gantry_device_get_sensor(b->dev, info.sensor_count, &sensor), ENOENT);
	assert_refused(gantry_device_get_neighbor(b->dev, info.neighbor_count, &neighbor), ENOENT);
	assert_done(gantry_card_list_create(&list));
	assert_refused(gantry_card_list_get(list, gantry_card_list_count(list), &card), ENOENT);
	assert_refused(gantry_card_list_find(list, "no such name", &card), ENOENT);
	gantry_card_list_destroy(list);
}

static void descriptor_of_another_kind_is_refused(void **state)
{
	struct bench *b = *state;
	struct gantry_fence *fence = fence_make(b->dev), *other;
	struct gantry_buffer *buf;

	assert_refused(gantry_buffer_import(b->dev, devnull, &buf), EINVAL);
	assert_refused(gantry_buffer_import_memfd(b->dev, -1, 0, 4096, &buf), EBADF);
	assert_refused(gantry_buffer_import_memfd(b->dev, devnull, 0, 4096, &buf), EINVAL);
	assert_refused(gantry_fence_import(b->dev, -1, &other), EINVAL);
	assert_refused(gantry_fence_import(b->dev, devnull, &other), EINVAL);
	assert_refused(gantry_fence_import_sync_file(fence, 1, -1), EINVAL);
	assert_refused(gantry_fence_import_sync_file(fence, 1, devnull), EINVAL);
	gantry_fence_destroy(fence);
}

static void point_that_is_none_or_not_submitted_is_refused(void **state)
{
	struct bench *b = *state;
	struct gantry_fence *fence = fence_make(b->dev);

	assert_refused(gantry_fence_signal(fence, 0), EINVAL);
	assert_refused(gantry_fence_wait(fence, 0, 0), EINVAL);
	assert_refused(gantry_fence_wait(fence, 1, 0), ETIMEDOUT);
	assert_refused(gantry_fence_export_sync_file(fence, 1), EINVAL);
	gantry_fence_destroy(fence);
}

static void region_that_is_not_there_is_refused(void **state)
{
	struct gantry_device_info info = { .size = sizeof(info) };
	struct bench *b = *state;
	struct gantry_buffer *buf;

	assert_done(gantry_device_get_info(b->dev, &info));
	assert_refused(gantry_buffer_create(b->dev, 4096, info.region_count, &buf), EINVAL);
}

static void objects_of_two_contexts_do_not_mix(void **state)
{
	struct gantry_device *other = card_open(0);
	struct bench *b = *state;
	struct gantry_buffer *ours = buffer_make(b->dev, 4096, 0);
	struct gantry_buffer *theirs = buffer_make(other, 4096, 0);
	struct gantry_fence *fence = fence_make(other);

	assert_refused(gantry_queue_prep_copy(b->queue, theirs, 0, ours, 0, 1, 0), EXDEV);
	assert_refused(gantry_queue_prep_copy(b->queue, ours, 0, theirs, 0, 1, 0), EXDEV);
	assert_refused(gantry_queue_prep_fill(b->queue, theirs, 0, 4, 0, 0), EXDEV);
	assert_refused(gantry_queue_prep_wait(b->queue, fence, 1), EXDEV);
	assert_refused(gantry_queue_prep_signal(b->queue, fence, 1), EXDEV);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(theirs);
	gantry_buffer_destroy(ours);
	gantry_device_close(other);
}

static void queue_takes_what_it_was_made_for(void **state)
{
	struct gantry_queue_options options = {
		.size = sizeof(options), .max_ops = 1, .max_syncs = 1,
	};
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 4096, 0);
	struct gantry_fence *fence = fence_make(b->dev);
	struct gantry_queue *queue;

	assert_done(gantry_queue_create(b->dev, &options, &queue));
	assert_refused(gantry_queue_submit(queue, NULL), EINVAL);
	assert_done(gantry_queue_prep_fill(queue, buf, 0, 4, 0, 0));
	assert_refused(gantry_queue_prep_fill(queue, buf, 0, 4, 0, 0), ENOBUFS);
	assert_refused(gantry_queue_prep_copy(queue, buf, 0, buf, 8, 8, 0), ENOBUFS);
	assert_done(gantry_queue_prep_signal(queue, fence, 1));
	assert_refused(gantry_queue_prep_signal(queue, fence, 2), ENOBUFS);
	assert_refused(gantry_queue_prep_wait(queue, fence, 0), EINVAL);
	assert_refused(gantry_queue_wait(queue, 1, 0), EINVAL);
	queue_run(queue);
	gantry_queue_destroy(queue);
	gantry_fence_destroy(fence);
	gantry_buffer_destroy(buf);
}

static void buffer_that_is_gone_is_told_by_submit(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 4096, 0);

	assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 4, 0, 0));
	gantry_buffer_destroy(buf);
	assert_refused(gantry_queue_submit(b->queue, NULL), ENOENT);
	assert_done(gantry_queue_discard(b->queue));
}

static void context_has_so_many_queues_and_no_more(void **state)
{
	struct gantry_device_info info = { .size = sizeof(info) };
	struct gantry_queue **queues, *queue;
	struct bench *b = *state;

	assert_done(gantry_device_get_info(b->dev, &info));
	queues = calloc(info.max_queues, sizeof(*queues));
	assert_non_null(queues);
	/* the bench has one */
	for (unsigned int i = 1; i < info.max_queues; i++)
		assert_done(gantry_queue_create(b->dev, NULL, &queues[i]));
	assert_refused(gantry_queue_create(b->dev, NULL, &queue), ENOSPC);
	for (unsigned int i = 1; i < info.max_queues; i++)
		gantry_queue_destroy(queues[i]);
	free(queues);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(open_tells_what_is_no_card),
		bench_test(index_past_the_last_is_told),
		bench_test(descriptor_of_another_kind_is_refused),
		bench_test(point_that_is_none_or_not_submitted_is_refused),
		bench_test(region_that_is_not_there_is_refused),
		bench_test(objects_of_two_contexts_do_not_mix),
		bench_test(queue_takes_what_it_was_made_for),
		bench_test(buffer_that_is_gone_is_told_by_submit),
		bench_test(context_has_so_many_queues_and_no_more),
	};

	devnull = open("/dev/null", O_RDONLY);
	return cmocka_run_group_tests_name("errors", tests, cards_setup, cards_teardown);
}
