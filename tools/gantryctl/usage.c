// SPDX-License-Identifier: GPL-2.0-only
#include "usage.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "fence_time.h"
#include "gantryctl.h"
#include "telemetry.h"
#include "text.h"

const char *const usage_ways[GANTRY_WAYS] = { "h2d", "d2h", "d2d", "h2h", "fill" };

int telemetry_map(const char *name)
{
	char path[128];
	int map;

	snprintf(path, sizeof(path), TELEMETRY_FOLDER "/%s", name);
	map = bpf_obj_get(path);
	return map < 0 ? -errno : map;
}

void telemetry_complain(int error)
{
	if (error == -EPERM || error == -EACCES)
		complain("cannot read " TELEMETRY_FOLDER ": run as root");
	else if (error == -ENOENT)
		complain("telemetry is not running: 'gantryctl telemetry start', as root");
	else
		complain("cannot read " TELEMETRY_FOLDER ": %s", strerror(-error));
}

static void *grow(void *array, size_t count, size_t size)
{
	array = realloc(array, (count + 1) * size);
	if (array)
		return array;
	complain("out of memory");
	exit(EXIT_FAILED);
}

static void read_rows(struct usage *usage, int map)
{
	struct gantry_usage_key key, *last = NULL;

	while (!bpf_map_get_next_key(map, last, &key)) {
		struct usage_row *row;

		usage->rows = grow(usage->rows, usage->row_count, sizeof(*row));
		row = &usage->rows[usage->row_count];
		row->key = key;
		last = &key;
		if (bpf_map_lookup_elem(map, &key, &row->usage))
			continue;
		row->gone = row->usage.path[0];
		if (row->gone) {
			memcpy(row->path, row->usage.path, sizeof(row->path));
			clean_name(row->path);
		} else {
			cgroup_path(key.tenant, row->path, sizeof(row->path));
		}
		usage->row_count++;
	}
}

static void read_cards(struct usage *usage, int map)
{
	char key[GANTRY_CARD_NAME], *last = NULL;

	while (!bpf_map_get_next_key(map, last, key)) {
		struct usage_card *card;

		usage->cards = grow(usage->cards, usage->card_count, sizeof(*card));
		card = &usage->cards[usage->card_count];
		memcpy(card->card, key, sizeof(key));
		last = key;
		if (!bpf_map_lookup_elem(map, key, &card->usage))
			usage->card_count++;
	}
}

/* What else is pinned there holds a program to its tracepoint. */
static bool is_map(const char *name)
{
	return !strcmp(name, "usage") || !strcmp(name, "cards") || !strcmp(name, "events") ||
	       !strcmp(name, "missed");
}

/* What a program was not called for: it ran already. */
static uint64_t skipped_by(const char *name)
{
	struct bpf_prog_info program = {};
	struct bpf_link_info link = {};
	char path[sizeof(TELEMETRY_FOLDER) + NAME_MAX + 1];
	uint32_t size = sizeof(link);
	int fd;

	snprintf(path, sizeof(path), TELEMETRY_FOLDER "/%s", name);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return 0;
	if (bpf_link_get_info_by_fd(fd, &link, &size))
		link.prog_id = 0;
	close(fd);
	fd = link.prog_id ? bpf_prog_get_fd_by_id(link.prog_id) : -1;
	if (fd < 0)
		return 0;
	size = sizeof(program);
	if (bpf_prog_get_info_by_fd(fd, &program, &size))
		program.recursion_misses = 0;
	close(fd);
	return program.recursion_misses;
}

/* What the programs had no room for. */
static uint64_t read_no_room(void)
{
	int map = telemetry_map("missed");
	uint64_t count = 0;
	uint32_t zero = 0;

	if (map < 0)
		return 0;
	if (bpf_map_lookup_elem(map, &zero, &count))
		count = 0;
	close(map);
	return count;
}

static uint64_t read_missed(void)
{
	DIR *folder = opendir(TELEMETRY_FOLDER);
	uint64_t sum = read_no_room();
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (entry->d_type == DT_REG && !is_map(entry->d_name))
			sum += skipped_by(entry->d_name);
	if (folder)
		closedir(folder);
	return sum;
}

static int compare_rows(const void *a, const void *b)
{
	const struct usage_row *x = a, *y = b;
	int cards = strcmp(x->key.card, y->key.card);

	return cards ? cards : (x->key.tenant > y->key.tenant) - (x->key.tenant < y->key.tenant);
}

static int compare_cards(const void *a, const void *b)
{
	const struct usage_card *x = a, *y = b;

	return strcmp(x->card, y->card);
}

static uint32_t map_id(int map)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	return bpf_map_get_info_by_fd(map, &info, &size) ? 0 : info.id;
}

int usage_read(struct usage *usage)
{
	int rows = telemetry_map("usage"), cards;

	memset(usage, 0, sizeof(*usage));
	if (rows < 0)
		return rows;
	cards = telemetry_map("cards");
	if (cards < 0) {
		close(rows);
		return cards;
	}
	usage->time_ns = now_ns();
	usage->id = map_id(rows);
	read_rows(usage, rows);
	read_cards(usage, cards);
	usage->missed = read_missed();
	close(rows);
	close(cards);
	if (usage->row_count)
		qsort(usage->rows, usage->row_count, sizeof(*usage->rows), compare_rows);
	if (usage->card_count)
		qsort(usage->cards, usage->card_count, sizeof(*usage->cards), compare_cards);
	return 0;
}

void usage_free(struct usage *usage)
{
	free(usage->rows);
	free(usage->cards);
	memset(usage, 0, sizeof(*usage));
}

const struct usage_row *usage_find(const struct usage *usage, const struct gantry_usage_key *key)
{
	struct usage_row wanted = { .key = *key };

	if (!usage->row_count)
		return NULL;
	return bsearch(&wanted, usage->rows, usage->row_count, sizeof(wanted), compare_rows);
}

uint64_t usage_failures(const struct gantry_usage *usage)
{
	return usage->jobs_timed_out + usage->jobs_dropped + usage->jobs_lost +
	       usage->jobs_failed;
}

const char *usage_tenant(const struct usage_row *row, char *text, size_t room)
{
	size_t length;

	cgroup_text(row->key.tenant, row->path, text, room);
	length = strlen(text);
	if (row->gone)
		snprintf(text + length, room - length, " (gone)");
	return text;
}
