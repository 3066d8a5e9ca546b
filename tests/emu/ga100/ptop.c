// SPDX-License-Identifier: GPL-2.0-only
#include "ptop.h"

#include "ga100.h"
#include "topology.h"

#define ROWS_PER_DEVICE	3
#define ROWS		(ROWS_PER_DEVICE * GA100_CES)

static uint32_t row(unsigned int index)
{
	unsigned int ce = index / ROWS_PER_DEVICE;

	switch (index % ROWS_PER_DEVICE) {
	case 0:
		return GA100_PTOP_CHAIN | GA100_PTOP_TYPE_COPY << GA100_PTOP_0_TYPE_SHIFT |
			GA100_CE_INSTANCE(ce) << GA100_PTOP_0_INSTANCE_SHIFT |
			GA100_MMU_ENGINE_CE(GA100_CE_INSTANCE(ce));
	case 1:
		return GA100_PTOP_CHAIN | GA100_CE_BASE | GA100_CE_RESET(ce);
	default:
		return GA100_RUNLIST_BASE(ce);
	}
}

static bool ptop_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	(void)card;
	if (reg == GA100_PTOP_CFG) {
		*value = ROWS << GA100_PTOP_CFG_ROWS_SHIFT |
			ROWS_PER_DEVICE << GA100_PTOP_CFG_ROWS_PER_DEVICE_SHIFT |
			GA100_CES << GA100_PTOP_CFG_DEVICES_SHIFT;
		return true;
	}
	if (reg < GA100_PTOP_INFO(0) || reg >= GA100_PTOP_INFO(ROWS))
		return false;
	*value = row((reg - GA100_PTOP_INFO(0)) / 4);
	return true;
}

const struct ga100_block ga100_ptop_block = {
	.name = "PTOP",
	.base = GA100_PTOP,
	.size = GA100_PTOP_SIZE,
	.read = ptop_read,
};
