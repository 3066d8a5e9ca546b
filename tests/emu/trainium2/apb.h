/* SPDX-License-Identifier: GPL-2.0-only */
/* The register space: which block an APB offset belongs to. */
#ifndef TRN2_APB_H
#define TRN2_APB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trn2_card;

/** trn2_apb_of() - APB offset of a register address of the engines; or false */
bool trn2_apb_of(uint64_t addr, uint64_t *off, size_t *len);

/** trn2_apb_memory() - on-chip memory at @off; cuts @len; NULL: registers */
uint8_t *trn2_apb_memory(struct trn2_card *card, uint64_t off, size_t *len);

/** trn2_apb_read() - one register; @off a multiple of four */
uint32_t trn2_apb_read(struct trn2_card *card, uint64_t off);

/** trn2_apb_write() - by the host */
void trn2_apb_write(struct trn2_card *card, uint64_t off, uint32_t value);

/**
 * trn2_apb_write_dma() - by an engine
 *
 * Engines ring doorbells and set semaphores. They do not configure each other:
 * two that tried could wait for one another. Return: false: refused.
 */
bool trn2_apb_write_dma(struct trn2_card *card, uint64_t off, uint32_t value);

#endif
