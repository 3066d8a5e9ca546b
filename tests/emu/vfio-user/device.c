// SPDX-License-Identifier: GPL-2.0-only
/* From a model's options to regions that contradict nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"

#define MIN_BAR_SIZE	16u
#define MIN_ROM_SIZE	2048u

static bool power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

static bool page_aligned(uint64_t n)
{
	return !(n % VFU_PAGE_SIZE);
}

#define REFUSE(server, ...) (vfu_log(server, "options: " __VA_ARGS__), -EINVAL)

static int check_bar(struct vfu_server *server, const struct vfu_bar *bars,
		     unsigned int i)
{
	const struct vfu_bar *bar = &bars[i];

	if (!bar->size)
		return bar->memory ? REFUSE(server, "BAR %u has memory but no size", i) : 0;
	if (i && bars[i - 1].size && bars[i - 1].is_64bit)
		return REFUSE(server, "BAR %u is the upper half of BAR %u", i, i - 1);
	if (!power_of_two(bar->size) || bar->size < MIN_BAR_SIZE)
		return REFUSE(server, "BAR %u: size %#llx is no power of two from 16 up",
			      i, (unsigned long long)bar->size);
	if (bar->is_64bit && i == VFU_NUM_BARS - 1)
		return REFUSE(server, "the last BAR cannot be 64-bit");
	if (!bar->is_64bit && bar->size > UINT32_MAX / 2 + UINT64_C(1))
		return REFUSE(server, "BAR %u is too large for 32 bits", i);
	return 0;
}

static int check_areas(struct vfu_server *server, unsigned int bar)
{
	const struct vfu_region *region = &server->region[bar];
	uint64_t end = 0;
	struct stat st;
	size_t i;

	for (i = 0; i < region->n_areas; i++) {
		const struct vfu_area *area = &region->areas[i];

		if (!area->size || !page_aligned(area->size) ||
		    !page_aligned(area->offset) || area->offset < end ||
		    !vfu_within(area->offset, area->size, region->size))
			return REFUSE(server, "BAR %u: area %zu is misplaced", bar, i);
		end = area->offset + area->size;
	}
	if (!page_aligned(region->fd_offset) || fstat(region->fd, &st) ||
	    !vfu_within(region->fd_offset, end, st.st_size))
		return REFUSE(server, "BAR %u: its file does not reach its areas' end", bar);
	return 0;
}

static int add_memory(struct vfu_server *server, unsigned int bar,
		      const struct vfu_memory *memory)
{
	struct vfu_region *region = &server->region[bar];
	const struct vfu_area whole = { 0, region->size };
	const struct vfu_area *areas = memory->areas ? memory->areas : &whole;
	size_t n = memory->areas ? memory->n_areas : 1;

	if (!n || n > VFU_MAX_AREAS)
		return REFUSE(server, "BAR %u: a list has 1 to %u areas", bar,
			      VFU_MAX_AREAS);
	region->areas = calloc(n, sizeof(*areas));
	if (!region->areas)
		return -ENOMEM;
	memcpy(region->areas, areas, n * sizeof(*areas));
	region->n_areas = n;
	region->fd = memory->fd;
	region->fd_offset = memory->fd_offset;
	region->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	region->sparse = n != 1 || areas->size != region->size;
	return check_areas(server, bar);
}

static int add_bar(struct vfu_server *server, const struct vfu_options *o,
		   unsigned int i)
{
	struct vfu_region *region = &server->region[i];
	int ret = check_bar(server, o->bars, i);

	if (ret || !o->bars[i].size)
		return ret;
	if (!server->ops->bar_read || !server->ops->bar_write)
		return REFUSE(server, "BARs need bar_read and bar_write");
	region->size = o->bars[i].size;
	region->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	return o->bars[i].memory ? add_memory(server, i, o->bars[i].memory) : 0;
}

static int add_rom(struct vfu_server *server, const struct vfu_options *o)
{
	struct vfu_region *region = &server->region[VFIO_PCI_ROM_REGION_INDEX];
	uint64_t size = MIN_ROM_SIZE;

	if (!o->rom)
		return o->rom_size ? REFUSE(server, "a ROM size without a ROM") : 0;
	if (!o->rom_size || o->rom_size > 16u << 20)
		return REFUSE(server, "a ROM has 1 byte to 16 MiB");
	while (size < o->rom_size)
		size *= 2;
	server->rom = calloc(1, size);
	if (!server->rom)
		return -ENOMEM;
	memcpy(server->rom, o->rom, o->rom_size);
	region->size = size;
	region->flags = VFIO_REGION_INFO_FLAG_READ;
	return 0;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

static int add_msix(struct vfu_server *server, const struct vfu_options *o)
{
	struct vfu_msix *msix = &server->msix;
	const struct vfu_region *region;
	size_t i;

	if (!o->msix_vectors)
		return 0;
	if (o->msix_vectors > 2048 || o->msix_bar >= VFU_NUM_BARS)
		return REFUSE(server, "MSI-X has up to 2048 vectors, in BAR 0 to 5");
	region = &server->region[o->msix_bar];

	msix->vectors = o->msix_vectors;
	msix->bar = o->msix_bar;
	msix->table = o->msix_table;
	msix->table_size = UINT64_C(16) * o->msix_vectors;
	msix->pba = o->msix_pba;
	msix->pba_size = UINT64_C(8) * ((o->msix_vectors + 63) / 64);

	/* The capability has 32-bit offsets. */
	if (msix->table % 8 || msix->pba % 8 || msix->table > UINT32_MAX ||
	    msix->pba > UINT32_MAX ||
	    !vfu_within(msix->table, msix->table_size, region->size) ||
	    !vfu_within(msix->pba, msix->pba_size, region->size) ||
	    overlap(msix->table, msix->table_size, msix->pba, msix->pba_size))
		return REFUSE(server, "the MSI-X structures are misplaced in BAR %u",
			      o->msix_bar);
	for (i = 0; i < region->n_areas; i++) {
		const struct vfu_area *area = &region->areas[i];

		if (overlap(area->offset, area->size, msix->table,
			    msix->table_size) ||
		    overlap(area->offset, area->size, msix->pba, msix->pba_size))
			return REFUSE(server, "the MSI-X structures lie in a mappable area");
	}

	msix->entries = calloc(1, msix->table_size);
	return msix->entries ? 0 : -ENOMEM;
}

static void reset_msix_table(struct vfu_msix *msix)
{
	unsigned int i;

	for (i = 0; i < msix->vectors; i++) {
		memset(msix->entries + 16 * i, 0, 16);
		msix->entries[16 * i + 12] = 1;	/* masked */
	}
}

int vfu_device_init(struct vfu_server *server, const struct vfu_options *o)
{
	struct vfu_region *config = &server->region[VFIO_PCI_CONFIG_REGION_INDEX];
	unsigned int i;
	int ret;

	if (o->msi_vectors && (!power_of_two(o->msi_vectors) || o->msi_vectors > 32))
		return REFUSE(server, "MSI has 1, 2, 4, 8, 16 or 32 vectors");
	for (i = 0; i < VFU_NUM_BARS; i++) {
		ret = add_bar(server, o, i);
		if (ret)
			return ret;
	}
	ret = add_rom(server, o);
	if (!ret)
		ret = add_msix(server, o);
	if (ret)
		return ret;

	reset_msix_table(&server->msix);
	config->size = VFU_CONFIG_SIZE;
	config->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	return 0;
}

void vfu_device_fini(struct vfu_server *server)
{
	unsigned int i;

	for (i = 0; i < VFU_NUM_REGIONS; i++)
		free(server->region[i].areas);
	free(server->rom);
	free(server->msix.entries);
}

void vfu_device_reset(struct vfu_server *server)
{
	vfu_config_reset(server);
	reset_msix_table(&server->msix);
	vfu_irq_reset(server);
	if (server->ops->reset)
		server->ops->reset(server->priv);
}
