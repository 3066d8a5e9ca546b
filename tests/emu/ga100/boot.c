// SPDX-License-Identifier: GPL-2.0-only
#include "boot.h"

#include <string.h>

#include "ga100.h"
#include "rom.h"

void ga100_boot_reset(struct ga100 *card)
{
	card->boot.decided = false;
}

/* Done as soon as somebody looks, unless it was asked never to be */
static uint8_t progress(struct ga100 *card)
{
	struct ga100_boot *boot = &card->boot;
	uint32_t value;

	if (!boot->decided) {
		bool stuck = vfu_fault(&card->faults, GA100_KNOB_RESET, VFU_FAULT_ANYWHERE, &value);

		boot->progress = stuck ? value : GA100_GFW_BOOT_COMPLETED;
		boot->decided = true;
	}
	return boot->progress;
}

static bool gfw_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	switch (reg) {
	case GA100_GFW_BOOT_MASK:
		*value = GA100_GFW_BOOT_MASK_READABLE;
		return true;
	case GA100_GFW_BOOT:
		*value = progress(card);
		return true;
	default:
		return false;
	}
}

static bool fuse_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	(void)card;
	switch (reg) {
	case GA100_FUSE_DISPLAY:
		*value = 1;
		return true;
	case GA100_FUSE_FEATURES:
		*value = GA100_FUSE_FEATURES_ECC_DRAM;
		return true;
	default:
		return false;
	}
}

/* Flash that was never written is all ones */
static void prom_load(struct ga100 *card, uint32_t off, void *buf, size_t len)
{
	uint8_t *to = buf;

	(void)card;
	for (off -= GA100_PROM; len; len--, off++)
		*to++ = off < GA100_ROM_SIZE ? ga100_rom()[off] : 0xff;
}

static void prom_store(struct ga100 *card, uint32_t off, const void *buf, size_t len)
{
	(void)card;
	(void)off;
	(void)buf;
	(void)len;
}

static void xve_load(struct ga100 *card, uint32_t off, void *buf, size_t len)
{
	if (card->host->config(card->host_priv, off - GA100_XVE, buf, len))
		memset(buf, 0xff, len);
}

/* Configuration space is the host's to write, and it has a way of its own for that */
static void xve_store(struct ga100 *card, uint32_t off, const void *buf, size_t len)
{
	(void)buf;
	if (off <= GA100_XVE_CYA_2 && off + len > GA100_XVE_CYA_2)
		ga100_intr_rearm(card);
}

const struct ga100_block ga100_gfw_block = {
	.name = "GFW",
	.base = GA100_GFW,
	.size = GA100_GFW_SIZE,
	.read = gfw_read,
};

const struct ga100_block ga100_fuse_block = {
	.name = "FUSE",
	.base = GA100_FUSE,
	.size = GA100_FUSE_SIZE,
	.read = fuse_read,
};

const struct ga100_block ga100_prom_block = {
	.name = "PROM",
	.base = GA100_PROM,
	.size = GA100_PROM_SIZE,
	.load = prom_load,
	.store = prom_store,
};

const struct ga100_block ga100_xve_block = {
	.name = "XVE",
	.base = GA100_XVE,
	.size = GA100_XVE_SIZE,
	.load = xve_load,
	.store = xve_store,
};
