// SPDX-License-Identifier: GPL-2.0-only
/* All cards of the machine at once, one to sixteen. */
#include "fixture.h"

#include <stdlib.h>

#define LENGTH	(1 * MIB)

struct side {
	struct gantry_device *dev;
	struct gantry_queue *queue;
	struct gantry_buffer *out, *hbm, *back;
	uint64_t seqno;
};

static void side_begin(struct side *side, unsigned int card)
{
	side->dev = card_open(card);
	assert_done(gantry_queue_create(side->dev, NULL, &side->queue));
	side->out = buffer_make(side->dev, LENGTH, GANTRY_REGION_HOST);
	side->hbm = buffer_make(side->dev, LENGTH, card % 4);
	side->back = buffer_make(side->dev, LENGTH, GANTRY_REGION_HOST);
	data_write(buffer_map(side->out), LENGTH, card + 1);
}

static void side_submit(struct side *side)
{
	assert_done(gantry_queue_prep_copy(side->queue, side->hbm, 0, side->out, 0, LENGTH, 0));
	assert_done(gantry_queue_prep_copy(side->queue, side->back, 0, side->hbm, 0, LENGTH,
					   GANTRY_OP_BARRIER));
	side->seqno = queue_submit(side->queue);
}

static void side_end(struct side *side, unsigned int card)
{
	assert_done(gantry_queue_wait(side->queue, side->seqno, 60 * SECOND));
	data_expect(buffer_map(side->back), LENGTH, card + 1);
	gantry_buffer_destroy(side->back);
	gantry_buffer_destroy(side->hbm);
	gantry_buffer_destroy(side->out);
	gantry_queue_destroy(side->queue);
	gantry_device_close(side->dev);
}

static void cards_work_at_once_and_keep_their_bytes_apart(void **state)
{
	unsigned int cards = card_count(), i;
	struct side *sides = calloc(cards, sizeof(*sides));

	(void)state;
	assert_non_null(sides);
	for (i = 0; i < cards; i++)
		side_begin(&sides[i], i);
	for (i = 0; i < cards; i++)
		side_submit(&sides[i]);
	for (i = 0; i < cards; i++)
		side_end(&sides[i], i);
	free(sides);
	cards_expect_all_free();
}

static void every_card_has_its_own_serial_number(void **state)
{
	unsigned int cards = card_count(), i, j;
	uint64_t *serials = calloc(cards, sizeof(*serials));

	(void)state;
	assert_non_null(serials);
	for (i = 0; i < cards; i++) {
		struct gantry_device_info info = { .size = sizeof(info) };
		struct gantry_device *dev = card_open(i);

		assert_done(gantry_device_get_info(dev, &info));
		gantry_device_close(dev);
		serials[i] = info.serial;
		for (j = 0; j < i; j++)
			assert_true(serials[i] != serials[j]);
	}
	free(serials);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cards_work_at_once_and_keep_their_bytes_apart),
		cmocka_unit_test(every_card_has_its_own_serial_number),
	};

	return cmocka_run_group_tests_name("many", tests, cards_setup, cards_teardown);
}
