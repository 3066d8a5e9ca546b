// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE	/* ppoll() */
#include "screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "fence_time.h"

#define ROWS_DEFAULT	24
#define COLUMNS_DEFAULT	80

/* Escape sequences that every terminal of the last decades knows. */
#define OTHER_SCREEN	"\033[?1049h\033[?25l"
#define FIRST_SCREEN	"\033[?25h\033[?1049l"
#define HOME		"\033[H"
#define REST_OF_LINE	"\033[K"
#define REST_OF_SCREEN	"\033[J"

static struct termios before;
static bool begun;
static volatile sig_atomic_t ended, changed;

static void on_signal(int signal)
{
	if (signal == SIGWINCH)
		changed = 1;
	else
		ended = 1;
}

/* Signals come in screen_wait() and nowhere else, so that none is overlooked. */
static void take_signals(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaddset(&set, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int screen_begin(void)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &before))
		return -errno;
	raw = before;
	raw.c_lflag &= ~(ICANON | ECHO);
	/* Suspended it would leave the shell with a terminal like this. */
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	/* Before there is anything that would have to be given back. */
	take_signals();
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw))
		return -errno;
	begun = true;
	atexit(screen_end);
	fputs(OTHER_SCREEN, stdout);
	return 0;
}

void screen_end(void)
{
	if (!begun)
		return;
	begun = false;
	fputs(FIRST_SCREEN, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

static void size_now(unsigned int *rows, unsigned int *columns)
{
	struct winsize size = {};

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*rows = size.ws_row ? size.ws_row : ROWS_DEFAULT;
	*columns = size.ws_col ? size.ws_col : COLUMNS_DEFAULT;
}

void screen_draw(const char *text)
{
	unsigned int rows, columns;

	size_now(&rows, &columns);
	fputs(HOME, stdout);
	for (unsigned int row = 0; row < rows && *text; row++) {
		size_t length = strcspn(text, "\n");

		printf("%s%.*s" REST_OF_LINE, row ? "\r\n" : "",
		       (int)(length < columns ? length : columns), text);
		text += length + !!text[length];
	}
	fputs(REST_OF_SCREEN, stdout);
	fflush(stdout);
}

static int read_key(void)
{
	unsigned char key;

	return read(STDIN_FILENO, &key, 1) == 1 ? key : SCREEN_END;
}

int screen_wait(int64_t until)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left = until - now_ns();
	struct timespec time = { .tv_sec = left > 0 ? left / 1000000000 : 0,
				 .tv_nsec = left > 0 ? left % 1000000000 : 0 };
	sigset_t none;

	sigemptyset(&none);
	if (ppoll(&keys, 1, &time, &none) > 0)
		return read_key();
	if (ended)
		return SCREEN_END;
	if (!changed)
		return SCREEN_TIME;
	changed = 0;
	return SCREEN_CHANGED;
}
