// SPDX-License-Identifier: GPL-2.0-only
#include "storage.h"

#include <sys/mman.h>

uint32_t *storage_init(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

void storage_fini(uint32_t *storage, size_t size)
{
	munmap(storage, size);
}

void storage_clear(uint32_t *storage, size_t size)
{
	madvise(storage, size, MADV_DONTNEED);
}
