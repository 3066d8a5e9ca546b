// SPDX-License-Identifier: GPL-2.0-only
/* Must load: knows fewer members than there are, in another order. */
#define gantry_policy_ops gantry_policy_ops___unused
#include "gantry_policy.bpf.h"
#undef gantry_policy_ops

struct gantry_policy_ops {
	char card[GANTRY_POLICY_CARD];
	char name[GANTRY_POLICY_NAME];
	int (*submit)(struct gantry_policy_job *job);
	int (*context_open)(struct gantry_policy_context *context);
	u32 order;
};

SEC("struct_ops/submit")
int BPF_PROG(submit, struct gantry_policy_job *job)
{
	return 0;
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = { .submit = (void *)submit };

char LICENSE[] SEC("license") = "GPL";
