// SPDX-License-Identifier: GPL-2.0-only
/*
 * All of a card's memory is filled by one context, let go of in every way there
 * is, and read by another one: every byte zero, every byte accounted for.
 *
 * On a card with little memory; with more it would take minutes. The guests with two
 * cards have one.
 */
#define _GNU_SOURCE
#include "fixture.h"
#include "fault.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUFFERS		64
#define PIECE		(4 * MIB)
#define MOST		(1024 * MIB)
#define PATTERN		0xa5a5a5a5u
/* Longer than the driver's patience with a ring, several times. */
#define PATIENCE	(60 * SECOND)

static unsigned int card;	/* that has little memory */
static bool found;		/* there is one */
static char node[64];		/* of it */
static int first_fd;		/* that a test of ours opens */

/* ---- what the driver says of its memory -------------------------------------------- */

struct account {
	uint64_t size, free, scrubbing, dirty;
	uint64_t scrubbed, failed;
};

static struct account account_now(int fd)
{
	struct drm_gantry_counters_info counters = counters_now(fd);
	struct account sum = {
		.scrubbed = counters.bytes_scrubbed,
		.failed = counters.bytes_scrub_failed,
	};
	uint32_t i, count = region_count(fd);

	for (i = 0; i < count; i++) {
		struct drm_gantry_region_info info = region_now(fd, i);

		sum.size += info.size;
		sum.free += info.free;
		sum.scrubbing += info.scrubbing;
		sum.dirty += info.dirty;
	}
	return sum;
}

/* ---- a context that holds all of it ---------------------------------------------------- */

struct holder {
	int fd;
	uint32_t queue;
	struct {
		uint32_t handle;
		uint64_t size;
	} buffers[BUFFERS];
	unsigned int count;
};

static int try_buffer(struct holder *h, uint64_t size, uint32_t region)
{
	struct drm_gantry_bo_create create = { .size = size, .region = region };
	int ret = raw_ioctl(h->fd, DRM_IOCTL_GANTRY_BO_CREATE, &create);

	if (ret)
		return ret;
	assert_true(h->count < BUFFERS);
	h->buffers[h->count].handle = create.handle;
	h->buffers[h->count++].size = create.size;
	return 0;
}

/* The largest pieces that there are, until nothing is left. */
static void take_region(struct holder *h, uint32_t region)
{
	uint64_t size = MOST;

	while (size >= 4 * KIB) {
		int ret = try_buffer(h, size, region);

		if (ret == -ENOSPC)
			size /= 2;
		else
			assert_done(ret);
	}
}

static struct holder holder_make(void)
{
	struct holder h = { .fd = open(node, O_RDWR | O_CLOEXEC) };
	struct account before, after;
	uint32_t i;

	assert_true(h.fd >= 0);
	h.queue = raw_queue(h.fd);
	before = account_now(h.fd);
	for (i = 0; i < region_count(h.fd); i++)
		take_region(&h, i);
	after = account_now(h.fd);
	assert_int_equal(after.free, 0);
	assert_int_equal(after.scrubbing, 0);
	/* What was not known to be zero was zeroed now, and nothing else. */
	assert_int_equal(after.scrubbed - before.scrubbed, before.dirty);
	return h;
}

static uint64_t submit_fill(struct holder *h, unsigned int i, uint32_t pattern)
{
	struct drm_gantry_op fill = {
		.opcode = DRM_GANTRY_OP_FILL,
		.pattern = pattern,
		.dst_handle = h->buffers[i].handle,
		.length = h->buffers[i].size,
	};
	struct drm_gantry_queue_submit submit = {
		.queue = h->queue,
		.op_count = 1,
		.ops = (uintptr_t)&fill,
	};

	assert_done(raw_ioctl(h->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit));
	return submit.seqno;
}

static uint8_t *map_buffer(struct holder *h, unsigned int i)
{
	struct drm_gantry_bo_info info = { .handle = h->buffers[i].handle };
	uint8_t *map;

	assert_done(raw_ioctl(h->fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
	map = mmap(NULL, info.size, PROT_READ, MAP_SHARED, h->fd, info.mmap_offset);
	assert_ptr_not_equal(map, MAP_FAILED);
	return map;
}

static void holder_fill(struct holder *h)
{
	uint64_t seqno = 0;
	unsigned int i;

	for (i = 0; i < h->count; i++)
		seqno = submit_fill(h, i, PATTERN);
	assert_done(raw_wait(h->fd, h->queue, seqno));
	for (i = 0; i < h->count; i++) {
		uint8_t *map = map_buffer(h, i);

		bytes_expect(map, 4 * KIB, PATTERN & 0xff);
		munmap(map, h->buffers[i].size);
	}
}

/* ---- reading it all -------------------------------------------------------------------------- */

static void expect_zeros(struct holder *h, unsigned int i, uint32_t host, uint8_t *map)
{
	uint64_t at, length;

	for (at = 0; at < h->buffers[i].size; at += length) {
		struct drm_gantry_op copy = {
			.opcode = DRM_GANTRY_OP_COPY,
			.dst_handle = host,
			.src_handle = h->buffers[i].handle,
			.src_offset = at,
		};
		struct drm_gantry_queue_submit submit = {
			.queue = h->queue,
			.op_count = 1,
			.ops = (uintptr_t)&copy,
		};

		length = h->buffers[i].size - at;
		if (length > PIECE)
			length = PIECE;
		copy.length = length;
		/* If nothing came, these would tell. */
		map[0] = map[length - 1] = 0xff;
		assert_done(raw_ioctl(h->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit));
		assert_done(raw_wait(h->fd, h->queue, submit.seqno));
		bytes_expect(map, length, 0);
	}
}

/* In a context of its own. */
static void expect_all_zero(void)
{
	struct holder h = holder_make();
	struct drm_gantry_bo_create create = { .size = PIECE, .region = GANTRY_REGION_HOST };
	unsigned int i;
	uint8_t *map;

	assert_done(raw_ioctl(h.fd, DRM_IOCTL_GANTRY_BO_CREATE, &create));
	map = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_SHARED, h.fd, create.mmap_offset);
	assert_ptr_not_equal(map, MAP_FAILED);
	for (i = 0; i < h.count; i++)
		expect_zeros(&h, i, create.handle, map);
	munmap(map, PIECE);
	close(h.fd);
}

/* ---- ways to let go of it ----------------------------------------------------------------------- */

static void close_handles(struct holder *h)
{
	unsigned int i;

	for (i = 0; i < h->count; i++)
		raw_close(h->fd, h->buffers[i].handle);
	close(h->fd);
}

static void close_file(struct holder *h)
{
	close(h->fd);
}

static void unmap_last(struct holder *h)
{
	uint8_t *maps[BUFFERS];
	struct account account;
	unsigned int i;
	int watch = open(node, O_RDWR | O_CLOEXEC);

	for (i = 0; i < h->count; i++) {
		maps[i] = map_buffer(h, i);
		raw_close(h->fd, h->buffers[i].handle);
	}
	close(h->fd);
	account = account_now(watch);
	assert_int_equal(account.free + account.scrubbing, 0);
	for (i = 0; i < h->count; i++) {
		bytes_expect(maps[i], 4 * KIB, PATTERN & 0xff);
		munmap(maps[i], h->buffers[i].size);
	}
	close(watch);
}

/* What the program does when it is told to: hold it all, say so, go on filling it. */
static int hold(void)
{
	struct holder h;
	unsigned int i;

	h = holder_make();
	holder_fill(&h);
	if (write(STDOUT_FILENO, "x", 1) != 1)
		return 1;
	for (i = 0;; i++)
		assert_done(raw_wait(h.fd, h.queue, submit_fill(&h, i % h.count, PATTERN)));
}

static pid_t child_make(void)
{
	int pipes[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execl("/proc/self/exe", "test_scrub", "hold", node, NULL);
		_exit(1);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
	return child;
}

static void kill_child(int signal)
{
	pid_t child = child_make();
	int status;

	assert_int_equal(kill(child, signal), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

/* The card stands still in the middle of a job of the holder. */
static void hang(struct holder *h, const char *fault)
{
	uint64_t seqno;

	fault_arm_next(card, fault);
	seqno = submit_fill(h, 0, PATTERN);
	fault_wait(card, fault, 1);
	assert_int_equal(raw_wait(h->fd, h->queue, seqno), -ETIME);
}

/* It stands still when the memory is to be zeroed. */
static void close_and_hang(struct holder *h, const struct fault *fault)
{
	fault_arm(card, fault);
	close(h->fd);
	fault_wait(card, fault->name, 1);
}

/* ---- one way after the other ----------------------------------------------------------------------- */

struct before {
	int fd;
	struct account account;
	struct drm_gantry_counters_info counters;
};

static struct before begin(void)
{
	struct before before;

	if (!found)
		skip();
	before.fd = open(node, O_RDWR | O_CLOEXEC);
	assert_true(before.fd >= 0);
	before.account = account_now(before.fd);
	before.counters = counters_now(before.fd);
	return before;
}

/* All is free again; of it so much could not be zeroed. Returns that. */
static uint64_t expect_freed(struct before *before)
{
	struct account now;
	uint64_t zeroed, failed;

	cards_expect_all_free();
	now = account_now(before->fd);
	/* Once when it was handed out, if it was not known to be zero; once now. */
	zeroed = now.scrubbed - before->account.scrubbed - before->account.dirty;
	failed = now.failed - before->account.failed;
	assert_int_equal(now.free, now.size);
	assert_int_equal(now.scrubbing, 0);
	assert_int_equal(zeroed + failed, now.size);
	return failed;
}

static void end(struct before *before)
{
	expect_all_zero();
	/* What that held is zeroed once more, and must not be counted with what comes. */
	cards_expect_all_free();
	close(before->fd);
}

/* The card did as it was told: what was freed is known to be zero. */
static void all_is_zero_after(void (*let_go)(struct holder *h))
{
	struct before before = begin();
	struct holder h;

	h = holder_make();
	holder_fill(&h);
	let_go(&h);
	assert_int_equal(expect_freed(&before), 0);
	assert_int_equal(account_now(before.fd).dirty, 0);
	end(&before);
}

static void all_is_zero_after_its_handles_are_closed(void **state)
{
	(void)state;
	all_is_zero_after(close_handles);
}

static void all_is_zero_after_its_file_is_closed(void **state)
{
	(void)state;
	all_is_zero_after(close_file);
}

static void all_is_zero_after_it_is_unmapped_last(void **state)
{
	(void)state;
	all_is_zero_after(unmap_last);
}

static void all_is_zero_after_its_process(int signal)
{
	struct before before = begin();

	kill_child(signal);
	assert_int_equal(expect_freed(&before), 0);
	end(&before);
}

static void all_is_zero_after_its_process_ends(void **state)
{
	(void)state;
	all_is_zero_after_its_process(SIGTERM);
}

static void all_is_zero_after_its_process_is_killed(void **state)
{
	(void)state;
	all_is_zero_after_its_process(SIGKILL);
}

static void time_out_and_close(struct holder *h)
{
	hang(h, "hang");
	close(h->fd);
}

static void all_is_zero_after_a_job_timed_out_and_its_ring_was_reset(void **state)
{
	struct before before = begin();

	(void)state;
	all_is_zero_after(time_out_and_close);
	assert_int_equal(counters_now(before.fd).ring_resets - before.counters.ring_resets, 1);
	close(before.fd);
}

static void reset_and_close(struct holder *h)
{
	hang(h, "hang-until-card-reset");
	/* The first job that hangs costs the ring a reset, the second one the card. */
	close(h->fd);
}

static void all_is_zero_after_the_card_was_reset(void **state)
{
	struct before before = begin();
	struct holder h;

	(void)state;
	h = holder_make();
	holder_fill(&h);
	reset_and_close(&h);
	expect_freed(&before);
	end(&before);
}

static void all_is_zero_although_it_could_not_be_zeroed_when_it_was_freed(void **state)
{
	/* The second one resets the card at once, and not when its ring is used again. */
	static const struct fault faults[] = {
		{ .name = "hang", .where = VFU_FAULT_ANYWHERE },
		{ .name = "hang-until-card-reset", .where = VFU_FAULT_ANYWHERE, .value = 1 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_LENGTH(faults); i++) {
		struct before before = begin();
		struct holder h;
		uint64_t failed;

		h = holder_make();
		holder_fill(&h);
		close_and_hang(&h, &faults[i]);
		failed = expect_freed(&before);
		assert_true(failed > 0);
		/* What failed is remembered as dirty, and no less. */
		assert_true(account_now(before.fd).dirty >= failed);
		end(&before);
	}
}

static uint64_t memory_of(unsigned int index)
{
	int fd = open(card_now(index).node, O_RDWR | O_CLOEXEC);
	uint64_t size;

	assert_true(fd >= 0);
	size = account_now(fd).size;
	close(fd);
	return size;
}

static void find_small_card(void)
{
	for (card = 0; card < card_count(); card++) {
		if (memory_of(card) > MOST)
			continue;
		found = true;
		snprintf(node, sizeof(node), "%s", card_now(card).node);
		return;
	}
	card = 0;
	print_message("# no card has at most %llu MiB of memory\n", MOST / MIB);
}

static int setup(void **state)
{
	cards_setup(state);
	find_small_card();
	first_fd = dup(STDIN_FILENO);
	close(first_fd);
	return 0;
}

static void set_patience(const char *ms)
{
	assert_done(sysfs_write(ms, "module/gantry/parameters/job_timeout_ms"));
}

/* Where the card stands still it would do so for long otherwise. */
static int be_impatient(void **state)
{
	(void)state;
	set_patience("1000");
	return 0;
}

static int disarm(void **state)
{
	(void)state;
	set_patience("5000");
	fault_disarm_all(card);
	/* A test that failed must not keep the next one from the memory. */
	return close_range(first_fd, ~0u, 0);
}

#define scrub_test(f) cmocka_unit_test_teardown(f, disarm)
#define hang_test(f) cmocka_unit_test_setup_teardown(f, be_impatient, disarm)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		scrub_test(all_is_zero_after_its_handles_are_closed),
		scrub_test(all_is_zero_after_its_file_is_closed),
		scrub_test(all_is_zero_after_it_is_unmapped_last),
		scrub_test(all_is_zero_after_its_process_ends),
		scrub_test(all_is_zero_after_its_process_is_killed),
		hang_test(all_is_zero_after_a_job_timed_out_and_its_ring_was_reset),
		hang_test(all_is_zero_after_the_card_was_reset),
		hang_test(all_is_zero_although_it_could_not_be_zeroed_when_it_was_freed),
	};

	if (argc > 2 && !strcmp(argv[1], "hold")) {
		snprintf(node, sizeof(node), "%s", argv[2]);
		return hold();
	}
	return cmocka_run_group_tests_name("scrub", tests, setup, cards_teardown);
}
