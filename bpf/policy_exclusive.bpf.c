// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exclusive ownership: as long as a card has an owner nobody else opens it (-EBUSY), and
 * contexts that others had opened before do nothing more with it (-EACCES).
 */
#include "gantry_policy.bpf.h"
#include "policy_exclusive.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct gantry_exclusive_owner);
} owner SEC(".maps");

static bool is_owner(const struct gantry_tenant *tenant)
{
	u64 ids[GANTRY_TENANT_LEVELS] = {};
	u32 count = gantry_tenant_ancestors(tenant, ids), zero = 0, i;
	struct gantry_exclusive_owner *owned = bpf_map_lookup_elem(&owner, &zero);

	if (!owned || !owned->cgroup)
		return true;
	for (i = 0; i < GANTRY_TENANT_LEVELS && i < count; i++)
		if (ids[i] == owned->cgroup)
			return true;
	return false;
}

SEC("struct_ops/context_open")
int BPF_PROG(context_open, struct gantry_policy_context *context)
{
	return is_owner(context->tenant) ? 0 : -EBUSY;
}

SEC("struct_ops/buffer_create")
int BPF_PROG(buffer_create, struct gantry_policy_buffer *buffer)
{
	return is_owner(buffer->tenant) ? 0 : -EACCES;
}

SEC("struct_ops/buffer_export")
int BPF_PROG(buffer_export, struct gantry_policy_buffer *buffer)
{
	return is_owner(buffer->tenant) ? 0 : -EACCES;
}

SEC("struct_ops/queue_create")
int BPF_PROG(queue_create, struct gantry_policy_queue *queue)
{
	return is_owner(queue->tenant) ? 0 : -EACCES;
}

SEC("struct_ops/submit")
int BPF_PROG(submit, struct gantry_policy_job *job)
{
	return is_owner(job->tenant) ? 0 : -EACCES;
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = {
	.order = 10,
	.context_open = (void *)context_open,
	.buffer_create = (void *)buffer_create,
	.buffer_export = (void *)buffer_export,
	.queue_create = (void *)queue_create,
	.submit = (void *)submit,
};

char LICENSE[] SEC("license") = "GPL";
