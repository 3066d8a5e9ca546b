// SPDX-License-Identifier: GPL-2.0-only
/*
 * A progress bar on stderr, if that is a terminal.
 */
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fence_time.h"
#include "progress.h"
#include "text.h"

#define REDRAW_NS	100000000
#define COLUMNS_DEFAULT	80

static unsigned int terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}

void progress_begin(struct progress *progress)
{
	progress->shown = isatty(STDERR_FILENO);
	progress->started = now_ns();
	progress->drawn = 0;
}

void progress_update(void *context, uint64_t done, uint64_t total)
{
	struct progress *progress = context;
	int64_t now = now_ns();
	char line[256];

	if (!progress->shown || (done < total && now - progress->drawn < REDRAW_NS))
		return;
	progress->drawn = now;
	fprintf(stderr, "\r%s\033[K",
		format_progress(line, sizeof(line), terminal_columns() - 1, done, total,
				now - progress->started));
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
}
