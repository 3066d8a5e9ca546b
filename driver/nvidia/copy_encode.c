// SPDX-License-Identifier: GPL-2.0-only
#include <linux/stddef.h>

#include "copy_class.h"
#include "copy_encode.h"
#include "ga100_host_regs.h"

/*
 * From Ampere B on NVIDIA's own driver has compression behind the second-level cache
 * off for whatever its engines write (kernel-open/nvidia-uvm, uvm_ampere_ce.c).
 */
static const struct copy_class copy_classes[] = {
	{ COPY_CLASS_AMPERE_A, 0 },
	{ COPY_CLASS_AMPERE_B, COPY_LAUNCH_DISABLE_PLC },
	{ COPY_CLASS_HOPPER, COPY_LAUNCH_DISABLE_PLC },
	{ COPY_CLASS_BLACKWELL_A, COPY_LAUNCH_DISABLE_PLC },
	{ COPY_CLASS_BLACKWELL_B, COPY_LAUNCH_DISABLE_PLC },
	{ }
};

/**
 * copy_class_find - what is known of a class
 * @id: COPY_CLASS_*
 *
 * Return: the class, or NULL: not known.
 */
const struct copy_class *copy_class_find(u16 id)
{
	const struct copy_class *class = copy_classes;

	while (class->id && class->id != id)
		class++;
	return class->id ? class : NULL;
}

static u32 copy_upper(u64 addr)
{
	return addr >> 32;
}

/* @count words of data for methods that follow each other, from @method on. */
static u32 copy_header(u32 method, u32 count)
{
	return GA100_PB_OP_INC << GA100_PB_OP_SHIFT | count << GA100_PB_COUNT_SHIFT |
	       GA100_SUBCH_COPY << GA100_PB_SUBCH_SHIFT | method >> 2;
}

/**
 * copy_encode_bind - say which class is meant by what follows
 * @words: out: room for COPY_ENCODE_WORDS, as everywhere here
 * @class: the engine's
 *
 * Return: words that were written, as everywhere here.
 */
u32 copy_encode_bind(u32 *words, const struct copy_class *class)
{
	words[0] = copy_header(GA100_METHOD_SET_OBJECT, 1);
	words[1] = class->id;
	return 2;
}

/* One line from and to virtual addresses; without a barrier it may overlap those before. */
static u32 copy_launch(const struct copy_class *class, u32 flags)
{
	u32 transfer = flags & COPY_ENCODE_BARRIER ? COPY_LAUNCH_TRANSFER_NON_PIPELINED :
						     COPY_LAUNCH_TRANSFER_PIPELINED;

	return class->launch | transfer | COPY_LAUNCH_SRC_PITCH | COPY_LAUNCH_DST_PITCH;
}

/**
 * copy_encode_copy - copy bytes
 * @words: out
 * @class: the engine's
 * @dst: virtual address, any alignment
 * @src: likewise
 * @length: bytes
 * @flags: COPY_ENCODE_BARRIER
 *
 * Return: words.
 */
u32 copy_encode_copy(u32 *words, const struct copy_class *class, u64 dst, u64 src, u32 length,
		     u32 flags)
{
	words[0] = copy_header(COPY_OFFSET_IN_UPPER, 4);
	words[1] = copy_upper(src);
	words[2] = (u32)src;
	words[3] = copy_upper(dst);
	words[4] = (u32)dst;
	words[5] = copy_header(COPY_LINE_LENGTH_IN, 1);
	words[6] = length;
	words[7] = copy_header(COPY_LAUNCH_DMA, 1);
	words[8] = copy_launch(class, flags);
	return 9;
}

/**
 * copy_encode_fill - write a word over and over
 * @words: out
 * @class: the engine's
 * @dst: virtual address, a multiple of 4
 * @pattern: the word
 * @length: bytes, a multiple of 4
 * @flags: COPY_ENCODE_BARRIER
 *
 * It is a copy of elements of one component, 4 bytes, that is a constant.
 *
 * Return: words.
 */
u32 copy_encode_fill(u32 *words, const struct copy_class *class, u64 dst, u32 pattern,
		     u32 length, u32 flags)
{
	words[0] = copy_header(COPY_OFFSET_OUT_UPPER, 2);
	words[1] = copy_upper(dst);
	words[2] = (u32)dst;
	words[3] = copy_header(COPY_LINE_LENGTH_IN, 1);
	words[4] = length / 4;
	words[5] = copy_header(COPY_SET_REMAP_CONST_A, 1);
	words[6] = pattern;
	words[7] = copy_header(COPY_SET_REMAP_COMPONENTS, 1);
	words[8] = COPY_REMAP_CONST_A << COPY_REMAP_DST_SHIFT(0) |
		   (4 - 1) << COPY_REMAP_COMPONENT_SIZE_SHIFT |
		   (1 - 1) << COPY_REMAP_NUM_SRC_SHIFT | (1 - 1) << COPY_REMAP_NUM_DST_SHIFT;
	words[9] = copy_header(COPY_LAUNCH_DMA, 1);
	words[10] = copy_launch(class, flags) | COPY_LAUNCH_REMAP;
	return 11;
}

/**
 * copy_encode_release - have the engine write a word when all before is done
 * @words: out
 * @class: the engine's
 * @addr: virtual address, a multiple of 4
 * @payload: the word
 * @flags: COPY_ENCODE_INTERRUPT
 *
 * Whoever sees the word sees everything that was copied before it, from the card and
 * from the host.
 *
 * Return: words.
 */
u32 copy_encode_release(u32 *words, const struct copy_class *class, u64 addr, u32 payload,
			u32 flags)
{
	u32 launch = class->launch | COPY_LAUNCH_TRANSFER_NONE | COPY_LAUNCH_FLUSH |
		     COPY_LAUNCH_SEMAPHORE_ONE_WORD << COPY_LAUNCH_SEMAPHORE_SHIFT;

	if (flags & COPY_ENCODE_INTERRUPT)
		launch |= COPY_LAUNCH_INTERRUPT_NON_BLOCKING << COPY_LAUNCH_INTERRUPT_SHIFT;
	words[0] = copy_header(COPY_SET_SEMAPHORE_A, 3);
	words[1] = copy_upper(addr);
	words[2] = (u32)addr;
	words[3] = payload;
	words[4] = copy_header(COPY_LAUNCH_DMA, 1);
	words[5] = launch;
	return 6;
}

static u32 copy_encode_host_semaphore(u32 *words, u64 addr, u32 payload, u32 execute)
{
	words[0] = copy_header(GA100_METHOD_SEM_ADDR_LO, 5);
	words[1] = (u32)addr;
	words[2] = copy_upper(addr);
	words[3] = payload;
	words[4] = 0;
	words[5] = execute;
	return 6;
}

/**
 * copy_encode_host_acquire - have the host unit wait for a word
 * @words: out
 * @addr: virtual address of at most GA100_HOST_VA_BITS bits, a multiple of 4
 * @payload: what the word must have reached; it may wrap round
 *
 * Others are served meanwhile.
 *
 * Return: words.
 */
u32 copy_encode_host_acquire(u32 *words, u64 addr, u32 payload)
{
	return copy_encode_host_semaphore(words, addr, payload,
					  GA100_SEM_ACQ_CIRC_GEQ | GA100_SEM_ACQUIRE_SWITCH_TSG);
}

/**
 * copy_encode_host_release - have the host unit write a word
 * @words: out
 * @addr: virtual address of at most GA100_HOST_VA_BITS bits, a multiple of 4
 * @payload: the word
 * @flags: COPY_ENCODE_WFI, COPY_ENCODE_INTERRUPT
 *
 * Return: words.
 */
u32 copy_encode_host_release(u32 *words, u64 addr, u32 payload, u32 flags)
{
	u32 wfi = flags & COPY_ENCODE_WFI ? GA100_SEM_RELEASE_WFI : 0;
	u32 count = copy_encode_host_semaphore(words, addr, payload, GA100_SEM_RELEASE | wfi);

	if (flags & COPY_ENCODE_INTERRUPT) {
		words[count++] = copy_header(GA100_METHOD_NON_STALL_INT, 1);
		words[count++] = 0;
	}
	return count;
}

/**
 * copy_encode_host_wfi - have the host unit wait until all engines of the channel are idle
 * @words: out
 *
 * Return: words.
 */
u32 copy_encode_host_wfi(u32 *words)
{
	words[0] = copy_header(GA100_METHOD_WFI, 1);
	words[1] = GA100_WFI_ALL;
	return 2;
}

/**
 * copy_encode_segment - an entry of a GPFIFO
 * @addr: virtual address of at most GA100_HOST_VA_BITS bits, where words are
 * @count: of words, 1 to GA100_GP_ENTRY1_LENGTH_MAX
 *
 * Return: the entry, its first word in the lower half.
 */
u64 copy_encode_segment(u64 addr, u32 count)
{
	return (u64)(copy_upper(addr) | count << GA100_GP_ENTRY1_LENGTH_SHIFT) << 32 | (u32)addr;
}
