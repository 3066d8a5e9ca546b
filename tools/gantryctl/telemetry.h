/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the telemetry programs (bpf/telemetry.bpf.c) and their maps are pinned. */
#ifndef GANTRYCTL_TELEMETRY_H
#define GANTRYCTL_TELEMETRY_H

#define TELEMETRY_FOLDER	"/sys/fs/bpf/gantry"

#endif /* GANTRYCTL_TELEMETRY_H */
