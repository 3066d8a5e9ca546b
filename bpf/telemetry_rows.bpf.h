/* SPDX-License-Identifier: GPL-2.0-only */
/* A row for each tenant on each card, a row for each card, and what had no room. */
#ifndef GANTRY_TELEMETRY_ROWS_BPF_H
#define GANTRY_TELEMETRY_ROWS_BPF_H

#include "gantry.bpf.h"
#include "telemetry.h"

#define MAX_USERS	16384	/* tenants times cards, unless the loader says otherwise */
#define MAX_CARDS	256

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_USERS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct gantry_usage_key);
	__type(value, struct gantry_usage);
} usage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_CARDS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, char[GANTRY_CARD_NAME]);
	__type(value, struct gantry_card_usage);
} cards SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} missed SEC(".maps");

static const struct gantry_usage no_usage;
static const struct gantry_card_usage no_card_usage;

/* Somebody who was removed holds nothing any more: a row could be freed. */
bool may_free_usage;

/* A tenant was removed: its part of the log could be. */
bool may_free_logs;

struct bpf_map;

/* Something that happened, or an event of the log, found no room in its map. */
static void count_missed(void)
{
	u32 zero = 0;
	u64 *count = bpf_map_lookup_elem(&missed, &zero);

	if (count)
		__sync_fetch_and_add(count, 1);
}

static void make_key(struct gantry_usage_key *key, const char *card, u64 tenant)
{
	__builtin_memset(key, 0, sizeof(*key));
	key->tenant = tenant;
	bpf_probe_read_kernel_str(key->card, sizeof(key->card), card);
}

static long free_gone(struct bpf_map *map, struct gantry_usage_key *key, struct gantry_usage *u,
		      void *unused)
{
	if (u->path[0] && !u->contexts && !u->queues && !u->device_bytes && !u->host_bytes)
		bpf_map_delete_elem(map, key);
	return 0;
}

static struct gantry_card_usage *find_card_usage(const char key[GANTRY_CARD_NAME])
{
	struct gantry_card_usage *found = bpf_map_lookup_elem(&cards, key);

	if (found)
		return found;
	bpf_map_update_elem(&cards, key, &no_card_usage, BPF_NOEXIST);
	found = bpf_map_lookup_elem(&cards, key);
	if (!found)
		count_missed();
	return found;
}

/* A walk over all rows takes long, and interrupts are off: only if it frees one. */
static long add_usage(const struct gantry_usage_key *key)
{
	long ret = bpf_map_update_elem(&usage, key, &no_usage, BPF_NOEXIST);

	if (ret != -E2BIG || !may_free_usage)
		return ret;
	may_free_usage = false;
	bpf_for_each_map_elem(&usage, free_gone, NULL, 0);
	return bpf_map_update_elem(&usage, key, &no_usage, BPF_NOEXIST);
}

/* NULL when the map is full: then this is missed. */
static struct gantry_usage *find_usage(const struct gantry_usage_key *key)
{
	struct gantry_usage *found = bpf_map_lookup_elem(&usage, key);

	if (found)
		return found;
	/* Its cards are where cgroup_rmdir looks for a tenant's rows. */
	if (find_card_usage(key->card))
		add_usage(key);
	found = bpf_map_lookup_elem(&usage, key);
	if (!found)
		count_missed();
	return found;
}

static struct gantry_usage *usage_of(const char *card, u64 tenant)
{
	struct gantry_usage_key key;

	make_key(&key, card, tenant);
	return find_usage(&key);
}

static struct gantry_card_usage *card_usage_of(const char *card)
{
	char key[GANTRY_CARD_NAME] = {};

	bpf_probe_read_kernel_str(key, sizeof(key), card);
	return find_card_usage(key);
}

/* Something of it ended, perhaps the last. */
static void check_gone(const struct gantry_usage *u)
{
	if (u->path[0])
		may_free_usage = true;
}

#endif
