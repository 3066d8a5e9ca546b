// SPDX-License-Identifier: GPL-2.0-only
/* Methods that Host executes itself. */
#include "engine.h"
#include "ga100.h"
#include "semaphore.h"

bool ga100_host_waits_for_idle(uint32_t method, uint32_t data)
{
	switch (method) {
	case GA100_METHOD_SET_OBJECT:
	case GA100_METHOD_SET_REF:
	case GA100_METHOD_WFI:
		return true;
	case GA100_METHOD_SEM_EXECUTE:
		return !ga100_semaphore_is_acquire(GA100_SEM_OPERATION(data)) &&
			data & GA100_SEM_RELEASE_WFI;
	case GA100_METHOD_SEMAPHORE_D:
		return data & (GA100_SEMAPHORE_D_RELEASE | GA100_SEMAPHORE_D_REDUCTION) &&
			!(data & GA100_SEMAPHORE_D_NO_WFI);
	default:
		return false;
	}
}

static enum ga100_step bad_method(struct ga100_engine *engine)
{
	return ga100_pbdma_interrupt(engine, GA100_PBDMA_INTR_METHOD, 0);
}

static uint64_t semaphore_address(const _Atomic uint32_t *reg)
{
	return (uint64_t)(ga100_word(reg, GA100_RAMFC_SEM_ADDR_HI) & 0xff) << 32 |
		(ga100_word(reg, GA100_RAMFC_SEM_ADDR_LO) & ~3u);
}

static bool timed_out(struct ga100_engine *engine)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;
	uint32_t acquire = ga100_word(reg, GA100_RAMFC_ACQUIRE);
	uint32_t execute = ga100_word(reg, GA100_RAMFC_SEM_EXECUTE);
	uint32_t now = ga100_time(engine->card) >> 10;
	uint64_t timeout = (uint64_t)GA100_ACQUIRE_TIMEOUT_MAN(acquire) <<
		GA100_ACQUIRE_TIMEOUT_EXP(acquire);
	uint32_t begin;

	if (timeout > GA100_ACQUIRE_TIMEOUT_MAX)
		timeout = GA100_ACQUIRE_TIMEOUT_MAX;
	if (!(execute & GA100_SEM_EXECUTE_ACQUIRE_FAIL)) {
		ga100_set_word(reg, GA100_RAMFC_ACQUIRE_DEADLINE, now + (uint32_t)timeout);
		ga100_set_word(reg, GA100_RAMFC_SEM_EXECUTE,
			       execute | GA100_SEM_EXECUTE_ACQUIRE_FAIL);
		return false;
	}
	if (!(acquire & GA100_ACQUIRE_TIMEOUT_EN))
		return false;
	begin = ga100_word(reg, GA100_RAMFC_ACQUIRE_DEADLINE) - (uint32_t)timeout;
	return now - begin > timeout;
}

/* A test may keep a channel from getting what it waits for */
static bool never(struct ga100_engine *engine)
{
	uint32_t chid = engine->pbdma.chan.chid;

	if (vfu_fault(&engine->card->faults, GA100_KNOB_SEMAPHORE_NEVER, engine->index, NULL))
		atomic_store(&engine->never, chid);
	return atomic_load(&engine->never) == chid;
}

static enum ga100_step acquire(struct ga100_engine *engine, unsigned int operation, bool wide)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;
	uint64_t payload = ga100_long(reg, GA100_RAMFC_SEM_PAYLOAD_LO, GA100_RAMFC_SEM_PAYLOAD_HI);
	struct ga100_bad_access bad;
	uint64_t value = 0;

	if (!ga100_mmu_read(engine->card, &engine->pbdma.host, semaphore_address(reg), &value,
			    wide ? 8 : 4, &bad))
		return ga100_pbdma_fault(engine, &bad);
	if (ga100_semaphore_acquired(operation, wide, value, payload) && !never(engine)) {
		atomic_fetch_and(&reg[GA100_RAMFC_SEM_EXECUTE / 4],
				 ~GA100_SEM_EXECUTE_ACQUIRE_FAIL);
		ga100_channel_mark(engine, 0, GA100_CHRAM_ACQUIRE_FAIL);
		return GA100_STEP_MORE;
	}
	if (timed_out(engine))
		return ga100_pbdma_interrupt(engine, GA100_PBDMA_INTR_ACQUIRE, 0);
	return GA100_STEP_WAIT;
}

static enum ga100_step release(struct ga100_engine *engine, uint32_t execute)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;
	const struct ga100_space *space = &engine->pbdma.host;
	uint64_t payload = ga100_long(reg, GA100_RAMFC_SEM_PAYLOAD_LO, GA100_RAMFC_SEM_PAYLOAD_HI);
	bool wide = execute & GA100_SEM_PAYLOAD_64, time = execute & GA100_SEM_RELEASE_TIMESTAMP;
	bool is_signed = !(execute & GA100_SEM_REDUCTION_UNSIGNED);
	enum ga100_release fate = ga100_release_fault(engine);
	struct ga100_bad_access bad;
	bool done;

	if (fate == GA100_HOLD_IT)
		return GA100_STEP_WAIT;
	if (fate == GA100_LOSE_IT)
		return GA100_STEP_MORE;
	if (GA100_SEM_OPERATION(execute) == GA100_SEM_RELEASE)
		done = ga100_release(engine, space, semaphore_address(reg), payload, wide, time,
				     &bad);
	else
		done = ga100_reduce(engine, space, semaphore_address(reg), payload, wide,
				    GA100_SEM_REDUCTION_OP(execute), is_signed, time, &bad);
	return done ? GA100_STEP_MORE : ga100_pbdma_fault(engine, &bad);
}

static bool legal(struct ga100_engine *engine, uint32_t execute)
{
	unsigned int operation = GA100_SEM_OPERATION(execute);
	uint64_t va = semaphore_address(engine->pbdma.reg);
	bool wide = execute & GA100_SEM_PAYLOAD_64;

	if (wide && va % 8)
		return false;
	if (ga100_semaphore_is_acquire(operation))
		return true;
	if (operation != GA100_SEM_RELEASE && operation != GA100_SEM_REDUCTION)
		return false;
	if (execute & GA100_SEM_RELEASE_TIMESTAMP && va % 16)
		return false;
	return operation == GA100_SEM_RELEASE ||
		ga100_semaphore_can_reduce(GA100_SEM_REDUCTION_OP(execute), wide,
					   !(execute & GA100_SEM_REDUCTION_UNSIGNED));
}

static enum ga100_step execute_semaphore(struct ga100_engine *engine, uint32_t execute)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;
	uint32_t failed = ga100_word(reg, GA100_RAMFC_SEM_EXECUTE) &
		GA100_SEM_EXECUTE_ACQUIRE_FAIL;

	ga100_set_word(reg, GA100_RAMFC_SEM_EXECUTE,
		       (execute & ~GA100_SEM_EXECUTE_ACQUIRE_FAIL) | failed);
	if (!legal(engine, execute))
		return ga100_pbdma_interrupt(engine, GA100_PBDMA_INTR_SEMAPHORE, 0);
	if (ga100_semaphore_is_acquire(GA100_SEM_OPERATION(execute)))
		return acquire(engine, GA100_SEM_OPERATION(execute),
			       execute & GA100_SEM_PAYLOAD_64);
	return release(engine, execute);
}

/* The older form of the same, said in the newer one; false: there is no such thing */
static bool modern(uint32_t old, uint32_t *execute)
{
	*execute = 0;
	if (old & GA100_SEMAPHORE_D_ACQUIRE_SWITCH)
		*execute |= GA100_SEM_ACQUIRE_SWITCH_TSG;
	switch (old & GA100_SEMAPHORE_D_OPERATION) {
	case GA100_SEMAPHORE_D_ACQUIRE:
		*execute |= GA100_SEM_ACQUIRE;
		return true;
	case GA100_SEMAPHORE_D_ACQ_GEQ:
		*execute |= GA100_SEM_ACQ_CIRC_GEQ;
		return true;
	case GA100_SEMAPHORE_D_ACQ_AND:
		*execute |= GA100_SEM_ACQ_AND;
		return true;
	case GA100_SEMAPHORE_D_REDUCTION:
		*execute = GA100_SEM_REDUCTION | (old & GA100_SEMAPHORE_D_UNSIGNED) |
			GA100_SEMAPHORE_D_REDUCTION_OP(old) << GA100_SEM_REDUCTION_SHIFT;
		break;
	case GA100_SEMAPHORE_D_RELEASE:
		*execute = GA100_SEM_RELEASE;
		break;
	default:
		return false;
	}
	if (!(old & GA100_SEMAPHORE_D_4_BYTES))
		*execute |= GA100_SEM_RELEASE_TIMESTAMP;
	return true;
}

static enum ga100_step execute_old_semaphore(struct ga100_engine *engine, uint32_t old)
{
	uint32_t execute;

	if (!modern(old, &execute))
		return ga100_pbdma_interrupt(engine, GA100_PBDMA_INTR_SEMAPHORE, 0);
	return execute_semaphore(engine, execute);
}

static enum ga100_step non_stall_interrupt(struct ga100_engine *engine)
{
	uint32_t notify = ga100_word(engine->pbdma.reg, GA100_RAMFC_INTR_NOTIFY);

	if (notify & GA100_INTR_NOTIFY_CPU)
		ga100_intr_raise(engine->card, notify & GA100_INTR_NOTIFY_VECTOR);
	return GA100_STEP_MORE;
}

static enum ga100_step invalidate(struct ga100_engine *engine, uint32_t d)
{
	uint32_t c = ga100_word(engine->pbdma.reg, GA100_RAMFC_MEM_OP_C);
	struct ga100_addr pdb = {
		.aperture = (enum ga100_aperture)(c >> GA100_MEM_OP_C_PDB_APERTURE_SHIFT & 3),
		.offset = (uint64_t)(d & GA100_MEM_OP_D_PDB_HI) << 32 | (c & GA100_MEM_OP_C_PDB_LO),
	};

	if (!(ga100_word(engine->pbdma.reg, GA100_RAMFC_CONFIG) & GA100_CONFIG_PRIVILEGED))
		return bad_method(engine);
	ga100_tlb_invalidate(&engine->card->tlb, c & GA100_MEM_OP_C_PDB_ALL ? 0 :
			     ga100_tlb_tag(pdb));
	return GA100_STEP_MORE;
}

/* Translations are all that is cached in this model */
static enum ga100_step memory_operation(struct ga100_engine *engine, uint32_t d)
{
	uint32_t config = ga100_word(engine->pbdma.reg, GA100_RAMFC_CONFIG);

	switch (GA100_MEM_OP_D_OPERATION(d)) {
	case GA100_MEM_OP_TLB_INVALIDATE:
	case GA100_MEM_OP_TLB_INVALIDATE_TARGETED:
		return invalidate(engine, d);
	case GA100_MEM_OP_ACCESS_COUNTER_CLR:
		return config & GA100_CONFIG_PRIVILEGED ? GA100_STEP_MORE : bad_method(engine);
	case GA100_MEM_OP_MEMBAR:
	case GA100_MEM_OP_L2_PEERMEM_INVALIDATE:
	case GA100_MEM_OP_L2_SYSMEM_INVALIDATE:
	case GA100_MEM_OP_L2_CLEAN_COMPTAGS:
	case GA100_MEM_OP_L2_FLUSH_DIRTY:
	case GA100_MEM_OP_L2_WAIT_SYS_READS:
		return GA100_STEP_MORE;
	default:
		return bad_method(engine);
	}
}

static enum ga100_step set_object(struct ga100_engine *engine, uint32_t data)
{
	_Atomic uint32_t *reg = engine->pbdma.reg;

	if ((data & 0xffff) == COPY_CLASS_AMPERE_A)
		return GA100_STEP_MORE;
	ga100_set_word(reg, GA100_PBDMA_HCE_DBG0, GA100_METHOD_SET_OBJECT);
	ga100_set_word(reg, GA100_PBDMA_HCE_DBG1, data);
	return ga100_pbdma_interrupt(engine, 0, GA100_PBDMA_INTR1_ILLEGAL_CLASS);
}

static enum ga100_step yield(uint32_t data)
{
	switch (data & GA100_YIELD_OP) {
	case GA100_YIELD_RUNLIST:
		return GA100_STEP_YIELD_TSG;
	case GA100_YIELD_TSG:
		return GA100_STEP_YIELD;
	default:
		return GA100_STEP_MORE;
	}
}

/* Methods that only fill a register of the channel; 0: another one */
static uint32_t register_of(uint32_t method)
{
	switch (method) {
	case GA100_METHOD_SEMAPHORE_A:
	case GA100_METHOD_SEM_ADDR_HI:
		return GA100_RAMFC_SEM_ADDR_HI;
	case GA100_METHOD_SEMAPHORE_B:
	case GA100_METHOD_SEM_ADDR_LO:
		return GA100_RAMFC_SEM_ADDR_LO;
	case GA100_METHOD_SEMAPHORE_C:
	case GA100_METHOD_SEM_PAYLOAD_LO:
		return GA100_RAMFC_SEM_PAYLOAD_LO;
	case GA100_METHOD_SEM_PAYLOAD_HI:
		return GA100_RAMFC_SEM_PAYLOAD_HI;
	case GA100_METHOD_MEM_OP_A:
		return GA100_RAMFC_MEM_OP_A;
	case GA100_METHOD_MEM_OP_B:
		return GA100_RAMFC_MEM_OP_B;
	case GA100_METHOD_MEM_OP_C:
		return GA100_RAMFC_MEM_OP_C;
	case GA100_METHOD_SET_REF:
		return GA100_RAMFC_REF;
	default:
		return 0;
	}
}

enum ga100_step ga100_host_method(struct ga100_engine *engine, uint32_t method, uint32_t data)
{
	uint32_t reg = register_of(method);

	if (reg) {
		ga100_set_word(engine->pbdma.reg, reg, data);
		return GA100_STEP_MORE;
	}
	switch (method) {
	case GA100_METHOD_SET_OBJECT:
		return set_object(engine, data);
	case GA100_METHOD_NOP:
	case GA100_METHOD_FB_FLUSH:
	case GA100_METHOD_WFI:
		return GA100_STEP_MORE;
	case GA100_METHOD_SEMAPHORE_D:
		return execute_old_semaphore(engine, data);
	case GA100_METHOD_SEM_EXECUTE:
		return execute_semaphore(engine, data);
	case GA100_METHOD_NON_STALL_INT:
		return non_stall_interrupt(engine);
	case GA100_METHOD_MEM_OP_D:
		return memory_operation(engine, data);
	case GA100_METHOD_YIELD:
		return yield(data);
	default:
		return bad_method(engine);
	}
}
