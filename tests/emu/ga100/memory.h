/* SPDX-License-Identifier: GPL-2.0-only */
/* What a physical address can mean: video memory, host memory. */
#ifndef GA100_MEMORY_H
#define GA100_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../../driver/nvidia/ga100_regs.h"
#include "../vfio-user/vfu.h"

struct ga100;

/* The two bits that name it wherever the chip stores an address */
enum ga100_aperture {
	GA100_VRAM = GA100_APERTURE_VRAM,
	GA100_PEER = GA100_APERTURE_PEER,
	GA100_SYS_COHERENT = GA100_APERTURE_SYS_COHERENT,
	GA100_SYS_NONCOHERENT = GA100_APERTURE_SYS_NONCOHERENT,
};

/**
 * struct ga100_addr - a physical address
 * @aperture: whose
 * @offset: into video memory, or a bus address
 */
struct ga100_addr {
	enum ga100_aperture aperture;
	uint64_t offset;
};

/**
 * struct ga100_vram - video memory: one sparse file
 * @fd: a memfd
 * @at: all of it, mapped
 * @size: bytes
 * @area: the part of BAR1 that it fills
 * @memory: the same for the server
 */
struct ga100_vram {
	int fd;
	uint8_t *at;
	uint64_t size;
	struct vfu_area area;
	struct vfu_memory memory;
};

/** ga100_vram_check() - NULL, or why there is no card with so much memory */
const char *ga100_vram_check(uint64_t size);
int ga100_vram_init(struct ga100_vram *vram, uint64_t size);
void ga100_vram_fini(struct ga100_vram *vram);

/**
 * struct ga100_pin - a piece of memory to be used in place
 * @ptr: its first byte
 * @len: how much of what was asked for is contiguous here, at least 1
 * @host: the pin below it
 * @is_host: it is host memory
 */
struct ga100_pin {
	void *ptr;
	size_t len;
	struct vfu_pin host;
	bool is_host;
};

/**
 * ga100_mem_read() - copy from any memory; any thread
 *
 * Aligned reads of four and eight bytes are single loads.
 *
 * Return: 0; -EFAULT: there is no such memory, or the host refused; -EIO: it is
 * poisoned; -EOPNOTSUPP: another card's memory, which this one cannot reach; or what
 * vfu_dma_read() returns.
 */
int ga100_mem_read(struct ga100 *card, struct ga100_addr addr, void *buf, size_t len);

/**
 * ga100_mem_write() - copy to any memory; any thread
 *
 * Aligned writes of four and eight bytes are single stores, which become visible
 * after everything the thread wrote before: semaphores depend on it.
 *
 * Return: like ga100_mem_read(), but writing to poisoned memory is fine.
 */
int ga100_mem_write(struct ga100 *card, struct ga100_addr addr, const void *buf, size_t len);

/**
 * ga100_mem_pin() - reach memory without a bounce; any thread
 * @len: wanted; @pin->len says what one piece holds
 * @write: it will be written to, and not read
 *
 * Hold it for a copy and no longer, see vfu_dma_pin().
 *
 * Return: 0; the errors of ga100_mem_read(); -ENXIO: memory that only
 * ga100_mem_read() and ga100_mem_write() reach.
 */
int ga100_mem_pin(struct ga100 *card, struct ga100_addr addr, size_t len, bool write,
		  struct ga100_pin *pin);
void ga100_mem_unpin(struct ga100 *card, struct ga100_pin *pin);

/** ga100_mem_fault_type() - how the MMU reports what went wrong with memory itself */
uint8_t ga100_mem_fault_type(int error);

#endif
