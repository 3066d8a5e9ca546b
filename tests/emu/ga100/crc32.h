/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GA100_CRC32_H
#define GA100_CRC32_H

#include <stddef.h>
#include <stdint.h>

/** ga100_crc32() - CRC-32 of IEEE 802.3, over more bytes; it begins with 0 */
uint32_t ga100_crc32(uint32_t crc, const void *buf, size_t len);

#endif
