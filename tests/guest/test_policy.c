// SPDX-License-Identifier: GPL-2.0-only
/* Policies in BPF: who is asked, in which order, what they may, and what becomes of bad ones. */
#define _GNU_SOURCE
#include "fault.h"
#include "fixture.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gantry_policy.h"
#include "probe.h"
#include "probe.skel.h"
#include "shell.h"

#define FIXTURES	"/gantry/build/guest/policies"
#define BYTES		(64 * KIB)

/* ---- policies of the tests ----------------------------------------------------------- */

struct policy {
	struct probe *program;
	struct bpf_link *link;
	volatile struct probe_orders *orders;
	volatile struct probe_record *record;
	const char *name;
};

static char libbpf_said[65536];

static int remember(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t length = strlen(libbpf_said);

	if (level == LIBBPF_DEBUG)
		return 0;
	return vsnprintf(libbpf_said + length, sizeof(libbpf_said) - length, format, args);
}

static void head_write(struct bpf_map *map, const char *card, const char *name,
		       unsigned int order)
{
	struct gantry_policy_head *head = bpf_map__initial_value(map, NULL);

	assert_non_null(head);
	memcpy(head->card, card, strnlen(card, sizeof(head->card)));
	memcpy(head->name, name, strnlen(name, sizeof(head->name)));
	head->order = order;
}

static struct probe *probe_make(const char *card, const char *name, unsigned int order)
{
	struct probe *program = probe__open();

	assert_non_null(program);
	head_write(program->maps.probe, card, name, order);
	if (probe__load(program))
		fail_msg("the policy of the tests does not load: %s", libbpf_said);
	return program;
}

/* To load one takes a guest half a second, so they are kept: by name and order. */
static struct {
	const char *name;
	unsigned int order;
	struct probe *program;
} kept[8];

static struct probe *probe_get(const char *name, unsigned int order)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(kept) && kept[i].program; i++)
		if (!strcmp(kept[i].name, name) && kept[i].order == order)
			return kept[i].program;
	assert_true(i < ARRAY_LENGTH(kept));
	kept[i].program = probe_make(card_address(0), name, order);
	kept[i].name = name;
	kept[i].order = order;
	return kept[i].program;
}

static void probes_forget(void)
{
	for (unsigned int i = 0; i < ARRAY_LENGTH(kept); i++) {
		probe__destroy(kept[i].program);
		kept[i].program = NULL;
	}
}

static struct policy policy_attach(const char *name, unsigned int order)
{
	struct policy policy = { .name = name, .program = probe_get(name, order) };

	policy.orders = &policy.program->bss->orders;
	policy.record = &policy.program->bss->record;
	memset(&policy.program->bss->orders, 0, sizeof(*policy.orders));
	memset(&policy.program->bss->record, 0, sizeof(*policy.record));
	policy.link = bpf_map__attach_struct_ops(policy.program->maps.probe);
	if (!policy.link)
		fail_msg("the policy of the tests does not attach: %s", strerror(errno));
	return policy;
}

static void policy_detach(struct policy *policy)
{
	assert_int_equal(bpf_link__destroy(policy->link), 0);
}

/* 0, or why a policy cannot be attached. */
static int attach_error(const char *card, const char *name)
{
	struct bpf_object *object = bpf_object__open_file(FIXTURES "/good_empty.bpf.o", NULL);
	struct bpf_map *map = bpf_object__find_map_by_name(object, "policy");
	struct bpf_link *link;
	int error;

	head_write(map, card, name, 0);
	assert_int_equal(bpf_object__load(object), 0);
	link = bpf_map__attach_struct_ops(map);
	error = link ? 0 : errno;
	bpf_link__destroy(link);
	bpf_object__close(object);
	return error;
}

static uint64_t calls(const struct policy *policy, enum probe_hook hook)
{
	return policy->record->calls[hook].count;
}

/* An attribute of a policy of the first card, without its newline. */
static const char *attribute(const char *policy, const char *name)
{
	static char text[128];
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/gantry_policies/%s/%s",
		 card_address(0), policy, name);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static long long counter(const struct policy *policy, const char *name)
{
	return atoll(attribute(policy->name, name));
}

static bool has_folder(const char *policy)
{
	return sysfs_exists("bus/pci/devices/%s/gantry_policies/%s", card_address(0), policy);
}

static int try_buffer(int fd, uint64_t size)
{
	struct drm_gantry_bo_create create = { .size = size, .region = region_at(fd, 0) };
	int ret = raw_ioctl(fd, DRM_IOCTL_GANTRY_BO_CREATE, &create);

	if (!ret)
		raw_close(fd, create.handle);
	return ret;
}

static int try_queue(int fd)
{
	struct drm_gantry_queue_create create = { 0 };
	struct drm_gantry_queue_destroy destroy = { 0 };
	int ret = raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &create);

	if (ret)
		return ret;
	destroy.queue = create.queue;
	assert_done(raw_ioctl(fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy));
	raw_close(fd, create.status_handle);
	return 0;
}

static int try_open(void)
{
	struct gantry_device *dev;
	int ret = gantry_device_open(card_address(0), &dev);

	if (!ret)
		gantry_device_close(dev);
	return ret;
}

/* ---- refusals ------------------------------------------------------------------------- */

static void a_context_can_be_refused(void **state)
{
	struct policy policy = policy_attach("probe", 0);

	(void)state;
	policy.orders->answers[PROBE_CONTEXT_OPEN] = -EPERM;
	assert_int_equal(try_open(), -EPERM);
	assert_true(calls(&policy, PROBE_CONTEXT_OPEN) > 0);
	assert_int_equal(calls(&policy, PROBE_CONTEXT_CLOSE), 0);
	assert_int_equal(counter(&policy, "refusals_requested"),
			 counter(&policy, "refusals_accepted"));
	policy.orders->answers[PROBE_CONTEXT_OPEN] = 0;
	assert_done(try_open());
	policy_detach(&policy);
}

static void a_buffer_can_be_refused(void **state)
{
	struct bench *b = *state;
	struct policy policy = policy_attach("probe", 0);
	uint64_t before = region_now(b->fd, region_at(b->fd, 0)).free;

	policy.orders->answers[PROBE_BUFFER_CREATE] = -EDQUOT;
	assert_refused(try_buffer(b->fd, BYTES), EDQUOT);
	assert_int_equal(policy.record->calls[PROBE_BUFFER_CREATE].bytes, BYTES);
	assert_int_equal(region_now(b->fd, region_at(b->fd, 0)).free, before);
	assert_int_equal(calls(&policy, PROBE_BUFFER_DESTROY), 0);
	policy.orders->answers[PROBE_BUFFER_CREATE] = 0;
	assert_done(try_buffer(b->fd, BYTES));
	assert_int_equal(calls(&policy, PROBE_BUFFER_DESTROY), 1);
	policy_detach(&policy);
}

static void a_queue_can_be_refused(void **state)
{
	struct bench *b = *state;
	struct policy policy = policy_attach("probe", 0);

	policy.orders->answers[PROBE_QUEUE_CREATE] = -ENOSPC;
	assert_refused(try_queue(b->fd), ENOSPC);
	assert_int_equal(calls(&policy, PROBE_QUEUE_DESTROY), 0);
	policy.orders->answers[PROBE_QUEUE_CREATE] = 0;
	assert_done(try_queue(b->fd));
	policy_detach(&policy);
}

static void a_submission_can_be_refused(void **state)
{
	struct bench *b = *state;
	uint32_t queue = raw_queue(b->fd), src = raw_buffer(b->fd, BYTES, GANTRY_REGION_HOST);
	uint32_t dst = raw_buffer(b->fd, BYTES, 0);
	struct policy policy = policy_attach("probe", 0);
	uint64_t jobs = counters_now(b->fd).jobs_completed, seqno;

	policy.orders->answers[PROBE_SUBMIT] = -EBUSY;
	assert_refused(raw_copy(b->fd, queue, dst, src, BYTES, &seqno), EBUSY);
	assert_int_equal(policy.record->calls[PROBE_SUBMIT].bytes, BYTES);
	assert_int_equal(calls(&policy, PROBE_COMPLETE), 0);
	policy.orders->answers[PROBE_SUBMIT] = 0;
	assert_done(raw_copy(b->fd, queue, dst, src, BYTES, &seqno));
	/* No number was used up. */
	assert_int_equal(seqno, 1);
	assert_done(raw_wait(b->fd, queue, seqno));
	assert_int_equal(counters_now(b->fd).jobs_completed, jobs + 1);
	assert_int_equal(policy.record->h2d, BYTES);
	policy_detach(&policy);
}

static void an_export_can_be_refused_also_of_what_was_exported_before(void **state)
{
	struct bench *b = *state;
	uint32_t buffer = raw_buffer(b->fd, BYTES, GANTRY_REGION_HOST);
	struct policy policy = policy_attach("probe", 0);
	int first, second;

	assert_int_equal(drmPrimeHandleToFD(b->fd, buffer, DRM_CLOEXEC, &first), 0);
	policy.orders->answers[PROBE_BUFFER_EXPORT] = -EACCES;
	assert_int_equal(drmPrimeHandleToFD(b->fd, buffer, DRM_CLOEXEC, &second), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(calls(&policy, PROBE_BUFFER_EXPORT), 2);
	close(first);
	raw_close(b->fd, buffer);
	policy_detach(&policy);
}

struct export {
	pthread_t thread;
	int fd;
	uint32_t handle;
	int dmabuf;
};

static void *export(void *data)
{
	struct export *e = data;

	if (drmPrimeHandleToFD(e->fd, e->handle, DRM_CLOEXEC, &e->dmabuf))
		e->dmabuf = -errno;
	return NULL;
}

static void wait_until_called(const struct policy *policy, enum probe_hook hook)
{
	while (!calls(policy, hook))
		sched_yield();
}

static void what_is_exported_is_what_the_policy_was_asked_for(void **state)
{
	struct bench *b = *state;
	struct policy policy = policy_attach("probe", 0);
	struct export e = {
		.fd = b->fd,
		.handle = raw_buffer(b->fd, BYTES, GANTRY_REGION_HOST),
	};
	uint32_t other;

	policy.orders->hold = PROBE_BUFFER_EXPORT + 1;
	assert_int_equal(pthread_create(&e.thread, NULL, export, &e), 0);
	wait_until_called(&policy, PROBE_BUFFER_EXPORT);
	/* The handle is another buffer's before the answer is there. */
	raw_close(b->fd, e.handle);
	other = raw_buffer(b->fd, 2 * BYTES, GANTRY_REGION_HOST);
	policy.orders->hold = 0;
	pthread_join(e.thread, NULL);
	assert_int_equal(other, e.handle);
	assert_int_equal(policy.record->calls[PROBE_BUFFER_EXPORT].bytes, BYTES);
	assert_int_equal(e.dmabuf, -ENOENT);
	raw_close(b->fd, other);
	policy_detach(&policy);
}

/* ---- accounts --------------------------------------------------------------------------- */

static uint64_t own_cgroup(void)
{
	char line[512], path[600] = "/sys/fs/cgroup";
	FILE *file = fopen("/proc/self/cgroup", "re");
	struct stat status;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "0::", 3))
			strcat(path, line + 3);
	}
	fclose(file);
	assert_int_equal(stat(path, &status), 0);
	return status.st_ino;
}

static void all_that_begins_is_told_the_end_of(void **state)
{
	static const enum probe_hook pairs[][2] = {
		{ PROBE_CONTEXT_OPEN, PROBE_CONTEXT_CLOSE },
		{ PROBE_BUFFER_CREATE, PROBE_BUFFER_DESTROY },
		{ PROBE_QUEUE_CREATE, PROBE_QUEUE_DESTROY },
		{ PROBE_SUBMIT, PROBE_COMPLETE },
	};
	struct policy policy = policy_attach("probe", 0);
	struct gantry_device *dev = card_open(0);
	struct gantry_buffer *src = buffer_make(dev, BYTES, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(dev, BYTES, 0);
	struct gantry_queue *queue;
	unsigned int i;

	(void)state;
	assert_done(gantry_queue_create(dev, NULL, &queue));
	copy_now(queue, dst, 0, src, 0, BYTES);
	assert_int_equal(policy.record->calls[PROBE_SUBMIT].tenant, own_cgroup());
	assert_int_not_equal(policy.record->calls[PROBE_SUBMIT].root, 0);
	assert_true(policy.record->calls[PROBE_SUBMIT].levels > 0);
	gantry_buffer_destroy(src);
	gantry_buffer_destroy(dst);
	gantry_queue_destroy(queue);
	gantry_device_close(dev);
	cards_expect_all_free();
	for (i = 0; i < ARRAY_LENGTH(pairs); i++) {
		assert_true(calls(&policy, pairs[i][0]) > 0);
		assert_int_equal(calls(&policy, pairs[i][0]), calls(&policy, pairs[i][1]));
		assert_int_equal(policy.record->calls[pairs[i][1]].status, 0);
	}
	policy_detach(&policy);
}

static void what_began_before_a_policy_is_none_of_its(void **state)
{
	struct gantry_device *dev = card_open(0);
	struct gantry_buffer *buffer = buffer_make(dev, BYTES, 0);
	struct policy policy = policy_attach("probe", 0);

	(void)state;
	gantry_buffer_destroy(buffer);
	gantry_device_close(dev);
	cards_expect_all_free();
	assert_int_equal(calls(&policy, PROBE_BUFFER_DESTROY), 0);
	assert_int_equal(calls(&policy, PROBE_CONTEXT_CLOSE), calls(&policy, PROBE_CONTEXT_OPEN));
	policy_detach(&policy);
}

static void what_a_later_policy_refuses_an_earlier_one_can_undo(void **state)
{
	struct bench *b = *state;
	uint32_t queue = raw_queue(b->fd), a = raw_buffer(b->fd, BYTES, 0);
	uint32_t c = raw_buffer(b->fd, BYTES, 0);
	struct policy later = policy_attach("later", 2), first = policy_attach("probe", 0);
	uint64_t seqno;

	later.orders->answers[PROBE_BUFFER_CREATE] = -EDQUOT;
	later.orders->answers[PROBE_QUEUE_CREATE] = -EPERM;
	later.orders->answers[PROBE_SUBMIT] = -EBUSY;
	assert_refused(try_buffer(b->fd, BYTES), EDQUOT);
	assert_refused(try_queue(b->fd), EPERM);
	assert_refused(raw_copy(b->fd, queue, a, c, BYTES, &seqno), EBUSY);
	assert_true(calls(&first, PROBE_BUFFER_CREATE) > 0);
	assert_int_equal(calls(&first, PROBE_BUFFER_CREATE), calls(&first, PROBE_BUFFER_DESTROY));
	assert_int_equal(first.record->calls[PROBE_BUFFER_DESTROY].status, -EDQUOT);
	assert_int_equal(calls(&first, PROBE_QUEUE_DESTROY), 1);
	assert_int_equal(first.record->calls[PROBE_QUEUE_DESTROY].status, -EPERM);
	assert_int_equal(calls(&first, PROBE_COMPLETE), 1);
	assert_int_equal(first.record->calls[PROBE_COMPLETE].status, -EBUSY);
	assert_int_equal(first.record->calls[PROBE_COMPLETE].bytes, BYTES);
	assert_int_equal(calls(&later, PROBE_BUFFER_DESTROY), 0);
	assert_int_equal(calls(&later, PROBE_COMPLETE), 0);
	policy_detach(&first);
	policy_detach(&later);
}

static void *make_queue(void *data)
{
	int *fd = data;

	return (void *)(intptr_t)try_queue(*fd);
}

/* Sleeps in the kernel, as /proc has it; its id is in @tid. */
static void wait_until_it_waits(pid_t tid)
{
	char path[64], state = '?';

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	while (state != 'D') {
		FILE *file = fopen(path, "re");

		assert_non_null(file);
		assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
		fclose(file);
		sched_yield();
	}
}

struct leaver {
	pthread_t thread;
	struct bpf_link *link;
	_Atomic pid_t tid;
};

static void *leave(void *data)
{
	struct leaver *leaver = data;

	leaver->tid = gettid();
	return (void *)(intptr_t)bpf_link__destroy(leaver->link);
}

static void who_was_not_asked_is_told_no_end_though_the_one_that_refused_left(void **state)
{
	struct bench *b = *state;
	struct policy first = policy_attach("probe", 0), later = policy_attach("later", 2);
	struct leaver leaver = { .link = first.link };
	pthread_t maker;
	void *ret;

	first.orders->hold = PROBE_QUEUE_CREATE + 1;
	first.orders->answers[PROBE_QUEUE_CREATE] = -EPERM;
	assert_int_equal(pthread_create(&maker, NULL, make_queue, &b->fd), 0);
	wait_until_called(&first, PROBE_QUEUE_CREATE);
	assert_int_equal(pthread_create(&leaver.thread, NULL, leave, &leaver), 0);
	while (!leaver.tid)
		sched_yield();
	wait_until_it_waits(leaver.tid);
	first.orders->hold = 0;
	pthread_join(maker, &ret);
	assert_int_not_equal((intptr_t)ret, 0);
	pthread_join(leaver.thread, &ret);
	assert_int_equal((intptr_t)ret, 0);
	assert_int_equal(calls(&later, PROBE_QUEUE_CREATE), 0);
	assert_int_equal(calls(&later, PROBE_QUEUE_DESTROY), 0);
	policy_detach(&later);
}

static void a_queue_that_was_closed_does_not_count_any_more(void **state)
{
	struct bench *b = *state;
	struct policy policy = policy_attach("probe", 0);
	unsigned int i;

	policy.orders->queue_limit = 1;
	for (i = 0; i < 20; i++)
		assert_done(try_queue(b->fd));
	policy_detach(&policy);
}

static void what_a_policy_writes_into_an_end_is_not_for_the_next(void **state)
{
	struct bench *b = *state;
	uint32_t queue = raw_queue(b->fd), from = raw_buffer(b->fd, BYTES, 0);
	uint32_t to = raw_buffer(b->fd, BYTES, 0);
	struct policy first = policy_attach("probe", 0), later = policy_attach("later", 2);
	uint64_t seqno;

	assert_done(raw_copy(b->fd, queue, to, from, BYTES, &seqno));
	assert_done(raw_wait(b->fd, queue, seqno));
	assert_int_equal(calls(&later, PROBE_COMPLETE), 1);
	assert_int_equal(later.record->delay_ns, 0);
	policy_detach(&first);
	policy_detach(&later);
}

static void what_the_driver_refuses_itself_is_told_the_end_of(void **state)
{
	struct bench *b = *state;
	struct policy policy = policy_attach("probe", 0);
	struct drm_gantry_bo_create create = { .size = BYTES, .region = 77 };

	assert_refused(raw_ioctl(b->fd, DRM_IOCTL_GANTRY_BO_CREATE, &create), EINVAL);
	assert_int_equal(calls(&policy, PROBE_BUFFER_CREATE), 1);
	assert_int_equal(calls(&policy, PROBE_BUFFER_DESTROY), 1);
	assert_int_equal(policy.record->calls[PROBE_BUFFER_DESTROY].status, -EINVAL);
	policy_detach(&policy);
}

static void policies_are_asked_in_their_order(void **state)
{
	struct bench *b = *state;
	struct policy c = policy_attach("later", 2), a = policy_attach("probe", 0);
	struct policy b_late = policy_attach("good", 0);

	assert_done(try_queue(b->fd));
	assert_true(a.record->calls[PROBE_QUEUE_CREATE].at <=
		    b_late.record->calls[PROBE_QUEUE_CREATE].at);
	assert_true(b_late.record->calls[PROBE_QUEUE_CREATE].at <=
		    c.record->calls[PROBE_QUEUE_CREATE].at);
	/* The first refusal counts, and nobody after it is asked. */
	b_late.orders->answers[PROBE_QUEUE_CREATE] = -EACCES;
	c.orders->answers[PROBE_QUEUE_CREATE] = -EPERM;
	assert_refused(try_queue(b->fd), EACCES);
	assert_int_equal(calls(&a, PROBE_QUEUE_CREATE), 2);
	assert_int_equal(calls(&c, PROBE_QUEUE_CREATE), 1);
	policy_detach(&a);
	policy_detach(&b_late);
	policy_detach(&c);
}

/* ---- what a policy wants beside yes and no ---------------------------------------------- */

static void a_policy_chooses_priority(void **state)
{
	struct bench *b = *state;
	struct policy policy = policy_attach("probe", 0);

	policy.orders->set_priority = 1;
	policy.orders->priority = GANTRY_PRIORITY_LOW;
	assert_done(try_queue(b->fd));
	while (!calls(&policy, PROBE_QUEUE_DESTROY))
		sched_yield();
	assert_int_equal(policy.record->priority, GANTRY_PRIORITY_LOW);
	assert_int_equal(counter(&policy, "priorities_requested"), 1);
	assert_int_equal(counter(&policy, "priorities_accepted"), 1);
	policy_detach(&policy);
}

static void a_policy_holds_a_job_back(void **state)
{
	struct bench *b = *state;
	uint32_t queue = raw_queue(b->fd), from = raw_buffer(b->fd, BYTES, 0);
	uint32_t to = raw_buffer(b->fd, BYTES, 0);
	struct policy brief = policy_attach("probe", 0), lengthy = policy_attach("later", 2);
	const long long delay = SECOND / 20;
	uint64_t seqno;

	brief.orders->delay_ns = delay / 10;
	lengthy.orders->delay_ns = delay;
	assert_done(raw_copy(b->fd, queue, to, from, BYTES, &seqno));
	assert_done(raw_wait(b->fd, queue, seqno));
	/* Not the sum: the longest. */
	assert_int_equal(lengthy.record->delay_ns, delay);
	assert_int_equal(brief.record->delay_ns, delay);
	assert_true(lengthy.record->queued_ns >= (uint64_t)delay);
	assert_int_equal(counter(&brief, "delays_requested"), 1);
	assert_int_equal(counter(&brief, "delays_accepted"), 0);
	assert_int_equal(counter(&lengthy, "delays_accepted"), 1);
	assert_int_equal(counter(&lengthy, "delay_accepted_ns"), delay);
	assert_true(counter(&lengthy, "delay_observed_ns") >= delay);
	policy_detach(&brief);
	policy_detach(&lengthy);
}

static void a_job_that_is_held_back_ends_when_its_queue_is_closed(void **state)
{
	struct policy policy = policy_attach("probe", 0);
	struct gantry_device *dev = card_open(0);
	int fd = gantry_device_fd(dev);
	uint32_t queue = raw_queue(fd), from = raw_buffer(fd, BYTES, 0);
	uint32_t to = raw_buffer(fd, BYTES, 0);
	uint64_t seqno;

	(void)state;
	policy.orders->delay_ns = SECOND / 10;
	assert_done(raw_copy(fd, queue, to, from, BYTES, &seqno));
	gantry_device_close(dev);
	while (!calls(&policy, PROBE_COMPLETE))
		sched_yield();
	assert_int_not_equal(policy.record->calls[PROBE_COMPLETE].status, 0);
	policy_detach(&policy);
}

/* ---- bad ones --------------------------------------------------------------------------- */

static void expect_ejected(const struct policy *policy, const char *reason)
{
	char state[128];

	snprintf(state, sizeof(state), "ejected: %s", reason);
	assert_string_equal(attribute(policy->name, "state"), state);
}

static void a_policy_that_returns_nonsense_is_ejected(void **state)
{
	static const int nonsense[] = { 1, -EAGAIN, -EINTR, -4096, INT32_MIN };
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(nonsense); i++) {
		struct policy policy = policy_attach("probe", 0), good = policy_attach("good", 0);
		uint64_t before;

		assert_string_equal(attribute("probe", "state"), "active");
		policy.orders->answers[PROBE_QUEUE_CREATE] = nonsense[i];
		good.orders->answers[PROBE_QUEUE_CREATE] = -EACCES;
		/* Others are asked as if it were not there. */
		assert_refused(try_queue(b->fd), EACCES);
		good.orders->answers[PROBE_QUEUE_CREATE] = 0;
		expect_ejected(&policy, "returned what is no error of a policy");
		assert_int_equal(counter(&policy, "refusals_requested"), 1);
		assert_int_equal(counter(&policy, "refusals_accepted"), 0);
		before = calls(&policy, PROBE_QUEUE_CREATE);
		assert_done(try_queue(b->fd));
		assert_int_equal(calls(&policy, PROBE_QUEUE_CREATE), before);
		assert_int_equal(calls(&policy, PROBE_QUEUE_DESTROY), 0);
		policy_detach(&policy);
		policy_detach(&good);
	}
}

/* The end of the first @line in @text, or the test has failed. */
static const char *behind(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	if (!found)
		fail_msg("no '%s' in: %s", line, text);
	return found + strlen(line);
}

/* Whoever looks for the reason afterwards finds it, also when the policy is gone. */
static void what_became_of_a_policy_is_in_the_log(void **state)
{
	struct bench *b = *state;
	struct policy policy;
	const char *rest;
	char *log;

	command_run(GANTRYCTL " telemetry start");
	policy = policy_attach("nonsense", 0);
	policy.orders->answers[PROBE_QUEUE_CREATE] = 1;
	assert_done(try_queue(b->fd));
	policy_detach(&policy);
	log = command_output(GANTRYCTL " trace --log --card %s", card_address(0));
	command_run(GANTRYCTL " telemetry stop");
	rest = behind(log, " policy_attach policy=nonsense\n");
	rest = behind(rest, " policy_eject policy=nonsense "
			    "reason=\"returned what is no error of a policy\"\n");
	behind(rest, " policy_detach policy=nonsense\n");
	free(log);
}

static void a_policy_that_delays_for_too_long_is_ejected(void **state)
{
	struct bench *b = *state;
	uint32_t queue = raw_queue(b->fd), from = raw_buffer(b->fd, BYTES, 0);
	uint32_t to = raw_buffer(b->fd, BYTES, 0);
	struct policy policy = policy_attach("probe", 0);
	uint64_t seqno;

	policy.orders->delay_ns = SECOND + 1;
	assert_done(raw_copy(b->fd, queue, to, from, BYTES, &seqno));
	assert_done(raw_wait(b->fd, queue, seqno));
	expect_ejected(&policy, "wanted to delay a job for too long");
	assert_int_equal(counter(&policy, "delays_accepted"), 0);
	assert_int_equal(counter(&policy, "delay_observed_ns"), 0);
	policy_detach(&policy);
}

static void a_policy_chooses_a_share(void **state)
{
	struct bench *b = *state;
	uint32_t queue = raw_queue(b->fd), from = raw_buffer(b->fd, BYTES, 0);
	uint32_t to = raw_buffer(b->fd, BYTES, 0);
	struct policy first = policy_attach("probe", 0), later = policy_attach("later", 2);
	uint64_t seqno;

	assert_done(raw_copy(b->fd, queue, to, from, BYTES, &seqno));
	assert_done(raw_wait(b->fd, queue, seqno));
	assert_int_equal(first.record->weight, 0);
	assert_int_equal(first.record->account, own_cgroup());
	first.orders->weight = 10000;
	assert_done(raw_copy(b->fd, queue, to, from, BYTES, &seqno));
	assert_done(raw_wait(b->fd, queue, seqno));
	assert_int_equal(later.record->weight, 10000);
	assert_int_equal(later.record->account, 10000);
	assert_int_equal(counter(&first, "shares_accepted"), 1);
	/* No policy may want that: what the first one chose stays. */
	later.orders->weight = 10001;
	assert_done(raw_copy(b->fd, queue, to, from, BYTES, &seqno));
	assert_done(raw_wait(b->fd, queue, seqno));
	expect_ejected(&later, "wanted a weight that may not be");
	assert_int_equal(first.record->weight, 10000);
	assert_int_equal(counter(&later, "shares_requested"), 1);
	assert_int_equal(counter(&later, "shares_accepted"), 0);
	policy_detach(&first);
	policy_detach(&later);
}

static void a_policy_with_a_priority_that_does_not_exist_is_ejected(void **state)
{
	struct bench *b = *state;
	struct policy policy = policy_attach("probe", 0);

	policy.orders->set_priority = 1;
	policy.orders->priority = GANTRY_PRIORITY_LOW + 1;
	assert_done(try_queue(b->fd));
	expect_ejected(&policy, "wanted a priority that does not exist");
	assert_int_equal(counter(&policy, "priorities_accepted"), 0);
	policy_detach(&policy);
}

static void a_policy_that_takes_too_long_is_ejected(void **state)
{
	struct bench *b = *state;
	uint32_t queue = raw_queue(b->fd), from = raw_buffer(b->fd, BYTES, 0);
	uint32_t to = raw_buffer(b->fd, BYTES, 0);
	struct policy policy = policy_attach("probe", 0);
	uint64_t seqno;
	int ret;

	policy.orders->slow = 1;
	policy.orders->answers[PROBE_SUBMIT] = -EACCES;
	/* The first time it may have been something else, the answer counts; the last does not. */
	assert_refused(raw_copy(b->fd, queue, to, from, BYTES, &seqno), EACCES);
	assert_string_equal(attribute("probe", "state"), "active");
	/* What others use of the processor meanwhile is not counted. */
	do {
		ret = raw_copy(b->fd, queue, to, from, BYTES, &seqno);
		assert_true(!ret || ret == -EACCES);
	} while (ret);
	assert_done(raw_wait(b->fd, queue, seqno));
	expect_ejected(&policy, "took too long to answer");
	assert_int_equal(counter(&policy, "refusals_requested"),
			 counter(&policy, "refusals_accepted") + 1);
	policy_detach(&policy);
}

/* ---- coming and going ------------------------------------------------------------------- */

static void a_policy_has_a_card_and_a_name_of_its_own(void **state)
{
	struct policy policy = policy_attach("probe", 0);

	(void)state;
	assert_int_equal(attach_error(card_address(0), "probe"), EEXIST);
	assert_int_equal(attach_error("0000:ff:1f.7", "other"), ENODEV);
	assert_int_equal(attach_error("", "other"), ENODEV);
	assert_int_equal(attach_error(card_address(0), ""), EINVAL);
	assert_int_equal(attach_error(card_address(0), "a/b"), EINVAL);
	assert_int_equal(attach_error(card_address(0), "sixteen-letters-"), EINVAL);
	assert_int_equal(attach_error(card_address(0), "other"), 0);
	assert_false(has_folder("other"));
	assert_string_equal(attribute("probe", "order"), "0");
	policy_detach(&policy);
	assert_false(has_folder("probe"));
}

struct copier {
	pthread_t thread;
	atomic_bool stop;
	atomic_ulong copies;
};

static void *copy_on(void *data)
{
	struct copier *copier = data;
	struct gantry_device *dev = card_open(0);
	struct gantry_queue *queue;

	assert_done(gantry_queue_create(dev, NULL, &queue));
	while (!copier->stop) {
		struct gantry_buffer *src = buffer_make(dev, BYTES, GANTRY_REGION_HOST);
		struct gantry_buffer *dst = buffer_make(dev, BYTES, 0);

		copy_now(queue, dst, 0, src, 0, BYTES);
		gantry_buffer_destroy(src);
		gantry_buffer_destroy(dst);
		copier->copies++;
	}
	gantry_queue_destroy(queue);
	gantry_device_close(dev);
	return NULL;
}

static void policies_come_and_go_while_work_is_running(void **state)
{
	struct copier copier = { 0 };
	struct probe *program = probe_get("probe", 0);
	volatile struct probe_record *record = &program->bss->record;
	unsigned int i;

	(void)state;
	memset(&program->bss->orders, 0, sizeof(program->bss->orders));
	memset(&program->bss->record, 0, sizeof(program->bss->record));
	assert_int_equal(pthread_create(&copier.thread, NULL, copy_on, &copier), 0);
	for (i = 0; i < 10; i++) {
		unsigned long copies = copier.copies;
		struct bpf_link *link = bpf_map__attach_struct_ops(program->maps.probe);

		assert_non_null(link);
		while (copier.copies < copies + 2)
			sched_yield();
		bpf_link__destroy(link);
	}
	assert_true(record->calls[PROBE_SUBMIT].count >= 10);
	/* What was under way when it left it was not told of. */
	assert_true(record->calls[PROBE_COMPLETE].count <= record->calls[PROBE_SUBMIT].count);
	copier.stop = true;
	pthread_join(copier.thread, NULL);
}

static void a_card_that_is_taken_away_has_no_policy_any_more(void **state)
{
	struct policy policy = policy_attach("probe", 0);
	uint64_t before;

	(void)state;
	assert_true(has_folder("probe"));
	card_unbind(0);
	assert_int_equal(bpf_link__destroy(policy.link), 0);
	card_bind(0);
	assert_false(sysfs_exists("bus/pci/devices/%s/gantry_policies", card_address(0)));
	before = calls(&policy, PROBE_CONTEXT_OPEN);
	assert_done(try_open());
	assert_int_equal(calls(&policy, PROBE_CONTEXT_OPEN), before);
	/* It can have it again. */
	policy.link = bpf_map__attach_struct_ops(policy.program->maps.probe);
	assert_non_null(policy.link);
	assert_done(try_open());
	assert_true(calls(&policy, PROBE_CONTEXT_OPEN) > before);
	policy_detach(&policy);
}

static void a_link_from_before_does_not_take_away_what_is_attached_now(void **state)
{
	struct policy policy = policy_attach("probe", 0);
	struct bpf_link *old = policy.link;
	uint64_t before;

	(void)state;
	card_unbind(0);
	card_bind(0);
	policy.link = bpf_map__attach_struct_ops(policy.program->maps.probe);
	assert_non_null(policy.link);
	assert_int_equal(bpf_link__destroy(old), 0);
	before = calls(&policy, PROBE_CONTEXT_OPEN);
	assert_done(try_open());
	assert_true(calls(&policy, PROBE_CONTEXT_OPEN) > before);
	assert_true(has_folder("probe"));
	policy_detach(&policy);
}

static void jobs_of_a_card_that_is_taken_away_are_told_the_end_of(void **state)
{
	struct gantry_device *dev = card_open(0);
	int fd = gantry_device_fd(dev);
	uint32_t queue = raw_queue(fd), from = raw_buffer(fd, BYTES, 0);
	uint32_t to = raw_buffer(fd, BYTES, 0);
	struct policy policy = policy_attach("probe", 0);
	uint64_t seqno;

	(void)state;
	/* So that it is still there when the card goes. */
	fault_arm_next(0, "completion-late");
	assert_done(raw_copy(fd, queue, to, from, BYTES, &seqno));
	fault_wait(0, "completion-late", 1);
	card_unbind(0);
	fault_disarm(0, "completion-late");
	assert_int_equal(calls(&policy, PROBE_COMPLETE), 1);
	assert_int_not_equal(policy.record->calls[PROBE_COMPLETE].status, 0);
	gantry_device_close(dev);
	policy_detach(&policy);
	card_bind(0);
}

static void the_module_stays_while_a_policy_is_loaded(void **state)
{
	struct policy policy = policy_attach("probe", 0);
	unsigned int i;

	(void)state;
	for (i = 0; i < card_count(); i++)
		card_unbind(i);
	assert_refused(module_unload(), EWOULDBLOCK);
	policy_detach(&policy);
	probes_forget();
	for (i = 0; i < card_count(); i++)
		card_bind(i);
}

/* ---- what the verifier takes and what not --------------------------------------------- */

static int load_fixture(const char *name)
{
	char path[128];
	struct bpf_object *object;
	int ret;

	snprintf(path, sizeof(path), FIXTURES "/%s.bpf.o", name);
	libbpf_said[0] = '\0';
	object = bpf_object__open_file(path, NULL);
	if (!object)
		fail_msg("there is no %s", path);
	ret = bpf_object__load(object);
	bpf_object__close(object);
	return ret;
}

static void what_a_policy_must_not_do_is_not_loaded(void **state)
{
	static const struct {
		const char *name;
		const char *reason;
		const char *or;	/* of later kernels */
	} fixtures[] = {
		{ "bad_readonly", "may write only account, delay_ns", NULL },
		{ "bad_tenant", "may write only account, delay_ns",
		  "only read is supported" },
		{ "bad_half", "may write only account, delay_ns", NULL },
		{ "bad_sleep", "attach to unsupported member complete", NULL },
		{ "bad_sleep_unmap", "attach to unsupported member buffer_destroy", NULL },
		{ "bad_bounds", "access beyond struct gantry_policy_queue", NULL },
		{ "bad_endless", "infinite loop detected", NULL },
		{ "bad_member", "context_fork", NULL },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_LENGTH(fixtures); i++) {
		if (!load_fixture(fixtures[i].name))
			fail_msg("%s was loaded", fixtures[i].name);
		if (!strstr(libbpf_said, fixtures[i].reason) &&
		    !(fixtures[i].or && strstr(libbpf_said, fixtures[i].or)))
			fail_msg("%s was not loaded for another reason: %s", fixtures[i].name,
				 libbpf_said);
	}
}

static void what_a_policy_may_do_is_loaded(void **state)
{
	(void)state;
	assert_done(load_fixture("good_empty"));
	assert_done(load_fixture("good_older"));
	assert_done(load_fixture("probe"));
}

static char *text_of(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	assert_non_null(file);
	assert_true(getdelim(&text, &room, '\0', file) > 0);
	fclose(file);
	return text;
}

static void the_policy_in_the_documentation_is_loaded(void **state)
{
	char *page = text_of("/gantry/docs/policy.md");
	char *source = text_of("/gantry/tests/guest/policies/example.bpf.c");

	(void)state;
	assert_non_null(strstr(page, source));
	assert_done(load_fixture("example"));
	free(page);
	free(source);
}

static int policy_setup(void **state)
{
	libbpf_set_print(remember);
	return cards_setup(state);
}

/* Nothing holds the module any more: the next program may unload it. */
static int policy_teardown(void **state)
{
	probes_forget();
	return cards_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_context_can_be_refused),
		bench_test(a_buffer_can_be_refused),
		bench_test(a_queue_can_be_refused),
		bench_test(a_submission_can_be_refused),
		bench_test(an_export_can_be_refused_also_of_what_was_exported_before),
		bench_test(what_is_exported_is_what_the_policy_was_asked_for),
		cmocka_unit_test(all_that_begins_is_told_the_end_of),
		cmocka_unit_test(what_began_before_a_policy_is_none_of_its),
		bench_test(what_a_later_policy_refuses_an_earlier_one_can_undo),
		bench_test(who_was_not_asked_is_told_no_end_though_the_one_that_refused_left),
		bench_test(a_queue_that_was_closed_does_not_count_any_more),
		bench_test(what_a_policy_writes_into_an_end_is_not_for_the_next),
		bench_test(what_the_driver_refuses_itself_is_told_the_end_of),
		bench_test(policies_are_asked_in_their_order),
		bench_test(a_policy_chooses_priority),
		bench_test(a_policy_holds_a_job_back),
		cmocka_unit_test(a_job_that_is_held_back_ends_when_its_queue_is_closed),
		bench_test(a_policy_that_returns_nonsense_is_ejected),
		bench_test(what_became_of_a_policy_is_in_the_log),
		bench_test(a_policy_that_delays_for_too_long_is_ejected),
		bench_test(a_policy_chooses_a_share),
		bench_test(a_policy_with_a_priority_that_does_not_exist_is_ejected),
		bench_test(a_policy_that_takes_too_long_is_ejected),
		cmocka_unit_test(a_policy_has_a_card_and_a_name_of_its_own),
		cmocka_unit_test(policies_come_and_go_while_work_is_running),
		cmocka_unit_test(a_card_that_is_taken_away_has_no_policy_any_more),
		cmocka_unit_test(a_link_from_before_does_not_take_away_what_is_attached_now),
		cmocka_unit_test(jobs_of_a_card_that_is_taken_away_are_told_the_end_of),
		cmocka_unit_test(the_module_stays_while_a_policy_is_loaded),
		cmocka_unit_test(what_a_policy_must_not_do_is_not_loaded),
		cmocka_unit_test(what_a_policy_may_do_is_loaded),
		cmocka_unit_test(the_policy_in_the_documentation_is_loaded),
	};

	return cmocka_run_group_tests_name("policy", tests, policy_setup, policy_teardown);
}
