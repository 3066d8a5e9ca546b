/* SPDX-License-Identifier: GPL-2.0-only */
/* A terminal that is drawn anew again and again, and whose keys are read one by one. */
#ifndef GANTRYCTL_SCREEN_H
#define GANTRYCTL_SCREEN_H

#include <stdint.h>

/** What screen_wait() returns when no key was pressed. */
enum {
	SCREEN_TIME = 0,	/* the time is up */
	SCREEN_CHANGED = -1,	/* its size is another one */
	SCREEN_END = -2,	/* a signal, or the terminal is gone */
};

/** screen_begin() - take over the terminal on stdin and stdout; 0 or -errno */
int screen_begin(void);

/** screen_end() - give it back as it was; may be called when nothing was begun */
void screen_end(void);

/** screen_draw() - show @text, cut to the size of the terminal */
void screen_draw(const char *text);

/** screen_wait() - a key, or why there is none; @until: of the monotonic clock */
int screen_wait(int64_t until);

#endif /* GANTRYCTL_SCREEN_H */
