// SPDX-License-Identifier: GPL-2.0-only
/*
 * nouveau moves buffers out of video memory with the card's copy engine: is every byte
 * what was written there through BAR1?
 */
#include "client.h"

#define KIB	1024ull
#define MIB	(1024 * KIB)
#define PAGE	(4 * KIB)

static uint64_t word(uint64_t i, uint64_t seed)
{
	return (i + seed) * 0x9e3779b97f4a7c15;
}

/* One word of each @stride bytes */
static void write_pattern(struct buffer *buffer, uint64_t seed, uint64_t stride)
{
	for (uint64_t i = 0; i < buffer->size / 8; i += stride / 8)
		buffer->at[i] = word(i, seed);
}

static void expect_pattern(const struct buffer *buffer, uint64_t seed, uint64_t stride)
{
	for (uint64_t i = 0; i < buffer->size / 8; i += stride / 8)
		if (buffer->at[i] != word(i, seed))
			fail_msg("byte %llu of %llu is wrong", (unsigned long long)(i * 8),
				 (unsigned long long)buffer->size);
}

static int setup(void **state)
{
	*state = client_open();
	return 0;
}

static int teardown(void **state)
{
	client_close(*state);
	return 0;
}

/* Both ways through BAR1, so by way of page tables */
static void video_memory_keeps_what_the_processor_writes(void **state)
{
	struct client *client = *state;
	struct buffer a = buffer_make(client, 64 * KIB);
	struct buffer b = buffer_make(client, 68 * KIB);

	assert_true(buffer_is_in_vram(client, &a) && buffer_is_in_vram(client, &b));
	write_pattern(&a, 1, 8);
	write_pattern(&b, 2, 8);
	expect_pattern(&a, 1, 8);
	expect_pattern(&b, 2, 8);
	buffer_free(client, &a);
	buffer_free(client, &b);
}

static void move_out(struct client *client, uint64_t size)
{
	struct buffer buffer = buffer_make(client, size);

	assert_true(buffer_is_in_vram(client, &buffer));
	write_pattern(&buffer, size, 8);
	buffer_move_out(client, &buffer);
	assert_false(buffer_is_in_vram(client, &buffer));
	expect_pattern(&buffer, size, 8);
	buffer_free(client, &buffer);
}

static void buffers_of_every_size_move_whole(void **state)
{
	static const uint64_t sizes[] = {
		4 * KIB, 8 * KIB, 60 * KIB, 64 * KIB, 68 * KIB, 132 * KIB, 1 * MIB,
		2 * MIB + 4 * KIB, 4 * MIB,
	};

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		move_out(*state, sizes[i]);
}

static void sixteen_mebibytes_move_whole(void **state)
{
	move_out(*state, 16 * MIB);
}

static void many_buffers_do_not_mix(void **state)
{
	struct client *client = *state;
	struct buffer buffers[32];
	const unsigned int count = sizeof(buffers) / sizeof(buffers[0]);

	for (unsigned int i = 0; i < count; i++) {
		buffers[i] = buffer_make(client, (4 + 4 * (i % 7)) * KIB);
		write_pattern(&buffers[i], 5000 + 100 * i, 8);
	}
	for (unsigned int i = 0; i < count; i++)
		buffer_move_out(client, &buffers[i * 5 % count]);
	for (unsigned int i = 0; i < count; i++) {
		assert_false(buffer_is_in_vram(client, &buffers[i]));
		expect_pattern(&buffers[i], 5000 + 100 * i, 8);
		buffer_free(client, &buffers[i]);
	}
}

/* The driver must put the first ones aside for the others, by moves nobody asked for */
static void more_than_video_memory_holds_is_all_kept(void **state)
{
	struct client *client = *state;
	struct buffer buffers[40];
	const unsigned int count = sizeof(buffers) / sizeof(buffers[0]);
	unsigned int evicted = 0;

	for (unsigned int i = 0; i < count; i++) {
		buffers[i] = i < count / 2 ? buffer_make(client, 8 * MIB) :
			buffer_make_in_vram(client, 8 * MIB);
		assert_true(buffer_is_in_vram(client, &buffers[i]));
		write_pattern(&buffers[i], 9000 + i, PAGE);
	}
	for (unsigned int i = 0; i < count / 2; i++)
		evicted += !buffer_is_in_vram(client, &buffers[i]);
	if (!evicted)
		fail_msg("320 MiB fit, so nothing was tried: the card must have 256 MiB");
	for (unsigned int i = 0; i < count; i++) {
		expect_pattern(&buffers[i], 9000 + i, PAGE);
		buffer_free(client, &buffers[i]);
	}
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(video_memory_keeps_what_the_processor_writes),
		TEST(buffers_of_every_size_move_whole),
		TEST(sixteen_mebibytes_move_whole),
		TEST(many_buffers_do_not_mix),
		TEST(more_than_video_memory_holds_is_all_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
