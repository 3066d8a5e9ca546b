/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the telemetry programs (bpf/telemetry.bpf.c) and their maps are pinned. */
#ifndef GANTRYCTL_TELEMETRY_H
#define GANTRYCTL_TELEMETRY_H

#include <bpf/libbpf.h>
#include <stdarg.h>

#define TELEMETRY_FOLDER	"/sys/fs/bpf/gantry"

/** programs_say_nothing() - for libbpf_set_print(): what went wrong we say ourselves */
int programs_say_nothing(enum libbpf_print_level level, const char *format, va_list args);

/**
 * complain_of_programs() - that BPF programs cannot be loaded, and what to do
 *
 * Return: EXIT_FAILED.
 */
int complain_of_programs(int error);

#endif /* GANTRYCTL_TELEMETRY_H */
