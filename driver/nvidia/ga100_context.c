// SPDX-License-Identifier: GPL-2.0-only
/* A context's address space: what it has handles for, and what its rings need. */
#include <linux/align.h>
#include <linux/slab.h>

#include "../gantry_device.h"
#include "../gantry_extents.h"
#include "../gantry_space.h"
#include "ga100.h"
#include "ga100_regs.h"

/* &gantry_backend_ops.space_init */
int ga100_context_init(struct gantry_space *space)
{
	struct ga100_space *aspace = kzalloc(sizeof(*aspace), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!aspace)
		return -ENOMEM;
	ret = ga100_space_init(aspace, space->gdev->priv);
	if (ret) {
		kfree(aspace);
		return ret;
	}
	space->priv = aspace;
	return 0;
}

/* &gantry_backend_ops.space_fini */
void ga100_context_fini(struct gantry_space *space)
{
	struct ga100_space *aspace = space->priv;

	space->priv = NULL;
	ga100_space_fini(aspace);
	kfree(aspace);
}

static int ga100_context_map_run(struct ga100_space *aspace, u64 va, u64 addr, u64 size)
{
	u32 aperture = addr & GA100_BUS_VRAM ? GA100_APERTURE_VRAM : GA100_APERTURE_SYS_COHERENT;

	/* Memory of somebody else's may begin and end anywhere. */
	if (!IS_ALIGNED(addr | size, GA100_PAGE_SIZE))
		return -EINVAL;
	return ga100_space_map(aspace, va, addr & ~(GA100_BUS_VRAM | GA100_BUS_HOST), aperture,
			       size);
}

/* &gantry_backend_ops.space_map */
int ga100_context_map(struct gantry_space *space, u64 va, const struct gantry_extents *memory)
{
	struct ga100_space *aspace = space->priv;
	u64 offset = 0, run;
	u32 hint = 0;
	int ret;

	for (offset = 0; offset < memory->size; offset += run) {
		u64 addr = gantry_extents_find(memory, offset, &hint, &run);

		ret = ga100_context_map_run(aspace, va + offset, addr, run);
		if (ret)
			return ret;
	}
	return 0;
}

/* &gantry_backend_ops.space_unmap */
int ga100_context_unmap(struct gantry_space *space, u64 va, u64 size)
{
	struct ga100_space *aspace = space->priv;

	ga100_space_unmap(aspace, va, size);
	return ga100_space_sync(aspace);
}
