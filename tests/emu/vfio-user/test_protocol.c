// SPDX-License-Identifier: GPL-2.0-only
/* What a well-behaved client asks, and what it must hear. */
#include "vfio-user/fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct answer answer;

static void test_version_answers_what_was_asked(void **state)
{
	struct fixture *f = *state;
	const struct vfu_version *version = (void *)answer.payload;
	static const char request[] = "\0\0\5\0{\"capabilities\":{\"pgsizes\":4096,"
			       "\"max_msg_fds\":8,\"future\":[1]}}";
	struct client c;

	client_connect(&c, f->server);
	assert_int_equal(client_call(&c, VFU_VERSION, request, sizeof(request),
				     &answer), 0);
	assert_int_equal(version->major, 0);
	assert_true(version->minor <= 5);
	assert_int_equal(answer.payload[answer.size - 1], 0);
	assert_string_equal(version->data, "{\"capabilities\":{"
			    "\"max_msg_fds\":16,\"pgsizes\":4096}}");
	assert_int_equal(client_close(&c), 0);
}

static void test_version_needs_no_capabilities(void **state)
{
	struct fixture *f = *state;
	struct client c;

	client_connect(&c, f->server);
	assert_int_equal(client_call(&c, VFU_VERSION, "\0\0\0", 4, &answer), 0);
	assert_int_equal(client_close(&c), 0);
	assert_int_equal(f->disconnects, 1);
}

static void test_device_info(void **state)
{
	struct fixture *f = *state;
	const uint32_t request[4] = { 64, 0, 0, 0 };
	uint32_t info[4];
	struct client c;

	client_open(&c, f->server);
	assert_int_equal(client_call(&c, VFU_DEVICE_GET_INFO, request,
				     sizeof(request), &answer), 0);
	assert_int_equal(answer.size, sizeof(info));
	memcpy(info, answer.payload, sizeof(info));
	assert_int_equal(info[0], sizeof(info));
	assert_int_equal(info[1], VFIO_DEVICE_FLAGS_RESET |
				  VFIO_DEVICE_FLAGS_PCI);
	assert_int_equal(info[2], VFIO_PCI_NUM_REGIONS);
	assert_int_equal(info[3], VFIO_PCI_NUM_IRQS);
	assert_int_equal(client_close(&c), 0);
}

static void get_region(struct client *c, uint32_t index, uint32_t argsz,
		       struct vfio_region_info *info)
{
	const struct vfio_region_info request = {
		.argsz = argsz, .index = index,
	};

	assert_int_equal(client_call(c, VFU_DEVICE_GET_REGION_INFO, &request,
				     sizeof(request), &answer), 0);
	assert_true(answer.size >= sizeof(*info) && answer.size <= argsz);
	memcpy(info, answer.payload, sizeof(*info));
	assert_int_equal(info->index, index);
}

static void test_region_sizes_and_rights(void **state)
{
	const uint32_t rw = VFIO_REGION_INFO_FLAG_READ |
			    VFIO_REGION_INFO_FLAG_WRITE;
	const struct {
		uint64_t size;
		uint32_t flags;
	} expect[VFIO_PCI_NUM_REGIONS] = {
		[0] = { 0x1000, rw },
		[5] = { 0x4000, rw },
		[VFIO_PCI_ROM_REGION_INDEX] = { 4096,
						VFIO_REGION_INFO_FLAG_READ },
		[VFIO_PCI_CONFIG_REGION_INDEX] = { 4096, rw },
		[FIX_SPARSE_BAR] = { FIX_SPARSE_SIZE,
				     rw | VFIO_REGION_INFO_FLAG_MMAP |
				     VFIO_REGION_INFO_FLAG_CAPS },
		[FIX_WHOLE_BAR] = { FIX_WHOLE_SIZE,
				    rw | VFIO_REGION_INFO_FLAG_MMAP },
	};
	struct fixture *f = *state;
	struct vfio_region_info info;
	struct client c;
	uint32_t i;

	client_open(&c, f->server);
	for (i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		get_region(&c, i, 4096, &info);
		assert_int_equal(info.size, expect[i].size);
		assert_int_equal(info.flags, expect[i].flags);
		assert_int_equal(answer.n_fds,
				 !!(info.flags & VFIO_REGION_INFO_FLAG_MMAP));
		if (answer.n_fds)
			close(answer.fds[0]);
	}
	assert_int_equal(client_close(&c), 0);
}

static void test_sparse_areas_come_in_two_steps(void **state)
{
	struct fixture *f = *state;
	struct vfio_region_info_cap_sparse_mmap *cap;
	struct vfio_region_info info;
	struct stat ours, theirs;
	struct client c;

	client_open(&c, f->server);
	get_region(&c, FIX_SPARSE_BAR, sizeof(info), &info);
	assert_int_equal(answer.size, sizeof(info));
	assert_int_equal(info.argsz, sizeof(info) + 16 + 2 * 16);
	/* QEMU takes no capabilities without an offset, not even here. */
	assert_int_equal(info.cap_offset, sizeof(info));
	close(answer.fds[0]);

	get_region(&c, FIX_SPARSE_BAR, info.argsz, &info);
	assert_int_equal(answer.size, info.argsz);
	cap = (void *)(answer.payload + info.cap_offset);
	assert_int_equal(cap->header.id, VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	assert_int_equal(cap->header.version, 1);
	assert_int_equal(cap->header.next, 0);
	assert_int_equal(cap->nr_areas, 2);
	assert_int_equal(cap->areas[0].offset, FIX_AREA0);
	assert_int_equal(cap->areas[0].size, FIX_AREA0_SIZE);
	assert_int_equal(cap->areas[1].offset, FIX_AREA1);
	assert_int_equal(cap->areas[1].size, FIX_AREA1_SIZE);

	assert_int_equal(answer.n_fds, 1);
	assert_int_equal(fstat(f->sparse_fd, &ours), 0);
	assert_int_equal(fstat(answer.fds[0], &theirs), 0);
	assert_int_equal(ours.st_ino, theirs.st_ino);
	close(answer.fds[0]);
	assert_int_equal(client_close(&c), 0);
}

/* What a client maps and what it reads by message are the same bytes. */
static void test_mapping_and_messages_agree(void **state)
{
	struct fixture *f = *state;
	struct vfio_region_info info;
	uint32_t *map, value;
	struct client c;

	client_open(&c, f->server);
	get_region(&c, FIX_WHOLE_BAR, 4096, &info);
	map = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   answer.fds[0], info.offset);
	assert_true(map != MAP_FAILED);

	map[3] = 0x12345678;
	assert_int_equal(client_read(&c, FIX_WHOLE_BAR, 12, &value, 4), 0);
	assert_int_equal(value, 0x12345678);
	value = 0x9abcdef0;
	assert_int_equal(client_write(&c, FIX_WHOLE_BAR, FIX_WHOLE_SIZE - 4,
				      &value, 4), 0);
	assert_int_equal(map[FIX_WHOLE_SIZE / 4 - 1], 0x9abcdef0);
	assert_int_equal(f->accesses, 0);

	munmap(map, info.size);
	close(answer.fds[0]);
	assert_int_equal(client_close(&c), 0);
}

static void test_accesses_reach_the_model(void **state)
{
	struct fixture *f = *state;
	struct client c;
	uint8_t buf[8];

	client_open(&c, f->server);
	assert_int_equal(client_read(&c, 0, 0xff8, buf, 8), 0);
	assert_memory_equal(buf, "\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff", 8);
	assert_int_equal(f->last_bar, 0);
	assert_int_equal(f->last_len, 8);
	assert_int_equal(client_write(&c, 5, 0x3ffe, "ab", 2), 0);
	assert_int_equal(f->last_bar, 5);
	assert_int_equal(f->last_off, 0x3ffe);
	assert_memory_equal(f->last_data, "ab", 2);
	assert_int_equal(f->accesses, 2);

	f->answer = -EIO;
	assert_int_equal(client_read(&c, 0, 0, buf, 4), -EIO);
	assert_int_equal(client_write(&c, 0, 0, buf, 4), -EIO);
	assert_int_equal(client_close(&c), 0);
}

/* One access over the border between the model and the memory is cut there. */
static void test_access_across_areas_is_cut(void **state)
{
	struct fixture *f = *state;
	uint8_t buf[64], expect[64];
	struct client c;
	size_t i;

	client_open(&c, f->server);
	memset(buf, 0xee, sizeof(buf));
	assert_int_equal(pwrite(f->sparse_fd, buf, 32, FIX_AREA0), 32);
	assert_int_equal(client_read(&c, FIX_SPARSE_BAR, FIX_AREA0 - 32, buf,
				     64), 0);
	for (i = 0; i < 32; i++)
		expect[i] = FIX_AREA0 - 32 + i;
	memset(expect + 32, 0xee, 32);
	assert_memory_equal(buf, expect, 64);
	assert_int_equal(f->last_len, 32);

	assert_int_equal(client_write(&c, FIX_SPARSE_BAR,
				      FIX_AREA0 + FIX_AREA0_SIZE - 1, "xyz", 3),
			 0);
	assert_int_equal(f->last_off, FIX_AREA0 + FIX_AREA0_SIZE);
	assert_int_equal(f->last_len, 2);
	assert_memory_equal(f->last_data, "yz", 2);
	assert_int_equal(pread(f->sparse_fd, buf, 2,
			       FIX_AREA0 + FIX_AREA0_SIZE - 1), 2);
	assert_memory_equal(buf, "x\0", 2);
	assert_int_equal(client_close(&c), 0);
}

static void test_rom_is_padded_and_read_only(void **state)
{
	struct fixture *f = *state;
	struct client c;
	uint8_t buf[4];

	client_open(&c, f->server);
	assert_int_equal(client_read(&c, VFIO_PCI_ROM_REGION_INDEX, 0, buf, 4),
			 0);
	assert_memory_equal(buf, "\x55\xaa\x5a\x5a", 4);
	assert_int_equal(client_read(&c, VFIO_PCI_ROM_REGION_INDEX,
				     FIX_ROM_SIZE - 2, buf, 4), 0);
	assert_memory_equal(buf, "\x5a\x5a\0\0", 4);
	assert_int_equal(client_write(&c, VFIO_PCI_ROM_REGION_INDEX, 0, buf, 4),
			 -EPERM);
	assert_int_equal(client_close(&c), 0);
}

static void test_accesses_outside_are_refused(void **state)
{
	const struct {
		uint32_t region;
		uint64_t off;
		uint32_t len;
	} outside[] = {
		{ 0, 0x1000, 1 }, { 0, 0xfff, 2 }, { 0, UINT64_MAX, 4 },
		{ 0, UINT64_MAX - 3, 8 }, { 0, 0, 0 }, { 2, 0, 4 },
		{ VFIO_PCI_CONFIG_REGION_INDEX, 4094, 4 },
		{ VFIO_PCI_VGA_REGION_INDEX, 0, 1 },
		{ VFIO_PCI_NUM_REGIONS, 0, 4 }, { UINT32_MAX, 0, 4 },
		{ FIX_WHOLE_BAR, FIX_WHOLE_SIZE - 2, 4 },
	};
	struct fixture *f = *state;
	uint8_t buf[8] = {};
	struct client c;
	size_t i;

	client_open(&c, f->server);
	for (i = 0; i < sizeof(outside) / sizeof(*outside); i++) {
		assert_int_equal(client_read(&c, outside[i].region,
					     outside[i].off, buf,
					     outside[i].len), -EINVAL);
		assert_int_equal(client_write(&c, outside[i].region,
					      outside[i].off, buf,
					      outside[i].len), -EINVAL);
	}
	assert_int_equal(f->accesses, 0);
	assert_int_equal(client_close(&c), 0);
}

static void test_several_writes_in_one_message(void **state)
{
	const struct {
		uint64_t count;
		struct vfu_region_write_one write[2];
	} request = { 2, { { 8, 0, 4, "aaaa" }, { 0, FIX_WHOLE_BAR, 8,
						  "bbbbbbbb" } } };
	struct fixture *f = *state;
	struct client c;
	uint64_t done;
	char buf[8];

	client_open(&c, f->server);
	assert_int_equal(client_call(&c, VFU_REGION_WRITE_MULTI, &request,
				     sizeof(request), &answer), 0);
	assert_int_equal(answer.size, 8);
	memcpy(&done, answer.payload, 8);
	assert_int_equal(done, 2);
	assert_int_equal(f->accesses, 1);
	assert_memory_equal(f->last_data, "aaaa", 4);
	assert_int_equal(client_read(&c, FIX_WHOLE_BAR, 0, buf, 8), 0);
	assert_memory_equal(buf, "bbbbbbbb", 8);
	assert_int_equal(client_close(&c), 0);

	client_connect(&c, f->server);
	client_negotiate(&c, "{}");
	assert_int_equal(client_call(&c, VFU_REGION_WRITE_MULTI, &request,
				     sizeof(request), NULL), -EOPNOTSUPP);
	assert_int_equal(client_close(&c), 0);
}

static void test_unoffered_features(void **state)
{
	const struct vfu_region_io_fds io = { .argsz = 64, .index = 1 };
	const uint32_t feature[2] = { 8, 1 | 1 << 16 };
	struct fixture *f = *state;
	struct client c;
	uint32_t reply[4];

	client_open(&c, f->server);
	assert_int_equal(client_call(&c, VFU_DEVICE_GET_REGION_IO_FDS, &io,
				     sizeof(io), &answer), 0);
	memcpy(reply, answer.payload, sizeof(reply));
	assert_int_equal(answer.size, 16);
	assert_int_equal(reply[0], 16);
	assert_int_equal(reply[2], 1);
	assert_int_equal(reply[3], 0);
	assert_int_equal(client_call(&c, VFU_DEVICE_FEATURE, feature, 8, NULL),
			 -ENOTTY);
	assert_int_equal(client_call(&c, 14, feature, 8, NULL), -EOPNOTSUPP);
	assert_int_equal(client_call(&c, 17, feature, 8, NULL), -EOPNOTSUPP);
	assert_int_equal(client_call(&c, 0, NULL, 0, NULL), -EOPNOTSUPP);
	assert_int_equal(client_call(&c, 0xffff, NULL, 0, NULL), -EOPNOTSUPP);
	assert_int_equal(client_close(&c), 0);
}

static void test_reset(void **state)
{
	struct fixture *f = *state;
	struct client c;

	client_open(&c, f->server);
	client_write_config(&c, 4, 6, 2);
	assert_true(vfu_bus_master(f->server));
	assert_int_equal(client_call(&c, VFU_DEVICE_RESET, NULL, 0, &answer), 0);
	assert_int_equal(answer.size, 0);
	assert_int_equal(f->resets, 1);
	assert_false(vfu_bus_master(f->server));
	assert_int_equal(client_close(&c), 0);
}

/* Commands are answered in order, and not at all if that is what is wanted. */
static void test_pipelining_and_no_reply(void **state)
{
	const struct vfu_region_access bad = { 0, 99, 4 };
	const struct vfu_region_access good = { 4, 0, 4 };
	struct fixture *f = *state;
	uint16_t ids[64];
	struct client c;
	int i;

	client_open(&c, f->server);
	for (i = 0; i < 64; i++) {
		client_send_command(&c, VFU_REGION_READ, VFU_NO_REPLY, &bad,
				    sizeof(bad), NULL, 0);
		client_send_command(&c, VFU_REGION_READ, VFU_NO_REPLY, &good,
				    sizeof(good), NULL, 0);
		ids[i] = client_send_command(&c, VFU_REGION_READ, 0, &good,
					     sizeof(good), NULL, 0);
	}
	for (i = 0; i < 64; i++) {
		client_receive(&c, &answer);
		assert_int_equal(answer.header.id, ids[i]);
		assert_int_equal(answer.header.flags, VFU_TYPE_REPLY);
	}
	assert_int_equal(f->accesses, 128);
	assert_int_equal(client_close(&c), 0);
}

static void test_a_byte_at_a_time_is_fine(void **state)
{
	struct fixture *f = *state;
	struct {
		struct vfu_header header;
		struct vfu_region_access access;
	} msg = {
		{ .command = VFU_REGION_READ, .size = sizeof(msg) },
		{ .offset = 4, .count = 4 },
	};
	struct client c;
	size_t i;

	client_open(&c, f->server);
	for (i = 0; i < sizeof(msg); i++)
		client_send(&c, (char *)&msg + i, 1, NULL, 0);
	client_receive(&c, &answer);
	assert_memory_equal(answer.payload + sizeof(msg.access), "\4\5\6\7", 4);
	assert_int_equal(client_close(&c), 0);
}

static void test_the_largest_transfer(void **state)
{
	struct fixture *f = *state;
	const struct vfu_region_access access = {
		.region = FIX_SPARSE_BAR, .count = VFU_MAX_TRANSFER,
	};
	struct vfu_region_access over = access;
	uint8_t *msg = calloc(1, sizeof(access) + VFU_MAX_TRANSFER);
	struct client c;

	client_open(&c, f->server);
	memcpy(msg, &access, sizeof(access));
	msg[sizeof(access) + FIX_AREA1 + 5] = 0x77;
	assert_int_equal(client_call(&c, VFU_REGION_WRITE, msg,
				     sizeof(access) + VFU_MAX_TRANSFER, NULL),
			 0);
	assert_int_equal(pread(f->sparse_fd, msg, 1, FIX_AREA1 + 5), 1);
	assert_int_equal(msg[0], 0x77);
	over.count++;
	assert_int_equal(client_call(&c, VFU_REGION_READ, &over, sizeof(over),
				     NULL), -EINVAL);
	free(msg);
	assert_int_equal(client_close(&c), 0);
}

static void test_clients_come_and_go_the_device_stays(void **state)
{
	struct fixture *f = *state;
	struct client c;
	int i;

	for (i = 0; i < 3; i++) {
		client_open(&c, f->server);
		assert_int_equal(client_read_config(&c, 0x3c, 1), i);
		client_write_config(&c, 0x3c, i + 1, 1);
		assert_int_equal(client_close(&c), 0);
	}
	assert_int_equal(f->disconnects, 3);
	assert_int_equal(f->resets, 0);
}

static struct sockaddr_un make_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, path, strlen(path) + 1);
	return address;
}

static void leave_dead_socket(const char *path)
{
	struct sockaddr_un address = make_address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (void *)&address, sizeof(address)), 0);
	close(fd);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = make_address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!connect(fd, (void *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

/* One that cannot even take a connection just now is no dead one. */
static void check_busy_server_is_alive(struct vfu_server *server,
				      struct vfu_server *other, const char *path)
{
	struct sockaddr_un address = make_address(path);
	int fds[8], connected = 0, i;

	for (;;) {
		fds[connected] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(fds[connected], (void *)&address, sizeof(address)))
			break;
		connected++;
		assert_true(connected < 8);
	}
	assert_int_equal(vfu_server_listen(other, path), -EADDRINUSE);
	for (i = 0; i <= connected; i++)
		close(fds[i]);
	for (i = 0; i < connected; i++)
		assert_int_equal(vfu_server_run(server), 0);
}

static void *run_server(void *arg)
{
	return (void *)(long)vfu_server_run(arg);
}

static void test_listening(void **state)
{
	struct fixture *f = *state;
	char dir[] = "/tmp/vfu-test-XXXXXX", path[64], longer[200];
	struct vfu_server *other;
	struct client c = {};
	pthread_t thread;
	void *result;
	int i;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	assert_int_equal(vfu_server_run(f->server), -ENOTCONN);
	assert_int_equal(vfu_server_listen(f->server, longer), -ENAMETOOLONG);
	assert_int_equal(vfu_server_listen(f->server, "/nowhere/at/all"),
			 -ENOENT);
	assert_int_equal(vfu_server_listen(f->server, path), 0);
	assert_int_equal(vfu_server_listen(f->server, path), -EBUSY);

	/* A second server does not take a living one's name ... */
	assert_int_equal(vfu_server_create(fixture_options(f), fixture_ops(), f,
					   &other), 0);
	assert_int_equal(vfu_server_listen(other, path), -EADDRINUSE);
	/* (that attempt looked like a client that left at once) */
	assert_int_equal(vfu_server_run(f->server), 0);
	check_busy_server_is_alive(f->server, other, path);

	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_create(&thread, NULL, run_server,
						f->server), 0);
		c.fd = connect_to(path);
		assert_true(c.fd >= 0);
		client_negotiate(&c, "{}");
		close(c.fd);
		pthread_join(thread, &result);
		assert_int_equal((long)result, 0);
	}

	/* ... but a dead one's. */
	vfu_server_destroy(f->server);
	f->server = other;
	assert_int_equal(access(path, F_OK), -1);
	leave_dead_socket(path);
	assert_int_equal(vfu_server_listen(other, path), 0);
	c.fd = connect_to(path);
	assert_true(c.fd >= 0);
	close(c.fd);
	vfu_server_destroy(other);
	f->server = NULL;
	assert_int_equal(rmdir(dir), 0);
}

static void test_a_file_is_no_dead_socket(void **state)
{
	struct fixture *f = *state;
	char path[] = "/tmp/vfu-test-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(vfu_server_listen(f->server, path), -EADDRINUSE);
	assert_int_equal(unlink(path), 0);
}

static void test_stop_ends_every_wait(void **state)
{
	struct fixture *f = *state;
	struct client c;
	int i;

	/* 0: no message yet, 1: between messages, 2: in a header's middle */
	for (i = 0; i < 3; i++) {
		vfu_server_destroy(f->server);
		assert_int_equal(vfu_server_create(fixture_options(f),
						   fixture_ops(), f,
						   &f->server), 0);
		client_connect(&c, f->server);
		if (i)
			client_negotiate(&c, "{}");
		if (i == 2)
			client_send(&c, "abc", 3, NULL, 0);
		vfu_server_stop(f->server);
		assert_int_equal(client_await_cut(&c), -ECANCELED);
		assert_int_equal(vfu_server_run(f->server), -ECANCELED);
	}
}

int main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_version_answers_what_was_asked),
		TEST(test_version_needs_no_capabilities),
		TEST(test_device_info),
		TEST(test_region_sizes_and_rights),
		TEST(test_sparse_areas_come_in_two_steps),
		TEST(test_mapping_and_messages_agree),
		TEST(test_accesses_reach_the_model),
		TEST(test_access_across_areas_is_cut),
		TEST(test_rom_is_padded_and_read_only),
		TEST(test_accesses_outside_are_refused),
		TEST(test_several_writes_in_one_message),
		TEST(test_unoffered_features),
		TEST(test_reset),
		TEST(test_pipelining_and_no_reply),
		TEST(test_a_byte_at_a_time_is_fine),
		TEST(test_the_largest_transfer),
		TEST(test_clients_come_and_go_the_device_stays),
		TEST(test_listening),
		TEST(test_a_file_is_no_dead_socket),
		TEST(test_stop_ends_every_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
