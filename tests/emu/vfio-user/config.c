// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space: a PCI Express endpoint's header and capabilities, each
 * byte with a mask of what a write may change. Layouts are <linux/pci_regs.h>'s.
 * (The error bits that a write of one clears are missing: none is ever set.)
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>

#include "internal.h"

#define FIRST_CAPABILITY	0x40u
#define FIRST_EXTENDED		0x100u

/* A space that is being laid out, and where the next capability goes. */
struct builder {
	struct vfu_config *config;
	uint32_t next;		/* free from here */
	uint32_t link;		/* where the next capability's offset is noted */
};

static uint64_t get(const uint8_t *at, size_t len)
{
	uint64_t value = 0;

	while (len--)
		value = value << 8 | at[len];
	return value;
}

static void put(uint8_t *at, uint64_t value, size_t len)
{
	for (; len--; value >>= 8)
		*at++ = value;
}

static void set(struct vfu_config *c, uint32_t off, size_t len, uint64_t value,
		uint64_t writable)
{
	put(c->initial + off, value, len);
	put(c->writable + off, writable, len);
}

static uint32_t add_capability(struct builder *b, uint8_t id, size_t size)
{
	uint32_t at = (b->next + 3) & ~3u;

	if (!vfu_within(at, size, FIRST_EXTENDED))
		return 0;
	b->config->initial[b->link] = at;
	b->config->initial[at] = id;
	b->link = at + PCI_CAP_LIST_NEXT;
	b->next = at + size;
	put(b->config->initial + PCI_STATUS, PCI_STATUS_CAP_LIST, 2);
	return at;
}

static uint32_t add_extended(struct builder *b, uint16_t id, uint8_t version,
			     size_t size)
{
	uint32_t at = (b->next + 3) & ~3u;

	if (!vfu_within(at, size, VFU_CONFIG_SIZE))
		return 0;
	if (b->link) {
		uint8_t *before = b->config->initial + b->link;

		put(before, get(before, 4) | at << 20, 4);
	}
	put(b->config->initial + at, id | (version & 0xfu) << 16, 4);
	b->link = at;
	b->next = at + size;
	return at;
}

static void add_header(struct vfu_config *c, const struct vfu_options *o)
{
	const uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
				 PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
				 PCI_COMMAND_INTX_DISABLE;

	set(c, PCI_VENDOR_ID, 2, o->vendor, 0);
	set(c, PCI_DEVICE_ID, 2, o->device, 0);
	set(c, PCI_COMMAND, 2, 0, command);
	set(c, PCI_CLASS_REVISION, 4,
	    (uint32_t)o->class_code << 8 | o->revision, 0);
	set(c, PCI_CACHE_LINE_SIZE, 1, 0, 0xff);
	set(c, PCI_SUBSYSTEM_VENDOR_ID, 2, o->subsystem_vendor, 0);
	set(c, PCI_SUBSYSTEM_ID, 2, o->subsystem, 0);
	set(c, PCI_INTERRUPT_LINE, 1, 0, 0xff);
	set(c, PCI_INTERRUPT_PIN, 1, o->intx ? 1 : 0, 0);
}

/* The address bits that a BAR decodes are the ones that a write can change. */
static void add_bars(struct vfu_server *server, const struct vfu_options *o)
{
	struct vfu_config *c = &server->config;
	uint64_t rom_size = server->region[VFIO_PCI_ROM_REGION_INDEX].size;
	unsigned int i;

	for (i = 0; i < VFU_NUM_BARS; i++) {
		const struct vfu_bar *bar = &o->bars[i];
		uint32_t at = PCI_BASE_ADDRESS_0 + 4 * i;

		if (!bar->size)
			continue;
		set(c, at, bar->is_64bit ? 8 : 4,
		    (bar->is_64bit ? PCI_BASE_ADDRESS_MEM_TYPE_64 : 0) |
		    (bar->prefetchable ? PCI_BASE_ADDRESS_MEM_PREFETCH : 0),
		    ~(bar->size - 1));
	}
	if (rom_size)
		set(c, PCI_ROM_ADDRESS, 4, 0,
		    ~(rom_size - 1) | PCI_ROM_ADDRESS_ENABLE);
}

static bool add_pm(struct builder *b)
{
	struct vfu_config *c = b->config;

	c->pm = add_capability(b, PCI_CAP_ID_PM, PCI_PM_SIZEOF);
	if (!c->pm)
		return false;
	set(c, c->pm + PCI_PM_PMC, 2, 3, 0);
	set(c, c->pm + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET,
	    PCI_PM_CTRL_STATE_MASK);
	return true;
}

static bool add_pcie(struct builder *b)
{
	const uint32_t speed = PCI_EXP_LNKCAP_SLS_16_0GB, lanes = 16;
	struct vfu_config *c = b->config;

	c->pcie = add_capability(b, PCI_CAP_ID_EXP, 0x3c);
	if (!c->pcie)
		return false;
	set(c, c->pcie + PCI_EXP_FLAGS, 2, 2 | PCI_EXP_TYPE_ENDPOINT << 4, 0);
	set(c, c->pcie + PCI_EXP_DEVCAP, 4,
	    1 /* 256 byte payloads */ | PCI_EXP_DEVCAP_EXT_TAG |
	    PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR, 0);
	set(c, c->pcie + PCI_EXP_DEVCTL, 2,
	    PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN | 2 << 12,
	    0x7fff);
	set(c, c->pcie + PCI_EXP_LNKCAP, 4, speed | lanes << 4, 0);
	set(c, c->pcie + PCI_EXP_LNKCTL, 2, 0,
	    PCI_EXP_LNKCTL_RCB | PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES);
	set(c, c->pcie + PCI_EXP_LNKSTA, 2, speed | lanes << 4, 0);
	set(c, c->pcie + PCI_EXP_DEVCAP2, 4, PCI_EXP_DEVCAP2_COMP_TMOUT_DIS, 0);
	set(c, c->pcie + PCI_EXP_DEVCTL2, 2, 0, PCI_EXP_DEVCTL2_COMP_TMOUT_DIS);
	set(c, c->pcie + PCI_EXP_LNKCAP2, 4, 0x1e /* 2.5 to 16 GT/s */, 0);
	set(c, c->pcie + PCI_EXP_LNKCTL2, 2, speed, PCI_EXP_LNKCTL2_TLS);
	return true;
}

static bool add_msi(struct builder *b, unsigned int vectors)
{
	struct vfu_config *c = b->config;
	uint16_t capable = __builtin_ctz(vectors) << 1;

	c->msi = add_capability(b, PCI_CAP_ID_MSI, 14);
	if (!c->msi)
		return false;
	set(c, c->msi + PCI_MSI_FLAGS, 2, PCI_MSI_FLAGS_64BIT | capable,
	    PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	set(c, c->msi + PCI_MSI_ADDRESS_LO, 8, 0, ~UINT64_C(3));
	set(c, c->msi + PCI_MSI_DATA_64, 2, 0, 0xffff);
	return true;
}

static bool add_msix(struct builder *b, const struct vfu_msix *msix)
{
	struct vfu_config *c = b->config;

	c->msix = add_capability(b, PCI_CAP_ID_MSIX, PCI_CAP_MSIX_SIZEOF);
	if (!c->msix)
		return false;
	set(c, c->msix + PCI_MSIX_FLAGS, 2, msix->vectors - 1,
	    PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	set(c, c->msix + PCI_MSIX_TABLE, 4, msix->table | msix->bar, 0);
	set(c, c->msix + PCI_MSIX_PBA, 4, msix->pba | msix->bar, 0);
	return true;
}

static void fill(struct vfu_config *c, uint32_t at,
		 const struct vfu_capability *cap)
{
	memcpy(c->initial + at, cap->data, cap->size);
	if (cap->writable)
		memcpy(c->writable + at, cap->writable, cap->size);
}

static bool add_plain(struct builder *b, const struct vfu_options *o)
{
	uint32_t at;
	size_t i;

	for (i = 0; i < o->n_capabilities; i++) {
		if (o->capabilities[i].size > FIRST_EXTENDED)
			return false;
		at = add_capability(b, o->capabilities[i].id,
				    2 + o->capabilities[i].size);
		if (!at)
			return false;
		fill(b->config, at + 2, &o->capabilities[i]);
	}
	return true;
}

static bool add_all_extended(struct vfu_server *server, const struct vfu_options *o)
{
	struct builder b = { .config = &server->config, .next = FIRST_EXTENDED };
	uint32_t at;
	size_t i;

	for (i = 0; i < o->n_extended; i++) {
		if (o->extended[i].size > VFU_CONFIG_SIZE)
			return false;
		at = add_extended(&b, o->extended[i].id,
				  o->extended[i].version,
				  4 + o->extended[i].size);
		if (!at)
			return false;
		fill(b.config, at + 4, &o->extended[i]);
	}
	if (!server->faults)
		return true;
	at = add_extended(&b, PCI_EXT_CAP_ID_VNDR, 1, VFU_FAULT_SIZE);
	if (at)
		vfu_fault_vsec_init(server, at);
	return at;
}

int vfu_config_init(struct vfu_server *server, const struct vfu_options *o)
{
	struct vfu_config *c = &server->config;
	struct builder b = {
		.config = c,
		.next = FIRST_CAPABILITY,
		.link = PCI_CAPABILITY_LIST,
	};

	add_header(c, o);
	add_bars(server, o);
	if (!add_pm(&b) || !add_pcie(&b) ||
	    (o->msi_vectors && !add_msi(&b, o->msi_vectors)) ||
	    (o->msix_vectors && !add_msix(&b, &server->msix)) ||
	    !add_plain(&b, o) || !add_all_extended(server, o)) {
		vfu_log(server, "options: the capabilities do not fit");
		return -EINVAL;
	}
	memcpy(c->now, c->initial, sizeof(c->now));
	return 0;
}

void vfu_config_reset(struct vfu_server *server)
{
	struct vfu_config *c = &server->config;

	pthread_mutex_lock(&c->lock);
	memcpy(c->now, c->initial, sizeof(c->now));
	pthread_mutex_unlock(&c->lock);
	vfu_switch_tell(server);
}

/* Only D0 and D3hot are there; asking for another state changes nothing. */
static void keep_power_state(struct vfu_config *c, uint8_t before)
{
	uint8_t *now = &c->now[c->pm + PCI_PM_CTRL];
	uint8_t state = *now & PCI_PM_CTRL_STATE_MASK;

	if (state == 1 || state == 2)
		*now = (*now & ~PCI_PM_CTRL_STATE_MASK) |
		       (before & PCI_PM_CTRL_STATE_MASK);
}

/* Did a write of @buf set the bit that starts a function level reset? */
static bool starts_flr(struct vfu_config *c, uint32_t off, const uint8_t *buf,
		       size_t len)
{
	uint32_t high = c->pcie + PCI_EXP_DEVCTL + 1;

	return high >= off && high - off < len &&
	       buf[high - off] & (PCI_EXP_DEVCTL_BCR_FLR >> 8);
}

void vfu_config_write(struct vfu_server *server, uint32_t off,
		      const uint8_t *buf, size_t len)
{
	struct vfu_config *c = &server->config;
	uint8_t power;
	size_t i;

	pthread_mutex_lock(&c->lock);
	power = c->now[c->pm + PCI_PM_CTRL];
	for (i = 0; i < len; i++) {
		uint8_t *byte = &c->now[off + i];
		uint8_t writable = c->writable[off + i];

		*byte = (*byte & ~writable) | (buf[i] & writable);
	}
	keep_power_state(c, power);
	pthread_mutex_unlock(&c->lock);

	if (off < PCI_BASE_ADDRESS_5 + 4)
		vfu_switch_tell(server);
	vfu_fault_vsec_written(server, off, len);
	if (starts_flr(c, off, buf, len))
		vfu_device_reset(server);
	else if (server->ops->config_write)
		server->ops->config_write(server->priv, off, len);
}

int vfu_config_read(struct vfu_server *server, uint32_t off, void *buf,
		    size_t len)
{
	struct vfu_config *c = &server->config;

	if (!vfu_within(off, len, VFU_CONFIG_SIZE))
		return -EINVAL;
	pthread_mutex_lock(&c->lock);
	vfu_fault_vsec_refresh_locked(server, off, len);
	memcpy(buf, c->now + off, len);
	pthread_mutex_unlock(&c->lock);
	return 0;
}

static uint16_t read_word(struct vfu_server *server, uint32_t off)
{
	uint8_t word[2];

	vfu_config_read(server, off, word, sizeof(word));
	return get(word, sizeof(word));
}

bool vfu_bus_master(struct vfu_server *server)
{
	return read_word(server, PCI_COMMAND) & PCI_COMMAND_MASTER;
}

bool vfu_config_msi_enabled(struct vfu_server *server, unsigned int *vectors)
{
	uint16_t msi = server->config.msi, flags;

	if (!msi)
		return false;
	flags = read_word(server, msi + PCI_MSI_FLAGS);
	*vectors = 1u << ((flags & PCI_MSI_FLAGS_QSIZE) >> 4);
	return flags & PCI_MSI_FLAGS_ENABLE;
}

bool vfu_config_msix_enabled(struct vfu_server *server)
{
	uint16_t msix = server->config.msix;

	return msix && read_word(server, msix + PCI_MSIX_FLAGS) &
			       PCI_MSIX_FLAGS_ENABLE;
}
