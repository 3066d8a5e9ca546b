// SPDX-License-Identifier: GPL-2.0-only
/* Must not load: may never end. */
#include "gantry_policy.bpf.h"

u64 stop;

SEC("struct_ops/context_open")
int BPF_PROG(context_open, struct gantry_policy_context *context)
{
	while (!*(volatile u64 *)&stop)
		;
	return 0;
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = { .context_open = (void *)context_open };

char LICENSE[] SEC("license") = "GPL";
