/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of what an operator should know of.
 *
 * Whoever makes errors in a loop must not flush away what others should be seen by: each
 * kind of event of each tenant on each card has room of its own, for the last ones. No BPF
 * ring buffer: that keeps the oldest, and each reader takes away.
 */
#ifndef GANTRY_TELEMETRY_LOG_BPF_H
#define GANTRY_TELEMETRY_LOG_BPF_H

#include "telemetry_rows.bpf.h"

#define MAX_LOGS	4096	/* of 2 KiB each */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_LOGS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct gantry_log_key);
	__type(value, struct gantry_log);
} events SEC(".maps");

static const struct gantry_log no_log;

/* Events that were ever logged. */
unsigned long long logged;

/* Of tenants that were removed, or that no row is kept of. */
static long free_gone_log(struct bpf_map *map, struct gantry_log_key *key, struct gantry_log *log,
			  void *unused)
{
	struct gantry_usage *u;

	if (!key->of.tenant)
		return 0;
	u = bpf_map_lookup_elem(&usage, &key->of);
	if (!u || u->path[0])
		bpf_map_delete_elem(map, key);
	return 0;
}

static struct gantry_log *find_log(const struct gantry_log_key *key)
{
	struct gantry_log *found = bpf_map_lookup_elem(&events, key);

	if (found)
		return found;
	if (bpf_map_update_elem(&events, key, &no_log, BPF_NOEXIST) == -E2BIG && may_free_logs) {
		may_free_logs = false;
		bpf_for_each_map_elem(&events, free_gone_log, NULL, 0);
		bpf_map_update_elem(&events, key, &no_log, BPF_NOEXIST);
	}
	found = bpf_map_lookup_elem(&events, key);
	if (!found)
		count_missed();
	return found;
}

static void log_event(struct gantry_event *event, const char *card)
{
	struct gantry_log_key key = { .kind = event->kind };
	struct gantry_log *log;
	u32 place;

	make_key(&key.of, card, event->tenant);
	__builtin_memcpy(event->card, key.of.card, sizeof(event->card));
	event->time_ns = bpf_ktime_get_ns();
	event->number = __sync_fetch_and_add(&logged, 1) + 1;
	log = find_log(&key);
	if (!log)
		return;
	place = __sync_fetch_and_add(&log->count, 1) % GANTRY_LOG_EVENTS;
	log->last[place] = *event;
}

static void log_card(enum gantry_event_kind kind, const char *card, int error)
{
	struct gantry_event event = { .kind = kind, .error = error };

	log_event(&event, card);
}

#endif
