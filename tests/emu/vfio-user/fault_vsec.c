// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fault knobs in configuration space. They belong to the emulator and not
 * to the card: they answer while the card is off the bus, and a reset of the
 * card leaves armed what is armed.
 */
#include <linux/pci_regs.h>
#include <string.h>

#include "internal.h"

static uint32_t get(const uint8_t *space, uint32_t at)
{
	return space[at] | space[at + 1] << 8 | space[at + 2] << 16 |
	       (uint32_t)space[at + 3] << 24;
}

static void put(uint8_t *space, uint32_t at, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++, value >>= 8)
		space[at + i] = value;
}

static void allow(struct vfu_config *c, uint32_t reg)
{
	put(c->writable, c->faults + reg, UINT32_MAX);
}

void vfu_fault_vsec_init(struct vfu_server *server, uint32_t at)
{
	struct vfu_config *c = &server->config;

	c->faults = at;
	put(c->initial, at + VFU_FAULT_VSEC, VFU_FAULT_VSEC_ID |
	    VFU_FAULT_VSEC_REVISION << 16 | VFU_FAULT_SIZE << 20);
	put(c->initial, at + VFU_FAULT_COUNT, server->faults->count);
	put(c->initial, at + VFU_FAULT_WHERE, VFU_FAULT_ANYWHERE);
	put(c->initial, at + VFU_FAULT_TIMES, 1);
	allow(c, VFU_FAULT_SELECT);
	allow(c, VFU_FAULT_WHERE);
	allow(c, VFU_FAULT_AFTER);
	allow(c, VFU_FAULT_TIMES);
	allow(c, VFU_FAULT_VALUE);
	allow(c, VFU_FAULT_CONTROL);
}

bool vfu_fault_vsec_within(struct vfu_server *server, uint32_t off, size_t len)
{
	uint32_t at = server->config.faults;

	return at && off >= at && vfu_within(off - at, len, VFU_FAULT_SIZE);
}

static bool overlaps(struct vfu_server *server, uint32_t first, uint32_t size,
		     uint32_t off, size_t len)
{
	uint32_t at = server->config.faults;

	return at && off < at + first + size && off + len > at + first;
}

void vfu_fault_vsec_refresh_locked(struct vfu_server *server, uint32_t off, size_t len)
{
	uint8_t *space = server->config.now;
	uint32_t at = server->config.faults, select;
	char name[VFU_FAULT_NAME_SIZE] = "";
	struct vfu_fault fault = { 0 };
	bool armed = false;

	if (!overlaps(server, VFU_FAULT_STATE, VFU_FAULT_SIZE - VFU_FAULT_STATE, off, len))
		return;
	select = get(space, at + VFU_FAULT_SELECT);
	if (select < server->faults->count) {
		armed = vfu_fault_get(server->faults, select, &fault);
		strncpy(name, fault.kind->name, sizeof(name) - 1);
	}
	put(space, at + VFU_FAULT_STATE, armed ? VFU_FAULT_ARMED : 0);
	put(space, at + VFU_FAULT_FIRED, fault.fired);
	memcpy(space + at + VFU_FAULT_NAME, name, sizeof(name));
	put(space, at + VFU_FAULT_FIRED_AT, fault.fired_at);
}

/* The card that comes back lost its power: it is as after a reset */
static void release(struct vfu_server *server, uint32_t number, bool disarm)
{
	bool was_off = atomic_load(&server->faults->off_bus);

	if (disarm)
		vfu_fault_disarm(server->faults, number);
	else
		vfu_fault_release(server->faults, number);
	if (was_off && !atomic_load(&server->faults->off_bus))
		vfu_device_reset(server);
}

void vfu_fault_vsec_written(struct vfu_server *server, uint32_t off, size_t len)
{
	struct vfu_config *c = &server->config;
	struct vfu_fault setting;
	uint32_t select, control;

	if (!overlaps(server, VFU_FAULT_CONTROL, 4, off, len))
		return;
	pthread_mutex_lock(&c->lock);
	control = get(c->now, c->faults + VFU_FAULT_CONTROL);
	put(c->now, c->faults + VFU_FAULT_CONTROL, 0);
	select = get(c->now, c->faults + VFU_FAULT_SELECT);
	setting = (struct vfu_fault) {
		.where = get(c->now, c->faults + VFU_FAULT_WHERE),
		.after = get(c->now, c->faults + VFU_FAULT_AFTER),
		.times = get(c->now, c->faults + VFU_FAULT_TIMES),
		.value = get(c->now, c->faults + VFU_FAULT_VALUE),
	};
	pthread_mutex_unlock(&c->lock);

	if (select >= server->faults->count)
		return;
	if (control == VFU_FAULT_ARM)
		vfu_fault_arm(server->faults, select, &setting);
	else if (control == VFU_FAULT_DISARM || control == VFU_FAULT_RELEASE)
		release(server, select, control == VFU_FAULT_DISARM);
}
