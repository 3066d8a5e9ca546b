// SPDX-License-Identifier: GPL-2.0-only
#include "peers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

#include "gantry.h"

#define BUFFER	(128ull << 20)
/* A slice has at least so many copies, however long they take. */
#define COPIES	8

static const struct {
	uint64_t size;
	unsigned int depth;
} loads[] = { { 64 << 10, 16 }, { 1 << 20, 4 }, { 16 << 20, 4 }, { 64 << 20, 2 } };

/**
 * struct card - one of the two
 * @dev: it
 * @info: what it is
 * @memory: a buffer in it
 * @host: one in the host's memory
 * @queue: for copies between them
 */
struct card {
	struct gantry_device *dev;
	struct gantry_device_info info;
	struct gantry_buffer *memory;
	struct gantry_buffer *host;
	struct gantry_queue *queue;
};

/* One way, at one size. */
struct way {
	struct card *from;
	struct card *to;
	struct gantry_peer *peer;
	uint64_t size;
	unsigned int depth;
};

static void check(const char *what, int result)
{
	if (result >= 0)
		return;
	fprintf(stderr, "bench: cannot %s: %s\n", what, gantry_strerror(result));
	exit(1);
}

static void card_open(struct card *card, const char *name)
{
	card->info.size = sizeof(card->info);
	check("open a card", gantry_device_open(name, &card->dev));
	check("ask what it is", gantry_device_get_info(card->dev, &card->info));
	check("make a buffer", gantry_buffer_create(card->dev, BUFFER, 0, &card->memory));
	check("make a buffer", gantry_buffer_create(card->dev, BUFFER, GANTRY_REGION_HOST,
						    &card->host));
	check("make a queue", gantry_queue_create(card->dev, NULL, &card->queue));
}

static void card_close(struct card *card)
{
	gantry_queue_destroy(card->queue);
	gantry_buffer_destroy(card->memory);
	gantry_buffer_destroy(card->host);
	gantry_device_close(card->dev);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

/* ---- one copy ------------------------------------------------------------------ */

static uint64_t start_peer(struct way *way, uint64_t at)
{
	uint64_t number;

	check("copy to the other card", gantry_peer_copy(way->peer, way->to->memory, at,
							 way->from->memory, at, way->size,
							 &number));
	return number;
}

static void wait_peer(struct way *way, uint64_t number)
{
	check("wait", gantry_peer_wait(way->peer, number, -1));
}

static uint64_t start_host(struct way *way, uint64_t at)
{
	struct card *card = way->from;
	uint64_t number;

	check("prepare a copy", gantry_queue_prep_copy(card->queue, card->host, at, card->memory,
						       at, way->size, 0));
	check("submit", gantry_queue_submit(card->queue, &number));
	return number;
}

static void wait_host(struct way *way, uint64_t number)
{
	check("wait", gantry_queue_wait(way->from->queue, number, -1));
}

/* ---- many -------------------------------------------------------------------------- */

/* Bytes a second, with as many copies in flight as the way says. */
static double slice(struct way *way, double seconds, uint64_t (*start)(struct way *, uint64_t),
		    void (*wait)(struct way *, uint64_t))
{
	double begin = seconds_now(), taken;
	uint64_t numbers[64], started = 0, ended = 0;

	do {
		if (started - ended == way->depth)
			wait(way, numbers[ended++ % way->depth]);
		numbers[started % way->depth] = start(way, started * way->size % BUFFER);
		started++;
		taken = seconds_now() - begin;
	} while (taken < seconds || ended < COPIES);
	while (ended < started)
		wait(way, numbers[ended++ % way->depth]);
	return ended * way->size / (seconds_now() - begin);
}

static void measure(struct way *way, double seconds, unsigned int slices)
{
	struct way back = { .from = way->to, .size = way->size, .depth = way->depth };
	struct gantry_peer_info info = { .size = sizeof(info) };
	double peer = 0, from = 0, to = 0;

	check("prepare for copies to the other card",
	      gantry_peer_create(way->from->dev, way->to->dev, NULL, &way->peer));
	/* The first one of each only makes what the others use. */
	for (unsigned int i = 0; i <= slices; i++) {
		double length = i ? seconds : 0;

		peer = MAX(peer, slice(way, length, start_peer, wait_peer));
		from = MAX(from, slice(way, length, start_host, wait_host));
		to = MAX(to, slice(&back, length, start_host, wait_host));
	}
	check("ask which way it went", gantry_peer_get_info(way->peer, &info));
	printf("{\"from\":\"%s\",\"to\":\"%s\",\"size\":%" PRIu64 ",\"depth\":%u,\"direct\":%s,"
	       "\"bytes_per_s\":%.0f,\"from_d2h_bytes_per_s\":%.0f,\"to_d2h_bytes_per_s\":%.0f}\n",
	       way->from->info.chip, way->to->info.chip, way->size, way->depth,
	       info.bytes_direct ? "true" : "false", peer, from, to);
	fflush(stdout);
	gantry_peer_destroy(way->peer);
}

void peers_measure(double seconds, unsigned int slices)
{
	struct card cards[2] = { 0 };

	card_open(&cards[0], "0");
	card_open(&cards[1], "1");
	for (unsigned int i = 0; i < 2 * sizeof(loads) / sizeof(loads[0]); i++) {
		struct way way = {
			.from = &cards[i % 2],
			.to = &cards[1 - i % 2],
			.size = loads[i / 2].size,
			.depth = loads[i / 2].depth,
		};

		measure(&way, seconds, slices);
	}
	card_close(&cards[0]);
	card_close(&cards[1]);
}
