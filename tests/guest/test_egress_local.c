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

static void set_option_memory(const char *bytes, char *old, size_t room)
{
	int fd = open("/proc/sys/net/core/optmem_max", O_RDWR);
	ssize_t length = old ? read(fd, old, room - 1) : 0;

	assert_true(fd >= 0 && length >= 0);
	if (old)
		old[length] = '\0';
	assert_int_equal(pwrite(fd, bytes, strlen(bytes), 0), strlen(bytes));
	close(fd);
}

/* With filters on its socket a tenant can bring that about itself. */
static void a_unix_connection_that_cannot_be_remembered_is_refused(void **state)
{
	struct unix_servers servers;
	char old[32];
	int ret;

	(void)state;
	servers_open(&servers);
	tenant_run("create t");
	set_option_memory("1", old, sizeof(old));
	ret = tenant_do("/t", do_connect_stream, "gantry-stream");
	set_option_memory(old, NULL, 0);
	assert_int_equal(ret, ENOMEM);
	assert_int_equal(tenant_do("/t", do_connect_stream, "gantry-stream"), 0);
	tenant_run("delete t");
	servers_close(&servers);
}

/* Of a create that was killed some programs are there, and look into their own maps. */
static void what_is_left_of_a_guard_is_replaced_as_a_whole(void **state)
{
	struct unix_servers servers;

	(void)state;
	servers_open(&servers);
	assert_int_equal(unlink("/sys/fs/bpf/gantry/egress/socket_sendmsg"), 0);
	tenant_run("create t");
	assert_int_equal(tenant_do("/t", do_use_old_unix_socket, "gantry-stream"), EPERM);
	tenant_run("delete t");
	/* Maps, too: the programs that are there do not know the new one. */
	assert_int_equal(unlink("/sys/fs/bpf/gantry/egress/common_levels"), 0);
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

struct passage {
	int by, family;
};

static int do_pass_own(const void *arg)
{
	const struct passage *passage = arg;

	pass(passage->by, socket(passage->family, SOCK_DGRAM, 0));
	return 0;
}

/* A socket that was made in the tenant, outside */
static int receive_from_tenant(int family)
{
	struct passage passage = { .family = family };
	int pair[2], ret;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	passage.by = pair[0];
	assert_int_equal(tenant_do("/t", do_pass_own, &passage), 0);
	ret = tenant_do("/", do_receive, &pair[1]);
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
	assert_int_equal(receive_from_tenant(AF_UNIX), 0);
	tenant_run("delete t");
}

/* A connection that the guard did not see begin would stay open afterwards. */
static void a_tenant_without_an_accelerator_receives_no_sockets_either(void **state)
{
	(void)state;
	tenant_run("create t");
	assert_int_equal(receive_in("/t", socket(AF_INET, SOCK_STREAM, 0)), EPERM);
	assert_int_equal(receive_in("/t", socket(AF_UNIX, SOCK_STREAM, 0)), EPERM);
	assert_int_equal(tenant_denied("t", "receive"), 2);
	assert_false(tenant_is_guarded("t"));
	tenant_run("delete t");
}

static void its_unix_sockets_do_not_leave_it(void **state)
{
	(void)state;
	tenant_run("create t");
	assert_int_equal(receive_from_tenant(AF_UNIX), EPERM);
	assert_int_equal(tenant_denied("t", "unix"), 1);
	/* Its packets are looked at wherever it is. */
	assert_int_equal(receive_from_tenant(AF_INET), 0);
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

static void memory_of_an_accelerator_that_is_passed_to_it_guards_it(void **state)
{
	struct gantry_device *dev = card_open(0);
	struct gantry_buffer *memory = buffer_make(dev, 4096, 0);

	(void)state;
	tenant_run("create t");
	assert_int_equal(receive_in("/t", gantry_buffer_export(memory)), 0);
	assert_true(tenant_is_guarded("t"));
	tenant_run("delete t");
	gantry_buffer_destroy(memory);
	gantry_device_close(dev);
}

static int egress_setup(void **state)
{
	int ret = cards_setup(state);

	if (ret)
		return ret;
	snprintf(card_node, sizeof(card_node), "%s", card_now(0).node);
	tenants_begin();
	return 0;
}

static int egress_teardown(void **state)
{
	tenants_end();
	return cards_teardown(state);
}

#define egress_test(f) cmocka_unit_test_teardown(f, tenants_clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		egress_test(unix_sockets_of_others_are_out_of_reach),
		egress_test(unix_sockets_of_others_are_reached_if_it_may),
		egress_test(unix_connections_from_before_the_accelerator_are_cut),
		egress_test(a_unix_connection_that_cannot_be_remembered_is_refused),
		egress_test(what_is_left_of_a_guard_is_replaced_as_a_whole),
		egress_test(its_own_unix_sockets_are_reached_and_only_from_within),
		egress_test(what_its_launcher_left_it_with_still_works),
		egress_test(sockets_of_others_are_not_received),
		egress_test(with_unix_sockets_allowed_others_sockets_are_not_received),
		egress_test(a_tenant_without_an_accelerator_receives_no_sockets_either),
		egress_test(its_unix_sockets_do_not_leave_it),
		egress_test(sockets_of_others_are_not_taken),
		egress_test(an_accelerator_that_is_passed_to_it_guards_it),
		egress_test(memory_of_an_accelerator_that_is_passed_to_it_guards_it),
	};

	return cmocka_run_group_tests_name("egress_local", tests, egress_setup, egress_teardown);
}
