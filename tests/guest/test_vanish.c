// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card that vanishes for good: its emulator's process ends in mid-copy. QEMU 11.1
 * lives on and answers for it as a bus does on which nobody is: reads are ones. The
 * first card of the machine stays lost, so this program has to be the last.
 */
#include "fault.h"
#include "scene.h"

/* QEMU 11.1 aborts when it switches off and an IOMMU was before the card that died. */
static void skip_behind_an_iommu(void)
{
	if (!sysfs_exists("class/iommu/dmar0"))
		return;
	print_message("QEMU does not survive the end of a card behind an IOMMU\n");
	skip();
}

static void other_card_expect_working(void)
{
	struct gantry_device *dev;
	struct gantry_buffer *host, *hbm;
	struct gantry_queue *queue;

	if (card_count() < 2)
		return;
	dev = card_open(1);
	host = buffer_make(dev, JOB_BYTES, GANTRY_REGION_HOST);
	hbm = buffer_make(dev, JOB_BYTES, 0);
	assert_done(gantry_queue_create(dev, NULL, &queue));
	data_write(buffer_map(host), JOB_BYTES, 9);
	copy_now(queue, hbm, 0, host, 0, JOB_BYTES);
	data_expect(buffer_map(hbm), JOB_BYTES, 9);
	gantry_queue_destroy(queue);
	gantry_buffer_destroy(hbm);
	gantry_buffer_destroy(host);
	gantry_device_close(dev);
}

static void a_card_that_dies_takes_nothing_with_it(void **state)
{
	const struct fault killed = { .name = "killed", .where = VFU_AT_DMA_READ };
	struct gantry_device *dev;
	struct scene scene = { .victim.dev = NULL };

	(void)state;
	skip_behind_an_iommu();
	scene_make(&scene);
	scene_make_queues(&scene, true);
	assert_int_equal(actor_submit(&scene.other), 0);
	assert_int_equal(actor_wait(&scene.other), 0);
	assert_int_equal(actor_wrong_bits(&scene.other), 0);

	fault_arm(0, &killed);
	assert_int_equal(actor_submit(&scene.victim), 0);
	assert_int_equal(actor_fence_error(&scene.victim), -ENODEV);
	assert_refused(actor_submit(&scene.same), ENODEV);
	assert_refused(actor_wait(&scene.victim), ENODEV);
	assert_refused(gantry_device_open(card_address(0), &dev), ENXIO);
	other_card_expect_working();

	card_unbind(0);
	scene_destroy(&scene);
	other_card_expect_working();
}

/* Nobody answers for it any more, so it is not found when the bus is looked through. */
static void a_card_that_died_is_not_found_again(void **state)
{
	(void)state;
	skip_behind_an_iommu();
	assert_done(sysfs_write("1", "bus/pci/devices/%s/remove", card_address(0)));
	assert_done(sysfs_write("1", "bus/pci/rescan"));
	assert_false(sysfs_exists("bus/pci/devices/%s", card_address(0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_that_dies_takes_nothing_with_it),
		cmocka_unit_test(a_card_that_died_is_not_found_again),
	};

	return cmocka_run_group_tests_name("vanish", tests, cards_setup, cards_teardown);
}
