// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl trace: what happens, as it happens; or what telemetry's log has.
 *
 * The programs and their ring buffer are this command's own, so that any number of
 * people can look on at once, and nothing is left when it ends.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "event.h"
#include "gantryctl.h"
#include "telemetry.h"
#include "text.h"
#include "trace.skel.h"
#include "usage.h"

#define ROOM_MIN	4096u
#define ROOM_DEFAULT	(1u << 20)	/* some 7,000 events */
#define ROOM_MAX	(1u << 30)

#define LOOK_MS	500	/* for what was lost, while nothing comes */

static const char help[] =
"Usage: gantryctl trace [OPTION...]\n"
"\n"
"Shows what happens to contexts, buffers, queues, jobs and cards, as it happens,\n"
"until Ctrl-C. docs/tracing.md tells of the events and their fields. Needs root.\n"
"\n"
"  -c, --card CARD      only what happens on this card\n"
"  -t, --tenant TENANT  only of this tenant: a cgroup's path below /sys/fs/cgroup,\n"
"                       or its number\n"
"  -q, --queue N        only of this queue, by the number that events have\n"
"  -e, --event NAME     only these: job_end, ...; may be given several times\n"
"  -n, --count N        end after so many\n"
"  -r, --room SIZE      for events that wait to be printed: 4K to 1G, default 1M\n"
"  -l, --log            not what happens but what went wrong since 'gantryctl\n"
"                       telemetry start': resets, failed jobs, exports, ejected\n"
"                       policies, cards that came and went; of each tenant and\n"
"                       card the last sixteen of a kind\n"
"  -j, --json           an object a line\n"
"\n"
"Events that no tenant or queue is behind are left out when one is asked for.\n"
"What comes faster than it can be printed is lost; how much, is told.\n"
"\n"
"Exit code: 0; 1 the message says why not; 2 wrong usage.\n";

/* What is wanted; 0 or empty: all. */
struct wish {
	char card[GANTRY_CARD_NAME];
	uint64_t tenant;
	uint64_t queue;
	uint32_t kinds;		/* a bit each */
	uint32_t count;
	uint32_t room;		/* bytes */
	bool log;
	bool json;
};

static struct {
	struct wish wish;
	uint32_t printed;
} tracing = { .wish.room = ROOM_DEFAULT };

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static bool enough(void)
{
	return stopped || ferror(stdout) ||
	       (tracing.wish.count && tracing.printed >= tracing.wish.count);
}

static void print(const struct gantry_event *event)
{
	event_print(event, tracing.wish.json);
	tracing.printed++;
}

/* ---- what the log has -------------------------------------------------------------------- */

static bool wanted(const struct gantry_event *event)
{
	const struct wish *wish = &tracing.wish;

	/* A log of newer programs may have kinds that have no name here. */
	return event->number && event_name(event->kind) &&
	       (!wish->tenant || event->tenant == wish->tenant) &&
	       (!wish->queue || event->queue == wish->queue) &&
	       (!wish->card[0] || !strcmp(event->card, wish->card)) &&
	       (!wish->kinds || wish->kinds & 1u << event->kind);
}

struct events {
	struct gantry_event *all;
	size_t count, room;
};

static int compare(const void *a, const void *b)
{
	const struct gantry_event *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* Some of one kind; one that is being written has no number yet. */
static void take_log(struct events *events, const struct gantry_log *log)
{
	for (uint32_t i = 0; i < GANTRY_LOG_EVENTS; i++) {
		if (!wanted(&log->last[i]))
			continue;
		if (events->count == events->room) {
			events->room = events->room ? 2 * events->room : 256;
			events->all = realloc(events->all, events->room * sizeof(*events->all));
		}
		if (!events->all) {
			complain("out of memory");
			exit(EXIT_FAILED);
		}
		events->all[events->count++] = log->last[i];
	}
}

static int print_log(void)
{
	struct gantry_log_key key, *last = NULL;
	struct events events = { 0 };
	int map = telemetry_map("events");
	struct gantry_log log;
	size_t i;

	if (map < 0) {
		telemetry_complain(map);
		return EXIT_FAILED;
	}
	for (; !bpf_map_get_next_key(map, last, &key); last = &key)
		if (!bpf_map_lookup_elem(map, &key, &log))
			take_log(&events, &log);
	close(map);
	if (events.count)
		qsort(events.all, events.count, sizeof(*events.all), compare);
	/* Of more than there shall be, the last. */
	i = tracing.wish.count && events.count > tracing.wish.count ?
	    events.count - tracing.wish.count : 0;
	for (; i < events.count; i++)
		print(&events.all[i]);
	free(events.all);
	return EXIT_OK;
}

/* ---- what happens ------------------------------------------------------------------------ */

static void filter(struct trace *trace)
{
	struct bpf_program *program;

	trace->rodata->only_tenant = tracing.wish.tenant;
	trace->rodata->only_queue = tracing.wish.queue;
	memcpy((char *)trace->rodata->only_card, tracing.wish.card, sizeof(tracing.wish.card));
	bpf_object__for_each_program(program, trace->obj) {
		enum gantry_event_kind kind = event_kind(bpf_program__name(program));

		if (tracing.wish.kinds && !(tracing.wish.kinds & 1u << kind))
			bpf_program__set_autoload(program, false);
	}
}

static int on_event(void *context, void *data, size_t size)
{
	(void)context;
	(void)size;
	if (enough())
		return -EINTR;
	print(data);
	return 0;
}

static int follow(struct trace *trace, struct ring_buffer *ring)
{
	uint64_t lost, told = 0;
	int ret = 0;

	fputs("Tracing; Ctrl-C ends it.\n", stderr);
	while (!enough() && (ret >= 0 || ret == -EINTR)) {
		ret = ring_buffer__poll(ring, LOOK_MS);
		lost = __atomic_load_n(&trace->bss->lost, __ATOMIC_RELAXED);
		if (lost == told)
			continue;
		/* First what there was room for. */
		ring_buffer__consume(ring);
		event_print_lost(lost - told, tracing.wish.json);
		told = lost;
	}
	if (ret < 0 && ret != -EINTR) {
		complain("cannot read events: %s", strerror(-ret));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int load(struct trace *trace, struct ring_buffer **ring)
{
	int ret;

	filter(trace);
	ret = bpf_map__set_max_entries(trace->maps.ring, tracing.wish.room);
	if (!ret)
		ret = trace__load(trace);
	if (!ret)
		ret = trace__attach(trace);
	if (ret)
		return ret;
	*ring = ring_buffer__new(bpf_map__fd(trace->maps.ring), on_event, NULL, NULL);
	return *ring ? 0 : -errno;
}

static int print_live(void)
{
	struct sigaction action = { .sa_handler = stop };
	struct ring_buffer *ring = NULL;
	struct trace *trace;
	int ret;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	libbpf_set_print(programs_say_nothing);
	trace = trace__open();
	ret = trace ? load(trace, &ring) : -errno;
	ret = ret ? complain_of_programs(ret) : follow(trace, ring);
	ring_buffer__free(ring);
	trace__destroy(trace);
	return ret;
}

/* ---- the command line -------------------------------------------------------------------- */

static int parse_card(const char *name)
{
	struct gantry_card card = { .size = sizeof(card) };

	if (find_card(name, &card))
		return EXIT_FAILED;
	memcpy(tracing.wish.card, card.pci_address, sizeof(tracing.wish.card));
	return -1;
}

static int parse_tenant(const char *name)
{
	tracing.wish.tenant = cgroup_number(name);
	if (tracing.wish.tenant)
		return -1;
	complain("there is no cgroup '%s' below /sys/fs/cgroup; 'gantryctl stat' shows tenants",
		 name);
	return EXIT_FAILED;
}

static int parse_event(const char *name)
{
	enum gantry_event_kind kind = event_kind(name);

	if (!kind) {
		usage_error("trace", "trace: there is no event '%s'; these there are:", name);
		for (unsigned int i = 1; i < GANTRY_EVENT_KINDS; i++)
			fprintf(stderr, "  %s\n", event_name(i));
		return EXIT_USAGE;
	}
	tracing.wish.kinds |= 1u << kind;
	return -1;
}

static int parse_count(const char *text, uint32_t *count)
{
	if (!parse_number(text, UINT32_MAX, count) && *count)
		return -1;
	return usage_error("trace", "trace: '%s' is no number from 1 on", text);
}

/* The kernel takes powers of two. */
static int parse_room(const char *text)
{
	uint64_t size;

	if (parse_size(text, &size) || size < ROOM_MIN || size > ROOM_MAX)
		return usage_error("trace", "trace: '%s' is no room: 4K to 1G", text);
	tracing.wish.room = ROOM_MIN;
	while (tracing.wish.room < size)
		tracing.wish.room *= 2;
	return -1;
}

/* Return: -1 go on, or the exit code. */
static int take_option(void *unused, int option)
{
	uint32_t queue = 0;
	int ret;

	(void)unused;
	switch (option) {
	case 'c':
		return parse_card(optarg);
	case 't':
		return parse_tenant(optarg);
	case 'q':
		ret = parse_count(optarg, &queue);
		tracing.wish.queue = queue;
		return ret;
	case 'e':
		return parse_event(optarg);
	case 'n':
		return parse_count(optarg, &tracing.wish.count);
	case 'r':
		return parse_room(optarg);
	case 'l':
		tracing.wish.log = true;
		return -1;
	default:
		tracing.wish.json = true;
		return -1;
	}
}

static int parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "card", required_argument, NULL, 'c' },
		{ "tenant", required_argument, NULL, 't' },
		{ "queue", required_argument, NULL, 'q' },
		{ "event", required_argument, NULL, 'e' },
		{ "count", required_argument, NULL, 'n' },
		{ "room", required_argument, NULL, 'r' },
		{ "log", no_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int ret = take_options(argc, argv, help, ":c:t:q:e:n:r:ljh", options, take_option, NULL);

	return ret >= 0 ? ret : expect_no_more(argc, argv);
}

int command_trace(int argc, char **argv)
{
	int ret = parse(argc, argv);

	if (ret >= 0)
		return ret;
	/* Whoever reads a pipe wants each event when it comes. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	return tracing.wish.log ? print_log() : print_live();
}
