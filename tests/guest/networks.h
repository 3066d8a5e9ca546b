/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two networks beside the machine, each a network namespace at the end of a pair of
 * virtual cables, in which a server sends back what it gets, by TCP and UDP, IPv4 and
 * IPv6.
 */
#ifndef GANTRY_GUEST_NETWORKS_H
#define GANTRY_GUEST_NETWORKS_H

#include <netinet/in.h>
#include <sys/socket.h>

#define NEAR_CIDRS	"10.77.1.0/24 fd77:1::/64"
#define NEAR		"10.77.1.2"
#define NEAR6		"fd77:1::2"
#define NEAR_OWN	"10.77.1.1"	/* the machine's own address there */
#define FAR		"10.77.2.2"
#define FAR6		"fd77:2::2"
#define FAR_OWN		"10.77.2.1"
#define ECHO_PORT	7777

void networks_make(void);
void networks_remove(void);

/** From here on this process is on "near" or "far"; 0 or errno. */
int network_enter(const char *name);

/** An address with the servers' port, or with @port; its length. */
socklen_t address_make(struct sockaddr_storage *to, const char *address, uint16_t port);

/* In these, 0 or the errno of what failed; nothing fails the test. */

/** A new socket connected to a server, in *@fd. */
int reach_open(int type, const char *address, int *fd);

/** Send a byte by a connected socket, and wait until it comes back. */
int reach_again(int fd);

/** Both, with a socket of its own. */
int reach(int type, const char *address);

/** The same with a datagram from a socket that is not connected. */
int reach_unconnected(const char *address);

#endif
