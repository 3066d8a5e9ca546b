/* SPDX-License-Identifier: GPL-2.0-only */
/* What the policy of a test is told to do, and what it tells. */
#ifndef GANTRY_GUEST_PROBE_H
#define GANTRY_GUEST_PROBE_H

enum probe_hook {
	PROBE_CONTEXT_OPEN,
	PROBE_CONTEXT_CLOSE,
	PROBE_BUFFER_CREATE,
	PROBE_BUFFER_DESTROY,
	PROBE_BUFFER_EXPORT,
	PROBE_QUEUE_CREATE,
	PROBE_QUEUE_DESTROY,
	PROBE_SUBMIT,
	PROBE_COMPLETE,
	PROBE_HOOKS,
};

/* What it is to do; @hold: this hook, + 1, does not return until it is 0. */
struct probe_orders {
	int answers[PROBE_HOOKS];
	unsigned int set_priority;
	unsigned int priority;
	unsigned int slow;
	unsigned int hold;
	unsigned int queue_limit;
	unsigned long long delay_ns;
	unsigned int weight;
};

/* How often a hook was called, and what for the last time. */
struct probe_call {
	unsigned long long count;
	unsigned long long at;
	unsigned long long tenant;
	unsigned long long root;
	unsigned long long bytes;
	unsigned int levels;
	int status;
};

struct probe_record {
	struct probe_call calls[PROBE_HOOKS];
	unsigned int priority;
	unsigned int queues;
	unsigned long long h2d;
	unsigned long long delay_ns;
	unsigned long long queued_ns;
	unsigned int weight;
	unsigned long long account;
};

#endif
