// SPDX-License-Identifier: GPL-2.0-only
#include "apb.h"

#include "core.h"
#include "map.h"
#include "model.h"
#include "storage.h"

static const uint64_t se_addr[TRN2_SES] = TRN2_ADDR_APB_SE;
static const uint64_t core_addr[TRN2_CORES] = TRN2_ADDR_CORE;

/* One window: the same registers at an address and at an APB offset */
static bool window(uint64_t addr, uint64_t base, uint64_t size, uint64_t apb,
		   uint64_t *off, size_t *len)
{
	if (addr < base || addr - base >= size)
		return false;
	*off = apb + (addr - base);
	if (*len > size - (addr - base))
		*len = size - (addr - base);
	return true;
}

bool trn2_apb_of(uint64_t addr, uint64_t *off, size_t *len)
{
	for (unsigned int i = 0; i < TRN2_DICE; i++)
		if (window(addr, TRN2_ADDR_APB_IO(i), TRN2_APB_IO_SIZE,
			   TRN2_APB_IO(i), off, len))
			return true;
	for (unsigned int i = 0; i < TRN2_SES; i++)
		if (window(addr, se_addr[i], TRN2_APB_SE_SIZE, TRN2_APB_SE(i), off, len))
			return true;
	for (unsigned int i = 0; i < TRN2_CORES; i++)
		if (window(addr, core_addr[i], TRN2_APB_CORE_SIZE, TRN2_APB_CORE(i),
			   off, len))
			return true;
	for (unsigned int i = 0; i < TRN2_TOP_SPS; i++)
		if (window(addr, TRN2_ADDR_TOP_SP(i / TRN2_TOP_SPS_PER_DIE,
						  i % TRN2_TOP_SPS_PER_DIE),
			   TRN2_TOP_SP_SIZE, TRN2_APB_TOP_SP(i), off, len))
			return true;
	return false;
}

/* Offsets between the published windows answer nobody */
static bool exists(uint64_t off)
{
	for (unsigned int i = 0; i < TRN2_DICE; i++)
		if (off >= TRN2_APB_IO(i) && off < TRN2_APB_IO(i) + TRN2_APB_IO_SIZE)
			return true;
	return (off >= TRN2_APB_SE(0) && off < TRN2_APB_SE(TRN2_SES)) ||
	       (off >= TRN2_APB_CORE(0) && off < TRN2_APB_CORE(TRN2_CORES)) ||
	       (off >= TRN2_APB_TOP_SP(0) && off < TRN2_APB_TOP_SP(TRN2_TOP_SPS));
}

uint8_t *trn2_apb_memory(struct trn2_card *card, uint64_t off, size_t *len)
{
	uint32_t in;
	uint64_t room;

	if (trn2_core_at(off, &in) < 0)
		return NULL;
	room = in < TRN2_CORE_SBUF_SIZE ? TRN2_CORE_SBUF_SIZE - in :
	       TRN2_APB_CORE_SIZE - in;
	if (*len > room)
		*len = room;
	return in < TRN2_CORE_SBUF_SIZE ? (uint8_t *)card->apb + off : NULL;
}

static bool is_misc_ram(uint64_t off, uint32_t *in)
{
	if (off < TRN2_APB_MISC_RAM ||
	    off - TRN2_APB_MISC_RAM >= TRN2_MISC_RAM_SIZE)
		return false;
	*in = off - TRN2_APB_MISC_RAM;
	return true;
}

static struct iofic_group *fis_group(struct trn2_card *card, uint64_t off,
				     uint32_t *reg)
{
	uint32_t in;
	int e = trn2_fis_at(off, &in);

	if (e < 0 || in >= sizeof(card->engines[e].fis) /
			   sizeof(card->engines[e].fis[0]) * IOFIC_GROUP_SIZE)
		return NULL;
	*reg = in % IOFIC_GROUP_SIZE;
	return &card->engines[e].fis[in / IOFIC_GROUP_SIZE];
}

static bool is_qemu_reset(struct trn2_card *card, uint64_t off)
{
	return off == TRN2_APB_RESET_QEMU && card->options.layout->qemu_reset;
}

uint32_t trn2_apb_read(struct trn2_card *card, uint64_t off)
{
	struct iofic_group *group;
	uint32_t in;
	int i;

	if (!exists(off))
		return UINT32_MAX;
	if (atomic_load(&card->in_reset))
		return TRN2_READ_IN_RESET;
	i = trn2_engine_at(off, &in);
	if (i >= 0)
		return udma_read(&card->engines[i], in);
	if (is_misc_ram(off, &in))
		return trn2_misc_ram_read(&card->misc_ram, in);
	if (is_qemu_reset(card, off))
		return atomic_load(&card->qemu_reset);
	i = trn2_core_at(off, &in);
	if (i >= 0)
		return trn2_core_read(card, i, in);
	group = fis_group(card, off, &in);
	if (group)
		return iofic_read(group, in);
	return storage_read(&card->apb[off / 4], 0);
}

/* The writes that never wait, so that engines may do them as well */
static bool write_quick(struct trn2_card *card, uint64_t off, uint32_t value)
{
	struct iofic_group *group;
	uint32_t in;
	int i;

	if (is_misc_ram(off, &in)) {
		if (trn2_misc_ram_write(&card->misc_ram, in, value))
			trn2_firmware_kick(&card->firmware);
		return true;
	}
	if (is_qemu_reset(card, off)) {
		trn2_firmware_qemu_reset(&card->firmware, value);
		return true;
	}
	i = trn2_core_at(off, &in);
	if (i >= 0) {
		trn2_core_write(card, i, in, value);
		return true;
	}
	group = fis_group(card, off, &in);
	if (group)
		iofic_write(group, in, value);
	else
		storage_write(&card->apb[off / 4], value, 0);
	return true;
}

void trn2_apb_write(struct trn2_card *card, uint64_t off, uint32_t value)
{
	uint32_t in;
	int i;

	if (!exists(off) || atomic_load(&card->in_reset))
		return;
	i = trn2_engine_at(off, &in);
	if (i >= 0)
		udma_write(&card->engines[i], in, value);
	else
		write_quick(card, off, value);
}

bool trn2_apb_write_dma(struct trn2_card *card, uint64_t off, uint32_t value)
{
	uint32_t in;
	int i;

	if (!exists(off))
		return false;
	if (atomic_load(&card->in_reset))
		return true;
	i = trn2_engine_at(off, &in);
	if (i >= 0)
		return udma_doorbell(&card->engines[i], in, value);
	return write_quick(card, off, value);
}
