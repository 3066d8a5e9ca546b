// SPDX-License-Identifier: GPL-2.0-only
#include "copy.h"

#include <string.h>

#define LAST_METHOD	COPY_DST_ORIGIN_Y

/* Bits that this class leaves free */
#define LAUNCH_UNUSED	0x08300000u

/* Word of each method that sets something, from 1 */
#define SETS(method)	[(method) / 4]
static const uint8_t words[LAST_METHOD / 4 + 1] = {
	SETS(COPY_SET_SEMAPHORE_A) = 1,
	SETS(COPY_SET_SEMAPHORE_B) = 2,
	SETS(COPY_SET_SEMAPHORE_PAYLOAD) = 3,
	SETS(COPY_SET_RENDER_ENABLE_A) = 4,
	SETS(COPY_SET_RENDER_ENABLE_B) = 5,
	SETS(COPY_SET_RENDER_ENABLE_C) = 6,
	SETS(COPY_SET_SRC_PHYS_MODE) = 7,
	SETS(COPY_SET_DST_PHYS_MODE) = 8,
	SETS(COPY_OFFSET_IN_UPPER) = 9,
	SETS(COPY_OFFSET_IN_LOWER) = 10,
	SETS(COPY_OFFSET_OUT_UPPER) = 11,
	SETS(COPY_OFFSET_OUT_LOWER) = 12,
	SETS(COPY_PITCH_IN) = 13,
	SETS(COPY_PITCH_OUT) = 14,
	SETS(COPY_LINE_LENGTH_IN) = 15,
	SETS(COPY_LINE_COUNT) = 16,
	SETS(COPY_SET_REMAP_CONST_A) = 17,
	SETS(COPY_SET_REMAP_CONST_B) = 18,
	SETS(COPY_SET_REMAP_COMPONENTS) = 19,
	SETS(COPY_SET_DST_BLOCK_SIZE) = 20,
	SETS(COPY_SET_DST_WIDTH) = 21,
	SETS(COPY_SET_DST_HEIGHT) = 22,
	SETS(COPY_SET_DST_DEPTH) = 23,
	SETS(COPY_SET_DST_LAYER) = 24,
	SETS(COPY_SET_DST_ORIGIN) = 25,
	SETS(COPY_SET_SRC_BLOCK_SIZE) = 26,
	SETS(COPY_SET_SRC_WIDTH) = 27,
	SETS(COPY_SET_SRC_HEIGHT) = 28,
	SETS(COPY_SET_SRC_DEPTH) = 29,
	SETS(COPY_SET_SRC_LAYER) = 30,
	SETS(COPY_SET_SRC_ORIGIN) = 31,
	SETS(COPY_SRC_ORIGIN_X) = 32,
	SETS(COPY_SRC_ORIGIN_Y) = 33,
	SETS(COPY_DST_ORIGIN_X) = 34,
	SETS(COPY_DST_ORIGIN_Y) = 35,
};

static unsigned int word_of(uint32_t method)
{
	return method <= LAST_METHOD ? words[method / 4] : 0;
}

uint32_t ga100_copy_get(const struct ga100_copy *copy, uint32_t method)
{
	return copy->word[word_of(method)];
}

bool ga100_copy_set(struct ga100_copy *copy, uint32_t method, uint32_t data)
{
	unsigned int word = word_of(method);

	if (word)
		copy->word[word] = data;
	return word;
}

static uint64_t address(const struct ga100_copy *copy, uint32_t upper, uint32_t lower)
{
	return (uint64_t)(ga100_copy_get(copy, upper) & COPY_UPPER_AMPERE) << 32 |
		ga100_copy_get(copy, lower);
}

uint64_t ga100_copy_semaphore(const struct ga100_copy *copy)
{
	return address(copy, COPY_SET_SEMAPHORE_A, COPY_SET_SEMAPHORE_B);
}

bool ga100_copy_is_physical(uint32_t launch)
{
	return launch & (COPY_LAUNCH_SRC_PHYSICAL | COPY_LAUNCH_DST_PHYSICAL);
}

static bool reduction_exists(uint32_t launch)
{
	unsigned int reduction = COPY_LAUNCH_REDUCTION(launch);

	return reduction <= GA100_REDUCTION_DEC;
}

static uint8_t check_semaphore(const struct ga100_copy *copy, uint32_t launch)
{
	switch (COPY_LAUNCH_SEMAPHORE(launch)) {
	case COPY_LAUNCH_SEMAPHORE_NONE:
		return GA100_LAUNCHERR_NONE;
	case COPY_LAUNCH_SEMAPHORE_ONE_WORD:
		if (ga100_copy_semaphore(copy) % 4)
			return GA100_LAUNCHERR_ALIGNMENT;
		break;
	case COPY_LAUNCH_SEMAPHORE_FOUR_WORD:
		if (ga100_copy_semaphore(copy) % 16)
			return GA100_LAUNCHERR_ALIGNMENT;
		break;
	default:
		/* Released only if something that is not published is so */
		return GA100_LAUNCHERR_OPERATION;
	}
	if (launch & COPY_LAUNCH_REDUCTION_ENABLE && !reduction_exists(launch))
		return GA100_LAUNCHERR_VALUE;
	return GA100_LAUNCHERR_NONE;
}

static void remap_plan(const struct ga100_copy *copy, struct ga100_copy_plan *plan)
{
	uint32_t remap = ga100_copy_get(copy, COPY_SET_REMAP_COMPONENTS);

	plan->remap = true;
	plan->reads_source = false;
	plan->component = COPY_REMAP_COMPONENT_SIZE(remap);
	plan->n_src = COPY_REMAP_NUM_SRC(remap);
	plan->n_dst = COPY_REMAP_NUM_DST(remap);
	plan->constant[0] = ga100_copy_get(copy, COPY_SET_REMAP_CONST_A);
	plan->constant[1] = ga100_copy_get(copy, COPY_SET_REMAP_CONST_B);
	for (unsigned int i = 0; i < plan->n_dst; i++) {
		plan->from[i] = COPY_REMAP_DST(remap, i);
		plan->reads_source |= plan->from[i] <= COPY_REMAP_SRC_W;
		plan->keeps_some |= plan->from[i] == COPY_REMAP_NO_WRITE;
	}
	plan->elements = plan->src.line;
	plan->src.line = plan->elements * plan->component * plan->n_src;
	plan->dst.line = plan->elements * plan->component * plan->n_dst;
}

static uint8_t check_remap(const struct ga100_copy_plan *plan)
{
	/* Three bytes have no alignment of their own */
	unsigned int align = plan->component == 3 ? 1 : plan->component;

	for (unsigned int i = 0; i < plan->n_dst; i++) {
		if (plan->from[i] > COPY_REMAP_NO_WRITE)
			return GA100_LAUNCHERR_VALUE;
		if (plan->from[i] <= COPY_REMAP_SRC_W && plan->from[i] >= plan->n_src)
			return GA100_LAUNCHERR_COMPONENT;
	}
	if (plan->dst.address % align || (plan->lines > 1 && plan->dst.pitch % align))
		return GA100_LAUNCHERR_ALIGNMENT;
	if (plan->reads_source &&
	    (plan->src.address % align || (plan->lines > 1 && plan->src.pitch % align)))
		return GA100_LAUNCHERR_ALIGNMENT;
	return GA100_LAUNCHERR_NONE;
}

static bool exceeds(const struct ga100_copy_side *side)
{
	uint64_t pitch = side->pitch < 0 ? -(uint64_t)side->pitch : (uint64_t)side->pitch;

	return side->line > pitch;
}

/* Lines must not run into each other */
static uint8_t check_pitches(const struct ga100_copy_plan *plan)
{
	if (plan->lines < 2)
		return GA100_LAUNCHERR_NONE;
	if (plan->reads_source && exceeds(&plan->src))
		return plan->src.pitch < 0 ? GA100_LAUNCHERR_SRC_NEG_PITCH :
			GA100_LAUNCHERR_SRC_PITCH;
	if (exceeds(&plan->dst))
		return plan->dst.pitch < 0 ? GA100_LAUNCHERR_DST_NEG_PITCH :
			GA100_LAUNCHERR_DST_PITCH;
	return GA100_LAUNCHERR_NONE;
}

static uint8_t check_fields(uint32_t launch)
{
	if (launch & (LAUNCH_UNUSED | COPY_LAUNCH_ERR_CODE | COPY_LAUNCH_START_OF_COPY))
		return GA100_LAUNCHERR_UNUSED_FIELD;
	if (COPY_LAUNCH_TRANSFER(launch) > COPY_LAUNCH_TRANSFER_NON_PIPELINED ||
	    COPY_LAUNCH_INTERRUPT(launch) > COPY_LAUNCH_INTERRUPT_NON_BLOCKING ||
	    COPY_LAUNCH_VPR(launch) > 1)
		return GA100_LAUNCHERR_VALUE;
	return GA100_LAUNCHERR_NONE;
}

static uint8_t check_layouts(uint32_t launch)
{
	const uint32_t pitch = COPY_LAUNCH_SRC_PITCH | COPY_LAUNCH_DST_PITCH;

	/* How blocks lie in memory is not published with the class */
	return (launch & pitch) == pitch ? GA100_LAUNCHERR_NONE : GA100_LAUNCHERR_OPERATION;
}

static void sides(const struct ga100_copy *copy, uint32_t launch, struct ga100_copy_plan *plan)
{
	plan->src = (struct ga100_copy_side){
		.address = address(copy, COPY_OFFSET_IN_UPPER, COPY_OFFSET_IN_LOWER),
		.pitch = (int32_t)ga100_copy_get(copy, COPY_PITCH_IN),
		.line = ga100_copy_get(copy, COPY_LINE_LENGTH_IN),
		.physical = launch & COPY_LAUNCH_SRC_PHYSICAL,
		.target = ga100_copy_get(copy, COPY_SET_SRC_PHYS_MODE) & COPY_PHYS_TARGET,
	};
	plan->dst = (struct ga100_copy_side){
		.address = address(copy, COPY_OFFSET_OUT_UPPER, COPY_OFFSET_OUT_LOWER),
		.pitch = (int32_t)ga100_copy_get(copy, COPY_PITCH_OUT),
		.line = plan->src.line,
		.physical = launch & COPY_LAUNCH_DST_PHYSICAL,
		.target = ga100_copy_get(copy, COPY_SET_DST_PHYS_MODE) & COPY_PHYS_TARGET,
	};
	plan->lines = launch & COPY_LAUNCH_MULTI_LINE ? ga100_copy_get(copy, COPY_LINE_COUNT) : 1;
	plan->reads_source = true;
}

uint8_t ga100_copy_plan(const struct ga100_copy *copy, uint32_t launch,
			struct ga100_copy_plan *plan)
{
	uint8_t error = check_fields(launch);

	memset(plan, 0, sizeof(*plan));
	if (!error)
		error = check_semaphore(copy, launch);
	if (error || COPY_LAUNCH_TRANSFER(launch) == COPY_LAUNCH_TRANSFER_NONE)
		return error;
	error = check_layouts(launch);
	if (error)
		return error;
	sides(copy, launch, plan);
	if (launch & COPY_LAUNCH_REMAP) {
		remap_plan(copy, plan);
		error = check_remap(plan);
		if (error)
			return error;
	}
	error = check_pitches(plan);
	if (!plan->dst.line)
		plan->lines = 0;
	return error;
}

void ga100_copy_remap(const struct ga100_copy_plan *plan, const uint8_t *src, uint8_t *dst,
		      size_t elements)
{
	unsigned int size = plan->component;

	for (size_t e = 0; e < elements; e++) {
		for (unsigned int i = 0; i < plan->n_dst; i++) {
			unsigned int from = plan->from[i];

			if (from <= COPY_REMAP_SRC_W)
				memcpy(dst, src + size * from, size);
			else if (from != COPY_REMAP_NO_WRITE)
				memcpy(dst, &plan->constant[from - COPY_REMAP_CONST_A], size);
			dst += size;
		}
		if (plan->reads_source)
			src += size * plan->n_src;
	}
}
