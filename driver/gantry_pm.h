/* SPDX-License-Identifier: GPL-2.0-only */
/* When somebody else stops the card: suspend, or a reset of its PCI function. */
#ifndef GANTRY_PM_H
#define GANTRY_PM_H

#include <linux/pci.h>
#include <linux/pm.h>

extern const struct dev_pm_ops gantry_pm_ops;
extern const struct pci_error_handlers gantry_error_handlers;

#endif
