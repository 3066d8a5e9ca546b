// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl metrics: OpenMetrics text, version 1.0, for Prometheus and its relatives.
 *
 * Of the cards what the driver tells of them, which needs neither root nor telemetry;
 * of the tenants what telemetry has counted, if it runs.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gantryctl.h"
#include "sysfs.h"
#include "telemetry.h"
#include "times.h"
#include "usage.h"

#define FIRST_BUCKET	9	/* less than a microsecond is not told apart */
#define ESCAPED		(2 * GANTRY_TENANT_PATH + 1)

static const char help[] =
"Usage: gantryctl metrics\n"
"\n"
"Prints all that is known of cards and tenants as OpenMetrics text, which\n"
"Prometheus reads. What is not known is left out. Tenants are there while\n"
"'gantryctl telemetry start' counts, and for root. docs/sre.md says how to have it\n"
"collected.\n"
"\n"
"Exit code: 0; 1 the message says why not.\n";

/* ---- the format -------------------------------------------------------------------------- */

/* The name of a family with a unit ends in it. */
static void family(const char *name, const char *type, const char *unit, const char *text)
{
	printf("# TYPE %s %s\n", name, type);
	if (unit)
		printf("# UNIT %s %s\n", name, unit);
	printf("# HELP %s %s\n", name, text);
}

/* A label's value; whoever makes a cgroup chooses its name. */
static const char *escape(char *to, size_t room, const char *value)
{
	char *at = to;

	for (; *value && at + 3 < to + room; value++) {
		if (*value == '\\' || *value == '"' || *value == '\n')
			*at++ = '\\';
		*at++ = *value == '\n' ? 'n' : *value;
	}
	*at = '\0';
	return to;
}

/* ---- cards ------------------------------------------------------------------------------- */

static const char *const states[] = { "ready", "paused", "failed", "gone" };

/* What the driver tells: docs/sysfs.md. */
static const struct attribute {
	const char *file, *name, *type, *unit, *text;
} attributes[] = {
	{ "jobs_completed", "gantry_card_jobs_completed", "counter", NULL,
	  "Jobs that ended well since the card was bound." },
	{ "jobs_failed", "gantry_card_jobs_failed", "counter", NULL,
	  "Jobs that did not." },
	{ "jobs_timed_out", "gantry_card_jobs_timed_out", "counter", NULL,
	  "Of these, jobs at which a ring stood still." },
	{ "late_completions", "gantry_card_late_completions", "counter", NULL,
	  "Rings that seemed to stand still, and a second look found them done." },
	{ "ring_resets", "gantry_card_ring_resets", "counter", NULL,
	  "Rings stopped and started again." },
	{ "device_resets", "gantry_card_resets", "counter", NULL,
	  "Resets of the whole card that helped." },
	{ "device_resets_failed", "gantry_card_resets_failed", "counter", NULL,
	  "Resets of the whole card that did not." },
	{ "bytes_copied", "gantry_card_copied_bytes", "counter", "bytes",
	  "Bytes copied by jobs." },
	{ "bytes_filled", "gantry_card_filled_bytes", "counter", "bytes",
	  "Bytes filled by jobs." },
	{ "bytes_scrubbed", "gantry_card_scrubbed_bytes", "counter", "bytes",
	  "Bytes zeroed before memory was handed out." },
	{ "bytes_scrub_failed", "gantry_card_scrub_failed_bytes", "counter", "bytes",
	  "Bytes that could not be zeroed; tried again before anybody gets them." },
	{ "bytes_scrub_pending", "gantry_card_scrub_pending_bytes", "gauge", "bytes",
	  "Bytes freed and being zeroed now." },
};

static bool ours(const struct gantry_card *card)
{
	return card->node[0];
}

static void write_card_info(const struct gantry_card_list *list)
{
	struct gantry_card card = { .size = sizeof(card) };

	family("gantry_card", "info", NULL, "A card that gantry drives.");
	for (unsigned int i = 0; !gantry_card_list_get(list, i, &card); i++) {
		if (!ours(&card))
			continue;
		printf("gantry_card_info{card=\"%s\"", card.pci_address);
		if (card.chip[0])
			printf(",chip=\"%s\"", card.chip);
		printf(",revision=\"%u\",node=\"%s\"} 1\n", card.revision, card.node);
	}
}

static void write_card_states(const struct gantry_card_list *list)
{
	struct gantry_card card = { .size = sizeof(card) };
	char state[16];

	family("gantry_card_state", "stateset", NULL, "Whether the card works: docs/sysfs.md.");
	for (unsigned int i = 0; !gantry_card_list_get(list, i, &card); i++) {
		if (!ours(&card) || sysfs_read(state, sizeof(state),
					       "bus/pci/devices/%s/gantry/state",
					       card.pci_address))
			continue;
		for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++)
			printf("gantry_card_state{card=\"%s\",gantry_card_state=\"%s\"} %d\n",
			       card.pci_address, states[s], !strcmp(states[s], state));
	}
}

static void write_attribute(const struct gantry_card_list *list, const struct attribute *a)
{
	struct gantry_card card = { .size = sizeof(card) };
	char value[32];

	family(a->name, a->type, a->unit, a->text);
	for (unsigned int i = 0; !gantry_card_list_get(list, i, &card); i++)
		if (ours(&card) && !sysfs_read(value, sizeof(value),
					       "bus/pci/devices/%s/gantry/%s",
					       card.pci_address, a->file))
			printf("%s%s{card=\"%s\"} %s\n", a->name,
			       strcmp(a->type, "counter") ? "" : "_total", card.pci_address, value);
}

/* ---- sensors ------------------------------------------------------------------------------ */

/* A kind is a family; @scale: how many of the sensor's units make one of the family's. */
static const struct sensor_family {
	uint32_t kind;
	int scale;
	const char *name, *type, *unit, *text;
} sensor_families[] = {
	{ GANTRY_SENSOR_TEMPERATURE, 1000, "gantry_card_temperature_celsius", "gauge", "celsius",
	  "Temperatures." },
	{ GANTRY_SENSOR_POWER, 1000000, "gantry_card_power_watts", "gauge", "watts",
	  "Power drawn." },
	{ GANTRY_SENSOR_ERRORS, 1, "gantry_card_errors", "counter", NULL,
	  "Errors that the card counted since its reset." },
	{ GANTRY_SENSOR_UTILIZATION, 1000, "gantry_card_utilization_ratio", "gauge", "ratio",
	  "How busy it is." },
};

struct reading {
	char card[sizeof(((struct gantry_card *)0)->pci_address)];
	struct gantry_sensor_info sensor;
};

struct readings {
	struct reading *all;
	size_t count;
};

/* What gives no answer now is left out. */
static void read_sensor(struct readings *readings, const struct gantry_card *card,
			const struct gantry_device *dev, unsigned int index)
{
	struct reading reading = { .sensor.size = sizeof(reading.sensor) };
	struct reading *more;

	if (gantry_device_get_sensor(dev, index, &reading.sensor))
		return;
	memcpy(reading.card, card->pci_address, sizeof(reading.card));
	more = realloc(readings->all, (readings->count + 1) * sizeof(*more));
	if (!more)
		return;
	readings->all = more;
	readings->all[readings->count++] = reading;
}

/* All at once: a card is opened for it, and the lines of a family come together. */
static struct readings read_sensors(const struct gantry_card_list *list)
{
	struct gantry_card card = { .size = sizeof(card) };
	struct readings readings = { 0 };

	for (unsigned int i = 0; !gantry_card_list_get(list, i, &card); i++) {
		struct gantry_device_info info = { .size = sizeof(info) };
		struct gantry_device *dev;

		if (!ours(&card) || gantry_device_open(card.pci_address, &dev))
			continue;
		if (!gantry_device_get_info(dev, &info))
			for (unsigned int s = 0; s < info.sensor_count; s++)
				read_sensor(&readings, &card, dev, s);
		gantry_device_close(dev);
	}
	return readings;
}

static void write_sensors(const struct gantry_card_list *list)
{
	struct readings readings = read_sensors(list);

	for (size_t f = 0; f < sizeof(sensor_families) / sizeof(sensor_families[0]); f++) {
		const struct sensor_family *of = &sensor_families[f];

		family(of->name, of->type, of->unit, of->text);
		for (size_t i = 0; i < readings.count; i++) {
			const struct reading *reading = &readings.all[i];

			if (reading->sensor.kind != of->kind)
				continue;
			printf("%s%s{card=\"%s\",sensor=\"%s\"} %.17g\n", of->name,
			       strcmp(of->type, "counter") ? "" : "_total", reading->card,
			       reading->sensor.name, (double)reading->sensor.value / of->scale);
		}
	}
	free(readings.all);
}

static void write_cards(const struct gantry_card_list *list)
{
	write_card_info(list);
	write_card_states(list);
	write_sensors(list);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		write_attribute(list, &attributes[i]);
}

/* ---- tenants ------------------------------------------------------------------------------ */

/* The labels of a row, to be followed by its own; the number tells cgroups apart that had
 * one name after the other.
 */
static void write_labels(const char *name, const struct usage_row *row)
{
	char text[ESCAPED];

	printf("%s{card=\"%s\",tenant=\"%llu\"", name, row->key.card, row->key.tenant);
	if (row->path[0])
		printf(",cgroup=\"%s\"", escape(text, sizeof(text), row->path));
}

static void write_ways(const struct usage *usage, const char *name, bool bytes)
{
	for (size_t i = 0; i < usage->row_count; i++) {
		const struct gantry_usage *u = &usage->rows[i].usage;

		for (unsigned int way = 0; way < GANTRY_WAYS; way++) {
			write_labels(name, &usage->rows[i]);
			printf(",direction=\"%s\"} %llu\n", usage_ways[way],
			       bytes ? u->bytes[way] : u->operations[way]);
		}
	}
}

static void write_ends(const struct usage *usage)
{
	for (size_t i = 0; i < usage->row_count; i++) {
		const struct gantry_usage *u = &usage->rows[i].usage;
		const struct {
			const char *how;
			unsigned long long count;
		} ends[] = {
			{ "completed", u->jobs_completed }, { "timed_out", u->jobs_timed_out },
			{ "dropped", u->jobs_dropped }, { "lost", u->jobs_lost },
			{ "failed", u->jobs_failed },
		};

		for (size_t end = 0; end < sizeof(ends) / sizeof(ends[0]); end++) {
			write_labels("gantry_jobs_ended_total", &usage->rows[i]);
			printf(",result=\"%s\"} %llu\n", ends[end].how, ends[end].count);
		}
	}
}

static void write_memory(const struct usage *usage)
{
	for (size_t i = 0; i < usage->row_count; i++) {
		write_labels("gantry_memory_bytes", &usage->rows[i]);
		printf(",of=\"device\"} %lld\n", usage->rows[i].usage.device_bytes);
		write_labels("gantry_memory_bytes", &usage->rows[i]);
		printf(",of=\"host\"} %lld\n", usage->rows[i].usage.host_bytes);
	}
}

/* A member of struct gantry_usage, by its offset. */
static void write_member(const struct usage *usage, const char *name, size_t offset)
{
	for (size_t i = 0; i < usage->row_count; i++) {
		const char *of = (const char *)&usage->rows[i].usage;

		write_labels(name, &usage->rows[i]);
		printf("} %lld\n", *(const long long *)(of + offset));
	}
}

static const struct gantry_times *times_at(const struct usage_row *row, size_t offset)
{
	return (const struct gantry_times *)((const char *)&row->usage + offset);
}

static void write_histogram(const struct usage_row *row, const char *name,
			    const struct gantry_times *times)
{
	char sample[64];
	uint64_t sum = 0;

	snprintf(sample, sizeof(sample), "%s_bucket", name);
	for (unsigned int i = 0; i < GANTRY_TIME_BUCKETS; i++) {
		sum += times->count[i];
		if (i < FIRST_BUCKET)
			continue;
		write_labels(sample, row);
		/* Up to and with it: times are whole nanoseconds. */
		if (i < GANTRY_TIME_BUCKETS - 1)
			printf(",le=\"%.12g\"} %llu\n", ((2ULL << i) - 1) / 1e9,
			       (unsigned long long)sum);
		else
			printf(",le=\"+Inf\"} %llu\n", (unsigned long long)sum);
	}
	snprintf(sample, sizeof(sample), "%s_count", name);
	write_labels(sample, row);
	printf("} %llu\n", (unsigned long long)sum);
	snprintf(sample, sizeof(sample), "%s_sum", name);
	write_labels(sample, row);
	printf("} %.9f\n", times->sum_ns / 1e9);
}

static void write_histograms(const struct usage *usage, const char *name, size_t offset)
{
	for (size_t i = 0; i < usage->row_count; i++)
		write_histogram(&usage->rows[i], name, times_at(&usage->rows[i], offset));
}

static void write_quantiles(const struct usage *usage, const char *name, size_t offset)
{
	static const double parts[] = { 0.5, 0.99, 0.999 };

	for (size_t i = 0; i < usage->row_count; i++) {
		const struct gantry_times *times = times_at(&usage->rows[i], offset);

		if (!times_count(times))
			continue;
		for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
			write_labels(name, &usage->rows[i]);
			printf(",quantile=\"%.3g\"} %.9f\n", parts[part],
			       times_quantile(times, parts[part]) / 1e9);
		}
	}
}

#define OF(member)	offsetof(struct gantry_usage, member)

static void write_tenants(const struct usage *usage)
{
	family("gantry_moved_bytes", "counter", "bytes",
	       "Bytes moved by jobs that ended well, by direction.");
	write_ways(usage, "gantry_moved_bytes_total", true);
	family("gantry_operations", "counter", NULL, "Operations of these jobs.");
	write_ways(usage, "gantry_operations_total", false);
	family("gantry_jobs_submitted", "counter", NULL, "Jobs that were accepted.");
	write_member(usage, "gantry_jobs_submitted_total", OF(jobs_submitted));
	family("gantry_jobs_ended", "counter", NULL, "Jobs by how they ended.");
	write_ends(usage);
	family("gantry_memory_bytes", "gauge", "bytes", "Memory that buffers hold now.");
	write_memory(usage);
	family("gantry_contexts", "gauge", NULL, "Contexts open now.");
	write_member(usage, "gantry_contexts", OF(contexts));
	family("gantry_queues", "gauge", NULL, "Queues open now.");
	write_member(usage, "gantry_queues", OF(queues));
	family("gantry_exports", "counter", NULL, "Buffers that became dma-bufs.");
	write_member(usage, "gantry_exports_total", OF(exports));
	family("gantry_job_queued_seconds", "histogram", "seconds",
	       "From submission to start of jobs that ended well.");
	write_histograms(usage, "gantry_job_queued_seconds", OF(queued));
	family("gantry_job_running_seconds", "histogram", "seconds", "From start to end.");
	write_histograms(usage, "gantry_job_running_seconds", OF(running));
	family("gantry_job_queued_quantile_seconds", "summary", "seconds",
	       "Of the former, right to a factor below two.");
	write_quantiles(usage, "gantry_job_queued_quantile_seconds", OF(queued));
	family("gantry_job_running_quantile_seconds", "summary", "seconds",
	       "Of the latter, right to a factor below two.");
	write_quantiles(usage, "gantry_job_running_quantile_seconds", OF(running));
	family("gantry_telemetry_missed_events", "counter", NULL,
	       "Events that could not be counted.");
	printf("gantry_telemetry_missed_events_total %llu\n", (unsigned long long)usage->missed);
}

static void write_telemetry(void)
{
	struct usage usage;
	int ret = usage_read(&usage);

	family("gantry_telemetry_running", "gauge", NULL, "Whether tenants are counted.");
	if (ret != -EPERM && ret != -EACCES)
		printf("gantry_telemetry_running %d\n", !ret);
	if (ret) {
		telemetry_complain(ret);
		return;
	}
	write_tenants(&usage);
	usage_free(&usage);
}

int command_metrics(int argc, char **argv)
{
	struct gantry_card_list *list;
	bool json = false;
	const char *card;
	int ret;

	ret = parse_arguments(argc, argv, help, false, &json, &card);
	if (ret >= 0)
		return ret;
	if (card || json)
		return usage_error("metrics", "metrics: takes no card and has no --json");
	ret = gantry_card_list_create(&list);
	if (ret) {
		complain("cannot look for cards: %s",
			 gantry_explain("gantry_card_list_create", ret));
		return EXIT_FAILED;
	}
	write_cards(list);
	gantry_card_list_destroy(list);
	write_telemetry();
	puts("# EOF");
	return EXIT_OK;
}
