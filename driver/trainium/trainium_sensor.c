// SPDX-License-Identifier: GPL-2.0-only
/* What the card's firmware tells about itself in misc RAM. */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../gantry_device.h"
#include "trainium.h"
#include "trainium_regs.h"

/**
 * struct trn2_sensor_desc - a field of misc RAM
 * @name: as user space reads it
 * @kind: &enum drm_gantry_sensor_kind
 * @offset: in misc RAM
 * @shift: of the field
 * @scale: to the unit of @kind
 */
struct trn2_sensor_desc {
	const char *name;
	u32 kind;
	u32 offset;
	u32 shift;
	u32 scale;
};

#define TRN2_ERRORS		DRM_GANTRY_SENSOR_ERRORS
#define TRN2_UTILIZATION	DRM_GANTRY_SENSOR_UTILIZATION

/* Firmware counts hundredths of a percent of the greatest power, we thousandths of all. */
#define TRN2_POWER_SCALE	(TRN2_POWER_UTIL_MAX / 1000)

static const struct trn2_sensor_desc trn2_sensors[] = {
	{ "sram_ecc_corrected", TRN2_ERRORS, TRN2_MR_SRAM_ECC, TRN2_ECC_CORRECTED_SHIFT, 1 },
	{ "sram_ecc_uncorrected", TRN2_ERRORS, TRN2_MR_SRAM_ECC, 0, 1 },
	{ "hbm0_ecc_corrected", TRN2_ERRORS, TRN2_MR_HBM_ECC(0), TRN2_ECC_CORRECTED_SHIFT, 1 },
	{ "hbm0_ecc_uncorrected", TRN2_ERRORS, TRN2_MR_HBM_ECC(0), 0, 1 },
	{ "hbm1_ecc_corrected", TRN2_ERRORS, TRN2_MR_HBM_ECC(1), TRN2_ECC_CORRECTED_SHIFT, 1 },
	{ "hbm1_ecc_uncorrected", TRN2_ERRORS, TRN2_MR_HBM_ECC(1), 0, 1 },
	{ "hbm2_ecc_corrected", TRN2_ERRORS, TRN2_MR_HBM_ECC(2), TRN2_ECC_CORRECTED_SHIFT, 1 },
	{ "hbm2_ecc_uncorrected", TRN2_ERRORS, TRN2_MR_HBM_ECC(2), 0, 1 },
	{ "hbm3_ecc_corrected", TRN2_ERRORS, TRN2_MR_HBM_ECC(3), TRN2_ECC_CORRECTED_SHIFT, 1 },
	{ "hbm3_ecc_uncorrected", TRN2_ERRORS, TRN2_MR_HBM_ECC(3), 0, 1 },
	{ "die0_power", TRN2_UTILIZATION, TRN2_MR_POWER(0), 0, TRN2_POWER_SCALE },
	{ "die1_power", TRN2_UTILIZATION, TRN2_MR_POWER(1), 0, TRN2_POWER_SCALE },
};

static_assert(ARRAY_SIZE(trn2_sensors) == TRN2_SENSOR_COUNT);

static int trn2_read_misc(struct gantry_device *gdev, u32 offset, u32 *value)
{
	struct trn2_card *card = gdev->priv;

	*value = readl(card->misc_ram + offset);
	return *value == TRN2_READ_IN_RESET || *value == U32_MAX ? -EIO : 0;
}

/* &gantry_backend_ops.sensor */
int trn2_sensor(struct gantry_device *gdev, u32 index, struct drm_gantry_sensor_info *info)
{
	const struct trn2_sensor_desc *sensor = &trn2_sensors[index];
	u32 word;
	int ret = trn2_read_misc(gdev, sensor->offset, &word);

	if (ret)
		return ret;
	strscpy(info->name, sensor->name, sizeof(info->name));
	info->kind = sensor->kind;
	/* Every field has 16 bits. */
	info->value = (word >> sensor->shift & U16_MAX) / sensor->scale;
	return 0;
}

/* &gantry_backend_ops.neighbor: left, then right */
int trn2_neighbor(struct gantry_device *gdev, u32 index, struct drm_gantry_neighbor_info *info)
{
	static const struct { u32 high, low; } serial[TRN2_NEIGHBOR_COUNT] = {
		{ TRN2_MR_LEFT_SERIAL_HI, TRN2_MR_LEFT_SERIAL_LO },
		{ TRN2_MR_RIGHT_SERIAL_HI, TRN2_MR_RIGHT_SERIAL_LO },
	};
	u32 high, low;
	int ret = trn2_read_misc(gdev, serial[index].high, &high);

	if (!ret)
		ret = trn2_read_misc(gdev, serial[index].low, &low);
	if (ret)
		return ret;
	info->port = index;
	info->serial = (u64)high << 32 | low;
	return 0;
}
