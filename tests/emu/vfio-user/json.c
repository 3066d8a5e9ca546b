// SPDX-License-Identifier: GPL-2.0-only
/*
 * Just enough JSON for a version message: the whole text is checked against
 * the grammar, but only wanted numbers and booleans are kept.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "json.h"

#define MAX_DEPTH	16
#define MAX_PATH	128

struct scanner {
	const char *at;
	const char *end;
	struct json_member *members;
	size_t n_members;
	char path[MAX_PATH];
	size_t path_len;
	unsigned int depth;
};

static bool scan_value(struct scanner *s);

static void skip_space(struct scanner *s)
{
	while (s->at < s->end && strchr(" \t\r\n", *s->at) && *s->at)
		s->at++;
}

static bool take(struct scanner *s, char c)
{
	skip_space(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool take_word(struct scanner *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len))
		return false;
	s->at += len;
	return true;
}

static bool take_digits(struct scanner *s)
{
	const char *first = s->at;

	while (s->at < s->end && isdigit((unsigned char)*s->at))
		s->at++;
	return s->at > first;
}

static struct json_member *wanted(struct scanner *s)
{
	size_t i;

	for (i = 0; i < s->n_members; i++)
		if (!strcmp(s->members[i].path, s->path))
			return &s->members[i];
	return NULL;
}

static bool scan_escape(struct scanner *s)
{
	int i;

	if (s->at == s->end)
		return false;
	if (*s->at != 'u')
		return *s->at && strchr("\"\\/bfnrt", *s->at++);
	s->at++;
	for (i = 0; i < 4; i++)
		if (s->at == s->end || !isxdigit((unsigned char)*s->at++))
			return false;
	return true;
}

/* The raw text between the quotes; names we look for need no unescaping. */
static bool scan_string(struct scanner *s, const char **text, size_t *len)
{
	if (!take(s, '"'))
		return false;
	*text = s->at;
	while (s->at < s->end && *s->at != '"') {
		unsigned char c = *s->at++;

		if (c < 0x20 || (c == '\\' && !scan_escape(s)))
			return false;
	}
	*len = s->at - *text;
	return take(s, '"');
}

static bool scan_number(struct scanner *s)
{
	struct json_member *m = wanted(s);
	bool negative = take_word(s, "-");
	const char *first = s->at;
	bool integer = true, fits = true;
	uint64_t value = 0;

	if (!take_digits(s) || (*first == '0' && s->at - first > 1))
		return false;
	for (; first < s->at; first++)
		fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
		       !__builtin_add_overflow(value, *first - '0', &value);
	if (take_word(s, ".")) {
		integer = false;
		if (!take_digits(s))
			return false;
	}
	if (take_word(s, "e") || take_word(s, "E")) {
		integer = false;
		if (!take_word(s, "+"))
			take_word(s, "-");
		if (!take_digits(s))
			return false;
	}
	if (m && integer && fits && !negative) {
		m->is_number = true;
		m->number = value;
	}
	return true;
}

static bool enter(struct scanner *s, const char *name, size_t len)
{
	struct json_member *m;

	if (s->path_len + len + 2 > sizeof(s->path)) {
		/* Longer than anything wanted: a path that matches nothing. */
		name = "?";
		len = 1;
		if (s->path_len + len + 2 > sizeof(s->path))
			return false;
	}
	if (s->path_len)
		s->path[s->path_len++] = '.';
	memcpy(s->path + s->path_len, name, len);
	s->path_len += len;
	s->path[s->path_len] = '\0';

	m = wanted(s);
	if (m) {
		m->found = true;
		m->is_number = false;
		m->is_true = false;
	}
	return true;
}

static bool scan_object(struct scanner *s)
{
	size_t outer = s->path_len, len;
	const char *name;
	bool ok;

	if (take(s, '}'))
		return true;
	do {
		if (!scan_string(s, &name, &len) || !take(s, ':') ||
		    !enter(s, name, len))
			return false;
		ok = scan_value(s);
		s->path_len = outer;
		s->path[outer] = '\0';
		if (!ok)
			return false;
	} while (take(s, ','));
	return take(s, '}');
}

static bool scan_array(struct scanner *s)
{
	size_t outer = s->path_len;

	if (take(s, ']'))
		return true;
	if (!enter(s, "[]", 2))
		return false;
	do {
		if (!scan_value(s))
			return false;
	} while (take(s, ','));
	s->path_len = outer;
	s->path[outer] = '\0';
	return take(s, ']');
}

static bool scan_true(struct scanner *s)
{
	struct json_member *m = wanted(s);

	if (!take_word(s, "true"))
		return false;
	if (m)
		m->is_true = true;
	return true;
}

static bool scan_value(struct scanner *s)
{
	const char *text;
	size_t len;
	bool ok;

	if (s->depth == MAX_DEPTH)
		return false;
	s->depth++;
	skip_space(s);
	if (s->at < s->end && *s->at == '"')
		ok = scan_string(s, &text, &len);
	else if (take(s, '{'))
		ok = scan_object(s);
	else if (take(s, '['))
		ok = scan_array(s);
	else
		ok = scan_true(s) || take_word(s, "false") ||
		     take_word(s, "null") || scan_number(s);
	s->depth--;
	return ok;
}

int json_scan(const char *text, size_t len, struct json_member *members,
	      size_t n)
{
	struct scanner s = {
		.at = text, .end = text + len, .members = members, .n_members = n,
	};

	skip_space(&s);
	if (s.at == s.end || *s.at != '{' || !scan_value(&s))
		return -EINVAL;
	skip_space(&s);
	return s.at == s.end ? 0 : -EINVAL;
}
