// SPDX-License-Identifier: GPL-2.0-only
#include "hbm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *trn2_hbm_check(const struct trn2_layout *layout, uint64_t size)
{
	uint64_t stack = size / TRN2_HBM_STACKS;

	if (!stack || size % (TRN2_HBM_STACKS * VFU_PAGE_SIZE))
		return "the memory must be a multiple of 16 KiB";
	if (!layout->hbm_window && size & (size - 1))
		return "in this layout the memory must be a power of two";
	if (stack > TRN2_HBM_WINDOW)
		return "a stack has no more than 64 GiB, four of them 256 GiB";
	return NULL;
}

static int map_stacks(struct trn2_hbm *hbm)
{
	for (unsigned int i = 0; i < TRN2_HBM_STACKS; i++) {
		void *at = mmap(NULL, hbm->stack_size, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_NORESERVE, hbm->fd,
				(off_t)(i * hbm->window));

		if (at == MAP_FAILED)
			return -errno;
		hbm->stacks[i] = at;
		hbm->areas[i].offset = i * hbm->window;
		hbm->areas[i].size = hbm->stack_size;
	}
	return 0;
}

int trn2_hbm_init(struct trn2_hbm *hbm, const struct trn2_layout *layout,
		  uint64_t size)
{
	int ret;

	memset(hbm, 0, sizeof(*hbm));
	hbm->stack_size = size / TRN2_HBM_STACKS;
	hbm->window = layout->hbm_window ? layout->hbm_window : hbm->stack_size;
	hbm->bar_size = hbm->window * TRN2_HBM_STACKS;
	hbm->fd = memfd_create("trainium2-hbm", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (hbm->fd < 0)
		return -errno;
	/* Who maps it, other cards among them, need not fear that it becomes shorter. */
	ret = ftruncate(hbm->fd, (off_t)hbm->bar_size) ||
	      fcntl(hbm->fd, F_ADD_SEALS, F_SEAL_SHRINK) ? -errno : map_stacks(hbm);
	if (ret) {
		trn2_hbm_fini(hbm);
		return ret;
	}
	hbm->memory.fd = hbm->fd;
	hbm->memory.areas = hbm->areas;
	hbm->memory.n_areas = TRN2_HBM_STACKS;
	return 0;
}

void trn2_hbm_fini(struct trn2_hbm *hbm)
{
	for (unsigned int i = 0; i < TRN2_HBM_STACKS; i++)
		if (hbm->stacks[i])
			munmap(hbm->stacks[i], hbm->stack_size);
	close(hbm->fd);
}

uint8_t *trn2_hbm_at(struct trn2_hbm *hbm, uint64_t off, size_t *len)
{
	uint64_t stack = off / hbm->window;
	uint64_t in = off % hbm->window;
	bool hole = in >= hbm->stack_size || stack >= TRN2_HBM_STACKS;
	uint64_t end = hole ? hbm->window : hbm->stack_size;

	if (*len > end - in)
		*len = end - in;
	return hole ? NULL : hbm->stacks[stack] + in;
}
