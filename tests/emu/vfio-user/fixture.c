// SPDX-License-Identifier: GPL-2.0-only
#include "vfio-user/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct vfu_area areas[] = {
	{ FIX_AREA0, FIX_AREA0_SIZE },
	{ FIX_AREA1, FIX_AREA1_SIZE },
};

static const uint8_t vendor_specific[] = { 6, 0xaa, 0xbb, 0xcc };
static const uint8_t vendor_writable[] = { 0, 0, 0xf0, 0 };
static const struct vfu_capability capability = {
	.id = 9,
	.data = vendor_specific,
	.writable = vendor_writable,
	.size = sizeof(vendor_specific),
};

static const uint8_t serial[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static const struct vfu_capability extended[] = {
	{ .id = 3, .version = 1, .data = serial, .size = sizeof(serial) },
	{ .id = 0xb, .version = 1, .data = serial, .size = sizeof(serial) },
};

const struct vfu_options *fixture_options(struct fixture *f)
{
	static uint8_t rom[FIX_ROM_SIZE] = { 0x55, 0xaa };
	static struct vfu_memory sparse, whole;
	static struct vfu_options options;

	memset(rom + 2, 0x5a, sizeof(rom) - 2);
	sparse = (struct vfu_memory) {
		.fd = f->sparse_fd, .areas = areas, .n_areas = 2,
	};
	whole = (struct vfu_memory) {
		.fd = f->whole_fd, .fd_offset = FIX_WHOLE_OFFSET,
	};
	options = (struct vfu_options) {
		.vendor = 0x1d0f,
		.device = 0x7364,
		.subsystem_vendor = 0x1234,
		.subsystem = 0x5678,
		.class_code = 0x120000,
		.revision = 0xff,
		.bars = {
			[0] = { .size = 0x1000 },
			[FIX_SPARSE_BAR] = {
				.size = FIX_SPARSE_SIZE,
				.is_64bit = true,
				.prefetchable = true,
				.memory = &sparse,
			},
			[FIX_WHOLE_BAR] = {
				.size = FIX_WHOLE_SIZE,
				.is_64bit = true,
				.memory = &whole,
			},
			[FIX_MSIX_BAR] = { .size = 0x4000 },
		},
		.rom = rom,
		.rom_size = sizeof(rom),
		.intx = true,
		.msi_vectors = FIX_MSI,
		.msix_vectors = FIX_MSIX,
		.msix_bar = FIX_MSIX_BAR,
		.msix_table = FIX_MSIX_TABLE,
		.msix_pba = FIX_MSIX_PBA,
		.capabilities = &capability,
		.n_capabilities = 1,
		.extended = extended,
		.n_extended = 2,
	};
	return &options;
}

static void note(struct fixture *f, unsigned int bar, uint64_t off,
		 const void *data, size_t len)
{
	f->accesses++;
	f->last_bar = bar;
	f->last_off = off;
	f->last_len = len;
	if (data)
		memcpy(f->last_data, data, len < 64 ? len : 64);
}

/* Every byte the model answers with is the low byte of its offset. */
static int bar_read(void *priv, unsigned int bar, uint64_t off, void *buf,
		    size_t len)
{
	struct fixture *f = priv;
	size_t i;

	note(f, bar, off, NULL, len);
	for (i = 0; i < len; i++)
		((uint8_t *)buf)[i] = off + i;
	return f->answer;
}

static int bar_write(void *priv, unsigned int bar, uint64_t off,
		     const void *buf, size_t len)
{
	struct fixture *f = priv;
	char byte;

	note(f, bar, off, buf, len);
	f->dma_in_callback = vfu_dma_read(f->server, 0x7000, &byte, 1);
	return f->answer;
}

static void config_write(void *priv, uint32_t off, size_t len)
{
	struct fixture *f = priv;

	f->config_writes++;
	f->last_off = off;
	f->last_len = len;
}

static void reset(void *priv)
{
	((struct fixture *)priv)->resets++;
}

static void disconnected(void *priv)
{
	((struct fixture *)priv)->disconnects++;
}

static void log_line(void *priv, const char *line)
{
	struct fixture *f = priv;

	/* No assertion: this is not the test's thread. */
	if (!*line || strchr(line, '\n'))
		f->bad_lines++;
	f->lines++;
}

const struct vfu_ops *fixture_ops(void)
{
	static const struct vfu_ops ops = {
		.bar_read = bar_read,
		.bar_write = bar_write,
		.config_write = config_write,
		.reset = reset,
		.disconnected = disconnected,
		.log = log_line,
	};

	return &ops;
}

int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->open_before = count_open_fds();
	f->sparse_fd = make_memory(FIX_SPARSE_SIZE, 1);
	f->whole_fd = make_memory(FIX_WHOLE_OFFSET + FIX_WHOLE_SIZE, 1);
	*state = f;
	return vfu_server_create(fixture_options(f), fixture_ops(), f,
				 &f->server);
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	unsigned int open_now;
	bool bad;

	vfu_server_destroy(f->server);
	close(f->sparse_fd);
	close(f->whole_fd);
	open_now = count_open_fds();
	if (open_now != f->open_before)
		print_error("%u descriptors leaked\n",
			    open_now - f->open_before);
	bad = open_now != f->open_before || f->bad_lines;
	free(f);
	return bad ? -1 : 0;
}
