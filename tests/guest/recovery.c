// SPDX-License-Identifier: GPL-2.0-only
#include "recovery.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

#define KERNEL_EVENTS	1	/* multicast group */
#define DUMPS		"/sys/class/devcoredump"

int events_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_EVENTS };
	int size = 4 * MIB;
	int events = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    NETLINK_KOBJECT_UEVENT);

	assert_true(events >= 0);
	assert_int_equal(setsockopt(events, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)), 0);
	assert_int_equal(bind(events, (struct sockaddr *)&address, sizeof(address)), 0);
	return events;
}

/* The value of WEDGED in an event, which is a list of strings; or NULL */
static const char *wedged_value(const char *event, size_t length)
{
	const char *at = event;

	while (at < event + length) {
		if (!strncmp(at, "WEDGED=", 7))
			return at + 7;
		at += strlen(at) + 1;
	}
	return NULL;
}

/* The length of the next event within @timeout_ms, in @event; or 0 */
static size_t next_event(int events, char event[4096], int timeout_ms)
{
	struct pollfd ready = { .fd = events, .events = POLLIN };
	ssize_t length;

	if (poll(&ready, 1, timeout_ms) != 1)
		return 0;
	length = recv(events, event, 4095, 0);
	assert_true(length > 0);
	event[length] = '\0';
	return length;
}

/* What the next event about a wedged card within @timeout_ms says, in @event; or NULL */
static const char *next_wedged(int events, char event[4096], int timeout_ms)
{
	size_t length;

	while ((length = next_event(events, event, timeout_ms))) {
		const char *value = wedged_value(event, length);

		if (value)
			return value;
	}
	return NULL;
}

void events_expect_wedged(int events, const char *value)
{
	char event[4096];
	const char *got = next_wedged(events, event, 60000);

	if (!got)
		fail_msg("no event tells that the card was wedged");
	assert_string_equal(got, value);
}

void events_expect_none(int events)
{
	char event[4096];
	const char *got = next_wedged(events, event, 0);

	if (got)
		fail_msg("an event tells of a wedged card: %s", got);
}

void card_state_expect(unsigned int card, const char *state)
{
	char path[128], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/gantry/state", card_address(card));
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, state);
}

static char text[128 * 1024];

const char *coredump_text(void)
{
	return text;
}

unsigned int coredump_ring_count(void)
{
	static const char ring[] = "\nring ";
	const char *at = text;
	unsigned int count = 0;

	while ((at = strstr(at, ring))) {
		count++;
		at += strlen(ring);
	}
	return count;
}

/*
 * Says what it is, and has something of every ring. Returns false of one of another
 * card, which a test before may have left.
 */
static bool dump_expect_whole(int dump)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(dump, text + length, sizeof(text) - 1 - length)) > 0)
		length += got;
	assert_int_equal(got, 0);
	text[length] = '\0';
	assert_non_null(strstr(text, "gantry device coredump\n"));
	assert_non_null(strstr(text, "\nring 0"));
	assert_non_null(strstr(text, "\nring 1"));
	assert_non_null(strstr(text, "stands still"));
	return strstr(text, card_address(0));
}

bool coredump_take(void)
{
	DIR *dumps = opendir(DUMPS);
	struct dirent *entry;
	bool found = false;

	if (!dumps)
		return false;
	while ((entry = readdir(dumps))) {
		char path[512];
		int dump;

		if (strncmp(entry->d_name, "devcd", 5))
			continue;
		snprintf(path, sizeof(path), DUMPS "/%s/data", entry->d_name);
		dump = open(path, O_RDWR | O_CLOEXEC);
		assert_true(dump >= 0);
		found |= dump_expect_whole(dump);
		/* Writing to it frees it. */
		assert_int_equal(write(dump, "0", 1), 1);
		close(dump);
	}
	closedir(dumps);
	return found;
}

void coredump_expect(int events)
{
	char event[4096];

	/* The kernel tells of a dump once it is there, so only one yet to come is waited for. */
	while (!coredump_take())
		if (!next_event(events, event, 60000))
			fail_msg("there is no dump of the card");
}
