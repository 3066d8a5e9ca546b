// SPDX-License-Identifier: LGPL-2.1-or-later
/* usage: example FILE [CARD] */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <gantry.h>

#define LENGTH (1 << 20)

static struct gantry_device *dev;
static struct gantry_buffer *in, *first, *second, *back;
static struct gantry_queue *queue;

static int check(const char *call, int result)
{
	if (result < 0)
		fprintf(stderr, "%s: %s\n", call, gantry_explain(call, result));
	return result;
}

/* The name of the call, for the message, and its result. */
#define CHECK(call, ...) check(#call, call(__VA_ARGS__))

static int make_objects(const char *card)
{
	if (CHECK(gantry_device_open, card, &dev) ||
	    CHECK(gantry_buffer_create, dev, LENGTH, GANTRY_REGION_HOST, &in) ||
	    CHECK(gantry_buffer_create, dev, LENGTH, GANTRY_REGION_HOST, &back) ||
	    CHECK(gantry_buffer_create, dev, LENGTH, 0, &first) ||
	    CHECK(gantry_buffer_create, dev, LENGTH, 1, &second) ||
	    CHECK(gantry_queue_create, dev, NULL, &queue))
		return -1;
	return 0;
}

/* Without the barriers, all three would be under way together. */
static int travel(void)
{
	uint64_t seqno;

	if (CHECK(gantry_queue_prep_copy, queue, first, 0, in, 0, LENGTH, 0) ||
	    CHECK(gantry_queue_prep_copy, queue, second, 0, first, 0, LENGTH,
		  GANTRY_OP_BARRIER) ||
	    CHECK(gantry_queue_prep_copy, queue, back, 0, second, 0, LENGTH,
		  GANTRY_OP_BARRIER) ||
	    CHECK(gantry_queue_submit, queue, &seqno))
		return -1;
	/* the card works; here is time for something else */
	return CHECK(gantry_queue_wait, queue, seqno, -1);
}

int main(int argc, char **argv)
{
	void *from, *to;
	int fd, ret = 1;

	if (argc < 2)
		return 2;
	fd = open(argv[1], O_RDONLY);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	if (!make_objects(argc > 2 ? argv[2] : NULL) &&
	    !CHECK(gantry_buffer_map, in, &from) &&
	    !CHECK(gantry_buffer_map, back, &to) &&
	    read(fd, from, LENGTH) >= 0 && !travel()) {
		ret = !!memcmp(from, to, LENGTH);
		puts(ret ? "different" : "equal");
	}
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(in);
	gantry_buffer_destroy(first);
	gantry_buffer_destroy(second);
	gantry_buffer_destroy(back);
	gantry_device_close(dev);
	close(fd);
	return ret;
}
