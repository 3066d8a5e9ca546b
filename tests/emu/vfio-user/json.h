/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VFU_JSON_H
#define VFU_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct json_member - what json_scan() should look for
 * @path: member names from the outermost object inwards, joined by '.'
 * @found: it is there
 * @is_number: it is an unsigned integer, and @number is its value
 * @is_true: it is the literal true
 */
struct json_member {
	const char *path;
	bool found;
	bool is_number;
	bool is_true;
	uint64_t number;
};

/**
 * json_scan() - check a JSON text and pick members out of it
 * @text: the text, not necessarily NUL-terminated
 * @len: its length
 * @members: filled in
 * @n: how many
 *
 * Return: 0; -EINVAL: not one JSON object, or nested too deeply.
 */
int json_scan(const char *text, size_t len, struct json_member *members,
	      size_t n);

#endif /* VFU_JSON_H */
