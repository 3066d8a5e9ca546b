// SPDX-License-Identifier: GPL-2.0-only
/* Two cards below one switch, each with a client that maps what the other decodes. */
#include "vfio-user/fixture.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BASE		UINT64_C(0x4080000000)
#define BAR_REGISTER	(PCI_BASE_ADDRESS_0 + 4 * FIX_WHOLE_BAR)

struct pair {
	struct fixture *card[2];
	struct client client[2];
	char path[64];
};

/*
 * What was made last ends first: each fixture counts the descriptors that it found. The
 * first card opens some of the second's, so it is the last to be made.
 */
static int pair_setup(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));
	int i;

	snprintf(p->path, sizeof(p->path), "/tmp/test_switch.%d", getpid());
	for (i = 1; i >= 0; i--) {
		void *fixture;

		if (fixture_setup(&fixture))
			return -1;
		p->card[i] = fixture;
		if (vfu_server_join(p->card[i]->server, p->path))
			return -1;
		client_open(&p->client[i], p->card[i]->server);
	}
	*state = p;
	return 0;
}

static int pair_teardown(void **state)
{
	struct pair *p = *state;
	int i, bad = 0;

	for (i = 0; i < 2; i++) {
		void *fixture = p->card[i];

		bad |= client_close(&p->client[i]);
		bad |= fixture_teardown(&fixture);
	}
	unlink(p->path);
	free(p);
	return bad;
}

static void decode(struct pair *p, unsigned int card, uint64_t base)
{
	struct client *c = &p->client[card];

	client_write_config(c, PCI_COMMAND, 0, 2);
	client_write_config(c, BAR_REGISTER, (uint32_t)base, 4);
	client_write_config(c, BAR_REGISTER + 4, base >> 32, 4);
	client_write_config(c, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
}

/* What the client of the first card says when a BAR appears on its bus. */
static void map_window(struct pair *p, uint64_t offset, uint64_t size)
{
	assert_int_equal(client_map(&p->client[0], BASE + offset, size,
				    VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE, -1, 0), 0);
}

static void expect_by_message(struct pair *p)
{
	struct vfu_pin pin;

	assert_int_equal(vfu_dma_pin(p->card[0]->server, BASE, 8, false, &pin), -EOPNOTSUPP);
}

static void test_another_cards_memory_is_read_and_written(void **state)
{
	struct pair *p = *state;
	struct vfu_server *server = p->card[0]->server;
	char seen[8] = "";
	struct vfu_pin pin;

	decode(p, 1, BASE);
	map_window(p, 0x3000, FIX_WHOLE_SIZE - 0x3000);
	assert_int_equal(vfu_dma_write(server, BASE + 0x3005, "there", 6), 0);
	assert_int_equal(pread(p->card[1]->whole_fd, seen, 6, FIX_WHOLE_OFFSET + 0x3005), 6);
	assert_string_equal(seen, "there");
	assert_int_equal(pwrite(p->card[1]->whole_fd, "back", 5, FIX_WHOLE_OFFSET + 0x4000), 5);
	assert_int_equal(vfu_dma_read(server, BASE + 0x4000, seen, 5), 0);
	assert_string_equal(seen, "back");
	assert_int_equal(vfu_dma_pin(server, BASE + 0x4000, 5, true, &pin), 0);
	assert_string_equal(pin.ptr, "back");
	vfu_dma_unpin(server, &pin);
}

static void test_what_the_client_unmaps_is_out_of_reach(void **state)
{
	struct pair *p = *state;
	char byte;

	decode(p, 1, BASE);
	map_window(p, 0, FIX_WHOLE_SIZE);
	assert_int_equal(vfu_dma_read(p->card[0]->server, BASE, &byte, 1), 0);
	assert_int_equal(client_unmap(&p->client[0], BASE, FIX_WHOLE_SIZE, 0), 0);
	assert_int_equal(vfu_dma_read(p->card[0]->server, BASE, &byte, 1), -EFAULT);
}

static void test_a_bar_that_is_not_decoded_is_not_found(void **state)
{
	struct pair *p = *state;

	decode(p, 1, BASE);
	client_write_config(&p->client[1], PCI_COMMAND, 0, 2);
	map_window(p, 0, FIX_WHOLE_SIZE);
	expect_by_message(p);
}

static void test_a_bar_that_is_elsewhere_is_not_found(void **state)
{
	struct pair *p = *state;

	decode(p, 1, BASE);
	decode(p, 1, BASE + FIX_WHOLE_SIZE);
	map_window(p, 0, FIX_WHOLE_SIZE);
	expect_by_message(p);
}

static void test_a_window_larger_than_the_bar_is_not_found(void **state)
{
	struct pair *p = *state;

	decode(p, 1, BASE);
	map_window(p, 0, FIX_WHOLE_SIZE + VFU_PAGE_SIZE);
	expect_by_message(p);
}

static void test_its_own_bar_is_the_clients_matter(void **state)
{
	struct pair *p = *state;

	decode(p, 0, BASE);
	map_window(p, 0, FIX_WHOLE_SIZE);
	expect_by_message(p);
}

static void test_a_reset_card_is_not_found(void **state)
{
	struct pair *p = *state;
	struct answer answer;

	decode(p, 1, BASE);
	assert_int_equal(client_call(&p->client[1], VFU_DEVICE_RESET, NULL, 0, &answer), 0);
	map_window(p, 0, FIX_WHOLE_SIZE);
	expect_by_message(p);
}

static void test_a_card_is_below_one_switch(void **state)
{
	struct pair *p = *state;

	assert_int_equal(vfu_server_join(p->card[0]->server, p->path), -EBUSY);
}

#define switch_test(f) cmocka_unit_test_setup_teardown(f, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		switch_test(test_another_cards_memory_is_read_and_written),
		switch_test(test_what_the_client_unmaps_is_out_of_reach),
		switch_test(test_a_bar_that_is_not_decoded_is_not_found),
		switch_test(test_a_bar_that_is_elsewhere_is_not_found),
		switch_test(test_a_window_larger_than_the_bar_is_not_found),
		switch_test(test_its_own_bar_is_the_clients_matter),
		switch_test(test_a_reset_card_is_not_found),
		switch_test(test_a_card_is_below_one_switch),
	};

	return cmocka_run_group_tests_name("switch", tests, NULL, NULL);
}
