// SPDX-License-Identifier: GPL-2.0-only
/*
 * A semaphore is one number with four faces: read it, set it, add to it,
 * subtract from it. The number itself is stored under its reading face.
 */
#include "core.h"

#include "model.h"
#include "storage.h"

static uint32_t *word(struct trn2_card *card, unsigned int core, uint32_t off)
{
	return &card->apb[(TRN2_APB_CORE(core) + off) / 4];
}

static uint32_t face_offset(uint32_t off, uint32_t face)
{
	if (off < face || off >= face + 4 * TRN2_CORE_SEMS)
		return 0;
	return off - face + TRN2_CORE_SEM_READ;
}

uint32_t trn2_core_read(struct trn2_card *card, unsigned int core, uint32_t off)
{
	if (face_offset(off, TRN2_CORE_SEM_SET) ||
	    face_offset(off, TRN2_CORE_SEM_ADD) ||
	    face_offset(off, TRN2_CORE_SEM_SUB))
		return 0;
	return storage_read(word(card, core, off), 0);
}

void trn2_core_write(struct trn2_card *card, unsigned int core, uint32_t off,
		     uint32_t value)
{
	uint32_t at = face_offset(off, TRN2_CORE_SEM_ADD);

	if (at) {
		__atomic_fetch_add(word(card, core, at), value, __ATOMIC_SEQ_CST);
		return;
	}
	at = face_offset(off, TRN2_CORE_SEM_SUB);
	if (at) {
		__atomic_fetch_sub(word(card, core, at), value, __ATOMIC_SEQ_CST);
		return;
	}
	at = face_offset(off, TRN2_CORE_SEM_SET);
	if (!at) {
		if (face_offset(off, TRN2_CORE_SEM_READ))
			return;
		at = off;
	}
	__atomic_store_n(word(card, core, at), value, __ATOMIC_SEQ_CST);
}
