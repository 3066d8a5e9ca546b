// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfu-bench: what a mapping costs, from a client's message to the reply, and
 * what finding it again costs an engine. Prints; nothing passes or fails.
 */
#include "vfio-user/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PAGE	VFU_PAGE_SIZE
#define MEMORY	(UINT64_C(256) << 20)

static struct fixture *fixture;
static struct client client;
static int memory;

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Downwards, as Linux hands out bus addresses */
static void map_all(unsigned int n)
{
	clockid_t server_clock;
	double wall, cpu;
	unsigned int i;

	pthread_getcpuclockid(client.thread, &server_clock);
	wall = seconds(CLOCK_MONOTONIC);
	cpu = seconds(server_clock);
	for (i = 0; i < n; i++)
		client_map(&client, (uint64_t)(n - i) * PAGE, PAGE, 3, memory,
			   i % (MEMORY / PAGE) * PAGE);
	printf("%6u mapped: %5.2f us a message, %5.2f us of it the server\n", n,
	       (seconds(CLOCK_MONOTONIC) - wall) / n * 1e6,
	       (seconds(server_clock) - cpu) / n * 1e6);
}

static void unmap_all(unsigned int n)
{
	double wall = seconds(CLOCK_MONOTONIC);
	unsigned int i;

	for (i = 0; i < n; i++)
		client_unmap(&client, (uint64_t)(n - i) * PAGE, PAGE, 0);
	printf("%6u unmapped: %5.2f us a message\n", n,
	       (seconds(CLOCK_MONOTONIC) - wall) / n * 1e6);
}

static void look_up(unsigned int n, size_t len)
{
	const unsigned int rounds = 20000;
	static uint8_t buf[65536];
	uint32_t random = 1, i;
	double wall;

	/* Once for the page faults */
	for (i = 0; i < n; i++)
		vfu_dma_read(fixture->server, (uint64_t)(1 + i) * PAGE, buf, 64);
	wall = seconds(CLOCK_MONOTONIC);
	for (i = 0; i < rounds; i++) {
		random = random * 1664525 + 1013904223;
		vfu_dma_read(fixture->server,
			     (1 + (random >> 8) % (n - 16)) * (uint64_t)PAGE,
			     buf, len);
	}
	wall = seconds(CLOCK_MONOTONIC) - wall;
	printf("%6u mapped: %zu bytes anywhere: %.3f us, %.1f GB/s\n", n, len,
	       wall / rounds * 1e6, len * rounds / wall / 1e9);
}

int main(void)
{
	const unsigned int counts[] = { 100, 8192, 65000 };
	void *state = NULL;
	size_t i;

	if (fixture_setup(&state))
		return EXIT_FAILURE;
	fixture = state;
	memory = make_memory(MEMORY, 1);
	client_open(&client, fixture->server);
	for (i = 0; i < 3; i++) {
		map_all(counts[i]);
		look_up(counts[i], 8);
		look_up(counts[i], 65536);
		unmap_all(counts[i]);
	}
	client_close(&client);
	close(memory);
	return fixture_teardown(&state) ? EXIT_FAILURE : EXIT_SUCCESS;
}
