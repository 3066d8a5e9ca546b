/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers as people write and read them, and names that can be shown to them.
 */
#ifndef GANTRYCTL_TEXT_H
#define GANTRYCTL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/**
 * parse_size() - "4096", "64K", "4MiB", "1g": powers of 1024
 *
 * Return: 0, or -EINVAL not a size, -ERANGE more than 64 bits.
 */
int parse_size(const char *text, uint64_t *bytes);

/**
 * parse_number() - a decimal number up to a limit
 *
 * Return: 0, or -EINVAL not a number, -ERANGE more than @max.
 */
int parse_number(const char *text, uint32_t max, uint32_t *number);

/** format_size() - "64.0 MiB" */
const char *format_size(char *text, size_t room, uint64_t bytes);

/** format_rate() - "1.25 GB/s" for bytes in nanoseconds; "-" when nothing can be said */
const char *format_rate(char *text, size_t room, uint64_t bytes, int64_t elapsed);

/** format_time() - "3.2 ms" for nanoseconds */
const char *format_time(char *text, size_t room, int64_t elapsed);

/** format_hex() - lower case, NUL-terminated; @room is at least 2 * length + 1 */
const char *format_hex(char *text, size_t room, const uint8_t *bytes, size_t length);

/**
 * format_progress() - " 42 % [#####.......]  430.1 MiB of 1.0 GiB  0.21 GB/s  3 s left"
 * @columns: width to fill at most
 */
const char *format_progress(char *text, size_t room, unsigned int columns, uint64_t done,
			    uint64_t total, int64_t elapsed);

/**
 * clean_name() - make a name that others chose fit for terminals, JSON and metrics
 *
 * Each byte that is not of a well-formed UTF-8 character, or is of a control character,
 * becomes '?'.
 */
void clean_name(char *name);

#endif /* GANTRYCTL_TEXT_H */
