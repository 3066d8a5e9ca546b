// SPDX-License-Identifier: GPL-2.0-only
/* Configuration space as an operating system walks it, and options refused. */
#include "vfio-user/fixture.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <unistd.h>

static int open_setup(void **state)
{
	static struct client client;
	struct fixture *f;

	if (fixture_setup(state))
		return -1;
	f = *state;
	client_open(&client, f->server);
	f->client = &client;
	return 0;
}

static int close_teardown(void **state)
{
	struct fixture *f = *state;

	if (client_close(f->client))
		return -1;
	return fixture_teardown(state);
}

static uint32_t get(void **state, uint32_t off, uint32_t len)
{
	return client_read_config(((struct fixture *)*state)->client, off, len);
}

static void put(void **state, uint32_t off, uint32_t value, uint32_t len)
{
	client_write_config(((struct fixture *)*state)->client, off, value, len);
}

static uint32_t find_capability(void **state, uint8_t id)
{
	uint32_t at = get(state, PCI_CAPABILITY_LIST, 1), steps;

	for (steps = 0; at && steps < 48; steps++) {
		assert_int_equal(at & 3, 0);
		assert_in_range(at, 0x40, 0xfc);
		if (get(state, at, 1) == id)
			return at;
		at = get(state, at + PCI_CAP_LIST_NEXT, 1);
	}
	assert_true(steps < 48);
	return 0;
}

static void test_header(void **state)
{
	assert_int_equal(get(state, PCI_VENDOR_ID, 4), 0x73641d0f);
	assert_int_equal(get(state, PCI_CLASS_REVISION, 4), 0x120000ff);
	assert_int_equal(get(state, PCI_HEADER_TYPE, 1), PCI_HEADER_TYPE_NORMAL);
	assert_int_equal(get(state, PCI_SUBSYSTEM_VENDOR_ID, 4), 0x56781234);
	assert_int_equal(get(state, PCI_INTERRUPT_PIN, 1), 1);
	assert_int_equal(get(state, PCI_STATUS, 2), PCI_STATUS_CAP_LIST);
	assert_int_equal(get(state, PCI_COMMAND, 2), 0);
	/* Nothing of it but the command register can be written. */
	put(state, PCI_VENDOR_ID, 0, 4);
	put(state, PCI_CLASS_REVISION, 0, 4);
	put(state, PCI_STATUS, 0xffff, 2);
	put(state, PCI_INTERRUPT_PIN, 4, 1);
	put(state, PCI_CAPABILITY_LIST, 0, 1);
	assert_int_equal(get(state, PCI_VENDOR_ID, 4), 0x73641d0f);
	assert_int_equal(get(state, PCI_CLASS_REVISION, 4), 0x120000ff);
	assert_int_equal(get(state, PCI_STATUS, 2), PCI_STATUS_CAP_LIST);
	assert_int_equal(get(state, PCI_INTERRUPT_PIN, 1), 1);
	assert_int_not_equal(get(state, PCI_CAPABILITY_LIST, 1), 0);
}

static void test_command_register(void **state)
{
	struct fixture *f = *state;

	put(state, PCI_COMMAND, 0xffff, 2);
	assert_int_equal(get(state, PCI_COMMAND, 2),
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
			 PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
			 PCI_COMMAND_INTX_DISABLE);
	assert_true(vfu_bus_master(f->server));
	put(state, PCI_COMMAND, PCI_COMMAND_MEMORY, 1);
	assert_int_equal(get(state, PCI_COMMAND, 2),
			 PCI_COMMAND_MEMORY | PCI_COMMAND_SERR |
			 PCI_COMMAND_INTX_DISABLE);
	assert_false(vfu_bus_master(f->server));
	assert_int_equal(f->config_writes, 2);
	assert_int_equal(f->last_off, PCI_COMMAND);
	assert_int_equal(f->last_len, 1);
}

static uint32_t size_bar(void **state, unsigned int bar)
{
	uint32_t at = PCI_BASE_ADDRESS_0 + 4 * bar;

	put(state, at, 0xffffffff, 4);
	return get(state, at, 4);
}

static void test_bar_sizing(void **state)
{
	assert_int_equal(size_bar(state, 0), 0xfffff000);
	assert_int_equal(size_bar(state, 1),
			 (uint32_t)~(FIX_SPARSE_SIZE - 1) |
			 PCI_BASE_ADDRESS_MEM_TYPE_64 |
			 PCI_BASE_ADDRESS_MEM_PREFETCH);
	assert_int_equal(size_bar(state, 2), 0xffffffff);
	assert_int_equal(size_bar(state, 3), (uint32_t)~(FIX_WHOLE_SIZE - 1) |
			 PCI_BASE_ADDRESS_MEM_TYPE_64);
	assert_int_equal(size_bar(state, 4), 0xffffffff);
	assert_int_equal(size_bar(state, 5), 0xffffc000);
	put(state, PCI_ROM_ADDRESS, 0xfffffffe, 4);
	assert_int_equal(get(state, PCI_ROM_ADDRESS, 4), 0xfffff000);
	put(state, PCI_ROM_ADDRESS, 0x80000001, 4);
	assert_int_equal(get(state, PCI_ROM_ADDRESS, 4), 0x80000001);

	/* An address is kept, to the bits that the BAR decodes. */
	put(state, PCI_BASE_ADDRESS_1, 0xdeadbeef, 4);
	put(state, PCI_BASE_ADDRESS_2, 0x12345678, 4);
	assert_int_equal(get(state, PCI_BASE_ADDRESS_1, 4), 0xdea0000c);
	assert_int_equal(get(state, PCI_BASE_ADDRESS_2, 4), 0x12345678);
}

/* The guest of a 64-bit BAR beyond 4 GiB finds out its size as well. */
static void test_huge_bar(void **state)
{
	struct fixture *f = *state;
	struct vfu_options o = *fixture_options(f);
	struct vfu_server *server;
	uint64_t value;

	o.bars[3].size = UINT64_C(1) << 38;
	o.bars[3].memory = NULL;
	assert_int_equal(vfu_server_create(&o, fixture_ops(), f, &server), 0);
	client_close(f->client);
	client_open(f->client, server);
	put(state, PCI_BASE_ADDRESS_3, 0xffffffff, 4);
	put(state, PCI_BASE_ADDRESS_4, 0xffffffff, 4);
	assert_int_equal(vfu_config_read(server, PCI_BASE_ADDRESS_3, &value, 8),
			 0);
	assert_true(value == (~((UINT64_C(1) << 38) - 1) | 4));
	assert_int_equal(client_close(f->client), 0);
	vfu_server_destroy(server);
	client_open(f->client, f->server);
}

static void test_power_management(void **state)
{
	uint32_t pm = find_capability(state, PCI_CAP_ID_PM);

	assert_int_not_equal(pm, 0);
	assert_int_equal(get(state, pm + PCI_PM_PMC, 2) & PCI_PM_CAP_VER_MASK, 3);
	put(state, pm + PCI_PM_CTRL, 3, 2);
	assert_int_equal(get(state, pm + PCI_PM_CTRL, 2),
			 3 | PCI_PM_CTRL_NO_SOFT_RESET);
	put(state, pm + PCI_PM_CTRL, 1, 2);	/* D1: there is none */
	assert_int_equal(get(state, pm + PCI_PM_CTRL, 2) & 3, 3);
	put(state, pm + PCI_PM_CTRL, 0, 2);
	assert_int_equal(get(state, pm + PCI_PM_CTRL, 2) & 3, 0);
}

static void test_express(void **state)
{
	uint32_t at = find_capability(state, PCI_CAP_ID_EXP);

	assert_int_not_equal(at, 0);
	assert_int_equal(get(state, at + PCI_EXP_FLAGS, 2), 2);
	assert_true(get(state, at + PCI_EXP_DEVCAP, 4) & PCI_EXP_DEVCAP_FLR);
	assert_int_equal(get(state, at + PCI_EXP_LNKSTA, 2) &
			 PCI_EXP_LNKSTA_NLW, 16 << PCI_EXP_LNKSTA_NLW_SHIFT);
	put(state, at + PCI_EXP_LNKCAP, 0, 4);
	assert_int_equal(get(state, at + PCI_EXP_LNKCAP, 4) &
			 PCI_EXP_LNKCAP_SLS, PCI_EXP_LNKCAP_SLS_16_0GB);
	put(state, at + PCI_EXP_DEVCTL, 0x2 << 12 | 0x20, 2);
	assert_int_equal(get(state, at + PCI_EXP_DEVCTL, 2), 0x2020);
}

static void test_function_level_reset(void **state)
{
	struct fixture *f = *state;
	uint32_t at = find_capability(state, PCI_CAP_ID_EXP);

	put(state, PCI_COMMAND, PCI_COMMAND_MASTER, 2);
	put(state, PCI_BASE_ADDRESS_0, 0xc0000000, 4);
	put(state, at + PCI_EXP_DEVCTL + 1, 0x20, 1);
	assert_int_equal(f->resets, 0);
	put(state, at + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR, 2);
	assert_int_equal(f->resets, 1);
	assert_int_equal(get(state, PCI_COMMAND, 2), 0);
	assert_int_equal(get(state, PCI_BASE_ADDRESS_0, 4), 0);
	assert_int_equal(get(state, at + PCI_EXP_DEVCTL, 2) &
			 PCI_EXP_DEVCTL_BCR_FLR, 0);
	put(state, at + PCI_EXP_DEVCTL + 1, 0x80, 1);
	assert_int_equal(f->resets, 2);
}

static void test_message_interrupts(void **state)
{
	struct fixture *f = *state;
	uint32_t msi = find_capability(state, PCI_CAP_ID_MSI);
	uint32_t msix = find_capability(state, PCI_CAP_ID_MSIX);
	uint32_t masked;

	assert_int_equal(get(state, msi + PCI_MSI_FLAGS, 2),
			 PCI_MSI_FLAGS_64BIT | 2 << 1);
	put(state, msi + PCI_MSI_FLAGS, 0xffff, 2);
	assert_int_equal(get(state, msi + PCI_MSI_FLAGS, 2),
			 PCI_MSI_FLAGS_64BIT | 2 << 1 | PCI_MSI_FLAGS_QSIZE |
			 PCI_MSI_FLAGS_ENABLE);
	put(state, msi + PCI_MSI_ADDRESS_LO, 0xfee00fff, 4);
	assert_int_equal(get(state, msi + PCI_MSI_ADDRESS_LO, 4), 0xfee00ffc);

	assert_int_equal(get(state, msix + PCI_MSIX_FLAGS, 2), FIX_MSIX - 1);
	assert_int_equal(get(state, msix + PCI_MSIX_TABLE, 4),
			 FIX_MSIX_TABLE | FIX_MSIX_BAR);
	assert_int_equal(get(state, msix + PCI_MSIX_PBA, 4),
			 FIX_MSIX_PBA | FIX_MSIX_BAR);
	put(state, msix + PCI_MSIX_FLAGS, 0xffff, 2);
	assert_int_equal(get(state, msix + PCI_MSIX_FLAGS, 2),
			 0xc000 | (FIX_MSIX - 1));

	/* The table is the library's: masked at first, kept when written. */
	assert_int_equal(client_read(f->client, FIX_MSIX_BAR,
				     FIX_MSIX_TABLE + 16 * 69 + 12, &masked, 4),
			 0);
	assert_int_equal(masked, 1);
	masked = 0;
	assert_int_equal(client_write(f->client, FIX_MSIX_BAR,
				      FIX_MSIX_TABLE + 12, &masked, 4), 0);
	assert_int_equal(client_read(f->client, FIX_MSIX_BAR,
				     FIX_MSIX_TABLE + 12, &masked, 4), 0);
	assert_int_equal(masked, 0);
	assert_int_equal(f->accesses, 0);
	assert_int_equal(client_call(f->client, VFU_DEVICE_RESET, NULL, 0,
				     NULL), 0);
	assert_int_equal(client_read(f->client, FIX_MSIX_BAR,
				     FIX_MSIX_TABLE + 12, &masked, 4), 0);
	assert_int_equal(masked, 1);
}

static void test_capabilities_of_the_model(void **state)
{
	uint32_t at = find_capability(state, PCI_CAP_ID_VNDR);

	assert_int_not_equal(at, 0);
	assert_int_equal(get(state, at + 2, 4), 0xccbbaa06);
	put(state, at + 2, 0, 4);
	assert_int_equal(get(state, at + 2, 4), 0xcc0baa06);

	assert_int_equal(get(state, 0x100, 2), PCI_EXT_CAP_ID_DSN);
	assert_int_equal(get(state, 0x102, 2), 1 | 0x10c << 4);
	assert_int_equal(get(state, 0x104, 4), 0x04030201);
	assert_int_equal(get(state, 0x10c, 4), 0x0001000b);
	assert_int_equal(get(state, 0x110, 4), 0x04030201);
}

static void test_reading_outside(void **state)
{
	struct fixture *f = *state;
	uint8_t buf[8];

	assert_int_equal(vfu_config_read(f->server, 4090, buf, 6), 0);
	assert_int_equal(vfu_config_read(f->server, 4090, buf, 7), -EINVAL);
	assert_int_equal(vfu_config_read(f->server, UINT32_MAX, buf, 1),
			 -EINVAL);
}

/* Options that are good, and in one place, so that any one can be spoilt */
struct spoilt {
	struct vfu_options o;
	struct vfu_memory memory;
	struct vfu_area areas[2];
	struct vfu_capability cap;
};

static void make_good(struct spoilt *s, struct fixture *f)
{
	s->o = *fixture_options(f);
	s->memory = *s->o.bars[1].memory;
	memcpy(s->areas, s->memory.areas, sizeof(s->areas));
	s->cap = *s->o.capabilities;
	s->memory.areas = s->areas;
	s->o.bars[1].memory = &s->memory;
	s->o.capabilities = &s->cap;
}

#define SPOIL(member, value) \
	{ #member " = " #value, offsetof(struct spoilt, member), \
	  sizeof(((struct spoilt *)0)->member), value }

static void test_contradictory_options(void **state)
{
	static const struct {
		const char *what;
		size_t offset, size;
		uint64_t value;
	} one[] = {
		SPOIL(o.bars[0].size, 0x1001),
		SPOIL(o.bars[0].size, 8),
		SPOIL(o.bars[0].size, UINT64_C(1) << 32),
		SPOIL(o.bars[2].size, 0x1000),
		SPOIL(o.bars[5].is_64bit, true),
		SPOIL(o.bars[1].size, 0),
		SPOIL(areas[0].offset, FIX_AREA0 + 8),
		SPOIL(areas[0].size, FIX_AREA0_SIZE - 8),
		SPOIL(areas[0].size, 0),
		SPOIL(areas[1].offset, FIX_AREA0),
		SPOIL(areas[1].size, FIX_AREA1_SIZE + VFU_PAGE_SIZE),
		SPOIL(memory.n_areas, 0),
		SPOIL(memory.n_areas, SIZE_MAX),
		SPOIL(memory.fd, -1),
		SPOIL(memory.fd_offset, VFU_PAGE_SIZE),
		SPOIL(memory.fd_offset, 5),
		SPOIL(o.msi_vectors, 3),
		SPOIL(o.msi_vectors, 64),
		SPOIL(o.msix_vectors, 2049),
		SPOIL(o.msix_bar, 6),
		SPOIL(o.msix_bar, 4),
		SPOIL(o.msix_bar, FIX_WHOLE_BAR),
		SPOIL(o.msix_table, FIX_MSIX_TABLE + 4),
		SPOIL(o.msix_pba, 0x4000),
		SPOIL(o.msix_pba, FIX_MSIX_TABLE + 8),
		SPOIL(o.rom, 0),
		SPOIL(o.rom_size, 0),
		SPOIL(cap.size, 0x80),
		SPOIL(cap.size, SIZE_MAX),
		SPOIL(o.n_extended, 400),
	};
	static struct vfu_capability many[400];
	struct fixture *f = *state;
	struct vfu_server *server;
	struct spoilt s;
	size_t i;

	for (i = 0; i < 400; i++)
		many[i] = (struct vfu_capability) { .data = many, .size = 8 };
	make_good(&s, f);
	assert_int_equal(vfu_server_create(&s.o, fixture_ops(), f, &server), 0);
	vfu_server_destroy(server);

	for (i = 0; i < sizeof(one) / sizeof(*one); i++) {
		unsigned int lines = f->lines;

		make_good(&s, f);
		s.o.extended = many;
		memcpy((char *)&s + one[i].offset, &one[i].value, one[i].size);
		if (vfu_server_create(&s.o, fixture_ops(), f, &server) != -EINVAL)
			fail_msg("%s was not refused", one[i].what);
		/* ... with one line that says so */
		assert_int_equal(f->lines, lines + 1);
	}
}

static void test_a_device_of_nothing(void **state)
{
	const struct vfu_options none = { .vendor = 1, .device = 2 };
	const struct vfu_ops ops = {};
	struct fixture *f = *state;
	struct vfu_server *server;
	uint8_t byte = 0;

	assert_int_equal(vfu_server_create(&none, &ops, NULL, &server), 0);
	client_close(f->client);
	client_open(f->client, server);
	assert_int_equal(get(state, PCI_VENDOR_ID, 4), 0x00020001);
	assert_int_equal(get(state, PCI_INTERRUPT_PIN, 1), 0);
	assert_int_equal(find_capability(state, PCI_CAP_ID_MSIX), 0);
	put(state, PCI_COMMAND, 7, 2);
	assert_int_equal(client_read(f->client, 0, 0, &byte, 1), -EINVAL);
	assert_int_equal(client_call(f->client, VFU_DEVICE_RESET, NULL, 0,
				     NULL), 0);
	assert_int_equal(vfu_irq_trigger(server, 0), -EINVAL);
	assert_int_equal(vfu_intx_set(server, true), -EINVAL);
	assert_int_equal(client_close(f->client), 0);
	vfu_server_destroy(server);
	vfu_server_destroy(NULL);
	client_open(f->client, f->server);
}

int main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, open_setup, close_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_header),
		TEST(test_command_register),
		TEST(test_bar_sizing),
		TEST(test_huge_bar),
		TEST(test_power_management),
		TEST(test_express),
		TEST(test_function_level_reset),
		TEST(test_message_interrupts),
		TEST(test_capabilities_of_the_model),
		TEST(test_reading_outside),
		TEST(test_contradictory_options),
		TEST(test_a_device_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
