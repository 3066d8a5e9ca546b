// SPDX-License-Identifier: GPL-2.0-only
/* The copy engines: registers, methods, the end of a launch. */
#include "engine.h"
#include "ga100.h"

/* What keeps the engine from going on until software has cleared it */
#define STALLING	(GA100_LCE_INTR_ALL & ~GA100_LCE_INTR_NONBLOCKPIPE)
#define PCES_PER_LCE	2

#define STRAY_SHIFT	21	/* of GA100_KNOB_STRAY's value */

void ga100_ce_reset(struct ga100_engine *engine)
{
	struct ga100_ce *ce = &engine->ce;

	for (unsigned int w = 0; w < GA100_LCE_STRIDE / 4; w++)
		atomic_store(&ce->reg[w], 0);
	ga100_set_word(ce->reg, GA100_LCE_INTR_EN, GA100_LCE_INTR_EN_INIT);
	ga100_set_word(ce->reg, GA100_LCE_OPT, GA100_LCE_OPT_INIT);
	ga100_set_word(ce->reg, GA100_LCE_VECTOR_NOTIFY, GA100_CE_NONSTALL_VECTOR(engine->index));
	ga100_set_word(ce->reg, GA100_LCE_VECTOR, GA100_CE_STALL_VECTOR(engine->index));
	if (atomic_load(&ce->hung) == GA100_HUNG)
		atomic_store(&ce->hung, GA100_RUNS);
	if (atomic_load(&ce->hung) == GA100_HUNG_AND_BUSY)
		return;
	ce->busy = false;
	ga100_set_word(engine->runlist.reg, GA100_RUNLIST_ENGINE_STATUS0(0), 0);
}

void ga100_ce_interrupt(struct ga100_engine *engine, uint32_t bits)
{
	struct ga100_ce *ce = &engine->ce;
	uint32_t enabled = bits & ga100_word(ce->reg, GA100_LCE_INTR_EN);

	atomic_fetch_or(&ce->reg[GA100_LCE_INTR / 4], bits);
	if (enabled & STALLING)
		ga100_intr_raise(engine->card, GA100_CE_STALL_VECTOR(engine->index));
	if (enabled & GA100_LCE_INTR_NONBLOCKPIPE)
		ga100_intr_raise(engine->card, GA100_CE_NONSTALL_VECTOR(engine->index));
}

bool ga100_ce_stalled(const struct ga100_engine *engine)
{
	return ga100_word(engine->ce.reg, GA100_LCE_INTR) & STALLING ||
		ga100_word(engine->ce.reg, GA100_LCE_ENGCTL) & GA100_LCE_ENGCTL_STALLREQ ||
		atomic_load(&engine->ce.hung) != GA100_RUNS;
}

enum ga100_step ga100_ce_fault(struct ga100_engine *engine, const struct ga100_bad_access *bad,
			       bool physical)
{
	unsigned int instance = GA100_CE_INSTANCE(engine->index);
	struct ga100_mmu_fault fault = {
		.inst = engine->pbdma.chan.inst,
		.va = bad->va,
		.type = bad->fault,
		.access = bad->access + (physical ? GA100_ACCESS_PHYSICAL : 0),
		.engine = GA100_MMU_ENGINE_CE(instance),
		.client = GA100_MMU_CLIENT_CE(instance),
		.replay_enabled = engine->pbdma.ce.replayable,
	};

	ga100_channel_mark(engine, GA100_CHRAM_ENG_FAULTED, 0);
	if (bad->fault == GA100_FAULT_POISONED)
		ga100_ce_interrupt(engine, GA100_LCE_INTR_POISON);
	ga100_mmu_fault_report(engine->card, &fault);
	return GA100_STEP_FAULT;
}

/* The channel's context goes to the engine with its first method */
static void take_context(struct ga100_engine *engine)
{
	struct ga100_pbdma *pbdma = &engine->pbdma;

	if (engine->ce.busy)
		return;
	engine->ce.busy = true;
	ga100_channel_mark(engine, GA100_CHRAM_ON_ENG | GA100_CHRAM_ENG_BUSY, 0);
	ga100_set_word(engine->runlist.reg, GA100_RUNLIST_ENGINE_STATUS0(0),
		       pbdma->tsg_id | GA100_CTX_VALID << GA100_ENGINE_CTX_SHIFT |
		       GA100_ENGINE_BUSY);
	ga100_set_word(engine->runlist.reg, GA100_RUNLIST_ENGINE_CHANNEL(0),
		       pbdma->chan.chid | GA100_ENGINE_CHANNEL_VALID);
	ga100_set_long(engine->runlist.reg, GA100_RUNLIST_ENGINE_INST(0),
		       GA100_RUNLIST_ENGINE_INST_HI(0), pbdma->chan.inst.offset |
		       pbdma->chan.inst.aperture | GA100_ENGINE_INST_VALID);
	ga100_set_word(engine->ce.reg, GA100_LCE_BIND, GA100_LCE_BIND_BOUND |
		       (uint32_t)(pbdma->chan.inst.offset >> GA100_INST_SHIFT)
		       << GA100_LCE_BIND_PTR_SHIFT |
		       (uint32_t)pbdma->chan.inst.aperture << GA100_LCE_BIND_TARGET_SHIFT);
}

/* A test asked for it */
static bool hangs(struct ga100_engine *engine)
{
	struct vfu_faults *faults = &engine->card->faults;
	uint32_t value;

	if (vfu_fault(faults, GA100_KNOB_HANG, engine->index, NULL))
		atomic_store(&engine->ce.hung, GA100_HUNG);
	else if (vfu_fault(faults, GA100_KNOB_HANG_FOR_GOOD, engine->index, &value))
		atomic_store(&engine->ce.hung, value ? GA100_HUNG_AND_BUSY : GA100_HUNG_FOR_GOOD);
	return atomic_load(&engine->ce.hung) != GA100_RUNS;
}

/* A test wants to know who is hurt by a copy that does not go where it should */
static void lead_astray(struct ga100_engine *engine, uint32_t launch)
{
	struct ga100_copy *copy = &engine->pbdma.job.copy;
	uint32_t value;

	if (COPY_LAUNCH_TRANSFER(launch) == COPY_LAUNCH_TRANSFER_NONE ||
	    !vfu_fault(&engine->card->faults, GA100_KNOB_STRAY, engine->index, &value))
		return;
	ga100_copy_set(copy, COPY_OFFSET_OUT_UPPER, value >> (32 - STRAY_SHIFT));
	ga100_copy_set(copy, COPY_OFFSET_OUT_LOWER, value << STRAY_SHIFT);
}

static uint8_t check_launch(struct ga100_engine *engine, uint32_t launch)
{
	struct ga100_copy_plan plan;
	uint32_t value;

	if (vfu_fault(&engine->card->faults, GA100_KNOB_LAUNCH_ERROR, engine->index, &value))
		return value ? value : GA100_LAUNCHERR_VALUE;
	return ga100_copy_plan(&engine->pbdma.job.copy, launch, &plan);
}

/* A launch that makes no sense is tried again when its interrupt is cleared */
static enum ga100_step launch(struct ga100_engine *engine, uint32_t data)
{
	struct ga100_job *job = &engine->pbdma.job;
	uint32_t hce = ga100_word(engine->pbdma.reg, GA100_RAMFC_HCE_CTRL);
	uint8_t error;

	if (hangs(engine))
		return GA100_STEP_STALLED;
	if (ga100_copy_is_physical(data) && !(hce & GA100_HCE_CTRL_PRIV_MODE))
		return ga100_pbdma_interrupt(engine, 0, GA100_PBDMA_INTR1_PRIV);
	lead_astray(engine, data);
	error = check_launch(engine, data);
	if (error) {
		ga100_set_word(engine->ce.reg, GA100_LCE_LAUNCHERR, error);
		ga100_ce_interrupt(engine, GA100_LCE_INTR_LAUNCHERR);
		return GA100_STEP_STALLED;
	}
	job->launch = data;
	job->line = 0;
	job->done = 0;
	job->active = 1;
	return GA100_STEP_MORE;
}

static enum ga100_step bad_method(struct ga100_engine *engine, uint32_t method, uint32_t data,
				  uint32_t interrupt)
{
	ga100_set_word(engine->pbdma.reg, GA100_PBDMA_HCE_DBG0, method);
	ga100_set_word(engine->pbdma.reg, GA100_PBDMA_HCE_DBG1, data);
	return ga100_pbdma_interrupt(engine, 0, interrupt);
}

/* Conditions in memory are refused: how they lie there is not published with the class */
static enum ga100_step render_enable(struct ga100_engine *engine, uint32_t data)
{
	_Atomic uint32_t *hce = &engine->pbdma.reg[GA100_RAMFC_HCE_CTRL / 4];

	switch (data & COPY_RENDER_MODE) {
	case COPY_RENDER_FALSE:
		atomic_fetch_or(hce, GA100_HCE_CTRL_RENDER_DISABLED);
		return GA100_STEP_MORE;
	case COPY_RENDER_TRUE:
		atomic_fetch_and(hce, ~GA100_HCE_CTRL_RENDER_DISABLED);
		return GA100_STEP_MORE;
	default:
		return bad_method(engine, COPY_SET_RENDER_ENABLE_C, data,
				  GA100_PBDMA_INTR1_RE_ILLEGAL_OP);
	}
}

enum ga100_step ga100_ce_method(struct ga100_engine *engine, uint32_t method, uint32_t data)
{
	take_context(engine);
	if (ga100_ce_stalled(engine))
		return GA100_STEP_STALLED;
	switch (method) {
	case COPY_NOP:
	case COPY_PM_TRIGGER:
	case COPY_PM_TRIGGER_END:
		return GA100_STEP_MORE;
	case COPY_LAUNCH_DMA:
		return launch(engine, data);
	case COPY_SET_RENDER_ENABLE_C:
		return render_enable(engine, data);
	default:
		if (ga100_copy_set(&engine->pbdma.job.copy, method, data))
			return GA100_STEP_MORE;
		return bad_method(engine, method, data, GA100_PBDMA_INTR1_ILLEGAL_METHOD);
	}
}

/* MORE: done, or to be done without; WAIT: not yet */
static enum ga100_step release(struct ga100_engine *engine, uint32_t launch)
{
	const struct ga100_copy *copy = &engine->pbdma.job.copy;
	const struct ga100_space *space = &engine->pbdma.ce;
	uint64_t va = ga100_copy_semaphore(copy);
	uint64_t payload = ga100_copy_get(copy, COPY_SET_SEMAPHORE_PAYLOAD);
	bool time = COPY_LAUNCH_SEMAPHORE(launch) == COPY_LAUNCH_SEMAPHORE_FOUR_WORD;
	enum ga100_release fate;
	struct ga100_bad_access bad;
	bool done;

	if (COPY_LAUNCH_SEMAPHORE(launch) == COPY_LAUNCH_SEMAPHORE_NONE)
		return GA100_STEP_MORE;
	fate = ga100_release_fault(engine);
	if (fate != GA100_RELEASE_IT)
		return fate == GA100_HOLD_IT ? GA100_STEP_WAIT : GA100_STEP_MORE;
	if (launch & COPY_LAUNCH_REDUCTION_ENABLE)
		done = ga100_reduce(engine, space, va, payload, false, COPY_LAUNCH_REDUCTION(launch),
				    !(launch & COPY_LAUNCH_REDUCTION_UNSIGNED), time, &bad);
	else
		done = ga100_release(engine, space, va, payload, false, time, &bad);
	return done ? GA100_STEP_MORE : ga100_ce_fault(engine, &bad, false);
}

static enum ga100_step finish(struct ga100_engine *engine)
{
	struct ga100_job *job = &engine->pbdma.job;
	enum ga100_step step = release(engine, job->launch);

	if (step != GA100_STEP_MORE)
		return step;
	job->active = 0;
	switch (COPY_LAUNCH_INTERRUPT(job->launch)) {
	case COPY_LAUNCH_INTERRUPT_BLOCKING:
		ga100_ce_interrupt(engine, GA100_LCE_INTR_BLOCKPIPE);
		break;
	case COPY_LAUNCH_INTERRUPT_NON_BLOCKING:
		ga100_ce_interrupt(engine, GA100_LCE_INTR_NONBLOCKPIPE);
		break;
	}
	return GA100_STEP_MORE;
}

enum ga100_step ga100_ce_work(struct ga100_engine *engine)
{
	struct ga100_job *job = &engine->pbdma.job;
	uint32_t hce = ga100_word(engine->pbdma.reg, GA100_RAMFC_HCE_CTRL);
	struct ga100_copy_plan plan;
	enum ga100_step step = GA100_STEP_IDLE;

	take_context(engine);
	if (ga100_ce_stalled(engine))
		return GA100_STEP_STALLED;
	ga100_copy_plan(&job->copy, job->launch, &plan);
	if (!(hce & GA100_HCE_CTRL_RENDER_DISABLED))
		step = ga100_ce_copy(engine, &plan);
	return step == GA100_STEP_IDLE ? finish(engine) : step;
}

static struct ga100_engine *engine_at(struct ga100 *card, uint32_t reg, uint32_t *off)
{
	unsigned int instance = (reg - GA100_LCE) / GA100_LCE_STRIDE;

	*off = (reg - GA100_LCE) % GA100_LCE_STRIDE;
	if (reg < GA100_LCE || instance < GA100_CE_INSTANCE(0) ||
	    instance >= GA100_CE_INSTANCE(GA100_CES))
		return NULL;
	return &card->engines[instance - GA100_CE_FIRST];
}

/* Which physical copy engines there are, and whom they serve */
static bool read_map(uint32_t reg, uint32_t *value)
{
	unsigned int pce = (reg - GA100_CE_PCE2LCE(0)) / 4;

	switch (reg) {
	case GA100_CE_PCE_MAP:
		*value = (1u << GA100_CE_PCES) - 1;
		return true;
	case GA100_CE_GRCE_CONFIG(0):
	case GA100_CE_GRCE_CONFIG(1):
		*value = GA100_CE_PCE2LCE_NONE;
		return true;
	}
	if (reg < GA100_CE_PCE2LCE(0) || pce >= GA100_CE_PCES)
		return false;
	*value = pce < PCES_PER_LCE * GA100_CES ? GA100_CE_INSTANCE(pce / PCES_PER_LCE) :
		GA100_CE_PCE2LCE_NONE;
	return true;
}

static bool ce_read(struct ga100 *card, uint32_t reg, uint32_t *value)
{
	uint32_t off;
	const struct ga100_engine *engine = engine_at(card, reg, &off);

	if (!engine)
		return read_map(reg, value);
	*value = ga100_word(engine->ce.reg, off);
	if (off == GA100_LCE_STATUS)
		*value = ga100_word(engine->runlist.reg, GA100_RUNLIST_ENGINE_STATUS0(0)) &
			GA100_ENGINE_BUSY ? GA100_LCE_STATUS_BUSY : 0;
	if (off == GA100_LCE_ENGCTL && *value & GA100_LCE_ENGCTL_STALLREQ)
		*value |= GA100_LCE_ENGCTL_STALLACK;
	return true;
}

static bool ce_write(struct ga100 *card, uint32_t reg, uint32_t value)
{
	uint32_t off;
	struct ga100_engine *engine = engine_at(card, reg, &off);

	if (!engine)
		return false;
	switch (off) {
	case GA100_LCE_INTR:
		atomic_fetch_and(&engine->ce.reg[off / 4], ~value);
		ga100_engine_kick(engine);
		return true;
	case GA100_LCE_ENGCTL:
		ga100_set_word(engine->ce.reg, off, value & GA100_LCE_ENGCTL_STALLREQ);
		ga100_engine_kick(engine);
		return true;
	case GA100_LCE_INTR_EN:
	case GA100_LCE_OPT:
	case GA100_LCE_LAUNCHERR:
		ga100_set_word(engine->ce.reg, off, value);
		return true;
	default:
		return false;
	}
}

const struct ga100_block ga100_ce_block = {
	.name = "CE",
	.base = GA100_CE,
	.size = GA100_CE_SIZE,
	.read = ce_read,
	.write = ce_write,
};
