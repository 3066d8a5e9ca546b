// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file's journey, against a card that lives in this process.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "fake_card.h"
#include "text.h"
#include "transfer.h"

#define CHUNK 4096ULL

static struct transfer_options options;
static struct transfer_result result;
static struct transfer_error error;

static int setup(void **state)
{
	(void)state;
	fake_card = (struct fake_card) { .region_size = 1 << 20, .max_jobs = 64 };
	options = (struct transfer_options) {
		.in_fd = memfd_create("in", MFD_CLOEXEC),
		.out_fd = -1,
		.chunk = CHUNK,
		.depth = 4,
		.via = 1,
		.use_via = true,
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(options.in_fd);
	if (options.out_fd >= 0)
		close(options.out_fd);
	assert_int_equal(fake_card.objects, 0);
	return 0;
}

static void make_file(uint64_t length)
{
	uint8_t *bytes = malloc(length);
	uint32_t x = 12345;

	for (uint64_t i = 0; i < length; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = x >> 24;
	}
	assert_int_equal(write(options.in_fd, bytes, length), length);
	free(bytes);
	options.length = length;
}

static int run(void)
{
	return transfer_run(fake_card_open(), &options, &result, &error);
}

static void assert_output_equals_input(void)
{
	uint8_t *in = malloc(options.length), *out = malloc(options.length + 1);

	assert_int_equal(pread(options.in_fd, in, options.length, 0), options.length);
	assert_int_equal(pread(options.out_fd, out, options.length + 1, 0), options.length);
	assert_memory_equal(in, out, options.length);
	free(in);
	free(out);
}

static void every_length_comes_back(void **state)
{
	static const uint64_t lengths[] = {
		1, CHUNK - 1, CHUNK, CHUNK + 1, 4 * CHUNK, 7 * CHUNK + 5, 64 * CHUNK - 3,
	};

	(void)state;
	options.out_fd = memfd_create("out", MFD_CLOEXEC);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		assert_int_equal(ftruncate(options.in_fd, 0), 0);
		assert_int_equal(ftruncate(options.out_fd, 0), 0);
		assert_int_equal(lseek(options.in_fd, 0, SEEK_SET), 0);
		make_file(lengths[i]);
		assert_int_equal(run(), 0);
		assert_true(transfer_is_equal(&result));
		assert_output_equals_input();
		assert_int_equal(result.stages[TRANSFER_MOVE].bytes, lengths[i]);
		assert_int_equal(result.stages[TRANSFER_WRITE].bytes, lengths[i]);
		assert_int_equal(fake_card.objects, 0);
	}
}

static void hash_is_the_published_one(void **state)
{
	char hex[65];

	(void)state;
	assert_int_equal(write(options.in_fd, "abc", 3), 3);
	options.length = 3;
	assert_int_equal(run(), 0);
	assert_string_equal(format_hex(hex, sizeof(hex), result.sha_in, 32),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_memory_equal(result.sha_in, result.sha_out, 32);
}

static void one_region_is_enough(void **state)
{
	(void)state;
	options.use_via = false;
	make_file(10 * CHUNK);
	assert_int_equal(run(), 0);
	assert_true(transfer_is_equal(&result));
	assert_int_equal(result.stages[TRANSFER_MOVE].bytes, 0);
	assert_int_equal(fake_card.jobs, 20);
	assert_int_equal(fake_card.peak[1], 0);
}

static void another_card_may_be_on_the_way(void **state)
{
	(void)state;
	options.to = fake_card_second();
	options.out_fd = memfd_create("out", MFD_CLOEXEC);
	fake_card.region_size = 9 * CHUNK;
	make_file(100 * CHUNK + 17);
	assert_int_equal(run(), 0);
	assert_true(transfer_is_equal(&result));
	assert_output_equals_input();
	assert_int_equal(result.stages[TRANSFER_MOVE].bytes, 100 * CHUNK + 17);
	assert_int_equal(result.direct, 100 * CHUNK + 17);
}

static void file_that_fits_is_wholly_in_device_memory(void **state)
{
	(void)state;
	make_file(100 * CHUNK + 1);
	assert_int_equal(run(), 0);
	assert_int_equal(result.resident, 100 * CHUNK + 1);
	assert_int_equal(fake_card.peak[0], 100 * CHUNK + 1);
	assert_int_equal(fake_card.peak[1], 100 * CHUNK + 1);
}

static void file_larger_than_the_region_goes_through_in_pieces(void **state)
{
	(void)state;
	fake_card.region_size = 9 * CHUNK;
	options.out_fd = memfd_create("out", MFD_CLOEXEC);
	make_file(100 * CHUNK + 17);
	assert_int_equal(run(), 0);
	assert_true(transfer_is_equal(&result));
	assert_output_equals_input();
	assert_true(fake_card.peak[0] <= 9 * CHUNK);
}

static void both_buffers_may_share_a_region(void **state)
{
	(void)state;
	options.via = 0;
	fake_card.region_size = 9 * CHUNK;	/* either alone would take it all */
	make_file(8 * CHUNK + 17);
	assert_int_equal(run(), 0);
	assert_true(transfer_is_equal(&result));
}

static void region_too_small_for_the_pipeline_is_told(void **state)
{
	(void)state;
	fake_card.region_size = 3 * CHUNK;
	make_file(100 * CHUNK);
	assert_int_equal(run(), -ENOSPC);
	assert_string_equal(error.what, "make a buffer in device memory");
}

static void legs_overlap(void **state)
{
	(void)state;
	make_file(64 * CHUNK);
	/* three legs of several chunks: more than one chunk's worth at once */
	fake_card.slow = 4;
	assert_int_equal(run(), 0);
	assert_true(fake_card.most_in_flight >= fake_card.slow);
	assert_true(fake_card.most_in_flight <= 3 * options.depth);
}

static void queue_is_never_asked_for_too_much(void **state)
{
	(void)state;
	fake_card.max_jobs = 2;
	options.depth = 64;
	make_file(64 * CHUNK);
	assert_int_equal(run(), 0);
	assert_true(transfer_is_equal(&result));
}

/* The measure of the check: a copy that was not made, anywhere, is found. */
static void copy_that_was_not_made_is_found(void **state)
{
	(void)state;
	make_file(10 * CHUNK);
	for (unsigned int job = 1; job <= 60; job++) {
		options.to = job > 30 ? fake_card_second() : NULL;
		fake_card.jobs = 0;
		fake_card.skip_copy = (job - 1) % 30 + 1;
		assert_int_equal(run(), 0);
		assert_false(transfer_is_equal(&result));
	}
}

static void job_that_fails_ends_the_journey(void **state)
{
	(void)state;
	make_file(10 * CHUNK);
	for (unsigned int job = 1; job <= 60; job++) {
		options.to = job > 30 ? fake_card_second() : NULL;
		fake_card.jobs = 0;
		fake_card.fail_job = (job - 1) % 30 + 1;
		fake_card.fail_error = -ETIME;
		assert_int_equal(run(), -ETIME);
		assert_int_equal(error.code, -ETIME);
		assert_int_equal(memcmp(error.what, "copy from ", 10), 0);
		assert_non_null(strstr(transfer_explain(&error), "no progress"));
		assert_int_equal(fake_card.objects, 0);
	}
}

static void call_that_fails_ends_the_journey(void **state)
{
	unsigned int calls;

	(void)state;
	make_file(6 * CHUNK);
	assert_int_equal(run(), 0);
	calls = fake_card.calls;
	assert_true(calls > 50);
	for (unsigned int call = 1; call <= calls; call++) {
		fake_card.calls = 0;
		fake_card.fail_call = call;
		assert_int_equal(run(), -EIO);
		assert_non_null(error.what);
		assert_int_equal(fake_card.objects, 0);
	}
}

static void file_that_shrinks_is_told(void **state)
{
	(void)state;
	make_file(6 * CHUNK);
	assert_int_equal(ftruncate(options.in_fd, 3 * CHUNK + 5), 0);
	assert_int_equal(run(), -ENODATA);
	assert_string_equal(error.what, "read the file");
}

static void output_that_takes_no_more_is_told(void **state)
{
	(void)state;
	options.out_fd = memfd_create("out", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	make_file(6 * CHUNK);
	assert_int_equal(ftruncate(options.out_fd, 2 * CHUNK), 0);
	assert_int_equal(fcntl(options.out_fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	assert_int_equal(run(), -EPERM);
	assert_string_equal(error.what, "write the output file");
	/* the system's error, not the library's: about files, not cards */
	assert_string_equal(transfer_explain(&error), strerror(EPERM));
}

static uint64_t last_done;
static unsigned int steps;

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	assert_ptr_equal(context, &steps);
	assert_int_equal(total, options.length);
	assert_true(done > last_done);
	last_done = done;
	steps++;
}

static void progress_rises_to_the_end(void **state)
{
	(void)state;
	last_done = 0;
	steps = 0;
	options.progress = on_progress;
	options.context = &steps;
	make_file(9 * CHUNK + 1);
	assert_int_equal(run(), 0);
	assert_int_equal(steps, 10);
	assert_int_equal(last_done, options.length);
}

#define transfer_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		transfer_test(every_length_comes_back),
		transfer_test(hash_is_the_published_one),
		transfer_test(one_region_is_enough),
		transfer_test(another_card_may_be_on_the_way),
		transfer_test(file_that_fits_is_wholly_in_device_memory),
		transfer_test(file_larger_than_the_region_goes_through_in_pieces),
		transfer_test(both_buffers_may_share_a_region),
		transfer_test(region_too_small_for_the_pipeline_is_told),
		transfer_test(legs_overlap),
		transfer_test(queue_is_never_asked_for_too_much),
		transfer_test(copy_that_was_not_made_is_found),
		transfer_test(job_that_fails_ends_the_journey),
		transfer_test(call_that_fails_ends_the_journey),
		transfer_test(file_that_shrinks_is_told),
		transfer_test(output_that_takes_no_more_is_told),
		transfer_test(progress_rises_to_the_end),
	};

	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
