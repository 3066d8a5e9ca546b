// SPDX-License-Identifier: GPL-2.0-only
/* Ways round the guarded exit of a tenant that there must not be (gantryctl tenant). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fixture.h"
#include "networks.h"
#include "tenant.h"

#ifndef AF_XDP
#define AF_XDP	44
#endif

/* A way out: 0 or the errno that it came to. */
struct way {
	const char *name;
	int (*go)(const void *address);
	const char *address;
	int error;
};

static void expect_ways(const char *cgroup, const struct way *ways, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int ret = tenant_do(cgroup, ways[i].go, ways[i].address);

		if (ret != ways[i].error)
			fail_msg("%s: %s instead of %s", ways[i].name, strerror(ret),
				 strerror(ways[i].error));
	}
}

/* ---- kinds of sockets ------------------------------------------------------------------- */

struct kind {
	const char *name;
	int family, type, protocol, error;
};

static int do_make_socket(const void *arg)
{
	const struct kind *kind = arg;

	return socket(kind->family, kind->type, kind->protocol) < 0 ? errno : 0;
}

/* Some send with no further call: so none is made before the accelerator, either. */
static void a_tenant_makes_only_sockets_that_the_guard_sees(void **state)
{
	static const struct kind kinds[] = {
		{ "TCP", AF_INET, SOCK_STREAM, 0, 0 },
		{ "UDP, IPv6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 0 },
		{ "raw IP", AF_INET, SOCK_RAW, IPPROTO_UDP, 0 },
		{ "UNIX", AF_UNIX, SOCK_SEQPACKET, 0, 0 },
		{ "routing netlink", AF_NETLINK, SOCK_RAW, 0, 0 },
		{ "netlink between processes", AF_NETLINK, SOCK_RAW, 2, EPERM },
		{ "packet", AF_PACKET, SOCK_RAW, 0, EPERM },
		{ "XDP", AF_XDP, SOCK_RAW, 0, EPERM },
		{ "vsock", AF_VSOCK, SOCK_STREAM, 0, EPERM },
		{ "SCTP", AF_INET, SOCK_STREAM, IPPROTO_SCTP, EPERM },
		{ "SCTP, to many", AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP, EPERM },
		{ "TIPC", AF_TIPC, SOCK_SEQPACKET, 0, EPERM },
		{ "the kernel's ciphers", AF_ALG, SOCK_SEQPACKET, 0, EPERM },
	};

	(void)state;
	tenant_run("create t");
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (tenant_do("/t", do_make_socket, &kinds[i]) != kinds[i].error)
			fail_msg("a socket of kind '%s' was %s", kinds[i].name,
				 kinds[i].error ? "made" : "refused");
	assert_int_equal(tenant_denied("t", "socket"), 8);
	tenant_run("delete t");
}

static int do_become_tenant(const void *kind)
{
	if (do_make_socket(kind) || tenant_command("create t --cgroup /here"))
		return EIO;
	return do_make_socket(kind);
}

/* The guard remembers of a cgroup that it is no tenant. */
static void a_cgroup_that_was_no_tenant_becomes_one(void **state)
{
	static const struct kind packet = { .family = AF_PACKET, .type = SOCK_RAW };

	(void)state;
	assert_int_equal(mkdir("/sys/fs/cgroup/here", 0755), 0);
	assert_int_equal(tenant_do("/here", do_become_tenant, &packet), EPERM);
	tenant_run("delete t");
	assert_int_equal(tenant_do("/here", do_make_socket, &packet), 0);
	assert_int_equal(rmdir("/sys/fs/cgroup/here"), 0);
}

static int do_bring_packet_socket(const void *arg)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex("far0"),
		.sll_halen = ETH_ALEN,
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

	if (fd < 0 || sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) != 1)
		return EIO;
	if (cgroup_enter(arg))
		return EIO;
	return sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
}

static void a_packet_socket_brought_along_is_cut(void **state)
{
	(void)state;
	tenant_run("create t --always");
	assert_int_equal(tenant_do("/", do_bring_packet_socket, "/t"), EPERM);
	tenant_run("delete t");
}

/* ---- what sends without a socket ----------------------------------------------------------- */

/* In a network namespace of its own making, whose root it is */
static int do_configure(const void *arg)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	(void)arg;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return EIO;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	return ioctl(fd, SIOCSIFFLAGS, &request) ? errno : 0;
}

/* The kernel need not have the driver. */
static int do_open_tun(const void *node)
{
	return open(node, O_RDWR) < 0 && errno == EPERM ? EPERM : 0;
}

/* Before the accelerator, too: what was set up then would go on. */
static void a_tenant_configures_no_network(void **state)
{
	static const char node[] = "/dev/gantry-tun";

	(void)state;
	assert_int_equal(mknod(node, S_IFCHR | 0600, makedev(10, 200)), 0);
	assert_int_equal(tenant_do("/", do_configure, NULL), 0);
	assert_int_equal(tenant_do("/", do_open_tun, node), 0);
	tenant_run("create t");
	assert_int_equal(tenant_do("/t", do_configure, NULL), EPERM);
	assert_int_equal(tenant_do("/t", do_open_tun, node), EPERM);
	assert_int_equal(tenant_denied("t", "configure"), 2);
	tenant_run("delete t");
	tenant_run("create t --allow-net-admin");
	assert_int_equal(tenant_do("/t", do_configure, NULL), 0);
	assert_int_equal(tenant_do("/t", do_open_tun, node), 0);
	tenant_run("delete t");
	unlink(node);
}

static int do_join(const void *arg)
{
	struct ip_mreqn group = { .imr_ifindex = if_nametoindex("far0") };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)arg;
	inet_pton(AF_INET, "239.1.2.3", &group.imr_multiaddr);
	return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)) ? errno : 0;
}

static int do_join_ipv6(const void *arg)
{
	struct ipv6_mreq group = { .ipv6mr_interface = if_nametoindex("far0") };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	(void)arg;
	inet_pton(AF_INET6, "ff15::1:2:3", &group.ipv6mr_multiaddr);
	return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof(group)) ? errno : 0;
}

static int do_join_source(const void *arg)
{
	struct group_source_req group = { .gsr_interface = if_nametoindex("far0") };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)arg;
	address_make(&group.gsr_group, "239.1.2.3", 0);
	address_make(&group.gsr_source, "10.9.8.7", 0);
	return setsockopt(fd, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, &group, sizeof(group)) ?
	       errno : 0;
}

/* The kernel tells all the network which ones, from no socket of the tenant's. */
static void a_tenant_joins_no_multicast_group(void **state)
{
	static const struct way ways[] = {
		{ "IPv4", do_join, NULL, EPERM },
		{ "IPv6", do_join_ipv6, NULL, EPERM },
		{ "from a source", do_join_source, NULL, EPERM },
	};

	(void)state;
	assert_int_equal(tenant_do("/", do_join, NULL), 0);
	assert_int_equal(tenant_do("/", do_join_ipv6, NULL), 0);
	assert_int_equal(tenant_do("/", do_join_source, NULL), 0);
	tenant_run("create t");
	expect_ways("/t", ways, ARRAY_LENGTH(ways));
	assert_int_equal(tenant_denied("t", "bind"), ARRAY_LENGTH(ways));
	tenant_run("delete t");
}

/* ---- calls ---------------------------------------------------------------------------------- */

static int do_fast_open(const void *address)
{
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, ECHO_PORT);
	int fd = socket(to.ss_family, SOCK_STREAM, 0);

	return sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, length) < 0 ? errno : 0;
}

static int do_send_to(const void *address)
{
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, ECHO_PORT);
	int fd = socket(to.ss_family, SOCK_DGRAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	return sendto(fd, "x", 1, 0, (struct sockaddr *)&to, length) < 0 ? errno : 0;
}

/* The kernel takes no family for IPv4's. */
static int do_send_to_no_family(const void *address)
{
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, ECHO_PORT);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	to.ss_family = AF_UNSPEC;
	return sendto(fd, "x", 1, 0, (struct sockaddr *)&to, length) < 0 ? errno : 0;
}

/* An IPv4 address by an IPv6 socket */
static int do_send_to_by_ipv6(const void *address)
{
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, ECHO_PORT);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	return sendto(fd, "x", 1, 0, (struct sockaddr *)&to, length) < 0 ? errno : 0;
}

static int do_send_fragments(const void *address)
{
	static char datagram[8000];
	struct timeval patience = { .tv_sec = 20 };
	int fd, ret = reach_open(SOCK_DGRAM, address, &fd);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (ret)
		return ret;
	if (send(fd, datagram, sizeof(datagram), 0) != sizeof(datagram) ||
	    recv(fd, datagram, 1, 0) != 1)
		return errno;
	return 0;
}

/* One request, by a ring of its own; what it came to. */
static int ring_do(const struct io_uring_sqe *request)
{
	struct io_uring_params params = { 0 };
	int ring = syscall(SYS_io_uring_setup, 1, &params);
	struct io_uring_sqe *requests;
	struct io_uring_cqe *answers;
	char *queue;

	if (ring < 0)
		return errno;
	queue = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(*answers),
		     PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	requests = mmap(NULL, sizeof(*requests), PROT_READ | PROT_WRITE, MAP_SHARED, ring,
			IORING_OFF_SQES);
	if (queue == MAP_FAILED || requests == MAP_FAILED)
		return errno;
	requests[0] = *request;
	((unsigned int *)(queue + params.sq_off.array))[0] = 0;
	__atomic_store_n((unsigned int *)(queue + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return errno;
	answers = (struct io_uring_cqe *)(queue + params.cq_off.cqes);
	return answers[0].res < 0 ? -answers[0].res : 0;
}

static int do_connect_by_ring(const void *address)
{
	struct io_uring_sqe request = { .opcode = IORING_OP_CONNECT };
	struct sockaddr_storage to;

	request.off = address_make(&to, address, ECHO_PORT);
	request.addr = (uintptr_t)&to;
	request.fd = socket(to.ss_family, SOCK_STREAM, 0);
	return ring_do(&request);
}

/* ... by a thread of the kernel, on behalf of who asked */
static int do_send_by_ring(const void *address)
{
	struct sockaddr_storage to;
	struct io_uring_sqe request = {
		.opcode = IORING_OP_SENDMSG, .flags = IOSQE_ASYNC, .len = 1,
	};
	struct iovec data = { .iov_base = "x", .iov_len = 1 };
	struct msghdr message = { .msg_name = &to, .msg_iov = &data, .msg_iovlen = 1 };

	message.msg_namelen = address_make(&to, address, ECHO_PORT);
	request.addr = (uintptr_t)&message;
	request.fd = socket(to.ss_family, SOCK_DGRAM, 0);
	return ring_do(&request);
}

static int do_splice(const void *address)
{
	int ends[2], fd, ret = reach_open(SOCK_STREAM, address, &fd);

	if (ret || pipe(ends) || write(ends[1], "x", 1) != 1)
		return EIO;
	/* Connected before it is a tenant's */
	if (cgroup_enter("/t"))
		return EIO;
	return splice(ends[0], NULL, fd, NULL, 1, 0) < 0 ? errno : 0;
}

static void no_call_leads_round_it(void **state)
{
	static const struct way ways[] = {
		{ "TCP fast open", do_fast_open, FAR, EPERM },
		{ "TCP fast open to where it may", do_fast_open, NEAR, 0 },
		{ "no family", do_send_to_no_family, FAR, EPERM },
		{ "no family to where it may", do_send_to_no_family, NEAR, 0 },
		{ "IPv4 by an IPv6 socket", do_send_to_by_ipv6, FAR, EPERM },
		{ "IPv4 by an IPv6 socket to where it may", do_send_to_by_ipv6, NEAR, 0 },
		{ "connecting by io_uring", do_connect_by_ring, FAR, EPERM },
		{ "connecting by io_uring to where it may", do_connect_by_ring, NEAR, 0 },
		{ "sending by io_uring", do_send_by_ring, FAR, EPERM },
		{ "sending by io_uring to where it may", do_send_by_ring, NEAR, 0 },
		{ "multicast", do_send_to, "239.1.2.3", EPERM },
		{ "multicast, IPv6", do_send_to, "ff02::1", EPERM },
		{ "broadcast", do_send_to, "255.255.255.255", EPERM },
		{ "broadcast where it may", do_send_to, "10.77.1.255", 0 },
		{ "the machine itself", do_send_to, "0.0.0.0", EPERM },
		{ "the machine itself, IPv6", do_send_to, "::", EPERM },
		{ "fragments where it may", do_send_fragments, NEAR, 0 },
		{ "fragments where it may, IPv6", do_send_fragments, NEAR6, 0 },
	};

	(void)state;
	tenant_run("create t --always --allow " NEAR_CIDRS);
	expect_ways("/t", ways, ARRAY_LENGTH(ways));
	assert_int_equal(tenant_do("/", do_splice, FAR), EPERM);
	tenant_run("delete t");
}

/* ---- packets -------------------------------------------------------------------------------- */

/* To where it may, but with an option that makes a router send it on to somewhere else */
static int do_source_route(const void *address)
{
	uint8_t option[8] = { IPOPT_LSRR, 7, 4 };
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, ECHO_PORT);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, FAR, option + 3);
	option[7] = IPOPT_EOL;
	if (setsockopt(fd, IPPROTO_IP, IP_OPTIONS, option, sizeof(option)))
		return EIO;
	return sendto(fd, "x", 1, 0, (struct sockaddr *)&to, length) < 0 ? errno : 0;
}

/* The call says where it may, the packet somewhere else */
static int do_forge_header(const void *address)
{
	struct iphdr packet = {
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
		.tot_len = htons(sizeof(packet)),
	};
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, NEAR, 0);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	inet_pton(AF_INET, address, &packet.daddr);
	return sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to, length) < 0 ?
	       errno : 0;
}

/* Options, a fragment's header, and that of authentication with nothing in it, are as long. */
struct ipv6_packet {
	struct ip6_hdr header;
	struct ip6_ext first;
	uint8_t rest[6];
	struct ip6_rthdr0 routing;
	struct in6_addr last;
};

/* @first: what the first of the headers is */
static int send_ipv6(struct ipv6_packet *packet, uint8_t first, const char *address)
{
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, 0);
	int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_RAW), on = 1;

	packet->header.ip6_vfc = 0x60;
	packet->header.ip6_plen = htons(sizeof(*packet) - sizeof(packet->header));
	packet->header.ip6_hlim = 64;
	packet->header.ip6_nxt = first;
	if (first == IPPROTO_DSTOPTS) {
		/* All of it is padding */
		packet->rest[0] = IP6OPT_PADN;
		packet->rest[1] = 4;
	}
	inet_pton(AF_INET6, address, &packet->header.ip6_dst);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof(on)))
		return EIO;
	return sendto(fd, packet, sizeof(*packet), 0, (struct sockaddr *)&to, length) < 0 ?
	       errno : 0;
}

static int send_routing_header(uint8_t first, const char *address)
{
	struct ipv6_packet packet = {
		.first.ip6e_nxt = IPPROTO_ROUTING,
		.routing = { .ip6r0_nxt = IPPROTO_NONE, .ip6r0_len = 2, .ip6r0_segleft = 1 },
	};

	inet_pton(AF_INET6, FAR6, &packet.last);
	return send_ipv6(&packet, first, address);
}

static int do_routing_header(const void *address)
{
	return send_routing_header(IPPROTO_DSTOPTS, address);
}

static int do_routing_header_in_fragment(const void *address)
{
	return send_routing_header(IPPROTO_FRAGMENT, address);
}

static int do_routing_header_authenticated(const void *address)
{
	return send_routing_header(IPPROTO_AH, address);
}

static int do_options_header(const void *address)
{
	struct ipv6_packet packet = { .first.ip6e_nxt = IPPROTO_NONE };

	return send_ipv6(&packet, IPPROTO_DSTOPTS, address);
}

static int do_authenticate(const void *address)
{
	struct ipv6_packet packet = { .first.ip6e_nxt = IPPROTO_NONE };

	return send_ipv6(&packet, IPPROTO_AH, address);
}

static void no_packet_leads_round_it(void **state)
{
	static const struct way ways[] = {
		{ "a source route", do_source_route, NEAR, EPERM },
		{ "a header of its own making", do_forge_header, FAR, EPERM },
		{ "a header of its own making where it may", do_forge_header, NEAR, 0 },
		{ "a routing header", do_routing_header, NEAR6, EPERM },
		{ "one in a fragment", do_routing_header_in_fragment, NEAR6, EPERM },
		{ "one that is authenticated", do_routing_header_authenticated, NEAR6, EPERM },
		{ "authentication where it may", do_authenticate, NEAR6, 0 },
		{ "another header of IPv6 where it may", do_options_header, NEAR6, 0 },
		{ "another header of IPv6", do_options_header, FAR6, EPERM },
	};

	(void)state;
	tenant_run("create t --always --allow " NEAR_CIDRS);
	expect_ways("/t", ways, ARRAY_LENGTH(ways));
	tenant_run("delete t");
}

static int egress_setup(void **state)
{
	(void)state;
	networks_make();
	tenants_begin();
	return 0;
}

static int egress_teardown(void **state)
{
	(void)state;
	networks_remove();
	tenants_end();
	return 0;
}

#define egress_test(f) cmocka_unit_test_teardown(f, tenants_clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		egress_test(a_tenant_makes_only_sockets_that_the_guard_sees),
		egress_test(a_cgroup_that_was_no_tenant_becomes_one),
		egress_test(a_packet_socket_brought_along_is_cut),
		egress_test(a_tenant_configures_no_network),
		egress_test(a_tenant_joins_no_multicast_group),
		egress_test(no_call_leads_round_it),
		egress_test(no_packet_leads_round_it),
	};

	return cmocka_run_group_tests_name("egress_ways", tests, egress_setup, egress_teardown);
}
