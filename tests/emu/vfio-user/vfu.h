/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfu - serve an emulated PCI device to a virtual machine monitor.
 *
 * The server half of the public vfio-user protocol (QEMU's
 * docs/interop/vfio-user.rst): a process that links this library is a PCI
 * Express endpoint of whatever guest connects to its UNIX socket, for example
 * through QEMU's vfio-user-pci device.
 *
 * Life of a device:
 *
 *	vfu_server_create(&options, &ops, model, &server);
 *	vfu_server_listen(server, "/run/card.sock");
 *	while (vfu_server_run(server) == 0)	// one client a turn
 *		;
 *	vfu_server_destroy(server);
 *
 * Threads: the thread inside vfu_server_run() is the server thread, and every
 * callback of &struct vfu_ops runs on it, with no lock of the library held.
 * The vfu_dma_*() and vfu_irq_*() calls and vfu_server_stop() may come from
 * any thread, callbacks included. Everything else is for one thread at a time.
 *
 * Errors: every call returns 0 (or a count) or a negative errno; errno itself
 * means nothing to the caller.
 */
#ifndef VFU_H
#define VFU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vfu_faults;
struct vfu_server;

#define VFU_NUM_BARS		6
#define VFU_CONFIG_SIZE		4096u	/* PCI plus PCIe extended space */
#define VFU_PAGE_SIZE		4096u	/* unit of DMA mappings and mmap areas */
#define VFU_MAX_TRANSFER	(1u << 20) /* bytes in one read or write message */
#define VFU_MAX_DMA_MAPS	65535u

/**
 * struct vfu_area - part of a BAR that the guest may map
 * @offset: from the start of the BAR, a multiple of VFU_PAGE_SIZE
 * @size: a multiple of VFU_PAGE_SIZE, not 0
 */
struct vfu_area {
	uint64_t offset;
	uint64_t size;
};

/**
 * struct vfu_memory - what backs the mappable parts of a BAR
 * @fd: a file that mmap(), pread() and pwrite() accept, normally a memfd. Byte
 *	x of the BAR is byte @fd_offset + x of the file. Borrowed: it must stay
 *	open until vfu_server_destroy(), and stays the caller's to close. It
 *	must be as long as the last area needs (checked at creation).
 * @fd_offset: a multiple of VFU_PAGE_SIZE
 * @areas: ascending and not overlapping; NULL: the whole BAR is one area
 * @n_areas: how many
 *
 * Inside the areas the guest's loads and stores reach the memory directly and
 * the model hears nothing of them. (Messages for these parts, which a client
 * may send too, are served from the file by the library.)
 */
struct vfu_memory {
	int fd;
	uint64_t fd_offset;
	const struct vfu_area *areas;
	size_t n_areas;
};

/**
 * struct vfu_bar - one base address register
 * @size: a power of two of at least 16 bytes; 0: no such BAR
 * @is_64bit: it takes the next index too, which must then have @size 0. Any
 *	index but the last may be 64-bit, odd ones too.
 * @prefetchable: the PCI attribute
 * @memory: NULL: every access is a callback
 */
struct vfu_bar {
	uint64_t size;
	bool is_64bit;
	bool prefetchable;
	const struct vfu_memory *memory;
};

/**
 * struct vfu_capability - a capability the library does not make itself
 * @id: PCI capability id, or the extended capability's id
 * @version: of an extended capability; 0 for a plain one
 * @data: the bytes that follow the capability's header (2 bytes of a plain
 *	one, 4 of an extended one)
 * @writable: mask of the bits the guest may change, @size bytes; NULL: none
 * @size: of @data
 */
struct vfu_capability {
	uint16_t id;
	uint8_t version;
	const void *data;
	const void *writable;
	size_t size;
};

/**
 * struct vfu_options - what the device is
 * @vendor: PCI ids, as lspci prints them
 * @device: likewise
 * @subsystem_vendor: likewise
 * @subsystem: likewise
 * @class_code: 24 bits: base class, sub-class, programming interface
 * @revision: PCI revision
 * @bars: base address registers by index
 * @rom: expansion ROM image, copied; NULL: none
 * @rom_size: its length, padded to a power of two of at least 2 KiB
 * @intx: the device has a level interrupt line (pin A)
 * @msi_vectors: 0, or a power of two up to 32
 * @msix_vectors: 0 to 2048
 * @msix_bar: the BAR that holds the MSI-X table and pending bits. The library
 *	serves both: the model never sees accesses to them, and they must not
 *	lie in a mappable area.
 * @msix_table: offset of the table (16 bytes a vector), a multiple of 8
 * @msix_pba: offset of the pending bits (8 bytes per 64 vectors), likewise
 * @capabilities: further capabilities, in order
 * @n_capabilities: how many
 * @extended: further extended capabilities, in order
 * @n_extended: how many
 * @faults: faults that can be asked for, see fault.h; must outlive the server and
 *	adds a vendor-specific extended capability. NULL: none
 *
 * Power management and PCI Express endpoint capabilities (with function level
 * reset) are always there. Zero is a good default for every member except the
 * ids, and everything but the BARs' descriptors is copied.
 */
struct vfu_options {
	uint16_t vendor;
	uint16_t device;
	uint16_t subsystem_vendor;
	uint16_t subsystem;
	uint32_t class_code;
	uint8_t revision;
	struct vfu_bar bars[VFU_NUM_BARS];
	const void *rom;
	size_t rom_size;
	bool intx;
	unsigned int msi_vectors;
	unsigned int msix_vectors;
	unsigned int msix_bar;
	uint64_t msix_table;
	uint64_t msix_pba;
	const struct vfu_capability *capabilities;
	size_t n_capabilities;
	const struct vfu_capability *extended;
	size_t n_extended;
	struct vfu_faults *faults;
};

/**
 * struct vfu_ops - what the model does
 * @bar_read: the guest reads [@off, @off + @len) of BAR @bar, which lies within
 *	the BAR, outside its areas and outside the MSI-X structures. A CPU's
 *	access has @len 1, 2, 4 or 8, but any length up to VFU_MAX_TRANSFER may
 *	come from a client. 0, or -errno: the client gets an error reply (a
 *	guest then reads all ones).
 * @bar_write: likewise; -errno: an error reply, the guest's store is lost
 * @config_write: after the guest changed [@off, @off + @len) of configuration
 *	space, which vfu_config_read() then shows; optional
 * @reset: the device is reset (by the client's reset message or the guest's
 *	function level reset). Configuration space and MSI-X table already are
 *	in their initial state; optional
 * @disconnected: the client is gone. Its mappings and interrupts are still
 *	there during the call, but nobody waits for what they do; they go away
 *	after it. Device state stays as it is; optional
 * @log: one line about a client's mistake or a failure, no newline; optional
 */
struct vfu_ops {
	int (*bar_read)(void *priv, unsigned int bar, uint64_t off, void *buf,
			size_t len);
	int (*bar_write)(void *priv, unsigned int bar, uint64_t off,
			 const void *buf, size_t len);
	void (*config_write)(void *priv, uint32_t off, size_t len);
	void (*reset)(void *priv);
	void (*disconnected)(void *priv);
	void (*log)(void *priv, const char *line);
};

/**
 * vfu_server_create() - make a device that nobody can reach yet
 * @options: what it is; not referred to after the call
 * @ops: what it does; must outlive the server
 * @priv: handed to every callback
 * @out: the server
 *
 * Return: 0; -EINVAL: contradictory options; -ENOMEM; or what opening an event
 * descriptor failed with. A line naming the
 * wrong option goes to @ops->log.
 */
int vfu_server_create(const struct vfu_options *options,
		      const struct vfu_ops *ops, void *priv,
		      struct vfu_server **out);

/** vfu_server_destroy() - undo vfu_server_create(); NULL is fine
 *
 * No other thread may be inside a call on the server. Removes the socket's name
 * if vfu_server_listen() made one.
 */
void vfu_server_destroy(struct vfu_server *server);

/**
 * vfu_server_listen() - make the UNIX socket that clients connect to
 * @server: the server
 * @path: its name. A name left by a dead server is replaced; one that a living
 *	process answers on is -EADDRINUSE.
 *
 * A client may connect as soon as this returns.
 *
 * Return: 0, -ENAMETOOLONG, -EADDRINUSE, or what bind() failed with.
 */
int vfu_server_listen(struct vfu_server *server, const char *path);

/**
 * vfu_server_attach() - serve an already connected stream socket instead
 * @server: the server
 * @fd: the socket; the library closes it, also if this fails
 *
 * The next vfu_server_run() serves it. For socket activation and tests.
 *
 * Return: 0; -EBUSY: one is waiting already.
 */
int vfu_server_attach(struct vfu_server *server, int fd);

/**
 * vfu_server_join() - put the device below a PCIe switch, with others
 * @server: nobody is served yet
 * @path: a file that all devices of the switch name; made if there is none. They must
 *	see each other's /proc
 *
 * From then on DMA to the memory of another device's BAR reaches it, without the
 * client's help, as long as that device decodes it.
 *
 * Return: 0; -EBUSY: it is below one; or what the file failed with.
 */
int vfu_server_join(struct vfu_server *server, const char *path);

/**
 * vfu_server_run() - wait for one client and serve it until it is gone
 * @server: the server
 *
 * Blocks. The caller becomes the server thread for the time of the call.
 *
 * Return: 0: the client left, call again to wait for the next (the device keeps
 * its state); -EPROTO: the client broke the protocol and was cut off, which
 * leaves the server as sound as 0 does; -ECANCELED: vfu_server_stop();
 * -ENOTCONN: neither listening nor attached; another -errno: the socket failed.
 */
int vfu_server_run(struct vfu_server *server);

/**
 * vfu_server_stop() - let vfu_server_run() return -ECANCELED
 * @server: the server
 *
 * Also from a signal handler. Final: later runs return at once, and DMA by
 * message fails with -ECANCELED.
 */
void vfu_server_stop(struct vfu_server *server);

/**
 * vfu_config_read() - what configuration space holds now
 * @server: the server
 * @off: first byte
 * @buf: where to
 * @len: @off + @len must not pass VFU_CONFIG_SIZE
 *
 * Any thread. Return: 0 or -EINVAL.
 */
int vfu_config_read(struct vfu_server *server, uint32_t off, void *buf,
		    size_t len);

/**
 * vfu_bus_master() - may the device do DMA: the command register's bit
 * @server: the server
 *
 * The vfu_dma_*() calls do not look at it themselves; a model that wants to be
 * true to a detail asks. Any thread.
 */
bool vfu_bus_master(struct vfu_server *server);

/**
 * vfu_dma_read() - copy from guest memory
 * @server: the server
 * @iova: bus address
 * @buf: where to
 * @len: any; a range may span any number of mappings
 *
 * An unmap by the client waits for a copy in its range that has begun.
 *
 * Return: 0; -EFAULT: part of the range is not mapped or not readable (nothing,
 * or a part before the hole, was copied); -ECANCELED, -ENOTCONN, -ETIMEDOUT,
 * or the client's own error: a part that has no file behind it had to be asked
 * for by message, and that failed; -EDEADLK: such a part, but this is a
 * callback, and the client waits for the callback before it answers.
 */
int vfu_dma_read(struct vfu_server *server, uint64_t iova, void *buf,
		 size_t len);

/** vfu_dma_write() - copy to guest memory; see vfu_dma_read() */
int vfu_dma_write(struct vfu_server *server, uint64_t iova, const void *buf,
		  size_t len);

/**
 * struct vfu_pin - a piece of guest memory held in place
 * @ptr: its first byte
 * @len: how much of what was asked for is contiguous here, at least 1
 * @opaque: the library's
 */
struct vfu_pin {
	void *ptr;
	size_t len;
	void *opaque;
};

/**
 * vfu_dma_pin() - reach guest memory without copying
 * @server: the server
 * @iova: bus address
 * @len: wanted, not 0; @pin->len says what one piece holds. Go on behind it
 *	with another pin for the rest.
 * @write: the pointer will be written through
 * @pin: the result
 *
 * Until vfu_dma_unpin() an unmap of the piece waits, and with it the guest: hold
 * a pin for a copy, not longer, and do not wait for the server thread with one
 * in hand. Do not call it from a callback and keep it past the callback.
 *
 * Return: 0; -EFAULT: not mapped so; -EOPNOTSUPP: mapped, but only
 * vfu_dma_read() and vfu_dma_write() reach it (the client gave no file, or one
 * that it could shrink under us).
 */
int vfu_dma_pin(struct vfu_server *server, uint64_t iova, size_t len,
		bool write, struct vfu_pin *pin);

/** vfu_dma_unpin() - let go of what vfu_dma_pin() gave, from any thread */
void vfu_dma_unpin(struct vfu_server *server, struct vfu_pin *pin);

/**
 * vfu_irq_trigger() - raise message-signalled interrupt @vector
 * @server: the server
 * @vector: MSI-X vector if the guest enabled MSI-X, else MSI vector
 *
 * A masked MSI-X vector becomes pending and is delivered when unmasked.
 *
 * Return: 0: delivered or pending; -EINVAL: the device has no such vector;
 * -EAGAIN: the guest has no interrupt of that kind enabled, or the card is off the bus.
 */
int vfu_irq_trigger(struct vfu_server *server, unsigned int vector);

/**
 * vfu_intx_set() - drive the level interrupt line
 * @server: the server
 * @asserted: the line's level. While it stays up the guest gets the interrupt
 *	again each time it unmasks it.
 *
 * Return: 0; -EINVAL: the device has no line.
 */
int vfu_intx_set(struct vfu_server *server, bool asserted);

/**
 * vfu_report_error() - tell the client of a fatal device error
 * @server: the server
 *
 * QEMU then stops the guest: it has no way to report it.
 *
 * Return: 0; -EAGAIN: the client did not ask to hear of it.
 */
int vfu_report_error(struct vfu_server *server);

#endif /* VFU_H */
