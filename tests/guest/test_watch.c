// SPDX-License-Identifier: GPL-2.0-only
/* gantryctl top, trace and metrics: how people and programs look on. */
#include "fixture.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "openmetrics.h"
#include "shell.h"
#include "worker.h"

/* ---- metrics ------------------------------------------------------------------------------ */

static struct metrics metrics_now(void)
{
	char *text = command_output(GANTRYCTL " metrics");
	struct metrics metrics;

	if (!metrics_parse(&metrics, text))
		fail_msg("%s\nin\n%s", metrics.error, text);
	free(text);
	return metrics;
}

#define metric_expect(metrics, wanted, ...)					\
	do {									\
		const struct metric *found_ = metric_find(metrics, __VA_ARGS__, NULL);	\
										\
		if (!found_)							\
			fail_msg("not one metric is %s", #__VA_ARGS__);		\
		assert_true(found_->value == (wanted));				\
	} while (0)

static void metrics_tell_of_cards_and_tenants(void **state)
{
	struct worker worker = worker_begin("/watched", 3);
	struct metrics m = metrics_now();

	(void)state;
	metric_expect(&m, 1, "gantry_card_info", "card", card_address(0));
	metric_expect(&m, 1, "gantry_card_state", "card", card_address(0),
		      "gantry_card_state", "ready");
	metric_expect(&m, 0, "gantry_card_state", "card", card_address(0),
		      "gantry_card_state", "gone");
	metric_expect(&m, 3 * WORKER_BYTES, "gantry_moved_bytes_total", "cgroup", "/watched",
		      "direction", "h2d");
	metric_expect(&m, 3, "gantry_jobs_ended_total", "cgroup", "/watched",
		      "result", "completed");
	metric_expect(&m, WORKER_BYTES, "gantry_memory_bytes", "cgroup", "/watched",
		      "of", "device");
	metric_expect(&m, 3, "gantry_job_running_seconds_count", "cgroup", "/watched");
	assert_non_null(metric_find(&m, "gantry_job_running_quantile_seconds", "cgroup",
				    "/watched", "quantile", "0.999", NULL));
	metric_expect(&m, 1, "gantry_telemetry_running");
	metrics_free(&m);
	worker_end(&worker);
}

/* Of a chip that tells none there is none. */
static void metrics_have_each_sensor_of_a_card(void **state)
{
	static const struct {
		const char *unit, *name;
		double scale;
	} kinds[] = {
		{ "millidegree Celsius", "gantry_card_temperature_celsius", 1e3 },
		{ "microwatt", "gantry_card_power_watts", 1e6 },
		{ "errors", "gantry_card_errors_total", 1 },
		{ "thousandths", "gantry_card_utilization_ratio", 1e3 },
	};
	struct json_object *info = command_json(GANTRYCTL " info --json %s", card_address(0));
	struct json_object *sensors = json_member(info, "sensors");
	struct metrics m = metrics_now();

	(void)state;
	for (size_t i = 0; i < json_object_array_length(sensors); i++) {
		struct json_object *sensor = json_object_array_get_idx(sensors, i);
		unsigned int k = 0;

		while (strcmp(kinds[k].unit, json_text(sensor, "unit")))
			assert_true(++k < ARRAY_LENGTH(kinds));
		metric_expect(&m, json_number(sensor, "value") / kinds[k].scale, kinds[k].name,
			      "card", card_address(0), "sensor", json_text(sensor, "name"));
	}
	if (!json_object_array_length(sensors))
		assert_null(metric_find(&m, "gantry_card_temperature_celsius", NULL));
	metrics_free(&m);
	json_object_put(info);
}

/* Whoever may make cgroups chooses their names. */
static void no_name_breaks_the_metrics(void **state)
{
	struct worker worker = worker_begin("/a\"b\\c d,e=}", 1);
	struct metrics m = metrics_now();

	(void)state;
	metric_expect(&m, 1, "gantry_jobs_submitted_total", "cgroup", "/a\"b\\c d,e=}");
	metrics_free(&m);
	worker_end(&worker);
}

/* No UTF-8, and what a terminal takes for an order: while the cgroup is there, and after. */
static void names_that_are_no_text_are_shown_as_text(void **state)
{
	struct worker worker = worker_begin("/x\xff\xc2\x9b" "31m", 1);
	struct metrics m = metrics_now();
	char *text;

	(void)state;
	metric_expect(&m, 1, "gantry_jobs_submitted_total", "cgroup", "/x???31m");
	metrics_free(&m);
	json_object_put(command_json(GANTRYCTL " stat --json"));
	worker_end(&worker);
	m = metrics_now();
	metric_expect(&m, 1, "gantry_jobs_submitted_total", "cgroup", "/x???31m");
	metrics_free(&m);
	json_object_put(command_json(GANTRYCTL " stat --json"));
	text = command_output(GANTRYCTL " stat");
	assert_non_null(strstr(text, "/x???31m (gone)"));
	free(text);
}

static void what_is_not_known_is_no_metric(void **state)
{
	char *said = NULL;
	struct metrics m;

	(void)state;
	command_run(GANTRYCTL " telemetry stop");
	m = metrics_now();
	metric_expect(&m, 0, "gantry_telemetry_running");
	metric_expect(&m, 1, "gantry_card_info", "card", card_address(0));
	assert_null(metric_find(&m, "gantry_jobs_submitted_total", NULL));
	metrics_free(&m);
	for (unsigned int i = 0; i < 3; i++) {
		static const char *const readers[] = { "stat", "top", "trace --log" };

		said = command_failure(1, GANTRYCTL " %s", readers[i]);
		assert_non_null(strstr(said, "'gantryctl telemetry start'"));
		free(said);
	}
}

/* The reader of this test is worth something only if it refuses. */
static void the_tests_own_reader_refuses_what_is_wrong(void **state)
{
#define COUNTER	"# TYPE a counter\n"
#define TIMES	"# TYPE t_seconds histogram\n# UNIT t_seconds seconds\n"
	static const struct {
		bool good;
		const char *text;
	} texts[] = {
		{ true, "# EOF\n" },
		{ true, COUNTER "# HELP a Text.\na_total{x=\"\\\"\\\\\\n\"} 1\n# EOF\n" },
		{ true, TIMES "t_seconds_bucket{le=\"1\"} 2\nt_seconds_bucket{le=\"+Inf\"} 3\n"
			"t_seconds_count 3\nt_seconds_sum 4.5\n# EOF\n" },
		{ false, "" },
		{ false, COUNTER "a_total 1\n" },
		{ false, COUNTER "a_total 1\n# EOF" },
		{ false, COUNTER "a_total 1\n# EOF\n\n" },
		{ false, COUNTER "a 1\n# EOF\n" },
		{ false, "a_total 1\n# EOF\n" },
		{ false, COUNTER "a_total -1\n# EOF\n" },
		{ false, COUNTER "a_total NaN\n# EOF\n" },
		{ false, COUNTER "a_total  1\n# EOF\n" },
		{ false, COUNTER "a_total 1 \n# EOF\n" },
		{ false, COUNTER "a_total 1\na_total 2\n# EOF\n" },
		{ false, COUNTER "a_total{x=\"1\",x=\"2\"} 1\n# EOF\n" },
		{ false, COUNTER "a_total{x=\"\\t\"} 1\n# EOF\n" },
		{ true, COUNTER "a_total{x=\"\xc3\xa4\"} 1\n# EOF\n" },
		{ false, COUNTER "a_total{x=\"\xff\"} 1\n# EOF\n" },
		{ false, COUNTER "a_total{1x=\"\"} 1\n# EOF\n" },
		{ false, COUNTER COUNTER "# EOF\n" },
		{ false, COUNTER "a_total 1\n# HELP a Late.\n# EOF\n" },
		{ false, COUNTER "# TYPE b gauge\nb 1\na_total 1\n# EOF\n" },
		{ false, COUNTER "# TYPE b gauge\n" COUNTER "# EOF\n" },
		{ false, "# TYPE a_count counter\n# UNIT a_count seconds\n# EOF\n" },
		{ false, "# TYPE a histogramm\n# EOF\n" },
		{ false, "# TYPE a info\na_info{x=\"\"} 2\n# EOF\n" },
		{ false, "# TYPE a stateset\na{x=\"on\"} 1\n# EOF\n" },
		{ false, "# TYPE a summary\na 1\n# EOF\n" },
		{ false, TIMES "t_seconds_bucket{le=\"1\"} 2\nt_seconds_count 2\n# EOF\n" },
		{ false, TIMES "t_seconds_bucket{le=\"1\"} 2\nt_seconds_bucket{le=\"+Inf\"} 1\n"
			 "t_seconds_count 1\n# EOF\n" },
		{ false, TIMES "t_seconds_bucket{le=\"+Inf\"} 2\nt_seconds_count 1\n# EOF\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct metrics m;

		if (metrics_parse(&m, texts[i].text) != texts[i].good)
			fail_msg("%s: %s", texts[i].good ? m.error : "taken", texts[i].text);
		metrics_free(&m);
	}
}

/* ---- programs that go on -------------------------------------------------------------------- */

struct program {
	pid_t pid;
	int out;
	char text[65536];
	size_t length;
};

/* What it says from now on; time is only for when it does not come. */
static void program_read(struct program *program)
{
	struct pollfd out = { .fd = program->out, .events = POLLIN };
	ssize_t length;

	if (poll(&out, 1, 60000) != 1)
		fail_msg("it says no more than: %s", program->text);
	length = read(program->out, program->text + program->length,
		      sizeof(program->text) - 1 - program->length);
	if (length <= 0)
		fail_msg("it ended, and said: %s", program->text);
	program->length += length;
	program->text[program->length] = '\0';
}

static void program_wait_for(struct program *program, const char *words)
{
	while (!strstr(program->text, words))
		program_read(program);
}

static void program_forget(struct program *program)
{
	program->length = 0;
	program->text[0] = '\0';
}

static void program_expect_end(struct program *program)
{
	int status;

	assert_int_equal(waitpid(program->pid, &status, 0), program->pid);
	assert_int_equal(status, 0);
	close(program->out);
}

/* stdout and stderr in one pipe, in order. */
static void program_begin(struct program *program, const char *command)
{
	int out[2];

	memset(program, 0, sizeof(*program));
	assert_int_equal(pipe(out), 0);
	program->pid = fork();
	assert_true(program->pid >= 0);
	if (!program->pid) {
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		close(out[0]);
		close(out[1]);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(out[1]);
	program->out = out[0];
}

static unsigned int lines_with(const char *text, const char *words)
{
	unsigned int count = 0;

	for (; (text = strstr(text, words)); text += strlen(words))
		count++;
	return count;
}

/* ---- trace -------------------------------------------------------------------------------- */

static void trace_begin(struct program *trace, const char *options)
{
	char command[256];

	snprintf(command, sizeof(command), "exec " GANTRYCTL " trace %s", options);
	program_begin(trace, command);
	program_wait_for(trace, "Tracing");
}

static void trace_tells_of_one_tenant_only(void **state)
{
	struct program trace;
	struct worker a, b;

	(void)state;
	assert_true(!mkdir(GROUPS "/traced", 0700) || errno == EEXIST);
	trace_begin(&trace, "--tenant /traced");
	a = worker_begin("/other", 1);
	b = worker_begin("/traced", 2);
	worker_end(&b);
	worker_end(&a);
	program_wait_for(&trace, " context_close ");
	kill(trace.pid, SIGINT);
	program_expect_end(&trace);
	assert_null(strstr(trace.text, "/other"));
	assert_int_equal(lines_with(trace.text, " /traced context_open "), 1);
	assert_int_equal(lines_with(trace.text, " /traced job_submit "), 2);
	assert_int_equal(lines_with(trace.text, " /traced job_end "), 2);
	assert_int_equal(lines_with(trace.text, " error=0 "), 2);
	assert_non_null(strstr(trace.text, card_address(0)));
}

/* The number of the queue comes from the first trace, which is JSON. */
static void trace_tells_of_one_queue_only(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host = buffer_make(b->dev, 4096, GANTRY_REGION_HOST);
	struct gantry_buffer *device = buffer_make(b->dev, 4096, 0);
	struct gantry_queue *queue;
	struct program trace;
	struct json_object *made;
	char options[64];

	trace_begin(&trace, "--event queue_create --count 1 --json");
	program_forget(&trace);
	assert_done(gantry_queue_create(b->dev, NULL, &queue));
	program_wait_for(&trace, "\n");
	program_expect_end(&trace);
	made = json_tokener_parse(trace.text);
	assert_non_null(made);
	assert_string_equal(json_text(made, "event"), "queue_create");
	assert_string_equal(json_text(made, "card"), card_address(0));
	assert_int_equal(json_number(made, "pid"), getpid());
	snprintf(options, sizeof(options), "--queue %d -e job_end -e queue_destroy --count 2",
		 (int)json_number(made, "queue"));
	json_object_put(made);

	trace_begin(&trace, options);
	copy_now(b->queue, device, 0, host, 0, 4096);
	copy_now(queue, device, 0, host, 0, 4096);
	gantry_queue_destroy(queue);
	program_wait_for(&trace, " queue_destroy ");
	program_expect_end(&trace);
	assert_int_equal(lines_with(trace.text, " job_end "), 1);
	assert_int_equal(lines_with(trace.text, " seqno=1 "), 1);
	gantry_buffer_destroy(host);
	gantry_buffer_destroy(device);
}

static void trace_tells_what_it_lost(void **state)
{
	struct bench *b = *state;
	struct program trace;
	int status;

	trace_begin(&trace, "--room 4K --event buffer_create --json");
	/* One event, so that it is in its loop, then it stands still. */
	gantry_buffer_destroy(buffer_make(b->dev, 4096, GANTRY_REGION_HOST));
	program_wait_for(&trace, "buffer_create");
	kill(trace.pid, SIGSTOP);
	assert_int_equal(waitpid(trace.pid, &status, WUNTRACED), trace.pid);
	for (unsigned int i = 0; i < 40; i++)
		gantry_buffer_destroy(buffer_make(b->dev, 4096, GANTRY_REGION_HOST));
	kill(trace.pid, SIGCONT);
	program_wait_for(&trace, "{\"event\":\"lost\",\"count\":");
	kill(trace.pid, SIGTERM);
	program_expect_end(&trace);
	/* What fit into the ring, and it tells of how much did not. */
	assert_int_equal(lines_with(trace.text, "\"buffer_create\"") - 1 +
			 atoi(strstr(trace.text, "\"count\":") + 8), 40);
}

static void a_wrong_wish_is_refused_and_says_what_to_do(void **state)
{
	static const struct {
		int status;
		const char *arguments, *words;
	} wishes[] = {
		{ 2, "trace --event job_ends", "job_end\n" },
		{ 2, "trace --queue x", "no number" },
		{ 1, "trace --tenant /not/there", "'gantryctl stat' shows tenants" },
		{ 1, "trace --card 0000:7f:1f.7", "'gantryctl list' shows all" },
		{ 2, "trace more", "one argument too many" },
		{ 2, "top --sort size", "memory" },
		{ 2, "top --count 0", "from 1 on" },
		{ 2, "telemetry start --rows 0", "rows" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(wishes); i++) {
		char *said = command_failure(wishes[i].status, GANTRYCTL " %s",
					     wishes[i].arguments);

		if (!strstr(said, wishes[i].words))
			fail_msg("%s: %s", wishes[i].arguments, said);
		free(said);
	}
}

/* ---- top ---------------------------------------------------------------------------------- */

static void top_shows_one_table_where_there_is_no_terminal(void **state)
{
	struct worker worker = worker_begin("/watched", 1);
	char *text = command_output(GANTRYCTL " top --delay 0.1 | cat");

	(void)state;
	assert_int_equal(lines_with(text, "TENANT"), 1);
	assert_int_equal(lines_with(text, "/watched"), 1);
	free(text);
	text = command_output(GANTRYCTL " top --delay 0.1 --batch --count 2 --sort memory");
	assert_int_equal(lines_with(text, "sorted by memory"), 2);
	free(text);
	worker_end(&worker);
}

/* In a terminal of its own, whose settings are as they were when it ends. */
static void top_draws_sorts_and_ends_by(const char *key)
{
	struct termios before, after;
	struct program top = {};
	int terminal;

	assert_int_equal(openpty(&top.out, &terminal, NULL, NULL, NULL), 0);
	assert_int_equal(tcgetattr(terminal, &before), 0);
	top.pid = fork();
	assert_true(top.pid >= 0);
	if (!top.pid) {
		login_tty(terminal);
		execl(GANTRYCTL, "gantryctl", "top", "--delay", "3600", NULL);
		_exit(127);
	}
	program_wait_for(&top, "sorted by bytes");
	assert_int_equal(write(top.out, "j", 1), 1);
	program_wait_for(&top, "sorted by jobs");
	/* Nothing is known of any time before. */
	assert_null(strstr(top.text, "the last"));
	program_forget(&top);
	assert_int_equal(write(top.out, " ", 1), 1);
	program_wait_for(&top, "sorted by jobs");
	assert_non_null(strstr(top.text, "the last"));
	command_run(GANTRYCTL " telemetry stop && " GANTRYCTL " telemetry start");
	program_forget(&top);
	assert_int_equal(write(top.out, " ", 1), 1);
	program_wait_for(&top, "sorted by jobs");
	assert_null(strstr(top.text, "the last"));
	assert_int_equal(write(top.out, key, 1), 1);
	/* Back to the first screen */
	program_wait_for(&top, "\033[?1049l");
	assert_int_equal(waitpid(top.pid, &(int){ 0 }, 0), top.pid);
	assert_int_equal(tcgetattr(terminal, &after), 0);
	assert_int_equal(after.c_lflag, before.c_lflag);
	close(terminal);
	close(top.out);
}

static void top_draws_sorts_and_ends_by_key(void **state)
{
	(void)state;
	top_draws_sorts_and_ends_by("q");
}

static void top_gives_the_terminal_back_on_sigquit(void **state)
{
	(void)state;
	top_draws_sorts_and_ends_by("\034");
}

static int watch_setup(void **state)
{
	int ret = cards_setup(state);

	return ret ? ret : system(GANTRYCTL " telemetry start");
}

static int watch_teardown(void **state)
{
	if (sysfs_exists("fs/bpf/gantry"))
		command_run(GANTRYCTL " telemetry stop");
	return cards_teardown(state) || sysfs_exists("fs/bpf/gantry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_tell_of_cards_and_tenants),
		cmocka_unit_test(metrics_have_each_sensor_of_a_card),
		cmocka_unit_test(no_name_breaks_the_metrics),
		cmocka_unit_test(names_that_are_no_text_are_shown_as_text),
		cmocka_unit_test(the_tests_own_reader_refuses_what_is_wrong),
		cmocka_unit_test(trace_tells_of_one_tenant_only),
		bench_test(trace_tells_of_one_queue_only),
		bench_test(trace_tells_what_it_lost),
		cmocka_unit_test(a_wrong_wish_is_refused_and_says_what_to_do),
		cmocka_unit_test(top_shows_one_table_where_there_is_no_terminal),
		cmocka_unit_test(top_draws_sorts_and_ends_by_key),
		cmocka_unit_test(top_gives_the_terminal_back_on_sigquit),
		/* The last one: stops the telemetry. */
		cmocka_unit_test(what_is_not_known_is_no_metric),
	};

	return cmocka_run_group_tests_name("looking on", tests, watch_setup, watch_teardown);
}
