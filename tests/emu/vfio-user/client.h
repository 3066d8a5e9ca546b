/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other side, for tests: a server on a thread of its own and a client that
 * can say anything, right or wrong, over a socket pair. Every wait of the
 * client has a limit, so a server that does not answer fails its test.
 */
#ifndef VFU_CLIENT_H
#define VFU_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/vfio.h>
#include <pthread.h>
#include <sys/types.h>

#include "protocol.h"
#include "vfu.h"

#define CLIENT_MAX_FDS	20

struct client {
	struct vfu_server *server;
	pthread_t thread;
	int result;		/* of vfu_server_run() */
	int fd;
	uint16_t next_id;
};

/* A message from the server; @fds are the receiver's to close. */
struct answer {
	struct vfu_header header;
	uint8_t payload[65536];
	size_t size;
	int fds[CLIENT_MAX_FDS];
	unsigned int n_fds;
};

/* A server that runs, and a connection on which nothing was said yet. */
void client_connect(struct client *c, struct vfu_server *server);
/* ... and the version agreed on */
void client_open(struct client *c, struct vfu_server *server);
void client_negotiate(struct client *c, const char *json);
/* Hangs up and returns what vfu_server_run() returned. */
int client_close(struct client *c);
/* The server cut us off: what vfu_server_run() returned. */
int client_await_cut(struct client *c);

void client_send(struct client *c, const void *data, size_t size,
		 const int *fds, unsigned int n_fds);
/* A whole command, with a header that is right; its id */
uint16_t client_send_command(struct client *c, uint16_t command,
			     uint32_t flags, const void *payload, size_t size,
			     const int *fds, unsigned int n_fds);
void client_receive(struct client *c, struct answer *answer);
/* A command and its reply: 0, or minus the reply's error */
int client_call(struct client *c, uint16_t command, const void *payload,
		size_t size, struct answer *answer);
int client_call_fds(struct client *c, uint16_t command, const void *payload,
		    size_t size, const int *fds, unsigned int n_fds,
		    struct answer *answer);

int client_read(struct client *c, uint32_t region, uint64_t off, void *buf,
		uint32_t len);
int client_write(struct client *c, uint32_t region, uint64_t off,
		 const void *buf, uint32_t len);
uint32_t client_read_config(struct client *c, uint32_t off, uint32_t len);
void client_write_config(struct client *c, uint32_t off, uint32_t value,
			 uint32_t len);
int client_map(struct client *c, uint64_t iova, uint64_t size, uint32_t flags,
	       int fd, uint64_t offset);
int client_unmap(struct client *c, uint64_t iova, uint64_t size,
		 uint32_t flags);
int client_set_irqs(struct client *c, uint32_t index, uint32_t flags,
		    uint32_t start, uint32_t count, const int *fds,
		    unsigned int n_fds);

/* A memory file, sealed against shrinking or not */
int make_memory(size_t size, int sealed);
int make_event(void);
/* What was signalled on an event since the last look */
uint64_t take_event(int fd);
unsigned int count_open_fds(void);

#endif /* VFU_CLIENT_H */
