// SPDX-License-Identifier: GPL-2.0-only
#include "vfio-user/client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_SECONDS 60	/* also under valgrind on a busy machine */

static void *run(void *arg)
{
	struct client *c = arg;

	c->result = vfu_server_run(c->server);
	return NULL;
}

void client_connect(struct client *c, struct vfu_server *server)
{
	const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
	int fds[2];

	memset(c, 0, sizeof(*c));
	c->server = server;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds),
			 0);
	c->fd = fds[0];
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	assert_int_equal(vfu_server_attach(server, fds[1]), 0);
	assert_int_equal(pthread_create(&c->thread, NULL, run, c), 0);
}

void client_negotiate(struct client *c, const char *json)
{
	static struct answer answer;
	char request[512] = { 0, 0, 0, 0 };
	size_t len = strlen(json) + 1;

	memcpy(request + 4, json, len);
	assert_int_equal(client_call(c, VFU_VERSION, request, 4 + len, &answer),
			 0);
}

void client_open(struct client *c, struct vfu_server *server)
{
	client_connect(c, server);
	client_negotiate(c, "{\"capabilities\":{\"max_msg_fds\":8,"
			    "\"max_data_xfer_size\":1048576,"
			    "\"write_multiple\":true}}");
}

int client_close(struct client *c)
{
	close(c->fd);
	pthread_join(c->thread, NULL);
	return c->result;
}

int client_await_cut(struct client *c)
{
	char byte;
	ssize_t n;

	/* What is left of replies may come first. */
	do {
		n = recv(c->fd, &byte, 1, 0);
	} while (n > 0);
	if (n < 0)
		assert_int_equal(errno, ECONNRESET);
	return client_close(c);
}

void client_send(struct client *c, const void *data, size_t size,
		 const int *fds, unsigned int n_fds)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(CLIENT_MAX_FDS * sizeof(int))];
	} control = {};
	size_t done = 0;

	while (done < size) {
		struct iovec iov = { (char *)data + done, size - done };
		struct msghdr hdr = { .msg_iov = &iov, .msg_iovlen = 1 };
		ssize_t n;

		if (n_fds && !done) {
			hdr.msg_control = control.space;
			hdr.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
			control.align.cmsg_level = SOL_SOCKET;
			control.align.cmsg_type = SCM_RIGHTS;
			control.align.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
			memcpy(CMSG_DATA(&control.align), fds,
			       n_fds * sizeof(int));
		}
		n = sendmsg(c->fd, &hdr, MSG_NOSIGNAL);
		if (n < 0)
			return;	/* cut off: what follows will notice */
		done += n;
	}
}

uint16_t client_send_command(struct client *c, uint16_t command,
			     uint32_t flags, const void *payload, size_t size,
			     const int *fds, unsigned int n_fds)
{
	static struct {
		struct vfu_header header;
		uint8_t payload[VFU_MAX_TRANSFER + 16];
	} msg;
	uint16_t id = c->next_id++;

	assert_true(size <= sizeof(msg.payload));
	msg.header = (struct vfu_header) {
		.id = id,
		.command = command,
		.size = sizeof(msg.header) + size,
		.flags = flags,
	};
	if (size)
		memcpy(msg.payload, payload, size);
	client_send(c, &msg, msg.header.size, fds, n_fds);
	return id;
}

static void receive(struct client *c, void *buf, size_t len,
		    struct answer *answer)
{
	size_t done = 0;

	while (done < len) {
		union {
			struct cmsghdr align;
			char space[CMSG_SPACE(CLIENT_MAX_FDS * sizeof(int))];
		} control;
		struct iovec iov = { (char *)buf + done, len - done };
		struct msghdr hdr = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control.space,
			.msg_controllen = sizeof(control.space),
		};
		ssize_t n = recvmsg(c->fd, &hdr, MSG_CMSG_CLOEXEC);
		struct cmsghdr *cmsg = CMSG_FIRSTHDR(&hdr);

		if (n <= 0)
			fail_msg("no answer: %s", n ? strerror(errno) : "cut off");
		if (cmsg) {
			size_t size = cmsg->cmsg_len - CMSG_LEN(0);

			memcpy(answer->fds + answer->n_fds, CMSG_DATA(cmsg),
			       size);
			answer->n_fds += size / sizeof(int);
		}
		done += n;
	}
}

void client_receive(struct client *c, struct answer *answer)
{
	answer->n_fds = 0;
	receive(c, &answer->header, sizeof(answer->header), answer);
	assert_in_range(answer->header.size, sizeof(answer->header),
			sizeof(answer->header) + sizeof(answer->payload));
	answer->size = answer->header.size - sizeof(answer->header);
	receive(c, answer->payload, answer->size, answer);
}

int client_call_fds(struct client *c, uint16_t command, const void *payload,
		    size_t size, const int *fds, unsigned int n_fds,
		    struct answer *answer)
{
	static __thread struct answer ignored;
	uint16_t id = client_send_command(c, command, 0, payload, size, fds,
					  n_fds);

	if (!answer)
		answer = &ignored;
	client_receive(c, answer);
	assert_int_equal(answer->header.id, id);
	assert_int_equal(answer->header.command, command);
	assert_int_equal(answer->header.flags & VFU_TYPE_MASK, VFU_TYPE_REPLY);
	if (!(answer->header.flags & VFU_ERROR))
		return 0;
	assert_int_equal(answer->size, 0);
	assert_int_equal(answer->n_fds, 0);
	return -(int)answer->header.error;
}

int client_call(struct client *c, uint16_t command, const void *payload,
		size_t size, struct answer *answer)
{
	return client_call_fds(c, command, payload, size, NULL, 0, answer);
}

int client_read(struct client *c, uint32_t region, uint64_t off, void *buf,
		uint32_t len)
{
	static __thread struct answer answer;
	const struct vfu_region_access request = { off, region, len };
	int ret = client_call(c, VFU_REGION_READ, &request, sizeof(request),
			      &answer);

	if (ret)
		return ret;
	assert_int_equal(answer.size, sizeof(request) + len);
	assert_memory_equal(answer.payload, &request, sizeof(request));
	memcpy(buf, answer.payload + sizeof(request), len);
	return 0;
}

int client_write(struct client *c, uint32_t region, uint64_t off,
		 const void *buf, uint32_t len)
{
	static __thread struct answer answer;
	const struct vfu_region_access access = { off, region, len };
	uint8_t request[sizeof(access) + 65536];
	int ret;

	assert_true(len <= 65536);
	memcpy(request, &access, sizeof(access));
	memcpy(request + sizeof(access), buf, len);
	ret = client_call(c, VFU_REGION_WRITE, request, sizeof(access) + len,
			  &answer);
	if (!ret) {
		assert_int_equal(answer.size, sizeof(access));
		assert_memory_equal(answer.payload, &access, sizeof(access));
	}
	return ret;
}

uint32_t client_read_config(struct client *c, uint32_t off, uint32_t len)
{
	uint32_t value = 0;

	assert_int_equal(client_read(c, VFIO_PCI_CONFIG_REGION_INDEX, off,
				     &value, len), 0);
	return value;
}

void client_write_config(struct client *c, uint32_t off, uint32_t value,
			 uint32_t len)
{
	assert_int_equal(client_write(c, VFIO_PCI_CONFIG_REGION_INDEX, off,
				      &value, len), 0);
}

int client_map(struct client *c, uint64_t iova, uint64_t size, uint32_t flags,
	       int fd, uint64_t offset)
{
	const struct vfu_dma_map_request request = {
		.argsz = sizeof(request),
		.flags = flags,
		.offset = offset,
		.iova = iova,
		.size = size,
	};

	return client_call_fds(c, VFU_DMA_MAP, &request, sizeof(request), &fd,
			       fd >= 0, NULL);
}

int client_unmap(struct client *c, uint64_t iova, uint64_t size, uint32_t flags)
{
	static __thread struct answer answer;
	const struct vfu_dma_unmap_request request = {
		.argsz = sizeof(request),
		.flags = flags,
		.iova = iova,
		.size = size,
	};
	int ret = client_call(c, VFU_DMA_UNMAP, &request, sizeof(request),
			      &answer);

	if (!ret) {
		assert_int_equal(answer.size, sizeof(request));
		assert_memory_equal(answer.payload, &request, sizeof(request));
	}
	return ret;
}

int client_set_irqs(struct client *c, uint32_t index, uint32_t flags,
		    uint32_t start, uint32_t count, const int *fds,
		    unsigned int n_fds)
{
	const struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = flags,
		.index = index,
		.start = start,
		.count = count,
	};

	return client_call_fds(c, VFU_DEVICE_SET_IRQS, &set, sizeof(set), fds,
			       n_fds, NULL);
}

int make_memory(size_t size, int sealed)
{
	int fd = memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	if (sealed)
		assert_int_equal(fcntl(fd, F_ADD_SEALS,
				       F_SEAL_SHRINK | F_SEAL_GROW), 0);
	return fd;
}

int make_event(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	assert_true(fd >= 0);
	return fd;
}

uint64_t take_event(int fd)
{
	uint64_t count = 0;

	return read(fd, &count, sizeof(count)) < 0 ? 0 : count;
}

unsigned int count_open_fds(void)
{
	unsigned int n = 0;
	DIR *dir = opendir("/proc/self/fd");

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}
