// SPDX-License-Identifier: GPL-2.0-only
/* Reads and writes by message, cut along the lines of who answers for what. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

enum part { PART_MODEL, PART_MEMORY, PART_TABLE, PART_PBA };

/* One piece of an access: everything in it has the same owner. */
struct access {
	struct vfu_server *server;
	unsigned int index;
	uint64_t off;
	uint8_t *buf;
	size_t len;
	bool write;
};

/*
 * If @off is inside [@first, @first + @size), true, with *len cut at its end;
 * else *len is cut where it begins.
 */
static bool cut(uint64_t off, size_t *len, uint64_t first, uint64_t size)
{
	if (off < first) {
		if (first - off < *len)
			*len = first - off;
		return false;
	}
	if (off - first >= size)
		return false;
	if (size - (off - first) < *len)
		*len = size - (off - first);
	return true;
}

static enum part owner(const struct access *a, size_t *len)
{
	const struct vfu_region *region = &a->server->region[a->index];
	const struct vfu_msix *msix = &a->server->msix;
	enum part part = PART_MODEL;
	size_t i;

	/* Every boundary must have its cut, so no early return here. */
	if (msix->vectors && a->index == msix->bar) {
		if (cut(a->off, len, msix->table, msix->table_size))
			part = PART_TABLE;
		if (cut(a->off, len, msix->pba, msix->pba_size))
			part = PART_PBA;
	}
	for (i = 0; i < region->n_areas; i++)
		if (cut(a->off, len, region->areas[i].offset,
			region->areas[i].size))
			part = PART_MEMORY;
	return part;
}

static int access_memory(const struct access *a)
{
	const struct vfu_region *region = &a->server->region[a->index];
	off_t at = region->fd_offset + a->off;
	size_t done = 0;

	while (done < a->len) {
		ssize_t n = a->write ? pwrite(region->fd, a->buf + done,
					      a->len - done, at + done) :
				       pread(region->fd, a->buf + done,
					     a->len - done, at + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += n;
	}
	return 0;
}

static int access_table(const struct access *a)
{
	const struct vfu_msix *msix = &a->server->msix;
	uint8_t *at = msix->entries + (a->off - msix->table);

	if (a->write)
		memcpy(at, a->buf, a->len);
	else
		memcpy(a->buf, at, a->len);
	return 0;
}

static int access_model(const struct access *a)
{
	const struct vfu_ops *ops = a->server->ops;

	if (a->write)
		return ops->bar_write(a->server->priv, a->index, a->off, a->buf,
				      a->len);
	return ops->bar_read(a->server->priv, a->index, a->off, a->buf, a->len);
}

static int access_bar(struct access *a)
{
	size_t left = a->len;
	int ret;

	for (; left; left -= a->len, a->off += a->len, a->buf += a->len) {
		a->len = left;
		switch (owner(a, &a->len)) {
		case PART_MEMORY:
			ret = access_memory(a);
			break;
		case PART_TABLE:
			ret = access_table(a);
			break;
		case PART_PBA:
			ret = 0;	/* a write is ignored: it is read-only */
			if (!a->write)
				vfu_irq_read_pba(a->server,
						 a->off - a->server->msix.pba,
						 a->buf, a->len);
			break;
		default:
			ret = access_model(a);
		}
		if (ret)
			return ret;
	}
	return 0;
}

/* Does it go to a card that is off the bus? Only accesses to a BAR make it so. */
static bool is_lost(const struct access *a)
{
	struct vfu_faults *faults = a->server->faults;

	if (a->index < VFU_NUM_BARS)
		return vfu_fault_off_bus(faults, a->write ? VFU_AT_WRITE : VFU_AT_READ);
	return faults && atomic_load(&faults->off_bus) &&
	       !(a->index == VFIO_PCI_CONFIG_REGION_INDEX &&
		 vfu_fault_vsec_within(a->server, a->off, a->len));
}

int vfu_region_access(struct vfu_server *server, unsigned int index,
		      uint64_t off, void *buf, size_t len, bool write)
{
	struct access access = {
		.server = server, .index = index, .off = off, .buf = buf,
		.len = len, .write = write,
	};
	const struct vfu_region *region;

	if (index >= VFU_NUM_REGIONS || !len)
		return -EINVAL;
	region = &server->region[index];
	if (!vfu_within(off, len, region->size))
		return -EINVAL;
	if (!(region->flags & (write ? VFIO_REGION_INFO_FLAG_WRITE :
				       VFIO_REGION_INFO_FLAG_READ)))
		return -EPERM;

	if (is_lost(&access)) {
		if (!write)
			memset(buf, 0xff, len);
		return 0;
	}
	if (index < VFU_NUM_BARS)
		return access_bar(&access);
	if (index == VFIO_PCI_ROM_REGION_INDEX)
		memcpy(buf, server->rom + off, len);
	else if (write)
		vfu_config_write(server, off, buf, len);
	else
		return vfu_config_read(server, off, buf, len);
	return 0;
}
