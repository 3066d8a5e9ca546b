// SPDX-License-Identifier: GPL-2.0-only
/* Must not load: has a hook that there is not. */
#include "gantry_policy.bpf.h"

struct gantry_policy_ops___more {
	char card[GANTRY_POLICY_CARD];
	char name[GANTRY_POLICY_NAME];
	u32 order;
	int (*context_fork)(struct gantry_policy_context *context);
};

SEC("struct_ops/context_fork")
int BPF_PROG(context_fork, struct gantry_policy_context *context)
{
	return 0;
}

SEC(".struct_ops.link")
struct gantry_policy_ops___more policy = { .context_fork = (void *)context_fork };

char LICENSE[] SEC("license") = "GPL";
