// SPDX-License-Identifier: GPL-2.0-only
#include "crc32c.h"

#include "../../../driver/trainium/trainium_regs.h"

/* Bit by bit: a mailbox message is short and rare */
uint32_t trn2_crc32c(const void *data, size_t len)
{
	const uint8_t *at = data;
	uint32_t crc = UINT32_MAX;

	while (len--) {
		crc ^= *at++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? TRN2_MBOX_CRC_POLY : 0);
	}
	return ~crc;
}
