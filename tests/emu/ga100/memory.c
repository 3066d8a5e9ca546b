// SPDX-License-Identifier: GPL-2.0-only
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ga100.h"
#include "pfb.h"

/* An entry of a page table holds 25 bits of page number for video memory */
#define VRAM_MAX	(1ULL << 37)
/* Drivers keep some for themselves */
#define VRAM_MIN	(64ULL << 20)

const char *ga100_vram_check(uint64_t size)
{
	if (size < VRAM_MIN || size > VRAM_MAX)
		return "the video memory must be 64 MiB to 128 GiB";
	if (!ga100_pfb_memory_range(size))
		return "the video memory must be 1 to 63 times a power of two MiB, or no register"
			" could tell it";
	return NULL;
}

int ga100_vram_init(struct ga100_vram *vram, uint64_t size)
{
	memset(vram, 0, sizeof(*vram));
	vram->size = size;
	vram->fd = memfd_create("ga100-vram", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (vram->fd < 0)
		return -errno;
	/* Who maps it, other cards among them, need not fear that it becomes shorter. */
	if (ftruncate(vram->fd, (off_t)size) || fcntl(vram->fd, F_ADD_SEALS, F_SEAL_SHRINK))
		goto fail;
	vram->at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
			vram->fd, 0);
	if (vram->at == MAP_FAILED)
		goto fail;
	vram->area.size = size;
	vram->memory.fd = vram->fd;
	vram->memory.areas = &vram->area;
	vram->memory.n_areas = 1;
	return 0;

fail:
	close(vram->fd);
	return -errno;
}

void ga100_vram_fini(struct ga100_vram *vram)
{
	munmap(vram->at, vram->size);
	close(vram->fd);
}

/* One store for what others poll, so that they see all of it or nothing */
static void copy_in(void *to, const void *from, size_t len)
{
	uint64_t eight;
	uint32_t four;

	if (len == 8 && (uintptr_t)to % 8 == 0) {
		memcpy(&eight, from, 8);
		__atomic_store_n((uint64_t *)to, eight, __ATOMIC_RELEASE);
	} else if (len == 4 && (uintptr_t)to % 4 == 0) {
		memcpy(&four, from, 4);
		__atomic_store_n((uint32_t *)to, four, __ATOMIC_RELEASE);
	} else {
		memcpy(to, from, len);
	}
}

static void copy_out(void *to, const void *from, size_t len)
{
	uint64_t eight;
	uint32_t four;

	if (len == 8 && (uintptr_t)from % 8 == 0) {
		eight = __atomic_load_n((const uint64_t *)from, __ATOMIC_ACQUIRE);
		memcpy(to, &eight, 8);
	} else if (len == 4 && (uintptr_t)from % 4 == 0) {
		four = __atomic_load_n((const uint32_t *)from, __ATOMIC_ACQUIRE);
		memcpy(to, &four, 4);
	} else {
		memcpy(to, from, len);
	}
}

static bool poisoned(struct ga100 *card, uint64_t offset, size_t len)
{
	for (uint64_t page = offset >> 12; page <= (offset + len - 1) >> 12; page++)
		if (vfu_fault(&card->faults, GA100_KNOB_POISON, page, NULL))
			return true;
	return false;
}

static int pin_vram(struct ga100 *card, uint64_t offset, size_t len, bool write,
		    struct ga100_pin *pin)
{
	struct ga100_vram *vram = &card->vram;

	if (offset >= vram->size)
		return -EFAULT;
	pin->len = len < vram->size - offset ? len : vram->size - offset;
	if (!write && atomic_load_explicit(&card->faults.armed, memory_order_relaxed) &&
	    poisoned(card, offset, pin->len)) {
		ga100_intr_raise(card, GA100_VECTOR_POISON);
		return -EIO;
	}
	pin->ptr = vram->at + offset;
	pin->is_host = false;
	return 0;
}

int ga100_mem_pin(struct ga100 *card, struct ga100_addr addr, size_t len, bool write,
		  struct ga100_pin *pin)
{
	int ret;

	if (addr.aperture == GA100_VRAM)
		return pin_vram(card, addr.offset, len, write, pin);
	if (addr.aperture == GA100_PEER)
		return -EOPNOTSUPP;
	ret = card->host->pin(card->host_priv, addr.offset, len, write, &pin->host);
	if (ret)
		return ret == -EOPNOTSUPP ? -ENXIO : ret;
	pin->ptr = pin->host.ptr;
	pin->len = pin->host.len;
	pin->is_host = true;
	return 0;
}

void ga100_mem_unpin(struct ga100 *card, struct ga100_pin *pin)
{
	if (pin->is_host)
		card->host->unpin(card->host_priv, &pin->host);
}

int ga100_mem_read(struct ga100 *card, struct ga100_addr addr, void *buf, size_t len)
{
	uint8_t *to = buf;

	while (len) {
		struct ga100_pin pin;
		int ret = ga100_mem_pin(card, addr, len, false, &pin);

		if (ret == -ENXIO)
			return card->host->read(card->host_priv, addr.offset, to, len);
		if (ret)
			return ret;
		copy_out(to, pin.ptr, pin.len);
		ga100_mem_unpin(card, &pin);
		to += pin.len;
		addr.offset += pin.len;
		len -= pin.len;
	}
	return 0;
}

int ga100_mem_write(struct ga100 *card, struct ga100_addr addr, const void *buf, size_t len)
{
	const uint8_t *from = buf;

	while (len) {
		struct ga100_pin pin;
		int ret = ga100_mem_pin(card, addr, len, true, &pin);

		if (ret == -ENXIO)
			return card->host->write(card->host_priv, addr.offset, from, len);
		if (ret)
			return ret;
		copy_in(pin.ptr, from, pin.len);
		ga100_mem_unpin(card, &pin);
		from += pin.len;
		addr.offset += pin.len;
		len -= pin.len;
	}
	return 0;
}

uint8_t ga100_mem_fault_type(int error)
{
	if (error == -EIO)
		return GA100_FAULT_POISONED;
	if (error == -EOPNOTSUPP)
		return GA100_FAULT_APERTURE;
	return GA100_FAULT_REGION;
}
