// SPDX-License-Identifier: GPL-2.0-only
/* The policies that gantryctl loads: quotas of cgroups, and exclusive ownership. */
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#define GANTRYCTL	"/gantry/build/gantryctl/gantryctl policy "
#define GROUPS		"/sys/fs/cgroup"
#define BYTES		(64 * KIB)

/* The exit code. */
static int policy(const char *what, const char *about)
{
	char command[256];

	snprintf(command, sizeof(command), GANTRYCTL "%s --card %s 2>/dev/null", what, about);
	return WEXITSTATUS(system(command));
}

static void policy_do(const char *what)
{
	if (policy(what, card_address(0)))
		fail_msg("gantryctl policy %s failed", what);
}

static void group_enter(const char *group)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), GROUPS "%s/cgroup.procs", group);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "0", 1), 1);
	close(fd);
}

static struct gantry_device *open_in(const char *group)
{
	group_enter(group);
	return card_open(0);
}

static int make(int fd, uint64_t size, uint32_t *handle)
{
	struct drm_gantry_bo_create create = { .size = size, .region = region_at(fd, 0) };
	int ret = raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_CREATE, &create);

	*handle = create.handle;
	return ret;
}

static void a_cgroup_gets_no_more_memory_than_its_quota(void **state)
{
	struct gantry_device *dev = open_in("/quota/a");
	int fd = gantry_device_fd(dev);
	uint32_t first, second;

	(void)state;
	policy_do("set quota /quota/a memory=128K");
	assert_done(make(fd, 128 * KIB, &first));
	assert_refused(make(fd, 4096, &second), EDQUOT);
	/* Host memory is none of it, and others' quota neither. */
	raw_close(fd, raw_buffer(fd, 128 * KIB, GANTRY_REGION_HOST));
	raw_close(fd, first);
	assert_done(make(fd, 128 * KIB, &first));
	raw_close(fd, first);
	policy_do("set quota /quota/a memory=none");
	assert_done(make(fd, 256 * KIB, &first));
	gantry_device_close(dev);
}

static void the_quota_of_an_ancestor_holds_for_all_below_it_together(void **state)
{
	struct gantry_device *a = open_in("/quota/a"), *b = open_in("/quota/b");
	struct gantry_device *other = open_in("/other");
	uint32_t handle;

	(void)state;
	policy_do("set quota /quota memory=128K");
	group_enter("/quota/a");
	assert_done(make(gantry_device_fd(a), 64 * KIB, &handle));
	group_enter("/quota/b");
	assert_done(make(gantry_device_fd(b), 64 * KIB, &handle));
	assert_refused(make(gantry_device_fd(b), 4096, &handle), EDQUOT);
	group_enter("/other");
	assert_done(make(gantry_device_fd(other), MIB, &handle));
	group_enter("/quota/a");
	gantry_device_close(a);
	group_enter("/quota/b");
	assert_done(make(gantry_device_fd(b), 64 * KIB, &handle));
	gantry_device_close(b);
	gantry_device_close(other);
	policy_do("set quota /quota memory=none");
}

static void a_cgroup_gets_no_more_queues_than_its_quota(void **state)
{
	struct gantry_device *dev = open_in("/quota/a");
	struct drm_gantry_queue_create create = { 0 };
	int fd = gantry_device_fd(dev);

	(void)state;
	policy_do("set quota /quota/a queues=2");
	raw_queue(fd);
	raw_queue(fd);
	assert_refused(raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create), EDQUOT);
	policy_do("set quota /quota/a queues=3");
	raw_queue(fd);
	policy_do("set quota /quota/a queues=none");
	gantry_device_close(dev);
}

static void a_cgroup_has_no_more_bytes_in_flight_than_its_quota(void **state)
{
	struct gantry_device *dev = open_in("/quota/a");
	int fd = gantry_device_fd(dev);
	uint32_t queue = raw_queue(fd), from = raw_buffer(fd, BYTES, 0);
	uint32_t to = raw_buffer(fd, BYTES, 0);
	uint64_t seqno;

	(void)state;
	policy_do("set quota /quota/a inflight=32K");
	/* It never could fit. */
	assert_refused(raw_copy(fd, queue, to, from, BYTES, &seqno), EDQUOT);
	assert_done(raw_copy(fd, queue, to, from, BYTES / 2, &seqno));
	assert_done(raw_wait(fd, queue, seqno));
	policy_do("set quota /quota/a inflight=none");
	gantry_device_close(dev);
}

static void a_cgroup_moves_no_more_a_second_than_its_bandwidth(void **state)
{
	struct gantry_device *dev = open_in("/quota/a");
	int fd = gantry_device_fd(dev);
	uint32_t queue = raw_queue(fd), from = raw_buffer(fd, BYTES, 0);
	uint32_t to = raw_buffer(fd, BYTES, 0);
	const unsigned int jobs = 6;
	uint64_t seqno = 0;
	int64_t begin;
	unsigned int i;

	(void)state;
	/* 100 ms a job, of which the first 100 ms are a burst, and the last is not waited out. */
	policy_do("set quota /quota/a bandwidth=640K");
	begin = time_now();
	for (i = 0; i < jobs; i++)
		assert_done(raw_copy(fd, queue, to, from, BYTES, &seqno));
	assert_done(raw_wait(fd, queue, seqno));
	assert_true(time_now() - begin >= (jobs - 2) * SECOND / 10);
	policy_do("set quota /quota/a bandwidth=none");
	gantry_device_close(dev);
}

static void a_cgroup_exports_nothing_if_it_may_not(void **state)
{
	struct gantry_device *dev = open_in("/quota/a");
	int fd = gantry_device_fd(dev), dmabuf;
	uint32_t buffer = raw_buffer(fd, BYTES, GANTRY_REGION_HOST);

	(void)state;
	policy_do("set quota /quota export=no");
	assert_int_equal(drmPrimeHandleToFD(fd, buffer, DRM_CLOEXEC, &dmabuf), -1);
	assert_int_equal(errno, EACCES);
	policy_do("set quota /quota export=yes");
	assert_int_equal(drmPrimeHandleToFD(fd, buffer, DRM_CLOEXEC, &dmabuf), 0);
	close(dmabuf);
	gantry_device_close(dev);
}

static void an_exclusive_card_serves_its_owner_and_nobody_else(void **state)
{
	struct gantry_device *before = open_in("/other"), *dev;
	uint32_t handle;

	(void)state;
	policy_do("load exclusive");
	policy_do("set exclusive /quota");
	assert_refused(make(gantry_device_fd(before), 4096, &handle), EACCES);
	assert_int_equal(gantry_device_open(card_address(0), &dev), -EBUSY);
	/* The owner's, also below it */
	dev = open_in("/quota/a");
	assert_done(make(gantry_device_fd(dev), 4096, &handle));
	gantry_device_close(dev);
	policy_do("set exclusive none");
	group_enter("/other");
	assert_done(make(gantry_device_fd(before), 4096, &handle));
	policy_do("unload exclusive");
	gantry_device_close(before);
}

static void mistakes_are_told_and_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(policy("load quota", card_address(0)), 1);
	assert_int_equal(policy("load nonsense", card_address(0)), 2);
	assert_int_equal(policy("set quota /quota", card_address(0)), 2);
	assert_int_equal(policy("set quota /quota memory=many", card_address(0)), 2);
	assert_int_equal(policy("set quota /quota speed=1", card_address(0)), 2);
	assert_int_equal(policy("set quota /nowhere memory=1", card_address(0)), 1);
	assert_int_equal(policy("set exclusive /quota", card_address(0)), 1);
	assert_int_equal(policy("unload exclusive", card_address(0)), 1);
	assert_int_equal(policy("load exclusive", "0000:ff:1f.7"), 1);
}

static void list_tells_of_policies_and_limits(void **state)
{
	char text[8192];
	size_t length;
	FILE *pipe;

	(void)state;
	policy_do("set quota /quota memory=1M");
	pipe = popen(GANTRYCTL "list --json", "re");
	assert_non_null(pipe);
	length = fread(text, 1, sizeof(text) - 1, pipe);
	text[length] = '\0';
	assert_int_equal(pclose(pipe), 0);
	if (!strstr(text, card_address(0)) || !strstr(text, "\"quota\"") ||
	    !strstr(text, "\"active\"") || !strstr(text, "1048576") || !strstr(text, "/quota"))
		fail_msg("something is missing: %s", text);
}

static void group_make(const char *path)
{
	assert_true(!mkdir(path, 0700) || errno == EEXIST);
}

static int quota_setup(void **state)
{
	int ret = cards_setup(state);

	group_make(GROUPS "/quota");
	group_make(GROUPS "/quota/a");
	group_make(GROUPS "/quota/b");
	group_make(GROUPS "/other");
	return ret ? ret : policy("load quota", card_address(0));
}

static int quota_teardown(void **state)
{
	group_enter("");
	policy_do("unload quota");
	assert_int_equal(rmdir(GROUPS "/quota/a"), 0);
	assert_int_equal(rmdir(GROUPS "/quota/b"), 0);
	assert_int_equal(rmdir(GROUPS "/quota"), 0);
	assert_int_equal(rmdir(GROUPS "/other"), 0);
	/* Nothing holds the module any more: the next program may unload it. */
	return cards_teardown(state) || sysfs_exists("fs/bpf/gantry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cgroup_gets_no_more_memory_than_its_quota),
		cmocka_unit_test(the_quota_of_an_ancestor_holds_for_all_below_it_together),
		cmocka_unit_test(a_cgroup_gets_no_more_queues_than_its_quota),
		cmocka_unit_test(a_cgroup_has_no_more_bytes_in_flight_than_its_quota),
		cmocka_unit_test(a_cgroup_moves_no_more_a_second_than_its_bandwidth),
		cmocka_unit_test(a_cgroup_exports_nothing_if_it_may_not),
		cmocka_unit_test(an_exclusive_card_serves_its_owner_and_nobody_else),
		cmocka_unit_test(mistakes_are_told_and_change_nothing),
		cmocka_unit_test(list_tells_of_policies_and_limits),
	};

	return cmocka_run_group_tests_name("quota", tests, quota_setup, quota_teardown);
}
