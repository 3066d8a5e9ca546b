/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pushbuffer words for copy engines, Ampere to Blackwell, and for the host unit that
 * feeds them. Pure functions: they know no card, and each makes words that stand
 * for themselves, whatever was in the pushbuffer before.
 */
#ifndef GANTRY_NVIDIA_COPY_ENCODE_H
#define GANTRY_NVIDIA_COPY_ENCODE_H

#include <linux/types.h>

/* No function here makes more words. */
#define COPY_ENCODE_WORDS	12

/**
 * struct copy_class - what differs between the classes in what is used here
 * @id: of the class, as its object is named
 * @launch: what every LAUNCH_DMA carries
 */
struct copy_class {
	u16 id;
	u32 launch;
};

const struct copy_class *copy_class_find(u16 id);

/* Flags: which of them a function takes is said there. */
#define COPY_ENCODE_BARRIER	0x1	/* begin when all before is done */
#define COPY_ENCODE_INTERRUPT	0x2	/* interrupt, and do not wait for an answer */
#define COPY_ENCODE_WFI		0x4	/* first wait until the engine is idle */

u32 copy_encode_bind(u32 *words, const struct copy_class *class);
u32 copy_encode_copy(u32 *words, const struct copy_class *class, u64 dst, u64 src, u32 length,
		     u32 flags);
u32 copy_encode_fill(u32 *words, const struct copy_class *class, u64 dst, u32 pattern,
		     u32 length, u32 flags);
u32 copy_encode_release(u32 *words, const struct copy_class *class, u64 addr, u32 payload,
			u32 flags);

u32 copy_encode_host_acquire(u32 *words, u64 addr, u32 payload);
u32 copy_encode_host_release(u32 *words, u64 addr, u32 payload, u32 flags);
u32 copy_encode_host_wfi(u32 *words);

u64 copy_encode_segment(u64 addr, u32 count);

#endif
