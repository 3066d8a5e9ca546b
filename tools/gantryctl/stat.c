// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl stat: what each tenant did on each card, as the telemetry programs count.
 */
#include <stdio.h>

#include "gantryctl.h"
#include "output.h"
#include "text.h"
#include "times.h"
#include "usage.h"

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

static void print_row(const struct usage_row *row)
{
	const struct gantry_usage *u = &row->usage;
	uint64_t within = u->bytes[GANTRY_WAY_D2D] + u->bytes[GANTRY_WAY_FILL];
	char tenant[sizeof(row->path) + 16], size[4][24];

	printf("%-14s%-24s%8llu%8llu%11s%11s%11s%11s%10.1f%10.1f%10.1f\n", row->key.card,
	       usage_tenant(row, tenant, sizeof(tenant)), u->jobs_completed,
	       (unsigned long long)usage_failures(u),
	       format_size(size[0], sizeof(size[0]), u->bytes[GANTRY_WAY_H2D]),
	       format_size(size[1], sizeof(size[1]), u->bytes[GANTRY_WAY_D2H]),
	       format_size(size[2], sizeof(size[2]), within),
	       format_size(size[3], sizeof(size[3]), u->device_bytes),
	       times_quantile(&u->running, 0.5) / 1e3,
	       times_quantile(&u->running, 0.99) / 1e3,
	       times_quantile(&u->running, 0.999) / 1e3);
}

static int print_usage(const struct usage *usage)
{
	if (usage->missed)
		complain("%llu events could not be counted",
			 (unsigned long long)usage->missed);
	if (!usage->row_count) {
		puts("Nobody did anything since telemetry was started.");
		return EXIT_OK;
	}
	printf("%-14s%-24s%8s%8s%11s%11s%11s%11s%10s%10s%10s\n", "CARD", "TENANT", "JOBS",
	       "FAILED", "H2D", "D2H", "D2D", "HOLDS", "P50 us", "P99 us", "P99.9 us");
	for (size_t i = 0; i < usage->row_count; i++)
		print_row(&usage->rows[i]);
	return EXIT_OK;
}

static struct json_object *ways_to_json(const unsigned long long *numbers)
{
	struct json_object *object = output_object();

	for (unsigned int i = 0; i < GANTRY_WAYS; i++)
		output_unsigned(object, usage_ways[i], numbers[i]);
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

static struct json_object *row_to_json(const struct usage_row *row)
{
	const struct gantry_usage *u = &row->usage;
	struct json_object *object = output_object();

	output_text(object, "card", row->key.card);
	output_unsigned(object, "tenant", row->key.tenant);
	output_text_or_null(object, "cgroup", row->path);
	output_bool(object, "gone", row->gone);
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

static struct json_object *card_to_json(const struct usage_card *card)
{
	struct json_object *object = output_object();

	output_text(object, "card", card->card);
	output_unsigned(object, "scrubbed_bytes", card->usage.scrubbed_bytes);
	output_unsigned(object, "scrub_failed_bytes", card->usage.scrub_failed_bytes);
	output_unsigned(object, "ring_resets", card->usage.ring_resets);
	output_unsigned(object, "device_resets", card->usage.device_resets);
	output_unsigned(object, "device_resets_failed", card->usage.device_resets_failed);
	return object;
}

static int json_usage(const struct usage *usage)
{
	struct json_object *object = output_object();
	struct json_object *tenants = output_array(), *cards = output_array();

	for (size_t i = 0; i < usage->row_count; i++)
		output_append(tenants, row_to_json(&usage->rows[i]));
	for (size_t i = 0; i < usage->card_count; i++)
		output_append(cards, card_to_json(&usage->cards[i]));
	output_add(object, "tenants", tenants);
	output_add(object, "cards", cards);
	output_unsigned(object, "missed_events", usage->missed);
	return output_print(object);
}

int command_stat(int argc, char **argv)
{
	struct usage usage;
	const char *card;
	bool json = false;
	int ret;

	ret = parse_arguments(argc, argv, help, false, &json, &card);
	if (ret >= 0)
		return ret;
	if (card)
		return usage_error("stat", "stat: takes no card");
	ret = usage_read(&usage);
	if (ret) {
		telemetry_complain(ret);
		return EXIT_FAILED;
	}
	ret = json ? json_usage(&usage) : print_usage(&usage);
	usage_free(&usage);
	return ret;
}
