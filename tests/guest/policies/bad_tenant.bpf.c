// SPDX-License-Identifier: GPL-2.0-only
/* Must not load: makes a tenant somebody else. */
#include "gantry_policy.bpf.h"

SEC("struct_ops/buffer_create")
int BPF_PROG(buffer_create, struct gantry_policy_buffer *buffer)
{
	((struct gantry_tenant *)buffer->tenant)->id = 1;
	return 0;
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = { .buffer_create = (void *)buffer_create };

char LICENSE[] SEC("license") = "GPL";
