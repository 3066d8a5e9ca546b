// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts, from the model's call to the client's event. */
#include "vfio-user/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTFD (VFIO_IRQ_SET_DATA_EVENTFD)
#define NONE	(VFIO_IRQ_SET_DATA_NONE)
#define BOOL	(VFIO_IRQ_SET_DATA_BOOL)
#define TRIGGER	(VFIO_IRQ_SET_ACTION_TRIGGER)
#define MASK	(VFIO_IRQ_SET_ACTION_MASK)
#define UNMASK	(VFIO_IRQ_SET_ACTION_UNMASK)
#define INTX	VFIO_PCI_INTX_IRQ_INDEX
#define MSI	VFIO_PCI_MSI_IRQ_INDEX
#define MSIX	VFIO_PCI_MSIX_IRQ_INDEX

static struct client c;
static int event[4];

static int setup(void **state)
{
	int i;

	if (fixture_setup(state))
		return -1;
	for (i = 0; i < 4; i++)
		event[i] = make_event();
	client_open(&c, ((struct fixture *)*state)->server);
	return 0;
}

static int teardown(void **state)
{
	int i, ret = client_close(&c);

	for (i = 0; i < 4; i++)
		close(event[i]);
	return ret ? ret : fixture_teardown(state);
}

static int set(uint32_t index, uint32_t flags, uint32_t start, uint32_t count,
	       unsigned int n_fds)
{
	return client_set_irqs(&c, index, flags, start, count, event, n_fds);
}

static void enable_msix(void)
{
	uint32_t at = 0x34;
	uint8_t id;

	for (;;) {
		at = client_read_config(&c, at, 1);
		id = client_read_config(&c, at, 1);
		if (id == PCI_CAP_ID_MSIX)
			break;
		at++;
	}
	client_write_config(&c, at + PCI_MSIX_FLAGS,
			    PCI_MSIX_FLAGS_ENABLE, 2);
}

static void test_what_there_is(void **state)
{
	const uint32_t counts[] = { 1, FIX_MSI, FIX_MSIX, 1, 0 };
	static struct answer answer;
	uint32_t i, info[4];

	(void)state;
	for (i = 0; i < 5; i++) {
		const struct vfio_irq_info request = {
			.argsz = sizeof(request), .index = i,
		};

		assert_int_equal(client_call(&c, VFU_DEVICE_GET_IRQ_INFO,
					     &request, sizeof(request),
					     &answer), 0);
		assert_int_equal(answer.size, 16);
		memcpy(info, answer.payload, 16);
		assert_int_equal(info[2], i);
		assert_int_equal(info[3], counts[i]);
		assert_true(info[1] & VFIO_IRQ_INFO_EVENTFD);
		assert_int_equal(!!(info[1] & VFIO_IRQ_INFO_AUTOMASKED),
				 i == INTX);
	}
}

static void test_msix_reaches_its_vector(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(vfu_irq_trigger(f->server, 0), -EAGAIN);
	assert_int_equal(set(MSIX, EVENTFD | TRIGGER, 66, 4, 4), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 67), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 69), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 69), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 70), -EINVAL);
	assert_int_equal(take_event(event[0]), 0);
	assert_int_equal(take_event(event[1]), 1);
	assert_int_equal(take_event(event[2]), 0);
	assert_int_equal(take_event(event[3]), 2);

	assert_int_equal(set(MSIX, NONE | TRIGGER, 0, 0, 0), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 67), -EAGAIN);
}

/* An interrupt that comes while its event is away is not lost. */
static void test_pending_until_there_is_an_event(void **state)
{
	struct fixture *f = *state;
	uint8_t pba[16];

	enable_msix();
	assert_int_equal(vfu_irq_trigger(f->server, 65), 0);
	assert_int_equal(client_read(&c, FIX_MSIX_BAR, FIX_MSIX_PBA, pba, 16),
			 0);
	assert_memory_equal(pba, "\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16);
	assert_int_equal(client_write(&c, FIX_MSIX_BAR, FIX_MSIX_PBA, "\xff", 1),
			 0);
	assert_int_equal(set(MSIX, EVENTFD | TRIGGER, 64, 2, 2), 0);
	assert_int_equal(take_event(event[0]), 0);
	assert_int_equal(take_event(event[1]), 1);
	assert_int_equal(client_read(&c, FIX_MSIX_BAR, FIX_MSIX_PBA + 8, pba, 1),
			 0);
	assert_int_equal(pba[0], 0);

	/* A reset forgets what is pending. */
	assert_int_equal(set(MSIX, EVENTFD | TRIGGER, 65, 1, 0), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 65), 0);
	assert_int_equal(client_call(&c, VFU_DEVICE_RESET, NULL, 0, NULL), 0);
	assert_int_equal(set(MSIX, EVENTFD | TRIGGER, 65, 1, 1), 0);
	assert_int_equal(take_event(event[0]), 0);
}

static void test_masking_by_action(void **state)
{
	struct fixture *f = *state;
	struct {
		struct vfio_irq_set set;
		uint8_t bools[2];
	} __attribute__((packed)) msg = {
		{ .argsz = sizeof(msg), .flags = BOOL | MASK, .index = MSIX,
		  .start = 0, .count = 2 }, { 0, 1 },
	};

	assert_int_equal(set(MSIX, EVENTFD | TRIGGER, 0, 2, 2), 0);
	assert_int_equal(client_call(&c, VFU_DEVICE_SET_IRQS, &msg, 22, NULL),
			 0);
	assert_int_equal(vfu_irq_trigger(f->server, 0), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 1), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 1), 0);
	assert_int_equal(take_event(event[0]), 1);
	assert_int_equal(take_event(event[1]), 0);
	assert_int_equal(set(MSIX, NONE | UNMASK, 0, 2, 0), 0);
	assert_int_equal(take_event(event[1]), 1);

	/* The client may fire one itself, chosen by booleans too. */
	msg.set.flags = BOOL | TRIGGER;
	assert_int_equal(client_call(&c, VFU_DEVICE_SET_IRQS, &msg, 22, NULL),
			 0);
	assert_int_equal(take_event(event[0]), 0);
	assert_int_equal(take_event(event[1]), 1);
}

static void test_msi_when_there_is_no_msix(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(MSI, EVENTFD | TRIGGER, 0, 4, 4), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 3), 0);
	assert_int_equal(take_event(event[3]), 1);
	/* In range for MSI-X, but that is not what is enabled. */
	assert_int_equal(vfu_irq_trigger(f->server, 4), -EINVAL);
}

static void test_line_is_a_level(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(INTX, EVENTFD | TRIGGER, 0, 1, 1), 0);
	assert_int_equal(vfu_intx_set(f->server, true), 0);
	assert_int_equal(vfu_intx_set(f->server, true), 0);
	assert_int_equal(take_event(event[0]), 1);	/* masked itself */
	assert_int_equal(set(INTX, NONE | UNMASK, 0, 1, 0), 0);
	assert_int_equal(take_event(event[0]), 1);	/* still up */
	assert_int_equal(vfu_intx_set(f->server, false), 0);
	assert_int_equal(set(INTX, NONE | UNMASK, 0, 1, 0), 0);
	assert_int_equal(take_event(event[0]), 0);

	/* Up while masked: as soon as it is unmasked. */
	assert_int_equal(set(INTX, NONE | MASK, 0, 1, 0), 0);
	assert_int_equal(vfu_intx_set(f->server, true), 0);
	assert_int_equal(take_event(event[0]), 0);
	assert_int_equal(set(INTX, NONE | UNMASK, 0, 1, 0), 0);
	assert_int_equal(take_event(event[0]), 1);
}

/* KVM unmasks the line by an event of its own, with no message. */
static void test_line_unmasked_by_event(void **state)
{
	struct fixture *f = *state;
	const uint64_t one = 1;
	struct pollfd fired;

	assert_int_equal(set(INTX, EVENTFD | TRIGGER, 0, 1, 1), 0);
	assert_int_equal(client_set_irqs(&c, INTX, EVENTFD | UNMASK, 0, 1,
					 &event[1], 1), 0);
	assert_int_equal(vfu_intx_set(f->server, true), 0);
	assert_int_equal(take_event(event[0]), 1);
	assert_int_equal(write(event[1], &one, 8), 8);
	fired = (struct pollfd) { .fd = event[0], .events = POLLIN };
	assert_int_equal(poll(&fired, 1, 30000), 1);
	assert_int_equal(take_event(event[0]), 1);
	/* Replaced, taken away */
	assert_int_equal(client_set_irqs(&c, INTX, EVENTFD | UNMASK, 0, 1,
					 &event[2], 1), 0);
	assert_int_equal(client_set_irqs(&c, INTX, EVENTFD | UNMASK, 0, 1, NULL,
					 0), 0);
}

static void test_error_of_the_device(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(vfu_report_error(f->server), -EAGAIN);
	assert_int_equal(set(VFIO_PCI_ERR_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, 1),
			 0);
	assert_int_equal(take_event(event[0]), 0);
	assert_int_equal(vfu_report_error(f->server), 0);
	assert_int_equal(take_event(event[0]), 1);
}

static void test_nonsense_is_refused(void **state)
{
	const struct {
		uint32_t index, flags, start, count, n_fds;
	} bad[] = {
		{ 5, NONE | TRIGGER, 0, 1, 0 },
		{ UINT32_MAX, NONE | TRIGGER, 0, 1, 0 },
		{ MSIX, EVENTFD | TRIGGER, 69, 2, 2 },
		{ MSIX, EVENTFD | TRIGGER, UINT32_MAX, 2, 2 },
		{ MSIX, EVENTFD | TRIGGER, 0, UINT32_MAX, 2 },
		{ MSIX, EVENTFD | TRIGGER, 0, 3, 2 },
		{ MSIX, EVENTFD | TRIGGER, 0, 0, 0 },
		{ MSIX, EVENTFD | MASK, 0, 1, 1 },
		{ MSIX, EVENTFD | UNMASK, 0, 1, 1 },
		{ INTX, EVENTFD | MASK, 0, 1, 1 },
		{ INTX, EVENTFD | TRIGGER, 0, 1, 2 },
		{ MSIX, NONE | TRIGGER, 0, 1, 1 },
		{ MSIX, NONE | TRIGGER, 1, 0, 0 },
		{ MSIX, NONE | MASK, 0, 0, 0 },
		{ MSIX, NONE, 0, 1, 0 },
		{ MSIX, TRIGGER, 0, 1, 0 },
		{ MSIX, NONE | BOOL | TRIGGER, 0, 1, 0 },
		{ MSIX, NONE | TRIGGER | MASK, 0, 1, 0 },
		{ MSIX, NONE | TRIGGER | 64, 0, 1, 0 },
		{ MSIX, BOOL | TRIGGER, 0, 1, 0 },
		{ VFIO_PCI_ERR_IRQ_INDEX, NONE | MASK, 0, 1, 0 },
		{ VFIO_PCI_REQ_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, 1 },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (set(bad[i].index, bad[i].flags, bad[i].start, bad[i].count,
			bad[i].n_fds) != -EINVAL)
			fail_msg("case %zu was not refused", i);
	assert_int_equal(vfu_irq_trigger(f->server, 0), -EAGAIN);
}

/*
 * A write to a pipe whose reader is gone would kill the process, one to a full
 * eventfd would block it: neither must happen to a server.
 */
static void test_events_that_are_traps(void **state)
{
	const uint64_t full = UINT64_MAX - 1;
	struct fixture *f = *state;
	int fds[2], blocking;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(client_set_irqs(&c, MSIX, EVENTFD | TRIGGER, 0, 1,
					 &fds[1], 1), -EINVAL);
	assert_int_equal(client_set_irqs(&c, MSIX, EVENTFD | TRIGGER, 0, 2,
					 (int[]) { event[0], fds[1] }, 2),
			 -EINVAL);
	assert_int_equal(client_set_irqs(&c, MSIX, EVENTFD | TRIGGER, 0, 1,
					 &c.fd, 1), -EINVAL);
	assert_int_equal(client_set_irqs(&c, MSIX, EVENTFD | TRIGGER, 0, 1,
					 &f->whole_fd, 1), -EINVAL);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(vfu_irq_trigger(f->server, 0), -EAGAIN);

	blocking = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(write(blocking, &full, 8), 8);
	assert_int_equal(client_set_irqs(&c, MSIX, EVENTFD | TRIGGER, 0, 1,
					 &blocking, 1), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 0), 0);
	close(blocking);
}

static void test_a_client_takes_its_events_along(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(MSIX, EVENTFD | TRIGGER, 0, 2, 2), 0);
	assert_int_equal(client_close(&c), 0);
	assert_int_equal(vfu_irq_trigger(f->server, 0), -EAGAIN);
	assert_int_equal(take_event(event[0]), 0);
	client_open(&c, f->server);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_there_is),
		TEST(test_msix_reaches_its_vector),
		TEST(test_pending_until_there_is_an_event),
		TEST(test_masking_by_action),
		TEST(test_msi_when_there_is_no_msix),
		TEST(test_line_is_a_level),
		TEST(test_line_unmasked_by_event),
		TEST(test_error_of_the_device),
		TEST(test_nonsense_is_refused),
		TEST(test_events_that_are_traps),
		TEST(test_a_client_takes_its_events_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
