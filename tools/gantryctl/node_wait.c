// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for a device node by the event that announces it.
 */
#include <errno.h>
#include <libudev.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "fence_time.h"
#include "node_wait.h"

struct node_wait {
	struct udev *udev;
	struct udev_monitor *monitor;
};

/*
 * udevd passes events on when it has set the node's owner and mode. Without
 * udevd, as in a container or an initramfs, only the kernel's own events come.
 */
static const char *event_source(void)
{
	return access("/run/udev/control", F_OK) ? "kernel" : "udev";
}

int node_wait_begin(struct node_wait **out)
{
	struct node_wait *wait = calloc(1, sizeof(*wait));

	if (!wait)
		return -ENOMEM;
	wait->udev = udev_new();
	if (wait->udev)
		wait->monitor = udev_monitor_new_from_netlink(wait->udev, event_source());
	if (!wait->monitor ||
	    udev_monitor_filter_add_match_subsystem_devtype(wait->monitor, "accel", NULL) < 0 ||
	    udev_monitor_enable_receiving(wait->monitor) < 0) {
		node_wait_end(wait);
		return -EIO;
	}
	*out = wait;
	return 0;
}

void node_wait_end(struct node_wait *wait)
{
	if (!wait)
		return;
	if (wait->monitor)
		udev_monitor_unref(wait->monitor);
	if (wait->udev)
		udev_unref(wait->udev);
	free(wait);
}

static int look(const char *pci_address, struct gantry_card *card)
{
	struct gantry_card_list *list;
	int ret;

	ret = gantry_card_list_create(&list);
	if (ret)
		return ret;
	ret = gantry_card_list_find(list, pci_address, card);
	gantry_card_list_destroy(list);
	return ret;
}

int node_wait_finish(struct node_wait *wait, const char *pci_address, int timeout_ms,
		     struct gantry_card *card)
{
	struct gantry_card now = { .size = sizeof(now) };
	struct pollfd fd = {
		.fd = udev_monitor_get_fd(wait->monitor),
		.events = POLLIN,
	};
	int64_t end = now_ns() + timeout_ms * 1000000LL, left;
	struct udev_device *event;
	int ret;

	for (;;) {
		ret = look(pci_address, &now);
		if (ret)
			return ret;
		if (now.node[0] && !access(now.node, F_OK)) {
			*card = now;
			return 0;
		}
		left = end - now_ns();
		if (left <= 0)
			return -ETIMEDOUT;
		ret = poll(&fd, 1, left / 1000000 + 1);
		if (ret < 0 && errno != EINTR)
			return -errno;
		if (ret > 0) {
			event = udev_monitor_receive_device(wait->monitor);
			if (event)
				udev_device_unref(event);
		}
	}
}
