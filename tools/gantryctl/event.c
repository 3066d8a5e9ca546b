// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE	/* strerrorname_np() */
#include "event.h"

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cgroup.h"
#include "fence_time.h"
#include "output.h"

/* What an event has beside its time, its card and, with a context, its tenant. */
enum {
	TENANT = 1 << 0,
	CONTEXT = 1 << 1,
	QUEUE = 1 << 2,
	JOB = 1 << 3,
	REGION = 1 << 4,
	BYTES = 1 << 5,
	RING = 1 << 6,
	PRIORITY = 1 << 7,
	OPERATIONS = 1 << 8,
	ERROR = 1 << 9,
	TIMES = 1 << 10,
	PROCESS = 1 << 11,
	POLICY = 1 << 12,
	REASON = 1 << 13,
};

#define OF_CONTEXT	(TENANT | CONTEXT)
#define OF_BUFFER	(TENANT | REGION | BYTES)
#define OF_QUEUE	(TENANT | CONTEXT | QUEUE | RING | PRIORITY)
#define OF_JOB		(TENANT | CONTEXT | QUEUE | JOB)

static const struct {
	const char *name;
	unsigned int has;
} kinds[GANTRY_EVENT_KINDS] = {
	[GANTRY_EVENT_CONTEXT_OPEN] = { "context_open", OF_CONTEXT | PROCESS },
	[GANTRY_EVENT_CONTEXT_CLOSE] = { "context_close", OF_CONTEXT },
	[GANTRY_EVENT_BUFFER_CREATE] = { "buffer_create", OF_BUFFER | PROCESS },
	[GANTRY_EVENT_BUFFER_IMPORT] = { "buffer_import", OF_BUFFER | PROCESS },
	[GANTRY_EVENT_BUFFER_EXPORT] = { "buffer_export", OF_BUFFER | PROCESS },
	[GANTRY_EVENT_BUFFER_DESTROY] = { "buffer_destroy", OF_BUFFER },
	[GANTRY_EVENT_QUEUE_CREATE] = { "queue_create", OF_QUEUE | PROCESS },
	[GANTRY_EVENT_QUEUE_DESTROY] = { "queue_destroy", OF_QUEUE },
	[GANTRY_EVENT_JOB_SUBMIT] = { "job_submit", OF_JOB | OPERATIONS | BYTES | PROCESS },
	[GANTRY_EVENT_JOB_SCHEDULE] = { "job_schedule", OF_JOB },
	[GANTRY_EVENT_JOB_START] = { "job_start", OF_JOB },
	[GANTRY_EVENT_JOB_END] = { "job_end", OF_JOB | BYTES | ERROR | TIMES },
	[GANTRY_EVENT_SCRUB] = { "scrub", REGION | BYTES | ERROR },
	[GANTRY_EVENT_RING_RESET] = { "ring_reset", RING | ERROR },
	[GANTRY_EVENT_DEVICE_RESET] = { "device_reset", ERROR },
	[GANTRY_EVENT_DEVICE_BIND] = { "device_bind", 0 },
	[GANTRY_EVENT_DEVICE_UNBIND] = { "device_unbind", 0 },
	[GANTRY_EVENT_POLICY_ATTACH] = { "policy_attach", POLICY },
	[GANTRY_EVENT_POLICY_DETACH] = { "policy_detach", POLICY },
	[GANTRY_EVENT_POLICY_EJECT] = { "policy_eject", POLICY | REASON },
};

const char *event_name(enum gantry_event_kind kind)
{
	return (unsigned int)kind < GANTRY_EVENT_KINDS ? kinds[kind].name : NULL;
}

enum gantry_event_kind event_kind(const char *name)
{
	for (unsigned int i = 0; i < GANTRY_EVENT_KINDS; i++)
		if (kinds[i].name && !strcmp(kinds[i].name, name))
			return i;
	return GANTRY_EVENT_NONE;
}

/* Microseconds since 1970; events have the clock that nobody sets. */
static int64_t wall_us(int64_t time_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (now.tv_sec * 1000000000LL + now.tv_nsec - (now_ns() - time_ns)) / 1000;
}

static const char *error_name(int error)
{
	const char *name = strerrorname_np(-error);

	return name ? name : "unknown";
}

/* Events of one tenant come in a row, and faster than its name can be looked up. */
static const char *path_of(uint64_t tenant)
{
	static uint64_t last;
	static char path[256];

	if (tenant != last || !path[0])
		cgroup_path(tenant, path, sizeof(path));
	last = tenant;
	return path;
}

/* ---- for people -------------------------------------------------------------------------- */

static void print_time(int64_t us)
{
	time_t seconds = us / 1000000;
	struct tm local;

	localtime_r(&seconds, &local);
	printf("%02d:%02d:%02d.%06d", local.tm_hour, local.tm_min, local.tm_sec,
	       (int)(us % 1000000));
}

static void print_fields(const struct gantry_event *e, unsigned int has)
{
	if (has & CONTEXT)
		printf(" context=%llu", e->context);
	if (has & QUEUE)
		printf(" queue=%llu", e->queue);
	if (has & JOB)
		printf(" seqno=%llu", e->seqno);
	if (has & RING)
		printf(" ring=%u", e->ring);
	if (has & PRIORITY)
		printf(" priority=%u", e->priority);
	if (has & REGION)
		printf(" region=%d", e->region);
	if (has & OPERATIONS)
		printf(" operations=%llu", e->operations);
	if (has & BYTES)
		printf(" bytes=%llu", e->bytes);
	if (has & ERROR)
		printf(" error=%s", e->error ? error_name(e->error) : "0");
	if (has & TIMES)
		printf(" queued_us=%.1f running_us=%.1f", e->queued_ns / 1e3, e->running_ns / 1e3);
	if ((has & PROCESS) && e->process)
		printf(" pid=%u", e->process);
	if (has & POLICY)
		printf(" policy=%s", e->policy);
	if (has & REASON)
		printf(" reason=\"%s\"", e->reason);
}

static void print_text(const struct gantry_event *event, unsigned int has)
{
	char tenant[256] = "-";

	if (has & TENANT)
		cgroup_text(event->tenant, path_of(event->tenant), tenant, sizeof(tenant));
	print_time(wall_us(event->time_ns));
	printf(" %s %s %s", event->card, tenant, kinds[event->kind].name);
	print_fields(event, has);
	putchar('\n');
}

/* ---- as JSON ----------------------------------------------------------------------------- */

static void add_fields(struct json_object *to, const struct gantry_event *e, unsigned int has)
{
	if (has & CONTEXT)
		output_unsigned(to, "context", e->context);
	if (has & QUEUE)
		output_unsigned(to, "queue", e->queue);
	if (has & JOB)
		output_unsigned(to, "seqno", e->seqno);
	if (has & RING)
		output_unsigned(to, "ring", e->ring);
	if (has & PRIORITY)
		output_unsigned(to, "priority", e->priority);
	if (has & REGION)
		output_signed(to, "region", e->region);
	if (has & OPERATIONS)
		output_unsigned(to, "operations", e->operations);
	if (has & BYTES)
		output_unsigned(to, "bytes", e->bytes);
	if (has & ERROR)
		output_text_or_null(to, "error", e->error ? error_name(e->error) : "");
	if (has & TIMES) {
		output_unsigned(to, "queued_ns", e->queued_ns);
		output_unsigned(to, "running_ns", e->running_ns);
	}
	if ((has & PROCESS) && e->process)
		output_unsigned(to, "pid", e->process);
	if (has & POLICY)
		output_text(to, "policy", e->policy);
	if (has & REASON)
		output_text(to, "reason", e->reason);
}

static void print_line(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static void print_json(const struct gantry_event *event, unsigned int has)
{
	struct json_object *object = output_object();

	output_text(object, "event", kinds[event->kind].name);
	output_signed(object, "time_us", wall_us(event->time_ns));
	output_text(object, "card", event->card);
	if (has & TENANT) {
		output_unsigned(object, "tenant", event->tenant);
		output_text_or_null(object, "cgroup", path_of(event->tenant));
	}
	add_fields(object, event, has);
	print_line(object);
}

void event_print(const struct gantry_event *event, bool json)
{
	/* A log of newer programs may have others. */
	if (!event_name(event->kind))
		return;
	if (json)
		print_json(event, kinds[event->kind].has);
	else
		print_text(event, kinds[event->kind].has);
}

void event_print_lost(unsigned long long count, bool json)
{
	struct json_object *object;

	if (!json) {
		printf("%llu events lost: they came faster than they could be printed\n", count);
		return;
	}
	object = output_object();
	output_text(object, "event", "lost");
	output_unsigned(object, "count", count);
	print_line(object);
}
