// SPDX-License-Identifier: GPL-2.0-only
/*
 * The outcome of a journey, for people.
 */
#include <stdio.h>

#include "report.h"
#include "text.h"

static void print_row(const char *name, uint64_t bytes, int64_t time)
{
	char size[24], duration[24], rate[24];

	printf("%-28s%12s%12s%14s\n", name, format_size(size, sizeof(size), bytes),
	       format_time(duration, sizeof(duration), time),
	       format_rate(rate, sizeof(rate), bytes, time));
}

void report_table(const struct transfer_options *options, const struct transfer_result *result)
{
	printf("%-28s%12s%12s%14s\n", "STAGE", "MOVED", "BUSY", "RATE");
	for (int i = 0; i < TRANSFER_STAGES; i++)
		if (result->stages[i].bytes)
			print_row(transfer_stage_name(i), result->stages[i].bytes,
				  result->stages[i].busy);
	print_row("the whole way, overlapped", options->length, result->elapsed);
}

void report_route(const struct transfer_options *options, const struct transfer_result *result)
{
	if (!options->use_via || !options->to)
		return;
	printf("From card to card: %s\n", result->direct ?
	       "the second read the first one's memory" : "through host memory");
}

void report_hashes(const struct transfer_result *result)
{
	char hex[2 * TRANSFER_SHA256_SIZE + 1];

	printf("SHA-256 sent  %s\n",
	       format_hex(hex, sizeof(hex), result->sha_in, sizeof(result->sha_in)));
	printf("SHA-256 back  %s  %s\n",
	       format_hex(hex, sizeof(hex), result->sha_out, sizeof(result->sha_out)),
	       transfer_is_equal(result) ? "equal" : "DIFFERENT");
}
