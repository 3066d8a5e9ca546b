// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients that are broken or mean. Whatever they send, the server answers with
 * an error or cuts them off, keeps none of their descriptors, and serves the
 * next client as if nothing had been.
 */
#include "vfio-user/fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct answer answer;

/* The server is as it was: it answers a good client, and nothing leaked. */
static void check_well(struct fixture *f, unsigned int open_fds)
{
	struct client c;

	assert_int_equal(count_open_fds(), open_fds);
	client_open(&c, f->server);
	assert_int_equal(client_read_config(&c, 0, 2), 0x1d0f);
	assert_int_equal(client_close(&c), 0);
	assert_int_equal(count_open_fds(), open_fds);
}

static void test_headers_that_end_the_connection(void **state)
{
	const struct vfu_header headers[] = {
		{ 0, VFU_REGION_READ, 0, 0, 0 },
		{ 0, VFU_REGION_READ, 15, 0, 0 },
		{ 0, VFU_REGION_READ, UINT32_MAX, 0, 0 },
		{ 0, VFU_REGION_READ, 16 + 16 + VFU_MAX_TRANSFER + 1, 0, 0 },
		{ 0, VFU_REGION_READ, 32, 2, 0 },
		{ 0, VFU_REGION_READ, 32, 15, 0 },
	};
	struct fixture *f = *state;
	unsigned int open_fds = count_open_fds(), lines;
	struct client c;
	size_t i;

	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		lines = f->lines;
		client_open(&c, f->server);
		client_send(&c, &headers[i], sizeof(headers[i]), &f->whole_fd, 1);
		assert_int_equal(client_await_cut(&c), -EPROTO);
		assert_int_equal(f->lines, lines + 1);
		check_well(f, open_fds);
	}
}

static void test_leaving_in_the_middle(void **state)
{
	const struct vfu_header header = { 0, VFU_REGION_READ, 32, 0, 0 };
	struct fixture *f = *state;
	unsigned int open_fds = count_open_fds();
	uint8_t bytes[31] = {};
	struct client c;
	size_t n;

	memcpy(bytes, &header, sizeof(header));
	for (n = 0; n < sizeof(bytes); n++) {
		client_open(&c, f->server);
		client_send(&c, bytes, n, &f->whole_fd, n > 0);
		assert_int_equal(client_close(&c), n ? -EPROTO : 0);
		client_connect(&c, f->server);
		client_send(&c, bytes, n, NULL, 0);
		assert_int_equal(client_close(&c), n ? -EPROTO : 0);
	}
	check_well(f, open_fds);
}

static void test_beginnings_that_are_none(void **state)
{
	static const struct {
		uint16_t command;
		uint32_t flags;
		const char *payload;
		size_t size;
		unsigned int n_fds;
	} first[] = {
		{ VFU_REGION_READ, 0, "0123456789abcdef", 16, 0 },
		{ VFU_DMA_MAP, 0, "", 0, 1 },
		{ VFU_VERSION, 0, "", 0, 0 },
		{ VFU_VERSION, 0, "\0\0\0", 3, 0 },
		{ VFU_VERSION, 0, "\1\0\0\0", 4, 0 },
		{ VFU_VERSION, 0, "\0\0\0\0", 4, 1 },
		{ VFU_VERSION, VFU_NO_REPLY, "\0\0\0\0", 4, 0 },
		{ VFU_VERSION, 0, "\0\0\0\0{}", 6, 0 },
		{ VFU_VERSION, 0, "\0\0\0\0{", 6, 0 },
		{ VFU_VERSION, 0, "\0\0\0\0[]", 7, 0 },
#define CAPS(x) "\0\0\0\0{\"capabilities\":{" x "}}", \
		sizeof("\0\0\0\0{\"capabilities\":{" x "}}")
		{ VFU_VERSION, 0, CAPS("\"max_msg_fds\":\"8\""), 0 },
		{ VFU_VERSION, 0, CAPS("\"max_msg_fds\":-1"), 0 },
		{ VFU_VERSION, 0, CAPS("\"max_data_xfer_size\":0"), 0 },
		{ VFU_VERSION, 0, CAPS("\"max_data_xfer_size\":1e9"), 0 },
		{ VFU_VERSION, 0, CAPS("\"pgsizes\":{}"), 0 },
	};
	struct fixture *f = *state;
	unsigned int open_fds = count_open_fds();
	struct client c;
	size_t i;

	for (i = 0; i < sizeof(first) / sizeof(*first); i++) {
		client_connect(&c, f->server);
		client_send_command(&c, first[i].command, first[i].flags,
				    first[i].payload, first[i].size,
				    &f->whole_fd, first[i].n_fds);
		if (!(first[i].flags & VFU_NO_REPLY)) {
			client_receive(&c, &answer);
			if (!(answer.header.flags & VFU_ERROR))
				fail_msg("beginning %zu was taken", i);
			assert_int_equal(answer.header.error, EINVAL);
		}
		assert_int_equal(client_await_cut(&c), -EPROTO);
		check_well(f, open_fds);
	}

	/* A reply is no beginning either. */
	client_connect(&c, f->server);
	client_send_command(&c, VFU_VERSION, VFU_TYPE_REPLY, "\0\0\0\0", 4, NULL,
			    0);
	assert_int_equal(client_await_cut(&c), -EPROTO);
	check_well(f, open_fds);
}

/* Wrong, but whole: an error, and the conversation goes on. */
static void test_payloads_that_are_refused(void **state)
{
	const struct vfu_region_access short_write = { 0, 0, 9 };
	const struct vfu_region_access long_write = { 0, 0, 7 };
	const struct vfu_region_access huge = { 0, 0, UINT32_MAX };
	const uint64_t multi[] = { UINT64_MAX, 0, 0, 0 };
	const struct {
		uint64_t count;
		struct vfu_region_write_one write;
	} multi_long = { 1, { 0, 0, 9, "" } },
	  multi_outside = { 1, { 0x1000, 0, 4, "" } };
	const uint32_t small_argsz[12] = { 8 };
	const struct vfu_region_io_fds io_flags = { 16, 1, 0, 0 };
	const struct vfu_region_io_fds io_index = { 16, 0, 9, 0 };
	const struct vfio_region_info region = { .argsz = 32, .index = 9 };
	const struct vfio_irq_info irq = { .argsz = 16, .index = 5 };
	const struct {
		uint16_t command;
		const void *payload;
		size_t size;
	} bad[] = {
		{ VFU_VERSION, "\0\0\0\0", 4 },
		{ VFU_DMA_MAP, NULL, 0 },
		{ VFU_DMA_MAP, small_argsz, 31 },
		{ VFU_DMA_MAP, small_argsz, 32 },
		{ VFU_DMA_UNMAP, small_argsz, 23 },
		{ VFU_DMA_UNMAP, small_argsz, 24 },
		{ VFU_DMA_UNMAP, small_argsz, 32 },
		{ VFU_DEVICE_GET_INFO, small_argsz, 15 },
		{ VFU_DEVICE_GET_INFO, small_argsz, 16 },
		{ VFU_DEVICE_GET_REGION_INFO, small_argsz, 31 },
		{ VFU_DEVICE_GET_REGION_INFO, small_argsz, 32 },
		{ VFU_DEVICE_GET_REGION_INFO, &region, sizeof(region) },
		{ VFU_DEVICE_GET_REGION_IO_FDS, small_argsz, 15 },
		{ VFU_DEVICE_GET_REGION_IO_FDS, small_argsz, 16 },
		{ VFU_DEVICE_GET_REGION_IO_FDS, &io_flags, 16 },
		{ VFU_DEVICE_GET_REGION_IO_FDS, &io_index, 16 },
		{ VFU_DEVICE_GET_IRQ_INFO, small_argsz, 15 },
		{ VFU_DEVICE_GET_IRQ_INFO, small_argsz, 16 },
		{ VFU_DEVICE_GET_IRQ_INFO, &irq, sizeof(irq) },
		{ VFU_DEVICE_SET_IRQS, small_argsz, 19 },
		{ VFU_DEVICE_SET_IRQS, small_argsz, 20 },
		{ VFU_REGION_READ, &huge, 15 },
		{ VFU_REGION_READ, &huge, 16 },
		{ VFU_REGION_WRITE, &huge, 16 },
		{ VFU_REGION_WRITE, &short_write, 16 },
		{ VFU_REGION_WRITE, &long_write, 16 },
		{ VFU_REGION_WRITE_MULTI, multi, 7 },
		{ VFU_REGION_WRITE_MULTI, multi, 32 },
		{ VFU_REGION_WRITE_MULTI, &multi_long, 32 },
		{ VFU_REGION_WRITE_MULTI, &multi_outside, 32 },
		{ VFU_DMA_READ, "0123456789abcdef", 16 },
		{ VFU_DMA_WRITE, "0123456789abcdef", 16 },
		{ VFU_DEVICE_RESET, "x", 1 },
		{ VFU_DEVICE_FEATURE, "x", 1 },
	};
	struct fixture *f = *state;
	unsigned int open_fds = count_open_fds();
	struct client c;
	size_t i;

	client_open(&c, f->server);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (client_call(&c, bad[i].command, bad[i].payload, bad[i].size,
				NULL) != -EINVAL)
			fail_msg("payload %zu was not refused", i);
	assert_int_equal(f->accesses, 0);
	assert_int_equal(f->resets, 0);
	assert_int_equal(client_read_config(&c, 0, 2), 0x1d0f);
	assert_int_equal(client_close(&c), 0);
	check_well(f, open_fds);
}

/* A count whose product with a write's size overflows to what is there */
static void test_count_that_overflows(void **state)
{
	const struct {
		uint64_t count;
		struct vfu_region_write_one write[2];
	} good = { 2, { { 0, 0, 4, "" }, { 8, 0, 4, "" } } };
	const uint64_t bad[] = { UINT64_C(0x0aaaaaaaaaaaaaab), 0 };
	struct fixture *f = *state;
	struct client c;

	assert_true(bad[0] * sizeof(good.write[0]) == 8);
	client_open(&c, f->server);
	/* Leaves writes that look good behind it in the server's buffer. */
	assert_int_equal(client_call(&c, VFU_REGION_WRITE_MULTI, &good,
				     sizeof(good), NULL), 0);
	assert_int_equal(f->accesses, 2);
	assert_int_equal(client_call(&c, VFU_REGION_WRITE_MULTI, bad,
				     sizeof(bad), NULL), -EINVAL);
	assert_int_equal(f->accesses, 2);
	assert_int_equal(client_close(&c), 0);
}

/* Descriptors where none belong, and more than a message may carry */
static void test_descriptors_do_not_pile_up(void **state)
{
	const struct vfu_region_access read = { 0, 0, 4 };
	const struct vfu_dma_map_request map = {
		.argsz = sizeof(map), .flags = 3, .size = VFU_PAGE_SIZE,
	};
	const struct vfio_irq_set set = {
		.argsz = sizeof(set), .index = VFIO_PCI_MSIX_IRQ_INDEX,
		.flags = VFIO_IRQ_SET_DATA_EVENTFD |
			 VFIO_IRQ_SET_ACTION_TRIGGER,
		.count = CLIENT_MAX_FDS,
	};
	struct fixture *f = *state;
	unsigned int open_fds = count_open_fds(), n;
	int fds[CLIENT_MAX_FDS];
	struct client c;
	int i, event = make_event();

	for (i = 0; i < CLIENT_MAX_FDS; i++)
		fds[i] = event;
	client_open(&c, f->server);
	for (i = 0; i < 40; i++) {
		n = 1 + i % CLIENT_MAX_FDS;
		assert_int_equal(client_call_fds(&c, VFU_REGION_READ, &read,
						 sizeof(read), fds, n, NULL),
				 -EINVAL);
		assert_int_equal(client_call_fds(&c, 99, &read, sizeof(read),
						 fds, n, NULL), -EOPNOTSUPP);
		if (n > 1)
			assert_int_equal(client_call_fds(&c, VFU_DMA_MAP, &map,
							 sizeof(map), fds, n,
							 NULL), -EINVAL);
		if (n > 16)
			assert_int_equal(client_call_fds(&c,
							 VFU_DEVICE_SET_IRQS,
							 &set, sizeof(set), fds,
							 n, NULL), -EINVAL);
	}
	/* With a payload of their own, and with a reply that nobody awaits */
	{
		const struct vfu_header header = { 7, VFU_REGION_READ, 32, 0, 0 };
		const struct vfu_header reply = { 7, VFU_DMA_READ, 16, 1, 0 };

		client_send(&c, &header, sizeof(header), fds, 10);
		client_send(&c, &read, sizeof(read), fds, 10);
		client_receive(&c, &answer);
		assert_int_equal(answer.header.error, EINVAL);
		client_send(&c, &reply, sizeof(reply), fds, 3);
	}
	assert_int_equal(client_read_config(&c, 0, 2), 0x1d0f);
	assert_int_equal(count_open_fds(), open_fds + 3);
	assert_int_equal(client_close(&c), 0);
	close(event);
	check_well(f, open_fds);
}

/* A client that asks and asks and never listens can be stopped. */
static void test_a_deaf_client(void **state)
{
	const struct vfu_region_access read = { .region = FIX_WHOLE_BAR,
						.count = FIX_WHOLE_SIZE };
	const struct vfu_header header = { 0, VFU_REGION_READ, 32, 0, 0 };
	struct fixture *f = *state;
	struct client c;
	int i;

	client_open(&c, f->server);
	for (i = 0; i < 10; i++) {
		client_send(&c, &header, sizeof(header), NULL, 0);
		client_send(&c, &read, sizeof(read), NULL, 0);
	}
	vfu_server_stop(f->server);
	assert_int_equal(client_await_cut(&c), -ECANCELED);
	vfu_server_destroy(f->server);
	assert_int_equal(vfu_server_create(fixture_options(f), fixture_ops(), f,
					   &f->server), 0);
}

struct dice {
	uint64_t state;
};

static uint32_t throw(struct dice *d)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return d->state >> 33;
}

static const uint64_t edges[] = {
	0, 1, 2, 4, 8, 15, 16, 20, 24, 31, 32, 4095, 4096, 0x10000, 0x100000,
	INT32_MAX, UINT32_MAX, UINT64_C(1) << 32, INT64_MAX, UINT64_MAX - 4095,
	UINT64_MAX,
};

/* A plausible message with some of its words replaced by awkward numbers */
static size_t make_message(struct dice *d, uint8_t *msg)
{
	struct vfu_header *header = (void *)msg;
	size_t size = 16 + throw(d) % 64, words = throw(d) % 4, i;

	memset(msg, 0, 128);
	header->command = throw(d) % 20;
	header->size = size;
	header->flags = throw(d) % 4 ? 0 : VFU_NO_REPLY;
	((uint32_t *)msg)[4] = 16 + throw(d) % 32;
	for (i = 5; i < 20; i++)
		((uint32_t *)msg)[i] = throw(d) % 3 ? throw(d) % 10 :
						      edges[throw(d) % 21];
	while (words--)
		memcpy(msg + 16 + throw(d) % 40, &edges[throw(d) % 21], 8);
	if (throw(d) % 64 == 0)
		header->size = edges[throw(d) % 21];
	if (throw(d) % 64 == 0)
		header->flags = throw(d);
	return size;
}

/*
 * Thousands of messages nobody thought of, the same ones every time. (Run it
 * with sanitizers; by itself it finds only what crashes or leaks.)
 */
static void test_a_storm_of_nonsense(void **state)
{
	struct fixture *f = *state;
	unsigned int open_fds = count_open_fds();
	struct dice dice = { 1 };
	int memory = make_memory(1 << 16, 1), event = make_event(), i, j;
	uint8_t msg[128];
	struct client c;

	for (i = 0; i < 300; i++) {
		client_open(&c, f->server);
		for (j = 0; j < 30; j++) {
			const int fds[] = { throw(&dice) % 2 ? memory : event,
					    event };
			size_t size = make_message(&dice, msg);

			client_send(&c, msg, size, fds, throw(&dice) % 3);
		}
		/* All of it must be taken in, so do not just hang up. */
		shutdown(c.fd, SHUT_WR);
		client_await_cut(&c);
		/* The storm may have reset or configured the device. */
		assert_int_equal(vfu_irq_trigger(f->server, 99), -EINVAL);
	}
	close(memory);
	close(event);
	/* Files of mappings are kept a while; nothing else is. */
	assert_in_range(count_open_fds(), open_fds, open_fds + 8);
	client_open(&c, f->server);
	assert_int_equal(client_read_config(&c, 0, 2), 0x1d0f);
	assert_int_equal(client_close(&c), 0);
	assert_int_equal(f->disconnects, 301);
}

int main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_headers_that_end_the_connection),
		TEST(test_leaving_in_the_middle),
		TEST(test_beginnings_that_are_none),
		TEST(test_payloads_that_are_refused),
		TEST(test_count_that_overflows),
		TEST(test_descriptors_do_not_pile_up),
		TEST(test_a_deaf_client),
		TEST(test_a_storm_of_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
