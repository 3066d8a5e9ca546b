/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs that keep events and programs that hand them on do alike. */
#ifndef GANTRY_EVENT_BPF_H
#define GANTRY_EVENT_BPF_H

#include "gantry.bpf.h"
#include "event.h"

/* @reason: NULL where there is none. */
static void take_policy(struct gantry_event *event, const char *policy, const char *reason)
{
	bpf_probe_read_kernel_str(event->policy, sizeof(event->policy), policy);
	if (reason)
		bpf_probe_read_kernel_str(event->reason, sizeof(event->reason), reason);
}

#endif
