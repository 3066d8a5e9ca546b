/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A folder in place of /sys, for what gantryctl writes there: each attribute is a
 * file that keeps what was last written to it. What the test says meanwhile on its
 * output is kept there too.
 */
#ifndef UNIT_SYSFS_FOLDER_H
#define UNIT_SYSFS_FOLDER_H

/** Of the folder, or of @name in it; valid until the next call. */
const char *folder_path(const char *name);

/** A new one in which nothing is, in place of /sys; and output goes into it. */
void folder_setup(void);

/** 0 or not: for a test's teardown. */
int folder_teardown(void);

/** With all folders above it. */
void folder_make(const char *name);

void attribute_write(const char *name, const char *text);
void attribute_remove(const char *name);
void attribute_expect(const char *name, const char *text);

/** What was said so far has @text in it. */
void expect_said(const char *text);

#endif
