// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pgtable.h>
#include <linux/shmem_fs.h>
#include <drm/drm_gem.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "gantry_device.h"
#include "gantry_huge.h"

/* Where a buffer has room for all of a large page; what is smaller stays small. */
#define GANTRY_HUGE	"within_size"

#ifdef GANTRY_HAVE_HUGE_MNT

/**
 * gantry_huge_init - let the card's host buffers have large pages
 * @gdev: in the making
 *
 * Where that fails they have small ones.
 */
void gantry_huge_init(struct gantry_device *gdev)
{
	int ret = drm_gem_huge_mnt_create(&gdev->drm, GANTRY_HUGE);

	if (ret)
		drm_dbg_driver(&gdev->drm, "no large pages: %d\n", ret);
}

/**
 * gantry_huge_object_init - drm_gem_object_init() with large pages
 * @gdev: the card
 * @obj: what to initialise
 * @size: in bytes, whole pages
 *
 * Return: 0 or an error.
 */
int gantry_huge_object_init(struct gantry_device *gdev, struct drm_gem_object *obj, u64 size)
{
	return drm_gem_object_init(&gdev->drm, obj, size);
}

#else

static void gantry_huge_release(struct drm_device *drm, void *mnt)
{
	kern_unmount(mnt);
}

void gantry_huge_init(struct gantry_device *gdev)
{
	struct file_system_type *type = get_fs_type("tmpfs");
	char option[] = "huge=" GANTRY_HUGE;
	struct vfsmount *mnt;

	/* The file system complains in the log where there are none. */
	if (!type || !has_transparent_hugepage())
		return;
	mnt = vfs_kern_mount(type, SB_KERNMOUNT, type->name, option);
	if (IS_ERR(mnt)) {
		drm_dbg_driver(&gdev->drm, "no large pages: %pe\n", mnt);
		return;
	}
	if (!drmm_add_action_or_reset(&gdev->drm, gantry_huge_release, mnt))
		gdev->huge_mnt = mnt;
}

int gantry_huge_object_init(struct gantry_device *gdev, struct drm_gem_object *obj, u64 size)
{
	struct file *file;

	if (!gdev->huge_mnt)
		return drm_gem_object_init(&gdev->drm, obj, size);
	drm_gem_private_object_init(&gdev->drm, obj, size);
	file = shmem_file_setup_with_mnt(gdev->huge_mnt, "gantry", size, VM_NORESERVE);
	if (IS_ERR(file))
		return PTR_ERR(file);
	obj->filp = file;
	return 0;
}

#endif
