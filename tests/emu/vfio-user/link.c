// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages on the socket, both ways. The socket never blocks: every wait is a
 * poll() that the stop event ends too, so a client that stalls in the middle
 * of a message holds up nobody but itself.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

struct vfu_pending {
	struct vfu_pending *next;
	uint16_t id;
	uint16_t command;
	bool done;
	int result;
	void *reply;
	size_t reply_len;
};

__thread struct vfu_server *vfu_serving;

int vfu_link_init(struct vfu_link *link)
{
	pthread_condattr_t attr;

	link->fd = -1;
	link->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (link->stop_fd < 0)
		return -errno;
	link->buffer = malloc(VFU_MAX_PAYLOAD);
	if (!link->buffer) {
		close(link->stop_fd);
		return -ENOMEM;
	}
	pthread_mutex_init(&link->send_lock, NULL);
	pthread_mutex_init(&link->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&link->changed, &attr);
	pthread_condattr_destroy(&attr);
	return 0;
}

void vfu_link_fini(struct vfu_link *link)
{
	close(link->stop_fd);
	free(link->buffer);
	pthread_mutex_destroy(&link->send_lock);
	pthread_mutex_destroy(&link->lock);
	pthread_cond_destroy(&link->changed);
}

void vfu_link_open(struct vfu_link *link, int fd)
{
	pthread_mutex_lock(&link->send_lock);
	link->fd = fd;
	pthread_mutex_unlock(&link->send_lock);

	pthread_mutex_lock(&link->lock);
	link->max_transfer = VFU_MAX_TRANSFER;
	link->up = true;
	pthread_mutex_unlock(&link->lock);
}

void vfu_link_close(struct vfu_link *link)
{
	int result = vfu_link_stopped(link) ? -ECANCELED : -ENOTCONN;
	struct vfu_pending *p;

	/* Wakes a sender that waits for room, so that it lets the lock go. */
	shutdown(link->fd, SHUT_RDWR);

	pthread_mutex_lock(&link->lock);
	link->up = false;
	for (p = link->pending; p; p = p->next) {
		p->done = true;
		p->result = result;
	}
	link->pending = NULL;
	pthread_cond_broadcast(&link->changed);
	pthread_mutex_unlock(&link->lock);

	pthread_mutex_lock(&link->send_lock);
	close(link->fd);
	link->fd = -1;
	pthread_mutex_unlock(&link->send_lock);
}

int vfu_link_wait(struct vfu_link *link, int fd, short events, int extra_fd)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = events },
		{ .fd = extra_fd, .events = POLLIN },
		{ .fd = link->stop_fd, .events = POLLIN },
	};

	while (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		if (errno != EINTR)
			return -errno;
	if (fds[2].revents)
		return -ECANCELED;
	return fds[0].revents ? 1 : 2;
}

bool vfu_link_stopped(struct vfu_link *link)
{
	struct pollfd stop = { .fd = link->stop_fd, .events = POLLIN };

	return poll(&stop, 1, 0) > 0;
}

void vfu_message_drop_fds(struct vfu_message *msg)
{
	unsigned int i;

	for (i = 0; i < msg->n_fds; i++)
		if (msg->fds[i] >= 0)
			close(msg->fds[i]);
	msg->n_fds = 0;
}

static void collect_fds(struct vfu_message *msg, struct msghdr *hdr)
{
	struct cmsghdr *cmsg;

	/* What did not fit into the control buffer the kernel closed itself. */
	if (hdr->msg_flags & MSG_CTRUNC)
		msg->fds_lost = true;

	for (cmsg = CMSG_FIRSTHDR(hdr); cmsg; cmsg = CMSG_NXTHDR(hdr, cmsg)) {
		size_t i, n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd), sizeof(fd));
			if (msg->n_fds < VFU_MAX_FDS) {
				msg->fds[msg->n_fds++] = fd;
			} else {
				msg->fds_lost = true;
				close(fd);
			}
		}
	}
}

/*
 * Descriptors belong to the message whose bytes they came with, so no read
 * ever asks for more than the rest of one message.
 */
static int receive_exactly(struct vfu_link *link, struct vfu_message *msg,
			   void *buf, size_t len)
{
	size_t got = 0;

	while (got < len) {
		union {
			struct cmsghdr align;
			char space[CMSG_SPACE(VFU_MAX_FDS * sizeof(int))];
		} control;
		struct iovec iov = { (char *)buf + got, len - got };
		struct msghdr hdr = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control.space,
			.msg_controllen = sizeof(control.space),
		};
		ssize_t n = recvmsg(link->fd, &hdr,
				    MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

		if (n > 0) {
			collect_fds(msg, &hdr);
			got += n;
			continue;
		}
		if (n == 0 || errno == ECONNRESET)
			return got ? -EPROTO : -ENOTCONN;
		if (errno == EAGAIN) {
			int ret = vfu_link_wait(link, link->fd, POLLIN, -1);

			if (ret < 0)
				return ret;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

static void complete(struct vfu_link *link, const struct vfu_message *msg)
{
	const struct vfu_dma_access *access = (const void *)msg->payload;
	struct vfu_pending **link_to, *p;

	pthread_mutex_lock(&link->lock);
	for (link_to = &link->pending; (p = *link_to); link_to = &p->next)
		if (p->id == msg->header.id &&
		    p->command == msg->header.command)
			break;
	if (p) {
		*link_to = p->next;
		p->done = true;
		p->result = 0;
		if (msg->header.flags & VFU_ERROR) {
			p->result = -EIO;
			if (msg->header.error > 0 && msg->header.error < 4096)
				p->result = -(int)msg->header.error;
		} else if (!p->reply) {
			/* QEMU leaves the payload of a write's reply out. */
		} else if (msg->size - sizeof(*access) != p->reply_len ||
			   msg->size < sizeof(*access)) {
			p->result = -EPROTO;
		} else {
			memcpy(p->reply, access->data, p->reply_len);
		}
		pthread_cond_broadcast(&link->changed);
	}
	pthread_mutex_unlock(&link->lock);
}

int vfu_link_receive(struct vfu_server *server, struct vfu_message *msg)
{
	struct vfu_link *link = &server->link;
	struct vfu_header *h = &msg->header;
	uint32_t type;
	int ret;

	memset(msg, 0, sizeof(*msg));
	ret = receive_exactly(link, msg, h, sizeof(*h));
	if (ret == -EPROTO)
		vfu_log(server, "the client left in the middle of a header");
	if (ret)
		goto fail;

	type = h->flags & VFU_TYPE_MASK;
	if (h->size < sizeof(*h) || h->size - sizeof(*h) > VFU_MAX_PAYLOAD ||
	    (type != VFU_TYPE_COMMAND && type != VFU_TYPE_REPLY)) {
		vfu_log(server, "bad header: command %u, size %u, flags %#x",
			h->command, h->size, h->flags);
		ret = -EPROTO;
		goto fail;
	}

	msg->payload = link->buffer;
	msg->size = h->size - sizeof(*h);
	ret = receive_exactly(link, msg, link->buffer, msg->size);
	if (ret == -ENOTCONN || ret == -EPROTO) {
		vfu_log(server, "the client left in the middle of command %u",
			h->command);
		ret = -EPROTO;
	}
	if (ret)
		goto fail;
	if (type == VFU_TYPE_COMMAND)
		return 1;

	/* An answer that nobody waits for any more came too late; let it go. */
	vfu_message_drop_fds(msg);
	complete(link, msg);
	return 0;
fail:
	vfu_message_drop_fds(msg);
	return ret;
}

static int send_iov(struct vfu_link *link, struct iovec *iov, size_t n, int fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct msghdr hdr = { .msg_iov = iov, .msg_iovlen = n };

	if (fd >= 0) {
		hdr.msg_control = control.space;
		hdr.msg_controllen = sizeof(control.space);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	}

	while (hdr.msg_iovlen) {
		ssize_t sent = sendmsg(link->fd, &hdr,
				       MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN) {
			int ret = vfu_link_wait(link, link->fd, POLLOUT, -1);

			if (ret < 0)
				return ret;
			continue;
		}
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EPIPE || errno == ECONNRESET ?
				       -ENOTCONN : -errno;

		/* The descriptor went with the first byte. */
		hdr.msg_control = NULL;
		hdr.msg_controllen = 0;
		while (hdr.msg_iovlen && (size_t)sent >= hdr.msg_iov->iov_len) {
			sent -= hdr.msg_iov->iov_len;
			hdr.msg_iov++;
			hdr.msg_iovlen--;
		}
		if (hdr.msg_iovlen) {
			hdr.msg_iov->iov_base =
				(char *)hdr.msg_iov->iov_base + sent;
			hdr.msg_iov->iov_len -= sent;
		}
	}
	return 0;
}

int vfu_link_send(struct vfu_link *link, const struct vfu_header *header,
		  const void *fixed, size_t fixed_len, const void *data,
		  size_t data_len, int fd)
{
	struct iovec iov[] = {
		{ (void *)header, sizeof(*header) },
		{ (void *)fixed, fixed_len },
		{ (void *)data, data_len },
	};
	int ret;

	pthread_mutex_lock(&link->send_lock);
	ret = link->fd < 0 ? -ENOTCONN :
			     send_iov(link, iov, ARRAY_SIZE(iov), fd);
	/* Half a message may be on the wire: nothing sensible can follow it. */
	if (ret && link->fd >= 0)
		shutdown(link->fd, SHUT_RDWR);
	pthread_mutex_unlock(&link->send_lock);
	return ret;
}

static void forget(struct vfu_link *link, struct vfu_pending *request)
{
	struct vfu_pending **p;

	for (p = &link->pending; *p; p = &(*p)->next) {
		if (*p == request) {
			*p = request->next;
			return;
		}
	}
}

int vfu_link_request(struct vfu_link *link, uint16_t command,
		     const struct vfu_dma_access *fixed, const void *data,
		     size_t data_len, void *reply, size_t reply_len)
{
	struct vfu_pending request = {
		.command = command, .reply = reply, .reply_len = reply_len,
	};
	struct vfu_header header = {
		.command = command,
		.size = sizeof(header) + sizeof(*fixed) + data_len,
		.flags = VFU_TYPE_COMMAND,
	};
	struct timespec deadline;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += VFU_REPLY_SECONDS;

	pthread_mutex_lock(&link->lock);
	if (!link->up) {
		pthread_mutex_unlock(&link->lock);
		return vfu_link_stopped(link) ? -ECANCELED : -ENOTCONN;
	}
	request.id = link->next_id++;
	request.next = link->pending;
	link->pending = &request;
	pthread_mutex_unlock(&link->lock);

	header.id = request.id;
	ret = vfu_link_send(link, &header, fixed, sizeof(*fixed), data,
			    data_len, -1);

	pthread_mutex_lock(&link->lock);
	while (!ret && !request.done)
		ret = -pthread_cond_timedwait(&link->changed, &link->lock,
					      &deadline);
	if (request.done)
		ret = request.result;
	else
		forget(link, &request);
	pthread_mutex_unlock(&link->lock);
	return ret;
}
