// SPDX-License-Identifier: GPL-2.0-only
/* Documentation/fault-injection/fault-injection.rst */
#include "fail_nth.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

/*
 * Fail also what may sleep, which is nearly all, say nothing of it in the log and
 * do not look at the stack, which takes long. Copies from and to user space never
 * fail: no caller is in the range that they are limited to. (A call whose answer
 * could not be written would have been done: docs/uapi.md.)
 */
static const struct {
	const char *path, *value, *option;
} settings[] = {
	{ "failslab/ignore-gfp-wait", "N", "CONFIG_FAILSLAB" },
	{ "failslab/verbose", "0", "CONFIG_FAILSLAB" },
	{ "failslab/stacktrace-depth", "0", "CONFIG_FAULT_INJECTION_STACKTRACE_FILTER" },
	{ "fail_page_alloc/ignore-gfp-wait", "N", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/min-order", "0", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/verbose", "0", "CONFIG_FAIL_PAGE_ALLOC" },
	{ "fail_page_alloc/stacktrace-depth", "0", "CONFIG_FAULT_INJECTION_STACKTRACE_FILTER" },
	{ "fail_usercopy/require-start", "1", "CONFIG_FAULT_INJECTION_USERCOPY" },
	{ "fail_usercopy/require-end", "2", "CONFIG_FAULT_INJECTION_USERCOPY" },
};

static int nth_fd = -1;
static const char *missing;

bool fail_nth_init(void)
{
	unsigned int i;

	missing = NULL;
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
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

void fail_nth_arm(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, length, 0) != length)
		abort();
}

bool fail_nth_disarm(void)
{
	char text[16] = "";
	ssize_t length = pread(nth_fd, text, sizeof(text) - 1, 0);

	if (pwrite(nth_fd, "0", 1, 0) != 1)
		abort();
	return length > 0 && !strtoul(text, NULL, 10);
}
