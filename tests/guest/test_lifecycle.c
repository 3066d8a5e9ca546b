// SPDX-License-Identifier: GPL-2.0-only
/* The card goes away while it is used: unbound, unplugged, its user killed. */
#include "fixture.h"
#include "gate.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void unplug(void)
{
	assert_done(sysfs_write("1", "bus/pci/devices/%s/remove", card_address(0)));
	assert_false(sysfs_exists("bus/pci/devices/%s", card_address(0)));
}

static void plug_in(void)
{
	assert_done(sysfs_write("1", "bus/pci/rescan"));
	assert_true(sysfs_exists("bus/pci/devices/%s", card_address(0)));
}

static void unbind(void)
{
	card_unbind(0);
}

static void nothing(void)
{
}

/* Two ways for a card to go, and how each comes back. */
static const struct way {
	void (*go)(void);
	void (*come)(void);
} ways[] = {
	{ unbind, nothing },
	{ unplug, plug_in },
};

static void come_back(const struct way *way)
{
	way->come();
	card_bind(0);
	cards_expect_all_free();
}

/* Everything that a context can hold, with the card at work. */
struct holder {
	struct gantry_device *dev;
	struct gantry_queue *queue;
	struct gantry_buffer *host, *hbm, *hbm2;
	uint8_t *host_map, *hbm_map;
	struct gantry_fence *fence;
	uint64_t last;
	struct gate gate;	/* the last job waits for it */
	bool gated;
	int fd, dmabuf, sync_file;
};

#define HELD	(8 * MIB)

/*
 * However quick the card is, the last job of a gated holder has not ended, and
 * the ones before it run or wait for their turn.
 */
static struct holder holder_make(bool gated)
{
	struct holder h = { .dev = card_open(0) };
	unsigned int i;

	h.fd = gantry_device_fd(h.dev);
	h.host = buffer_make(h.dev, HELD, GANTRY_REGION_HOST);
	h.hbm = buffer_make(h.dev, HELD, 0);
	h.hbm2 = buffer_make(h.dev, HELD, 1);
	h.host_map = buffer_map(h.host);
	h.hbm_map = buffer_map(h.hbm);
	memset(h.host_map, 0x11, 4096);
	h.hbm_map[0] = 1;
	assert_done(gantry_queue_create(h.dev, NULL, &h.queue));
	assert_done(gantry_fence_create(h.dev, &h.fence));
	h.dmabuf = gantry_buffer_export(h.hbm);
	assert_done(h.dmabuf);
	for (i = 0; i < 40; i++) {
		assert_done(gantry_queue_prep_copy(h.queue, i % 2 ? h.hbm : h.host, 0, h.hbm2, 0,
						   HELD, i % 3 ? GANTRY_OP_BARRIER : 0));
		assert_done(gantry_queue_prep_signal(h.queue, h.fence, i + 1));
		h.last = queue_submit(h.queue);
	}
	h.gated = gated;
	if (gated) {
		struct gantry_fence *fence;

		h.gate = gate_make();
		assert_done(gantry_fence_create(h.dev, &fence));
		gate_hold(&h.gate, fence, 1);
		assert_done(gantry_queue_prep_wait(h.queue, fence, 1));
		assert_done(gantry_queue_prep_fill(h.queue, h.hbm2, 0, 4096, 1, 0));
		assert_done(gantry_queue_prep_signal(h.queue, h.fence, 41));
		h.last = queue_submit(h.queue);
		gantry_fence_destroy(fence);
	}
	h.sync_file = gantry_fence_export_sync_file(h.fence, gated ? 41 : 40);
	assert_done(h.sync_file);
	return h;
}

static void holder_destroy(struct holder *h)
{
	if (h->gated)
		gate_destroy(&h->gate);
	close(h->dmabuf);
	close(h->sync_file);
	gantry_fence_destroy(h->fence);
	gantry_queue_destroy(h->queue);
	gantry_buffer_destroy(h->host);
	gantry_buffer_destroy(h->hbm);
	gantry_buffer_destroy(h->hbm2);
	gantry_device_close(h->dev);
}

static sigjmp_buf bus_error;

static void on_bus_error(int signal)
{
	(void)signal;
	siglongjmp(bus_error, 1);
}

static bool raises_bus_error(volatile uint8_t *at)
{
	struct sigaction action = { .sa_handler = on_bus_error }, before;
	bool raised = true;

	sigaction(SIGBUS, &action, &before);
	if (!sigsetjmp(bus_error, 1)) {
		(void)*at;
		raised = false;
	}
	sigaction(SIGBUS, &before, NULL);
	return raised;
}

static void expect_gone(struct holder *h)
{
	struct pollfd poll_fd = { .fd = h->sync_file, .events = POLLIN };
	struct drm_gantry_bo_create create = { .size = 4096 };
	struct drm_gantry_queue_create queue = { 0 };
	struct drm_gantry_queue_destroy destroy = { .queue = 1 };
	struct drm_gantry_dev_query query = { 0 };
	struct drm_gantry_bo_info info = { .handle = 1 };
	struct drm_gantry_queue_wait wait = { .queue = 1, .seqno = 1 };
	struct gantry_buffer *buf;
	uint64_t seqno;
	uint8_t *map;

	assert_refused(raw_ioctl(h->fd, DRM_IOCTL_GANTRY_DEV_QUERY, &query), ENODEV);
	assert_refused(raw_ioctl(h->fd, DRM_IOCTL_GANTRY_BO_CREATE, &create), ENODEV);
	assert_refused(raw_ioctl(h->fd, DRM_IOCTL_GANTRY_BO_INFO, &info), ENODEV);
	assert_refused(raw_ioctl(h->fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &queue), ENODEV);
	assert_refused(raw_ioctl(h->fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy), ENODEV);
	assert_refused(raw_ioctl(h->fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &wait), ENODEV);
	assert_refused(raw_copy(h->fd, 1, 1, 2, 4096, &seqno), ENODEV);
	assert_refused(gantry_buffer_create(h->dev, 4096, 0, &buf), ENODEV);
	assert_refused(gantry_queue_wait(h->queue, h->last, SECOND), ENODEV);

	/* Whatever was under way has an end, once what it waited for has. */
	gate_open(&h->gate);
	assert_int_equal(poll(&poll_fd, 1, 60000), 1);
	/* Device memory is out of reach, also by a mapping made now. */
	assert_true(raises_bus_error(h->hbm_map));
	assert_true(raises_bus_error(h->hbm_map + HELD - 1));
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, h->dmabuf, 0);
	if (map != MAP_FAILED) {
		assert_true(raises_bus_error(map));
		munmap(map, 4096);
	}
	/* Host memory is the program's own. */
	h->host_map[4096] = 5;
	assert_int_equal(h->host_map[4096], 5);
}

static void a_card_that_goes_while_copies_run_answers_enodev(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_LENGTH(ways); i++) {
		struct holder h = holder_make(true);

		ways[i].go();
		expect_gone(&h);
		holder_destroy(&h);
		come_back(&ways[i]);
	}
}

/* The holder keeps its descriptor over the card's return: it stays dead, the card does not. */
static void an_old_descriptor_stays_dead_when_the_card_is_back(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_LENGTH(ways); i++) {
		struct holder old = holder_make(true), new;

		ways[i].go();
		ways[i].come();
		card_bind(0);
		expect_gone(&old);
		new = holder_make(false);
		assert_done(gantry_queue_wait(new.queue, new.last, 60 * SECOND));
		assert_refused(gantry_queue_wait(old.queue, old.last, SECOND), ENODEV);
		assert_true(raises_bus_error(old.hbm_map));
		holder_destroy(&old);
		holder_destroy(&new);
		cards_expect_all_free();
	}
}

static void a_mapping_through_a_dma_buf_ends_with_the_card(void **state)
{
	struct holder h = holder_make(false);
	uint8_t *map = mmap(NULL, HELD, PROT_READ | PROT_WRITE, MAP_SHARED, h.dmabuf, 0);

	(void)state;
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_false(raises_bus_error(map));
	unbind();
	assert_true(raises_bus_error(map));
	munmap(map, HELD);
	holder_destroy(&h);
	come_back(&ways[0]);
}

/* Jobs that the card was never given end too. */
static void a_job_that_waits_ends_with_the_card(void **state)
{
	struct gantry_device *dev = card_open(0);
	struct gantry_buffer *buf = buffer_make(dev, 4096, 0);
	struct gantry_queue *queue;
	struct gantry_fence *fence;
	struct gate gate = gate_make();
	struct pollfd poll_fd = { .events = POLLIN };

	(void)state;
	assert_done(gantry_queue_create(dev, NULL, &queue));
	assert_done(gantry_fence_create(dev, &fence));
	gate_hold(&gate, fence, 1);
	assert_done(gantry_queue_prep_wait(queue, fence, 1));
	assert_done(gantry_queue_prep_fill(queue, buf, 0, 4096, 1, 0));
	assert_done(gantry_queue_prep_signal(queue, fence, 2));
	queue_submit(queue);
	poll_fd.fd = gantry_fence_export_sync_file(fence, 2);
	assert_done(poll_fd.fd);
	unbind();
	gate_open(&gate);
	assert_int_equal(poll(&poll_fd, 1, 60000), 1);
	assert_refused(gantry_queue_wait(queue, 1, SECOND), ENODEV);
	close(poll_fd.fd);
	gate_destroy(&gate);
	gantry_fence_destroy(fence);
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(buf);
	gantry_device_close(dev);
	come_back(&ways[0]);
}

/* What the program does when child_start() starts it anew. */
static int work_until_killed(void)
{
	struct holder h;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	h = holder_make(false);
	if (write(STDOUT_FILENO, "", 1) != 1)
		return 1;
	for (;;) {
		assert_done(gantry_queue_prep_copy(h.queue, h.hbm, 0, h.hbm2, 0, HELD, 0));
		if (gantry_queue_submit(h.queue, &h.last)) {
			gantry_queue_discard(h.queue);
			gantry_queue_wait(h.queue, h.last - 10, SECOND);
		}
	}
}

/* Returns once the child has work under way. */
static pid_t child_start(void)
{
	int ready[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(ready[1], STDOUT_FILENO);
		execl("/proc/self/exe", "test_lifecycle", "work", NULL);
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void child_kill(pid_t child)
{
	int status;

	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void a_killed_client_leaves_nothing_behind(void **state)
{
	struct bench *b = *state;
	struct gantry_buffer *buf = buffer_make(b->dev, 64 * KIB, 0);
	unsigned int i;

	for (i = 0; i < 3; i++) {
		pid_t child = child_start();

		assert_done(gantry_queue_prep_fill(b->queue, buf, 0, 64 * KIB, 0x55555555, 0));
		queue_submit(b->queue);
		child_kill(child);
		/* Others' work goes on. */
		assert_done(gantry_queue_wait(b->queue, i + 1, 60 * SECOND));
		bytes_expect(buffer_map(buf), 64 * KIB, 0x55);
	}
	gantry_buffer_destroy(buf);
}

static void a_card_goes_while_a_client_dies(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 2 * ARRAY_LENGTH(ways); i++) {
		const struct way *way = &ways[i % ARRAY_LENGTH(ways)];
		pid_t child = child_start();

		if (i < ARRAY_LENGTH(ways)) {
			assert_int_equal(kill(child, SIGKILL), 0);
			way->go();
			assert_int_equal(waitpid(child, NULL, 0), child);
		} else {
			way->go();
			child_kill(child);
		}
		come_back(way);
	}
}

static void a_fork_does_not_end_the_parents_work(void **state)
{
	struct holder h = holder_make(false);
	struct gantry_region_info info = { .size = sizeof(info) };
	pid_t child = fork();
	int status;

	(void)state;
	if (!child) {
		bool refused = gantry_device_get_region(h.dev, 0, &info) == -ECHILD;

		holder_destroy(&h);
		_exit(refused ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_done(gantry_queue_wait(h.queue, h.last, 60 * SECOND));
	h.hbm_map[0] = 7;
	assert_int_equal(h.hbm_map[0], 7);
	holder_destroy(&h);
	cards_expect_all_free();
}

static void a_card_goes_again_and_again_under_load(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct holder h = holder_make(false);

		ways[i % 2].go();
		holder_destroy(&h);
		come_back(&ways[i % 2]);
	}
}

/* A test that failed may have left the card unbound. */
#define lifecycle_test(f) cmocka_unit_test_setup(f, cards_setup)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		lifecycle_test(a_card_that_goes_while_copies_run_answers_enodev),
		lifecycle_test(an_old_descriptor_stays_dead_when_the_card_is_back),
		lifecycle_test(a_mapping_through_a_dma_buf_ends_with_the_card),
		lifecycle_test(a_job_that_waits_ends_with_the_card),
		bench_test(a_killed_client_leaves_nothing_behind),
		lifecycle_test(a_card_goes_while_a_client_dies),
		lifecycle_test(a_fork_does_not_end_the_parents_work),
		lifecycle_test(a_card_goes_again_and_again_under_load),
	};

	if (argc > 1 && !strcmp(argv[1], "work"))
		return work_until_killed();
	return cmocka_run_group_tests_name("lifecycle", tests, cards_setup, cards_teardown);
}
