// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl copy: a file into device memory and back, checked.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gantryctl.h"
#include "outfile.h"
#include "output.h"
#include "progress.h"
#include "report.h"
#include "text.h"
#include "transfer.h"

static const char help[] =
"Usage: gantryctl copy FILE [OPTION...]\n"
"\n"
"Moves a file into device memory and back, in chunks, with all legs of the way\n"
"under way at once, and compares the SHA-256 of what was read with that of what\n"
"came back.\n"
"\n"
"  -c, --card CARD      PCI address, accelN, N or device node; default: the first\n"
"                       bound\n"
"  -r, --region R       region of device memory to go to: a number, see 'gantryctl\n"
"                       info', or 'any'; default 0\n"
"  -v, --via R2         go through this region as well, after the first\n"
"  -t, --to CARD        the card that R2 is of: from card to card; R2 is 0 unless\n"
"                       given\n"
"  -o, --out FILE       keep what came back; the file appears when it is complete\n"
"  -s, --chunk SIZE     bytes of one step, 4K to 1G; default 4M\n"
"  -d, --depth N        steps under way at once, 1 to 64; default 8\n"
"  -j, --json           machine-readable: one object\n"
"\n"
"Sizes take K, M and G for powers of 1024. A file larger than the region goes\n"
"through it in pieces. A progress bar is drawn if stderr is a terminal.\n"
"\n"
"Exit code: 0 all came back as it was sent; 1 something failed, the message says\n"
"what; 2 wrong usage; 3 what came back differs.\n"
"\n"
"Example: gantryctl copy model.safetensors --region 0 --via 2 --out /tmp/back\n";

struct copy_arguments {
	const char *file, *card, *to, *out;
	struct transfer_options transfer;
	bool json;
};

static int parse_region(const char *text, uint32_t *region)
{
	if (!strcmp(text, "any")) {
		*region = GANTRY_REGION_ANY;
		return 0;
	}
	/* the two largest numbers mean other things than a region */
	return parse_number(text, GANTRY_REGION_ANY - 1, region);
}

/* 0, or -EINVAL for a bad value. */
static int parse_option(struct copy_arguments *a, int option, const char *value)
{
	struct transfer_options *t = &a->transfer;

	switch (option) {
	case 'c':
		a->card = value;
		return 0;
	case 'o':
		a->out = value;
		return 0;
	case 'r':
		return parse_region(value, &t->region);
	case 't':
		a->to = value;
		t->use_via = true;
		return 0;
	case 'v':
		t->use_via = true;
		return parse_region(value, &t->via);
	case 's':
		if (parse_size(value, &t->chunk) || t->chunk < TRANSFER_CHUNK_MIN ||
		    t->chunk > TRANSFER_CHUNK_MAX)
			return -EINVAL;
		return 0;
	case 'd':
		if (parse_number(value, TRANSFER_DEPTH_MAX, &t->depth) || !t->depth)
			return -EINVAL;
		return 0;
	default:
		a->json = true;
		return 0;
	}
}

static int take_option(void *arguments, int option)
{
	if (!parse_option(arguments, option, optarg))
		return -1;
	return usage_error("copy", "copy: '%s' is no value for this option", optarg);
}

/* Return: -1 go on, or the exit code. */
static int parse_copy(int argc, char **argv, struct copy_arguments *a)
{
	static const struct option options[] = {
		{ "card", required_argument, NULL, 'c' },
		{ "region", required_argument, NULL, 'r' },
		{ "via", required_argument, NULL, 'v' },
		{ "to", required_argument, NULL, 't' },
		{ "out", required_argument, NULL, 'o' },
		{ "chunk", required_argument, NULL, 's' },
		{ "depth", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int ret = take_options(argc, argv, help, ":c:r:v:t:o:s:d:jh", options, take_option, a);

	if (ret >= 0)
		return ret;
	if (optind == argc)
		return usage_error("copy", "copy: which file?");
	a->file = argv[optind++];
	return expect_no_more(argc, argv);
}

static int open_input(const char *path, struct transfer_options *t)
{
	struct stat info;

	t->in_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (t->in_fd < 0 || fstat(t->in_fd, &info)) {
		complain("cannot open '%s': %s", path, strerror(errno));
		return -EIO;
	}
	if (!S_ISREG(info.st_mode) || !info.st_size) {
		complain("'%s' is %s: give a file with something in it", path,
			 S_ISREG(info.st_mode) ? "empty" : "not a regular file");
		return -EINVAL;
	}
	t->length = info.st_size;
	return 0;
}

static void complain_of_transfer(const struct transfer_error *error)
{
	switch (-error->code) {
	case ENOSPC:
		complain("cannot %s: no room; 'gantryctl info' shows what is free, --depth and --chunk make it need less",
			 error->what);
		break;
	case EINVAL:
		complain("cannot %s: refused; does the card have such a region? see 'gantryctl info'",
			 error->what);
		break;
	case ENODATA:
		complain("cannot %s: it became shorter meanwhile", error->what);
		break;
	default:
		complain("cannot %s: %s", error->what, transfer_explain(error));
	}
}

/* ---- results ------------------------------------------------------------- */

static struct json_object *result_to_json(const struct copy_arguments *a,
					  const struct transfer_result *r)
{
	struct json_object *object = output_object(), *stages = output_object();
	char sha[2 * TRANSFER_SHA256_SIZE + 1];

	output_unsigned(object, "bytes", a->transfer.length);
	output_unsigned(object, "chunks", r->chunks);
	output_signed(object, "elapsed_ns", r->elapsed);
	output_text(object, "sha256_sent",
		    format_hex(sha, sizeof(sha), r->sha_in, sizeof(r->sha_in)));
	output_text(object, "sha256_back",
		    format_hex(sha, sizeof(sha), r->sha_out, sizeof(r->sha_out)));
	output_bool(object, "equal", transfer_is_equal(r));
	if (a->to)
		output_unsigned(object, "bytes_direct", r->direct);
	for (int i = 0; i < TRANSFER_STAGES; i++) {
		struct json_object *stage = output_object();

		output_unsigned(stage, "bytes", r->stages[i].bytes);
		output_signed(stage, "busy_ns", r->stages[i].busy);
		output_add(stages, transfer_stage_key(i), stage);
	}
	output_add(object, "stages", stages);
	return object;
}

static int report(const struct copy_arguments *a, const struct transfer_result *r)
{
	int ret = EXIT_OK;

	if (a->json) {
		ret = output_print(result_to_json(a, r));
	} else {
		report_table(&a->transfer, r);
		report_route(&a->transfer, r);
		report_hashes(r);
	}
	if (!transfer_is_equal(r)) {
		complain("what came back is not what was sent");
		return EXIT_DIFFERENT;
	}
	return ret;
}

static int run(struct copy_arguments *a, struct gantry_device *dev, struct outfile *out)
{
	struct transfer_result result;
	struct transfer_error error;
	struct progress progress;
	int ret;

	a->transfer.out_fd = out->fd;
	a->transfer.progress = progress_update;
	a->transfer.context = &progress;
	progress_begin(&progress, false);
	ret = transfer_run(dev, &a->transfer, &result, &error);
	progress_end(&progress);
	if (ret) {
		complain_of_transfer(&error);
		return EXIT_FAILED;
	}
	if (a->out && transfer_is_equal(&result)) {
		ret = outfile_commit(out);
		if (ret) {
			complain("cannot write '%s': %s", a->out, strerror(-ret));
			return EXIT_FAILED;
		}
	}
	return report(a, &result);
}

int command_copy(int argc, char **argv)
{
	struct copy_arguments a = {
		.transfer = {
			.in_fd = -1,
			.chunk = TRANSFER_CHUNK_DEFAULT,
			.depth = TRANSFER_DEPTH_DEFAULT,
		},
	};
	struct gantry_device *dev = NULL;
	struct outfile out = { .fd = -1 };
	int ret;

	ret = parse_copy(argc, argv, &a);
	if (ret >= 0)
		return ret;
	ret = EXIT_FAILED;
	if (open_input(a.file, &a.transfer) || open_card(a.card, &dev) ||
	    (a.to && open_card(a.to, &a.transfer.to)))
		goto out;
	if (a.out) {
		int error = outfile_open(&out, a.out);

		if (error) {
			complain("cannot write '%s': %s", a.out, strerror(-error));
			goto out;
		}
	}
	ret = run(&a, dev, &out);
out:
	outfile_discard(&out);
	gantry_device_close(a.transfer.to);
	gantry_device_close(dev);
	if (a.transfer.in_fd >= 0)
		close(a.transfer.in_fd);
	return ret;
}
