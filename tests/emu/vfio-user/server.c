// SPDX-License-Identifier: GPL-2.0-only
/* A server's life: made, listening, one client after the other, gone. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "internal.h"

void vfu_log(struct vfu_server *server, const char *format, ...)
{
	char line[256];
	va_list args;

	if (!server->ops->log)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	server->ops->log(server->priv, line);
}

int vfu_server_create(const struct vfu_options *options,
		      const struct vfu_ops *ops, void *priv,
		      struct vfu_server **out)
{
	struct vfu_server *server = calloc(1, sizeof(*server));
	int ret;

	if (!server)
		return -ENOMEM;
	server->ops = ops;
	server->priv = priv;
	server->faults = options->faults;
	server->listen_fd = -1;
	server->attached_fd = -1;
	server->switch_fd = -1;
	ret = vfu_link_init(&server->link);
	if (ret) {
		free(server);
		return ret;
	}
	pthread_mutex_init(&server->config.lock, NULL);
	vfu_dma_init(&server->dma);
	ret = vfu_irq_init(server, options);
	if (!ret)
		ret = vfu_device_init(server, options);
	if (!ret)
		ret = vfu_config_init(server, options);
	if (ret) {
		vfu_server_destroy(server);
		return ret;
	}
	*out = server;
	return 0;
}

void vfu_server_destroy(struct vfu_server *server)
{
	if (!server)
		return;
	if (server->listen_fd >= 0) {
		close(server->listen_fd);
		unlink(server->path);
	}
	if (server->attached_fd >= 0)
		close(server->attached_fd);
	free(server->path);
	vfu_switch_leave(server);
	vfu_irq_fini(server);
	vfu_device_fini(server);
	vfu_dma_fini(&server->dma);
	pthread_mutex_destroy(&server->config.lock);
	vfu_link_fini(&server->link);
	free(server);
}

/* A socket's name outlives its process: is anyone still behind this one? */
static bool abandoned(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;
	bool nobody;

	if (fd < 0)
		return false;
	nobody = !lstat(address->sun_path, &st) && S_ISSOCK(st.st_mode) &&
		 connect(fd, (const void *)address, sizeof(*address)) &&
		 errno == ECONNREFUSED;
	close(fd);
	return nobody;
}

static int bind_path(int fd, const struct sockaddr_un *address)
{
	if (!bind(fd, (const void *)address, sizeof(*address)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	if (!abandoned(address))
		return -EADDRINUSE;
	if (unlink(address->sun_path) ||
	    bind(fd, (const void *)address, sizeof(*address)))
		return -errno;
	return 0;
}

int vfu_server_listen(struct vfu_server *server, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, ret;

	if (server->listen_fd >= 0)
		return -EBUSY;
	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);

	server->path = strdup(path);
	if (!server->path)
		return -ENOMEM;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ret = fd < 0 ? -errno : bind_path(fd, &address);
	if (!ret && listen(fd, 1)) {
		ret = -errno;
		unlink(path);
	}
	if (ret) {
		if (fd >= 0)
			close(fd);
		free(server->path);
		server->path = NULL;
		return ret;
	}
	server->listen_fd = fd;
	return 0;
}

int vfu_server_attach(struct vfu_server *server, int fd)
{
	if (server->attached_fd >= 0) {
		close(fd);
		return -EBUSY;
	}
	server->attached_fd = fd;
	return 0;
}

/* The socket of the next client, or -errno */
static int next_client(struct vfu_server *server)
{
	int fd = server->attached_fd, ret;

	server->attached_fd = -1;
	if (vfu_link_stopped(&server->link)) {
		if (fd >= 0)
			close(fd);
		return -ECANCELED;
	}
	if (fd >= 0)
		return fd;
	if (server->listen_fd < 0)
		return -ENOTCONN;
	for (;;) {
		ret = vfu_link_wait(&server->link, server->listen_fd, POLLIN, -1);
		if (ret < 0)
			return ret;
		fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			return fd;
		if (errno != EINTR && errno != EAGAIN && errno != ECONNABORTED)
			return -errno;
	}
}

static int serve(struct vfu_server *server)
{
	struct vfu_link *link = &server->link;
	struct vfu_message msg;
	int ret = vfu_negotiate(server);

	while (ret >= 0) {
		ret = vfu_link_wait(link, link->fd, POLLIN,
				    server->irqs.unmask_fd);
		if (ret == 2) {
			vfu_irq_client_unmask(server);
			continue;
		}
		if (ret > 0)
			ret = vfu_link_receive(server, &msg);
		if (ret > 0)
			ret = vfu_dispatch(server, &msg);
	}
	return ret;
}

/* The client's things go with it; the device stays as it is. */
static void forget_client(struct vfu_server *server)
{
	vfu_link_close(&server->link);
	if (server->ops->disconnected)
		server->ops->disconnected(server->priv);
	vfu_irq_disconnect(server);
	vfu_dma_unmap(server, 0, 0, true);
	server->write_multi = false;
}

int vfu_server_run(struct vfu_server *server)
{
	int fd = next_client(server), ret;

	if (fd < 0)
		return fd;
	vfu_serving = server;
	vfu_link_open(&server->link, fd);
	ret = serve(server);
	forget_client(server);
	vfu_serving = NULL;
	return ret == -ENOTCONN ? 0 : ret;
}

void vfu_server_stop(struct vfu_server *server)
{
	const uint64_t one = 1;
	ssize_t n = write(server->link.stop_fd, &one, sizeof(one));

	(void)n;	/* full means stopped already */
}
