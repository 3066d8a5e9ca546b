// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl top: what each tenant does on each card now, the busiest first.
 */
#define _GNU_SOURCE	/* qsort_r() */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fence_time.h"
#include "gantryctl.h"
#include "screen.h"
#include "text.h"
#include "times.h"
#include "usage.h"

static const char help[] =
"Usage: gantryctl top [OPTION...]\n"
"\n"
"Shows again and again what each tenant (cgroup) does on each card: jobs and bytes\n"
"a second, the memory of the card that it holds, and how long the jobs took that\n"
"ended since the last time, from start to end. Needs 'gantryctl telemetry start',\n"
"and root.\n"
"\n"
"  -d, --delay SECONDS  how long each time; 0.1 to 3600, default 2\n"
"  -n, --count N        show it so many times, then end\n"
"  -s, --sort KEY       jobs, bytes (default), memory, latency (p99), failed,\n"
"                       tenant or card\n"
"  -b, --batch          one table after the other, for files and pipes; where the\n"
"                       output is no terminal it is so anyway, and once by default\n"
"\n"
"Keys: q ends; j, b, m, l, f, t and c sort, as above; a blank shows it at once.\n"
"\n"
"Exit code: 0; 1 the message says why not; 2 wrong usage.\n";

/* A tenant on a card since the last time. */
struct line {
	const struct usage_row *row;
	double jobs, failed;
	double h2d, d2h, within, bytes;
	struct gantry_times running;
	uint64_t p99;
};

struct order {
	char key;
	const char *name;
	int (*compare)(const struct line *a, const struct line *b);
};

struct top {
	int64_t delay;
	uint32_t count;
	const struct order *order;
	bool batch;
	struct usage before, now;
	struct line *lines;
	size_t line_count;
};

/* ---- order ------------------------------------------------------------------------------- */

static int most(double a, double b)
{
	return (b > a) - (b < a);
}

static int by_jobs(const struct line *a, const struct line *b)
{
	return most(a->jobs, b->jobs);
}

static int by_bytes(const struct line *a, const struct line *b)
{
	return most(a->bytes, b->bytes);
}

static int by_memory(const struct line *a, const struct line *b)
{
	return most(a->row->usage.device_bytes, b->row->usage.device_bytes);
}

static int by_latency(const struct line *a, const struct line *b)
{
	return most(a->p99, b->p99);
}

static int by_failed(const struct line *a, const struct line *b)
{
	return most(a->failed, b->failed);
}

static int by_tenant(const struct line *a, const struct line *b)
{
	return strcmp(a->row->path, b->row->path);
}

/* The rows have this order already. */
static int by_card(const struct line *a, const struct line *b)
{
	(void)a;
	(void)b;
	return 0;
}

static const struct order orders[] = {
	{ 'b', "bytes", by_bytes },
	{ 'j', "jobs", by_jobs },
	{ 'm', "memory", by_memory },
	{ 'l', "latency", by_latency },
	{ 'f', "failed", by_failed },
	{ 't', "tenant", by_tenant },
	{ 'c', "card", by_card },
};

#define ORDERS	(sizeof(orders) / sizeof(orders[0]))

static int compare_lines(const void *a, const void *b, void *order)
{
	const struct line *x = a, *y = b;
	int ret = ((const struct order *)order)->compare(x, y);

	return ret ? ret : (x->row > y->row) - (x->row < y->row);
}

/* ---- what happened since ------------------------------------------------------------------ */

static struct line line_since(const struct gantry_usage *before, const struct usage_row *row,
			      double seconds)
{
	const struct gantry_usage *now = &row->usage;
	struct line line = { .row = row };
	double ways[GANTRY_WAYS];

	for (unsigned int i = 0; i < GANTRY_WAYS; i++) {
		ways[i] = (now->bytes[i] - before->bytes[i]) / seconds;
		line.bytes += ways[i];
	}
	line.jobs = (now->jobs_completed - before->jobs_completed) / seconds;
	line.failed = usage_failures(now) - usage_failures(before);
	line.h2d = ways[GANTRY_WAY_H2D];
	line.d2h = ways[GANTRY_WAY_D2H];
	line.within = ways[GANTRY_WAY_D2D] + ways[GANTRY_WAY_FILL];
	line.running = times_since(&now->running, &before->running);
	line.p99 = times_quantile(&line.running, 0.99);
	return line;
}

/* Of those that are gone, only what they still hold is of interest. */
static bool interesting(const struct line *line)
{
	const struct gantry_usage *usage = &line->row->usage;

	return !line->row->gone || line->jobs || line->failed || usage->contexts ||
	       usage->device_bytes;
}

static void compare_usage(struct top *top)
{
	static const struct gantry_usage nothing;
	double seconds = (top->now.time_ns - top->before.time_ns) / 1e9;

	free(top->lines);
	top->line_count = 0;
	top->lines = calloc(top->now.row_count + 1, sizeof(*top->lines));
	if (!top->lines) {
		complain("out of memory");
		exit(EXIT_FAILED);
	}
	for (size_t i = 0; i < top->now.row_count; i++) {
		const struct usage_row *row = &top->now.rows[i];
		const struct usage_row *old = usage_find(&top->before, &row->key);
		struct line line = { .row = row };

		if (top->before.time_ns)
			line = line_since(old ? &old->usage : &nothing, row, seconds);

		if (interesting(&line))
			top->lines[top->line_count++] = line;
	}
}

static void sort_lines(struct top *top)
{
	qsort_r(top->lines, top->line_count, sizeof(*top->lines), compare_lines,
		(void *)top->order);
}

/* ---- the table ----------------------------------------------------------------------------- */

static void write_line(FILE *to, const struct line *line)
{
	char tenant[sizeof(line->row->path) + 16], size[4][24];

	fprintf(to, "%-13s %-20s %8.1f %6.0f %10s %10s %10s %10s", line->row->key.card,
		usage_tenant(line->row, tenant, sizeof(tenant)), line->jobs, line->failed,
		format_size(size[0], sizeof(size[0]), line->h2d),
		format_size(size[1], sizeof(size[1]), line->d2h),
		format_size(size[2], sizeof(size[2]), line->within),
		format_size(size[3], sizeof(size[3]), line->row->usage.device_bytes));
	if (times_count(&line->running))
		fprintf(to, " %8.1f %8.1f %8.1f\n", times_quantile(&line->running, 0.5) / 1e3,
			line->p99 / 1e3, times_quantile(&line->running, 0.999) / 1e3);
	else
		fprintf(to, " %8s %8s %8s\n", "-", "-", "-");
}

static void write_table(FILE *to, struct top *top)
{
	time_t now = time(NULL);
	struct tm local;

	localtime_r(&now, &local);
	fprintf(to, "gantryctl top, %02d:%02d:%02d", local.tm_hour, local.tm_min, local.tm_sec);
	if (top->before.time_ns)
		fprintf(to, ", the last %.1f s",
			(top->now.time_ns - top->before.time_ns) / 1e9);
	fprintf(to, ", sorted by %s", top->order->name);
	if (top->now.missed)
		fprintf(to, ", %llu events not counted", (unsigned long long)top->now.missed);
	fprintf(to, "\n%-13s %-20s %8s %6s %10s %10s %10s %10s %8s %8s %8s\n", "CARD", "TENANT",
		"JOBS/s", "FAILED", "H2D/s", "D2H/s", "D2D/s", "HOLDS", "P50 us", "P99 us",
		"P99.9 us");
	sort_lines(top);
	for (size_t i = 0; i < top->line_count; i++)
		write_line(to, &top->lines[i]);
}

static void show(struct top *top)
{
	size_t length;
	char *text;
	FILE *to;

	if (top->batch) {
		write_table(stdout, top);
		fflush(stdout);
		return;
	}
	to = open_memstream(&text, &length);
	if (!to)
		return;
	write_table(to, top);
	fclose(to);
	screen_draw(text);
	free(text);
}

/* ---- time passes ----------------------------------------------------------------------------- */

/* Return: 0, or -errno: the telemetry was stopped. */
static int read_next(struct top *top)
{
	int ret;

	usage_free(&top->before);
	top->before = top->now;
	ret = usage_read(&top->now);
	/* Counts that began anew have no before. */
	if (top->now.id != top->before.id)
		usage_free(&top->before);
	return ret;
}

static const struct order *order_of(int key)
{
	for (size_t i = 0; i < ORDERS; i++)
		if (orders[i].key == key)
			return &orders[i];
	return NULL;
}

/* Return: whether to go on. */
static bool wait_in_terminal(struct top *top, int64_t until)
{
	int key;

	while ((key = screen_wait(until)) != SCREEN_TIME) {
		if (key == SCREEN_END || key == 'q')
			return false;
		if (key == ' ')
			return true;
		if (order_of(key))
			top->order = order_of(key);
		show(top);
	}
	return true;
}

static bool wait_for_next(struct top *top)
{
	int64_t until = top->now.time_ns + top->delay;
	struct timespec time = { until / 1000000000, until % 1000000000 };

	if (!top->batch)
		return wait_in_terminal(top, until);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
	return !ferror(stdout);
}

static int run(struct top *top)
{
	uint32_t shown = 0;
	int ret;

	/* First what tenants hold; what they do takes a second look. */
	ret = usage_read(&top->now);
	if (!top->batch && !ret) {
		compare_usage(top);
		show(top);
	}
	while (!ret && wait_for_next(top)) {
		ret = read_next(top);
		if (ret)
			break;
		compare_usage(top);
		show(top);
		if (++shown == top->count)
			break;
	}
	return ret;
}

/* ---- the command line ------------------------------------------------------------------------ */

static int parse_delay(struct top *top, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0.1 && seconds <= 3600))
		return usage_error("top", "top: '%s' is no delay: 0.1 to 3600 seconds", text);
	top->delay = seconds * 1e9;
	return -1;
}

static int parse_order(struct top *top, const char *name)
{
	for (size_t i = 0; i < ORDERS; i++) {
		if (strcmp(name, orders[i].name))
			continue;
		top->order = &orders[i];
		return -1;
	}
	return usage_error("top", "top: cannot sort by '%s', but by bytes, jobs, memory, latency, failed, tenant or card",
			   name);
}

/* Return: -1 go on, or the exit code. */
static int take_option(void *context, int option)
{
	struct top *top = context;

	switch (option) {
	case 'd':
		return parse_delay(top, optarg);
	case 's':
		return parse_order(top, optarg);
	case 'n':
		if (!parse_number(optarg, UINT32_MAX, &top->count) && top->count)
			return -1;
		return usage_error("top", "top: '%s' is no number from 1 on", optarg);
	default:
		top->batch = true;
		return -1;
	}
}

static int parse(struct top *top, int argc, char **argv)
{
	static const struct option options[] = {
		{ "delay", required_argument, NULL, 'd' },
		{ "count", required_argument, NULL, 'n' },
		{ "sort", required_argument, NULL, 's' },
		{ "batch", no_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int ret = take_options(argc, argv, help, ":d:n:s:bh", options, take_option, top);

	return ret >= 0 ? ret : expect_no_more(argc, argv);
}

int command_top(int argc, char **argv)
{
	struct top top = { .delay = 2000000000, .order = &orders[0] };
	int ret = parse(&top, argc, argv);

	if (ret >= 0)
		return ret;
	if (!top.batch && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))) {
		top.batch = true;
		if (!top.count)
			top.count = 1;
	}
	ret = top.batch ? 0 : screen_begin();
	if (!ret)
		ret = run(&top);
	screen_end();
	if (ret)
		telemetry_complain(ret);
	usage_free(&top.before);
	usage_free(&top.now);
	free(top.lines);
	return ret ? EXIT_FAILED : EXIT_OK;
}
