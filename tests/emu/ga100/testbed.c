// SPDX-License-Identifier: GPL-2.0-only
#include "testbed.h"

#include <errno.h>
#include <stdlib.h>

static int pin(void *priv, uint64_t iova, size_t len, bool write, struct vfu_pin *out)
{
	struct bed *bed = priv;
	uint64_t in = iova - BED_HOST;

	(void)write;
	if (iova < BED_HOST || in >= BED_HOST_SIZE + BED_MESSAGE_SIZE)
		return -EFAULT;
	if (in >= BED_HOST_SIZE)
		return -EOPNOTSUPP;
	out->ptr = bed->host + in;
	out->len = len < BED_HOST_SIZE - in ? len : BED_HOST_SIZE - in;
	bed->pins++;
	return 0;
}

static void unpin(void *priv, struct vfu_pin *out)
{
	struct bed *bed = priv;

	(void)out;
	bed->pins--;
}

static uint8_t *whole(struct bed *bed, uint64_t iova, size_t len)
{
	uint64_t in = iova - BED_HOST;

	if (iova < BED_HOST || in + len > BED_HOST_SIZE + BED_MESSAGE_SIZE)
		return NULL;
	return bed->host + in;
}

static int read_host(void *priv, uint64_t iova, void *buf, size_t len)
{
	uint8_t *at = whole(priv, iova, len);

	if (!at)
		return -EFAULT;
	memcpy(buf, at, len);
	return 0;
}

static int write_host(void *priv, uint64_t iova, const void *buf, size_t len)
{
	uint8_t *at = whole(priv, iova, len);

	if (!at)
		return -EFAULT;
	memcpy(at, buf, len);
	return 0;
}

static int interrupt(void *priv, unsigned int vector)
{
	struct bed *bed = priv;

	assert_int_equal(vector, 0);
	bed->interrupts++;
	return 0;
}

static int config(void *priv, uint32_t off, void *buf, size_t len)
{
	static const uint16_t ids[] = { GA100_PCI_VENDOR, GA100_PCI_DEVICE };

	(void)priv;
	memset(buf, 0, len);
	if (off < sizeof(ids))
		memcpy(buf, (const uint8_t *)ids + off, len);
	return 0;
}

static void log_line(void *priv, const char *line)
{
	struct bed *bed = priv;

	(void)line;
	bed->lines++;
}

static const struct emu_host host = {
	.pin = pin,
	.unpin = unpin,
	.read = read_host,
	.write = write_host,
	.interrupt = interrupt,
	.config = config,
	.log = log_line,
};

struct bed *bed_make(const struct ga100_options *options)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	bed->host = aligned_alloc(4096, BED_HOST_SIZE + BED_MESSAGE_SIZE);
	assert_non_null(bed->host);
	memset(bed->host, 0, BED_HOST_SIZE + BED_MESSAGE_SIZE);
	bed->tables = BED_TABLES;
	assert_int_equal(ga100_create(options, &host, bed, &bed->card), 0);
	return bed;
}

void bed_free(struct bed *bed)
{
	ga100_destroy(bed->card);
	assert_int_equal(bed->pins, 0);
	free(bed->host);
	free(bed);
}

int bed_setup(void **state)
{
	struct ga100_options options = {
		.vram_size = BED_VRAM,
		.serial = 1,
		.bar1_translated = true,
	};

	*state = bed_make(&options);
	return 0;
}

int bed_teardown(void **state)
{
	bed_free(*state);
	return 0;
}

uint32_t bed_reg(struct bed *bed, uint32_t reg)
{
	uint32_t value;

	ga100_bar_read(bed->card, GA100_BAR_REGS, reg, &value, sizeof(value));
	return value;
}

void bed_set_reg(struct bed *bed, uint32_t reg, uint32_t value)
{
	ga100_bar_write(bed->card, GA100_BAR_REGS, reg, &value, sizeof(value));
}

struct ga100_addr bed_vram(uint64_t offset)
{
	return (struct ga100_addr){ .aperture = GA100_VRAM, .offset = offset };
}

struct ga100_addr bed_host(uint64_t offset)
{
	return (struct ga100_addr){ .aperture = GA100_SYS_COHERENT, .offset = BED_HOST + offset };
}

static uint64_t get(struct bed *bed, uint64_t at)
{
	uint64_t value;

	assert_int_equal(ga100_mem_read(bed->card, bed_vram(at), &value, sizeof(value)), 0);
	return value;
}

static void put(struct bed *bed, uint64_t at, uint64_t value)
{
	assert_int_equal(ga100_mem_write(bed->card, bed_vram(at), &value, sizeof(value)), 0);
}

static uint64_t new_table(struct bed *bed)
{
	uint64_t at = bed->tables;

	assert_true(at < BED_INST);
	bed->tables += 0x1000;
	memset(bed->card->vram.at + at, 0, 0x1000);
	return at;
}

struct ga100_space bed_space(struct bed *bed)
{
	struct ga100_space space = { 0 };

	bed->pdb = new_table(bed);
	put(bed, BED_INST + GA100_INST_PDB_LO,
	    bed->pdb | GA100_INST_PDB_VER2 | GA100_INST_PDB_BIG_64K);
	assert_int_equal(ga100_space_load(bed->card, bed_vram(BED_INST), &space), 0);
	return space;
}

/* The table that an entry leads to, made if there is none */
static uint64_t table_below(struct bed *bed, uint64_t entry)
{
	uint64_t pde = get(bed, entry), table;

	if (GA100_PDE_APERTURE(pde) == GA100_PDE_APERTURE_VRAM)
		return (pde & GA100_PDE0_ADDR_BIG_VRAM) << GA100_PTE_ADDR_SHIFT;
	table = new_table(bed);
	put(bed, entry, table >> GA100_PTE_ADDR_SHIFT | GA100_PDE_APERTURE_VRAM << 1);
	return table;
}

static uint64_t entry_at(struct bed *bed, uint64_t va, unsigned int shift)
{
	uint64_t pde2 = table_below(bed, bed->pdb + 8 * (va >> 47 & 3));
	uint64_t pde1 = table_below(bed, pde2 + 8 * (va >> 38 & 0x1ff));
	uint64_t entry = pde1 + 8 * (va >> 29 & 0x1ff);

	if (shift == 29)
		return entry;
	entry = table_below(bed, entry) + GA100_PDE0_SIZE * (va >> 21 & 0xff);
	if (shift == 21)
		return entry;
	if (shift == 16)
		return table_below(bed, entry) + 8 * (va >> 16 & 0x1f);
	return table_below(bed, entry + 8) + 8 * (va >> 12 & 0x1ff);
}

void bed_invalidate(struct bed *bed)
{
	bed_set_reg(bed, GA100_INVALIDATE_PDB, (uint32_t)(bed->pdb >> 12) << 4);
	bed_set_reg(bed, GA100_INVALIDATE_PDB_HI, 0);
	bed_set_reg(bed, GA100_INVALIDATE, GA100_INVALIDATE_TRIGGER | GA100_INVALIDATE_ALL_VA);
}

void bed_set_entry(struct bed *bed, uint64_t va, unsigned int shift, uint64_t pte)
{
	put(bed, entry_at(bed, va, shift), pte);
	bed_invalidate(bed);
}

void bed_map(struct bed *bed, uint64_t va, struct ga100_addr to, unsigned int shift, uint64_t flags)
{
	bed_set_entry(bed, va, shift, GA100_PTE_VALID | flags |
		      (uint64_t)to.aperture << GA100_PTE_APERTURE_SHIFT |
		      to.offset >> GA100_PTE_ADDR_SHIFT);
}

void bed_map_range(struct bed *bed, uint64_t va, struct ga100_addr to, uint64_t len)
{
	for (uint64_t at = 0; at < len; at += 0x1000) {
		struct ga100_addr page = { .aperture = to.aperture, .offset = to.offset + at };

		bed_map(bed, va + at, page, 12, 0);
	}
}
