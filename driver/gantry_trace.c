// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "gantry_trace.h"
