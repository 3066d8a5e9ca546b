/* SPDX-License-Identifier: GPL-2.0-only */
/* What the quota policy keeps in its maps. They have BTF, so bpftool shows these names. */
#ifndef GANTRY_POLICY_QUOTA_H
#define GANTRY_POLICY_QUOTA_H

#include <linux/bpf.h>

#define GANTRY_NO_LIMIT		(~0ULL)

/**
 * struct gantry_quota_limits - what a cgroup and all below it may have on the card
 * @memory: bytes of device memory
 * @queues: open at a time
 * @inflight: bytes of jobs that were submitted and have not ended
 * @bandwidth: bytes a second that its jobs move
 * @exports: 0: no buffer may leave as a dma-buf
 *
 * %GANTRY_NO_LIMIT: no limit.
 */
struct gantry_quota_limits {
	__u64 memory;
	__u64 queues;
	__u64 inflight;
	__u64 bandwidth;
	__u64 exports;
};

/**
 * struct gantry_quota_usage - what a cgroup and all below it have now
 * @lock: guards all of it
 * @memory: bytes of device memory
 * @queues: open
 * @inflight: bytes of jobs
 * @until: time (CLOCK_MONOTONIC, ns) at which its bandwidth will have carried all that
 *	was admitted
 *
 * Counted since the policy was loaded.
 */
struct gantry_quota_usage {
	struct bpf_spin_lock lock;
	__u64 memory;
	__u64 queues;
	__u64 inflight;
	__u64 until;
};

#endif
