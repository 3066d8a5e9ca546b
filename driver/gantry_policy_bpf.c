// SPDX-License-Identifier: GPL-2.0-only
/*
 * The struct_ops type gantry_policy_ops: what BPF may do in a policy, and where.
 * docs/policy.md
 */
#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "gantry_policy.h"

#if defined(CONFIG_BPF_SYSCALL) && defined(CONFIG_BPF_JIT)

/*
 * What may be written of what hooks are given. Modules cannot look for a type by its name,
 * so it is found as the argument of a hook, before the verifier sees any program of that.
 */
static struct gantry_policy_output {
	u32 hook;
	u32 end_hook;
	u32 begin;
	u32 end;
	const struct btf_type *type;
} gantry_policy_outputs[] = {
	{ offsetof(struct gantry_policy_ops, queue_create),
	  offsetof(struct gantry_policy_ops, queue_destroy),
	  offsetof(struct gantry_policy_queue, priority),
	  offsetofend(struct gantry_policy_queue, priority) },
	{ offsetof(struct gantry_policy_ops, submit),
	  offsetof(struct gantry_policy_ops, complete),
	  offsetof(struct gantry_policy_job, delay_ns),
	  offsetofend(struct gantry_policy_job, delay_ns) },
	{ offsetof(struct gantry_policy_ops, submit),
	  offsetof(struct gantry_policy_ops, complete),
	  offsetof(struct gantry_policy_job, weight),
	  offsetofend(struct gantry_policy_job, weight) },
	{ offsetof(struct gantry_policy_ops, submit),
	  offsetof(struct gantry_policy_ops, complete),
	  offsetof(struct gantry_policy_job, account),
	  offsetofend(struct gantry_policy_job, account) },
};

/* Of the module */
static struct btf *gantry_policy_btf;

static int gantry_policy_init(struct btf *btf)
{
	gantry_policy_btf = btf;
	return 0;
}

/* A hook is a pointer to a function whose argument is a pointer to a structure. */
static const struct btf_type *gantry_policy_argument(const struct btf_member *member)
{
	const struct btf_type *type = btf_type_by_id(gantry_policy_btf, member->type);

	type = btf_type_by_id(gantry_policy_btf, type->type);
	type = btf_type_by_id(gantry_policy_btf, btf_params(type)[0].type);
	return btf_type_by_id(gantry_policy_btf, type->type);
}

static bool gantry_policy_is_valid_access(int off, int size, enum bpf_access_type type,
					  const struct bpf_prog *prog,
					  struct bpf_insn_access_aux *info)
{
	return bpf_tracing_btf_ctx_access(off, size, type, prog, info);
}

static int gantry_policy_struct_access(struct bpf_verifier_log *log,
				       const struct bpf_reg_state *reg, int off, int size)
{
	const struct btf_type *type = btf_type_by_id(reg->btf, reg->btf_id);
	int i;

	for (i = 0; i < ARRAY_SIZE(gantry_policy_outputs); i++) {
		const struct gantry_policy_output *output = &gantry_policy_outputs[i];

		if (type == READ_ONCE(output->type) && off == output->begin &&
		    off + size == output->end)
			return NOT_INIT;
	}
	bpf_log(log, "a policy may write only account, delay_ns, priority and weight, whole\n");
	return -EACCES;
}

static const struct bpf_verifier_ops gantry_policy_verifier_ops = {
	.get_func_proto = bpf_base_func_proto,
	.is_valid_access = gantry_policy_is_valid_access,
	.btf_struct_access = gantry_policy_struct_access,
};

/*
 * Jobs may end in an interrupt, and the last user of a buffer may be a mapping that goes,
 * with the process's mmap_lock held: a fault there would wait for itself. Everything else
 * is asked and told where one may sleep.
 */
static bool gantry_policy_may_sleep(u32 hook)
{
	return hook != offsetof(struct gantry_policy_ops, complete) &&
	       hook != offsetof(struct gantry_policy_ops, buffer_destroy);
}

static int gantry_policy_check_member(const struct btf_type *type, const struct btf_member *member,
				      const struct bpf_prog *prog)
{
	u32 offset = __btf_member_bit_offset(type, member) / 8;
	int i;

	for (i = 0; i < ARRAY_SIZE(gantry_policy_outputs); i++) {
		struct gantry_policy_output *output = &gantry_policy_outputs[i];

		if (offset == output->hook || offset == output->end_hook)
			WRITE_ONCE(output->type, gantry_policy_argument(member));
	}
	return prog->sleepable && !gantry_policy_may_sleep(offset) ? -EINVAL : 0;
}

static bool gantry_policy_name_valid(const char *name, size_t room)
{
	size_t i, length = strnlen(name, room);

	if (!length || length == room)
		return false;
	for (i = 0; i < length; i++)
		if (!(isascii(name[i]) && isalnum(name[i])) && name[i] != '-' && name[i] != '_')
			return false;
	return true;
}

/* 1: taken over; 0: a hook, which BPF takes care of; or an error. */
static int gantry_policy_init_member(const struct btf_type *type, const struct btf_member *member,
				     void *kdata, const void *udata)
{
	const struct gantry_policy_ops *from = udata;
	struct gantry_policy_ops *to = kdata;

	switch (__btf_member_bit_offset(type, member) / 8) {
	case offsetof(struct gantry_policy_ops, card):
		if (strnlen(from->card, sizeof(from->card)) == sizeof(from->card))
			return -EINVAL;
		memcpy(to->card, from->card, sizeof(to->card));
		return 1;
	case offsetof(struct gantry_policy_ops, name):
		if (!gantry_policy_name_valid(from->name, sizeof(from->name)))
			return -EINVAL;
		memcpy(to->name, from->name, sizeof(to->name));
		return 1;
	case offsetof(struct gantry_policy_ops, order):
		to->order = from->order;
		return 1;
	default:
		return 0;
	}
}

static int gantry_policy_reg(void *kdata, struct bpf_link *link)
{
	return gantry_policy_attach(kdata, link);
}

static void gantry_policy_unreg(void *kdata, struct bpf_link *link)
{
	gantry_policy_detach(kdata, link);
}

/* What BPF takes the hooks' types from; nobody calls them. */
static int gantry_policy_stub_context_open(struct gantry_policy_context *context)
{
	return 0;
}

static void gantry_policy_stub_context_close(struct gantry_policy_context *context)
{
}

static int gantry_policy_stub_buffer_create(struct gantry_policy_buffer *buffer)
{
	return 0;
}

static void gantry_policy_stub_buffer_destroy(struct gantry_policy_buffer *buffer)
{
}

static int gantry_policy_stub_buffer_export(struct gantry_policy_buffer *buffer)
{
	return 0;
}

static int gantry_policy_stub_queue_create(struct gantry_policy_queue *queue)
{
	return 0;
}

static void gantry_policy_stub_queue_destroy(struct gantry_policy_queue *queue)
{
}

static int gantry_policy_stub_submit(struct gantry_policy_job *job)
{
	return 0;
}

static void gantry_policy_stub_complete(struct gantry_policy_job *job)
{
}

static struct gantry_policy_ops gantry_policy_stubs = {
	.context_open = gantry_policy_stub_context_open,
	.context_close = gantry_policy_stub_context_close,
	.buffer_create = gantry_policy_stub_buffer_create,
	.buffer_destroy = gantry_policy_stub_buffer_destroy,
	.buffer_export = gantry_policy_stub_buffer_export,
	.queue_create = gantry_policy_stub_queue_create,
	.queue_destroy = gantry_policy_stub_queue_destroy,
	.submit = gantry_policy_stub_submit,
	.complete = gantry_policy_stub_complete,
};

static struct bpf_struct_ops gantry_policy_struct_ops = {
	.verifier_ops = &gantry_policy_verifier_ops,
	.init = gantry_policy_init,
	.check_member = gantry_policy_check_member,
	.init_member = gantry_policy_init_member,
	.reg = gantry_policy_reg,
	.unreg = gantry_policy_unreg,
	.name = "gantry_policy_ops",
	.cfi_stubs = &gantry_policy_stubs,
	.owner = THIS_MODULE,
};

/*
 * Let BPF know the type. Without the module's BTF this succeeds and does nothing, which
 * gantry_btf_check() has told of; cards then have no policies, and admit everything.
 */
void gantry_policy_register(void)
{
	int ret = register_bpf_struct_ops(&gantry_policy_struct_ops, gantry_policy_ops);

	if (ret)
		pr_notice("gantry: the kernel does not take policies (%d): everything is admitted, all else works\n",
			  ret);
}

#else

void gantry_policy_register(void)
{
	pr_notice("gantry: the kernel has no BPF with a compiler, so there are no policies: everything is admitted, all else works\n");
}

#endif
