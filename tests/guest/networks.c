// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "networks.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

/* Far more than an answer takes; only a failure is ever waited for so long. */
#define PATIENCE	20

static pid_t servers[2];

/* ---- servers ------------------------------------------------------------------------- */

/* For IPv4 as well. */
static int listen_on(int type)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(ECHO_PORT) };
	int fd = socket(AF_INET6, type, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) ||
	    (type == SOCK_STREAM && listen(fd, 16)))
		_exit(1);
	return fd;
}

static void echo_datagram(int fd)
{
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	char byte;

	if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &length) == 1)
		sendto(fd, &byte, 1, 0, (struct sockaddr *)&from, length);
}

/* false: it is over */
static bool echo_stream(int fd)
{
	char byte;

	return read(fd, &byte, 1) == 1 && send(fd, &byte, 1, MSG_NOSIGNAL) == 1;
}

static void serve(int ready)
{
	struct pollfd fds[64] = {
		{ .fd = listen_on(SOCK_STREAM), .events = POLLIN },
		{ .fd = listen_on(SOCK_DGRAM), .events = POLLIN },
	};
	nfds_t count = 2;

	close(ready);
	while (poll(fds, count, -1) > 0) {
		if (fds[1].revents)
			echo_datagram(fds[1].fd);
		for (nfds_t i = 2; i < count; i++) {
			if (!fds[i].revents || echo_stream(fds[i].fd))
				continue;
			close(fds[i].fd);
			fds[i--] = fds[--count];
		}
		if (fds[0].revents && count < ARRAY_LENGTH(fds))
			fds[count++] = (struct pollfd){
				.fd = accept(fds[0].fd, NULL, NULL), .events = POLLIN,
			};
	}
	_exit(0);
}

int network_enter(const char *name)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	ret = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	return ret;
}

static pid_t start_server(const char *name)
{
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(ready[0]);
		if (network_enter(name))
			_exit(1);
		serve(ready[1]);
	}
	close(ready[1]);
	/* Its end closes when the server listens, or has failed; then tests fail. */
	assert_int_equal(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	return pid;
}

/* ---- cables ---------------------------------------------------------------------------- */

static void run_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run_shell(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command))
		fail_msg("'%s' failed", command);
}

/* In batches: to start a program takes the guest longest. */
static void network_make(const char *name, unsigned int n)
{
	run_shell("ip netns add %s", name);
	run_shell("ip -batch - <<END\n"
		  "link add %s0 type veth peer name eth0 netns %s\n"
		  "address add 10.77.%u.1/24 dev %s0\n"
		  "address add fd77:%u::1/64 dev %s0 nodad\n"
		  "link set %s0 up\n"
		  "END", name, name, n, name, n, name, name);
	run_shell("ip -n %s -batch - <<END\n"
		  "address add 10.77.%u.2/24 dev eth0\n"
		  "address add fd77:%u::2/64 dev eth0 nodad\n"
		  "link set lo up\n"
		  "link set eth0 up\n"
		  "END", name, n, n);
}

void networks_make(void)
{
	network_make("near", 1);
	network_make("far", 2);
	servers[0] = start_server("near");
	servers[1] = start_server("far");
}

void networks_remove(void)
{
	for (unsigned int i = 0; i < ARRAY_LENGTH(servers); i++) {
		kill(servers[i], SIGKILL);
		waitpid(servers[i], NULL, 0);
	}
	/* The cables go with their ends. */
	run_shell("ip -batch - <<END\n"
		  "link delete near0\n"
		  "link delete far0\n"
		  "netns delete near\n"
		  "netns delete far\n"
		  "END");
}

/* ---- reaching them ----------------------------------------------------------------------- */

socklen_t address_make(struct sockaddr_storage *to, const char *address, uint16_t port)
{
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, address, &ipv4->sin_addr) == 1) {
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons(port);
		return sizeof(*ipv4);
	}
	inet_pton(AF_INET6, address, &ipv6->sin6_addr);
	ipv6->sin6_family = AF_INET6;
	ipv6->sin6_port = htons(port);
	return sizeof(*ipv6);
}

static int open_patient(int family, int type)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return fd;
}

int reach_open(int type, const char *address, int *fd)
{
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, ECHO_PORT);

	*fd = open_patient(to.ss_family, type);
	if (*fd < 0)
		return errno;
	return connect(*fd, (struct sockaddr *)&to, length) ? errno : 0;
}

static int get_back(int fd)
{
	char byte;
	ssize_t got = recv(fd, &byte, 1, 0);

	return got == 1 ? 0 : got ? errno : ECONNRESET;
}

int reach_again(int fd)
{
	if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
		return errno;
	return get_back(fd);
}

int reach(int type, const char *address)
{
	int fd, ret = reach_open(type, address, &fd);

	ret = ret ? ret : reach_again(fd);
	close(fd);
	return ret;
}

int reach_unconnected(const char *address)
{
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, ECHO_PORT);
	int fd = open_patient(to.ss_family, SOCK_DGRAM), ret = 0;

	if (fd < 0)
		return errno;
	if (sendto(fd, "x", 1, 0, (struct sockaddr *)&to, length) != 1)
		ret = errno;
	ret = ret ? ret : get_back(fd);
	close(fd);
	return ret;
}
