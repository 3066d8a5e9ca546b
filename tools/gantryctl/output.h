/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing JSON. A thin layer over json-c in which running out of memory ends
 * the program, so that no command has to build half an answer.
 */
#ifndef GANTRYCTL_OUTPUT_H
#define GANTRYCTL_OUTPUT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

struct json_object *output_object(void);
struct json_object *output_array(void);

/* Each takes over @value and adds it under @key. */
void output_add(struct json_object *to, const char *key, struct json_object *value);
void output_append(struct json_object *to, struct json_object *value);

void output_text(struct json_object *to, const char *key, const char *value);
/** output_text_or_null() - an empty text is null */
void output_text_or_null(struct json_object *to, const char *key, const char *value);
void output_unsigned(struct json_object *to, const char *key, uint64_t value);
/** output_serial() - text, for many readers round a number so long; 0 is null */
void output_serial(struct json_object *to, const char *key, uint64_t serial);
/** output_pci_id() - what PCI says a card is */
void output_pci_id(struct json_object *to, uint16_t vendor, uint16_t device, uint16_t revision);
void output_signed(struct json_object *to, const char *key, int64_t value);
void output_bool(struct json_object *to, const char *key, bool value);

/**
 * output_print() - write @value to stdout and free it
 *
 * Return: EXIT_OK, or EXIT_FAILED when stdout takes no more; complains.
 */
int output_print(struct json_object *value);

#endif /* GANTRYCTL_OUTPUT_H */
