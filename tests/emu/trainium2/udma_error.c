// SPDX-License-Identifier: GPL-2.0-only
/* Causes, logs and what aborts an engine. */
#include "model.h"
#include "storage.h"

/* The first error is the one that is kept, with the descriptor it met */
static void log_error(struct udma_engine *engine, struct udma_queue *queue,
		      enum udma_side side, uint32_t cause)
{
	bool m2s = side == UDMA_SIDE_M2S;
	uint32_t mask_at = m2s ? UDMA_M2S_ERR_LOG_MASK : UDMA_S2M_ERR_LOG_MASK;
	uint32_t log_at = m2s ? UDMA_M2S_ERR_LOG(0) : UDMA_S2M_ERR_LOG(0);
	uint32_t *log = &engine->regs[log_at / 4];
	const struct udma_desc *desc = &queue->cur[side].desc;

	if (cause & storage_read(&engine->regs[mask_at / 4], 0))
		return;
	for (unsigned int i = 0; i < 4; i++)
		if (storage_read(&log[i], 0))
			return;
	storage_write(&log[0], desc->ctrl, 0);
	storage_write(&log[1], desc->meta, 0);
	storage_write(&log[2], (uint32_t)desc->addr, 0);
	storage_write(&log[3], desc->addr >> 32, 0);
}

/* The controller above the engine has a line for this one error of its own */
static void raise_fis(struct udma_engine *engine, enum udma_side side,
		      uint32_t cause)
{
	if (side == UDMA_SIDE_M2S && cause == UDMA_ERR_M2S_PREF_RING_ID)
		iofic_set(&engine->fis[TRN2_FIS_GROUP_M2S], TRN2_FIS_M2S_RING_ID);
	if (side == UDMA_SIDE_S2M && cause == UDMA_ERR_S2M_PREF_RING_ID)
		iofic_set(&engine->fis[TRN2_FIS_GROUP_S2M], TRN2_FIS_S2M_RING_ID);
}

static bool is_ring_id(enum udma_side side, uint32_t cause)
{
	return cause == (side == UDMA_SIDE_M2S ? UDMA_ERR_M2S_PREF_RING_ID :
			 UDMA_ERR_S2M_PREF_RING_ID);
}

bool udma_error(struct udma_engine *engine, struct udma_queue *queue,
		enum udma_side side, uint32_t cause)
{
	bool m2s = side == UDMA_SIDE_M2S;
	struct iofic_group *group = &engine->secondary[m2s ? UDMA_IOFIC_ERR_M2S :
						       UDMA_IOFIC_ERR_S2M];

	log_error(engine, queue, side, cause);
	raise_fis(engine, side, cause);
	if (iofic_set(group, cause))
		iofic_set(&engine->primary[UDMA_IOFIC_GROUP_D],
			  m2s ? UDMA_CAUSE_D_M2S : UDMA_CAUSE_D_S2M);
	if (iofic_aborts(group, cause))
		atomic_store(&engine->state[side], UDMA_ABORTED);
	else if (is_ring_id(side, cause))
		return true;
	atomic_store(&queue->failed, true);
	return false;
}

void udma_raise(struct udma_engine *engine, struct udma_queue *queue,
		enum udma_side side)
{
	unsigned int group = side == UDMA_SIDE_M2S ? UDMA_IOFIC_GROUP_C :
			     UDMA_IOFIC_GROUP_B;

	iofic_set(&engine->primary[group],
		  1u << udma_queue_number(engine, queue));
}
