// SPDX-License-Identifier: GPL-2.0-only
#include "layout.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


#define FRAME	((UINT64_C(1) << 55) - 1)	/* page number in an entry of pagemap */

static uint64_t *read_frames(const uint8_t *at, size_t pages, size_t page_size)
{
	uint64_t *frames = calloc(pages, sizeof(*frames));
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t size = pages * sizeof(*frames);

	/* Only pages that were touched have an entry. */
	for (size_t i = 0; i < pages; i++)
		(void)*(volatile const uint8_t *)(at + i * page_size);
	if (!frames || fd < 0 ||
	    pread(fd, frames, size, (uintptr_t)at / page_size * sizeof(*frames)) != (ssize_t)size) {
		fprintf(stderr, "bench: cannot read /proc/self/pagemap\n");
		exit(1);
	}
	close(fd);
	return frames;
}

static size_t run_length(const uint64_t *frames, size_t left)
{
	size_t n = 1;

	while (n < left && (frames[n] & FRAME) == (frames[0] & FRAME) + n)
		n++;
	return n;
}

static void write_lane(FILE *file, const uint64_t *frames, size_t pages)
{
	size_t runs = 0, n;

	for (size_t i = 0; i < pages; i += run_length(frames + i, pages - i))
		runs++;
	fprintf(file, "lane %zu\n", runs);
	for (size_t i = 0; i < pages; i += n) {
		n = run_length(frames + i, pages - i);
		fprintf(file, "%" PRIu64 " %zu\n", frames[i] & FRAME, n);
	}
}

void layout_write(struct load *load, const struct shape *shape)
{
	const char *path = getenv("GANTRY_BENCH_LAYOUT");
	size_t page_size = sysconf(_SC_PAGESIZE);
	FILE *file = path ? fopen(path, "a") : NULL;
	uint64_t length, *frames;
	const void *at;

	if (!file)
		return;
	fprintf(file, "shape %s\n", shape->line);
	for (unsigned int i = 0; (at = load_host_memory(load, i, &length)); i++) {
		size_t pages = (length + page_size - 1) / page_size;

		frames = read_frames(at, pages, page_size);
		write_lane(file, frames, pages);
		free(frames);
	}
	fclose(file);
}
