// SPDX-License-Identifier: GPL-2.0-only
/* Firmware: resets by every way the card has, and the mailbox. */
#include "testbed.h"

#include <stdatomic.h>
#include <sched.h>

#include "crc32c.h"

#define REQUEST		(4u << 20)
#define RESPONSE	(5u << 20)

/* Misc RAM and BAR 2 layouts: the two handshakes as the published driver does */
static void reset_by_misc_ram(struct bed *bed, uint32_t kind, uint32_t map)
{
	misc_write(bed, TRN2_MR_RESET_MAP, map);
	misc_write(bed, TRN2_MR_RESET, kind);
	misc_write(bed, TRN2_MR_DOORBELL, 1);
	apb_wait(bed, TRN2_APB_MISC_RAM + TRN2_MR_RESET, UINT32_MAX, 0);
	apb_wait(bed, TRN2_APB_MISC_RAM + TRN2_MR_STATUS, TRN2_STATUS_IN_RESET, 0);
}

static void reset_by_register(struct bed *bed, uint32_t map)
{
	apb_write(bed, TRN2_APB_RESET_QEMU, map);
	apb_wait(bed, TRN2_APB_RESET_QEMU, UINT32_MAX, 0);
}

static void reset_device(struct bed *bed, unsigned int way)
{
	if (way == 0)
		reset_by_misc_ram(bed, TRN2_RESET_DEVICE, 0);
	else if (way == 1)
		trn2_card_reset(bed->card);
	else
		reset_by_register(bed, 0);
}

static void a_device_reset_forgets_all_but_memory_and_notes(void **state)
{
	struct bed *bed = *state;
	unsigned int ways = strcmp(bed->layout, "silicon") ? 3 : 2;

	for (unsigned int way = 0; way < ways; way++) {
		struct bed_queue q;

		bed_engine_init(bed, 129);
		q = bed_queue_host(bed, 129, 0);
		copy(&q, host_addr(0), hbm_addr(0, 0), 64);
		q_wait(&q, DST);
		fill(hbm_at(bed, 2, 0), 4096, way);
		apb_write(bed, TRN2_APB_CORE(0) + TRN2_CORE_SEM_SET, 1);
		apb_write(bed, TRN2_APB_CORE(0), 1);
		misc_write(bed, TRN2_MR_METRIC, 7);
		misc_write(bed, TRN2_MR_POD_STATUS, 3);
		misc_write(bed, TRN2_MR_RUNTIME_1, 4);
		reset_device(bed, way);
		assert_int_equal(q_read(&q, SRC, UDMA_Q_CFG), UDMA_Q_CFG_RESET);
		assert_int_equal(q_read(&q, SRC, UDMA_Q_BASE_LO), 0);
		assert_int_equal(q_read(&q, DST, UDMA_Q_COMP_HEAD), 1u << 30);
		assert_int_equal(q_read(&q, DST, UDMA_S2M_Q_PKT_COUNT), 0);
		assert_int_equal(eng_read(bed, 129, UDMA_M2S_CFG_LEN), UDMA_CFG_LEN_MAX_PKT);
		assert_int_equal(eng_read(bed, 129, UDMA_IOFIC_SECONDARY(0) +
					  UDMA_IOFIC_ABORT_MASK), UINT32_MAX);
		assert_int_equal(apb_read(bed, TRN2_APB_CORE(0) + TRN2_CORE_SEM_READ), 0);
		assert_int_equal(apb_read(bed, TRN2_APB_CORE(0)), 0);
		assert_int_equal(misc_read(bed, TRN2_MR_METRIC), 0);
		assert_int_equal(misc_read(bed, TRN2_MR_POD_STATUS), 3);
		assert_int_equal(misc_read(bed, TRN2_MR_RUNTIME_1), 4);
		assert_int_equal(misc_read(bed, TRN2_MR_SERIAL_LO), 0x55667788);
		assert_int_equal(misc_read(bed, TRN2_MR_STATUS), 0);
		assert_filled(hbm_at(bed, 2, 0), 4096, way);
	}
}

/* Core 3: its 16 engines, its window and its notification blocks, no others */
static void a_core_reset_touches_that_core_alone(void **state)
{
	struct bed *bed = *state;
	uint32_t map = TRN2_RESET_MAP_CORE(3) | TRN2_RESET_MAP_ENGINES(3) |
		       TRN2_RESET_MAP_TOP_SP(3);
	unsigned int ways = strcmp(bed->layout, "silicon") ? 2 : 1;

	for (unsigned int way = 0; way < ways; way++) {
		for (unsigned int e = 0; e < TRN2_ENGINES; e++)
			eng_write(bed, e, UDMA_M2S_Q(1) + UDMA_Q_LEN, 64);
		for (unsigned int c = 0; c < TRN2_CORES; c++)
			apb_write(bed, TRN2_APB_CORE(c) + TRN2_CORE_SEM_SET, 1);
		if (way)
			reset_by_register(bed, map);
		else
			reset_by_misc_ram(bed, TRN2_RESET_CORES, map);
		for (unsigned int e = 0; e < TRN2_ENGINES; e++)
			assert_int_equal(eng_read(bed, e, UDMA_M2S_Q(1) + UDMA_Q_LEN),
					 e >= 48 && e < 64 ? 0 : 64);
		for (unsigned int c = 0; c < TRN2_CORES; c++)
			assert_int_equal(apb_read(bed, TRN2_APB_CORE(c) +
						  TRN2_CORE_SEM_READ), c != 3);
	}
}

/* The register of the one layout means nothing in the other */
static void silicon_has_no_reset_register(void **state)
{
	struct bed *bed = *state;

	apb_write(bed, TRN2_APB_CORE(0) + TRN2_CORE_SEM_SET, 1);
	apb_write(bed, TRN2_APB_RESET_QEMU, 0x01010101);
	assert_int_equal(apb_read(bed, TRN2_APB_RESET_QEMU), 0x01010101);
	assert_int_equal(apb_read(bed, TRN2_APB_CORE(0) + TRN2_CORE_SEM_READ), 1);
}

/* Nothing is written after a reset that was seen to be over */
static void a_reset_in_mid_copy_stops_the_copy(void **state)
{
	struct bed *bed = *state;

	for (unsigned int way = 0; way < 4; way++) {
		struct bed_queue q;

		bed_engine_init(bed, 129);
		q = bed_queue_init(bed, 129, 0, 4096, host_addr(16 << 20),
				   host_addr(17 << 20));
		for (unsigned int i = 0; i < 4000; i++) {
			put_src(&q, hbm_addr(0, 0), 65536, ONE);
			put_dst(&q, hbm_addr(1, 0), 65536, 0);
		}
		memset(hbm_at(bed, 0, 0), 0xaa, 65536);
		ring(&q, DST, 4000);
		ring(&q, SRC, 4000);
		apb_wait(bed, engine_apb(129) + UDMA_M2S_STATE, 1, 1);
		if (way == 3) {
			q_write(&q, SRC, UDMA_Q_CFG, UDMA_Q_CFG_RESET);
			q_write(&q, DST, UDMA_Q_CFG, UDMA_Q_CFG_RESET);
			q_write(&q, SRC, UDMA_M2S_Q_SW_CTRL, UDMA_Q_SW_CTRL_RST_Q);
			q_write(&q, DST, UDMA_S2M_Q_SW_CTRL, UDMA_Q_SW_CTRL_RST_Q);
		} else {
			reset_device(bed, way);
		}
		assert_int_equal(q_read(&q, SRC, UDMA_Q_TAIL), 1u << 30);
		assert_int_equal(bed->memory.pins, 0);
		memset(hbm_at(bed, 1, 0), 0x55, 65536);
		bed_settle(bed);
		for (unsigned int i = 0; i < 65536; i++)
			assert_int_equal(*hbm_at(bed, 1, i), 0x55);
		q = bed_queue_host(bed, 129, 0);
		copy(&q, hbm_addr(0, 0), hbm_addr(1, 0), 4096);
		q_wait(&q, DST);
	}
}

struct message {
	uint8_t sequence;
	uint8_t command;
	uint16_t size;
	uint32_t crc;
	uint64_t data[200];
};

struct reply {
	_Atomic uint8_t sequence;
	uint8_t error;
	uint16_t size;
	uint32_t values[100];
};

static void mailbox_at(struct bed *bed, uint64_t request, uint64_t response)
{
	misc_write(bed, TRN2_MR_REQUEST_LO, (uint32_t)request);
	misc_write(bed, TRN2_MR_REQUEST_HI, request >> 32);
	misc_write(bed, TRN2_MR_RESPONSE_LO, (uint32_t)response);
	misc_write(bed, TRN2_MR_RESPONSE_HI, response >> 32);
}

static void ask_in_vain(struct bed *bed, struct message *req)
{
	uint32_t len = req->size < sizeof(*req) ? req->size : sizeof(*req);

	req->crc = 0;
	req->crc = trn2_crc32c(req, len);
	memcpy(host_at(bed, REQUEST), req, sizeof(*req));
	misc_write(bed, TRN2_MR_DOORBELL, 1);
}

static struct reply *ask(struct bed *bed, struct message *req)
{
	struct reply *rsp = (struct reply *)host_at(bed, RESPONSE);

	mailbox_at(bed, host_addr(REQUEST), host_addr(RESPONSE));
	atomic_store(&rsp->sequence, 0);
	ask_in_vain(bed, req);
	while (atomic_load(&rsp->sequence) != req->sequence)
		sched_yield();
	return rsp;
}

static void the_crc_is_the_published_one(void **state)
{
	(void)state;
	assert_int_equal(trn2_crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(trn2_crc32c("", 0), 0);
}

static void the_mailbox_reads_registers(void **state)
{
	struct bed *bed = *state;
	struct message req = { .sequence = 1, .command = TRN2_MBOX_READ, .size = 32 };
	struct reply *rsp;

	req.data[0] = TRN2_ADDR_MISC_RAM + TRN2_MR_SERIAL_LO;
	req.data[1] = TRN2_ADDR_MISC_RAM + TRN2_MR_SERIAL_HI;
	req.data[2] = 0x8006900000 + UDMA_M2S_Q(0) + UDMA_Q_CFG;
	rsp = ask(bed, &req);
	assert_int_equal(rsp->error, TRN2_MBOX_OK);
	assert_int_equal(rsp->size, 16);
	assert_int_equal(rsp->values[0], 0x55667788);
	assert_int_equal(rsp->values[1], 0x11223344);
	assert_int_equal(rsp->values[2], UDMA_Q_CFG_RESET);
	req.sequence = 255;
	req.size = 8 + 8 * 100;
	for (unsigned int i = 0; i < 100; i++)
		req.data[i] = TRN2_ADDR_MISC_RAM;
	rsp = ask(bed, &req);
	assert_int_equal(rsp->size, 404);
	assert_int_equal(rsp->error, TRN2_MBOX_OK);
}

static void the_mailbox_takes_metrics(void **state)
{
	struct bed *bed = *state;
	struct message req = { .sequence = 9, .command = TRN2_MBOX_POST_METRIC, .size = 136 };

	assert_int_equal(ask(bed, &req)->error, TRN2_MBOX_OK);
	req.sequence++;
	req.size++;
	assert_int_equal(ask(bed, &req)->error, TRN2_MBOX_FAILED);
}

static void requests_that_are_wrong_get_a_refusal(void **state)
{
	struct bed *bed = *state;
	struct message good = { .sequence = 1, .command = TRN2_MBOX_READ, .size = 16 };
	struct message req = good;
	struct reply *rsp = (struct reply *)host_at(bed, RESPONSE);

	req.data[0] = 0x1234;			/* not a register */
	assert_int_equal(ask(bed, &req)->error, TRN2_MBOX_FAILED);
	req.sequence++;
	req.data[0] = TRN2_ADDR_MISC_RAM + 2;	/* not aligned */
	assert_int_equal(ask(bed, &req)->error, TRN2_MBOX_FAILED);
	req.sequence++;
	req.size = 8 + 8 * 101;			/* too many */
	assert_int_equal(ask(bed, &req)->error, TRN2_MBOX_FAILED);
	req.sequence++;
	req.size = 4;				/* shorter than its own header */
	assert_int_equal(ask(bed, &req)->error, TRN2_MBOX_FAILED);
	req.sequence++;
	req.size = 8;
	req.command = 3;
	assert_int_equal(ask(bed, &req)->error, TRN2_MBOX_UNKNOWN);
	req = good;
	req.sequence = 77;
	req.data[0] = TRN2_ADDR_MISC_RAM;
	mailbox_at(bed, host_addr(REQUEST), host_addr(RESPONSE));
	memcpy(host_at(bed, REQUEST), &req, sizeof(req));	/* no CRC */
	misc_write(bed, TRN2_MR_DOORBELL, 1);
	while (atomic_load(&rsp->sequence) != 77)
		sched_yield();
	assert_int_equal(rsp->error, TRN2_MBOX_FAILED);
	assert_int_equal(rsp->size, 4);
}

/* Buffers that are nowhere, and sizes beyond them: no answer, and no harm */
static void buffers_that_are_nowhere_are_survived(void **state)
{
	struct bed *bed = *state;
	struct message req = { .sequence = 3, .command = TRN2_MBOX_READ, .size = 8 };

	mailbox_at(bed, UINT64_MAX - 2, host_addr(RESPONSE));
	ask_in_vain(bed, &req);
	mailbox_at(bed, host_addr(REQUEST), 0x1200000000);
	ask_in_vain(bed, &req);
	req.size = 0xffff;
	mailbox_at(bed, host_addr(BED_HOST_SIZE + BED_MESSAGE_SIZE - 8), host_addr(RESPONSE));
	ask_in_vain(bed, &req);
	req.size = 8;
	req.sequence = 4;
	assert_int_equal(ask(bed, &req)->error, TRN2_MBOX_OK);
}

#define BED(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
#define ONE_WORKER(test) \
	cmocka_unit_test_setup_teardown(test, bed_setup_one_worker, bed_teardown)
#define SILICON(test) \
	{ #test " (silicon)", test, bed_setup_silicon, bed_teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED(a_device_reset_forgets_all_but_memory_and_notes),
		SILICON(a_device_reset_forgets_all_but_memory_and_notes),
		BED(a_core_reset_touches_that_core_alone),
		SILICON(a_core_reset_touches_that_core_alone),
		SILICON(silicon_has_no_reset_register),
		ONE_WORKER(a_reset_in_mid_copy_stops_the_copy),
		cmocka_unit_test(the_crc_is_the_published_one),
		BED(the_mailbox_reads_registers),
		SILICON(the_mailbox_reads_registers),
		BED(the_mailbox_takes_metrics),
		BED(requests_that_are_wrong_get_a_refusal),
		BED(buffers_that_are_nowhere_are_survived),
	};

	return cmocka_run_group_tests_name("trainium2 firmware", tests, NULL, NULL);
}
