/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading what the telemetry programs have counted. */
#ifndef GANTRYCTL_USAGE_H
#define GANTRYCTL_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/telemetry.h"

/** The directions, as JSON and metrics call them. */
extern const char *const usage_ways[GANTRY_WAYS];

/**
 * struct usage_row - a tenant on a card
 * @path: of its cgroup, clean; empty when that is not known
 * @gone: the cgroup was removed
 */
struct usage_row {
	struct gantry_usage_key key;
	struct gantry_usage usage;
	char path[GANTRY_TENANT_PATH];
	bool gone;
};

/** struct usage_card - a card */
struct usage_card {
	char card[GANTRY_CARD_NAME];
	struct gantry_card_usage usage;
};

/**
 * struct usage - what there is now
 * @time_ns: when, on the monotonic clock
 * @id: another one when telemetry was started anew
 * @rows: by card, then tenant
 * @cards: by card
 * @missed: events that the programs could not count
 */
struct usage {
	int64_t time_ns;
	uint32_t id;
	struct usage_row *rows;
	size_t row_count;
	struct usage_card *cards;
	size_t card_count;
	uint64_t missed;
};

/** telemetry_map() - open a pinned map; -errno */
int telemetry_map(const char *name);

/** telemetry_complain() - that its maps cannot be read, and what to do */
void telemetry_complain(int error);

/**
 * usage_read() - all of it
 *
 * What comes while this reads may be missed.
 *
 * Return: 0, or -errno for telemetry_complain().
 */
int usage_read(struct usage *usage);

void usage_free(struct usage *usage);

/** usage_find() - the row of a tenant on a card, or NULL */
const struct usage_row *usage_find(const struct usage *usage, const struct gantry_usage_key *key);

/** usage_failures() - jobs that did not end well */
uint64_t usage_failures(const struct gantry_usage *usage);

/** usage_tenant() - a tenant for people: its path or number, and whether it is gone */
const char *usage_tenant(const struct usage_row *row, char *text, size_t room);

#endif /* GANTRYCTL_USAGE_H */
