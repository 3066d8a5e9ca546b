// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "tenant.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUPS	"/sys/fs/cgroup"
#define TENANTS	"/sys/fs/bpf/gantry/tenant"
#define KEEPER	"keeper"
#define SPOILT	255	/* exit code: not even begun */

/* ---- gantryctl ------------------------------------------------------------------------ */

/* Its words are separated by spaces. No shell: to start one takes the debug kernel longest. */
static pid_t start(char *command, int output)
{
	char *words[32], *rest;
	size_t count = 0;
	pid_t pid;

	words[0] = strtok_r(command, " ", &rest);
	while (words[count] && ++count < ARRAY_LENGTH(words))
		words[count] = strtok_r(NULL, " ", &rest);
	assert_true(count < ARRAY_LENGTH(words));
	pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		_exit(SPOILT);
	execv(words[0], words);
	_exit(SPOILT);
}

static char *read_output(char *command, int *code)
{
	char *text = NULL;
	size_t room = 0;
	int ends[2], status;
	FILE *output;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = start(command, ends[1]);
	close(ends[1]);
	output = fdopen(ends[0], "r");
	assert_non_null(output);
	if (getdelim(&text, &room, '\0', output) < 0)
		text = strdup("");
	fclose(output);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	*code = WEXITSTATUS(status);
	return text;
}

static char *run_tenant(const char *format, va_list args, int *code)
{
	char command[1024];
	int length = snprintf(command, sizeof(command), GANTRYCTL " tenant ");

	vsnprintf(command + length, sizeof(command) - length, format, args);
	return read_output(command, code);
}

int tenant_command(const char *format, ...)
{
	va_list args;
	int code;

	va_start(args, format);
	free(run_tenant(format, args, &code));
	va_end(args);
	return code;
}

void tenant_run(const char *format, ...)
{
	va_list args;
	char *text;
	int code;

	va_start(args, format);
	text = run_tenant(format, args, &code);
	va_end(args);
	if (code)
		fail_msg("'tenant %s' failed: %s", format, text);
	free(text);
}

void tenant_expect_refused(int code, const char *words, const char *format, ...)
{
	va_list args;
	char *text;
	int got;

	va_start(args, format);
	text = run_tenant(format, args, &got);
	va_end(args);
	if (got != code || !strstr(text, words))
		fail_msg("'tenant %s' ended with %d: %s", format, got, text);
	free(text);
}

static struct json_object *member(struct json_object *of, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(of, key, &value))
		fail_msg("there is no %s", key);
	return value;
}

struct json_object *tenant_show(const char *name)
{
	struct json_object *tenant;
	char command[128];
	char *text;
	int code;

	snprintf(command, sizeof(command), GANTRYCTL " tenant show %s --json", name);
	text = read_output(command, &code);
	assert_int_equal(code, 0);
	tenant = json_tokener_parse(text);
	assert_non_null(tenant);
	free(text);
	return tenant;
}

int64_t tenant_denied(const char *name, const char *kind)
{
	struct json_object *tenant = tenant_show(name);
	int64_t count = json_object_get_int64(member(member(tenant, "denied"), kind));

	json_object_put(tenant);
	return count;
}

bool tenant_is_guarded(const char *name)
{
	struct json_object *tenant = tenant_show(name);
	bool guarded = json_object_get_boolean(member(tenant, "guarded"));

	json_object_put(tenant);
	return guarded;
}

void tenants_begin(void)
{
	tenant_run("create " KEEPER);
}

void tenants_end(void)
{
	tenant_run("delete " KEEPER);
}

static int is_left(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, KEEPER) != 0;
}

int tenants_clean_up(void **state)
{
	struct dirent **left;
	int count = scandir(TENANTS, &left, is_left, alphasort);

	(void)state;
	for (int i = 0; i < count; i++) {
		tenant_command("delete %s", left[i]->d_name);
		free(left[i]);
	}
	if (count >= 0)
		free(left);
	return 0;
}

/* ---- cgroups ---------------------------------------------------------------------------- */

int cgroup_enter(const char *cgroup)
{
	char path[128];
	FILE *procs;
	int ret;

	snprintf(path, sizeof(path), GROUPS "%s/cgroup.procs", cgroup);
	procs = fopen(path, "we");
	if (!procs)
		return errno;
	ret = fprintf(procs, "%d", getpid()) < 0 ? EIO : 0;
	if (fclose(procs))
		ret = errno;
	return ret;
}

int tenant_do(const char *cgroup, int (*what)(const void *arg), const void *arg)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid)
		_exit(cgroup_enter(cgroup) ? SPOILT : what(arg));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == SPOILT)
		fail_msg("the process in %s came to a bad end: status %#x", cgroup, status);
	return WEXITSTATUS(status);
}
