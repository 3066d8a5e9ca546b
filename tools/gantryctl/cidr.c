// SPDX-License-Identifier: GPL-2.0-only
#include "cidr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static unsigned int family_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

static int parse_address(const char *text, struct cidr *cidr)
{
	cidr->family = AF_INET;
	if (inet_pton(AF_INET, text, cidr->address) == 1)
		return 0;
	cidr->family = AF_INET6;
	return inet_pton(AF_INET6, text, cidr->address) == 1 ? 0 : -EINVAL;
}

/* Whether there was anything to clear. */
static bool clear_host_bits(struct cidr *cidr)
{
	bool had_any = false;

	for (unsigned int bit = cidr->bits; bit < family_bits(cidr->family); bit++) {
		uint8_t mask = 0x80 >> bit % 8;

		had_any |= cidr->address[bit / 8] & mask;
		cidr->address[bit / 8] &= ~mask;
	}
	return had_any;
}

/* Packets to these are IPv4, and are looked for among the IPv4 networks. */
static bool is_mapped(const struct cidr *cidr)
{
	static const uint8_t prefix[12] = { [10] = 0xff, 0xff };

	return cidr->family == AF_INET6 && cidr->bits >= 96 &&
	       !memcmp(cidr->address, prefix, sizeof(prefix));
}

int cidr_parse(const char *text, struct cidr *cidr)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char address[INET6_ADDRSTRLEN];
	uint32_t bits;

	memset(cidr, 0, sizeof(*cidr));
	if (length >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, length);
	address[length] = '\0';
	if (parse_address(address, cidr))
		return -EINVAL;
	bits = family_bits(cidr->family);
	if (slash && parse_number(slash + 1, bits, &bits))
		return -EINVAL;
	cidr->bits = bits;
	if (is_mapped(cidr))
		return -EAFNOSUPPORT;
	return clear_host_bits(cidr) ? -ERANGE : 0;
}

const char *cidr_format(char *text, size_t room, const struct cidr *cidr)
{
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(cidr->family, cidr->address, address, sizeof(address));
	if (cidr->bits == family_bits(cidr->family))
		snprintf(text, room, "%s", address);
	else
		snprintf(text, room, "%s/%u", address, cidr->bits);
	return text;
}

int cidr_compare(const struct cidr *a, const struct cidr *b)
{
	int order;

	if (a->family != b->family)
		return a->family == AF_INET ? -1 : 1;
	order = memcmp(a->address, b->address, sizeof(a->address));
	return order ? order : (int)a->bits - (int)b->bits;
}
