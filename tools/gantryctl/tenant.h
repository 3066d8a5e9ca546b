/* SPDX-License-Identifier: GPL-2.0-only */
/* Showing tenants (tenant_show.c). */
#ifndef GANTRYCTL_TENANT_H
#define GANTRYCTL_TENANT_H

#include <stdbool.h>

#include "egress.h"

/** tenant_list() - all of them, a line each; an exit code */
int tenant_list(const struct egress *egress, bool json);

/** tenant_show() - all about one; an exit code */
int tenant_show(const struct egress *egress, const struct tenant *tenant, bool json);

#endif /* GANTRYCTL_TENANT_H */
