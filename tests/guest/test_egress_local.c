// SPDX-License-Identifier: GPL-2.0-only
/* What a tenant reaches of the machine's other processes: UNIX sockets and descriptors. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "tenant.h"

static char card_node[64];

/* ---- UNIX sockets ------------------------------------------------------------------------- */

static socklen_t unix_name(struct sockaddr_un *to, const char *name)
{
	memset(to, 0, sizeof(*to));
	to->sun_family = AF_UNIX;
	/* Of no file */
	snprintf(to->sun_path + 1, sizeof(to->sun_path) - 1, "%s", name);
	return offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
}

static int unix_serve(int type, const char *name)
{
	struct sockaddr_un own;
	socklen_t length = unix_name(&own, name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&own, length) ||
	    (type == SOCK_STREAM && listen(fd, 4)))
		return -1;
	return fd;
}

static int unix_connect(int type, const char *name, int *fd)
{
	struct sockaddr_un to;
	socklen_t length = unix_name(&to, name);

	*fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	return connect(*fd, (struct sockaddr *)&to, length) ? errno : 0;
}

static int do_connect_stream(const void *name)
{
	int fd, ret = unix_connect(SOCK_STREAM, name, &fd);

	return ret ? ret : send(fd, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

static int do_connect_datagram(const void *name)
{
	int fd;

	return unix_connect(SOCK_DGRAM, name, &fd);
}

static int do_send_datagram(const void *name)
{
	struct sockaddr_un to;
	socklen_t length = unix_name(&to, name);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	return sendto(fd, "x", 1, 0, (struct sockaddr *)&to, length) < 0 ? errno : 0;
}

struct unix_servers {
	int stream, datagram;
};

static void servers_open(struct unix_servers *servers)
{
	servers->stream = unix_serve(SOCK_STREAM, "gantry-stream");
	servers->datagram = unix_serve(SOCK_DGRAM, "gantry-datagram");
	assert_true(servers->stream >= 0 && servers->datagram >= 0);
}

static void servers_close(const struct unix_servers *servers)
{
	close(servers->stream);
	close(servers->datagram);
}

static void expect_unix(const char *cgroup, int error)
{
	assert_int_equal(tenant_do(cgroup, do_connect_stream, "gantry-stream"), error);
	assert_int_equal(tenant_do(cgroup, do_connect_datagram, "gantry-datagram"), error);
	assert_int_equal(tenant_do(cgroup, do_send_datagram, "gantry-datagram"), error);
}

static void unix_sockets_of_others_are_out_of_reach(void **state)
{
	struct unix_servers servers;

	(void)state;
	servers_open(&servers);
	tenant_run("create t --always");
	expect_unix("/t", EPERM);
	assert_int_equal(tenant_denied("t", "unix"), 3);
	expect_unix("/", 0);
	tenant_run("delete t");
	servers_close(&servers);
}

static void unix_sockets_of_others_are_reached_if_it_may(void **state)
{
	struct unix_servers servers;

	(void)state;
	servers_open(&servers);
	tenant_run("create t --always --allow-unix");
	expect_unix("/t", 0);
	tenant_run("delete t");
	servers_close(&servers);
}

static int do_use_old_unix_socket(const void *arg)
{
	int fd, ret = unix_connect(SOCK_STREAM, arg, &fd);

	if (ret || send(fd, "x", 1, MSG_NOSIGNAL) != 1 || open(card_node, O_RDWR) < 0)
		return EIO;
	return send(fd, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

static void unix_connections_from_before_the_accelerator_are_cut(void **state)
{
	struct unix_servers servers;

	(void)state;
	servers_open(&servers);
	tenant_run("create t");
	assert_int_equal(tenant_do("/t", do_use_old_unix_socket, "gantry-stream"), EPERM);
	tenant_run("delete t");
	servers_close(&servers);
}

/* A server in the tenant; then one in it and one outside connect to it. */
static int do_serve_both(const void *arg)
{
	struct unix_servers servers = {
		unix_serve(SOCK_STREAM, "gantry-stream"), unix_serve(SOCK_DGRAM, "gantry-datagram"),
	};
	pid_t pid;
	int status;

	(void)arg;
	if (servers.stream < 0 || servers.datagram < 0)
		return EIO;
	if (do_connect_stream("gantry-stream") || do_connect_datagram("gantry-datagram") ||
	    do_send_datagram("gantry-datagram"))
		return EIO;
	pid = fork();
	if (!pid)
		_exit(cgroup_enter("/") ? EIO : do_connect_stream("gantry-stream"));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EIO;
	return WEXITSTATUS(status);
}

static void its_own_unix_sockets_are_reached_and_only_from_within(void **state)
{
	(void)state;
	tenant_run("create t --always");
	assert_int_equal(tenant_do("/t", do_serve_both, NULL), EPERM);
	tenant_run("delete t");
}

static int do_write(const void *arg)
{
	return send(*(const int *)arg, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

static void what_its_launcher_left_it_with_still_works(void **state)
{
	int pair[2];
	char byte;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	tenant_run("create t --always");
	assert_int_equal(tenant_do("/t", do_write, &pair[1]), 0);
	assert_int_equal(read(pair[0], &byte, 1), 1);
	tenant_run("delete t");
	close(pair[0]);
	close(pair[1]);
}

/* ---- descriptors ------------------------------------------------------------------------------ */

union rights {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static void pass(int by, int fd)
{
	union rights rights = { .header = {
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)),
	} };
	struct iovec data = { .iov_base = "x", .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &rights,
		.msg_controllen = sizeof(rights),
	};

	memcpy(CMSG_DATA(&rights.header), &fd, sizeof(fd));
	assert_int_equal(sendmsg(by, &message, 0), 1);
}

/* 0, or EPERM when the message comes without its descriptor. */
static int do_receive(const void *arg)
{
	union rights rights;
	char byte;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &rights,
		.msg_controllen = sizeof(rights),
	};

	if (recvmsg(*(const int *)arg, &message, 0) != 1)
		return EIO;
	if (CMSG_FIRSTHDR(&message))
		return 0;
	return message.msg_flags & MSG_CTRUNC ? EPERM : EIO;
}

static int receive_in(const char *cgroup, int fd)
{
	int pair[2], ret;

	assert_true(fd >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pass(pair[0], fd);
	ret = tenant_do(cgroup, do_receive, &pair[1]);
	close(fd);
	close(pair[0]);
	close(pair[1]);
	return ret;
}

static void sockets_of_others_are_not_received(void **state)
{
	(void)state;
	tenant_run("create t --always");
	assert_int_equal(receive_in("/t", socket(AF_INET, SOCK_STREAM, 0)), EPERM);
	assert_int_equal(receive_in("/t", socket(AF_INET6, SOCK_DGRAM, 0)), EPERM);
	assert_int_equal(receive_in("/t", socket(AF_PACKET, SOCK_RAW, 0)), EPERM);
	assert_int_equal(receive_in("/t", socket(AF_UNIX, SOCK_STREAM, 0)), EPERM);
	assert_int_equal(tenant_denied("t", "receive"), 4);
	assert_int_equal(receive_in("/t", open("/dev/null", O_RDWR)), 0);
	assert_int_equal(receive_in("/", socket(AF_INET, SOCK_STREAM, 0)), 0);
	tenant_run("delete t");
}

static void with_unix_sockets_allowed_others_sockets_are_not_received(void **state)
{
	(void)state;
	tenant_run("create t --always --allow-unix");
	assert_int_equal(receive_in("/t", socket(AF_INET, SOCK_STREAM, 0)), EPERM);
	assert_int_equal(receive_in("/t", socket(AF_UNIX, SOCK_STREAM, 0)), 0);
	tenant_run("delete t");
}

/* From a process outside, whom it may look into */
static int do_take_descriptor(const void *arg)
{
	int pidfd = syscall(SYS_pidfd_open, getppid(), 0);

	if (pidfd < 0)
		return EIO;
	return syscall(SYS_pidfd_getfd, pidfd, *(const int *)arg, 0) < 0 ? errno : 0;
}

static void sockets_of_others_are_not_taken(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(tenant_do("/", do_take_descriptor, &fd), 0);
	tenant_run("create t --always");
	assert_int_equal(tenant_do("/t", do_take_descriptor, &fd), EPERM);
	tenant_run("delete t");
	close(fd);
}

static void an_accelerator_that_is_passed_to_it_guards_it(void **state)
{
	(void)state;
	tenant_run("create t");
	assert_int_equal(receive_in("/t", open("/dev/null", O_RDWR)), 0);
	assert_false(tenant_is_guarded("t"));
	assert_int_equal(receive_in("/t", open(card_node, O_RDWR)), 0);
	assert_true(tenant_is_guarded("t"));
	tenant_run("delete t");
}

static int egress_setup(void **state)
{
	int ret = cards_setup(state);

	if (ret)
		return ret;
	snprintf(card_node, sizeof(card_node), "%s", card_now(0).node);
	/* The guard, which comes with the first tenant, takes the guest seconds to load. */
	tenant_run("create keeper");
	return 0;
}

static int egress_teardown(void **state)
{
	tenant_run("delete keeper");
	return cards_teardown(state);
}

/* What a test that failed left behind is not the next one's fault. */
static int test_teardown(void **state)
{
	(void)state;
	tenant_command("delete t");
	return 0;
}

#define egress_test(f) cmocka_unit_test_teardown(f, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		egress_test(unix_sockets_of_others_are_out_of_reach),
		egress_test(unix_sockets_of_others_are_reached_if_it_may),
		egress_test(unix_connections_from_before_the_accelerator_are_cut),
		egress_test(its_own_unix_sockets_are_reached_and_only_from_within),
		egress_test(what_its_launcher_left_it_with_still_works),
		egress_test(sockets_of_others_are_not_received),
		egress_test(with_unix_sockets_allowed_others_sockets_are_not_received),
		egress_test(sockets_of_others_are_not_taken),
		egress_test(an_accelerator_that_is_passed_to_it_guards_it),
	};

	return cmocka_run_group_tests_name("egress_local", tests, egress_setup, egress_teardown);
}
