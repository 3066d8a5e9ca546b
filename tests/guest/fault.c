// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"

#define EXTENDED_FIRST		0x100
#define EXTENDED_END		0x1000
#define VENDOR_SPECIFIC		0x000b

/* Far longer than any job of a test takes. */
#define FAULT_TIMEOUT		(30 * SECOND)

/* The knobs of one card: its configuration space, and where in it they are. */
struct knobs {
	int fd;
	off_t at;
};

static uint32_t config_get(int fd, off_t at)
{
	uint32_t value;

	assert_int_equal(pread(fd, &value, 4, at), 4);
	return le32toh(value);
}

/*
 * Looked for once: a card off the bus shows no list of capabilities, but the
 * knobs stay where they are.
 */
static off_t knobs_find(unsigned int card, int fd)
{
	static off_t found[64];
	uint32_t at = EXTENDED_FIRST;

	assert_true(card < ARRAY_LENGTH(found));
	while (!found[card] && at >= EXTENDED_FIRST && at < EXTENDED_END) {
		uint32_t header = config_get(fd, at);

		if ((header & 0xffff) == VENDOR_SPECIFIC &&
		    (config_get(fd, at + VFU_FAULT_VSEC) & 0xffff) == VFU_FAULT_VSEC_ID)
			found[card] = at;
		at = header >> 20;
	}
	return found[card];
}

static struct knobs knobs_open(unsigned int card)
{
	struct knobs knobs;
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", card_address(card));
	knobs.fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(knobs.fd >= 0);
	knobs.at = knobs_find(card, knobs.fd);
	return knobs;
}

static uint32_t knobs_get(const struct knobs *knobs, uint32_t reg)
{
	return config_get(knobs->fd, knobs->at + reg);
}

static void knobs_set(const struct knobs *knobs, uint32_t reg, uint32_t value)
{
	value = htole32(value);
	assert_int_equal(pwrite(knobs->fd, &value, 4, knobs->at + reg), 4);
}

static bool is_selected(const struct knobs *knobs, const char *name)
{
	char text[VFU_FAULT_NAME_SIZE];

	assert_int_equal(pread(knobs->fd, text, sizeof(text), knobs->at + VFU_FAULT_NAME),
			 sizeof(text));
	return !strncmp(text, name, sizeof(text));
}

/* Show the registers about @name, if there is such a fault. */
static bool knobs_find_name(const struct knobs *knobs, const char *name)
{
	uint32_t i, count = knobs->at ? knobs_get(knobs, VFU_FAULT_COUNT) : 0;

	/* Most often it is the one that was asked about before. */
	if (count && is_selected(knobs, name))
		return true;
	for (i = 0; i < count; i++) {
		knobs_set(knobs, VFU_FAULT_SELECT, i);
		if (is_selected(knobs, name))
			return true;
	}
	return false;
}

/* Open, with the registers about @name. */
static struct knobs knobs_select(unsigned int card, const char *name)
{
	struct knobs knobs = knobs_open(card);

	if (!knobs.at)
		fail_msg("card %u has no faults to ask for", card);
	if (!knobs_find_name(&knobs, name)) {
		close(knobs.fd);
		fail_msg("there is no fault %s", name);
	}
	return knobs;
}

static void command(unsigned int card, const char *name, uint32_t command)
{
	struct knobs knobs = knobs_select(card, name);

	knobs_set(&knobs, VFU_FAULT_CONTROL, command);
	close(knobs.fd);
}

bool fault_possible(unsigned int card)
{
	struct knobs knobs = knobs_open(card);

	close(knobs.fd);
	return knobs.at;
}

bool fault_known(unsigned int card, const char *name)
{
	struct knobs knobs = knobs_open(card);
	bool known = knobs_find_name(&knobs, name);

	close(knobs.fd);
	return known;
}

void fault_arm(unsigned int card, const struct fault *fault)
{
	struct knobs knobs = knobs_select(card, fault->name);

	knobs_set(&knobs, VFU_FAULT_WHERE, fault->where);
	knobs_set(&knobs, VFU_FAULT_AFTER, fault->after);
	knobs_set(&knobs, VFU_FAULT_TIMES, fault->times ? fault->times : 1);
	knobs_set(&knobs, VFU_FAULT_VALUE, fault->value);
	knobs_set(&knobs, VFU_FAULT_CONTROL, VFU_FAULT_ARM);
	close(knobs.fd);
}

void fault_arm_next(unsigned int card, const char *name)
{
	const struct fault fault = { .name = name, .where = VFU_FAULT_ANYWHERE };

	fault_arm(card, &fault);
}

void fault_disarm(unsigned int card, const char *name)
{
	command(card, name, VFU_FAULT_DISARM);
}

void fault_release(unsigned int card, const char *name)
{
	command(card, name, VFU_FAULT_RELEASE);
}

void fault_disarm_all(unsigned int card)
{
	struct knobs knobs = knobs_open(card);
	uint32_t i, count = knobs.at ? knobs_get(&knobs, VFU_FAULT_COUNT) : 0;

	for (i = 0; i < count; i++) {
		knobs_set(&knobs, VFU_FAULT_SELECT, i);
		knobs_set(&knobs, VFU_FAULT_CONTROL, VFU_FAULT_DISARM);
	}
	close(knobs.fd);
}

unsigned int fault_fired(unsigned int card, const char *name)
{
	struct knobs knobs = knobs_select(card, name);
	uint32_t fired = knobs_get(&knobs, VFU_FAULT_FIRED);

	close(knobs.fd);
	return fired;
}

uint32_t fault_fired_at(unsigned int card, const char *name)
{
	struct knobs knobs = knobs_select(card, name);
	uint32_t place = knobs_get(&knobs, VFU_FAULT_FIRED_AT);

	close(knobs.fd);
	return place;
}

void fault_wait(unsigned int card, const char *name, unsigned int count)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t end = time_now() + FAULT_TIMEOUT;

	while (fault_fired(card, name) < count) {
		if (time_now() > end)
			fail_msg("%s struck %u times and should %u times", name,
				 fault_fired(card, name), count);
		nanosleep(&pause, NULL);
	}
}
