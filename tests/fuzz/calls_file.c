// SPDX-License-Identifier: GPL-2.0-only
/* Files as such: open, close, dup, fork, poll, fdinfo; fences and memory of others. */
#include "world.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <linux/udmabuf.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate.h"

/* ---- open, close ---------------------------------------------------------------------- */

static void run_close(struct call *c)
{
	pick_file(c);
	c->skip = false;
	file_close(c, c->file, c->file->fd[1] == c->fd);
}

static void run_dup(struct call *c)
{
	pick_file(c);
	if (c->file->fd[0] >= 0 && c->file->fd[1] >= 0)
		return;
	c->skip = false;
	c->file->fd[c->file->fd[0] >= 0] = fcntl(c->fd, F_DUPFD_CLOEXEC, 3);
}

static void run_close_fd(struct call *c)
{
	struct fd *fd = &world.fds[rng_below(&c->rng, FDS)];

	c->skip = fd->kind == FD_NONE;
	fd_drop(fd);
}

/* In the child: a context that it shares, not one of its own. */
static int child(struct call *c)
{
	struct drm_gantry_bo_create create = {
		.size = PAGE_BYTES,
		.region = rng_below(&c->rng, regions_of(c)),
	};
	struct drm_gantry_bo_info info = { .pad = 0 };
	struct drm_gem_close close = { .pad = 0 };
	uint8_t *map;

	if (raw_ioctl(c->fd, DRM_IOCTL_GANTRY_BO_CREATE, &create))
		return 1;
	info.handle = close.handle = create.handle;
	if (raw_ioctl(c->fd, DRM_IOCTL_GANTRY_BO_INFO, &info))
		return 2;
	map = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd,
		   info.mmap_offset);
	if (map == MAP_FAILED || map[0] || map[PAGE_BYTES - 1])
		return 3;
	map[0] = 1;
	return raw_ioctl(c->fd, DRM_IOCTL_GEM_CLOSE, &close) ? 4 : 0;
}

static void run_fork(struct call *c)
{
	int status = 0;
	pid_t pid;

	if (!rng_one_in(&c->rng, 8))
		return;
	pick_file(c);
	if (!handle_next(c->file))
		return;
	c->skip = false;
	pid = fork();
	if (!pid)
		_exit(child(c));
	fail_if(c, pid < 0 || waitpid(pid, &status, 0) != pid, "fork(): %s", strerror(errno));
	fail_if(c, status, "the child's step %d failed", WEXITSTATUS(status));
}

/* ---- what else a descriptor can do ---------------------------------------------------------- */

static void run_poll(struct call *c)
{
	char bytes[64];
	struct pollfd poll_fd = { .events = POLLIN | POLLOUT };

	c->skip = false;
	poll_fd.fd = pick_file(c) ? c->fd : -1;
	fail_if(c, poll(&poll_fd, 1, 0), "poll() says 0x%x", poll_fd.revents);
	fail_if(c, read(c->fd, bytes, sizeof(bytes)) >= 0 || errno != EAGAIN,
		"read() of a file without events: %s", strerror(errno));
	fail_if(c, write(c->fd, bytes, sizeof(bytes)) >= 0 || errno != EINVAL,
		"write() to a file: %s", strerror(errno));
}

/* Numbers that DRM has, but not this driver, and that nobody has. */
static void run_unknown(struct call *c)
{
	static const unsigned int numbers[] = {
		0x0a, 0x10, 0x40 + 7, 0x40 + 8, 0x60, 0x9f, 0xa0, 0xa1, 0xb2, 0xb5, 0xd3, 0xff,
	};
	unsigned int nr = numbers[rng_below(&c->rng, ARRAY_LENGTH(numbers))];
	unsigned long cmd = _IOC(rng_below(&c->rng, 4), 'd', nr, rng_below(&c->rng, 128));
	uint8_t bytes[128] = { 0 };

	pick_file(c);
	c->skip = false;
	note(c, "cmd=0x%llx", cmd);
	c->ret = raw_ioctl(c->fd, cmd, bytes);
	fail_if(c, c->ret != -EINVAL && c->ret != -EOPNOTSUPP && c->ret != -EACCES &&
		c->ret != -ENOSYS && c->ret != -ENOTTY, "an ioctl that there is not");
}

static void run_version(struct call *c)
{
	char name[16];
	struct drm_version version = { .name = name, .name_len = sizeof(name) };
	struct drm_get_cap cap = { .capability = rng_below(&c->rng, 0x18) };

	pick_file(c);
	c->skip = false;
	fail_if(c, raw_ioctl(c->fd, DRM_IOCTL_VERSION, &version) || version.name_len != 6 ||
		memcmp(name, "gantry", 6), "the driver has another name");
	c->ret = raw_ioctl(c->fd, DRM_IOCTL_GET_CAP, &cap);
	fail_if(c, c->ret && c->ret != -EINVAL && c->ret != -EOPNOTSUPP, "GET_CAP");
}

/* ---- fdinfo ---------------------------------------------------------------------------------- */

static uint64_t held_by(const struct file *file, uint32_t region)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < HANDLES; i++)
		if (file->handles[i] && file->handles[i]->region == region)
			sum += file->handles[i]->size;
	return sum;
}

static void check_total(struct call *c, const char *text, const char *name, uint32_t region)
{
	unsigned long long value = 0;
	const char *line = strstr(text, name);
	char unit[8] = "";

	fail_if(c, !line || sscanf(line + strlen(name), "%llu %7s", &value, unit) < 1,
		"fdinfo has no %s", name);
	if (!strcmp(unit, "KiB"))
		value <<= 10;
	else if (!strcmp(unit, "MiB"))
		value <<= 20;
	fail_if(c, value != held_by(c->file, region), "%s %llu and not %llu", name, value,
		(unsigned long long)held_by(c->file, region));
}

static void run_fdinfo(struct call *c)
{
	char path[64], text[4096], name[32];
	ssize_t length;
	uint32_t i;
	int fd;

	pick_file(c);
	c->skip = false;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", c->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	fail_if(c, length <= 0, "fdinfo cannot be read: %s", strerror(errno));
	text[length] = '\0';
	for (i = 0; i < regions_of(c); i++) {
		snprintf(name, sizeof(name), "drm-total-hbm%u:", i);
		check_total(c, text, name, i);
	}
	check_total(c, text, "drm-total-host:", DRM_GANTRY_REGION_HOST);
}

/* ---- fences of others ------------------------------------------------------------------------- */

static void run_gate(struct call *c)
{
	struct drm_syncobj_handle import = {
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};
	struct gate *gate = &world.gates[rng_below(&c->rng, GATES)];
	struct sync *sync;

	pick_file(c);
	import.handle = pick_sync(c);
	sync = sync_find(c->file, import.handle);
	/* Mostly closed long enough that jobs come to wait for it. */
	c->skip = false;
	if (!sync || rng_one_in(&c->rng, 4)) {
		gates_open();
		return;
	}
	import.fd = gate_close(gate);
	if (import.fd < 0)
		return;
	c->ret = raw_ioctl(c->fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &import);
	fail_if(c, c->ret, "a sync_file cannot be imported");
	sync_set_fence(sync);
	fd_add(c, FD_SYNC_FILE, import.fd, NULL, NULL);
}

static void run_sync_file(struct call *c)
{
	struct fd *fd = pick_fd(c, FD_SYNC_FILE), *other = pick_fd(c, FD_SYNC_FILE);
	struct sync_fence_info fence[2];
	struct sync_file_info info = {
		.num_fences = rng_below(&c->rng, 3),
		.sync_fence_info = (uintptr_t)fence,
	};
	struct sync_merge_data merge = { .name = "fuzz" };

	if (!fd)
		return;
	c->skip = false;
	c->ret = raw_ioctl(fd->fd, SYNC_IOC_FILE_INFO, &info);
	fail_if(c, c->ret && c->ret != -EINVAL, "a sync_file tells nothing");
	merge.fd2 = other->fd;
	c->ret = raw_ioctl(fd->fd, SYNC_IOC_MERGE, &merge);
	fail_if(c, c->ret, "two sync_files cannot be merged");
	fd_add(c, FD_SYNC_FILE, merge.fence, NULL, NULL);
}

/* ---- memory of others --------------------------------------------------------------------------- */

static void run_udmabuf(struct call *c)
{
	static int device;
	uint64_t size = PAGE_BYTES * (1 + rng_below(&c->rng, 8));
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = size };
	struct mem *mem;
	int fd, memfd;

	if (!device)
		device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	memfd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (device < 0 || memfd < 0 || ftruncate(memfd, size) ||
	    fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		die("no memfd, or no /dev/udmabuf: %s", strerror(errno));
	create.memfd = memfd;
	mem = mem_new(size, DRM_GANTRY_REGION_HOST, 0);
	mem->foreign = true;
	mem->cpu = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	c->skip = false;
	fd = raw_ioctl(device, UDMABUF_CREATE, &create);
	if (mem->cpu == MAP_FAILED || fd < 0)
		die("UDMABUF_CREATE: %s", strerror(errno));
	close(memfd);
	fd_add(c, FD_DMABUF, fd, mem, NULL);
}

static void run_dmabuf(struct call *c)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_RW };
	struct dma_buf_export_sync_file export = { .flags = DMA_BUF_SYNC_RW, .fd = -1 };
	struct fd *fd = pick_fd(c, FD_DMABUF), *fence = pick_fd(c, FD_SYNC_FILE);
	struct dma_buf_import_sync_file import = { .flags = DMA_BUF_SYNC_WRITE };

	if (!fd)
		return;
	c->skip = false;
	c->ret = raw_ioctl(fd->fd, DMA_BUF_IOCTL_SYNC, &sync);
	fail_if(c, c->ret, "the processor cannot have the dma-buf");
	sync.flags |= DMA_BUF_SYNC_END;
	c->ret = raw_ioctl(fd->fd, DMA_BUF_IOCTL_SYNC, &sync);
	fail_if(c, c->ret, "the processor cannot give the dma-buf back");
	if (fence && rng_one_in(&c->rng, 2)) {
		import.fd = fence->fd;
		c->ret = raw_ioctl(fd->fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import);
		fail_if(c, c->ret, "a dma-buf takes no fence");
	}
	c->ret = raw_ioctl(fd->fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export);
	fail_if(c, c->ret, "a dma-buf gives no fence");
	fd_add(c, FD_SYNC_FILE, export.fd, NULL, NULL);
}

const struct call_type file_calls[] = {
	{ "close", 1, .run = run_close },
	{ "dup", 10, .run = run_dup },
	{ "close of another descriptor", 3, .run = run_close_fd },
	{ "fork", 1, .run = run_fork },
	{ "poll, read, write", 30, .run = run_poll },
	{ "unknown ioctl", 500, .run = run_unknown },
	{ "VERSION, GET_CAP", 8, .run = run_version },
	{ "fdinfo", 1, .run = run_fdinfo },
	{ "gate", 6, .run = run_gate },
	{ "sync_file", 3, .run = run_sync_file },
	{ "udmabuf", 1, .run = run_udmabuf },
	{ "dma-buf", 3, .run = run_dmabuf },
};

const unsigned int file_call_count = ARRAY_LENGTH(file_calls);
