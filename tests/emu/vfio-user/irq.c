// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: the client hands over an eventfd for each, and we write to it.
 * Who masks what in the MSI-X table is the client's affair, as with the
 * kernel's VFIO; it tells us by taking the eventfd away or by a mask action.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#define ACTIONS VFIO_IRQ_SET_ACTION_TYPE_MASK
#define DATA	VFIO_IRQ_SET_DATA_TYPE_MASK

static int init_kind(struct vfu_irq *irq, unsigned int count, uint32_t flags)
{
	unsigned int i;

	irq->flags = VFIO_IRQ_INFO_EVENTFD | flags;
	irq->fd = calloc(count + 1, sizeof(*irq->fd));
	irq->masked = calloc(count + 1, sizeof(*irq->masked));
	irq->pending = calloc(count + 1, sizeof(*irq->pending));
	if (!irq->fd || !irq->masked || !irq->pending)
		return -ENOMEM;
	irq->count = count;
	for (i = 0; i < count; i++)
		irq->fd[i] = -1;
	return 0;
}

int vfu_irq_init(struct vfu_server *server, const struct vfu_options *o)
{
	const struct {
		unsigned int count;
		uint32_t flags;
	} kinds[VFU_NUM_IRQS] = {
		[VFIO_PCI_INTX_IRQ_INDEX] = { o->intx, VFIO_IRQ_INFO_MASKABLE |
						       VFIO_IRQ_INFO_AUTOMASKED },
		[VFIO_PCI_MSI_IRQ_INDEX] = { o->msi_vectors,
					     VFIO_IRQ_INFO_MASKABLE },
		[VFIO_PCI_MSIX_IRQ_INDEX] = { o->msix_vectors,
					      VFIO_IRQ_INFO_MASKABLE },
		[VFIO_PCI_ERR_IRQ_INDEX] = { 1, 0 },
		[VFIO_PCI_REQ_IRQ_INDEX] = { 0, 0 },
	};
	unsigned int i;
	int ret = 0;

	server->irqs.unmask_fd = -1;
	pthread_mutex_init(&server->irqs.lock, NULL);
	for (i = 0; i < VFU_NUM_IRQS && !ret; i++)
		ret = init_kind(&server->irqs.kind[i], kinds[i].count,
				kinds[i].flags);
	return ret;
}

void vfu_irq_fini(struct vfu_server *server)
{
	unsigned int i;

	for (i = 0; i < VFU_NUM_IRQS; i++) {
		free(server->irqs.kind[i].fd);
		free(server->irqs.kind[i].masked);
		free(server->irqs.kind[i].pending);
	}
	pthread_mutex_destroy(&server->irqs.lock);
}

static void signal_event(int fd)
{
	const uint64_t one = 1;
	ssize_t n;

	/* A full counter fails here, and is as good as one more. */
	do {
		n = write(fd, &one, sizeof(one));
	} while (n < 0 && errno == EINTR);
}

/*
 * A write to the client's descriptor must neither block nor raise SIGPIPE.
 * An eventfd that does not block is all that is taken: its inode has no type,
 * which tells it from pipes, sockets and files.
 */
static int check_event(int fd)
{
	struct stat st;
	int flags;

	if (fstat(fd, &st) || st.st_mode & S_IFMT)
		return -EINVAL;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -EINVAL;
	return 0;
}

static void deliver(struct vfu_irq *irq, unsigned int vector)
{
	irq->pending[vector] = false;
	signal_event(irq->fd[vector]);
}

static bool deliverable(const struct vfu_irq *irq, unsigned int vector)
{
	return irq->fd[vector] >= 0 && !irq->masked[vector];
}

/* The line is a level: it masks itself when taken, until the guest is done. */
static void update_line(struct vfu_irqs *irqs)
{
	struct vfu_irq *irq = &irqs->kind[VFIO_PCI_INTX_IRQ_INDEX];

	if (irq->count && irqs->line && deliverable(irq, 0)) {
		irq->masked[0] = true;
		deliver(irq, 0);
	}
}

/* Something changed for @vector that may let it through. */
static void reconsider(struct vfu_irqs *irqs, unsigned int kind,
		       unsigned int vector)
{
	struct vfu_irq *irq = &irqs->kind[kind];

	if (kind == VFIO_PCI_INTX_IRQ_INDEX)
		update_line(irqs);
	else if (irq->pending[vector] && deliverable(irq, vector))
		deliver(irq, vector);
}

static void replace(struct vfu_irq *irq, unsigned int vector, int fd)
{
	if (irq->fd[vector] >= 0) {
		close(irq->fd[vector]);
		irq->n_fds--;
	}
	irq->fd[vector] = fd;
	if (fd >= 0)
		irq->n_fds++;
}

static void disable(struct vfu_irqs *irqs, unsigned int kind)
{
	struct vfu_irq *irq = &irqs->kind[kind];
	unsigned int i;

	for (i = 0; i < irq->count; i++) {
		replace(irq, i, -1);
		irq->masked[i] = false;
	}
	if (kind == VFIO_PCI_INTX_IRQ_INDEX && irqs->unmask_fd >= 0) {
		close(irqs->unmask_fd);
		irqs->unmask_fd = -1;
	}
}

static int set_events(struct vfu_irqs *irqs, const struct vfio_irq_set *set,
		      struct vfu_message *msg)
{
	uint32_t action = set->flags & ACTIONS;
	unsigned int i;

	if (msg->n_fds && msg->n_fds != set->count)
		return -EINVAL;
	for (i = 0; i < msg->n_fds; i++)
		if (check_event(msg->fds[i]))
			return -EINVAL;

	if (action == VFIO_IRQ_SET_ACTION_UNMASK &&
	    set->index == VFIO_PCI_INTX_IRQ_INDEX) {
		if (irqs->unmask_fd >= 0)
			close(irqs->unmask_fd);
		irqs->unmask_fd = msg->n_fds ? msg->fds[0] : -1;
		msg->fds[0] = -1;
		return 0;
	}
	if (action != VFIO_IRQ_SET_ACTION_TRIGGER)
		return -EINVAL;

	for (i = 0; i < set->count; i++) {
		replace(&irqs->kind[set->index], set->start + i,
			msg->n_fds ? msg->fds[i] : -1);
		if (msg->n_fds)
			msg->fds[i] = -1;
		reconsider(irqs, set->index, set->start + i);
	}
	return 0;
}

static void act(struct vfu_irqs *irqs, const struct vfio_irq_set *set,
		unsigned int vector)
{
	struct vfu_irq *irq = &irqs->kind[set->index];

	switch (set->flags & ACTIONS) {
	case VFIO_IRQ_SET_ACTION_MASK:
		irq->masked[vector] = true;
		break;
	case VFIO_IRQ_SET_ACTION_UNMASK:
		irq->masked[vector] = false;
		reconsider(irqs, set->index, vector);
		break;
	default:
		if (irq->fd[vector] >= 0)
			signal_event(irq->fd[vector]);
	}
}

static int set_irqs(struct vfu_irqs *irqs, const struct vfio_irq_set *set,
		    const uint8_t *bools, struct vfu_message *msg)
{
	const struct vfu_irq *irq = &irqs->kind[set->index];
	uint32_t data = set->flags & DATA, action = set->flags & ACTIONS;
	unsigned int i;

	if (!vfu_within(set->start, set->count, irq->count))
		return -EINVAL;
	if (data == VFIO_IRQ_SET_DATA_EVENTFD)
		return set->count ? set_events(irqs, set, msg) : -EINVAL;
	if (msg->n_fds)
		return -EINVAL;
	if (!set->count) {
		if (data != VFIO_IRQ_SET_DATA_NONE || set->start ||
		    action != VFIO_IRQ_SET_ACTION_TRIGGER)
			return -EINVAL;
		disable(irqs, set->index);
		return 0;
	}
	if (action != VFIO_IRQ_SET_ACTION_TRIGGER &&
	    !(irq->flags & VFIO_IRQ_INFO_MASKABLE))
		return -EINVAL;
	for (i = 0; i < set->count; i++)
		if (data == VFIO_IRQ_SET_DATA_NONE || bools[i])
			act(irqs, set, set->start + i);
	return 0;
}

static bool one_bit(uint32_t n)
{
	return n && !(n & (n - 1));
}

/* @bools has as many bytes as @set->count says, if the flags speak of bools. */
int vfu_irq_set(struct vfu_server *server, const struct vfio_irq_set *set,
		const uint8_t *bools, struct vfu_message *msg)
{
	int ret;

	if (set->index >= VFU_NUM_IRQS || set->flags & ~(DATA | ACTIONS) ||
	    !one_bit(set->flags & DATA) || !one_bit(set->flags & ACTIONS))
		return -EINVAL;
	pthread_mutex_lock(&server->irqs.lock);
	ret = set_irqs(&server->irqs, set, bools, msg);
	pthread_mutex_unlock(&server->irqs.lock);
	return ret;
}

/* The client's unmask event fired (KVM does this without a message). */
void vfu_irq_client_unmask(struct vfu_server *server)
{
	struct vfu_irqs *irqs = &server->irqs;
	uint64_t count;

	if (read(irqs->unmask_fd, &count, sizeof(count)) != sizeof(count))
		return;
	pthread_mutex_lock(&irqs->lock);
	irqs->kind[VFIO_PCI_INTX_IRQ_INDEX].masked[0] = false;
	update_line(irqs);
	pthread_mutex_unlock(&irqs->lock);
}

void vfu_irq_reset(struct vfu_server *server)
{
	struct vfu_irqs *irqs = &server->irqs;
	unsigned int i;

	pthread_mutex_lock(&irqs->lock);
	irqs->line = false;
	for (i = 0; i < VFU_NUM_IRQS; i++)
		memset(irqs->kind[i].pending, 0, irqs->kind[i].count);
	pthread_mutex_unlock(&irqs->lock);
}

void vfu_irq_disconnect(struct vfu_server *server)
{
	unsigned int i;

	pthread_mutex_lock(&server->irqs.lock);
	for (i = 0; i < VFU_NUM_IRQS; i++)
		disable(&server->irqs, i);
	pthread_mutex_unlock(&server->irqs.lock);
}

void vfu_irq_read_pba(struct vfu_server *server, uint64_t off, uint8_t *buf,
		      size_t len)
{
	const struct vfu_irq *irq = &server->irqs.kind[VFIO_PCI_MSIX_IRQ_INDEX];
	size_t i;

	memset(buf, 0, len);
	pthread_mutex_lock(&server->irqs.lock);
	for (i = 0; i < len * 8; i++)
		if (off * 8 + i < irq->count && irq->pending[off * 8 + i])
			buf[i / 8] |= 1u << i % 8;
	pthread_mutex_unlock(&server->irqs.lock);
}

/* Which kind the guest has enabled, and how many vectors of it. */
static int enabled_kind(struct vfu_server *server, unsigned int *vectors)
{
	struct vfu_irq *kind = server->irqs.kind;

	*vectors = kind[VFIO_PCI_MSIX_IRQ_INDEX].count;
	if (kind[VFIO_PCI_MSIX_IRQ_INDEX].n_fds ||
	    vfu_config_msix_enabled(server))
		return VFIO_PCI_MSIX_IRQ_INDEX;
	if (vfu_config_msi_enabled(server, vectors)) {
		if (*vectors > kind[VFIO_PCI_MSI_IRQ_INDEX].count)
			*vectors = kind[VFIO_PCI_MSI_IRQ_INDEX].count;
		return VFIO_PCI_MSI_IRQ_INDEX;
	}
	*vectors = kind[VFIO_PCI_MSI_IRQ_INDEX].count;
	return kind[VFIO_PCI_MSI_IRQ_INDEX].n_fds ? VFIO_PCI_MSI_IRQ_INDEX : -1;
}

int vfu_irq_trigger(struct vfu_server *server, unsigned int vector)
{
	struct vfu_irq *kind = server->irqs.kind, *irq;
	unsigned int vectors;
	int ret = 0, index;

	if (vector >= kind[VFIO_PCI_MSIX_IRQ_INDEX].count &&
	    vector >= kind[VFIO_PCI_MSI_IRQ_INDEX].count)
		return -EINVAL;
	if (server->faults && atomic_load(&server->faults->off_bus))
		return -EAGAIN;

	pthread_mutex_lock(&server->irqs.lock);
	index = enabled_kind(server, &vectors);
	irq = index < 0 ? NULL : &kind[index];
	if (!irq) {
		ret = -EAGAIN;
	} else if (vector >= vectors) {
		ret = -EINVAL;
	} else if (deliverable(irq, vector)) {
		deliver(irq, vector);
	} else {
		/* Enabled, but this vector is not: it waits for its eventfd. */
		irq->pending[vector] = true;
	}
	pthread_mutex_unlock(&server->irqs.lock);
	return ret;
}

int vfu_intx_set(struct vfu_server *server, bool asserted)
{
	struct vfu_irqs *irqs = &server->irqs;

	if (!irqs->kind[VFIO_PCI_INTX_IRQ_INDEX].count)
		return -EINVAL;
	pthread_mutex_lock(&irqs->lock);
	irqs->line = asserted;
	update_line(irqs);
	pthread_mutex_unlock(&irqs->lock);
	return 0;
}

int vfu_report_error(struct vfu_server *server)
{
	struct vfu_irq *irq = &server->irqs.kind[VFIO_PCI_ERR_IRQ_INDEX];
	int ret = -EAGAIN;

	pthread_mutex_lock(&server->irqs.lock);
	if (deliverable(irq, 0)) {
		deliver(irq, 0);
		ret = 0;
	}
	pthread_mutex_unlock(&server->irqs.lock);
	return ret;
}
