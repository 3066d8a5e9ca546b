/* SPDX-License-Identifier: GPL-2.0-only */
/* What a model of a card sees of the machine it is plugged into. */
#ifndef EMU_HOST_H
#define EMU_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vfio-user/vfu.h"

/**
 * struct emu_host - the way to host memory and interrupts, from any thread
 * @pin: see vfu_dma_pin()
 * @unpin: see vfu_dma_unpin()
 * @read: see vfu_dma_read(); for what pin refuses with -EOPNOTSUPP
 * @write: likewise
 * @interrupt: see vfu_irq_trigger(); a card without interrupts never calls it
 * @config: see vfu_config_read(); for a card that shows its configuration space among
 *	its registers
 * @log: a line for whoever runs the emulator: the guest asks for what this card, as
 *	it was configured, cannot do. Optional
 */
struct emu_host {
	int (*pin)(void *priv, uint64_t iova, size_t len, bool write, struct vfu_pin *pin);
	void (*unpin)(void *priv, struct vfu_pin *pin);
	int (*read)(void *priv, uint64_t iova, void *buf, size_t len);
	int (*write)(void *priv, uint64_t iova, const void *buf, size_t len);
	int (*interrupt)(void *priv, unsigned int vector);
	int (*config)(void *priv, uint32_t off, void *buf, size_t len);
	void (*log)(void *priv, const char *line);
};

#endif
