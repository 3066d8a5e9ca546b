// SPDX-License-Identifier: GPL-2.0-only
/* Semaphores that are released, by Host or by a copy engine. */
#include "engine.h"
#include "ga100.h"
#include "semaphore.h"

enum ga100_release ga100_release_fault(struct ga100_engine *engine)
{
	struct vfu_faults *faults = &engine->card->faults;
	uint32_t chid = engine->pbdma.chan.chid;

	if (vfu_fault(faults, GA100_KNOB_COMPLETION_LATE, engine->index, NULL))
		atomic_store(&engine->late, chid);
	if (atomic_load(&engine->late) == chid)
		return GA100_HOLD_IT;
	return vfu_fault(faults, GA100_KNOB_COMPLETION_LOST, engine->index, NULL) ?
		GA100_LOSE_IT : GA100_RELEASE_IT;
}

/* The time is there before the payload, so that nobody sees an old one with it */
static bool write_time(struct ga100_engine *engine, const struct ga100_space *space, uint64_t va,
		       bool time, struct ga100_bad_access *bad)
{
	uint64_t now = ga100_time(engine->card);

	return !time || ga100_mmu_write(engine->card, space, va + 8, &now, sizeof(now), bad);
}

bool ga100_release(struct ga100_engine *engine, const struct ga100_space *space, uint64_t va,
		   uint64_t payload, bool wide, bool time, struct ga100_bad_access *bad)
{
	if (!wide)
		payload &= 0xffffffff;
	/* With a time, the payload fills eight bytes however wide it is */
	if (!write_time(engine, space, va, time, bad) ||
	    !ga100_mmu_write(engine->card, space, va, &payload, wide || time ? 8 : 4, bad))
		return false;
	ga100_engines_look(engine->card);
	return true;
}

/* As one operation of the memory, which no other store can come between */
static bool atomically(void *at, uint64_t payload, bool wide, unsigned int reduction,
		       bool is_signed)
{
	uint64_t old = wide ? __atomic_load_n((uint64_t *)at, __ATOMIC_ACQUIRE) :
		__atomic_load_n((uint32_t *)at, __ATOMIC_ACQUIRE);
	uint64_t new = ga100_semaphore_reduce(reduction, wide, is_signed, old, payload);
	uint32_t old32 = old;

	return wide ? __atomic_compare_exchange_n((uint64_t *)at, &old, new, false,
						  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) :
		__atomic_compare_exchange_n((uint32_t *)at, &old32, (uint32_t)new, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static int reduce_at(struct ga100 *card, struct ga100_addr addr, uint64_t payload, bool wide,
		     unsigned int reduction, bool is_signed)
{
	struct ga100_pin pin;
	int ret = ga100_mem_pin(card, addr, wide ? 8 : 4, true, &pin);

	/* Memory that only messages reach has no such operation */
	if (ret)
		return ret;
	while (!atomically(pin.ptr, payload, wide, reduction, is_signed))
		;
	ga100_mem_unpin(card, &pin);
	return 0;
}

bool ga100_reduce(struct ga100_engine *engine, const struct ga100_space *space, uint64_t va,
		  uint64_t payload, bool wide, unsigned int reduction, bool is_signed, bool time,
		  struct ga100_bad_access *bad)
{
	struct ga100_translation where;
	int ret = 0;

	*bad = (struct ga100_bad_access){ .va = va, .access = GA100_ATOMIC };
	if (!ga100_mmu_translate(engine->card, space, va, GA100_ATOMIC, &where)) {
		bad->fault = where.fault;
		return false;
	}
	if (!write_time(engine, space, va, time, bad))
		return false;
	if (!where.sparse)
		ret = reduce_at(engine->card, where.addr, payload, wide, reduction, is_signed);
	if (ret)
		bad->fault = ga100_mem_fault_type(ret);
	else
		ga100_engines_look(engine->card);
	return !ret;
}
