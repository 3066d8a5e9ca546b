// SPDX-License-Identifier: GPL-2.0-only
/* What tracepoints tell of contexts, buffers, queues, jobs and cards: docs/tracing.md */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate.h"

/* A trace of our own, so that nobody else's is in the way. */
#define INSTANCE	"/sys/kernel/tracing/instances/gantry-test"
#define BYTES		(64 * KIB)
#define NOTHING		UINT64_MAX

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void trace_begin(void)
{
	write_file(INSTANCE "/trace", "");
	write_file(INSTANCE "/events/gantry/enable", "1");
}

/* Belongs to the caller. */
static char *read_whole(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!file || getdelim(&text, &room, '\0', file) <= 0)
		fail_msg("cannot read %s", path);
	fclose(file);
	return text;
}

/* All that was traced since, a line an event; belongs to the caller. */
static char *trace_end(void)
{
	write_file(INSTANCE "/events/gantry/enable", "0");
	return read_whole(INSTANCE "/trace");
}

/* The next line at or behind @from with the event, or NULL. */
static const char *event_find(const char *from, const char *event)
{
	char name[64];

	snprintf(name, sizeof(name), " gantry_%s: ", event);
	return from ? strstr(from, name) : NULL;
}

/* ... which there must be. */
static const char *event_expect(const char *from, const char *event)
{
	const char *line = event_find(from, event);

	if (!line)
		fail_msg("there is no event gantry_%s", event);
	return line;
}

/* What a line says of a field, or NOTHING. */
static uint64_t field(const char *line, const char *name)
{
	const char *end = strchrnul(line, '\n');
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), " %s=", name);
	at = strstr(line, key);
	return at && at < end ? strtoull(at + strlen(key), NULL, 0) : NOTHING;
}

/* The event whose field is @value. */
static const char *event_with(const char *from, const char *event, const char *name,
			      uint64_t value)
{
	const char *line = event_expect(from, event);

	while (field(line, name) != value)
		line = event_expect(line + 1, event);
	return line;
}

static void card_expect(const char *line)
{
	char text[64];

	snprintf(text, sizeof(text), "card=%s ", card_address(0));
	assert_non_null(strstr(line, text));
	assert_true(strstr(line, text) < strchrnul(line, '\n'));
}

/* The cgroup that this process is in. */
static uint64_t own_tenant(void)
{
	char line[256] = "", path[512];
	struct stat folder;
	FILE *file = fopen("/proc/self/cgroup", "re");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) && strncmp(line, "0::", 3))
		;
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	assert_int_equal(strncmp(line, "0::", 3), 0);
	snprintf(path, sizeof(path), "/sys/fs/cgroup%s", line + 3);
	assert_int_equal(stat(path, &folder), 0);
	return folder.st_ino;
}

static void a_context_is_opened_and_closed_by_its_tenant(void **state)
{
	const char *opened, *closed;
	char *text;

	(void)state;
	trace_begin();
	gantry_device_close(card_open(0));
	text = trace_end();
	opened = event_expect(text, "context_open");
	closed = event_expect(opened, "context_close");
	card_expect(opened);
	assert_int_equal(field(opened, "tenant"), own_tenant());
	assert_int_equal(field(closed, "tenant"), own_tenant());
	assert_int_equal(field(closed, "context"), field(opened, "context"));
	free(text);
}

static void a_buffer_is_made_shared_and_freed(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf, *twin;
	const char *made, *shared, *freed;
	char *text;
	int dmabuf;

	trace_begin();
	buf = buffer_make(b->dev, BYTES, 0);
	dmabuf = gantry_buffer_export(buf);
	assert_done(dmabuf);
	assert_done(gantry_buffer_import(b->dev, dmabuf, &twin));
	close(dmabuf);
	gantry_buffer_destroy(twin);
	gantry_buffer_destroy(buf);
	text = trace_end();
	made = event_with(text, "buffer_create", "bytes", BYTES);
	card_expect(made);
	assert_int_equal(field(made, "tenant"), own_tenant());
	assert_int_equal(field(made, "region"), 0);
	shared = event_expect(made, "buffer_export");
	assert_int_equal(field(shared, "bytes"), BYTES);
	/* The card's own memory comes back as what it is. */
	assert_null(event_find(made, "buffer_import"));
	freed = event_expect(shared, "buffer_destroy");
	assert_int_equal(field(freed, "bytes"), BYTES);
	assert_int_equal(field(freed, "tenant"), own_tenant());
	free(text);
}

static void a_buffer_in_host_memory_has_no_region(void **state)
{
	struct bench *b = *state;
	char *text;

	trace_begin();
	gantry_buffer_destroy(buffer_make(b->dev, BYTES, GANTRY_REGION_HOST));
	text = trace_end();
	assert_int_equal(field(event_with(text, "buffer_create", "bytes", BYTES), "region"),
			 (uint64_t)-1);
	free(text);
}

static void a_failed_wish_is_no_event(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = NULL;
	char *text;

	trace_begin();
	assert_refused(gantry_buffer_create(b->dev, 1ULL << 60, 0, &buf), ENOSPC);
	text = trace_end();
	assert_null(event_find(text, "buffer_create"));
	assert_null(event_find(text, "buffer_destroy"));
	free(text);
}

static void memory_is_zeroed(void **state)
{
	struct bench *b = *state;
	const char *line;
	char *text;

	trace_begin();
	gantry_buffer_destroy(buffer_make(b->dev, BYTES, 0));
	cards_expect_all_free();
	text = trace_end();
	line = event_with(event_expect(text, "buffer_destroy"), "scrub", "bytes", BYTES);
	card_expect(line);
	assert_int_equal(field(line, "region"), 0);
	assert_int_equal(field(line, "error"), 0);
	free(text);
}

static void a_job_goes_from_submission_to_its_end(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *src = buffer_make(b->dev, BYTES, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(b->dev, BYTES, 0);
	struct gantry_queue *queue;
	const char *made, *at, *end;
	uint64_t number;
	char *text;

	trace_begin();
	assert_done(gantry_queue_create(b->dev, NULL, &queue));
	assert_done(gantry_queue_prep_copy(queue, dst, 0, src, 0, BYTES, 0));
	assert_done(gantry_queue_prep_fill(queue, dst, 0, 4096, 7, GANTRY_OP_BARRIER));
	queue_run(queue);
	gantry_queue_destroy(queue);
	text = trace_end();

	made = event_expect(text, "queue_create");
	number = field(made, "queue");
	at = event_expect(made, "job_submit");
	card_expect(at);
	assert_int_equal(field(at, "tenant"), own_tenant());
	assert_int_equal(field(at, "context"), field(made, "context"));
	assert_int_equal(field(at, "queue"), number);
	assert_int_equal(field(at, "seqno"), 1);
	assert_int_equal(field(at, "operations"), 2);
	assert_int_equal(field(at, "bytes"), BYTES + 4096);
	at = event_with(at, "job_schedule", "queue", number);
	at = event_with(at, "job_start", "queue", number);
	end = event_with(at, "job_end", "queue", number);
	assert_int_equal(field(end, "seqno"), 1);
	assert_int_equal(field(end, "error"), 0);
	assert_int_equal(field(end, "bytes"), BYTES + 4096);
	assert_true(field(end, "queued_ns") < 60 * SECOND);
	assert_true(field(end, "running_ns") > 0 && field(end, "running_ns") < 60 * SECOND);
	free(text);
	gantry_buffer_destroy(src);
	gantry_buffer_destroy(dst);
}

static void a_queue_ends_after_its_jobs(void **state)
{
	struct gantry_device *dev = card_open(0);
	struct gantry_queue *queue;
	uint64_t number;
	char *text;

	(void)state;
	trace_begin();
	assert_done(gantry_queue_create(dev, NULL, &queue));
	gantry_queue_destroy(queue);
	/* Returns when what has ended is freed. */
	gantry_device_close(dev);
	text = trace_end();
	number = field(event_expect(text, "queue_create"), "queue");
	event_expect(event_with(text, "queue_destroy", "queue", number), "context_close");
	free(text);
}

/* It waits for a gate when its queue goes, and never reaches the card. */
static void a_job_that_is_dropped_ends_without_a_start(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *src = buffer_make(b->dev, BYTES, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(b->dev, BYTES, 0);
	struct gantry_fence *fence = fence_make(b->dev);
	struct gate gate = gate_make();
	struct gantry_queue *queue;
	const char *end;
	char *text;

	gate_hold(&gate, fence, 1);
	trace_begin();
	assert_done(gantry_queue_create(b->dev, NULL, &queue));
	assert_done(gantry_queue_prep_wait(queue, fence, 1));
	assert_done(gantry_queue_prep_copy(queue, dst, 0, src, 0, BYTES, 0));
	queue_submit(queue);
	gantry_queue_destroy(queue);
	gate_open(&gate);
	/* Waits for the job's memory, and so for its end. */
	gantry_buffer_destroy(src);
	gantry_buffer_destroy(dst);
	cards_expect_all_free();
	text = trace_end();
	end = event_expect(text, "job_end");
	assert_int_equal((int)field(end, "error"), -ESRCH);
	assert_int_equal(field(end, "running_ns"), 0);
	assert_null(event_find(text, "job_start"));
	free(text);
	gantry_fence_destroy(fence);
	gate_destroy(&gate);
}

static void a_reset_of_the_card_is_told(void **state)
{
	const char *line;
	char *text;

	(void)state;
	trace_begin();
	assert_done(sysfs_write("1", "bus/pci/devices/%s/reset", card_address(0)));
	text = trace_end();
	line = event_expect(text, "device_reset");
	card_expect(line);
	assert_int_equal(field(line, "error"), 0);
	free(text);
}

/* docs/tracing.md has a table row for the event, and the row names the field. */
static void documented_expect(const char *page, const char *event, const char *what)
{
	char key[80];
	const char *row, *at;

	snprintf(key, sizeof(key), "| `%s` |", event);
	row = strstr(page, key);
	if (!row)
		fail_msg("docs/tracing.md has no %s", event);
	snprintf(key, sizeof(key), "`%s`", what);
	at = strstr(row, key);
	if (!at || at > strchrnul(row, '\n'))
		fail_msg("docs/tracing.md does not tell of %s in %s", what, event);
}

/* Its own fields come behind those that every event has. */
static void fields_expect_documented(const char *page, const char *event)
{
	char path[512], *format, *at, *end;

	snprintf(path, sizeof(path), INSTANCE "/events/gantry/%s/format", event);
	format = read_whole(path);
	at = strstr(format, "\n\n");
	assert_non_null(at);
	while ((at = strstr(at, "\tfield:"))) {
		end = strchr(at, ';');
		*end = '\0';
		documented_expect(page, event, strrchr(at, ' ') + 1);
		at = end + 1;
	}
	free(format);
}

static void every_event_and_field_is_documented(void **state)
{
	char *page = read_whole("/gantry/docs/tracing.md");
	DIR *events = opendir(INSTANCE "/events/gantry");
	struct dirent *entry;
	unsigned int count = 0;

	(void)state;
	assert_non_null(events);
	while ((entry = readdir(events))) {
		if (strncmp(entry->d_name, "gantry_", 7))
			continue;
		fields_expect_documented(page, entry->d_name);
		count++;
	}
	closedir(events);
	assert_true(count > 10);
	free(page);
}

static int trace_setup(void **state)
{
	if (mkdir(INSTANCE, 0700))
		return -1;
	return cards_setup(state);
}

static int trace_teardown(void **state)
{
	return cards_teardown(state) || rmdir(INSTANCE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(a_context_is_opened_and_closed_by_its_tenant),
		bench_test(a_buffer_is_made_shared_and_freed),
		bench_test(a_buffer_in_host_memory_has_no_region),
		bench_test(a_failed_wish_is_no_event),
		bench_test(memory_is_zeroed),
		bench_test(a_job_goes_from_submission_to_its_end),
		bench_test(a_queue_ends_after_its_jobs),
		bench_test(a_job_that_is_dropped_ends_without_a_start),
		bench_test(a_reset_of_the_card_is_told),
		cmocka_unit_test(every_event_and_field_is_documented),
	};

	return cmocka_run_group_tests_name("tracepoints", tests, trace_setup, trace_teardown);
}
