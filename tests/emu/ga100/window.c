// SPDX-License-Identifier: GPL-2.0-only
#include "window.h"

#include <string.h>

#include "ga100.h"

void ga100_window_init(struct ga100_window *window, uint16_t engine, bool can_translate)
{
	memset(window, 0, sizeof(*window));
	window->engine = engine;
	window->can_translate = can_translate;
	pthread_mutex_init(&window->lock, NULL);
}

void ga100_window_fini(struct ga100_window *window)
{
	pthread_mutex_destroy(&window->lock);
}

static void set(struct ga100_window *window, uint32_t block, const struct ga100_space *space)
{
	pthread_mutex_lock(&window->lock);
	window->block = block;
	window->space = *space;
	pthread_mutex_unlock(&window->lock);
}

void ga100_window_reset(struct ga100_window *window)
{
	set(window, 0, &(struct ga100_space){ .engine = window->engine });
}

uint32_t ga100_window_block(struct ga100_window *window)
{
	uint32_t block;

	pthread_mutex_lock(&window->lock);
	block = window->block;
	pthread_mutex_unlock(&window->lock);
	return block;
}

struct ga100_space ga100_window_space(struct ga100_window *window)
{
	struct ga100_space space;

	pthread_mutex_lock(&window->lock);
	space = window->space;
	pthread_mutex_unlock(&window->lock);
	return space;
}

void ga100_window_bind(struct ga100 *card, struct ga100_window *window, uint32_t block)
{
	struct ga100_space space = { .engine = window->engine };
	struct ga100_addr inst = {
		.aperture = (enum ga100_aperture)GA100_BAR_BLOCK_TARGET(block),
		.offset = (uint64_t)(block & GA100_BAR_BLOCK_PTR) << GA100_INST_SHIFT,
	};

	if (block & GA100_BAR_BLOCK_VIRTUAL) {
		if (!window->can_translate && card->host->log)
			card->host->log(card->host_priv,
					"the guest wants BAR1 to go through page tables, but maps it as"
					" video memory: start this card with --bar1 translated");
		ga100_space_load(card, inst, &space);
		space.privileged = true;
	}
	set(window, block, &space);
}

/* Only the thread of BAR accesses changes a window, so it may look without the lock */
static bool is_virtual(const struct ga100_window *window)
{
	return window->block & GA100_BAR_BLOCK_VIRTUAL;
}

static void report(struct ga100 *card, const struct ga100_window *window,
		   const struct ga100_bad_access *bad)
{
	struct ga100_mmu_fault fault = {
		.inst = window->space.inst,
		.va = bad->va,
		.type = bad->fault,
		.access = (uint8_t)bad->access,
		.engine = window->engine,
		.client = GA100_MMU_CLIENT_HOST_CPU,
	};

	if (!is_virtual(window))
		fault.access |= GA100_ACCESS_PHYSICAL;
	ga100_mmu_fault_report(card, &fault);
}

static bool physical(int ret, uint64_t off, enum ga100_access access, struct ga100_bad_access *bad)
{
	*bad = (struct ga100_bad_access){
		.va = off, .access = access, .fault = ga100_mem_fault_type(ret),
	};
	return !ret;
}

void ga100_window_read(struct ga100 *card, struct ga100_window *window, uint64_t off,
		       void *buf, size_t len)
{
	struct ga100_addr addr = { .aperture = GA100_VRAM, .offset = off };
	struct ga100_bad_access bad;
	bool done;

	if (is_virtual(window))
		done = ga100_mmu_read(card, &window->space, off, buf, len, &bad);
	else
		done = physical(ga100_mem_read(card, addr, buf, len), off, GA100_READ, &bad);
	if (done)
		return;
	memset(buf, 0xff, len);
	report(card, window, &bad);
}

void ga100_window_write(struct ga100 *card, struct ga100_window *window, uint64_t off,
			const void *buf, size_t len)
{
	struct ga100_addr addr = { .aperture = GA100_VRAM, .offset = off };
	struct ga100_bad_access bad;
	bool done;

	if (is_virtual(window))
		done = ga100_mmu_write(card, &window->space, off, buf, len, &bad);
	else
		done = physical(ga100_mem_write(card, addr, buf, len), off, GA100_WRITE, &bad);
	if (!done)
		report(card, window, &bad);
}
