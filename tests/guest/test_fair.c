// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fair shares: what tenants get of a card that more than one wants. All is measured in bytes
 * that the card served meanwhile, which no load of the machine changes much.
 */
#define _GNU_SOURCE
#include "fixture.h"
#include "gate.h"
#include "tenant.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLICY		"/gantry/build/gantryctl/gantryctl policy "
#define GROUPS		"/sys/fs/cgroup"

static int policy(const char *what)
{
	char command[256];

	snprintf(command, sizeof(command), POLICY "%s --card %s 2>/dev/null", what,
		 card_address(0));
	return WEXITSTATUS(system(command));
}

static void policy_do(const char *what)
{
	if (policy(what))
		fail_msg("gantryctl policy %s failed", what);
}

static void enter(const char *cgroup)
{
	assert_int_equal(cgroup_enter(cgroup), 0);
}

/* ---- a tenant with work ------------------------------------------------------------------ */

#define MAX_QUEUES	16

struct load {
	const char *cgroup;
	struct gantry_device *dev;
	struct gantry_buffer *src;
	struct gantry_buffer *dst;
	struct gantry_queue *queues[MAX_QUEUES];
	unsigned int queue_count;
	uint64_t bytes;			/* of a job */
	uint64_t last[MAX_QUEUES];	/* job of each queue */
};

static struct load load_make(const char *cgroup, unsigned int queues, uint64_t bytes)
{
	struct load load = { .cgroup = cgroup, .queue_count = queues, .bytes = bytes };
	unsigned int i;

	enter(cgroup);
	load.dev = card_open(0);
	load.src = buffer_make(load.dev, bytes, 0);
	load.dst = buffer_make(load.dev, bytes, 0);
	for (i = 0; i < queues; i++)
		assert_done(gantry_queue_create(load.dev, NULL, &load.queues[i]));
	return load;
}

static void load_free(struct load *load)
{
	unsigned int i;

	enter(load->cgroup);
	for (i = 0; i < load->queue_count; i++)
		gantry_queue_destroy(load->queues[i]);
	gantry_buffer_destroy(load->src);
	gantry_buffer_destroy(load->dst);
	gantry_device_close(load->dev);
	enter("/");
}

static void load_submit(struct load *load, unsigned int index)
{
	struct gantry_queue *queue = load->queues[index];

	assert_done(gantry_queue_prep_copy(queue, load->dst, 0, load->src, 0, load->bytes, 0));
	load->last[index] = queue_submit(queue);
}

/* Jobs for each queue, which begin when the gate opens. */
static void load_prepare(struct load *load, unsigned int jobs, struct gate *gate)
{
	struct gantry_fence *fence;
	unsigned int i, job;

	enter(load->cgroup);
	fence = fence_make(load->dev);
	gate_hold(gate, fence, 1);
	for (i = 0; i < load->queue_count; i++) {
		assert_done(gantry_queue_prep_wait(load->queues[i], fence, 1));
		for (job = 0; job < jobs; job++)
			load_submit(load, i);
	}
	gantry_fence_destroy(fence);
}

static uint64_t load_served(const struct load *load)
{
	uint64_t jobs = 0;
	unsigned int i;

	for (i = 0; i < load->queue_count; i++)
		jobs += gantry_queue_completed(load->queues[i]);
	return jobs * load->bytes;
}

static void load_wait(struct load *load)
{
	unsigned int i;

	enter(load->cgroup);
	for (i = 0; i < load->queue_count; i++)
		assert_done(gantry_queue_wait(load->queues[i], load->last[i], -1));
}

/* ---- shares ------------------------------------------------------------------------------ */

#define ATTEMPTS	8
#define SMALL_JOBS	32
#define LARGE_JOBS	24

/* Of what small did in the last three quarters of its work, and others in that time. */
static double part_of(struct load *small, struct load *others, unsigned int count)
{
	uint64_t own, all = 0;
	unsigned int i;

	assert_done(gantry_queue_wait(small->queues[0], SMALL_JOBS / 4, -1));
	own = load_served(small);
	for (i = 0; i < count; i++)
		all -= load_served(&others[i]);
	load_wait(small);
	for (i = 0; i < count; i++)
		all += load_served(&others[i]);
	own = load_served(small) - own;
	return (double)own / (own + all);
}

/* Each of its queues has got something done: from now on all of them want the card. */
static void load_wait_begun(struct load *load)
{
	unsigned int i;

	enter(load->cgroup);
	for (i = 0; i < load->queue_count; i++)
		assert_done(gantry_queue_wait(load->queues[i], 1, -1));
}

/* Others with many queues between them have a lot to do when a tenant with one queue comes. */
static double race(const char *const *cgroups, unsigned int count)
{
	struct load small = load_make("/fair/small", 1, 8 * MIB), others[2];
	struct gate gates[2] = { gate_make(), gate_make() };
	unsigned int i;
	double part;

	load_prepare(&small, SMALL_JOBS, &gates[0]);
	for (i = 0; i < count; i++) {
		others[i] = load_make(cgroups[i], MAX_QUEUES / count, 2 * MIB);
		load_prepare(&others[i], LARGE_JOBS, &gates[1]);
	}
	gate_open(&gates[1]);
	for (i = 0; i < count; i++)
		load_wait_begun(&others[i]);
	enter(small.cgroup);
	gate_open(&gates[0]);
	part = part_of(&small, others, count);
	for (i = 0; i < count; i++)
		load_free(&others[i]);
	gate_destroy(&gates[0]);
	gate_destroy(&gates[1]);
	load_free(&small);
	return part;
}

/* It takes as long over a job as a card does: what is to compete for the card never piles up. */
static bool kernel_is_slow(void)
{
	const char *kernel = getenv("GANTRY_KERNEL");

	return kernel && !strcmp(kernel, "debug");
}

/* A guest that gets no processor for a while submits nothing meanwhile: then once more. */
static void expect_part(double part, const char *const *cgroups, unsigned int count)
{
	unsigned int i;
	double got;

	for (i = 0; i < ATTEMPTS; i++) {
		got = race(cgroups, count);
		print_message("# %.3f of the card instead of %.3f\n", got, part);
		if ((got >= 0.9 * part && got <= 1.1 * part) || kernel_is_slow())
			return;
	}
	fail_msg("never %.3f of the card", part);
}

static const char *const large[] = { "/fair/large" };
static const char *const parts[] = { "/fair/large/a", "/fair/large/b" };

static void a_tenant_gets_its_share_however_many_queues_another_has(void **state)
{
	(void)state;
	expect_part(0.5, large, 1);
}

static void shares_are_by_weight(void **state)
{
	(void)state;
	policy_do("set fair /fair/small weight=300");
	expect_part(0.75, large, 1);
	policy_do("set fair /fair/small weight=none");
}

static void a_cgroup_with_a_weight_has_one_share_with_all_below_it(void **state)
{
	(void)state;
	policy_do("set fair /fair/large weight=100");
	expect_part(0.5, parts, 2);
	policy_do("set fair /fair/large weight=none");
}

/* ---- waiting ------------------------------------------------------------------------------ */

#define SAMPLES	15

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* How much of another tenant's work is done before a small job is, mostly. */
static uint64_t work_before(void)
{
	struct load small = load_make("/fair/small", 1, 64 * KIB);
	struct load flood = load_make("/fair/large", MAX_QUEUES, MIB);
	struct gate gate = gate_make();
	uint64_t bytes[SAMPLES];
	unsigned int i;

	load_prepare(&flood, 48, &gate);
	gate_open(&gate);
	assert_done(gantry_queue_wait(flood.queues[0], 1, -1));
	enter(small.cgroup);
	for (i = 0; i < SAMPLES; i++) {
		bytes[i] = load_served(&flood);
		load_submit(&small, 0);
		assert_done(gantry_queue_wait(small.queues[0], small.last[0], -1));
		bytes[i] = load_served(&flood) - bytes[i];
	}
	gate_destroy(&gate);
	load_free(&flood);
	load_free(&small);
	qsort(bytes, SAMPLES, sizeof(bytes[0]), compare);
	return bytes[SAMPLES / 2];
}

static void a_small_job_waits_for_little_of_anothers_work(void **state)
{
	uint64_t bytes = work_before();

	(void)state;
	print_message("# %llu MiB of another's before a small job\n", bytes / MIB);
	/* 4 MiB may be in flight; jobs of 64 queues end in bunches. */
	assert_true(bytes <= 32 * MIB);
}

/* ---- coming and going ---------------------------------------------------------------------- */

/* A process with more work than it can wait for. */
static pid_t begin_flood(void)
{
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct load load = load_make("/fair/large", MAX_QUEUES, 8 * MIB);
		unsigned int i;

		for (i = 0; i < 8 * MAX_QUEUES; i++)
			load_submit(&load, i % MAX_QUEUES);
		close(ready[1]);
		pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	return pid;
}

static void work_goes_on_when_a_tenant_is_killed_and_the_policy_unloaded(void **state)
{
	struct load small = load_make("/fair/small", 4, 8 * MIB);
	pid_t pid = begin_flood();
	unsigned int i;

	(void)state;
	for (i = 0; i < 32; i++)
		load_submit(&small, i % small.queue_count);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	for (i = 0; i < 32; i++)
		load_submit(&small, i % small.queue_count);
	enter("/");
	policy_do("unload fair");
	load_wait(&small);
	load_free(&small);
	policy_do("load fair");
}

/* ---- gantryctl ----------------------------------------------------------------------------- */

static void mistakes_are_told_and_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(policy("load fair"), 1);
	assert_int_equal(policy("set fair /fair"), 2);
	assert_int_equal(policy("set fair /fair weight=0"), 2);
	assert_int_equal(policy("set fair /fair weight=10001"), 2);
	assert_int_equal(policy("set fair /fair weight=-1"), 2);
	assert_int_equal(policy("set fair /fair weight=1 weight=2"), 2);
	assert_int_equal(policy("set fair /fair share=1"), 2);
	assert_int_equal(policy("set fair /nowhere weight=1"), 1);
	assert_int_equal(policy("set fair /fair weight=none"), 0);
}

static void list_tells_of_accounts(void **state)
{
	struct load small = load_make("/fair/small", 1, MIB);
	char text[8192];
	size_t length;
	FILE *pipe;

	(void)state;
	policy_do("set fair /fair weight=4321");
	load_submit(&small, 0);
	load_wait(&small);
	load_free(&small);
	pipe = popen(POLICY "list --json", "re");
	assert_non_null(pipe);
	length = fread(text, 1, sizeof(text) - 1, pipe);
	text[length] = '\0';
	assert_int_equal(pclose(pipe), 0);
	if (!strstr(text, "\"fair\"") || !strstr(text, "4321") || !strstr(text, "1048576"))
		fail_msg("something is missing: %s", text);
	policy_do("set fair /fair weight=none");
}

static const char *const groups[] = {
	GROUPS "/fair", GROUPS "/fair/small", GROUPS "/fair/large", GROUPS "/fair/large/a",
	GROUPS "/fair/large/b",
};

static int fair_setup(void **state)
{
	int ret = cards_setup(state);
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(groups); i++)
		assert_true(!mkdir(groups[i], 0700) || errno == EEXIST);
	return ret ? ret : policy("load fair");
}

static int fair_teardown(void **state)
{
	unsigned int i;

	enter("/");
	policy_do("unload fair");
	for (i = ARRAY_LENGTH(groups); i--;)
		assert_int_equal(rmdir(groups[i]), 0);
	/* Nothing holds the module any more: the next program may unload it. */
	return cards_teardown(state) || sysfs_exists("fs/bpf/gantry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tenant_gets_its_share_however_many_queues_another_has),
		cmocka_unit_test(shares_are_by_weight),
		cmocka_unit_test(a_cgroup_with_a_weight_has_one_share_with_all_below_it),
		cmocka_unit_test(a_small_job_waits_for_little_of_anothers_work),
		cmocka_unit_test(work_goes_on_when_a_tenant_is_killed_and_the_policy_unloaded),
		cmocka_unit_test(mistakes_are_told_and_change_nothing),
		cmocka_unit_test(list_tells_of_accounts),
	};

	return cmocka_run_group_tests_name("fair", tests, fair_setup, fair_teardown);
}
