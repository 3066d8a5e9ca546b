// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers in user space's page tables. Host memory is mapped as ordinary pages,
 * so that direct I/O into it works; device memory is mapped write-combined
 * through its BAR, and no longer than the card is there.
 */
#include <linux/mm.h>
#include <drm/drm_drv.h>

#include "gantry_bo.h"
#include "gantry_device.h"
#include "gantry_region.h"

/* Pages mapped on one fault. */
#define GANTRY_FAULT_PAGES	64UL

static unsigned long gantry_fault_pages(struct vm_fault *vmf, unsigned long first,
					unsigned long pages)
{
	unsigned long to_end = (vmf->vma->vm_end - vmf->address) >> PAGE_SHIFT;

	return min3(GANTRY_FAULT_PAGES, to_end, pages - first);
}

static vm_fault_t gantry_bo_fault_host(struct gantry_bo *bo, struct vm_fault *vmf,
				       unsigned long first, unsigned long count)
{
	unsigned long left = count;
	int ret = vm_insert_pages(vmf->vma, vmf->address, &bo->pages[first], &left);

	/* The page that was asked for is in; the others can fault again. */
	if (left < count)
		return VM_FAULT_NOPAGE;
	/* Somebody else was quicker with one of them: the first may still be missing. */
	if (ret == -EBUSY)
		return vmf_insert_page(vmf->vma, vmf->address, bo->pages[first]);
	return ret ? vmf_error(ret) : VM_FAULT_NOPAGE;
}

static vm_fault_t gantry_bo_fault_device(struct gantry_bo *bo, struct vm_fault *vmf,
					 unsigned long first, unsigned long count)
{
	struct gantry_region *region = bo->memory->region;
	vm_fault_t ret = VM_FAULT_NOPAGE;
	unsigned long i;
	u32 hint = 0;

	for (i = 0; i < count && ret == VM_FAULT_NOPAGE; i++) {
		u64 run, addr = gantry_extents_find(&bo->memory->extents,
						    (u64)(first + i) << PAGE_SHIFT, &hint, &run);
		phys_addr_t phys = region->cpu_base + (addr - region->base);

		ret = vmf_insert_pfn(vmf->vma, vmf->address + (i << PAGE_SHIFT),
				     PHYS_PFN(phys));
	}
	/* The page that was asked for is in; the others can fault again. */
	return i > 1 ? VM_FAULT_NOPAGE : ret;
}

static vm_fault_t gantry_bo_fault(struct vm_fault *vmf)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	struct gantry_bo *bo = to_gantry_bo(obj);
	unsigned long pages = obj->size >> PAGE_SHIFT;
	unsigned long first = vmf->pgoff - drm_vma_node_start(&obj->vma_node);
	vm_fault_t ret;
	int idx;

	if (first >= pages)
		return VM_FAULT_SIGBUS;
	if (bo->pages)
		return gantry_bo_fault_host(bo, vmf, first, gantry_fault_pages(vmf, first, pages));
	if (!drm_dev_enter(obj->dev, &idx))
		return VM_FAULT_SIGBUS;
	ret = gantry_bo_fault_device(bo, vmf, first, gantry_fault_pages(vmf, first, pages));
	drm_dev_exit(idx);
	return ret;
}

const struct vm_operations_struct gantry_bo_vm_ops = {
	.fault = gantry_bo_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

/* &drm_gem_object_funcs.mmap */
int gantry_bo_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	struct gantry_bo *bo = to_gantry_bo(obj);

	/* Map an imported buffer through its own dma-buf. */
	if (bo->attach)
		return -EINVAL;
	if (bo->read_only) {
		if (vma->vm_flags & VM_WRITE)
			return -EACCES;
		vm_flags_clear(vma, VM_MAYWRITE);
	}
	/*
	 * A private mapping would copy pages that the card goes on writing. VM_SHARED is
	 * not set in a shared one of a file that is open for reading only.
	 */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;

	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	if (bo->pages) {
		vm_flags_set(vma, VM_MIXEDMAP);
		vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	} else {
		vm_flags_set(vma, VM_IO | VM_PFNMAP);
		vma->vm_page_prot = pgprot_writecombine(vm_get_page_prot(vma->vm_flags));
	}
	return 0;
}
