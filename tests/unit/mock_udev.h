/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine of the test's making, seen through libudev.
 */
#ifndef UNIT_MOCK_UDEV_H
#define UNIT_MOCK_UDEV_H

struct mock_udev_device {
	const char *syspath;	/* its last part is the name */
	const char *subsystem;
	const char *parent;	/* syspath, NULL: none */
	const char *driver;	/* NULL: none */
	const char *devnode;
	const char *vendor, *device, *revision, *numa_node, *driver_override;
	int vanishes;		/* listed, but gone when it is looked at */
};

/** The machine; ends with an all-zero entry. */
extern const struct mock_udev_device *mock_machine;

/** What fails, if not NULL: "udev_new" and so on. */
extern const char *mock_udev_fails;

/** Objects of libudev that nobody has let go of. */
extern int mock_udev_objects;

#endif /* UNIT_MOCK_UDEV_H */
