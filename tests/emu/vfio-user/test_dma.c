// SPDX-License-Identifier: GPL-2.0-only
/* Guest memory as the device sees it: mapped, unmapped, shared or asked for. */
#include "vfio-user/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	VFU_PAGE_SIZE
#define RW	(VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE)
#define MEMORY	(1u << 20)

static struct client c;
static struct answer answer;
static int memory;	/* a sealed memfd of MEMORY bytes ... */
static uint8_t *guest;	/* ... as the guest sees it */

static int setup(void **state)
{
	if (fixture_setup(state))
		return -1;
	memory = make_memory(MEMORY, 1);
	guest = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	client_open(&c, ((struct fixture *)*state)->server);
	return 0;
}

static int teardown(void **state)
{
	int ret = client_close(&c);

	munmap(guest, MEMORY);
	close(memory);
	return ret ? ret : fixture_teardown(state);
}

static struct vfu_server *server(void **state)
{
	return ((struct fixture *)*state)->server;
}

static void test_reads_and_writes_what_is_mapped(void **state)
{
	uint8_t buf[3 * PAGE];
	size_t i;

	assert_int_equal(client_map(&c, 0x100000, 16 * PAGE, RW, memory,
				    4 * PAGE), 0);
	for (i = 0; i < sizeof(buf); i++)
		guest[5 * PAGE + 3 + i] = i * 7;
	assert_int_equal(vfu_dma_read(server(state), 0x101003, buf,
				      sizeof(buf)), 0);
	assert_memory_equal(buf, guest + 5 * PAGE + 3, sizeof(buf));

	memset(buf, 0x5c, sizeof(buf));
	assert_int_equal(vfu_dma_write(server(state), 0x100000 + 13 * PAGE, buf,
				       sizeof(buf)), 0);
	assert_memory_equal(guest + 17 * PAGE, buf, sizeof(buf));
	assert_int_equal(guest[20 * PAGE], 0);
	assert_int_equal(vfu_dma_read(server(state), 0, buf, 0), 0);
}

/* A buffer of many pages that lie anywhere, as an IOMMU shows it */
static void test_one_transfer_spans_many_mappings(void **state)
{
	const size_t n = 100;
	uint8_t *buf = malloc(n * PAGE);
	size_t i;

	for (i = 0; i < n; i++) {
		memset(guest + (n - 1 - i) * PAGE, i + 1, PAGE);
		assert_int_equal(client_map(&c, 0x80000000 + i * PAGE, PAGE, RW,
					    memory, (n - 1 - i) * PAGE), 0);
	}
	assert_int_equal(vfu_dma_read(server(state), 0x80000000, buf, n * PAGE),
			 0);
	for (i = 0; i < n * PAGE; i++)
		if (buf[i] != i / PAGE + 1)
			fail_msg("byte %zu is %u", i, buf[i]);
	memset(buf, 0xab, n * PAGE);
	assert_int_equal(vfu_dma_write(server(state), 0x80000010, buf,
				       n * PAGE - 32), 0);
	assert_int_equal(guest[(n - 1) * PAGE + 15], 1);
	assert_int_equal(guest[(n - 1) * PAGE + 16], 0xab);
	assert_int_equal(guest[PAGE - 17], 0xab);
	assert_int_equal(guest[PAGE - 16], n);
	free(buf);
}

static void test_holes_fault(void **state)
{
	uint8_t buf[4 * PAGE] = {};

	assert_int_equal(client_map(&c, PAGE, PAGE, RW, memory, 0), 0);
	assert_int_equal(client_map(&c, 3 * PAGE, PAGE, RW, memory, 0), 0);
	assert_int_equal(vfu_dma_read(server(state), 0, buf, 1), -EFAULT);
	assert_int_equal(vfu_dma_read(server(state), PAGE - 1, buf, 2), -EFAULT);
	assert_int_equal(vfu_dma_read(server(state), PAGE, buf, PAGE), 0);
	assert_int_equal(vfu_dma_read(server(state), PAGE, buf, PAGE + 1),
			 -EFAULT);
	assert_int_equal(vfu_dma_write(server(state), PAGE, buf, 3 * PAGE),
			 -EFAULT);
	assert_int_equal(vfu_dma_read(server(state), UINT64_MAX, buf, 1),
			 -EFAULT);
	assert_int_equal(vfu_dma_read(server(state), UINT64_MAX, buf, 2),
			 -EFAULT);
	assert_int_equal(vfu_dma_read(server(state), UINT64_MAX - PAGE + 1, buf,
				      2 * PAGE), -EFAULT);
}

static void test_directions_are_kept(void **state)
{
	char path[64];
	uint8_t byte = 0;
	int read_only;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
	read_only = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(read_only >= 0);

	assert_int_equal(client_map(&c, 0, PAGE, VFU_DMA_MAP_READ, memory, 0),
			 0);
	assert_int_equal(client_map(&c, PAGE, PAGE, VFU_DMA_MAP_WRITE, memory,
				    0), 0);
	assert_int_equal(client_map(&c, 2 * PAGE, PAGE, VFU_DMA_MAP_READ,
				    read_only, 0), 0);
	assert_int_equal(client_map(&c, 3 * PAGE, PAGE, RW, read_only, 0),
			 -EACCES);
	assert_int_equal(vfu_dma_read(server(state), 0, &byte, 1), 0);
	assert_int_equal(vfu_dma_write(server(state), 0, &byte, 1), -EFAULT);
	assert_int_equal(vfu_dma_read(server(state), PAGE, &byte, 1), -EFAULT);
	assert_int_equal(vfu_dma_write(server(state), PAGE, &byte, 1), 0);
	assert_int_equal(vfu_dma_read(server(state), 2 * PAGE, &byte, 1), 0);
	close(read_only);
}

/* How often this process has the guest's memory mapped */
static unsigned int count_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned int n = 0;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		if (strstr(line, "memfd:memory"))
			n++;
	fclose(maps);
	return n;
}

static void test_a_file_is_mapped_once(void **state)
{
	unsigned int before = count_mappings(), fds = count_open_fds();
	size_t i;

	(void)state;
	for (i = 0; i < 200; i++)
		assert_int_equal(client_map(&c, i * 2 * PAGE, PAGE, RW, memory,
					    i * PAGE), 0);
	assert_int_equal(count_mappings(), before + 1);
	assert_int_equal(count_open_fds(), fds + 1);
	/* It is kept over a moment in which nothing shows it. */
	assert_int_equal(client_unmap(&c, 0, 400 * PAGE, 0), 0);
	assert_int_equal(client_map(&c, 0, PAGE, RW, memory, 0), 0);
	assert_int_equal(count_mappings(), before + 1);
}

static void test_many_files_are_not_kept_for_ever(void **state)
{
	unsigned int fds = count_open_fds();
	int i, fd;

	(void)state;
	for (i = 0; i < 100; i++) {
		fd = make_memory(PAGE, 1);
		assert_int_equal(client_map(&c, 0, PAGE, RW, fd, 0), 0);
		assert_int_equal(client_unmap(&c, 0, PAGE, 0), 0);
		close(fd);
	}
	assert_in_range(count_open_fds(), fds, fds + 16);
}

static void test_a_file_that_grew(void **state)
{
	int fd = make_memory(PAGE, 0);
	uint8_t byte = 0x33;

	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	assert_int_equal(client_map(&c, 0, PAGE, RW, fd, 0), 0);
	assert_int_equal(client_map(&c, PAGE, PAGE, RW, fd, PAGE), -EINVAL);
	assert_int_equal(ftruncate(fd, 2 * PAGE), 0);
	assert_int_equal(client_map(&c, PAGE, PAGE, RW, fd, PAGE), 0);
	assert_int_equal(vfu_dma_write(server(state), 2 * PAGE - 1, &byte, 1),
			 0);
	assert_int_equal(vfu_dma_write(server(state), 0, &byte, 1), 0);
	assert_int_equal(pread(fd, &byte, 1, 2 * PAGE - 1), 1);
	assert_int_equal(byte, 0x33);
	close(fd);
}

/* Touching a mapping of what was cut off would raise SIGBUS. */
static void test_a_file_that_shrinks(void **state)
{
	int fd = make_memory(4 * PAGE, 0);
	uint8_t buf[2 * PAGE] = { 1, 2, 3 };
	struct vfu_pin pin;

	assert_int_equal(client_map(&c, 0, 4 * PAGE, RW, fd, 0), 0);
	assert_int_equal(vfu_dma_write(server(state), PAGE - 1, buf,
				       sizeof(buf)), 0);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(vfu_dma_read(server(state), PAGE - 1, buf, 3), 0);
	assert_memory_equal(buf, "\1\2\3", 3);
	assert_int_equal(vfu_dma_pin(server(state), 0, 1, false, &pin),
			 -EOPNOTSUPP);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(vfu_dma_read(server(state), 0, buf, 1), -EFAULT);
	close(fd);
}

static void test_mappings_that_are_refused(void **state)
{
	const struct {
		uint64_t iova, size;
		uint32_t flags;
		uint64_t offset;
		int error;
	} bad[] = {
		{ 1, PAGE, RW, 0, -EINVAL },
		{ 0, 0, RW, 0, -EINVAL },
		{ 0, PAGE + 1, RW, 0, -EINVAL },
		{ UINT64_MAX - PAGE + 1, 2 * PAGE, RW, 0, -EINVAL },
		{ 2 * PAGE, UINT64_MAX - PAGE + 1, RW, 0, -EINVAL },
		{ 0, PAGE, 0, 0, -EINVAL },
		{ 0, PAGE, 4 | RW, 0, -EINVAL },
		{ 0, PAGE, RW, UINT64_MAX - 8, -EINVAL },
		{ 0, PAGE, RW, MEMORY, -EINVAL },
		{ 0, MEMORY + PAGE, RW, 0, -EINVAL },
		{ 0x100000, PAGE, RW, 0, -EEXIST },
		{ 0x0ff000, 2 * PAGE, RW, 0, -EEXIST },
		{ 0x101000, PAGE, RW, 0, -EEXIST },
		{ 0, 0x200000, RW, 0, -EINVAL },
	};
	int fds[2], device = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint8_t byte;
	size_t i;

	assert_int_equal(client_map(&c, 0x100000, 2 * PAGE, RW, memory, 0), 0);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (client_map(&c, bad[i].iova, bad[i].size, bad[i].flags,
			       memory, bad[i].offset) != bad[i].error)
			fail_msg("case %zu", i);
	assert_int_equal(client_map(&c, 0, PAGE, RW, device, 0), -EINVAL);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(client_map(&c, 0, PAGE, RW, fds[1], 0), -EINVAL);
	assert_int_equal(client_map(&c, 0, PAGE, RW, -1, PAGE), -EINVAL);
	close(fds[0]);
	close(fds[1]);
	close(device);
	assert_int_equal(vfu_dma_read(server(state), 0, &byte, 1), -EFAULT);
	assert_int_equal(vfu_dma_read(server(state), 0x101fff, &byte, 1), 0);
}

static void test_unmaps_small_and_huge(void **state)
{
	uint8_t byte;
	int i;

	/* What QEMU does first behind an IOMMU: unmap what never was. */
	assert_int_equal(client_unmap(&c, 0, UINT64_C(1) << 63, 0), 0);
	assert_int_equal(client_unmap(&c, UINT64_C(1) << 63, UINT64_C(1) << 63,
				      0), 0);
	for (i = 0; i < 8; i++)
		assert_int_equal(client_map(&c, i * PAGE, PAGE, RW, memory, 0),
				 0);
	assert_int_equal(client_map(&c, 16 * PAGE, 4 * PAGE, RW, memory, 0), 0);

	/* Never a mapping in part, neither end of it nor its middle */
	assert_int_equal(client_unmap(&c, 17 * PAGE, PAGE, 0), -EINVAL);
	assert_int_equal(client_unmap(&c, 16 * PAGE, PAGE, 0), -EINVAL);
	assert_int_equal(client_unmap(&c, 19 * PAGE, 8 * PAGE, 0), -EINVAL);
	assert_int_equal(client_unmap(&c, 0, 17 * PAGE, 0), -EINVAL);
	assert_int_equal(client_unmap(&c, 1, PAGE, 0), -EINVAL);
	assert_int_equal(client_unmap(&c, 0, 0, 0), -EINVAL);
	assert_int_equal(client_unmap(&c, 2 * PAGE, UINT64_MAX - PAGE + 1, 0),
			 -EINVAL);
	assert_int_equal(client_unmap(&c, 0, PAGE, 4), -EINVAL);
	assert_int_equal(client_unmap(&c, 0, PAGE, VFU_DMA_UNMAP_ALL), -EINVAL);
	for (i = 0; i < 8; i++)
		assert_int_equal(vfu_dma_read(server(state), i * PAGE, &byte,
					      1), 0);

	assert_int_equal(client_unmap(&c, 2 * PAGE, 2 * PAGE, 0), 0);
	assert_int_equal(vfu_dma_read(server(state), PAGE, &byte, 1), 0);
	assert_int_equal(vfu_dma_read(server(state), 2 * PAGE, &byte, 1),
			 -EFAULT);
	assert_int_equal(vfu_dma_read(server(state), 4 * PAGE, &byte, 1), 0);
	assert_int_equal(client_unmap(&c, 0, 0, VFU_DMA_UNMAP_ALL), 0);
	assert_int_equal(vfu_dma_read(server(state), PAGE, &byte, 1), -EFAULT);
	assert_int_equal(vfu_dma_read(server(state), 16 * PAGE, &byte, 1),
			 -EFAULT);
}

static void test_as_many_as_promised_and_no_more(void **state)
{
	struct vfu_dma_map_request request = {
		.argsz = sizeof(request), .flags = RW, .size = PAGE,
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < VFU_MAX_DMA_MAPS; i++) {
		request.iova = (uint64_t)(VFU_MAX_DMA_MAPS - i) * PAGE;
		client_send_command(&c, VFU_DMA_MAP, VFU_NO_REPLY, &request,
				    sizeof(request), NULL, 0);
	}
	assert_int_equal(client_map(&c, 0, PAGE, RW, memory, 0), -ENOSPC);
	assert_int_equal(client_unmap(&c, PAGE, PAGE, 0), 0);
	assert_int_equal(client_map(&c, 0, PAGE, RW, memory, 0), 0);
	assert_int_equal(client_unmap(&c, 0, 0, VFU_DMA_UNMAP_ALL), 0);
}

static void test_pins(void **state)
{
	struct vfu_pin pin;

	assert_int_equal(client_map(&c, 0, 2 * PAGE, VFU_DMA_MAP_READ, memory,
				    PAGE), 0);
	assert_int_equal(vfu_dma_pin(server(state), 5, 100, false, &pin), 0);
	assert_int_equal(pin.len, 100);
	guest[PAGE + 5] = 0x42;
	assert_int_equal(*(uint8_t *)pin.ptr, 0x42);
	vfu_dma_unpin(server(state), &pin);
	assert_int_equal(vfu_dma_pin(server(state), PAGE, SIZE_MAX, false, &pin),
			 0);
	assert_int_equal(pin.len, PAGE);
	vfu_dma_unpin(server(state), &pin);
	assert_int_equal(vfu_dma_pin(server(state), 0, 1, true, &pin), -EFAULT);
	assert_int_equal(vfu_dma_pin(server(state), 2 * PAGE, 1, false, &pin),
			 -EFAULT);
	assert_int_equal(vfu_dma_pin(server(state), 0, 0, false, &pin), -EINVAL);
	assert_int_equal(client_map(&c, 4 * PAGE, PAGE, RW, -1, 0), 0);
	assert_int_equal(vfu_dma_pin(server(state), 4 * PAGE, 1, false, &pin),
			 -EOPNOTSUPP);
}

static bool answered(void)
{
	struct pollfd fd = { .fd = c.fd, .events = POLLIN };

	/* Long enough for a wrong server to have answered. */
	return poll(&fd, 1, 50) > 0;
}

/*
 * The reply to an unmap means that nobody touches the range any more; copies
 * elsewhere are none of its business.
 */
static void test_unmap_waits_for_what_is_in_its_range(void **state)
{
	struct vfu_dma_unmap_request request = {
		.argsz = sizeof(request), .iova = 0, .size = PAGE,
	};
	struct vfu_pin here, there;
	uint8_t byte;

	assert_int_equal(client_map(&c, 0, PAGE, RW, memory, 0), 0);
	assert_int_equal(client_map(&c, PAGE, PAGE, RW, memory, 0), 0);
	assert_int_equal(vfu_dma_pin(server(state), 0, 1, true, &here), 0);
	assert_int_equal(vfu_dma_pin(server(state), PAGE, 1, true, &there), 0);
	client_send_command(&c, VFU_DMA_UNMAP, 0, &request, sizeof(request),
			    NULL, 0);
	/* From when it has begun, new copies do not get in while it waits. */
	while (vfu_dma_read(server(state), 0, &byte, 1) != -EFAULT)
		sched_yield();
	assert_false(answered());
	assert_int_equal(vfu_dma_read(server(state), PAGE, &byte, 1), 0);
	*(uint8_t *)here.ptr = 0x99;
	vfu_dma_unpin(server(state), &here);
	client_receive(&c, &answer);
	assert_int_equal(answer.header.flags, VFU_TYPE_REPLY);
	assert_int_equal(guest[0], 0x99);
	vfu_dma_unpin(server(state), &there);
}

/* --- memory that the client did not share --- */

struct job {
	struct vfu_server *server;
	uint64_t iova;
	uint8_t *buf;
	size_t len;
	bool write;
	int result;
	pthread_t thread;
};

static void *run_job(void *arg)
{
	struct job *job = arg;

	job->result = job->write ?
		vfu_dma_write(job->server, job->iova, job->buf, job->len) :
		vfu_dma_read(job->server, job->iova, job->buf, job->len);
	return NULL;
}

static void start(struct job *job, void **state, uint64_t iova, uint8_t *buf,
		  size_t len, bool write)
{
	*job = (struct job) { server(state), iova, buf, len, write, 0, 0 };
	assert_int_equal(pthread_create(&job->thread, NULL, run_job, job), 0);
}

static int finish(struct job *job)
{
	pthread_join(job->thread, NULL);
	return job->result;
}

static void reply_to(const struct answer *request, uint32_t flags, int error,
		     const void *payload, size_t size)
{
	struct {
		struct vfu_header header;
		uint8_t payload[65536];
	} msg;

	msg.header = request->header;
	msg.header.flags = VFU_TYPE_REPLY | flags;
	msg.header.error = error;
	msg.header.size = sizeof(msg.header) + size;
	if (size)
		memcpy(msg.payload, payload, size);
	client_send(&c, &msg, msg.header.size, NULL, 0);
}

static void test_unshared_memory_is_asked_for(void **state)
{
	uint8_t buf[100] = {}, payload[16 + 100];
	struct vfu_dma_access access;
	struct job job;
	size_t i;

	assert_int_equal(client_map(&c, 0x4000, PAGE, RW, -1, 0), 0);
	start(&job, state, 0x4010, buf, sizeof(buf), false);
	client_receive(&c, &answer);
	assert_int_equal(answer.header.command, VFU_DMA_READ);
	assert_int_equal(answer.header.flags, VFU_TYPE_COMMAND);
	assert_int_equal(answer.size, sizeof(access));
	memcpy(&access, answer.payload, sizeof(access));
	assert_int_equal(access.iova, 0x4010);
	assert_int_equal(access.count, sizeof(buf));
	memcpy(payload, &access, sizeof(access));
	for (i = 0; i < sizeof(buf); i++)
		payload[16 + i] = i + 1;

	/* The client is served while its answer is awaited. */
	{
		struct answer request = answer;

		assert_int_equal(client_read_config(&c, 0, 2), 0x1d0f);
		reply_to(&request, 0, 0, payload, sizeof(payload));
	}
	assert_int_equal(finish(&job), 0);
	assert_memory_equal(buf, payload + 16, sizeof(buf));

	start(&job, state, 0x4000, buf, sizeof(buf), true);
	client_receive(&c, &answer);
	assert_int_equal(answer.header.command, VFU_DMA_WRITE);
	assert_int_equal(answer.size, 16 + sizeof(buf));
	assert_memory_equal(answer.payload + 16, buf, sizeof(buf));
	reply_to(&answer, 0, 0, answer.payload, 12);
	assert_int_equal(finish(&job), 0);
}

static void test_answers_that_are_no_answer(void **state)
{
	uint8_t buf[16] = {}, payload[64] = {};
	struct answer first;
	struct job job;

	assert_int_equal(client_map(&c, 0, PAGE, RW, -1, 0), 0);

	start(&job, state, 0, buf, sizeof(buf), false);
	client_receive(&c, &answer);
	reply_to(&answer, VFU_ERROR, ENODEV, NULL, 0);
	assert_int_equal(finish(&job), -ENODEV);

	/* An error without a number, and numbers that are none */
	start(&job, state, 0, buf, sizeof(buf), false);
	client_receive(&c, &answer);
	reply_to(&answer, VFU_ERROR, 0, NULL, 0);
	assert_int_equal(finish(&job), -EIO);
	start(&job, state, 0, buf, sizeof(buf), true);
	client_receive(&c, &answer);
	reply_to(&answer, VFU_ERROR, -1, NULL, 0);
	assert_int_equal(finish(&job), -EIO);

	/* Too little, too much */
	start(&job, state, 0, buf, sizeof(buf), false);
	client_receive(&c, &answer);
	reply_to(&answer, 0, 0, payload, 16 + 15);
	assert_int_equal(finish(&job), -EPROTO);
	start(&job, state, 0, buf, sizeof(buf), false);
	client_receive(&c, &answer);
	reply_to(&answer, 0, 0, payload, 16 + 17);
	assert_int_equal(finish(&job), -EPROTO);
	start(&job, state, 0, buf, sizeof(buf), false);
	client_receive(&c, &answer);
	reply_to(&answer, 0, 0, payload, 0);
	assert_int_equal(finish(&job), -EPROTO);

	/* Ones that nobody asked for, and one that comes twice */
	start(&job, state, 0, buf, sizeof(buf), false);
	client_receive(&c, &first);
	memset(payload + 16, 0xee, 16);
	answer = first;
	answer.header.id += 5;
	reply_to(&answer, 0, 0, payload, 32);
	answer = first;
	answer.header.command = VFU_DMA_WRITE;
	reply_to(&answer, 0, 0, payload, 32);
	memset(payload + 16, 0x11, 16);
	reply_to(&first, 0, 0, payload, 32);
	assert_int_equal(finish(&job), 0);
	assert_memory_equal(buf, payload + 16, 16);
	reply_to(&first, 0, 0, payload, 32);
	assert_int_equal(client_read_config(&c, 0, 2), 0x1d0f);
}

static void test_large_transfers_come_in_pieces(void **state)
{
	struct fixture *f = *state;
	static uint8_t buf[10000];
	struct vfu_dma_access access;
	size_t expect[] = { 4096, 4096, 1808 };
	struct job job;
	int i;

	client_close(&c);
	client_connect(&c, f->server);
	client_negotiate(&c, "{\"capabilities\":{\"max_data_xfer_size\":4096}}");
	assert_int_equal(client_map(&c, 0, 4 * PAGE, RW, -1, 0), 0);
	start(&job, state, 0, buf, sizeof(buf), true);
	for (i = 0; i < 3; i++) {
		client_receive(&c, &answer);
		memcpy(&access, answer.payload, sizeof(access));
		assert_int_equal(access.iova, i * 4096);
		assert_int_equal(access.count, expect[i]);
		assert_int_equal(answer.size, 16 + expect[i]);
		reply_to(&answer, 0, 0, NULL, 0);	/* as QEMU does */
	}
	assert_int_equal(finish(&job), 0);
}

static void test_client_leaves_with_a_request_open(void **state)
{
	struct fixture *f = *state;
	uint8_t byte;
	struct job job;

	assert_int_equal(client_map(&c, 0, PAGE, RW, -1, 0), 0);
	start(&job, state, 0, &byte, 1, false);
	client_receive(&c, &answer);
	assert_int_equal(client_close(&c), 0);
	assert_int_equal(finish(&job), -ENOTCONN);
	assert_int_equal(vfu_dma_read(f->server, 0, &byte, 1), -EFAULT);
	client_open(&c, f->server);
	assert_int_equal(vfu_dma_read(f->server, 0, &byte, 1), -EFAULT);
}

static void test_stop_with_a_request_open(void **state)
{
	struct fixture *f = *state;
	uint8_t byte;
	struct job job;

	assert_int_equal(client_map(&c, 0, PAGE, RW, -1, 0), 0);
	start(&job, state, 0, &byte, 1, false);
	client_receive(&c, &answer);
	vfu_server_stop(f->server);
	assert_int_equal(client_await_cut(&c), -ECANCELED);
	assert_int_equal(finish(&job), -ECANCELED);

	vfu_server_destroy(f->server);
	assert_int_equal(vfu_server_create(fixture_options(f), fixture_ops(), f,
					   &f->server), 0);
	client_open(&c, f->server);
}

/* The client waits for the callback's end, so it could not answer. */
static void test_no_request_from_a_callback(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(client_map(&c, 0x7000, PAGE, RW, -1, 0), 0);
	assert_int_equal(client_write(&c, 0, 0, "x", 1), 0);
	assert_int_equal(f->dma_in_callback, -EDEADLK);
	assert_int_equal(client_unmap(&c, 0x7000, PAGE, 0), 0);
	assert_int_equal(client_map(&c, 0x7000, PAGE, RW, memory, 0), 0);
	assert_int_equal(client_write(&c, 0, 0, "x", 1), 0);
	assert_int_equal(f->dma_in_callback, 0);
}

/* --- engines at work while the guest maps and unmaps --- */

#define ENGINES	4
#define SLOTS	64

static atomic_bool engines_stop;
static atomic_uint copies, faults;

static void *engine(void *arg)
{
	struct vfu_server *s = arg;
	uint8_t buf[4 * PAGE];
	uint32_t random = (uintptr_t)&buf >> 4;

	memset(buf, 0xc3, sizeof(buf));
	while (!engines_stop) {
		uint64_t iova;
		struct vfu_pin pin;
		int ret;

		random = random * 1664525 + 1013904223;
		iova = (uint64_t)(random >> 8) % (SLOTS * PAGE);
		if (random & 1)
			ret = vfu_dma_write(s, iova, buf, random % sizeof(buf));
		else
			ret = vfu_dma_read(s, iova, buf, random % sizeof(buf));
		if (ret)
			faults++;
		else
			copies++;
		if (!vfu_dma_pin(s, iova, 64, false, &pin)) {
			random += *(volatile uint8_t *)pin.ptr;
			vfu_dma_unpin(s, &pin);
		}
	}
	return NULL;
}

/*
 * After an unmap's reply the page is the guest's again: whatever an engine
 * still wrote would be seen in the pattern.
 */
static void test_nothing_is_written_after_unmap(void **state)
{
	pthread_t threads[ENGINES];
	int i, slot, round;

	engines_stop = false;
	copies = 0;
	for (i = 0; i < ENGINES; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, engine,
						server(state)), 0);
	for (round = 0; round < 2000 || !copies || !faults; round++) {
		slot = round * 7 % SLOTS;
		if (client_map(&c, slot * PAGE, PAGE, RW, memory,
			       slot * PAGE) == 0)
			continue;
		assert_int_equal(client_unmap(&c, slot * PAGE, PAGE, 0), 0);
		memset(guest + slot * PAGE, round, PAGE);
		for (i = 0; i < (int)PAGE; i += 64)
			if (guest[slot * PAGE + i] != (uint8_t)round)
				fail_msg("written after unmap");
	}
	engines_stop = true;
	for (i = 0; i < ENGINES; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_reads_and_writes_what_is_mapped),
		TEST(test_one_transfer_spans_many_mappings),
		TEST(test_holes_fault),
		TEST(test_directions_are_kept),
		TEST(test_a_file_is_mapped_once),
		TEST(test_many_files_are_not_kept_for_ever),
		TEST(test_a_file_that_grew),
		TEST(test_a_file_that_shrinks),
		TEST(test_mappings_that_are_refused),
		TEST(test_unmaps_small_and_huge),
		TEST(test_as_many_as_promised_and_no_more),
		TEST(test_pins),
		TEST(test_unmap_waits_for_what_is_in_its_range),
		TEST(test_unshared_memory_is_asked_for),
		TEST(test_answers_that_are_no_answer),
		TEST(test_large_transfers_come_in_pieces),
		TEST(test_client_leaves_with_a_request_open),
		TEST(test_stop_with_a_request_open),
		TEST(test_no_request_from_a_callback),
		TEST(test_nothing_is_written_after_unmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
