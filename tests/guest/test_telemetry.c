// SPDX-License-Identifier: GPL-2.0-only
/* What gantryctl tells of tenants, as the BPF programs count it. */
#include "fixture.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell.h"
#include "fault.h"
#include "gate.h"
#include "tenant.h"
#include "worker.h"

#define LOGGED	16	/* of a kind, of a tenant on a card: GANTRY_LOG_EVENTS */

/* Of this cgroup on the first card, or NULL. */
static struct json_object *tenant_in(struct json_object *stat, const char *cgroup)
{
	struct json_object *tenants = json_member(stat, "tenants");

	for (size_t i = 0; i < json_object_array_length(tenants); i++) {
		struct json_object *one = json_object_array_get_idx(tenants, i);
		const char *path = json_text(one, "cgroup");

		if (path && !strcmp(path, cgroup) &&
		    !strcmp(json_text(one, "card"), card_address(0)))
			return one;
	}
	return NULL;
}

static void tenant_expect(const char *cgroup, unsigned int copies)
{
	struct json_object *stat = command_json(GANTRYCTL " stat --json");
	struct json_object *one = tenant_in(stat, cgroup), *jobs, *running;

	if (!one)
		fail_msg("nothing is told of %s", cgroup);
	jobs = json_member(one, "jobs");
	running = json_member(one, "running");
	assert_int_equal(json_number(json_member(one, "bytes"), "h2d"), copies * WORKER_BYTES);
	assert_int_equal(json_number(json_member(one, "operations"), "h2d"), copies);
	assert_int_equal(json_number(json_member(one, "bytes"), "d2h"), 0);
	assert_int_equal(json_number(jobs, "submitted"), copies);
	assert_int_equal(json_number(jobs, "completed"), copies);
	assert_int_equal(json_number(jobs, "failed"), 0);
	assert_int_equal(json_number(one, "device_bytes"), WORKER_BYTES);
	assert_int_equal(json_number(one, "contexts"), 1);
	assert_int_equal(json_number(one, "queues"), 1);
	assert_true(json_number(running, "p50_ns") > 0);
	assert_true(json_number(running, "p50_ns") <= json_number(running, "p999_ns"));
	assert_true(json_number(running, "sum_ns") > 0);
	json_object_put(stat);
}

static void tenants_are_counted_apart(void **state)
{
	struct worker a, b;

	(void)state;
	a = worker_begin("/tenant-a", 3);
	b = worker_begin("/tenant-b", 5);
	tenant_expect("/tenant-a", 3);
	tenant_expect("/tenant-b", 5);
	worker_end(&a);
	worker_end(&b);
}

static void what_a_tenant_held_is_given_back_when_it_dies(void **state)
{
	struct worker c = worker_begin("/tenant-c", 1);
	struct json_object *stat, *one;

	(void)state;
	worker_kill(&c);
	cards_expect_all_free();
	stat = command_json(GANTRYCTL " stat --json");
	one = tenant_in(stat, "/tenant-c");
	assert_non_null(one);
	assert_int_equal(json_number(one, "device_bytes"), 0);
	assert_int_equal(json_number(one, "contexts"), 0);
	assert_int_equal(json_number(one, "queues"), 0);
	assert_int_equal(json_number(json_member(one, "jobs"), "completed"), 1);
	json_object_put(stat);
	rmdir(GROUPS "/tenant-c");
}

static void zeroed_memory_is_counted_for_the_card(void **state)
{
	struct json_object *stat, *cards;
	int64_t bytes = 0;

	(void)state;
	cards_expect_all_free();
	stat = command_json(GANTRYCTL " stat --json");
	cards = json_member(stat, "cards");
	for (size_t i = 0; i < json_object_array_length(cards); i++)
		bytes += json_number(json_object_array_get_idx(cards, i), "scrubbed_bytes");
	/* The buffers of the tenants before */
	assert_true(bytes >= (int64_t)(3 * WORKER_BYTES));
	json_object_put(stat);
}

static void a_tenant_whose_cgroup_is_removed_keeps_its_name(void **state)
{
	struct worker d = worker_begin("/tenant-d", 1);
	struct json_object *stat, *one;

	(void)state;
	stat = command_json(GANTRYCTL " stat --json");
	one = tenant_in(stat, "/tenant-d");
	assert_non_null(one);
	assert_false(json_object_get_boolean(json_member(one, "gone")));
	json_object_put(stat);
	worker_end(&d);
	stat = command_json(GANTRYCTL " stat --json");
	one = tenant_in(stat, "/tenant-d");
	assert_non_null(one);
	assert_true(json_object_get_boolean(json_member(one, "gone")));
	assert_int_equal(json_number(json_member(one, "jobs"), "completed"), 1);
	json_object_put(stat);
}

static void tenants_that_are_gone_make_room(void **state)
{
	struct json_object *stat;
	struct worker worker;

	(void)state;
	/* Others have folders there, too. */
	command_run(GANTRYCTL " telemetry stop && mkdir -p /sys/fs/bpf/gantry/others && "
		    GANTRYCTL " telemetry start --rows 2");
	worker = worker_begin("/tenant-e", 1);
	worker_end(&worker);
	worker = worker_begin("/tenant-f", 1);
	worker_end(&worker);
	worker = worker_begin("/tenant-g", 2);
	tenant_expect("/tenant-g", 2);
	stat = command_json(GANTRYCTL " stat --json");
	assert_null(tenant_in(stat, "/tenant-e"));
	assert_int_equal(json_number(stat, "missed_events"), 0);
	json_object_put(stat);
	worker_end(&worker);
}

/* The table has two rows, still. */
static void what_has_no_room_is_counted_as_missed(void **state)
{
	struct worker h = worker_begin("/tenant-h", 1), i = worker_begin("/tenant-i", 1);
	struct worker j = worker_begin("/tenant-j", 1);
	struct json_object *stat = command_json(GANTRYCTL " stat --json");

	(void)state;
	assert_non_null(tenant_in(stat, "/tenant-i"));
	assert_null(tenant_in(stat, "/tenant-j"));
	assert_true(json_number(stat, "missed_events") > 0);
	json_object_put(stat);
	worker_end(&h);
	worker_end(&i);
	worker_end(&j);
	command_run(GANTRYCTL " telemetry stop && rmdir /sys/fs/bpf/gantry/others && "
		    GANTRYCTL " telemetry start");
}

/* A job that the card refuses is in the log; those behind it that are dropped are not. */
static void what_went_wrong_is_in_the_log(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, WORKER_BYTES, GANTRY_REGION_HOST);
	struct gantry_buffer *device = buffer_make(b->dev, WORKER_BYTES, 0);
	struct gantry_fence *fence = fence_make(b->dev);
	struct gate gate = gate_make();
	uint64_t last = 0;
	char *text, *job;

	fault_arm_next(0, "descriptor-error");
	/* However late the second one is, the first has not failed before. */
	gate_hold(&gate, fence, 1);
	assert_done(gantry_queue_prep_wait(b->queue, fence, 1));
	for (int i = 0; i < 2; i++) {
		assert_done(gantry_queue_prep_copy(b->queue, device, 0, host, 0, WORKER_BYTES, 0));
		last = queue_submit(b->queue);
	}
	gate_open(&gate);
	assert_refused(gantry_queue_wait(b->queue, last, 60 * SECOND), ECANCELED);
	assert_done(sysfs_write("1", "bus/pci/devices/%s/reset", card_address(0)));
	text = command_output(GANTRYCTL " trace --log --card %s", card_address(0));
	job = strstr(text, " job_end ");
	assert_non_null(job);
	assert_non_null(strstr(job, " error=EIO"));
	assert_non_null(strstr(job, " device_reset error=0"));
	assert_non_null(strstr(text, " ring_reset "));
	assert_null(strstr(job + 1, " job_end "));
	free(text);
	text = command_output(GANTRYCTL " trace --log --event device_reset --json");
	assert_ptr_equal(strstr(text, "{\"event\":\"device_reset\","), text);
	assert_int_equal(strchr(text, '\n')[1], '\0');
	free(text);
	gantry_buffer_destroy(host);
	gantry_buffer_destroy(device);
	gantry_fence_destroy(fence);
	gate_destroy(&gate);
}

static int fault_teardown(void **state)
{
	fault_disarm_all(0);
	return bench_teardown(state);
}

static void a_card_that_comes_and_goes_is_in_the_log(void **state)
{
	char *text;

	(void)state;
	card_unbind(0);
	card_bind(0);
	text = command_output(GANTRYCTL " trace --log --count 2");
	assert_non_null(strstr(text, " device_unbind\n"));
	assert_non_null(strstr(strstr(text, " device_unbind\n"), " device_bind\n"));
	free(text);
}

static int export_often(const void *arg)
{
	struct gantry_device *dev = card_open(0);

	for (unsigned int i = 0; i < *(const unsigned int *)arg; i++) {
		struct gantry_buffer *buffer = buffer_make(dev, 4096, GANTRY_REGION_HOST);
		int dmabuf = gantry_buffer_export(buffer);

		if (dmabuf < 0)
			return -dmabuf;
		close(dmabuf);
		gantry_buffer_destroy(buffer);
	}
	gantry_device_close(dev);
	return 0;
}

static unsigned int lines_of(const char *log, const char *words)
{
	unsigned int count = 0;

	for (; (log = strstr(log, words)); log += strlen(words))
		count++;
	return count;
}

/* Nor what the card itself has to tell. */
static void who_floods_the_log_flushes_nobody_elses_events(void **state)
{
	static const unsigned int once = 1, often = 3 * LOGGED;
	char *text;

	(void)state;
	assert_int_equal(mkdir(GROUPS "/quiet", 0700), 0);
	assert_int_equal(mkdir(GROUPS "/noisy", 0700), 0);
	assert_int_equal(tenant_do("/quiet", export_often, &once), 0);
	assert_int_equal(tenant_do("/noisy", export_often, &often), 0);
	text = command_output(GANTRYCTL " trace --log");
	assert_int_equal(lines_of(text, " /quiet buffer_export "), 1);
	assert_int_equal(lines_of(text, " /noisy buffer_export "), LOGGED);
	assert_int_equal(lines_of(text, " device_bind\n"), 1);
	assert_true(strstr(text, " device_bind\n") < strstr(text, " /noisy "));
	free(text);
	assert_int_equal(rmdir(GROUPS "/quiet"), 0);
	assert_int_equal(rmdir(GROUPS "/noisy"), 0);
}

static void nothing_was_missed(void **state)
{
	struct json_object *stat = command_json(GANTRYCTL " stat --json");

	(void)state;
	assert_int_equal(json_number(stat, "missed_events"), 0);
	json_object_put(stat);
}

static void people_get_a_table(void **state)
{
	char *text = command_output(GANTRYCTL " stat");

	(void)state;
	assert_non_null(strstr(text, "TENANT"));
	assert_non_null(strstr(text, card_address(0)));
	free(text);
}

static void bpftool_shows_fields_by_name(void **state)
{
	char *text = command_output("bpftool map dump pinned /sys/fs/bpf/gantry/usage");

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
	command_run(GANTRYCTL " telemetry stop");
	/* Nothing holds the module any more: the next program may unload it. */
	return cards_teardown(state) || sysfs_exists("fs/bpf/gantry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tenants_are_counted_apart),
		cmocka_unit_test(what_a_tenant_held_is_given_back_when_it_dies),
		cmocka_unit_test(zeroed_memory_is_counted_for_the_card),
		cmocka_unit_test(a_tenant_whose_cgroup_is_removed_keeps_its_name),
		cmocka_unit_test(tenants_that_are_gone_make_room),
		cmocka_unit_test(what_has_no_room_is_counted_as_missed),
		cmocka_unit_test_setup_teardown(what_went_wrong_is_in_the_log, bench_setup,
						fault_teardown),
		cmocka_unit_test(a_card_that_comes_and_goes_is_in_the_log),
		cmocka_unit_test(who_floods_the_log_flushes_nobody_elses_events),
		cmocka_unit_test(nothing_was_missed),
		cmocka_unit_test(people_get_a_table),
		cmocka_unit_test(bpftool_shows_fields_by_name),
		cmocka_unit_test(it_is_started_once),
	};

	return cmocka_run_group_tests_name("telemetry", tests, telemetry_setup,
					   telemetry_teardown);
}
