// SPDX-License-Identifier: GPL-2.0-only
#include "sysfs_folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "sysfs.h"

#define OUTPUT "output"

static char root[] = "/tmp/gantry-sysfs-XXXXXX";
static int saved_stdout, saved_stderr;

const char *folder_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

static void redirect(int *saved, int to)
{
	int fd = open(folder_path(OUTPUT), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	*saved = dup(to);
	dup2(fd, to);
	close(fd);
}

static void restore(int saved, int to)
{
	dup2(saved, to);
	close(saved);
}

void folder_setup(void)
{
	strcpy(root + strlen(root) - 6, "XXXXXX");
	assert_non_null(mkdtemp(root));
	sysfs_root = root;
	fflush(NULL);
	redirect(&saved_stdout, STDOUT_FILENO);
	redirect(&saved_stderr, STDERR_FILENO);
}

int folder_teardown(void)
{
	char command[64];

	fflush(NULL);
	restore(saved_stdout, STDOUT_FILENO);
	restore(saved_stderr, STDERR_FILENO);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

void folder_make(const char *name)
{
	char command[300];

	snprintf(command, sizeof(command), "mkdir -p %s", folder_path(name));
	assert_int_equal(system(command), 0);
}

void attribute_write(const char *name, const char *text)
{
	int fd = open(folder_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void attribute_remove(const char *name)
{
	assert_int_equal(unlink(folder_path(name)), 0);
}

static void read_all(const char *name, char text[4096])
{
	int fd = open(folder_path(name), O_RDONLY);
	ssize_t length;

	assert_true(fd >= 0);
	length = read(fd, text, 4095);
	assert_true(length >= 0);
	text[length] = '\0';
	close(fd);
}

void attribute_expect(const char *name, const char *text)
{
	char now[4096];

	read_all(name, now);
	assert_string_equal(now, text);
}

void expect_said(const char *text)
{
	char all[4096];

	fflush(NULL);
	read_all(OUTPUT, all);
	if (!strstr(all, text))
		print_error("'%s' is not in: %s\n", text, all);
	assert_non_null(strstr(all, text));
}
