/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libgantry: move data between files, host memory and the memory of
 * accelerators of several vendors, through the kernel module gantry.ko.
 *
 * The manual pages and the texts of gantry_strerror() and gantry_explain() are
 * made from the comments of this file by userlib/doc/from-header, whose head
 * says how a comment has to look. This part becomes libgantry(7).
 *
 * RESULTS. Every call that can fail returns an int: 0 or a count (or a file
 * descriptor, where it says so), or a negative errno. errno itself is left
 * alone. A call that fails has changed nothing and written none of its
 * results. Two results never mean two things: a wait whose time is up is
 * always -ETIMEDOUT, a job that the driver ended for lack of progress is -ETIME.
 *
 * ERRORS. What each of them means to gantry, and what to do:
 *   -E2BIG  an option was set that this library does not know: install a newer
 *	libgantry, or leave the option zero;
 *   -EACCES  permission denied: run as a member of the group that owns the
 *	device file, in the cgroup that opened it, or choose a buffer that may be
 *	written; 'gantryctl policy list' shows what else may refuse;
 *   -EBADF  no open file descriptor has this number: pass one that was not
 *	closed yet;
 *   -EBUSY  the queue holds as many jobs as it can: wait for one of them, then
 *	submit again;
 *   -ECANCELED  an earlier job of the queue failed, so this one was not done:
 *	gantry_queue_error() tells which and why, and a new queue goes on;
 *   -ECHILD  the object belongs to the parent of this process: open the card
 *	anew after fork();
 *   -EDQUOT  a policy of the card sets a limit, which is reached: free something,
 *	or ask the operator to raise it ('gantryctl policy set quota');
 *   -EFAULT  a pointer leads to memory that cannot be read or written: pass
 *	memory of this process;
 *   -EINVAL  an argument is out of range, or NULL where it must not be: the
 *	call's manual page says what it takes;
 *   -EIO  the card failed: make a new queue, and if that fails as well bind the
 *	card anew; the kernel log says more;
 *   -EMFILE  this process has too many open files: close some, or raise its
 *	limit (ulimit -n);
 *   -ENFILE  the system has too many open files: close some, or raise the
 *	sysctl fs.file-max;
 *   -ENOBUFS  the batch is full: submit it, then go on;
 *   -ENODEV  the card was removed, or its driver unbound: close everything,
 *	then open a card that is there;
 *   -ENOENT  there is nothing of this name or number: 'gantryctl list' shows
 *	the cards, 'gantryctl info' what a card has;
 *   -ENOMEM  the host is out of memory: end something, or use smaller buffers;
 *   -ENOSPC  no room is left on the card: destroy buffers or queues, or try
 *	another region; 'gantryctl info' shows what is free;
 *   -ENOSYS  this system has no sysfs: mount it at /sys;
 *   -ENXIO  gantry does not drive this card: 'gantryctl bind' gives it to gantry;
 *   -EOPNOTSUPP  this card, kernel or kind of memory cannot do that: the call's
 *	manual page says what can;
 *   -EPERM  the system forbids it: look at the seals of the memory, at what the
 *	container allows, and at the card's policies ('gantryctl policy list');
 *   -ESTALE  the memory was another card's, and that card has gone: destroy the
 *	buffer;
 *   -ETIME  the card made no progress with the job, which was ended: make a new
 *	queue; the kernel log says what became of the card;
 *   -ETIMEDOUT  the time was up first: what was waited for can still come, so
 *	wait again;
 *   -EXDEV  the objects belong to different devices or contexts: export the one
 *	and import it beside the other.
 *
 * Each call lists the errors that mean something special to it. Any call may
 * also return
 *   -ECHILD, when the object was made by the parent of this process;
 *   -EINVAL, when a pointer is NULL that must not be;
 *   -ENODEV and -ENOMEM, when it talks to the card.
 *
 * UNITS. Sizes, offsets and lengths are bytes. Times are nanoseconds. A
 * timeout counts from the call: 0 only looks, a negative one waits for ever.
 *
 * STRUCTURES. They begin with their own size, which the caller sets:
 *	struct gantry_region_info info = { .size = sizeof(info) };
 * They grow at their end only. A program built against an older library gets
 * and gives the part it knows; a newer program on an older library gets zeros
 * for what the library does not know, and -E2BIG if it asks for it. A size too
 * small to be any version of the structure is -EINVAL. Options may be NULL: all
 * defaults. A zero field of an option is its default.
 *
 * OWNERSHIP. What a _create, _open or _import call made, one _destroy or
 * _close call ends; these take NULL. An object keeps what it was made from:
 * buffers, queues and fences may outlive the gantry_device_close() of their
 * device, and the kernel keeps a buffer until no submitted job uses it.
 *
 * THREADS. Any call on a device, a card list, a buffer or a fence may be made
 * from several threads at once. One queue's prep, discard and submit calls belong
 * to one thread at a time: threads that share a queue hold a lock of their own
 * from the first prep to the submit. Its wait, completed and error calls may be
 * made by any number of threads meanwhile. Calls on different queues never wait
 * for each other in the library. Nobody may use an object while or after it is
 * destroyed.
 *
 * FORK. Objects serve the process that made them. In a child every call
 * returns -ECHILD, except the _destroy and _close calls, which free the
 * child's memory and leave the parent's objects alone; mappings are absent. A
 * child that wants to use a card opens it itself. Other threads may be inside
 * of calls during fork(): what they hold is no hindrance to the child.
 * Descriptors are close-on-exec.
 *
 * SIGNALS. No call returns because of a handled signal; waits go on. In a signal
 * handler only gantry_queue_completed() and gantry_queue_error() may be called.
 */
#ifndef GANTRY_H
#define GANTRY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gantry_card_list;
struct gantry_device;
struct gantry_buffer;
struct gantry_queue;
struct gantry_fence;
struct gantry_peer;

/* ---- Errors: what a result means ---------------------------------------- */

/**
 * gantry_strerror() - tell what an error means to gantry, and what to do
 * @error: a result of this library: a negative errno; a positive one is taken too
 *
 * Unlike strerror() it speaks of cards, queues and buffers. The text is English
 * whatever the locale, one line without a full stop, and stays valid for ever;
 * any thread may call at any time, a child after fork() too.
 *
 * Return: the text, never NULL; for a number that the library never returns what
 * the C library says of it.
 */
const char *gantry_strerror(int error);

/**
 * gantry_explain() - tell what an error of one call means, and what to do
 * @call: the name of the function that returned it: "gantry_queue_submit"
 * @error: as in gantry_strerror()
 *
 * An errno can have several reasons; the call that returned it narrows them down.
 *
 * Return: the text, never NULL; what gantry_strerror() says when @call is NULL,
 * unknown, or has nothing of its own to say about @error.
 */
const char *gantry_explain(const char *call, int error);

/* ---- Cards: what is plugged in, with or without our driver ------------- */

/**
 * struct gantry_card - a card that gantry drives or could drive
 */
struct gantry_card {
	/** @size: sizeof(struct gantry_card) */
	size_t size;
	/** @pci_address: "0000:00:04.0" */
	char pci_address[16];
	/** @chip: "trainium2", "a100"; empty: driven by a gantry.ko newer than this library */
	char chip[32];
	/** @driver: kernel driver that has the card now, empty: none */
	char driver[32];
	/** @driver_override: the only driver allowed to bind it, empty: no such rule */
	char driver_override[32];
	/** @node: "/dev/accel/accel0", empty unless @driver is gantry */
	char node[64];
	/** @vendor_id: PCI vendor */
	uint16_t vendor_id;
	/** @device_id: PCI device */
	uint16_t device_id;
	/** @revision: PCI revision */
	uint16_t revision;
	/** @pad: zero */
	uint16_t pad;
	/** @index: N of accelN, -1: no node */
	int32_t index;
	/** @numa_node: memory node the card is near to, -1: unknown */
	int32_t numa_node;
};

/**
 * gantry_card_list_create() - look at what is plugged in now
 * @out: the list, sorted by PCI address; end it with gantry_card_list_destroy()
 *
 * Needs no privilege and opens no card. The list does not follow later changes.
 *
 * Return: 0, or
 *   -ENOSYS.
 */
int gantry_card_list_create(struct gantry_card_list **out);

/**
 * gantry_card_list_destroy() - free a list
 * @list: NULL is fine
 */
void gantry_card_list_destroy(struct gantry_card_list *list);

/**
 * gantry_card_list_count() - count the cards of a list
 *
 * Return: the count, 0 is a good answer.
 */
int gantry_card_list_count(const struct gantry_card_list *list);

/**
 * gantry_card_list_get() - get one card of a list
 * @index: from 0
 * @card: filled in; its size is set by the caller
 *
 * Return: 0, or
 *   -ENOENT  @index is past the last: gantry_card_list_count() tells how many there are.
 */
int gantry_card_list_get(const struct gantry_card_list *list, unsigned int index,
			 struct gantry_card *card);

/**
 * gantry_card_list_find() - find the card that a person named
 * @name: a PCI address ("0000:00:04.0", "00:04.0"), "accel0", "0" or
 *	  "/dev/accel/accel0"; NULL: the first card that gantry drives
 * @card: filled in; its size is set by the caller
 *
 * Return: 0, or
 *   -ENOENT  there is no such card: 'gantryctl list' shows all.
 */
int gantry_card_list_find(const struct gantry_card_list *list, const char *name,
			  struct gantry_card *card);

/* ---- Device: an open card --------------------------------------------- */

/**
 * gantry_device_open() - open a card; the kernel makes a context for it
 * @name: as in gantry_card_list_find()
 * @out: end it with gantry_device_close()
 *
 * Two opens of one card are two contexts: nothing made in the one is known in
 * the other, except what is exported and imported.
 *
 * Return: 0, or
 *   -ENOENT  there is no such card: 'gantryctl list' shows all;
 *   -ENXIO  the card is there but gantry does not drive it: 'gantryctl bind'
 *	gives it to gantry;
 *   -EOPNOTSUPP  the device file belongs to another driver, or to a gantry.ko
 *	too old for this library: install both from one release;
 *   -EACCES  this user may not open the device file: run as a member of the
 *	group that owns it;
 *   -EPERM  the container does not let the device file in: allow it there;
 *   -ENOSYS, -EMFILE.
 */
int gantry_device_open(const char *name, struct gantry_device **out);

/**
 * gantry_device_open_fd() - use a context that is open already
 * @fd: of the accel node, for instance received over a UNIX socket; the library
 *	takes a duplicate, so the caller still closes its own
 *
 * The context is shared with whoever else holds the descriptor.
 *
 * Return: 0, or
 *   -EBADF  @fd is not open;
 *   -EOPNOTSUPP  @fd is not a device of gantry: open /dev/accel/accelN;
 *   -EMFILE.
 */
int gantry_device_open_fd(int fd, struct gantry_device **out);

/**
 * gantry_device_close() - let go of a device
 * @dev: NULL is fine
 *
 * The context ends with the last object made in it.
 */
void gantry_device_close(struct gantry_device *dev);

/**
 * gantry_device_fd() - get the descriptor, for ioctls of one's own
 *
 * Return: a descriptor that stays the library's: do not close it.
 */
int gantry_device_fd(const struct gantry_device *dev);

/**
 * struct gantry_device_info - what the card is, and the limits of its calls
 */
struct gantry_device_info {
	/** @size: sizeof(struct gantry_device_info) */
	size_t size;
	/** @pci_address: "0000:00:04.0" */
	char pci_address[16];
	/** @chip: "trainium2" or "a100" */
	char chip[32];
	/** @serial: serial number, 0: the card tells none */
	uint64_t serial;
	/** @vendor_id: PCI vendor */
	uint16_t vendor_id;
	/** @device_id: PCI device */
	uint16_t device_id;
	/** @revision: PCI revision */
	uint16_t revision;
	/** @pad: zero */
	uint16_t pad;
	/** @region_count: regions (stacks) of device memory, numbered from 0 */
	uint32_t region_count;
	/** @sensor_count: sensors, numbered from 0 */
	uint32_t sensor_count;
	/** @neighbor_count: links to other cards, numbered from 0 */
	uint32_t neighbor_count;
	/** @ring_count: hardware rings or engines shared by the queues of everybody */
	uint32_t ring_count;
	/** @max_queues: queues that a context may have */
	uint32_t max_queues;
	/** @max_ops: operations in one submission */
	uint32_t max_ops;
	/** @max_syncs: waits, and likewise signals, in one submission */
	uint32_t max_syncs;
	/** @max_jobs: submissions that one queue holds before it answers -EBUSY */
	uint32_t max_jobs;
	/** @page_size: buffer sizes are rounded up to this */
	uint32_t page_size;
	/** @job_timeout_ms: a job without progress is ended after this long */
	uint32_t job_timeout_ms;
};

/**
 * gantry_device_get_info() - tell what the card is
 * @info: filled in; its size is set by the caller
 *
 * Read once, at open: no system call.
 *
 * Return: 0.
 */
int gantry_device_get_info(const struct gantry_device *dev,
			   struct gantry_device_info *info);

/**
 * struct gantry_region_info - one region of device memory, in bytes
 */
struct gantry_region_info {
	/** @size: sizeof(struct gantry_region_info) */
	size_t size;
	/** @total: bytes in all */
	uint64_t total;
	/** @free: bytes that can be handed out at once */
	uint64_t free;
	/** @scrubbing: bytes that were freed and are being zeroed */
	uint64_t scrubbing;
	/** @dirty: bytes of @free that are zeroed only when they are handed out */
	uint64_t dirty;
	/** @name: "hbm0" */
	char name[16];
};

/**
 * gantry_device_get_region() - tell how full a region is now
 * @index: from 0
 * @info: filled in; its size is set by the caller
 *
 * Return: 0, or
 *   -ENOENT  there is no such region: gantry_device_info.region_count tells how
 *	many there are.
 */
int gantry_device_get_region(const struct gantry_device *dev, unsigned int index,
			     struct gantry_region_info *info);

/**
 * enum gantry_sensor_kind - the unit of a reading
 */
enum gantry_sensor_kind {
	/** @GANTRY_SENSOR_TEMPERATURE: thousandths of a degree Celsius */
	GANTRY_SENSOR_TEMPERATURE = 1,
	/** @GANTRY_SENSOR_POWER: microwatts */
	GANTRY_SENSOR_POWER = 2,
	/** @GANTRY_SENSOR_ERRORS: a count since the card's reset */
	GANTRY_SENSOR_ERRORS = 3,
	/** @GANTRY_SENSOR_UTILIZATION: thousandths of the whole */
	GANTRY_SENSOR_UTILIZATION = 4,
};

/**
 * struct gantry_sensor_info - one reading
 */
struct gantry_sensor_info {
	/** @size: sizeof(struct gantry_sensor_info) */
	size_t size;
	/** @value: in the unit of @kind */
	int64_t value;
	/** @name: "hbm0_ecc_uncorrected" */
	char name[32];
	/** @kind: enum gantry_sensor_kind, or a later one that has no name here */
	uint32_t kind;
	/** @pad: zero */
	uint32_t pad;
};

/**
 * gantry_device_get_sensor() - read a sensor
 * @index: from 0
 * @info: filled in; its size is set by the caller
 *
 * May sleep some milliseconds, until the card has answered.
 *
 * Return: 0, or
 *   -ENOENT  there is no such sensor: gantry_device_info.sensor_count tells how
 *	many there are;
 *   -EOPNOTSUPP  this card has no such sensor to read;
 *   -EIO  the card gave no answer: try again.
 */
int gantry_device_get_sensor(const struct gantry_device *dev, unsigned int index,
			     struct gantry_sensor_info *info);

/**
 * struct gantry_neighbor_info - a card that this one is wired to
 */
struct gantry_neighbor_info {
	/** @size: sizeof(struct gantry_neighbor_info) */
	size_t size;
	/** @serial: of the card at the other end */
	uint64_t serial;
	/** @port: which link of this card */
	uint32_t port;
	/** @pad: zero */
	uint32_t pad;
};

/**
 * gantry_device_get_neighbor() - tell where a link leads
 * @index: from 0
 * @info: filled in; its size is set by the caller
 *
 * Return: 0, or
 *   -ENOENT  there is no such link: gantry_device_info.neighbor_count tells how
 *	many there are;
 *   -EOPNOTSUPP  this card cannot tell where its links lead;
 *   -EIO  the card gave no answer: try again.
 */
int gantry_device_get_neighbor(const struct gantry_device *dev, unsigned int index,
			       struct gantry_neighbor_info *info);

/**
 * struct gantry_counters_info - what the driver did on the card since it bound
 * it, for all contexts together
 */
struct gantry_counters_info {
	/** @size: sizeof(struct gantry_counters_info) */
	size_t size;
	/** @jobs_completed: submissions that ended well */
	uint64_t jobs_completed;
	/** @jobs_failed: submissions that ended with an error */
	uint64_t jobs_failed;
	/** @jobs_timed_out: of these, the ones that made no progress in time */
	uint64_t jobs_timed_out;
	/** @late_completions: time-outs where a second look found the job done */
	uint64_t late_completions;
	/** @ring_resets: rings reset to get rid of a job */
	uint64_t ring_resets;
	/** @device_resets: resets of the whole card that helped */
	uint64_t device_resets;
	/** @bytes_copied: by copies of users */
	uint64_t bytes_copied;
	/** @bytes_filled: by fills of users */
	uint64_t bytes_filled;
	/** @bytes_scrubbed: zeroed before memory was handed out */
	uint64_t bytes_scrubbed;
	/** @bytes_scrub_failed: could not be zeroed; tried again before use */
	uint64_t bytes_scrub_failed;
	/** @device_resets_failed: resets of the whole card that did not help */
	uint64_t device_resets_failed;
};

/**
 * gantry_device_get_counters() - tell what the driver did
 * @info: filled in; its size is set by the caller
 *
 * Return: 0, or
 *   -EOPNOTSUPP  this card has no counters.
 */
int gantry_device_get_counters(const struct gantry_device *dev,
			       struct gantry_counters_info *info);

/**
 * enum gantry_fault_kind - why the card could not do a job
 */
enum gantry_fault_kind {
	/** @GANTRY_FAULT_NONE: no job of this device was to blame for anything */
	GANTRY_FAULT_NONE = 0,
	/** @GANTRY_FAULT_HANG: it made no progress, and the card does not say why */
	GANTRY_FAULT_HANG = 1,
	/** @GANTRY_FAULT_ERROR: the card reported an error of its own or of memory */
	GANTRY_FAULT_ERROR = 2,
	/**
	 * @GANTRY_FAULT_PAGE: it reached for an address at which this device has nothing,
	 * or for what it may only read: open the card anew, this one takes no work any more
	 */
	GANTRY_FAULT_PAGE = 3,
};

/**
 * enum gantry_fault_access - what was done where the fault was
 */
enum gantry_fault_access {
	/** @GANTRY_ACCESS_UNKNOWN: the card does not say */
	GANTRY_ACCESS_UNKNOWN = 0,
	/** @GANTRY_ACCESS_READ: it was read */
	GANTRY_ACCESS_READ = 1,
	/** @GANTRY_ACCESS_WRITE: it was written */
	GANTRY_ACCESS_WRITE = 2,
};

/**
 * struct gantry_fault_info - a job that the card could not do
 */
struct gantry_fault_info {
	/** @size: sizeof(struct gantry_fault_info) */
	size_t size;
	/**
	 * @address: where it was, as the card's own page tables have it, 0: the card does
	 * not say; to be compared with other faults and the device coredump
	 */
	uint64_t address;
	/** @seqno: of the job in its queue, the one whose gantry_queue_error() names it */
	uint64_t seqno;
	/** @kind: one of &enum gantry_fault_kind; if NONE, all else is zero */
	uint32_t kind;
	/** @access: one of &enum gantry_fault_access */
	uint32_t access;
	/** @queue: the kernel's number of the queue, as the tracepoint of its making has it */
	uint32_t queue;
	/** @engine: the engine at work, below gantry_device_info.ring_count */
	uint32_t engine;
};

/**
 * gantry_device_get_fault() - tell why the card could not do a job
 * @info: filled in; its size is set by the caller
 *
 * Tells of the last job that was submitted through @dev and was itself to blame. A
 * job that failed with -EIO and left no fault was only in flight when the card was
 * reset: submit it again.
 *
 * After a page fault, which only cards with page tables have (A100; a Trainium2 tells
 * no address either), nothing submitted through @dev is done any more. Its buffers stay,
 * to be mapped, or exported to another gantry_device_open() of the card.
 *
 * Return: 0.
 */
int gantry_device_get_fault(const struct gantry_device *dev, struct gantry_fault_info *info);

/* ---- Buffers: memory of the host or of the card ------------------------ */

/** Region of buffers in host memory. */
#define GANTRY_REGION_HOST	0xffffffffu
/** Any region of device memory: the driver takes the one with most room. */
#define GANTRY_REGION_ANY	0xfffffffeu

/**
 * gantry_buffer_create() - make a buffer that reads as zero
 * @length: bytes; rounded up to gantry_device_info.page_size
 * @region: a region's number, %GANTRY_REGION_HOST or %GANTRY_REGION_ANY
 * @out: end it with gantry_buffer_destroy()
 *
 * Sleeps while freed device memory that it needs is still being zeroed.
 *
 * Return: 0, or
 *   -EINVAL  the length is 0 or larger than any memory, or the card has no such
 *	region: gantry_device_info.region_count tells how many there are;
 *   -ENOSPC  the region has no room: destroy buffers, or try another region;
 *   -ENOMEM  the host has no memory for it: end something, or ask for less;
 *   -EIO  the card failed to zero the memory: try again, or another region;
 *   -EOPNOTSUPP  the card cannot reach this host's memory directly: turn the
 *	IOMMU on.
 */
int gantry_buffer_create(struct gantry_device *dev, uint64_t length, uint32_t region,
			 struct gantry_buffer **out);

/**
 * gantry_buffer_import() - use memory that another device or context exported
 * @dmabuf_fd: stays the caller's, who may close it at once
 *
 * The memory lives as long as this buffer. Importing what this context exported
 * gives a second buffer for the same memory. The driver that exported the memory
 * may answer with errors of its own.
 *
 * Device memory of another card can be used where the kernel lets this card reach
 * it. It is gone when that card is; a job that uses it while that card is reset or
 * goes away ends with -EIO.
 *
 * Return: 0, or
 *   -EBADF  @dmabuf_fd is not open;
 *   -EINVAL  @dmabuf_fd is not a dma-buf;
 *   -EOPNOTSUPP  it is the device memory of another card, which this one cannot
 *	reach: copy it through a host buffer, as gantry_peer_copy() does;
 *   -ESTALE  it was the device memory of another card, which has gone.
 */
int gantry_buffer_import(struct gantry_device *dev, int dmabuf_fd,
			 struct gantry_buffer **out);

/**
 * gantry_buffer_import_memfd() - let the card reach shared memory of programs
 * @memfd: from memfd_create(); stays the caller's, who may close it at once.
 *	   Sealed with F_SEAL_SHRINK (its pages may not go away) and not with
 *	   F_SEAL_WRITE
 * @offset: in bytes, a multiple of the page size
 * @length: in bytes, a multiple of the page size, more than 0, inside the file
 *
 * No copy is made: the card reads and writes the very pages, which stay in
 * memory for as long as the buffer lives. The program maps the memfd itself;
 * the buffer cannot be mapped. Needs the kernel's udmabuf and the right to open
 * /dev/udmabuf, whose module parameter size_limit_mb limits @length (64 MiB
 * unless the operator set it).
 *
 * Return: 0, or
 *   -EBADF  @memfd is not open;
 *   -EINVAL  it is not a memfd, the range is not whole pages inside of it, or is
 *	more than udmabuf's size_limit_mb allows;
 *   -EPERM  the memfd must be sealed with F_SEAL_SHRINK and must not be sealed
 *	with F_SEAL_WRITE;
 *   -EOPNOTSUPP  this kernel has no udmabuf: 'modprobe udmabuf';
 *   -EACCES  this user may not open /dev/udmabuf.
 */
int gantry_buffer_import_memfd(struct gantry_device *dev, int memfd, uint64_t offset,
			       uint64_t length, struct gantry_buffer **out);

/**
 * gantry_buffer_export() - offer a buffer to other devices and contexts
 *
 * Return: a dma-buf descriptor (close-on-exec) that the caller closes, or
 *   -EMFILE, -ENFILE.
 */
int gantry_buffer_export(struct gantry_buffer *buf);

/**
 * gantry_buffer_map() - let the program reach the bytes
 * @out: the address; the same one at each call until gantry_buffer_unmap()
 *
 * Device memory is mapped write-combining: written quickly, read slowly (copy
 * to a host buffer instead). The mapping is shared with the card: who writes
 * when is for the caller to settle, by waiting for jobs. A forked child does
 * not have it. After the card was removed, touching a mapping of device memory
 * raises SIGBUS.
 *
 * Return: 0, or
 *   -EOPNOTSUPP  the buffer was imported: whoever made the memory has to map it;
 *   -ENOMEM  this process has no address space left for it.
 */
int gantry_buffer_map(struct gantry_buffer *buf, void **out);

/**
 * gantry_buffer_unmap() - end the mapping
 *
 * It is no error if there is none.
 *
 * Return: 0.
 */
int gantry_buffer_unmap(struct gantry_buffer *buf);

/**
 * gantry_buffer_destroy() - unmap and let go of a buffer
 * @buf: NULL is fine
 *
 * Jobs that were submitted still finish with it. Operations that were prepared
 * but not submitted must not name it any more.
 */
void gantry_buffer_destroy(struct gantry_buffer *buf);

/** The memory came from elsewhere as a dma-buf. */
#define GANTRY_BUFFER_IMPORTED	(1u << 0)
/** No operation may write it. */
#define GANTRY_BUFFER_READ_ONLY	(1u << 1)

/**
 * struct gantry_buffer_info - what a buffer is
 */
struct gantry_buffer_info {
	/** @size: sizeof(struct gantry_buffer_info) */
	size_t size;
	/** @length: bytes, rounded up as it was made */
	uint64_t length;
	/** @region: number of the device region, or %GANTRY_REGION_HOST */
	uint32_t region;
	/** @flags: GANTRY_BUFFER_* */
	uint32_t flags;
	/** @handle: GEM handle in this context, for ioctls of one's own */
	uint32_t handle;
	/** @pad: zero */
	uint32_t pad;
};

/**
 * gantry_buffer_get_info() - tell what a buffer is
 * @info: filled in; its size is set by the caller
 *
 * No system call.
 *
 * Return: 0.
 */
int gantry_buffer_get_info(const struct gantry_buffer *buf,
			   struct gantry_buffer_info *info);

/* ---- Fences: points on a timeline -------------------------------------- */

/**
 * gantry_fence_create() - make a timeline, at point 0
 * @out: end it with gantry_fence_destroy()
 *
 * A fence (a DRM timeline syncobj) is a number that only grows. A submission
 * signals points of it, other submissions and threads wait for points. Points
 * begin at 1 and are signaled in rising order: each submission that signals a
 * fence names a higher point than the one before it.
 *
 * A point signals when its job has ended, well or not: ask gantry_queue_wait()
 * how it ended. After a removal of the card all pending points signal.
 *
 * Return: 0.
 */
int gantry_fence_create(struct gantry_device *dev, struct gantry_fence **out);

/**
 * gantry_fence_destroy() - let go of a fence
 * @fence: NULL is fine
 *
 * Jobs that use it keep it.
 */
void gantry_fence_destroy(struct gantry_fence *fence);

/**
 * gantry_fence_signal() - signal a point from the host
 * @point: from 1, higher than those signaled before
 *
 * Return: 0, or
 *   -EINVAL  points begin at 1.
 */
int gantry_fence_signal(struct gantry_fence *fence, uint64_t point);

/**
 * gantry_fence_wait() - sleep until a point has signaled
 * @timeout: nanoseconds from now; 0 only looks, negative waits for ever
 *
 * Waits for points that nobody has submitted yet as well.
 *
 * Return: 0, or
 *   -ETIMEDOUT  the time was up first: the point can still signal, so wait again;
 *   -EINVAL  points begin at 1.
 */
int gantry_fence_wait(struct gantry_fence *fence, uint64_t point, int64_t timeout);

/**
 * gantry_fence_query() - get the highest point that has signaled
 *
 * Return: 0.
 */
int gantry_fence_query(struct gantry_fence *fence, uint64_t *point);

/**
 * gantry_fence_export() - offer the whole timeline to other contexts and processes
 *
 * Return: a syncobj descriptor (close-on-exec) that the caller closes, or
 *   -EMFILE, -ENFILE.
 */
int gantry_fence_export(struct gantry_fence *fence);

/**
 * gantry_fence_import() - take in a timeline that was exported elsewhere
 * @syncobj_fd: stays the caller's
 *
 * Return: 0, or
 *   -EINVAL  @syncobj_fd is not open, or not a syncobj: a sync_file is imported by
 *	gantry_fence_import_sync_file().
 */
int gantry_fence_import(struct gantry_device *dev, int syncobj_fd,
			struct gantry_fence **out);

/**
 * gantry_fence_export_sync_file() - make a file of one point, for poll and other drivers
 * @point: from 1
 *
 * Return: a sync_file descriptor (close-on-exec) that the caller closes, or
 *   -EINVAL  points begin at 1, or nobody has submitted this one yet: submit the
 *	job that signals it first;
 *   -EMFILE, -ENFILE.
 */
int gantry_fence_export_sync_file(struct gantry_fence *fence, uint64_t point);

/**
 * gantry_fence_import_sync_file() - let a point signal when a sync_file does
 * @point: from 1, higher than those signaled before
 * @sync_file_fd: stays the caller's
 *
 * Return: 0, or
 *   -EINVAL  points begin at 1, or @sync_file_fd is not open, or not a sync_file.
 */
int gantry_fence_import_sync_file(struct gantry_fence *fence, uint64_t point,
				  int sync_file_fd);

/* ---- Queues: work for the card ----------------------------------------- */

/** The priority of a queue unless it says otherwise. */
#define GANTRY_PRIORITY_NORMAL	0
/**
 * Served when no queue of normal priority has work on the same ring; where each queue
 * has a ring of its own, for a shorter time than those.
 */
#define GANTRY_PRIORITY_LOW	1

/** For gantry_queue_options.spin: sleep at once. */
#define GANTRY_SPIN_NONE	0xffffffffu

/**
 * struct gantry_queue_options - how a queue is made
 */
struct gantry_queue_options {
	/** @size: sizeof(struct gantry_queue_options) */
	size_t size;
	/** @priority: GANTRY_PRIORITY_* */
	uint32_t priority;
	/** @max_ops: room in the batch; 0: 256, or less if the card takes less */
	uint32_t max_ops;
	/** @max_syncs: room for waits, and likewise for signals; 0: 16 or less */
	uint32_t max_syncs;
	/**
	 * @spin: nanoseconds that a wait looks at the status page before it
	 * sleeps; 0: 10000, %GANTRY_SPIN_NONE: none
	 */
	uint32_t spin;
};

/**
 * gantry_queue_create() - make a queue
 * @options: NULL for the defaults
 * @out: end it with gantry_queue_destroy()
 *
 * Submissions of one queue take effect one after the other. Queues run side by
 * side; fences order them.
 *
 * Return: 0, or
 *   -EINVAL  unknown priority, or more operations or syncs than the card takes:
 *	gantry_device_info.max_ops and gantry_device_info.max_syncs tell how many;
 *   -E2BIG  an option was set that this library does not know: install a newer
 *	libgantry, or leave the option zero;
 *   -ENOSPC  this context has gantry_device_info.max_queues already, or there are as
 *	many queues on the card as it takes: destroy one;
 *   -EIO  the card has a fault: see its state in sysfs; or a job of this device took
 *	a page fault, which gantry_device_get_fault() tells: open the card anew.
 */
int gantry_queue_create(struct gantry_device *dev,
			const struct gantry_queue_options *options,
			struct gantry_queue **out);

/**
 * gantry_queue_destroy() - end a queue
 * @queue: NULL is fine
 *
 * Does not wait for the card: work that it has begun runs to its end, later
 * work is dropped. Wait first for what matters.
 */
void gantry_queue_destroy(struct gantry_queue *queue);

/**
 * The operation starts when all before it in the same submission have ended.
 * Without it they run in any order, and together.
 */
#define GANTRY_OP_BARRIER	(1u << 0)

/**
 * gantry_queue_prep_copy() - append a copy to the batch
 * @length: at least 1; any alignment
 * @flags: %GANTRY_OP_BARRIER or 0
 *
 * Writes one element of an array: no allocation, no system call. Both buffers
 * must live until gantry_queue_submit() has returned.
 *
 * Return: 0, or
 *   -EINVAL  a range is empty or leaves its buffer, source and destination
 *	overlap, or a flag is unknown;
 *   -EXDEV  a buffer belongs to another device or context: export it there and
 *	import it here;
 *   -EACCES  the destination may not be written;
 *   -ENOBUFS  the batch is full: submit it, or make queues with more room
 *	(gantry_queue_options.max_ops).
 */
int gantry_queue_prep_copy(struct gantry_queue *queue, struct gantry_buffer *dst,
			   uint64_t dst_offset, struct gantry_buffer *src,
			   uint64_t src_offset, uint64_t length, uint32_t flags);

/**
 * gantry_queue_prep_fill() - append a fill with a 32-bit pattern to the batch
 * @offset: a multiple of 4
 * @length: a multiple of 4, at least 4
 * @pattern: in the byte order of the host
 * @flags: %GANTRY_OP_BARRIER or 0
 *
 * Return: 0, or
 *   -EINVAL  the range is empty, leaves its buffer or is not made of whole words
 *	of 4 bytes, or a flag is unknown;
 *   -EXDEV  the buffer belongs to another device or context: export it there and
 *	import it here;
 *   -EACCES  the destination may not be written;
 *   -ENOBUFS  the batch is full: submit it, or make queues with more room
 *	(gantry_queue_options.max_ops).
 */
int gantry_queue_prep_fill(struct gantry_queue *queue, struct gantry_buffer *dst,
			   uint64_t offset, uint64_t length, uint32_t pattern,
			   uint32_t flags);

/**
 * gantry_queue_prep_wait() - let the batch start once a point has signaled
 * @point: from 1
 *
 * The point must have been submitted (or signaled) by the time of
 * gantry_queue_submit().
 *
 * Return: 0, or
 *   -EINVAL  points begin at 1;
 *   -EXDEV  the fence belongs to another device or context: export it there and
 *	import it here;
 *   -ENOBUFS  the batch has no room for more of these: make queues with more
 *	(gantry_queue_options.max_syncs).
 */
int gantry_queue_prep_wait(struct gantry_queue *queue, struct gantry_fence *fence,
			   uint64_t point);

/**
 * gantry_queue_prep_signal() - let a point signal when the batch has ended
 * @point: from 1, higher than those that others signal
 *
 * Return: as gantry_queue_prep_wait().
 */
int gantry_queue_prep_signal(struct gantry_queue *queue, struct gantry_fence *fence,
			     uint64_t point);

/**
 * gantry_queue_discard() - forget the batch: operations, waits and signals
 *
 * Return: 0.
 */
int gantry_queue_discard(struct gantry_queue *queue);

/**
 * gantry_queue_submit() - hand the batch to the card as one job
 * @seqno: the job's number in this queue, counting from 1; may be NULL
 *
 * Does not wait for the card. Once accepted the batch is empty again; if the
 * call fails, the batch stays as it was.
 *
 * Return: 0, or
 *   -EBUSY  the queue holds gantry_device_info.max_jobs jobs: wait for one of
 *	them, then submit again;
 *   -EINVAL  nothing was prepared, or it waits for a point that nobody has
 *	submitted yet: submit the job that signals it first;
 *   -ENOENT  a buffer or fence was destroyed after it was prepared: discard the
 *	batch, and destroy what it names only after it was submitted;
 *   -ESTALE  a buffer was the device memory of another card, which has gone:
 *	discard the batch, and destroy the buffer;
 *   -EIO  an earlier job broke the queue: gantry_queue_error() tells which and
 *	why, and a new queue goes on, after a page fault one of a card opened anew.
 */
int gantry_queue_submit(struct gantry_queue *queue, uint64_t *seqno);

/**
 * gantry_queue_wait() - wait until a job has ended, and tell how
 * @seqno: from gantry_queue_submit()
 * @timeout: nanoseconds from now; 0 only looks, negative waits for ever
 *
 * Looks at the status page first, spins briefly (gantry_queue_options.spin),
 * then sleeps in the kernel. When it returns 0, all that the job and those
 * before it wrote can be seen.
 *
 * Return: 0 when the job ended well, or
 *   -ETIMEDOUT  the job has not ended yet: wait again;
 *   -EINVAL  no job of this number was submitted to this queue;
 *   -ETIME  the card made no progress with the job, so the driver ended it, and
 *	the queue is broken: make a new one; the kernel log says what became of
 *	the card;
 *   -ECANCELED  an earlier job broke the queue, so this one was not done:
 *	gantry_queue_error() tells which and why; or a job of another queue took a
 *	page fault: gantry_device_get_fault() tells;
 *   -EIO  the card reported an error, and the queue is broken: make a new one;
 *	gantry_device_get_fault() tells whether it was this job's own;
 *   -ENODEV  the card was removed while it had the job.
 */
int gantry_queue_wait(struct gantry_queue *queue, uint64_t seqno, int64_t timeout);

/**
 * gantry_queue_completed() - get the number of the last job that has ended
 *
 * One read of the status page: no system call. What jobs up to it wrote can be
 * seen.
 *
 * Return: the number; 0 when none has ended yet, or @queue is NULL or a parent's.
 */
uint64_t gantry_queue_completed(const struct gantry_queue *queue);

/**
 * gantry_queue_error() - tell what broke the queue
 * @seqno: the job that did, 0: one of another queue; may be NULL
 *
 * One read of the status page: no system call.
 *
 * Return: 0 when the queue is fine (@seqno is not written), or how that job failed
 *   -ETIME  the card made no progress with the job, so the driver ended it: make
 *	a new queue; the kernel log says what became of the card;
 *   -EIO  the card reported an error: make a new queue; gantry_device_get_fault()
 *	tells whether it was the job's own;
 *   -ECANCELED  a job of another queue took a page fault: gantry_device_get_fault()
 *	tells, and the card has to be opened anew;
 *   -ENODEV  the card was removed.
 */
int gantry_queue_error(const struct gantry_queue *queue, uint64_t *seqno);

/* ---- Peers: from one card to another -------------------------------------- */

/**
 * struct gantry_peer_options - how copies from one card to another are made
 */
struct gantry_peer_options {
	/** @size: sizeof(struct gantry_peer_options) */
	size_t size;
	/**
	 * @piece: bytes that go through host memory at once, at most; 0: 8 MiB. A copy
	 * is cut into gantry_peer_options.depth pieces, as long as they have 2 MiB
	 */
	uint64_t piece;
	/** @depth: pieces under way at the same time, 64 at most; 0: 4 */
	uint32_t depth;
	/** @pad: zero */
	uint32_t pad;
};

/**
 * gantry_peer_create() - prepare copies from one card to another
 * @from: the card, or another context of it, whose buffers are read
 * @to: the one whose buffers are written; may be the same
 * @options: NULL for the defaults
 * @out: end it with gantry_peer_destroy()
 *
 * Makes a queue on each card and, between them, host memory of
 * gantry_peer_options.piece times gantry_peer_options.depth bytes, 1 GiB at
 * most. It serves one thread at a time.
 *
 * Return: 0, or
 *   -EINVAL  pieces too large, or too many of them;
 *   -E2BIG  an option was set that this library does not know: install a newer
 *	libgantry, or leave the option zero;
 *   -EMFILE  this process has too many open files: close some, or raise its
 *	limit (ulimit -n);
 *   -ENFILE  the system has too many open files: close some, or raise the
 *	sysctl fs.file-max;
 *   -EOPNOTSUPP  a card does not reach the host memory: its bus addresses are too
 *	narrow, so start the kernel with an IOMMU;
 *   -ENOSPC  a context has gantry_device_info.max_queues already: destroy one.
 */
int gantry_peer_create(struct gantry_device *from, struct gantry_device *to,
		       const struct gantry_peer_options *options, struct gantry_peer **out);

/**
 * gantry_peer_destroy() - end what gantry_peer_create() made
 * @peer: NULL is fine
 *
 * Does not wait for the cards: copies that have not ended are dropped. Wait first.
 */
void gantry_peer_destroy(struct gantry_peer *peer);

/**
 * gantry_peer_prep_wait() - let the next copy start once a point has signaled
 * @fence: of the first device; must live until gantry_peer_copy() has returned
 * @point: from 1
 *
 * The point must have been submitted (or signaled) by the time of
 * gantry_peer_copy(). Copies behind that one wait with it.
 *
 * Return: 0, or
 *   -EINVAL  points begin at 1;
 *   -EXDEV  the fence belongs to another device or context: export it there and
 *	import it here;
 *   -ENOBUFS  the next copy waits for a point already.
 */
int gantry_peer_prep_wait(struct gantry_peer *peer, struct gantry_fence *fence, uint64_t point);

/**
 * gantry_peer_prep_signal() - let a point signal when the next copy has ended
 * @fence: of the second device; must live until gantry_peer_copy() has returned
 * @point: from 1, higher than those that others signal
 *
 * Return: as gantry_peer_prep_wait().
 */
int gantry_peer_prep_signal(struct gantry_peer *peer, struct gantry_fence *fence,
			    uint64_t point);

/**
 * gantry_peer_copy() - copy from a buffer of the one card to one of the other
 * @length: at least 1; any alignment
 * @number: of the copy, for gantry_peer_wait(); may be NULL
 *
 * Takes the short way where the second card can be given the memory to read:
 * host memory always, card memory where the kernel knows that one card reaches the
 * other (PCI peer-to-peer: below one switch, or a root complex known to forward).
 * Otherwise the bytes go through host memory in pieces, the first card reading
 * one while the second writes another. gantry_peer_get_info() tells which way
 * was taken.
 *
 * Copies take effect one after the other. Does not wait for them to end, but for
 * earlier ones when 64 pieces are under way. Both buffers may be destroyed at
 * once; the memory of the source is free when the last copy has been waited for,
 * another source is copied or the peer is destroyed. When it fails a part of the
 * destination may have been written, and what was prepared stays for the next.
 *
 * Return: 0, or
 *   -EINVAL  a range is empty or leaves its buffer, source and destination
 *	overlap, or it waits for a point that nobody has submitted yet;
 *   -EXDEV  the source is not a buffer of the first device, or the destination
 *	not one of the second;
 *   -EACCES  the destination may not be written;
 *   -EMFILE  this process has too many open files: close some, or raise its
 *	limit (ulimit -n);
 *   -ENFILE  the system has too many open files: close some, or raise the
 *	sysctl fs.file-max;
 *   -ETIME  a card made no progress with an earlier copy: make a new peer; the
 *	kernel log says what became of the card;
 *   -ECANCELED  an earlier copy failed, so this one was not done: make a new
 *	peer;
 *   -EIO  an earlier copy failed: make a new peer; the kernel log says what
 *	became of the card;
 *   -ESTALE  the first card has gone.
 */
int gantry_peer_copy(struct gantry_peer *peer, struct gantry_buffer *dst, uint64_t dst_offset,
		     struct gantry_buffer *src, uint64_t src_offset, uint64_t length,
		     uint64_t *number);

/**
 * gantry_peer_wait() - wait until a copy has ended, and tell how
 * @number: from gantry_peer_copy()
 * @timeout: nanoseconds from now; 0 only looks, negative waits for ever
 *
 * Return: 0 when it and those before it ended well, or
 *   -ETIMEDOUT  it has not ended yet: wait again;
 *   -EINVAL  there was no copy of this number;
 *   -ETIME  a card made no progress with it, so the driver ended it: make a new
 *	peer; the kernel log says what became of the card;
 *   -ECANCELED  an earlier copy failed, so this one was not done: make a new
 *	peer;
 *   -EIO  a card reported an error, or the first was reset or removed while the
 *	second read its memory: make a new peer; the kernel log says what became
 *	of the card;
 *   -ENODEV  a card was removed meanwhile.
 */
int gantry_peer_wait(struct gantry_peer *peer, uint64_t number, int64_t timeout);

/**
 * struct gantry_peer_info - which way the bytes went
 */
struct gantry_peer_info {
	/** @size: sizeof(struct gantry_peer_info) */
	size_t size;
	/** @bytes_direct: read by the second card where they were */
	uint64_t bytes_direct;
	/** @bytes_host: through host memory */
	uint64_t bytes_host;
};

/**
 * gantry_peer_get_info() - tell which way the bytes went
 * @info: its size is set; the rest is written
 *
 * Counts what gantry_peer_copy() accepted.
 *
 * Return: 0.
 */
int gantry_peer_get_info(const struct gantry_peer *peer, struct gantry_peer_info *info);

#ifdef __cplusplus
}
#endif

#endif /* GANTRY_H */
