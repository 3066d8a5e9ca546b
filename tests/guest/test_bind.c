// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who gets a card and when: binding, unbinding, loading and unloading the
 * module. Runs alone: it unloads the module that the other tests need.
 */
#include "fixture.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void unbind_all(void)
{
	unsigned int i;

	for (i = 0; i < card_count(); i++)
		card_unbind(i);
}

static int start_unbound(void **state)
{
	(void)state;
	unbind_all();
	return 0;
}

/* Does the card work? Through it and back. */
static void card_expect_working(unsigned int index)
{
	struct gantry_buffer *host, *hbm;
	struct gantry_device *dev;
	struct gantry_queue *queue;
	uint8_t *map;

	assert_done(gantry_device_open(card_address(index), &dev));
	host = buffer_make(dev, 64 * KIB, GANTRY_REGION_HOST);
	hbm = buffer_make(dev, 64 * KIB, 0);
	map = buffer_map(host);
	assert_done(gantry_queue_create(dev, NULL, &queue));
	data_write(map, 64 * KIB, index);
	copy_now(queue, hbm, 0, host, 0, 64 * KIB);
	memset(map, 0, 64 * KIB);
	copy_now(queue, host, 0, hbm, 0, 64 * KIB);
	data_expect(map, 64 * KIB, index);
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
	gantry_device_close(dev);
}

static void loading_takes_no_card(void **state)
{
	unsigned int i;

	(void)state;
	assert_done(module_unload());
	assert_done(module_load(""));
	for (i = 0; i < card_count(); i++) {
		assert_string_equal(card_now(i).driver, "");
		assert_int_equal(card_now(i).index, -1);
	}
}

static void a_card_is_not_taken_without_override(void **state)
{
	const char *address = card_address(0);

	(void)state;
	assert_refused(sysfs_write(address, "bus/pci/drivers/gantry/bind"), ENODEV);
	assert_string_equal(card_now(0).driver, "");
}

static void a_card_of_another_driver_is_not_taken(void **state)
{
	const char *address = card_address(0);

	(void)state;
	assert_done(sysfs_write("vfio-pci", "bus/pci/devices/%s/driver_override", address));
	assert_refused(sysfs_write(address, "bus/pci/drivers/gantry/bind"), ENODEV);
	assert_string_equal(card_now(0).driver, "");
}

static void a_number_written_to_new_id_takes_no_card(void **state)
{
	(void)state;
	/* Dynamic ids carry no data of ours: the driver must not run into that. */
	(void)sysfs_write("1d0f 7364", "bus/pci/drivers/gantry/new_id");
	assert_string_equal(card_now(0).driver, "");
	(void)sysfs_write("1d0f 7364", "bus/pci/drivers/gantry/remove_id");
}

static void a_bound_card_has_a_node_and_an_unbound_one_none(void **state)
{
	struct gantry_card card;
	struct gantry_device *dev;
	struct stat node;

	(void)state;
	card_bind(0);
	card = card_now(0);
	assert_string_not_equal(card.chip, "");
	assert_int_equal(stat(card.node, &node), 0);
	assert_true(S_ISCHR(node.st_mode));
	assert_int_equal(major(node.st_rdev), 261);
	card_expect_working(0);

	card_unbind(0);
	assert_int_equal(stat(card.node, &node), -1);
	assert_refused(gantry_device_open(card_address(0), &dev), ENXIO);
}

static void a_card_can_be_bound_again_and_again(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		card_bind(0);
		card_expect_working(0);
		cards_expect_all_free();
		card_unbind(0);
	}
}

static void every_card_has_a_node_and_a_serial_number_of_its_own(void **state)
{
	struct gantry_device_info info[2] = { { .size = sizeof(info[0]) },
					      { .size = sizeof(info[1]) } };
	struct gantry_device *dev[2];
	unsigned int i;

	(void)state;
	if (card_count() < 2)
		skip();
	for (i = 0; i < card_count(); i++)
		card_bind(i);
	for (i = 0; i < 2; i++) {
		dev[i] = card_open(i);
		assert_done(gantry_device_get_info(dev[i], &info[i]));
		assert_string_equal(info[i].pci_address, card_address(i));
	}
	assert_int_not_equal(card_now(0).index, card_now(1).index);
	assert_int_not_equal(info[0].serial, info[1].serial);
	for (i = 0; i < 2; i++)
		gantry_device_close(dev[i]);
	for (i = 0; i < card_count(); i++)
		card_expect_working(i);
}

static void taking_one_card_leaves_the_other_alone(void **state)
{
	(void)state;
	if (card_count() < 2)
		skip();
	card_bind(0);
	card_bind(1);
	card_unbind(0);
	card_expect_working(1);
	card_bind(0);
	card_expect_working(0);
}

static void the_module_unloads_with_cards_bound(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < card_count(); i++)
		card_bind(i);
	card_expect_working(0);
	assert_done(module_unload());
	assert_false(sysfs_exists("module/gantry"));
	assert_string_equal(card_now(0).driver, "");
	/* The override still stands: the module takes the card when it comes. */
	assert_done(module_load(""));
	assert_string_equal(card_now(0).driver, "gantry");
	card_expect_working(0);
}

static void the_module_stays_while_a_node_is_open(void **state)
{
	struct gantry_device *dev;

	(void)state;
	card_bind(0);
	dev = card_open(0);
	assert_refused(module_unload(), EWOULDBLOCK);
	card_unbind(0);
	assert_refused(module_unload(), EWOULDBLOCK);
	gantry_device_close(dev);
	assert_done(module_unload());
	assert_done(module_load(""));
}

static void the_module_stays_while_a_buffer_is_exported(void **state)
{
	struct gantry_device *dev;
	struct gantry_buffer *buf;
	int fd;

	(void)state;
	card_bind(0);
	dev = card_open(0);
	buf = buffer_make(dev, 4 * KIB, GANTRY_REGION_HOST);
	fd = gantry_buffer_export(buf);
	assert_done(fd);
	gantry_buffer_destroy(buf);
	gantry_device_close(dev);
	card_unbind(0);
	assert_refused(module_unload(), EWOULDBLOCK);
	close(fd);
	assert_done(module_unload());
	assert_done(module_load(""));
}

/* Keeps a processor from the kernel's workers, so that what is left to them is late. */
static pid_t hog_start(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		;
}

static void hog_stop(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
}

/* What keeps the module from unloading. */
static unsigned int module_users(void)
{
	FILE *file = fopen("/sys/module/gantry/refcnt", "re");
	unsigned int users;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%u", &users), 1);
	fclose(file);
	return users;
}

/*
 * What was done has been freed when its context is closed, and not a moment later. The
 * unloading itself waits for those workers, so the hogs have to go first.
 */
static void the_module_can_go_as_soon_as_its_work_is_done(void **state)
{
	const struct sched_param first = { .sched_priority = 1 }, normal = { 0 };
	unsigned int users;
	pid_t hogs[2];

	(void)state;
	card_bind(0);
	hogs[0] = hog_start();
	hogs[1] = hog_start();
	assert_int_equal(sched_setscheduler(0, SCHED_FIFO, &first), 0);
	card_expect_working(0);
	users = module_users();
	assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &normal), 0);
	hog_stop(hogs[0]);
	hog_stop(hogs[1]);
	assert_int_equal(users, 0);
	assert_done(module_unload());
	assert_done(module_load(""));
}

/* A fence that somebody still holds must not lead into a module that is gone. */
static void a_sync_file_survives_the_module(void **state)
{
	struct gantry_device *dev;
	struct gantry_buffer *buf;
	struct gantry_queue *queue;
	struct gantry_fence *fence;
	uint64_t seqno;
	int fd;

	(void)state;
	card_bind(0);
	dev = card_open(0);
	buf = buffer_make(dev, 32 * MIB, 0);
	assert_done(gantry_queue_create(dev, NULL, &queue));
	assert_done(gantry_fence_create(dev, &fence));
	assert_done(gantry_queue_prep_fill(queue, buf, 0, 32 * MIB, 7, 0));
	assert_done(gantry_queue_prep_signal(queue, fence, 1));
	/* Exported while the job runs: later there would be nothing of it to hold. */
	seqno = queue_submit(queue);
	fd = gantry_fence_export_sync_file(fence, 1);
	assert_done(fd);
	assert_done(gantry_queue_wait(queue, seqno, 60 * SECOND));
	gantry_fence_destroy(fence);
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(buf);
	gantry_device_close(dev);

	if (module_unload()) {
		/* It may as well stay until the fence has gone. */
		close(fd);
		assert_done(module_unload());
	} else {
		close(fd);
	}
	assert_done(module_load(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(loading_takes_no_card, start_unbound),
		cmocka_unit_test_setup(a_card_is_not_taken_without_override, start_unbound),
		cmocka_unit_test_setup(a_card_of_another_driver_is_not_taken, start_unbound),
		cmocka_unit_test_setup(a_number_written_to_new_id_takes_no_card, start_unbound),
		cmocka_unit_test_setup(a_bound_card_has_a_node_and_an_unbound_one_none,
				       start_unbound),
		cmocka_unit_test_setup(a_card_can_be_bound_again_and_again, start_unbound),
		cmocka_unit_test_setup(every_card_has_a_node_and_a_serial_number_of_its_own,
				       start_unbound),
		cmocka_unit_test_setup(taking_one_card_leaves_the_other_alone, start_unbound),
		cmocka_unit_test_setup(the_module_unloads_with_cards_bound, start_unbound),
		cmocka_unit_test_setup(the_module_stays_while_a_node_is_open, start_unbound),
		cmocka_unit_test_setup(the_module_stays_while_a_buffer_is_exported, start_unbound),
		cmocka_unit_test_setup(the_module_can_go_as_soon_as_its_work_is_done,
				       start_unbound),
		cmocka_unit_test_setup(a_sync_file_survives_the_module, start_unbound),
	};

	return cmocka_run_group_tests_name("bind", tests, NULL, NULL);
}
