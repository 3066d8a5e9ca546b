// SPDX-License-Identifier: GPL-2.0-only
#include "kmsg.h"

#include <fcntl.h>
#include <unistd.h>

static int kmsg;

void kmsg_begin(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		die("/dev/kmsg cannot be read: %s", strerror(errno));
}

/* How slow the machine is, is no fault of the driver. */
static bool is_about_time(const char *text)
{
	return strstr(text, "hrtimer: interrupt took") || strstr(text, "clocksource") ||
	       strstr(text, "hogged CPU") || strstr(text, "perf: interrupt took");
}

void kmsg_expect_none(struct call *c)
{
	char text[1024];
	ssize_t length;

	while ((length = read(kmsg, text, sizeof(text) - 1)) > 0) {
		char *message;

		text[length] = '\0';
		message = strchr(text, ';');
		fail_if(c, message && !is_about_time(message), "the kernel's log has%s",
			message);
	}
}
