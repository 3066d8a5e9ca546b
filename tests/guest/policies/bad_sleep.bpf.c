// SPDX-License-Identifier: GPL-2.0-only
/* Must not load: sleeps where jobs end. */
#include "gantry_policy.bpf.h"

SEC("struct_ops.s/complete")
void BPF_PROG(complete, struct gantry_policy_job *job)
{
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = { .complete = (void *)complete };

char LICENSE[] SEC("license") = "GPL";
