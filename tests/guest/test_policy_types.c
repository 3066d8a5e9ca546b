// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf/gantry_policy.bpf.h tells authors of policies what driver/gantry_policy_ops.h tells
 * the compiler of the module: libbpf would bear with a difference, and a member that is
 * missing there nobody could use.
 */
#include "fixture.h"

#include <bpf/btf.h>
#include <string.h>

#define POLICY	"/gantry/build/guest/policies/probe.bpf.o"

struct types {
	struct btf *btf;
	const char *name;
};

static const struct btf_type *find(const struct types *types, const char *name)
{
	int id = btf__find_by_name_kind(types->btf, name, BTF_KIND_STRUCT);

	if (id < 0)
		fail_msg("%s has no struct %s", types->name, name);
	return btf__type_by_id(types->btf, id);
}

static void same_member(const struct types *types, const struct btf_type *structs[2],
			unsigned int index, const char *name)
{
	const char *names[2];
	unsigned int offsets[2], i;
	long long sizes[2];

	for (i = 0; i < 2; i++) {
		const struct btf_member *member = &btf_members(structs[i])[index];

		names[i] = btf__name_by_offset(types[i].btf, member->name_off);
		offsets[i] = btf_member_bit_offset(structs[i], index);
		sizes[i] = btf__resolve_size(types[i].btf, member->type);
	}
	if (strcmp(names[0], names[1]) || offsets[0] != offsets[1] || sizes[0] != sizes[1])
		fail_msg("member %u of struct %s: %s at bit %u, %lld bytes, and %s at %u, %lld",
			 index, name, names[0], offsets[0], sizes[0], names[1], offsets[1],
			 sizes[1]);
}

/* @own: members in the end that are the module's own. */
static void same_struct(const struct types *types, const char *name, unsigned int own)
{
	const struct btf_type *structs[2] = { find(&types[0], name), find(&types[1], name) };
	unsigned int i, shared = btf_vlen(structs[1]);

	if (btf_vlen(structs[0]) != shared + own)
		fail_msg("struct %s has %u members, %u of them to be told of, and %u", name,
			 btf_vlen(structs[0]), btf_vlen(structs[0]) - own, shared);
	for (i = 0; i < shared; i++)
		same_member(types, structs, i, name);
}

static void the_types_of_policies_are_those_of_the_module(void **state)
{
	static const struct {
		const char *name;
		unsigned int own;
	} structs[] = {
		{ "gantry_policy_ops", 0 },
		{ "gantry_policy_context", 0 },
		{ "gantry_policy_buffer", 0 },
		{ "gantry_policy_queue", 0 },
		{ "gantry_policy_job", 0 },
		{ "gantry_job_stats", 0 },
		{ "gantry_tenant", 1 },	/* its reference count */
	};
	struct btf *vmlinux = btf__load_vmlinux_btf();
	struct types types[] = {
		{ btf__load_module_btf("gantry", vmlinux), "the module" },
		{ btf__parse_elf(POLICY, NULL), POLICY },
	};
	unsigned int i;

	(void)state;
	assert_non_null(types[0].btf);
	assert_non_null(types[1].btf);
	for (i = 0; i < ARRAY_LENGTH(structs); i++)
		same_struct(types, structs[i].name, structs[i].own);
	btf__free(types[0].btf);
	btf__free(types[1].btf);
	btf__free(vmlinux);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_types_of_policies_are_those_of_the_module),
	};

	return cmocka_run_group_tests_name("policy_types", tests, NULL, NULL);
}
