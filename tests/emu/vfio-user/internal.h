/* SPDX-License-Identifier: GPL-2.0-only */
/* What the sources of the library share, and its users do not see. */
#ifndef VFU_INTERNAL_H
#define VFU_INTERNAL_H

#include <linux/vfio.h>
#include <pthread.h>
#include <stdatomic.h>

#include "fault.h"
#include "maptree.h"
#include "protocol.h"
#include "vfu.h"

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define VFU_MAX_FDS		16	/* in one message */
#define VFU_MAX_PAYLOAD		(VFU_MAX_TRANSFER + sizeof(struct vfu_region_access))
#define VFU_MAX_AREAS		4096	/* in a BAR; their list must fit a payload */
#define VFU_NUM_REGIONS		VFIO_PCI_NUM_REGIONS
#define VFU_NUM_IRQS		VFIO_PCI_NUM_IRQS
#define VFU_REPLY_SECONDS	10	/* how long a client may think about DMA */

/**
 * struct vfu_message - a message as it came in
 * @header: in the client's words, checked by vfu_link_receive()
 * @payload: what follows it, in the link's buffer
 * @size: of @payload
 * @fds: descriptors that came along; whoever keeps one sets it to -1 here
 * @n_fds: how many
 * @fds_lost: there were more than any message may carry
 */
struct vfu_message {
	struct vfu_header header;
	const uint8_t *payload;
	size_t size;
	int fds[VFU_MAX_FDS];
	unsigned int n_fds;
	bool fds_lost;
};

/* One of our own requests, waiting for the client's reply. */
struct vfu_pending;

/**
 * struct vfu_link - the connection to a client
 * @fd: the socket, -1: none. Changed by the server thread under @send_lock
 * @stop_fd: eventfd that ends every wait, for good once it is set
 * @buffer: room for one payload; the server thread's
 * @send_lock: keeps messages whole on the wire
 * @max_transfer: what the client takes in one message; under @lock
 * @lock: guards what follows
 * @changed: a request in @pending was answered or given up
 */
struct vfu_link {
	int fd;
	int stop_fd;
	uint8_t *buffer;
	pthread_mutex_t send_lock;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct vfu_pending *pending;
	uint16_t next_id;
	size_t max_transfer;
	bool up;
};

struct vfu_config {
	pthread_mutex_t lock;	/* guards now */
	uint8_t now[VFU_CONFIG_SIZE];
	uint8_t initial[VFU_CONFIG_SIZE];
	uint8_t writable[VFU_CONFIG_SIZE];
	/* Offsets of capabilities, 0: none */
	uint16_t pm, pcie, msi, msix, faults;
};

/* One kind of interrupt, by VFIO's index. */
struct vfu_irq {
	unsigned int count;
	uint32_t flags;		/* VFIO_IRQ_INFO_* */
	unsigned int n_fds;	/* descriptors in fd[] */
	int *fd;		/* by vector, -1: none */
	bool *masked;
	bool *pending;
};

struct vfu_irqs {
	pthread_mutex_t lock;	/* guards all of it */
	struct vfu_irq kind[VFU_NUM_IRQS];
	bool line;		/* level of INTx */
	int unmask_fd;		/* the client's unmask event for INTx, or -1 */
};

/* The MSI-X structures within a BAR */
struct vfu_msix {
	unsigned int vectors;
	unsigned int bar;
	uint64_t table, table_size;
	uint64_t pba, pba_size;
	uint8_t *entries;	/* table_size bytes, only stored */
};

struct vfu_region {
	uint64_t size;
	uint32_t flags;		/* VFIO_REGION_INFO_FLAG_* */
	int fd;
	uint64_t fd_offset;
	struct vfu_area *areas;
	size_t n_areas;
	bool sparse;		/* the areas are not simply all of it */
};

struct vfu_file;

struct vfu_dma {
	pthread_mutex_t lock;	/* guards all of it, pins of a map included */
	pthread_cond_t unpinned;
	struct map_tree maps;
	struct vfu_file *files;
};

struct vfu_server {
	const struct vfu_ops *ops;
	void *priv;
	struct vfu_faults *faults;
	struct vfu_region region[VFU_NUM_REGIONS];
	uint8_t *rom;
	struct vfu_msix msix;
	struct vfu_config config;
	struct vfu_irqs irqs;
	struct vfu_dma dma;
	struct vfu_link link;
	int listen_fd;
	int attached_fd;
	char *path;
	bool write_multi;	/* negotiated */
	int switch_fd;		/* what the cards of a switch share, -1: none */
	off_t switch_slot;	/* where this one is in it */
};

void vfu_log(struct vfu_server *server, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* True if [@off, @off + @len) lies within @size bytes. */
static inline bool vfu_within(uint64_t off, uint64_t len, uint64_t size)
{
	return off <= size && len <= size - off;
}

/* link.c */
int vfu_link_init(struct vfu_link *link);
void vfu_link_fini(struct vfu_link *link);
void vfu_link_open(struct vfu_link *link, int fd);
void vfu_link_close(struct vfu_link *link);
bool vfu_link_stopped(struct vfu_link *link);
/* Waits for @fd or @extra_fd (-1: none). 1: @fd, 2: only @extra_fd, -errno */
int vfu_link_wait(struct vfu_link *link, int fd, short events, int extra_fd);
/* 1: a command, 0: nothing for the caller to do, -ENOTCONN: gone, -EPROTO, ... */
int vfu_link_receive(struct vfu_server *server, struct vfu_message *msg);
int vfu_link_send(struct vfu_link *link, const struct vfu_header *header,
		  const void *fixed, size_t fixed_len, const void *data,
		  size_t data_len, int fd);
/* Asks the client; an answer of exactly @reply_len bytes of data goes to @reply */
int vfu_link_request(struct vfu_link *link, uint16_t command,
		     const struct vfu_dma_access *fixed, const void *data,
		     size_t data_len, void *reply, size_t reply_len);
void vfu_message_drop_fds(struct vfu_message *msg);

/* dispatch.c: 0 or what vfu_link_receive() says */
int vfu_dispatch(struct vfu_server *server, struct vfu_message *msg);
int vfu_negotiate(struct vfu_server *server);

/* region.c */
int vfu_region_access(struct vfu_server *server, unsigned int index,
		      uint64_t off, void *buf, size_t len, bool write);

/* config.c */
int vfu_config_init(struct vfu_server *server,
		    const struct vfu_options *options);
void vfu_config_write(struct vfu_server *server, uint32_t off,
		      const uint8_t *buf, size_t len);
void vfu_config_reset(struct vfu_server *server);
bool vfu_config_msi_enabled(struct vfu_server *server, unsigned int *vectors);
bool vfu_config_msix_enabled(struct vfu_server *server);

/* fault_vsec.c; @at: the capability's offset */
void vfu_fault_vsec_init(struct vfu_server *server, uint32_t at);
/* Nothing but the knobs is in [@off, @off + @len) */
bool vfu_fault_vsec_within(struct vfu_server *server, uint32_t off, size_t len);
/* Before configuration space is read, with its lock; after it was written, without */
void vfu_fault_vsec_refresh_locked(struct vfu_server *server, uint32_t off, size_t len);
void vfu_fault_vsec_written(struct vfu_server *server, uint32_t off, size_t len);

/* device.c */
int vfu_device_init(struct vfu_server *server,
		    const struct vfu_options *options);
void vfu_device_fini(struct vfu_server *server);
void vfu_device_reset(struct vfu_server *server);

/* irq.c */
int vfu_irq_init(struct vfu_server *server, const struct vfu_options *options);
void vfu_irq_fini(struct vfu_server *server);
int vfu_irq_set(struct vfu_server *server, const struct vfio_irq_set *set,
		const uint8_t *bools, struct vfu_message *msg);
void vfu_irq_client_unmask(struct vfu_server *server);
void vfu_irq_reset(struct vfu_server *server);
void vfu_irq_disconnect(struct vfu_server *server);
void vfu_irq_read_pba(struct vfu_server *server, uint64_t off, uint8_t *buf,
		      size_t len);

/* dma.c */
int vfu_dma_init(struct vfu_dma *dma);
void vfu_dma_fini(struct vfu_dma *dma);
int vfu_dma_map(struct vfu_server *server,
		const struct vfu_dma_map_request *request, int *fd);
int vfu_dma_unmap(struct vfu_server *server, uint64_t iova, uint64_t size,
		  bool all);

/* switch.c */
void vfu_switch_tell(struct vfu_server *server);
void vfu_switch_leave(struct vfu_server *server);
/* A descriptor, and where in it @iova is; -1: it is not in the BAR of another card */
int vfu_switch_find(struct vfu_server *server, uint64_t iova, uint64_t size, uint64_t *offset);

/* The server that the calling thread serves just now, NULL: none */
extern __thread struct vfu_server *vfu_serving;

#endif /* VFU_INTERNAL_H */
