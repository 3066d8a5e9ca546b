// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `make demo` runs in the guest: a real file through a card, and through a
 * second one if there is one, and back, and proof that another context cannot reach
 * a buffer that is not its own.
 *
 * usage: demo FILE OUT [CARD]
 *
 * Exit code: 0 all held; 1 something did not, the output says what; 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gantry.h"
#include "gantry_accel.h"
#include "outfile.h"
#include "progress.h"
#include "report.h"
#include "text.h"
#include "transfer.h"

#define SECRET_SIZE	4096
/* The other context has fewer objects than this, so the number is not its own. */
#define SECRET_HANDLE	32

static void complain(const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "demo: cannot %s: %s\n", what, why);
}

static int problem(const char *what, int error)
{
	complain(what, strerror(-error));
	return error;
}

/* ---- the journey --------------------------------------------------------- */

static void describe_card(struct gantry_device *dev, const struct gantry_device_info *info)
{
	struct gantry_region_info region = { .size = sizeof(region) };
	char size[24];

	printf("Card %s: %s, revision %u, serial number %016llx. Its memory:",
	       info->pci_address, info->chip, info->revision,
	       (unsigned long long)info->serial);
	for (uint32_t i = 0; i < info->region_count; i++)
		if (!gantry_device_get_region(dev, i, &region))
			printf("%s %s %s", i ? "," : "", region.name,
			       format_size(size, sizeof(size), region.total));
	printf(".\n");
}

static void describe_plan(const char *path, const struct transfer_options *t)
{
	const char *name = strrchr(path, '/');
	char size[24], chunk[24];

	printf("%s, %s, now travels: disk > host buffer > region %u > ",
	       name ? name + 1 : path, format_size(size, sizeof(size), t->length), t->region);
	if (t->to)
		printf("the other card's region %u > ", t->via);
	else if (t->use_via)
		printf("region %u > ", t->via);
	printf("host buffer > disk,\nin chunks of %s, up to %u of them under way at once.\n",
	       format_size(chunk, sizeof(chunk), t->chunk), t->depth);
	fflush(stdout);
}

/* Another card that gantry drives, open, or NULL. */
static struct gantry_device *open_other_card(const char *address)
{
	struct gantry_card card = { .size = sizeof(card) };
	struct gantry_device *other = NULL;
	struct gantry_card_list *list;
	unsigned int i;

	if (gantry_card_list_create(&list))
		return NULL;
	for (i = 0; !other && !gantry_card_list_get(list, i, &card); i++)
		if (card.node[0] && strcmp(card.pci_address, address))
			(void)gantry_device_open(card.node, &other);
	gantry_card_list_destroy(list);
	return other;
}

/* On to a second card, or, if there is none, to another region of this one. */
static void choose_way(struct transfer_options *t, const struct gantry_device_info *info)
{
	struct gantry_device_info other = { .size = sizeof(other) };

	t->to = open_other_card(info->pci_address);
	t->use_via = t->to || info->region_count > 1;
	t->via = t->to ? 0 : 1;
	if (t->to && !gantry_device_get_info(t->to, &other))
		describe_card(t->to, &other);
}

static int open_input(const char *path, struct transfer_options *t)
{
	struct stat info;

	t->in_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (t->in_fd < 0 || fstat(t->in_fd, &info))
		return problem(path, -errno);
	if (!S_ISREG(info.st_mode) || !info.st_size)
		return problem("use this file: it is empty or not a regular file", -EINVAL);
	t->length = info.st_size;
	return 0;
}

static int travel(struct gantry_device *dev, struct transfer_options *t,
		  struct transfer_result *result, const char *out_path)
{
	struct progress progress;
	struct transfer_error error;
	struct outfile out;
	int ret;

	ret = outfile_open(&out, out_path);
	if (ret)
		return problem("make the output file", ret);
	t->out_fd = out.fd;
	t->progress = progress_update;
	t->context = &progress;
	progress_begin(&progress, true);
	ret = transfer_run(dev, t, result, &error);
	progress_end(&progress);
	if (ret) {
		complain(error.what, transfer_explain(&error));
	} else {
		report_hashes(result);
		ret = transfer_is_equal(result) ? outfile_commit(&out) : -EBADMSG;
		if (ret)
			problem("bring the file back as it was", ret);
	}
	outfile_discard(&out);
	return ret;
}

/* ---- the other context ---------------------------------------------------- */

/*
 * The library itself would refuse a foreign buffer before asking the kernel, so
 * the intruder here speaks to the kernel directly.
 */
struct intruder {
	int fd;
	uint32_t queue;
	uint32_t own;		/* a buffer of its own */
	uint32_t loot;		/* where it wants the bytes */
};

static int intruder_buffer(struct intruder *in, uint32_t *handle)
{
	struct drm_gantry_bo_create create = {
		.size = SECRET_SIZE,
		.region = DRM_GANTRY_REGION_HOST,
	};

	if (drmIoctl(in->fd, DRM_IOCTL_GANTRY_BO_CREATE, &create))
		return -errno;
	*handle = create.handle;
	return 0;
}

static int intruder_prepare(struct intruder *in)
{
	struct drm_gantry_queue_create create = { 0 };
	int ret;

	if (drmIoctl(in->fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create))
		return -errno;
	in->queue = create.queue;
	ret = intruder_buffer(in, &in->own);
	return ret ? ret : intruder_buffer(in, &in->loot);
}

static int try_copy(const struct intruder *in, uint32_t from)
{
	struct drm_gantry_op op = {
		.opcode = DRM_GANTRY_OP_COPY,
		.dst_handle = in->loot,
		.src_handle = from,
		.length = SECRET_SIZE,
	};
	struct drm_gantry_queue_submit submit = {
		.queue = in->queue,
		.op_count = 1,
		.ops = (uintptr_t)&op,
	};
	struct drm_gantry_queue_wait wait = { .queue = in->queue, .timeout_ns = INT64_MAX };

	if (drmIoctl(in->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit))
		return -errno;
	wait.seqno = submit.seqno;
	if (drmIoctl(in->fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &wait))
		return -errno;
	return wait.status;
}

static int try_info(const struct intruder *in, uint32_t handle)
{
	struct drm_gantry_bo_info info = { .handle = handle };

	return drmIoctl(in->fd, DRM_IOCTL_GANTRY_BO_INFO, &info) ? -errno : 0;
}

static int try_export(const struct intruder *in, uint32_t handle)
{
	int fd;

	if (drmPrimeHandleToFD(in->fd, handle, DRM_CLOEXEC, &fd))
		return -errno;
	close(fd);
	return 0;
}

static int try_map(const struct intruder *in, uint64_t offset)
{
	void *map = mmap(NULL, SECRET_SIZE, PROT_READ, MAP_SHARED, in->fd, offset);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, SECRET_SIZE);
	return 0;
}

/* One attempt, one line. Any other answer than @expected is a breach. */
static bool is_refused(const char *attempt, int got, int expected)
{
	if (got == expected) {
		printf("  %-40s refused: %s\n", attempt, strerror(-got));
		return true;
	}
	printf("  %-40s %s: THIS SHOULD HAVE BEEN REFUSED AS '%s'\n", attempt,
	       got ? strerror(-got) : "ALLOWED", strerror(-expected));
	return false;
}

static int break_in(const struct intruder *in, uint32_t handle, uint64_t mmap_offset)
{
	char attempt[64];
	bool held = true;
	int ret;

	/* First what it may do: a refusal then is no accident of a malformed call. */
	ret = try_copy(in, in->own);
	if (ret)
		return problem("copy between the second context's own buffers", ret);
	printf("  %-40s allowed\n", "copy from a buffer of its own");
	snprintf(attempt, sizeof(attempt), "copy from the other's handle %u", handle);
	held &= is_refused(attempt, try_copy(in, handle), -ENOENT);
	held &= is_refused("ask what that handle is", try_info(in, handle), -ENOENT);
	held &= is_refused("export it as a dma-buf", try_export(in, handle), -ENOENT);
	held &= is_refused("map it at its mmap offset", try_map(in, mmap_offset), -EACCES);
	return held ? 0 : -EPERM;
}

/* A buffer whose number means nothing in a context with few objects. */
static int make_secret(struct gantry_device *dev, struct gantry_buffer *bufs[SECRET_HANDLE + 1],
		       struct drm_gantry_bo_info *secret)
{
	struct gantry_buffer_info info = { .size = sizeof(info) };
	int ret;

	for (int i = 0; i <= SECRET_HANDLE; i++) {
		ret = gantry_buffer_create(dev, SECRET_SIZE, 0, &bufs[i]);
		if (!ret)
			ret = gantry_buffer_get_info(bufs[i], &info);
		if (ret)
			return ret;
		if (info.handle >= SECRET_HANDLE)
			break;
	}
	secret->handle = info.handle;
	return drmIoctl(gantry_device_fd(dev), DRM_IOCTL_GANTRY_BO_INFO, secret) ? -errno : 0;
}

static int prove_isolation(struct gantry_device *dev, const char *card)
{
	struct gantry_buffer *bufs[SECRET_HANDLE + 1] = { NULL };
	struct drm_gantry_bo_info secret = { 0 };
	struct gantry_device *other = NULL;
	struct intruder in;
	int ret;

	ret = make_secret(dev, bufs, &secret);
	if (ret) {
		problem("make a buffer to break into", ret);
		goto out;
	}
	ret = gantry_device_open(card, &other);
	if (ret) {
		problem("open the card a second time", ret);
		goto out;
	}
	in.fd = gantry_device_fd(other);
	printf("A second context on the same card now tries to reach a buffer of the first:\n");
	ret = intruder_prepare(&in);
	if (ret)
		problem("set up the second context", ret);
	else
		ret = break_in(&in, secret.handle, secret.mmap_offset);
out:
	gantry_device_close(other);
	for (int i = 0; i <= SECRET_HANDLE; i++)
		gantry_buffer_destroy(bufs[i]);
	return ret;
}

/* -------------------------------------------------------------------------- */

static int run(struct gantry_device *dev, const char *const argv[])
{
	struct gantry_device_info info = { .size = sizeof(info) };
	struct transfer_options t = {
		.in_fd = -1,
		.chunk = TRANSFER_CHUNK_DEFAULT,
		.depth = TRANSFER_DEPTH_DEFAULT,
	};
	struct transfer_result result;
	int moved, isolated;

	gantry_device_get_info(dev, &info);
	describe_card(dev, &info);
	choose_way(&t, &info);
	moved = open_input(argv[1], &t);
	if (!moved) {
		describe_plan(argv[1], &t);
		moved = travel(dev, &t, &result, argv[2]);
	}
	isolated = prove_isolation(dev, info.pci_address);
	if (!moved) {
		printf("What moved, and how fast (stages overlap; on an emulated card these are the emulator's times):\n");
		report_table(&t, &result);
		report_route(&t, &result);
	}
	gantry_device_close(t.to);
	if (t.in_fd >= 0)
		close(t.in_fd);
	return moved || isolated;
}

int main(int argc, const char *const argv[])
{
	struct gantry_device *dev;
	int ret;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: demo FILE OUT [CARD]\n");
		return 2;
	}
	ret = gantry_device_open(argc > 3 ? argv[3] : NULL, &dev);
	if (ret) {
		problem("open a card that gantry drives ('gantryctl list' shows all)", ret);
		return 1;
	}
	ret = run(dev, argv);
	gantry_device_close(dev);
	printf("%s\n", ret ? "Something did NOT hold." : "All of it held.");
	return ret ? 1 : 0;
}
