// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cards below one PCIe switch, which sends a card's access to the BAR of another
 * there and no further. QEMU can be asked to carry such an access out, by message:
 * it gives no file for a BAR of another device. But it does that in the thread that
 * may just wait for this card to answer a register access, so a card whose DMA has
 * not ended and which needs that for its answer waits for ever. And it is slow.
 *
 * So the cards tell each other, in a file with a slot a card, where their BARs are
 * and which memory is behind them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/**
 * struct window - a BAR with memory
 * @base: on the bus
 * @size: 0: there is none, or it is not decoded
 * @fd: of the memory, in the card's process
 * @offset: of the BAR's first byte in it
 */
struct window {
	uint64_t base;
	uint64_t size;
	int32_t fd;
	uint32_t pad;
	uint64_t offset;
};

/**
 * struct slot - a card
 * @pid: its process
 * @pad: zero
 * @windows: by BAR
 */
struct slot {
	int32_t pid;
	uint32_t pad;
	struct window windows[VFU_NUM_BARS];
};

static uint64_t bar_base(const struct vfu_config *config, unsigned int bar)
{
	const uint8_t *at = config->now + PCI_BASE_ADDRESS_0 + 4 * bar;
	uint64_t base = 0;
	uint32_t low;

	memcpy(&low, at, sizeof(low));
	if (low & PCI_BASE_ADDRESS_MEM_TYPE_64)
		memcpy(&base, at, sizeof(base));
	else
		base = low;
	return base & PCI_BASE_ADDRESS_MEM_MASK;
}

static void describe(struct vfu_server *server, struct slot *slot)
{
	struct vfu_config *config = &server->config;
	unsigned int i;

	*slot = (struct slot){ .pid = getpid() };
	pthread_mutex_lock(&config->lock);
	for (i = 0; i < VFU_NUM_BARS; i++) {
		const struct vfu_region *region = &server->region[i];

		if (!region->n_areas || !(config->now[PCI_COMMAND] & PCI_COMMAND_MEMORY))
			continue;
		slot->windows[i] = (struct window){
			.base = bar_base(config, i),
			.size = region->size,
			.fd = region->fd,
			.offset = region->fd_offset,
		};
	}
	pthread_mutex_unlock(&config->lock);
}

/* Our configuration may have changed: let the others know. */
void vfu_switch_tell(struct vfu_server *server)
{
	struct slot slot;

	if (server->switch_fd < 0)
		return;
	describe(server, &slot);
	if (pwrite(server->switch_fd, &slot, sizeof(slot), server->switch_slot) != sizeof(slot))
		vfu_log(server, "cannot tell the other cards where the BARs are");
}

static bool within(const struct window *window, uint64_t iova, uint64_t size)
{
	return iova >= window->base && vfu_within(iova - window->base, size, window->size);
}

/* The memory behind [@iova, @iova + @size) in the BAR of another card, or -1. */
static int open_window(const struct slot *slot, uint64_t iova, uint64_t size, uint64_t *offset)
{
	const struct window *window = slot->windows;
	char path[64];
	int fd;

	while (!within(window, iova, size))
		if (++window == slot->windows + VFU_NUM_BARS)
			return -1;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", slot->pid, window->fd);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		*offset = window->offset + (iova - window->base);
	return fd;
}

int vfu_switch_find(struct vfu_server *server, uint64_t iova, uint64_t size, uint64_t *offset)
{
	struct slot slot;
	off_t at = 0;
	int fd = -1;

	if (server->switch_fd < 0)
		return -1;
	for (; fd < 0 && pread(server->switch_fd, &slot, sizeof(slot), at) == sizeof(slot);
	     at += sizeof(slot))
		if (at != server->switch_slot)
			fd = open_window(&slot, iova, size, offset);
	return fd;
}

/* A new slot, at the end. */
static int take_slot(struct vfu_server *server)
{
	struct slot slot;
	struct stat st;
	int ret = 0;

	describe(server, &slot);
	if (flock(server->switch_fd, LOCK_EX) || fstat(server->switch_fd, &st))
		return -errno;
	server->switch_slot = st.st_size;
	if (pwrite(server->switch_fd, &slot, sizeof(slot), st.st_size) != sizeof(slot))
		ret = -EIO;
	flock(server->switch_fd, LOCK_UN);
	return ret;
}

int vfu_server_join(struct vfu_server *server, const char *path)
{
	if (server->switch_fd >= 0)
		return -EBUSY;
	server->switch_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return server->switch_fd < 0 ? -errno : take_slot(server);
}

/* The slot stays, with nothing in it. */
void vfu_switch_leave(struct vfu_server *server)
{
	const struct slot nobody = { 0 };

	if (server->switch_fd < 0)
		return;
	if (pwrite(server->switch_fd, &nobody, sizeof(nobody), server->switch_slot) < 0)
		vfu_log(server, "cannot tell the other cards that this one has gone");
	close(server->switch_fd);
}
