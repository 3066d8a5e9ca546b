// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads and forked children, as libgantry(7) has it, with the real kernel. In
 * neither CMocka's assertions may be used: they tell how they fared.
 */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS	4
#define ROUNDS	50
#define LENGTH	(16 * KIB)

struct objects {
	struct gantry_device *dev;
	struct gantry_queue *queue;
	struct gantry_buffer *buf;
	struct gantry_fence *fence;
	char *map;
};

/* What did not hold in a child: its line, 0: all did. */
#define REQUIRE(condition) do { if (!(condition)) return __LINE__; } while (0)

static void expect_child(int (*function)(struct objects *o), struct objects *o)
{
	int pipe_fd[2], line = -1;
	pid_t child;

	assert_int_equal(pipe(pipe_fd), 0);
	child = fork();
	if (!child) {
		line = function(o);
		_exit(write(pipe_fd[1], &line, sizeof(line)) != sizeof(line));
	}
	close(pipe_fd[1]);
	assert_int_equal(read(pipe_fd[0], &line, sizeof(line)), sizeof(line));
	close(pipe_fd[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	if (line)
		fail_msg("the child failed at line %d", line);
}

static int use_what_is_the_parents(struct objects *o)
{
	void *map;

	/* a system call, which says it instead of raising SIGSEGV */
	REQUIRE(msync(o->map, LENGTH, MS_ASYNC) == -1 && errno == ENOMEM);
	REQUIRE(gantry_buffer_map(o->buf, &map) == -ECHILD);
	REQUIRE(gantry_queue_prep_fill(o->queue, o->buf, 0, 4, 0, 0) == -ECHILD);
	REQUIRE(gantry_queue_submit(o->queue, NULL) == -ECHILD);
	REQUIRE(gantry_queue_wait(o->queue, 1, 0) == -ECHILD);
	REQUIRE(gantry_fence_signal(o->fence, 2) == -ECHILD);
	gantry_fence_destroy(o->fence);
	gantry_buffer_destroy(o->buf);
	gantry_queue_destroy(o->queue);
	gantry_device_close(o->dev);
	return 0;
}

static void child_cannot_use_nor_harm_what_is_the_parents(void **state)
{
	struct bench *b = *state;
	struct objects o = { .dev = b->dev, .queue = b->queue };
	uint64_t point;

	o.buf = buffer_make(b->dev, LENGTH, 0);
	o.fence = fence_make(b->dev);
	o.map = buffer_map(o.buf);
	assert_done(gantry_queue_prep_fill(b->queue, o.buf, 0, LENGTH, 0x11111111, 0));
	queue_run(b->queue);
	expect_child(use_what_is_the_parents, &o);
	/* all of it is still there, and nothing happened to it */
	assert_done(gantry_fence_query(o.fence, &point));
	assert_int_equal(point, 0);
	bytes_expect(o.map, LENGTH, 0x11);
	assert_done(gantry_queue_prep_fill(b->queue, o.buf, 0, LENGTH, 0x22222222, 0));
	assert_done(gantry_queue_prep_signal(b->queue, o.fence, 1));
	queue_run(b->queue);
	bytes_expect(o.map, LENGTH, 0x22);
	gantry_fence_destroy(o.fence);
	gantry_buffer_destroy(o.buf);
}

/* Host memory to the card and back, through buffers of its own. */
static int copy_there_and_back(struct gantry_device *dev, struct gantry_queue *queue, char seed)
{
	struct gantry_buffer *host, *card;
	uint64_t seqno;
	void *map;
	char *bytes;

	REQUIRE(!gantry_buffer_create(dev, 2 * LENGTH, GANTRY_REGION_HOST, &host));
	REQUIRE(!gantry_buffer_create(dev, LENGTH, GANTRY_REGION_ANY, &card));
	REQUIRE(!gantry_buffer_map(host, &map));
	bytes = map;
	memset(bytes, seed, LENGTH);
	REQUIRE(!gantry_queue_prep_copy(queue, card, 0, host, 0, LENGTH, 0));
	REQUIRE(!gantry_queue_prep_copy(queue, host, LENGTH, card, 0, LENGTH, GANTRY_OP_BARRIER));
	REQUIRE(!gantry_queue_submit(queue, &seqno));
	REQUIRE(!gantry_queue_wait(queue, seqno, 60 * SECOND));
	REQUIRE(gantry_queue_completed(queue) >= seqno);
	REQUIRE(!memcmp(bytes, bytes + LENGTH, LENGTH) && bytes[2 * LENGTH - 1] == seed);
	gantry_buffer_destroy(card);
	gantry_buffer_destroy(host);
	return 0;
}

static int use_a_card_of_its_own(struct objects *o)
{
	struct gantry_device *dev;
	struct gantry_queue *queue;
	int line;

	(void)o;
	REQUIRE(!gantry_device_open(card_address(0), &dev));
	REQUIRE(!gantry_queue_create(dev, NULL, &queue));
	line = copy_there_and_back(dev, queue, 'c');
	gantry_queue_destroy(queue);
	gantry_device_close(dev);
	return line;
}

static void child_may_open_the_card_itself(void **state)
{
	struct objects none = { 0 };

	(void)state;
	expect_child(use_a_card_of_its_own, &none);
}

static struct gantry_device *shared_device;
static pthread_barrier_t together;

static void *copy_with_a_queue_of_its_own(void *seed)
{
	struct gantry_queue *queue;
	uintptr_t line = 0;

	pthread_barrier_wait(&together);
	if (gantry_queue_create(shared_device, NULL, &queue))
		return (void *)__LINE__;
	for (int i = 0; i < ROUNDS && !line; i++)
		line = copy_there_and_back(shared_device, queue, (char)((uintptr_t)seed + i));
	gantry_queue_destroy(queue);
	return (void *)line;
}

static void threads_copy_side_by_side_in_one_context(void **state)
{
	struct bench *b = *state;
	pthread_t threads[THREADS];
	void *line;

	shared_device = b->dev;
	pthread_barrier_init(&together, NULL, THREADS);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, copy_with_a_queue_of_its_own,
						(void *)(i * ROUNDS)), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &line);
		if (line)
			fail_msg("thread %d failed at line %d", i, (int)(uintptr_t)line);
	}
	pthread_barrier_destroy(&together);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(child_cannot_use_nor_harm_what_is_the_parents),
		bench_test(child_may_open_the_card_itself),
		bench_test(threads_copy_side_by_side_in_one_context),
	};

	return cmocka_run_group_tests_name("process", tests, cards_setup, cards_teardown);
}
