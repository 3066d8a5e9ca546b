// SPDX-License-Identifier: GPL-2.0-only
#include "openmetrics.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool wrong(struct metrics *m, const char *why, const char *line)
{
	snprintf(m->error, sizeof(m->error), "%s: %.*s", why, (int)strcspn(line, "\n"), line);
	return false;
}

static void *grow(void *array, size_t count, size_t size)
{
	array = realloc(array, (count + 1) * size);
	if (!array)
		abort();
	memset((char *)array + count * size, 0, size);
	return array;
}

/* ---- names and families ------------------------------------------------------------------ */

/* A name at *@at, which then is behind it. */
static bool take_name(const char **at, char *name, size_t room, bool colons)
{
	size_t n = 0;

	for (; isalnum((unsigned char)**at) || **at == '_' || (colons && **at == ':'); (*at)++) {
		if (n + 1 == room || (!n && isdigit((unsigned char)**at)))
			return false;
		name[n++] = **at;
	}
	name[n] = '\0';
	return n;
}

static bool ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a > b && !strcmp(text + a - b, end);
}

static const struct {
	const char *type;
	const char *suffixes[5];
} types[] = {
	{ "counter", { "_total", "_created" } },
	{ "gauge", { "" } },
	{ "unknown", { "" } },
	{ "info", { "_info" } },
	{ "stateset", { "" } },
	{ "histogram", { "_bucket", "_count", "_sum", "_created" } },
	{ "summary", { "", "_count", "_sum", "_created" } },
};

static bool type_has_suffix(const char *type, const char *suffix)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		for (size_t s = 0; !strcmp(type, types[i].type) && types[i].suffixes[s]; s++)
			if (!strcmp(suffix, types[i].suffixes[s]))
				return true;
	return false;
}

static bool type_known(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(type, types[i].type))
			return true;
	return false;
}

/* The family that is being described: the last one, or a new one. */
static struct metric_family *family_now(struct metrics *m, const char *name)
{
	struct metric_family *last = m->family_count ? &m->families[m->family_count - 1] : NULL;

	if (last && !strcmp(last->name, name))
		return last;
	for (size_t i = 0; i < m->family_count; i++)
		if (!strcmp(m->families[i].name, name))
			return NULL;
	m->families = grow(m->families, m->family_count, sizeof(*m->families));
	last = &m->families[m->family_count++];
	snprintf(last->name, sizeof(last->name), "%s", name);
	return last;
}

static bool help_escaped(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] != '\\')
			continue;
		if (i + 1 == length || !strchr("\\n\"", text[i + 1]))
			return false;
		i++;
	}
	return true;
}

/* "# TYPE name value", and so on */
static bool parse_about(struct metrics *m, const char *line)
{
	const char *at = line + 2, *end = strchr(line, '\n');
	struct metric_family *family;
	char what[8], name[128], value[32];

	if (!take_name(&at, what, sizeof(what), false) || *at++ != ' ' ||
	    !take_name(&at, name, sizeof(name), true) || *at++ != ' ' || at >= end)
		return wrong(m, "no TYPE, UNIT or HELP", line);
	family = family_now(m, name);
	if (!family)
		return wrong(m, "a family is in two places", line);
	if (m->count && m->samples[m->count - 1].family == m->family_count - 1)
		return wrong(m, "told of a family behind its samples", line);
	snprintf(value, sizeof(value), "%.*s", (int)(end - at), at);
	if (!strcmp(what, "TYPE")) {
		if (family->type[0] || !type_known(value))
			return wrong(m, "a second type, or an unknown one", line);
		snprintf(family->type, sizeof(family->type), "%.15s", value);
	} else if (!strcmp(what, "UNIT")) {
		if (family->unit[0] || !ends_with(name, value) ||
		    name[strlen(name) - strlen(value) - 1] != '_')
			return wrong(m, "a second unit, or the name does not end in it", line);
		snprintf(family->unit, sizeof(family->unit), "%s", value);
	} else if (!strcmp(what, "HELP")) {
		if (family->help || !help_escaped(at, end - at))
			return wrong(m, "a second help, or a bad escape", line);
		family->help = true;
	} else {
		return wrong(m, "no TYPE, UNIT or HELP", line);
	}
	return true;
}

/* ---- samples ------------------------------------------------------------------------------ */

static bool take_value(const char **at, char *value, size_t room)
{
	size_t n = 0;

	if (*(*at)++ != '"')
		return false;
	for (; **at != '"'; (*at)++) {
		char c = **at;

		if (c == '\n' || !c || n + 1 == room)
			return false;
		if (c == '\\') {
			c = *++*at;
			if (c != '\\' && c != '"' && c != 'n')
				return false;
			if (c == 'n')
				c = '\n';
		}
		value[n++] = c;
	}
	(*at)++;
	value[n] = '\0';
	return true;
}

static bool take_labels(const char **at, struct metric *metric)
{
	if (**at != '{')
		return true;
	do {
		struct metric_label *label = &metric->labels[metric->label_count];

		(*at)++;
		if (metric->label_count == METRIC_LABELS ||
		    !take_name(at, label->name, sizeof(label->name), false) || *(*at)++ != '=' ||
		    metric_label(metric, label->name) ||
		    !take_value(at, label->value, sizeof(label->value)))
			return false;
		metric->label_count++;
	} while (**at == ',');
	return *(*at)++ == '}';
}

static bool take_number(const char **at, double *value)
{
	char *end;

	if (!strchr("+-.0123456789N", **at))
		return false;
	*value = strtod(*at, &end);
	if (end == *at || *end != '\n')
		return false;
	*at = end;
	return true;
}

static bool same_labels(const struct metric *a, const struct metric *b)
{
	if (a->label_count != b->label_count)
		return false;
	for (unsigned int i = 0; i < a->label_count; i++) {
		const char *other = metric_label(b, a->labels[i].name);

		if (!other || strcmp(other, a->labels[i].value))
			return false;
	}
	return true;
}

static bool is_there(const struct metrics *m, const struct metric *metric)
{
	for (size_t i = 0; i < m->count; i++)
		if (!strcmp(m->samples[i].name, metric->name) &&
		    same_labels(&m->samples[i], metric))
			return true;
	return false;
}

/* What the type asks of one sample. */
static const char *bad_sample(const struct metric_family *family, const struct metric *metric)
{
	bool counts = !strcmp(family->type, "counter") || !strcmp(family->type, "histogram");

	if (counts && !(metric->value >= 0))
		return "less than nothing was counted";
	if (!strcmp(family->type, "info") && metric->value != 1)
		return "an info is 1";
	if (!strcmp(family->type, "stateset") &&
	    (!metric_label(metric, family->name) || (metric->value != 0 && metric->value != 1)))
		return "a stateset has a label of its name, and is 0 or 1";
	if (!strcmp(family->type, "summary") && !strcmp(family->name, metric->name)) {
		const char *quantile = metric_label(metric, "quantile");

		if (!quantile || !(atof(quantile) >= 0 && atof(quantile) <= 1))
			return "a summary has a quantile from 0 to 1";
	}
	if (ends_with(metric->name, "_bucket") && !metric_label(metric, "le"))
		return "a bucket has an upper bound";
	return NULL;
}

static bool parse_sample(struct metrics *m, const char *line)
{
	struct metric_family *family = m->family_count ? &m->families[m->family_count - 1] : NULL;
	struct metric metric = {};
	const char *at = line, *why;

	if (!take_name(&at, metric.name, sizeof(metric.name), true))
		return wrong(m, "no name", line);
	if (!take_labels(&at, &metric))
		return wrong(m, "bad labels", line);
	if (*at++ != ' ' || !take_number(&at, &metric.value))
		return wrong(m, "no number", line);
	if (!family || strncmp(metric.name, family->name, strlen(family->name)) ||
	    !type_has_suffix(family->type, metric.name + strlen(family->name)))
		return wrong(m, "not of the family before it", line);
	why = bad_sample(family, &metric);
	if (why)
		return wrong(m, why, line);
	if (is_there(m, &metric))
		return wrong(m, "told twice", line);
	metric.family = m->family_count - 1;
	m->samples = grow(m->samples, m->count, sizeof(metric));
	m->samples[m->count++] = metric;
	return true;
}

/* ---- histograms ---------------------------------------------------------------------------- */

static double bound_of(const struct metric *bucket)
{
	return strtod(metric_label(bucket, "le"), NULL);
}

/* The labels are the same but for the bound. */
static bool same_histogram(const struct metric *bucket, const struct metric *other)
{
	for (unsigned int i = 0; i < bucket->label_count; i++) {
		const char *value = metric_label(other, bucket->labels[i].name);

		if (strcmp(bucket->labels[i].name, "le") &&
		    (!value || strcmp(value, bucket->labels[i].value)))
			return false;
	}
	return true;
}

/* The number that a histogram of this bucket says it has; NAN: it does not. */
static double count_of(const struct metrics *m, const struct metric *bucket)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->samples[i].family == bucket->family &&
		    ends_with(m->samples[i].name, "_count") &&
		    same_histogram(bucket, &m->samples[i]))
			return m->samples[i].value;
	return NAN;
}

/* Buckets follow each other, have at least as many as the one before, and end in all. */
static bool check_buckets(struct metrics *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct metric *now = &m->samples[i], *next = now + 1;

		if (!ends_with(now->name, "_bucket"))
			continue;
		if (isinf(bound_of(now))) {
			if (count_of(m, now) != now->value)
				return wrong(m, "its last bucket has not all", now->name);
			continue;
		}
		if (i + 1 == m->count || strcmp(next->name, now->name) ||
		    !same_histogram(now, next))
			return wrong(m, "there is no last bucket", now->name);
		if (bound_of(next) <= bound_of(now) || next->value < now->value)
			return wrong(m, "buckets are not in order", now->name);
	}
	return true;
}

/* One label that is not, and Prometheus takes nothing of the whole text. */
static bool is_utf8(const char *text)
{
	char *from = (char *)text, some[4096], *to;
	size_t left = strlen(text), room, ret;
	iconv_t converter = iconv_open("UCS-4", "UTF-8");

	do {
		to = some;
		room = sizeof(some);
		ret = iconv(converter, &from, &left, &to, &room);
	} while (ret == (size_t)-1 && errno == E2BIG);
	iconv_close(converter);
	return ret != (size_t)-1;
}

bool metrics_parse(struct metrics *m, const char *text)
{
	memset(m, 0, sizeof(*m));
	if (!is_utf8(text))
		return wrong(m, "this is not UTF-8", "");
	for (const char *line = text; strcmp(line, "# EOF\n"); line = strchr(line, '\n') + 1) {
		if (!strchr(line, '\n'))
			return wrong(m, "does not end in EOF", line);
		if (!(*line == '#' ? parse_about(m, line) : parse_sample(m, line)))
			return false;
	}
	return check_buckets(m);
}

void metrics_free(struct metrics *m)
{
	free(m->families);
	free(m->samples);
	memset(m, 0, sizeof(*m));
}

const char *metric_label(const struct metric *metric, const char *name)
{
	for (unsigned int i = 0; i < metric->label_count; i++)
		if (!strcmp(metric->labels[i].name, name))
			return metric->labels[i].value;
	return NULL;
}

static bool has_labels(const struct metric *metric, va_list labels)
{
	const char *name, *value, *has;

	while ((name = va_arg(labels, const char *))) {
		value = va_arg(labels, const char *);
		has = metric_label(metric, name);
		if (!has || strcmp(has, value))
			return false;
	}
	return true;
}

const struct metric *metric_find(const struct metrics *m, const char *name, ...)
{
	const struct metric *found = NULL;

	for (size_t i = 0; i < m->count; i++) {
		va_list labels;
		bool fits;

		va_start(labels, name);
		fits = !strcmp(m->samples[i].name, name) && has_labels(&m->samples[i], labels);
		va_end(labels);
		if (fits && found)
			return NULL;
		if (fits)
			found = &m->samples[i];
	}
	return found;
}
