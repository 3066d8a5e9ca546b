// SPDX-License-Identifier: GPL-2.0-only
#include "mmu_fault.h"

#include <string.h>

#include "ga100.h"

/* What SET_DEFAULT sets. The chip computes it from its size; nothing published says how */
#define DEFAULT_NONREPLAY	256
#define DEFAULT_REPLAY		4096

void ga100_mmu_faults_init(struct ga100_mmu_faults *faults)
{
	memset(faults, 0, sizeof(*faults));
	pthread_mutex_init(&faults->lock, NULL);
}

void ga100_mmu_faults_fini(struct ga100_mmu_faults *faults)
{
	pthread_mutex_destroy(&faults->lock);
}

void ga100_mmu_faults_reset(struct ga100_mmu_faults *faults)
{
	pthread_mutex_lock(&faults->lock);
	memset(faults->buffers, 0, sizeof(faults->buffers));
	memset(faults->info, 0, sizeof(faults->info));
	faults->status = 0;
	pthread_mutex_unlock(&faults->lock);
}

static uint32_t entries(const struct ga100_fault_buffer *buffer)
{
	return buffer->size & GA100_FAULT_BUFFER_PTR;
}

static bool enabled(const struct ga100_fault_buffer *buffer)
{
	return buffer->size & GA100_FAULT_BUFFER_ENABLE && entries(buffer);
}

static uint32_t info_of(const struct ga100_mmu_fault *fault)
{
	return GA100_FAULT_INFO_VALID | GA100_FAULT_INFO_HUB |
		(fault->replay_enabled ? GA100_FAULT_INFO_REPLAY_EN : 0) |
		(fault->replayable ? GA100_FAULT_INFO_REPLAYABLE : 0) |
		(uint32_t)fault->access << GA100_FAULT_INFO_ACCESS_SHIFT |
		(uint32_t)fault->client << GA100_FAULT_INFO_CLIENT_SHIFT | fault->type;
}

static void make_entry(struct ga100 *card, const struct ga100_mmu_fault *fault, uint32_t entry[8])
{
	uint64_t now = ga100_time(card);
	uint32_t inst = fault->inst.offset & ~0xfffu;
	uint32_t va = fault->va & ~0xfffu;

	entry[GA100_FAULT_ENTRY_INST_LO] = inst | (uint32_t)fault->inst.aperture << 8;
	entry[GA100_FAULT_ENTRY_INST_HI] = fault->inst.offset >> 32;
	entry[GA100_FAULT_ENTRY_ADDR_LO] = va;
	entry[GA100_FAULT_ENTRY_ADDR_HI] = fault->va >> 32;
	entry[GA100_FAULT_ENTRY_TIME_LO] = now;
	entry[GA100_FAULT_ENTRY_TIME_HI] = now >> 32;
	entry[GA100_FAULT_ENTRY_ENGINE] = fault->engine;
	entry[GA100_FAULT_ENTRY_INFO] = info_of(fault);
}

/* The valid bit goes last and by itself, so that nobody reads half an entry */
static bool store(struct ga100 *card, const struct ga100_fault_buffer *buffer,
		  const uint32_t entry[8])
{
	uint64_t at = (buffer->base & ~0xfffULL) + (uint64_t)buffer->put * GA100_FAULT_ENTRY_SIZE;
	size_t head = GA100_FAULT_ENTRY_INFO * sizeof(*entry);
	const uint32_t *info = &entry[GA100_FAULT_ENTRY_INFO];
	struct ga100_bad_access bad;
	struct ga100_space space;
	struct ga100_addr addr;

	if (!(buffer->base & GA100_FAULT_BUFFER_LO_PHYSICAL)) {
		space = ga100_window_space(&card->bar2);
		return ga100_mmu_write(card, &space, at, entry, head, &bad) &&
			ga100_mmu_write(card, &space, at + head, info, sizeof(*info), &bad);
	}
	addr.aperture = (enum ga100_aperture)GA100_FAULT_BUFFER_LO_APERTURE(buffer->base);
	addr.offset = at;
	if (ga100_mem_write(card, addr, entry, head))
		return false;
	addr.offset += head;
	return !ga100_mem_write(card, addr, info, sizeof(*info));
}

/* Return: the vector that tells of it, or -1 */
static int add(struct ga100 *card, unsigned int index, const struct ga100_mmu_fault *fault)
{
	struct ga100_fault_buffer *buffer = &card->mmu_faults.buffers[index];
	bool replay = index == GA100_FAULT_BUFFER_REPLAY;
	uint32_t next = (buffer->put + 1) % entries(buffer);
	uint32_t entry[8];

	if (buffer->flags)
		return -1;
	if (next == buffer->get) {
		buffer->flags |= GA100_FAULT_BUFFER_OVERFLOW;
		if (!(buffer->size & GA100_FAULT_BUFFER_OVERFLOW_INTR))
			return -1;
		return replay ? GA100_VECTOR_REPLAYABLE_ERROR : GA100_VECTOR_NONREPLAY_ERROR;
	}
	make_entry(card, fault, entry);
	buffer->failed = !store(card, buffer, entry);
	if (buffer->failed)
		return replay ? GA100_VECTOR_REPLAYABLE_ERROR : GA100_VECTOR_NONREPLAY_ERROR;
	buffer->put = next;
	return replay ? GA100_VECTOR_REPLAYABLE_NOTIFY : GA100_VECTOR_NONREPLAY_NOTIFY;
}

static uint32_t dropped_bit(const struct ga100_mmu_fault *fault)
{
	uint32_t bit = GA100_FAULT_STATUS_DROPPED_OTHER;

	if (fault->engine == GA100_MMU_ENGINE_BAR1)
		bit = GA100_FAULT_STATUS_DROPPED_BAR1;
	else if (fault->engine == GA100_MMU_ENGINE_BAR2)
		bit = GA100_FAULT_STATUS_DROPPED_BAR2;
	return fault->access & GA100_ACCESS_PHYSICAL ? bit : bit << 1;
}

/* The registers hold one fault; until the guest lets go of it others are dropped */
static int hold(struct ga100_mmu_faults *faults, const struct ga100_mmu_fault *fault)
{
	if (faults->status & GA100_FAULT_STATUS_VALID) {
		faults->status |= dropped_bit(fault);
		return -1;
	}
	faults->info[0] = fault->va & ~0xfffu;
	faults->info[1] = fault->va >> 32;
	faults->info[2] = (fault->inst.offset & ~0xfffu) | (uint32_t)fault->inst.aperture << 10 |
		fault->engine;
	faults->info[3] = fault->inst.offset >> 32;
	faults->info[4] = info_of(fault);
	faults->status |= GA100_FAULT_STATUS_VALID;
	return GA100_VECTOR_INFO_FAULT;
}

static bool has_buffer(const struct ga100_mmu_fault *fault)
{
	return fault->engine != GA100_MMU_ENGINE_BAR1 && fault->engine != GA100_MMU_ENGINE_BAR2 &&
		!(fault->access & GA100_ACCESS_PHYSICAL);
}

void ga100_mmu_fault_report(struct ga100 *card, const struct ga100_mmu_fault *fault)
{
	struct ga100_mmu_faults *faults = &card->mmu_faults;
	unsigned int index = fault->replayable ? GA100_FAULT_BUFFER_REPLAY :
		GA100_FAULT_BUFFER_NONREPLAY;
	int vector;

	pthread_mutex_lock(&faults->lock);
	if (has_buffer(fault) && enabled(&faults->buffers[index]))
		vector = add(card, index, fault);
	else
		vector = hold(faults, fault);
	pthread_mutex_unlock(&faults->lock);
	if (vector >= 0)
		ga100_intr_raise(card, vector);
}

static uint32_t status(const struct ga100_mmu_faults *faults)
{
	uint32_t value = faults->status;

	for (unsigned int i = 0; i < GA100_FAULT_BUFFERS; i++) {
		const struct ga100_fault_buffer *buffer = &faults->buffers[i];
		unsigned int shift = i == GA100_FAULT_BUFFER_REPLAY ? 0 : 1;

		if (buffer->get != buffer->put)
			value |= GA100_FAULT_STATUS_PENDING << shift;
		if (buffer->failed)
			value |= GA100_FAULT_STATUS_ERROR << shift;
		if (buffer->flags & GA100_FAULT_BUFFER_OVERFLOW)
			value |= GA100_FAULT_STATUS_OVERFLOW << shift;
		if (buffer->flags & GA100_FAULT_BUFFER_CORRUPTED)
			value |= GA100_FAULT_STATUS_CORRUPTED << shift;
	}
	return value;
}

/* Which buffer, and which of its registers */
static struct ga100_fault_buffer *buffer_at(struct ga100_mmu_faults *faults, uint32_t reg,
					    uint32_t *which)
{
	uint32_t index = (reg - GA100_FAULT_BUFFER_LO(0)) / 32;

	if (reg < GA100_FAULT_BUFFER_LO(0) || index >= GA100_FAULT_BUFFERS)
		return NULL;
	*which = reg - 32 * index;
	return *which <= GA100_FAULT_BUFFER_SIZE(0) ? &faults->buffers[index] : NULL;
}

static uint32_t buffer_read(const struct ga100_fault_buffer *buffer, uint32_t which)
{
	switch (which) {
	case GA100_FAULT_BUFFER_LO(0):
		return buffer->base;
	case GA100_FAULT_BUFFER_HI(0):
		return buffer->base >> 32;
	case GA100_FAULT_BUFFER_GET(0):
		return buffer->get | buffer->flags;
	case GA100_FAULT_BUFFER_PUT(0):
		return buffer->put | buffer->flags;
	default:
		return buffer->size;
	}
}

bool ga100_mmu_fault_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	struct ga100_mmu_faults *faults = &card->mmu_faults;
	struct ga100_fault_buffer *buffer;
	bool known = true;
	uint32_t which;

	pthread_mutex_lock(&faults->lock);
	buffer = buffer_at(faults, reg, &which);
	if (buffer)
		*value = buffer_read(buffer, which);
	else if (reg >= GA100_FAULT_ADDR_LO && reg <= GA100_FAULT_INFO)
		*value = faults->info[(reg - GA100_FAULT_ADDR_LO) / 4];
	else if (reg == GA100_FAULT_STATUS)
		*value = status(faults);
	else
		known = false;
	pthread_mutex_unlock(&faults->lock);
	return known;
}

/* Return: there is still something to read, so the guest is told again */
static bool write_get(struct ga100_fault_buffer *buffer, uint32_t value)
{
	uint32_t get = value & GA100_FAULT_BUFFER_PTR;

	buffer->flags &= ~value;
	if (get >= entries(buffer)) {
		buffer->flags |= GA100_FAULT_BUFFER_CORRUPTED;
		return false;
	}
	buffer->get = get;
	return enabled(buffer) && get != buffer->put;
}

static void write_size(struct ga100_fault_buffer *buffer, bool replay, uint32_t value)
{
	bool was = enabled(buffer);

	buffer->size = value & (GA100_FAULT_BUFFER_PTR | GA100_FAULT_BUFFER_OVERFLOW_INTR |
				GA100_FAULT_BUFFER_SET_DEFAULT | GA100_FAULT_BUFFER_ENABLE);
	if (value & GA100_FAULT_BUFFER_SET_DEFAULT)
		buffer->size = (buffer->size & ~GA100_FAULT_BUFFER_PTR) |
			(replay ? DEFAULT_REPLAY : DEFAULT_NONREPLAY);
	if (was && !enabled(buffer)) {
		buffer->get = 0;
		buffer->put = 0;
		buffer->flags = 0;
		buffer->failed = false;
	}
}

static bool buffer_write(struct ga100_fault_buffer *buffer, bool replay, uint32_t which,
			 uint32_t value)
{
	switch (which) {
	case GA100_FAULT_BUFFER_LO(0):
		buffer->base = (buffer->base >> 32 << 32) | value;
		return false;
	case GA100_FAULT_BUFFER_HI(0):
		buffer->base = (uint64_t)value << 32 | (uint32_t)buffer->base;
		return false;
	case GA100_FAULT_BUFFER_GET(0):
		return write_get(buffer, value);
	case GA100_FAULT_BUFFER_SIZE(0):
		write_size(buffer, replay, value);
		return false;
	default:
		return false;
	}
}

bool ga100_mmu_fault_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	struct ga100_mmu_faults *faults = &card->mmu_faults;
	struct ga100_fault_buffer *buffer;
	bool known = true, replay = false, again = false;
	uint32_t which;

	pthread_mutex_lock(&faults->lock);
	buffer = buffer_at(faults, reg, &which);
	if (buffer) {
		replay = buffer == &faults->buffers[GA100_FAULT_BUFFER_REPLAY];
		again = buffer_write(buffer, replay, which, value);
	} else if (reg == GA100_FAULT_STATUS) {
		faults->status &= ~value;
	} else {
		known = reg >= GA100_FAULT_ADDR_LO && reg <= GA100_FAULT_INFO;
	}
	pthread_mutex_unlock(&faults->lock);
	if (again)
		ga100_intr_raise(card, replay ? GA100_VECTOR_REPLAYABLE_NOTIFY :
				 GA100_VECTOR_NONREPLAY_NOTIFY);
	return known;
}
