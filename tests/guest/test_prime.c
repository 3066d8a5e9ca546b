// SPDX-License-Identifier: GPL-2.0-only
/* Buffers that travel: between contexts, processes, drivers, and from memfds. */
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

static struct gantry_buffer_info info_of(const struct gantry_buffer *buf)
{
	struct gantry_buffer_info info = { .size = sizeof(info) };

	assert_done(gantry_buffer_get_info(buf, &info));
	return info;
}

static int export_of(struct gantry_buffer *buf)
{
	int fd = gantry_buffer_export(buf);

	assert_done(fd);
	return fd;
}

static void another_context_reaches_an_exported_buffer(void **state)
{
	static const uint32_t regions[] = { 0, 3, GANTRY_REGION_HOST };
	struct gantry_device *other = card_open(0);
	struct bench *b = *state;
	struct gantry_queue *queue;
	unsigned int i;

	assert_done(gantry_queue_create(other, NULL, &queue));
	for (i = 0; i < ARRAY_LENGTH(regions); i++) {
		struct gantry_buffer *mine = buffer_make(b->dev, 64 * KIB, regions[i]), *theirs;
		struct gantry_buffer *out = buffer_make(other, 64 * KIB, GANTRY_REGION_HOST);
		int fd = export_of(mine);

		assert_done(gantry_buffer_import(other, fd, &theirs));
		close(fd);
		assert_int_equal(info_of(theirs).length, 64 * KIB);
		assert_int_equal(info_of(theirs).region, region_at(b->fd, regions[i]));
		data_write(buffer_map(mine), 64 * KIB, i);
		copy_now(queue, out, 0, theirs, 0, 64 * KIB);
		data_expect(buffer_map(out), 64 * KIB, i);
		/* It outlives the one who made it. */
		gantry_buffer_destroy(mine);
		copy_now(queue, out, 0, theirs, 0, 64 * KIB);
		data_expect(buffer_map(out), 64 * KIB, i);
		gantry_buffer_destroy(theirs);
		gantry_buffer_destroy(out);
	}
	gantry_queue_destroy(queue);
	gantry_device_close(other);
}

static void send_fd(int socket, int fd)
{
	char data = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec io = { .iov_base = &data, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	assert_int_equal(sendmsg(socket, &message, 0), 1);
}

static int receive_fd(int socket)
{
	char data, control[CMSG_SPACE(sizeof(int))];
	struct iovec io = { .iov_base = &data, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd = -1;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* What the program does when it is started with a socket: add one to every byte. */
static int answer_on(int socket)
{
	struct gantry_device *dev = card_open(0);
	struct gantry_buffer *shared, *host = buffer_make(dev, 64 * KIB, GANTRY_REGION_HOST);
	struct gantry_queue *queue;
	uint8_t *map = buffer_map(host);
	int fd = receive_fd(socket), i;

	assert_done(gantry_queue_create(dev, NULL, &queue));
	assert_done(gantry_buffer_import(dev, fd, &shared));
	copy_now(queue, host, 0, shared, 0, 64 * KIB);
	for (i = 0; i < (int)(64 * KIB); i++)
		map[i]++;
	copy_now(queue, shared, 0, host, 0, 64 * KIB);
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(shared);
	gantry_buffer_destroy(host);
	gantry_device_close(dev);
	return 0;
}

static void another_process_reaches_a_buffer_it_was_sent(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 64 * KIB, 1);
	int sockets[2], fd = export_of(buf), status;
	pid_t child;

	memset(buffer_map(buf), 0x20, 64 * KIB);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(sockets[1], STDIN_FILENO);
		execl("/proc/self/exe", "test_prime", "answer", NULL);
		_exit(1);
	}
	send_fd(sockets[0], fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	bytes_expect(buffer_map(buf), 64 * KIB, 0x21);
	close(fd);
	close(sockets[0]);
	close(sockets[1]);
	gantry_buffer_destroy(buf);
}

static void a_context_can_be_sent_to_another_process(void **state)
{
	struct bench *b = *state;
	struct gantry_device *same;
	struct gantry_buffer *buf;

	/* As after SCM_RIGHTS: a duplicate of the descriptor is the same context. */
	assert_done(gantry_device_open_fd(b->fd, &same));
	buf = buffer_make(same, 4096, 0);
	assert_int_not_equal(buffer_handle(buf), 0);
	gantry_buffer_destroy(buf);
	gantry_device_close(same);
	assert_refused(gantry_device_open_fd(STDIN_FILENO, &same), EOPNOTSUPP);
	assert_refused(gantry_device_open_fd(-1, &same), EBADF);
}

static void importing_ones_own_export_is_the_same_memory(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 4096, 0), *again;
	int fd = export_of(buf);

	assert_done(gantry_buffer_import(b->dev, fd, &again));
	close(fd);
	memset(buffer_map(buf), 0x19, 4096);
	gantry_buffer_destroy(buf);
	bytes_expect(buffer_map(again), 4096, 0x19);
	gantry_buffer_destroy(again);
}

static void a_dma_buf_can_be_mapped(void **state)
{
	static const uint32_t regions[] = { 2, GANTRY_REGION_HOST };
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(regions); i++) {
		struct gantry_buffer *buf = buffer_make(b->dev, 64 * KIB, regions[i]);
		int fd = export_of(buf);
		uint8_t *map = mmap(NULL, 64 * KIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		assert_ptr_not_equal(map, MAP_FAILED);
		data_write(map, 64 * KIB, i);
		data_expect(buffer_map(buf), 64 * KIB, i);
		assert_ptr_equal(mmap(NULL, 68 * KIB, PROT_READ, MAP_SHARED, fd, 0), MAP_FAILED);
		close(fd);
		gantry_buffer_destroy(buf);
		data_expect(map, 64 * KIB, i);
		munmap(map, 64 * KIB);
	}
}

/* Exported by hand: the library always asks for a dma-buf that can be written. */
static void a_dma_buf_for_reading_can_be_mapped_for_reading(void **state)
{
	static const uint32_t regions[] = { 2, GANTRY_REGION_HOST };
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(regions); i++) {
		struct gantry_buffer *buf = buffer_make(b->dev, 64 * KIB, regions[i]);
		uint8_t *map;
		int fd;

		data_write(buffer_map(buf), 64 * KIB, i);
		assert_int_equal(drmPrimeHandleToFD(b->fd, buffer_handle(buf), DRM_CLOEXEC, &fd),
				 0);
		map = mmap(NULL, 64 * KIB, PROT_READ, MAP_SHARED, fd, 0);
		assert_ptr_not_equal(map, MAP_FAILED);
		data_expect(map, 64 * KIB, i);
		assert_int_equal(mprotect(map, 64 * KIB, PROT_READ | PROT_WRITE), -1);
		assert_ptr_equal(mmap(NULL, 64 * KIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
				 MAP_FAILED);
		assert_ptr_equal(mmap(NULL, 64 * KIB, PROT_READ, MAP_PRIVATE, fd, 0), MAP_FAILED);
		munmap(map, 64 * KIB);
		close(fd);
		gantry_buffer_destroy(buf);
	}
}

static int memfd_make(uint64_t size, unsigned int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void the_card_reaches_the_pages_of_a_memfd(void **state)
{
	struct bench *b = *state;
	int fd = memfd_make(256 * KIB, F_SEAL_SHRINK);
	uint8_t *map = mmap(NULL, 256 * KIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct gantry_buffer *hbm = buffer_make(b->dev, 256 * KIB, 0), *shared;
	struct gantry_buffer_info info;
	void *none;

	assert_ptr_not_equal(map, MAP_FAILED);
	assert_done(gantry_buffer_import_memfd(b->dev, fd, 64 * KIB, 128 * KIB, &shared));
	info = info_of(shared);
	assert_int_equal(info.length, 128 * KIB);
	assert_int_equal(info.region, GANTRY_REGION_HOST);
	assert_true(info.flags & GANTRY_BUFFER_IMPORTED);
	assert_refused(gantry_buffer_map(shared, &none), EOPNOTSUPP);

	data_write(map, 256 * KIB, 1);
	copy_now(b->queue, hbm, 0, shared, 0, 128 * KIB);
	assert_memory_equal(buffer_map(hbm), map + 64 * KIB, 128 * KIB);
	assert_done(gantry_queue_prep_fill(b->queue, shared, 4096, 8192, 0x66666666, 0));
	queue_run(b->queue);
	bytes_expect(map + 68 * KIB, 8192, 0x66);
	memset(map + 68 * KIB, 0, 8192);
	assert_refused(gantry_queue_prep_copy(b->queue, shared, 0, hbm, 0, 128 * KIB + 1, 0),
		       EINVAL);
	munmap(map, 256 * KIB);
	close(fd);
	gantry_buffer_destroy(shared);
	gantry_buffer_destroy(hbm);
}

static void a_memfd_that_could_shrink_is_refused(void **state)
{
	struct bench *b = *state;
	int open_fd = memfd_make(64 * KIB, 0), sealed = memfd_make(64 * KIB, F_SEAL_SHRINK);
	struct gantry_buffer *buf;

	assert_refused(gantry_buffer_import_memfd(b->dev, open_fd, 0, 64 * KIB, &buf), EPERM);
	assert_refused(gantry_buffer_import_memfd(b->dev, sealed, 0, 68 * KIB, &buf), EINVAL);
	assert_refused(gantry_buffer_import_memfd(b->dev, sealed, 1, 4096, &buf), EINVAL);
	assert_refused(gantry_buffer_import_memfd(b->dev, sealed, 0, 0, &buf), EINVAL);
	close(open_fd);
	close(sealed);
}

static void a_job_keeps_an_imported_buffer(void **state)
{
	struct bench *b = *state;
	int fd = memfd_make(1 * MIB, F_SEAL_SHRINK);
	uint8_t *map = mmap(NULL, 1 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct gantry_buffer *shared;
	uint64_t seqno;

	assert_ptr_not_equal(map, MAP_FAILED);
	assert_done(gantry_buffer_import_memfd(b->dev, fd, 0, 1 * MIB, &shared));
	assert_done(gantry_queue_prep_fill(b->queue, shared, 0, 1 * MIB, 0x77777777, 0));
	seqno = queue_submit(b->queue);
	gantry_buffer_destroy(shared);
	assert_done(gantry_queue_wait(b->queue, seqno, 60 * SECOND));
	bytes_expect(map, 1 * MIB, 0x77);
	munmap(map, 1 * MIB);
	close(fd);
}

static void memory_of_another_driver_can_be_imported(void **state)
{
	struct bench *b = *state;
	struct drm_mode_create_dumb dumb = { .width = 1024, .height = 16, .bpp = 32 };
	struct gantry_buffer *shared, *out = buffer_make(b->dev, 64 * KIB, GANTRY_REGION_HOST);
	int vgem = drmOpen("vgem", NULL), fd;
	uint8_t *map;

	assert_true(vgem >= 0);
	assert_done(raw_ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	assert_int_equal(drmPrimeHandleToFD(vgem, dumb.handle, DRM_CLOEXEC | DRM_RDWR, &fd), 0);
	map = mmap(NULL, 64 * KIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_done(gantry_buffer_import(b->dev, fd, &shared));
	data_write(map, 64 * KIB, 3);
	copy_now(b->queue, out, 0, shared, 0, 64 * KIB);
	data_expect(buffer_map(out), 64 * KIB, 3);
	gantry_buffer_destroy(shared);
	gantry_buffer_destroy(out);
	munmap(map, 64 * KIB);
	close(fd);
	close(vgem);
}

static void two_cards_share_host_memory(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *host, *theirs, *hbm[2];
	struct gantry_device *other;
	struct gantry_queue *queue;
	int fd;

	if (card_count() < 2)
		skip();
	other = card_open(1);
	assert_done(gantry_queue_create(other, NULL, &queue));
	host = buffer_make(b->dev, 256 * KIB, GANTRY_REGION_HOST);
	hbm[0] = buffer_make(b->dev, 256 * KIB, 0);
	hbm[1] = buffer_make(other, 256 * KIB, 0);
	fd = export_of(host);
	assert_done(gantry_buffer_import(other, fd, &theirs));
	close(fd);
	data_write(buffer_map(hbm[0]), 256 * KIB, 8);
	copy_now(b->queue, host, 0, hbm[0], 0, 256 * KIB);
	copy_now(queue, hbm[1], 0, theirs, 0, 256 * KIB);
	data_expect(buffer_map(hbm[1]), 256 * KIB, 8);
	gantry_buffer_destroy(theirs);
	gantry_buffer_destroy(hbm[0]);
	gantry_buffer_destroy(hbm[1]);
	gantry_buffer_destroy(host);
	gantry_queue_destroy(queue);
	gantry_device_close(other);
}

static void what_is_no_dma_buf_is_refused(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf;
	int fd = memfd_make(4096, F_SEAL_SHRINK);

	assert_refused(gantry_buffer_import(b->dev, fd, &buf), EINVAL);
	assert_refused(gantry_buffer_import(b->dev, -1, &buf), EBADF);
	close(fd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		bench_test(another_context_reaches_an_exported_buffer),
		bench_test(another_process_reaches_a_buffer_it_was_sent),
		bench_test(a_context_can_be_sent_to_another_process),
		bench_test(importing_ones_own_export_is_the_same_memory),
		bench_test(a_dma_buf_can_be_mapped),
		bench_test(a_dma_buf_for_reading_can_be_mapped_for_reading),
		bench_test(the_card_reaches_the_pages_of_a_memfd),
		bench_test(a_memfd_that_could_shrink_is_refused),
		bench_test(a_job_keeps_an_imported_buffer),
		bench_test(memory_of_another_driver_can_be_imported),
		bench_test(two_cards_share_host_memory),
		bench_test(what_is_no_dma_buf_is_refused),
	};

	if (argc > 1 && !strcmp(argv[1], "answer"))
		return answer_on(STDIN_FILENO);
	return cmocka_run_group_tests_name("prime", tests, cards_setup, cards_teardown);
}
