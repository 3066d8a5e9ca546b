/* SPDX-License-Identifier: GPL-2.0-only */
/* A device with one of everything, which remembers what was done to it. */
#ifndef VFU_FIXTURE_H
#define VFU_FIXTURE_H

#include "vfio-user/client.h"

#include <stdatomic.h>

#define FIX_SPARSE_BAR	1	/* 64-bit at an odd index, two mappable areas */
#define FIX_SPARSE_SIZE	(1u << 20)
#define FIX_AREA0	0x10000u
#define FIX_AREA0_SIZE	0x10000u
#define FIX_AREA1	0x80000u
#define FIX_AREA1_SIZE	0x80000u
#define FIX_WHOLE_BAR	3	/* 64-bit, all of it mappable */
#define FIX_WHOLE_SIZE	(256u << 10)
#define FIX_WHOLE_OFFSET 0x4000u
#define FIX_MSIX_BAR	5
#define FIX_MSIX_TABLE	0x1000u
#define FIX_MSIX_PBA	0x2000u
#define FIX_MSIX	70
#define FIX_MSI		4
#define FIX_ROM_SIZE	3000

struct fixture {
	struct vfu_server *server;
	struct client *client;		/* for tests that keep one open */
	int sparse_fd;
	int whole_fd;
	unsigned int open_before;	/* descriptors before the server was made */

	/* What the callbacks saw */
	unsigned int accesses;
	unsigned int last_bar;
	uint64_t last_off;
	size_t last_len;
	uint8_t last_data[64];
	unsigned int resets;
	unsigned int config_writes;
	unsigned int disconnects;
	atomic_uint lines;		/* logged */
	atomic_uint bad_lines;		/* ... that are empty or several */
	int answer;			/* what the next callbacks return */
	int dma_in_callback;		/* what DMA from bar_write returned */
};

/* The options that the fixture's server is made with; tests may spoil a copy. */
const struct vfu_options *fixture_options(struct fixture *f);
const struct vfu_ops *fixture_ops(void);

/* For cmocka: *state becomes the fixture; teardown finds leaked descriptors. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

#endif /* VFU_FIXTURE_H */
