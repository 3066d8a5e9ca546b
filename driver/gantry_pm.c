// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device memory does not survive a loss of power, and a card has far more of it
 * than the host could keep meanwhile. So a machine does not go to sleep while
 * somebody has buffers there; everything else goes on afterwards as if nothing
 * had been. A reset of the PCI function, which an operator may ask for at any
 * time, costs what was in flight.
 */
#include <linux/device.h>
#include <drm/drm_print.h>

#include "gantry_device.h"
#include "gantry_pm.h"
#include "gantry_region.h"
#include "gantry_report.h"
#include "gantry_reset.h"
#include "gantry_ring.h"

static int gantry_suspend(struct device *dev)
{
	struct gantry_device *gdev = dev_get_drvdata(dev);
	u64 used = gantry_regions_used(gdev);

	/* What a card that failed holds is lost already. */
	if (used && !gdev->rings[0]->error) {
		drm_info(&gdev->drm,
			 "no suspend: %llu bytes of device memory are in use; end the programs that hold the card\n",
			 used);
		return -EBUSY;
	}
	gantry_device_pause(gdev, 0);
	return 0;
}

static int gantry_resume(struct device *dev)
{
	gantry_device_resume(dev_get_drvdata(dev));
	return 0;
}

DEFINE_SIMPLE_DEV_PM_OPS(gantry_pm_ops, gantry_suspend, gantry_resume);

static void gantry_reset_prepare(struct pci_dev *pdev)
{
	gantry_device_pause(pci_get_drvdata(pdev), -EIO);
}

static void gantry_reset_done(struct pci_dev *pdev)
{
	struct gantry_device *gdev = pci_get_drvdata(pdev);

	if (!gantry_device_resume(gdev))
		gantry_report_event(gdev, GANTRY_EVENT_RESET);
}

const struct pci_error_handlers gantry_error_handlers = {
	.reset_prepare = gantry_reset_prepare,
	.reset_done = gantry_reset_done,
};
