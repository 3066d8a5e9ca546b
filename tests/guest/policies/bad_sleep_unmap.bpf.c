// SPDX-License-Identifier: GPL-2.0-only
/* Must not load: sleeps where a mapping may end. */
#include "gantry_policy.bpf.h"

SEC("struct_ops.s/buffer_destroy")
void BPF_PROG(buffer_destroy, struct gantry_policy_buffer *buffer)
{
}

SEC(".struct_ops.link")
struct gantry_policy_ops policy = { .buffer_destroy = (void *)buffer_destroy };

char LICENSE[] SEC("license") = "GPL";
