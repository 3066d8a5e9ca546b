// SPDX-License-Identifier: GPL-2.0-only
/* Every command a client may send, from its bytes to its reply. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "json.h"

#define INFO_FIXED	sizeof(struct vfio_region_info)

/**
 * struct reply - what a handler answers with; nothing by default
 * @fixed: start of the payload
 * @fixed_len: its length
 * @data: what follows it, or NULL: the link's buffer, whose request is read by
 *	then
 * @data_len: its length
 * @fd: goes along and stays open here, -1: none
 */
struct reply {
	union {
		struct vfio_device_info device;
		struct vfio_region_info region;
		struct vfio_irq_info irq;
		struct vfu_region_io_fds io_fds;
		struct vfu_dma_unmap_request unmap;
		struct vfu_region_access access;
		uint64_t count;
	} fixed;
	size_t fixed_len;
	const void *data;
	size_t data_len;
	int fd;
};

/* 0 or -errno, which becomes the error of the reply */
typedef int (*handler)(struct vfu_server *server, struct vfu_message *msg,
		       struct reply *reply);

static int handle_dma_map(struct vfu_server *server, struct vfu_message *msg,
			  struct reply *reply)
{
	struct vfu_dma_map_request request;
	int none = -1;

	(void)reply;
	memcpy(&request, msg->payload, sizeof(request));
	if (msg->size != sizeof(request) || request.argsz < sizeof(request) ||
	    msg->n_fds > 1)
		return -EINVAL;
	return vfu_dma_map(server, &request, msg->n_fds ? &msg->fds[0] : &none);
}

static int handle_dma_unmap(struct vfu_server *server, struct vfu_message *msg,
			    struct reply *reply)
{
	struct vfu_dma_unmap_request request;

	memcpy(&request, msg->payload, sizeof(request));
	if (msg->size != sizeof(request) || request.argsz < sizeof(request) ||
	    request.flags & ~VFU_DMA_UNMAP_ALL)
		return -EINVAL;
	reply->fixed.unmap = request;
	reply->fixed_len = sizeof(request);
	return vfu_dma_unmap(server, request.iova, request.size,
			     request.flags & VFU_DMA_UNMAP_ALL);
}

static int handle_get_info(struct vfu_server *server, struct vfu_message *msg,
			   struct reply *reply)
{
	const size_t size = 16;	/* <linux/vfio.h> has a longer one by now */
	uint32_t argsz;

	(void)server;
	memcpy(&argsz, msg->payload, sizeof(argsz));
	if (argsz < size)
		return -EINVAL;
	reply->fixed.device = (struct vfio_device_info) {
		.argsz = size,
		.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
		.num_regions = VFU_NUM_REGIONS,
		.num_irqs = VFU_NUM_IRQS,
	};
	reply->fixed_len = size;
	return 0;
}

static void add_sparse_areas(struct vfu_server *server,
			     const struct vfu_region *region,
			     struct reply *reply)
{
	struct vfio_region_info_cap_sparse_mmap *cap;
	size_t i, size = sizeof(*cap) + region->n_areas * sizeof(*cap->areas);

	cap = memset(server->link.buffer, 0, size);
	cap->header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
	cap->header.version = 1;
	cap->nr_areas = region->n_areas;
	for (i = 0; i < region->n_areas; i++) {
		cap->areas[i].offset = region->areas[i].offset;
		cap->areas[i].size = region->areas[i].size;
	}
	reply->data = cap;
	reply->data_len = size;
}

static int handle_region_info(struct vfu_server *server,
			      struct vfu_message *msg, struct reply *reply)
{
	struct vfio_region_info *info = &reply->fixed.region;
	const struct vfu_region *region;
	struct vfio_region_info request;

	memcpy(&request, msg->payload, sizeof(request));
	if (request.argsz < sizeof(request) || request.index >= VFU_NUM_REGIONS)
		return -EINVAL;
	region = &server->region[request.index];
	*info = (struct vfio_region_info) {
		.argsz = sizeof(*info),
		.flags = region->flags,
		.index = request.index,
		.size = region->size,
		.offset = region->fd_offset,
	};
	reply->fixed_len = sizeof(*info);
	if (region->flags & VFIO_REGION_INFO_FLAG_MMAP)
		reply->fd = region->fd;

	if (region->sparse) {
		add_sparse_areas(server, region, reply);
		info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
		info->argsz += reply->data_len;
		info->cap_offset = sizeof(*info);
	}
	/*
	 * Too small a buffer: the client learns the size and asks again. QEMU
	 * wants the offset already then.
	 */
	if (request.argsz < info->argsz)
		reply->data_len = 0;
	return 0;
}

static int handle_region_io_fds(struct vfu_server *server,
				struct vfu_message *msg, struct reply *reply)
{
	struct vfu_region_io_fds request;

	(void)server;
	memcpy(&request, msg->payload, sizeof(request));
	if (request.argsz < sizeof(request) || request.flags || request.count ||
	    request.index >= VFU_NUM_REGIONS)
		return -EINVAL;
	reply->fixed.io_fds = (struct vfu_region_io_fds) {
		.argsz = sizeof(request),
		.index = request.index,
	};
	reply->fixed_len = sizeof(request);
	return 0;
}

static int handle_irq_info(struct vfu_server *server, struct vfu_message *msg,
			   struct reply *reply)
{
	struct vfio_irq_info request;

	memcpy(&request, msg->payload, sizeof(request));
	if (request.argsz < sizeof(request) || request.index >= VFU_NUM_IRQS)
		return -EINVAL;
	reply->fixed.irq = (struct vfio_irq_info) {
		.argsz = sizeof(request),
		.flags = server->irqs.kind[request.index].flags,
		.index = request.index,
		.count = server->irqs.kind[request.index].count,
	};
	reply->fixed_len = sizeof(request);
	return 0;
}

static int handle_set_irqs(struct vfu_server *server, struct vfu_message *msg,
			   struct reply *reply)
{
	const size_t fixed = sizeof(struct vfio_irq_set);
	struct vfio_irq_set set;

	(void)reply;
	memcpy(&set, msg->payload, fixed);
	if (set.argsz < fixed)
		return -EINVAL;
	if (set.flags & VFIO_IRQ_SET_DATA_BOOL && msg->size - fixed != set.count)
		return -EINVAL;
	return vfu_irq_set(server, &set, msg->payload + fixed, msg);
}

static int handle_region_read(struct vfu_server *server,
			      struct vfu_message *msg, struct reply *reply)
{
	struct vfu_region_access request;

	memcpy(&request, msg->payload, sizeof(request));
	if (msg->size != sizeof(request) || request.count > VFU_MAX_TRANSFER)
		return -EINVAL;
	reply->fixed.access = request;
	reply->fixed_len = sizeof(request);
	reply->data = memset(server->link.buffer, 0, request.count);
	reply->data_len = request.count;
	return vfu_region_access(server, request.region, request.offset,
				 server->link.buffer, request.count, false);
}

static int handle_region_write(struct vfu_server *server,
			       struct vfu_message *msg, struct reply *reply)
{
	struct vfu_region_access request;

	memcpy(&request, msg->payload, sizeof(request));
	if (request.count > VFU_MAX_TRANSFER ||
	    msg->size - sizeof(request) != request.count)
		return -EINVAL;
	reply->fixed.access = request;
	reply->fixed_len = sizeof(request);
	return vfu_region_access(server, request.region, request.offset,
				 server->link.buffer + sizeof(request),
				 request.count, true);
}

static int handle_write_multi(struct vfu_server *server,
			      struct vfu_message *msg, struct reply *reply)
{
	struct vfu_region_write_one one;
	uint64_t i, count;
	int ret;

	memcpy(&count, msg->payload, sizeof(count));
	if (!server->write_multi)
		return -EOPNOTSUPP;
	if (count > (msg->size - sizeof(count)) / sizeof(one) ||
	    msg->size != sizeof(count) + count * sizeof(one))
		return -EINVAL;
	for (i = 0; i < count; i++) {
		memcpy(&one, msg->payload + sizeof(count) + i * sizeof(one),
		       sizeof(one));
		ret = one.count > sizeof(one.data) ? -EINVAL :
			vfu_region_access(server, one.region, one.offset,
					  one.data, one.count, true);
		if (ret)
			return ret;
	}
	reply->fixed.count = count;
	reply->fixed_len = sizeof(count);
	return 0;
}

static int handle_reset(struct vfu_server *server, struct vfu_message *msg,
			struct reply *reply)
{
	(void)reply;
	if (msg->size)
		return -EINVAL;
	vfu_device_reset(server);
	return 0;
}

/* The kernel's answer to a feature that a device does not have */
static int handle_feature(struct vfu_server *server, struct vfu_message *msg,
			  struct reply *reply)
{
	(void)server;
	(void)msg;
	(void)reply;
	return -ENOTTY;
}

static const struct {
	handler handle;
	size_t min_size;
	bool takes_fds;
} commands[] = {
	[VFU_DMA_MAP] = { handle_dma_map, sizeof(struct vfu_dma_map_request),
			  true },
	[VFU_DMA_UNMAP] = { handle_dma_unmap,
			    sizeof(struct vfu_dma_unmap_request), false },
	[VFU_DEVICE_GET_INFO] = { handle_get_info, 16, false },
	[VFU_DEVICE_GET_REGION_INFO] = { handle_region_info, INFO_FIXED, false },
	[VFU_DEVICE_GET_REGION_IO_FDS] = { handle_region_io_fds,
					   sizeof(struct vfu_region_io_fds),
					   false },
	[VFU_DEVICE_GET_IRQ_INFO] = { handle_irq_info,
				      sizeof(struct vfio_irq_info), false },
	[VFU_DEVICE_SET_IRQS] = { handle_set_irqs, sizeof(struct vfio_irq_set),
				  true },
	[VFU_REGION_READ] = { handle_region_read,
			      sizeof(struct vfu_region_access), false },
	[VFU_REGION_WRITE] = { handle_region_write,
			       sizeof(struct vfu_region_access), false },
	[VFU_DEVICE_RESET] = { handle_reset, 0, false },
	[VFU_REGION_WRITE_MULTI] = { handle_write_multi, sizeof(uint64_t),
				     false },
	[VFU_DEVICE_FEATURE] = { handle_feature, 8, false },
};

static int run_handler(struct vfu_server *server, struct vfu_message *msg,
		       struct reply *reply)
{
	uint16_t command = msg->header.command;

	if (command == VFU_VERSION || command == VFU_DMA_READ ||
	    command == VFU_DMA_WRITE)
		return -EINVAL;	/* once only; ours to send */
	if (command >= ARRAY_SIZE(commands) || !commands[command].handle)
		return -EOPNOTSUPP;
	if (msg->fds_lost || msg->size < commands[command].min_size ||
	    (msg->n_fds && !commands[command].takes_fds))
		return -EINVAL;
	return commands[command].handle(server, msg, reply);
}

static int send_reply(struct vfu_server *server, const struct vfu_message *msg,
		      const struct reply *reply, int error)
{
	struct vfu_header header = {
		.id = msg->header.id,
		.command = msg->header.command,
		.size = sizeof(header),
		.flags = VFU_TYPE_REPLY,
	};

	if (msg->header.flags & VFU_NO_REPLY)
		return 0;
	if (error) {
		header.flags |= VFU_ERROR;
		header.error = -error;
		return vfu_link_send(&server->link, &header, NULL, 0, NULL, 0,
				     -1);
	}
	header.size += reply->fixed_len + reply->data_len;
	return vfu_link_send(&server->link, &header, &reply->fixed,
			     reply->fixed_len, reply->data, reply->data_len,
			     reply->fd);
}

int vfu_dispatch(struct vfu_server *server, struct vfu_message *msg)
{
	struct reply reply = { .fd = -1 };
	int error = run_handler(server, msg, &reply);

	/* Before the reply: then a client knows that what it gave is closed. */
	vfu_message_drop_fds(msg);
	return send_reply(server, msg, &reply, error);
}

enum { CAP_FDS, CAP_TRANSFER, CAP_MAPS, CAP_PAGES, CAP_MULTI, NUM_CAPS };

static const struct {
	const char *path;
	const char *ours;	/* as we answer it */
} capabilities[NUM_CAPS] = {
	[CAP_FDS] = { "capabilities.max_msg_fds", "\"max_msg_fds\":16" },
	[CAP_TRANSFER] = { "capabilities.max_data_xfer_size",
			   "\"max_data_xfer_size\":1048576" },
	[CAP_MAPS] = { "capabilities.max_dma_maps", "\"max_dma_maps\":65535" },
	[CAP_PAGES] = { "capabilities.pgsizes", "\"pgsizes\":4096" },
	[CAP_MULTI] = { "capabilities.write_multiple",
			"\"write_multiple\":true" },
};

_Static_assert(VFU_MAX_FDS == 16 && VFU_MAX_TRANSFER == 1048576 &&
	       VFU_MAX_DMA_MAPS == 65535 && VFU_PAGE_SIZE == 4096,
	       "the capabilities say these numbers");

/* What the client can do; -EINVAL if it makes no sense. */
static int read_capabilities(struct vfu_server *server,
			     const struct vfu_message *msg,
			     struct json_member *caps)
{
	const struct vfu_version *version = (const void *)msg->payload;
	size_t i, len = msg->size - sizeof(*version);
	const struct json_member *transfer = &caps[CAP_TRANSFER];

	for (i = 0; i < NUM_CAPS; i++)
		caps[i] = (struct json_member) { .path = capabilities[i].path };
	if (len) {
		if (version->data[len - 1])
			return -EINVAL;
		len = strlen(version->data);
	}
	if (len && json_scan(version->data, len, caps, NUM_CAPS))
		return -EINVAL;

	for (i = 0; i < NUM_CAPS; i++)
		if (caps[i].found && i != CAP_MULTI && !caps[i].is_number)
			return -EINVAL;
	if (transfer->found && !transfer->number)
		return -EINVAL;
	if (transfer->found && transfer->number < VFU_MAX_TRANSFER) {
		pthread_mutex_lock(&server->link.lock);
		server->link.max_transfer = transfer->number;
		pthread_mutex_unlock(&server->link.lock);
	}
	server->write_multi = caps[CAP_MULTI].is_true;
	return 0;
}

static int answer_version(struct vfu_server *server,
			  const struct vfu_message *msg,
			  const struct json_member *caps)
{
	const struct vfu_version ours = { VFU_MAJOR, VFU_MINOR };
	struct vfu_header header = {
		.id = msg->header.id,
		.command = VFU_VERSION,
		.flags = VFU_TYPE_REPLY,
	};
	char text[256] = "{\"capabilities\":{";
	const char *comma = "";
	size_t i, len = strlen(text);

	/* Only what the client spoke of, as the protocol asks. */
	for (i = 0; i < NUM_CAPS; i++) {
		if (!caps[i].found || (i == CAP_MULTI && !caps[i].is_true))
			continue;
		len += snprintf(text + len, sizeof(text) - len, "%s%s", comma,
				capabilities[i].ours);
		comma = ",";
	}
	len += snprintf(text + len, sizeof(text) - len, "}}") + 1;
	header.size = sizeof(header) + sizeof(ours) + len;
	return vfu_link_send(&server->link, &header, &ours, sizeof(ours), text,
			     len, -1);
}

/* The first message decides whether there are any others. */
int vfu_negotiate(struct vfu_server *server)
{
	struct json_member caps[NUM_CAPS];
	struct vfu_version version;
	struct vfu_message msg;
	struct reply none = { .fd = -1 };
	int ret = vfu_link_receive(server, &msg);
	bool bad;

	if (ret <= 0)
		return ret ? ret : -EPROTO;
	bad = msg.header.command != VFU_VERSION ||
	      msg.header.flags & VFU_NO_REPLY || msg.n_fds || msg.fds_lost ||
	      msg.size < sizeof(version);
	vfu_message_drop_fds(&msg);
	if (!bad) {
		memcpy(&version, msg.payload, sizeof(version));
		bad = version.major != VFU_MAJOR ||
		      read_capabilities(server, &msg, caps);
	}
	if (bad) {
		vfu_log(server, "no version agreed on: command %u, %zu bytes",
			msg.header.command, msg.size);
		send_reply(server, &msg, &none, -EINVAL);
		return -EPROTO;
	}
	return answer_version(server, &msg, caps);
}
