// SPDX-License-Identifier: GPL-2.0-only
/* Documentation/fault-injection/fault-injection.rst */
#include "fail_nth.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

#define NEVER	1000000000	/* nobody allocates so often */

static const char *const kinds[] = { "failslab", "fail_page_alloc" };

/*
 * Fail also what may sleep, which is nearly all, and say nothing of it in the log.
 * What is not to fail at a certain number fails always, but in a thread that asks
 * for it only, which none does yet. Copies from and to user space never
 * fail: no caller is in the range that they are limited to. (A call whose answer
 * could not be written would have been done: docs/uapi.md.)
 */
static const struct {
	const char *path, *value, *option;
} settings[] = {
	{ "failslab/ignore-gfp-wait", "N", "CONFIG_FAILSLAB" },
	{ "failslab/verbose", "0", "CONFIG_FAILSLAB" },
	{ "failslab/task-filter", "Y", "CONFIG_FAILSLAB" },
	{ "failslab/times", "-1", "CONFIG_FAILSLAB" },
	{ "failslab/probability", "100", "CONFIG_FAILSLAB" },
	{ "fail_page_alloc/ignore-gfp-wait", "N", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/min-order", "0", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/verbose", "0", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/task-filter", "Y", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/times", "-1", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/probability", "100", "CONFIG_FAIL_PAGE_ALLOC" },
	/* Does not look at the stack, which takes long. */
	{ "failslab/stacktrace-depth", "0", "CONFIG_FAULT_INJECTION_STACKTRACE_FILTER" },
	{ "fail_page_alloc/stacktrace-depth", "0", "CONFIG_FAULT_INJECTION_STACKTRACE_FILTER" },
	{ "fail_usercopy/require-start", "1", "CONFIG_FAULT_INJECTION_USERCOPY" },
	{ "fail_usercopy/require-end", "2", "CONFIG_FAULT_INJECTION_USERCOPY" },
};

static int nth_fd = -1, all_fd = -1;
static const char *missing;

bool fail_nth_init(void)
{
	unsigned int i;

	missing = NULL;
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	all_fd = open("/proc/thread-self/make-it-fail", O_WRONLY | O_CLOEXEC);
	if (nth_fd < 0 || all_fd < 0)
		missing = "CONFIG_FAULT_INJECTION";
	for (i = 0; i < ARRAY_LENGTH(settings) && !missing; i++)
		if (sysfs_write(settings[i].value, "kernel/debug/%s", settings[i].path))
			missing = settings[i].option;
	return !missing;
}

const char *fail_nth_missing(void)
{
	return missing;
}

/* Where a function of the kernel begins and, as the list is in order, ends. */
static void find_function(const char *name, unsigned long *start, unsigned long *end)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	unsigned long address;
	char symbol[256];

	assert_non_null(file);
	*start = *end = 0;
	while (*end <= *start && fscanf(file, "%lx %*c %255s%*[^\n]", &address, symbol) == 2) {
		if (!strcmp(symbol, name))
			*start = address;
		if (*start)
			*end = address;
	}
	fclose(file);
	if (*end <= *start)
		fail_msg("this kernel has no function %s", name);
}

static void set_range(const char *which, unsigned long start, unsigned long end)
{
	char text[32];
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(kinds); i++) {
		snprintf(text, sizeof(text), "%#lx", start);
		assert_done(sysfs_write(text, "kernel/debug/%s/%s-start", kinds[i], which));
		snprintf(text, sizeof(text), "%#lx", end);
		assert_done(sysfs_write(text, "kernel/debug/%s/%s-end", kinds[i], which));
	}
}

void fail_nth_filter(const char *required, const char *spared)
{
	unsigned long start = 0, end = ULONG_MAX;
	unsigned int i;

	if (required)
		find_function(required, &start, &end);
	set_range("require", start, end);
	start = end = 0;
	if (spared)
		find_function(spared, &start, &end);
	set_range("reject", start, end);
	for (i = 0; i < ARRAY_LENGTH(kinds); i++)
		assert_done(sysfs_write(required || spared ? "32" : "0",
					"kernel/debug/%s/stacktrace-depth", kinds[i]));
}

void fail_nth_arm(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, length, 0) != length)
		abort();
}

/* How many are left until one fails, which it then does not. */
static unsigned long disarm(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0 || pwrite(nth_fd, "0", 1, 0) != 1)
		abort();
	return strtoul(text, NULL, 10);
}

bool fail_nth_disarm(void)
{
	return !disarm();
}

void fail_nth_count_begin(void)
{
	fail_nth_arm(NEVER);
}

unsigned int fail_nth_count_end(void)
{
	return NEVER - disarm();
}

static void fail_all(const char *text)
{
	if (pwrite(all_fd, text, 1, 0) != 1)
		abort();
}

void fail_all_begin(void)
{
	fail_all("1");
}

void fail_all_end(void)
{
	fail_all("0");
}
