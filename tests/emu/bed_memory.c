// SPDX-License-Identifier: GPL-2.0-only
#include "bed_memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void bed_memory_init(struct bed_memory *memory)
{
	size_t bytes = memory->size + memory->message_size;

	memory->at = aligned_alloc(4096, bytes);
	assert_non_null(memory->at);
	memset(memory->at, 0, bytes);
}

void bed_memory_fini(struct bed_memory *memory)
{
	assert_int_equal(memory->pins, 0);
	free(memory->at);
}

int bed_memory_pin(void *priv, uint64_t iova, size_t len, bool write, struct vfu_pin *out)
{
	struct bed_memory *memory = priv;
	uint64_t in = iova - memory->base;

	(void)write;
	if (iova < memory->base || in >= memory->size + memory->message_size)
		return -EFAULT;
	if (in >= memory->size)
		return -EOPNOTSUPP;
	out->ptr = memory->at + in;
	out->len = len < memory->size - in ? len : memory->size - in;
	memory->pins++;
	return 0;
}

void bed_memory_unpin(void *priv, struct vfu_pin *out)
{
	struct bed_memory *memory = priv;

	(void)out;
	memory->pins--;
}

static uint8_t *whole(struct bed_memory *memory, uint64_t iova, size_t len)
{
	uint64_t in = iova - memory->base;

	if (iova < memory->base || in + len > memory->size + memory->message_size)
		return NULL;
	return memory->at + in;
}

int bed_memory_read(void *priv, uint64_t iova, void *buf, size_t len)
{
	const uint8_t *at = whole(priv, iova, len);

	if (!at)
		return -EFAULT;
	memcpy(buf, at, len);
	return 0;
}

int bed_memory_write(void *priv, uint64_t iova, const void *buf, size_t len)
{
	uint8_t *at = whole(priv, iova, len);

	if (!at)
		return -EFAULT;
	memcpy(at, buf, len);
	return 0;
}
