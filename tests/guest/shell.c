// SPDX-License-Identifier: GPL-2.0-only
#include "shell.h"
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static char *run(int status, const char *format, va_list args)
{
	char command[1024];
	char *text = NULL;
	size_t room = 0;
	FILE *pipe;
	int ended;

	vsnprintf(command, sizeof(command), format, args);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	if (getdelim(&text, &room, '\0', pipe) < 0)
		text = strdup("");
	ended = pclose(pipe);
	if (!WIFEXITED(ended) || WEXITSTATUS(ended) != status)
		fail_msg("%s ended with %x: %s", command, ended, text);
	return text;
}

char *command_output(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = run(0, format, args);
	va_end(args);
	return text;
}

void command_run(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	free(run(0, format, args));
	va_end(args);
}

char *command_failure(int status, const char *format, ...)
{
	char both[1024];
	va_list args;
	char *text;

	snprintf(both, sizeof(both), "exec 2>&1; %s", format);
	va_start(args, format);
	text = run(status, both, args);
	va_end(args);
	return text;
}

/* As strict as json-c can be: it takes bad UTF-8 unless told not to. */
static struct json_object *parse(const char *text)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	assert_non_null(tokener);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8 |
			       JSON_TOKENER_ALLOW_TRAILING_CHARS);
	object = json_tokener_parse_ex(tokener, text, -1);
	json_tokener_free(tokener);
	return object;
}

struct json_object *command_json(const char *format, ...)
{
	struct json_object *object;
	va_list args;
	char *text;

	va_start(args, format);
	text = run(0, format, args);
	va_end(args);
	object = parse(text);
	if (!object)
		fail_msg("this is no JSON: %s", text);
	free(text);
	return object;
}

struct json_object *json_member(struct json_object *of, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(of, key, &value))
		fail_msg("there is no %s", key);
	return value;
}

int64_t json_number(struct json_object *of, const char *key)
{
	return json_object_get_int64(json_member(of, key));
}

const char *json_text(struct json_object *of, const char *key)
{
	return json_object_get_string(json_member(of, key));
}
