// SPDX-License-Identifier: GPL-2.0-only
/* Faults: when they strike, how a guest asks for them, and those of any card. */
#include "vfio-user/fixture.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vfio-user/fault.h"

enum { LEAK = VFU_FAULT_CHIP, SMOKE };

static const struct vfu_fault_kind chip[] = {
	{ "leak", "oil" },
	{ "smoke", "more\nthan a line" },
};

static struct vfu_faults faults;
static struct client client;
static uint32_t knobs;		/* offset of the capability */

/* What vfu_faults.changed saw */
static unsigned int changes, last_changed;
static bool last_over;

static void changed(void *priv, unsigned int fault, bool over)
{
	assert_ptr_equal(priv, &faults);
	changes++;
	last_changed = fault;
	last_over = over;
}

static int faults_setup(void **state)
{
	(void)state;
	vfu_faults_init(&faults, chip, 2);
	faults.changed = changed;
	faults.priv = &faults;
	changes = 0;
	return 0;
}

static int faults_teardown(void **state)
{
	(void)state;
	vfu_faults_fini(&faults);
	return 0;
}

/* Looked for once: a card off the bus shows no list of capabilities */
static uint32_t find_knobs(void)
{
	uint32_t at = 0x100, header;

	while ((header = client_read_config(&client, at, 4))) {
		if ((header & 0xffff) == PCI_EXT_CAP_ID_VNDR &&
		    (client_read_config(&client, at + VFU_FAULT_VSEC, 4) & 0xffff) ==
		    VFU_FAULT_VSEC_ID)
			return at;
		assert_true(header >> 20 > at);
		at = header >> 20;
	}
	fail_msg("no capability with knobs");
	return 0;
}

/* The fixture's device, with faults and a client */
static int device_setup(void **state)
{
	struct vfu_options options;
	struct fixture *f;

	faults_setup(state);
	if (fixture_setup(state))
		return -1;
	f = *state;
	vfu_server_destroy(f->server);
	options = *fixture_options(f);
	options.faults = &faults;
	if (vfu_server_create(&options, fixture_ops(), f, &f->server))
		return -1;
	client_open(&client, f->server);
	knobs = find_knobs();
	return 0;
}

static int device_teardown(void **state)
{
	int ret = client_close(&client);

	if (fixture_teardown(state))
		ret = -1;
	faults_teardown(state);
	return ret;
}

static void arm(unsigned int fault, uint32_t where, uint32_t after, uint32_t times)
{
	const struct vfu_fault setting = {
		.where = where, .after = after, .times = times, .value = 77,
	};

	vfu_fault_arm(&faults, fault, &setting);
}

static unsigned int fired(unsigned int fault)
{
	struct vfu_fault now;

	vfu_fault_get(&faults, fault, &now);
	return now.fired;
}

/* ---- when they strike ----------------------------------------------------------- */

static void nothing_strikes_that_was_not_armed(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < faults.count; i++)
		assert_false(vfu_fault(&faults, i, 0, NULL));
	assert_false(vfu_fault(NULL, LEAK, 0, NULL));
	assert_false(vfu_fault_off_bus(NULL, VFU_AT_READ));
	assert_false(vfu_fault_off_bus(&faults, VFU_AT_READ));
}

static void a_fault_lets_chances_pass_and_strikes_so_often(void **state)
{
	uint32_t value = 0;

	(void)state;
	arm(LEAK, VFU_FAULT_ANYWHERE, 2, 3);
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(vfu_fault(&faults, LEAK, i, &value), i >= 2 && i < 5);
		assert_false(vfu_fault(&faults, SMOKE, i, NULL));
	}
	assert_int_equal(value, 77);
	assert_int_equal(fired(LEAK), 3);
	assert_int_equal(fired(SMOKE), 0);
	/* Armed again it counts anew. */
	arm(LEAK, VFU_FAULT_ANYWHERE, 0, 1);
	assert_int_equal(fired(LEAK), 0);
	assert_true(vfu_fault(&faults, LEAK, 0, NULL));
	assert_int_equal(fired(LEAK), 1);
}

static void chances_elsewhere_do_not_count(void **state)
{
	(void)state;
	arm(SMOKE, 7, 1, 1);
	assert_false(vfu_fault(&faults, SMOKE, 6, NULL));
	assert_false(vfu_fault(&faults, SMOKE, 7, NULL));
	assert_false(vfu_fault(&faults, SMOKE, 8, NULL));
	assert_true(vfu_fault(&faults, SMOKE, 7, NULL));
}

static void a_fault_for_ever_ends_when_it_is_disarmed(void **state)
{
	struct vfu_fault now;

	(void)state;
	arm(LEAK, VFU_FAULT_ANYWHERE, 0, VFU_FAULT_ALWAYS);
	for (unsigned int i = 0; i < 1000; i++)
		assert_true(vfu_fault(&faults, LEAK, 0, NULL));
	assert_true(vfu_fault_get(&faults, LEAK, &now));
	vfu_fault_disarm(&faults, LEAK);
	assert_false(vfu_fault(&faults, LEAK, 0, NULL));
	assert_false(vfu_fault_get(&faults, LEAK, &now));
	assert_int_equal(now.fired, 1000);
	/* Armed for no time at all is not armed. */
	arm(LEAK, VFU_FAULT_ANYWHERE, 0, 0);
	assert_false(vfu_fault_get(&faults, LEAK, &now));
}

static void the_model_hears_of_every_change(void **state)
{
	(void)state;
	arm(SMOKE, 0, 0, 1);
	assert_int_equal(changes, 1);
	assert_int_equal(last_changed, SMOKE);
	assert_false(last_over);
	vfu_fault_release(&faults, SMOKE);
	assert_int_equal(changes, 2);
	assert_true(last_over);
	assert_true(vfu_fault(&faults, SMOKE, 0, NULL));
	vfu_fault_disarm(&faults, LEAK);
	assert_int_equal(changes, 3);
	assert_int_equal(last_changed, LEAK);
}

/* ---- the command line ------------------------------------------------------------- */

static void the_command_line_arms_what_it_says(void **state)
{
	struct vfu_fault now;

	(void)state;
	assert_null(vfu_fault_parse(&faults, "leak"));
	assert_true(vfu_fault_get(&faults, LEAK, &now));
	assert_int_equal(now.where, VFU_FAULT_ANYWHERE);
	assert_int_equal(now.after, 0);
	assert_int_equal(now.times, 1);
	assert_int_equal(now.value, 0);
	assert_null(vfu_fault_parse(&faults, "smoke:value=0x10:times=always:where=3:after=2"));
	assert_true(vfu_fault_get(&faults, SMOKE, &now));
	assert_int_equal(now.where, 3);
	assert_int_equal(now.after, 2);
	assert_int_equal(now.times, VFU_FAULT_ALWAYS);
	assert_int_equal(now.value, 16);
	assert_null(vfu_fault_parse(&faults, "off-bus:where=0"));
	assert_false(vfu_fault_off_bus(&faults, VFU_AT_WRITE));
	assert_true(vfu_fault_off_bus(&faults, VFU_AT_READ));
}

static void a_command_line_that_is_wrong_arms_nothing(void **state)
{
	static const char *const wrong[] = {
		"", "lea", "leaks", "leak:", "leak:where", "leak:where=", "leak:when=1",
		"leak:where=x", "leak:where=-1", "leak:where= 1", "leak:where=1x",
		"leak:value=0x100000000", "leak:where=1,after=2", "leak::", "=1", ":where=1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_non_null(vfu_fault_parse(&faults, wrong[i]));
		assert_int_equal(changes, 0);
	}
	assert_int_equal(faults.armed, 0);
}

/* ---- the knobs in configuration space ----------------------------------------------- */

static uint32_t get(uint32_t reg)
{
	return client_read_config(&client, knobs + reg, 4);
}

static void put(uint32_t reg, uint32_t value)
{
	client_write_config(&client, knobs + reg, value, 4);
}

static void guest_arms(unsigned int fault, uint32_t where, uint32_t after, uint32_t times)
{
	put(VFU_FAULT_SELECT, fault);
	put(VFU_FAULT_WHERE, where);
	put(VFU_FAULT_AFTER, after);
	put(VFU_FAULT_TIMES, times);
	put(VFU_FAULT_CONTROL, VFU_FAULT_ARM);
}

static void every_fault_can_be_found_by_its_name(void **state)
{
	static const char *const names[] = {
		"off-bus", "killed", "dma-refused", "leak", "smoke", "", "",
	};
	const uint32_t numbers[] = { 0, 1, 2, 3, 4, 5, UINT32_MAX };

	(void)state;
	assert_int_equal(get(VFU_FAULT_VSEC), VFU_FAULT_VSEC_ID |
			 VFU_FAULT_VSEC_REVISION << 16 | VFU_FAULT_SIZE << 20);
	assert_int_equal(get(VFU_FAULT_COUNT), 5);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char name[VFU_FAULT_NAME_SIZE];

		put(VFU_FAULT_SELECT, numbers[i]);
		assert_int_equal(client_read(&client, VFIO_PCI_CONFIG_REGION_INDEX,
					     knobs + VFU_FAULT_NAME, name,
					     sizeof(name)), 0);
		assert_string_equal(name, names[i]);
		assert_int_equal(get(VFU_FAULT_STATE), 0);
	}
}

static void a_guest_arms_asks_and_disarms(void **state)
{
	struct vfu_fault now;

	(void)state;
	guest_arms(SMOKE, 4, 1, 2);
	assert_int_equal(get(VFU_FAULT_CONTROL), 0);
	assert_int_equal(get(VFU_FAULT_STATE), VFU_FAULT_ARMED);
	assert_true(vfu_fault_get(&faults, SMOKE, &now));
	assert_int_equal(now.where, 4);
	assert_int_equal(now.after, 1);
	assert_int_equal(now.times, 2);
	assert_false(vfu_fault(&faults, SMOKE, 4, NULL));
	assert_int_equal(get(VFU_FAULT_FIRED), 0);
	assert_int_equal(get(VFU_FAULT_FIRED_AT), VFU_FAULT_ANYWHERE);
	assert_true(vfu_fault(&faults, SMOKE, 4, NULL));
	assert_int_equal(get(VFU_FAULT_FIRED), 1);
	assert_int_equal(get(VFU_FAULT_FIRED_AT), 4);
	put(VFU_FAULT_SELECT, LEAK);
	assert_int_equal(get(VFU_FAULT_FIRED), 0);
	assert_int_equal(get(VFU_FAULT_STATE), 0);
	put(VFU_FAULT_SELECT, SMOKE);
	put(VFU_FAULT_CONTROL, VFU_FAULT_RELEASE);
	assert_true(last_over);
	assert_int_equal(get(VFU_FAULT_STATE), VFU_FAULT_ARMED);
	put(VFU_FAULT_CONTROL, VFU_FAULT_DISARM);
	assert_int_equal(get(VFU_FAULT_STATE), 0);
	assert_int_equal(get(VFU_FAULT_FIRED), 1);
}

static void nothing_but_a_command_has_an_effect(void **state)
{
	(void)state;
	put(VFU_FAULT_SELECT, LEAK);
	put(VFU_FAULT_TIMES, 5);
	put(VFU_FAULT_CONTROL, 0);
	put(VFU_FAULT_CONTROL, 4);
	put(VFU_FAULT_CONTROL, UINT32_MAX);
	put(VFU_FAULT_STATE, UINT32_MAX);
	put(VFU_FAULT_FIRED, 9);
	put(VFU_FAULT_NAME, 9);
	put(VFU_FAULT_COUNT, 9);
	put(VFU_FAULT_SELECT, 5);
	put(VFU_FAULT_CONTROL, VFU_FAULT_ARM);
	put(VFU_FAULT_SELECT, UINT32_MAX);
	put(VFU_FAULT_CONTROL, VFU_FAULT_DISARM);
	assert_int_equal(changes, 0);
	assert_int_equal(faults.armed, 0);
	put(VFU_FAULT_SELECT, LEAK);
	assert_int_equal(get(VFU_FAULT_STATE), 0);
	assert_int_equal(get(VFU_FAULT_FIRED), 0);
	assert_int_equal(get(VFU_FAULT_COUNT), 5);
}

static void a_reset_of_the_card_leaves_armed_what_is_armed(void **state)
{
	struct fixture *f = *state;

	guest_arms(SMOKE, 4, 0, 2);
	assert_true(vfu_fault(&faults, SMOKE, 4, NULL));
	assert_int_equal(client_call(&client, VFU_DEVICE_RESET, NULL, 0, NULL), 0);
	assert_int_equal(f->resets, 1);
	assert_int_equal(get(VFU_FAULT_SELECT), 0);
	assert_int_equal(get(VFU_FAULT_WHERE), VFU_FAULT_ANYWHERE);
	assert_int_equal(get(VFU_FAULT_TIMES), 1);
	put(VFU_FAULT_SELECT, SMOKE);
	assert_int_equal(get(VFU_FAULT_FIRED), 1);
	assert_true(vfu_fault(&faults, SMOKE, 4, NULL));
}

/* ---- faults of any card ------------------------------------------------------------- */

static uint32_t bar_get(unsigned int bar, uint64_t off)
{
	uint32_t value = 0;

	assert_int_equal(client_read(&client, bar, off, &value, 4), 0);
	return value;
}

static void bar_put(unsigned int bar, uint64_t off, uint32_t value)
{
	assert_int_equal(client_write(&client, bar, off, &value, 4), 0);
}

static void a_card_off_the_bus_answers_ones_and_loses_writes(void **state)
{
	const unsigned int rom = VFIO_PCI_ROM_REGION_INDEX;
	struct fixture *f = *state;
	unsigned int accesses;

	bar_put(FIX_WHOLE_BAR, 0x100, 0x1234);
	client_write_config(&client, PCI_COMMAND, PCI_COMMAND_MASTER, 2);
	accesses = f->accesses;
	guest_arms(VFU_FAULT_OFF_BUS, VFU_FAULT_ANYWHERE, 0, 1);
	assert_int_equal(get(VFU_FAULT_FIRED), 1);

	assert_int_equal(client_read_config(&client, PCI_VENDOR_ID, 4), UINT32_MAX);
	assert_int_equal(client_read_config(&client, knobs - 4, 4), UINT32_MAX);
	assert_int_equal(bar_get(0, 0), UINT32_MAX);
	assert_int_equal(bar_get(FIX_WHOLE_BAR, 0x100), UINT32_MAX);
	assert_int_equal(bar_get(rom, 0), UINT32_MAX);
	bar_put(0, 0, 0);
	bar_put(FIX_WHOLE_BAR, 0x100, 0x5678);
	client_write_config(&client, PCI_COMMAND, 0, 2);
	assert_int_equal(f->accesses, accesses);
	assert_int_equal(vfu_irq_trigger(f->server, 0), -EAGAIN);
	assert_int_equal(f->resets, 0);

	put(VFU_FAULT_CONTROL, VFU_FAULT_DISARM);
	assert_int_equal(client_read_config(&client, PCI_VENDOR_ID, 4), 0x73641d0f);
	assert_int_equal(bar_get(FIX_WHOLE_BAR, 0x100), 0x1234);
	/* It was without power meanwhile. */
	assert_int_equal(f->resets, 1);
	assert_int_equal(client_read_config(&client, PCI_COMMAND, 2), 0);
}

static void a_card_falls_off_the_bus_at_the_access_asked_for(void **state)
{
	struct fixture *f = *state;

	guest_arms(VFU_FAULT_OFF_BUS, VFU_AT_WRITE, 2, 1);
	bar_put(0, 0, 1);
	bar_get(0, 0);
	bar_put(0, 4, 2);
	assert_int_equal(f->last_off, 4);
	assert_int_not_equal(bar_get(0, 0), UINT32_MAX);
	bar_put(0, 8, 3);
	assert_int_equal(f->last_off, 0);
	assert_int_equal(bar_get(0, 0), UINT32_MAX);
	put(VFU_FAULT_SELECT, VFU_FAULT_OFF_BUS);
	assert_int_equal(get(VFU_FAULT_FIRED), 1);
	put(VFU_FAULT_CONTROL, VFU_FAULT_RELEASE);
	assert_int_not_equal(bar_get(0, 0), UINT32_MAX);
}

/* A page of guest memory at 0x10000 */
static int map_page(void)
{
	int fd = make_memory(4096, 1);

	assert_int_equal(client_map(&client, 0x10000, 4096,
				    VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
				    fd, 0), 0);
	return fd;
}

static void dma_is_refused_where_and_when_asked_for(void **state)
{
	struct fixture *f = *state;
	int fd = map_page();
	struct vfu_pin pin;
	uint32_t word = 5;

	guest_arms(VFU_FAULT_DMA, VFU_AT_DMA_WRITE, 1, 2);
	assert_int_equal(vfu_dma_read(f->server, 0x10000, &word, 4), 0);
	assert_int_equal(vfu_dma_write(f->server, 0x10000, &word, 4), 0);
	assert_int_equal(vfu_dma_write(f->server, 0x10000, &word, 4), -EFAULT);
	assert_int_equal(vfu_dma_pin(f->server, 0x10000, 4, true, &pin), -EFAULT);
	assert_int_equal(vfu_dma_pin(f->server, 0x10000, 4, true, &pin), 0);
	vfu_dma_unpin(f->server, &pin);
	assert_int_equal(get(VFU_FAULT_FIRED), 2);

	guest_arms(VFU_FAULT_OFF_BUS, VFU_FAULT_ANYWHERE, 0, 1);
	assert_int_equal(vfu_dma_read(f->server, 0x10000, &word, 4), -EFAULT);
	assert_int_equal(vfu_dma_write(f->server, 0x10000, &word, 4), -EFAULT);
	assert_int_equal(vfu_dma_pin(f->server, 0x10000, 4, false, &pin), -EFAULT);
	put(VFU_FAULT_CONTROL, VFU_FAULT_DISARM);
	assert_int_equal(vfu_dma_read(f->server, 0x10000, &word, 4), 0);
	close(fd);
}

static void a_process_that_is_to_die_does_so_and_no_sooner(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (!child) {
		arm(VFU_FAULT_KILLED, VFU_AT_DMA_READ, 1, 1);
		if (vfu_fault_off_bus(&faults, VFU_AT_READ) ||
		    vfu_fault_off_bus(&faults, VFU_AT_DMA_READ))
			_exit(1);
		vfu_fault_off_bus(&faults, VFU_AT_DMA_READ);
		_exit(2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define logic_test(f) cmocka_unit_test_setup_teardown(f, faults_setup, faults_teardown)
#define device_test(f) cmocka_unit_test_setup_teardown(f, device_setup, device_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		logic_test(nothing_strikes_that_was_not_armed),
		logic_test(a_fault_lets_chances_pass_and_strikes_so_often),
		logic_test(chances_elsewhere_do_not_count),
		logic_test(a_fault_for_ever_ends_when_it_is_disarmed),
		logic_test(the_model_hears_of_every_change),
		logic_test(the_command_line_arms_what_it_says),
		logic_test(a_command_line_that_is_wrong_arms_nothing),
		device_test(every_fault_can_be_found_by_its_name),
		device_test(a_guest_arms_asks_and_disarms),
		device_test(nothing_but_a_command_has_an_effect),
		device_test(a_reset_of_the_card_leaves_armed_what_is_armed),
		device_test(a_card_off_the_bus_answers_ones_and_loses_writes),
		device_test(a_card_falls_off_the_bus_at_the_access_asked_for),
		device_test(dma_is_refused_where_and_when_asked_for),
		logic_test(a_process_that_is_to_die_does_so_and_no_sooner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
