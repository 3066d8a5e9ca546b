// SPDX-License-Identifier: GPL-2.0-only
/* Must not load: writes what a policy may only read. */
#include "gantry_policy.bpf.h"

SEC("struct_ops/submit")
int BPF_PROG(submit, struct gantry_policy_job *job)
{
	job->bytes = 0;
	return 0;
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = { .submit = (void *)submit };

char LICENSE[] SEC("license") = "GPL";
