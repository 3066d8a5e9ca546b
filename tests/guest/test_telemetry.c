// SPDX-License-Identifier: GPL-2.0-only
/* What gantryctl tells of tenants, as the BPF programs count it. */
#include "fixture.h"

#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GANTRYCTL	"/gantry/build/gantryctl/gantryctl"
#define GROUPS		"/sys/fs/cgroup"
#define BYTES		(64 * KIB)

/* What a command prints; it must succeed. Belongs to the caller. */
static char *output_of(const char *command)
{
	FILE *pipe = popen(command, "re");
	char *text = NULL;
	size_t room = 0;

	assert_non_null(pipe);
	if (getdelim(&text, &room, '\0', pipe) < 0)
		text = strdup("");
	if (pclose(pipe))
		fail_msg("%s failed: %s", command, text);
	return text;
}

static void run(const char *command)
{
	free(output_of(command));
}

static struct json_object *stat_now(void)
{
	char *text = output_of(GANTRYCTL " stat --json");
	struct json_object *stat = json_tokener_parse(text);

	assert_non_null(stat);
	free(text);
	return stat;
}

static struct json_object *member(struct json_object *of, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(of, key, &value))
		fail_msg("there is no %s", key);
	return value;
}

static int64_t number(struct json_object *of, const char *key)
{
	return json_object_get_int64(member(of, key));
}

/* Of this cgroup on the first card, or NULL. */
static struct json_object *tenant_in(struct json_object *stat, const char *cgroup)
{
	struct json_object *tenants = member(stat, "tenants");

	for (size_t i = 0; i < json_object_array_length(tenants); i++) {
		struct json_object *one = json_object_array_get_idx(tenants, i);
		const char *path = json_object_get_string(member(one, "cgroup"));

		if (path && !strcmp(path, cgroup) &&
		    !strcmp(json_object_get_string(member(one, "card")), card_address(0)))
			return one;
	}
	return NULL;
}

/* A tenant that copies so many times and holds a buffer, until it is told to go. */
struct tenant {
	pid_t pid;
	int done;	/* readable when it has copied */
	int leave;	/* written to let it go */
};

static void tenant_work(unsigned int copies)
{
	struct gantry_device *dev = card_open(0);
	struct gantry_buffer *src = buffer_make(dev, BYTES, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(dev, BYTES, 0);
	struct gantry_queue *queue;

	assert_done(gantry_queue_create(dev, NULL, &queue));
	for (unsigned int i = 0; i < copies; i++)
		copy_now(queue, dst, 0, src, 0, BYTES);
}

static void tenant_begin(struct tenant *tenant, const char *cgroup, unsigned int copies)
{
	char path[128], pid[16];
	int done[2], leave[2];

	snprintf(path, sizeof(path), GROUPS "%s", cgroup);
	assert_true(!mkdir(path, 0700) || errno == EEXIST);
	assert_int_equal(pipe(done), 0);
	assert_int_equal(pipe(leave), 0);
	tenant->pid = fork();
	assert_true(tenant->pid >= 0);
	if (!tenant->pid) {
		FILE *procs;

		snprintf(path, sizeof(path), GROUPS "%s/cgroup.procs", cgroup);
		snprintf(pid, sizeof(pid), "%d", getpid());
		procs = fopen(path, "we");
		if (!procs || fputs(pid, procs) < 0 || fclose(procs))
			_exit(1);
		tenant_work(copies);
		if (write(done[1], "", 1) != 1 || read(leave[0], pid, 1) != 1)
			_exit(1);
		_exit(0);
	}
	close(done[1]);
	close(leave[0]);
	tenant->done = done[0];
	tenant->leave = leave[1];
	assert_int_equal(read(tenant->done, pid, 1), 1);
}

static void tenant_end(struct tenant *tenant, const char *cgroup)
{
	char path[128];
	int status;

	assert_int_equal(write(tenant->leave, "", 1), 1);
	close(tenant->leave);
	close(tenant->done);
	assert_int_equal(waitpid(tenant->pid, &status, 0), tenant->pid);
	assert_int_equal(status, 0);
	snprintf(path, sizeof(path), GROUPS "%s", cgroup);
	assert_int_equal(rmdir(path), 0);
}

static void tenant_expect(const char *cgroup, unsigned int copies)
{
	struct json_object *stat = stat_now(), *one = tenant_in(stat, cgroup);
	struct json_object *jobs, *running;

	if (!one)
		fail_msg("nothing is told of %s", cgroup);
	jobs = member(one, "jobs");
	running = member(one, "running");
	assert_int_equal(number(member(one, "bytes"), "h2d"), copies * BYTES);
	assert_int_equal(number(member(one, "operations"), "h2d"), copies);
	assert_int_equal(number(member(one, "bytes"), "d2h"), 0);
	assert_int_equal(number(jobs, "submitted"), copies);
	assert_int_equal(number(jobs, "completed"), copies);
	assert_int_equal(number(jobs, "failed"), 0);
	assert_int_equal(number(one, "device_bytes"), BYTES);
	assert_int_equal(number(one, "contexts"), 1);
	assert_int_equal(number(one, "queues"), 1);
	assert_true(number(running, "p50_ns") > 0);
	assert_true(number(running, "p50_ns") <= number(running, "p999_ns"));
	assert_true(number(running, "sum_ns") > 0);
	json_object_put(stat);
}

static void tenants_are_counted_apart(void **state)
{
	struct tenant a, b;

	(void)state;
	tenant_begin(&a, "/tenant-a", 3);
	tenant_begin(&b, "/tenant-b", 5);
	tenant_expect("/tenant-a", 3);
	tenant_expect("/tenant-b", 5);
	tenant_end(&a, "/tenant-a");
	tenant_end(&b, "/tenant-b");
}

static void what_a_tenant_held_is_given_back_when_it_dies(void **state)
{
	struct json_object *stat, *one;
	struct tenant a;

	(void)state;
	tenant_begin(&a, "/tenant-c", 1);
	kill(a.pid, SIGKILL);
	waitpid(a.pid, NULL, 0);
	close(a.done);
	close(a.leave);
	cards_expect_all_free();
	stat = stat_now();
	one = tenant_in(stat, "/tenant-c");
	assert_non_null(one);
	assert_int_equal(number(one, "device_bytes"), 0);
	assert_int_equal(number(one, "contexts"), 0);
	assert_int_equal(number(one, "queues"), 0);
	assert_int_equal(number(member(one, "jobs"), "completed"), 1);
	json_object_put(stat);
	rmdir(GROUPS "/tenant-c");
}

static void zeroed_memory_is_counted_for_the_card(void **state)
{
	struct json_object *stat, *cards;
	int64_t bytes = 0;

	(void)state;
	cards_expect_all_free();
	stat = stat_now();
	cards = member(stat, "cards");
	for (size_t i = 0; i < json_object_array_length(cards); i++)
		bytes += number(json_object_array_get_idx(cards, i), "scrubbed_bytes");
	/* The buffers of the tenants before */
	assert_true(bytes >= (int64_t)(3 * BYTES));
	json_object_put(stat);
}

static void people_get_a_table(void **state)
{
	char *text = output_of(GANTRYCTL " stat");

	(void)state;
	assert_non_null(strstr(text, "TENANT"));
	assert_non_null(strstr(text, card_address(0)));
	free(text);
}

static void bpftool_shows_fields_by_name(void **state)
{
	char *text = output_of("bpftool map dump pinned /sys/fs/bpf/gantry/usage");

	(void)state;
	assert_non_null(strstr(text, "\"jobs_completed\""));
	assert_non_null(strstr(text, card_address(0)));
	free(text);
}

static void it_is_started_once(void **state)
{
	(void)state;
	assert_int_not_equal(system(GANTRYCTL " telemetry start 2>/dev/null"), 0);
}

static int telemetry_setup(void **state)
{
	int ret = cards_setup(state);

	if (ret)
		return ret;
	return system(GANTRYCTL " telemetry start");
}

static int telemetry_teardown(void **state)
{
	run(GANTRYCTL " telemetry stop");
	/* Nothing holds the module any more: the next program may unload it. */
	return cards_teardown(state) || sysfs_exists("fs/bpf/gantry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tenants_are_counted_apart),
		cmocka_unit_test(what_a_tenant_held_is_given_back_when_it_dies),
		cmocka_unit_test(zeroed_memory_is_counted_for_the_card),
		cmocka_unit_test(people_get_a_table),
		cmocka_unit_test(bpftool_shows_fields_by_name),
		cmocka_unit_test(it_is_started_once),
	};

	return cmocka_run_group_tests_name("telemetry", tests, telemetry_setup,
					   telemetry_teardown);
}
