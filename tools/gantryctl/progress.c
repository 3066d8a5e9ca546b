// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far a long job is.
 */
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fence_time.h"
#include "progress.h"
#include "text.h"

#define BAR_NS		100000000
#define LINES_NS	5000000000
#define COLUMNS_DEFAULT	80

static unsigned int terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}

void progress_begin(struct progress *progress, bool lines)
{
	progress->bar = isatty(STDERR_FILENO);
	progress->lines = lines && !progress->bar;
	progress->started = now_ns();
	progress->drawn = progress->started;
}

void progress_update(void *context, uint64_t done, uint64_t total)
{
	struct progress *progress = context;
	int64_t now = now_ns(), pause = progress->bar ? BAR_NS : LINES_NS;
	unsigned int columns = progress->bar ? terminal_columns() - 1 : COLUMNS_DEFAULT;
	char line[256];

	if ((!progress->bar && !progress->lines) || now - progress->drawn < pause)
		return;
	progress->drawn = now;
	format_progress(line, sizeof(line), columns, done, total, now - progress->started);
	fprintf(stderr, progress->bar ? "\r%s\033[K" : "%s\n", line);
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->bar)
		fputs("\r\033[K", stderr);
}
