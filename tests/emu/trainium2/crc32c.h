/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRN2_CRC32C_H
#define TRN2_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/** trn2_crc32c() - the CRC of the mailbox */
uint32_t trn2_crc32c(const void *data, size_t len);

#endif
