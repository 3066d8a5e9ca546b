/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the telemetry programs keep in their maps, for them and for whoever reads it.
 * The maps have BTF, so bpftool shows these names.
 */
#ifndef GANTRY_TELEMETRY_H
#define GANTRY_TELEMETRY_H

#include "event.h"

#define GANTRY_LOG_EVENTS	16	/* the last ones of a kind */
#define GANTRY_TENANT_PATH	256
#define GANTRY_TIME_BUCKETS	40	/* the last one has all from 9 minutes on */
#ifndef GANTRY_WAYS
#define GANTRY_WAYS		5
#endif

/* As enum gantry_direction in driver/gantry_stats.h */
enum gantry_way {
	GANTRY_WAY_H2D,
	GANTRY_WAY_D2H,
	GANTRY_WAY_D2D,
	GANTRY_WAY_H2H,
	GANTRY_WAY_FILL,
};

/**
 * struct gantry_usage_key - a tenant on a card
 * @tenant: number of its cgroup
 * @card: PCI address
 */
struct gantry_usage_key {
	unsigned long long tenant;
	char card[GANTRY_CARD_NAME];
};

/**
 * struct gantry_times - how long something took
 * @sum_ns: all together
 * @count: by the binary logarithm of nanoseconds: [i] has those from 2^i to below 2^(i+1)
 */
struct gantry_times {
	unsigned long long sum_ns;
	unsigned long long count[GANTRY_TIME_BUCKETS];
};

/**
 * struct gantry_usage - what a tenant did on a card since the programs were loaded
 * @bytes: moved by jobs that ended well, by &enum gantry_way
 * @operations: of these jobs, likewise
 * @jobs_submitted: accepted
 * @jobs_completed: ended well
 * @jobs_timed_out: the card stood still at them
 * @jobs_dropped: not done, for their queue or an earlier job failed
 * @jobs_lost: with a card that was removed
 * @jobs_failed: for any other reason
 * @queued: from submission to start
 * @running: from start to end
 * @device_bytes: device memory that buffers hold now
 * @host_bytes: host memory that buffers hold now
 * @contexts: open now
 * @queues: open now
 * @exports: buffers that became dma-bufs
 * @path: of the cgroup that was removed; empty while it is there. The row is kept until
 *	there is no room
 *
 * What holds something now counts if it was made since, too.
 */
struct gantry_usage {
	unsigned long long bytes[GANTRY_WAYS];
	unsigned long long operations[GANTRY_WAYS];
	unsigned long long jobs_submitted;
	unsigned long long jobs_completed;
	unsigned long long jobs_timed_out;
	unsigned long long jobs_dropped;
	unsigned long long jobs_lost;
	unsigned long long jobs_failed;
	struct gantry_times queued;
	struct gantry_times running;
	long long device_bytes;
	long long host_bytes;
	long long contexts;
	long long queues;
	unsigned long long exports;
	char path[GANTRY_TENANT_PATH];
};

/**
 * struct gantry_log_key - events of a kind
 * @of: whose and where; of what no tenant is behind, tenant 0
 * @kind: which
 * @reserved: 0
 */
struct gantry_log_key {
	struct gantry_usage_key of;
	enum gantry_event_kind kind;
	unsigned int reserved;
};

/**
 * struct gantry_log - the last of them
 * @count: how many there were
 * @last: event @count, counted from 0, is at @count modulo their number
 */
struct gantry_log {
	unsigned long long count;
	struct gantry_event last[GANTRY_LOG_EVENTS];
};

/**
 * struct gantry_card_usage - what the driver did on a card
 * @scrubbed_bytes: zeroed
 * @scrub_failed_bytes: could not be
 * @ring_resets: rings that were stopped and started again
 * @device_resets: of the card that helped
 * @device_resets_failed: that did not
 */
struct gantry_card_usage {
	unsigned long long scrubbed_bytes;
	unsigned long long scrub_failed_bytes;
	unsigned long long ring_resets;
	unsigned long long device_resets;
	unsigned long long device_resets_failed;
};

#endif
