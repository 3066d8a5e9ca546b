/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of the kernel's header as pure code of the driver wants. */
#ifndef GANTRY_UNIT_LINUX_TYPES_H
#define GANTRY_UNIT_LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include_next <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#endif
