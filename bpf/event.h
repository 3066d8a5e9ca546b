/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One event, as the telemetry programs keep it in their log and as those of
 * 'gantryctl trace' hand it on.
 */
#ifndef GANTRY_EVENT_H
#define GANTRY_EVENT_H

#define GANTRY_CARD_NAME	16	/* a PCI address */
#define GANTRY_POLICY_TEXT	16	/* a policy's name */
#define GANTRY_REASON_TEXT	48

/* Each is the tracepoint of that name: docs/tracing.md */
enum gantry_event_kind {
	GANTRY_EVENT_NONE,
	GANTRY_EVENT_CONTEXT_OPEN,
	GANTRY_EVENT_CONTEXT_CLOSE,
	GANTRY_EVENT_BUFFER_CREATE,
	GANTRY_EVENT_BUFFER_IMPORT,
	GANTRY_EVENT_BUFFER_EXPORT,
	GANTRY_EVENT_BUFFER_DESTROY,
	GANTRY_EVENT_QUEUE_CREATE,
	GANTRY_EVENT_QUEUE_DESTROY,
	GANTRY_EVENT_JOB_SUBMIT,
	GANTRY_EVENT_JOB_SCHEDULE,
	GANTRY_EVENT_JOB_START,
	GANTRY_EVENT_JOB_END,
	GANTRY_EVENT_SCRUB,
	GANTRY_EVENT_RING_RESET,
	GANTRY_EVENT_DEVICE_RESET,
	GANTRY_EVENT_DEVICE_BIND,
	GANTRY_EVENT_DEVICE_UNBIND,
	GANTRY_EVENT_POLICY_ATTACH,
	GANTRY_EVENT_POLICY_DETACH,
	GANTRY_EVENT_POLICY_EJECT,
	GANTRY_EVENT_KINDS,
};

/**
 * struct gantry_event - what happened
 * @number: in the log: from 1, in order; 0: nothing here yet
 * @time_ns: of the monotonic clock
 * @tenant: number of its cgroup
 * @context: as the tracepoint has it, like all that follow; 0 if it has none
 * @queue: likewise
 * @seqno: likewise
 * @operations: likewise
 * @bytes: likewise
 * @queued_ns: likewise
 * @running_ns: likewise
 * @kind: which tracepoint
 * @error: 0, or a negative errno
 * @region: likewise
 * @ring: likewise
 * @priority: likewise
 * @process: whose call it was, of what a process calls for
 * @card: PCI address
 * @policy: name of a policy
 * @reason: why it was ejected, cut if it is long
 */
struct gantry_event {
	unsigned long long number;
	unsigned long long time_ns;
	unsigned long long tenant;
	unsigned long long context;
	unsigned long long queue;
	unsigned long long seqno;
	unsigned long long operations;
	unsigned long long bytes;
	unsigned long long queued_ns;
	unsigned long long running_ns;
	enum gantry_event_kind kind;
	int error;
	int region;
	unsigned int ring;
	unsigned int priority;
	unsigned int process;
	char card[GANTRY_CARD_NAME];
	char policy[GANTRY_POLICY_TEXT];
	char reason[GANTRY_REASON_TEXT];
};

#endif
