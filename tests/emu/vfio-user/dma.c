// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory. Mappings come and go by the thousand behind an IOMMU, one page
 * each, but nearly all show pieces of one file: the file is mapped once, and a
 * mapping is only a range of bus addresses with an offset into it.
 *
 * A copy pins the mappings it touches and does its work outside the lock; an
 * unmap takes the mapping out of the tree at once and then waits for its pins.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <unistd.h>

#include "internal.h"

#define MAX_IDLE_FILES	8
#define MAX_SPANS	16	/* mappings that one round of a copy pins */

/**
 * struct vfu_file - memory the client shared, by its identity
 * @base: all of it, mapped; NULL: only read and written through @fd, because
 *	the client could shrink it, and touching what is gone raises SIGBUS
 * @users: mappings that show it
 */
struct vfu_file {
	struct vfu_file *next;
	dev_t dev;
	ino_t ino;
	int fd;
	bool writable;
	uint8_t *base;
	uint64_t size;
	unsigned int users;
};

struct vfu_map {
	struct map_node node;
	struct vfu_file *file;	/* NULL: ask the client for every byte */
	uint64_t offset;
	uint32_t flags;
	unsigned int pins;
};

/* A piece of a transfer, and the mapping that is pinned for it. */
struct span {
	struct vfu_map *map;	/* NULL: by message */
	uint64_t iova;
	uint64_t offset;
	size_t len;
};

static struct vfu_map *to_map(struct map_node *node)
{
	return (struct vfu_map *)node;
}

_Static_assert(offsetof(struct vfu_map, node) == 0, "to_map() relies on it");

int vfu_dma_init(struct vfu_dma *dma)
{
	pthread_mutex_init(&dma->lock, NULL);
	pthread_cond_init(&dma->unpinned, NULL);
	return 0;
}

static void free_file(struct vfu_file *file)
{
	if (file->base)
		munmap(file->base, file->size);
	close(file->fd);
	free(file);
}

void vfu_dma_fini(struct vfu_dma *dma)
{
	struct vfu_file *file;

	while ((file = dma->files)) {
		dma->files = file->next;
		free_file(file);
	}
	pthread_mutex_destroy(&dma->lock);
	pthread_cond_destroy(&dma->unpinned);
}

/* Can it be mapped with no fear of SIGBUS? */
static bool stays_put(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct statfs fs;

	return seals >= 0 && seals & F_SEAL_SHRINK && !fstatfs(fd, &fs) &&
	       fs.f_type == TMPFS_MAGIC;
}

/* Takes over *@fd if it returns a file. */
static struct vfu_file *new_file(int *fd, const struct stat *st, bool writable)
{
	int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	struct vfu_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->dev = st->st_dev;
	file->ino = st->st_ino;
	file->size = st->st_size;
	file->writable = writable;
	if (stays_put(*fd)) {
		void *base = mmap(NULL, file->size, prot,
				  MAP_SHARED | MAP_NORESERVE, *fd, 0);

		if (base != MAP_FAILED)
			file->base = base;
	}
	file->fd = *fd;
	*fd = -1;
	return file;
}

/* Files that nothing shows any more are kept for their next mapping, a few. */
static void drop_idle_files(struct vfu_dma *dma, unsigned int keep)
{
	struct vfu_file **link = &dma->files, *file;

	while ((file = *link)) {
		if (file->users || (keep && keep--)) {
			link = &file->next;
		} else {
			*link = file->next;
			free_file(file);
		}
	}
}

/* The file behind *@fd, with at least @need bytes; a user of it is counted. */
static int get_file(struct vfu_dma *dma, int *fd, uint64_t need, bool write,
		    struct vfu_file **out)
{
	int mode = fcntl(*fd, F_GETFL);
	struct vfu_file *file;
	struct stat st;
	bool writable;

	if (mode < 0 || fstat(*fd, &st) || !S_ISREG(st.st_mode))
		return -EINVAL;
	writable = (mode & O_ACCMODE) == O_RDWR;
	if ((mode & O_ACCMODE) == O_WRONLY || (write && !writable))
		return -EACCES;
	if (need > (uint64_t)st.st_size)
		return -EINVAL;

	for (file = dma->files; file; file = file->next)
		if (file->dev == st.st_dev && file->ino == st.st_ino &&
		    file->writable == writable && file->size >= need)
			break;
	if (!file) {
		drop_idle_files(dma, MAX_IDLE_FILES);
		file = new_file(fd, &st, writable);
		if (!file)
			return -ENOMEM;
		file->next = dma->files;
		dma->files = file;
	}
	file->users++;
	*out = file;
	return 0;
}

static bool valid_range(uint64_t iova, uint64_t size)
{
	return size && !(iova % VFU_PAGE_SIZE) && !(size % VFU_PAGE_SIZE) &&
	       size - 1 <= UINT64_MAX - iova;
}

static int map_locked(struct vfu_dma *dma,
		      const struct vfu_dma_map_request *request, int *fd)
{
	struct vfu_map *map;
	uint64_t end;
	int ret = 0;

	if (dma->maps.count >= VFU_MAX_DMA_MAPS)
		return -ENOSPC;
	if (*fd < 0 && request->offset)
		return -EINVAL;
	if (__builtin_add_overflow(request->offset, request->size, &end))
		return -EINVAL;

	map = calloc(1, sizeof(*map));
	if (!map)
		return -ENOMEM;
	map->node.first = request->iova;
	map->node.last = request->iova + (request->size - 1);
	map->flags = request->flags;
	map->offset = request->offset;
	if (*fd >= 0)
		ret = get_file(dma, fd, end, map->flags & VFU_DMA_MAP_WRITE,
			       &map->file);
	if (!ret) {
		ret = maptree_insert(&dma->maps, &map->node);
		if (ret && map->file)
			map->file->users--;
	}
	if (ret)
		free(map);
	return ret;
}

/* *@fd: what came along or -1; it is -1 afterwards if it was kept. */
int vfu_dma_map(struct vfu_server *server,
		const struct vfu_dma_map_request *request, int *fd)
{
	const uint32_t flags = VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE;
	struct vfu_dma *dma = &server->dma;
	struct vfu_dma_map_request ours = *request;
	int ret, peer_fd = -1;

	if (!valid_range(request->iova, request->size) ||
	    !(request->flags & flags) || request->flags & ~flags)
		return -EINVAL;
	if (*fd < 0) {
		peer_fd = vfu_switch_find(server, request->iova, request->size, &ours.offset);
		fd = &peer_fd;
	}
	pthread_mutex_lock(&dma->lock);
	ret = map_locked(dma, &ours, fd);
	pthread_mutex_unlock(&dma->lock);
	if (peer_fd >= 0)
		close(peer_fd);
	return ret;
}

static void unmap_locked(struct vfu_dma *dma, uint64_t first, uint64_t last)
{
	struct map_node *node, *next;
	struct vfu_map *map, *gone = NULL;

	/* First take all of it away from new copies, then wait for old ones. */
	for (node = maptree_first(&dma->maps, first);
	     node && node->first <= last; node = next) {
		next = node->next;
		maptree_remove(&dma->maps, node);
		node->next = gone ? &gone->node : NULL;
		gone = to_map(node);
	}
	while ((map = gone)) {
		while (map->pins)
			pthread_cond_wait(&dma->unpinned, &dma->lock);
		gone = map->node.next ? to_map(map->node.next) : NULL;
		if (map->file)
			map->file->users--;
		free(map);
	}
}

/* Does [@first, @last] cut a mapping in two? */
static bool bisects(struct vfu_dma *dma, uint64_t first, uint64_t last)
{
	struct map_node *low = maptree_first(&dma->maps, first);
	struct map_node *high = maptree_first(&dma->maps, last);

	return (low && low->first < first) ||
	       (high && high->first <= last && high->last > last);
}

/* Ranges that hold no mapping, or several whole ones, are fine. */
int vfu_dma_unmap(struct vfu_server *server, uint64_t iova, uint64_t size,
		  bool all)
{
	struct vfu_dma *dma = &server->dma;
	uint64_t last = iova + (size - 1);
	int ret = 0;

	if (all) {
		if (iova || size)
			return -EINVAL;
		last = UINT64_MAX;
	} else if (!valid_range(iova, size)) {
		return -EINVAL;
	}
	pthread_mutex_lock(&dma->lock);
	if (bisects(dma, iova, last))
		ret = -EINVAL;
	else
		unmap_locked(dma, iova, last);
	pthread_mutex_unlock(&dma->lock);
	return ret;
}

static bool allows(const struct vfu_map *map, bool write)
{
	return map->flags & (write ? VFU_DMA_MAP_WRITE : VFU_DMA_MAP_READ);
}

/* Describes, and pins, how the bytes from @iova on are reached. */
static int pin_spans(struct vfu_dma *dma, uint64_t iova, size_t len, bool write,
		     struct span *spans, size_t *n)
{
	struct map_node *node;
	int ret = 0;

	*n = 0;
	pthread_mutex_lock(&dma->lock);
	node = maptree_first(&dma->maps, iova);
	while (len && *n < MAX_SPANS) {
		struct span *span = &spans[*n];
		struct vfu_map *map;

		if (!node || node->first > iova || !allows(to_map(node), write)) {
			ret = -EFAULT;
			break;
		}
		map = to_map(node);
		span->iova = iova;
		span->offset = map->offset + (iova - node->first);
		span->len = len;
		if (len - 1 > node->last - iova)
			span->len = node->last - iova + 1;
		/*
		 * A message is not pinned: the thread that would unmap is the
		 * one that receives the reply. The client checks it anyway.
		 */
		span->map = map->file ? map : NULL;
		if (map->file)
			map->pins++;
		(*n)++;
		iova += span->len;
		len -= span->len;
		node = node->next;
	}
	pthread_mutex_unlock(&dma->lock);
	return ret;
}

static void unpin_spans(struct vfu_dma *dma, const struct span *spans, size_t n)
{
	bool freed = false;
	size_t i;

	pthread_mutex_lock(&dma->lock);
	for (i = 0; i < n; i++)
		if (spans[i].map && !--spans[i].map->pins)
			freed = true;
	if (freed)
		pthread_cond_broadcast(&dma->unpinned);
	pthread_mutex_unlock(&dma->lock);
}

static int copy_by_file(const struct span *span, uint8_t *buf, bool write)
{
	size_t done = 0;

	while (done < span->len) {
		int fd = span->map->file->fd;
		off_t at = span->offset + done;
		ssize_t n = write ?
			pwrite(fd, buf + done, span->len - done, at) :
			pread(fd, buf + done, span->len - done, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EFAULT;	/* the client cut it off */
		done += n;
	}
	return 0;
}

static int copy_by_message(struct vfu_server *server, const struct span *span,
			   uint8_t *buf, bool write)
{
	struct vfu_link *link = &server->link;
	size_t done = 0, max;
	int ret = 0;

	if (vfu_serving == server)
		return -EDEADLK;
	pthread_mutex_lock(&link->lock);
	max = link->max_transfer;
	pthread_mutex_unlock(&link->lock);

	while (done < span->len && !ret) {
		size_t len = span->len - done < max ? span->len - done : max;
		struct vfu_dma_access access = {
			.iova = span->iova + done, .count = len,
		};

		if (write)
			ret = vfu_link_request(link, VFU_DMA_WRITE, &access,
					       buf + done, len, NULL, 0);
		else
			ret = vfu_link_request(link, VFU_DMA_READ, &access,
					       NULL, 0, buf + done, len);
		done += len;
	}
	return ret;
}

static int copy_span(struct vfu_server *server, const struct span *span,
		     uint8_t *buf, bool write)
{
	uint8_t *at;

	if (!span->map)
		return copy_by_message(server, span, buf, write);
	if (!span->map->file->base)
		return copy_by_file(span, buf, write);
	at = span->map->file->base + span->offset;
	if (write)
		memcpy(at, buf, span->len);
	else
		memcpy(buf, at, span->len);
	return 0;
}

/* A fault that was asked for keeps the card from host memory */
static bool refused(struct vfu_server *server, bool write)
{
	uint32_t at = write ? VFU_AT_DMA_WRITE : VFU_AT_DMA_READ;

	return vfu_fault_off_bus(server->faults, at) ||
	       vfu_fault(server->faults, VFU_FAULT_DMA, at, NULL);
}

static int transfer(struct vfu_server *server, uint64_t iova, uint8_t *buf,
		    size_t len, bool write)
{
	struct span spans[MAX_SPANS];
	int ret = 0;

	if (len && len - 1 > UINT64_MAX - iova)
		return -EFAULT;
	if (refused(server, write))
		return -EFAULT;
	while (len && !ret) {
		size_t i, n;
		int copied = 0;

		ret = pin_spans(&server->dma, iova, len, write, spans, &n);
		for (i = 0; i < n && !copied; i++) {
			copied = copy_span(server, &spans[i], buf, write);
			iova += spans[i].len;
			buf += spans[i].len;
			len -= spans[i].len;
		}
		unpin_spans(&server->dma, spans, n);
		if (copied)
			ret = copied;
	}
	return ret;
}

/*
 * A guest that sees a completion must see the data written before it, so no
 * write may pass an earlier one, nor an earlier read.
 */
int vfu_dma_read(struct vfu_server *server, uint64_t iova, void *buf,
		 size_t len)
{
	int ret = transfer(server, iova, buf, len, false);

	atomic_thread_fence(memory_order_acquire);
	return ret;
}

int vfu_dma_write(struct vfu_server *server, uint64_t iova, const void *buf,
		  size_t len)
{
	atomic_thread_fence(memory_order_release);
	return transfer(server, iova, (uint8_t *)buf, len, true);
}

int vfu_dma_pin(struct vfu_server *server, uint64_t iova, size_t len,
		bool write, struct vfu_pin *pin)
{
	struct vfu_dma *dma = &server->dma;
	struct map_node *node;
	struct vfu_map *map;
	uint64_t in_map;
	int ret = -EFAULT;

	if (!len)
		return -EINVAL;
	if (refused(server, write))
		return -EFAULT;
	pthread_mutex_lock(&dma->lock);
	node = maptree_first(&dma->maps, iova);
	if (!node || node->first > iova || !allows(to_map(node), write))
		goto out;
	map = to_map(node);
	ret = -EOPNOTSUPP;
	if (!map->file || !map->file->base)
		goto out;
	in_map = node->last - iova;
	pin->ptr = map->file->base + map->offset + (iova - node->first);
	pin->len = len - 1 > in_map ? in_map + 1 : len;
	pin->opaque = map;
	map->pins++;
	ret = 0;
out:
	pthread_mutex_unlock(&dma->lock);
	return ret;
}

void vfu_dma_unpin(struct vfu_server *server, struct vfu_pin *pin)
{
	const struct span span = { .map = pin->opaque };

	pin->opaque = NULL;
	unpin_spans(&server->dma, &span, 1);
}
