// SPDX-License-Identifier: GPL-2.0-only
/* Must load: a policy without hooks. */
#include "gantry_policy.bpf.h"

SEC(".struct_ops.link")
struct gantry_policy_ops policy = { .order = 7 };

char LICENSE[] SEC("license") = "GPL";
