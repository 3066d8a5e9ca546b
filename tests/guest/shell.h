/* SPDX-License-Identifier: GPL-2.0-only */
/* What commands print, and what is in the JSON of it. */
#ifndef GANTRY_GUEST_SHELL_H
#define GANTRY_GUEST_SHELL_H

#include <json-c/json.h>
#include <stdint.h>

#define GANTRYCTL	"/gantry/build/gantryctl/gantryctl"

/** What a shell's command prints; it must succeed. Belongs to the caller. */
char *command_output(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** The same, and nobody wants to know. */
void command_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** What it prints on stdout and stderr, when it must end with @status. Belongs to the caller. */
char *command_failure(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** What it prints must be JSON. Belongs to the caller. */
struct json_object *command_json(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** A member that there must be. */
struct json_object *json_member(struct json_object *of, const char *key);
int64_t json_number(struct json_object *of, const char *key);
const char *json_text(struct json_object *of, const char *key);

#endif
