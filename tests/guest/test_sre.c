// SPDX-License-Identifier: GPL-2.0-only
/* The lines of docs/sre.md, as they are written there. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "shell.h"
#include "worker.h"

#define PAGE	"/gantry/docs/sre.md"
#define CODE	"    "
#define START	"gantryctl telemetry start"

/* Does it print something, if it works? */
static bool prints(const char *line)
{
	static const char *const silent[] = { "gantryctl telemetry ", "echo ", "mkdir ", "rmdir " };

	for (size_t i = 0; i < ARRAY_LENGTH(silent); i++)
		if (!strncmp(line, silent[i], strlen(silent[i])))
			return false;
	return !strchr(line, '>');
}

/* Something to tell of: a tenant that works, and a card that went and came. */
static void make_news(struct worker *worker)
{
	card_unbind(0);
	card_bind(0);
	*worker = worker_begin("/sre", 2);
}

/* Ten seconds of processor time elsewhere: it starts a compiler. */
static bool is_too_heavy(const char *line)
{
	const char *kernel = getenv("GANTRY_KERNEL");

	return kernel && !strcmp(kernel, "debug") && !strncmp(line, "bpftrace ", 9);
}

static void run_line(const char *line)
{
	char *text;

	if (is_too_heavy(line))
		return;
	text = command_output("%s", line);
	if (prints(line) && !text[0])
		fail_msg("this says nothing: %s", line);
	free(text);
}

static void every_line_of_the_page_works_as_written(void **state)
{
	FILE *page = fopen(PAGE, "re");
	unsigned int lines = 0;
	struct worker worker;
	char line[512];

	(void)state;
	assert_non_null(page);
	while (fgets(line, sizeof(line), page)) {
		const char *command = line + strlen(CODE);

		if (strncmp(line, CODE, strlen(CODE)))
			continue;
		line[strcspn(line, "\n")] = '\0';
		run_line(command);
		if (!lines++) {
			assert_string_equal(command, START);
			make_news(&worker);
		}
	}
	fclose(page);
	assert_true(lines >= 15);
	worker_end(&worker);
}

static int sre_setup(void **state)
{
	setenv("PATH", "/gantry/build/gantryctl:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	return cards_setup(state);
}

/* The page stops the telemetry. */
static int sre_teardown(void **state)
{
	return cards_teardown(state) || sysfs_exists("fs/bpf/gantry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_of_the_page_works_as_written),
	};

	return cmocka_run_group_tests_name("page for SREs", tests, sre_setup, sre_teardown);
}
