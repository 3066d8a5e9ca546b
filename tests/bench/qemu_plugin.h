/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few calls of QEMU's plugin interface that instructions.c uses. Debian
 * packages QEMU with the interface and without its header; see
 * https://www.qemu.org/docs/master/devel/tcg-plugins.html
 */
#ifndef BENCH_QEMU_PLUGIN_H
#define BENCH_QEMU_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the interface as it is declared here. */
#define QEMU_PLUGIN_VERSION	7

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;

typedef struct {
	const char *target_name;
	struct {
		int min;
		int cur;
	} version;
	bool system_emulation;
	struct {
		int smp_vcpus;
		int max_vcpus;
	} system;
} qemu_info_t;

/* A word for each processor. */
typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} qemu_plugin_u64;

enum { QEMU_PLUGIN_CB_NO_REGS };
enum { QEMU_PLUGIN_COND_NE = 3 };

typedef void (*qemu_plugin_udata_cb)(unsigned int vcpu, void *data);
typedef void (*qemu_plugin_trans_cb)(struct qemu_plugin_tb *tb, void *data);

struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
void qemu_plugin_u64_set(qemu_plugin_u64 word, unsigned int vcpu, uint64_t value);

/* Blocks of instructions, as they are translated. */
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_trans_cb cb,
					   void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t length);

/* ... and as they are executed; the first only while a word is not what is given. */
void qemu_plugin_register_vcpu_tb_exec_cond_cb(struct qemu_plugin_tb *tb, qemu_plugin_udata_cb cb,
					       int flags, int condition, qemu_plugin_u64 word,
					       uint64_t value, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, qemu_plugin_udata_cb cb,
					    int flags, void *data);

#endif
