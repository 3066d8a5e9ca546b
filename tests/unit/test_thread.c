// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads in the library at once. Built a second time with the thread
 * sanitizer, which then is the judge of most of this.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "fake_kernel.h"
#include "gantry.h"

#define THREADS	4
#define ROUNDS	200

/* CMocka's assertions belong to one thread: the others count what went wrong. */
static atomic_int failures;
static pthread_barrier_t together;
static struct gantry_device *dev;
static struct gantry_buffer *shared_buffer;
static struct gantry_queue *shared_queue;
static struct gantry_fence *shared_fence;

static void expect(bool good)
{
	if (!good)
		atomic_fetch_add(&failures, 1);
}

static int setup(void **state)
{
	(void)state;
	fake_kernel_reset();
	atomic_store(&failures, 0);
	pthread_barrier_init(&together, NULL, THREADS);
	return gantry_device_open(FAKE_NODE, &dev);
}

static int teardown(void **state)
{
	(void)state;
	gantry_device_close(dev);
	pthread_barrier_destroy(&together);
	assert_int_equal(failures, 0);
	assert_int_equal(fake_kernel.mistakes, 0);
	assert_int_equal(fake_kernel.handles, 0);
	assert_int_equal(fake_kernel.queues, 0);
	return 0;
}

static void run_threads(void *(*function)(void *))
{
	pthread_t threads[THREADS];

	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, function, (void *)i), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void one_round(struct gantry_queue *queue, struct gantry_fence *fence, uint64_t round)
{
	struct gantry_buffer *buf;
	uint64_t seqno, point;
	void *map;

	expect(!gantry_buffer_create(dev, 4096, 0, &buf));
	expect(!gantry_buffer_map(buf, &map));
	*(char *)map = 1;
	expect(!gantry_queue_prep_fill(queue, buf, 0, 2048, 0, 0));
	expect(!gantry_queue_prep_copy(queue, buf, 2048, buf, 0, 2048, GANTRY_OP_BARRIER));
	expect(!gantry_queue_submit(queue, &seqno));
	expect(!gantry_queue_wait(queue, seqno, -1));
	expect(seqno == round && gantry_queue_completed(queue) == round);
	expect(!gantry_queue_error(queue, NULL));
	expect(!gantry_fence_signal(fence, round));
	expect(!gantry_fence_query(fence, &point) && point == round);
	gantry_buffer_destroy(buf);
}

static void *work_alone(void *unused)
{
	struct gantry_device_info info = { .size = sizeof(info) };
	struct gantry_queue *queue;
	struct gantry_fence *fence;

	(void)unused;
	expect(!gantry_queue_create(dev, NULL, &queue));
	expect(!gantry_fence_create(dev, &fence));
	pthread_barrier_wait(&together);
	for (uint64_t round = 1; round <= ROUNDS; round++) {
		one_round(queue, fence, round);
		expect(!gantry_device_get_info(dev, &info));
		expect(gantry_strerror(-(int)round));
	}
	gantry_fence_destroy(fence);
	gantry_queue_destroy(queue);
	return NULL;
}

static void threads_with_queues_of_their_own_share_a_device(void **state)
{
	(void)state;
	run_threads(work_alone);
	assert_int_equal(fake_kernel.jobs, THREADS * ROUNDS);
}

static void *import(void *unused)
{
	struct gantry_buffer_info info = { .size = sizeof(info) };
	struct gantry_buffer *buf;

	(void)unused;
	pthread_barrier_wait(&together);
	for (int i = 0; i < ROUNDS; i++) {
		expect(!gantry_buffer_import(dev, 0, &buf));
		expect(!gantry_buffer_get_info(buf, &info));
		gantry_buffer_destroy(buf);
	}
	return NULL;
}

/* All imports have one handle: closed by one thread, it would be lost to the others. */
static void handle_is_closed_by_its_last_user_only(void **state)
{
	(void)state;
	run_threads(import);
}

static void *map(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&together);
	for (int i = 0; i < ROUNDS; i++) {
		void *first, *again;

		expect(!gantry_buffer_map(shared_buffer, &first));
		expect(!gantry_buffer_map(shared_buffer, &again));
		expect(first == again);
	}
	return NULL;
}

static void buffer_is_mapped_once_for_all_threads(void **state)
{
	(void)state;
	assert_int_equal(gantry_buffer_create(dev, 4096, 0, &shared_buffer), 0);
	run_threads(map);
	assert_int_equal(fake_kernel.mappings, 1);
	gantry_buffer_destroy(shared_buffer);
}

/* The first thread submits; the others learn it in every way there is. */
static void *submit_or_wait(void *number)
{
	uint64_t completed = 0, before;

	pthread_barrier_wait(&together);
	for (uint64_t i = 1; i <= ROUNDS; i++) {
		if (!number) {
			expect(!gantry_queue_prep_fill(shared_queue, shared_buffer, 0, 4, 0, 0));
			expect(!gantry_queue_submit(shared_queue, NULL));
			continue;
		}
		before = completed;
		completed = gantry_queue_completed(shared_queue);
		expect(completed >= before);
		expect(!gantry_queue_error(shared_queue, NULL));
		expect(!completed || !gantry_queue_wait(shared_queue, completed, -1));
	}
	return NULL;
}

static void others_may_wait_while_one_submits(void **state)
{
	(void)state;
	assert_int_equal(gantry_buffer_create(dev, 4096, 0, &shared_buffer), 0);
	assert_int_equal(gantry_queue_create(dev, NULL, &shared_queue), 0);
	run_threads(submit_or_wait);
	assert_int_equal(gantry_queue_completed(shared_queue), ROUNDS);
	gantry_queue_destroy(shared_queue);
	gantry_buffer_destroy(shared_buffer);
}

static void *submit_under_a_lock(void *unused)
{
	static pthread_mutex_t theirs = PTHREAD_MUTEX_INITIALIZER;

	(void)unused;
	pthread_barrier_wait(&together);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&theirs);
		expect(!gantry_queue_prep_fill(shared_queue, shared_buffer, 0, 4, 0, 0));
		expect(!gantry_queue_submit(shared_queue, NULL));
		pthread_mutex_unlock(&theirs);
	}
	return NULL;
}

static void queue_may_be_shared_under_a_lock_of_the_callers(void **state)
{
	(void)state;
	assert_int_equal(gantry_buffer_create(dev, 4096, 0, &shared_buffer), 0);
	assert_int_equal(gantry_queue_create(dev, NULL, &shared_queue), 0);
	run_threads(submit_under_a_lock);
	assert_int_equal(gantry_queue_completed(shared_queue), THREADS * ROUNDS);
	gantry_queue_destroy(shared_queue);
	gantry_buffer_destroy(shared_buffer);
}

static void *let_go(void *number)
{
	pthread_barrier_wait(&together);
	switch ((uintptr_t)number) {
	case 0:
		gantry_device_close(dev);
		break;
	case 1:
		gantry_buffer_destroy(shared_buffer);
		break;
	case 2:
		gantry_fence_destroy(shared_fence);
		break;
	default:
		gantry_queue_destroy(shared_queue);
	}
	return NULL;
}

/* Closed twice, or used after it was freed, is for the sanitizers to see. */
static void device_is_closed_by_whoever_is_last(void **state)
{
	int fd;

	(void)state;
	fd = gantry_device_fd(dev);
	assert_true(fd >= 0);
	assert_int_equal(gantry_buffer_create(dev, 4096, 0, &shared_buffer), 0);
	assert_int_equal(gantry_queue_create(dev, NULL, &shared_queue), 0);
	assert_int_equal(gantry_fence_create(dev, &shared_fence), 0);
	run_threads(let_go);
	dev = NULL;
	assert_int_equal(close(fd), -1);
	assert_int_equal(errno, EBADF);
}

static void *import_once(void *unused)
{
	struct gantry_buffer *buf;

	(void)unused;
	expect(!gantry_buffer_import(dev, 0, &buf));
	gantry_buffer_destroy(buf);
	return NULL;
}

/*
 * The importing thread holds the lock of the handles. In the child it holds it too,
 * and will never let go, for it does not run there.
 */
static void child_can_let_go_of_what_a_thread_of_the_parent_holds(void **state)
{
	int entered[2], released[2], status;
	pthread_t thread;
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(gantry_buffer_create(dev, 4096, 0, &shared_buffer), 0);
	assert_int_equal(pipe(entered) | pipe(released), 0);
	fake_kernel.entered = entered[1];
	fake_kernel.released = released[0];
	fake_kernel.hold = true;
	assert_int_equal(pthread_create(&thread, NULL, import_once, NULL), 0);
	assert_int_equal(read(entered[0], &byte, 1), 1);
	child = fork();
	if (!child) {
		alarm(60);
		gantry_buffer_destroy(shared_buffer);
		gantry_device_close(dev);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(write(released[1], "", 1), 1);
	pthread_join(thread, NULL);
	gantry_buffer_destroy(shared_buffer);
	for (int i = 0; i < 2; i++) {
		close(entered[i]);
		close(released[i]);
	}
}

#define thread_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		thread_test(threads_with_queues_of_their_own_share_a_device),
		thread_test(handle_is_closed_by_its_last_user_only),
		thread_test(buffer_is_mapped_once_for_all_threads),
		thread_test(others_may_wait_while_one_submits),
		thread_test(queue_may_be_shared_under_a_lock_of_the_callers),
		thread_test(device_is_closed_by_whoever_is_last),
		thread_test(child_can_let_go_of_what_a_thread_of_the_parent_holds),
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
