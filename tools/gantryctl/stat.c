// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl stat: what each tenant did on each card, as the telemetry programs count.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "gantryctl.h"
#include "output.h"
#include "telemetry.h"
#include "text.h"

#include "../../bpf/telemetry.h"

static const char help[] =
"Usage: gantryctl stat [--json]\n"
"\n"
"Shows what each tenant (cgroup) did on each card since 'gantryctl telemetry\n"
"start': jobs that ended well and that did not, bytes from the host to the card\n"
"(H2D), back (D2H) and within it (D2D, fills included), the memory of the card\n"
"that it holds now, and how long its jobs took from start to end.\n"
"\n"
"  -j, --json   machine-readable, and more of it: operations, errors by kind,\n"
"               time in the queue, what was zeroed, resets\n"
"\n"
"Times are taken from counts by powers of two, so they are rough. Needs root.\n"
"\n"
"Exit code: 0 done; 1 the message says why not.\n";

static const char *const ways[GANTRY_WAYS] = { "h2d", "d2h", "d2d", "h2h", "fill" };

struct row {
	struct gantry_usage_key key;
	struct gantry_usage usage;
};

/* ---- reading ----------------------------------------------------------------------- */

static int open_map(const char *name)
{
	char path[128];
	int map;

	snprintf(path, sizeof(path), TELEMETRY_FOLDER "/%s", name);
	map = bpf_obj_get(path);
	if (map < 0 && errno == ENOENT)
		complain("telemetry is not running: 'gantryctl telemetry start', as root");
	else if (map < 0)
		complain("cannot read %s: %s", path,
			 errno == EPERM || errno == EACCES ? "run as root" : strerror(errno));
	return map;
}

/* Rows that come while this reads may be missed. */
static struct row *read_rows(int map, size_t *count)
{
	struct gantry_usage_key key, *last = NULL;
	struct row *rows = NULL;

	*count = 0;
	while (!bpf_map_get_next_key(map, last, &key)) {
		rows = realloc(rows, (*count + 1) * sizeof(*rows));
		if (!rows)
			abort();
		rows[*count].key = key;
		if (!bpf_map_lookup_elem(map, &key, &rows[*count].usage))
			(*count)++;
		last = &key;
	}
	return rows;
}

static int compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int cards = strcmp(x->key.card, y->key.card);

	return cards ? cards : (x->key.tenant > y->key.tenant) - (x->key.tenant < y->key.tenant);
}

/* ---- times -------------------------------------------------------------------------- */

static uint64_t times_count(const struct gantry_times *times)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < GANTRY_TIME_BUCKETS; i++)
		sum += times->count[i];
	return sum;
}

/* As if times were spread evenly within a power of two. */
static uint64_t times_quantile(const struct gantry_times *times, double part)
{
	double wanted = part * times_count(times), before = 0;
	unsigned int i;

	for (i = 0; i < GANTRY_TIME_BUCKETS - 1; i++) {
		if (times->count[i] && before + times->count[i] >= wanted)
			break;
		before += times->count[i];
	}
	if (!times->count[i])
		return 0;
	return (1 + (wanted - before) / times->count[i]) * (1ULL << i);
}

/* ---- saying --------------------------------------------------------------------------- */

static uint64_t failures(const struct gantry_usage *usage)
{
	return usage->jobs_timed_out + usage->jobs_dropped + usage->jobs_lost +
	       usage->jobs_failed;
}

static void print_row(const struct row *row)
{
	const struct gantry_usage *u = &row->usage;
	uint64_t within = u->bytes[GANTRY_WAY_D2D] + u->bytes[GANTRY_WAY_FILL];
	char tenant[256], size[4][24];

	cgroup_path(row->key.tenant, tenant, sizeof(tenant));
	/* Tenants may choose names, which must not speak to the terminal. */
	for (char *c = tenant; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	if (!tenant[0])
		snprintf(tenant, sizeof(tenant), "(gone: %llu)", row->key.tenant);
	printf("%-14s%-24s%8llu%8llu%11s%11s%11s%11s%10.1f%10.1f\n", row->key.card, tenant,
	       u->jobs_completed, (unsigned long long)failures(u),
	       format_size(size[0], sizeof(size[0]), u->bytes[GANTRY_WAY_H2D]),
	       format_size(size[1], sizeof(size[1]), u->bytes[GANTRY_WAY_D2H]),
	       format_size(size[2], sizeof(size[2]), within),
	       format_size(size[3], sizeof(size[3]), u->device_bytes),
	       times_quantile(&u->running, 0.5) / 1e3,
	       times_quantile(&u->running, 0.99) / 1e3);
}

static int print_rows(const struct row *rows, size_t count)
{
	if (!count) {
		puts("Nobody did anything since telemetry was started.");
		return EXIT_OK;
	}
	printf("%-14s%-24s%8s%8s%11s%11s%11s%11s%10s%10s\n", "CARD", "TENANT", "JOBS", "FAILED",
	       "H2D", "D2H", "D2D", "HOLDS", "P50 us", "P99 us");
	for (size_t i = 0; i < count; i++)
		print_row(&rows[i]);
	return EXIT_OK;
}

static struct json_object *ways_to_json(const unsigned long long *numbers)
{
	struct json_object *object = output_object();

	for (unsigned int i = 0; i < GANTRY_WAYS; i++)
		output_unsigned(object, ways[i], numbers[i]);
	return object;
}

static struct json_object *times_to_json(const struct gantry_times *times)
{
	struct json_object *object = output_object();

	output_unsigned(object, "sum_ns", times->sum_ns);
	output_unsigned(object, "p50_ns", times_quantile(times, 0.5));
	output_unsigned(object, "p99_ns", times_quantile(times, 0.99));
	output_unsigned(object, "p999_ns", times_quantile(times, 0.999));
	return object;
}

static struct json_object *jobs_to_json(const struct gantry_usage *usage)
{
	struct json_object *object = output_object();

	output_unsigned(object, "submitted", usage->jobs_submitted);
	output_unsigned(object, "completed", usage->jobs_completed);
	output_unsigned(object, "timed_out", usage->jobs_timed_out);
	output_unsigned(object, "dropped", usage->jobs_dropped);
	output_unsigned(object, "lost", usage->jobs_lost);
	output_unsigned(object, "failed", usage->jobs_failed);
	return object;
}

static struct json_object *row_to_json(const struct row *row)
{
	const struct gantry_usage *u = &row->usage;
	struct json_object *object = output_object();
	char path[256];

	cgroup_path(row->key.tenant, path, sizeof(path));
	output_text(object, "card", row->key.card);
	output_unsigned(object, "tenant", row->key.tenant);
	output_text_or_null(object, "cgroup", path);
	output_add(object, "bytes", ways_to_json(u->bytes));
	output_add(object, "operations", ways_to_json(u->operations));
	output_add(object, "jobs", jobs_to_json(u));
	output_add(object, "queued", times_to_json(&u->queued));
	output_add(object, "running", times_to_json(&u->running));
	output_signed(object, "device_bytes", u->device_bytes);
	output_signed(object, "host_bytes", u->host_bytes);
	output_signed(object, "contexts", u->contexts);
	output_signed(object, "queues", u->queues);
	output_unsigned(object, "exports", u->exports);
	return object;
}

static struct json_object *cards_to_json(int map)
{
	struct json_object *array = output_array();
	char key[GANTRY_CARD_NAME], *last = NULL;
	struct gantry_card_usage usage;

	while (!bpf_map_get_next_key(map, last, key)) {
		struct json_object *object = output_object();

		last = key;
		memset(&usage, 0, sizeof(usage));
		bpf_map_lookup_elem(map, key, &usage);
		output_text(object, "card", key);
		output_unsigned(object, "scrubbed_bytes", usage.scrubbed_bytes);
		output_unsigned(object, "scrub_failed_bytes", usage.scrub_failed_bytes);
		output_unsigned(object, "ring_resets", usage.ring_resets);
		output_unsigned(object, "device_resets", usage.device_resets);
		output_unsigned(object, "device_resets_failed", usage.device_resets_failed);
		output_append(array, object);
	}
	return array;
}

static int json_rows(const struct row *rows, size_t count, int cards)
{
	struct json_object *object = output_object(), *tenants = output_array();

	for (size_t i = 0; i < count; i++)
		output_append(tenants, row_to_json(&rows[i]));
	output_add(object, "tenants", tenants);
	output_add(object, "cards", cards_to_json(cards));
	return output_print(object);
}

int command_stat(int argc, char **argv)
{
	int usage, cards, ret;
	struct row *rows;
	const char *card;
	bool json = false;
	size_t count;

	ret = parse_arguments(argc, argv, help, false, &json, &card);
	if (ret >= 0)
		return ret;
	if (card)
		return usage_error("stat", "stat: takes no card");
	usage = open_map("usage");
	cards = usage < 0 ? usage : open_map("cards");
	if (cards < 0)
		return EXIT_FAILED;
	rows = read_rows(usage, &count);
	if (count)
		qsort(rows, count, sizeof(*rows), compare);
	ret = json ? json_rows(rows, count, cards) : print_rows(rows, count);
	free(rows);
	close(usage);
	close(cards);
	return ret;
}
