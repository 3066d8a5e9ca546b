// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCG plugin: counts the instructions that a guest of one processor executes,
 * by address, between the markers of a program in it (marker.h). Nothing runs in
 * the guest for it, so what it counts is what there would be without it.
 *
 *   -plugin instructions.so,out=FILE
 *
 * FILE gets a line for each block of instructions that ran in a section: how many
 * SECTION_NEXT there were before, the section, the address, how many instructions
 * the block has, how often it ran, and whether it is a string instruction ("rep
 * movs", "rep stos"), which runs once for each element.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marker.h"
#include "qemu_plugin.h"

/* What QEMU looks for. */
extern int qemu_plugin_version;
int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/**
 * struct block - instructions that were translated together
 * @next: of those that ran since the last SECTION_NEXT
 * @address: of the first
 * @length: instructions
 * @runs: since then, by section
 * @listed: it is among those
 * @string: it begins with a repeated string instruction
 */
struct block {
	struct block *next;
	uint64_t address;
	uint64_t length;
	uint64_t runs[SECTION_COUNT];
	bool listed;
	bool string;
};

static FILE *out;
static qemu_plugin_u64 section;
static unsigned int section_now;
static unsigned int turn;
static struct block *ran;

static void block_runs(unsigned int vcpu, void *data)
{
	struct block *block = data;

	(void)vcpu;
	block->runs[section_now]++;
	if (block->listed)
		return;
	block->listed = true;
	block->next = ran;
	ran = block;
}

static void write_block(struct block *block)
{
	for (unsigned int s = 0; s < SECTION_COUNT; s++)
		if (block->runs[s])
			fprintf(out, "%u %u %" PRIx64 " %" PRIu64 " %" PRIu64 " %d\n", turn, s,
				block->address, block->length, block->runs[s], block->string);
	memset(block->runs, 0, sizeof(block->runs));
	block->listed = false;
}

static void write_blocks(void)
{
	for (struct block *block = ran; block; block = block->next)
		write_block(block);
	ran = NULL;
	fflush(out);
}

static void marker_runs(unsigned int vcpu, void *data)
{
	enum marker_section next = (uintptr_t)data;

	if (next == SECTION_NEXT) {
		write_blocks();
		turn++;
		next = SECTION_NONE;
	}
	section_now = next;
	qemu_plugin_u64_set(section, vcpu, section_now);
}

static void look_for_marker(struct qemu_plugin_insn *insn)
{
	static const uint8_t nop[] = { 0x0f, 0x1f, 0x84, 0x00 };
	uint8_t code[sizeof(nop) + 4];
	uint32_t which;

	if (qemu_plugin_insn_data(insn, code, sizeof(code)) != sizeof(code) ||
	    memcmp(code, nop, sizeof(nop)))
		return;
	memcpy(&which, code + sizeof(nop), sizeof(which));
	if ((which & ~0xffu) == MARKER_MAGIC)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, marker_runs, QEMU_PLUGIN_CB_NO_REGS,
						       (void *)(uintptr_t)(which & 0xff));
}

/* A string instruction has its prefix, perhaps one for 64 bits, and one byte. */
static bool is_string(struct qemu_plugin_insn *insn)
{
	uint8_t code[3];
	size_t length = qemu_plugin_insn_data(insn, code, sizeof(code));
	uint8_t op;

	if (length < 2 || (code[0] != 0xf3 && code[0] != 0xf2))
		return false;
	op = code[1] >> 4 == 4 && length == 3 ? code[2] : code[1];
	return op == 0xa4 || op == 0xa5 || op == 0xaa || op == 0xab;
}

/* Blocks are never freed: QEMU does not say when the last run of one is over. */
static void block_translated(struct qemu_plugin_tb *tb, void *data)
{
	struct block *block = calloc(1, sizeof(*block));

	(void)data;
	if (!block)
		abort();
	block->address = qemu_plugin_tb_vaddr(tb);
	block->length = qemu_plugin_tb_n_insns(tb);
	block->string = is_string(qemu_plugin_tb_get_insn(tb, 0));
	qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, block_runs, QEMU_PLUGIN_CB_NO_REGS,
						  QEMU_PLUGIN_COND_NE, section, 0, block);
	for (size_t i = 0; i < block->length; i++)
		look_for_marker(qemu_plugin_tb_get_insn(tb, i));
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "instructions: out=FILE is missing\n");
		return -1;
	}
	if (info->system.max_vcpus != 1) {
		fprintf(stderr, "instructions: only for a guest of one processor\n");
		return -1;
	}
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		perror(argv[0] + 4);
		return -1;
	}
	section.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated, NULL);
	return 0;
}
