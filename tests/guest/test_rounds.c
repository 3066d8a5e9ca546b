// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same violence again and again: the card is unplugged or unbound, the module
 * unloaded, the program killed, each time in the middle of work. A late completion
 * holds the card in mid-copy, each round at another place, so that there is work
 * in flight for certain.
 *
 * GANTRY_ROUNDS says how often (100).
 */
#include "fault.h"
#include "fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LATE		"completion-late"
#define LENGTH		(1 * MIB)
#define JOBS		12

/* Long enough for any round: nothing here is to time out. */
#define ENDLESS		"600000"

static unsigned int rounds(void)
{
	const char *text = getenv("GANTRY_ROUNDS");

	return text && atoi(text) > 0 ? atoi(text) : 100;
}

static void set_patience(const char *ms)
{
	assert_done(sysfs_write(ms, "module/gantry/parameters/job_timeout_ms"));
}

/* A program's work: jobs of two queues, and who waits for the last of them. */
struct work {
	struct gantry_device *dev;
	struct gantry_queue *queue[2];
	struct gantry_buffer *host, *hbm;
	struct gantry_fence *fence;
	int sync_file;
};

static void work_make(struct work *work)
{
	unsigned int i;

	work->dev = card_open(0);
	work->host = buffer_make(work->dev, LENGTH, GANTRY_REGION_HOST);
	work->hbm = buffer_make(work->dev, LENGTH, 0);
	assert_done(gantry_fence_create(work->dev, &work->fence));
	for (i = 0; i < 2; i++)
		assert_done(gantry_queue_create(work->dev, NULL, &work->queue[i]));
}

/* Up and down in turn, each job behind the other */
static void work_submit(struct work *work)
{
	unsigned int i;

	for (i = 0; i < JOBS; i++) {
		struct gantry_queue *queue = work->queue[i % 2];

		assert_done(gantry_queue_prep_copy(queue, work->hbm, 0, work->host, 0, LENGTH,
						   GANTRY_OP_BARRIER));
		assert_done(gantry_queue_prep_copy(queue, work->host, 0, work->hbm, 0, LENGTH,
						   GANTRY_OP_BARRIER));
		assert_done(gantry_queue_prep_signal(queue, work->fence, i + 1));
		queue_submit(queue);
	}
	work->sync_file = gantry_fence_export_sync_file(work->fence, JOBS);
	assert_done(work->sync_file);
}

/* Returns when the card stands at a fence of the round's choice; few rounds spread over all. */
static void work_begin(struct work *work, unsigned int round)
{
	const struct fault late = {
		.name = LATE, .where = VFU_FAULT_ANYWHERE, .after = round * 5 % JOBS,
	};

	work_make(work);
	fault_arm(0, &late);
	work_submit(work);
	fault_wait(0, LATE, 1);
}

static void work_close(struct work *work)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		gantry_queue_destroy(work->queue[i]);
	gantry_fence_destroy(work->fence);
	gantry_buffer_destroy(work->host);
	gantry_buffer_destroy(work->hbm);
	gantry_device_close(work->dev);
}

/* Whatever became of the jobs, they have an end. */
static void work_end(struct work *work)
{
	struct pollfd ended = { .fd = work->sync_file, .events = POLLIN };

	assert_int_equal(poll(&ended, 1, 60000), 1);
	close(work->sync_file);
	work_close(work);
}

static void card_expect_working(void)
{
	struct gantry_device *dev = card_open(0);
	struct gantry_buffer *host = buffer_make(dev, 64 * KIB, GANTRY_REGION_HOST);
	struct gantry_buffer *hbm = buffer_make(dev, 64 * KIB, 0);
	struct gantry_queue *queue;

	bytes_expect(buffer_map(hbm), 64 * KIB, 0);
	assert_done(gantry_queue_create(dev, NULL, &queue));
	data_write(buffer_map(host), 64 * KIB, 3);
	copy_now(queue, hbm, 0, host, 0, 64 * KIB);
	data_expect(buffer_map(hbm), 64 * KIB, 3);
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
	gantry_device_close(dev);
	cards_expect_all_free();
}

static void the_card_is_unbound_in_mid_copy(void **state)
{
	struct work work;
	unsigned int i;

	(void)state;
	for (i = 0; i < rounds(); i++) {
		work_begin(&work, i);
		card_unbind(0);
		fault_disarm_all(0);
		work_end(&work);
		card_bind(0);
		card_expect_working();
	}
}

static void the_card_is_unplugged_in_mid_copy(void **state)
{
	struct work work;
	unsigned int i;

	(void)state;
	for (i = 0; i < rounds(); i++) {
		work_begin(&work, i);
		assert_done(sysfs_write("1", "bus/pci/devices/%s/remove", card_address(0)));
		work_end(&work);
		assert_done(sysfs_write("1", "bus/pci/rescan"));
		fault_disarm_all(0);
		card_bind(0);
		card_expect_working();
	}
}

/* ---- the module ------------------------------------------------------------------- */

/* As soon as the last job has ended nobody needs it any more. */
static void module_unload_soon(void)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t end = time_now() + 60 * SECOND;
	int ret;

	while (ret = module_unload(), ret == -EWOULDBLOCK && time_now() < end)
		nanosleep(&pause, NULL);
	assert_done(ret);
}

/* Jobs of a program that is gone keep the module; zeroing what it left does not. */
static void the_module_is_unloaded_in_mid_copy(void **state)
{
	struct work work;
	unsigned int i;

	(void)state;
	for (i = 0; i < rounds(); i++) {
		if (i % 2) {
			work_begin(&work, i);
			close(work.sync_file);
			work_close(&work);
			assert_refused(module_unload(), EWOULDBLOCK);
			fault_release(0, LATE);
			module_unload_soon();
		} else {
			work_make(&work);
			fault_arm_next(0, LATE);
			work_close(&work);
			fault_wait(0, LATE, 1);
			module_unload_soon();
		}
		fault_disarm_all(0);
		assert_done(module_load("job_timeout_ms=" ENDLESS));
		card_bind(0);
		card_expect_working();
	}
}

/* ---- the program ------------------------------------------------------------------- */

/* What the program does when child_start() starts it anew. */
static int work_until_killed(void)
{
	struct work work;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	work_make(&work);
	work_submit(&work);
	pause();
	return 1;
}

static pid_t child_start(void)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		execl("/proc/self/exe", "test_rounds", "work", NULL);
		_exit(1);
	}
	return child;
}

/*
 * Zeroing the program's new memory and mapping its pages come before its jobs, so
 * rounds also hit those.
 */
static void a_program_is_killed_in_mid_copy(void **state)
{
	unsigned int i;
	int status;

	(void)state;
	for (i = 0; i < rounds(); i++) {
		const struct fault late = {
			.name = LATE, .where = VFU_FAULT_ANYWHERE, .after = i % JOBS,
		};
		pid_t child;

		fault_arm(0, &late);
		child = child_start();
		fault_wait(0, LATE, 1);
		assert_int_equal(kill(child, SIGKILL), 0);
		/* Whoever waits for the card in the kernel dies when it answers. */
		fault_disarm(0, LATE);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		card_expect_working();
	}
}

static int rounds_setup(void **state)
{
	cards_setup(state);
	set_patience(ENDLESS);
	return 0;
}

static int rounds_teardown(void **state)
{
	/* A test that failed may have left neither module nor card. */
	if (!sysfs_exists("module/gantry"))
		assert_done(module_load("job_timeout_ms=" ENDLESS));
	if (!sysfs_exists("bus/pci/devices/%s", card_address(0)))
		sysfs_write("1", "bus/pci/rescan");
	fault_disarm_all(0);
	set_patience("5000");
	return cards_setup(state);
}

#define rounds_test(f) cmocka_unit_test_setup_teardown(f, rounds_setup, rounds_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		rounds_test(the_card_is_unbound_in_mid_copy),
		rounds_test(the_card_is_unplugged_in_mid_copy),
		rounds_test(the_module_is_unloaded_in_mid_copy),
		rounds_test(a_program_is_killed_in_mid_copy),
	};

	if (argc > 1 && !strcmp(argv[1], "work"))
		return work_until_killed();
	return cmocka_run_group_tests_name("rounds", tests, cards_setup, cards_teardown);
}
