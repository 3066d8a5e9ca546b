// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Opening and closing a card, and telling a child from its parent.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "internal.h"

#define FORK_PAGE_SIZE 4096

/*
 * A forked child shares the parent's context: a handle it closed would be gone
 * for the parent. getpid() is a system call, far too much for the hot path, so
 * a page that the kernel wipes in the child tells.
 */
static int fork_page_create(const atomic_uint **out)
{
	int saved_errno = errno;
	atomic_uint *page;

	page = mmap(NULL, FORK_PAGE_SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		errno = saved_errno;
		return -ENOMEM;
	}
	if (madvise(page, FORK_PAGE_SIZE, MADV_WIPEONFORK)) {
		munmap(page, FORK_PAGE_SIZE);
		errno = saved_errno;
		return -ENOMEM;
	}
	atomic_init(page, 1);
	*out = page;
	return 0;
}

void gtr_device_get(struct gantry_device *dev)
{
	atomic_fetch_add_explicit(&dev->users, 1, memory_order_relaxed);
}

void gtr_device_put(struct gantry_device *dev)
{
	int saved_errno = errno;

	if (atomic_fetch_sub_explicit(&dev->users, 1, memory_order_acq_rel) != 1)
		return;
	close(dev->fd);
	munmap((void *)dev->own_process, FORK_PAGE_SIZE);
	pthread_mutex_destroy(&dev->handle_lock);
	free(dev);
	errno = saved_errno;
}

/* Any DRM driver would take our ioctl numbers for its own: ask whose this is. */
static int check_driver(int fd)
{
	int saved_errno = errno;
	drmVersionPtr version;
	int ret = 0;

	version = drmGetVersion(fd);
	if (!version)
		ret = errno == ENODEV ? -ENODEV : -EOPNOTSUPP;
	else if (!version->name || strcmp(version->name, GTR_DRIVER_NAME))
		ret = -EOPNOTSUPP;
	if (version)
		drmFreeVersion(version);
	errno = saved_errno;
	return ret;
}

static void info_from_kernel(struct gantry_device_info *info,
			     const struct drm_gantry_device_info *kernel)
{
	*info = (struct gantry_device_info) {
		.size = sizeof(*info),
		.serial = kernel->serial,
		.vendor_id = kernel->vendor_id,
		.device_id = kernel->device_id,
		.revision = kernel->revision,
		.region_count = kernel->region_count,
		.sensor_count = kernel->sensor_count,
		.neighbor_count = kernel->neighbor_count,
		.ring_count = kernel->ring_count,
		.max_queues = kernel->max_queues,
		.max_ops = kernel->max_ops,
		.max_syncs = kernel->max_syncs,
		.max_jobs = kernel->max_jobs,
		.page_size = kernel->page_size,
		.job_timeout_ms = kernel->job_timeout_ms,
	};
	snprintf(info->pci_address, sizeof(info->pci_address), "%04x:%02x:%02x.%x",
		 kernel->pci_domain, kernel->pci_bus & 0xffu, (kernel->pci_devfn >> 3) & 0x1fu,
		 kernel->pci_devfn & 7u);
	snprintf(info->chip, sizeof(info->chip), "%.*s", (int)sizeof(kernel->name),
		 (const char *)kernel->name);
}

static int read_info(struct gantry_device *dev)
{
	struct drm_gantry_device_info kernel = { 0 };
	struct drm_gantry_dev_query query = {
		.type = DRM_GANTRY_QUERY_DEVICE,
		.size = sizeof(kernel),
		.pointer = (uintptr_t)&kernel,
	};
	int ret;

	ret = GTR_CALL(drmIoctl(dev->fd, DRM_IOCTL_GANTRY_DEV_QUERY, &query));
	if (ret)
		return ret;
	info_from_kernel(&dev->info, &kernel);
	return 0;
}

/* Takes over @fd, also when it fails. */
static int device_create(int fd, struct gantry_device **out)
{
	struct gantry_device *dev = NULL;
	int saved_errno = errno;
	int ret;

	ret = check_driver(fd);
	if (ret)
		goto close_fd;
	dev = calloc(1, sizeof(*dev));
	ret = -ENOMEM;
	if (!dev)
		goto close_fd;
	dev->fd = fd;
	atomic_init(&dev->users, 1);
	ret = read_info(dev);
	if (ret)
		goto free_dev;
	ret = fork_page_create(&dev->own_process);
	if (ret)
		goto free_dev;
	pthread_mutex_init(&dev->handle_lock, NULL);
	*out = dev;
	return 0;

free_dev:
	free(dev);
close_fd:
	close(fd);
	errno = saved_errno;
	return ret;
}

static int open_node(const char *path, struct gantry_device **out)
{
	int fd = GTR_CALL(open(path, O_RDWR | O_CLOEXEC));

	return fd < 0 ? fd : device_create(fd, out);
}

int gantry_device_open(const char *name, struct gantry_device **out)
{
	struct gantry_card card = { .size = sizeof(card) };
	struct gantry_card_list *list;
	int ret;

	if (!out)
		return -EINVAL;
	if (name && name[0] == '/')
		return open_node(name, out);
	ret = gantry_card_list_create(&list);
	if (ret)
		return ret;
	ret = gantry_card_list_find(list, name, &card);
	gantry_card_list_destroy(list);
	if (ret)
		return ret;
	return card.node[0] ? open_node(card.node, out) : -ENXIO;
}

int gantry_device_open_fd(int fd, struct gantry_device **out)
{
	int copy;

	if (!out)
		return -EINVAL;
	copy = GTR_CALL(fcntl(fd, F_DUPFD_CLOEXEC, 0));
	return copy < 0 ? copy : device_create(copy, out);
}

void gantry_device_close(struct gantry_device *dev)
{
	if (dev)
		gtr_device_put(dev);
}

int gantry_device_fd(const struct gantry_device *dev)
{
	int ret = gtr_device_check(dev);

	return ret ? ret : dev->fd;
}
