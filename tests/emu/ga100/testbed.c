// SPDX-License-Identifier: GPL-2.0-only
#include "testbed.h"

#include <stdlib.h>

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
	.pin = bed_memory_pin,
	.unpin = bed_memory_unpin,
	.read = bed_memory_read,
	.write = bed_memory_write,
	.interrupt = interrupt,
	.config = config,
	.log = log_line,
};

struct bed *bed_make(const struct ga100_options *options)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	bed->memory.base = BED_HOST;
	bed->memory.size = BED_HOST_SIZE;
	bed->memory.message_size = BED_MESSAGE_SIZE;
	bed_memory_init(&bed->memory);
	bed->host = bed->memory.at;
	assert_int_equal(ga100_create(options, &host, bed, &bed->card), 0);
	return bed;
}

void bed_free(struct bed *bed)
{
	ga100_destroy(bed->card);
	bed_memory_fini(&bed->memory);
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

struct ga100_space bed_space(struct bed *bed)
{
	struct ga100_space space = { 0 };
	uint64_t pdb;

	ga100_tables_init(&bed->tables, bed->card, BED_TABLES, BED_INST);
	pdb = bed->tables.pdb | GA100_INST_PDB_VER2 | GA100_INST_PDB_BIG_64K;
	assert_int_equal(ga100_mem_write(bed->card, bed_vram(BED_INST + GA100_INST_PDB_LO), &pdb,
					 sizeof(pdb)), 0);
	assert_int_equal(ga100_space_load(bed->card, bed_vram(BED_INST), &space), 0);
	return space;
}

void bed_invalidate(struct bed *bed)
{
	ga100_tables_sync(&bed->tables);
}

void bed_set_entry(struct bed *bed, uint64_t va, unsigned int shift, uint64_t pte)
{
	ga100_tables_set(&bed->tables, va, shift, pte);
	bed_invalidate(bed);
}

void bed_map(struct bed *bed, uint64_t va, struct ga100_addr to, unsigned int shift, uint64_t flags)
{
	ga100_tables_map(&bed->tables, va, to, shift, flags);
	bed_invalidate(bed);
}

void bed_map_range(struct bed *bed, uint64_t va, struct ga100_addr to, uint64_t len)
{
	for (uint64_t at = 0; at < len; at += 0x1000) {
		struct ga100_addr page = { .aperture = to.aperture, .offset = to.offset + at };

		bed_map(bed, va + at, page, 12, 0);
	}
}
