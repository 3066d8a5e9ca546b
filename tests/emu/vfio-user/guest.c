// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfu-guest ADDRESS: in a guest, drives the device of testdev.h. Behind an IOMMU
 * it does so through the guest's own VFIO; without one through sysfs, which has
 * no interrupts to give, and with physical addresses.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "testdev.h"

#define PAGE	4096u
#define PAGES	64u	/* of a copy: half of it source, half destination */
#define MANY	8192u	/* mappings that are timed */

static int container, device, config;
static char sysfs[PATH_MAX];
static bool noiommu;
static volatile uint64_t *regs;
static unsigned int passed, failed;

static void check(bool good, const char *what)
{
	printf("%s: %s\n", good ? "ok" : "FAILED", what);
	if (good)
		passed++;
	else
		failed++;
}

static void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "vfu-guest: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int open_in_sysfs(const char *name, int mode)
{
	char path[PATH_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", sysfs, name);
	fd = open(path, mode | O_CLOEXEC | O_SYNC);
	need(fd >= 0, path);
	return fd;
}

static void open_device(const char *address)
{
	char path[PATH_MAX + 32], link[PATH_MAX] = {};
	int group;

	snprintf(sysfs, sizeof(sysfs), "/sys/bus/pci/devices/%s", address);
	config = open_in_sysfs("config", O_RDWR);
	snprintf(path, sizeof(path), "%s/iommu_group", sysfs);
	noiommu = readlink(path, link, sizeof(link) - 1) <= 0;
	if (noiommu)
		return;
	snprintf(path, sizeof(path), "/dev/vfio%s", strrchr(link, '/'));
	group = open(path, O_RDWR | O_CLOEXEC);
	need(group >= 0, path);
	container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	need(container >= 0, "/dev/vfio/vfio");
	need(!ioctl(group, VFIO_GROUP_SET_CONTAINER, &container), "container");
	need(!ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU), "iommu");
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address);
	need(device >= 0, "device");
}

static void *map_bar(unsigned int index, size_t size)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };
	char name[16];
	void *at;
	int fd = device;

	if (noiommu) {
		snprintf(name, sizeof(name), "resource%u", index);
		fd = open_in_sysfs(name, O_RDWR);
	} else {
		need(!ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info), "region");
		check(info.size == size, "a BAR has its size");
	}
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		  info.offset);
	need(at != MAP_FAILED, "mapping a BAR");
	return at;
}

/* Memory decoding and bus mastering on, as a driver does it */
static void enable(void)
{
	uint16_t command;

	need(pread(config, &command, 2, 4) == 2, "config");
	command |= 6;
	if (!noiommu) {
		struct vfio_region_info info = {
			.argsz = sizeof(info),
			.index = VFIO_PCI_CONFIG_REGION_INDEX,
		};

		need(!ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info),
		     "region");
		need(pwrite(device, &command, 2, info.offset + 4) == 2,
		     "config");
	} else {
		need(pwrite(config, &command, 2, 4) == 2, "config");
	}
}

static int reset(void)
{
	if (noiommu)
		return write(open_in_sysfs("reset", O_WRONLY), "1", 1) == 1 ? 0 : -1;
	return ioctl(device, VFIO_DEVICE_RESET);
}

static void try_bars(void)
{
	uint64_t *memory = map_bar(TESTDEV_MEM_BAR, TESTDEV_MEM_SIZE);
	size_t i, words = TESTDEV_MEM_SIZE / 8, wrong = 0;

	regs = map_bar(0, TESTDEV_REGS_SIZE);
	check(regs[0] == TESTDEV_MAGIC, "a register is read");
	regs[TESTDEV_SRC / 8] = 0x123456789abcdef0;
	check(regs[TESTDEV_SRC / 8] == 0x123456789abcdef0,
	      "a register is written");
	for (i = 0; i < words; i += 64)
		memory[i] = i * 0x9e3779b97f4a7c15;
	for (i = 0; i < words; i += 64)
		wrong += memory[i] != i * 0x9e3779b97f4a7c15;
	check(!wrong, "16 MiB of mapped memory keep what is written");
	munmap(memory, TESTDEV_MEM_SIZE);
}

static void set_events(int *fds, unsigned int n)
{
	struct vfio_irq_set *set = calloc(1, sizeof(*set) + n * sizeof(*fds));

	set->argsz = sizeof(*set) + n * sizeof(*fds);
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = VFIO_PCI_MSIX_IRQ_INDEX;
	set->count = n;
	memcpy(set->data, fds, n * sizeof(*fds));
	need(!ioctl(device, VFIO_DEVICE_SET_IRQS, set), "interrupts");
	free(set);
}

static int map(void *at, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_map request = {
		.argsz = sizeof(request),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)at,
		.iova = iova,
		.size = size,
	};

	return ioctl(container, VFIO_IOMMU_MAP_DMA, &request);
}

static int unmap(uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_unmap request = {
		.argsz = sizeof(request), .iova = iova, .size = size,
	};

	return ioctl(container, VFIO_IOMMU_UNMAP_DMA, &request);
}

/* Without an IOMMU a bus address is a physical one; it is one page's only. */
static uint64_t physical(void *at)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	need(fd >= 0 && pread(fd, &entry, 8, (uintptr_t)at / PAGE * 8) == 8 &&
	     entry >> 63, "pagemap");
	close(fd);
	return (entry & ((UINT64_C(1) << 55) - 1)) * PAGE;
}

static bool wait_interrupt(int event)
{
	struct pollfd fd = { .fd = event, .events = POLLIN };
	uint64_t count;

	return poll(&fd, 1, 20000) == 1 && read(event, &count, 8) == 8;
}

static bool wait_done(void)
{
	double start = now();

	while (regs[TESTDEV_GO / 8] != TESTDEV_DONE)
		if (now() - start > 20e6)
			return false;
	return true;
}

/* Returns the device's status; -1: it does not come to an end. */
static long copy(uint64_t src, uint64_t dst, uint64_t len, unsigned int vector,
		 int event)
{
	regs[TESTDEV_SRC / 8] = src;
	regs[TESTDEV_DST / 8] = dst;
	regs[TESTDEV_LEN / 8] = len;
	regs[TESTDEV_GO / 8] = vector;
	if (!(noiommu ? wait_done() : wait_interrupt(event)))
		return -1;
	return regs[TESTDEV_STATUS / 8];
}

static void try_copies(uint8_t *buf, int *events)
{
	const size_t half = PAGES / 2 * PAGE;
	unsigned int i;
	long status = 0;

	for (i = 0; i < half; i++)
		buf[i] = i * 13 + (i >> 12);
	for (i = 0; noiommu && i < PAGES / 2 && !status; i++)
		status = copy(physical(buf + i * PAGE),
			      physical(buf + half + i * PAGE), PAGE,
			      i % TESTDEV_VECTORS, events[i % TESTDEV_VECTORS]);
	if (!noiommu) {
		/* The pages lie in the wrong order on the bus. */
		for (i = 0; i < PAGES; i++)
			need(!map(buf + i * PAGE,
				  0x10000000 + (uint64_t)(i ^ 1) * PAGE, PAGE),
			     "mapping a page");
		status = copy(0x10000000, 0x10000000 + half, half, 19,
			      events[19]);
	}
	check(status == 0, noiommu ? "copies end" :
	      "a copy ends with its interrupt");
	check(!memcmp(buf, buf + half, half), "every byte of it is right");
	if (noiommu)
		return;
	check(!unmap(0x10000000, half), "half of it is unmapped");
	check(copy(0x10000000, 0x10000000 + half, 8, 0, events[0]) == EFAULT,
	      "the device reaches it no more");
	check(copy(0x10000000 + half, 0x10000000 + half + PAGE, PAGE, 1,
		   events[1]) == 0, "but still the other half");
	need(!unmap(0x10000000 + half, half), "unmapping");
}

/* Where a BAR lies on the bus: the start of its line */
static uint64_t bar_address(unsigned int bar)
{
	char text[1024] = {}, *line = text;

	need(read(open_in_sysfs("resource", O_RDONLY), text, 1023) > 0,
	     "resource");
	while (bar--)
		line = strchr(line, '\n') + 1;
	return strtoull(line, NULL, 16);
}

/*
 * QEMU offers a device's BAR to DMA as well, but with no file behind it, so the
 * server has to ask for every byte.
 */
static void try_messages(uint8_t *buf)
{
	uint8_t *memory = map_bar(TESTDEV_MEM_BAR, TESTDEV_MEM_SIZE);
	uint64_t address = bar_address(TESTDEV_MEM_BAR);
	size_t i;

	for (i = 0; i < PAGE; i++)
		memory[i] = i * 7 + 1;
	memset(buf, 0, PAGE);
	check(copy(address, physical(buf), PAGE, 0, -1) == 0,
	      "memory that is not shared is read by message");
	check(!memcmp(buf, memory, PAGE), "every byte of it is right");
	for (i = 0; i < PAGE; i++)
		buf[i] = i * 11 + 3;
	check(copy(physical(buf), address + PAGE, PAGE, 0, -1) == 0,
	      "and written by message");
	check(!memcmp(buf, memory + PAGE, PAGE), "every byte of it is right");
	munmap(memory, TESTDEV_MEM_SIZE);
}

static void time_maps(void)
{
	uint8_t *buf = mmap(NULL, MANY * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	double start, mapped;
	unsigned int i;

	need(buf != MAP_FAILED, "memory");
	start = now();
	for (i = 0; i < MANY; i++)
		need(!map(buf + i * PAGE, 0x40000000 + (uint64_t)i * PAGE, PAGE),
		     "mapping many");
	mapped = now();
	printf("%u mappings of 4 KiB: %.1f us each\n", MANY,
	       (mapped - start) / MANY);
	for (i = 0; i < MANY; i++)
		need(!unmap(0x40000000 + (uint64_t)i * PAGE, PAGE), "unmapping");
	printf("%u unmappings: %.1f us each\n", MANY, (now() - mapped) / MANY);
	start = now();
	need(!map(buf, 0x40000000, MANY * PAGE), "mapping at once");
	mapped = now();
	need(!unmap(0x40000000, MANY * PAGE), "unmapping at once");
	printf("%u pages in one call: %.1f us a page, unmapped %.1f\n", MANY,
	       (mapped - start) / MANY, (now() - mapped) / MANY);
}

static void time_accesses(void)
{
	const unsigned int n = 2000;
	double start = now();
	unsigned int i;

	for (i = 0; i < n; i++)
		(void)regs[TESTDEV_STATUS / 8];
	printf("a register read: %.1f us\n", (now() - start) / n);
}

int main(int argc, char **argv)
{
	uint8_t *buf = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int events[TESTDEV_VECTORS], i;

	need(argc == 2 && buf != MAP_FAILED, "one PCI address is needed");
	open_device(argv[1]);
	printf("%s an IOMMU\n", noiommu ? "without" : "behind");
	enable();
	try_bars();
	for (i = 0; i < TESTDEV_VECTORS; i++)
		events[i] = eventfd(0, EFD_CLOEXEC);
	if (!noiommu)
		set_events(events, TESTDEV_VECTORS);
	try_copies(buf, events);
	time_accesses();
	if (noiommu)
		try_messages(buf);
	else
		time_maps();
	check(!reset(), "a reset is taken");
	enable();
	check(regs[TESTDEV_SRC / 8] == 0 && regs[0] == TESTDEV_MAGIC,
	      "and has reached the device");
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
