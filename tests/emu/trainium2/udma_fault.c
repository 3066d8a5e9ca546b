// SPDX-License-Identifier: GPL-2.0-only
/* What goes wrong in an engine because a test asked for it. */
#include "address.h"
#include "map.h"
#include "model.h"

bool udma_packet_fault(struct udma_engine *engine, struct udma_queue *queue)
{
	struct vfu_faults *faults = &engine->card->faults;
	uint32_t value;

	if (vfu_fault(faults, TRN2_FAULT_HANG, engine->number, NULL)) {
		atomic_store(&queue->hung, UDMA_HUNG);
		return true;
	}
	if (vfu_fault(faults, TRN2_FAULT_HANG_FOR_GOOD, engine->number, &value)) {
		atomic_store(&queue->hung, value ? UDMA_HUNG_AND_BUSY : UDMA_HUNG_FOR_GOOD);
		return true;
	}
	if (vfu_fault(faults, TRN2_FAULT_DESCRIPTOR, engine->number, &value)) {
		udma_error(engine, queue, UDMA_SIDE_M2S,
			   value ? value : UDMA_ERR_M2S_PREF_AXI_RESP);
		return true;
	}
	return false;
}

/*
 * Nothing marks the descriptor that tells completion: it is a word or two for
 * host memory, which is not how anybody moves data.
 */
static bool is_completion(const struct udma_desc *dst)
{
	uint32_t len = dst->ctrl & UDMA_DESC_LEN;

	return (len == 4 || len == 8) && dst->addr >= TRN2_ADDR_HOST &&
	       dst->addr - TRN2_ADDR_HOST < TRN2_ADDR_HOST_SIZE;
}

enum udma_completion udma_completion_fault(struct udma_engine *engine,
					   struct udma_queue *queue)
{
	struct vfu_faults *faults = &engine->card->faults;

	if (!is_completion(&queue->cur[UDMA_SIDE_S2M].desc))
		return UDMA_WRITE_IT;
	if (queue->held == UDMA_NOT_HELD &&
	    vfu_fault(faults, TRN2_FAULT_LATE, engine->number, NULL))
		queue->held = UDMA_HELD;
	if (queue->held == UDMA_HELD)
		return UDMA_HOLD_IT;
	queue->held = UDMA_NOT_HELD;
	return vfu_fault(faults, TRN2_FAULT_LOST, engine->number, NULL) ?
	       UDMA_LOSE_IT : UDMA_WRITE_IT;
}

void udma_payload_fault(struct udma_engine *engine, const struct udma_desc *dst,
			uint32_t len)
{
	bool host = trn2_engine_has_host(engine->number);
	uint32_t bit;
	uint64_t at;
	uint8_t byte;

	if (is_completion(dst) ||
	    !vfu_fault(&engine->card->faults, TRN2_FAULT_FLIP, engine->number, &bit))
		return;
	bit %= 8 * len;
	at = dst->addr + bit / 8;
	if (!trn2_read(engine->card, host, at, &byte, 1))
		return;
	byte ^= 1u << bit % 8;
	trn2_write(engine->card, host, at, &byte, 1);
}
