// SPDX-License-Identifier: GPL-2.0-only
/* No tenant but the machine's own may have more than four contexts open on the card. */
#include "gantry_policy.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, u64);
} open_contexts SEC(".maps");

SEC("struct_ops/context_open")
int BPF_PROG(context_open, struct gantry_policy_context *context)
{
	u64 id = context->tenant->id, zero = 0, *count;

	bpf_map_update_elem(&open_contexts, &id, &zero, BPF_NOEXIST);
	count = bpf_map_lookup_elem(&open_contexts, &id);
	if (!count || (context->tenant->level && *count >= 4))
		return -EDQUOT;
	__sync_fetch_and_add(count, 1);
	return 0;
}

SEC("struct_ops/context_close")
void BPF_PROG(context_close, struct gantry_policy_context *context)
{
	u64 id = context->tenant->id, *count = bpf_map_lookup_elem(&open_contexts, &id);

	if (count)
		__sync_fetch_and_add(count, -1);
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = {
	.name = "contexts",
	.context_open = (void *)context_open,
	.context_close = (void *)context_close,
};

char LICENSE[] SEC("license") = "GPL";
