/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guarded exit keeps in its maps, for its programs and for gantryctl. The maps
 * have BTF, so bpftool shows these names.
 */
#ifndef GANTRY_EGRESS_H
#define GANTRY_EGRESS_H

#define GANTRY_TENANT_NAME	64
/* A tenant's cgroup is at most so far below the root. */
#define GANTRY_TENANT_DEPTH	32

/* What was refused. */
enum gantry_egress_hook {
	GANTRY_EGRESS_CONNECT,	/* connect() to an address */
	GANTRY_EGRESS_SEND,	/* sending to one, or to the one connected to before */
	GANTRY_EGRESS_BIND,	/* bind() to an address, or joining a multicast group */
	GANTRY_EGRESS_PACKET,	/* a packet that left a socket */
	GANTRY_EGRESS_SOCKET,	/* a kind of socket that the guard does not know */
	GANTRY_EGRESS_UNIX,	/* a UNIX socket of somebody who is not in the tenant */
	GANTRY_EGRESS_RECEIVE,	/* a socket that somebody else passed */
	GANTRY_EGRESS_CONFIGURE, /* to configure a network, or open a device of one */
	GANTRY_EGRESS_HOOKS
};

/* Guarded from its creation on, not only from when it first opened an accelerator. */
#define GANTRY_EGRESS_ALWAYS	(1u << 0)
/* UNIX sockets of others are within reach. */
#define GANTRY_EGRESS_OTHERS	(1u << 1)
/* The cgroup was made with the tenant, and goes with it. */
#define GANTRY_EGRESS_MADE	(1u << 2)
/* It may configure networks: whoever made it answers for where these lead. */
#define GANTRY_EGRESS_ADMIN	(1u << 3)

/**
 * struct gantry_egress_tenant - value of the map of tenants, whose key is the number of
 * the cgroup
 * @name: what gantryctl calls it
 * @flags: GANTRY_EGRESS_...
 * @guarded: not 0: it is held to its networks; never goes back to 0
 * @denied: how often something was refused, by enum gantry_egress_hook
 */
struct gantry_egress_tenant {
	char name[GANTRY_TENANT_NAME];
	unsigned int flags;
	unsigned int guarded;
	unsigned long long denied[GANTRY_EGRESS_HOOKS];
};

/**
 * struct gantry_egress_key - key of the map of allowed networks
 * @prefix: bits that count of what follows: GANTRY_EGRESS_KEY_BITS and the network's
 * @family: AF_INET or AF_INET6; an IPv4 address within IPv6 is looked up as AF_INET
 * @tenant: number of the cgroup
 * @address: in network order; IPv4 has the first four bytes
 */
struct gantry_egress_key {
	unsigned int prefix;
	unsigned int family;
	unsigned long long tenant;
	unsigned char address[16];
};

#define GANTRY_EGRESS_KEY_BITS	96

/**
 * struct gantry_egress_denial - the last thing that a tenant was refused
 * @time_ns: of CLOCK_BOOTTIME
 * @hook: enum gantry_egress_hook
 * @family: AF_INET or AF_INET6; 0: it had no address
 * @address: as above
 * @port: in host order
 */
struct gantry_egress_denial {
	unsigned long long time_ns;
	unsigned int hook;
	unsigned int family;
	unsigned char address[16];
	unsigned int port;
	unsigned int pad;
};

#endif /* GANTRY_EGRESS_H */
