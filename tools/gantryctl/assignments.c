// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of assignments: "assign CARDS" and "leave CARDS", a rule a line.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "assignments.h"
#include "gantryctl.h"

#define PATTERN_SIZE 64
#define BLANKS " \t\r\n"

const char *assignments_path = "/etc/gantry/cards.conf";

struct rule {
	bool (*fits)(const char *pattern, const struct gantry_card *card);
	bool assign;
	char pattern[PATTERN_SIZE];
	unsigned int line;
};

struct assignments {
	unsigned int count;
	struct rule *rules;
};

static bool fits_chip(const char *pattern, const struct gantry_card *card)
{
	return !strcmp(pattern, card->chip);
}

static bool fits_id(const char *pattern, const struct gantry_card *card)
{
	char id[16];

	snprintf(id, sizeof(id), "%04x:%04x", card->vendor_id, card->device_id);
	return !strcasecmp(pattern, id);
}

static bool fits_address(const char *pattern, const struct gantry_card *card)
{
	const char *address = card->pci_address;

	if (!fnmatch(pattern, address, FNM_CASEFOLD))
		return true;
	return !strncmp(address, "0000:", 5) && !fnmatch(pattern, address + 5, FNM_CASEFOLD);
}

static bool is_made_of(const char *word, const char *characters)
{
	return word[strspn(word, characters)] == '\0';
}

static bool is_id(const char *word)
{
	return strlen(word) == 9 && word[4] == ':' && strspn(word, "0123456789abcdefABCDEF") == 4 &&
	       is_made_of(word + 5, "0123456789abcdefABCDEF");
}

/* "0000:00:04.0", "5e:00.0", "0000:[5-9]?:*", "*" */
static bool is_address(const char *word)
{
	if (!is_made_of(word, "0123456789abcdefABCDEF:.*?[]-!"))
		return false;
	if (strpbrk(word, "*?["))
		return true;
	return !fnmatch("????:??:??.?", word, 0) || !fnmatch("??:??.?", word, 0);
}

static bool is_chip(const char *word)
{
	return islower((unsigned char)word[0]) &&
	       is_made_of(word, "abcdefghijklmnopqrstuvwxyz0123456789-");
}

static bool rule_set_pattern(struct rule *rule, const char *word)
{
	if (strlen(word) >= PATTERN_SIZE)
		return false;
	strcpy(rule->pattern, word);
	rule->fits = is_id(word) ? fits_id :
		     is_address(word) ? fits_address :
		     is_chip(word) ? fits_chip : NULL;
	return rule->fits;
}

/* Return: 1 a rule, 0 none in this line, -EINVAL; complains. */
static int rule_parse(struct rule *rule, char *text)
{
	char *save, *verb, *cards, *more;

	text[strcspn(text, "#")] = '\0';
	verb = strtok_r(text, BLANKS, &save);
	if (!verb)
		return 0;
	cards = strtok_r(NULL, BLANKS, &save);
	more = cards ? strtok_r(NULL, BLANKS, &save) : NULL;
	rule->assign = !strcmp(verb, "assign");
	if (!rule->assign && strcmp(verb, "leave"))
		complain("%s:%u: '%s': a line begins with 'assign' or 'leave'", assignments_path,
			 rule->line, verb);
	else if (!cards)
		complain("%s:%u: %s which cards?", assignments_path, rule->line, verb);
	else if (more)
		complain("%s:%u: '%s' is too much: one address, vendor:device or chip a line",
			 assignments_path, rule->line, more);
	else if (!rule_set_pattern(rule, cards))
		complain("%s:%u: '%s' is no PCI address (0000:00:04.0, 5e:*), vendor:device (1d0f:7364) or chip (trainium2)",
			 assignments_path, rule->line, cards);
	else
		return 1;
	return -EINVAL;
}

static int assignments_add(struct assignments *assignments, const struct rule *rule)
{
	struct rule *rules = reallocarray(assignments->rules, assignments->count + 1,
					  sizeof(*rules));

	if (!rules)
		return -ENOMEM;
	rules[assignments->count++] = *rule;
	assignments->rules = rules;
	return 0;
}

static int read_rules(FILE *file, struct assignments *assignments)
{
	struct rule rule = { 0 };
	char *text = NULL;
	size_t room = 0;
	int ret = 0;

	while (!ret && getline(&text, &room, file) >= 0) {
		rule.line++;
		ret = rule_parse(&rule, text);
		if (ret > 0)
			ret = assignments_add(assignments, &rule);
	}
	free(text);
	if (!ret && ferror(file))
		ret = -EIO;
	if (ret && ret != -EINVAL)
		complain("cannot read %s: %s", assignments_path, strerror(-ret));
	return ret;
}

int assignments_read(struct assignments **out)
{
	struct assignments *assignments = calloc(1, sizeof(*assignments));
	FILE *file;
	int ret = 0;

	if (!assignments)
		return -ENOMEM;
	file = fopen(assignments_path, "re");
	if (file) {
		ret = read_rules(file, assignments);
		fclose(file);
	} else if (errno != ENOENT) {
		ret = -errno;
		complain("cannot open %s: %s", assignments_path, strerror(errno));
	}
	if (ret)
		assignments_free(assignments);
	else
		*out = assignments;
	return ret;
}

void assignments_free(struct assignments *assignments)
{
	if (!assignments)
		return;
	free(assignments->rules);
	free(assignments);
}

bool assignments_decide(const struct assignments *assignments, const struct gantry_card *card,
			unsigned int *line)
{
	for (unsigned int i = assignments->count; i-- > 0;) {
		const struct rule *rule = &assignments->rules[i];

		if (!rule->fits(rule->pattern, card))
			continue;
		*line = rule->line;
		return rule->assign;
	}
	*line = 0;
	return false;
}
