// SPDX-License-Identifier: GPL-2.0-only
/* Must not load: reads behind the end of what it is given. */
#include "gantry_policy.bpf.h"

SEC("struct_ops/queue_create")
int BPF_PROG(queue_create, struct gantry_policy_queue *queue)
{
	return ((volatile u64 *)queue)[100] != 0;
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = { .queue_create = (void *)queue_create };

char LICENSE[] SEC("license") = "GPL";
