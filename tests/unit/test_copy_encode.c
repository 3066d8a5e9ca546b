// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the NVIDIA backend puts into pushbuffers, field by field as the published
 * headers of the classes have them (NVIDIA/open-gpu-doc, classes/dma-copy and
 * classes/host/clc56f.h). The driver's own constants are not used here: places and
 * values are spelled out once more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "copy_encode.h"

#define SUBCHANNEL_COPY	4
#define METHODS_MAX	16
#define GUARD		0xdeadf00du

/*
 * What differs between the classes in what is used here: bits of an address' upper
 * word, and whether compression (bit 26 of LAUNCH_DMA) is to be off.
 */
static const struct layout {
	uint16_t id;
	unsigned int upper_bits;
	bool disable_plc;
} layouts[] = {
	{ 0xc6b5, 17, false },
	{ 0xc7b5, 17, true },
	{ 0xc8b5, 25, true },
	{ 0xc9b5, 25, true },
	{ 0xcab5, 25, true },
};

#define N_LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

/* "high:low", as the headers write it */
static uint32_t field(uint32_t value, unsigned int high, unsigned int low)
{
	return value >> low & (uint32_t)((1ULL << (high - low + 1)) - 1);
}

static const struct copy_class *class_of(const struct layout *layout)
{
	const struct copy_class *class = copy_class_find(layout->id);

	assert_non_null(class);
	return class;
}

static uint64_t highest_address(const struct layout *layout)
{
	return (1ULL << (32 + layout->upper_bits)) - 4;
}

struct method {
	uint32_t address;
	uint32_t data;
};

struct stream {
	uint32_t words[COPY_ENCODE_WORDS + 1];
	struct method methods[METHODS_MAX];
	size_t count;
};

static uint32_t *begin(struct stream *stream)
{
	memset(stream, 0, sizeof(*stream));
	stream->words[COPY_ENCODE_WORDS] = GUARD;
	return stream->words;
}

/* Take apart what was encoded: incrementing methods for the copy engine, nothing else */
static void end(struct stream *stream, uint32_t count)
{
	uint32_t i = 0;

	assert_int_equal(stream->words[COPY_ENCODE_WORDS], GUARD);
	assert_in_range(count, 1, COPY_ENCODE_WORDS);
	while (i < count) {
		uint32_t header = stream->words[i++];
		uint32_t n = field(header, 28, 16);

		assert_int_equal(field(header, 31, 29), 1);
		assert_int_equal(field(header, 15, 13), SUBCHANNEL_COPY);
		assert_int_equal(field(header, 12, 12), 0);
		assert_in_range(n, 1, count - i);
		for (uint32_t k = 0; k < n; k++) {
			assert_true(stream->count < METHODS_MAX);
			stream->methods[stream->count++] = (struct method){
				.address = 4 * (field(header, 11, 0) + k),
				.data = stream->words[i++],
			};
		}
	}
}

static uint32_t method(const struct stream *stream, uint32_t address)
{
	size_t found = 0, at = 0;

	for (size_t i = 0; i < stream->count; i++) {
		if (stream->methods[i].address == address) {
			at = i;
			found++;
		}
	}
	assert_int_equal(found, 1);
	return stream->methods[at].data;
}

static uint64_t address_of(const struct stream *stream, const struct layout *layout,
			   uint32_t upper)
{
	uint32_t high = method(stream, upper);

	assert_int_equal(high, field(high, layout->upper_bits - 1, 0));
	return (uint64_t)high << 32 | method(stream, upper + 4);
}

static uint32_t launch(const struct stream *stream)
{
	assert_int_equal(stream->methods[stream->count - 1].address, 0x300);
	return method(stream, 0x300);
}

/* What no command of ours uses is off, and what a class has no field for is zero */
static void assert_rest_is_off(const struct layout *layout, uint32_t value)
{
	assert_int_equal(field(value, 9, 9), 0);	/* one line */
	assert_int_equal(field(value, 11, 11), 0);	/* RMW stays on, or there is no bit */
	assert_int_equal(field(value, 13, 12), 0);	/* virtual addresses */
	assert_int_equal(field(value, 19, 14), 0);	/* no reduction */
	assert_int_equal(field(value, 23, 20), 0);	/* plain copy, no scrub; VPR before */
	assert_int_equal(field(value, 25, 24), 0);	/* reserved; flushes reach the host */
	assert_int_equal(field(value, 26, 26), layout->disable_plc);
	assert_int_equal(field(value, 31, 27), 0);	/* one word; error code */
}

static void every_class_is_known_and_others_are_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_LAYOUTS; i++)
		assert_int_equal(class_of(&layouts[i])->id, layouts[i].id);
	assert_null(copy_class_find(0));
	assert_null(copy_class_find(0xc5b5));
	assert_null(copy_class_find(0xcbb5));
}

static void binding_names_the_class(void **state)
{
	struct stream s;

	(void)state;
	for (size_t i = 0; i < N_LAYOUTS; i++) {
		uint32_t *words = begin(&s);

		end(&s, copy_encode_bind(words, class_of(&layouts[i])));
		assert_int_equal(s.count, 1);
		assert_int_equal(field(method(&s, 0x000), 15, 0), layouts[i].id);
		assert_int_equal(field(method(&s, 0x000), 31, 16), 0);
	}
}

static void encode_copy(struct stream *s, const struct layout *layout, uint64_t dst,
			uint64_t src, uint32_t length, uint32_t flags)
{
	uint32_t *words = begin(s);

	end(s, copy_encode_copy(words, class_of(layout), dst, src, length, flags));
}

static void a_copy_says_from_where_to_where_and_how_much(void **state)
{
	struct stream s;

	(void)state;
	for (size_t i = 0; i < N_LAYOUTS; i++) {
		uint64_t top = highest_address(&layouts[i]);

		encode_copy(&s, &layouts[i], top, 0x123456789abULL, 0xfffffffd, 0);
		assert_int_equal(address_of(&s, &layouts[i], 0x408), top);
		assert_int_equal(address_of(&s, &layouts[i], 0x400), 0x123456789abULL);
		assert_int_equal(method(&s, 0x418), 0xfffffffd);
		encode_copy(&s, &layouts[i], 1, top + 3, 1, 0);
		assert_int_equal(address_of(&s, &layouts[i], 0x408), 1);
		assert_int_equal(address_of(&s, &layouts[i], 0x400), top + 3);
		assert_int_equal(method(&s, 0x418), 1);
	}
}

static void a_copy_is_one_plain_line(void **state)
{
	struct stream s;

	(void)state;
	for (size_t i = 0; i < N_LAYOUTS; i++) {
		encode_copy(&s, &layouts[i], 0x1000, 0x2000, 64, 0);
		assert_int_equal(field(launch(&s), 2, 2), 0);	/* no flush */
		assert_int_equal(field(launch(&s), 4, 3), 0);	/* no semaphore */
		assert_int_equal(field(launch(&s), 6, 5), 0);	/* no interrupt */
		assert_int_equal(field(launch(&s), 8, 7), 3);	/* pitch, both sides */
		assert_int_equal(field(launch(&s), 10, 10), 0);	/* no remapping */
		assert_rest_is_off(&layouts[i], launch(&s));
	}
}

static void only_a_barrier_keeps_copies_apart(void **state)
{
	struct stream s;

	(void)state;
	for (size_t i = 0; i < N_LAYOUTS; i++) {
		const struct copy_class *class = class_of(&layouts[i]);
		uint32_t without;

		encode_copy(&s, &layouts[i], 0x1000, 0x2000, 64, 0);
		without = launch(&s);
		assert_int_equal(field(without, 1, 0), 1);	/* pipelined */
		encode_copy(&s, &layouts[i], 0x1000, 0x2000, 64, COPY_ENCODE_BARRIER);
		assert_int_equal(field(launch(&s), 1, 0), 2);	/* not so */
		assert_int_equal(launch(&s) ^ without, 3);

		end(&s, copy_encode_fill(begin(&s), class, 0x1000, 1, 64, 0));
		assert_int_equal(field(launch(&s), 1, 0), 1);
		end(&s, copy_encode_fill(begin(&s), class, 0x1000, 1, 64, COPY_ENCODE_BARRIER));
		assert_int_equal(field(launch(&s), 1, 0), 2);
	}
}

static void a_fill_writes_a_constant_of_four_bytes(void **state)
{
	struct stream s;

	(void)state;
	for (size_t i = 0; i < N_LAYOUTS; i++) {
		uint64_t top = highest_address(&layouts[i]);
		uint32_t components, value;

		end(&s, copy_encode_fill(begin(&s), class_of(&layouts[i]), top, 0x89abcdef,
					 0xfffffffc, 0));
		assert_int_equal(address_of(&s, &layouts[i], 0x408), top);
		assert_int_equal(method(&s, 0x418), 0x3fffffff);	/* elements */
		assert_int_equal(method(&s, 0x700), 0x89abcdef);
		components = method(&s, 0x708);
		assert_int_equal(field(components, 2, 0), 4);		/* X is constant A */
		assert_int_equal(field(components, 17, 16), 3);		/* 4 bytes */
		assert_int_equal(field(components, 21, 20), 0);		/* one from the source */
		assert_int_equal(field(components, 25, 24), 0);		/* one to write */
		value = launch(&s);
		assert_int_equal(field(value, 10, 10), 1);
		assert_int_equal(field(value, 6, 2), 0);
		assert_int_equal(field(value, 8, 7), 3);
		assert_rest_is_off(&layouts[i], value);
	}
}

static void a_release_comes_after_all_that_was_written(void **state)
{
	struct stream s;

	(void)state;
	for (size_t i = 0; i < N_LAYOUTS; i++) {
		uint64_t top = highest_address(&layouts[i]);
		uint32_t value;

		end(&s, copy_encode_release(begin(&s), class_of(&layouts[i]), top, 0xfedcba98, 0));
		assert_int_equal(address_of(&s, &layouts[i], 0x240), top);
		assert_int_equal(method(&s, 0x248), 0xfedcba98);
		value = launch(&s);
		assert_int_equal(field(value, 1, 0), 0);	/* nothing to copy */
		assert_int_equal(field(value, 2, 2), 1);	/* flush */
		assert_int_equal(field(value, 4, 3), 1);	/* one word, no time */
		assert_int_equal(field(value, 6, 5), 0);
		assert_int_equal(field(value, 10, 10), 0);
		assert_rest_is_off(&layouts[i], value);
	}
}

static void a_release_interrupts_if_asked_to(void **state)
{
	struct stream s;

	(void)state;
	for (size_t i = 0; i < N_LAYOUTS; i++) {
		const struct copy_class *class = class_of(&layouts[i]);
		uint32_t quiet;

		end(&s, copy_encode_release(begin(&s), class, 0x1000, 1, 0));
		quiet = launch(&s);
		end(&s, copy_encode_release(begin(&s), class, 0x1000, 1, COPY_ENCODE_INTERRUPT));
		assert_int_equal(field(launch(&s), 6, 5), 2);	/* and goes on */
		assert_int_equal(launch(&s) ^ quiet, 2 << 5);
	}
}

static void the_host_unit_releases_a_word(void **state)
{
	struct stream s;

	(void)state;
	end(&s, copy_encode_host_release(begin(&s), 0xfffffffffcULL, 0x80000001, 0));
	assert_int_equal(s.count, 5);
	assert_int_equal(method(&s, 0x5c), 0xfffffffc);
	assert_int_equal(method(&s, 0x60), 0xff);
	assert_int_equal(method(&s, 0x64), 0x80000001);
	assert_int_equal(method(&s, 0x68), 0);
	assert_int_equal(method(&s, 0x6c), 1);	/* release, 32 bits, no time, no wait */
	assert_int_equal(s.methods[4].address, 0x6c);
}

static void the_host_unit_waits_for_the_engine_if_asked_to(void **state)
{
	struct stream s;

	(void)state;
	end(&s, copy_encode_host_release(begin(&s), 0x1000, 7, COPY_ENCODE_WFI));
	assert_int_equal(method(&s, 0x6c), 1 | 1 << 20);
	end(&s, copy_encode_host_wfi(begin(&s)));
	assert_int_equal(s.count, 1);
	assert_int_equal(field(method(&s, 0x78), 0, 0), 1);
}

static void the_host_unit_interrupts_after_the_release(void **state)
{
	struct stream s;

	(void)state;
	end(&s, copy_encode_host_release(begin(&s), 0x1000, 7,
					 COPY_ENCODE_WFI | COPY_ENCODE_INTERRUPT));
	assert_int_equal(s.count, 6);
	assert_int_equal(s.methods[5].address, 0x20);
}

static void the_host_unit_waits_for_a_word_and_lets_others_go_on(void **state)
{
	struct stream s;

	(void)state;
	end(&s, copy_encode_host_acquire(begin(&s), 0x1234567890ULL, 42));
	assert_int_equal(method(&s, 0x5c), 0x34567890);
	assert_int_equal(method(&s, 0x60), 0x12);
	assert_int_equal(method(&s, 0x64), 42);
	assert_int_equal(field(method(&s, 0x6c), 2, 0), 3);	/* at least, round the end */
	assert_int_equal(method(&s, 0x6c), 3 | 1 << 12);
}

static void a_segment_says_where_its_words_are_and_how_many(void **state)
{
	uint64_t entry = copy_encode_segment(0xab12345678ULL, 0x1fffff);
	uint32_t first = (uint32_t)entry, second = (uint32_t)(entry >> 32);

	(void)state;
	assert_int_equal(first, 0x12345678);
	assert_int_equal(field(first, 0, 0), 0);		/* unconditional */
	assert_int_equal(field(second, 7, 0), 0xab);
	assert_int_equal(field(second, 9, 8), 0);		/* no subroutine */
	assert_int_equal(field(second, 30, 10), 0x1fffff);
	assert_int_equal(field(second, 31, 31), 0);		/* need not wait */
	assert_int_equal(copy_encode_segment(0x1000, 1), 0x40000001000ULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_class_is_known_and_others_are_not),
		cmocka_unit_test(binding_names_the_class),
		cmocka_unit_test(a_copy_says_from_where_to_where_and_how_much),
		cmocka_unit_test(a_copy_is_one_plain_line),
		cmocka_unit_test(only_a_barrier_keeps_copies_apart),
		cmocka_unit_test(a_fill_writes_a_constant_of_four_bytes),
		cmocka_unit_test(a_release_comes_after_all_that_was_written),
		cmocka_unit_test(a_release_interrupts_if_asked_to),
		cmocka_unit_test(the_host_unit_releases_a_word),
		cmocka_unit_test(the_host_unit_waits_for_the_engine_if_asked_to),
		cmocka_unit_test(the_host_unit_interrupts_after_the_release),
		cmocka_unit_test(the_host_unit_waits_for_a_word_and_lets_others_go_on),
		cmocka_unit_test(a_segment_says_where_its_words_are_and_how_many),
	};

	return cmocka_run_group_tests_name("copy_encode", tests, NULL, NULL);
}
