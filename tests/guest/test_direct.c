// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device memory of one card in the hands of another, for every pair of cards that
 * must be able to reach each other, in both directions; where none can, that it is
 * refused.
 */
#include "fault.h"
#include "fixture.h"
#include "reach.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIZE	(3 * MIB)

/* One card's memory, and how another sees it. */
struct pair {
	unsigned int from, to;			/* cards */
	struct gantry_device *owner, *user;
	struct gantry_buffer *memory;		/* of the owner */
	int dmabuf;				/* of it */
	struct gantry_queue *queue;		/* of the user */
	struct gantry_buffer *shared, *host;	/* of the user: the memory, and its own */
};

static void pair_make(struct pair *p, unsigned int from, unsigned int to)
{
	*p = (struct pair){ .from = from, .to = to };
	p->owner = card_open(from);
	p->user = card_open(to);
	p->memory = buffer_make(p->owner, SIZE, 0);
	p->dmabuf = gantry_buffer_export(p->memory);
	assert_done(p->dmabuf);
	assert_done(gantry_queue_create(p->user, NULL, &p->queue));
	assert_done(gantry_buffer_import(p->user, p->dmabuf, &p->shared));
	p->host = buffer_make(p->user, SIZE, GANTRY_REGION_HOST);
}

static void pair_close_owner(struct pair *p)
{
	if (p->dmabuf >= 0)
		close(p->dmabuf);
	p->dmabuf = -1;
	gantry_buffer_destroy(p->memory);
	gantry_device_close(p->owner);
	p->memory = NULL;
	p->owner = NULL;
}

static void pair_close_user(struct pair *p)
{
	gantry_queue_destroy(p->queue);
	gantry_buffer_destroy(p->shared);
	gantry_buffer_destroy(p->host);
	gantry_device_close(p->user);
	p->queue = NULL;
	p->shared = NULL;
	p->host = NULL;
	p->user = NULL;
}

static void pair_destroy(struct pair *p)
{
	pair_close_user(p);
	pair_close_owner(p);
}

/* A queue that broke has to be made anew. */
static void pair_renew_queue(struct pair *p)
{
	gantry_queue_destroy(p->queue);
	assert_done(gantry_queue_create(p->user, NULL, &p->queue));
}

/* What the owner writes its user reads. */
static void pair_expect_to_work(struct pair *p, uint32_t seed)
{
	data_write(buffer_map(p->memory), SIZE, seed);
	copy_now(p->queue, p->host, 0, p->shared, 0, SIZE);
	data_expect(buffer_map(p->host), SIZE, seed);
}

static void for_each_pair(void (*test)(struct pair *p))
{
	unsigned int from, to, tested = 0;
	struct pair pair;

	for (from = 0; from < card_count(); from++) {
		for (to = 0; to < card_count(); to++) {
			if (from == to || !cards_reach(from, to))
				continue;
			pair_make(&pair, from, to);
			test(&pair);
			pair_destroy(&pair);
			tested++;
		}
	}
	cards_expect_all_free();
	if (!tested)
		skip();
}

static int disarm(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < card_count(); i++)
		fault_disarm_all(i);
	return 0;
}

/* ---- bytes ---------------------------------------------------------------------- */

static void read_all(struct pair *p)
{
	struct gantry_buffer *own = buffer_make(p->user, SIZE, 0);

	pair_expect_to_work(p, 1);
	/* Not only to host memory. */
	copy_now(p->queue, own, 0, p->shared, 0, SIZE);
	memset(buffer_map(p->host), 0, SIZE);
	copy_now(p->queue, p->host, 0, own, 0, SIZE);
	data_expect(buffer_map(p->host), SIZE, 1);
	gantry_buffer_destroy(own);
}

static void every_byte_of_another_cards_memory_can_be_read(void **state)
{
	(void)state;
	for_each_pair(read_all);
}

static void write_nothing(struct pair *p)
{
	int fd = gantry_device_fd(p->user);
	uint32_t queue = raw_queue(fd);
	uint64_t seqno;

	memset(buffer_map(p->memory), 0xee, SIZE);
	assert_refused(gantry_queue_prep_copy(p->queue, p->shared, 0, p->host, 0, SIZE, 0),
		       EACCES);
	assert_refused(gantry_queue_prep_fill(p->queue, p->shared, 0, SIZE, 0x77777777, 0),
		       EACCES);
	/* Nor by whoever asks the kernel. */
	assert_int_equal(raw_copy(fd, queue, buffer_handle(p->shared), buffer_handle(p->host),
				  SIZE, &seqno), -EACCES);
	bytes_expect(buffer_map(p->memory), SIZE, 0xee);
}

static void another_cards_memory_cannot_be_written(void **state)
{
	(void)state;
	for_each_pair(write_nothing);
}

static void a_card_that_cannot_reach_another_is_refused(void **state)
{
	unsigned int from, to, tested = 0;

	(void)state;
	for (from = 0; from < card_count(); from++) {
		struct gantry_device *owner = card_open(from);
		struct gantry_buffer *memory = buffer_make(owner, 64 * KIB, 0), *shared;
		int fd = gantry_buffer_export(memory);

		assert_done(fd);
		data_write(buffer_map(memory), 64 * KIB, 5);
		for (to = 0; to < card_count(); to++) {
			struct gantry_device *user;

			if (from == to || cards_reach(from, to))
				continue;
			user = card_open(to);
			assert_refused(gantry_buffer_import(user, fd, &shared), EOPNOTSUPP);
			gantry_device_close(user);
			tested++;
		}
		data_expect(buffer_map(memory), 64 * KIB, 5);
		close(fd);
		gantry_buffer_destroy(memory);
		gantry_device_close(owner);
	}
	cards_expect_all_free();
	if (!tested)
		skip();
}

/* ---- lifetimes ------------------------------------------------------------------ */

static void close_owner(struct pair *p)
{
	data_write(buffer_map(p->memory), SIZE, 3);
	pair_close_owner(p);
	copy_now(p->queue, p->host, 0, p->shared, 0, SIZE);
	data_expect(buffer_map(p->host), SIZE, 3);
}

static void memory_stays_when_its_owner_closes_the_context(void **state)
{
	(void)state;
	for_each_pair(close_owner);
}

static void unbind_user(struct pair *p)
{
	data_write(buffer_map(p->memory), SIZE, 4);
	card_unbind(p->to);
	data_expect(buffer_map(p->memory), SIZE, 4);
	pair_close_user(p);
	card_bind(p->to);
	data_expect(buffer_map(p->memory), SIZE, 4);
}

static void memory_stays_when_the_card_that_used_it_is_unbound(void **state)
{
	(void)state;
	for_each_pair(unbind_user);
}

static void unbind_owner(struct pair *p)
{
	struct gantry_device *other = card_open(p->to);
	struct gantry_buffer *again;
	uint64_t seqno;

	pair_expect_to_work(p, 5);
	card_unbind(p->from);
	assert_done(gantry_queue_prep_copy(p->queue, p->host, 0, p->shared, 0, SIZE, 0));
	assert_refused(gantry_queue_submit(p->queue, &seqno), ESTALE);
	assert_done(gantry_queue_discard(p->queue));
	assert_refused(gantry_buffer_import(other, p->dmabuf, &again), ESTALE);
	gantry_device_close(other);
	/* Nothing else is affected. */
	assert_done(gantry_queue_prep_fill(p->queue, p->host, 0, SIZE, 0x11111111, 0));
	queue_run(p->queue);
	bytes_expect(buffer_map(p->host), SIZE, 0x11);
	pair_close_owner(p);
	card_bind(p->from);
	/* That the card is back does not bring its memory back. */
	assert_done(gantry_queue_prep_copy(p->queue, p->host, 0, p->shared, 0, SIZE, 0));
	assert_refused(gantry_queue_submit(p->queue, &seqno), ESTALE);
	assert_done(gantry_queue_discard(p->queue));
}

static void memory_of_a_card_that_was_unbound_cannot_be_used(void **state)
{
	(void)state;
	for_each_pair(unbind_owner);
}

/* ---- work under way ------------------------------------------------------------- */

/* The user's card has moved the bytes and does not say so, until it is released. */
static uint64_t submit_and_hold(struct pair *p)
{
	uint64_t seqno;

	assert_done(sysfs_write("60000", "module/gantry/parameters/job_timeout_ms"));
	fault_arm_next(p->to, "completion-late");
	assert_done(gantry_queue_prep_copy(p->queue, p->host, 0, p->shared, 0, SIZE, 0));
	seqno = queue_submit(p->queue);
	fault_wait(p->to, "completion-late", 1);
	return seqno;
}

static void expect_failure(struct pair *p, uint64_t seqno)
{
	fault_disarm(p->to, "completion-late");
	assert_refused(gantry_queue_wait(p->queue, seqno, 60 * SECOND), EIO);
	assert_done(sysfs_write("5000", "module/gantry/parameters/job_timeout_ms"));
}

struct unbinding {
	pthread_t thread;
	const char *address;
	atomic_bool done;
	int result;
};

static void *unbind(void *argument)
{
	struct unbinding *unbinding = argument;

	unbinding->result = sysfs_write(unbinding->address, "bus/pci/drivers/gantry/unbind");
	unbinding->done = true;
	return NULL;
}

/* Until calls to the card are refused because it is being unbound. */
static void wait_until_gone(struct gantry_device *dev)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct gantry_counters_info info = { .size = sizeof(info) };
	int64_t end = time_now() + 60 * SECOND;

	while (gantry_device_get_counters(dev, &info) != -ENODEV) {
		assert_true(time_now() < end);
		nanosleep(&pause, NULL);
	}
}

static void unbind_owner_under_way(struct pair *p)
{
	struct unbinding unbinding = { .address = card_address(p->from) };
	uint64_t seqno;

	pair_expect_to_work(p, 6);
	seqno = submit_and_hold(p);
	assert_int_equal(pthread_create(&unbinding.thread, NULL, unbind, &unbinding), 0);
	wait_until_gone(p->owner);
	/* More of it is not accepted, and that is said at once. */
	assert_done(gantry_queue_prep_copy(p->queue, p->host, 0, p->shared, 0, SIZE, 0));
	assert_refused(gantry_queue_submit(p->queue, NULL), ESTALE);
	assert_done(gantry_queue_discard(p->queue));
	/* As long as a card may be reading from there, the addresses are not given up. */
	assert_false(unbinding.done);
	expect_failure(p, seqno);
	pthread_join(unbinding.thread, NULL);
	assert_done(unbinding.result);
	pair_close_owner(p);
	card_bind(p->from);
}

static void unbinding_waits_for_cards_that_use_the_memory(void **state)
{
	(void)state;
	for_each_pair(unbind_owner_under_way);
}

static void reset_owner_under_way(struct pair *p)
{
	uint64_t seqno;

	pair_expect_to_work(p, 7);
	seqno = submit_and_hold(p);
	assert_done(sysfs_write("1", "bus/pci/devices/%s/reset", card_address(p->from)));
	expect_failure(p, seqno);
	pair_renew_queue(p);
	pair_expect_to_work(p, 8);
}

static void what_was_read_during_a_reset_is_not_taken_for_good(void **state)
{
	(void)state;
	for_each_pair(reset_owner_under_way);
}

/* In a process of its own; until it is killed. */
static void copy_for_ever(const struct pair *p, int told)
{
	struct pair own;
	uint64_t seqno = 0;

	pair_make(&own, p->from, p->to);
	for (;;) {
		if (gantry_queue_prep_copy(own.queue, own.host, 0, own.shared, 0, SIZE, 0) ||
		    gantry_queue_submit(own.queue, &seqno))
			_exit(1);
		if (seqno == 4 && write(told, "", 1) != 1)
			_exit(1);
		if (seqno > 4 && gantry_queue_wait(own.queue, seqno - 4, 60 * SECOND))
			_exit(1);
	}
}

static void kill_user(struct pair *p)
{
	int told[2], status;
	char byte;
	pid_t child;

	assert_int_equal(pipe(told), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		copy_for_ever(p, told[1]);
	close(told[1]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	close(told[0]);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	/* Nothing of it is left on either card, and nobody waits for it. */
	pair_expect_to_work(p, 9);
	card_unbind(p->from);
	pair_close_owner(p);
	card_bind(p->from);
}

static void a_killed_process_leaves_nothing_on_either_card(void **state)
{
	(void)state;
	for_each_pair(kill_user);
}

#define direct_test(f) cmocka_unit_test_teardown(f, disarm)

int main(void)
{
	const struct CMUnitTest tests[] = {
		direct_test(every_byte_of_another_cards_memory_can_be_read),
		direct_test(another_cards_memory_cannot_be_written),
		direct_test(a_card_that_cannot_reach_another_is_refused),
		direct_test(memory_stays_when_its_owner_closes_the_context),
		direct_test(memory_stays_when_the_card_that_used_it_is_unbound),
		direct_test(memory_of_a_card_that_was_unbound_cannot_be_used),
		direct_test(unbinding_waits_for_cards_that_use_the_memory),
		direct_test(what_was_read_during_a_reset_is_not_taken_for_good),
		direct_test(a_killed_process_leaves_nothing_on_either_card),
	};

	return cmocka_run_group_tests_name("direct", tests, cards_setup, cards_teardown);
}
