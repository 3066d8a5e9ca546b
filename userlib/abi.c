// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Structures that begin with their size: how a caller and a library of
 * different age understand each other.
 */
#include <string.h>

#include "internal.h"

/**
 * gtr_struct_out() - fill the caller's structure from ours
 * @user: begins with its size, which stays
 * @smallest: size of the first version that was ever published
 */
int gtr_struct_out(void *user, size_t smallest, const void *ours, size_t size)
{
	size_t room, known;

	if (!user)
		return -EINVAL;
	memcpy(&room, user, sizeof(room));
	if (room < smallest)
		return -EINVAL;
	known = room < size ? room : size;
	memcpy((char *)user + sizeof(room), (const char *)ours + sizeof(room),
	       known - sizeof(room));
	memset((char *)user + known, 0, room - known);
	return 0;
}

/**
 * gtr_struct_in() - read the caller's options; NULL means all defaults
 */
int gtr_struct_in(void *ours, size_t size, const void *user, size_t smallest)
{
	const char *bytes = user;
	size_t given;

	memset(ours, 0, size);
	if (!user)
		return 0;
	memcpy(&given, user, sizeof(given));
	if (given < smallest)
		return -EINVAL;
	for (size_t i = size; i < given; i++)
		if (bytes[i])
			return -E2BIG;
	memcpy(ours, user, given < size ? given : size);
	return 0;
}
