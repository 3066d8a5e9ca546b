// SPDX-License-Identifier: GPL-2.0-only
#include "mmu.h"

#include <string.h>

#include "ga100.h"

#define PDE0_SHIFT	21
#define PDE1_SHIFT	29
#define SMALL_SHIFT	12

/**
 * struct walk - one look-up
 * @entry: the page's entry, once it is found
 * @out: the result so far
 */
struct walk {
	struct ga100 *card;
	const struct ga100_space *space;
	uint64_t va;
	enum ga100_access access;
	struct ga100_tlb_entry entry;
	struct ga100_translation *out;
};

static bool fault(struct walk *walk, uint8_t type)
{
	walk->out->fault = type;
	return false;
}

static uint64_t index_at(uint64_t va, unsigned int shift, unsigned int end)
{
	return va >> shift & ((1ULL << (end - shift)) - 1);
}

int ga100_space_load(struct ga100 *card, struct ga100_addr inst, struct ga100_space *space)
{
	uint32_t words[2];
	uint16_t engine = space->engine;
	int ret;

	*space = (struct ga100_space){ .inst = inst, .engine = engine };
	inst.offset += GA100_INST_PDB_LO;
	ret = ga100_mem_read(card, inst, words, sizeof(words));
	if (ret)
		return ret;
	space->pdb.aperture = words[0] & GA100_INST_PDB_TARGET;
	space->pdb.offset = (uint64_t)words[1] << 32 | (words[0] & ~0xfffu);
	space->valid = words[0] & GA100_INST_PDB_VER2 && space->pdb.aperture != GA100_PEER;
	space->big_64k = words[0] & GA100_INST_PDB_BIG_64K;
	space->replayable = words[0] & (GA100_INST_PDB_REPLAY_TEX | GA100_INST_PDB_REPLAY_GCC);
	return 0;
}

static bool read_entry(struct walk *walk, struct ga100_addr table, uint64_t offset, uint64_t *entry,
		       size_t size)
{
	int ret;

	table.offset += offset;
	ret = ga100_mem_read(walk->card, table, entry, size);
	return !ret || fault(walk, ga100_mem_fault_type(ret));
}

/* Directory entries count apertures from 1, so that 0 can mean none */
static bool table_of(uint64_t pde, uint64_t vram_mask, uint64_t sys_mask, struct ga100_addr *table)
{
	switch (GA100_PDE_APERTURE(pde)) {
	case GA100_PDE_APERTURE_VRAM:
		table->aperture = GA100_VRAM;
		table->offset = (pde & vram_mask) << GA100_PTE_ADDR_SHIFT;
		return true;
	case GA100_PDE_APERTURE_SYS_COHERENT:
	case GA100_PDE_APERTURE_SYS_NONCOHERENT:
		table->aperture = (enum ga100_aperture)GA100_PDE_APERTURE(pde);
		table->offset = (pde & sys_mask) << GA100_PTE_ADDR_SHIFT;
		return true;
	default:
		return false;
	}
}

static bool is_write(enum ga100_access access)
{
	return access == GA100_WRITE || access == GA100_ATOMIC;
}

/* Video memory must exist; what host memory exists the host knows */
static bool page_exists(struct walk *walk, uint64_t offset)
{
	return walk->out->addr.aperture != GA100_VRAM || offset < walk->card->vram.size;
}

static bool page(struct walk *walk, uint64_t pte, unsigned int shift)
{
	struct ga100_translation *out = walk->out;
	uint64_t in = walk->va & ((1ULL << shift) - 1);
	uint64_t mask = GA100_PTE_ADDR_SYS;

	walk->entry.pte = pte;
	walk->entry.shift = shift;
	if (pte & GA100_PTE_PRIVILEGE && !walk->space->privileged)
		return fault(walk, GA100_FAULT_PRIV);
	if (pte & GA100_PTE_READ_ONLY && is_write(walk->access))
		return fault(walk, GA100_FAULT_RO);
	if (pte & GA100_PTE_ATOMIC_DISABLE && walk->access == GA100_ATOMIC)
		return fault(walk, GA100_FAULT_ATOMIC);
	out->kind = pte >> GA100_PTE_KIND_SHIFT;
	if (out->kind == GA100_KIND_INVALID || out->kind > GA100_KIND_MAX)
		return fault(walk, GA100_FAULT_KIND);
	out->addr.aperture = (enum ga100_aperture)GA100_PTE_APERTURE(pte);
	if (out->addr.aperture == GA100_PEER)
		return fault(walk, GA100_FAULT_APERTURE);
	if (out->addr.aperture == GA100_VRAM)
		mask = GA100_PTE_ADDR_VRAM;
	/* A page starts at a multiple of its size: lower address bits do not count */
	out->addr.offset = ((pte & mask) << GA100_PTE_ADDR_SHIFT & ~((1ULL << shift) - 1)) + in;
	out->len = (1ULL << shift) - in;
	if (!page_exists(walk, out->addr.offset))
		return fault(walk, GA100_FAULT_REGION);
	return true;
}

/* An entry that leads nowhere: on purpose, or not */
static bool nothing(struct walk *walk, uint64_t entry, unsigned int shift, uint8_t type)
{
	if (!(entry & GA100_PTE_VOL))
		return fault(walk, type);
	walk->out->sparse = true;
	walk->out->len = (1ULL << shift) - (walk->va & ((1ULL << shift) - 1));
	return true;
}

static bool small_page(struct walk *walk, struct ga100_addr table)
{
	uint64_t pte;

	if (!read_entry(walk, table, 8 * index_at(walk->va, SMALL_SHIFT, PDE0_SHIFT), &pte, 8))
		return false;
	if (pte & GA100_PTE_VALID)
		return page(walk, pte, SMALL_SHIFT);
	return nothing(walk, pte, SMALL_SHIFT, GA100_FAULT_PTE);
}

/*
 * Big pages come first. One that is not valid leaves the decision to the small
 * ones below, unless it says that it is sparse, or (by the privilege bit) that
 * nobody should look at them.
 */
static bool last_level(struct walk *walk, const uint64_t pde0[2])
{
	unsigned int shift = walk->space->big_64k ? 16 : 17;
	struct ga100_addr small, big;
	bool has_small = table_of(pde0[1], GA100_PDE_ADDR_VRAM, GA100_PDE_ADDR_SYS, &small);
	uint64_t pte;

	if (table_of(pde0[0], GA100_PDE0_ADDR_BIG_VRAM, GA100_PDE0_ADDR_BIG_SYS, &big)) {
		if (!read_entry(walk, big, 8 * index_at(walk->va, shift, PDE0_SHIFT), &pte, 8))
			return false;
		if (pte & GA100_PTE_VALID)
			return page(walk, pte, shift);
		if (!has_small || pte & (GA100_PTE_VOL | GA100_PTE_PRIVILEGE))
			return nothing(walk, pte, shift, GA100_FAULT_PTE);
	}
	if (has_small)
		return small_page(walk, small);
	return nothing(walk, pde0[0], PDE0_SHIFT, GA100_FAULT_PDE);
}

static bool walk_down(struct walk *walk)
{
	static const unsigned int shifts[] = { GA100_VA_BITS, 47, 38, PDE1_SHIFT, PDE0_SHIFT };
	struct ga100_addr table = walk->space->pdb;
	uint64_t pde0[2];

	for (unsigned int level = 1; level < 4; level++) {
		uint64_t index = index_at(walk->va, shifts[level], shifts[level - 1]);
		uint64_t pde;

		if (!read_entry(walk, table, 8 * index, &pde, 8))
			return false;
		if (pde & GA100_PDE_IS_PTE)
			return shifts[level] == PDE1_SHIFT ? page(walk, pde, PDE1_SHIFT) :
				fault(walk, GA100_FAULT_PDE);
		if (!table_of(pde, GA100_PDE_ADDR_VRAM, GA100_PDE_ADDR_SYS, &table))
			return nothing(walk, pde, shifts[level], GA100_FAULT_PDE);
	}
	if (!read_entry(walk, table, GA100_PDE0_SIZE * index_at(walk->va, PDE0_SHIFT, PDE1_SHIFT),
			pde0, GA100_PDE0_SIZE))
		return false;
	if (pde0[0] & GA100_PDE_IS_PTE)
		return page(walk, pde0[0], PDE0_SHIFT);
	return last_level(walk, pde0);
}

/* Only what was found valid is remembered; an entry that appears is seen at once */
static bool look_up(struct walk *walk)
{
	struct ga100_tlb *tlb = &walk->card->tlb;
	uint64_t epoch;

	walk->entry.pdb = ga100_tlb_tag(walk->space->pdb);
	walk->entry.page = walk->va >> SMALL_SHIFT;
	if (ga100_tlb_find(tlb, &walk->entry, &epoch))
		return page(walk, walk->entry.pte, walk->entry.shift);
	if (!walk_down(walk))
		return false;
	if (!walk->out->sparse)
		ga100_tlb_add(tlb, &walk->entry, epoch);
	return true;
}

bool ga100_mmu_translate(struct ga100 *card, const struct ga100_space *space, uint64_t va,
			 enum ga100_access access, struct ga100_translation *out)
{
	struct walk walk = {
		.card = card, .space = space, .va = va, .access = access, .out = out,
	};
	uint32_t value;

	memset(out, 0, sizeof(*out));
	if (vfu_fault(&card->faults, GA100_KNOB_PAGE_FAULT, space->engine, &value))
		return fault(&walk, value ? value : GA100_FAULT_PTE);
	if (!space->valid)
		return fault(&walk, GA100_FAULT_UNBOUND_INST);
	if (va >> GA100_VA_BITS)
		return fault(&walk, GA100_FAULT_VA_LIMIT);
	return look_up(&walk);
}

static bool bad_access(struct ga100_bad_access *bad, uint64_t va, enum ga100_access access,
		       uint8_t type)
{
	*bad = (struct ga100_bad_access){ .va = va, .access = access, .fault = type };
	return false;
}

static int piece_read(struct ga100 *card, const struct ga100_translation *where, void *to,
		      size_t len)
{
	if (!where->sparse)
		return ga100_mem_read(card, where->addr, to, len);
	memset(to, 0, len);
	return 0;
}

bool ga100_mmu_read(struct ga100 *card, const struct ga100_space *space, uint64_t va, void *buf,
		    size_t len, struct ga100_bad_access *bad)
{
	uint8_t *to = buf;

	while (len) {
		struct ga100_translation where;
		size_t some = len;
		int ret;

		if (!ga100_mmu_translate(card, space, va, GA100_READ, &where))
			return bad_access(bad, va, GA100_READ, where.fault);
		if (some > where.len)
			some = where.len;
		ret = piece_read(card, &where, to, some);
		if (ret)
			return bad_access(bad, va, GA100_READ, ga100_mem_fault_type(ret));
		va += some;
		to += some;
		len -= some;
	}
	return true;
}

bool ga100_mmu_write(struct ga100 *card, const struct ga100_space *space, uint64_t va,
		     const void *buf, size_t len, struct ga100_bad_access *bad)
{
	const uint8_t *from = buf;

	while (len) {
		struct ga100_translation where;
		size_t some = len;
		int ret;

		if (!ga100_mmu_translate(card, space, va, GA100_WRITE, &where))
			return bad_access(bad, va, GA100_WRITE, where.fault);
		if (some > where.len)
			some = where.len;
		ret = where.sparse ? 0 : ga100_mem_write(card, where.addr, from, some);
		if (ret)
			return bad_access(bad, va, GA100_WRITE, ga100_mem_fault_type(ret));
		va += some;
		from += some;
		len -= some;
	}
	return true;
}
