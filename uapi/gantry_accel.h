/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * gantry: one interface to the accelerators of several vendors.
 *
 * A card is a DRM accel device, /dev/accel/accelN. An open file is a context:
 * handles, queues and mappings belong to it and mean nothing in another one.
 *
 * Rules for every structure here:
 *
 * - It may grow at its end. A shorter structure from older user space reads as
 *   if the rest were zero. Of a longer one from newer user space DRM ignores
 *   the end, so whatever a new field asks for is announced by a new flag.
 * - Unknown flags and non-zero padding are refused with -EINVAL.
 * - A refused call changes nothing: no object, no state, no output field.
 * - User space never supplies a bus or device address.
 *
 * Every ioctl can return, besides what its own description lists:
 *   -ENODEV  the card was removed or its driver unbound;
 *   -EACCES  the caller is not in the cgroup that opened the card, nor in one below it;
 *   -EFAULT  a pointer does not lead to memory that can be read or written;
 *   -EINTR / restart when a signal arrives while it sleeps.
 *
 * New ioctls are added at the end.
 */
#ifndef _UAPI_GANTRY_ACCEL_H_
#define _UAPI_GANTRY_ACCEL_H_

#include "drm.h"

#if defined(__cplusplus)
extern "C" {
#endif

#define DRM_GANTRY_DEV_QUERY		0x00
#define DRM_GANTRY_BO_CREATE		0x01
#define DRM_GANTRY_BO_INFO		0x02
#define DRM_GANTRY_QUEUE_CREATE		0x03
#define DRM_GANTRY_QUEUE_DESTROY	0x04
#define DRM_GANTRY_QUEUE_SUBMIT		0x05
#define DRM_GANTRY_QUEUE_WAIT		0x06

/**
 * enum drm_gantry_query_type - what &struct drm_gantry_dev_query asks for
 */
enum drm_gantry_query_type {
	/** @DRM_GANTRY_QUERY_DEVICE: a &struct drm_gantry_device_info; index 0 */
	DRM_GANTRY_QUERY_DEVICE = 0,

	/** @DRM_GANTRY_QUERY_REGION: a &struct drm_gantry_region_info, one an index */
	DRM_GANTRY_QUERY_REGION = 1,

	/** @DRM_GANTRY_QUERY_SENSOR: a &struct drm_gantry_sensor_info, one an index */
	DRM_GANTRY_QUERY_SENSOR = 2,

	/** @DRM_GANTRY_QUERY_NEIGHBOR: a &struct drm_gantry_neighbor_info, one an index */
	DRM_GANTRY_QUERY_NEIGHBOR = 3,

	/** @DRM_GANTRY_QUERY_COUNTERS: a &struct drm_gantry_counters_info; index 0 */
	DRM_GANTRY_QUERY_COUNTERS = 4,

	/** @DRM_GANTRY_QUERY_FAULT: a &struct drm_gantry_fault_info; index 0 */
	DRM_GANTRY_QUERY_FAULT = 5,
};

/**
 * struct drm_gantry_dev_query - ask about the card
 *
 * Does not sleep, except that a sensor may take the card some milliseconds.
 *
 * Errors: -EINVAL unknown type, dirty padding, @size above a page; -ENOENT the
 * index is past the last item; -EOPNOTSUPP this card cannot tell; -EIO the card gave no answer.
 */
struct drm_gantry_dev_query {
	/** @type: one of &enum drm_gantry_query_type */
	__u32 type;

	/** @index: which region, sensor or neighbor, from 0 */
	__u32 index;

	/**
	 * @size: in: bytes at @pointer; out: bytes the kernel's structure has.
	 * Fewer are copied when less room was given, and when more was given
	 * the rest is zeroed, so both sides may grow.
	 */
	__u32 size;

	/** @pad: zero */
	__u32 pad;

	/** @pointer: where to write the answer, or 0 to learn only @size */
	__u64 pointer;
};

/**
 * struct drm_gantry_device_info - what the card is and what a call may ask of it
 */
struct drm_gantry_device_info {
	/** @vendor_id: PCI vendor */
	__u16 vendor_id;

	/** @device_id: PCI device */
	__u16 device_id;

	/** @revision: PCI revision */
	__u16 revision;

	/** @pad: zero */
	__u16 pad;

	/** @pci_domain: where the card sits; with @pci_bus and @pci_devfn */
	__u32 pci_domain;

	/** @pci_bus: bus number */
	__u16 pci_bus;

	/** @pci_devfn: device in bits 7:3, function in bits 2:0 */
	__u16 pci_devfn;

	/** @name: chip, NUL-terminated: "trainium2" */
	__u8 name[32];

	/** @serial: serial number as the card tells it, 0: it does not */
	__u64 serial;

	/** @region_count: device memory regions, asked for with %DRM_GANTRY_QUERY_REGION */
	__u32 region_count;

	/** @sensor_count: sensors */
	__u32 sensor_count;

	/** @neighbor_count: links to other cards */
	__u32 neighbor_count;

	/** @ring_count: hardware rings or engines that the queues of all contexts share */
	__u32 ring_count;

	/** @max_queues: queues one context may have open */
	__u32 max_queues;

	/** @max_ops: operations in one submission */
	__u32 max_ops;

	/** @max_syncs: syncs to wait for, and likewise to signal, in one submission */
	__u32 max_syncs;

	/** @max_jobs: submissions a queue holds that have not completed */
	__u32 max_jobs;

	/** @page_size: buffer sizes are rounded up to this many bytes */
	__u32 page_size;

	/** @job_timeout_ms: a job that makes no progress for this long is ended */
	__u32 job_timeout_ms;
};

/**
 * struct drm_gantry_region_info - one region (stack) of device memory
 */
struct drm_gantry_region_info {
	/** @size: bytes in all */
	__u64 size;

	/** @free: bytes that can be handed out at once */
	__u64 free;

	/** @scrubbing: bytes that were freed and are being zeroed */
	__u64 scrubbing;

	/** @dirty: bytes of @free that are zeroed only when they are handed out */
	__u64 dirty;

	/** @name: NUL-terminated: "hbm0" */
	__u8 name[16];
};

/**
 * enum drm_gantry_sensor_kind - unit of &drm_gantry_sensor_info.value
 */
enum drm_gantry_sensor_kind {
	/** @DRM_GANTRY_SENSOR_TEMPERATURE: thousandths of a degree Celsius */
	DRM_GANTRY_SENSOR_TEMPERATURE = 1,

	/** @DRM_GANTRY_SENSOR_POWER: microwatts */
	DRM_GANTRY_SENSOR_POWER = 2,

	/** @DRM_GANTRY_SENSOR_ERRORS: a count since the card's reset */
	DRM_GANTRY_SENSOR_ERRORS = 3,

	/** @DRM_GANTRY_SENSOR_UTILIZATION: thousandths of the whole */
	DRM_GANTRY_SENSOR_UTILIZATION = 4,
};

/**
 * struct drm_gantry_sensor_info - one reading
 */
struct drm_gantry_sensor_info {
	/** @kind: one of &enum drm_gantry_sensor_kind */
	__u32 kind;

	/** @pad: zero */
	__u32 pad;

	/** @value: the reading, in the unit of @kind */
	__s64 value;

	/** @name: NUL-terminated: "hbm0_ecc_uncorrected" */
	__u8 name[32];
};

/**
 * struct drm_gantry_neighbor_info - a card that this one is wired to
 */
struct drm_gantry_neighbor_info {
	/** @port: which link of this card */
	__u32 port;

	/** @pad: zero */
	__u32 pad;

	/** @serial: serial number of the card at the other end */
	__u64 serial;
};

/**
 * struct drm_gantry_counters_info - what the driver did since it bound the card
 */
struct drm_gantry_counters_info {
	/** @jobs_completed: submissions that ended well */
	__u64 jobs_completed;

	/** @jobs_failed: submissions whose fence carries an error */
	__u64 jobs_failed;

	/** @jobs_timed_out: of these, the ones that made no progress in time */
	__u64 jobs_timed_out;

	/** @late_completions: time-outs where a second look found the job done */
	__u64 late_completions;

	/** @ring_resets: rings reset to get rid of a job */
	__u64 ring_resets;

	/** @device_resets: resets of the whole card that helped */
	__u64 device_resets;

	/** @bytes_copied: by copies of users */
	__u64 bytes_copied;

	/** @bytes_filled: by fills of users */
	__u64 bytes_filled;

	/** @bytes_scrubbed: zeroed by the driver before the memory was handed out */
	__u64 bytes_scrubbed;

	/** @bytes_scrub_failed: could not be zeroed; tried again before use */
	__u64 bytes_scrub_failed;

	/** @device_resets_failed: resets of the whole card that did not help */
	__u64 device_resets_failed;
};

/**
 * enum drm_gantry_fault_kind - what became of a job that the card could not do
 */
enum drm_gantry_fault_kind {
	/** @DRM_GANTRY_FAULT_NONE: no job of this context was to blame for anything */
	DRM_GANTRY_FAULT_NONE = 0,

	/** @DRM_GANTRY_FAULT_HANG: it made no progress, and the card does not say why */
	DRM_GANTRY_FAULT_HANG = 1,

	/** @DRM_GANTRY_FAULT_ERROR: the card reported an error of its own or of memory */
	DRM_GANTRY_FAULT_ERROR = 2,

	/**
	 * @DRM_GANTRY_FAULT_PAGE: it reached for an address at which the context has
	 * nothing, or for what it may only read. The context takes no work any more
	 */
	DRM_GANTRY_FAULT_PAGE = 3,
};

/**
 * enum drm_gantry_fault_access - what was done at the address of a fault
 */
enum drm_gantry_fault_access {
	/** @DRM_GANTRY_ACCESS_UNKNOWN: the card does not say */
	DRM_GANTRY_ACCESS_UNKNOWN = 0,

	/** @DRM_GANTRY_ACCESS_READ: it was read */
	DRM_GANTRY_ACCESS_READ = 1,

	/** @DRM_GANTRY_ACCESS_WRITE: it was written */
	DRM_GANTRY_ACCESS_WRITE = 2,
};

/**
 * struct drm_gantry_fault_info - the last fault of the context that asks
 *
 * It tells a job that failed by itself from one that was only in flight when the card
 * was reset, which leaves no fault. Behind a page fault no other is noted. A Trainium2 has
 * no page tables: its faults are no page faults, and have no address.
 */
struct drm_gantry_fault_info {
	/** @kind: one of &enum drm_gantry_fault_kind; if NONE, all else is zero */
	__u32 kind;

	/** @access: one of &enum drm_gantry_fault_access */
	__u32 access;

	/**
	 * @address: where it was, in the address space of the context, down to the page;
	 * 0: the card does not say. User space is not told where its buffers are in
	 * there: this is to be compared with other faults and the device coredump
	 */
	__u64 address;

	/** @seqno: the job's number in its queue */
	__u64 seqno;

	/** @queue: that queue's number; it may be closed by now */
	__u32 queue;

	/** @engine: what was at it, below &drm_gantry_device_info.ring_count */
	__u32 engine;
};

/** Region of buffers in host memory. */
#define DRM_GANTRY_REGION_HOST		0xffffffffu
/** Any region of device memory: the driver takes the one with most room. */
#define DRM_GANTRY_REGION_ANY		0xfffffffeu

/**
 * struct drm_gantry_bo_create - make a buffer
 *
 * The buffer reads as zero. It lives until its handle is closed
 * (DRM_IOCTL_GEM_CLOSE), nobody maps or imports it, and no job uses it.
 * Sleeps for memory, and for device memory that is still being zeroed.
 *
 * Errors: -EINVAL size 0 or too large to round up, unknown flags or region;
 * -ENOSPC the device region has no room; -ENOMEM host memory has none;
 * -EIO the card failed to zero the memory; -EOPNOTSUPP host memory would have to
 * be bounced on its way to the card.
 */
struct drm_gantry_bo_create {
	/** @size: in: bytes wanted; out: rounded up to whole pages */
	__u64 size;

	/** @region: device region's index, %DRM_GANTRY_REGION_HOST or _ANY */
	__u32 region;

	/** @flags: zero */
	__u32 flags;

	/** @handle: out: GEM handle in this context */
	__u32 handle;

	/** @pad: zero */
	__u32 pad;

	/**
	 * @mmap_offset: out: offset for mmap() on the device file; a mapping
	 * begins at the buffer's first byte and is MAP_SHARED
	 */
	__u64 mmap_offset;
};

/** The buffer came from elsewhere as a dma-buf. */
#define DRM_GANTRY_BO_IMPORTED		0x00000001u
/** The kernel writes this buffer; user space may only read it. */
#define DRM_GANTRY_BO_READ_ONLY		0x00000002u

/**
 * struct drm_gantry_bo_info - ask about a buffer, an imported one included
 *
 * Errors: -ENOENT no such handle in this context; -EINVAL dirty padding.
 */
struct drm_gantry_bo_info {
	/** @handle: in */
	__u32 handle;

	/** @region: out: device region's index or %DRM_GANTRY_REGION_HOST */
	__u32 region;

	/** @flags: in: zero; out: DRM_GANTRY_BO_* */
	__u32 flags;

	/** @pad: zero */
	__u32 pad;

	/** @size: out: bytes */
	__u64 size;

	/** @mmap_offset: out: offset for mmap(), 0: this buffer cannot be mapped here */
	__u64 mmap_offset;
};

/**
 * struct drm_gantry_queue_status - first bytes of a queue's status page
 *
 * The kernel writes it, user space maps it read-only and may look at it at any
 * time without a call. Read @completed with acquire ordering: whatever jobs up
 * to it wrote is then visible. @error, once not zero, never changes again.
 */
struct drm_gantry_queue_status {
	/** @completed: sequence number of the last job that ended, well or not */
	__u64 completed;

	/**
	 * @error_seqno: sequence number of the job that broke the queue, 0: one of
	 * another queue ended the whole context; a queue that has no job then
	 * tells so when the next one is submitted
	 */
	__u64 error_seqno;

	/** @error: 0, or the negative errno the queue broke with */
	__s32 error;

	/** @pad: zero */
	__u32 pad;
};

/**
 * Queue priorities: a higher one is served first, or, where the chip itself takes
 * turns between queues, for longer.
 */
#define DRM_GANTRY_PRIORITY_NORMAL	0
#define DRM_GANTRY_PRIORITY_LOW		1

/**
 * struct drm_gantry_queue_create - make a queue
 *
 * Jobs of one queue start in the order they were submitted, and each sees all
 * that the ones before it wrote. Queues run side by side and share the card's
 * rings fairly.
 *
 * Errors: -EINVAL unknown flags or priority, dirty padding;
 * -ENOSPC this context has drm_gantry_device_info.max_queues already, or the queues of
 * all contexts together are as many as the card has channels for; -ENOMEM; -EIO a
 * channel of the card did not start, or the context ended in a page fault (see
 * &struct drm_gantry_fault_info): open another.
 */
struct drm_gantry_queue_create {
	/** @flags: zero */
	__u32 flags;

	/** @priority: DRM_GANTRY_PRIORITY_* */
	__u32 priority;

	/** @queue: out: number of the queue in this context, never 0 */
	__u32 queue;

	/** @status_handle: out: GEM handle of the status page; close it like a buffer */
	__u32 status_handle;

	/** @status_mmap_offset: out: mmap() offset of the status page, one page, PROT_READ */
	__u64 status_mmap_offset;
};

/**
 * struct drm_gantry_queue_destroy - close a queue
 *
 * Does not wait for the card. Jobs that it has begun run to their end; later
 * ones are dropped once what they depend on has signaled, and their fences carry
 * -ESRCH.
 *
 * Errors: -ENOENT no such queue in this context; -EINVAL dirty padding.
 */
struct drm_gantry_queue_destroy {
	/** @queue: from &struct drm_gantry_queue_create */
	__u32 queue;

	/** @pad: zero */
	__u32 pad;
};

/**
 * enum drm_gantry_opcode - what an operation does
 */
enum drm_gantry_opcode {
	/** @DRM_GANTRY_OP_COPY: copy length bytes, any alignment */
	DRM_GANTRY_OP_COPY = 1,

	/**
	 * @DRM_GANTRY_OP_FILL: write the 32-bit pattern over and over, in the
	 * byte order of the host; offset and length are multiples of 4
	 */
	DRM_GANTRY_OP_FILL = 2,
};

/**
 * DRM_GANTRY_OP_BARRIER - the operation starts when all before it in the same
 * submission have ended. Without it they may run in any order, and together.
 */
#define DRM_GANTRY_OP_BARRIER		0x00000001u

/**
 * struct drm_gantry_op - one operation of a submission
 */
struct drm_gantry_op {
	/** @opcode: one of &enum drm_gantry_opcode */
	__u16 opcode;

	/** @flags: DRM_GANTRY_OP_* flags */
	__u16 flags;

	/** @pattern: for a fill; zero for a copy */
	__u32 pattern;

	/** @dst_handle: buffer to write */
	__u32 dst_handle;

	/** @src_handle: buffer to read; zero for a fill */
	__u32 src_handle;

	/** @dst_offset: in bytes */
	__u64 dst_offset;

	/** @src_offset: in bytes; zero for a fill */
	__u64 src_offset;

	/** @length: bytes, at least 1 */
	__u64 length;
};

/**
 * struct drm_gantry_sync - a DRM syncobj to wait for or to signal
 */
struct drm_gantry_sync {
	/** @handle: syncobj handle */
	__u32 handle;

	/** @flags: zero */
	__u32 flags;

	/** @point: point of a timeline syncobj, 0: the binary payload */
	__u64 point;
};

/**
 * struct drm_gantry_queue_submit - hand a batch of operations to the card
 *
 * Does not wait for the card. The job starts once every sync in @waits has
 * signaled and earlier jobs of the queue are done; each sync in @signals and
 * the queue's status page tell its end.
 *
 * Errors: -ENOENT no such queue, buffer or syncobj in this context;
 * -EINVAL no or too many operations or syncs, unknown opcode or flags, dirty
 * padding, a range that is empty, misaligned, overflows or leaves its buffer,
 * a copy whose source and destination overlap, a wait for a point that nobody
 * has submitted yet;
 * -EACCES the destination is read-only; -EBUSY the queue holds
 * drm_gantry_device_info.max_jobs jobs: wait for one and call again (never
 * -EAGAIN, on which libdrm's drmIoctl() calls again by itself, for ever);
 * -EIO the queue broke (see &drm_gantry_queue_status.error): make a new one, in
 * another context if this one ended in a page fault;
 * -ESTALE a buffer was device memory of another card, which has gone; -ENOMEM.
 */
struct drm_gantry_queue_submit {
	/** @queue: from &struct drm_gantry_queue_create */
	__u32 queue;

	/** @flags: zero */
	__u32 flags;

	/** @op_count: operations at @ops */
	__u32 op_count;

	/** @wait_count: syncs at @waits */
	__u32 wait_count;

	/** @signal_count: syncs at @signals */
	__u32 signal_count;

	/** @pad: zero */
	__u32 pad;

	/** @ops: array of &struct drm_gantry_op */
	__u64 ops;

	/** @waits: array of &struct drm_gantry_sync */
	__u64 waits;

	/** @signals: array of &struct drm_gantry_sync */
	__u64 signals;

	/** @seqno: out: the job's sequence number in its queue, counting from 1 */
	__u64 seqno;
};

/**
 * struct drm_gantry_queue_wait - sleep until a job of a queue has ended
 *
 * Returns 0 once the job ended, well or not: look at @status.
 *
 * Errors: -ETIME the time came first; -ENOENT no such queue in this context;
 * -EINVAL no such job was submitted, dirty padding.
 */
struct drm_gantry_queue_wait {
	/** @queue: from &struct drm_gantry_queue_create */
	__u32 queue;

	/** @pad: zero */
	__u32 pad;

	/** @seqno: from &struct drm_gantry_queue_submit */
	__u64 seqno;

	/** @timeout_ns: absolute, CLOCK_MONOTONIC; a time gone by only looks */
	__s64 timeout_ns;

	/** @completed: out: the queue's last job that ended */
	__u64 completed;

	/**
	 * @status: out: 0, or why the job failed: -ETIME it made no progress,
	 * -ECANCELED an earlier job broke the queue, or one of another queue ended
	 * the context in a page fault, -EIO the card reported an
	 * error, or another card whose memory the job used was reset or went
	 * away meanwhile, -ENODEV the card went away
	 */
	__s32 status;

	/** @pad2: zero */
	__u32 pad2;
};

#define DRM_IOCTL_GANTRY_DEV_QUERY \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GANTRY_DEV_QUERY, struct drm_gantry_dev_query)
#define DRM_IOCTL_GANTRY_BO_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GANTRY_BO_CREATE, struct drm_gantry_bo_create)
#define DRM_IOCTL_GANTRY_BO_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GANTRY_BO_INFO, struct drm_gantry_bo_info)
#define DRM_IOCTL_GANTRY_QUEUE_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GANTRY_QUEUE_CREATE, struct drm_gantry_queue_create)
#define DRM_IOCTL_GANTRY_QUEUE_DESTROY \
	DRM_IOW(DRM_COMMAND_BASE + DRM_GANTRY_QUEUE_DESTROY, struct drm_gantry_queue_destroy)
#define DRM_IOCTL_GANTRY_QUEUE_SUBMIT \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GANTRY_QUEUE_SUBMIT, struct drm_gantry_queue_submit)
#define DRM_IOCTL_GANTRY_QUEUE_WAIT \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GANTRY_QUEUE_WAIT, struct drm_gantry_queue_wait)

#if defined(__cplusplus)
}
#endif

#endif /* _UAPI_GANTRY_ACCEL_H_ */
