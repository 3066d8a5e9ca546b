// SPDX-License-Identifier: GPL-2.0-only
/* What /proc/PID/fdinfo tells about a context: Documentation/gpu/drm-usage-stats.rst */
#include "fixture.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The value of a key, its unit and all, or NULL. */
static const char *fdinfo(int fd, const char *key)
{
	static char line[256];
	char path[64], *value = NULL;
	size_t length = strlen(key);
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	assert_non_null(file);
	while (!value && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, length) || line[length] != ':')
			continue;
		value = line + length + 1;
		value[strcspn(value, "\n")] = '\0';
		while (isspace((unsigned char)*value))
			value++;
	}
	fclose(file);
	return value;
}

static uint64_t fdinfo_bytes(int fd, const char *key)
{
	const char *value = fdinfo(fd, key);
	char *unit;
	uint64_t number;

	if (!value)
		fail_msg("no %s in fdinfo", key);
	number = strtoull(value, &unit, 10);
	if (!strcmp(unit, " KiB"))
		return number * KIB;
	if (!strcmp(unit, " MiB"))
		return number * MIB;
	assert_string_equal(unit, "");
	return number;
}

/* Of a region: what @what of its memory is told. */
static uint64_t region_bytes(int fd, const char *what, uint32_t region)
{
	char key[64];

	snprintf(key, sizeof(key), "drm-%s-%s", what, region_name(fd, region));
	return fdinfo_bytes(fd, key);
}

static void a_context_names_its_driver_and_its_card(void **state)
{
	struct bench *b = *state;

	assert_string_equal(fdinfo(b->fd, "drm-driver"), "gantry");
	assert_string_equal(fdinfo(b->fd, "drm-pdev"), card_address(0));
	assert_non_null(fdinfo(b->fd, "drm-client-id"));
}

static void two_contexts_have_two_client_ids(void **state)
{
	struct gantry_device *other = card_open(0);
	struct bench *b = *state;
	uint64_t mine = strtoull(fdinfo(b->fd, "drm-client-id"), NULL, 10);
	uint64_t theirs = strtoull(fdinfo(gantry_device_fd(other), "drm-client-id"), NULL, 10);

	assert_int_not_equal(mine, theirs);
	gantry_device_close(other);
}

static void memory_is_told_by_region(void **state)
{
	struct bench *b = *state;
	uint64_t host = fdinfo_bytes(b->fd, "drm-total-host"), rest = 0;
	struct gantry_buffer *bufs[3] = {
		buffer_make(b->dev, 3 * MIB, 0),
		buffer_make(b->dev, 64 * KIB, 2),
		buffer_make(b->dev, 1 * MIB, GANTRY_REGION_HOST),
	};
	struct gantry_device *other = card_open(0);
	unsigned int i;

	/* A card with one region has both in it. */
	if (region_count(b->fd) > 2) {
		assert_int_equal(region_bytes(b->fd, "total", 1), 0);
		assert_int_equal(region_bytes(b->fd, "total", 2), 64 * KIB);
	} else {
		rest = 64 * KIB;
	}
	assert_int_equal(region_bytes(b->fd, "total", 0), 3 * MIB + rest);
	assert_int_equal(region_bytes(b->fd, "resident", 0), 3 * MIB + rest);
	assert_int_equal(fdinfo_bytes(b->fd, "drm-total-host"), host + 1 * MIB);
	/* Only to the context that holds it. */
	assert_int_equal(region_bytes(gantry_device_fd(other), "total", 0), 0);
	for (i = 0; i < ARRAY_LENGTH(bufs); i++)
		gantry_buffer_destroy(bufs[i]);
	assert_int_equal(region_bytes(b->fd, "total", 0), 0);
	gantry_device_close(other);
}

static void a_shared_buffer_is_told_as_shared(void **state)
{
	struct bench *b = *state;
	struct gantry_device *other = card_open(0);
	struct gantry_buffer *buf = buffer_make(b->dev, 1 * MIB, 1), *theirs;
	int fd;

	assert_int_equal(region_bytes(b->fd, "shared", 1), 0);
	fd = gantry_buffer_export(buf);
	assert_done(fd);
	assert_done(gantry_buffer_import(other, fd, &theirs));
	close(fd);
	assert_int_equal(region_bytes(b->fd, "shared", 1), 1 * MIB);
	assert_int_equal(region_bytes(gantry_device_fd(other), "shared", 1), 1 * MIB);
	gantry_buffer_destroy(theirs);
	gantry_buffer_destroy(buf);
	gantry_device_close(other);
}

static void busy_time_and_bytes_grow_with_work(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 1 * MIB, 0);
	struct gantry_device *other = card_open(0);
	uint64_t busy;
	char *unit;

	assert_string_equal(fdinfo(b->fd, "drm-engine-dma"), "0 ns");
	assert_int_equal(fdinfo_bytes(b->fd, "gantry-bytes-moved"), 0);
	assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 1 * MIB, 3, 0));
	queue_run(b->queue);
	assert_int_equal(fdinfo_bytes(b->fd, "gantry-bytes-moved"), 1 * MIB);
	busy = strtoull(fdinfo(b->fd, "drm-engine-dma"), &unit, 10);
	assert_string_equal(unit, " ns");
	assert_int_not_equal(busy, 0);
	/* Nobody else's. */
	assert_string_equal(fdinfo(gantry_device_fd(other), "drm-engine-dma"), "0 ns");
	gantry_device_close(other);
	gantry_buffer_destroy(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(a_context_names_its_driver_and_its_card),
		bench_test(two_contexts_have_two_client_ids),
		bench_test(memory_is_told_by_region),
		bench_test(a_shared_buffer_is_told_as_shared),
		bench_test(busy_time_and_bytes_grow_with_work),
	};

	return cmocka_run_group_tests_name("fdinfo", tests, cards_setup, cards_teardown);
}
