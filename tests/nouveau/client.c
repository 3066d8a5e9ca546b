// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"

#include <fcntl.h>
#include <nouveau_drm.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

static int open_driver(const char *name)
{
	int fd = drmOpenWithType(name, NULL, DRM_NODE_PRIMARY);

	assert_true(fd >= 0);
	return fd;
}

struct client *client_open(void)
{
	struct client *client = calloc(1, sizeof(*client));

	assert_non_null(client);
	client->fd = open_driver("nouveau");
	client->vgem = open_driver("vgem");
	return client;
}

void client_close(struct client *client)
{
	close(client->fd);
	close(client->vgem);
	free(client);
}

static struct buffer make(struct client *client, uint64_t size, uint32_t domains)
{
	struct drm_nouveau_gem_new gem = {
		.info = { .size = size, .domain = domains | NOUVEAU_GEM_DOMAIN_MAPPABLE },
	};
	struct buffer buffer = { .size = size };

	assert_int_equal(drmCommandWriteRead(client->fd, DRM_NOUVEAU_GEM_NEW, &gem,
					     sizeof(gem)), 0);
	buffer.handle = gem.info.handle;
	buffer.at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, client->fd,
			 (off_t)gem.info.map_handle);
	assert_ptr_not_equal(buffer.at, MAP_FAILED);
	return buffer;
}

struct buffer buffer_make(struct client *client, uint64_t size)
{
	return make(client, size, NOUVEAU_GEM_DOMAIN_VRAM | NOUVEAU_GEM_DOMAIN_GART);
}

struct buffer buffer_make_in_vram(struct client *client, uint64_t size)
{
	return make(client, size, NOUVEAU_GEM_DOMAIN_VRAM);
}

static void let_go(struct client *client, struct buffer *buffer)
{
	if (!buffer->pin)
		return;
	drmCloseBufferHandle(client->vgem, buffer->pin);
	close(buffer->pin_fd);
	buffer->pin = 0;
}

void buffer_free(struct client *client, struct buffer *buffer)
{
	let_go(client, buffer);
	munmap((void *)buffer->at, buffer->size);
	drmCloseBufferHandle(client->fd, buffer->handle);
}

bool buffer_is_in_vram(struct client *client, const struct buffer *buffer)
{
	struct drm_nouveau_gem_info info = { .handle = buffer->handle };

	assert_int_equal(drmCommandWriteRead(client->fd, DRM_NOUVEAU_GEM_INFO, &info,
					     sizeof(info)), 0);
	return info.domain & NOUVEAU_GEM_DOMAIN_VRAM;
}

void buffer_move_out(struct client *client, struct buffer *buffer)
{
	assert_int_equal(drmPrimeHandleToFD(client->fd, buffer->handle, DRM_CLOEXEC,
					    &buffer->pin_fd), 0);
	assert_int_equal(drmPrimeFDToHandle(client->vgem, buffer->pin_fd, &buffer->pin), 0);
}
