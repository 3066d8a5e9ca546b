// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guarded exit, as far as it depends on who calls: programs of the BPF security
 * module, for all tenants of the machine. They see when a tenant opens an accelerator,
 * and sockets that it was left with, that were connected before, that somebody passes
 * to it, and those that lead to somebody else on the machine.
 */
#include "egress_address.bpf.h"
#include "egress_member.bpf.h"

/* ---- devices and capabilities -------------------------------------------------------- */

static bool is_accelerator(struct file *file)
{
	struct inode *inode = file->f_inode;

	return (inode->i_mode & S_IFMT) == S_IFCHR && inode->i_rdev >> MINOR_BITS == ACCEL_MAJOR;
}

/*
 * What is written to it goes out of no socket. A device that was set up for its user
 * before takes no capability to open.
 */
static bool is_tunnel(struct file *file)
{
	struct inode *inode = file->f_inode;

	return (inode->i_mode & S_IFMT) == S_IFCHR && inode->i_rdev == TUN_DEVICE;
}

static const struct rule configuring = { GANTRY_EGRESS_CONFIGURE, GANTRY_EGRESS_ADMIN, true };

SEC("lsm/file_open")
int BPF_PROG(file_open, struct file *file)
{
	if (is_accelerator(file))
		guard(caller_member());
	return is_tunnel(file) ? refuse(caller_member(), &configuring) : 0;
}

/*
 * Tunnels, rewriting of packets and forwarding make packets without a socket, and whoever
 * owns a network namespace could set them up there before the accelerator is opened.
 */
SEC("lsm/capable")
int BPF_PROG(capable, const void *cred, void *user_namespace, int capability,
	     unsigned int options)
{
	struct rule rule = configuring;

	if (capability != CAP_NET_ADMIN)
		return 0;
	/* The kernel asks many a time just to know. */
	if (options & CAP_OPT_NOAUDIT)
		rule.hook = GANTRY_EGRESS_HOOKS;
	return refuse(caller_member(), &rule);
}

/* ---- sockets --------------------------------------------------------------------------- */

static bool is_known_protocol(u32 type, u32 protocol)
{
	switch (type) {
	case SOCK_STREAM:
		return !protocol || protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
	case SOCK_DGRAM:
		return !protocol || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
		       protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
	}
	return type == SOCK_RAW;
}

/* Kinds of sockets whose packets pass the tenant's programs, or that stay on the machine. */
static bool is_known_kind(u32 family, u32 type, u32 protocol)
{
	switch (family) {
	case AF_INET:
	case AF_INET6:
		return is_known_protocol(type, protocol);
	case AF_NETLINK:
		/* From process to process */
		return protocol != NETLINK_USERSOCK;
	}
	return family == AF_UNIX;
}

static const struct rule unknown_kind = { GANTRY_EGRESS_SOCKET, 0, false };
static const struct rule unknown_kind_made = { GANTRY_EGRESS_SOCKET, 0, true };

/* Some kinds can send with no further call: none of them is made before, either. */
SEC("lsm/socket_create")
int BPF_PROG(socket_create, int family, int type, int protocol, int kern)
{
	if (kern || is_known_kind(family, type, protocol))
		return 0;
	return refuse(caller_member(), &unknown_kind_made);
}

/* ... and leaving it: the kernel reports all to the network, from no socket of theirs. */
static bool is_multicast_membership(int level, int name)
{
	switch (level) {
	case IPPROTO_IP:
		return name >= IP_ADD_MEMBERSHIP && name <= MCAST_MSFILTER;
	case IPPROTO_IPV6:
		return name == IPV6_JOIN_GROUP || name == IPV6_LEAVE_GROUP ||
		       name == IPV6_JOIN_ANYCAST || name == IPV6_LEAVE_ANYCAST ||
		       (name >= MCAST_JOIN_GROUP && name <= MCAST_MSFILTER);
	}
	return false;
}

static const struct rule membership = { GANTRY_EGRESS_BIND, 0, true };

/*
 * Groups have addresses of the tenant's choosing. Those that were joined before the
 * accelerator could be left one by one afterwards, by closing sockets.
 */
SEC("lsm/socket_setsockopt")
int BPF_PROG(socket_setsockopt, struct socket *sock, int level, int name)
{
	return is_multicast_membership(level, name) ? refuse(caller_member(), &membership) : 0;
}

SEC("lsm/socket_connect")
int BPF_PROG(socket_connect, struct socket *sock, void *address)
{
	struct member caller = caller_member();
	struct sock *sk = sock->sk;
	struct destination to;
	u32 family;
	u16 named;

	/* The socket has one; this is for the verifier. */
	if (!caller.levels || !sk)
		return 0;
	family = sk->__sk_common.skc_family;
	if (!is_known_kind(family, sk->sk_type, sk->sk_protocol))
		return refuse(caller, &unknown_kind);
	if (family != AF_INET && family != AF_INET6)
		return 0;
	if (bpf_probe_read_kernel(&named, sizeof(named), address) ||
	    !read_address(&to, named, address))
		return 0;
	return judge(caller, &to, GANTRY_EGRESS_CONNECT);
}

/* ---- UNIX sockets ------------------------------------------------------------------------ */

static const struct rule others_socket = { GANTRY_EGRESS_UNIX, GANTRY_EGRESS_OTHERS, false };

/*
 * On both ends of a UNIX connection that leads out of a tenant: how many levels of
 * cgroups they have in common. It may be older than the tenant's accelerator.
 */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, int);
	__type(value, u32);
} common_levels SEC(".maps");

/* Connections that were not seen are from before, or from outside: its launcher's gift. */
static int judge_connection(struct member caller, struct sock *sk)
{
	u32 *common = bpf_sk_storage_get(&common_levels, sk, NULL, 0);

	if (!common)
		return 0;
	caller.levels &= ~((1ULL << *common) - 1);
	return refuse(caller, &others_socket);
}

static struct cgroup *socket_cgroup(struct sock *sk)
{
	return sk->sk_cgrp_data.cgroup;
}

/* Neither may reach out of its tenants, nor be reached from outside of them. */
static int judge_ends(struct member caller, struct member other)
{
	int ret = refuse_but_within(caller, other.cgroup, &others_socket);

	return ret ? ret : refuse_but_within(other, caller.cgroup, &others_socket);
}

static u32 count_common_levels(struct cgroup *a, struct cgroup *b)
{
	u32 level, common = 0;
	u64 id;

	bpf_for(level, 1, GANTRY_TENANT_DEPTH + 1) {
		id = ancestor_id(a, level);
		if (!id || id != ancestor_id(b, level))
			break;
		common = level;
	}
	return common;
}

static bool remember_connection(struct sock *sk, u32 common)
{
	return bpf_sk_storage_get(&common_levels, sk, &common, BPF_SK_STORAGE_GET_F_CREATE);
}

SEC("lsm/unix_stream_connect")
int BPF_PROG(unix_stream_connect, struct sock *sk, struct sock *other, struct sock *accepted)
{
	struct member caller = caller_member(), server = member_of(socket_cgroup(other));
	u64 levels = caller.levels | server.levels;
	u32 common;
	int ret;

	if (!levels)
		return 0;
	ret = judge_ends(caller, server);
	if (ret)
		return ret;
	common = count_common_levels(caller.cgroup, server.cgroup);
	/* Within all their tenants */
	if (!(levels >> common))
		return 0;
	/* The memory counts as the socket's, whose user may have used it up. */
	return remember_connection(sk, common) && remember_connection(accepted, common) ?
	       0 : -ENOMEM;
}

SEC("lsm/unix_may_send")
int BPF_PROG(unix_may_send, struct socket *sock, struct socket *other)
{
	struct sock *sk = other->sk;

	return sk ? judge_ends(caller_member(), member_of(socket_cgroup(sk))) : 0;
}

/* ---- sending ------------------------------------------------------------------------------ */

SEC("lsm/socket_sendmsg")
int BPF_PROG(socket_sendmsg, struct socket *sock, struct msghdr *msg)
{
	struct member caller = caller_member();
	struct sock *sk = sock->sk;
	struct destination to;
	u32 family;

	/* Without a file it is the kernel's own, for whatever the caller is made to wait for. */
	if (!caller.levels || !sk || !sock->file)
		return 0;
	family = sk->__sk_common.skc_family;
	if (!is_known_kind(family, sk->sk_type, sk->sk_protocol))
		return refuse(caller, &unknown_kind);
	if (family == AF_UNIX)
		return judge_connection(caller, sk);
	if (family == AF_NETLINK || !read_destination(&to, sk, family, msg))
		return 0;
	return judge(caller, &to, GANTRY_EGRESS_SEND);
}

/* ---- descriptors ------------------------------------------------------------------------------ */

static const struct rule passed = { GANTRY_EGRESS_UNIX, GANTRY_EGRESS_OTHERS, true };

/*
 * A socket is made where its user is, or it is not taken; and UNIX sockets of a tenant,
 * whose other end it has, do not leave it. Before the accelerator, too: a connection that
 * was not seen to begin would stay open afterwards.
 */
static int judge_received_socket(struct member caller, struct file *file)
{
	struct rule received = { GANTRY_EGRESS_RECEIVE, 0, true };
	struct socket *sock = file->private_data;
	struct member maker;
	struct sock *sk;
	bool is_unix;
	int ret;

	/* Opened by its name only (O_PATH). */
	if (!sock)
		return 0;
	sk = BPF_CORE_READ(sock, sk);
	maker.cgroup = BPF_CORE_READ(sk, sk_cgrp_data.cgroup);
	is_unix = BPF_CORE_READ(sk, __sk_common.skc_family) == AF_UNIX;
	if (is_unix)
		received.exempt = GANTRY_EGRESS_OTHERS;
	ret = refuse_but_within(caller, maker.cgroup, &received);
	if (ret || !is_unix)
		return ret;
	maker.levels = find_levels(maker.cgroup);
	return refuse_but_within(maker, caller.cgroup, &passed);
}

/* Memory of an accelerator comes as one; of which device it is cannot be told. */
static bool is_dma_buffer(struct file *file)
{
	return file->f_inode->i_sb->s_magic == DMA_BUF_MAGIC;
}

SEC("lsm/file_receive")
int BPF_PROG(file_receive, struct file *file)
{
	struct member caller = caller_member();

	if (is_accelerator(file) || is_dma_buffer(file))
		guard(caller);
	if ((file->f_inode->i_mode & S_IFMT) == S_IFSOCK)
		return judge_received_socket(caller, file);
	return is_tunnel(file) ? refuse(caller, &configuring) : 0;
}

char LICENSE[] SEC("license") = "GPL";
