// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many instructions the verifier looked at before it took each BPF program: what
 * loading costs, and how near a program is to the verifier's limit. bpf/verified has
 * what it was; tests/lab/verified makes that file anew.
 *
 * usage: test_verified          compare, as a test
 *        test_verified --list   print PROGRAM COUNT
 */
#include "fixture.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#define OBJECTS		"/gantry/build/gantryctl/bpf/*.bpf.o"
#define LIST		"/gantry/bpf/verified"
#define GROWTH		1.2

struct count {
	char name[128];		/* object/program */
	unsigned int verified;
};

static struct count *counts;
static size_t count_count;

static void count_add(const char *object, const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	struct count *count;

	counts = realloc(counts, (count_count + 1) * sizeof(*counts));
	assert_non_null(counts);
	count = &counts[count_count++];
	assert_int_equal(bpf_prog_get_info_by_fd(bpf_program__fd(program), &info, &size), 0);
	snprintf(count->name, sizeof(count->name), "%.*s/%s",
		 (int)strcspn(object, "."), object, bpf_program__name(program));
	count->verified = info.verified_insns;
}

static void count_object(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;
	struct bpf_map *map;

	assert_non_null(object);
	/* Nothing of it is to stay. */
	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	if (bpf_object__load(object))
		fail_msg("the kernel does not take %s", path);
	bpf_object__for_each_program(program, object)
		if (bpf_program__fd(program) >= 0)
			count_add(strrchr(path, '/') + 1, program);
	bpf_object__close(object);
}

static void count_all(void)
{
	glob_t objects;

	assert_int_equal(glob(OBJECTS, 0, NULL, &objects), 0);
	for (size_t i = 0; i < objects.gl_pathc; i++)
		count_object(objects.gl_pathv[i]);
	globfree(&objects);
	assert_true(count_count > 10);
}

static bool kernel_is(const char *name)
{
	const char *kernel = getenv("GANTRY_KERNEL");

	return kernel && !strcmp(kernel, name);
}

/* What the list says of a program; 0: nothing. */
static unsigned int listed(const char *name)
{
	unsigned int older, newer, found = 0;
	char line[256], program[128];
	FILE *list = fopen(LIST, "re");

	assert_non_null(list);
	while (fgets(line, sizeof(line), list))
		if (sscanf(line, "%127s %u %u", program, &older, &newer) == 3 &&
		    !strcmp(program, name))
			found = kernel_is("backports") ? newer : older;
	fclose(list);
	return found;
}

static void no_program_has_become_much_harder_to_verify(void **state)
{
	unsigned int bad = 0;

	(void)state;
	if (kernel_is("debug")) {
		print_message("# the list is of Debian's kernels, whose verifiers are these\n");
		skip();
	}
	count_all();
	for (size_t i = 0; i < count_count; i++) {
		unsigned int was = listed(counts[i].name);

		if (was && counts[i].verified <= was * GROWTH)
			continue;
		print_message("# %s: %u instructions, %u in bpf/verified\n", counts[i].name,
			      counts[i].verified, was);
		bad++;
	}
	if (bad)
		fail_msg("%u programs: look why; if it has to be, tests/lab/verified", bad);
}

static int list_all(void)
{
	count_all();
	for (size_t i = 0; i < count_count; i++)
		printf("%s %u\n", counts[i].name, counts[i].verified);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_program_has_become_much_harder_to_verify),
	};

	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list_all();
	return cmocka_run_group_tests_name("verifier", tests, NULL, NULL);
}
