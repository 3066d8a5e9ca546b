// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of a UDMA engine after a reset. Figures are those of the published
 * driver: udma_set_defaults() in udma/udma_main.c, udma_set_max_descs_and_
 * prefetch() in udma/udma_m2m.c, sdma_init_engine() in v3/sdma.h.
 */
#include <linux/bits.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <drm/drm_print.h>

#include "trainium.h"
#include "trainium_regs.h"
#include "udma_regs.h"

#define TRN2_FIFO_BEATS		2296
#define TRN2_PKT_LIMIT		512
#define TRN2_AXI_TIMEOUT	(100 * 1000 * 1000)
#define TRN2_PREFETCH		8	/* descriptors fetched at once, always */
#define TRN2_PREF_CFG_3							\
	(TRN2_ENGINE_DESC_PER_PACKET << UDMA_PREF_CFG_3_THRESHOLD_SHIFT |	\
	 TRN2_PREFETCH << UDMA_PREF_CFG_3_ABOVE_SHIFT |				\
	 1 << UDMA_PREF_CFG_3_BELOW_SHIFT)
#define TRN2_DESC_BURST		(TRN2_PREFETCH | UDMA_AXI_CFG_BREAK_ON_MAX)

struct trn2_setting {
	u32 offset;
	u32 value;
};

static const struct trn2_setting trn2_engine_settings[] = {
	/* Reorder buffers on both sides, and event acceleration. */
	{ TRN2_SDMA_READ_REORDER, TRN2_SDMA_ENABLE },
	{ TRN2_SDMA_WRITE_REORDER, TRN2_SDMA_ENABLE },
	{ TRN2_SDMA_EVENT_ACCEL, TRN2_SDMA_ENABLE },
	{ TRN2_SDMA_TX_OVERHEAD, TRN2_SDMA_TX_OVERHEAD_BEATS },
	{ UDMA_M2S_DATA_CFG, TRN2_FIFO_BEATS | TRN2_PKT_LIMIT << UDMA_DATA_CFG_MAX_PKT_SHIFT },
	{ UDMA_GEN_AXI_TIMEOUT, TRN2_AXI_TIMEOUT },
	{ UDMA_M2S_COMP_APP_ACK, 0 },
	{ UDMA_S2M_COMP_APP_ACK, 0 },
	/* A length of 0 means 64 KiB. */
	{ UDMA_M2S_CFG_LEN, UDMA_CFG_LEN_ENCODE_64K | UDMA_CFG_LEN_MAX_PKT },
	{ UDMA_M2S_STREAM_CFG,
	  UDMA_M2S_STREAM_CFG_RD_MODE | 1 << UDMA_M2S_STREAM_CFG_RD_TH_SHIFT },
	{ UDMA_M2S_DESC_PREF_CFG_2, TRN2_ENGINE_DESC_PER_PACKET | UDMA_PREF_CFG_2_FORCE_RR },
	{ UDMA_M2S_DESC_PREF_CFG_3, TRN2_PREF_CFG_3 },
	{ UDMA_S2M_DESC_PREF_CFG_3, TRN2_PREF_CFG_3 },
	{ UDMA_M2S_AXI_DESC_RD_CFG_3, TRN2_DESC_BURST },
	{ UDMA_S2M_AXI_DESC_RD_CFG_3, TRN2_DESC_BURST },
	{ UDMA_M2S_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL },
	{ UDMA_S2M_CHANGE_STATE, UDMA_CHANGE_STATE_NORMAL },
};

/* Unmodified addresses for queue 0, the one a ring uses. */
static void trn2_engine_select_address(void __iomem *regs)
{
	u32 i;

	writel(U32_MAX, regs + UDMA_GEN_EX_TX_SEL(0));
	for (i = 0; i < 3; i++)
		writel(U32_MAX, regs + UDMA_GEN_EX_RX_SEL(0, i));
}

/**
 * trn2_engine_init - set up an engine that was reset
 * @regs: its registers
 */
void trn2_engine_init(void __iomem *regs)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(trn2_engine_settings); i++)
		writel(trn2_engine_settings[i].value, regs + trn2_engine_settings[i].offset);
	trn2_engine_select_address(regs);
	/* What the ring before this one did is no fault of it. */
	for (i = 0; i < UDMA_IOFIC_SECONDARY_GROUPS; i++)
		writel(0, regs + UDMA_IOFIC_SECONDARY(i) + UDMA_IOFIC_CAUSE);
	writel(UDMA_CLEAR_ERR_LOG, regs + UDMA_M2S_CLEAR_ERR_LOG);
	writel(UDMA_CLEAR_ERR_LOG, regs + UDMA_S2M_CLEAR_ERR_LOG);
}

static u32 trn2_engine_causes(void __iomem *regs, u32 group)
{
	return readl(regs + UDMA_IOFIC_SECONDARY(group) + UDMA_IOFIC_CAUSE);
}

/**
 * trn2_engine_faulted - did an engine report an error since it was set up?
 * @regs: its registers
 */
bool trn2_engine_faulted(void __iomem *regs)
{
	return trn2_engine_causes(regs, UDMA_IOFIC_ERR_M2S) & UDMA_ERR_M2S_ALL ||
	       trn2_engine_causes(regs, UDMA_IOFIC_ERR_S2M) & UDMA_ERR_S2M_ALL ||
	       trn2_engine_causes(regs, UDMA_IOFIC_ERR_PARITY) &
	       (UDMA_ERR_PARITY_M2S | UDMA_ERR_PARITY_S2M);
}

static void trn2_side_dump(void __iomem *regs, const char *side, u32 state, u32 log,
			   struct drm_printer *p)
{
	drm_printf(p, "  %s: state %08x, first error at %08x %08x %08x %08x\n", side,
		   readl(regs + state), readl(regs + log), readl(regs + log + 4),
		   readl(regs + log + 8), readl(regs + log + 12));
}

/**
 * trn2_engine_dump - print what an engine says of itself
 * @regs: its registers
 * @p: where to
 */
void trn2_engine_dump(void __iomem *regs, struct drm_printer *p)
{
	drm_printf(p, "  error causes: M2S %08x, S2M %08x, parity %08x\n",
		   trn2_engine_causes(regs, UDMA_IOFIC_ERR_M2S),
		   trn2_engine_causes(regs, UDMA_IOFIC_ERR_S2M),
		   trn2_engine_causes(regs, UDMA_IOFIC_ERR_PARITY));
	trn2_side_dump(regs, "M2S", UDMA_M2S_STATE, UDMA_M2S_ERR_LOG(0), p);
	trn2_side_dump(regs, "S2M", UDMA_S2M_STATE, UDMA_S2M_ERR_LOG(0), p);
}
