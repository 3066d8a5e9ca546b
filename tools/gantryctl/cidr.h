/* SPDX-License-Identifier: GPL-2.0-only */
/* Networks as people write them: "10.0.0.0/8", "fd00::/8", or one address. */
#ifndef GANTRYCTL_CIDR_H
#define GANTRYCTL_CIDR_H

#include <stddef.h>
#include <stdint.h>

#define CIDR_TEXT	64

/**
 * struct cidr - a network
 * @family: AF_INET or AF_INET6
 * @bits: that count, from the first
 * @address: in network order, the others zero; IPv4 has the first four bytes
 */
struct cidr {
	int family;
	unsigned int bits;
	uint8_t address[16];
};

/**
 * cidr_parse() - read "ADDRESS[/BITS]"
 * @cidr: out; with -ERANGE the network that was probably meant
 *
 * Return: 0; -EINVAL neither an IPv4 nor an IPv6 network; -ERANGE the address has bits
 * behind those that count; -EAFNOSUPPORT IPv4 addresses written as IPv6 (::ffff:...).
 */
int cidr_parse(const char *text, struct cidr *cidr);

/** cidr_format() - as cidr_parse() reads it; @room of CIDR_TEXT is enough */
const char *cidr_format(char *text, size_t room, const struct cidr *cidr);

/** cidr_compare() - for sorting: IPv4 first, then by address, wide ones first */
int cidr_compare(const struct cidr *a, const struct cidr *b);

#endif /* GANTRYCTL_CIDR_H */
