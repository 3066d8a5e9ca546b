// SPDX-License-Identifier: GPL-2.0-only
/* Requests to firmware: read registers, post a metric. */
#include <string.h>

#include "address.h"
#include "apb.h"
#include "crc32c.h"
#include "model.h"

struct request {
	uint8_t sequence;
	uint8_t command;
	uint16_t size;
	uint32_t crc;
	uint8_t data[TRN2_MBOX_SIZE_MAX];
};

struct response {
	uint8_t sequence;
	uint8_t error;
	uint16_t size;
	uint32_t values[TRN2_MBOX_READ_MAX];
};

static uint64_t address(struct trn2_card *card, uint32_t hi, uint32_t lo)
{
	return (uint64_t)trn2_misc_ram_read(&card->misc_ram, hi) << 32 |
	       trn2_misc_ram_read(&card->misc_ram, lo);
}

/* The header first: it says how much there is. The host may lie, or change it. */
static bool receive(struct trn2_card *card, struct request *req)
{
	uint64_t at = address(card, TRN2_MR_REQUEST_HI, TRN2_MR_REQUEST_LO);

	return trn2_read(card, true, at, req, TRN2_MBOX_REQ_DATA) &&
	       (req->size <= TRN2_MBOX_REQ_DATA ||
		trn2_read(card, true, at + TRN2_MBOX_REQ_DATA, req->data,
			  req->size - TRN2_MBOX_REQ_DATA));
}

static bool crc_holds(struct request *req)
{
	uint32_t crc = req->crc;

	req->crc = 0;
	return trn2_crc32c(req, req->size) == crc;
}

static uint8_t read_registers(struct trn2_card *card, const struct request *req,
			      struct response *rsp)
{
	size_t count = (req->size - TRN2_MBOX_REQ_DATA) / sizeof(uint64_t);

	if (count > TRN2_MBOX_READ_MAX)
		return TRN2_MBOX_FAILED;
	for (size_t i = 0; i < count; i++) {
		size_t len = 4;
		uint64_t addr, off;

		memcpy(&addr, req->data + i * sizeof(addr), sizeof(addr));
		if (addr % 4 || !trn2_apb_of(addr, &off, &len))
			return TRN2_MBOX_FAILED;
		rsp->values[i] = trn2_apb_read(card, off);
	}
	rsp->size += count * sizeof(uint32_t);
	return TRN2_MBOX_OK;
}

static uint8_t carry_out(struct trn2_card *card, struct request *req,
			 struct response *rsp)
{
	if (req->size < TRN2_MBOX_REQ_DATA || !crc_holds(req))
		return TRN2_MBOX_FAILED;
	switch (req->command) {
	case TRN2_MBOX_READ:
		return read_registers(card, req, rsp);
	case TRN2_MBOX_POST_METRIC:
		return req->size - TRN2_MBOX_REQ_DATA <= TRN2_MR_METRIC_SIZE ?
		       TRN2_MBOX_OK : TRN2_MBOX_FAILED;
	default:
		return TRN2_MBOX_UNKNOWN;
	}
}

/* The host waits for the sequence number, so the word with it goes last */
static void send(struct trn2_card *card, const struct response *rsp)
{
	uint64_t at = address(card, TRN2_MR_RESPONSE_HI, TRN2_MR_RESPONSE_LO);

	if (trn2_write(card, true, at + TRN2_MBOX_RSP_DATA, rsp->values,
		       rsp->size - TRN2_MBOX_RSP_DATA))
		trn2_write(card, true, at, rsp, TRN2_MBOX_RSP_DATA);
}

void trn2_mailbox_answer(struct trn2_card *card)
{
	struct request req = { 0 };
	struct response rsp = { .size = TRN2_MBOX_RSP_DATA };

	if (vfu_fault(&card->faults, TRN2_FAULT_MAILBOX, 0, NULL))
		return;
	if (!receive(card, &req) || !req.sequence)
		return;
	rsp.error = carry_out(card, &req, &rsp);
	rsp.sequence = req.sequence;
	send(card, &rsp);
}
