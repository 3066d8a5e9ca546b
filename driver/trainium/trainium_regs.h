/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trainium2: PCI identity, address maps and the registers outside the UDMA
 * engines (those are in udma_regs.h).
 *
 * Constants only: no include, no type, no code. The driver and the emulator
 * both build on this file. Everything was read from the published driver
 * aws-neuron/aws-neuron-driver (GPL-2.0); each group names the file. "APB" is
 * the register BAR; an APB offset is an offset into it, in bytes.
 */
#ifndef GANTRY_TRAINIUM_REGS_H
#define GANTRY_TRAINIUM_REGS_H

/* Identity: neuron_device.h, neuron_arch.c */
#define TRN2_PCI_VENDOR			0x1d0f
#define TRN2_PCI_DEVICE			0x7364
#define TRN2_PCI_REVISION_QEMU		255	/* the layout for virtual machines */

/*
 * BARs: v3/neuron_dhal_v3.c, v3/address_map.h. Revision 255 moves APB to BAR 2
 * and divides BAR 4 by four, whatever its size. Every other revision has APB
 * in BAR 0 and four windows of 64 GiB in BAR 4, each populated from its start.
 */
#define TRN2_BAR_APB			0
#define TRN2_BAR_APB_QEMU		2
#define TRN2_BAR_HBM			4
#define TRN2_APB_SIZE			0x100000000ULL
#define TRN2_HBM_STACKS			4
#define TRN2_HBM_WINDOW			0x1000000000ULL
#define TRN2_HBM_POPULATED		0x600000000ULL
#define TRN2_HBM_FIRMWARE		0x1000000ULL	/* start of a stack, not ours */

/*
 * What an engine can address: v3/address_map.h. Host memory is a PCI bus
 * address with bit 46 set. B0 to B3 lead to the neighbouring servers, one a
 * quarter of the engines (v3/neuron_pelect.c).
 */
#define TRN2_ADDR_HOST			0x400000000000ULL
#define TRN2_ADDR_HOST_SIZE		0x400000000000ULL
#define TRN2_ADDR_NEIGHBOUR(i)		(0x10000000000000ULL + 0x4000000000000ULL * (i))
#define TRN2_NEIGHBOURS			4
#define TRN2_ADDR_HBM			{ 0, 0x4000000000ULL, 0x800000000000ULL, 0x804000000000ULL }

/*
 * Register space as the engines see it, and where the same registers are in
 * APB. One input/output block a die, two compute halves (SE) a die. Lists with
 * no formula are array initialisers.
 */
#define TRN2_DICE			2
#define TRN2_ADDR_APB_IO(die)		(0x8000000000ULL + 0x800000000000ULL * (die))
#define TRN2_APB_IO(die)		(0x40000000ULL * (die))
#define TRN2_APB_IO_SIZE		0x20000000ULL
#define TRN2_SES			4
#define TRN2_ADDR_APB_SE		{ 0x1000000000ULL, 0x5000000000ULL, \
					  0x801000000000ULL, 0x805000000000ULL }
#define TRN2_APB_SE(i)			(0x80000000ULL + 0x10000000ULL * (i))
#define TRN2_APB_SE_SIZE		0x10000000ULL
#define TRN2_CORES			8
#define TRN2_ADDR_CORE			{ 0x2000000000ULL, 0x3000000000ULL, \
					  0x6000000000ULL, 0x7000000000ULL, \
					  0x802000000000ULL, 0x803000000000ULL, \
					  0x806000000000ULL, 0x807000000000ULL }
#define TRN2_APB_CORE(i)		(0xd0000000ULL + 0x4000000ULL * (i))
#define TRN2_APB_CORE_SIZE		0x4000000ULL
#define TRN2_TOP_SPS			20
#define TRN2_TOP_SPS_PER_DIE		10
#define TRN2_ADDR_TOP_SP(die, n)	(0x8280000000ULL + 0x800000000000ULL * (die) + \
					 0x40000000ULL * (n))
#define TRN2_APB_TOP_SP(i)		(0xf0000000ULL + 0x400000ULL * (i))
#define TRN2_TOP_SP_SIZE		0x400000ULL

/*
 * A core's window: v3/address_map.h, neuron_core.c. On-chip memory first, then
 * 256 events and 256 semaphores of four bytes each.
 */
#define TRN2_CORE_SBUF_SIZE		0x2000000ULL
#define TRN2_CORE_EVENT			0x2700000
#define TRN2_CORE_SEM_READ		0x2701000
#define TRN2_CORE_SEM_SET		0x2701400
#define TRN2_CORE_SEM_ADD		0x2701800
#define TRN2_CORE_SEM_SUB		0x2701c00
#define TRN2_CORE_EVENTS		256
#define TRN2_CORE_SEMS			256

/*
 * UDMA engines: v3/address_map.h, ndma_init_v3() in v3/neuron_dhal_v3.c. 32
 * a compute half, 16 a core, and four that belong to the host: 128 and 130
 * device to host, 129 and 131 host to device (all four copy either way).
 * Engine e is at APB TRN2_APB_SE_ENGINES[e / 32] + TRN2_ENGINE_SIZE * (e % 32),
 * a host engine at TRN2_APB_HOST_ENGINES[e - 128].
 */
#define TRN2_ENGINES			132
#define TRN2_ENGINES_PER_SE		32
#define TRN2_ENGINES_PER_CORE		16
#define TRN2_ENGINE_HOST_FIRST		128
#define TRN2_ENGINES_HOST		4
#define TRN2_ENGINE_D2H(die)		(128 + 2 * (die))
#define TRN2_ENGINE_H2D(die)		(129 + 2 * (die))
#define TRN2_ENGINE_SIZE		0x100000ULL
#define TRN2_APB_SE_ENGINES		{ 0x82000000ULL, 0x94000000ULL, \
					  0xa2000000ULL, 0xb4000000ULL }
#define TRN2_APB_HOST_ENGINES		{ 0x06800000ULL, 0x06900000ULL, \
					  0x46800000ULL, 0x46900000ULL }

/*
 * Of the 32 in a compute half only these reach host memory, rings included; the
 * four host engines always do: ndma_get_engines_with_host_connectivity_v3().
 */
#define TRN2_SE_ENGINES_WITH_HOST	0xf0f0f0f0

/* The published driver's limit on M2S descriptors in a packet, plus one */
#define TRN2_ENGINE_DESC_PER_PACKET	65

/* Wrapper round each engine, relative to the engine: v3/sdma.h */
#define TRN2_SDMA			0x40000
#define TRN2_SDMA_EVENT_ACCEL		(TRN2_SDMA + 0x00)
#define TRN2_SDMA_READ_REORDER		(TRN2_SDMA + 0x1c)
#define TRN2_SDMA_WRITE_REORDER		(TRN2_SDMA + 0x20)
#define TRN2_SDMA_BROADCAST_GROUP	(TRN2_SDMA + 0x100)
#define TRN2_SDMA_BROADCAST_LAST	(TRN2_SDMA + 0x104)
#define TRN2_SDMA_TX_OVERHEAD		(TRN2_SDMA + 0x800)
#define TRN2_SDMA_ENABLE		0x00000001	/* the first three */
#define TRN2_SDMA_TX_OVERHEAD_BEATS	0x26

/*
 * Top-level interrupt controller of an engine e in a compute half, at APB
 * TRN2_APB_FIS[e / 32] + TRN2_FIS_SIZE * (e % 32): v3/address_map.h,
 * udma/udma_m2m.c. Groups as in udma_regs.h.
 */
#define TRN2_APB_FIS			{ 0x8c000000ULL, 0x9c400000ULL, \
					  0xac000000ULL, 0xbc400000ULL }
#define TRN2_FIS_SIZE			0x20000ULL
#define TRN2_FIS_GROUP(g)		(0x40 * (g))
#define TRN2_FIS_GROUP_M2S		2
#define TRN2_FIS_GROUP_S2M		3
#define TRN2_FIS_M2S_RING_ID		0x00000800
#define TRN2_FIS_S2M_RING_ID		0x00000004

/*
 * Notification queues: v3/notific.h, v3/notific.c. One block a core, eight
 * TOP_SP blocks a die from TRN2_APB_NOTIFY_TOP_SP, one block in every engine.
 */
#define TRN2_APB_NOTIFY_CORE		{ 0x06001000ULL, 0x06181000ULL, \
					  0x06401000ULL, 0x06581000ULL, \
					  0x46001000ULL, 0x46181000ULL, \
					  0x46401000ULL, 0x46581000ULL }
#define TRN2_APB_NOTIFY_TOP_SP(die, n)	(TRN2_APB_IO(die) + 0x6a00000ULL + 0x40000ULL * (n))
#define TRN2_SDMA_NOTIFY		(TRN2_SDMA + 0x1000)
#define TRN2_NOTIFY_BASE_LO(i)		(0x100 + 0x28 * (i))
#define TRN2_NOTIFY_BASE_HI(i)		(0x104 + 0x28 * (i))
#define TRN2_NOTIFY_SIZE(i)		(0x108 + 0x28 * (i))
#define TRN2_NOTIFY_HEAD(i)		(0x10c + 0x28 * (i))

/*
 * Misc RAM, where the card's firmware and the host meet: neuron_fw_io.h,
 * neuron_reset.h. Offsets are relative to TRN2_APB_MISC_RAM. While a reset is
 * under way every read answers TRN2_READ_IN_RESET (neuron_fw_io.c).
 */
#define TRN2_APB_MISC_RAM		0x6c84000ULL
#define TRN2_ADDR_MISC_RAM		(TRN2_ADDR_APB_IO(0) + TRN2_APB_MISC_RAM)
#define TRN2_MISC_RAM_SIZE		0x1000
#define TRN2_READ_IN_RESET		0xdeadbeef
#define TRN2_MR_API_VERSION		0x000
#define TRN2_MR_DEVICE_INDEX		0x024	/* position in the server, "routing id" */
#define TRN2_MR_SERIAL_LO		0x038
#define TRN2_MR_SERIAL_HI		0x03c
#define TRN2_MR_SRAM_ECC		0x040
#define TRN2_MR_HBM_ECC(i)		(0x044 + 4 * (i))
#define TRN2_MR_POWER(die)		(0x054 + 4 * (die))
#define TRN2_MR_HBM_REPAIR		0x064
#define TRN2_MR_RUNTIME_0		0x0c0	/* to 0x0f0, kept for the runtime */
#define TRN2_MR_METRIC			0x100
#define TRN2_MR_METRIC_SIZE		128
#define TRN2_MR_LEFT_SERIAL_HI		0x180
#define TRN2_MR_LEFT_SERIAL_LO		0x184
#define TRN2_MR_RIGHT_SERIAL_HI		0x188
#define TRN2_MR_RIGHT_SERIAL_LO		0x18c
#define TRN2_MR_POD_STATUS		0x190
#define TRN2_MR_POD_SERIAL_HI		0x194
#define TRN2_MR_POD_SERIAL_LO		0x198
#define TRN2_MR_RUNTIME_1		0x1a0	/* to 0x1d0, kept for the runtime */
#define TRN2_MR_RESET_MAP		0x1d8
#define TRN2_MR_RESET			0x1ec
#define TRN2_MR_REQUEST_HI		0x1f0
#define TRN2_MR_REQUEST_LO		0x1f4
#define TRN2_MR_RESPONSE_HI		0x1f8
#define TRN2_MR_RESPONSE_LO		0x1fc
#define TRN2_MR_DOORBELL		0x800	/* write 1: look at reset and mailbox */
#define TRN2_MR_STATUS			0x808

/* ECC words: corrected errors above, uncorrected below */
#define TRN2_ECC_UNCORRECTED		0x0000ffff
#define TRN2_ECC_CORRECTED_SHIFT	16

/* TRN2_MR_HBM_REPAIR */
#define TRN2_HBM_REPAIR_MASK		0x3
#define TRN2_HBM_REPAIR_NONE		0x0
#define TRN2_HBM_REPAIR_PENDING		0x1
#define TRN2_HBM_REPAIR_FAILED		0x2

/*
 * Power, a die: hundredths of a percent of the maximum below, the number of
 * the sample above. Firmware of this API version or later reports it
 * (neuron_power.c), at least TRN2_POWER_SAMPLES_PER_MINUTE times a minute.
 */
#define TRN2_POWER_API_VERSION		3
#define TRN2_POWER_UTIL			0x0000ffff
#define TRN2_POWER_UTIL_MAX		10000
#define TRN2_POWER_SAMPLE_SHIFT		16
#define TRN2_POWER_SAMPLES_PER_MINUTE	60

/* TRN2_MR_POD_STATUS: v3/neuron_pelect.c */
#define TRN2_POD_STATUS			0x000000ff
#define TRN2_POD_STATUS_INIT		0
#define TRN2_POD_STATUS_FAILURE		2
#define TRN2_POD_STATUS_SUCCESS		3
#define TRN2_POD_LINKS_SHIFT		8	/* 1 left, 2 right */
#define TRN2_POD_NODE_SHIFT		16
#define TRN2_POD_NODES_SHIFT		24

/*
 * Mailbox: neuron_fw_io.c. The request and response buffers are anywhere an
 * engine can address. A request is answered when its sequence number appears
 * in the response; the CRC is CRC-32C over the request with the field zero.
 */
#define TRN2_MBOX_REQ_SEQUENCE		0	/* 8 bits, never 0 */
#define TRN2_MBOX_REQ_COMMAND		1	/* 8 bits */
#define TRN2_MBOX_REQ_SIZE		2	/* 16 bits, header included */
#define TRN2_MBOX_REQ_CRC		4	/* 32 bits */
#define TRN2_MBOX_REQ_DATA		8
#define TRN2_MBOX_RSP_SEQUENCE		0	/* 8 bits */
#define TRN2_MBOX_RSP_ERROR		1	/* 8 bits */
#define TRN2_MBOX_RSP_SIZE		2	/* 16 bits, header included */
#define TRN2_MBOX_RSP_DATA		4
#define TRN2_MBOX_SIZE_MAX		0xffff
#define TRN2_MBOX_CRC_POLY		0x82f63b78	/* CRC-32C, bits reversed */
#define TRN2_MBOX_READ			1	/* 64-bit addresses, 32-bit values back */
#define TRN2_MBOX_POST_METRIC		2
#define TRN2_MBOX_READ_MAX		100	/* registers in one request */
#define TRN2_MBOX_OK			0
#define TRN2_MBOX_FAILED		1
#define TRN2_MBOX_UNKNOWN		2

/*
 * Reset through firmware: neuron_fw_io.c, neuron_reset.c. Write the map (for
 * TRN2_RESET_CORES), write the kind to TRN2_MR_RESET, ring TRN2_MR_DOORBELL.
 * TRN2_MR_RESET reads zero once firmware took the request; the reset has ended
 * when TRN2_STATUS_IN_RESET is clear too. Polls 100 ms apart are customary.
 */
#define TRN2_RESET_DEVICE		1
#define TRN2_RESET_CORES		2
#define TRN2_RESET_POLL_MS		100
#define TRN2_STATUS_IN_RESET		0x00000008

/*
 * Reset of revision 255: v3/neuron_dhal_v3.c. Write a map here, zero for the
 * whole device; it reads zero when done.
 */
#define TRN2_APB_RESET_QEMU		0x6300010ULL

/* Reset maps, both ways: nr_get_tpb_reset_map() in v3/neuron_dhal_v3.c */
#define TRN2_RESET_MAP_CORE(i)		(0x00000001U << (i))
#define TRN2_RESET_MAP_ENGINES(core)	(0x00000100U << (core))
#define TRN2_RESET_MAP_TOP_SP(core)	(0x00010000U << (core))

/*
 * Topology of a server of 16: v3/neuron_dhal_v3.c. The index in misc RAM is
 * not the number users know; the four neighbours are by that number.
 */
#define TRN2_DEVICES_PER_SERVER		16
#define TRN2_INDEX_TO_NUMBER		{ 0, 3, 4, 7, 12, 15, 8, 11, 1, 2, 5, 6, 13, 14, 9, 10 }
#define TRN2_NEIGHBOURS_BY_NUMBER	{ \
	{ 12, 1, 3, 4 }, { 0, 13, 5, 2 }, { 14, 3, 1, 6 }, { 2, 15, 7, 0 }, \
	{ 8, 5, 7, 0 }, { 4, 9, 1, 6 }, { 10, 7, 5, 2 }, { 6, 11, 3, 4 }, \
	{ 4, 9, 11, 12 }, { 8, 5, 13, 10 }, { 6, 11, 9, 14 }, { 10, 7, 15, 8 }, \
	{ 0, 13, 15, 8 }, { 12, 1, 9, 14 }, { 2, 15, 13, 10 }, { 14, 3, 11, 12 } }

#endif
