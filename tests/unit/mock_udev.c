// SPDX-License-Identifier: GPL-2.0-only
/*
 * libudev over a machine of the test's making.
 */
#include <errno.h>
#include <libudev.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mock_udev.h"

#define MAX_FOUND 32

struct udev {
	int unused;
};

struct udev_list_entry {
	struct udev_list_entry *next;
	const struct mock_udev_device *device;
};

struct udev_enumerate {
	const char *subsystem, *parent;
	struct udev_list_entry found[MAX_FOUND];
	unsigned int count;
};

struct udev_device {
	const struct mock_udev_device *device;
};

const struct mock_udev_device *mock_machine;
const char *mock_udev_fails;
int mock_udev_objects;

static bool fails(const char *function)
{
	return mock_udev_fails && !strcmp(mock_udev_fails, function);
}

static void *make(const char *function, size_t size)
{
	if (fails(function))
		return NULL;
	mock_udev_objects++;
	return calloc(1, size);
}

static void drop(void *object)
{
	mock_udev_objects--;
	free(object);
}

struct udev *__wrap_udev_new(void);
struct udev *__wrap_udev_new(void)
{
	return make("udev_new", sizeof(struct udev));
}

struct udev *__wrap_udev_unref(struct udev *udev);
struct udev *__wrap_udev_unref(struct udev *udev)
{
	drop(udev);
	return NULL;
}

struct udev_enumerate *__wrap_udev_enumerate_new(struct udev *udev);
struct udev_enumerate *__wrap_udev_enumerate_new(struct udev *udev)
{
	(void)udev;
	return make("udev_enumerate_new", sizeof(struct udev_enumerate));
}

struct udev_enumerate *__wrap_udev_enumerate_unref(struct udev_enumerate *search);
struct udev_enumerate *__wrap_udev_enumerate_unref(struct udev_enumerate *search)
{
	drop(search);
	return NULL;
}

int __wrap_udev_enumerate_add_match_subsystem(struct udev_enumerate *search, const char *name);
int __wrap_udev_enumerate_add_match_subsystem(struct udev_enumerate *search, const char *name)
{
	search->subsystem = name;
	return fails("udev_enumerate_add_match_subsystem") ? -ENOMEM : 0;
}

int __wrap_udev_enumerate_add_match_parent(struct udev_enumerate *search,
					   struct udev_device *parent);
int __wrap_udev_enumerate_add_match_parent(struct udev_enumerate *search,
					   struct udev_device *parent)
{
	search->parent = parent->device->syspath;
	return 0;
}

static bool matches(const struct udev_enumerate *search, const struct mock_udev_device *device)
{
	if (search->subsystem && strcmp(search->subsystem, device->subsystem))
		return false;
	return !search->parent || (device->parent && !strcmp(search->parent, device->parent));
}

int __wrap_udev_enumerate_scan_devices(struct udev_enumerate *search);
int __wrap_udev_enumerate_scan_devices(struct udev_enumerate *search)
{
	const struct mock_udev_device *device;

	if (fails("udev_enumerate_scan_devices"))
		return -ENOENT;
	for (device = mock_machine; device->syspath; device++) {
		struct udev_list_entry *entry = &search->found[search->count];

		if (!matches(search, device) || search->count == MAX_FOUND)
			continue;
		entry->device = device;
		if (search->count++)
			entry[-1].next = entry;
	}
	return 0;
}

struct udev_list_entry *__wrap_udev_enumerate_get_list_entry(struct udev_enumerate *search);
struct udev_list_entry *__wrap_udev_enumerate_get_list_entry(struct udev_enumerate *search)
{
	return search->count ? search->found : NULL;
}

struct udev_list_entry *__wrap_udev_list_entry_get_next(struct udev_list_entry *entry);
struct udev_list_entry *__wrap_udev_list_entry_get_next(struct udev_list_entry *entry)
{
	return entry->next;
}

const char *__wrap_udev_list_entry_get_name(struct udev_list_entry *entry);
const char *__wrap_udev_list_entry_get_name(struct udev_list_entry *entry)
{
	return entry->device->syspath;
}

struct udev_device *__wrap_udev_device_new_from_syspath(struct udev *udev, const char *path);
struct udev_device *__wrap_udev_device_new_from_syspath(struct udev *udev, const char *path)
{
	const struct mock_udev_device *device = mock_machine;
	struct udev_device *made;

	(void)udev;
	while (strcmp(device->syspath, path))
		device++;
	if (device->vanishes)
		return NULL;
	made = make("udev_device_new_from_syspath", sizeof(*made));
	if (made)
		made->device = device;
	return made;
}

struct udev_device *__wrap_udev_device_unref(struct udev_device *device);
struct udev_device *__wrap_udev_device_unref(struct udev_device *device)
{
	drop(device);
	return NULL;
}

const char *__wrap_udev_device_get_sysname(struct udev_device *device);
const char *__wrap_udev_device_get_sysname(struct udev_device *device)
{
	return strrchr(device->device->syspath, '/') + 1;
}

const char *__wrap_udev_device_get_devnode(struct udev_device *device);
const char *__wrap_udev_device_get_devnode(struct udev_device *device)
{
	return device->device->devnode;
}

const char *__wrap_udev_device_get_driver(struct udev_device *device);
const char *__wrap_udev_device_get_driver(struct udev_device *device)
{
	return device->device->driver;
}

const char *__wrap_udev_device_get_sysattr_value(struct udev_device *device, const char *name);
const char *__wrap_udev_device_get_sysattr_value(struct udev_device *device, const char *name)
{
	const struct mock_udev_device *d = device->device;

	return !strcmp(name, "vendor") ? d->vendor :
	       !strcmp(name, "device") ? d->device :
	       !strcmp(name, "revision") ? d->revision :
	       !strcmp(name, "numa_node") ? d->numa_node :
	       !strcmp(name, "driver_override") ? d->driver_override : NULL;
}
