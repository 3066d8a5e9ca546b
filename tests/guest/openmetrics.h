/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A strict reader of OpenMetrics text, version 1.0, as far as it is used here: no
 * timestamps, no exemplars. Written from the specification's rules:
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
#ifndef GANTRY_GUEST_OPENMETRICS_H
#define GANTRY_GUEST_OPENMETRICS_H

#include <stdbool.h>
#include <stddef.h>

#define METRIC_LABELS	8

struct metric_label {
	char name[64];
	char value[512];	/* unescaped */
};

/** struct metric - a sample */
struct metric {
	char name[128];
	size_t family;
	struct metric_label labels[METRIC_LABELS];
	unsigned int label_count;
	double value;
};

struct metric_family {
	char name[128];
	char type[16];
	char unit[32];
	bool help;
};

struct metrics {
	struct metric_family *families;
	size_t family_count;
	struct metric *samples;
	size_t count;
	char error[256];	/* and the line */
};

/** metrics_parse() - whether all of @text is as it should be; if not, @error says why */
bool metrics_parse(struct metrics *metrics, const char *text);

void metrics_free(struct metrics *metrics);

/** metric_label() - of a sample, or NULL */
const char *metric_label(const struct metric *metric, const char *name);

/**
 * metric_find() - the sample of this name whose labels are among others
 * @labels: name, value, name, value, ... NULL
 *
 * Return: NULL when there is none, or more than one.
 */
const struct metric *metric_find(const struct metrics *metrics, const char *name, ...)
	__attribute__((sentinel));

#endif
