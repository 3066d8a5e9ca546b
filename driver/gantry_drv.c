// SPDX-License-Identifier: GPL-2.0-only
/* The module: PCI probe and remove, the DRM driver and its ioctls. */
#include <linux/compat.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/uaccess.h>
#include <drm/drm_accel.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "gantry_bo.h"
#include "gantry_btf.h"
#include "gantry_device.h"
#include "gantry_export.h"
#include "gantry_huge.h"
#include "gantry_import.h"
#include "gantry_job.h"
#include "gantry_pm.h"
#include "gantry_policy.h"
#include "gantry_queue.h"
#include "gantry_region.h"
#include "gantry_report.h"
#include "gantry_reset.h"
#include "gantry_ring.h"
#include "gantry_space.h"
#include "gantry_sysfs.h"
#include "gantry_tenant.h"
#include "gantry_trace.h"
#include "nvidia/ga100_regs.h"
#include "trainium/trainium_regs.h"

#define GANTRY_MAJOR	0
#define GANTRY_MINOR	1

/* Syncobjs that one call may wait for, signal, reset or query. */
#define GANTRY_MAX_SYNCOBJS	4096

static const struct drm_ioctl_desc gantry_ioctls[] = {
	DRM_IOCTL_DEF_DRV(GANTRY_DEV_QUERY, gantry_query_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GANTRY_BO_CREATE, gantry_bo_create_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GANTRY_BO_INFO, gantry_bo_info_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GANTRY_QUEUE_CREATE, gantry_queue_create_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GANTRY_QUEUE_DESTROY, gantry_queue_destroy_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GANTRY_QUEUE_SUBMIT, gantry_queue_submit_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GANTRY_QUEUE_WAIT, gantry_queue_wait_ioctl, 0),
};

struct workqueue_struct *gantry_free_wq;

/* Can the caller read what an ioctl of ours answers? Writes back what is there. */
static int gantry_check_answer(unsigned int cmd, unsigned long arg)
{
	u8 __user *first = (u8 __user *)arg;
	u8 __user *last = first + _IOC_SIZE(cmd) - 1;
	u8 byte;

	if (!(_IOC_DIR(cmd) & _IOC_READ) || !_IOC_SIZE(cmd))
		return 0;
	if (get_user(byte, first) || put_user(byte, first) ||
	    get_user(byte, last) || put_user(byte, last))
		return -EFAULT;
	return 0;
}

/* Where each syncobj ioctl that takes a list has its count; 0: it takes none. */
static size_t gantry_syncobj_count_at(unsigned int cmd)
{
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(DRM_IOCTL_SYNCOBJ_WAIT):
		return offsetof(struct drm_syncobj_wait, count_handles);
	case _IOC_NR(DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT):
		return offsetof(struct drm_syncobj_timeline_wait, count_handles);
	case _IOC_NR(DRM_IOCTL_SYNCOBJ_RESET):
	case _IOC_NR(DRM_IOCTL_SYNCOBJ_SIGNAL):
		return offsetof(struct drm_syncobj_array, count_handles);
	case _IOC_NR(DRM_IOCTL_SYNCOBJ_QUERY):
	case _IOC_NR(DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL):
		return offsetof(struct drm_syncobj_timeline_array, count_handles);
	default:
		return 0;
	}
}

/*
 * DRM allocates for any count, and the kernel warns if that is too much for it. A
 * caller who changes the number in between can still have that; one who is merely
 * wrong gets an error.
 */
static int gantry_check_syncobj_count(unsigned int cmd, unsigned long arg)
{
	size_t at = gantry_syncobj_count_at(cmd);
	u32 count;

	/* DRM takes a shorter structure for one that ends in zeros. */
	if (!at || _IOC_SIZE(cmd) < at + sizeof(count))
		return 0;
	if (get_user(count, (u32 __user *)(arg + at)))
		return -EFAULT;
	return count > GANTRY_MAX_SYNCOBJS ? -EINVAL : 0;
}

/*
 * A descriptor may have been passed on, or its process moved: a context serves its tenant,
 * and nobody else.
 */
static int gantry_check_caller(struct drm_file *filp)
{
	struct gantry_file *file = filp->driver_priv;

	/* DRM itself knows of a card that was lost a moment later than its fences tell. */
	if (atomic_read(&file->gdev->gone))
		return -ENODEV;
	return gantry_tenant_has_caller(file->tenant) ? 0 : -EACCES;
}

/*
 * DRM writes the answer after the work is done; a caller that cannot take it
 * would not know what it now owns. So look first.
 */
static int gantry_check_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct drm_file *filp = file->private_data;
	unsigned int nr = _IOC_NR(cmd);
	int ret = gantry_check_caller(filp);

	if (ret)
		return ret;

	if (nr >= DRM_COMMAND_BASE && nr < DRM_COMMAND_END)
		return gantry_check_answer(cmd, arg);
	/* Names that anybody can guess: buffers leave a context as dma-bufs only. */
	if (nr == _IOC_NR(DRM_IOCTL_GEM_FLINK) || nr == _IOC_NR(DRM_IOCTL_GEM_OPEN))
		return -EOPNOTSUPP;
	return gantry_check_syncobj_count(cmd, arg);
}

static long gantry_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return gantry_check_ioctl(file, cmd, arg) ?: drm_ioctl(file, cmd, arg);
}

#ifdef CONFIG_COMPAT
/* Structures are the same for 32 bits; only pointers must be made long. */
static long gantry_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return gantry_check_ioctl(file, cmd, (unsigned long)compat_ptr(arg)) ?:
	       drm_compat_ioctl(file, cmd, arg);
}
#else
#define gantry_compat_ioctl NULL
#endif

static int gantry_mmap(struct file *file, struct vm_area_struct *vma)
{
	return gantry_check_caller(file->private_data) ?: drm_gem_mmap(file, vma);
}

static const struct file_operations gantry_fops = {
	.owner = THIS_MODULE,
	.open = accel_open,
	.release = drm_release,
	.unlocked_ioctl = gantry_ioctl,
	.compat_ioctl = gantry_compat_ioctl,
	.poll = drm_poll,
	.read = drm_read,
	.llseek = noop_llseek,
	.mmap = gantry_mmap,
	.show_fdinfo = drm_show_fdinfo,
	.fop_flags = FOP_UNSIGNED_OFFSET,
};

/* Nothing, unless there was one. */
static void gantry_show_fault(struct drm_printer *p, struct gantry_file *file)
{
	static const char * const kinds[] = {
		[DRM_GANTRY_FAULT_HANG] = "hang",
		[DRM_GANTRY_FAULT_ERROR] = "error",
		[DRM_GANTRY_FAULT_PAGE] = "page",
	};
	static const char * const accesses[] = {
		[DRM_GANTRY_ACCESS_UNKNOWN] = "access",
		[DRM_GANTRY_ACCESS_READ] = "read",
		[DRM_GANTRY_ACCESS_WRITE] = "write",
	};
	struct drm_gantry_fault_info info;

	gantry_file_fault(file, &info);
	if (info.kind == DRM_GANTRY_FAULT_NONE)
		return;
	drm_printf(p, "gantry-fault:\t%s, queue %u, job %llu, engine %u", kinds[info.kind],
		   info.queue, info.seqno, info.engine);
	if (info.address)
		drm_printf(p, ", %s at %llx", accesses[info.access], info.address);
	drm_puts(p, "\n");
}

/* Documentation/gpu/drm-usage-stats.rst */
static void gantry_show_fdinfo(struct drm_printer *p, struct drm_file *filp)
{
	struct gantry_file *file = filp->driver_priv;

	drm_printf(p, "drm-engine-dma:\t%lld ns\n", atomic64_read(&file->busy_ns));
	drm_printf(p, "gantry-bytes-moved:\t%lld\n", atomic64_read(&file->bytes));
	gantry_show_fault(p, file);
	gantry_bo_show_fdinfo(p, filp);
}

static const struct drm_driver gantry_drm_driver = {
	.driver_features = DRIVER_COMPUTE_ACCEL | DRIVER_GEM | DRIVER_SYNCOBJ |
			   DRIVER_SYNCOBJ_TIMELINE,
	.open = gantry_file_open,
	.postclose = gantry_file_close,
	.prime_handle_to_fd = gantry_bo_prime_export,
	.gem_prime_import = gantry_import,
	.gem_prime_import_sg_table = gantry_import_sgt,
	.show_fdinfo = gantry_show_fdinfo,
	.fops = &gantry_fops,
	.ioctls = gantry_ioctls,
	.num_ioctls = ARRAY_SIZE(gantry_ioctls),
	.name = "gantry",
	.desc = "accelerators of several vendors",
#ifdef GANTRY_HAVE_DRIVER_DATE
	.date = "20261121",
#endif
	.major = GANTRY_MAJOR,
	.minor = GANTRY_MINOR,
};

static void gantry_workqueue_release(struct drm_device *drm, void *wq)
{
	destroy_workqueue(wq);
}

static int gantry_workqueue_keep(struct gantry_device *gdev, struct workqueue_struct *wq)
{
	if (!wq)
		return -ENOMEM;
	return drmm_add_action_or_reset(&gdev->drm, gantry_workqueue_release, wq);
}

/*
 * Memory that was freed last may be on its way back when the last file closes:
 * the queues go before the allocators, so they are made after them.
 */
static int gantry_workqueues_init(struct gantry_device *gdev)
{
	int ret;

	gdev->sched_wq = alloc_workqueue("gantry-sched", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	ret = gantry_workqueue_keep(gdev, gdev->sched_wq);
	if (ret)
		return ret;
	gdev->reset_wq = alloc_ordered_workqueue("gantry-reset", WQ_MEM_RECLAIM);
	ret = gantry_workqueue_keep(gdev, gdev->reset_wq);
	if (ret)
		return ret;
	gdev->scrub_wq = alloc_workqueue("gantry-scrub", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return gantry_workqueue_keep(gdev, gdev->scrub_wq);
}

static int gantry_pci_enable(struct pci_dev *pdev, const struct gantry_backend *backend)
{
	int ret = pci_enable_device_mem(pdev);

	if (ret)
		return ret;
	ret = pci_request_regions(pdev, "gantry");
	if (ret)
		goto err_disable;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(backend->dma_bits));
	if (ret)
		goto err_release;
	dma_set_max_seg_size(&pdev->dev, UINT_MAX);
	return 0;

err_release:
	pci_release_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return ret;
}

static void gantry_pci_disable(struct pci_dev *pdev)
{
	pci_clear_master(pdev); /* of a card that did not start */
	pci_release_regions(pdev);
	pci_disable_device(pdev);
}

static int gantry_start(struct gantry_device *gdev)
{
	const struct gantry_backend_ops *ops = gdev->backend->ops;
	int ret = ops->init(gdev);

	if (ret)
		return ret;
	/* Only now: what its last owner left in it was reset. */
	pci_set_master(gantry_pci_dev(gdev));
	ret = gantry_regions_init(gdev);
	if (ret)
		goto err_backend;
	ret = gantry_rings_init(gdev);
	if (ret)
		goto err_backend;
	ret = gantry_workqueues_init(gdev);
	if (ret)
		goto err_rings;
	/* Before anybody learns of the card: who then attaches a policy finds it. */
	gantry_policies_open(gdev);
	ret = drm_dev_register(&gdev->drm, 0);
	if (ret)
		goto err_policies;
	return 0;

err_policies:
	gantry_policies_close(gdev);
err_rings:
	gantry_rings_stop(gdev);
err_backend:
	ops->fini(gdev);
	return ret;
}

static int gantry_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct gantry_backend *backend = (const void *)id->driver_data;
	struct gantry_device *gdev;
	int ret;

	if (!backend)
		return -ENODEV;
	gdev = devm_drm_dev_alloc(&pdev->dev, &gantry_drm_driver, struct gantry_device, drm);
	if (IS_ERR(gdev))
		return PTR_ERR(gdev);
	gdev->backend = backend;
	mutex_init(&gdev->reset_lock);
	mutex_init(&gdev->bo_lock);
	INIT_LIST_HEAD(&gdev->bos);
	INIT_LIST_HEAD(&gdev->exports);
	init_waitqueue_head(&gdev->bos_empty);
	gantry_shares_init(gdev);
	pci_set_drvdata(pdev, gdev);
	ret = gantry_report_init(gdev);
	if (!ret)
		ret = gantry_spaces_init(gdev);
	if (!ret)
		ret = gantry_policies_init(gdev);
	if (ret)
		return ret;
	gantry_huge_init(gdev);

	ret = gantry_pci_enable(pdev, backend);
	if (ret)
		return ret;
	ret = gantry_start(gdev);
	if (ret) {
		gantry_pci_disable(pdev);
		return dev_err_probe(&pdev->dev, ret, "%s did not start\n", backend->name);
	}
	drm_info(&gdev->drm, "%s with %u memory regions and up to %u rings\n", backend->name,
		 gdev->region_count, backend->ring_count);
	trace_gantry_device_bind(dev_name(gdev->drm.dev));
	return 0;
}

static void gantry_remove(struct pci_dev *pdev)
{
	struct gantry_device *gdev = pci_get_drvdata(pdev);

	gantry_device_unplug(gdev);
	trace_gantry_device_unbind(dev_name(gdev->drm.dev));
	gantry_rings_stop(gdev);
	flush_work(&gdev->report.work);
	gantry_files_wake(gdev);
	gantry_exports_revoke(gdev);
	gantry_bos_unmap(gdev);
	gantry_spaces_fini(gdev);
	gdev->backend->ops->fini(gdev);
	gantry_pci_disable(pdev);
	/* They were told the end of all jobs. And it waits for hooks: the card is quiet before. */
	gantry_policies_close(gdev);
}

/*
 * Only cards that the operator assigned through driver_override: on a real node
 * the vendors' own drivers have a right to them. The table is not exported:
 * its alias would offer us to whoever looks for a VFIO driver.
 */
#define GANTRY_CARD(vendor, device, backend)						\
	{ PCI_DRIVER_OVERRIDE_DEVICE_VFIO(vendor, device),				\
	  .driver_data = (kernel_ulong_t)&(backend) }

static const struct pci_device_id gantry_pci_ids[] = {
	GANTRY_CARD(GA100_PCI_VENDOR, GA100_PCI_DEVICE, gantry_ga100),
	GANTRY_CARD(TRN2_PCI_VENDOR, TRN2_PCI_DEVICE, gantry_trainium2),
	{ }
};

static struct pci_driver gantry_pci_driver = {
	.name = "gantry",
	.id_table = gantry_pci_ids,
	.probe = gantry_probe,
	.remove = gantry_remove,
	.err_handler = &gantry_error_handlers,
	.dev_groups = gantry_sysfs_groups,
	.driver.pm = pm_sleep_ptr(&gantry_pm_ops),
};

static int __init gantry_init(void)
{
	int ret;

	gantry_btf_check();
	gantry_policy_register();
	gantry_free_wq = alloc_workqueue("gantry-free", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!gantry_free_wq)
		return -ENOMEM;
	ret = pci_register_driver(&gantry_pci_driver);
	if (ret)
		destroy_workqueue(gantry_free_wq);
	return ret;
}

static void __exit gantry_exit(void)
{
	pci_unregister_driver(&gantry_pci_driver);
	destroy_workqueue(gantry_free_wq);
	/* See gantry_fence_release(). */
	synchronize_rcu_tasks();
}

module_init(gantry_init);
module_exit(gantry_exit);

MODULE_DESCRIPTION("One driver for the accelerators of several vendors");
MODULE_VERSION(GANTRY_VERSION);
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(GANTRY_NS_DMA_BUF);
