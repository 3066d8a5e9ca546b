/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy is written with: docs/policy.md. The types are those of gantry.ko, as
 * driver/gantry_policy_ops.h describes them; libbpf finds out where their members really
 * are, so a program that was built once goes on working when members are added.
 */
#ifndef GANTRY_POLICY_BPF_H
#define GANTRY_POLICY_BPF_H

#include <linux/bpf.h>
#include <linux/errno.h>
#include <stdbool.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "gantry_policy.h"

typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;

#define GANTRY_TENANT_LEVELS		16
#define GANTRY_DIRECTIONS		5
#define GANTRY_POLICY_MAX_DELAY_NS	1000000000ULL
#define GANTRY_PRIORITY_NORMAL		0
#define GANTRY_PRIORITY_LOW		1
#define GANTRY_REGION_HOST		0xffffffffU

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct gantry_tenant {
	u64 id;
	u32 level;
	u32 count;
	u64 ancestors[GANTRY_TENANT_LEVELS];
};

struct gantry_job_stats {
	u64 bytes[GANTRY_DIRECTIONS];
	u32 operations[GANTRY_DIRECTIONS];
	u64 queued_ns;
	u64 running_ns;
};

struct gantry_policy_context {
	const struct gantry_tenant *tenant;
	u64 id;
	int status;
};

struct gantry_policy_buffer {
	const struct gantry_tenant *tenant;
	u64 context;
	u64 bytes;
	u32 region;
	int status;
};

struct gantry_policy_queue {
	const struct gantry_tenant *tenant;
	u64 context;
	u64 id;
	u32 priority;
	int status;
};

struct gantry_policy_job {
	const struct gantry_tenant *tenant;
	const struct gantry_job_stats *stats;
	u64 context;
	u64 queue;
	u64 seqno;
	u64 bytes;
	u64 delay_ns;
	int status;
	u32 weight;
	u64 account;
};

#pragma clang attribute pop

/* What it begins with is struct gantry_policy_head, which a loader fills in. */
struct gantry_policy_ops {
	char card[GANTRY_POLICY_CARD];
	char name[GANTRY_POLICY_NAME];
	u32 order;
	int (*context_open)(struct gantry_policy_context *context);
	void (*context_close)(struct gantry_policy_context *context);
	int (*buffer_create)(struct gantry_policy_buffer *buffer);
	void (*buffer_destroy)(struct gantry_policy_buffer *buffer);
	int (*buffer_export)(struct gantry_policy_buffer *buffer);
	int (*queue_create)(struct gantry_policy_queue *queue);
	void (*queue_destroy)(struct gantry_policy_queue *queue);
	int (*submit)(struct gantry_policy_job *job);
	void (*complete)(struct gantry_policy_job *job);
};

/**
 * gantry_tenant_ancestors - the cgroups whose limits hold for a tenant
 * @tenant: whose
 * @ids: out: their numbers, the root's first, its own last
 *
 * Return: how many.
 */
static __always_inline u32 gantry_tenant_ancestors(const struct gantry_tenant *tenant,
						   u64 ids[GANTRY_TENANT_LEVELS])
{
	u32 count = tenant->count;

	if (count > GANTRY_TENANT_LEVELS)
		count = GANTRY_TENANT_LEVELS;
	/* No more than there are, which are few: each hook pays for it. */
	bpf_core_read(ids, sizeof(u64) * count, &tenant->ancestors);
	return count;
}

#endif
