// SPDX-License-Identifier: GPL-2.0-only
/* Page-table walks: every level and page size, and everything that can be wrong. */
#include "testbed.h"

static struct ga100_translation look(struct bed *bed, const struct ga100_space *space, uint64_t va,
				     enum ga100_access access)
{
	struct ga100_translation out;

	assert_true(ga100_mmu_translate(bed->card, space, va, access, &out));
	return out;
}

static uint8_t fault_of(struct bed *bed, const struct ga100_space *space, uint64_t va,
			enum ga100_access access)
{
	struct ga100_translation out;

	assert_false(ga100_mmu_translate(bed->card, space, va, access, &out));
	return out.fault;
}

static void each_page_size_translates(void **state)
{
	static const unsigned int shifts[] = { 12, 16, 21, 29 };
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);

	for (unsigned int i = 0; i < 4; i++) {
		uint64_t size = 1ULL << shifts[i];
		uint64_t va = 0x5a0000000000ULL + ((uint64_t)i << 32);
		struct ga100_translation out;

		bed_map(bed, va, bed_host(0), shifts[i], 0x06ULL << GA100_PTE_KIND_SHIFT);
		out = look(bed, &space, va + size - 5, GA100_READ);
		assert_int_equal(out.addr.aperture, GA100_SYS_COHERENT);
		assert_int_equal(out.addr.offset, (BED_HOST & ~(size - 1)) + size - 5);
		assert_int_equal(out.len, 5);
		assert_int_equal(out.kind, 6);
	}
}

static void neighbouring_pages_are_told_apart(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);

	for (uint64_t i = 0; i < 4; i++) {
		bed_map(bed, 0x1ff000 + i * 0x1000, bed_vram(0x10000 * i), 12, 0);
		assert_int_equal(look(bed, &space, 0x1ff010 + i * 0x1000, GA100_READ).addr.offset,
				 0x10000 * i + 0x10);
	}
	assert_int_equal(fault_of(bed, &space, 0x1fe000, GA100_READ), GA100_FAULT_PTE);
}

static void highest_address_translates(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);
	uint64_t last = (1ULL << GA100_VA_BITS) - 0x1000;

	bed_map(bed, last, bed_vram(0x7000), 12, 0);
	assert_int_equal(look(bed, &space, last + 0xfff, GA100_READ).addr.offset, 0x7fff);
	assert_int_equal(fault_of(bed, &space, last + 0x1000, GA100_READ), GA100_FAULT_VA_LIMIT);
}

static void big_pages_of_128_kib_translate(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);

	space.big_64k = false;
	/* Entry 1 of the big table: the second 64 KiB page, or the second of 128 KiB */
	bed_map(bed, 0x10000, bed_vram(0x100000), 16, 0);
	assert_int_equal(look(bed, &space, 0x3fff0, GA100_READ).addr.offset, 0x11fff0);
}

static void missing_directories_and_pages_fault(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);

	assert_int_equal(fault_of(bed, &space, 0, GA100_READ), GA100_FAULT_PDE);
	bed_map(bed, 0, bed_vram(0), 12, 0);
	assert_int_equal(fault_of(bed, &space, 0x1000, GA100_READ), GA100_FAULT_PTE);
	assert_int_equal(fault_of(bed, &space, 1ULL << 21, GA100_READ), GA100_FAULT_PDE);
	assert_int_equal(fault_of(bed, &space, 1ULL << 29, GA100_READ), GA100_FAULT_PDE);
	assert_int_equal(fault_of(bed, &space, 1ULL << 38, GA100_READ), GA100_FAULT_PDE);
	assert_int_equal(fault_of(bed, &space, 1ULL << 47, GA100_READ), GA100_FAULT_PDE);
}

static void permissions_are_kept(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);

	bed_map(bed, 0x1000, bed_vram(0), 12, GA100_PTE_READ_ONLY);
	bed_map(bed, 0x2000, bed_vram(0), 12, GA100_PTE_ATOMIC_DISABLE);
	bed_map(bed, 0x3000, bed_vram(0), 12, GA100_PTE_PRIVILEGE);
	look(bed, &space, 0x1000, GA100_READ);
	assert_int_equal(fault_of(bed, &space, 0x1000, GA100_WRITE), GA100_FAULT_RO);
	assert_int_equal(fault_of(bed, &space, 0x1000, GA100_ATOMIC), GA100_FAULT_RO);
	look(bed, &space, 0x2000, GA100_WRITE);
	assert_int_equal(fault_of(bed, &space, 0x2000, GA100_ATOMIC), GA100_FAULT_ATOMIC);
	assert_int_equal(fault_of(bed, &space, 0x3000, GA100_READ), GA100_FAULT_PRIV);
	space.privileged = true;
	look(bed, &space, 0x3000, GA100_WRITE);
}

static void impossible_pages_fault(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);
	struct ga100_addr peer = { .aperture = GA100_PEER };

	bed_map(bed, 0x1000, peer, 12, 0);
	bed_map(bed, 0x2000, bed_vram(0), 12, (uint64_t)GA100_KIND_INVALID << GA100_PTE_KIND_SHIFT);
	bed_map(bed, 0x3000, bed_vram(0), 12, 0x10ULL << GA100_PTE_KIND_SHIFT);
	bed_map(bed, 0x4000, bed_vram(BED_VRAM), 12, 0);
	assert_int_equal(fault_of(bed, &space, 0x1000, GA100_READ), GA100_FAULT_APERTURE);
	assert_int_equal(fault_of(bed, &space, 0x2000, GA100_READ), GA100_FAULT_KIND);
	assert_int_equal(fault_of(bed, &space, 0x3000, GA100_READ), GA100_FAULT_KIND);
	assert_int_equal(fault_of(bed, &space, 0x4000, GA100_READ), GA100_FAULT_REGION);
}

/* A big entry that is not valid leaves it to the small ones, or says who may not look */
static void big_entry_decides_about_small_ones(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);

	bed_map(bed, 0x10000, bed_vram(0x5000), 12, 0);
	bed_set_entry(bed, 0x10000, 16, 0);
	assert_int_equal(look(bed, &space, 0x10000, GA100_READ).addr.offset, 0x5000);
	bed_set_entry(bed, 0x10000, 16, GA100_PTE_PRIVILEGE);
	assert_int_equal(fault_of(bed, &space, 0x10000, GA100_READ), GA100_FAULT_PTE);
	bed_map(bed, 0x10000, bed_vram(0x80000), 16, 0);
	assert_int_equal(look(bed, &space, 0x10000, GA100_READ).addr.offset, 0x80000);
}

static void sparse_entries_are_nothing_and_fine(void **state)
{
	static const unsigned int shifts[] = { 12, 16, 21, 29 };
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);
	struct ga100_bad_access bad;
	uint64_t word = 1;

	for (unsigned int i = 0; i < 4; i++) {
		uint64_t va = (uint64_t)i << 32;

		bed_set_entry(bed, va, shifts[i], GA100_PTE_VOL);
		assert_true(look(bed, &space, va, GA100_WRITE).sparse);
		assert_int_equal(look(bed, &space, va, GA100_WRITE).len, 1ULL << shifts[i]);
		assert_true(ga100_mmu_write(bed->card, &space, va, &word, 8, &bad));
		word = 1;
		assert_true(ga100_mmu_read(bed->card, &space, va, &word, 8, &bad));
		assert_int_equal(word, 0);
	}
}

static void bad_instance_block_faults_everywhere(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);
	uint64_t lo = GA100_INST_PDB_BIG_64K | bed->tables.pdb;

	bed_map(bed, 0, bed_vram(0), 12, 0);
	ga100_mem_write(bed->card, bed_vram(BED_INST + GA100_INST_PDB_LO), &lo, 8);
	assert_int_equal(ga100_space_load(bed->card, bed_vram(BED_INST), &space), 0);
	assert_int_equal(fault_of(bed, &space, 0, GA100_READ), GA100_FAULT_UNBOUND_INST);
	assert_int_not_equal(ga100_space_load(bed->card, bed_vram(BED_VRAM), &space), 0);
	assert_int_equal(fault_of(bed, &space, 0, GA100_READ), GA100_FAULT_UNBOUND_INST);
}

/* A directory entry that leads to byte @offset of host memory */
static uint64_t host_pde(uint64_t offset, uint64_t aperture)
{
	return bed_host(offset).offset >> GA100_PTE_ADDR_SHIFT | aperture << 1;
}

static void tables_can_be_in_host_memory(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);
	uint64_t *words = (uint64_t *)bed->host;

	space.pdb = bed_host(0);
	words[0] = host_pde(0x1000, GA100_PDE_APERTURE_SYS_COHERENT);
	words[0x1000 / 8] = host_pde(0x2000, GA100_PDE_APERTURE_SYS_NONCOHERENT);
	words[0x2000 / 8] = host_pde(0x4000, GA100_PDE_APERTURE_SYS_COHERENT);
	words[0x4008 / 8] = host_pde(0x3000, GA100_PDE_APERTURE_SYS_COHERENT);
	words[0x3008 / 8] = GA100_PTE_VALID | 0x9000 >> GA100_PTE_ADDR_SHIFT;
	assert_int_equal(look(bed, &space, 0x1004, GA100_READ).addr.offset, 0x9004);
	assert_int_equal(fault_of(bed, &space, 0, GA100_READ), GA100_FAULT_PTE);
}

static void tables_that_do_not_exist_fault(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);

	space.pdb = bed_vram(BED_VRAM);
	assert_int_equal(fault_of(bed, &space, 0, GA100_READ), GA100_FAULT_REGION);
	space.pdb = bed_host(BED_HOST_SIZE + BED_MESSAGE_SIZE);
	assert_int_equal(fault_of(bed, &space, 0, GA100_READ), GA100_FAULT_REGION);
}

static void copies_cross_pages_and_stop_at_a_hole(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);
	struct ga100_bad_access bad;
	uint8_t in[0x2000], out[0x2000];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = i * 7 + i / 256;
	bed_map(bed, 0x1000, bed_vram(0x5000), 12, 0);
	bed_map(bed, 0x2000, bed_host(0x3000), 12, 0);
	bed_map(bed, 0x3000, bed_host(BED_HOST_SIZE), 12, 0);
	assert_true(ga100_mmu_write(bed->card, &space, 0x1800, in, sizeof(in), &bad));
	assert_true(ga100_mmu_read(bed->card, &space, 0x1800, out, sizeof(out), &bad));
	assert_memory_equal(in, out, sizeof(in));
	assert_memory_equal(bed->host + 0x3000, in + 0x800, 0x1000);
	assert_memory_equal(bed->host + BED_HOST_SIZE, in + 0x1800, 0x800);
	assert_false(ga100_mmu_read(bed->card, &space, 0x2800, out, sizeof(out), &bad));
	assert_int_equal(bad.va, 0x4000);
	assert_int_equal(bad.fault, GA100_FAULT_PTE);
	assert_int_equal(bad.access, GA100_READ);
}

/* A driver that does not tell the card of a change is found out */
static void changed_entry_serves_until_it_is_invalidated(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);
	uint64_t pte = GA100_PTE_VALID | 0x9000 >> GA100_PTE_ADDR_SHIFT;
	uint64_t table;

	bed_map(bed, 0x1000, bed_vram(0x5000), 12, 0);
	table = bed->tables.next - 0x1000;
	look(bed, &space, 0x1000, GA100_READ);
	ga100_mem_write(bed->card, bed_vram(table + 8), &pte, 8);
	assert_int_equal(look(bed, &space, 0x1000, GA100_READ).addr.offset, 0x5000);
	/* Somebody else's */
	bed_set_reg(bed, GA100_INVALIDATE_PDB, 0x100 << 4);
	bed_set_reg(bed, GA100_INVALIDATE, GA100_INVALIDATE_TRIGGER | GA100_INVALIDATE_ALL_VA);
	assert_int_equal(look(bed, &space, 0x1000, GA100_READ).addr.offset, 0x5000);
	bed_set_reg(bed, GA100_INVALIDATE, GA100_INVALIDATE_ALL_VA | GA100_INVALIDATE_ALL_PDB);
	assert_int_equal(look(bed, &space, 0x1000, GA100_READ).addr.offset, 0x5000);
	bed_set_reg(bed, GA100_INVALIDATE, GA100_INVALIDATE_TRIGGER | GA100_INVALIDATE_ALL_VA |
		    GA100_INVALIDATE_ALL_PDB);
	assert_int_equal(bed_reg(bed, GA100_INVALIDATE) & GA100_INVALIDATE_TRIGGER, 0);
	assert_int_equal(look(bed, &space, 0x1000, GA100_READ).addr.offset, 0x9000);
	pte = 0;
	ga100_mem_write(bed->card, bed_vram(table + 8), &pte, 8);
	look(bed, &space, 0x1000, GA100_READ);
	bed_invalidate(bed);
	assert_int_equal(fault_of(bed, &space, 0x1000, GA100_READ), GA100_FAULT_PTE);
}

struct looker {
	struct bed *bed;
	struct ga100_space space;
	_Atomic bool stop;
};

static void *look_all_the_time(void *priv)
{
	struct looker *looker = priv;
	struct ga100_translation out;

	while (!looker->stop)
		ga100_mmu_translate(looker->bed->card, &looker->space, 0x1000, GA100_READ, &out);
	return NULL;
}

/* Somebody who reads the old entry just before must not bring it back just after */
static void invalidated_entry_never_comes_back(void **state)
{
	struct bed *bed = *state;
	struct looker looker = { .bed = bed, .space = bed_space(bed) };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, look_all_the_time, &looker), 0);
	for (uint64_t i = 0; i < 20000; i++) {
		bed_map(bed, 0x1000, bed_vram(0x1000 * (i % 16)), 12, 0);
		if (look(bed, &looker.space, 0x1000, GA100_READ).addr.offset != 0x1000 * (i % 16))
			fail_msg("round %u has an old entry", (unsigned int)i);
	}
	looker.stop = true;
	pthread_join(thread, NULL);
}

static void entry_that_appears_needs_no_invalidation(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);
	uint64_t pte = GA100_PTE_VALID;

	bed_map(bed, 0x1000, bed_vram(0x5000), 12, 0);
	assert_int_equal(fault_of(bed, &space, 0x2000, GA100_READ), GA100_FAULT_PTE);
	ga100_mem_write(bed->card, bed_vram(bed->tables.next - 0x1000 + 16), &pte, 8);
	look(bed, &space, 0x2000, GA100_READ);
}

static void remembered_entry_keeps_its_permissions(void **state)
{
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);

	bed_map(bed, 0x10000, bed_vram(0x10000), 16, GA100_PTE_READ_ONLY | GA100_PTE_PRIVILEGE);
	space.privileged = true;
	assert_int_equal(look(bed, &space, 0x1f000, GA100_READ).addr.offset, 0x1f000);
	assert_int_equal(look(bed, &space, 0x1f008, GA100_READ).addr.offset, 0x1f008);
	assert_int_equal(fault_of(bed, &space, 0x1f000, GA100_WRITE), GA100_FAULT_RO);
	space.privileged = false;
	assert_int_equal(fault_of(bed, &space, 0x1f000, GA100_READ), GA100_FAULT_PRIV);
}

static void knob_page_fault_strikes_one_engine(void **state)
{
	struct vfu_fault setting = { .where = GA100_MMU_ENGINE_CE(2), .times = 1, .value = 6 };
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);

	bed_map(bed, 0, bed_vram(0), 12, 0);
	vfu_fault_arm(ga100_faults(bed->card), GA100_KNOB_PAGE_FAULT, &setting);
	space.engine = GA100_MMU_ENGINE_CE(1);
	look(bed, &space, 0, GA100_READ);
	space.engine = GA100_MMU_ENGINE_CE(2);
	assert_int_equal(fault_of(bed, &space, 0, GA100_READ), GA100_FAULT_RO);
	look(bed, &space, 0, GA100_READ);
}

static void poisoned_memory_faults_when_read(void **state)
{
	struct vfu_fault setting = { .where = 5, .times = 2 };
	struct bed *bed = *state;
	struct ga100_space space = bed_space(bed);
	struct ga100_bad_access bad;
	uint32_t word = 0;

	bed_map(bed, 0x1000, bed_vram(0x5000), 12, 0);
	vfu_fault_arm(ga100_faults(bed->card), GA100_KNOB_POISON, &setting);
	assert_true(ga100_mmu_write(bed->card, &space, 0x1000, &word, 4, &bad));
	assert_false(ga100_mmu_read(bed->card, &space, 0x1000, &word, 4, &bad));
	assert_int_equal(bad.fault, GA100_FAULT_POISONED);
	assert_int_equal(ga100_mem_read(bed->card, bed_vram(0x4ffc), &word, 4), 0);
	assert_int_not_equal(ga100_mem_read(bed->card, bed_vram(0x4ffd), &word, 4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(each_page_size_translates),
		BED_TEST(neighbouring_pages_are_told_apart),
		BED_TEST(highest_address_translates),
		BED_TEST(big_pages_of_128_kib_translate),
		BED_TEST(missing_directories_and_pages_fault),
		BED_TEST(permissions_are_kept),
		BED_TEST(impossible_pages_fault),
		BED_TEST(big_entry_decides_about_small_ones),
		BED_TEST(sparse_entries_are_nothing_and_fine),
		BED_TEST(bad_instance_block_faults_everywhere),
		BED_TEST(tables_can_be_in_host_memory),
		BED_TEST(tables_that_do_not_exist_fault),
		BED_TEST(copies_cross_pages_and_stop_at_a_hole),
		BED_TEST(changed_entry_serves_until_it_is_invalidated),
		BED_TEST(invalidated_entry_never_comes_back),
		BED_TEST(entry_that_appears_needs_no_invalidation),
		BED_TEST(remembered_entry_keeps_its_permissions),
		BED_TEST(knob_page_fault_strikes_one_engine),
		BED_TEST(poisoned_memory_faults_when_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
