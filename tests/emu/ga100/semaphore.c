// SPDX-License-Identifier: GPL-2.0-only
#include "semaphore.h"

#include "../../../driver/nvidia/ga100_host_regs.h"

bool ga100_semaphore_is_acquire(unsigned int operation)
{
	return operation == GA100_SEM_ACQUIRE ||
		(operation >= GA100_SEM_ACQ_STRICT_GEQ && operation <= GA100_SEM_ACQ_NOR);
}

bool ga100_semaphore_acquired(unsigned int operation, bool wide, uint64_t value, uint64_t payload)
{
	uint64_t mask = wide ? ~0ULL : 0xffffffff;

	value &= mask;
	payload &= mask;
	switch (operation) {
	case GA100_SEM_ACQUIRE:
		return value == payload;
	case GA100_SEM_ACQ_STRICT_GEQ:
		return value >= payload;
	case GA100_SEM_ACQ_CIRC_GEQ:
		return ((value - payload) & mask) <= mask >> 1;
	case GA100_SEM_ACQ_AND:
		return value & payload;
	default:
		return ~(value | payload) & mask;
	}
}

bool ga100_semaphore_can_reduce(unsigned int reduction, bool wide, bool is_signed)
{
	switch (reduction) {
	case GA100_REDUCTION_IMIN:
	case GA100_REDUCTION_IMAX:
	case GA100_REDUCTION_IXOR:
	case GA100_REDUCTION_IAND:
	case GA100_REDUCTION_IOR:
		return true;
	case GA100_REDUCTION_IADD:
		return !wide || !is_signed;
	case GA100_REDUCTION_INC:
	case GA100_REDUCTION_DEC:
		return !wide && !is_signed;
	default:
		return false;
	}
}

/* As an order: with signs, negative numbers come before the others */
static uint64_t order(uint64_t value, bool wide, bool is_signed)
{
	uint64_t sign = wide ? 1ULL << 63 : 1ULL << 31;

	return is_signed ? value ^ sign : value;
}

uint64_t ga100_semaphore_reduce(unsigned int reduction, bool wide, bool is_signed, uint64_t value,
				uint64_t payload)
{
	uint64_t mask = wide ? ~0ULL : 0xffffffff;
	bool less;

	value &= mask;
	payload &= mask;
	less = order(value, wide, is_signed) < order(payload, wide, is_signed);
	switch (reduction) {
	case GA100_REDUCTION_IMIN:
		return less ? value : payload;
	case GA100_REDUCTION_IMAX:
		return less ? payload : value;
	case GA100_REDUCTION_IXOR:
		return value ^ payload;
	case GA100_REDUCTION_IAND:
		return value & payload;
	case GA100_REDUCTION_IOR:
		return value | payload;
	case GA100_REDUCTION_IADD:
		return (value + payload) & mask;
	case GA100_REDUCTION_INC:
		return value >= payload ? 0 : value + 1;
	default:
		return !value || value > payload ? payload : value - 1;
	}
}
