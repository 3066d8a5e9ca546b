// SPDX-License-Identifier: GPL-2.0-only
#include "iofic.h"

#include "../../../driver/trainium/udma_regs.h"

/*
 * The masks' reset values are not published. All ones is what makes the
 * published driver's start-up necessary: it unmasks what it wants.
 */
void iofic_reset(struct iofic_group *group)
{
	atomic_store(&group->cause, 0);
	atomic_store(&group->mask, UINT32_MAX);
	atomic_store(&group->control, 0);
	atomic_store(&group->abort_mask, UINT32_MAX);
	atomic_store(&group->log_mask, 0);
}

uint32_t iofic_read(struct iofic_group *group, uint32_t off)
{
	switch (off) {
	case UDMA_IOFIC_CAUSE:
		if (atomic_load(&group->control) & UDMA_IOFIC_CLEAR_ON_READ)
			return atomic_exchange(&group->cause, 0);
		return atomic_load(&group->cause);
	case UDMA_IOFIC_STATUS:
		return atomic_load(&group->cause);
	case UDMA_IOFIC_MASK:
		return atomic_load(&group->mask);
	case UDMA_IOFIC_CONTROL:
		return atomic_load(&group->control);
	case UDMA_IOFIC_ABORT_MASK:
		return atomic_load(&group->abort_mask);
	case UDMA_IOFIC_LOG_MASK:
		return atomic_load(&group->log_mask);
	default:
		return 0;
	}
}

void iofic_write(struct iofic_group *group, uint32_t off, uint32_t value)
{
	switch (off) {
	case UDMA_IOFIC_CAUSE:
		atomic_fetch_and(&group->cause, value);
		break;
	case UDMA_IOFIC_CAUSE_SET:
		atomic_fetch_or(&group->cause, value);
		break;
	case UDMA_IOFIC_MASK:
		atomic_store(&group->mask, value);
		break;
	case UDMA_IOFIC_MASK_CLEAR:
		atomic_fetch_and(&group->mask, value);
		break;
	case UDMA_IOFIC_CONTROL:
		atomic_store(&group->control, value);
		break;
	case UDMA_IOFIC_ABORT_MASK:
		atomic_store(&group->abort_mask, value);
		break;
	case UDMA_IOFIC_LOG_MASK:
		atomic_store(&group->log_mask, value);
		break;
	default:
		break;
	}
}

bool iofic_set(struct iofic_group *group, uint32_t causes)
{
	atomic_fetch_or(&group->cause, causes);
	return causes & ~atomic_load(&group->mask);
}

bool iofic_aborts(struct iofic_group *group, uint32_t causes)
{
	return causes & ~atomic_load(&group->abort_mask);
}
