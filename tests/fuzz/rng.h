/* SPDX-License-Identifier: GPL-2.0-only */
/* Decisions that depend on the seed and the number of the call, on nothing else. */
#ifndef GANTRY_FUZZ_RNG_H
#define GANTRY_FUZZ_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

/* splitmix64: every state is a good one. */
static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/** A stream of its own for each call of each thread. */
static inline struct rng rng_for(uint64_t seed, uint64_t thread, uint64_t number)
{
	struct rng rng = { seed };

	rng.state = rng_next(&rng) ^ (thread << 48) ^ number;
	rng.state = rng_next(&rng);
	return rng;
}

/** From 0 to @n - 1. */
static inline uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (rng_next(rng) >> 32) * n >> 32;
}

static inline bool rng_one_in(struct rng *rng, uint32_t n)
{
	return !rng_below(rng, n);
}

#endif
