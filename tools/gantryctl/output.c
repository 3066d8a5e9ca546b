// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing JSON.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gantryctl.h"
#include "output.h"

static struct json_object *checked(struct json_object *value)
{
	if (value)
		return value;
	complain("out of memory");
	exit(EXIT_FAILED);
}

struct json_object *output_object(void)
{
	return checked(json_object_new_object());
}

struct json_object *output_array(void)
{
	return checked(json_object_new_array());
}

void output_add(struct json_object *to, const char *key, struct json_object *value)
{
	if (json_object_object_add(to, key, value))
		checked(NULL);
}

void output_append(struct json_object *to, struct json_object *value)
{
	if (json_object_array_add(to, value))
		checked(NULL);
}

void output_text(struct json_object *to, const char *key, const char *value)
{
	output_add(to, key, checked(json_object_new_string(value)));
}

void output_text_or_null(struct json_object *to, const char *key, const char *value)
{
	if (value[0])
		output_text(to, key, value);
	else
		output_add(to, key, NULL);
}

void output_unsigned(struct json_object *to, const char *key, uint64_t value)
{
	output_add(to, key, checked(json_object_new_uint64(value)));
}

void output_serial(struct json_object *to, const char *key, uint64_t serial)
{
	char text[17];

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)serial);
	output_text_or_null(to, key, serial ? text : "");
}

void output_pci_id(struct json_object *to, uint16_t vendor, uint16_t device, uint16_t revision)
{
	output_unsigned(to, "vendor_id", vendor);
	output_unsigned(to, "device_id", device);
	output_unsigned(to, "revision", revision);
}

void output_signed(struct json_object *to, const char *key, int64_t value)
{
	output_add(to, key, checked(json_object_new_int64(value)));
}

void output_bool(struct json_object *to, const char *key, bool value)
{
	output_add(to, key, checked(json_object_new_boolean(value)));
}

int output_print(struct json_object *value)
{
	const char *text;
	int ret = EXIT_OK;

	text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PRETTY |
					      JSON_C_TO_STRING_SPACED |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text || puts(text) < 0 || fflush(stdout)) {
		complain("cannot write the answer: %s", strerror(errno));
		ret = EXIT_FAILED;
	}
	json_object_put(value);
	return ret;
}
