// SPDX-License-Identifier: GPL-2.0-only
#include "layout.h"

#include <string.h>

#include "../../../driver/trainium/trainium_regs.h"
#include "card.h"

static const struct trn2_layout layouts[] = {
	{
		.name = "rev255",
		.revision = TRN2_PCI_REVISION_QEMU,
		.apb_bar = TRN2_BAR_APB_QEMU,
		.hbm_default = 4ULL << 30,
		.qemu_reset = true,
	},
	{
		.name = "silicon",
		.revision = 0,
		.apb_bar = TRN2_BAR_APB,
		.hbm_window = TRN2_HBM_WINDOW,
		.hbm_default = TRN2_HBM_STACKS * TRN2_HBM_POPULATED,
	},
};

const struct trn2_layout *trn2_layout_find(const char *name)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (!strcmp(layouts[i].name, name))
			return &layouts[i];
	return NULL;
}
