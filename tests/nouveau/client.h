/* SPDX-License-Identifier: GPL-2.0-only */
/* A small client of nouveau: buffers in video memory, and what makes it move them. */
#ifndef NOUVEAU_CLIENT_H
#define NOUVEAU_CLIENT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/**
 * struct client - an open card
 * @fd: its node
 * @vgem: a node of vgem, the foreign driver that makes nouveau pin a buffer
 */
struct client {
	int fd;
	int vgem;
};

/**
 * struct buffer - a buffer
 * @handle: GEM's
 * @size: in bytes
 * @at: mapped: through BAR1 while it is in video memory
 * @pin: its handle in vgem; 0: it is not pinned
 * @pin_fd: what it was handed over by
 */
struct buffer {
	uint32_t handle;
	uint64_t size;
	volatile uint64_t *at;
	uint32_t pin;
	int pin_fd;
};

struct client *client_open(void);
void client_close(struct client *client);

/** buffer_make() - a buffer in video memory, if there is room */
struct buffer buffer_make(struct client *client, uint64_t size);

/** buffer_make_in_vram() - one for which room must be made; it always claims to be there */
struct buffer buffer_make_in_vram(struct client *client, uint64_t size);
void buffer_free(struct client *client, struct buffer *buffer);

/** buffer_is_in_vram() - where the kernel says it is now */
bool buffer_is_in_vram(struct client *client, const struct buffer *buffer);

/** buffer_move_out() - to host memory: a foreign driver wants to use it there */
void buffer_move_out(struct client *client, struct buffer *buffer);

#endif
