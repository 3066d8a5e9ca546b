/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BPF programs know of the driver; libbpf finds out where members really are. */
#ifndef GANTRY_BPF_H
#define GANTRY_BPF_H

#include <linux/bpf.h>
#include <linux/errno.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

typedef unsigned int u32;
typedef unsigned long long u64;

#define GANTRY_WAYS		5

struct gantry_bo;	/* only its address is of interest */

/*
 * The verifier knows what a tracepoint's argument points at, so members are read as
 * they are, which takes an instruction where bpf_probe_read_kernel() takes sixty.
 */
struct gantry_job_stats {
	u64 bytes[GANTRY_WAYS];
	u32 operations[GANTRY_WAYS];
	u64 queued_ns;
	u64 running_ns;
} __attribute__((preserve_access_index));

#endif
