/* SPDX-License-Identifier: GPL-2.0-only */
/* Events for people and as JSON. */
#ifndef GANTRYCTL_EVENT_H
#define GANTRYCTL_EVENT_H

#include <stdbool.h>

#include "../../bpf/event.h"

/** event_name() - "job_end", as its tracepoint without "gantry_"; NULL when unknown */
const char *event_name(enum gantry_event_kind kind);

/** event_kind() - of that name, or GANTRY_EVENT_NONE */
enum gantry_event_kind event_kind(const char *name);

/** event_print() - one line on stdout */
void event_print(const struct gantry_event *event, bool json);

/** event_print_lost() - that so many could not be told */
void event_print_lost(unsigned long long count, bool json);

#endif /* GANTRYCTL_EVENT_H */
