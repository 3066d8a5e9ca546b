/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What gantry-emu needs to know of a model. A model exports one const struct
 * emu_model, and is named once more in gantry-emu.c.
 */
#ifndef EMU_MODEL_H
#define EMU_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"
#include "vfio-user/fault.h"
#include "vfio-user/vfu.h"

/**
 * struct emu_option - an option of a model's own
 * @name: without the dashes
 * @argument: what follows it, for people; NULL: nothing does
 * @help: what it is for; every line but the last ends in a newline
 * @set: note it in the model's options. @text is its argument. Returns NULL, or what is
 *	wrong with it: a sentence that goes on behind "--NAME TEXT: "
 */
struct emu_option {
	const char *name;
	const char *argument;
	const char *help;
	const char *(*set)(void *options, const char *text);
};

/**
 * struct emu_model - a kind of card
 * @name: as the command line has it
 * @summary: one line for people
 * @options: its options; the one behind the last has no name
 * @options_size: of the structure that they are noted in, which starts as zeroes
 * @complete: set what was not given, then say why there is no such card, or NULL
 * @list_faults: the faults there are, none of them armed; vfu_faults_fini() follows
 * @create: a card fresh from reset; 0 or -errno
 * @stop: end its threads, after which it uses its host no more
 * @destroy: free it
 * @describe: what PCI shows of it; wipes what it fills in
 * @faults: its faults, to be armed
 * @bar_read: see &struct vfu_ops
 * @bar_write: likewise
 * @reset: likewise
 */
struct emu_model {
	const char *name;
	const char *summary;
	const struct emu_option *options;
	size_t options_size;
	const char *(*complete)(void *options);
	void (*list_faults)(struct vfu_faults *faults);
	int (*create)(const void *options, const struct emu_host *host, void *host_priv,
		      void **card);
	void (*stop)(void *card);
	void (*destroy)(void *card);
	void (*describe)(void *card, struct vfu_options *options);
	struct vfu_faults *(*faults)(void *card);
	int (*bar_read)(void *card, unsigned int bar, uint64_t off, void *buf, size_t len);
	int (*bar_write)(void *card, unsigned int bar, uint64_t off, const void *buf, size_t len);
	void (*reset)(void *card);
};

/** emu_parse_number() - NULL, or what is wrong with @text */
const char *emu_parse_number(const char *text, uint64_t *value);

/** emu_parse_size() - likewise; K, M, G or T may follow the number */
const char *emu_parse_size(const char *text, uint64_t *value);

/** emu_parse_index() - likewise, for numbers up to @max: a larger one becomes @max + 1 */
const char *emu_parse_index(const char *text, unsigned int max, unsigned int *value);

extern const struct emu_model trn2_model;
extern const struct emu_model ga100_model;

#endif
