// SPDX-License-Identifier: GPL-2.0-only
#include "rom.h"

#include <pthread.h>
#include <string.h>

#include "../../../driver/nvidia/ga100_regs.h"

/*
 * The headers are PCI's (firmware specification, 3.0). The tables are those that
 * nouveau looks for (subdev/bios/bit.c, M0203.c, rammap.c, dcb.c, base.c): a list of
 * tokens, each with a letter, a version, a length and the offset of its data.
 */
#define AT_PCIR		0x040
#define AT_BIT		0x080
#define AT_TOKEN_I	0x100	/* initialisation: nothing to do */
#define AT_TOKEN_i	0x140	/* version of this image */
#define AT_TOKEN_M	0x160	/* memory */
#define AT_TOKEN_P	0x180	/* performance */
#define AT_MEMORY	0x1a0	/* kinds of memory, by strap */
#define AT_RAMMAP	0x1c0	/* memory clocks: none */
#define AT_DCB		0x1e0	/* displays: none */

#define TOKENS		4
#define TOKEN_SIZE	6
#define BLOCK		512
#define FAR_RETURN	0xcb

static uint8_t rom[GA100_ROM_SIZE];

static void put(uint32_t at, const void *bytes, size_t len)
{
	memcpy(rom + at, bytes, len);
}

static void put16(uint32_t at, uint16_t value)
{
	rom[at] = value;
	rom[at + 1] = value >> 8;
}

static void make_pci_headers(void)
{
	put(0, "\x55\xaa", 2);
	rom[2] = GA100_ROM_SIZE / BLOCK;
	/* A PC calls what follows: return from there */
	rom[3] = FAR_RETURN;
	put16(0x18, AT_PCIR);
	put(AT_PCIR, "PCIR", 4);
	put16(AT_PCIR + 0x04, GA100_PCI_VENDOR);
	put16(AT_PCIR + 0x06, GA100_PCI_DEVICE);
	put16(AT_PCIR + 0x0a, 0x18);
	rom[AT_PCIR + 0x0e] = GA100_PCI_CLASS >> 8 & 0xff;
	rom[AT_PCIR + 0x0f] = GA100_PCI_CLASS >> 16;
	put16(AT_PCIR + 0x10, GA100_ROM_SIZE / BLOCK);
	rom[AT_PCIR + 0x15] = 0x80;
}

static void put_token(unsigned int index, char letter, uint8_t version, uint16_t len, uint16_t at)
{
	uint32_t token = AT_BIT + 12 + TOKEN_SIZE * index;

	rom[token] = letter;
	rom[token + 1] = version;
	put16(token + 2, len);
	put16(token + 4, at);
}

static void make_tables(void)
{
	put(AT_BIT, "\xff\xb8" "BIT", 6);
	rom[AT_BIT + 9] = TOKEN_SIZE;
	rom[AT_BIT + 10] = TOKENS;
	put_token(0, 'I', 1, 0x20, AT_TOKEN_I);
	put_token(1, 'i', 2, 0x10, AT_TOKEN_i);
	put_token(2, 'M', 2, 0x08, AT_TOKEN_M);
	put_token(3, 'P', 2, 0x20, AT_TOKEN_P);
	put(AT_TOKEN_i, "\x01\x00\x00\x92", 4);
	put16(AT_TOKEN_M + 3, AT_MEMORY);
	put16(AT_TOKEN_P + 4, AT_RAMMAP);
	/* Version, header, entry length, one entry, chosen by strap: HBM2 at strap 0 */
	put(AT_MEMORY, "\x10\x07\x0a\x01", 4);
	rom[AT_MEMORY + 7] = 0x06;
	put(AT_RAMMAP, "\x11\x15", 2);
	/* Version, header, no entries of eight bytes, signature */
	put16(0x36, AT_DCB);
	put(AT_DCB, "\x41\x1b\x00\x08\x00\x00\xcb\xbd\xdc\x4e", 10);
}

static void make(void)
{
	uint8_t sum = 0;

	make_pci_headers();
	make_tables();
	for (uint32_t i = 0; i < GA100_ROM_SIZE; i++)
		sum += rom[i];
	rom[GA100_ROM_SIZE - 1] = -sum;
}

const uint8_t *ga100_rom(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make);
	return rom;
}
