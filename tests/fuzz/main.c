// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fuzzer's two phases, its options, and what it says of a failure.
 *
 * The first phase is deterministic: call N is a function of the seed, of N and
 * of what the calls before it made, never of time. It is cut into epochs, each
 * of which begins with nothing open, so a failure is replayed from the beginning
 * of its epoch; a shorter --from that still fails makes it simpler. The second
 * phase lets threads race.
 */
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "fuzz_main.h"
#include "race.h"
#include "touch.h"
#include "world.h"

#define EPOCH		10000
/* A call that takes this long hangs, even on a machine that has much else to do. */
#define HANG_SECONDS	300
#define TYPES_MAX	64
/* With --keep-going. */
#define FAILURES_MAX	100

static struct {
	uint64_t seed, calls, from, to;
	unsigned int threads;
	bool verbose, times, selected, keep_going;
} options = { .seed = 1, .calls = 20000, .threads = 4 };

static const struct call_type *types[TYPES_MAX];
static unsigned int type_count;
/* In this epoch; of all and of the ioctls alone. */
static unsigned int weights[TYPES_MAX], weight_sum, ioctl_sum;
static struct {
	uint64_t count, refused;
	int64_t time;
} stats[TYPES_MAX];
static uint64_t epoch_first, left_out;
static unsigned int failures;
static sigjmp_buf after_failure;
static _Atomic uint64_t calls_made;

int64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

/* ---- what it says --------------------------------------------------------------------- */

void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	va_start(args, format);
	fprintf(stderr, "fuzz: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	_exit(125);
}

void note_values(struct call *c, const char *format, uint64_t a, uint64_t b, uint64_t d,
		 uint64_t e, uint64_t f)
{
	if (c->note_count == NOTES)
		return;
	c->notes[c->note_count].format = format;
	memcpy(c->notes[c->note_count].values, (uint64_t[]){ a, b, d, e, f },
	       sizeof(c->notes[0].values));
	c->note_count++;
}

/* "name:bytes name:bytes" */
static void print_fields(const char *fields, const void *bytes)
{
	const uint8_t *at = bytes;
	char name[32];
	int size, length;

	while (sscanf(fields, " %31[^:]:%d%n", name, &size, &length) == 2) {
		uint64_t value = 0;

		memcpy(&value, at, size);
		printf(" %s=%s%" PRIx64, name, value > 9 ? "0x" : "", value);
		at += size;
		fields += length;
	}
	printf("\n");
}

static void print_items(struct call *c, const char *what, uint64_t address, uint32_t count,
			const char *fields, size_t size)
{
	const uint8_t *items = array_read(c, address, count, size);
	uint32_t i;

	if (!items && count)
		printf("#   %u %s that cannot be read\n", count, what);
	for (i = 0; items && i < count && i < 64; i++) {
		printf("#   %s %u:", what, i);
		print_fields(fields, items + i * size);
	}
}

static void print_submit(struct call *c)
{
	const struct drm_gantry_queue_submit *args = &c->seen.submit;
	const char *sync = "handle:4 flags:4 point:8";

	print_items(c, "operation", args->ops, args->op_count,
		    "opcode:2 flags:2 pattern:4 dst:4 src:4 dst_offset:8 src_offset:8 length:8",
		    sizeof(struct drm_gantry_op));
	print_items(c, "wait", args->waits, args->wait_count, sync,
		    sizeof(struct drm_gantry_sync));
	print_items(c, "signal", args->signals, args->signal_count, sync,
		    sizeof(struct drm_gantry_sync));
}

static void print_call(struct call *c)
{
	unsigned int i;

	printf("# call %" PRIu64 ": %s", c->number, c->type->name);
	if (c->file)
		printf(" on file %td of card %u", c->file - world.files, c->file->card);
	if (c->type->cmd) {
		printf(", cmd 0x%lx, in %s:", c->cmd, place_name(c->place));
		print_fields(c->type->fields, &c->args);
		if (c->type->cmd == DRM_IOCTL_GANTRY_QUEUE_SUBMIT)
			print_submit(c);
	} else {
		printf("\n");
	}
	for (i = 0; i < c->note_count; i++) {
		const uint64_t *v = c->notes[i].values;

		printf("#   ");
/* The formats are the callers'; all their values are 64 bits wide. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		printf(c->notes[i].format, v[0], v[1], v[2], v[3], v[4]);
#pragma GCC diagnostic pop
		printf("\n");
	}
	if (c->ret < 0)
		printf("#   result: %s\n", strerror(-c->ret));
	else
		printf("#   result: %ld\n", c->ret);
}

static void print_allowed(const struct call *c)
{
	unsigned int i;

	printf("#   right would be:%s", c->refused ? "" : " done");
	for (i = 0; i < ERRNOS; i++)
		if (c->allowed[i])
			printf(" %s", strerrorname_np(i));
	printf("\n");
}

/* The same on another machine: GANTRY_FUZZ_REPLAY is how this guest was started. */
static void print_replay(const struct call *c)
{
	const char *replay = getenv("GANTRY_FUZZ_REPLAY");

	if (!replay)
		replay = "make fuzz";
	if (c->blind)
		printf("# threads raced, again: %s SEED=%" PRIu64 " CALLS=%" PRIu64
		       " THREADS=%u\n", replay, options.seed, options.calls, options.threads);
	else
		printf("# replay: %s SEED=%" PRIu64 " FROM=%" PRIu64 " TO=%" PRIu64 "\n",
		       replay, options.seed, epoch_first, c->number + 1);
}

void fail(struct call *c, const char *format, ...)
{
	static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
	va_list args;

	pthread_mutex_lock(&once);
	printf("not ok - ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	if (c && c->type) {
		print_call(c);
		print_allowed(c);
		print_replay(c);
	}
	fflush(stdout);
	failures++;
	if (!options.keep_going || !c || c->blind || failures == FAILURES_MAX)
		_exit(1);
	pthread_mutex_unlock(&once);
	siglongjmp(after_failure, 1);
}

/* ---- kinds of calls ------------------------------------------------------------------------ */

static void types_add(const struct call_type *table, unsigned int count)
{
	for (; count--; table++) {
		types[type_count++] = table;
		if (table->cmd)
			call_learn(table);
	}
}

static void types_init(void)
{
	types_add(gantry_calls, gantry_call_count);
	types_add(prime_calls, prime_call_count);
	types_add(sync_calls, sync_call_count);
	types_add(map_calls, map_call_count);
	types_add(file_calls, file_call_count);
}

/* Each epoch does more of some and nothing of others: mixtures find more than one mix. */
static void types_weigh(struct rng *rng)
{
	static const unsigned int factors[] = { 0, 1, 2, 2, 4 };
	unsigned int i;

	weight_sum = ioctl_sum = 0;
	for (i = 0; i < type_count; i++) {
		weights[i] = types[i]->weight * factors[rng_below(rng, ARRAY_LENGTH(factors))];
		/* Without these nothing else has any sense. */
		if (types[i]->cmd == DRM_IOCTL_GANTRY_BO_CREATE ||
		    types[i]->cmd == DRM_IOCTL_GANTRY_QUEUE_CREATE ||
		    types[i]->cmd == DRM_IOCTL_SYNCOBJ_CREATE ||
		    types[i]->cmd == DRM_IOCTL_GANTRY_QUEUE_SUBMIT)
			weights[i] = 2 * types[i]->weight;
		weight_sum += weights[i];
		if (types[i]->cmd)
			ioctl_sum += weights[i];
	}
}

static unsigned int pick_index(struct rng *rng, bool ioctls)
{
	uint32_t n = rng_below(rng, ioctls ? ioctl_sum : weight_sum);
	unsigned int i;

	for (i = 0; i < type_count; i++) {
		if (ioctls && !types[i]->cmd)
			continue;
		if (n < weights[i])
			break;
		n -= weights[i];
	}
	return i;
}

const struct call_type *type_pick(struct rng *rng, bool ioctls)
{
	calls_made++;
	return types[pick_index(rng, ioctls)];
}

/* ---- the first phase -------------------------------------------------------------------------- */

static void epoch_begin(struct call *c, uint64_t number)
{
	/* What an epoch is like depends on which it is, not on where a replay begins. */
	struct rng rng = rng_for(options.seed, UINT16_MAX, number / EPOCH);

	epoch_first = number;
	/* If the kernel dies of it, this is where to begin a replay. */
	printf("# seed %" PRIu64 " from %" PRIu64 "\n", options.seed, number);
	fflush(stdout);
	call_forget(c);
	types_weigh(&rng);
	world_begin(&rng);
}

static void one_call(struct call *c, uint64_t number)
{
	int64_t start = options.times ? time_now() : 0;
	unsigned int index;

	c->number = number;
	c->rng = rng_for(options.seed, 0, number);
	index = pick_index(&c->rng, false);
	c->type = types[index];
	c->note_count = 0;
	c->file = NULL;
	c->ret = 0;
	c->refused = false;
	/* Until it does something. */
	c->skip = true;
	if (c->type->run)
		c->type->run(c);
	else
		call_ioctl(c);
	calls_made++;
	if (options.verbose && !c->skip) {
		print_call(c);
		fflush(stdout);
	}
	if (c->skip) {
		left_out++;
		return;
	}
	stats[index].count++;
	stats[index].refused += c->ret < 0;
	if (options.times)
		stats[index].time += time_now() - start;
}

static void run_phase_one(struct call *c, uint64_t from, uint64_t to)
{
	static uint64_t n;
	static bool begun;

	n = from;
	/* What is left of the epoch begins anew. */
	if (sigsetjmp(after_failure, 0)) {
		world_drop(c);
		begun = false;
		n++;
	}
	for (; n < to; n++) {
		if (begun && n % EPOCH == 0) {
			world_end(c);
			begun = false;
		}
		if (!begun)
			epoch_begin(c, n);
		begun = true;
		one_call(c, n);
	}
	world_end(c);
}

static void print_times(void)
{
	unsigned int i;

	printf("# %-28s %10s %10s %12s\n", "call", "times", "refused", "mean us");
	for (i = 0; i < type_count; i++)
		printf("# %-28s %10" PRIu64 " %10" PRIu64 " %12.1f\n", types[i]->name,
		       stats[i].count, stats[i].refused,
		       stats[i].count ? stats[i].time / 1e3 / stats[i].count : 0);
}

/* ---- the whole ------------------------------------------------------------------------------------ */

/* Every call ends. */
static void *watch(void *data)
{
	struct call *c = data;
	uint64_t seen = 0, now;
	unsigned int seconds = 0;

	for (;;) {
		sleep(1);
		now = calls_made;
		seconds = now == seen ? seconds + 1 : 0;
		seen = now;
		fail_if(c, seconds == HANG_SECONDS, "a call does not end");
	}
	return NULL;
}

static void finish(const char *what, uint64_t calls, int64_t start)
{
	double seconds = (time_now() - start) / 1e9;

	printf("ok - %s: %" PRIu64 " calls, seed %" PRIu64 "\n", what, calls, options.seed);
	printf("# %.1f s, %.0f calls/s; %" PRIu64 " had nothing to work on\n", seconds,
	       calls / seconds, left_out);
	left_out = 0;
	fflush(stdout);
}

static void usage(void)
{
	printf("usage: fuzz [--seed N] [--calls N] [--threads N] [--from K] [--to K]\n"
	       "            [--keep-going] [--verbose] [--times]\n\n"
	       "  --seed N     what decides (1)\n"
	       "  --calls N    how many: three quarters one after the other, checked against\n"
	       "               a model of the world, the rest by threads that race (20000)\n"
	       "  --threads N  how many race (4), 0: none\n"
	       "  --from K --to K\n"
	       "               only these of the first phase, K itself not\n"
	       "  --keep-going after a failure in the first phase, begin anew with the next call\n"
	       "  --verbose    print every call; after a panic, the last one printed is it\n"
	       "  --times      how often each kind of call was made, and how long it took\n");
	exit(125);
}

static void parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "calls", required_argument, NULL, 'c' },
		{ "threads", required_argument, NULL, 't' },
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 'e' },
		{ "keep-going", no_argument, NULL, 'k' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "times", no_argument, NULL, 'T' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) >= 0) {
		uint64_t value = optarg ? strtoull(optarg, NULL, 0) : 0;

		switch (option) {
		case 's': options.seed = value; break;
		case 'c': options.calls = value; break;
		case 't': options.threads = value; break;
		case 'f': options.from = value; options.selected = true; break;
		case 'e': options.to = value; options.selected = true; break;
		case 'k': options.keep_going = true; break;
		case 'v': options.verbose = true; break;
		case 'T': options.times = true; break;
		default: usage();
		}
	}
	if (optind != argc)
		usage();
}

int main(int argc, char **argv)
{
	const struct rlimit core = { 0 };
	static struct call call;
	uint64_t alone, racing;
	pthread_t watcher;
	int64_t start;

	parse(argc, argv);
	setrlimit(RLIMIT_CORE, &core);
	types_init();
	touch_init();
	call_init(&call);
	world_init();
	if (pthread_create(&watcher, NULL, watch, &call))
		die("pthread_create");

	alone = options.threads ? options.calls / 4 * 3 : options.calls;
	racing = options.calls - alone;
	if (options.selected) {
		alone = options.to ? options.to : alone;
		racing = 0;
	}
	start = time_now();
	if (alone > options.from) {
		run_phase_one(&call, options.from, alone);
		finish("one call after the other", alone - options.from, start);
	}
	if (options.times)
		print_times();
	start = time_now();
	if (racing) {
		struct rng rng = rng_for(options.seed, UINT16_MAX, UINT32_MAX);

		types_weigh(&rng);
		race_run(options.seed, racing, options.threads);
		call.type = NULL;
		world_expect_clean(&call);
		finish("threads that race", racing, start);
	}
	return failures ? 1 : 0;
}
